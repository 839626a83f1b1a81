// Writes JSON text: from a tree, or piece by piece. Compact unless asked otherwise.
#pragma once

#include <string>
#include <string_view>

#include "fhir/formats/json_value.h"

namespace fhir::json {

/// Appends `text` as a JSON string with its quotes. Escapes what RFC 8259 asks for, nothing more.
void append_string(std::string& out, std::string_view text);

/// Appends a value compactly: members in order, numbers as they were written.
void append(std::string& out, const Value& value);

/// The value as text; indented by two spaces a level when `pretty`.
std::string to_string(const Value& value, bool pretty = false);

/// Builds an object or array as text, keeping track of commas. Calls nest properly or the text is
/// not JSON: it checks nothing.
class Builder {
 public:
  explicit Builder(std::string& out) : out_(out) {}

  Builder& begin_object() { return open('{'); }
  Builder& end_object() { return close('}'); }
  Builder& begin_array() { return open('['); }
  Builder& end_array() { return close(']'); }
  Builder& key(std::string_view name);
  Builder& string(std::string_view text);
  Builder& number(long long value);
  Builder& boolean(bool value);
  /// Text that is JSON already: a number's lexical form, or a whole resource.
  Builder& raw(std::string_view json);
  Builder& value(const Value& value);

  // A member in one call.
  Builder& string(std::string_view name, std::string_view text) { return key(name).string(text); }
  Builder& number(std::string_view name, long long v) { return key(name).number(v); }
  Builder& boolean(std::string_view name, bool v) { return key(name).boolean(v); }
  Builder& raw(std::string_view name, std::string_view json) { return key(name).raw(json); }

 private:
  Builder& open(char bracket);
  Builder& close(char bracket);
  void separate();

  std::string& out_;
  bool first_ = true;
};

}  // namespace fhir::json
