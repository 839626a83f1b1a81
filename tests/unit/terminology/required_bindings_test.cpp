// Every required binding of the core must be decided by the server itself.
#include <doctest/doctest.h>

#include <set>
#include <string>

#include "core_definitions.h"
#include "fhir/definitions/schema.h"
#include "fhir/formats/json_document.h"
#include "terminology/value_set.h"

namespace {

using fhir::Membership;
using fhir::json::Value;

void collect_bindings(const fhir::TypeSchema& type, std::set<std::string>& out, int depth = 0) {
  for (const fhir::ElementSchema& element : type.elements) {
    if (element.binding.strength == fhir::BindingStrength::required &&
        !element.binding.value_set.empty())
      out.emplace(element.binding.value_set);
    for (const fhir::TypeRef& ref : element.types) {
      if (ref.type != nullptr && ref.type->kind == fhir::TypeKind::backbone && depth < 20)
        collect_bindings(*ref.type, out, depth + 1);
    }
  }
}

std::set<std::string> required_value_sets() {
  std::set<std::string> found;
  for (const fhir::TypeSchema* type : core_definitions()->types()) collect_bindings(*type, found);
  return found;
}

void check_contained(const Value& owner, const terminology::ValueSet& set,
                     const std::string& name) {
  const Value* list = owner.find("contains");
  if (list == nullptr) return;
  for (const Value& item : list->items()) {
    const std::string_view code = item.string_at("code");
    if (!code.empty()) {
      INFO(name, " ", code);
      CHECK(set.contains({.system = item.string_at("system"), .code = code}) == Membership::yes);
      CHECK(set.contains_code(code) == Membership::yes);
    }
    check_contained(item, set, name);
  }
}

}  // namespace

TEST_CASE("Every value set with a required binding in the core is held") {
  const std::set<std::string> names = required_value_sets();
  CHECK(names.size() > 200);
  for (const std::string& name : names) {
    // LOINC's answer list of Observation's blood type example is not published with R4.
    if (name.starts_with("http://loinc.org/vs/")) continue;
    CHECK_MESSAGE(core_terminology().value_set(name) != nullptr, name);
  }
}

TEST_CASE("Every code of an official expansion is in its value set when the binding is required") {
  for (const std::string& name : required_value_sets()) {
    const terminology::ValueSet* set = core_terminology().find_value_set(name);
    const fhir::ConformanceRecord* record = core_definitions()->record("ValueSet", name);
    if (set == nullptr || record == nullptr) continue;
    const auto document = fhir::json::Document::read(std::string(record->json));
    REQUIRE(document);
    if (const Value* expansion = document->root().find("expansion"))
      check_contained(*expansion, *set, name);
  }
}

TEST_CASE("A code outside a required value set is refused, not left open") {
  // UCUM is judged by its grammar in the future; until then codes beyond the listed ones are open.
  const std::set<std::string> open = {"http://hl7.org/fhir/ValueSet/ucum-units",
                                      "http://hl7.org/fhir/ValueSet/ucum-units|4.0.1"};
  for (const std::string& name : required_value_sets()) {
    const terminology::ValueSet* set = core_terminology().find_value_set(name);
    if (set == nullptr) continue;
    const Membership expected = open.contains(name) ? Membership::unknown : Membership::no;
    CHECK_MESSAGE(set->contains_code("no such code") == expected, name);
    if (!open.contains(name))
      CHECK_MESSAGE(set->contains({.system = "urn:nowhere", .code = "x"}) == Membership::no, name);
  }
}
