"""https://hl7.org/fhir/R4/terminology-service.html: what the operations do beyond a first question."""
import unittest

from support import ServerCase
from test_terminology import flat, parameters, value_of

ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
GENDER = "http://hl7.org/fhir/administrative-gender"
ANIMALS = {"resourceType": "CodeSystem", "url": "http://example.org/animals", "version": "1.0.0",
           "name": "Animals", "status": "active", "content": "complete", "caseSensitive": True,
           "hierarchyMeaning": "is-a", "language": "en",
           "property": [{"code": "legs", "type": "integer"}],
           "concept": [{"code": "mammal", "display": "Mammal", "concept": [
               {"code": "dog", "display": "Dog", "designation": [{"language": "de", "value": "Hund"}],
                "property": [{"code": "legs", "valueInteger": 4}]},
               {"code": "cat", "display": "Cat", "property": [{"code": "legs", "valueInteger": 4}]},
               {"code": "whale", "display": "Whale", "property": [{"code": "legs", "valueInteger": 0}]}]}]}
ALL_ANIMALS = {"resourceType": "ValueSet", "url": "http://example.org/all-animals", "version": "1",
               "name": "AllAnimals", "status": "active",
               "compose": {"include": [{"system": ANIMALS["url"]}]}}


def with_animals(**values):
    asked = parameters(**values)
    asked["parameter"] += [{"name": "tx-resource", "resource": resource} for resource in (ANIMALS, ALL_ANIMALS)]
    return asked


def issues(response):
    return [(i["severity"], i["code"], i["details"]["coding"][0]["code"], i.get("expression"))
            for i in value_of(response, "issues")["issue"]]


class TerminologyOperations(ServerCase):
    def test_expand_with_resources_that_come_along(self):
        got = self.http.post("ValueSet/$expand", with_animals(
            url_uri=ALL_ANIMALS["url"], displayLanguage_code="de", includeDesignations_boolean=True,
            property_string="legs"))
        self.assert_status(got, 200)
        expansion = got.json["expansion"]
        self.assertIn({"name": "used-codesystem", "valueUri": "http://example.org/animals|1.0.0"},
                      expansion["parameter"])
        self.assertIn({"name": "displayLanguage", "valueCode": "de"}, expansion["parameter"])
        self.assertEqual(flat(expansion["contains"]), ["mammal", "dog", "cat", "whale"])
        dog = expansion["contains"][0]["contains"][0]
        self.assertEqual(dog["display"], "Hund")
        self.assertEqual(dog["designation"][0]["value"], "Dog")
        legs = dog["extension"][0]["extension"]
        self.assertEqual([part.get("valueCode", part.get("valueInteger")) for part in legs], ["legs", 4])
        self.assert_outcome(self.http.search("ValueSet/$expand", {"url": ALL_ANIMALS["url"]}), 404)

    def test_the_language_of_the_header_counts_where_no_parameter_says_one(self):
        asked = with_animals(url_uri=ALL_ANIMALS["url"])
        got = self.http.post("ValueSet/$expand", asked, Accept_Language="de;q=0.9, en;q=0.1")
        self.assertEqual(got.json["expansion"]["contains"][0]["contains"][0]["display"], "Hund")

    def test_validate_code_names_what_it_found_and_where(self):
        wrong = self.http.post("ValueSet/$validate-code", with_animals(
            url_uri=ALL_ANIMALS["url"], coding_coding={"system": ANIMALS["url"], "code": "dog", "display": "Wolf"}))
        self.assertIs(value_of(wrong, "result"), False)
        self.assertEqual(value_of(wrong, "display"), "Dog")
        self.assertEqual(issues(wrong), [("error", "invalid", "invalid-display", ["Coding.display"])])
        unknown = self.http.post("ValueSet/$validate-code", with_animals(
            url_uri=ALL_ANIMALS["url"], code_code="bird", system_uri=ANIMALS["url"]))
        self.assertEqual(sorted(issues(unknown)), [("error", "code-invalid", "invalid-code", ["code"]),
                                                   ("error", "code-invalid", "not-in-vs", ["code"])])
        lenient = self.http.post("ValueSet/$validate-code", {"resourceType": "Parameters", "parameter": [
            {"name": "lenient-display-validation", "valueBoolean": True}] + with_animals(
            url_uri=ALL_ANIMALS["url"], coding_coding={"system": ANIMALS["url"], "code": "dog", "display": "Wolf"})[
                "parameter"]})
        self.assertIs(value_of(lenient, "result"), True)
        self.assert_outcome(self.http.post("ValueSet/$validate-code", with_animals(
            url_uri="http://example.org/none", code_code="dog", system_uri=ANIMALS["url"])), 404)

    def test_validate_code_in_xml(self):
        asked = ('<Parameters xmlns="http://hl7.org/fhir">'
                 '<parameter><name value="url"/><valueUri value="http://hl7.org/fhir/ValueSet/administrative-gender"/>'
                 '</parameter><parameter><name value="code"/><valueCode value="male"/></parameter>'
                 f'<parameter><name value="system"/><valueUri value="{GENDER}"/></parameter></Parameters>')
        got = self.http.post("ValueSet/$validate-code", asked.encode(), Content_Type="application/fhir+xml",
                             Accept="application/fhir+xml")
        self.assert_status(got, 200)
        self.assertIn(b'<valueBoolean value="true"/>', got.body)

    def test_batch_validate_code(self):
        one = {"resourceType": "Parameters", "parameter": [
            {"name": "coding", "valueCoding": {"system": ANIMALS["url"], "code": "dog"}}]}
        asked = with_animals(url_uri=ALL_ANIMALS["url"])
        asked["parameter"] += [{"name": "validation", "resource": one},
                               {"name": "validation", "resource": {"resourceType": "Parameters"}}]
        got = self.http.post("ValueSet/$batch-validate-code", asked)
        self.assert_status(got, 200)
        self.assertEqual([p["resource"]["resourceType"] for p in got.json["parameter"]],
                         ["Parameters", "OperationOutcome"])

    def test_find_matches(self):
        asked = with_animals(exact_boolean=True)
        asked["parameter"] = [p for p in asked["parameter"] if p["name"] != "tx-resource"]
        asked["parameter"] += [{"name": "system", "valueUri": ACT_CODE}, {"name": "property", "part": [
            {"name": "code", "valueCode": "parent"}, {"name": "value", "valueCode": "_ActAccountCode"}]}]
        got = self.http.post("CodeSystem/$find-matches", asked)
        self.assert_status(got, 200)
        codes = {p["part"][0]["valueCoding"]["code"] for p in got.json["parameter"]}
        self.assertIn("ACCTRECEIVABLE", codes)
        self.assertNotIn("AMB", codes)
        self.assert_outcome(self.http.post("CodeSystem/$find-matches", parameters(system_uri=ACT_CODE)), 400)

    def test_closure_keeps_a_table(self):
        def add(*codes, **more):
            asked = parameters(name_string="encounters", **more)
            asked["parameter"] += [{"name": "concept", "valueCoding": {"system": ACT_CODE, "code": c}} for c in codes]
            return self.http.post("$closure", asked)

        def pairs(response):
            return {(e["code"], t["code"], t["equivalence"]) for g in response.json.get("group", [])
                    for e in g["element"] for t in e["target"]}

        self.assert_outcome(self.http.post("$closure", parameters(name_string="none", version_string="1")), 404)
        self.assert_outcome(self.http.get("$closure?name=encounters"), 405)
        begun = add()
        self.assert_status(begun, 200)
        self.assertEqual((begun.json["version"], pairs(begun)), ("0", set()))
        self.assertEqual(pairs(add("AMB")), set())
        second = add("_ActEncounterCode", "_ActAccountCode")
        self.assertEqual(pairs(second), {("AMB", "_ActEncounterCode", "subsumes")})
        self.assertEqual(second.json["version"], "2")
        self.assertEqual(pairs(add("CASH")), {("CASH", "_ActAccountCode", "subsumes")})
        again = self.http.post("$closure", parameters(name_string="encounters", version_string="2"))
        self.assertEqual(pairs(again), {("CASH", "_ActAccountCode", "subsumes")})
        self.assert_outcome(add("no-such-code"), 422)
        self.assert_outcome(self.http.post("$closure", parameters(name_string="encounters", version_string="9")), 400)
        self.assertEqual(add().json["version"], "0")

    def test_preferred_id(self):
        self.assert_status(self.http.put("NamingSystem/animals", {
            "resourceType": "NamingSystem", "id": "animals", "name": "Animals", "status": "active",
            "kind": "codesystem", "date": "2024-01-01", "uniqueId": [
                {"type": "oid", "value": "2.999.7.1"}, {"type": "uri", "value": "http://example.org/animals-ns",
                                                        "preferred": True}]}), 201)
        got = self.http.search("NamingSystem/$preferred-id", {"id": "urn:oid:2.999.7.1", "type": "uri"})
        self.assertEqual(value_of(got, "result"), "http://example.org/animals-ns")
        back = self.http.search("NamingSystem/$preferred-id", {"id": "http://example.org/animals-ns", "type": "oid"})
        self.assertEqual(value_of(back, "result"), "2.999.7.1")
        self.assert_outcome(self.http.search("NamingSystem/$preferred-id", {"id": "2.999.7.2", "type": "uri"}), 404)
        self.assert_outcome(self.http.search("NamingSystem/$preferred-id", {"id": "2.999.7.1"}), 400)

    def test_translate_in_the_words_of_r5(self):
        concept_map = {"resourceType": "ConceptMap", "url": "http://example.org/map", "version": "1", "status": "active",
                       "group": [{"source": "urn:a", "target": "urn:b", "element": [
                           {"code": "1", "target": [{"code": "x", "equivalence": "wider"}]}]}]}
        asked = parameters(sourceCode_code="1", sourceSystem_uri="urn:a", targetSystem_uri="urn:b")
        asked["parameter"].append({"name": "tx-resource", "resource": concept_map})
        got = self.http.post("ConceptMap/$translate", asked)
        self.assertIs(value_of(got, "result"), True)
        match = {part["name"]: part for part in got.json["parameter"][-1]["part"]}
        self.assertEqual(match["originMap"]["valueCanonical"], "http://example.org/map|1")
        back = parameters(targetCode_code="x", targetSystem_uri="urn:b")
        back["parameter"].append({"name": "tx-resource", "resource": concept_map})
        match = {p["name"]: p for p in self.http.post("ConceptMap/$translate", back).json["parameter"][-1]["part"]}
        self.assertEqual(match["equivalence"]["valueCode"], "narrower")

    def test_capabilities_name_the_operations(self):
        rest = self.http.get("metadata").json["rest"][0]
        named = {(r["type"], o["name"]) for r in rest["resource"] for o in r.get("operation", [])}
        self.assertLessEqual({("CodeSystem", "lookup"), ("CodeSystem", "find-matches"), ("ValueSet", "expand"),
                              ("ConceptMap", "translate"), ("NamingSystem", "preferred-id")}, named)
        self.assertIn("closure", {o["name"] for o in rest["operation"]})
        terminology = self.http.get("metadata?mode=terminology").json
        self.assertIn("displayLanguage", {p["name"] for p in terminology["expansion"]["parameter"]})


if __name__ == "__main__":
    unittest.main()
