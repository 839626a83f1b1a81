// https://hl7.org/fhir/R4/references.html#literal
#include "fhir/validation/reference.h"

#include "fhir/validation/primitives.h"

namespace fhir::validation {
namespace {

bool is_resource_type(std::string_view name, const DefinitionStore& definitions) {
  const TypeSchema* type = definitions.type(name);
  return type != nullptr && type->kind == TypeKind::resource;
}

/// Splits off what follows the last slash.
std::string_view take_last(std::string_view& text) {
  const std::size_t slash = text.rfind('/');
  if (slash == std::string_view::npos) {
    const std::string_view all = text;
    text = {};
    return all;
  }
  const std::string_view last = text.substr(slash + 1);
  text = text.substr(0, slash);
  return last;
}

/// Type/id[/_history/version] at the end of the text; false when there is none.
bool parse_tail(std::string_view text, const DefinitionStore& definitions, ParsedReference& out) {
  const std::string_view whole = text;
  std::string_view id = take_last(text);
  std::string_view type = take_last(text);
  std::string_view version;
  if (type == "_history") {
    version = id;
    id = take_last(text);
    type = take_last(text);
    if (!is_id(version)) return false;
  }
  if (!is_id(id) || !is_resource_type(type, definitions)) return false;
  out.type = type;
  out.id = id;
  out.version = version;
  out.base = whole.substr(0, static_cast<std::size_t>(type.data() - whole.data()));
  return true;
}

}  // namespace

ParsedReference parse_reference(std::string_view text, const DefinitionStore& definitions) {
  ParsedReference out;
  if (text.empty() || has_whitespace(text)) return out;
  if (text.front() == '#') {
    out.id = text.substr(1);
    out.form = ReferenceForm::contained;
    return out;
  }
  if (text.starts_with("urn:uuid:") || text.starts_with("urn:oid:")) {
    out.form = ReferenceForm::urn;
    out.is_well_formed_urn = is_uuid_urn(text) || is_oid_urn(text);
    return out;
  }
  if (is_absolute_uri(text)) {
    out.form = ReferenceForm::absolute;
    if (text.starts_with("http"))
      parse_tail(text.substr(0, text.find_first_of("?#|")), definitions, out);
    return out;
  }
  if (const std::size_t query = text.find('?'); query != std::string_view::npos) {
    if (is_resource_type(text.substr(0, query), definitions) && query + 1 < text.size()) {
      out.form = ReferenceForm::conditional;
      out.type = text.substr(0, query);
    }
    return out;
  }
  // "Type/id#fragment" points into a resource; the fragment is not judged.
  const std::string_view path = text.substr(0, text.find_first_of("#|"));
  if (parse_tail(path, definitions, out) && out.base.empty()) out.form = ReferenceForm::relative;
  return out;
}

std::string_view type_of_profile(std::string_view canonical) {
  if (const std::size_t bar = canonical.find('|'); bar != std::string_view::npos)
    canonical = canonical.substr(0, bar);
  const std::size_t slash = canonical.rfind('/');
  return slash == std::string_view::npos ? canonical : canonical.substr(slash + 1);
}

}  // namespace fhir::validation
