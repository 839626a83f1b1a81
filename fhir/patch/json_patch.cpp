#include "fhir/patch/json_patch.h"

#include <memory>
#include <span>

#include "fhir/patch/edit.h"
#include "fhir/patch/issues.h"
#include "fhir/patch/json_equality.h"
#include "fhir/patch/json_pointer.h"
#include "fhir/patch/limits.h"

namespace fhir::patch {
namespace {

using json::Value;
using Tokens = std::span<const std::string>;

enum class Edit { add, remove, replace };

class JsonPatch {
 public:
  JsonPatch(Arena& arena, const Value& target) : arena_(arena), root_(target) {}

  Result<void> apply(const Value& operation) {
    if (!operation.is_object()) return malformed("An operation of a JSON Patch is an object");
    const std::string_view op = operation.string_at("op");
    FHIR_TRY(path, pointer(operation, "path"));
    if (op == "remove") return edit(path, Edit::remove, nullptr);
    if (op == "move" || op == "copy") return transfer(operation, path, op == "move");
    if (op != "add" && op != "replace" && op != "test")
      return malformed("JSON Patch has no operation " + quoted(op));
    // "The operation object MUST contain a 'value' member"
    const Value* value = operation.find("value");
    if (value == nullptr) return malformed("The operation " + quoted(op) + " needs a value");
    if (op == "test") return test(path, *value);
    return edit(path, op == "add" ? Edit::add : Edit::replace, value);
  }

  const Value& root() const { return root_; }

 private:
  static Result<Pointer> pointer(const Value& operation, std::string_view name) {
    const Value* text = operation.find(name);
    if (text == nullptr || !text->is_string())
      return malformed("The operation needs a string member " + quoted(name));
    return parse_pointer(text->string());
  }

  static std::string describe(Tokens path) {
    std::string text;
    for (const std::string& token : path) text.append("/").append(token);
    return quoted(text);
  }

  Result<const Value*> find(const Pointer& path) const {
    const Value* at = &root_;
    for (const std::string& token : path) {
      if (at->is_array()) {
        const auto index = index_of(token);
        at = index && *index < at->items().size() ? &at->items()[*index] : nullptr;
      } else {
        at = at->find(token);
      }
      if (at == nullptr) return inapplicable("There is nothing at " + describe(path));
    }
    return at;
  }

  Result<void> test(const Pointer& path, const Value& expected) const {
    FHIR_TRY(found, find(path));
    if (is_equal(*found, expected)) return {};
    return inapplicable("The test of " + describe(path) + " fails: another value stands there");
  }

  Result<void> transfer(const Value& operation, const Pointer& path, bool moves) {
    FHIR_TRY(from, pointer(operation, "from"));
    FHIR_TRY(found, find(from));
    const Value value = *found;
    if (moves) {
      // "The 'from' location MUST NOT be a proper prefix of the 'path' location"
      if (from.size() < path.size() && std::equal(from.begin(), from.end(), path.begin()))
        return inapplicable("A value cannot be moved into itself");
      if (from == path) return {};
      FHIR_CHECK(edit(from, Edit::remove, nullptr));
    }
    return edit(path, Edit::add, &value);
  }

  Result<void> edit(const Pointer& path, Edit kind, const Value* value) {
    if (value != nullptr) FHIR_CHECK(count_added(*value, path.size(), nodes_left_));
    if (path.empty()) {
      if (kind == Edit::remove) return inapplicable("The whole document cannot be removed");
      root_ = *value;
      return {};
    }
    FHIR_TRY(changed, edited(root_, path, path, kind, value));
    root_ = changed;
    return check_size(arena_);
  }

  Result<Value> edited(const Value& at, Tokens path, const Pointer& whole, Edit kind,
                       const Value* value) {
    if (at.is_array()) return edited_array(at, path, whole, kind, value);
    if (!at.is_object()) return inapplicable("There is nothing at " + describe(whole));
    const std::string& name = path[0];
    const Value* member = at.find(name);
    if (path.size() > 1) {
      // "missing objects are not created recursively"
      if (member == nullptr) return inapplicable("There is nothing at " + describe(whole));
      FHIR_TRY(below, edited(*member, path.subspan(1), whole, kind, value));
      return with_member(arena_, at, name, below);
    }
    if (kind != Edit::add && member == nullptr)
      return inapplicable("There is nothing at " + describe(whole));
    return kind == Edit::remove ? without_member(arena_, at, name)
                                : with_member(arena_, at, name, *value);
  }

  Result<Value> edited_array(const Value& at, Tokens path, const Pointer& whole, Edit kind,
                             const Value* value) {
    const bool is_last = path.size() == 1;
    const std::size_t size = at.items().size();
    // "-" is the place behind the last item: only an addition can name it.
    if (is_last && kind == Edit::add && path[0] == "-")
      return with_inserted(arena_, at, size, *value);
    const auto index = index_of(path[0]);
    const std::size_t end = is_last && kind == Edit::add ? size + 1 : size;
    if (!index || *index >= end)
      return inapplicable("There is no such place in the array: " + describe(whole));
    if (!is_last) {
      FHIR_TRY(below, edited(at.items()[*index], path.subspan(1), whole, kind, value));
      return with_item(arena_, at, *index, below);
    }
    if (kind == Edit::remove) return without_item(arena_, at, *index);
    return kind == Edit::add ? with_inserted(arena_, at, *index, *value)
                             : with_item(arena_, at, *index, *value);
  }

  Arena& arena_;
  Value root_;
  std::size_t nodes_left_ = k_added_nodes_max;
};

Result<Value> patched(Arena& arena, const Value& target, const Value& patch) {
  if (!patch.is_array()) return malformed("A JSON Patch is an array of operations");
  if (patch.items().size() > k_operations_max)
    return unexpected(make_issue(IssueType::too_costly, "The patch has too many operations"));
  JsonPatch run(arena, target);
  std::size_t number = 0;
  for (const Value& operation : patch.items()) {
    if (auto applied = run.apply(operation); !applied) {
      Issue issue = std::move(applied).error();
      issue.diagnostics = "Operation " + std::to_string(number) + ": " + issue.diagnostics;
      return unexpected(std::move(issue));
    }
    ++number;
  }
  return run.root();
}

}  // namespace

Result<json::Document> apply_json_patch(const Value& target, const Value& patch) {
  auto arena = std::make_unique<Arena>();
  FHIR_TRY(root, patched(*arena, target, patch));
  return json::Document::build(std::move(arena), root);
}

Result<json::Document> patch_resource(const Value& resource, const Value& patch) {
  auto arena = std::make_unique<Arena>();
  FHIR_TRY(root, patched(*arena, resource, patch));
  if (!root.is_object() || root.string_at("resourceType") != resource.string_at("resourceType"))
    return inapplicable("A patch cannot change the type of the resource");
  const Value clean = without_empty(*arena, root);
  FHIR_CHECK(check_size(*arena));
  return json::Document::build(std::move(arena), clean);
}

}  // namespace fhir::patch
