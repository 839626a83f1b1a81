// Reads a ValueSet resource into a ValueSet. https://hl7.org/fhir/R4/valueset.html
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "fhir/formats/json_value.h"
#include "terminology/resolver.h"
#include "terminology/value_set.h"

namespace terminology {

enum class OwnExpansion : std::uint8_t { if_needed, never };

inline constexpr std::size_t k_clauses_max = 5000;  // of one value set, those of imports counted
inline constexpr std::size_t k_filters_max = 100;   // of one include

class ValueSetReader {
 public:
  /// resource   a ValueSet; what is wrong in it makes the clause undecidable, with the reason
  /// resolver   what it gives outlives the value set
  static std::unique_ptr<const ValueSet> read(const fhir::json::Value& resource,
                                              const Resolver& resolver,
                                              OwnExpansion own = OwnExpansion::if_needed);

  /// The implicit value set of all codes of a system: http://hl7.org/fhir/R4/valueset.html#implicit
  static std::unique_ptr<const ValueSet> all_codes_of(const CodeSystem& system,
                                                      std::string_view url);

 private:
  using Value = fhir::json::Value;

  ValueSetReader(ValueSet& set, const Resolver& resolver) : set_(set), resolver_(resolver) {}
  void read_resource(const Value& resource, OwnExpansion own);
  void read_info(const Value& resource);
  void read_supplements(const Value& resource);
  void read_expansion_parameters(const Value& compose);
  void read_compose(const Value& compose);
  Clause read_clause(const Value& source, const std::string& path);
  void choose_system(Clause& clause);
  void read_imports(const Value& source, Clause& clause);
  const ValueSet* import_of(std::string_view canonical, Clause& clause);
  const ValueSet* contained(std::string_view id);
  void read_listed(const Value& concepts, Clause& clause);
  ListedCode read_listed_code(const Value& source, const Clause& clause);
  void read_filters(const Value& filters, Clause& clause, const std::string& path);
  void read_expansion(const Value& expansion);
  void read_contains(const Value& owner, std::uint32_t parent, std::vector<ListedCode>& out);
  void note(const std::vector<Clause>& clauses);
  bool is_too_heavy() const { return set_.weight_ > k_clauses_max; }
  std::string_view keep(std::string_view text) { return set_.arena_.copy(text); }

  ValueSet& set_;
  const Resolver& resolver_;
  const Value* resource_ = nullptr;  // that is read
  int depth_ = 0;                    // of value sets contained in each other
};

}  // namespace terminology
