"""medisync snapshot and $snapshot: a StructureDefinition with the snapshot that its differential makes.
https://hl7.org/fhir/R4/profiling.html#snapshot
https://hl7.org/fhir/R4/structuredefinition-operation-snapshot.html"""
import json
import os
import subprocess
import tempfile

from support import ROOT, Case, ServerCase, binary

CORE = os.path.join(ROOT, "profiles", ".packages", "hl7.fhir.r4.examples")


def profile(url, base, *elements):
    return {"resourceType": "StructureDefinition", "url": url, "name": "Test", "status": "active",
            "fhirVersion": "4.0.1", "kind": "resource", "abstract": False, "type": "Patient",
            "derivation": "constraint", "baseDefinition": base, "differential": {"element": list(elements)}}


PATIENT = "http://hl7.org/fhir/StructureDefinition/Patient"


class Command(Case):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def write(self, name, resource):
        path = os.path.join(self.folder.name, name)
        with open(path, "w", encoding="utf-8") as file:
            json.dump(resource, file)
        return path

    def run_on(self, *arguments):
        return subprocess.run([binary(), "snapshot", *arguments], capture_output=True, check=False, cwd=ROOT)

    def made(self, *arguments):
        done = self.run_on(*arguments)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        return {e["id"]: e for e in json.loads(done.stdout)["snapshot"]["element"]}

    def test_the_elements_of_the_base_come_with_their_words(self):
        with open(os.path.join(CORE, "StructureDefinition-Patient.json"), encoding="utf-8") as file:
            base = json.load(file)
        path = self.write("p.json", profile("http://else.test/p", base["url"],
                                            {"id": "Patient", "path": "Patient"},
                                            {"id": "Patient.birthDate", "path": "Patient.birthDate", "min": 1}))
        made = self.made(path)
        self.assertEqual(list(made), [e["id"] for e in base["snapshot"]["element"]])
        self.assertEqual(made["Patient.birthDate"]["min"], 1)
        for element in base["snapshot"]["element"]:
            for word in ("short", "definition", "comment", "requirements"):
                self.assertEqual(made[element["id"]].get(word), element.get(word), (element["id"], word))

    def test_a_profile_on_a_profile_of_a_package(self):
        first = self.write("first.json", profile("http://else.test/first",
                                                 PATIENT,
                                                 {"id": "Patient.name", "path": "Patient.name", "min": 1}))
        second = self.write("second.json", profile("http://else.test/second", "http://else.test/first",
                                                   {"id": "Patient.name", "path": "Patient.name", "max": "1"}))
        name = self.made("--package", first, second)["Patient.name"]
        self.assertEqual((name["min"], name["max"]), (1, "1"))
        self.assertEqual(self.run_on(second).returncode, 1)  # without its base

    def test_what_cannot_be_made_is_told_with_its_place(self):
        path = self.write("bad.json", profile("http://else.test/bad",
                                              PATIENT,
                                              {"id": "Patient.colour", "path": "Patient.colour", "min": 1}))
        done = self.run_on(path)
        self.assertEqual((done.returncode, done.stdout), (1, b""))
        self.assertIn(b"StructureDefinition.differential.element[0]", done.stderr)
        self.assertEqual(self.run_on(self.write("patient.json", {"resourceType": "Patient"})).returncode, 2)
        self.assertEqual(self.run_on(os.path.join(self.folder.name, "absent.json")).returncode, 2)
        self.assertEqual(self.run_on().returncode, 2)


class Operation(ServerCase):
    def min_of(self, got, path):
        self.assert_status(got, 200)
        return next(e["min"] for e in got.json["snapshot"]["element"] if e["path"] == path)

    def test_a_definition_that_is_sent_is_answered_with_its_snapshot(self):
        definition = profile("http://else.test/p", PATIENT,
                             {"id": "Patient.birthDate", "path": "Patient.birthDate", "min": 1})
        as_parameters = {"resourceType": "Parameters", "parameter": [{"name": "definition", "resource": definition}]}
        for body in (as_parameters, definition):
            got = self.http.post("StructureDefinition/$snapshot", body)
            self.assertEqual(self.min_of(got, "Patient.birthDate"), 1)
            self.assertEqual(got.json["url"], "http://else.test/p")

    def test_a_stored_definition_by_id_and_by_url(self):
        made = self.create(profile("http://else.test/stored", PATIENT,
                                   {"id": "Patient.gender", "path": "Patient.gender", "min": 1}))
        for path in (f"StructureDefinition/{made['id']}/$snapshot",
                     "StructureDefinition/$snapshot?url=http://else.test/stored"):
            self.assertEqual(self.min_of(self.http.get(path), "Patient.gender"), 1, path)

    def test_what_cannot_be_made_is_refused(self):
        unfit = profile("http://else.test/bad", PATIENT, {"path": "Patient.colour", "min": 1})
        got = self.http.post("StructureDefinition/$snapshot", unfit)
        self.assert_outcome(got, 422, "structure")
        self.assertEqual(got.json["issue"][0]["expression"], ["StructureDefinition.differential.element[0]"])
        self.assert_outcome(self.http.post("StructureDefinition/$snapshot", profile("http://else.test/b", "http://none")),
                            422, "not-found")
        self.assert_outcome(self.http.get("StructureDefinition/$snapshot"), 400, "required")
        self.assert_outcome(self.http.get("StructureDefinition/$snapshot?url=http://none"), 404, "not-found")
        self.assert_outcome(self.http.get("StructureDefinition/none/$snapshot"), 404, "not-found")
