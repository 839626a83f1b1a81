// What is asked of no single element: lists, words, places, compartments.
// https://hl7.org/fhir/R4/search.html#list
#include <algorithm>
#include <cmath>
#include <numbers>

#include "tests/unit/property/evaluator.h"
#include "tests/unit/property/references.h"
#include "tests/unit/property/tokens.h"
#include "tests/unit/property/universe.h"

namespace property_test {
namespace {

/// "functional lists: … the current list of that kind".
bool is_list_named(const Resource& list, const std::string& name) {
  if (!name.starts_with("$")) return list.id == name;
  if (list.document.root().string_at("status") != "current") return false;
  const auto tokens = tokens_of(fhir::child(list.root, "code"));
  return std::any_of(tokens.begin(), tokens.end(), [&](const Token& token) {
    return token.system == k_list_kinds && "$current-" + token.code == name;
  });
}

double radians(double degrees) { return degrees * std::numbers::pi / 180; }

/// On a sphere; the haversine formula.
double kilometres_between(double latitude, double longitude, double to_latitude,
                          double to_longitude) {
  const double across = std::sin(radians(to_latitude - latitude) / 2);
  const double along = std::sin(radians(to_longitude - longitude) / 2);
  const double h = across * across +
                   std::cos(radians(latitude)) * std::cos(radians(to_latitude)) * along * along;
  return 2 * 6371.0088 * std::asin(std::sqrt(std::min(1.0, h)));
}

double number_of(std::string_view text) { return std::stod(std::string(text)); }

void add_strings(const fhir::json::Value& value, std::vector<std::vector<std::string>>& texts) {
  if (value.is_string()) texts.push_back(words_of(value.text()));
  if (value.is_array()) {
    for (const auto& item : value.items()) add_strings(item, texts);
  }
  if (!value.is_object()) return;
  for (const auto& member : value.members()) add_strings(member.value, texts);
}

}  // namespace

/// "_list: All resources in nominated list (by id, not a full URL)".
bool Evaluator::matches_list(const Place& place, const std::string& name) const {
  const std::string id(place.resource.value->string_at("id"));
  const std::string key = std::string(place.resource.type->name) + "/" + id;
  return std::any_of(world_.resources.begin(), world_.resources.end(), [&](const Resource& list) {
    if (list.type != "List" || !is_list_named(list, name)) return false;
    if (place.is_contained && &list != place.container) return false;
    bool is_in = false;
    fhir::for_each_child(list.root, [&](std::string_view child, const fhir::Element& entry) {
      if (child != "entry") return true;
      const std::string text(fhir::child(fhir::child(entry, "item"), "reference").text());
      is_in |= place.is_contained ? text == "#" + id : target_of(text) == key;
      return true;
    });
    return is_in;
  });
}

/// "_text: on the narrative of the resource", "_content: on the entire content of the resource".
bool Evaluator::matches_words(const Place& place, const Question& question) const {
  std::vector<std::vector<std::string>> texts;
  const fhir::json::Value& root = place.container->document.root();
  for (const auto& member : root.members()) {
    if (member.name() == "text") {
      texts.push_back(words_of(without_markup(member.value.string_at("div"))));
    } else if (question.code == "_content") {
      add_strings(member.value, texts);
    }
  }
  return is_words_match(question.words.front(), texts);
}

/// near=latitude|longitude|distance|unit
bool Evaluator::is_near(const Value& value, const fhir::Element& position) const {
  const fhir::Element latitude = fhir::child(position, "latitude"),
                      longitude = fhir::child(position, "longitude");
  if (!latitude.has_value() || !longitude.has_value()) return false;
  double distance = 50;  // "at the discretion of the server"
  if (value.parts.size() > 2) {
    distance = number_of(value.parts[2]);
    const std::string unit = value.parts.size() > 3 ? value.parts[3] : "km";
    if (unit == "m") distance /= 1000;
    if (unit == "[mi_i]") distance *= 1.609344;
  }
  return kilometres_between(number_of(value.parts[0]), number_of(value.parts[1]),
                            number_of(latitude.text()), number_of(longitude.text())) <= distance;
}

/// "a resource is in the compartment if … any of the search parameters … refers to" it.
bool Evaluator::is_in_compartment(const Resource& resource, const Compartment& asked) const {
  for (const auto& compartment : definitions().compartments()) {
    if (compartment.code != asked.code) continue;
    for (const auto& entry : compartment.entries) {
      if (entry.resource_type != resource.type) continue;
      for (const std::string_view name : entry.parameters) {
        if (name == "{def}") {
          if (resource.id == asked.id) return true;
          continue;
        }
        const auto* parameter = definitions().search_parameter(resource.type, name);
        for (const auto& element : values_of({resource.root, &resource}, *parameter).elements) {
          if (target_of(fhir::child(element, "reference").text()) == asked.code + "/" + asked.id)
            return true;
        }
      }
    }
  }
  return false;
}

}  // namespace property_test
