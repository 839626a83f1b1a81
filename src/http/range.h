// A part of a representation. https://www.rfc-editor.org/rfc/rfc9110#section-14
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace server::http {

struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t bytes = 0;  // 0: none of it is there, which is 416
};

/// The one range that a Range field asks for, cut to what is there; nothing when the field is to be
/// passed over: it is malformed, of another unit, or asks for several ranges, which a server may
/// answer with the whole.
///
/// size   of the representation in bytes
std::optional<ByteRange> parse_range(std::string_view field, std::uint64_t size);

}  // namespace server::http
