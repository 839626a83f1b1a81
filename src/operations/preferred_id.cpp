// https://hl7.org/fhir/R4/namingsystem-operation-preferred-id.html
#include "src/operations/preferred_id.h"

#include <algorithm>
#include <array>
#include <vector>

#include "src/operations/parameters.h"

namespace server::operations {
namespace {

using fhir::IssueType;
using fhir::make_issue;
using fhir::unexpected;
using fhir::json::Document;
using fhir::json::Value;

constexpr std::array<std::string_view, 4> k_types = {"oid", "uuid", "uri", "other"};

/// "a URI, an OID as a URI, a plain OID": the forms compare without their prefix.
std::string_view plain(std::string_view id) {
  for (std::string_view prefix : {"urn:oid:", "urn:uuid:"}) {
    if (id.starts_with(prefix)) return id.substr(prefix.size());
  }
  return id;
}

bool has_id(const Value& system, std::string_view id) {
  const Value* list = system.find("uniqueId");
  if (list == nullptr) return false;
  const auto items = list->items();
  return std::any_of(items.begin(), items.end(), [&](const Value& unique) {
    return plain(unique.string_at("value")) == plain(id);
  });
}

/// The preferred one of a type, else the first; empty when there is none.
std::string id_of(const Value& system, std::string_view type) {
  std::string found;
  for (const Value& unique : system.find("uniqueId")->items()) {
    if (unique.string_at("type") != type) continue;
    const Value* preferred = unique.find("preferred");
    if (preferred != nullptr && preferred->text() == "true")
      return std::string(plain(unique.string_at("value")));
    if (found.empty()) found = plain(unique.string_at("value"));
  }
  return found;
}

}  // namespace

fhir::Result<std::string> preferred_id(const Invocation& invocation) {
  const Parameters parameters(invocation.parameters);
  const std::string_view id = parameters.text("id");
  const std::string_view type = parameters.text("type");
  if (id.empty() || type.empty())
    return unexpected(make_issue(IssueType::required, "id and type are needed"));
  if (std::find(k_types.begin(), k_types.end(), type) == k_types.end())
    return unexpected(make_issue(IssueType::value, "type is one of oid, uuid, uri and other"));
  std::vector<std::string> found;
  bool is_known = false;
  for (const fhir::ConformanceRecord& record :
       invocation.services->definitions->records("NamingSystem")) {
    if (record.json.find(plain(id)) == std::string_view::npos) continue;
    FHIR_TRY(document, Document::read(std::string(record.json)));
    if (!has_id(document.root(), id)) continue;
    is_known = true;
    std::string other = id_of(document.root(), type);
    if (!other.empty() && std::find(found.begin(), found.end(), other) == found.end())
      found.push_back(std::move(other));
  }
  // "It is an error if more than one system matches the provided identifier"
  if (found.size() > 1)
    return unexpected(make_issue(IssueType::multiple_matches,
                                 "Several naming systems have the id " + std::string(id)));
  if (found.empty())
    return unexpected(make_issue(IssueType::not_found,
                                 is_known ? "The naming system has no id of that type"
                                          : "No naming system has the id " + std::string(id)));
  return ParametersWriter().text("result", "String", found[0]).finish();
}

}  // namespace server::operations
