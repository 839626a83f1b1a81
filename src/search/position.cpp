#include "src/search/position.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace server::search {
namespace {

constexpr int k_cells_a_degree = 10;
constexpr int k_rows = 180 * k_cells_a_degree;
constexpr int k_columns = 360 * k_cells_a_degree;
constexpr double k_slack_degrees = 1e-6;  // beyond what rounding can do, a tenth of a metre

double radians(double degrees) { return degrees * std::numbers::pi / 180; }
double degrees(double radians) { return radians * 180 / std::numbers::pi; }

int row_of(double latitude) {
  return std::clamp(static_cast<int>(std::floor((latitude + 90) * k_cells_a_degree)), 0,
                    k_rows - 1);
}

/// Of any longitude, also beyond a full turn.
int column_of(double longitude) {
  const int column = static_cast<int>(std::floor((longitude + 180) * k_cells_a_degree)) % k_columns;
  return column < 0 ? column + k_columns : column;
}

std::string cell(int row, int column) {
  std::string digits = std::to_string(row * 10'000 + column);
  return std::string(8 - digits.size(), '0') + digits;
}

}  // namespace

SpherePoint on_sphere(const Position& position) {
  const double latitude = radians(position.latitude), longitude = radians(position.longitude);
  return {std::cos(latitude) * std::cos(longitude), std::cos(latitude) * std::sin(longitude),
          std::sin(latitude)};
}

double squared_chord(double distance_km) {
  const double angle = distance_km / k_earth_radius_km;
  if (angle >= std::numbers::pi) return 5;  // more than any two points are apart
  const double chord = 2 * std::sin(angle / 2);
  return chord * chord;
}

std::string cell_of(const Position& position) {
  return cell(row_of(position.latitude), column_of(position.longitude));
}

std::vector<CellRange> cells_around(const Position& position, double distance_km,
                                    std::size_t ranges_max) {
  const double reach = degrees(distance_km / k_earth_radius_km) + k_slack_degrees;
  const double south = position.latitude - reach, north = position.latitude + reach;
  double aside = 180;  // a pole within reach: every longitude
  if (south > -90 && north < 90) {
    aside = degrees(std::asin(
                std::min(1.0, std::sin(radians(reach)) / std::cos(radians(position.latitude))))) +
            k_slack_degrees;
  }
  const bool is_all_around = aside * 2 * k_cells_a_degree >= k_columns - 1;
  const int west = column_of(position.longitude - aside);
  const int east = column_of(position.longitude + aside);
  const int first = row_of(south), last = row_of(north);
  const bool is_split = !is_all_around && west > east;
  std::vector<CellRange> ranges;
  if (static_cast<std::size_t>(last - first + 1) * (is_split ? 2 : 1) > ranges_max) return ranges;
  for (int row = first; row <= last; ++row) {
    if (is_all_around) {
      ranges.push_back({cell(row, 0), cell(row, k_columns - 1)});
    } else if (is_split) {  // over the date line
      ranges.push_back({cell(row, west), cell(row, k_columns - 1)});
      ranges.push_back({cell(row, 0), cell(row, east)});
    } else {
      ranges.push_back({cell(row, west), cell(row, east)});
    }
  }
  return ranges;
}

}  // namespace server::search
