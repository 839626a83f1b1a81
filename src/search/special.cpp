#include "src/search/special.h"

#include <algorithm>
#include <array>
#include <utility>

#include "src/search/escape.h"
#include "src/search/failure.h"
#include "src/search/filter.h"
#include "src/search/full_text_query.h"
#include "src/search/reference_text.h"

namespace server::search {
namespace {

using fhir::IssueType;

constexpr std::array<std::string_view, 5> k_names = {"_content", "_filter", "_list", "_query",
                                                     "_text"};

struct CurrentList {
  std::string_view name;  // as in `_list=$current-problems`
  std::string_view
      code;  // of List.code: http://terminology.hl7.org/CodeSystem/list-example-use-codes
};

constexpr std::array<CurrentList, 4> k_current_lists = {{
    {"$current-problems", "problems"},
    {"$current-medications", "medications"},
    {"$current-allergies", "allergies"},
    {"$current-drug-allergies", "allergies"},
}};

Operand code_operand(std::string_view system, std::string_view code) {
  Operand operand;
  operand.has_system = !system.empty();
  operand.system = system;
  operand.code = code;
  return operand;
}

Criterion token_criterion(const fhir::SearchParameter* parameter, Operand operand) {
  Criterion criterion;
  criterion.parameter = parameter;
  criterion.alternatives.push_back(std::move(operand));
  return criterion;
}

// "the lists that are current": List.status current, and the code that names the list's purpose.
fhir::Result<Criterion> which_list(std::string_view value,
                                   const fhir::DefinitionStore& definitions) {
  if (value.empty() || value.front() != '$') {
    if (!is_id(value)) return bad_value("the id of a List, or `$current-` and a kind of list");
    return token_criterion(definitions.search_parameter("List", "_id"), code_operand({}, value));
  }
  const std::string_view current = current_list_code(value);
  if (current.empty()) {
    return failure(IssueType::not_supported,
                   "the functional lists are `$current-problems`, `$current-medications`, "
                   "`$current-allergies` and `$current-drug-allergies`");
  }
  const auto* status = definitions.search_parameter("List", "status");
  const auto* code = definitions.search_parameter("List", "code");
  if (status == nullptr || code == nullptr) {
    return failure(IssueType::not_supported, "the definitions have no parameters of List");
  }
  Criterion both;
  both.combination = Combination::all;
  both.parts.push_back(token_criterion(status, code_operand({}, "current")));
  both.parts.push_back(token_criterion(code, code_operand(k_list_codes, current)));
  return both;
}

// "all resources of the type that are in the list": _has:List:item:_id=…
fhir::Result<Criterion> parse_list(std::string_view value, const CriterionOptions& options) {
  const fhir::DefinitionStore& definitions = options.operands.definitions;
  const fhir::SearchParameter* item = definitions.search_parameter("List", "item");
  if (item == nullptr || definitions.search_parameter("List", "_id") == nullptr) {
    return failure(IssueType::not_supported, "the definitions have no parameters of List");
  }
  Criterion any;
  any.combination = Combination::any;
  for (const std::string_view text : split_escaped(value, ',')) {
    FHIR_TRY(list, which_list(unescape(text), definitions));
    Criterion criterion;
    criterion.parameter = item;
    criterion.target_type = "List";
    criterion.reverse_chained = std::make_unique<Criterion>(std::move(list));
    any.parts.push_back(std::move(criterion));
    if (any.parts.size() > options.alternatives_max) {
      return failure(IssueType::too_costly, "too many lists");
    }
  }
  if (any.parts.size() == 1) return std::move(any.parts.front());
  return any;
}

}  // namespace

std::string_view current_list_code(std::string_view name) {
  for (const CurrentList& list : k_current_lists) {
    if (list.name == name) return list.code;
  }
  return {};
}

bool is_special_name(std::string_view code) {
  return std::find(k_names.begin(), k_names.end(), code) != k_names.end();
}

bool is_answered(const fhir::SearchParameter& parameter) {
  if (is_special_name(parameter.code)) return parameter.code != "_query";
  return (parameter.type != fhir::SearchParameterType::special || is_near(parameter)) &&
         !parameter.expression.empty();
}

fhir::Result<Criterion> parse_special(std::string_view resource_type, std::string_view code,
                                      std::string_view value, const CriterionOptions& options) {
  if (code == "_text" || code == "_content")
    return parse_full_text(resource_type, code, value, options);
  if (code == "_filter") return parse_filter(resource_type, value, options);
  if (code == "_list") return parse_list(value, options);
  return failure(IssueType::not_supported, "this server has no named queries");
}

}  // namespace server::search
