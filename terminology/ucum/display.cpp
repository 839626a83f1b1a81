#include "terminology/ucum/display.h"

namespace terminology::ucum {
namespace {

void append(const Term& term, std::string& out);

void append(const Component& component, std::string& out) {
  switch (component.kind) {
    case Component::Kind::factor:
    case Component::Kind::annotation:
      out += component.text;
      return;
    case Component::Kind::group:
      // A lone component needs no parentheses of its own: symbols bring theirs.
      if (component.group.size() == 1 && !component.group[0].is_divisor) {
        append(component.group, out);
        return;
      }
      out += '(';
      append(component.group, out);
      out += ')';
      return;
    case Component::Kind::symbol:
      break;
  }
  out += '(';
  if (component.symbol.prefix != nullptr) out += component.symbol.prefix->name;
  out += component.symbol.atom->name;
  if (component.exponent != 1) out += " ^ " + std::to_string(component.exponent);
  out += ')';
}

void append(const Term& term, std::string& out) {
  bool is_first = true;
  for (const Component& component : term) {
    if (!is_first || component.is_divisor)
      out += component.is_divisor ? (is_first ? "1 / " : " / ") : " * ";
    append(component, out);
    is_first = false;
  }
}

}  // namespace

std::string display_of(const Term& term) {
  if (term.empty()) return "(unity)";
  std::string out;
  append(term, out);
  return out;
}

}  // namespace terminology::ucum
