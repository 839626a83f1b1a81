#include "src/rest/bulk/import_origin.h"

#include <charconv>

namespace server::rest {

std::string with_origin(ImportOrigin origin, std::string_view text) {
  std::string line = std::to_string(origin.input) + ' ' + std::to_string(origin.number) + ' ';
  return line.append(text).append("\n");
}

std::optional<ImportOrigin> take_origin(std::string& line) {
  ImportOrigin origin;
  const char* at = line.data();
  const char* const end = at + line.size();
  for (std::uint32_t* number : {&origin.input, &origin.number}) {
    const auto read = std::from_chars(at, end, *number);
    if (read.ec != std::errc{} || read.ptr == end || *read.ptr != ' ') return std::nullopt;
    at = read.ptr + 1;
  }
  line.erase(0, static_cast<std::size_t>(at - line.data()));
  return origin;
}

}  // namespace server::rest
