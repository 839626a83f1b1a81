#include "src/graphql/output.h"

#include "fhir/formats/json_writer.h"
#include "src/graphql/limits.h"

namespace server::graphql {
namespace {

void append(std::string& out, const OutputValue& value) {
  if (value.object != nullptr) {
    value.object->append_json(out);
  } else {
    out += value.json;
  }
}

}  // namespace

OutputObject::Slot* OutputObject::slot(std::string_view key) {
  for (Slot& candidate : slots_) {
    if (candidate.key == key) return &candidate;
  }
  if (slots_.size() >= k_keys_max) return nullptr;
  Slot& made = slots_.emplace_back();
  made.key = key;
  return &made;
}

void OutputObject::append_json(std::string& out) const {
  out += '{';
  bool is_first = true;
  for (const Slot& slot : slots_) {
    if (!slot.is_list && slot.values.empty()) continue;
    if (!is_first) out += ',';
    is_first = false;
    fhir::json::append_string(out, slot.key);
    out += ':';
    if (!slot.is_list) {
      append(out, slot.values.front());
      continue;
    }
    out += '[';
    for (std::size_t i = 0; i < slot.values.size(); ++i) {
      if (i != 0) out += ',';
      append(out, slot.values[i]);
    }
    out += ']';
  }
  out += '}';
}

}  // namespace server::graphql
