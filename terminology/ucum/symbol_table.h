// The symbols of UCUM: its prefixes and unit atoms, each found by its case-sensitive code.
// https://ucum.org/ucum#section-Tables-of-Terminal-Symbols
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhir/base/decimal.h"
#include "fhir/formats/json_value.h"

namespace terminology::ucum {

struct Prefix {
  std::string code;
  std::string name;
  fhir::Decimal value;
};

struct Atom {
  std::string code;
  std::string name;
  fhir::Decimal factor;  // how many of `unit` it is
  std::string unit;      // its definition; empty of a base unit
  std::string function;  // of a special unit: what its scale is read by
  bool is_base = false;
  bool is_metric = false;  // takes prefixes
  bool is_arbitrary = false;
  std::size_t index = 0;  // in atoms()
};

class SymbolTable {
 public:
  /// record   of type UnitTable (fhir/definitions/unit_table.h); rows that hold no number where one
  ///          is needed are passed over
  explicit SymbolTable(const fhir::json::Value& record);

  struct Symbol {
    const Prefix* prefix = nullptr;  // null: none
    const Atom* atom = nullptr;
  };

  /// An atom, or a prefix with a metric atom. What is an atom is never read as prefix and atom:
  /// `cd` is the candela.
  std::optional<Symbol> find(std::string_view text) const;

  const std::deque<Atom>& atoms() const { return atoms_; }

 private:
  void add(Atom atom);

  std::deque<Atom> atoms_;  // a deque: views of their codes stay
  std::vector<Prefix> prefixes_;
  std::unordered_map<std::string_view, const Atom*> by_code_;
};

}  // namespace terminology::ucum
