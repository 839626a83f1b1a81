#include "terminology/ucum/symbol_table.h"

#include "terminology/ucum/corrections.h"

namespace terminology::ucum {
namespace {

using fhir::Decimal;
using fhir::json::Value;

bool flag(const Value& object, std::string_view name) {
  const Value* value = object.find(name);
  return value != nullptr && value->text() == "true";
}

template <class Visit>
void for_each(const Value& record, std::string_view name, Visit&& visit) {
  if (const Value* rows = record.find(name)) {
    for (const Value& row : rows->items()) visit(row);
  }
}

}  // namespace

SymbolTable::SymbolTable(const Value& record) {
  for_each(record, "prefix", [&](const Value& row) {
    const auto value = Decimal::parse(row.string_at("value"));
    if (value)
      prefixes_.push_back(
          {std::string(row.string_at("code")), std::string(row.string_at("name")), *value});
  });
  for_each(record, "unit", [&](const Value& row) {
    Atom atom;
    atom.code = row.string_at("code");
    atom.name = row.string_at("name");
    atom.unit = row.string_at("unit");
    atom.function = row.string_at("function");
    atom.is_base = flag(row, "isBase");
    atom.is_metric = atom.is_base || flag(row, "isMetric");
    atom.is_arbitrary = flag(row, "isArbitrary");
    const auto factor = Decimal::parse(row.string_at("factor"));
    if (factor) atom.factor = *factor;
    correct(atom);
    if (!atom.code.empty() && (factor || atom.is_base)) add(std::move(atom));
  });
}

void SymbolTable::add(Atom atom) {
  atom.index = atoms_.size();
  atoms_.push_back(std::move(atom));
  by_code_.emplace(atoms_.back().code, &atoms_.back());
}

std::optional<SymbolTable::Symbol> SymbolTable::find(std::string_view text) const {
  if (const auto found = by_code_.find(text); found != by_code_.end())
    return Symbol{nullptr, found->second};
  for (const Prefix& prefix : prefixes_) {
    if (!text.starts_with(prefix.code)) continue;
    const auto found = by_code_.find(text.substr(prefix.code.size()));
    if (found != by_code_.end() && found->second->is_metric) return Symbol{&prefix, found->second};
  }
  return std::nullopt;
}

}  // namespace terminology::ucum
