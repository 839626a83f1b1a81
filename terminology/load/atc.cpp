#include "terminology/load/atc.h"

#include <array>
#include <utility>
#include <vector>

#include "terminology/load/table_file.h"
#include "terminology/systems.h"

namespace terminology::load {
namespace {

using fhir::unexpected;

/// Letter, two digits, letter, letter, two digits; cut after any of its five levels.
bool is_atc_code(std::string_view code) {
  constexpr std::string_view k_shape = "A99AA99";
  if (code.empty() || code.size() == 2 || code.size() == 6 || code.size() > k_shape.size())
    return false;
  for (std::size_t i = 0; i < code.size(); ++i) {
    const bool is_letter = code[i] >= 'A' && code[i] <= 'Z';
    const bool is_digit = code[i] >= '0' && code[i] <= '9';
    if (k_shape[i] == 'A' ? !is_letter : !is_digit) return false;
  }
  return true;
}

std::string_view above(std::string_view code) {
  constexpr std::array<std::size_t, 4> k_lengths = {5, 4, 3, 1};
  for (const std::size_t length : k_lengths) {
    if (code.size() > length) return code.substr(0, length);
  }
  return {};
}

release::ReleaseInfo info() {
  release::ReleaseInfo info;
  info.kind = "atc";
  info.url = k_atc_url;
  info.name = "ATC";
  info.title = "Anatomical Therapeutic Chemical Classification System";
  info.language = "en";
  info.notice =
      "Copyright WHO Collaborating Centre for Drug Statistics Methodology, Oslo, Norway. "
      "Use for commercial purposes needs its permission.";
  info.obtained = "https://www.whocc.no/atc_ddd_index_and_guidelines/order/";
  return info;
}

}  // namespace

fhir::Result<Draft> read_atc(const std::string& path, const LoadOptions& options) {
  const bool has_commas = path.ends_with(".csv") || path.ends_with(".csv.gz");
  FHIR_TRY(file, TableFile::open(path, has_commas ? ',' : '\t', TableFile::Quotes::doubled));
  Draft draft(info());
  draft.builder.info().version = options.version;
  std::vector<std::string> names;
  while (true) {
    FHIR_TRY(has_row, file.next());
    if (!has_row) break;
    const std::string_view code = file.column(std::size_t{0});
    if (!is_atc_code(code)) {
      if (draft.builder.size() != 0 || !names.empty())
        return unexpected(file.wrong("'" + std::string(code) + "' is no code of ATC"));
      for (std::size_t i = 0; i < file.column_count(); ++i) names.emplace_back(file.column(i));
      continue;
    }
    ConceptId id = draft.builder.find(code);
    if (id == k_no_concept) id = draft.builder.add({.code = code, .display = file.column(1)});
    // A substance has a row for each of its doses.
    for (std::size_t i = 2; i < names.size(); ++i) {
      if (!file.column(i).empty() && !names[i].empty())
        draft.builder.add_property(id, {.code = names[i], .value = file.column(i)});
    }
  }
  for (ConceptId id = 0; id < draft.builder.size(); ++id) {
    const ConceptId parent = draft.builder.find(above(draft.builder.code(id)));
    if (parent != k_no_concept && parent != id) draft.builder.add_parent(id, parent);
  }
  if (draft.builder.size() == 0) return unexpected(file.wrong("there is no code"));
  return draft;
}

}  // namespace terminology::load
