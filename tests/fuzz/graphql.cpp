// Any document parsed, validated and run over a small patient: it may not crash, hang or pass a
// limit, and what comes out is JSON. The first byte chooses between the patient and the system.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "fhir/formats/json_document.h"
#include "src/graphql/executor.h"
#include "src/graphql/parser.h"
#include "src/graphql/validator.h"
#include "tests/fuzz/core.h"

namespace {

using namespace server::graphql;

constexpr const char* k_patient = R"({"resourceType":"Patient","id":"a","active":true,
  "contained":[{"resourceType":"Organization","id":"o","name":"x"}],
  "name":[{"use":"official","family":"A","given":["B","Ć"]},{"given":[null,"D"],"_given":[{"id":"1"},null]}],
  "birthDate":"1974-12-25","_birthDate":{"extension":[{"url":"http://x","valueString":"y"}]},
  "managingOrganization":{"reference":"#o"},"generalPractitioner":[{"reference":"Patient/a"}]})";

/// Every reference and every search leads to the one patient.
class OnePatient final : public Source {
 public:
  std::optional<Address> address_of(std::string_view reference) const override {
    if (reference != "Patient/a") return std::nullopt;
    return Address{"Patient", "a", ""};
  }
  fhir::Result<std::string, Issues> read(const Address&) override { return std::string(k_patient); }
  fhir::Result<Found, Issues> search(const Search& search) override {
    Found found;
    found.count = search.count.value_or(2);
    if (search.type == "Patient") found.matches.push_back({k_patient, {}});
    found.next = "next";
    return found;
  }
  /// What a mutation makes of its argument is a resource in JSON, whatever the argument was.
  fhir::Result<Written, Issues> write(const Change& change) override {
    Written written;
    written.information = R"({"resourceType":"OperationOutcome"})";
    if (change.kind == Change::Kind::remove) return written;
    if (!fhir::json::Document::read(change.resource)) std::abort();
    written.location = "Patient/a/_history/1";
    written.body = change.resource;
    return written;
  }
  std::string seal(std::string_view text) const override { return std::string(text); }
  fhir::Result<std::string, Issues> open(std::string_view sealed) const override {
    return std::string(sealed);
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::shared_ptr<const fhir::DefinitionStore> k_definitions = fuzz::load_core();
  static const Schema k_schema(*k_definitions);
  if (size == 0) return 0;
  const auto document = parse({reinterpret_cast<const char*>(data) + 1, size - 1});
  if (!document) return 0;
  const auto operation = choose_operation(*document, "");
  if (!operation) return 0;
  const auto variables = coerce_variables(**operation, nullptr);
  if (!variables) return 0;
  const bool is_mutation = (*operation)->kind == OperationKind::mutation;
  const bool is_system = is_mutation || (data[0] & 1) != 0;
  Shape root;
  if (is_mutation) root.kind = ShapeKind::mutation;
  if (!is_system) root = shape_of(*k_schema.resource("Patient"));
  if (!validate(*document, **operation, *variables, k_schema, root).empty()) return 0;
  OnePatient source;
  Services services;
  services.schema = &k_schema;
  services.source = &source;
  services.deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  const auto result = execute(*document, **operation, *variables, services,
                              is_system ? Address{} : Address{"Patient", "a", ""});
  if (result && !fhir::json::Document::read(*result)) std::abort();
  if (!result && result.error().empty()) std::abort();
  return 0;
}
