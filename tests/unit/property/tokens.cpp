#include "tests/unit/property/tokens.h"

#include <map>

namespace property_test {
namespace {

std::string text_at(const fhir::Element& element, std::string_view name) {
  return std::string(fhir::child(element, name).text());
}

std::vector<fhir::Element> children(const fhir::Element& element, std::string_view wanted) {
  std::vector<fhir::Element> found;
  fhir::for_each_child(element, [&](std::string_view name, const fhir::Element& child) {
    if (name == wanted) found.push_back(child);
    return true;
  });
  return found;
}

/// "code: … the system is the one implied by the binding": of the elements that resources here
/// have.
std::string implied_system(const fhir::Element& code) {
  static const std::map<std::string_view, std::string_view> systems = {
      // by the value set's id
      {"administrative-gender", "http://hl7.org/fhir/administrative-gender"},
      {"observation-status", "http://hl7.org/fhir/observation-status"},
      {"encounter-status", "http://hl7.org/fhir/encounter-status"},
      {"location-status", "http://hl7.org/fhir/location-status"},
      {"medicationrequest-status", "http://hl7.org/fhir/CodeSystem/medicationrequest-status"},
      {"medicationrequest-intent", "http://hl7.org/fhir/CodeSystem/medicationrequest-intent"},
      {"request-priority", "http://hl7.org/fhir/request-priority"},
      {"request-status", "http://hl7.org/fhir/request-status"},
      {"request-intent", "http://hl7.org/fhir/request-intent"},
      {"list-status", "http://hl7.org/fhir/list-status"},
      {"list-mode", "http://hl7.org/fhir/list-mode"},
      {"address-use", "http://hl7.org/fhir/address-use"}};
  if (code.definition == nullptr) return {};
  std::string_view name = code.definition->binding.value_set;
  name = name.substr(0, name.find('|'));
  name = name.substr(name.rfind('/') + 1);
  const auto found = systems.find(name);
  return found == systems.end() ? std::string() : std::string(found->second);
}

}  // namespace

std::vector<Token> tokens_of(const fhir::Element& element) {
  std::vector<Token> tokens;
  if (element.type == nullptr) return tokens;  // there is none
  const std::string_view type = element.type->name;
  const auto add = [&](std::string system, std::string code) {
    if (!system.empty() || !code.empty()) tokens.push_back({std::move(system), std::move(code)});
  };
  if (element.is_primitive()) {
    add(type == "code" ? implied_system(element) : "", std::string(element.text()));
  } else if (type == "Coding") {
    add(text_at(element, "system"), text_at(element, "code"));
  } else if (type == "Identifier") {
    add(text_at(element, "system"), text_at(element, "value"));
  } else if (type == "ContactPoint") {  // "at the discretion of the server": the value, no system
    add("", text_at(element, "value"));
  } else {
    for (const fhir::Element& coding : children(element, "coding")) {
      add(text_at(coding, "system"), text_at(coding, "code"));
    }
  }
  return tokens;
}

/// "CodeableConcept.text, Coding.display, or Identifier.type.text".
std::vector<std::string> texts_of(const fhir::Element& element) {
  std::vector<std::string> texts;
  const std::string_view type = element.type->name;
  if (type == "Coding") texts.push_back(text_at(element, "display"));
  if (type == "Identifier") texts.push_back(text_at(fhir::child(element, "type"), "text"));
  if (type == "CodeableConcept") {
    texts.push_back(text_at(element, "text"));
    for (const fhir::Element& coding : children(element, "coding"))
      texts.push_back(text_at(coding, "display"));
  }
  std::erase(texts, "");
  return texts;
}

bool is_token_match(const Value& asked, const Token& token) {
  if (asked.parts.size() == 1) return asked.parts[0] == token.code;
  return asked.parts[0] == token.system && (asked.parts[1].empty() || asked.parts[1] == token.code);
}

bool is_of_type(const Value& asked, const fhir::Element& identifier) {
  if (identifier.type->name != "Identifier" || text_at(identifier, "value") != asked.parts[2])
    return false;
  for (const Token& token : tokens_of(fhir::child(identifier, "type"))) {
    if (token.system == asked.parts[0] && token.code == asked.parts[1]) return true;
  }
  return false;
}

}  // namespace property_test
