#include "src/access/glance.h"

#include <algorithm>
#include <array>
#include <string>

namespace server::access {
namespace {

using search::Combination;
using search::Criterion;
using search::Operand;

constexpr std::size_t k_depth_max = 4;  // of objects around a reference: deeper ones are not seen
constexpr std::string_view k_alternative = " | ";
constexpr std::string_view k_only_patients = ".where(resolve() is Patient)";

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

/// Whether one of the expression's alternatives is that path and nothing more.
bool names_path(std::string_view expression, std::string_view path) {
  while (!expression.empty()) {
    const std::size_t end = expression.find(k_alternative);
    std::string_view one = expression.substr(0, end);
    if (one.ends_with(k_only_patients)) one.remove_suffix(k_only_patients.size());
    if (one == path) return true;
    if (end == std::string_view::npos) break;
    expression.remove_prefix(end + k_alternative.size());
  }
  return false;
}

bool surely_refers(const fhir::SearchParameter& parameter, const Operand& target,
                   const storage::Version& version) {
  // `where(resolve() is Patient)` may be passed over, since the target is one.
  if (target.type != "Patient" || target.id.empty()) return false;
  constexpr std::string_view k_before = "\"reference\":\"";
  const std::string reference = "Patient/" + std::string(target.id) + '"';
  const std::string_view body = version.body;
  for (std::size_t at = body.find(reference); at != std::string_view::npos;
       at = body.find(reference, at + 1)) {
    if (!body.substr(0, at).ends_with(k_before)) continue;
    const std::string path = path_to(body, at - k_before.size());
    if (!path.empty() && names_path(parameter.expression, version.type + "." + path)) return true;
  }
  return false;
}

bool one_surely_matches(const Criterion& limit, const storage::Version& version) {
  const bool is_plain = limit.parameter != nullptr && limit.modifier == search::Modifier::none &&
                        !limit.chained && !limit.reverse_chained && limit.hierarchy.empty();
  if (!is_plain) return false;
  const auto& all = limit.alternatives;
  if (limit.parameter->code == "_id") {
    return std::any_of(all.begin(), all.end(),
                       [&](const Operand& one) { return one.code == version.id; });
  }
  return limit.parameter->type == fhir::SearchParameterType::reference &&
         std::any_of(all.begin(), all.end(), [&](const Operand& one) {
           return surely_refers(*limit.parameter, one, version);
         });
}

}  // namespace

bool surely_matches(const Criterion& limit, const storage::Version& version) {
  const auto matches = [&](const Criterion& part) { return surely_matches(part, version); };
  switch (limit.combination) {
    case Combination::none:
      return one_surely_matches(limit, version);
    case Combination::any:
      return std::any_of(limit.parts.begin(), limit.parts.end(), matches);
    case Combination::all:
      return std::all_of(limit.parts.begin(), limit.parts.end(), matches);
    default:
      return false;
  }
}

}  // namespace server::access
