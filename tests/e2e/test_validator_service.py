"""POST /validate under the interface of the field's validator service, as conformance labs ask it.
https://github.com/hapifhir/org.hl7.fhir.validator-wrapper"""
import json
import os

from support import SHARED, Server, ServerCase, patient, skip

PROFILE = "http://hl7.org/fhir/StructureDefinition/bodyweight"
XML = '<Patient xmlns="http://hl7.org/fhir"><gender value="male"/></Patient>'


def request_of(*texts, profiles=(), igs=("hl7.fhir.r4.core#4.0.1",), **more):
    files = [{"fileName": f"file{i}.json", "fileContent": t if isinstance(t, str) else json.dumps(t), "fileType": "json"}
             for i, t in enumerate(texts)]
    context = {"sv": "4.0.1", "doNative": False, "extensions": ["any"], "igs": list(igs), "profiles": list(profiles)}
    return {"cliContext": context, "filesToValidate": files, **more}


class Service(ServerCase):
    arguments = ("--validator-service",)

    def judged(self, body):
        answer = self.http.raw("POST", "/validate", json.dumps(body), {"Content-Type": "application/json"})
        self.assert_status(answer, 200)
        self.assertEqual(answer["Content-Type"], "application/json")
        return answer.json

    def levels(self, outcome):
        return {issue["level"] for issue in outcome["issues"]}

    def test_each_file_gets_its_outcome_in_order(self):
        sent = request_of(patient("Fine", gender="male"), patient("Bad", gender="none such"), XML)
        answer = self.judged(sent)
        self.assertEqual([o["fileInfo"] for o in answer["outcomes"]], sent["filesToValidate"])
        self.assertEqual([("ERROR" in self.levels(o)) for o in answer["outcomes"]], [False, True, False])
        issue = next(i for i in answer["outcomes"][1]["issues"] if i["level"] == "ERROR")
        self.assertEqual((issue["type"], issue["location"]), ("CODEINVALID", "Patient.gender"))
        self.assertTrue(issue["message"] and issue["line"] >= 1 and issue["col"] >= 1)

    def test_a_session_goes_on(self):
        first = self.judged(request_of(patient()))["sessionId"]
        self.assertTrue(first)
        self.assertEqual(self.judged(request_of(patient(), sessionId=first))["sessionId"], first)

    def test_profiles_are_judged_with_or_without_version(self):
        weight = {"resourceType": "Observation", "status": "final", "code": {"text": "weight"}}
        for profile in (PROFILE, PROFILE + "|4.0.1"):
            outcome = self.judged(request_of(weight, profiles=[profile]))["outcomes"][0]
            self.assertIn("ERROR", self.levels(outcome))
        self.assertNotIn("ERROR", self.levels(self.judged(request_of(weight))["outcomes"][0]))

    def test_what_is_not_loaded_is_told(self):
        outcome = self.judged(request_of(patient(), profiles=["http://nowhere.example/p"]))["outcomes"][0]
        self.assertIn(("ERROR", "NOTFOUND"), {(i["level"], i["type"]) for i in outcome["issues"]})
        outcome = self.judged(request_of(patient(), igs=["nowhere.guide#1.0.0"]))["outcomes"][0]
        self.assertIn(("WARNING", "NOTFOUND"), {(i["level"], i["type"]) for i in outcome["issues"]})

    def test_a_file_that_is_no_resource_is_a_finding(self):
        for text in ("", "{", "[]", '{"resourceType":"Nonsense"}', "<a", "no"):
            outcome = self.judged(request_of(text))["outcomes"][0]
            self.assertTrue(self.levels(outcome) & {"ERROR", "FATAL"}, text)

    def test_other_requests(self):
        for body in ("", "[]", "{}", '{"filesToValidate":[]}', '{"filesToValidate":[1]}', '{"filesToValidate":[{"fileContent":1}]}'):
            self.assert_outcome(self.http.raw("POST", "/validate", body, {"Content-Type": "application/json"}), 400)
        self.assert_status(self.http.raw("GET", "/validator/version"), 200)
        self.assert_status(self.http.raw("GET", "/validate"), 404)
        self.assert_status(self.http.get("metadata"), 200)

    def test_without_the_setting_there_is_none(self):
        with Server() as other, other.client() as http:
            self.assert_outcome(http.raw("POST", "/validate", "{}", {"Content-Type": "application/json"}), 404)


class Guide(ServerCase):
    """A resource against its profile of an installed guide."""

    @classmethod
    def setUpClass(cls):
        package = os.path.join(SHARED, "packages", "us_core_610.tgz")
        if not SHARED or not os.path.exists(package):
            skip("US Core's package is not at hand (MEDISYNC_SHARED)")
        cls.arguments = ("--validator-service", "--package", package)
        super().setUpClass()

    def test_a_loaded_guide_is_known(self):
        profile = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient|6.1.0"
        body = request_of({"resourceType": "Patient", "gender": "male"}, profiles=[profile], igs=["hl7.fhir.us.core#6.1.0"])
        answer = self.http.raw("POST", "/validate", json.dumps(body), {"Content-Type": "application/json"}).json
        issues = answer["outcomes"][0]["issues"]
        self.assertEqual([i for i in issues if i["type"] == "NOTFOUND"], [])
        self.assertIn("Patient", {i["location"] for i in issues if i["level"] == "ERROR"})
