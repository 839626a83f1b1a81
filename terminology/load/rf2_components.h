// The components of an RF2 release as they are read, each in its latest version.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "terminology/load/rf2_files.h"
#include "terminology/load/rf2_reader.h"

namespace terminology::load {

struct Rf2Concept {
  std::uint64_t id, module, definition_status;
  std::uint32_t time;
  bool is_active;
};

struct Rf2Description {
  std::uint64_t id, concept_id, type, module;
  std::string_view language, term;
  std::uint32_t time;
  bool is_active;
};

struct Rf2Relationship {
  std::uint64_t id, source, destination, type;  // destination 0: a concrete value
  std::string_view value;                       // as the file writes it: #5, "text", true
  std::uint32_t time, group;
  bool is_active;
};

struct Rf2Identifier {
  std::string_view code;
  std::uint64_t scheme, concept_id;
  std::uint32_t time;
  bool is_active;
};

/// Which versions of a component count.
struct Rf2Scope {
  bool is_full = false;                  // files have several versions of a component
  std::uint32_t latest_time = 99999999;  // later ones are not there yet
};

/// Of each component its latest version, by identifier; key(item) names the component.
template <class Item, class Key>
void keep_latest(std::vector<Item>& items, Key&& key) {
  std::sort(items.begin(), items.end(), [&](const Item& a, const Item& b) {
    return key(a) != key(b) ? key(a) < key(b) : a.time < b.time;
  });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i + 1 < items.size() && key(items[i]) == key(items[i + 1])) continue;
    items[kept++] = items[i];
  }
  items.erase(items.begin() + static_cast<std::ptrdiff_t>(kept), items.end());
}

// Each adds the rows of one file. Views lead into the reader's file, which `readers` keeps open.
fhir::Result<void> read_concepts(const Rf2File& file, const Rf2Scope& scope,
                                 std::vector<Rf2Concept>& out);
fhir::Result<void> read_descriptions(const Rf2File& file, const Rf2Scope& scope,
                                     std::vector<Rf2Reader>& readers,
                                     std::vector<Rf2Description>& out);
/// Those that define: inferred; a snapshot's inactive ones are left out at once.
fhir::Result<void> read_relationships(const Rf2File& file, const Rf2Scope& scope,
                                      std::vector<Rf2Reader>& readers,
                                      std::vector<Rf2Relationship>& out);
fhir::Result<void> read_identifiers(const Rf2File& file, const Rf2Scope& scope,
                                    std::vector<Rf2Reader>& readers,
                                    std::vector<Rf2Identifier>& out);

}  // namespace terminology::load
