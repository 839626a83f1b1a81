// $document: a composition and all that it refers to, as one document.
// https://hl7.org/fhir/R4/composition-operation-document.html
// https://hl7.org/fhir/R4/documents.html
#include <deque>
#include <set>

#include "fhir/base/date_time.h"
#include "fhir/formats/json_writer.h"
#include "src/rest/answer.h"
#include "src/rest/interactions/interactions.h"
#include "src/rest/local_reference.h"
#include "src/rest/operation_input.h"
#include "src/rest/path.h"
#include "src/rest/referential.h"
#include "src/rest/resource_input.h"
#include "src/rest/search_request.h"
#include "src/rest/stored_body.h"
#include "src/rest/version_number.h"

namespace server::rest {
namespace {

using fhir::json::Document;

constexpr std::string_view k_definition =
    "http://hl7.org/fhir/OperationDefinition/Composition-document";
constexpr std::size_t k_entries_max = 2000;
constexpr std::size_t k_bytes_max = std::size_t{64} << 20;

/// "the id parameter SHALL NOT be used if the operation is requested on a particular composition".
fhir::Result<std::string, Failure> composition_of(const Call& call,
                                                  const operations::Parameters& given) {
  if (!call.id.empty()) {
    if (given.has("id"))
      return refuse(fhir::IssueType::invalid,
                    "The URL names the composition: the parameter id may not be given");
    return std::string(call.id);
  }
  if (!given.has("id"))
    return refuse(fhir::IssueType::required,
                  "$document needs a composition: Composition/[id]/$document, or the parameter id");
  const std::string_view id = given.text("id");
  if (is_id(id)) return std::string(id);
  const auto reference = local_reference(call, id);
  if (reference && reference->type == "Composition") return std::string(reference->id);
  // "Servers are not required to support generating documents on Compositions located on another
  // server"
  return refuse(fhir::IssueType::not_supported, "The parameter id names no composition of ours");
}

/// Gathers the entries, breadth first, each resource once.
class Gathering {
 public:
  Gathering(const Call& call, storage::Reader& reader) : call_(call), reader_(reader) {}

  /// errors   of reading what the composition itself refers to · too-costly: a limit
  fhir::Result<void, Failure> run(std::string_view composition) {
    FHIR_CHECK(add({"Composition", composition, {}}, 0));
    for (std::size_t at = 0; at < entries_.size(); ++at) {
      REST_TRY(resource, Document::read(entries_[at].body));
      FHIR_CHECK(follow(resource.root(), at == 0));
    }
    return {};
  }

  const std::deque<storage::Version>& entries() const { return entries_; }

 private:
  fhir::Result<void, Failure> follow(const fhir::json::Value& resource, bool is_composition) {
    fhir::Result<void, Failure> done;
    for_each_local_reference(call_, resource, [&](const LocalReference& target) {
      // Whom the document is about the composition says: a link to another patient's record is no
      // reason to hand that out.
      const bool is_somebody = target.type == "Patient" || target.type == "Group";
      if (!done || (is_somebody && !is_composition)) return;
      done = add(target, is_composition ? 1 : 2);
    });
    return done;
  }

  /// distance   from the composition, in references: farther than one, what is missing stays out
  fhir::Result<void, Failure> add(const LocalReference& target, int distance) {
    if (!seen_.emplace(target.type, target.id).second) return {};
    std::int64_t number = 0;
    if (!target.version.empty()) {
      const auto named = version_number(target.version);
      number = named ? *named : -1;
    }
    auto found = number == 0 ? reader_.read(target.type, target.id)
                             : reader_.read_version(target.type, target.id, number);
    if (!found) {
      if (distance > 1 && found.error().situation != fhir::Situation::timed_out) return {};
      if (distance == 0) return fhir::unexpected(failure(std::move(found).error()));
      // "locates all the referenced resources … and either returns a full document bundle, or
      // returns an error"
      return fhir::unexpected(
          failure(fhir::make_issue(fhir::Situation::unprocessable, fhir::IssueType::not_found,
                                   "The composition refers to " + std::string(target.type) + "/" +
                                       std::string(target.id) + ", which is not here")));
    }
    bytes_ += found->body.size();
    if (entries_.size() >= k_entries_max || bytes_ > k_bytes_max)
      return fhir::unexpected(failure(
          fhir::make_issue(fhir::IssueType::too_costly, "The document would have more than " +
                                                            std::to_string(k_entries_max) +
                                                            " resources, or more than 64 MiB")));
    entries_.push_back(*std::move(found));
    return {};
  }

  const Call& call_;
  storage::Reader& reader_;
  std::set<std::pair<std::string, std::string>> seen_;
  std::deque<storage::Version> entries_;
  std::size_t bytes_ = 0;
};

/// "The document bundle SHALL have an identifier … a timestamp"; the composition comes first.
std::string document_bundle(const Call& call, const std::deque<storage::Version>& entries,
                            std::string_view id) {
  std::string text;
  fhir::json::Builder out(text);
  out.begin_object().string("resourceType", "Bundle").string("id", id);
  out.key("identifier").begin_object().string("system", "urn:ietf:rfc:3986");
  out.string("value", "urn:uuid:" + new_id()).end_object();
  out.string("type", "document").string("timestamp", fhir::format_instant(now_utc_ms()));
  out.key("entry").begin_array();
  for (const storage::Version& entry : entries) {
    out.begin_object().string("fullUrl",
                              call.options->base_url + "/" + entry.type + "/" + entry.id);
    out.raw("resource", entry.body).end_object();
  }
  out.end_array().end_object();
  return text;
}

/// "If the document is stored, … it SHOULD be provided explicitly in the HTTP Location header".
Answer persisted(const Call& call, std::string text, std::string id) {
  REST_TRY(bundle, Document::read(std::move(text)));
  FHIR_CHECK(validate_patched(call, bundle));
  FHIR_TRY(write,
           make_write(call, storage::WriteMethod::create, "Bundle", std::move(id), bundle.root()));
  const std::string location = call.options->base_url + "/Bundle/" + write.id;
  write.precondition.must_not_exist = true;
  std::vector<storage::Write> writes;
  writes.push_back(std::move(write));
  auto outcome = write_all(call, std::move(writes));
  if (!outcome) return fhir::unexpected(write_failure(call, std::move(outcome).error().issue));
  http::Response response = fhir_response(200, std::move(outcome->written.front().body));
  response.headers.add("Location", location);
  return response;
}

}  // namespace

Answer document(const Call& call) {
  FHIR_TRY(input, read_operation_input(call, k_definition));
  const operations::Parameters given = input.parameters();
  FHIR_TRY(composition, composition_of(call, given));
  REST_TRY(persist, given.boolean("persist", false));
  if (given.has("graph"))
    return refuse(fhir::IssueType::not_supported,
                  "The parameter graph is not supported: a document has all that is referred to");
  std::string id = new_id();
  std::string text;
  {
    REST_TRY(reader, call.reader());  // given back before the write
    Gathering gathering(call, *reader);
    FHIR_CHECK(gathering.run(composition));
    text = document_bundle(call, gathering.entries(), id);
  }
  return persist ? persisted(call, std::move(text), std::move(id))
                 : fhir_response(200, std::move(text));
}

}  // namespace server::rest
