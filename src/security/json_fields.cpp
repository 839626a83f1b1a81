#include "src/security/json_fields.h"

#include <charconv>

namespace server::security {

std::int64_t whole_seconds(std::int64_t utc_ms) { return utc_ms / 1000; }

std::optional<std::int64_t> integer_at(const fhir::json::Value& object, std::string_view name) {
  const fhir::json::Value* value = object.find(name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  const std::string_view text = value->text();
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool is_true_at(const fhir::json::Value& object, std::string_view name) {
  const fhir::json::Value* value = object.find(name);
  return value != nullptr && value->kind() == fhir::json::Kind::true_;
}

std::vector<std::string> strings_at(const fhir::json::Value& object, std::string_view name) {
  std::vector<std::string> texts;
  const fhir::json::Value* value = object.find(name);
  if (value == nullptr) return texts;
  for (const fhir::json::Value& item : value->items()) {
    if (item.is_string()) texts.emplace_back(item.string());
  }
  return texts;
}

void append_strings(fhir::json::Builder& out, std::string_view name,
                    std::span<const std::string> texts) {
  out.key(name).begin_array();
  for (const std::string& text : texts) out.string(text);
  out.end_array();
}

void append_some(fhir::json::Builder& out, std::string_view name, std::string_view text) {
  if (!text.empty()) out.string(name, text);
}

}  // namespace server::security
