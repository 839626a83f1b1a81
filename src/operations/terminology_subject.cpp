// https://hl7.org/fhir/R4/terminology-service.html
#include "src/operations/terminology_subject.h"

#include <utility>

#include "terminology/implied.h"

namespace server::operations {

using fhir::IssueType;
using fhir::make_issue;
using fhir::unexpected;
using fhir::json::Value;
using terminology::CodeSystem;

namespace {

/// A POST of the resource itself arrives as the parameter `resource`.
const Value* sent_resource(const Parameters& parameters, std::string_view name) {
  const Value* sent = parameters.resource(name);
  return sent != nullptr ? sent : parameters.resource("resource");
}

fhir::Issue not_found(std::string_view type, std::string_view canonical) {
  return make_issue(IssueType::not_found,
                    "No " + std::string(type) + " " + std::string(canonical) + " is held");
}

fhir::Issue nothing_named(std::string_view parameters) {
  return make_issue(IssueType::required, "One of " + std::string(parameters) + " is needed");
}

template <class T>
Subject<T> take(std::unique_ptr<const T> owned) {
  const T* item = owned.get();
  return {item, std::move(owned)};
}

}  // namespace

fhir::Result<Subject<CodeSystem>> code_system_of(const Invocation& invocation,
                                                 const Parameters& parameters,
                                                 std::string_view system,
                                                 std::string_view coding_version) {
  const Services& services = *invocation.services;
  std::string_view url = parameters.text("url");
  std::string_view version = parameters.text("version");
  if (!invocation.id.empty()) {
    FHIR_TRY(named, canonical_by_id(services, "CodeSystem", invocation.id));
    url = named.url;
    version = named.version;
  } else if (const Value* sent = sent_resource(parameters, "codeSystem")) {
    FHIR_TRY(read, services.terminology->read_code_system(*sent));
    return take(std::move(read));
  }
  if (version.empty()) version = coding_version;
  if (url.empty()) url = system;
  if (url.empty()) return unexpected(nothing_named("url, codeSystem, or an id in the URL"));
  FHIR_TRY(found, code_system_by_url(services, url, version));
  return Subject<CodeSystem>{found, nullptr};
}

fhir::Result<const CodeSystem*> code_system_by_url(const Services& services, std::string_view url,
                                                   std::string_view version) {
  const CodeSystem* found = services.terminology->code_system(url, version);
  if (found != nullptr) return found;
  const std::string canonical = canonical_of(url, version);
  if (services.definitions->record("CodeSystem", canonical) == nullptr)
    return unexpected(not_found("CodeSystem", canonical));
  return unexpected(make_issue(fhir::Situation::unprocessable, IssueType::not_supported,
                               "The concepts of the CodeSystem " + canonical + " are not held"));
}

fhir::Result<Canonical> canonical_by_id(const Services& services, std::string_view type,
                                        std::string_view id) {
  for (const fhir::ConformanceRecord& record : services.definitions->records(type)) {
    if (record.id == id) return Canonical{record.url, record.version};
  }
  if (const terminology::Implied* implied = services.terminology->implied().find(type, id))
    return Canonical{implied->url, implied->version};
  return unexpected(not_found(std::string(type) + " with the id", id));
}

std::string canonical_of(std::string_view url, std::string_view version) {
  std::string canonical(url);
  if (!version.empty()) canonical.append("|").append(version);
  return canonical;
}

}  // namespace server::operations
