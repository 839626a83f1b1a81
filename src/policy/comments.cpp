#include "src/policy/comments.h"

namespace server::policy {

std::string without_comments(std::string text) {
  enum class State { outside, string, line, block };
  State state = State::outside;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const char next = at + 1 < text.size() ? text[at + 1] : '\0';
    switch (state) {
      case State::outside:
        if (c == '"') state = State::string;
        if (c == '/' && (next == '/' || next == '*')) {
          state = next == '/' ? State::line : State::block;
          text[at] = text[at + 1] = ' ';
          ++at;
        }
        break;
      case State::string:
        if (c == '\\') ++at;
        if (c == '"') state = State::outside;
        break;
      case State::line:
        if (c == '\n') {
          state = State::outside;
        } else {
          text[at] = ' ';
        }
        break;
      case State::block:
        if (c == '*' && next == '/') {
          state = State::outside;
          text[at + 1] = ' ';
        }
        if (c != '\n') text[at] = ' ';
        if (state == State::outside) ++at;
        break;
    }
  }
  return text;
}

}  // namespace server::policy
