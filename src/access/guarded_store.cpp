#include "src/access/guarded_store.h"

#include <optional>

#include "src/access/guarded_query.h"
#include "src/access/guarded_reader.h"
#include "src/access/limit.h"
#include "src/access/shown.h"

namespace server::access {
namespace {

using security::Right;
using storage::WriteMethod;

constexpr std::chrono::seconds k_look_within{10};

std::optional<Right> right_for(WriteMethod method) {
  switch (method) {
    case WriteMethod::create:
      return security::right_create;
    case WriteMethod::update:
    case WriteMethod::patch:
      return security::right_update;
    case WriteMethod::delete_:
      return security::right_delete;
    default:
      return std::nullopt;
  }
}

std::string_view verb_of(Right right) {
  return right == security::right_create   ? "create "
         : right == security::right_update ? "update "
                                           : "delete ";
}

fhir::Result<void> check(const storage::Write& write, const Access& access) {
  const auto right = right_for(write.method);
  if (!right) return forbidden("No token lets resources be erased or indexed again");
  const bool is_patch = write.method == WriteMethod::patch;
  const Extent extent =
      is_patch ? access.permission_by_scopes(write.type, *right, policy::interaction_patch).extent
               : access.permission_by_scopes(write.type, *right).extent;
  if (extent == Extent::none)
    return forbidden("The token's scopes do not allow to " + std::string(verb_of(*right)) +
                     write.type);
  if (extent == Extent::some)
    return forbidden("With scopes of one patient or with a filter this server does not yet " +
                     std::string(verb_of(*right)) + "resources: " + write.type);
  const policy::Shades* shades = access.shades();
  if (shades != nullptr && shades->of(write.type) != nullptr &&
      (*right == security::right_create || *right == security::right_update))
    return forbidden("This role does not see all of " + write.type + ", and cannot write it");
  // Whether something matches is told by what becomes of the write.
  if (write.precondition.must_match_none != nullptr &&
      access.permission_by_scopes(write.type, security::right_search).extent != Extent::all)
    return forbidden("A condition on " + write.type + " needs a scope that searches all of them");
  return {};
}

}  // namespace

fhir::Result<std::unique_ptr<storage::Reader>> GuardedStore::reader(
    std::chrono::steady_clock::time_point deadline) {
  FHIR_TRY(reader, store_.reader(deadline));
  return std::unique_ptr<storage::Reader>(
      std::make_unique<GuardedReader>(std::move(reader), access_));
}

fhir::Result<storage::Version> GuardedStore::read(std::string_view type, std::string_view id,
                                                  std::chrono::steady_clock::time_point deadline) {
  const Permission permission = access_.permission_by_scopes(type, security::right_read);
  if (permission.extent != Extent::none) {
    auto one = judged_alone(store_.read(type, id, deadline), permission, access_);
    if (one && one->has_value() && access_.shades() != nullptr)
      return shown(*std::move(*one), access_);
    if (one) return *std::move(one);
  }
  FHIR_TRY(reader, this->reader(deadline));
  return reader->read(type, id);
}

/// What is withheld from the token is not for it to change, and no condition finds it.
fhir::Result<void> GuardedStore::hold_to_bound(storage::Write& write) {
  const Bound* bound = access_.bound();
  if (bound == nullptr || !bound->is_binding()) return {};
  if (write.precondition.must_match_none != nullptr) {
    FHIR_TRY(limited, guarded(*write.precondition.must_match_none, access_));
    write.precondition.must_match_none = std::make_shared<const search::Query>(std::move(limited));
  }
  if (write.method == WriteMethod::create) return {};
  const auto deadline = std::chrono::steady_clock::now() + k_look_within;
  const auto current = store_.read(write.type, write.id, deadline);
  if (!current) return {};
  const auto limit = bound->limit_of(write.type, write.id, current->body);
  if (!limit) return {};
  FHIR_TRY(reader, this->reader(deadline));
  const auto seen = reader->read(write.type, write.id);
  if (!seen) return forbidden("This token cannot write a resource with this id");
  return {};
}

fhir::Result<storage::Store::Outcome, storage::Store::Failure> GuardedStore::write(
    std::vector<storage::Write> writes) {
  for (std::size_t i = 0; i < writes.size(); ++i) {
    if (auto allowed = check(writes[i], access_); !allowed)
      return fhir::unexpected(Failure{i, std::move(allowed).error()});
    if (auto bounded = hold_to_bound(writes[i]); !bounded)
      return fhir::unexpected(Failure{i, std::move(bounded).error()});
  }
  std::vector<std::string> types;
  for (const storage::Write& write : writes) types.push_back(write.type);
  auto outcome = store_.write(std::move(writes));
  if (!outcome || access_.shades() == nullptr) return outcome;
  for (std::size_t i = 0; i < types.size(); ++i) {
    auto body = shown(std::move(outcome->written[i].body), types[i], access_);
    if (!body) return fhir::unexpected(Failure{i, std::move(body).error()});
    outcome->written[i].body = *std::move(body);
  }
  return outcome;
}

fhir::Result<void> GuardedStore::put_note(std::string_view, std::string_view) {
  return forbidden("No token lets the server's own notes be written");
}

std::vector<std::pair<std::string, std::uint64_t>> GuardedStore::counts() {
  return access_.reads_everything() ? store_.counts()
                                    : std::vector<std::pair<std::string, std::uint64_t>>();
}

}  // namespace server::access
