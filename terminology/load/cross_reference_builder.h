// Collects the codes of other systems that mean the same as concepts of a release.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "terminology/load/code_system_builder.h"
#include "terminology/release/cross_references.h"

namespace terminology::load {

class CrossReferenceBuilder {
 public:
  /// The same code of a concept may be added often; it counts once.
  void add(ConceptId id, std::string_view system, std::string_view code);
  std::size_t size() const { return rows_.size(); }

  /// Nothing is written when there are none.
  void write(CodeSystemBuilder& builder, FileWriter& out);

 private:
  struct Entry {
    ConceptId id;
    std::uint32_t system;
    std::string code;
  };
  std::vector<std::string> systems_;
  std::vector<Entry> rows_;
};

}  // namespace terminology::load
