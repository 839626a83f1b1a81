#include "profile_support.h"

#include <cstdlib>
#include <iostream>

namespace test {
namespace {

constexpr std::string_view k_base = "http://test.example.org/";

}  // namespace

std::string profile(std::string_view name, std::string_view type, std::string_view elements) {
  std::string out = R"({"resourceType":"StructureDefinition","derivation":"constraint",)";
  const auto member = [&](std::string_view key, std::string_view value) {
    out.append("\"").append(key).append("\":\"").append(value).append("\",");
  };
  member("url", std::string(k_base) + std::string(name));
  member("version", "1.0.0");
  member("name", name);
  member("kind", type == "Extension" || type == "Quantity" ? "complex-type" : "resource");
  member("type", type);
  member("baseDefinition", "http://hl7.org/fhir/StructureDefinition/" + std::string(type));
  out.append(R"("snapshot":{"element":[{"path":")").append(type).append("\"}");
  if (!elements.empty()) out.append(",").append(elements);
  return out + "]}}";
}

Guide::Guide(const std::vector<std::string>& structures) {
  auto store = definitions()->with(structures);
  auto made = store ? fhir::validation::Validator::make(*store, &terminology())
                    : fhir::Result<std::unique_ptr<fhir::validation::Validator>>(
                          fhir::unexpected(store.error()));
  if (!made) {
    std::cerr << "a test's profile is malformed: " << made.error().diagnostics << '\n';
    std::exit(1);
  }
  validator_ = std::move(*made);
}

Findings Guide::validate(std::string_view json, std::string_view profile_name) const {
  const fhir::json::Document document = read(json);
  fhir::validation::Options options;
  if (!profile_name.empty()) options.profiles = {std::string(k_base) + std::string(profile_name)};
  fhir::IssueList issues;
  validator_->validate(document, options, issues);
  return Findings(issues.issues());
}

}  // namespace test
