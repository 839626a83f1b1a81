// A concept map without rows of its own: what it says is looked up in releases when it is asked.
#pragma once

#include <cstddef>
#include <string>
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
  /// The first codes of its source that it may say something of, each once; `count` at most.
  virtual std::vector<std::string> first_sources(std::size_t count) const = 0;
};

}  // namespace terminology
