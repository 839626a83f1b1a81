// What the tests of GraphQL share: the core definitions, a source of two resources, and a run.
#pragma once

#include <doctest/doctest.h>

#include <map>
#include <string>

#include "fhir/formats/json_document.h"
#include "src/graphql/executor.h"
#include "src/graphql/parser.h"
#include "src/graphql/validator.h"

namespace graphql_test {

using namespace server::graphql;

inline const Schema& schema() {
  static const auto definitions = [] {
    fhir::LoadOptions options;
    options.sources = {MEDISYNC_SOURCE_DIR "/profiles/.packages/hl7.fhir.r4.examples"};
    options.cache_folder = MEDISYNC_BINARY_DIR "/definitions";
    return std::move(fhir::DefinitionStore::load(options)).value();
  }();
  static const Schema made(*definitions);
  return made;
}

inline constexpr const char* k_patient = R"({"resourceType":"Patient","id":"p","active":true,
  "contained":[{"resourceType":"Organization","id":"o","name":"Inside"}],
  "name":[{"use":"official","family":"A","given":["B","C"]},
          {"use":"usual","given":[null,"D"],"_given":[{"id":"x"},null]}],
  "birthDate":"1974-12-25","_birthDate":{"id":"bd"},
  "managingOrganization":{"reference":"#o"},
  "generalPractitioner":[{"reference":"Practitioner/d"},{"reference":"Practitioner/none"}]})";

/// Knows what `bodies` holds; every search finds all of its type, and is noted.
class MapSource final : public Source {
 public:
  std::map<std::string, std::string, std::less<>> bodies = {
      {"Patient/p", k_patient},
      {"Practitioner/d", R"({"resourceType":"Practitioner","id":"d","gender":"female"})"}};
  std::vector<std::string> searches;
  std::vector<std::string> changes;  // `Type/id resource`
  int reads = 0;

  std::optional<Address> address_of(std::string_view reference) const override {
    const std::size_t slash = reference.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    return Address{std::string(reference.substr(0, slash)),
                   std::string(reference.substr(slash + 1)), ""};
  }
  fhir::Result<std::string, Issues> read(const Address& address) override {
    ++reads;
    const auto found = bodies.find(address.type + "/" + address.id);
    if (found != bodies.end()) return found->second;
    return fhir::unexpected(Issues{fhir::make_issue(fhir::IssueType::not_found, "not here")});
  }
  fhir::Result<Found, Issues> search(const Search& search) override {
    std::string text(search.type);
    for (const auto& [name, value] : search.parameters) text += "&" + name + "=" + value;
    searches.push_back(text);
    Found found;
    found.count = search.count.value_or(50);
    for (const auto& [key, body] : bodies) {
      if (key.starts_with(std::string(search.type) + "/")) found.matches.push_back({body, {}});
    }
    return found;
  }
  fhir::Result<Written, Issues> write(const Change& change) override {
    changes.push_back(std::string(change.type) + "/" + change.id + " " + change.resource);
    const std::string key =
        std::string(change.type) + "/" + (change.id.empty() ? "new" : change.id);
    if (change.kind == Change::Kind::remove) {
      bodies.erase(key);
      return Written{"", "", R"({"resourceType":"OperationOutcome"})"};
    }
    bodies[key] = change.resource;
    return Written{key + "/_history/1", change.resource, R"({"resourceType":"OperationOutcome"})"};
  }
  std::string seal(std::string_view text) const override { return std::string(text); }
  fhir::Result<std::string, Issues> open(std::string_view sealed) const override {
    return std::string(sealed);
  }
};

struct Run {
  std::string data;  // empty when there are errors
  Errors errors;

  std::string first() const {
    if (errors.empty()) return "";
    const fhir::Issue& issue = errors.front().issue;
    return std::to_string(issue.line) + ":" + std::to_string(issue.column) + " " +
           issue.diagnostics;
  }
};

/// Over Patient/p, or over the system; variables as JSON.
inline Run run(std::string_view source, MapSource& from, bool is_system = false,
               std::string_view variables = "{}") {
  auto document = parse(source);
  if (!document) return {"", {document.error()}};
  const auto operation = choose_operation(*document, "");
  if (!operation) return {"", operation.error()};
  const auto json = fhir::json::Document::read(std::string(variables));
  auto values = coerce_variables(**operation, &json->root());
  if (!values) return {"", values.error()};
  Shape root;
  if (!is_system) root = shape_of(*schema().resource("Patient"));
  if ((*operation)->kind == OperationKind::mutation) root.kind = ShapeKind::mutation;
  if (Errors errors = validate(*document, **operation, *values, schema(), root); !errors.empty())
    return {"", std::move(errors)};
  Services services;
  services.schema = &schema();
  services.source = &from;
  services.deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  auto data = execute(*document, **operation, *values, services,
                      is_system ? Address{} : Address{"Patient", "p", ""});
  if (!data) return {"", data.error()};
  return {*data, {}};
}

inline Run run(std::string_view source) {
  MapSource from;
  return run(source, from);
}

}  // namespace graphql_test
