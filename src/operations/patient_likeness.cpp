// https://hl7.org/fhir/R4/patient-operation-match.html
#include "src/operations/patient_likeness.h"

#include <algorithm>
#include <string>
#include <vector>

#include "fhir/formats/json_items.h"
#include "src/operations/text_similarity.h"
#include "src/search/fold.h"

namespace server::operations {
namespace {

using fhir::json::Value;

constexpr double k_certain = 0.95, k_probable = 0.8, k_possible = 0.6;
/// Weights of what agrees; telecom and gender say less when they differ.
constexpr double k_family = 2.5, k_given = 1.5, k_birth = 3, k_gender = 0.5, k_address = 1.5,
                 k_telecom = 1.5, k_telecom_differs = 0.5, k_identifier = 3;
/// What can be compared has to weigh this much for the score to be taken as it is.
constexpr double k_evidence = 6;
constexpr double k_sounds_alike = 0.85;
constexpr std::size_t k_items_max = 20;  // of names, addresses …; more are not compared
constexpr std::size_t k_phone_digits = 9;

std::span<const Value> list(const Value& holder, std::string_view name) {
  const auto items = fhir::json::items_at(holder, name);
  return items.first(std::min(items.size(), k_items_max));
}

/// Letters and digits only, folded: `O'Neil` and `Oneil` are one name.
std::string plain(std::string_view text) {
  std::string folded = search::fold(text);
  std::erase_if(folded, [](char c) {
    const bool is_ascii = static_cast<unsigned char>(c) < 0x80;
    return is_ascii && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9');
  });
  return folded;
}

double name_likeness(const std::string& a, const std::string& b) {
  const double letters = likeness(a, b);
  const bool sounds_alike = !sound_of(a).empty() && sound_of(a) == sound_of(b);
  return sounds_alike ? std::max(letters, k_sounds_alike) : letters;
}

struct Name {
  std::string family;
  std::vector<std::string> given;
};

std::vector<Name> names_of(const Value& patient) {
  std::vector<Name> names;
  for (const Value& value : list(patient, "name")) {
    Name name;
    name.family = plain(value.string_at("family"));
    for (const Value& given : list(value, "given")) {
      if (std::string text = plain(given.string()); !text.empty()) name.given.push_back(text);
    }
    if (!name.family.empty() || !name.given.empty()) names.push_back(std::move(name));
  }
  return names;
}

double given_likeness(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  double best = 0;
  for (const std::string& left : a) {
    for (const std::string& right : b) {
      const bool is_initial = (left.size() == 1 || right.size() == 1) && left[0] == right[0];
      best = std::max(best, is_initial && left != right ? 0.7 : name_likeness(left, right));
    }
  }
  return best;
}

/// The sum of what agrees, and of what can be compared.
struct Evidence {
  double agreed = 0, compared = 0;

  void add(double alike, double weight) {
    agreed += alike * weight;
    compared += weight;
  }
  double mean() const { return compared > 0 ? agreed / compared : 0; }
};

Evidence of_names(const Name& a, const Name& b) {
  Evidence evidence;
  if (!a.family.empty() && !b.family.empty())
    evidence.add(name_likeness(a.family, b.family), k_family);
  if (!a.given.empty() && !b.given.empty()) evidence.add(given_likeness(a.given, b.given), k_given);
  return evidence;
}

/// The pair of names that agree best; family and given names may have changed places.
Evidence of_names(const Value& asked, const Value& candidate) {
  Evidence best;
  for (const Name& a : names_of(asked)) {
    for (const Name& b : names_of(candidate)) {
      const Evidence straight = of_names(a, b);
      if (straight.compared > 0 && (best.compared == 0 || straight.mean() > best.mean()))
        best = straight;
      if (b.given.empty() || a.given.empty() || a.family.empty() || b.family.empty()) continue;
      Evidence swapped = of_names(a, {b.given.front(), {b.family}});
      swapped.agreed *= 0.9;
      if (swapped.mean() > best.mean()) best = swapped;
    }
  }
  return best;
}

/// -1: not comparable.
double birth_likeness(std::string_view a, std::string_view b) {
  if (a.size() < 4 || b.size() < 4) return -1;
  if (a == b) return 1;
  if (a.size() != b.size())
    return a.starts_with(b) || b.starts_with(a) ? 0.9 : a.substr(0, 4) == b.substr(0, 4) ? 0.2 : 0;
  const bool is_day = a.size() == 10;
  if (is_day && a.substr(0, 4) == b.substr(0, 4) && a.substr(5, 2) == b.substr(8, 2) &&
      a.substr(8, 2) == b.substr(5, 2))
    return 0.85;  // month and day have changed places
  if (is_day && edit_distance(a, b) == 1) return 0.75;
  if (a.substr(0, 7) == b.substr(0, 7)) return 0.4;
  return a.substr(0, 4) == b.substr(0, 4) ? 0.2 : 0;
}

double address_likeness(const Value& a, const Value& b) {
  Evidence evidence;
  const auto compare = [&](std::string_view name, double weight, bool is_exact) {
    const std::string left = plain(a.string_at(name)), right = plain(b.string_at(name));
    if (left.empty() || right.empty()) return;
    evidence.add(is_exact ? (left == right ? 1 : 0) : likeness(left, right), weight);
  };
  compare("postalCode", 2, true);
  compare("city", 1, false);
  std::string lines[2];
  for (const Value& line : list(a, "line")) lines[0] += plain(line.string());
  for (const Value& line : list(b, "line")) lines[1] += plain(line.string());
  if (!lines[0].empty() && !lines[1].empty()) evidence.add(likeness(lines[0], lines[1]), 2);
  return evidence.compared > 0 ? evidence.mean() : -1;
}

template <class Compare>
double best_of(std::span<const Value> a, std::span<const Value> b, const Compare& compare) {
  double best = -1;
  for (const Value& left : a) {
    for (const Value& right : b) best = std::max(best, compare(left, right));
  }
  return best;
}

double telecom_likeness(const Value& a, const Value& b) {
  const auto reduced = [](const Value& telecom) {
    const std::string_view value = telecom.string_at("value");
    if (value.find('@') != std::string_view::npos) return search::fold(value);
    std::string digits;
    for (const char c : value) {
      if (c >= '0' && c <= '9') digits += c;
    }
    if (digits.size() > k_phone_digits) digits.erase(0, digits.size() - k_phone_digits);
    return digits;
  };
  const std::string left = reduced(a), right = reduced(b);
  if (left.empty() || right.empty()) return -1;
  return left == right ? 1 : 0;
}

/// Identifiers of one system: 1 the same, 0 others; -1 when no system is common.
double identifier_likeness(const Value& a, const Value& b) {
  const std::string_view system = a.string_at("system");
  const bool is_old = a.string_at("use") == "old" || b.string_at("use") == "old";
  if (is_old || system.empty() || system != b.string_at("system") || a.string_at("value").empty() ||
      b.string_at("value").empty())
    return -1;
  return a.string_at("value") == b.string_at("value") ? 1 : 0;
}

MatchGrade grade_of(double score) {
  return score >= k_certain    ? MatchGrade::certain
         : score >= k_probable ? MatchGrade::probable
         : score >= k_possible ? MatchGrade::possible
                               : MatchGrade::none;
}

}  // namespace

std::string_view code_of(MatchGrade grade) {
  switch (grade) {
    case MatchGrade::certain:
      return "certain";
    case MatchGrade::probable:
      return "probable";
    default:
      return "possible";
  }
}

Likeness likeness_of(const Value& asked, const Value& candidate) {
  Evidence all = of_names(asked, candidate);
  const bool has_names = all.compared > 0;
  const double names = all.mean();
  const double birth =
      birth_likeness(asked.string_at("birthDate"), candidate.string_at("birthDate"));
  if (birth >= 0) all.add(birth, k_birth);
  int others = 0;  // of gender, address, telecom, that are equal
  const std::string_view gender = asked.string_at("gender"), other = candidate.string_at("gender");
  if (!gender.empty() && !other.empty() && gender != "unknown" && other != "unknown") {
    all.add(gender == other ? 1 : 0, k_gender);
    others += gender == other ? 1 : 0;
  }
  const double address =
      best_of(list(asked, "address"), list(candidate, "address"), address_likeness);
  if (address >= 0) all.add(address, k_address);
  others += address >= 0.9 ? 1 : 0;
  const double telecom =
      best_of(list(asked, "telecom"), list(candidate, "telecom"), telecom_likeness);
  if (telecom >= 0) all.add(telecom, telecom > 0 ? k_telecom : k_telecom_differs);
  others += telecom > 0 ? 1 : 0;
  const double identifier =
      best_of(list(asked, "identifier"), list(candidate, "identifier"), identifier_likeness);
  if (identifier >= 0) all.add(identifier, k_identifier);

  const double weighed = all.mean() * std::min(1.0, all.compared / k_evidence);
  const bool is_contradicted = (has_names && names < 0.7) || (birth >= 0 && birth < 0.7);
  const bool is_identified = identifier == 1 && !is_contradicted;
  const bool is_equal = has_names && names >= 0.99 && birth == 1 && others >= 2 && identifier != 0;
  Likeness found;
  if (is_identified || is_equal) {
    found.score = std::max(weighed, k_certain);
    found.grade = MatchGrade::certain;
    return found;
  }
  // Without a rule that decides, no mean is certain; a known identifier is never less than
  // possible.
  found.score = std::min(weighed, k_certain - 0.01);
  if (identifier == 1) found.score = std::max(found.score, k_possible);
  found.grade = grade_of(found.score);
  return found;
}

}  // namespace server::operations
