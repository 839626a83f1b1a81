// Names that begin with `_` are result parameters, unless the definitions know them as criteria.
#include "src/search/query_parser.h"

#include <algorithm>
#include <array>

#include "src/search/criterion.h"
#include "src/search/full_text_query.h"
#include "src/search/percent.h"
#include "src/search/reference_text.h"
#include "src/search/result_parameters.h"

namespace server::search {
namespace {

using fhir::Issue;
using fhir::IssueType;

Issue about(std::string_view name, Issue issue) {
  issue.diagnostics = "`" + std::string(name) + "`: " + issue.diagnostics;
  // "For HTTP errors … the location is `http.` and the parameter's name".
  issue.expression = "http." + std::string(name.substr(0, name.find_first_of(":.")));
  return issue;
}

class QueryParser {
 public:
  QueryParser(std::string_view resource_type, const fhir::DefinitionStore& definitions,
              const ParseOptions& options)
      : options_(options),
        result_parameters_(definitions, options.count_max),
        criteria_{{definitions, options.base_url, {}, options.concepts, options.units},
                  options.alternatives_max,
                  options.allow_chains} {
    query_.resource_type = resource_type;
    query_.count = std::min(options.count_default, options.count_max);
  }

  void add(const std::string& name, const std::string& value) {
    if (value.size() > options_.value_bytes_max) {
      fail(name, fhir::make_issue(fhir::Situation::too_large, IssueType::too_long,
                                  "the value is longer than " +
                                      std::to_string(options_.value_bytes_max) + " bytes"));
      return;
    }
    const auto used = is_result_parameter(name) ? result_parameters_.read(name, value, query_)
                                                : add_criterion(name, value);
    if (used) {
      append_pair(query_.self, name, *used);
    } else if (options_.handling == Handling::lenient && is_unknown_parameter(used.error())) {
      Issue ignored = about(name, used.error());
      ignored.severity = fhir::Severity::warning;
      query_.warnings.push_back(std::move(ignored));
    } else {
      fail(name, used.error());
    }
  }

  void fail(std::string_view name, Issue issue) {
    issues_.push_back(about(name, std::move(issue)));
  }

  fhir::Result<Query, std::vector<Issue>> finish() && {
    if (!issues_.empty()) return fhir::unexpected(std::move(issues_));
    return std::move(query_);
  }

 private:
  fhir::Result<std::string> add_criterion(const std::string& name, const std::string& value) {
    FHIR_TRY(criterion, parse_criterion(query_.resource_type, name, value, criteria_));
    query_.is_full_text |= asks_full_text(criterion);
    query_.criteria.push_back(std::move(criterion));
    return value;
  }

  const ParseOptions& options_;
  ResultParameters result_parameters_;
  CriterionOptions criteria_;
  Query query_;
  std::vector<Issue> issues_;
};

}  // namespace

namespace {

fhir::Result<Query, std::vector<Issue>> parse_one(
    std::string_view resource_type, std::span<const std::pair<std::string, std::string>> parameters,
    const fhir::DefinitionStore& definitions, const ParseOptions& options) {
  if (parameters.size() > options.parameters_max) {
    return fhir::unexpected(std::vector<Issue>{fhir::make_issue(
        fhir::Situation::too_large, IssueType::too_costly,
        "A search takes at most " + std::to_string(options.parameters_max) + " parameters")});
  }
  QueryParser parser(resource_type, definitions, options);
  for (const auto& [name, value] : parameters) parser.add(name, value);
  return std::move(parser).finish();
}

}  // namespace

fhir::Result<Query, std::vector<Issue>> parse_query(
    std::string_view resource_type, std::span<const std::pair<std::string, std::string>> parameters,
    const fhir::DefinitionStore& definitions, const ParseOptions& options) {
  FHIR_TRY(query, parse_one(resource_type, parameters, definitions, options));
  if (query.contained != Contained::both) return std::move(query);
  const std::array types{resource_type};
  return parse_types_query(types, parameters, definitions, options);
}

fhir::Result<Query, std::vector<Issue>> parse_types_query(
    std::span<const std::string_view> resource_types,
    std::span<const std::pair<std::string, std::string>> parameters,
    const fhir::DefinitionStore& definitions, const ParseOptions& options) {
  Query common;
  for (const std::string_view type : resource_types) {
    FHIR_TRY(query, parse_one(type, parameters, definitions, options));
    common.is_full_text |= query.is_full_text;
    if (query.contained == Contained::both) {
      FHIR_TRY(within, parse_one(type, parameters, definitions, options));
      within.contained = Contained::only;
      query.contained = Contained::no;
      common.types.push_back(std::move(within));
    }
    common.types.push_back(std::move(query));
  }
  const Query& first = common.types.front();
  common.sort = first.sort;
  common.count = first.count;
  common.total = first.total;
  common.summary = first.summary;
  common.elements = first.elements;
  common.results_max = first.results_max;
  common.contained_type = first.contained_type;
  common.explain = first.explain;
  common.self = first.self;
  common.warnings = first.warnings;
  for (Include include : first.includes) {
    const bool is_wildcard = include.parameter == nullptr && !include.reverse &&
                             include.source_type == first.resource_type;
    if (is_wildcard) include.source_type = "*";
    common.includes.push_back(std::move(include));
  }
  return common;
}

fhir::Result<std::vector<std::string_view>> types_of(
    std::span<const std::pair<std::string, std::string>> parameters,
    const fhir::DefinitionStore& definitions) {
  std::vector<std::string_view> types;
  bool is_given = false;
  for (const auto& [name, value] : parameters) {
    if (name != "_type") continue;
    is_given = true;
    for (std::string_view rest = value;;) {
      const std::string_view type = rest.substr(0, rest.find(','));
      if (!is_resource_type(type, definitions)) {
        return fhir::unexpected(
            about(name, fhir::make_issue(fhir::Situation::malformed, IssueType::value,
                                         "the value is to be names of resource types with commas "
                                         "between them")));
      }
      const std::string_view known = definitions.type(type)->name;
      if (std::find(types.begin(), types.end(), known) == types.end()) types.push_back(known);
      if (type.size() == rest.size()) break;
      rest.remove_prefix(type.size() + 1);
    }
  }
  if (!is_given) {
    types.assign(definitions.resource_types().begin(), definitions.resource_types().end());
  }
  return types;
}

}  // namespace server::search
