// ValueSet.expansion.parameter: what controlled an expansion, and what it rests on.
// https://hl7.org/fhir/R4/valueset-definitions.html#ValueSet.expansion.parameter
#include <algorithm>
#include <set>

#include "src/operations/expansion_writer.h"
#include "terminology/tx_issue.h"

namespace server::operations {
namespace {

using fhir::json::Builder;
using terminology::UsedSources;

std::string in_quotes(std::string_view text) {
  std::string out;
  fhir::json::append_string(out, text);
  return out;
}

/// A boolean or a whole number, which a query gives as text.
bool is_literal(std::string_view text) {
  const bool is_number = !text.empty() && text.find_first_not_of("0123456789") == text.npos &&
                         (text.size() == 1 || text[0] != '0');
  return is_number || text == "true" || text == "false";
}

void add_parameter(Builder& list, std::string_view name, std::string_view type,
                   std::string_view json) {
  list.begin_object().string("name", name).raw("value" + std::string(type), json).end_object();
}

}  // namespace

/// "Parameters that controlled the expansion process": those that were given, and what was used.
void ExpansionWriter::write_parameters(Builder& out) const {
  std::string text;
  Builder list(text);
  list.begin_array();
  const auto echo = [&](std::string_view name, std::string_view type) {
    for (const fhir::json::Value* parameter : parameters_.all(name)) {
      const fhir::json::Value* value = value_of(*parameter);
      if (value == nullptr) continue;
      const bool is_text =
          type == "String" || type == "Code" || type == "Uri" || type == "DateTime";
      if (!is_text && !is_literal(value->text())) continue;  // beside a right one of the same name
      add_parameter(list, name, type,
                    is_text ? in_quotes(value->text()) : std::string(value->text()));
    }
  };
  echo("filter", "String");
  echo("offset", "Integer");
  echo("count", "Integer");
  echo("designation", "String");
  echo("exclude-system", "Uri");
  echo("date", "DateTime");
  echo("context", "Uri");
  echo("contextDirection", "Code");
  for (std::string_view name : {"includeDesignations", "includeDefinition", "activeOnly",
                                "excludeNested", "excludeNotForUI", "excludePostCoordinated"})
    echo(name, "Boolean");
  if (!view_.languages.text().empty())
    add_parameter(list, "displayLanguage", "Code", in_quotes(view_.languages.text()));
  if (options_.versions_match.value_or(facts_.crossed_versions))
    add_parameter(list, "versionsMatch", "Boolean", "true");
  write_rules(list);
  write_sources(list);
  list.end_array();
  if (text != "[]") out.raw("parameter", text);
}

/// Version rules that had a say.
void ExpansionWriter::write_rules(Builder& list) const {
  const terminology::VersionRules& rules = scope_.rules();
  const auto write_used = [&](std::string_view name,
                              const std::vector<terminology::VersionRule>& given, bool of_open) {
    for (const terminology::VersionRule& rule : given) {
      const auto clauses = set_.clauses_of(rule.url);
      const bool is_used =
          std::any_of(clauses.begin(), clauses.end(), [&](const terminology::Clause* clause) {
            return clause->wanted == rule.version && (!of_open || clause->version.empty());
          });
      if (is_used)
        add_parameter(list, name, "Uri",
                      in_quotes(terminology::canonical_text(rule.url, rule.version)));
    }
  };
  write_used("force-system-version", rules.forced, false);
  write_used("system-version", rules.defaults, true);
  write_used("check-system-version", rules.checks, true);
  for (const terminology::VersionRule& rule : rules.value_sets) {
    const UsedSources::Source wanted{rule.url, rule.version};
    if (std::find(used_.value_sets.begin(), used_.value_sets.end(), wanted) !=
        used_.value_sets.end())
      add_parameter(list, "default-valueset-version", "Uri",
                    in_quotes(terminology::canonical_text(rule.url, rule.version)));
  }
}

void ExpansionWriter::write_sources(Builder& list) const {
  using terminology::canonical_text;
  std::set<std::pair<std::string, std::string>> found;  // parameter, canonical
  const auto judge = [&](const std::string& canonical, std::string_view status,
                         std::string_view standards, bool is_experimental) {
    if (standards == "deprecated" || standards == "withdrawn")
      found.emplace("warning-" + std::string(standards), canonical);
    if (is_experimental && !set_.info().is_experimental)
      found.emplace("warning-experimental", canonical);
    if (status == "draft" && set_.info().status != "draft")
      found.emplace("warning-draft", canonical);
  };
  for (const UsedSources::Source& source : used_.code_systems) {
    const std::string canonical = canonical_text(source.url, source.version);
    found.emplace("used-codesystem", canonical);
    for (const std::string& supplement : scope_.supplements_of(source.url))
      found.emplace("used-supplement", supplement);
    if (source.code_system == nullptr) continue;
    const terminology::CodeSystemInfo& info = source.code_system->info();
    if (info.content == terminology::Content::fragment) found.emplace("used-fragment", canonical);
    if (info.content == terminology::Content::example) found.emplace("used-example", canonical);
    judge(canonical, info.status, info.standards_status, info.is_experimental);
  }
  for (const UsedSources::Source& source : used_.value_sets) {
    const std::string canonical = canonical_text(source.url, source.version);
    found.emplace("used-valueset", canonical);
    const terminology::ValueSetInfo& info = source.value_set->info();
    judge(canonical, info.status, info.standards_status, info.is_experimental);
  }
  const terminology::ValueSetInfo& own = set_.info();
  judge(canonical_text(own.url, own.version), own.status, own.standards_status,
        own.is_experimental);
  for (const auto& [name, canonical] : found) {
    if (!canonical.empty()) add_parameter(list, name, "Uri", in_quotes(canonical));
  }
}

}  // namespace server::operations
