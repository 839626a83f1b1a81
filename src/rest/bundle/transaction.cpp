// https://hl7.org/fhir/R4/http.html#trules: ids first, then links, then one write of everything in
// the order DELETE, POST, PUT; reads see the result.
#include "src/rest/bundle/transaction.h"

#include <algorithm>
#include <map>
#include <utility>

#include "src/rest/answer.h"
#include "src/rest/bundle/entry.h"
#include "src/rest/bundle/link_map.h"
#include "src/rest/conditional.h"
#include "src/rest/patch_body.h"
#include "src/rest/references.h"
#include "src/rest/referential.h"
#include "src/rest/resource_input.h"
#include "src/rest/stored_body.h"

namespace server::rest {
namespace {

using bundle_entries::Entry;

constexpr int k_attempts_max = 5;

/// What an entry comes to before anything is written.
struct Plan {
  const Entry* entry = nullptr;
  enum class Kind { write, existing, nothing, read } kind = Kind::read;
  std::string type;
  std::string id;
  storage::WriteMethod method = storage::WriteMethod::create;
  storage::Precondition precondition;
  std::optional<fhir::json::Document> patched;  // what a PATCH made of the current version
  std::size_t write = 0;                        // index into the writes, for Kind::write
  bool is_named_by_version = false;             // a reference in the bundle names what it makes
  bool is_pinned = false;                       // if_match is ours: it may be tried again
};

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
      Plan plan;
      plan.entry = &entry;
      if (auto planned = make_plan(plan); !planned) return at(std::move(planned).error(), entry);
      if (plan.kind == Plan::Kind::write || plan.kind == Plan::Kind::existing)
        links_.add(entry.full_url, plan.type, plan.id, version_sent_in(entry));
      plans_.push_back(std::move(plan));
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
    return answer(std::move(outcome->written));
  }

 private:
  fhir::Unexpected<Failure> at(Failure failure, const Entry& entry) const {
    for (fhir::Issue& issue : failure)
      issue = bundle_entries::at_entry(std::move(issue), entry, bundle_);
    return fhir::unexpected(std::move(failure));
  }

  fhir::Result<void, Failure> make_plan(Plan& plan) {
    const Entry& entry = *plan.entry;
    const std::string_view interaction = entry.match.route->interaction;
    plan.type = entry.match.type;
    plan.id = entry.match.id;
    FHIR_TRY(inner, bundle_entries::call_for(call_, entry, {}));
    if (interaction == "create") return plan_create(plan, inner);
    if (interaction == "update") return plan_update(plan);
    if (interaction == "delete") {
      plan.kind = Plan::Kind::write;
      plan.method = storage::WriteMethod::delete_;
      return take_if_match(plan);
    }
    if (interaction == "patch") return plan_patch(plan, inner);
    if (interaction == "conditional-patch") {
      FHIR_TRY(found, find_one(inner, plan.type, inner.parameters));
      if (!found.id)
        return fhir::unexpected(
            failure(fhir::make_issue(fhir::Situation::not_found, fhir::IssueType::not_found,
                                     "The criteria match no " + plan.type)));
      plan.id = *found.id;
      return plan_patch(plan, inner);
    }
    if (interaction == "conditional-update" || interaction == "conditional-delete")
      return plan_conditional(plan, inner);
    return {};
  }

  fhir::Result<void, Failure> check_type(const Plan& plan) const {
    if (plan.entry->resource->string_at("resourceType") == plan.type) return {};
    return fhir::unexpected(failure(fhir::make_issue(
        fhir::IssueType::invalid,
        "The resource is not a " + plan.type + ", which is the type in request.url")));
  }

  fhir::Result<void, Failure> plan_create(Plan& plan, const Call& inner) {
    FHIR_CHECK(check_type(plan));
    plan.kind = Plan::Kind::write;
    plan.id = new_id();
    plan.precondition.must_not_exist = true;
    const std::string_view condition = plan.entry->headers.get("If-None-Exist");
    if (condition.empty()) return {};
    FHIR_TRY(found, find_one(inner, plan.type, condition));
    if (found.id) {
      plan.kind = Plan::Kind::existing;
      plan.id = *found.id;
    } else {
      plan.precondition.must_match_none = std::move(found.query);
    }
    return {};
  }

  fhir::Result<void, Failure> plan_update(Plan& plan) {
    FHIR_CHECK(check_type(plan));
    if (plan.entry->resource->string_at("id") != plan.id)
      return fhir::unexpected(failure(fhir::make_issue(
          fhir::IssueType::invalid, "The resource's id is not the id in request.url")));
    plan.kind = Plan::Kind::write;
    plan.method = storage::WriteMethod::update;
    plan.precondition.must_not_exist = plan.entry->headers.get("If-None-Match") == "*";
    return take_if_match(plan);
  }

  /// The patch works on the version that stands now; the write holds only while it does.
  fhir::Result<void, Failure> plan_patch(Plan& plan, const Call& inner) {
    plan.kind = Plan::Kind::write;
    plan.method = storage::WriteMethod::patch;
    FHIR_TRY(body, PatchBody::read_entry(inner, plan.entry->resource));
    REST_TRY(current, call_.snapshot->store().read(plan.type, plan.id, call_.deadline));
    FHIR_CHECK(take_if_match(plan));
    if (!plan.precondition.if_match) plan.precondition.if_match = current.version_id;
    FHIR_TRY(document, body.apply(inner, current));
    FHIR_CHECK(validate_patched(inner, document));
    plan.patched = std::move(document);
    return {};
  }

  fhir::Result<void, Failure> plan_conditional(Plan& plan, const Call& inner) {
    FHIR_TRY(found, find_one(inner, plan.type, inner.parameters));
    if (plan.entry->method == http::Method::delete_) {
      plan.kind = found.id ? Plan::Kind::write : Plan::Kind::nothing;
      plan.method = storage::WriteMethod::delete_;
      plan.id = found.id.value_or("");
      return take_if_match(plan);
    }
    FHIR_CHECK(check_type(plan));
    const std::string_view sent_id = plan.entry->resource->string_at("id");
    plan.kind = Plan::Kind::write;
    plan.method = storage::WriteMethod::update;
    if (found.id) {
      if (!sent_id.empty() && sent_id != *found.id)
        return fhir::unexpected(failure(
            fhir::make_issue(fhir::IssueType::invalid,
                             "The resource's id is not that of the resource the criteria match")));
      plan.id = *found.id;
    } else {
      plan.id = sent_id.empty() ? new_id() : std::string(sent_id);
      plan.precondition.must_match_none = std::move(found.query);
    }
    return take_if_match(plan);
  }

  fhir::Result<void, Failure> take_if_match(Plan& plan) const {
    const std::string_view text = plan.entry->headers.get("If-Match");
    if (text.empty()) return {};
    plan.precondition.if_match = version_of_etag(text);
    if (plan.precondition.if_match) return {};
    return fhir::unexpected(
        failure(fhir::make_issue(fhir::Situation::precondition_failed, fhir::IssueType::conflict,
                                 "ifMatch names no version that this server gave")));
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
      const bool is_get =
          plan.entry->method == http::Method::get || plan.entry->method == http::Method::head;
      if (plan.kind != Plan::Kind::read || !is_get) continue;
      if (const Plan* write = plan.id.empty() ? nullptr : write_of(plan.type, plan.id)) {
        if (write->method != storage::WriteMethod::delete_) continue;
        return at(failure(fhir::make_issue(fhir::Situation::gone, fhir::IssueType::deleted,
                                           "The transaction deletes what this entry reads")),
                  *plan.entry);
      }
      auto inner = bundle_entries::call_for(call_, *plan.entry, {});
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
    }
    return write;
  }

  const Plan* plan_of_write(std::size_t write) const {
    return write < order_.size() ? order_[write] : nullptr;
  }

  Answer answer(std::vector<storage::Written> written) {
    std::string text = R"({"resourceType":"Bundle","type":"transaction-response")";
    if (!plans_.empty()) text += R"(,"entry":[)";
    for (const Plan& plan : plans_) {
      if (plan.entry->index != 0) text += ',';
      append_entry(text, plan, written);
    }
    text += plans_.empty() ? "}" : "]}";
    return fhir_response(200, std::move(text));
  }

  void append_entry(std::string& text, const Plan& plan, std::vector<storage::Written>& written) {
    const bool with_resource = call_.prefer_return == ReturnPreference::representation;
    switch (plan.kind) {
      case Plan::Kind::write: {
        if (plan.method == storage::WriteMethod::delete_) {
          http::Response deleted;
          deleted.status = 204;
          bundle_entries::append_response_entry(text, deleted, false);
          return;
        }
        Call shape = call_;
        shape.prefer_return =
            with_resource ? ReturnPreference::representation : ReturnPreference::minimal;
        const http::Response response =
            written_response(shape, plan.type, plan.id, std::move(written[plan.write]));
        bundle_entries::append_response_entry(text, response, with_resource);
        return;
      }
      case Plan::Kind::nothing: {
        http::Response nothing;
        nothing.status = 204;
        bundle_entries::append_response_entry(text, nothing, false);
        return;
      }
      case Plan::Kind::existing:
        bundle_entries::append_response_entry(text, existing(plan), with_resource);
        return;
      case Plan::Kind::read: {
        // deviation: a read that fails only now, since another client was quicker, is an entry with
        // its outcome; the writes stand.
        auto inner = bundle_entries::call_for(call_, *plan.entry, {});
        Answer read = inner ? plan.entry->match.route->handle(*inner)
                            : Answer(fhir::unexpected(inner.error()));
        bundle_entries::append_response_entry(
            text, read ? *std::move(read) : failure_response(read.error()),
            plan.entry->method != http::Method::head);
        return;
      }
    }
  }

  http::Response existing(const Plan& plan) const {
    auto reader = call_.reader();
    if (reader) {
      if (auto version = (*reader)->read(plan.type, plan.id)) {
        storage::Written as_is;
        as_is.version_id = version->version_id;
        as_is.last_updated = version->last_updated;
        as_is.body = std::move(version->body);
        Call shape = call_;
        shape.prefer_return = ReturnPreference::representation;
        return written_response(shape, plan.type, plan.id, std::move(as_is));
      }
    }
    http::Response response;
    response.headers.add("Location", call_.options->base_url + "/" + plan.type + "/" + plan.id);
    return response;
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
