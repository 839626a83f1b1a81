#include "terminology/ucum/ucum.h"

#include "fhir/formats/json_document.h"
#include "terminology/ucum/display.h"
#include "terminology/ucum/expression.h"
#include "terminology/ucum/symbol_table.h"
#include "terminology/ucum/unit.h"

namespace terminology::ucum {
namespace {

using fhir::Decimal;
using fhir::UnitValue;

constexpr std::size_t k_remembered_units_max = 4096;
constexpr std::size_t k_remembered_bytes_max = 64;  // longer expressions are read each time

/// No operator and no exponent: what can be joined to another without changing its meaning.
bool is_single(std::string_view unit) {
  return unit.find_first_of("./(){}+-") == std::string_view::npos && !unit.empty() &&
         (unit.back() < '0' || unit.back() > '9');
}

bool is_exact(const Unit& unit) { return unit.function == nullptr || unit.function->is_exact; }

/// Without the digits that no function answers for.
Decimal rounded(Decimal value, const Unit& a, const Unit& b) {
  if (is_exact(a) && is_exact(b)) return value;
  const int before_point = value.digit_count() - value.scale();
  return value.round(k_function_digits - before_point).normalized();
}

}  // namespace

struct Ucum::Tables {
  explicit Tables(const fhir::json::Value& record) : symbols(record), compiler(symbols) {}
  SymbolTable symbols;
  UnitCompiler compiler;
};

/// What an expression turned out to be.
struct Ucum::Known {
  std::optional<fhir::Issue> problem;  // set: not valid
  std::optional<Unit> unit;            // nothing: valid, but of no value to compute with
  std::string base;                    // the unit's base units
};

std::unique_ptr<const Ucum> Ucum::make(const fhir::DefinitionStore& definitions) {
  const fhir::ConformanceRecord* record = definitions.record("UnitTable", fhir::k_ucum_system);
  return std::unique_ptr<const Ucum>(record != nullptr ? new Ucum(record->json) : nullptr);
}

Ucum::Ucum(std::string_view record) : record_(record) {}
Ucum::~Ucum() = default;

const Ucum::Tables& Ucum::tables() const {
  std::call_once(once_, [&] {
    const auto document = fhir::json::Document::read(std::string(record_));
    // The record is the store's own; only a damaged image fails to read, and then has no unit.
    tables_ = std::make_unique<const Tables>(document ? document->root() : fhir::json::Value());
  });
  return *tables_;
}

std::shared_ptr<const Ucum::Known> Ucum::known(std::string_view unit) const {
  {
    const std::shared_lock lock(mutex_);
    if (const auto found = remembered_.find(unit); found != remembered_.end()) return found->second;
  }
  auto made = std::make_shared<Known>();
  auto term = parse_expression(unit, tables().symbols);
  if (unit.empty()) {  // a term without components, but no code: unity is written 1
    made->problem = fhir::make_issue(fhir::IssueType::code_invalid, "No UCUM unit: it is empty");
  } else if (!term) {
    made->problem = std::move(term).error();
  } else {
    made->unit = tables().compiler.compile(*term);
    if (made->unit) made->base = text_of(made->unit->dimension);
  }
  if (unit.size() > k_remembered_bytes_max) return made;
  const std::unique_lock lock(mutex_);
  if (remembered_.size() < k_remembered_units_max) remembered_.emplace(unit, made);
  return made;
}

fhir::Result<void> Ucum::check(std::string_view unit) const {
  const auto found = known(unit);
  if (found->problem) return fhir::unexpected(*found->problem);
  return {};
}

std::optional<UnitValue> Ucum::canonical(const Decimal& value, std::string_view unit) const {
  const auto found = known(unit);
  if (!found->unit) return std::nullopt;
  const auto base = found->unit->to_base(value);
  if (!base) return std::nullopt;
  return UnitValue{rounded(value_of(*base), *found->unit, *found->unit), found->base};
}

bool Ucum::is_linear(std::string_view unit) const {
  const auto found = known(unit);
  return found->unit && is_exact(*found->unit);
}

std::optional<Decimal> Ucum::convert(const Decimal& value, std::string_view from,
                                     std::string_view to) const {
  const auto source = known(from);
  const auto target = known(to);
  if (!source->unit || !target->unit || source->unit->dimension != target->unit->dimension)
    return std::nullopt;
  const auto base = source->unit->to_base(value);
  auto result = base ? target->unit->from_base(*base) : std::nullopt;
  if (!result) return std::nullopt;
  return rounded(*std::move(result), *source->unit, *target->unit);
}

std::optional<UnitValue> Ucum::combine(const Decimal& a, std::string_view unit_a, const Decimal& b,
                                       std::string_view unit_b, int sign) const {
  const auto x = known(unit_a);
  const auto y = known(unit_b);
  if (!x->unit || !y->unit) return std::nullopt;
  const Ratio left{a, Decimal(1)}, right{b, Decimal(1)};
  const auto number = sign < 0 ? ucum::divide(left, right) : ucum::multiply(left, right);
  if (!number) return std::nullopt;
  if (unit_b == "1") return UnitValue{value_of(*number), std::string(unit_a)};
  if (unit_a == "1" && sign > 0) return UnitValue{value_of(*number), std::string(unit_b)};
  const auto unit = ucum::combine(*x->unit, *y->unit, sign);
  if (!unit || unit->function != nullptr) return std::nullopt;
  // Two units of unlike dimension stay as they were written.
  if (is_single(unit_a) && is_single(unit_b) && x->base != y->base && x->base != "1" &&
      y->base != "1")
    return UnitValue{value_of(*number),
                     std::string(unit_a) + (sign < 0 ? "/" : ".") + std::string(unit_b)};
  const auto value = ucum::multiply(*number, unit->factor);
  if (!value) return std::nullopt;
  return UnitValue{value_of(*value), text_of(unit->dimension)};
}

std::optional<UnitValue> Ucum::multiply(const Decimal& a, std::string_view unit_a, const Decimal& b,
                                        std::string_view unit_b) const {
  return combine(a, unit_a, b, unit_b, 1);
}

std::optional<UnitValue> Ucum::divide(const Decimal& a, std::string_view unit_a, const Decimal& b,
                                      std::string_view unit_b) const {
  return combine(a, unit_a, b, unit_b, -1);
}

std::string Ucum::display(std::string_view unit) const {
  const auto term = parse_expression(unit, tables().symbols);
  return term ? display_of(*term) : std::string();
}

}  // namespace terminology::ucum
