"""PATCH: https://hl7.org/fhir/R4/http.html#patch and https://hl7.org/fhir/R4/fhirpatch.html"""
import base64
import json
import unittest

from support import FHIR_JSON, Parallel, ServerCase, bundle, entry, patient

JSON_PATCH = "application/json-patch+json"
XML_PATCH = "application/xml-patch+xml"


def operation(kind, path, **parts):
    out = [{"name": "type", "valueCode": kind}, {"name": "path", "valueString": path}]
    for name, value in parts.items():
        out.append({"name": name, **value})
    return {"resourceType": "Parameters", "parameter": [{"name": "operation", "part": out}]}


class Patch(ServerCase):
    def patch(self, path, body, kind=JSON_PATCH, **headers):
        if not isinstance(body, (str, bytes)):
            body = json.dumps(body)
        return self.http.request("PATCH", path, body, {"Content-Type": kind, **headers})

    def test_each_kind_of_patch_changes_the_resource(self):
        id = self.create(patient())["id"]
        answer = self.patch(f"Patient/{id}", [{"op": "add", "path": "/gender", "value": "male"}])
        self.assert_status(answer, 200)
        self.assertEqual((answer.json["gender"], answer["ETag"]), ("male", 'W/"2"'))
        answer = self.patch(f"Patient/{id}", operation("replace", "Patient.gender", value={"valueCode": "female"}),
                            FHIR_JSON)
        self.assertEqual((answer.status, answer.json["gender"]), (200, "female"))
        xml = ('<diff xmlns:f="http://hl7.org/fhir"><replace sel="f:Patient/f:gender/@value">other</replace></diff>')
        answer = self.patch(f"Patient/{id}", xml, XML_PATCH, Accept=FHIR_JSON)
        self.assertEqual((answer.status, answer.json["gender"]), (200, "other"))
        parameters = ('<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="operation"/><part><name value='
                      '"type"/><valueCode value="delete"/></part><part><name value="path"/><valueString value='
                      '"Patient.gender"/></part></parameter></Parameters>')
        answer = self.patch(f"Patient/{id}", parameters, "application/fhir+xml", Accept=FHIR_JSON)
        self.assertNotIn("gender", answer.json)
        history = self.http.get(f"Patient/{id}/_history").json
        self.assertEqual([e["request"]["method"] for e in history["entry"]], ["PATCH"] * 4 + ["POST"])

    def test_the_result_is_judged_as_an_update(self):
        """What comes out is processed "as an Update operation"."""
        id = self.create(patient())["id"]
        for body in ([{"op": "add", "path": "/gender", "value": "blue"}],
                     [{"op": "add", "path": "/colour", "value": "blue"}]):
            self.assert_outcome(self.patch(f"Patient/{id}", body), 422)
        self.assert_outcome(self.patch(f"Patient/{id}", [{"op": "replace", "path": "/id", "value": "x"}]), 422)
        self.assert_outcome(self.patch(f"Patient/{id}", [{"op": "replace", "path": "/resourceType",
                                                          "value": "Group"}]), 422)
        self.assertEqual(self.http.get(f"Patient/{id}")["ETag"], 'W/"1"')

    def test_a_patch_that_does_not_fit(self):
        id = self.create(patient())["id"]
        self.assert_outcome(self.patch(f"Patient/{id}", [{"op": "test", "path": "/birthDate", "value": "x"}]), 422)
        self.assert_outcome(self.patch(f"Patient/{id}", {"op": "add"}), 400)
        self.assert_outcome(self.patch(f"Patient/{id}", "[{"), 400)
        self.assert_outcome(self.patch(f"Patient/{id}", operation("delete", "Patient.(("), FHIR_JSON), 400)
        self.assert_outcome(self.patch(f"Patient/{id}", patient(), FHIR_JSON), 400)
        self.assert_outcome(self.patch(f"Patient/{id}", "<diff/>", XML_PATCH), 400)
        self.assert_outcome(self.patch(f"Patient/{id}", "x", "text/plain"), 415)
        self.assert_outcome(self.patch("Patient/none", []), 404)

    def test_if_match(self):
        """That "servers SHALL support conditional PATCH", by If-Match as for an update."""
        id = self.create(patient())["id"]
        body = [{"op": "add", "path": "/active", "value": True}]
        self.assert_outcome(self.patch(f"Patient/{id}", body, **{"If-Match": 'W/"7"'}), 412)
        self.assert_status(self.patch(f"Patient/{id}", body, **{"If-Match": 'W/"1"'}), 200)

    def test_conditional_patch(self):
        """That "servers SHALL support Conditional PATCH": none 404, one is patched, several 412."""
        body = [{"op": "add", "path": "/active", "value": True}]
        self.create(patient("Patched", identifier=[{"system": "urn:p", "value": "1"}]))
        self.create(patient("Patched", identifier=[{"system": "urn:p", "value": "2"}]))
        self.assert_outcome(self.patch("Patient?identifier=urn:p|none", body), 404)
        self.assert_outcome(self.patch("Patient?family=Patched", body), 412)
        answer = self.patch("Patient?identifier=urn:p|1", body)
        self.assertEqual((answer.status, answer.json["active"]), (200, True))

    def test_prefer(self):
        id = self.create(patient())["id"]
        answer = self.patch(f"Patient/{id}", [{"op": "add", "path": "/active", "value": True}], Prefer="return=minimal")
        self.assertEqual((answer.status, answer.body), (200, b""))

    def test_a_generated_narrative_does_not_outlive_its_data(self):
        """Servers "SHALL ensure that narrative in a resource is not clinically unsafe after the PATCH"."""
        div = '<div xmlns="http://www.w3.org/1999/xhtml">male</div>'
        for status, stays in (("generated", False), ("additional", True)):
            id = self.create(patient(gender="male", text={"status": status, "div": div}))["id"]
            answer = self.patch(f"Patient/{id}", [{"op": "replace", "path": "/gender", "value": "female"}])
            self.assertEqual("text" in answer.json, stays)

    def test_patches_in_bundles(self):
        for kind in ("batch", "transaction"):
            ids = [self.create(patient())["id"] for _ in range(3)]
            data = base64.b64encode(json.dumps([{"op": "add", "path": "/active", "value": True}]).encode()).decode()
            binary = {"resourceType": "Binary", "contentType": JSON_PATCH, "data": data}
            xml = {"resourceType": "Binary", "contentType": XML_PATCH, "data": base64.b64encode(
                b'<diff xmlns="http://hl7.org/fhir"><add sel="Patient"><active value="true"/></add></diff>').decode()}
            parameters = operation("add", "Patient", name={"valueString": "active"}, value={"valueBoolean": True})
            sent = [entry("PATCH", f"Patient/{id}", body) for id, body in zip(ids, (binary, xml, parameters))]
            answer = self.http.post("", bundle(*sent, kind=kind))
            self.assert_status(answer, 200)
            self.assertEqual([e["response"]["status"][:3] for e in answer.json["entry"]], ["200"] * 3)
            for id in ids:
                self.assertIs(self.http.get(f"Patient/{id}").json["active"], True)

    def test_a_failing_patch_undoes_its_transaction(self):
        id = self.create(patient())["id"]
        parameters = operation("add", "Patient.contact", name={"valueString": "gender"}, value={"valueCode": "male"})
        sent = bundle(entry("POST", "Patient", patient("Undone")), entry("PATCH", f"Patient/{id}", parameters))
        self.assert_outcome(self.http.post("", sent), 422)
        self.assertEqual(self.http.get("Patient?family=Undone&_summary=count").json["total"], 0)

    def test_patches_at_once_lose_nothing(self):
        id = self.create(patient())["id"]

        def work(index):
            with self.server.client() as http:
                answer = http.request("PATCH", f"Patient/{id}", json.dumps(
                    [{"op": "add", "path": "/name/-", "value": {"text": str(index)}}]), {"Content-Type": JSON_PATCH})
                statuses.append(answer.status)

        statuses = []
        Parallel(4, work).join()
        names = {name.get("text") for name in self.http.get(f"Patient/{id}").json["name"]}
        self.assertEqual(len(names - {None}), sum(1 for status in statuses if status == 200))
        self.assertTrue(all(status in (200, 412) for status in statuses), statuses)


if __name__ == "__main__":
    unittest.main()
