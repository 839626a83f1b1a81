"""medisync snapshot: a StructureDefinition with the snapshot that its differential makes.
https://hl7.org/fhir/R4/profiling.html#snapshot"""
import json
import os
import subprocess
import tempfile

from support import ROOT, Case, binary

CORE = os.path.join(ROOT, "profiles", ".packages", "hl7.fhir.r4.examples")


def profile(url, base, *elements):
    return {"resourceType": "StructureDefinition", "url": url, "name": "Test", "status": "active",
            "fhirVersion": "4.0.1", "kind": "resource", "abstract": False, "type": "Patient",
            "derivation": "constraint", "baseDefinition": base, "differential": {"element": list(elements)}}


class Snapshot(Case):
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
                                                 "http://hl7.org/fhir/StructureDefinition/Patient",
                                                 {"id": "Patient.name", "path": "Patient.name", "min": 1}))
        second = self.write("second.json", profile("http://else.test/second", "http://else.test/first",
                                                   {"id": "Patient.name", "path": "Patient.name", "max": "1"}))
        name = self.made("--package", first, second)["Patient.name"]
        self.assertEqual((name["min"], name["max"]), (1, "1"))
        self.assertEqual(self.run_on(second).returncode, 1)  # without its base

    def test_what_cannot_be_made_is_told_with_its_place(self):
        path = self.write("bad.json", profile("http://else.test/bad",
                                              "http://hl7.org/fhir/StructureDefinition/Patient",
                                              {"id": "Patient.colour", "path": "Patient.colour", "min": 1}))
        done = self.run_on(path)
        self.assertEqual((done.returncode, done.stdout), (1, b""))
        self.assertIn(b"StructureDefinition.differential.element[0]", done.stderr)
        self.assertEqual(self.run_on(self.write("patient.json", {"resourceType": "Patient"})).returncode, 2)
        self.assertEqual(self.run_on(os.path.join(self.folder.name, "absent.json")).returncode, 2)
        self.assertEqual(self.run_on().returncode, 2)
