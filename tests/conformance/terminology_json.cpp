#include "conformance/terminology_json.h"

#include <algorithm>

#include "fhir/formats/json_writer.h"

namespace terminology_suite {

using fhir::json::Kind;

Json Json::of(const fhir::json::Value& value) {
  Json out;
  out.kind = value.kind();
  out.text = value.text();
  for (const fhir::json::Value& item : value.items()) out.items.push_back(of(item));
  for (const fhir::json::Member& member : value.members())
    out.members.emplace_back(member.name(), of(member.value));
  return out;
}

Json Json::string(std::string text) {
  Json out;
  out.kind = Kind::string;
  out.text = std::move(text);
  return out;
}

Json* Json::find(std::string_view name) {
  for (auto& [key, value] : members) {
    if (key == name) return &value;
  }
  return nullptr;
}

const Json* Json::find(std::string_view name) const { return const_cast<Json*>(this)->find(name); }

std::string_view Json::string_at(std::string_view name) const {
  const Json* found = find(name);
  return found != nullptr ? std::string_view(found->text) : std::string_view{};
}

void Json::set(std::string_view name, Json value) {
  if (Json* present = find(name)) {
    *present = std::move(value);
  } else {
    members.emplace_back(name, std::move(value));
  }
}

void Json::remove(std::string_view name) {
  std::erase_if(members, [&](const auto& member) { return member.first == name; });
}

void Json::rename(std::string_view name, std::string_view to) {
  for (auto& [key, value] : members) {
    if (key == name) key = to;
  }
}

std::string Json::written() const {
  std::string out;
  if (is_object() || is_array()) {
    out.push_back(is_object() ? '{' : '[');
    for (const auto& [name, value] : members) {
      if (out.size() > 1) out.push_back(',');
      fhir::json::append_string(out, name);
      out.append(":").append(value.written());
    }
    for (const Json& item : items) {
      if (out.size() > 1) out.push_back(',');
      out.append(item.written());
    }
    out.push_back(is_object() ? '}' : ']');
  } else if (is_string()) {
    fhir::json::append_string(out, text);
  } else {
    out = text;
  }
  return out;
}

}  // namespace terminology_suite
