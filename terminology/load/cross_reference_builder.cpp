#include "terminology/load/cross_reference_builder.h"

#include <algorithm>
#include <tuple>

namespace terminology::load {

void CrossReferenceBuilder::add(ConceptId id, std::string_view system, std::string_view code) {
  auto found = std::find(systems_.begin(), systems_.end(), system);
  if (found == systems_.end()) found = systems_.emplace(systems_.end(), system);
  rows_.push_back({id, static_cast<std::uint32_t>(found - systems_.begin()), std::string(code)});
}

void CrossReferenceBuilder::write(CodeSystemBuilder& builder, FileWriter& out) {
  if (rows_.empty()) return;
  const auto key = [](const Entry& entry) { return std::tie(entry.id, entry.system, entry.code); };
  std::sort(rows_.begin(), rows_.end(),
            [&](const Entry& a, const Entry& b) { return key(a) < key(b); });
  rows_.erase(std::unique(rows_.begin(), rows_.end(),
                          [&](const Entry& a, const Entry& b) { return key(a) == key(b); }),
              rows_.end());
  std::vector<release::TextRef> systems;
  for (const std::string& url : systems_) systems.push_back(builder.keep(url));
  std::vector<release::ReferenceRow> rows;
  std::vector<std::uint32_t> by_code;
  for (const Entry& entry : rows_) {
    by_code.push_back(static_cast<std::uint32_t>(rows.size()));
    rows.push_back({entry.id, entry.system, builder.keep(entry.code)});
  }
  std::sort(by_code.begin(), by_code.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::tie(rows_[a].system, rows_[a].code, a) <
           std::tie(rows_[b].system, rows_[b].code, b);
  });
  out.add(release::k_reference_systems, systems);
  out.add(release::k_references, rows);
  out.add(release::k_references_by_code, by_code);
}

}  // namespace terminology::load
