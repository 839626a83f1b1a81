// memberOf, subsumes and subsumedBy: asked of the terminology module where there is one.
// https://hl7.org/fhir/R4/fhirpath.html#functions
#include "fhir/fhirpath/functions.h"

namespace fhir::fhirpath {
namespace {

Coding coding_of(const json::Value& object) {
  return {object.string_at("system"), object.string_at("version"), object.string_at("code"),
          object.string_at("display")};
}

/// Calls visit(coding) for a Coding, each of a CodeableConcept's, until it returns false.
template <class Visit>
void for_each_coding(const Element& element, Visit&& visit) {
  if (element.value == nullptr || !element.value->is_object()) return;
  const json::Value* codings = element.value->find("coding");
  if (codings == nullptr) {
    visit(coding_of(*element.value));
    return;
  }
  for (const json::Value& coding : codings->items()) {
    if (!visit(coding_of(coding))) return;
  }
}

/// Yes before unknown before no: one coding in the set is enough.
Membership member_of(const CodeSet& set, const Item& item, std::string_view text) {
  if (!text.empty()) return set.contains_code(text);
  Membership result = Membership::no;
  if (const Element* element = item.element()) {
    for_each_coding(*element, [&](const Coding& coding) {
      const Membership one = set.contains(coding);
      if (one != Membership::no) result = one;
      return one != Membership::yes;
    });
  }
  return result;
}

Truth truth_member_of(Evaluation& evaluation, const Node& node, const Scope& scope) {
  Item item;
  const Found found = evaluation.single_input(node, scope, item);
  if (found != Found::one) return found == Found::none ? Truth::empty : Truth::failed;
  Item keep;
  std::string_view canonical;
  const Found has_set = evaluation.string(*node.arguments[0], scope, keep, canonical);
  if (has_set != Found::one) return has_set == Found::none ? Truth::empty : Truth::failed;
  const TerminologyProvider* terminology = evaluation.environment().terminology;
  const CodeSet* set = terminology != nullptr ? terminology->value_set(canonical) : nullptr;
  if (set == nullptr) return Truth::empty;
  const Element* element = item.element();
  const std::string_view text = element != nullptr ? element->text() : item.string();
  const Membership membership = member_of(*set, item, text);
  return membership == Membership::unknown ? Truth::empty : truth_of(membership == Membership::yes);
}

template <bool is_inverse>
Truth truth_subsumes(Evaluation& evaluation, const Node& node, const Scope& scope) {
  Item a;
  Item b;
  const Found left = evaluation.single_input(node, scope, a);
  if (left == Found::failed) return Truth::failed;
  const Found right = evaluation.single(*node.arguments[0], scope, b);
  if (right == Found::failed) return Truth::failed;
  const TerminologyProvider* terminology = evaluation.environment().terminology;
  if (left == Found::none || right == Found::none || terminology == nullptr ||
      a.element() == nullptr || b.element() == nullptr)
    return Truth::empty;
  Membership result = Membership::no;
  for_each_coding(is_inverse ? *b.element() : *a.element(), [&](const Coding& ancestor) {
    for_each_coding(is_inverse ? *a.element() : *b.element(), [&](const Coding& descendant) {
      if (ancestor.system != descendant.system) return true;
      const Membership one = terminology->subsumes(ancestor.system, ancestor.code, descendant.code);
      if (one != Membership::no) result = one;
      return one != Membership::yes;
    });
    return result != Membership::yes;
  });
  return result == Membership::unknown ? Truth::empty : truth_of(result == Membership::yes);
}

constexpr Function k_functions[] = {
    {"memberOf", 1, 1, visit_truth, truth_member_of},
    {"subsumes", 1, 1, visit_truth, truth_subsumes<false>},
    {"subsumedBy", 1, 1, visit_truth, truth_subsumes<true>},
};

}  // namespace

std::span<const Function> coding_functions() { return k_functions; }

}  // namespace fhir::fhirpath
