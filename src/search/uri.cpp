// Uris: matched whole. https://hl7.org/fhir/R4/search.html#uri
#include "src/search/escape.h"
#include "src/search/index_value.h"
#include "src/search/operand.h"

namespace server::search {

void index_uri(const fhir::Element& value, Parameter parameter, IndexRows& rows) {
  if (!value.is_primitive() || value.text().empty()) return;
  const std::string_view text = value.text();
  // A contained resource's canonical points nowhere outside.
  if (value.type->primitive == fhir::Primitive::canonical && text.front() == '#') return;
  rows.uris.push_back({parameter, std::string(text)});
  // A query without a version means every version of a canonical.
  const std::size_t bar = text.find('|');
  if (value.type->primitive == fhir::Primitive::canonical && bar != std::string_view::npos &&
      bar > 0) {
    rows.uris.push_back({parameter, std::string(text.substr(0, bar))});
  }
}

fhir::Result<Operand> parse_uri(std::string_view text) {
  Operand operand;
  operand.text = unescape(text);
  if (operand.text.empty()) return bad_value("a uri");
  return operand;
}

}  // namespace server::search
