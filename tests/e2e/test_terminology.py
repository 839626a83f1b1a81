"""https://hl7.org/fhir/R4/terminology-service.html: over HTTP, with what the packages hold."""
import json
import os

from support import ROOT, ServerCase, entry, entries

SAMPLE_MAP = os.path.join(ROOT, "test-data", "terminology", "rxnorm-snomed-conceptmap.json")
RXNORM, SNOMED = "http://www.nlm.nih.gov/research/umls/rxnorm", "http://snomed.info/sct"
GENDER, GENDERS = "http://hl7.org/fhir/administrative-gender", "http://hl7.org/fhir/ValueSet/administrative-gender"


def parameters(**values):
    """valueX by the keyword's suffix: url_uri="…" is {name: url, valueUri: …}."""
    parts = []
    for name, value in values.items():
        name, _, kind = name.rpartition("_")
        key = "resource" if kind == "resource" else "value" + kind[0].upper() + kind[1:]
        parts.append({"name": name, key: value})
    return {"resourceType": "Parameters", "parameter": parts}


def flat(contains):
    """The codes of an expansion, a hierarchy's as well."""
    found = []
    for one in contains:
        found += [one["code"]] + flat(one.get("contains", []))
    return found


def value_of(response, name):
    for part in response.json.get("parameter", []):
        if part["name"] == name:
            return next(v for k, v in part.items() if k != "name")
    return None


class Terminology(ServerCase):
    arguments = ("--package", SAMPLE_MAP)

    def test_expand_by_get_and_post(self):
        got = self.http.search("ValueSet/$expand", {"url": GENDERS})
        self.assert_status(got, 200)
        expansion = got.json["expansion"]
        self.assertEqual({c["code"] for c in expansion["contains"]}, {"male", "female", "other", "unknown"})
        self.assertTrue(all(c["system"] == GENDER for c in expansion["contains"]))
        self.assertTrue(expansion["timestamp"])
        posted = self.http.post("ValueSet/$expand", parameters(url_uri=GENDERS, filter_string="ma"))
        self.assertEqual({c["code"] for c in posted.json["expansion"]["contains"]} - {"male", "female"}, set())

    def test_expand_pages_with_count_and_offset(self):
        url = "http://hl7.org/fhir/ValueSet/observation-status"
        whole = flat(self.http.search("ValueSet/$expand", {"url": url}).json["expansion"]["contains"])
        got = []
        for offset in range(0, len(whole), 3):
            page = self.http.search("ValueSet/$expand", {"url": url, "count": "3", "offset": str(offset)})
            self.assertEqual(page.json["expansion"]["total"], len(whole))
            got += flat(page.json["expansion"]["contains"])
        self.assertEqual(got, whole)

    def test_expand_a_value_set_given_in_the_request(self):
        value_set = {"resourceType": "ValueSet", "status": "draft", "compose": {"include": [
            {"system": GENDER, "concept": [{"code": "male"}, {"code": "other"}]}]}}
        got = self.http.post("ValueSet/$expand", parameters(valueSet_resource=value_set))
        self.assert_status(got, 200)
        self.assertEqual([c["code"] for c in got.json["expansion"]["contains"]], ["male", "other"])

    def test_expand_of_the_unknown_is_an_error(self):
        self.assert_outcome(self.http.search("ValueSet/$expand", {"url": "http://nowhere.example/vs"}), (404, 422))
        self.assert_outcome(self.http.get("ValueSet/$expand"), (400, 422))

    def test_validate_code_in_a_value_set_and_in_a_code_system(self):
        good = self.http.search("ValueSet/$validate-code", {"url": GENDERS, "system": GENDER, "code": "male"})
        self.assert_status(good, 200)
        self.assertIs(value_of(good, "result"), True)
        self.assertEqual(value_of(good, "display"), "Male")
        bad = self.http.search("ValueSet/$validate-code", {"url": GENDERS, "system": GENDER, "code": "x"})
        self.assertIs(value_of(bad, "result"), False)
        self.assertTrue(value_of(bad, "message"))
        coding = self.http.post("ValueSet/$validate-code", parameters(
            url_uri=GENDERS, coding_coding={"system": GENDER, "code": "female", "display": "Wrong"}))
        self.assertIs(value_of(coding, "result"), False)
        concept = self.http.post("ValueSet/$validate-code", parameters(url_uri=GENDERS, codeableConcept_codeableConcept={
            "coding": [{"system": "urn:x", "code": "x"}, {"system": GENDER, "code": "other"}]}))
        self.assertIs(value_of(concept, "result"), True)
        system = self.http.search("CodeSystem/$validate-code", {"url": GENDER, "code": "unknown"})
        self.assertIs(value_of(system, "result"), True)

    def test_lookup(self):
        got = self.http.search("CodeSystem/$lookup", {"system": GENDER, "code": "male"})
        self.assert_status(got, 200)
        self.assertEqual(value_of(got, "display"), "Male")
        self.assertTrue(value_of(got, "name"))
        self.assert_outcome(self.http.search("CodeSystem/$lookup", {"system": GENDER, "code": "x"}), 404)
        self.assert_outcome(self.http.search("CodeSystem/$lookup", {"system": "urn:none", "code": "x"}), 404)

    def test_units_are_judged_by_the_grammar_of_ucum(self):
        ucum = "http://unitsofmeasure.org"
        got = self.http.search("CodeSystem/$lookup", {"system": ucum, "code": "mg/dL"})
        self.assertEqual(value_of(got, "display"), "(milligram) / (deciliter)")
        self.assert_outcome(self.http.search("CodeSystem/$lookup", {"system": ucum, "code": "mg/dLL"}), 404)
        for path, named in (("CodeSystem/$validate-code", {"url": ucum}),
                            ("ValueSet/$validate-code", {"url": ucum, "system": ucum}),
                            ("ValueSet/$validate-code", {"url": "http://hl7.org/fhir/ValueSet/ucum-units",
                                                         "system": ucum})):
            for code, expected in (("10*3/uL", True), ("bogus", False)):
                got = self.http.search(path, {**named, "code": code})
                self.assertIs(value_of(got, "result"), expected, (path, code))
        self.assert_outcome(self.http.search("ValueSet/$expand", {"url": ucum}), 413)

    def test_lookup_of_a_v2_and_a_v3_code(self):
        for system, code, display in (
                ("http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", "M", "Married"),
                ("http://terminology.hl7.org/CodeSystem/v2-0131", "E", "Employer")):
            got = self.http.search("CodeSystem/$lookup", {"system": system, "code": code})
            self.assert_status(got, 200)
            self.assertEqual(value_of(got, "display"), display)

    def test_subsumes(self):
        system = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
        got = self.http.search("CodeSystem/$subsumes", {"system": system, "codeA": "_ActEncounterCode", "codeB": "AMB"})
        self.assert_status(got, 200)
        self.assertEqual(value_of(got, "outcome"), "subsumes")

    def test_translate_every_row_of_the_sample_map_both_ways(self):
        with open(SAMPLE_MAP, encoding="utf-8") as file:
            sample = json.load(file)
        backward = {}
        for element in sample["group"][0]["element"]:
            expected = {t["code"] for t in element["target"] if t.get("code")}
            got = self.http.search("ConceptMap/$translate", {
                "url": sample["url"], "system": RXNORM, "code": element["code"], "targetsystem": SNOMED})
            self.assert_status(got, 200)
            self.assertEqual(self.matches(got), expected, element["code"])
            self.assertIs(value_of(got, "result"), bool(expected))
            for target in expected:
                backward.setdefault(target, set()).add(element["code"])
        for target, sources in backward.items():
            got = self.http.search("ConceptMap/$translate", {
                "url": sample["url"], "system": SNOMED, "code": target, "reverse": "true"})
            self.assert_status(got, 200)
            self.assertEqual(self.matches(got), sources, target)

    def matches(self, response):
        found = set()
        for part in response.json["parameter"]:
            if part["name"] == "match":
                for inner in part["part"]:
                    if inner["name"] == "concept" and "code" in inner.get("valueCoding", {}):
                        found.add(inner["valueCoding"]["code"])
        return found

    def test_translate_of_a_code_without_a_row_is_false(self):
        got = self.http.search("ConceptMap/$translate", {"system": RXNORM, "code": "0", "targetsystem": SNOMED})
        self.assert_status(got, 200, 404)
        if got.status == 200:
            self.assertIs(value_of(got, "result"), False)
            self.assertTrue(value_of(got, "message"))

    def test_operations_in_a_batch(self):
        response = self.transaction(
            entry("GET", f"CodeSystem/$lookup?system={GENDER}&code=male"),
            entry("POST", "ValueSet/$validate-code", parameters(url_uri=GENDERS, system_uri=GENDER, code_code="male")),
            entry("GET", "CodeSystem/$nonsense?code=1"), kind="batch")
        self.assert_status(response, 200)
        self.assertEqual([e["response"]["status"][:3] for e in entries(response.json)], ["200", "200", "404"])
