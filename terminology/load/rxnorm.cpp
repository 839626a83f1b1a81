#include "terminology/load/rxnorm.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "terminology/load/table_file.h"
#include "terminology/ndc_code.h"

namespace terminology::load {
namespace {

namespace fs = std::filesystem;
using fhir::unexpected;

// Sources whose codes are codes of systems that FHIR knows.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> k_sources = {
    {{"SNOMEDCT_US", k_snomed_url}, {"ATC", k_atc_url}, {"CVX", k_cvx_url}}};

// Languages of LAT, in ISO 639-1.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> k_languages = {
    {{"ENG", "en"}, {"SPA", "es"}, {"FRE", "fr"}, {"GER", "de"}}};

template <std::size_t n>
std::string_view look_up(const std::array<std::pair<std::string_view, std::string_view>, n>& table,
                         std::string_view key) {
  for (const auto& [from, to] : table) {
    if (from == key) return to;
  }
  return {};
}

/// How good an atom is as the name of its concept: names that RxNorm itself made, before those it
/// adds beside them, before those of other sources; what is not suppressed first.
int rank_of(std::string_view source, std::string_view type, std::string_view suppress) {
  int rank = suppress == "N" || suppress.empty() ? 1 : 0;
  if (source == "RXNORM")
    rank += type == "SY" || type == "TMSY" || type == "ET" ? 4 : type == "PSN" ? 6 : 8;
  return rank;
}

class Reader {
 public:
  Reader(std::string folder, const LoadOptions& options)
      : folder_(std::move(folder)), options_(options), draft_(info()) {}

  fhir::Result<Draft> read() {
    if (!fs::exists(path("RXNCONSO.RRF")) && fs::exists(folder_ + "/rrf")) folder_ += "/rrf";
    FHIR_CHECK(read_atoms());
    FHIR_CHECK(read_others("RXNATOMARCHIVE.RRF", 16, &Reader::read_archived));
    FHIR_CHECK(read_others("RXNSTY.RRF", 4, &Reader::read_semantic_type));
    FHIR_CHECK(read_others("RXNSAT.RRF", 11, &Reader::read_attribute));
    FHIR_CHECK(read_others("RXNREL.RRF", 11, &Reader::read_relationship));
    FHIR_CHECK(read_others("RXNSAB.RRF", 7, &Reader::read_source));
    if (passed_over_ != 0)
      draft_.remarks.push_back(std::to_string(passed_over_) +
                               " rows are about atoms or unknown concepts and were passed over");
    if (!options_.version.empty()) draft_.builder.info().version = options_.version;
    return std::move(draft_);
  }

 private:
  static release::ReleaseInfo info() {
    release::ReleaseInfo info;
    info.kind = "rxnorm";
    info.url = k_rxnorm_url;
    info.name = "RxNorm";
    info.title = "RxNorm";
    info.language = "en";
    info.notice =
        "This product uses publicly available data courtesy of the U.S. National Library of "
        "Medicine (NLM), National Institutes of Health, Department of Health and Human Services; "
        "NLM is not responsible for the product and does not endorse or recommend this or any "
        "other product. Sources other than RXNORM have licences of their own (UMLS).";
    info.obtained =
        "https://www.nlm.nih.gov/research/umls/rxnorm/docs/rxnormfiles.html; the full release "
        "needs a UMLS licence, the current prescribable content none";
    return info;
  }

  std::string path(std::string_view name) const { return folder_ + "/" + std::string(name); }
  CodeSystemBuilder& builder() { return draft_.builder; }

  struct Atom {
    ConceptId id;
    int rank;
    std::string type, source, language, text;
  };

  fhir::Result<void> read_atoms() {
    options_.say("reading RXNCONSO.RRF");
    FHIR_TRY(file, TableFile::open(path("RXNCONSO.RRF"), '|', TableFile::Quotes::none));
    while (true) {
      FHIR_TRY(has_row, file.next());
      if (!has_row) break;
      if (file.column_count() < 17) return unexpected(file.wrong("17 columns are expected"));
      add_atom(file.column(0), file.column(11), file.column(12), file.column(1), file.column(14),
               file.column(16));
      const std::string_view system = look_up(k_sources, file.column(11));
      if (!system.empty())
        draft_.cross_references.add(builder().find(file.column(0)), system, file.column(13));
    }
    if (builder().size() == 0) return unexpected(file.wrong("there is no concept"));
    finish_names();
    return {};
  }

  void add_atom(std::string_view rxcui, std::string_view source, std::string_view type,
                std::string_view language, std::string_view text, std::string_view suppress) {
    ConceptId id = builder().find(rxcui);
    if (id == k_no_concept) {
      id = builder().add({.code = rxcui});
      best_.push_back({-1, 0});
      is_current_.push_back(false);
      is_own_.push_back(false);
    }
    const int rank = rank_of(source, type, suppress);
    if (rank > best_[id].first) best_[id] = {rank, atoms_.size()};
    if (source == "RXNORM") {
      is_own_[id] = true;
      if (suppress != "O") is_current_[id] = true;
    }
    atoms_.push_back({id, rank, std::string(type), std::string(source),
                      std::string(look_up(k_languages, language)), std::string(text)});
  }

  /// The best atom gives the display and the type; the others are designations.
  void finish_names() {
    for (ConceptId id = 0; id < builder().size(); ++id) {
      const Atom& best = atoms_[best_[id].second];
      builder().set_display(id, best.text);
      add(id, "TTY", best.type);
      if (is_own_[id] && !is_current_[id]) builder().set_inactive(id);
    }
    std::vector<std::pair<ConceptId, std::string>> sources;
    for (std::size_t i = 0; i < atoms_.size(); ++i) {
      const Atom& atom = atoms_[i];
      sources.emplace_back(atom.id, atom.source);
      if (best_[atom.id].second == i) continue;
      builder().add_designation(atom.id, {.language = atom.language,
                                          .use_system = k_rxnorm_url,
                                          .use_code = atom.type,
                                          .use_display = atom.source == "RXNORM" ? "" : atom.source,
                                          .value = atom.text});
    }
    std::sort(sources.begin(), sources.end());
    sources.erase(std::unique(sources.begin(), sources.end()), sources.end());
    for (const auto& [id, source] : sources) add(id, "SAB", source);
    atoms_ = {};
    current_size_ = builder().size();
  }

  void add(ConceptId id, std::string_view code, std::string_view value,
           PropertyType type = PropertyType::code) {
    builder().add_property(id, {.code = code, .type = type, .value = value});
  }

  using ReadRow = void (Reader::*)(const TableFile&);
  fhir::Result<void> read_others(std::string_view name, std::size_t columns, ReadRow read_row) {
    if (!fs::exists(path(name))) {
      draft_.remarks.push_back(std::string(name) + " is absent");
      return {};
    }
    options_.say("reading " + std::string(name));
    FHIR_TRY(file, TableFile::open(path(name), '|', TableFile::Quotes::none));
    while (true) {
      FHIR_TRY(has_row, file.next());
      if (!has_row) return {};
      if (file.column_count() < columns)
        return unexpected(file.wrong(std::to_string(columns) + " columns are expected"));
      (this->*read_row)(file);
    }
  }

  /// Retired: of what is current the archive knows older names only.
  void read_archived(const TableFile& file) {
    const std::string_view rxcui = file.column(12);
    if (file.column(13) != "RXNORM" || rxcui.empty()) return;
    ConceptId id = builder().find(rxcui);
    if (id != k_no_concept && id < current_size_) return;
    if (id == k_no_concept) {
      id = builder().add({.code = rxcui, .display = file.column(2), .is_inactive = true});
      add(id, "TTY", file.column(14));
      const std::string_view merged = file.column(15);
      if (!merged.empty() && merged != rxcui) add(id, "MERGED_TO_RXCUI", merged);
    } else if (builder().display(id) != file.column(2)) {
      builder().add_designation(
          id, {.use_system = k_rxnorm_url, .use_code = file.column(14), .value = file.column(2)});
    }
  }

  void read_semantic_type(const TableFile& file) {
    const ConceptId id = find_or_count(file.column(0));
    if (id == k_no_concept) return;
    add(id, "STY", file.column(1).empty() ? file.column(3) : file.column(1));
  }

  void read_attribute(const TableFile& file) {
    if (file.column(9) != "RXNORM") return;
    const ConceptId id = find_or_count(file.column(0));
    if (id == k_no_concept) return;
    const std::string_view name = file.column(8), value = file.column(10);
    add(id, name, value, PropertyType::string);
    if (name == "NDC") draft_.cross_references.add(id, k_ndc_url, value);
  }

  /// "RELA: the relationship that the second concept has to the first."
  void read_relationship(const TableFile& file) {
    if (file.column(2) != "CUI" || file.column(6) != "CUI" || file.column(7).empty()) {
      ++passed_over_;
      return;
    }
    const ConceptId to = find_or_count(file.column(0));
    const ConceptId from = find_or_count(file.column(4));
    if (to == k_no_concept || from == k_no_concept) return;
    add(from, file.column(7), file.column(0));
    if (file.column(7) == "isa" && from != to) builder().add_parent(from, to);
  }

  /// VSAB is like RXNORM_20AA_240401F: the day as yymmdd, which FHIR writes as mmddyyyy.
  void read_source(const TableFile& file) {
    const std::string_view versioned = file.column(2);
    const std::size_t at = versioned.rfind('_');
    if (file.column(3) != "RXNORM" || at == std::string_view::npos) return;
    const std::string_view day = versioned.substr(at + 1);
    if (day.size() < 6) return;
    builder().info().version = std::string(day.substr(2, 4)).append("20").append(day.substr(0, 2));
  }

  ConceptId find_or_count(std::string_view rxcui) {
    const ConceptId id = builder().find(rxcui);
    if (id == k_no_concept) ++passed_over_;
    return id;
  }

  std::string folder_;
  const LoadOptions& options_;
  Draft draft_;
  std::vector<Atom> atoms_;
  std::vector<std::pair<int, std::size_t>> best_;  // rank and position of each concept's name
  std::vector<bool> is_current_, is_own_;
  ConceptId current_size_ = 0;
  std::uint64_t passed_over_ = 0;
};

}  // namespace

fhir::Result<Draft> read_rxnorm(const std::string& folder, const LoadOptions& options) {
  return Reader(folder, options).read();
}

}  // namespace terminology::load
