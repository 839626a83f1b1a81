// https://hl7.org/fhir/R4/http.html#integrity: servers may or may not check references; this one
// does what its settings say.
#include "src/rest/referential.h"

#include <set>

#include "fhir/formats/json_document.h"
#include "fhir/model/element.h"
#include "src/rest/path.h"
#include "src/rest/stored_body.h"

namespace server::rest {
namespace {

using Target = std::pair<std::string, std::string>;

/// `Patient/1` or `Patient/1/_history/2`, or such a URL below our base.
std::optional<Target> target_of(const Call& call, std::string_view reference) {
  const std::string& base = call.options->base_url;
  if (reference.starts_with(base) && reference.substr(base.size()).starts_with('/'))
    reference.remove_prefix(base.size() + 1);
  const std::size_t slash = reference.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view type = reference.substr(0, slash);
  std::string_view id = reference.substr(slash + 1);
  if (const std::size_t history = id.find("/_history/"); history != std::string_view::npos)
    id = id.substr(0, history);
  const fhir::TypeSchema* known = call.snapshot->definitions().type(type);
  if (known == nullptr || known->kind != fhir::TypeKind::resource || !is_id(id))
    return std::nullopt;
  return Target{type, id};
}

void collect(const Call& call, const fhir::Element& element, std::set<Target>& out) {
  fhir::for_each_child(element, [&](std::string_view name, const fhir::Element& child) {
    if (name == "reference" && element.type != nullptr && element.type->name == "Reference") {
      if (auto target = target_of(call, child.text())) out.insert(*std::move(target));
    } else {
      collect(call, child, out);
    }
    return true;
  });
}

bool is_missing(const Call& call, const Target& target) {
  const auto found = call.snapshot->store().read(target.first, target.second, call.deadline);
  return !found && (found.error().type == fhir::IssueType::not_found ||
                    found.error().type == fhir::IssueType::deleted);
}

/// A resource with an id and nothing else, tagged so that it can be told from a real one.
std::optional<storage::Write> placeholder(const Call& call, const Target& target) {
  const auto document = fhir::json::Document::read(
      R"({"resourceType":")" + target.first + R"(","id":")" + target.second +
      R"(","meta":{"tag":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue",)" +
      R"("code":"SUBSETTED"}]}})");
  if (!document) return std::nullopt;
  storage::Write write;
  write.method = storage::WriteMethod::create;
  write.type = target.first;
  write.id = target.second;
  write.body = pending_body(document->root(), target.second);
  auto rows = call.snapshot->extractor->extract(
      fhir::root_element(document->root(), call.snapshot->definitions()));
  if (!rows) return std::nullopt;
  write.index = *std::move(rows);
  write.precondition.must_not_exist = true;
  return write;
}

void add_placeholders(const Call& call, std::vector<storage::Write>& writes) {
  std::set<Target> written;
  for (const storage::Write& write : writes) written.emplace(write.type, write.id);
  const std::size_t given = writes.size();
  for (std::size_t i = 0; i < given; ++i) {
    const std::vector<Target> targets = writes[i].must_exist;
    for (const Target& target : targets) {
      if (written.count(target) != 0 || !is_missing(call, target)) continue;
      auto made = placeholder(call, target);
      if (!made) continue;
      written.insert(target);
      writes.push_back(*std::move(made));
    }
  }
}

}  // namespace

std::vector<Target> local_references(const Call& call, const fhir::json::Value& resource) {
  std::set<Target> found;
  collect(call, fhir::root_element(resource, call.snapshot->definitions()), found);
  return {found.begin(), found.end()};
}

fhir::Result<storage::Store::Outcome, storage::Store::Failure> write_all(
    const Call& call, std::vector<storage::Write> writes) {
  if (call.options->create_placeholders) add_placeholders(call, writes);
  for (storage::Write& write : writes) {
    write.skip_unchanged =
        !call.options->store_unchanged && (write.method == storage::WriteMethod::update ||
                                           write.method == storage::WriteMethod::patch);
    write.must_not_be_referenced =
        call.options->check_references_on_delete && write.method == storage::WriteMethod::delete_;
  }
  return call.snapshot->store().write(std::move(writes));
}

}  // namespace server::rest
