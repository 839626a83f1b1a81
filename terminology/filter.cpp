// https://hl7.org/fhir/R4/codesystem.html#filters,
// https://hl7.org/fhir/R4/codesystem.html#defined-props
#include "terminology/filter.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <utility>

#include "terminology/concept_set.h"
#include "terminology/tx_issue.h"

namespace terminology {
namespace {

using fhir::IssueType;
using fhir::make_issue;
using fhir::unexpected;

constexpr std::int64_t k_pattern_bytes_max = 1 << 20;  // of a compiled regular expression

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> items;
  while (true) {
    const std::size_t end = std::min(list.find(','), list.size());
    std::string_view item = list.substr(0, end);
    while (!item.empty() && item.front() == ' ') item.remove_prefix(1);
    while (!item.empty() && item.back() == ' ') item.remove_suffix(1);
    items.emplace_back(item);
    if (end == list.size()) return items;
    list.remove_prefix(end + 1);
  }
}

}  // namespace

fhir::Result<Filter> Filter::make(const fhir::json::Value& source, const CodeSystem& system) {
  Filter filter(system);
  FHIR_CHECK(filter.read(source));
  return filter;
}

fhir::Result<void> Filter::read(const fhir::json::Value& source) {
  // The last two are of R5.
  constexpr std::array<std::pair<std::string_view, Op>, 11> k_ops = {
      {{"=", Op::equal},
       {"is-a", Op::is_a},
       {"descendent-of", Op::descendent_of},
       {"is-not-a", Op::is_not_a},
       {"regex", Op::regex},
       {"in", Op::in},
       {"not-in", Op::not_in},
       {"generalizes", Op::generalizes},
       {"exists", Op::exists},
       {"child-of", Op::child_of},
       {"descendent-leaf", Op::descendent_leaf}}};
  property_ = source.string_at("property");
  const std::string_view name = source.string_at("op");
  const std::string value(source.string_at("value"));
  if (property_.empty() || name.empty())
    return unexpected(make_issue(IssueType::required, "A filter needs property, op and value"));
  if (value.empty())
    return unexpected(tx_failure(
        IssueType::invalid, "vs-invalid", "UNABLE_TO_HANDLE_SYSTEM_FILTER_WITH_NO_VALUE",
        "The system " + std::string(system_->info().url) + " filter with property = " + property_ +
            ", op = " + std::string(name) + " has no value"));
  if (auto own = system_->select(property_, name, value)) {
    FHIR_TRY(selected, std::move(*own));
    selected_ = std::make_shared<const ConceptSet>(std::move(selected));
    return {};
  }
  const auto* op = std::find_if(k_ops.begin(), k_ops.end(),
                                [&](const auto& entry) { return entry.first == name; });
  if (op == k_ops.end())
    return unexpected(
        make_issue(IssueType::code_invalid, "Unknown filter operator '" + std::string(name) + "'"));
  op_ = op->second;
  values_ = op_ == Op::in || op_ == Op::not_in ? split(value) : std::vector{value};
  if (op_ == Op::regex) {
    re2::RE2::Options options(re2::RE2::Quiet);
    options.set_max_mem(k_pattern_bytes_max);
    pattern_ = std::make_shared<const re2::RE2>(value, options);
    if (!pattern_->ok())
      return unexpected(make_issue(IssueType::invalid, "A filter's regular expression '" + value +
                                                           "' is wrong: " + pattern_->error()));
  }
  if (op_ == Op::is_a || op_ == Op::descendent_of || op_ == Op::is_not_a ||
      op_ == Op::generalizes || op_ == Op::child_of || op_ == Op::descendent_leaf) {
    anchor_ = system_->find(value);
    if (anchor_ == k_no_concept)
      return unexpected(make_issue(fhir::Situation::unprocessable, IssueType::not_found,
                                   "A filter names the code '" + value + "', which is not in " +
                                       std::string(system_->info().url)));
  }
  return {};
}

bool Filter::matches(ConceptId id) const {
  if (selected_ != nullptr) return selected_->contains(id);
  switch (op_) {
    case Op::is_a:
      return system_->is_a(id, anchor_);
    case Op::descendent_of:
      return id != anchor_ && system_->is_a(id, anchor_);
    case Op::is_not_a:
      return !system_->is_a(id, anchor_);
    case Op::generalizes:
      return system_->is_a(anchor_, id);
    case Op::child_of: {
      const auto parents = system_->parents(id);
      return std::find(parents.begin(), parents.end(), anchor_) != parents.end();
    }
    case Op::descendent_leaf:
      return id != anchor_ && system_->children(id).empty() && system_->is_a(id, anchor_);
    case Op::not_in:
      return !has_matching_value(id);
    case Op::exists:
      return has_matching_value(id) == (values_[0] == "true");
    case Op::equal:
    case Op::in:
    case Op::regex:
      return has_matching_value(id);
  }
  return false;
}

std::optional<std::vector<ConceptId>> Filter::candidates() const {
  if (selected_ != nullptr) {
    std::vector<ConceptId> all;
    selected_->for_each([&](ConceptId id) { all.push_back(id); });
    return all;
  }
  switch (op_) {
    case Op::is_a: {
      std::vector<ConceptId> all = system_->descendants(anchor_);
      all.insert(std::lower_bound(all.begin(), all.end(), anchor_), anchor_);
      return all;
    }
    case Op::descendent_of:
    case Op::descendent_leaf:
      return system_->descendants(anchor_);
    case Op::child_of: {
      const auto children = system_->children(anchor_);
      std::vector<ConceptId> all(children.begin(), children.end());
      std::sort(all.begin(), all.end());
      return all;
    }
    case Op::generalizes: {
      std::vector<ConceptId> all = system_->ancestors(anchor_);
      all.insert(std::lower_bound(all.begin(), all.end(), anchor_), anchor_);
      return all;
    }
    default:
      return std::nullopt;
  }
}

fhir::Membership Filter::matches(std::string_view code) const {
  return op_ == Op::equal ? system_->has_property(code, property_, values_[0])
                          : fhir::Membership::unknown;
}

bool Filter::accepts(std::string_view value) const {
  if (op_ == Op::exists) return true;
  if (op_ == Op::regex) return re2::RE2::FullMatch({value.data(), value.size()}, *pattern_);
  return std::find(values_.begin(), values_.end(), value) != values_.end();
}

/// Whether the concept has a value of the filter's property that the filter accepts.
bool Filter::has_matching_value(ConceptId id) const {
  const Concept item = system_->at(id);
  const auto any = [&](std::span<const ConceptId> ids) {
    return std::any_of(ids.begin(), ids.end(),
                       [&](ConceptId other) { return accepts(system_->at(other).code); });
  };
  if (property_ == "code" || property_ == "concept") return accepts(item.code);
  if (property_ == "display") return !item.display.empty() && accepts(item.display);
  if (property_ == "definition") return !item.definition.empty() && accepts(item.definition);
  if (property_ == "parent") return any(system_->parents(id));
  if (property_ == "child") return any(system_->children(id));
  if (property_ == "inactive") return accepts(item.is_inactive ? "true" : "false");
  const ItemsOfConcept<Property> properties = system_->properties(id);
  return std::any_of(properties.begin(), properties.end(), [&](const Property& property) {
    return property.code == property_ && accepts(property.value);
  });
}

}  // namespace terminology
