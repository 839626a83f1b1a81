// Any bytes → read_xml → write_xml: no crash, every refusal with a place; what was read is written
// as XML that is read as the same, and is JSON that the JSON reader takes. The first byte chooses
// the layout. Where faults are gone over, each has a place, what has none is read as before, and
// what comes of the rest is JSON too.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "fhir/base/issue.h"
#include "fhir/formats/json_document.h"
#include "fhir/formats/json_writer.h"
#include "fhir/model/xml_reader.h"
#include "fhir/model/xml_writer.h"
#include "tests/fuzz/core.h"

namespace {

const fhir::DefinitionStore& definitions() {
  static const auto k_store = fuzz::load_core();
  return *k_store;
}

void read_over_faults(std::string_view text, bool is_clean) {
  fhir::IssueList faults;
  fhir::XmlReadOptions options;
  options.faults = &faults;
  const auto document = fhir::read_xml(text, definitions(), options);
  if (is_clean && (!document || !faults.issues().empty())) std::abort();
  if (document && !is_clean && faults.issues().empty()) std::abort();
  for (const fhir::Issue& issue : faults.issues()) {
    if (issue.diagnostics.empty() || issue.line == 0) std::abort();
  }
  if (document && !fhir::json::Document::read(fhir::json::to_string(document->root())))
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto document = fhir::read_xml(text, definitions());
  read_over_faults(text, document.has_value());
  if (!document) {
    const fhir::Issue& issue = document.error();
    if (issue.diagnostics.empty() || issue.line == 0) std::abort();
    return 0;
  }
  if (!fhir::json::Document::read(fhir::json::to_string(document->root()))) std::abort();
  const std::string written = fhir::write_xml(document->root(), definitions());
  const auto again = fhir::read_xml(written, definitions());
  if (!again || fhir::write_xml(again->root(), definitions()) != written) std::abort();
  if (!fhir::read_xml(fhir::write_xml(document->root(), definitions(), (data[0] & 1) != 0),
                      definitions()))
    std::abort();
  return 0;
}
