// https://hl7.org/fhir/R4/location.html#search
#include "src/search/position.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

using namespace server::search;

namespace {

// By the haversine, which the search does not use.
double distance_km(const Position& a, const Position& b) {
  const double degree = std::numbers::pi / 180;
  const double north = std::sin((b.latitude - a.latitude) * degree / 2);
  const double east = std::sin((b.longitude - a.longitude) * degree / 2);
  const double h =
      north * north + std::cos(a.latitude * degree) * std::cos(b.latitude * degree) * east * east;
  return 2 * k_earth_radius_km * std::asin(std::min(1.0, std::sqrt(h)));
}

double chord(const Position& a, const Position& b) {
  const SpherePoint p = on_sphere(a), q = on_sphere(b);
  return (p.x - q.x) * (p.x - q.x) + (p.y - q.y) * (p.y - q.y) + (p.z - q.z) * (p.z - q.z);
}

}  // namespace

TEST_CASE("known distances on the sphere") {
  const Position berlin{52.5200, 13.4050}, paris{48.8566, 2.3522}, sydney{-33.8688, 151.2093};
  CHECK(distance_km(berlin, paris) == doctest::Approx(877.5).epsilon(0.001));
  for (const auto& [a, b] : {std::pair(berlin, paris), {berlin, sydney}, {paris, sydney}}) {
    CHECK(chord(a, b) <= squared_chord(distance_km(a, b) + 0.001));
    CHECK(chord(a, b) > squared_chord(distance_km(a, b) - 0.001));
  }
  CHECK(squared_chord(20'100) > 4);
}

TEST_CASE(
    "every place within the distance lies in a cell around, over the date line and the poles") {
  std::mt19937 random(7);
  const auto between = [&](double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(random);
  };
  const double latitudes[] = {0, 52.5, -89.99, 89.95, 90, -90, 85};
  const double longitudes[] = {0, 180, -180, 179.99, -179.95, 13.4};
  int within = 0;
  for (int round = 0; round < 20'000; ++round) {
    const Position center{latitudes[random() % 7], longitudes[random() % 6]};
    const double reach = between(0, 200);
    const double step = reach / 111 * 1.2 + 0.001;
    Position place{center.latitude + between(-step, step), between(-180, 180)};
    if (std::abs(place.latitude) > 90) continue;
    if (random() % 2 == 0) {
      place.longitude = std::remainder(center.longitude + between(-3 * step, 3 * step), 360);
    }
    if (distance_km(center, place) > reach) continue;
    ++within;
    const auto ranges = cells_around(center, reach, 200);
    const std::string cell = cell_of(place);
    const bool is_in = std::any_of(ranges.begin(), ranges.end(), [&](const CellRange& range) {
      return range.first <= cell && cell <= range.last;
    });
    CAPTURE(center.latitude);
    CAPTURE(center.longitude);
    CAPTURE(reach);
    CAPTURE(place.latitude);
    CAPTURE(place.longitude);
    CHECK(is_in);
  }
  CHECK(within > 1000);
  CHECK(cells_around({0, 0}, 3000, 40).empty());
}
