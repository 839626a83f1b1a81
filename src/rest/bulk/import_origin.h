// Where a line of an import came from, kept with the lines that are put by.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace server::rest {

struct ImportOrigin {
  std::uint32_t input = 0;   // its index
  std::uint32_t number = 0;  // of the line in it, from 1; 0: the input as a whole
};

/// A line of a file of lines from several inputs; with its end.
std::string with_origin(ImportOrigin origin, std::string_view text);

/// Takes the origin off the line again; nothing when with_origin() did not make it.
std::optional<ImportOrigin> take_origin(std::string& line);

}  // namespace server::rest
