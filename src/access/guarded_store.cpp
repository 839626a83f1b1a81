#include "src/access/guarded_store.h"

#include <optional>

#include "src/access/guarded_query.h"
#include "src/access/guarded_reader.h"
#include "src/access/limit.h"

namespace server::access {
namespace {

using security::Right;
using storage::WriteMethod;

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
  const Extent extent = access.permission(write.type, *right).extent;
  if (extent == Extent::none)
    return forbidden("The token's scopes do not allow to " + std::string(verb_of(*right)) +
                     write.type);
  if (extent == Extent::some)
    return forbidden("With scopes of one patient or with a filter this server does not yet " +
                     std::string(verb_of(*right)) + "resources: " + write.type);
  // Whether something matches is told by what becomes of the write.
  if (write.precondition.must_match_none != nullptr &&
      access.permission(write.type, security::right_search).extent != Extent::all)
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
  const Permission permission = access_.permission(type, security::right_read);
  if (permission.extent == Extent::all) return store_.read(type, id, deadline);
  if (permission.extent == Extent::some) {
    auto one = judged(store_.read(type, id, deadline), permission.limit, access_);
    if (one) return *std::move(one);
  }
  FHIR_TRY(reader, this->reader(deadline));
  return reader->read(type, id);
}

fhir::Result<storage::Store::Outcome, storage::Store::Failure> GuardedStore::write(
    std::vector<storage::Write> writes) {
  for (std::size_t i = 0; i < writes.size(); ++i) {
    if (auto allowed = check(writes[i], access_); !allowed)
      return fhir::unexpected(Failure{i, std::move(allowed).error()});
  }
  return store_.write(std::move(writes));
}

fhir::Result<void> GuardedStore::put_note(std::string_view, std::string_view) {
  return forbidden("No token lets the server's own notes be written");
}

std::vector<std::pair<std::string, std::uint64_t>> GuardedStore::counts() {
  return access_.reads_everything() ? store_.counts()
                                    : std::vector<std::pair<std::string, std::uint64_t>>();
}

}  // namespace server::access
