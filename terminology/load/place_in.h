// Where in a text file a byte stands, for errors of readers that know bytes only.
#pragma once

#include <cstddef>
#include <string>

namespace terminology::load {

/// path:line, the line from 1; the path alone when there is no such byte.
std::string place_in(const std::string& path, std::ptrdiff_t byte);

}  // namespace terminology::load
