// Random questions about lists, words and places.
#include "fhir/formats/json_value.h"
#include "tests/unit/property/evaluator.h"
#include "tests/unit/property/questions.h"
#include "tests/unit/property/universe.h"

namespace property_test {

Question Questions::list() {
  Question made;
  made.code = "_list";
  for (std::size_t left = 1 + (dice_.chance(25) ? 1 : 0); left > 0; --left) {
    made.values.push_back(
        {"",
         {dice_.chance(70)
              ? some_id(dice_)
              : dice_.pick({"$current-problems", "$current-medications", "$current-allergies"})},
         {}});
  }
  return made;
}

Question Questions::text(const std::string& type) {
  Question made;
  made.code = dice_.pick({"_text", "_text", "_content"});
  made.words.push_back(words(type, made.code == "_text", 0));
  return made;
}

/// Phrases of `_text` only: what stands beside each other in the content of a resource is no
/// phrase.
Words Questions::words(const std::string& type, bool allow_phrases, int depth) {
  Words made;
  if (depth < 3 && dice_.chance(40)) {
    const std::size_t kind = dice_.below(3);
    made.kind = kind == 0 ? Words::Kind::all : kind == 1 ? Words::Kind::any : Words::Kind::negation;
    for (std::size_t left = kind == 2 ? 1 : 2; left > 0; --left)
      made.parts.push_back(words(type, allow_phrases, depth + 1));
    return made;
  }
  std::vector<std::string> some = words_of(some_text(dice_));
  const Resource* one = some_of(type);
  if (one != nullptr && dice_.chance(60)) {
    const auto* narrative = one->document.root().find("text");
    if (narrative != nullptr) some = words_of(without_markup(narrative->string_at("div")));
  }
  const std::size_t first = dice_.below(some.size());
  made.written = some[first];
  if (allow_phrases && dice_.chance(40)) {
    made.is_quoted = true;
    for (std::size_t at = first + 1; at < some.size() && at < first + 3; ++at)
      made.written += dice_.pick({" ", "-", "  "}) + some[at];
  }
  made.is_begun = dice_.chance(20);
  return made;
}

Value Questions::place() {
  Value value{"", {some_latitude(dice_), some_longitude(dice_)}, {}};
  if (dice_.chance(20)) return value;
  value.parts.push_back(dice_.pick({"0", "1", "10", "100", "1000", "5000", "20016"}));
  if (dice_.chance(60)) value.parts.push_back(dice_.pick({"km", "m", "[mi_i]"}));
  return value;
}

/// One that may hold the type; or none.
std::optional<Compartment> Questions::compartment(const std::string& type) {
  const std::string code = dice_.pick({"Patient", "Practitioner", "Encounter"});
  for (const auto& one : definitions().compartments()) {
    if (one.code != code) continue;
    for (const auto& entry : one.entries) {
      if (entry.resource_type == type && !entry.parameters.empty())
        return Compartment{code, some_id(dice_)};
    }
  }
  return {};
}

}  // namespace property_test
