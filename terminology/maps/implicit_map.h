// A concept map without rows of its own: what it says is looked up in releases when it is asked.
#pragma once

#include <vector>

namespace terminology {

struct TranslateMatch;
struct TranslateQuestion;

/// Immutable to look at; safe for any number of threads.
class ImplicitMap {
 public:
  virtual ~ImplicitMap() = default;
  /// Adds the counterparts of the question's code. The question is of the map's systems already,
  /// and in its direction; matches get their system, version and source from the map.
  virtual void translate(const TranslateQuestion& question,
                         std::vector<TranslateMatch>& matches) const = 0;
};

}  // namespace terminology
