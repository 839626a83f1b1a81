// JSON with comments, as people write files of settings.
#pragma once

#include <string>

namespace server::policy {

/// The text with its comments (`// …` to the end of the line, `/* … */`) turned into spaces, so
/// that lines and columns stay as they are. One that is not closed reaches to the end.
std::string without_comments(std::string text);

}  // namespace server::policy
