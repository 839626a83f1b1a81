// Any bytes read as JSON: refused with a place inside the text, or read into a tree that is UTF-8,
// whose values stand where they say, and that is written so that it reads the same again. A second
// reader, RapidJSON's DOM, must agree on what is JSON wherever ours has no rule of its own. Where
// faults are gone over, each has a place, and what comes of the rest is read strictly.
// In a namespace of its own: our reader's RapidJSON is compiled with other settings.
#define RAPIDJSON_NAMESPACE second_rapidjson
#include <rapidjson/document.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/formats/json_document.h"
#include "fhir/formats/json_writer.h"

namespace {

using fhir::json::Document;
using fhir::json::Kind;
using fhir::json::Value;

void hold(bool condition) {
  if (!condition) std::abort();
}

/// Well-formed UTF-8: no overlong form, no surrogate, nothing above U+10FFFF.
bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const std::size_t more = byte < 0x80   ? 0
                             : byte < 0xc2 ? 9
                             : byte < 0xe0 ? 1
                             : byte < 0xf0 ? 2
                             : byte < 0xf5 ? 3
                                           : 9;
    if (more > 3 || at + more >= text.size()) return false;
    std::uint32_t code = more == 0 ? byte : byte & (0x3fu >> more);
    for (std::size_t i = 1; i <= more; ++i) {
      const auto next = static_cast<unsigned char>(text[at + i]);
      if ((next & 0xc0u) != 0x80) return false;
      code = code << 6 | (next & 0x3fu);
    }
    if ((more == 2 && code < 0x800) || (more == 3 && code < 0x10000)) return false;
    if ((code >= 0xd800 && code < 0xe000) || code > 0x10ffff) return false;
    at += more + 1;
  }
  return true;
}

void check_value(const Value& value, const Document& document) {
  hold(value.offset() < document.source().size());
  const fhir::json::Position position = document.position(value.offset());
  hold(position.line >= 1 && position.column >= 1);
  switch (value.kind()) {
    case Kind::object:
      for (const auto& member : value.members()) {
        hold(is_utf8(member.name()));
        check_value(member.value, document);
      }
      return;
    case Kind::array:
      for (const Value& item : value.items()) check_value(item, document);
      return;
    case Kind::number:
      // Its lexical form is the one in the source.
      hold(document.source().substr(value.offset()).starts_with(value.text()));
      return;
    case Kind::string:
      hold(is_utf8(value.string()));
      return;
    default:
      return;
  }
}

void read_over_faults(const std::string& source, bool is_clean) {
  std::vector<fhir::json::ReadFault> faults;
  fhir::json::ReadOptions options;
  options.faults = &faults;
  const auto document = Document::read(source, options);
  if (is_clean) hold(document.has_value() && faults.empty());
  for (const fhir::json::ReadFault& fault : faults) {
    hold(!fault.issue.diagnostics.empty() && fault.issue.line >= 1 && fault.issue.column >= 1);
    if (document) hold(fault.offset < document->source().size());
  }
  if (!document) return;
  hold(is_clean || !faults.empty());
  check_value(document->root(), *document);
  hold(Document::read(to_string(document->root())).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string source(reinterpret_cast<const char*>(data), size);
  const auto document = Document::read(source);
  read_over_faults(source, document.has_value());
  if (!document) {
    const fhir::Issue& issue = document.error();
    hold(!issue.diagnostics.empty() && issue.line >= 1 && issue.column >= 1);
    return 0;
  }
  second_rapidjson::Document other;
  other.Parse<second_rapidjson::kParseValidateEncodingFlag | second_rapidjson::kParseIterativeFlag |
              second_rapidjson::kParseFullPrecisionFlag |
              second_rapidjson::kParseNumbersAsStringsFlag>(source.data(), source.size());
  hold(!other.HasParseError());
  check_value(document->root(), *document);
  for (const bool pretty : {false, true}) {
    const std::string written = to_string(document->root(), pretty);
    const auto again = Document::read(written);
    hold(again.has_value());
    hold(to_string(again->root(), pretty) == written);
  }
  return 0;
}
