"""$convert and $diff.
https://hl7.org/fhir/R4/resource-operation-convert.html https://hl7.org/fhir/R4/fhirpatch.html"""
import json
import os

from support import PACKAGE, ServerCase, patient

XML, JSON = "application/fhir+xml", "application/fhir+json"


def operations(patch):
    return [{p["name"]: next((v for k, v in p.items() if k.startswith("value")), None) for p in o["part"]}
            for o in patch.get("parameter", [])]


class Convert(ServerCase):
    def convert(self, body, content_type, accept, path="$convert"):
        return self.http.request("POST", path, body, {"Content-Type": content_type, "Accept": accept})

    def test_json_to_xml_to_json_is_the_same(self):
        # "convert a resource from one format to another"
        for name in ("Patient-example", "Observation-decimal", "Questionnaire-gcs", "Bundle-father"):
            with open(os.path.join(PACKAGE, name + ".json"), encoding="utf-8") as file:
                sent = json.load(file)
            xml = self.convert(json.dumps(sent), JSON, XML, "$convert")
            self.assert_status(xml, 200)
            self.assertEqual(xml["Content-Type"].split(";")[0], XML)
            back = self.convert(xml.body, XML, JSON)
            self.assert_status(back, 200)
            self.assertEqual(back.json, sent)

    def test_the_parameter_input(self):
        sent = {"resourceType": "Parameters", "parameter": [{"name": "input", "resource": patient("X")}]}
        got = self.convert(json.dumps(sent), JSON, JSON)
        self.assertEqual(got.json, patient("X"))
        self.assertEqual(self.convert('{"resourceType":"Parameters"}', JSON, JSON).json, {"resourceType": "Parameters"})

    def test_what_cannot_be_converted(self):
        self.assert_outcome(self.http.get("$convert"), 400, "structure")
        self.assert_outcome(self.convert('{"resourceType":"Parsnip"}', JSON, JSON), 400, "structure")
        self.assert_outcome(self.convert('{"resourceType":"DomainResource"}', JSON, JSON), 400, "structure")
        self.assert_outcome(self.convert('{"resourceType":"Patient"}', JSON, JSON, "$convert?to=x"), 400, "not-supported")
        self.assert_status(self.convert("{", JSON, JSON), 400)
        self.assert_status(self.convert("{}", "text/turtle", JSON), 415)
        self.assert_status(self.convert(json.dumps(patient("X")), JSON, "text/turtle"), 406)


class Diff(ServerCase):
    def setUp(self):
        super().setUp()
        self.http.put("Patient/d1", patient("Before", id="d1", gender="male"))
        self.http.put("Patient/d1", patient("After", id="d1", gender="male", active=True))

    def test_the_last_change_as_a_fhirpath_patch_that_makes_it(self):
        got = self.http.get("Patient/d1/$diff")
        self.assert_status(got, 200)
        found = operations(got.json)
        self.assertEqual({(o["type"], o.get("path", "")) for o in found if o["type"] == "replace"},
                         {("replace", "Patient.name[0].family")})
        self.assertEqual([o["name"] for o in found if o["type"] == "add"], ["active"])
        # The patch does what it says: https://hl7.org/fhir/R4/http.html#patch
        self.http.put("Patient/d2", patient("Before", id="d2", gender="male"))
        patched = self.http.request("PATCH", "Patient/d2", got.json)
        self.assert_status(patched, 200)
        self.assertEqual([n["family"] for n in patched.json["name"]], ["After"])
        self.assertIs(patched.json["active"], True)

    def test_from_a_version_and_of_a_version(self):
        self.http.put("Patient/d1", patient("Third", id="d1"))
        versions = int(self.http.get("Patient/d1").json["meta"]["versionId"])
        wide = self.http.get(f"Patient/d1/$diff?fromVersion={versions - 2}")
        self.assertIn("delete", [o["type"] for o in operations(wide.json)])
        old = self.http.get(f"Patient/d1/_history/{versions - 1}/$diff")
        self.assertEqual([o["type"] for o in operations(old.json) if o["type"] == "add"], ["add"])
        self.assertTrue(any("meta" in (o.get("path") or "") for o in
                            operations(self.http.get("Patient/d1/$diff?includeMeta=true").json)))

    def test_two_resources(self):
        self.http.put("Patient/d3", patient("After", id="d3", gender="male"))
        got = self.http.get("$diff?from=Patient/d1&to=Patient/d3")
        self.assertEqual([(o["type"], o["path"]) for o in operations(got.json)],
                         [("delete", "Patient.active")])
        body = {"resourceType": "Parameters", "parameter": [
            {"name": "from", "resource": patient("A")}, {"name": "to", "resource": patient("B")}]}
        self.assertEqual([o["value"] for o in operations(self.http.post("$diff", body).json)], ["B"])
        same = self.http.get("$diff?from=Patient/d1&to=Patient/d1")
        self.assertEqual(operations(same.json), [])

    def test_what_is_wrong_is_said(self):
        self.http.put("Patient/d4", patient("Once", id="d4"))
        self.assert_outcome(self.http.get("Patient/d4/$diff"), 404, "not-found")
        self.assert_outcome(self.http.get("Patient/d4/$diff?fromVersion=7"), 404, "not-found")
        self.assert_outcome(self.http.get("Patient/none/$diff"), 404)
        self.assert_outcome(self.http.get("$diff?from=Patient/d1"), 400, "required")
        self.assert_outcome(self.http.get("$diff?from=Patient/d1&from=Patient/d4&to=Patient/d4"), 400, "invalid")
        self.assert_outcome(self.http.get("$diff?from=Patient/d1&to=http://elsewhere.test/x"), 400, "value")
        self.http.put("Observation/d5", {"resourceType": "Observation", "id": "d5", "status": "final",
                                         "code": {"text": "x"}})
        self.assert_outcome(self.http.get("$diff?from=Patient/d1&to=Observation/d5"), (400, 422))
