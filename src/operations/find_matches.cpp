// https://hl7.org/fhir/R4/codesystem-operation-find-matches.html
#include "src/operations/find_matches.h"

#include <algorithm>
#include <vector>

#include "src/operations/terminology_subject.h"

namespace server::operations {
namespace {

using fhir::IssueType;
using fhir::make_issue;
using fhir::unexpected;
using fhir::json::Value;
using terminology::CodeSystem;
using terminology::ConceptId;

constexpr std::size_t k_matches_max = 1000;

struct Wanted {
  std::string_view code;
  std::string_view value;  // of a Coding its code; empty: any
};

fhir::Result<std::vector<Wanted>> wanted_of(const Parameters& parameters) {
  std::vector<Wanted> all;
  for (const Value* property : parameters.all("property")) {
    Wanted wanted;
    const Value* parts = property->find("part");
    if (parts != nullptr) {
      for (const Value& part : parts->items()) {
        const Value* value = value_of(part);
        const std::string_view name = part.string_at("name");
        if (name == "subproperty")
          return unexpected(
              make_issue(IssueType::not_supported, "Properties of properties are not supported"));
        if (value == nullptr) continue;
        if (name == "code") wanted.code = value->text();
        if (name == "value")
          wanted.value = value->is_object() ? value->string_at("code") : value->text();
      }
    }
    if (wanted.code.empty())
      return unexpected(make_issue(IssueType::required, "A property needs its code"));
    all.push_back(wanted);
  }
  if (all.empty()) return unexpected(make_issue(IssueType::required, "A property is needed"));
  return all;
}

/// `parent` is met by any ancestor unless the match is to be exact.
bool has(const CodeSystem& system, ConceptId id, const Wanted& wanted, bool is_exact) {
  const terminology::Concept item = system.at(id);
  const auto fits = [&](std::string_view value) {
    return wanted.value.empty() ? !value.empty() : value == wanted.value;
  };
  const auto any = [&](const auto& ids) {
    return std::any_of(ids.begin(), ids.end(),
                       [&](ConceptId other) { return fits(system.at(other).code); });
  };
  if (wanted.code == "code") return fits(item.code);
  if (wanted.code == "display") return fits(item.display);
  if (wanted.code == "definition") return fits(item.definition);
  if (wanted.code == "parent")
    return is_exact ? any(system.parents(id)) : any(system.ancestors(id));
  if (wanted.code == "child") return any(system.children(id));
  for (const terminology::Property& property : system.properties(id)) {
    if (property.code == wanted.code && fits(property.value)) return true;
  }
  return wanted.code == "inactive" && fits(item.is_inactive ? "true" : "false");
}

struct Match {
  ConceptId id;
  std::vector<const Wanted*> unmatched;
};

/// Those that have the most of what is wanted.
std::vector<Match> best_of(const CodeSystem& system, const std::vector<Wanted>& wanted,
                           bool is_exact) {
  std::vector<Match> best;
  std::size_t least = is_exact ? 0 : wanted.size() - 1;
  for (ConceptId id = 0; id < system.size(); ++id) {
    Match match{id, {}};
    for (const Wanted& one : wanted) {
      if (!has(system, id, one, is_exact)) match.unmatched.push_back(&one);
      if (match.unmatched.size() > least) break;
    }
    if (match.unmatched.size() > least) continue;
    if (match.unmatched.size() < least) best.clear();
    least = match.unmatched.size();
    if (best.size() < k_matches_max) best.push_back(std::move(match));
  }
  return best;
}

}  // namespace

fhir::Result<std::string> find_matches(const Invocation& invocation) {
  const Parameters parameters(invocation.parameters);
  if (!parameters.has("exact"))
    return unexpected(make_issue(IssueType::required, "exact is needed"));
  FHIR_TRY(is_exact, parameters.boolean("exact", true));
  FHIR_TRY(is_compositional, parameters.boolean("compositional", false));
  if (is_compositional)
    return unexpected(
        make_issue(IssueType::not_supported, "Expressions are not composed, only codes found"));
  FHIR_TRY(wanted, wanted_of(parameters));
  FHIR_TRY(subject, code_system_of(invocation, parameters, parameters.text("system")));
  const CodeSystem& system = *subject;
  if (!system.is_enumerable())
    return unexpected(
        make_issue(IssueType::too_costly,
                   "The codes of " + std::string(system.info().url) + " cannot be listed"));
  ParametersWriter out;
  for (const Match& match : best_of(system, wanted, is_exact)) {
    const terminology::Concept item = system.at(match.id);
    out.begin_parts("match").coding("code", {.system = system.info().url,
                                             .version = system.info().version,
                                             .code = item.code,
                                             .display = item.display});
    for (const Wanted* missing : match.unmatched) {
      out.begin_parts("unmatched").text("code", "Code", missing->code);
      out.text("value", "String", missing->value).end_parts();
    }
    out.end_parts();
  }
  return out.finish();
}

}  // namespace server::operations
