#include "src/access/limit.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "fhir/formats/json_document.h"
#include "src/access/glance.h"
#include "src/search/extractor.h"
#include "src/search/match.h"

namespace server::access {
namespace {

using search::Combination;
using search::Criterion;
using search::Operand;

/// Of a criterion that is no combination.
std::optional<bool> matches_one(const Criterion& limit, const fhir::Element& resource,
                                const search::Extractor& extractor) {
  const bool is_plain = limit.parameter != nullptr && limit.set == nullptr &&
                        limit.modifier == search::Modifier::none && !limit.chained &&
                        !limit.reverse_chained && limit.hierarchy.empty();
  if (!is_plain) return std::nullopt;
  const auto& all = limit.alternatives;
  if (limit.parameter->code == "_id") {
    const std::string_view id = resource.value->string_at("id");
    return std::any_of(all.begin(), all.end(), [&](const Operand& one) { return one.code == id; });
  }
  const bool is_of_references = limit.parameter->type == fhir::SearchParameterType::reference &&
                                std::all_of(all.begin(), all.end(), [](const Operand& one) {
                                  return !one.type.empty() && !one.id.empty();
                                });
  if (!is_of_references) return std::nullopt;
  bool refers = false;
  for (const Operand& one : all) {
    const auto found = extractor.refers(resource, *limit.parameter, one.type, one.id);
    if (!found) return std::nullopt;
    refers = refers || *found;
  }
  return refers;
}

/// By all that a search would find it by: dearer, and still no search.
std::optional<bool> matches_by_rows(const Criterion& limit, const storage::Version& version,
                                    const fhir::Element& resource,
                                    const search::Extractor& extractor) {
  const auto rows = extractor.extract(resource);
  if (!rows) return std::nullopt;
  return search::matches(limit, {version.id, version.last_updated, &*rows});
}

}  // namespace

std::optional<bool> matches(const Criterion& limit, const fhir::Element& resource,
                            const search::Extractor& extractor) {
  if (limit.combination == Combination::none) return matches_one(limit, resource, extractor);
  if (limit.combination == Combination::negation) return std::nullopt;
  const bool is_any = limit.combination == Combination::any;
  bool is_certain = true;
  for (const Criterion& part : limit.parts) {
    const auto one = matches(part, resource, extractor);
    if (one && *one == is_any) return is_any;  // the others change nothing
    is_certain = is_certain && one.has_value();
  }
  return is_certain ? std::optional<bool>(!is_any) : std::nullopt;
}

namespace {

/// glance   by the limit
std::optional<fhir::Result<storage::Version>> judged(fhir::Result<storage::Version> found,
                                                     const Criterion& limit, const Glance& glance,
                                                     const Access& access) {
  if (!found) {
    const bool is_not_there = found.error().type == fhir::IssueType::not_found ||
                              found.error().type == fhir::IssueType::deleted;
    return is_not_there ? fhir::Result<storage::Version>(not_found()) : std::move(found);
  }
  if (access.extractor() == nullptr || found->deleted) return std::nullopt;
  if (glance.surely_matches(*found)) return found;
  const auto document = fhir::json::Document::read(found->body);
  if (!document) return std::nullopt;
  const fhir::Element resource = fhir::root_element(document->root(), access.definitions());
  if (resource.value == nullptr || resource.type == nullptr) return std::nullopt;
  auto verdict = matches(limit, resource, *access.extractor());
  if (!verdict) verdict = matches_by_rows(limit, *found, resource, *access.extractor());
  if (!verdict) return std::nullopt;
  return *verdict ? std::move(found) : fhir::Result<storage::Version>(not_found());
}

}  // namespace

std::optional<fhir::Result<storage::Version>> judged(fhir::Result<storage::Version> found,
                                                     const Criterion& limit, const Access& access) {
  return judged(std::move(found), limit, Glance(), access);
}

std::optional<fhir::Result<storage::Version>> judged_alone(fhir::Result<storage::Version> found,
                                                           const Readable& readable,
                                                           const Access& access) {
  if (readable.permission.extent == Extent::some) {
    auto one = judged(std::move(found), readable.permission.limit, readable.glance, access);
    if (!one) return std::nullopt;
    found = *std::move(one);
  }
  const Bound* bound = access.bound();
  if (bound == nullptr || (!found && !bound->is_binding())) return found;
  // A deletion is told of what could have been seen, and of that nothing is left to judge by.
  if (!found && found.error().type == fhir::IssueType::deleted) return std::nullopt;
  if (!found && found.error().type == fhir::IssueType::not_found) return not_found();
  if (!found) return found;
  const auto limit = bound->limit_of(found->type, found->id, found->body);
  if (!limit) return found;
  return judged(std::move(found), *limit, access);
}

bool surely_seen(const storage::Version& version, const Readable& readable, const JudgedAt& at,
                 const Access& access) {
  const bool is_allowed = readable.permission.extent == Extent::all ||
                          (!version.deleted && readable.glance.surely_matches(version));
  if (!is_allowed) return false;
  const Bound* bound = access.bound();
  const auto until = bound == nullptr ? std::optional(std::numeric_limits<std::int64_t>::max())
                                      : bound->open_until(version.type, version.id, version.body);
  if (until && access.shades() == nullptr) access.identity().seen.add(at, *until, version);
  return until || !bound->limit_of(version.type, version.id, version.body);
}

bool matches_itself(const storage::Version& version, const Criterion& limit, const Access& access) {
  if (access.extractor() == nullptr || version.deleted) return false;
  const auto document = fhir::json::Document::read(version.body);
  if (!document) return false;
  const fhir::Element resource = fhir::root_element(document->root(), access.definitions());
  if (resource.value == nullptr || resource.type == nullptr) return false;
  if (const auto quick = matches(limit, resource, *access.extractor())) return *quick;
  const auto rows = access.extractor()->extract(resource);
  if (!rows) return false;
  return search::matches(limit, {version.id, version.last_updated, &*rows}).value_or(false);
}

fhir::Unexpected<fhir::Issue> not_found() {
  return fhir::unexpected(fhir::make_issue(fhir::IssueType::not_found,
                                           "There is no such resource, or none for this token"));
}

}  // namespace server::access
