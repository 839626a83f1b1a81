// References: by type and id when they are ours, else by the whole url.
// https://hl7.org/fhir/R4/search.html#reference
#include <algorithm>

#include "src/search/escape.h"
#include "src/search/index_value.h"
#include "src/search/operand.h"
#include "src/search/reference_text.h"

namespace server::search {
namespace {

// A relative text that is no `Type/id` points nowhere, and no query could name it.
void add_text(std::string_view text, Parameter parameter, const IndexContext& context,
              IndexRows& rows) {
  const ReferenceText target = read_reference(text, context.base_url, context.definitions);
  if (target.kind == ReferenceKind::local) {
    rows.references.push_back({parameter, std::string(target.type), std::string(target.id)});
  } else if (target.kind == ReferenceKind::contained) {
    // "A chained condition will be evaluated inside contained resources."
    const auto* type =
        context.resolver != nullptr ? context.resolver->contained_type(text) : nullptr;
    if (type != nullptr)
      rows.references.push_back({parameter, std::string(type->name), std::string(text)});
  } else if (target.kind == ReferenceKind::other && text.find(':') != std::string_view::npos) {
    rows.uris.push_back({parameter, std::string(text)});
  }
}

// A query without a version means every version of a canonical.
void add_canonical(std::string_view text, Parameter parameter, const IndexContext& context,
                   IndexRows& rows) {
  add_text(text, parameter, context, rows);
  const std::size_t bar = text.find('|');
  if (bar != std::string_view::npos) add_text(text.substr(0, bar), parameter, context, rows);
}

void index_reference_type(const fhir::Element& value, Parameter parameter,
                          const IndexContext& context, IndexRows& rows) {
  if (value.value == nullptr) return;
  add_text(value.value->string_at("reference"), parameter, context, rows);
  // For :identifier, which "tests whether the Reference.identifier … matches".
  const fhir::Element identifier = fhir::child(value, "identifier");
  if (identifier.value != nullptr) index_token(identifier, parameter, context, rows);
}

// Bundle.composition and Bundle.message mean the first entry itself.
void index_resource(const fhir::Element& value, Parameter parameter, IndexRows& rows) {
  const auto& targets = parameter->targets;
  if (std::find(targets.begin(), targets.end(), value.type->name) == targets.end()) return;
  const std::string_view id = value.value->string_at("id");
  if (is_id(id))
    rows.references.push_back({parameter, std::string(value.type->name), std::string(id)});
}

constexpr std::string_view k_expected =
    "`id`, `Type/id` with a known resource type, or an absolute url";

fhir::Result<Operand> parse_id(const fhir::SearchParameter& parameter, std::string_view id,
                               std::string_view target_type) {
  if (!is_id(id)) return bad_value(k_expected);
  Operand operand;
  operand.id = id;
  operand.type = target_type.empty() ? only_target(parameter) : target_type;
  return operand;
}

}  // namespace

std::string_view only_target(const fhir::SearchParameter& parameter) {
  if (parameter.targets.size() == 1) return parameter.targets[0];
  constexpr std::string_view k_condition = "resolve() is ";
  const std::size_t at = parameter.expression.find(k_condition);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = parameter.expression.substr(at + k_condition.size());
  for (const std::string_view target : parameter.targets) {
    const bool is_named = rest.substr(0, target.size() + 1) == std::string(target) + ")";
    const bool is_code =
        std::equal(target.begin(), target.end(), parameter.code.begin(), parameter.code.end(),
                   [](char a, char b) { return (a | 32) == b; });
    if (is_named && is_code) return target;
  }
  return {};
}

void index_reference(const fhir::Element& value, Parameter parameter, const IndexContext& context,
                     IndexRows& rows) {
  if (value.type == nullptr) return;
  if (value.type->name == "Reference") {
    index_reference_type(value, parameter, context, rows);
  } else if (value.type->primitive == fhir::Primitive::canonical) {
    add_canonical(value.text(), parameter, context, rows);
  } else if (value.is_primitive()) {
    add_text(value.text(), parameter, context, rows);
  } else if (value.is_resource() && value.value != nullptr) {
    index_resource(value, parameter, rows);
  }
}

fhir::Result<Operand> parse_reference(const fhir::SearchParameter& parameter, std::string_view text,
                                      const OperandContext& context) {
  const std::string plain = unescape(text);
  if (plain.empty()) return bad_value(k_expected);
  const ReferenceText target = read_reference(plain, context.base_url, context.definitions);
  if (target.kind == ReferenceKind::contained) return bad_value(k_expected);
  if (target.kind == ReferenceKind::local) {
    if (!context.target_type.empty() && context.target_type != target.type) {
      return bad_value("a reference to the type that the modifier names");
    }
    Operand operand;
    operand.type = target.type;
    operand.id = target.id;
    return operand;
  }
  // A relative url of another shape, or of a type that is unknown, leads to nothing here.
  if (plain.find_first_of(":/") == std::string::npos) {
    return parse_id(parameter, plain, context.target_type);
  }
  Operand operand;
  operand.text = plain;
  return operand;
}

}  // namespace server::search
