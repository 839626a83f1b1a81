// https://hl7.org/fhir/R4/search.html#return
#include "src/search/result_parameters.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "src/search/failure.h"
#include "src/search/full_text_query.h"
#include "src/search/operand.h"
#include "src/search/reference_text.h"

namespace server::search {
namespace {

using fhir::IssueType;
using fhir::SearchParameterType;

constexpr std::array<std::string_view, 13> k_names = {
    "_count",  "_sort",   "_include",    "_revinclude", "_total",         "_summary", "_elements",
    "_format", "_pretty", "_maxresults", "_contained",  "_containedType", "_explain"};
constexpr std::size_t k_sort_keys_max = 8;
constexpr std::size_t k_elements_max = 200;

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  for (;;) {
    const std::size_t at = text.find(separator);
    pieces.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return pieces;
    text.remove_prefix(at + 1);
  }
}

fhir::Result<void> read_total(std::string_view value, Query& query) {
  if (value == "none")
    query.total = Total::none;
  else if (value == "estimate")
    query.total = Total::estimate;
  else if (value == "accurate")
    query.total = Total::accurate;
  else
    return bad_value("`none`, `estimate` or `accurate`");
  return {};
}

fhir::Result<void> read_summary(std::string_view value, Query& query) {
  if (value == "true")
    query.summary = Summary::true_;
  else if (value == "text")
    query.summary = Summary::text;
  else if (value == "data")
    query.summary = Summary::data;
  else if (value == "count")
    query.summary = Summary::count;
  else if (value == "false")
    query.summary = Summary::none;
  else
    return bad_value("`true`, `text`, `data`, `count` or `false`");
  return {};
}

fhir::Result<void> read_elements(std::string_view value, const fhir::DefinitionStore& definitions,
                                 Query& query) {
  for (std::string_view name : split(value, ',')) {
    // "Type.element" is of that type, whether it matches or is included; "element" of matches.
    std::string_view type;
    if (const std::size_t dot = name.find('.'); dot != std::string_view::npos) {
      type = name.substr(0, dot);
      name.remove_prefix(dot + 1);
    }
    const bool is_type = type.empty() || is_resource_type(type, definitions);
    const bool is_name =
        is_type && !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
          return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 c == '_';
        });
    if (!is_name || query.elements.size() == k_elements_max) {
      return bad_value("names of the resource's elements with commas between them");
    }
    query.elements.push_back({std::string(type), std::string(name)});
  }
  return {};
}

fhir::Result<void> read_results_max(std::string_view value, Query& query) {
  std::uint32_t count = 0;
  const auto parsed = std::from_chars(value.data(), value.data() + value.size(), count);
  if (parsed.ec != std::errc{} || parsed.ptr != value.data() + value.size() || count == 0) {
    return bad_value("a whole number, 1 or greater");
  }
  query.results_max = count;
  return {};
}

// Ours: how the search is answered, and how many rows that takes.
fhir::Result<void> read_explain(std::string_view value, Query& query) {
  if (value != "true" && value != "false") return bad_value("`true` or `false`");
  query.explain = value == "true";
  return {};
}

// "By default, search results only include resources that are not contained in other resources."
fhir::Result<void> read_contained(std::string_view value, Query& query) {
  if (value == "false")
    query.contained = Contained::no;
  else if (value == "true")
    query.contained = Contained::only;
  else if (value == "both")
    query.contained = Contained::both;
  else
    return bad_value("`true`, `both` or `false`");
  return {};
}

fhir::Result<void> read_contained_type(std::string_view value, Query& query) {
  if (value == "container")
    query.contained_type = ContainedType::container;
  else if (value == "contained")
    query.contained_type = ContainedType::contained;
  else
    return bad_value("`container` or `contained`");
  return {};
}

}  // namespace

bool is_result_parameter(std::string_view name) {
  const std::string_view plain = name.substr(0, name.find(':'));
  return std::find(k_names.begin(), k_names.end(), plain) != k_names.end();
}

fhir::Result<std::string> ResultParameters::read(std::string_view name, std::string_view value,
                                                 Query& query) {
  const std::size_t colon = name.find(':');
  const std::string_view plain = name.substr(0, colon);
  const std::string_view modifier =
      colon == std::string_view::npos ? std::string_view{} : name.substr(colon + 1);
  if (plain == "_include" || plain == "_revinclude") {
    FHIR_CHECK(read_include(modifier, value, plain == "_revinclude", query));
    return std::string(value);
  }
  if (colon != std::string_view::npos) return failure(IssueType::invalid, "it takes no modifier");
  if (std::find(seen_.begin(), seen_.end(), plain) != seen_.end()) {
    return failure(IssueType::invalid, "it may be given once only");
  }
  seen_.emplace_back(plain);
  if (plain == "_count") return read_count(value, query);
  if (plain == "_sort") FHIR_CHECK(read_sort(value, query));
  if (plain == "_total") FHIR_CHECK(read_total(value, query));
  if (plain == "_summary") FHIR_CHECK(read_summary(value, query));
  if (plain == "_elements") FHIR_CHECK(read_elements(value, definitions_, query));
  if (plain == "_maxresults") FHIR_CHECK(read_results_max(value, query));
  if (plain == "_explain") FHIR_CHECK(read_explain(value, query));
  if (plain == "_contained") FHIR_CHECK(read_contained(value, query));
  if (plain == "_containedType") FHIR_CHECK(read_contained_type(value, query));
  return std::string(value);
}

fhir::Result<std::string> ResultParameters::read_count(std::string_view value, Query& query) const {
  const bool is_digits = !value.empty() && std::all_of(value.begin(), value.end(),
                                                       [](char c) { return c >= '0' && c <= '9'; });
  if (!is_digits) return bad_value("a whole number, 0 or greater");
  std::uint32_t count = 0;
  const auto parsed = std::from_chars(value.data(), value.data() + value.size(), count);
  if (parsed.ec != std::errc{} || count > count_max_) count = count_max_;
  query.count = count;
  // "If _count has the value 0 (zero), this shall be treated the same as _summary=count".
  if (count == 0) query.summary = Summary::count;
  return std::to_string(count);
}

fhir::Result<void> ResultParameters::read_sort(std::string_view value, Query& query) const {
  for (std::string_view code : split(value, ',')) {
    if (query.sort.size() == k_sort_keys_max) {
      return failure(IssueType::too_costly, "a search sorts by at most " +
                                                std::to_string(k_sort_keys_max) + " parameters");
    }
    SortKey key;
    key.descending = !code.empty() && code.front() == '-';
    if (key.descending) code.remove_prefix(1);
    if (code == "_score") {  // the most relevant first
      key.parameter = &score_parameter();
      key.descending = !key.descending;
      query.sort.push_back(key);
      continue;
    }
    key.parameter = definitions_.search_parameter(query.resource_type, code);
    if (key.parameter == nullptr) {
      return failure(IssueType::not_supported, query.resource_type + " has no search parameter `" +
                                                   std::string(code) + "` to sort by");
    }
    if (key.parameter->type == SearchParameterType::composite ||
        key.parameter->type == SearchParameterType::special || key.parameter->expression.empty()) {
      return failure(IssueType::not_supported,
                     "sorting by `" + std::string(code) + "` is not supported");
    }
    query.sort.push_back(key);
  }
  return {};
}

fhir::Result<void> ResultParameters::read_include(std::string_view modifier, std::string_view value,
                                                  bool reverse, Query& query) const {
  constexpr std::string_view k_form = "`Type:parameter` or `Type:parameter:Target`";
  Include include;
  include.reverse = reverse;
  include.iterate = modifier == "iterate";
  if (!modifier.empty() && !include.iterate) {
    return failure(IssueType::not_supported, "the only modifier supported here is `iterate`");
  }
  if (value == "*" && reverse) {
    Include any;
    any.source_type = "*";
    any.reverse = true;
    any.iterate = include.iterate;
    query.includes.push_back(std::move(any));
    return {};
  }
  if (value == "*") {
    include.source_type = query.resource_type;
    query.includes.push_back(std::move(include));
    return {};
  }
  const auto parts = split(value, ':');
  if (parts.size() < 2 || parts.size() > 3 || !is_resource_type(parts[0], definitions_)) {
    return bad_value(k_form);
  }
  include.source_type = parts[0];
  if (parts[1] != "*") {
    include.parameter = definitions_.search_parameter(parts[0], parts[1]);
    if (include.parameter == nullptr || include.parameter->type != SearchParameterType::reference) {
      return failure(
          IssueType::not_supported,
          include.source_type + " has no reference parameter `" + std::string(parts[1]) + "`");
    }
  }
  if (parts.size() == 3) {
    if (!is_resource_type(parts[2], definitions_)) return bad_value(k_form);
    include.target_type = parts[2];
  }
  query.includes.push_back(std::move(include));
  return {};
}

}  // namespace server::search
