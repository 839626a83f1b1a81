// Lines and columns of many places in one text: each is counted from the one before, since issues
// mostly come in the order of the text.
#pragma once

#include <algorithm>
#include <string_view>

#include "fhir/formats/json_document.h"

namespace fhir::validation {

class PositionCursor {
 public:
  explicit PositionCursor(std::string_view text) : text_(text) {}

  /// The same as json::position_in(text, offset).
  json::Position at(std::size_t offset) {
    offset = std::min(offset, text_.size());
    const bool is_forward = offset >= offset_;
    const std::string_view between = is_forward ? text_.substr(offset_, offset - offset_)
                                                : text_.substr(offset, offset_ - offset);
    const auto lines = static_cast<std::uint32_t>(std::count(between.begin(), between.end(), '\n'));
    position_.line = is_forward ? position_.line + lines : position_.line - lines;
    if (lines == 0) {
      position_.column += is_forward ? characters_in(between) : 0 - characters_in(between);
    } else {
      const std::string_view before = text_.substr(0, offset);
      position_.column = 1 + characters_in(before.substr(before.rfind('\n') + 1));
    }
    offset_ = offset;
    return position_;
  }

 private:
  static std::uint32_t characters_in(std::string_view text) {
    return static_cast<std::uint32_t>(std::count_if(text.begin(), text.end(), [](char c) {
      return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    }));
  }

  std::string_view text_;
  std::size_t offset_ = 0;
  json::Position position_;
};

}  // namespace fhir::validation
