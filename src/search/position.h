// Places on the earth, for `near`: a sphere, on which the nearest way goes over the date line and
// the poles as it may. https://hl7.org/fhir/R4/location.html#search
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace server::search {

inline constexpr double k_earth_radius_km = 6371.0088;  // the mean one
inline constexpr double k_near_distance_km = 50;        // where the client names none

/// Degrees: north and east are positive.
struct Position {
  double latitude = 0;
  double longitude = 0;
};

/// The place as a point of the sphere of radius 1: comparing straight distances needs no angles.
struct SpherePoint {
  double x = 0, y = 0, z = 0;
};
SpherePoint on_sphere(const Position& position);

/// The square of the straight distance between points of that sphere that are so far apart on it.
double squared_chord(double distance_km);

/// The cell of a tenth of a degree that a place lies in: eight digits, first those of the latitude,
/// so that the cells of a row that lie beside each other are one range of texts.
std::string cell_of(const Position& position);

struct CellRange {
  std::string first, last;
};

/// Ranges of cells that hold every place at most so far away; more besides. Empty when they would
/// be more than `ranges_max`.
std::vector<CellRange> cells_around(const Position& position, double distance_km,
                                    std::size_t ranges_max);

}  // namespace server::search
