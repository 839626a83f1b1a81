// https://hl7.org/fhir/R4/http.html#brules
#include "src/rest/bundle/batch.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include "fhir/formats/json_writer.h"
#include "src/jobs/progress.h"
#include "src/rest/answer.h"
#include "src/rest/bundle/entry.h"
#include "src/rest/bundle/helpers.h"
#include "src/rest/interactions/interactions.h"
#include "src/storage/cancellation.h"

namespace server::rest {
namespace {

using bundle_entries::Entry;

/// Lines and columns of an entry read alone are not those of the bundle: the expression tells.
Failure in_bundle(Failure failure, const Entry& entry, const fhir::json::Document& bundle) {
  for (fhir::Issue& issue : failure) {
    const std::size_t dot = issue.expression.find('.');
    std::string path = entry.expression();
    if (!issue.expression.empty()) path += ".resource";
    if (dot != std::string::npos) path += issue.expression.substr(dot);
    issue.expression = std::move(path);
    issue.line = 0;
    issue = bundle_entries::at_entry(std::move(issue), entry, bundle);
  }
  return failure;
}

/// "servers SHOULD execute the batch in the same order as that specified below for transactions":
/// DELETE, POST, PUT and PATCH, GET and HEAD.
std::size_t phase_of(const Entry& entry) {
  switch (entry.method) {
    case http::Method::delete_:
      return 0;
    case http::Method::post:
      return 1;
    case http::Method::put:
    case http::Method::patch:
      return 2;
    default:
      return 3;
  }
}

class Batch {
 public:
  Batch(const Call& call, const fhir::json::Document& bundle, const std::vector<Entry>& entries)
      : call_(call), bundle_(bundle), entries_(entries), answers_(entries.size()) {}

  std::string run() {
    count_parts();
    count_changes();
    std::array<std::vector<const Entry*>, 4> phases;
    for (const Entry& entry : entries_) phases[phase_of(entry)].push_back(&entry);
    for (const auto& phase : phases) {
      const auto part = [&](std::size_t at) { run(*phase[at]); };
      if (call_.helpers != nullptr) {
        call_.helpers->run(phase.size(), part);
      } else {
        for (std::size_t at = 0; at < phase.size(); ++at) part(at);
      }
    }
    return text();
  }

  /// "sorted with oldest versions last": one after the other, as a resource may occur several
  /// times.
  std::string run_from_last() {
    count_parts();
    for (std::size_t at = entries_.size(); at != 0; --at) run(entries_[at - 1]);
    return text();
  }

 private:
  using Identity = std::pair<std::string_view, std::string_view>;

  void count_parts() {
    if (call_.progress != nullptr)
      call_.progress->total = static_cast<std::uint32_t>(entries_.size());
  }

  std::string text() {
    std::string text = R"({"resourceType":"Bundle","type":"batch-response")";
    if (!entries_.empty()) text += R"(,"entry":[)";
    for (std::size_t at = 0; at < answers_.size(); ++at) {
      if (at != 0) text += ',';
      text += std::exchange(answers_[at], {});
    }
    return text + (entries_.empty() ? "}" : "]}");
  }

  static bool changes_one(const Entry& entry) {
    return phase_of(entry) != 3 && !entry.match.id.empty() && entry.match.operation.empty();
  }

  void count_changes() {
    for (const Entry& entry : entries_) {
      if (changes_one(entry)) ++changes_[{entry.match.type, entry.match.id}];
    }
  }

  /// "there SHALL be no interdependencies between the different entries … Servers SHOULD validate
  /// that this is the case"
  fhir::Result<void, Failure> check_is_independent(const Entry& entry) const {
    const auto found = changes_.find({entry.match.type, entry.match.id});
    if (!changes_one(entry) || found == changes_.end() || found->second == 1) return {};
    return fhir::unexpected(
        failure(fhir::make_issue(fhir::Situation::malformed, fhir::IssueType::duplicate,
                                 "Several entries of the batch change the same resource")));
  }

  Answer answer(const Entry& entry) const {
    if (call_.progress != nullptr && call_.progress->is_cancelled)
      return fhir::unexpected(
          failure(fhir::make_issue(fhir::Situation::unavailable, fhir::IssueType::transient,
                                   "The batch was cancelled before this entry")));
    // Some entries run in threads of their own.
    std::optional<storage::CancelScope> scope;
    if (call_.progress != nullptr) scope.emplace(call_.progress->is_cancelled);
    FHIR_CHECK(check_is_independent(entry));
    std::string body;
    if (entry.resource != nullptr && entry.method != http::Method::patch)
      body = fhir::json::to_string(*entry.resource);
    FHIR_TRY(inner, bundle_entries::call_for(call_, entry, body));
    return entry.match.route->handle(inner);
  }

  /// An entry is a slot of its own, so that the answers stand in the order of what was asked.
  void run(const Entry& entry) {
    Answer answered = answer(entry);
    const http::Response response =
        answered ? *std::move(answered)
                 : failure_response(in_bundle(std::move(answered).error(), entry, bundle_));
    const bool with_resource = call_.prefer_return == ReturnPreference::representation ||
                               entry.method == http::Method::get ||
                               !entry.match.operation.empty() || entry.path.ends_with("_search");
    bundle_entries::append_response_entry(answers_[entry.index], response, with_resource);
    if (call_.progress != nullptr) ++call_.progress->done;
  }

  const Call& call_;
  const fhir::json::Document& bundle_;
  const std::vector<Entry>& entries_;
  std::vector<std::string> answers_;
  std::map<Identity, std::size_t> changes_;
};

/// "any entries with the request method of POST must use the Bundle.entry.resource.id": what came
/// to be is put there, whichever way it did.
void put_under_own_id(Entry& entry) {
  if (entry.resource == nullptr || phase_of(entry) == 3) return;
  entry.method = http::Method::put;
  entry.path = entry.resource->string_at("resourceType");
  entry.path.append("/").append(entry.resource->string_at("id"));
  entry.query = {};
  entry.match = match(entry.method, entry.path).value_or(Match{});
}

}  // namespace

Answer replay(const Call& call, const fhir::json::Document& bundle) {
  FHIR_TRY(entries, bundle_entries::read_entries(call, bundle));
  Failure problems;
  for (Entry& entry : entries) {
    put_under_own_id(entry);
    entry.headers.clear();  // what was asked of another server's versions
    if (entry.match.route != nullptr && !entry.match.id.empty()) continue;
    problems.push_back(bundle_entries::at_entry(
        fhir::make_issue(fhir::IssueType::required,
                         "An entry of a history names one resource, with its type and id"),
        entry, bundle));
  }
  if (!problems.empty()) return fhir::unexpected(std::move(problems));
  return fhir_response(200, Batch(call, bundle, entries).run_from_last());
}

Answer batch(const Call& call, const fhir::json::Document& bundle) {
  FHIR_TRY(entries, bundle_entries::read_entries(call, bundle));
  return fhir_response(200, Batch(call, bundle, entries).run());
}

}  // namespace server::rest
