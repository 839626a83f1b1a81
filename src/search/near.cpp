// near=[latitude]|[longitude]|[distance]|[units]. https://hl7.org/fhir/R4/location.html#search
#include <cmath>

#include "src/search/escape.h"
#include "src/search/index_value.h"
#include "src/search/operand.h"
#include "src/search/position.h"
#include "src/search/value_ranges.h"

namespace server::search {
namespace {

constexpr std::string_view k_form =
    "`latitude|longitude`, `latitude|longitude|distance` or `latitude|longitude|distance|unit`, in "
    "degrees, the unit of length as UCUM writes it; without one, kilometres";

bool is_place(const Position& position) {
  return std::abs(position.latitude) <= 90 && std::abs(position.longitude) <= 180;
}

std::optional<double> in_kilometres(const fhir::UnitSystem* units, std::string_view distance,
                                    std::string_view unit) {
  if (unit.empty() || unit == "km") return parse_number(distance);
  const auto value = fhir::Decimal::parse(distance);
  if (!value || units == nullptr) return {};
  const auto converted = units->convert(*value, unit, "km");
  if (!converted) return {};
  return converted->to_double();
}

}  // namespace

bool is_near(const fhir::SearchParameter& parameter) {
  return parameter.type == fhir::SearchParameterType::special && parameter.code == "near";
}

void index_position(const fhir::Element& value, Parameter parameter, IndexRows& rows) {
  const auto latitude = parse_number(fhir::child(value, "latitude").text());
  const auto longitude = parse_number(fhir::child(value, "longitude").text());
  if (!latitude || !longitude) return;
  const Position position{*latitude, *longitude};
  if (!is_place(position)) return;
  const SpherePoint point = on_sphere(position);
  rows.composites.push_back({parameter,
                             {{{}, cell_of(position), position.latitude, position.longitude},
                              {{}, {}, point.x, point.y},
                              {{}, {}, point.z, 0}}});
}

fhir::Result<Operand> parse_near(std::string_view text, const OperandContext& context) {
  const std::vector<std::string_view> parts = split_escaped(text, '|');
  if (parts.size() < 2 || parts.size() > 4) return bad_value(k_form);
  const auto latitude = parse_number(parts[0]), longitude = parse_number(parts[1]);
  if (!latitude || !longitude || !is_place({*latitude, *longitude})) return bad_value(k_form);
  Operand operand;
  operand.number_low = *latitude;
  operand.number_high = *longitude;
  operand.tolerance = k_near_distance_km;
  if (parts.size() == 2 || parts[2].empty()) return operand;
  const auto distance =
      in_kilometres(context.units, parts[2], parts.size() == 4 ? unescape(parts[3]) : "");
  if (!distance || !(*distance >= 0)) return bad_value(k_form);
  operand.tolerance = *distance;
  return operand;
}

}  // namespace server::search
