// https://hl7.org/fhir/R4/codesystem-operation-find-matches.html
#include "src/operations/find_matches.h"

#include <algorithm>
#include <string>
#include <vector>

#include "src/operations/terminology_subject.h"
#include "terminology/systems.h"

namespace server::operations {
namespace {

using fhir::IssueType;
using fhir::make_issue;
using fhir::unexpected;
using fhir::json::Value;
using terminology::CodeSystem;
using terminology::ConceptId;

constexpr std::size_t k_matches_max = 1000;
constexpr std::size_t k_properties_max = 50;  // each is asked of every concept

struct Wanted {
  std::string_view code;
  std::string_view value;    // of a Coding its code; empty: any
  std::vector<Wanted> subs;  // "nested properties": what the value has in turn
};

/// code, value and subproperty. depth   how many levels may follow
fhir::Result<Wanted> wanted_in(const Value& property, int depth) {
  Wanted wanted;
  const Value* parts = property.find("part");
  if (parts != nullptr) {
    for (const Value& part : parts->items()) {
      const std::string_view name = part.string_at("name");
      if (name == "subproperty") {
        if (depth == 0)
          return unexpected(
              make_issue(IssueType::not_supported, "A subproperty has no subproperties"));
        FHIR_TRY(sub, wanted_in(part, depth - 1));
        wanted.subs.push_back(std::move(sub));
        if (wanted.subs.size() > k_properties_max)
          return unexpected(make_issue(IssueType::too_costly, "There are too many subproperties"));
        continue;
      }
      const Value* value = value_of(part);
      if (value == nullptr) continue;
      if (name == "code") wanted.code = value->text();
      if (name == "value")
        wanted.value = value->is_object() ? value->string_at("code") : value->text();
    }
  }
  if (wanted.code.empty())
    return unexpected(make_issue(IssueType::required, "A property needs its code"));
  return wanted;
}

fhir::Result<std::vector<Wanted>> wanted_of(const Parameters& parameters) {
  std::vector<Wanted> all;
  for (const Value* property : parameters.all("property")) {
    if (all.size() == k_properties_max)
      return unexpected(make_issue(
          IssueType::too_costly,
          "More than " + std::to_string(k_properties_max) + " properties cannot be looked for"));
    FHIR_TRY(wanted, wanted_in(*property, 1));
    all.push_back(std::move(wanted));
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
  const auto has_subs = [&](std::string_view value) {
    const ConceptId other = wanted.subs.empty() ? terminology::k_no_concept : system.find(value);
    return std::all_of(wanted.subs.begin(), wanted.subs.end(), [&](const Wanted& sub) {
      return other != terminology::k_no_concept && has(system, other, sub, is_exact);
    });
  };
  for (const terminology::Property& property : system.properties(id)) {
    if (property.code == wanted.code && fits(property.value) && has_subs(property.value))
      return true;
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

/// A concept in SNOMED CT's compositional grammar.
/// https://docs.snomed.org/snomed-ct-specifications/snomed-ct-compositional-grammar
void write_concept(const CodeSystem& system, std::string_view code, std::string& out) {
  const std::string_view display = system.at(system.find(code)).display;
  out.append(code);
  if (!display.empty() && display.find('|') == std::string_view::npos)
    out.append(" |").append(display).append("|");
}

bool is_attribute(const CodeSystem& system, const Wanted& wanted) {
  const auto is_held = [&](std::string_view code) {
    return !code.empty() && system.find(code) != terminology::k_no_concept;
  };
  return is_held(wanted.code) && is_held(wanted.value) &&
         std::all_of(wanted.subs.begin(), wanted.subs.end(),
                     [&](const Wanted& sub) { return is_held(sub.code) && is_held(sub.value); });
}

void write_attribute(const CodeSystem& system, const Wanted& wanted, std::string& out) {
  write_concept(system, wanted.code, out);
  out += " = ";
  if (!wanted.subs.empty()) out += '(';
  write_concept(system, wanted.value, out);
  for (const Wanted& sub : wanted.subs) {
    out += &sub == &wanted.subs.front() ? " : " : " , ";
    write_attribute(system, sub, out);
  }
  if (!wanted.subs.empty()) out += ')';
}

struct Composed {
  std::string expression;  // empty: nothing to compose it from
  std::vector<const Wanted*> unmatched;
};

/// "Post-coordinated expressions are allowed": what is to be a parent, refined by the attributes.
Composed compose(const CodeSystem& system, const std::vector<Wanted>& wanted) {
  Composed composed;
  std::string refinement;
  for (const Wanted& one : wanted) {
    if (one.code == "parent" && system.find(one.value) != terminology::k_no_concept) {
      if (!composed.expression.empty()) composed.expression += " + ";
      write_concept(system, one.value, composed.expression);
    } else if (is_attribute(system, one)) {
      refinement += refinement.empty() ? " : " : " , ";
      write_attribute(system, one, refinement);
    } else {
      composed.unmatched.push_back(&one);
    }
  }
  if (!composed.expression.empty()) composed.expression += refinement;
  return composed;
}

void write_match(ParametersWriter& out, const CodeSystem& system, std::string_view code,
                 std::string_view display, const std::vector<const Wanted*>& unmatched,
                 std::string_view comment) {
  out.begin_parts("match").coding("code", {.system = system.info().url,
                                           .version = system.info().version,
                                           .code = code,
                                           .display = display});
  for (const Wanted* missing : unmatched) {
    out.begin_parts("unmatched").text("code", "Code", missing->code);
    out.text("value", "String", missing->value).end_parts();
  }
  out.text("comment", "String", comment).end_parts();
}

}  // namespace

fhir::Result<std::string> find_matches(const Invocation& invocation) {
  const Parameters parameters(invocation.parameters);
  if (!parameters.has("exact"))
    return unexpected(make_issue(IssueType::required, "exact is needed"));
  FHIR_TRY(is_exact, parameters.boolean("exact", true));
  FHIR_TRY(is_compositional, parameters.boolean("compositional", false));
  FHIR_TRY(wanted, wanted_of(parameters));
  FHIR_TRY(subject, code_system_of(invocation, parameters, parameters.text("system")));
  const CodeSystem& system = *subject;
  if (!system.is_enumerable())
    return unexpected(
        make_issue(IssueType::too_costly,
                   "The codes of " + std::string(system.info().url) + " cannot be listed"));
  ParametersWriter out;
  const std::vector<Match> best = best_of(system, wanted, is_exact);
  const bool is_met = !best.empty() && best.front().unmatched.empty();
  // Of the code systems that list their codes, SNOMED CT alone has a grammar over them.
  if (is_compositional && !is_met && system.info().url == terminology::k_snomed_url) {
    const Composed composed = compose(system, wanted);
    if (!composed.expression.empty() && (composed.unmatched.empty() || !is_exact)) {
      write_match(out, system, composed.expression, {}, composed.unmatched,
                  "An expression: no concept has all that it says");
      return out.finish();
    }
  }
  for (const Match& match : best) {
    const terminology::Concept item = system.at(match.id);
    const std::size_t count = wanted.size() - match.unmatched.size();
    write_match(out, system, item.code, item.display, match.unmatched,
                std::to_string(count) + " of " + std::to_string(wanted.size()) +
                    (wanted.size() == 1 ? " property matches" : " properties match"));
  }
  return out.finish();
}

}  // namespace server::operations
