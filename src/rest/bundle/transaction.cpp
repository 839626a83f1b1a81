// https://hl7.org/fhir/R4/http.html#trules: ids first, then links, then one write of everything in
// the order DELETE, POST, PUT; reads see the result.
#include "src/rest/bundle/transaction.h"

#include <algorithm>
#include <map>
#include <utility>

#include "src/rest/answer.h"
#include "src/rest/bundle/entry.h"
#include "src/rest/bundle/link_map.h"
#include "src/rest/bundle/plan.h"
#include "src/rest/bundle/transaction_response.h"
#include "src/rest/references.h"
#include "src/rest/referential.h"
#include "src/rest/resource_input.h"

namespace server::rest {
namespace {

using bundle_entries::Entry;
using bundle_entries::Plan;

constexpr int k_attempts_max = 5;

class Transaction {
 public:
  Transaction(const Call& call, const fhir::json::Document& bundle,
              const std::vector<Entry>& entries)
      : call_(call),
        bundle_(bundle),
        entries_(entries),
        links_(call, arena_, [this](auto type, auto id) { return version_after(type, id); }) {}

  /// One attempt; `overtaken` tells that a condition changed meanwhile and another attempt may do.
  Answer run(bool& overtaken) {
    for (const Entry& entry : entries_) {
      auto plan = bundle_entries::plan_of(call_, entry);
      if (!plan) return at(std::move(plan).error(), entry);
      if (plan->kind == Plan::Kind::write || plan->kind == Plan::Kind::existing)
        links_.add(entry.full_url, plan->type, plan->id, version_sent_in(entry));
      plans_.push_back(*std::move(plan));
    }
    FHIR_CHECK(refuse_duplicates());
    FHIR_CHECK(check_reads());
    FHIR_TRY(writes, make_writes());
    auto outcome = write_all(call_, std::move(writes));
    if (!outcome) {
      const Plan* failed = plan_of_write(outcome.error().failed);
      const fhir::IssueType type = outcome.error().issue.type;
      overtaken = type == fhir::IssueType::duplicate ||
                  (type == fhir::IssueType::conflict && failed != nullptr && failed->is_pinned);
      return at(write_failure(call_, std::move(outcome).error().issue),
                *(failed != nullptr ? failed : &plans_.front())->entry);
    }
    return bundle_entries::transaction_response(call_, plans_, std::move(outcome->written));
  }

 private:
  fhir::Unexpected<Failure> at(Failure failure, const Entry& entry) const {
    for (fhir::Issue& issue : failure)
      issue = bundle_entries::at_entry(std::move(issue), entry, bundle_);
    return fhir::unexpected(std::move(failure));
  }

  /// "If any resource identities (including resolved identities from conditional update/delete)
  /// overlap in steps 1-3, then the transaction SHALL fail."
  fhir::Result<void, Failure> refuse_duplicates() {
    for (Plan& plan : plans_) {
      if (plan.kind != Plan::Kind::write ||
          writes_.emplace(std::pair<std::string_view, std::string_view>(plan.type, plan.id), &plan)
              .second)
        continue;
      return at(
          failure(fhir::make_issue(fhir::Situation::malformed, fhir::IssueType::duplicate,
                                   "Two entries of the transaction change the same resource")),
          *plan.entry);
    }
    return {};
  }

  Plan* write_of(std::string_view type, std::string_view id) const {
    const auto found = writes_.find({type, id});
    return found != writes_.end() ? found->second : nullptr;
  }

  static std::string_view version_sent_in(const Entry& entry) {
    const fhir::json::Value* meta =
        entry.resource != nullptr ? entry.resource->find("meta") : nullptr;
    return meta != nullptr ? meta->string_at("versionId") : std::string_view{};
  }

  /// The version that a resource has once all is written: for references that name it. What this
  /// transaction changes must not be changed by others before.
  std::optional<std::int64_t> version_after(std::string_view type, std::string_view id) {
    Plan* plan = write_of(type, id);
    if (plan != nullptr && plan->method == storage::WriteMethod::delete_) return std::nullopt;
    storage::HistoryRequest request;
    request.type = type;
    request.id = id;
    request.count = 1;
    auto reader = call_.reader();
    if (!reader) return std::nullopt;
    const auto page = (*reader)->history(request);
    const bool is_known = page && !page->versions.empty();
    if (plan == nullptr) {
      if (!is_known || page->versions.front().deleted) return std::nullopt;
      return page->versions.front().version_id;
    }
    plan->is_named_by_version = true;
    if (!is_known) return 1;
    const std::int64_t current = page->versions.front().version_id;
    if (!page->versions.front().deleted && !plan->precondition.if_match) {
      plan->precondition.if_match = current;
      plan->is_pinned = true;
    }
    return plan->precondition.if_match.value_or(current) + 1;
  }

  /// "If any of the entries fail, the whole transaction fails": reads are tried before anything is
  /// written. What they answer comes after, so that it shows what was written.
  fhir::Result<void, Failure> check_reads() const {
    for (const Plan& plan : plans_) {
      if (plan.kind != Plan::Kind::read) continue;
      if (const Plan* write = plan.id.empty() ? nullptr : write_of(plan.type, plan.id)) {
        if (write->method != storage::WriteMethod::delete_) continue;
        return at(failure(fhir::make_issue(fhir::Situation::gone, fhir::IssueType::deleted,
                                           "The transaction deletes what this entry reads")),
                  *plan.entry);
      }
      const std::string body = bundle_entries::body_of(*plan.entry);
      auto inner = bundle_entries::call_for(call_, *plan.entry, body);
      if (!inner) return at(std::move(inner).error(), *plan.entry);
      if (Answer read = plan.entry->match.route->handle(*inner); !read)
        return at(std::move(read).error(), *plan.entry);
    }
    return {};
  }

  static int rank(const Plan& plan) {
    switch (plan.method) {
      case storage::WriteMethod::delete_:
        return 0;
      case storage::WriteMethod::create:
        return 1;
      default:
        return 2;
    }
  }

  fhir::Result<std::vector<storage::Write>, Failure> make_writes() {
    for (Plan& plan : plans_) {
      if (plan.kind == Plan::Kind::write) order_.push_back(&plan);
    }
    std::stable_sort(order_.begin(), order_.end(),
                     [](const Plan* a, const Plan* b) { return rank(*a) < rank(*b); });
    std::vector<storage::Write> writes;
    writes.reserve(order_.size());
    for (Plan* plan : order_) {
      plan->write = writes.size();
      auto write = make_entry_write(*plan);
      if (!write) return at(std::move(write).error(), *plan->entry);
      writes.push_back(*std::move(write));
    }
    // Only now: a later entry may name the version that an earlier one makes.
    for (Plan* plan : order_) {
      writes[plan->write].precondition = std::move(plan->precondition);
      writes[plan->write].must_make_version = plan->is_named_by_version;
    }
    return writes;
  }

  fhir::Result<storage::Write, Failure> make_entry_write(Plan& plan) {
    storage::Write write;
    if (plan.method == storage::WriteMethod::delete_) {
      write.method = plan.method;
      write.type = plan.type;
      write.id = plan.id;
    } else {
      const std::string_view full_url = plan.entry->full_url;
      const fhir::json::Value& given = plan.patched ? plan.patched->root() : *plan.entry->resource;
      const fhir::json::Value resource =
          replace_links(given, call_.snapshot->definitions().type(plan.type), arena_,
                        [&](std::string_view link, LinkKind kind) {
                          return links_.target(link, kind, full_url);
                        });
      if (links_.problem()) return fhir::unexpected(failure(*links_.problem()));
      FHIR_TRY(made, make_write(call_, plan.method, plan.type, plan.id, resource));
      write = std::move(made);
      write.has_new_id = plan.has_new_id;
    }
    return write;
  }

  const Plan* plan_of_write(std::size_t write) const {
    return write < order_.size() ? order_[write] : nullptr;
  }

  const Call& call_;
  const fhir::json::Document& bundle_;
  const std::vector<Entry>& entries_;
  fhir::Arena arena_;
  LinkMap links_;
  std::vector<Plan> plans_;
  std::vector<Plan*> order_;
  std::map<std::pair<std::string_view, std::string_view>, Plan*> writes_;  // by type and id
};

}  // namespace

Answer transaction(const Call& call, const fhir::json::Document& bundle) {
  FHIR_TRY(entries, bundle_entries::read_entries(call, bundle));
  FHIR_CHECK(validate(call, bundle));
  for (int attempt = 1;; ++attempt) {
    bool overtaken = false;
    Answer answer = Transaction(call, bundle, entries).run(overtaken);
    if (answer || !overtaken || attempt == k_attempts_max) return answer;
  }
}

}  // namespace server::rest
