#include "tests/unit/property/resources.h"

#include <array>
#include <functional>
#include <map>

#include "tests/unit/property/data_types.h"
#include "tests/unit/property/universe.h"

namespace property_test {
namespace {

using Make = Tree (*)(Dice&);

Tree text_of(Dice& dice) { return Tree::string(some_text(dice)); }
Tree date_time(Dice& dice) { return Tree::string(some_date_time(dice)); }
Tree truth(Dice& dice) { return Tree::literal(dice.pick({"true", "false"})); }
Tree quantity(Dice& dice) { return some_quantity(dice); }
Tree to_person(Dice& dice) {
  return some_reference(dice, {"Patient", "Practitioner", "Organization"});
}
Tree to_practitioner_or_organization(Dice& dice) {
  return some_reference(dice, {"Practitioner", "Organization"});
}
Tree to_subject(Dice& dice) {
  return some_reference(dice, {"Patient", "Patient", "Patient", "Location"});
}
Tree to_patient(Dice& dice) { return some_reference(dice, {"Patient"}); }
Tree to_organization(Dice& dice) { return some_reference(dice, {"Organization"}); }
Tree to_encounter(Dice& dice) { return some_reference(dice, {"Encounter"}); }
Tree to_condition(Dice& dice) { return some_reference(dice, {"Condition"}); }
Tree to_practitioner(Dice& dice) { return some_reference(dice, {"Practitioner"}); }

/// Fills one resource: each element is there with some probability.
class Builder {
 public:
  Builder(Tree& resource, Dice& dice) : resource_(resource), dice_(dice) {}

  Builder& one(std::string_view name, Make make, unsigned percent = 60) {
    if (dice_.chance(percent)) resource_.set(name, make(dice_));
    return *this;
  }
  Builder& code(std::string_view name, std::initializer_list<const char*> codes,
                unsigned percent = 80) {
    if (dice_.chance(percent)) resource_.set(name, dice_.pick(codes));
    return *this;
  }
  Builder& many(std::string_view name, Make make, std::size_t most = 2) {
    resource_.set(name, several(dice_, most, make));
    return *this;
  }
  /// One of a choice of types, or none.
  Builder& choice(std::initializer_list<std::pair<const char*, Make>> types) {
    const std::size_t chosen = dice_.below(types.size() + 1);
    if (chosen < types.size()) {
      const auto& [name, make] = *(types.begin() + chosen);
      resource_.set(name, make(dice_));
    }
    return *this;
  }

 private:
  Tree& resource_;
  Dice& dice_;
};

Tree communication(Dice& dice) {
  Tree made;
  return made.set("language", some_concept(dice));
}
Tree link(Dice& dice) {
  Tree made;
  return made.set("other", to_patient(dice)).set("type", "seealso");
}
Tree birth_date(Dice& dice) { return Tree::string(some_date(dice)); }

void fill_patient(Builder& patient) {
  patient.many("identifier", some_identifier)
      .one("active", truth)
      .many("name", some_human_name)
      .many("telecom", some_contact_point)
      .code("gender", {"male", "female", "other"}, 70)
      .one("birthDate", birth_date, 70)
      .choice({{"deceasedBoolean", truth}, {"deceasedDateTime", date_time}})
      .many("address", some_address, 1)
      .many("communication", communication, 1)
      .many("generalPractitioner", to_practitioner_or_organization, 2)
      .one("managingOrganization", to_organization)
      .many("link", link, 1);
}

void fill_practitioner(Builder& practitioner) {
  practitioner.many("identifier", some_identifier)
      .one("active", truth)
      .many("name", some_human_name)
      .many("telecom", some_contact_point)
      .many("address", some_address, 1)
      .code("gender", {"male", "female"}, 70)
      .many("communication", some_concept, 1);
}

void fill_organization(Builder& organization) {
  organization.many("identifier", some_identifier)
      .one("active", truth)
      .many("type", some_concept)
      .one("name", text_of)
      .many("alias", text_of)
      .many("address", some_address, 1)
      .one("partOf", to_organization, 70);
}

Tree position(Dice& dice) {
  Tree made;
  return made.set("longitude", Tree::literal(some_longitude(dice)))
      .set("latitude", Tree::literal(some_latitude(dice)));
}

Tree to_location(Dice& dice) { return some_reference(dice, {"Location"}); }

void fill_location(Builder& location) {
  location.many("identifier", some_identifier)
      .code("status", {"active", "inactive"})
      .one("operationalStatus", some_coding)
      .one("name", text_of)
      .many("alias", text_of)
      .many("type", some_concept)
      .one("address", some_address)
      .one("position", position)
      .one("managingOrganization", to_organization)
      .one("partOf", to_location, 70);
}

Tree component(Dice& dice) {
  Tree made;
  Builder(made, dice)
      .one("code", some_concept, 95)
      .choice({{"valueQuantity", quantity},
               {"valueCodeableConcept", some_concept},
               {"valueSampledData", some_sampled_data},
               {"valueQuantity", quantity}})
      .one("dataAbsentReason", some_concept, 15);
  return made;
}

Tree to_observation(Dice& dice) { return some_reference(dice, {"Observation"}); }

void fill_observation(Builder& observation) {
  observation.many("identifier", some_identifier, 1)
      .code("status", {"final", "preliminary", "amended"}, 95)
      .many("category", some_concept)
      .one("code", some_concept, 95)
      .one("subject", to_subject, 85)
      .one("encounter", to_encounter)
      .choice({{"effectiveDateTime", date_time},
               {"effectivePeriod", some_period},
               {"effectiveTiming", some_timing}})
      .many("performer", to_person)
      .choice({{"valueQuantity", quantity},
               {"valueCodeableConcept", some_concept},
               {"valueString", text_of},
               {"valueDateTime", date_time},
               {"valuePeriod", some_period},
               {"valueSampledData", some_sampled_data},
               {"valueQuantity", quantity}})
      .one("dataAbsentReason", some_concept, 15)
      .one("method", some_concept, 30)
      .many("hasMember", to_observation, 1)
      .many("component", component);
}

Tree class_of(Dice& dice) { return some_coding(dice); }
Tree visit(Dice& dice) {
  Tree made;
  Builder(made, dice).one("location", to_location, 95).one("period", some_period, 50);
  return made;
}
Tree participant(Dice& dice) {
  Tree made;
  Builder(made, dice).many("type", some_concept, 1).one("individual", to_practitioner, 90);
  return made;
}
Tree diagnosis(Dice& dice) {
  Tree made;
  return made.set("condition", to_condition(dice));
}
Tree length_of(Dice& dice) { return some_quantity(dice, false); }

void fill_encounter(Builder& encounter) {
  encounter.many("identifier", some_identifier, 1)
      .code("status", {"planned", "finished", "in-progress"}, 95)
      .one("class", class_of, 90)
      .many("type", some_concept)
      .one("subject", to_patient, 85)
      .many("participant", participant)
      .one("period", some_period, 80)
      .one("length", length_of)
      .many("reasonCode", some_concept, 1)
      .many("diagnosis", diagnosis, 1)
      .many("location", visit)
      .one("serviceProvider", to_organization)
      .one("partOf", to_encounter, 40);
}

Tree age(Dice& dice) { return some_quantity(dice); }
Tree evidence(Dice& dice) {
  Tree made;
  Builder(made, dice).many("code", some_concept).many("detail", to_observation, 1);
  return made;
}

void fill_condition(Builder& condition) {
  condition.many("identifier", some_identifier, 1)
      .one("clinicalStatus", some_concept)
      .one("verificationStatus", some_concept)
      .many("category", some_concept, 1)
      .one("severity", some_concept, 40)
      .one("code", some_concept, 85)
      .many("bodySite", some_concept, 1)
      .one("subject", to_patient, 90)
      .one("encounter", to_encounter)
      .choice({{"onsetDateTime", date_time},
               {"onsetAge", age},
               {"onsetPeriod", some_period},
               {"onsetRange", some_range},
               {"onsetString", text_of}})
      .choice({{"abatementDateTime", date_time},
               {"abatementAge", age},
               {"abatementRange", some_range},
               {"abatementString", text_of}})
      .one("recordedDate", date_time)
      .one("asserter", to_practitioner)
      .many("evidence", evidence, 1);
}

Tree dosage(Dice& dice) {
  Tree made;
  Builder(made, dice).one("timing", some_timing, 90);
  return made;
}
Tree to_medication(Dice& dice) { return some_reference(dice, {"Medication"}); }

void fill_medication_request(Builder& request) {
  request.many("identifier", some_identifier, 1)
      .code("status", {"active", "completed", "draft"}, 95)
      .code("intent", {"order", "plan"}, 95)
      .code("priority", {"routine", "stat"}, 50)
      .many("category", some_concept, 1)
      .choice({{"medicationCodeableConcept", some_concept}, {"medicationReference", to_medication}})
      .one("subject", to_patient, 90)
      .one("encounter", to_encounter)
      .one("authoredOn", date_time)
      .one("requester", to_person)
      .many("dosageInstruction", dosage);
}

Tree number(Dice& dice) { return Tree::literal(some_number(dice)); }
Tree prediction(Dice& dice) {
  Tree made;
  Builder(made, dice)
      .choice({{"probabilityDecimal", number},
               {"probabilityRange", some_range},
               {"probabilityDecimal", number}})
      .one("qualitativeRisk", some_concept, 40);
  return made;
}

void fill_risk_assessment(Builder& assessment) {
  assessment.many("identifier", some_identifier, 1)
      .code("status", {"final", "preliminary"}, 95)
      .one("method", some_concept, 40)
      .one("subject", to_patient, 90)
      .one("encounter", to_encounter)
      .choice({{"occurrenceDateTime", date_time}, {"occurrencePeriod", some_period}})
      .one("condition", to_condition)
      .one("performer", to_practitioner)
      .many("prediction", prediction);
}

Tree actor(Dice& dice) {
  Tree made;
  Builder(made, dice).one("function", some_concept).one("actor", to_person, 95);
  return made;
}

void fill_charge_item(Builder& item) {
  item.many("identifier", some_identifier, 1)
      .code("status", {"billable", "billed"}, 95)
      .one("code", some_concept, 95)
      .one("subject", to_patient, 90)
      .one("context", to_encounter)
      .choice({{"occurrenceDateTime", date_time},
               {"occurrencePeriod", some_period},
               {"occurrenceTiming", some_timing}})
      .many("performer", actor)
      .one("quantity", quantity)
      .one("factorOverride", number)
      .one("priceOverride", some_money)
      .one("enterer", to_practitioner)
      .one("enteredDate", date_time);
}

Tree canonical(Dice& dice) { return Tree::string(some_canonical(dice)); }
Tree uri(Dice& dice) { return Tree::string(some_uri(dice)); }
Tree to_request(Dice& dice) { return some_reference(dice, {"ServiceRequest"}); }

void fill_service_request(Builder& request) {
  request.many("identifier", some_identifier, 1)
      .many("instantiatesCanonical", canonical)
      .many("instantiatesUri", uri)
      .many("basedOn", to_request, 1)
      .one("requisition", some_identifier, 40)
      .code("status", {"active", "draft"}, 95)
      .code("intent", {"order", "plan"}, 95)
      .code("priority", {"routine", "urgent"}, 50)
      .one("code", some_concept)
      .one("subject", to_patient, 90)
      .one("encounter", to_encounter)
      .choice({{"occurrenceDateTime", date_time},
               {"occurrencePeriod", some_period},
               {"occurrenceTiming", some_timing}})
      .one("authoredOn", date_time)
      .one("requester", to_person)
      .many("performer", to_person);
}

Tree to_anything(Dice& dice) {
  return some_reference(dice, {"Patient", "Patient", "Observation", "Condition", "Encounter",
                               "Location", "Organization", "MedicationRequest"});
}
Tree entry(Dice& dice) {
  Tree made;
  return made.set("item", to_anything(dice));
}
Tree kind_of_list(Dice& dice) {
  Tree coding, made;
  coding.set("system", k_list_kinds)
      .set("code", dice.pick({"problems", "medications", "allergies", "plans"}));
  return made.set("coding", Tree::array().add(coding));
}

void fill_list(Builder& list) {
  list.many("identifier", some_identifier, 1)
      .code("status", {"current", "current", "retired"}, 95)
      .code("mode", {"working", "snapshot"})
      .one("title", text_of)
      .one("code", kind_of_list)
      .one("subject", to_subject)
      .one("encounter", to_encounter, 40)
      .one("date", date_time)
      .one("source", to_practitioner)
      .many("entry", entry, 8);
}

/// Words in paragraphs, some of them in part bold.
Tree narrative(Dice& dice) {
  std::string div = "<div xmlns=\"http://www.w3.org/1999/xhtml\">";
  for (std::size_t left = 1 + dice.below(3); left > 0; --left) {
    div += "<p>" + some_text(dice);
    if (dice.chance(50)) div += " <b>" + some_text(dice) + "</b>";
    if (dice.chance(30)) div += dice.pick({"bold", " &amp; more"});
    div += "</p>";
  }
  Tree made;
  return made.set("status", "generated").set("div", div + "</div>");
}

Tree contained_patient(Dice& dice) {
  Tree patient;
  patient.set("resourceType", "Patient").set("id", "c");
  Builder builder(patient, dice);
  fill_patient(builder);
  return patient;
}

struct Recipe {
  std::string_view type;
  void (*fill)(Builder&);
};

constexpr std::array<Recipe, 12> k_recipes = {{{"Patient", fill_patient},
                                               {"Practitioner", fill_practitioner},
                                               {"Organization", fill_organization},
                                               {"Location", fill_location},
                                               {"Observation", fill_observation},
                                               {"Encounter", fill_encounter},
                                               {"Condition", fill_condition},
                                               {"MedicationRequest", fill_medication_request},
                                               {"RiskAssessment", fill_risk_assessment},
                                               {"ChargeItem", fill_charge_item},
                                               {"ServiceRequest", fill_service_request},
                                               {"List", fill_list}}};

constexpr auto k_types = [] {
  std::array<std::string_view, k_recipes.size()> types;
  for (std::size_t at = 0; at < types.size(); ++at) types[at] = k_recipes[at].type;
  return types;
}();

}  // namespace

std::span<const std::string_view> resource_types() { return k_types; }

Tree some_resource(std::string_view type, std::string_view id, Dice& dice) {
  Tree resource;
  resource.set("resourceType", type).set("id", id);
  if (dice.chance(40)) resource.set("meta", some_meta(dice));
  if (dice.chance(50)) resource.set("text", narrative(dice));
  Builder builder(resource, dice);
  for (const Recipe& recipe : k_recipes) {
    if (recipe.type == type) recipe.fill(builder);
  }
  if (resource.json().find("\"#c\"") != std::string::npos)
    resource.set("contained", Tree::array().add(contained_patient(dice)));
  return resource;
}

}  // namespace property_test
