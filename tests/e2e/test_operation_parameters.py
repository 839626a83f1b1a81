"""Every parameter that R4's OperationDefinitions give the terminology operations, asked for its effect.
The definitions are read from the core package: one that is not asked here fails."""
import json
import os

from support import PACKAGE, ServerCase

GENDER = "http://hl7.org/fhir/administrative-gender"
GENDER_SET = "http://hl7.org/fhir/ValueSet/administrative-gender"
ROLE = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
CONTEXT = "http://hl7.org/fhir/StructureDefinition/Patient#Patient.gender"
A, B = "http://example.org/a", "http://example.org/b"
SUBJECT = "http://example.org/subject"
MAP = {"resourceType": "ConceptMap", "id": "ab", "url": "http://example.org/ab", "version": "1", "status": "active",
       "sourceUri": A + "?fhir_vs", "targetUri": B + "?fhir_vs", "group": [{"source": A, "target": B, "element": [
           {"code": "1", "target": [{"code": "x", "equivalence": "equivalent"}]},
           {"code": "2", "target": [{"code": "y", "equivalence": "wider",
                                     "dependsOn": [{"property": SUBJECT, "system": B, "value": "adult"}]}]}]}]}
SYSTEM = {"resourceType": "CodeSystem", "id": "own", "url": "http://example.org/own", "version": "1", "status": "active",
          "content": "complete", "concept": [
              {"code": "top", "display": "Top", "designation": [{"language": "de", "value": "Oben"}],
               "concept": [{"code": "low", "display": "Low", "property": [{"code": "hue", "valueString": "red"}]}]},
              {"code": "group", "display": "Group", "property": [{"code": "notSelectable", "valueBoolean": True}]},
              {"code": "old", "display": "Old", "property": [{"code": "inactive", "valueBoolean": True}]}]}
SET = {"resourceType": "ValueSet", "id": "own", "url": "http://example.org/own-set", "version": "1", "status": "active",
       "compose": {"include": [{"system": SYSTEM["url"]}]}}


def parameters(**given):
    """Keywords as parameters; `_` stands for `-`; the type of a value by its Python type."""
    out = []
    for name, values in given.items():
        for value in values if isinstance(values, list) else [values]:
            part = {"name": name.replace("_", "-")}
            if isinstance(value, bool):
                part["valueBoolean"] = value
            elif isinstance(value, int):
                part["valueInteger"] = value
            elif isinstance(value, str):
                part["valueString"] = value
            elif "resourceType" in value:
                part["resource"] = value
            else:
                part.update(value)
            out.append(part)
    return {"resourceType": "Parameters", "parameter": out}


def coding(system, code):
    return {"valueCoding": {"system": system, "code": code}}


def concept(system, code):
    return {"valueCodeableConcept": {"coding": [{"system": system, "code": code}]}}


def prop(code, value, *subs):
    return {"part": [{"name": "code", "valueCode": code}, {"name": "value", "valueString": value}, *subs]}


class OperationParameters(ServerCase):
    def setUp(self):
        super().setUp()
        for resource in (MAP, SYSTEM, SET):
            self.assert_status(self.http.put(f"{resource['resourceType']}/own" if resource is not MAP else "ConceptMap/ab",
                                             resource), 200, 201)
        self.asked = {"resource"}

    def defined(self, name):
        with open(os.path.join(PACKAGE, "Bundle-resources.json"), encoding="utf-8") as file:
            for entry in json.load(file)["entry"]:
                resource = entry["resource"]
                if resource["resourceType"] == "OperationDefinition" and resource["id"] == name:
                    return {item["name"] for item in resource["parameter"] if item["use"] == "in"}
        raise AssertionError(f"no OperationDefinition {name}")

    def ask(self, path, **given):
        self.asked |= {name.replace("_", "-") for name in given}
        answer = self.http.post(path, parameters(**given))
        self.assertEqual(answer.status, 200, (given, answer))
        return answer.json

    def result(self, path, **given):
        return {part["name"]: next((value for key, value in part.items() if key.startswith("value")), None)
                for part in self.ask(path, **given)["parameter"]}

    def codes(self, **given):
        expansion = self.ask("ValueSet/$expand", **given)["expansion"]
        found, open_lists = [], [expansion.get("contains", [])]
        while open_lists:
            for item in open_lists.pop(0):
                found.append(item["code"])
                open_lists.append(item.get("contains", []))
        return found

    def assert_all_asked(self, name):
        self.assertEqual(self.defined(name) - self.asked, set(), f"parameters of {name} that no test asks")

    def test_lookup(self):
        path, own = "CodeSystem/$lookup", {"code": "top", "system": SYSTEM["url"]}
        self.assertEqual(self.result(path, **own)["display"], "Top")
        self.assertEqual(self.result(path, version="1", **own)["version"], "1")
        self.assertEqual(self.http.post(path, parameters(version="9", **own)).status, 404)
        self.assertEqual(self.result(path, coding=coding(SYSTEM["url"], "low"))["display"], "Low")
        self.assertEqual(self.result(path, displayLanguage="de", **own)["display"], "Oben")
        self.assertEqual(self.result(path, date="2024-05", **own)["display"], "Top")
        self.assertEqual(self.http.post(path, parameters(date="soon", **own)).status, 400)
        self.assertNotIn("designation", self.result(path, property="hue", **own))
        self.assert_all_asked("CodeSystem-lookup")

    def test_validate_code_of_a_code_system(self):
        path, url = "CodeSystem/$validate-code", SYSTEM["url"]
        self.assertTrue(self.result(path, url=url, code="low", version="1")["result"])
        self.assertFalse(self.result(path, codeSystem=SYSTEM, code="none")["result"])
        self.assertFalse(self.result(path, url=url, code="low", display="Wrong")["result"])
        self.assertTrue(self.result(path, url=url, coding=coding(url, "low"))["result"])
        self.assertTrue(self.result(path, url=url, codeableConcept=concept(url, "low"))["result"])
        self.assertTrue(self.result(path, url=url, code="low", date="2024")["result"])
        self.assertTrue(self.result(path, url=url, code="top", display="Oben", displayLanguage="de")["result"])
        self.assertFalse(self.result(path, url=url, code="group", abstract=False)["result"])
        self.assertTrue(self.result(path, url=url, code="group", abstract=True)["result"])
        self.assert_all_asked("CodeSystem-validate-code")

    def test_validate_code_of_a_value_set(self):
        path, url, system = "ValueSet/$validate-code", SET["url"], SYSTEM["url"]
        self.assertTrue(self.result(path, url=url, code="low", system=system, systemVersion="1")["result"])
        self.assertTrue(self.result(path, url=url, valueSetVersion="1", code="low", system=system)["result"])
        self.assertEqual(self.http.post(path, parameters(url=url, valueSetVersion="9", code="low", system=system)).status, 404)
        self.assertTrue(self.result(path, context=CONTEXT, code="male", system=GENDER)["result"])
        self.assertFalse(self.result(path, context=CONTEXT, code="low", system=system)["result"])
        self.assertTrue(self.result(path, valueSet=SET, coding=coding(system, "low"))["result"])
        self.assertTrue(self.result(path, url=url, codeableConcept=concept(system, "low"))["result"])
        self.assertFalse(self.result(path, url=url, code="low", system=system, display="Wrong")["result"])
        self.assertTrue(self.result(path, url=url, code="top", system=system, display="Oben", displayLanguage="de")["result"])
        self.assertTrue(self.result(path, url=url, code="low", system=system, date="2024-01-01")["result"])
        self.assertFalse(self.result(path, url=url, code="group", system=system, abstract=False)["result"])
        self.assert_all_asked("ValueSet-validate-code")

    def test_expand(self):
        own = {"url": SET["url"]}
        everything = self.codes(**own)
        self.assertEqual(set(everything), {"top", "low", "group", "old"})
        self.assertEqual(set(self.codes(valueSet=SET)), set(everything))
        self.assertEqual(set(self.codes(valueSetVersion="1", **own)), set(everything))
        self.assertEqual(set(self.codes(context=CONTEXT, contextDirection="outgoing")), {"male", "female", "other", "unknown"})
        self.assertEqual(self.codes(filter="low", excludeNested=True, **own), ["low"])
        self.assertEqual(set(self.codes(date="2024-01-01T10:00:00Z", **own)), set(everything))
        self.assertEqual(len(self.codes(offset=1, count=2, excludeNested=True, **own)), 2)
        self.assertNotIn("old", self.codes(activeOnly=True, **own))
        self.assertNotIn("group", self.codes(excludeNotForUI=True, **own))
        self.assertEqual(set(self.codes(excludePostCoordinated=True, **own)), set(everything))
        with_designations = json.dumps(self.ask("ValueSet/$expand", includeDesignations=True, **own))
        self.assertIn("Oben", with_designations)
        german = json.dumps(self.ask("ValueSet/$expand", designation="urn:ietf:bcp:47|de", **own))
        self.assertIn('"designation"', german)
        self.assertIn('"display": "Oben"', json.dumps(self.ask("ValueSet/$expand", displayLanguage="de", **own)))
        self.assertIn("compose", self.ask("ValueSet/$expand", includeDefinition=True, **own))
        self.assertEqual(self.codes(exclude_system=SYSTEM["url"], **own), [])
        self.assertEqual(set(self.codes(system_version=SYSTEM["url"] + "|1", **own)), set(everything))
        for rule in ("check-system-version", "force-system-version"):
            self.assertEqual(set(self.codes(**{rule: SYSTEM["url"] + "|1"}, **own)), set(everything))
            self.assertGreaterEqual(self.http.post("ValueSet/$expand", parameters(**{rule: SYSTEM["url"] + "|9"}, **own)).status, 400)
        self.assert_all_asked("ValueSet-expand")

    def test_subsumes(self):
        path, own = "CodeSystem/$subsumes", {"system": SYSTEM["url"]}
        self.assertEqual(self.result(path, codeA="top", codeB="low", version="1", **own)["outcome"], "subsumes")
        self.assertEqual(self.result(path, codingA=coding(SYSTEM["url"], "low"), codingB=coding(SYSTEM["url"], "top"))["outcome"],
                         "subsumed-by")
        self.assertEqual(self.http.get("CodeSystem/own/$subsumes?codeA=top&codeB=top").json["parameter"][0]["valueCode"], "equivalent")
        self.assert_all_asked("CodeSystem-subsumes")

    def test_find_matches(self):
        path, own = "CodeSystem/$find-matches", {"system": SYSTEM["url"], "version": "1"}
        found = json.dumps(self.ask(path, exact=True, property=[prop("hue", "red"), prop("parent", "top")], **own))
        self.assertIn('"low"', found)
        found = json.dumps(self.ask(path, exact=False, compositional=True, property=[prop("hue", "red"), prop("hue", "blue")], **own))
        self.assertIn("1 of 2 properties match", found)
        self.assertIn("unmatched", found)
        sub = {"name": "subproperty", "part": [{"name": "code", "valueCode": "hue"}, {"name": "value", "valueString": "x"}]}
        self.assertNotIn("match", json.dumps(self.ask(path, exact=True, property=prop("hue", "red", sub), **own).get("parameter", [])))
        self.assert_all_asked("CodeSystem-find-matches")

    def test_translate(self):
        path = "ConceptMap/$translate"

        def match(**given):
            answer = self.ask(path, **given)
            for part in answer["parameter"]:
                for inner in part.get("part", []):
                    if inner["name"] == "concept":
                        return inner["valueCoding"]["code"]
            return None

        self.assertEqual(match(url=MAP["url"], conceptMapVersion="1", system=A, code="1", version="3"), "x")
        self.assertEqual(self.http.post(path, parameters(url=MAP["url"], conceptMapVersion="9", system=A, code="1")).status, 404)
        self.assertEqual(match(conceptMap=MAP, coding=coding(A, "1")), "x")
        self.assertEqual(match(url=MAP["url"], codeableConcept=concept(A, "1")), "x")
        self.assertEqual(match(source=A + "?fhir_vs", target=B + "?fhir_vs", system=A, code="1"), "x")
        self.assertIsNone(match(source="http://example.org/none", system=A, code="1"))
        self.assertIsNone(match(target="http://example.org/none", system=A, code="1"))
        self.assertEqual(match(targetsystem=B, system=A, code="1"), "x")
        self.assertIsNone(match(targetsystem="http://example.org/none", system=A, code="1"))
        self.assertEqual(match(url=MAP["url"], reverse=True, system=B, code="x"), "1")
        adult = {"part": [{"name": "element", "valueUri": SUBJECT}, {"name": "concept", **concept(B, "adult")}]}
        self.assertEqual(match(url=MAP["url"], system=A, code="2", dependency=adult), "y")
        child = {"part": [{"name": "element", "valueUri": SUBJECT}, {"name": "concept", **concept(B, "child")}]}
        self.assertIsNone(match(url=MAP["url"], system=A, code="2", dependency=child))
        self.assert_all_asked("ConceptMap-translate")

    def test_closure(self):
        def version(**given):
            answer = self.ask("$closure", **given)
            return answer["version"], [element["code"] for group in answer.get("group", []) for element in group["element"]]

        self.assertEqual(version(name="mine"), ("0", []))
        first = version(name="mine", concept=[coding(SYSTEM["url"], "top"), coding(SYSTEM["url"], "low")])
        self.assertEqual(first, ("1", ["low"]))
        self.assertEqual(version(name="mine", version="0")[1], ["low"])
        self.assertEqual(version(name="mine", version="1")[1], [])
        self.assert_all_asked("ConceptMap-closure")
