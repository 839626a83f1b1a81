// The terms of the grammar that are no paths: literals, variables, and the names of types.
// https://hl7.org/fhirpath/N1/#literals https://hl7.org/fhirpath/N1/#environment-variables
#include <algorithm>
#include <array>

#include "fhir/fhirpath/operators.h"
#include "fhir/fhirpath/parser.h"

namespace fhir::fhirpath {

Result<Node*> Parser::variable() {
  const Token token = token_;
  FHIR_CHECK(advance());
  const VisitFunction visit = token.text == "$this"    ? operators::visit_this
                              : token.text == "$index" ? operators::visit_index
                              : token.text == "$total" ? operators::visit_total
                                                       : nullptr;
  if (visit == nullptr)
    return unexpected(lexer_.error_at(token.offset, "only $this, $index and $total are known"));
  const NodeKind kind = token.text == "$this"    ? NodeKind::self
                        : token.text == "$index" ? NodeKind::index
                                                 : NodeKind::total;
  Node* node = make(kind, visit, nullptr, token.offset);
  node->name = kind == NodeKind::self ? "$this" : kind == NodeKind::index ? "$index" : "$total";
  return node;
}

Result<Node*> Parser::literal_number() {
  const Token token = token_;
  FHIR_CHECK(advance());
  const bool is_decimal = token.text.find('.') != std::string::npos;
  auto decimal = Decimal::parse(token.text);
  if (!decimal) return unexpected(lexer_.error_at(token.offset, "a number of too many digits"));
  // 5L: a Long, which an Integer is wide enough for.
  if (token_.kind == TokenKind::identifier && !token_.is_delimited && token_.text == "L" &&
      !is_decimal && token_.offset == token.offset + token.text.size())
    FHIR_CHECK(advance());
  if (token_.kind == TokenKind::string) {
    Node* node = constant(Item::of_quantity({*decimal, token_.text, false}), token.offset);
    FHIR_CHECK(advance());
    return node;
  }
  if (token_.kind == TokenKind::identifier && !token_.is_delimited) {
    if (const std::string_view word = calendar_word(token_.text); !word.empty()) {
      Node* node = constant(Item::of_quantity({*decimal, std::string(word), true}), token.offset);
      FHIR_CHECK(advance());
      return node;
    }
  }
  if (is_decimal) return constant(Item::of_decimal(*decimal), token.offset);
  const auto integer = decimal->to_int64();
  if (!integer) return unexpected(lexer_.error_at(token.offset, "an integer out of range"));
  return constant(Item::of_integer(*integer), token.offset);
}

Result<Node*> Parser::literal_date() {
  const Token token = token_;
  FHIR_CHECK(advance());
  if (token.kind == TokenKind::time) {
    if (const auto time = TimeOfDay::parse(token.text))
      return constant(Item::of_time(*time), token.offset);
  } else if (auto date = DateTime::parse(token.text)) {
    if (token.kind == TokenKind::date && !date->has_time)
      return constant(Item::of_date(*date), token.offset);
    if (token.kind == TokenKind::date_time) {
      date->has_time = true;
      return constant(Item::of_date_time(*date), token.offset);
    }
  }
  return unexpected(lexer_.error_at(token.offset, "not a date or time"));
}

Result<Node*> Parser::external_constant() {
  const Token token = token_;
  FHIR_CHECK(advance());
  const std::string& name = token.text;
  for (auto at = variables_.rbegin(); at != variables_.rend(); ++at) {
    if (at->first != name) continue;
    Node* node = make(NodeKind::variable, operators::visit_variable, nullptr, token.offset);
    node->slot = at->second;
    node->name = keep(name);
    return node;
  }
  if (name == "resource")
    return make(NodeKind::resource, operators::visit_resource, nullptr, token.offset);
  if (name == "rootResource")
    return make(NodeKind::root_resource, operators::visit_root_resource, nullptr, token.offset);
  if (name == "context")
    return make(NodeKind::context, operators::visit_context, nullptr, token.offset);
  std::string text;
  if (name == "ucum") {
    text = "http://unitsofmeasure.org";
  } else if (name == "sct") {
    text = "http://snomed.info/sct";
  } else if (name == "loinc") {
    text = "http://loinc.org";
  } else if (name.starts_with("vs-")) {
    text = "http://hl7.org/fhir/ValueSet/" + name.substr(3);
  } else if (name.starts_with("ext-")) {
    text = "http://hl7.org/fhir/StructureDefinition/" + name.substr(4);
  } else {
    Node* node = make(NodeKind::external, operators::visit_external, nullptr, token.offset);
    node->name = keep(name);
    return node;
  }
  return constant(Item::of_string(std::move(text)), token.offset);
}

Result<TypeSpecifier> Parser::type_specifier() {
  std::vector<std::string> parts;
  const std::uint32_t offset = token_.offset;
  while (true) {
    if (token_.kind != TokenKind::identifier) return error("a type is expected");
    parts.push_back(token_.text);
    FHIR_CHECK(advance());
    if (!sees(".") || parts.size() == 2) break;
    // `value as Quantity.unit` is no type: only a namespace is followed by another name.
    if (parts[0] != "System" && parts[0] != "FHIR") break;
    FHIR_CHECK(advance());
  }
  constexpr std::array<std::string_view, 8> k_system = {
      "Boolean", "Integer", "Decimal", "String", "Date", "DateTime", "Time", "Quantity"};
  TypeSpecifier type;
  type.name = parts.back();
  const bool is_qualified = parts.size() == 2;
  if (!is_qualified || parts[0] == "FHIR") type.fhir = definitions_.type(type.name);
  if (type.fhir == nullptr && (!is_qualified || parts[0] == "System")) {
    const auto at = std::find(k_system.begin(), k_system.end(), type.name);
    if (at != k_system.end()) type.system = static_cast<ItemKind>(at - k_system.begin() + 1);
    type.any = type.name == "Any";
  }
  // A qualified name that nothing has is merely never matched; an unqualified one is a mistake.
  if (type.fhir == nullptr && type.system == ItemKind::element && !type.any && !is_qualified)
    return unexpected(lexer_.error_at(offset, "the type " + type.name + " is not known"));
  if (!is_qualified && type.name == "Quantity") type.system = ItemKind::quantity;
  return type;
}

}  // namespace fhir::fhirpath
