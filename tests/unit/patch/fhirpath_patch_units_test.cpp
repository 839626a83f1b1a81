// A patch's paths are FHIRPath: what they compare has units, and what they ask of has value sets.
// https://hl7.org/fhirpath/N1/#quantity
#include "fhir/patch/fhirpath_patch.h"
#include "tests/support/unit_double.h"
#include "tests/unit/patch/support.h"

namespace {

/// Knows units alone.
class Units final : public fhir::TerminologyProvider {
 public:
  const fhir::CodeSet* value_set(std::string_view /*canonical*/) const override { return nullptr; }
  fhir::Membership in_code_system(std::string_view /*system*/,
                                  std::string_view /*code*/) const override {
    return fhir::Membership::unknown;
  }
  fhir::Membership subsumes(std::string_view /*system*/, std::string_view /*ancestor*/,
                            std::string_view /*descendant*/) const override {
    return fhir::Membership::unknown;
  }
  std::string_view display(std::string_view /*system*/, std::string_view /*code*/) const override {
    return {};
  }
  const fhir::UnitSystem* units() const override { return &units_; }

 private:
  test_support::UnitDouble units_;
};

}  // namespace

TEST_CASE("the path of a patch compares quantities of different units") {
  const auto observation = patch_test::parsed(R"({"resourceType":"Observation","component":[
    {"valueQuantity":{"value":2000,"system":"http://unitsofmeasure.org","code":"mg"}},
    {"valueQuantity":{"value":3,"system":"http://unitsofmeasure.org","code":"g"}}]})");
  const auto patch = patch_test::parsed(R"j({"resourceType":"Parameters","parameter":[
    {"name":"operation","part":[
      {"name":"type","valueCode":"delete"},
      {"name":"path","valueString":"Observation.component.where(value > 2500 'mg')"}]}]})j");
  const Units terminology;
  const auto result = fhir::patch::apply_fhirpath_patch(observation.root(), patch.root(),
                                                        patch_test::core(), &terminology);
  REQUIRE_MESSAGE(result.has_value(), result.error().diagnostics);
  CHECK(
      fhir::json::to_string(result->root()) ==
      R"({"resourceType":"Observation","component":[{"valueQuantity":{"value":2000,"system":"http://unitsofmeasure.org","code":"mg"}}]})");
}
