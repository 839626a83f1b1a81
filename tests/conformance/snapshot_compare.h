// Compares two snapshots of one structure: elements, cardinalities, types, bindings, slicing,
// constraints, fixed values and bases; not the prose.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "fhir/formats/json_value.h"

namespace snapshot_compare {

struct Difference {
  std::string element;  // its id; empty for the list of elements as a whole
  std::string what;     // elements, min, max, type, binding, slicing, constraint, fixed, base …
  std::string expected;
  std::string found;
};

/// expected, found   whole StructureDefinitions with a snapshot
std::vector<Difference> differences(const fhir::json::Value& expected,
                                    const fhir::json::Value& found);

std::ostream& operator<<(std::ostream& out, const Difference& difference);

/// snapshot_differences.txt: `source | structure | element | what | reason`, one a line, where `*`
/// stands for any text; # begins a comment.
class KnownDifferences {
 public:
  /// source   whose lines to read: suite, or a package's name
  explicit KnownDifferences(const std::string& source);
  /// Whether a line tells of it; remembers that the line was needed.
  bool covers(const std::string& structure, const Difference& difference);
  /// Lines that told of nothing.
  std::vector<std::string> unused() const;

 private:
  struct Line {
    std::string text, structure, element, what;
    bool used = false;
  };
  std::vector<Line> lines_;
};

}  // namespace snapshot_compare
