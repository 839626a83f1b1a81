// A small code system of animals, with what a code system can have.
#pragma once

#include <string>

/// animal → mammal → (dog, cat); bird → duck; a dodo is inactive; a platypus hangs below both by
/// properties. Codes are told apart by case.
inline std::string animals() {
  return R"({"resourceType":"CodeSystem","id":"animals","url":"urn:animals","version":"2",
    "name":"Animals","status":"active","content":"complete","caseSensitive":true,
    "valueSet":"urn:all-animals",
    "property":[{"code":"legs","type":"integer"},
                {"code":"under","uri":"http://hl7.org/fhir/concept-properties#parent","type":"code"},
                {"code":"heading","uri":"http://hl7.org/fhir/concept-properties#notSelectable",
                 "type":"boolean"},
                {"code":"inactive","uri":"http://hl7.org/fhir/concept-properties#inactive",
                 "type":"boolean"}],
    "concept":[{"code":"animal","display":"Animal",
      "property":[{"code":"heading","valueBoolean":true}],
      "concept":[
        {"code":"mammal","display":"Mammal","concept":[
          {"code":"dog","display":"Dog","definition":"It barks",
           "designation":[{"language":"de","value":"Hund"}],
           "property":[{"code":"legs","valueInteger":4}]},
          {"code":"cat","display":"Cat","property":[{"code":"legs","valueInteger":4}]}]},
        {"code":"bird","display":"Bird","concept":[
          {"code":"duck","display":"Duck","property":[{"code":"legs","valueInteger":2}]},
          {"code":"dodo","display":"Dodo","property":[{"code":"inactive","valueBoolean":true}]}]},
        {"code":"platypus","display":"Platypus","property":[
          {"code":"under","valueCode":"mammal"},{"code":"under","valueCode":"bird"}]}]}]})";
}

/// A ValueSet around a compose.
inline std::string value_set(const std::string& url, const std::string& compose,
                             const std::string& more = "") {
  return R"({"resourceType":"ValueSet","url":")" + url + R"(","status":"active","compose":)" +
         compose + more + "}";
}
