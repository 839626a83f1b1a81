#include "src/access/guarded_store.h"

#include <algorithm>
#include <utility>

#include "src/access/guarded_query.h"
#include "src/access/guarded_reader.h"
#include "src/access/guarded_write.h"
#include "src/access/limit.h"
#include "src/access/restored_write.h"
#include "src/access/shown.h"
#include "src/access/told_of.h"

namespace server::access {
namespace {

using storage::WriteMethod;

constexpr std::chrono::seconds k_look_within{10};

/// Whether what the bound withholds of a resource takes others to tell: then no verdict on it is
/// kept, for what they are changes without it.
bool takes_others(std::string_view type, const Access& access) {
  return is_withheld_with_others(type) && access.bound() != nullptr &&
         access.bound()->may_withhold(type);
}

/// What is left to say of a write once it is on its way.
struct Sent {
  std::string type, id;
  bool is_held = false;    // to what must match before
  bool is_pinned = false;  // to the version that hidden elements came from
};

/// What others refer to, and from where, is told to who sees everything.
fhir::Issue without_others(fhir::Issue issue, const Access& access) {
  const bool tells = issue.situation == fhir::Situation::conflict &&
                     issue.type == fhir::IssueType::conflict && !access.reads_everything();
  if (tells) issue.diagnostics = "What refers to what would not hold together after this write";
  return issue;
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
  const JudgedAt at = access_.judged_at();
  if (const auto seen = access_.identity().seen.find(at, type, id)) {
    auto found = store_.read(type, id, deadline);
    if (found && seen.is(*found)) return found;
  }
  const auto readable = access_.readable(type);
  if (readable->permission.extent != Extent::none && !takes_others(type, access_)) {
    auto found = store_.read(type, id, deadline);
    if (found && surely_seen(*found, *readable, at, access_)) {
      if (access_.shades() == nullptr) return found;
      return shown(*std::move(found), access_);
    }
    auto one = judged_alone(std::move(found), *readable, access_);
    if (one && one->has_value() && access_.shades() != nullptr)
      return shown(*std::move(*one), access_);
    if (one) return *std::move(one);
  }
  FHIR_TRY(reader, this->reader(deadline));
  return reader->read(type, id);
}

/// What is withheld from the token is not for it to change: judged here before anything else may
/// tell of it, and again in the transaction, except by what others tell.
fhir::Result<void> GuardedStore::refuse_withheld(const storage::Write& write) {
  const Bound* bound = access_.bound();
  if (bound == nullptr || !bound->is_binding()) return {};
  if (write.method == WriteMethod::create) return {};
  const auto deadline = std::chrono::steady_clock::now() + k_look_within;
  const auto current = store_.read(write.type, write.id, deadline);
  if (!current) return {};
  if (takes_others(write.type, access_)) {
    FHIR_TRY(raw, store_.reader(deadline));
    FHIR_TRY(is_hidden, GuardedReader(std::move(raw), access_).is_withheld(*current));
    if (is_hidden) return forbidden(std::string(storage::k_held_back));
    return {};
  }
  const auto limit = bound->limit_of(write.type, write.id, current->body);
  if (!limit) return {};
  FHIR_TRY(reader, this->reader(deadline));
  const auto seen = reader->read(write.type, write.id);
  if (!seen) return forbidden(std::string(storage::k_held_back));
  return {};
}

/// Of a role that does not see all of a resource: what it does not see stays as it is.
///
/// returns   whether the write is held to the version that this was taken from
fhir::Result<bool> GuardedStore::restored(storage::Write& write) {
  if (write.method == WriteMethod::create || write.has_new_id) {
    FHIR_CHECK(restore(write, nullptr, access_));
    return false;
  }
  const auto current =
      store_.read(write.type, write.id, std::chrono::steady_clock::now() + k_look_within);
  if (!current && current.error().type != fhir::IssueType::not_found &&
      current.error().type != fhir::IssueType::deleted)
    return fhir::unexpected(current.error());
  if (auto done = restore(write, current ? &*current : nullptr, access_); !done) {
    const auto deadline = std::chrono::steady_clock::now() + k_look_within;
    const bool is_unseen =
        current && write.limit_before != nullptr && !read(write.type, write.id, deadline);
    if (!is_unseen) return fhir::unexpected(std::move(done).error());
    // The reason would tell that something stands there: what is told is what is of nothing.
    FHIR_CHECK(restore(write, nullptr, access_));
    return not_found();
  }
  const bool is_pinned = !write.precondition.if_match.has_value();
  if (is_pinned && current) write.precondition.if_match = current->version_id;
  if (is_pinned && !current) write.precondition.must_not_exist = true;
  return is_pinned;
}

fhir::Result<void> GuardedStore::prepare(storage::Write& write, bool& is_pinned) {
  FHIR_CHECK(hold_to_limits(write, access_));
  FHIR_CHECK(refuse_withheld(write));
  if (needs_restoring(write, access_)) {
    FHIR_TRY(pinned, restored(write));
    is_pinned = pinned;
  }
  hold_to_bound(write, access_);
  return {};
}

fhir::Result<storage::Store::Outcome, storage::Store::Failure> GuardedStore::write(
    std::vector<storage::Write> writes) {
  std::vector<Sent> sent;
  for (std::size_t i = 0; i < writes.size(); ++i) {
    Sent one{writes[i].type, writes[i].id};
    if (auto done = prepare(writes[i], one.is_pinned); !done)
      return fhir::unexpected(Failure{i, std::move(done).error()});
    one.is_held = writes[i].limit_before != nullptr;
    sent.push_back(std::move(one));
  }
  auto outcome = store_.write(std::move(writes));
  if (!outcome) {
    Failure failure = std::move(outcome).error();
    const Sent& one = sent[std::min(failure.failed, sent.size() - 1)];
    const bool is_overtaken = one.is_pinned &&
                              failure.issue.situation == fhir::Situation::precondition_failed &&
                              failure.issue.type == fhir::IssueType::conflict;
    if (one.is_held && failure.issue.type == fhir::IssueType::not_found &&
        read(one.type, one.id, std::chrono::steady_clock::now() + k_look_within)) {
      // Whoever sees it may know that it is there.
      failure.issue = fhir::make_issue(fhir::Situation::refused, fhir::IssueType::forbidden,
                                       "The token does not allow to change this resource");
    } else if (is_overtaken) {
      failure.issue = fhir::make_issue(fhir::Situation::conflict, fhir::IssueType::conflict,
                                       "The resource was changed meanwhile: try again");
    } else {
      failure.issue = without_others(std::move(failure.issue), access_);
    }
    return fhir::unexpected(std::move(failure));
  }
  for (std::size_t i = 0; i < sent.size(); ++i) {
    auto body = shown(std::move(outcome->written[i].body), sent[i].type, access_);
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
