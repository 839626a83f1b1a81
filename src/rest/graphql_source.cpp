// https://hl7.org/fhir/R4/graphql.html
#include "src/rest/graphql_source.h"

#include "src/rest/answer.h"
#include "src/rest/interactions/interactions.h"
#include "src/rest/local_reference.h"
#include "src/rest/path.h"
#include "src/rest/search_request.h"
#include "src/rest/version_number.h"

namespace server::rest {

fhir::Result<storage::Reader*> GraphqlSource::reader() {
  if (reader_ == nullptr) {
    FHIR_TRY(made, call_.reader());
    reader_ = std::move(made);
  }
  return reader_.get();
}

std::optional<graphql::Address> GraphqlSource::address_of(std::string_view reference) const {
  const auto local = local_reference(call_, reference);
  if (!local) return std::nullopt;
  return graphql::Address{std::string(local->type), std::string(local->id),
                          std::string(local->version)};
}

fhir::Result<std::string, graphql::Issues> GraphqlSource::read(const graphql::Address& address) {
  REST_TRY(reader, this->reader());
  if (address.version.empty()) {
    REST_TRY(current, reader->read(address.type, address.id));
    return std::move(current.body);
  }
  FHIR_TRY(number, version_number(address.version));
  REST_TRY(version, reader->read_version(address.type, address.id, number));
  if (version.deleted)
    return fhir::unexpected(failure(fhir::make_issue(
        fhir::IssueType::deleted, "This version is the deletion of the resource")));
  return std::move(version.body);
}

fhir::Result<graphql::Found, graphql::Issues> GraphqlSource::search(const graphql::Search& search) {
  Parameters parameters = search.parameters;
  parameters.emplace_back("_count", std::to_string(search.count.value_or(call_.options->page_max)));
  auto query = parse_search(call_, search.type, parameters, search::Handling::strict);
  if (!query) {
    // `http.name` names a parameter of the URL, which this is none: the place in the document
    // tells.
    Failure issues = std::move(query).error();
    for (fhir::Issue& issue : issues) issue.expression.clear();
    return fhir::unexpected(std::move(issues));
  }
  query->cursor = search.cursor;
  query->index_of = index_of(call_);
  REST_TRY(reader, this->reader());
  graphql::Found out;
  out.count = query->count;
  if (search.wants_total) {
    REST_TRY(total, reader->count(*query));
    out.total = total;
  }
  if (query->count == 0) return out;
  REST_TRY(page, reader->search(*query));
  for (storage::Page::Entry& entry : page.entries) {
    if (entry.is_match) out.matches.push_back({std::move(entry.version.body), entry.score});
  }
  out.next = std::move(page.next_cursor);
  return out;
}

/// As the interaction of REST, with all that it checks.
fhir::Result<graphql::Written, graphql::Issues> GraphqlSource::write(
    const graphql::Change& change) {
  static const http::Headers k_no_headers;
  Call call = call_;
  call.type = change.type;
  call.id = change.id;
  call.operation = {};
  call.parameters.clear();
  call.body = change.resource;
  call.body_format = Format::json;
  call.entry_resource = nullptr;
  call.headers = &k_no_headers;
  call.prefer_return = ReturnPreference::representation;
  call.is_get = false;
  FHIR_CHECK(check_names(call));
  // Its snapshot will be of before; and what waits for a reader must not hold another.
  reader_.reset();
  using Kind = graphql::Change::Kind;
  FHIR_TRY(response, change.kind == Kind::create   ? create(call)
                     : change.kind == Kind::update ? update(call)
                                                   : remove(call));
  graphql::Written out;
  out.location = response.headers.get("Location");
  if (out.location.empty()) out.location = response.headers.get("Content-Location");
  fhir::Issue done;
  done.severity = fhir::Severity::information;
  done.type = fhir::IssueType::informational;
  done.diagnostics = change.kind == Kind::remove ? "The resource is deleted"
                     : response.status == 201    ? "The resource is created"
                                                 : "The resource is updated";
  out.information = outcome_json(std::span(&done, 1));
  if (change.kind != Kind::remove) out.body = std::move(response.body);
  return out;
}

/// The alphabet of URLs: clients put cursors there.
std::string GraphqlSource::seal(std::string_view text) const {
  return call_.snapshot->store().seal(text);
}

fhir::Result<std::string, graphql::Issues> GraphqlSource::open(std::string_view sealed) const {
  if (auto text = call_.snapshot->store().unseal(sealed)) return *std::move(text);
  return fhir::unexpected(
      failure(fhir::make_issue(fhir::Situation::malformed, fhir::IssueType::invalid,
                               "The cursor is none that this server gave")));
}

}  // namespace server::rest
