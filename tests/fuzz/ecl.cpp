// Any text as an expression constraint: refused with a place, or executed against a small edition
// to a set of its concepts, or to an error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "terminology/ecl/evaluate.h"
#include "terminology/ecl/parse.h"
#include "tests/unit/terminology/ecl/edition_double.h"

namespace {

ecl_test::EditionDouble make_edition() {
  ecl_test::EditionDouble edition;
  using namespace ecl_test;
  const ConceptId root = edition.add(100000);
  const ConceptId type = edition.add(100001, {root});
  const ConceptId a = edition.add(100002, {root});
  const ConceptId b = edition.add(100003, {a, root});
  edition.add(ecl::k_synonym, {root});
  edition.add(ecl::k_historical_association, {root});
  const ConceptId set = edition.add(ecl::k_same_as, {edition.find(ecl::k_historical_association)});
  edition.relate(b, type, a, 1);
  edition.relate(b, type, "5", ecl::Relationship::ValueKind::number, 1);
  edition.relate(a, type, "text", ecl::Relationship::ValueKind::string, 0);
  edition.describe(a, "Small boat");
  edition.describe(b, "B\xC3\xA5t", "sv");
  edition.begin_set(
      set, {{"targetComponentId", ecl::FieldType::component}, {"note", ecl::FieldType::string}});
  edition.add_member(
      a, {{ecl::FieldType::component, b, {}}, {ecl::FieldType::string, k_no_concept, "x"}});
  return edition;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const ecl_test::EditionDouble k_edition = make_edition();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto expression = terminology::ecl::parse(text);
  if (!expression) {
    if (expression.error().diagnostics.empty()) std::abort();
    return 0;
  }
  terminology::ecl::EvaluateOptions options;
  options.steps_max = 1'000'000;
  const auto found = terminology::ecl::evaluate(*expression, k_edition, options);
  if (found && found->universe() != k_edition.size()) std::abort();
  return 0;
}
