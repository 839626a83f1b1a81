// https://hl7.org/fhir/R4/http.html#update https://hl7.org/fhir/R4/http.html#ccreate
#include "src/access/guarded_write.h"

#include <array>
#include <memory>
#include <optional>
#include <utility>

#include "src/access/guarded_query.h"
#include "src/policy/patient_compartment.h"

namespace server::access {
namespace {

using storage::WriteMethod;

struct Asked {
  security::Right right;
  policy::Interaction interaction;
  std::string_view verb;  // as it is told
};

std::optional<Asked> asked_of(WriteMethod method) {
  switch (method) {
    case WriteMethod::create:
      return Asked{security::right_create, policy::interaction_create, "create"};
    case WriteMethod::update:
      return Asked{security::right_update, policy::interaction_update, "update"};
    case WriteMethod::patch:
      return Asked{security::right_update, policy::interaction_patch, "patch"};
    case WriteMethod::delete_:
      return Asked{security::right_delete, policy::interaction_delete, "delete"};
    default:
      return std::nullopt;
  }
}

/// The resource of the write, if it matches.
std::shared_ptr<const search::Query> query_of(const storage::Write& write,
                                              const search::Criterion& limit,
                                              const Access& access) {
  auto query = std::make_shared<search::Query>();
  query->resource_type = write.type;
  query->count = 1;
  query->criteria.push_back(policy::by_id(access.definitions(), write.type, write.id));
  query->criteria.push_back(policy::copy_of(limit));
  return query;
}

fhir::Result<Permission> allowed(const storage::Write& write, const Asked& asked,
                                 const Access& access) {
  Permission permission = access.permission_by_scopes(write.type, asked.right, asked.interaction);
  if (permission.extent == Extent::none)
    return forbidden(not_allowed(asked.verb, write.type, asked.right, access));
  return permission;
}

std::shared_ptr<const search::Query> query_of(const storage::Write& write,
                                              const std::optional<search::Criterion>& limit,
                                              const Access& access) {
  return limit ? query_of(write, *limit, access) : nullptr;
}

}  // namespace

void hold_to_bound(storage::Write& write, const Access& access) {
  if (access.bound() == nullptr) return;
  const bool makes_new = write.method == WriteMethod::create || write.has_new_id;
  const std::array<std::string_view, 2> body{write.body.head, write.body.tail};
  const WriteLimits limits = access.bound()->limits_of_write(
      write.type, write.id,
      write.method == WriteMethod::delete_ ? std::span<const std::string_view>() : body,
      makes_new ? Standing::nothing : Standing::maybe);
  write.held.before = query_of(write, limits.before, access);
  write.held.changed = query_of(write, limits.changed, access);
  for (const search::Criterion& one : limits.anew)
    write.held.anew.push_back(query_of(write, one, access));
}

fhir::Result<void> hold_to_limits(storage::Write& write, const Access& access) {
  const auto asked = asked_of(write.method);
  if (!asked) return forbidden("No token lets resources be erased or indexed again");
  FHIR_TRY(permission, allowed(write, *asked, access));
  const bool makes_new = write.method == WriteMethod::create || write.has_new_id;
  if (permission.extent == Extent::some && makes_new) {
    FHIR_TRY(creation, allowed(write, *asked_of(WriteMethod::create), access));
    if (creation.extent == Extent::some)
      write.limit_after = query_of(write, creation.limit, access);
  } else if (permission.extent == Extent::some) {
    write.limit_before = query_of(write, permission.limit, access);
    if (write.method != WriteMethod::delete_) write.limit_after = write.limit_before;
  }
  if (write.precondition.must_match_none == nullptr || access.reads_everything()) return {};
  const bool is_full_text = write.precondition.must_match_none->is_full_text;
  FHIR_TRY(condition, guarded(*write.precondition.must_match_none, access));
  condition.is_full_text = is_full_text;
  write.precondition.must_match_none = std::make_shared<search::Query>(std::move(condition));
  return {};
}

}  // namespace server::access
