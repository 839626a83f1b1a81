// $expunge: erases resources from the store, their history and the index, for good. R4 has no such
// operation. Off unless set; never more than asked for, and in small steps, so that others wait for
// none of it.
#include <algorithm>

#include "fhir/formats/json_writer.h"
#include "src/rest/answer.h"
#include "src/rest/interactions/interactions.h"
#include "src/rest/operation_input.h"
#include "src/rest/resource_input.h"
#include "src/rest/version_number.h"

namespace server::rest {
namespace {

using storage::Erasable;
using storage::WriteMethod;

constexpr std::size_t k_limit_default = 1000;
constexpr std::size_t k_limit_max = 100'000;
constexpr std::size_t k_step = 50;  // resources in one transaction

struct Request {
  bool deleted = false;     // expungeDeletedResources
  bool versions = false;    // expungePreviousVersions
  bool everything = false;  // expungeEverything: live resources too
  std::size_t limit = k_limit_default;
};

fhir::Result<Request, Failure> request_of(const Call& call) {
  FHIR_TRY(input, read_operation_input(call, "",
                                       {"limit", "expungeDeletedResources",
                                        "expungePreviousVersions", "expungeEverything"}));
  const auto given = input.parameters();
  Request request;
  REST_TRY(deleted, given.boolean("expungeDeletedResources", false));
  REST_TRY(versions, given.boolean("expungePreviousVersions", false));
  REST_TRY(everything, given.boolean("expungeEverything", false));
  REST_TRY(limit, given.count("limit"));
  request.deleted = deleted;
  request.versions = versions;
  request.everything = everything;
  request.limit = limit.value_or(k_limit_default);
  if (request.limit == 0 || request.limit > k_limit_max)
    return refuse(fhir::IssueType::value,
                  "limit is a number from 1 to " + std::to_string(k_limit_max));
  if (!deleted && !versions && !everything && call.version.empty())
    return refuse(fhir::IssueType::required,
                  "$expunge needs expungeDeletedResources, expungePreviousVersions or "
                  "expungeEverything to be true");
  return request;
}

storage::Write erasure(WriteMethod method, std::string_view type, std::string id) {
  storage::Write write;
  write.method = method;
  write.type = type;
  write.id = std::move(id);
  return write;
}

class Expunging {
 public:
  Expunging(const Call& call, const Request& request) : call_(call), request_(request) {}

  std::size_t erased() const { return erased_; }
  bool is_at_limit() const { return erased_ >= request_.limit; }

  /// One resource: its old versions, or all of it.
  fhir::Result<void, Failure> instance() {
    if (!call_.version.empty()) {
      FHIR_TRY(number, version_number(call_.version));
      auto write = erasure(WriteMethod::erase_history, call_.type, std::string(call_.id));
      write.erased_version = number;
      FHIR_CHECK(apply(std::move(write)));
      if (erased_ > 0) return {};
      return fhir::unexpected(failure(fhir::make_issue(
          fhir::IssueType::not_found, "There is no such version of this resource")));
    }
    if (request_.everything || request_.deleted) {
      auto write = erasure(WriteMethod::erase, call_.type, std::string(call_.id));
      write.only_when_deleted = !request_.everything;
      FHIR_CHECK(apply(std::move(write)));
      if (erased_ > 0) return {};
    }
    if (!request_.versions) return {};
    return apply(erasure(WriteMethod::erase_history, call_.type, std::string(call_.id)));
  }

  fhir::Result<void, Failure> type(std::string_view type) {
    if (request_.everything) {
      FHIR_CHECK(all(type, Erasable::any, WriteMethod::erase));
    } else if (request_.deleted) {
      FHIR_CHECK(all(type, Erasable::deleted, WriteMethod::erase));
    }
    if (request_.versions && !request_.everything)
      FHIR_CHECK(all(type, Erasable::superseded, WriteMethod::erase_history));
    return {};
  }

 private:
  /// Everything of a kind, as far as the limit goes: each step looks anew for what there is.
  fhir::Result<void, Failure> all(std::string_view type, Erasable which, WriteMethod method) {
    while (!is_at_limit()) {
      const auto step = std::min(k_step, request_.limit - erased_);
      std::vector<std::string> ids;
      {
        REST_TRY(reader, call_.reader());
        REST_TRY(found, reader->erasable(type, which, static_cast<std::uint32_t>(step)));
        ids = std::move(found);
      }
      if (ids.empty()) return {};
      std::vector<storage::Write> writes;
      for (std::string& id : ids) {
        writes.push_back(erasure(method, type, std::move(id)));
        writes.back().only_when_deleted = which == Erasable::deleted;
      }
      const std::size_t before = erased_;
      FHIR_CHECK(write(std::move(writes)));
      if (erased_ == before) return {};  // what was found has changed meanwhile
      if (std::chrono::steady_clock::now() >= call_.deadline) return {};
    }
    return {};
  }

  fhir::Result<void, Failure> apply(storage::Write one) {
    std::vector<storage::Write> writes;
    writes.push_back(std::move(one));
    return write(std::move(writes));
  }

  fhir::Result<void, Failure> write(std::vector<storage::Write> writes) {
    auto outcome = call_.snapshot->store().write(std::move(writes));
    if (!outcome) return fhir::unexpected(write_failure(call_, std::move(outcome).error().issue));
    for (const storage::Written& written : outcome->written) erased_ += written.unchanged ? 0 : 1;
    return {};
  }

  const Call& call_;
  const Request& request_;
  std::size_t erased_ = 0;  // resources, of which all or the old versions
};

}  // namespace

/// At one resource, one version, a type or the system; `limit` counts resources. Answers how many
/// were erased, or lost their old versions.
Answer expunge(const Call& call) {
  if (!call.options->expunge)
    return fhir::unexpected(
        failure(fhir::make_issue(fhir::Situation::refused, fhir::IssueType::forbidden,
                                 "This server erases nothing; --expunge allows it")));
  FHIR_TRY(request, request_of(call));
  Expunging expunging(call, request);
  if (!call.id.empty()) {
    FHIR_CHECK(expunging.instance());
  } else if (!call.type.empty()) {
    FHIR_CHECK(expunging.type(call.type));
  } else {
    for (std::string_view type : call.snapshot->definitions().resource_types()) {
      if (!expunging.is_at_limit()) FHIR_CHECK(expunging.type(type));
    }
  }
  std::string text;
  fhir::json::Builder out(text);
  out.begin_object().string("resourceType", "Parameters").key("parameter").begin_array();
  out.begin_object().string("name", "count");
  out.number("valueInteger", static_cast<long long>(expunging.erased())).end_object();
  out.end_array().end_object();
  return fhir_response(200, std::move(text));
}

}  // namespace server::rest
