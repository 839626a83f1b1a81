// https://hl7.org/fhir/R4/json.html
#include "fhir/model/faulty_json.h"

#include <algorithm>
#include <vector>

#include "fhir/base/name_hash.h"
#include "fhir/model/element.h"

namespace fhir {
namespace {

using json::Value;

/// The last of the values that begin at or before `offset`; null where none does. They stand in the
/// order of the text.
template <class Items, class ValueOf>
const typename Items::element_type* last_before(const Items& items, std::uint32_t offset,
                                                ValueOf value_of) {
  const auto next = std::find_if(items.begin(), items.end(), [&](const auto& item) {
    return value_of(item).offset() > offset;
  });
  return next == items.begin() ? nullptr : &*std::prev(next);
}

void append_step(std::string& out, const PropertySchema& property) {
  out.append(".").append(property.element->name);
  if (property.element->is_choice && property.type != nullptr)
    out.append(".ofType(").append(property.type->code).append(")");
}

}  // namespace

std::string expression_at(const json::Document& document, std::uint32_t offset,
                          const DefinitionStore& definitions) {
  const Value* at = &document.root();
  const TypeSchema* type = at->is_object() ? root_element(*at, definitions).type : nullptr;
  if (type == nullptr) return {};
  std::string out{type->name};
  while (type != nullptr && at->is_object() && at->offset() < offset) {
    const json::Member* member =
        last_before(at->members(), offset, [](const json::Member& each) { return each.value; });
    if (member == nullptr) break;
    const std::string_view name = member->name().substr(member->is_sibling() ? 1 : 0);
    const PropertySchema* property = type->property(name, name_hash(name));
    if (property == nullptr) break;
    append_step(out, *property);
    at = &member->value;
    if (at->is_array()) {
      const auto items = at->items();
      const Value* item =
          last_before(items, offset, [](const Value& each) -> const Value& { return each; });
      if (item == nullptr) break;
      out.append("[").append(std::to_string(item - items.data())).append("]");
      at = item;
    }
    type = detail::concrete_type(property->type, at);
  }
  return out;
}

Result<json::Document> read_faulty_json(std::string text, const DefinitionStore& definitions,
                                        json::ReadOptions options, IssueSink& sink) {
  std::vector<json::ReadFault> faults;
  options.faults = &faults;
  auto document = json::Document::read(std::move(text), options);
  for (json::ReadFault& fault : faults) {
    if (document) fault.issue.expression = expression_at(*document, fault.offset, definitions);
    sink.add(std::move(fault.issue));
  }
  return document;
}

}  // namespace fhir
