// Any bytes → Document::read → validate: no crash, no hang, every issue with a place.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "fhir/formats/json_document.h"
#include "fhir/validation/validator.h"
#include "terminology/terminology.h"
#include "tests/fuzz/core.h"

namespace {

struct Subject {
  std::shared_ptr<const fhir::DefinitionStore> definitions;
  std::shared_ptr<const terminology::Terminology> terms;
  std::unique_ptr<fhir::validation::Validator> validator;
};

const Subject& subject() {
  static const Subject k_subject = [] {
    const auto store = fuzz::load_core();
    auto terms = terminology::Terminology::make(store);
    auto validator = fhir::validation::Validator::make(store, terms.get());
    if (!validator) std::abort();
    return Subject{store, terms, std::move(*validator)};
  }();
  return k_subject;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto document =
      fhir::json::Document::read(std::string(reinterpret_cast<const char*>(data), size));
  if (!document) return 0;
  fhir::IssueList issues;
  subject().validator->validate(*document, {}, issues);
  for (const fhir::Issue& issue : issues.issues()) {
    if (issue.diagnostics.empty() || issue.line == 0) std::abort();
  }
  return 0;
}
