// The answer while it is made: keys in the order they came, each with the values gathered under it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace server::graphql {

class OutputObject;

struct OutputValue {
  std::string json;                      // of a leaf
  std::unique_ptr<OutputObject> object;  // else
};

class OutputObject {
 public:
  struct Slot {
    std::string key;
    std::vector<OutputValue> values;
    bool is_list = false;
    std::string_view type;  // of the values
  };

  /// The slot of that key, made when there is none; null when there are too many.
  Slot* slot(std::string_view key);
  const std::vector<Slot>& slots() const { return slots_; }

  void append_json(std::string& out) const;

 private:
  std::vector<Slot> slots_;
};

}  // namespace server::graphql
