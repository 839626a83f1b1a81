#include "src/consent/elements.h"

#include <algorithm>
#include <iterator>

#include "fhir/formats/json_items.h"
#include "src/search/value_ranges.h"

namespace server::consent {
namespace {

using fhir::json::items_at;
using fhir::json::Value;

std::string identifier_name(const Value& identifier) {
  const std::string_view value = identifier.string_at("value");
  if (value.empty()) return {};
  return std::string(identifier.string_at("system")).append("|").append(value);
}

/// A team or a group within the resource can be told by nothing that stands elsewhere.
std::vector<std::string> names_of_contained(std::string_view id, const Value& resource) {
  for (const Value& inner : items_at(resource, "contained")) {
    const std::string_view type = inner.string_at("resourceType");
    if (inner.string_at("id") == id && type != "CareTeam" && type != "Group")
      return identifiers_of(inner);
  }
  return {};
}

}  // namespace

std::string local_reference(std::string_view reference, std::string_view base_url) {
  if (!base_url.empty() && reference.starts_with(base_url) &&
      reference.substr(base_url.size()).starts_with('/'))
    reference.remove_prefix(base_url.size() + 1);
  if (const std::size_t history = reference.find("/_history/"); history != std::string_view::npos)
    reference = reference.substr(0, history);
  const std::size_t slash = reference.find('/');
  const bool is_local = slash != std::string_view::npos && slash > 0 && reference[0] >= 'A' &&
                        reference[0] <= 'Z' &&
                        reference.find('/', slash + 1) == std::string_view::npos &&
                        reference.find(':') == std::string_view::npos;
  return is_local ? std::string(reference) : std::string();
}

std::vector<std::string> names_of(const Value& reference, const Value& resource,
                                  std::string_view base_url) {
  std::vector<std::string> names;
  const std::string_view text = reference.string_at("reference");
  if (std::string local = local_reference(text, base_url); !local.empty()) {
    names.push_back(std::move(local));
  } else if (text.starts_with('#')) {
    names = names_of_contained(text.substr(1), resource);
  } else if (text.find(':') != std::string_view::npos) {
    names.emplace_back(text);
  }
  if (const Value* identifier = reference.find("identifier")) {
    if (std::string name = identifier_name(*identifier); !name.empty())
      names.push_back(std::move(name));
  }
  if (names.empty()) names.emplace_back(k_anybody);
  return names;
}

std::vector<std::string> identifiers_of(const Value& resource) {
  std::vector<std::string> names;
  for (const Value& identifier : items_at(resource, "identifier")) {
    if (std::string name = identifier_name(identifier); !name.empty())
      names.push_back(std::move(name));
  }
  return names;
}

fhir::Instants period_of(const Value& object, std::string_view name, bool& is_unclear) {
  fhir::Instants span{search::k_open_low_ms, search::k_open_high_ms};
  const Value* period = object.find(name);
  if (period == nullptr) return span;
  const std::string_view start = period->string_at("start"), end = period->string_at("end");
  const auto from = search::instants_of(start), to = search::instants_of(end);
  is_unclear = is_unclear || (!start.empty() && !from) || (!end.empty() && !to);
  if (from) span.low = from->low;
  if (to) span.high = to->high;
  return span;
}

bool is_within(const fhir::Instants& span, std::int64_t now_ms, std::int64_t& changes_at) {
  for (const std::int64_t edge : {span.low, span.high}) {
    if (edge > now_ms) changes_at = std::min(changes_at, edge);
  }
  return now_ms >= span.low && (now_ms < span.high || span.high == search::k_open_high_ms);
}

}  // namespace server::consent
