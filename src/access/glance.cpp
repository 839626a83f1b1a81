#include "src/access/glance.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <set>
#include <utility>

namespace server::access {
namespace {

using search::Combination;
using search::Criterion;
using search::Operand;

constexpr std::size_t k_depth_max = 4;  // of objects around a reference: deeper ones are not seen
constexpr std::string_view k_alternative = " | ";
constexpr std::string_view k_only_patients = ".where(resolve() is Patient)";
constexpr std::string_view k_contained = "\"contained\":";

/// The names that lead to a place in a JSON text, `performer.actor`; empty: to its root, or the
/// place is in a string or too deep.
///
/// place   of the first character of a name
std::string path_to(std::string_view json, std::size_t place) {
  std::array<std::string_view, k_depth_max + 1> names;
  std::size_t depth = 0;  // of objects; a name at depth n is names[n - 1]
  std::size_t at = 0;
  while (at < place) {
    const char c = json[at];
    if (c == '{') {
      if (++depth > k_depth_max) return {};
    } else if (c == '}') {
      if (depth == 0) return {};
      --depth;
    } else if (c == '"') {
      std::size_t end = at + 1;
      for (; end < place && json[end] != '"'; ++end) end += json[end] == '\\' ? 1 : 0;
      if (end >= place) return {};
      if (json[end + 1] == ':' && depth != 0) names[depth - 1] = json.substr(at + 1, end - at - 1);
      at = end;
    }
    ++at;
  }
  std::string path;
  for (std::size_t i = 0; i + 1 < depth; ++i) {
    if (i != 0) path += '.';
    path += names[i];
  }
  return path;
}

/// The paths of a type that an expression is made of; what is more than a path is left out.
std::vector<std::string> paths_of(std::string_view expression, std::string_view type) {
  std::vector<std::string> paths;
  for (std::size_t from = 0; from <= expression.size();) {
    const std::size_t end = std::min(expression.find(k_alternative, from), expression.size());
    std::string_view one = expression.substr(from, end - from);
    from = end + k_alternative.size();
    // May be passed over, since what is looked for is a Patient.
    if (one.ends_with(k_only_patients)) one.remove_suffix(k_only_patients.size());
    if (!one.starts_with(type) || one.substr(type.size()).substr(0, 1) != ".") continue;
    one.remove_prefix(type.size() + 1);
    if (one.find_first_of("()[]|' ") == std::string_view::npos) paths.emplace_back(one);
  }
  return paths;
}

/// Whether no part of a type has a member of that name, parts of parts and all that extensions can
/// hold included; what is contained is not looked at.
class Parts {
 public:
  explicit Parts(std::string_view name) : name_(name), hash_(fhir::name_hash(name)) {}

  bool lack(const fhir::TypeSchema& type) {
    return std::all_of(type.elements.begin(), type.elements.end(), [&](const auto& element) {
      return element.name == "contained" ||
             std::all_of(element.types.begin(), element.types.end(),
                         [&](const fhir::TypeRef& ref) { return lacks(ref.type); });
    });
  }

 private:
  bool lacks(const fhir::TypeSchema* part) {
    if (part == nullptr) return false;
    if (!seen_.insert(part).second) return true;
    if (part->kind == fhir::TypeKind::resource) return false;  // anything may be there
    return part->property(name_, hash_) == nullptr && lack(*part);
  }

  const std::string_view name_;
  const std::uint32_t hash_;
  std::set<const fhir::TypeSchema*> seen_;
};

template <class T>
void add_new(std::vector<T>& all, T one) {
  if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(std::move(one));
}

/// std::string_view::find() stops at each character like the first one, and `"` is everywhere.
std::size_t place_of(std::string_view text, std::string_view body, std::size_t from) {
  const void* found = memmem(body.data() + from, body.size() - from, text.data(), text.size());
  if (found == nullptr) return std::string_view::npos;
  return static_cast<std::size_t>(static_cast<const char*>(found) - body.data());
}

/// Whether what comes before is `"name":{` or `"name":[{`.
bool ends_with_member(std::string_view before, std::string_view name) {
  if (!before.ends_with('{')) return false;
  before.remove_suffix(1);
  if (before.ends_with('[')) before.remove_suffix(1);
  constexpr std::string_view k_after = "\":";
  if (!before.ends_with(k_after)) return false;
  before.remove_suffix(k_after.size());
  if (!before.ends_with(name)) return false;
  before.remove_suffix(name.size());
  return before.ends_with('"') && !before.ends_with("\\\"");
}

}  // namespace

Glance::Glance(const Criterion& limit, std::string_view type,
               const fhir::DefinitionStore& definitions) {
  take(limit, type, definitions);
}

void Glance::take(const Criterion& limit, std::string_view type,
                  const fhir::DefinitionStore& definitions) {
  if (limit.combination == Combination::any) {
    for (const Criterion& part : limit.parts) take(part, type, definitions);
  } else if (limit.combination == Combination::all) {
    std::vector<Glance> all;
    for (const Criterion& part : limit.parts) all.emplace_back(part, type, definitions);
    all_of_.push_back(std::move(all));
  }
  const bool is_plain = limit.combination == Combination::none && limit.parameter != nullptr &&
                        limit.modifier == search::Modifier::none && limit.set == nullptr &&
                        !limit.chained && !limit.reverse_chained && limit.hierarchy.empty();
  if (!is_plain) return;
  for (const Operand& one : limit.alternatives) {
    if (limit.parameter->code == "_id") {
      ids_.push_back(one.code);
    } else if (limit.parameter->type == fhir::SearchParameterType::reference) {
      take_reference(*limit.parameter, one, type, definitions);
    }
  }
}

void Glance::take_reference(const fhir::SearchParameter& parameter, const Operand& target,
                            std::string_view type, const fhir::DefinitionStore& definitions) {
  if (target.type != "Patient" || target.id.empty()) return;
  const fhir::TypeSchema* schema = definitions.type(type);
  std::string text = R"("reference":"Patient/)" + std::string(target.id) + '"';
  auto known = std::find_if(references_.begin(), references_.end(),
                            [&](const Reference& one) { return one.text == text; });
  if (known == references_.end())
    known = references_.insert(references_.end(), {std::move(text), {}, {}});
  for (std::string& path : paths_of(parameter.expression, type)) {
    const bool is_of_root = path.find('.') == std::string::npos;
    if (is_of_root && schema != nullptr && Parts(path).lack(*schema)) add_new(known->names, path);
    add_new(known->paths, std::move(path));
  }
}

bool Glance::is_in(const Reference& reference, std::string_view body) {
  for (std::size_t at = place_of(reference.text, body, 0); at != std::string_view::npos;
       at = place_of(reference.text, body, at + 1)) {
    const std::string_view before = body.substr(0, at);
    const bool is_at_root =
        std::any_of(reference.names.begin(), reference.names.end(),
                    [&](const std::string& name) { return ends_with_member(before, name); }) &&
        place_of(k_contained, before, 0) == std::string_view::npos;
    if (is_at_root) return true;
    const auto& paths = reference.paths;
    const std::string path = path_to(body, at);
    if (!path.empty() && std::find(paths.begin(), paths.end(), path) != paths.end()) return true;
  }
  return false;
}

bool Glance::surely_matches(const storage::Version& version) const {
  return std::find(ids_.begin(), ids_.end(), version.id) != ids_.end() ||
         std::any_of(references_.begin(), references_.end(),
                     [&](const Reference& one) { return is_in(one, version.body); }) ||
         std::any_of(all_of_.begin(), all_of_.end(), [&](const std::vector<Glance>& all) {
           return std::all_of(all.begin(), all.end(),
                              [&](const Glance& one) { return one.surely_matches(version); });
         });
}

}  // namespace server::access
