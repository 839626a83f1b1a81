// Strings, and the parts of names and addresses. https://hl7.org/fhir/R4/search.html#string
#include <array>
#include <span>

#include "src/search/escape.h"
#include "src/search/fold.h"
#include "src/search/index_value.h"
#include "src/search/operand.h"

namespace server::search {
namespace {

// "the search covers the elements of type string, and does not cover elements such as use and
// period"
constexpr std::array<std::string_view, 5> k_name_parts = {"text", "family", "given", "prefix",
                                                          "suffix"};
constexpr std::array<std::string_view, 7> k_address_parts = {
    "text", "line", "city", "district", "state", "postalCode", "country"};
constexpr std::array<std::string_view, 1> k_text = {"text"};

void add(std::string_view text, Parameter parameter, IndexRows& rows) {
  std::string folded = fold_string(text);
  if (folded.empty()) return;
  rows.strings.push_back({parameter, std::move(folded), std::string(text)});
}

// "servers should search the parts of a family name independently. E.g. searching either `Carreno`
// or `Quinones` should match a family name of `Carreno Quinones`": a row without a text of its own
// for what follows each space or hyphen.
void add_family(std::string_view text, Parameter parameter, IndexRows& rows) {
  add(text, parameter, rows);
  for (std::size_t at = 0; (at = text.find_first_of(" -", at)) != std::string_view::npos; ++at) {
    std::string folded = fold_string(text.substr(at));
    if (folded.empty() || rows.strings.back().folded == folded) continue;
    rows.strings.push_back({parameter, std::move(folded), {}});
  }
}

void add_parts(const fhir::Element& value, std::span<const std::string_view> names,
               Parameter parameter, IndexRows& rows) {
  for (const std::string_view name : names) {
    fhir::for_each_child_named(value, name, fhir::name_hash(name), [&](const fhir::Element& part) {
      if (name == "family") {
        add_family(part.text(), parameter, rows);
      } else {
        add(part.text(), parameter, rows);
      }
      return true;
    });
  }
}

}  // namespace

void index_string(const fhir::Element& value, Parameter parameter, IndexRows& rows) {
  if (value.type == nullptr) return;
  const std::string_view type = value.type->name;
  if (value.is_primitive() && parameter->code == "family") {
    add_family(value.text(), parameter, rows);
  } else if (value.is_primitive()) {
    add(value.text(), parameter, rows);
  } else if (type == "HumanName") {
    add_parts(value, k_name_parts, parameter, rows);
  } else if (type == "Address") {
    add_parts(value, k_address_parts, parameter, rows);
  } else if (type == "CodeableConcept") {
    add_parts(value, k_text, parameter, rows);
  }
}

fhir::Result<Operand> parse_string(std::string_view text) {
  Operand operand;
  operand.text = unescape(text);
  operand.folded = fold_string(operand.text);
  if (operand.folded.empty()) return bad_value("some text");
  return operand;
}

}  // namespace server::search
