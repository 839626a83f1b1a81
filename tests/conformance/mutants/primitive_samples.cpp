#include "primitive_samples.h"

#include <algorithm>
#include <array>

namespace mutants {

PrimitiveSample primitive_sample(std::string_view type) {
  struct Row {
    std::string_view type;
    PrimitiveSample sample;
  };
  static constexpr std::array k_rows = {
      Row{"boolean", {"true", "\"true\""}},
      Row{"integer", {"1", "1.5"}},
      Row{"unsignedInt", {"1", "-1"}},
      Row{"positiveInt", {"1", "0"}},
      Row{"decimal", {"1.5", "\"1.0\""}},
      Row{"date", {"\"2021-02-28\"", "\"2021-02-29\""}},
      Row{"dateTime", {"\"2021-02-28T10:00:00Z\"", "\"2021-02-29T10:00:00Z\""}},
      Row{"instant", {"\"2021-02-28T10:00:00Z\"", "\"2021-02-28T10:00Z\""}},
      Row{"time", {"\"10:00:00\"", "\"25:00:00\""}},
      Row{"id", {"\"x\"", "\"no id!\""}},
      Row{"oid", {"\"urn:oid:1.2.3\"", "\"urn:oid:x\""}},
      Row{"uuid", {"\"urn:uuid:8a3b7d36-6b42-4b2a-9c9e-2b9b3f0c9f11\"", "\"urn:uuid:1\""}},
      Row{"uri", {"\"http://example.org/x\"", "\"has a space\""}},
      Row{"url", {"\"http://example.org/x\"", "\"has a space\""}},
      Row{"canonical", {"\"http://example.org/x\"", "\"has a space\""}},
      Row{"base64Binary", {"\"aGVsbG8=\"", "\"?\""}},
      Row{"xhtml", {R"("<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>")", {}}},
      Row{"code", {"\"x\"", "\"two  spaces\""}},
      Row{"string", {"\"x\"", "\"\""}},
      Row{"markdown", {"\"x\"", "\"\""}},
  };
  const auto row = std::find_if(k_rows.begin(), k_rows.end(),
                                [&](const Row& candidate) { return candidate.type == type; });
  return row != k_rows.end() ? row->sample : PrimitiveSample{"\"x\"", {}};
}

}  // namespace mutants
