// Any JSON as a stored body that is shown to a role: what is hidden or masked is gone, whatever
// stands around it, and all else is as it was. Bytes that are no JSON are not shown, and do no
// harm.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "fhir/formats/json_document.h"
#include "fhir/formats/json_writer.h"
#include "src/policy/shade.h"
#include "src/policy/shaded_body.h"
#include "tests/fuzz/core.h"

namespace {

using fhir::json::Document;
using fhir::json::Value;
using Fate = server::policy::ShadeNode::Fate;

constexpr std::string_view k_type = "Patient";

struct Fixture {
  std::shared_ptr<const fhir::DefinitionStore> definitions = fuzz::load_core();
  server::policy::Shades shades;

  Fixture() {
    const bool is_made = shades.add("Patient.birthDate", Fate::hidden, *definitions) &&
                         shades.add("Patient.contact.name", Fate::hidden, *definitions) &&
                         shades.add("Patient.telecom", Fate::masked, *definitions);
    if (!is_made) std::abort();
    shades.finish(*definitions);
  }
};

void demand(bool holds) {
  if (!holds) std::abort();
}

/// Of a Patient that was shown, by its tree.
void check_patient(const Value& shown, const Value& stored) {
  demand(shown.find("birthDate") == nullptr && shown.find("_birthDate") == nullptr);
  demand(shown.find("text") == nullptr);
  if (const Value* contacts = shown.find("contact"); contacts != nullptr) {
    for (const Value& contact : contacts->items())
      demand(!contact.is_object() || contact.find("name") == nullptr);
  }
  const Value* telecom = shown.find("telecom");
  if (telecom != nullptr) {
    const std::string text = fhir::json::to_string(*telecom);
    const std::string mask(server::policy::k_masked_element);
    demand(text == mask || text == "[" + mask + "]");
  }
  for (const auto& member : stored.members()) {
    bool is_touched = false;
    for (const std::string_view name : {"birthDate", "_birthDate", "text", "_text", "telecom",
                                        "_telecom", "contact", "_contact", "meta", "contained"})
      is_touched = is_touched || member.name() == name;
    if (is_touched) continue;
    const Value* same = shown.find(member.name());
    demand(same != nullptr && fhir::json::to_string(*same) == fhir::json::to_string(member.value));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Fixture k_fixture;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  (void)server::policy::shaded(bytes, k_type, k_fixture.shades);
  const auto stored = Document::read(bytes);
  if (!stored || !stored->root().is_object()) return 0;
  // As the store holds it.
  const auto shown =
      server::policy::shaded(fhir::json::to_string(stored->root()), k_type, k_fixture.shades);
  if (!shown) return 0;
  const auto tree = Document::read(*shown);
  demand(tree.has_value() && tree->root().is_object());
  if (stored->root().string_at("resourceType") == k_type)
    check_patient(tree->root(), stored->root());
  return 0;
}
