"""The sample of US Core (test-data/us-core): what a lab can ask of one patient is there, and valid.

http://hl7.org/fhir/us/core/STU6.1/must-support.html
"""
import fnmatch
import json
import os
import re
import tempfile
import unittest

from must_support import Guide
from support import ROOT, SHARED, Case, run, say, skip

PATIENT = "demo-fullfield-wilma"
HERE = os.path.dirname(os.path.abspath(__file__))


def sample():
    """Reference to resource, in both forms that the bundles use."""
    found = {}
    for folder in ("demo", "us-core"):
        for name in sorted(os.listdir(os.path.join(ROOT, "test-data", folder))):
            with open(os.path.join(ROOT, "test-data", folder, name), encoding="utf-8") as file:
                for entry in json.load(file)["entry"]:
                    resource = entry["resource"]
                    found[entry["fullUrl"]] = found[f"{resource['resourceType']}/{resource['id']}"] = resource
    return found


def exclusions():
    with open(os.path.join(HERE, "must_support_exclusions.txt"), encoding="utf-8") as file:
        return [tuple(line.rstrip("\n").split("\t")) for line in file if not line.startswith("#")]


class UsCoreSample(Case):
    @classmethod
    def setUpClass(cls):
        cls.guides = {}
        for version in ("610", "311"):
            cls.path = os.path.join(SHARED, "packages", f"us_core_{version}.tgz")
            if not SHARED or not os.path.exists(cls.path):
                skip("US Core's packages are not at hand (MEDISYNC_SHARED)")
            cls.guides[version] = (cls.path, Guide(cls.path))
        cls.known = sample()
        every = {id(r): r for r in cls.known.values()}.values()
        cls.resources = [r for r in every if r["id"].startswith((PATIENT, "demo-clinic", "demo-fullfield-metformin"))]

    def test_one_patient_has_each_element_that_must_be_supported(self):
        used, asked = set(), 0
        for version, (_, guide) in self.guides.items():
            for profile in guide.supported():
                with self.subTest(version, profile=profile.id):
                    picked = [r for r in self.resources if profile.picks(r)]
                    self.assertTrue(picked, "the sample has one")
                    asked += len(list(profile.asked()))
                    missing = []
                    for name in profile.lacks(picked):
                        rows = [r for r in exclusions() if fnmatch.fnmatch(profile.id, r[0]) and fnmatch.fnmatch(name, r[1])]
                        used |= set(rows)
                        missing += [] if rows else [name]
                    self.assertEqual(missing, [])
        self.assertEqual(set(exclusions()) - used, set(), "rows that exclude nothing any more")
        say(f"US Core's sample: {asked} elements asked for, {len(used)} rows of exclusions")
        self.assertGreater(asked, 500)

    def test_references_lead_to_the_profiles_that_must_be_supported(self):
        _, guide = self.guides["610"]
        supported = {p.url: p for p in guide.supported()}
        followed = 0
        for profile in supported.values():
            for ident, url in profile.leads_to():
                found = [v for r in self.resources if profile.picks(r) for v in profile.at(r, ident)]
                targets = [self.known[v["reference"]] for v in found]
                with self.subTest(profile.id, element=ident, target=url):
                    self.assertTrue(any(supported[url].picks(t) for t in targets))
                    followed += len(targets)
        self.assertGreater(followed, 100)

    def test_each_is_valid_by_its_profile(self):
        path, guide = self.guides["610"]
        with tempfile.NamedTemporaryFile("w", suffix=".ndjson") as file:
            judged = 0
            for profile in guide.supported():
                every = {id(r): r for r in self.known.values() if profile.picks(r)}.values()
                file.seek(0)
                file.truncate()
                file.write("".join(json.dumps(r) + "\n" for r in every))
                file.flush()
                done = run("validate", "--package", path, "--profile", profile.url, "--severity", "error", file.name)
                with self.subTest(profile.id):
                    self.assertEqual(done.returncode, 0, done.stdout.decode())
                    judged += int(re.search(rb"(\d+) resources", done.stdout + done.stderr).group(1))
        self.assertGreater(judged, 300)

    def test_why_data_are_missing_is_told_by_an_extension_and_by_a_code(self):
        text = json.dumps(self.resources)
        self.assertIn("http://hl7.org/fhir/StructureDefinition/data-absent-reason", text)
        self.assertTrue(any(c.get("code") == "unknown" for r in self.resources for part in r.get("component", [])
                            for c in part.get("dataAbsentReason", {}).get("coding", [])))


if __name__ == "__main__":
    unittest.main()
