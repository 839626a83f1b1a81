"""US Core's sample patients behind access tokens, as Inferno's kits for US Core and ONC (g)(10) ask for them.

Granular scopes are held to by replaying searches and reads: a lab filters on its own side what it saw
with a full token, and expects the same of the server. tests/requirements/inferno.tsv names the lines.
"""
import json
import os
import shutil
import tempfile
import unittest
import urllib.parse

from bulk import Export
from smart import FORM, App, Bearer, Browser, PASSWORDS, SmartCase
from support import SHARED, Server, ServerCase, entries, run, skip

US_CORE = "http://hl7.org/fhir/us/core"
HL7 = "http://terminology.hl7.org/CodeSystem/"
SETS = (
    {"Condition": (HL7 + "condition-category|encounter-diagnosis", US_CORE + "/CodeSystem/condition-category|health-concern"),
     "Observation": (HL7 + "observation-category|laboratory", HL7 + "observation-category|social-history")},
    {"Condition": (HL7 + "condition-category|problem-list-item",),
     "Observation": (HL7 + "observation-category|vital-signs", HL7 + "observation-category|survey",
                     US_CORE + "/CodeSystem/us-core-category|sdoh")},
)
REST = "launch/patient openid fhirUser offline_access patient/Patient.rs"
PATIENTS = ("85", "355", "us-core-client-tests-patient")
# Searches that a lab made before with a full token; {p} is the patient.
REPLAYED = """
Condition: patient={p} | patient=Patient/{p} | patient={p}&category=encounter-diagnosis | patient={p}&category=problem-list-item
Condition: patient={p}&category=health-concern | patient={p}&clinical-status=active | patient={p}&onset-date=gt1950 | patient={p}&_lastUpdated=gt2000
Observation: patient={p}&category=laboratory | patient={p}&category=vital-signs | patient={p}&category=social-history
Observation: patient={p}&category=survey | patient={p}&category=sdoh | patient={p}&code=8867-4,85354-9,29463-7,72166-2,2339-0
Observation: patient={p}&category=laboratory&date=gt1990-01-01T00:00:00%2B00:00 | patient={p}&category=vital-signs&status=final | patient={p}
DiagnosticReport: patient={p} | patient={p}&category=LAB
DocumentReference: patient={p}
ServiceRequest: patient={p}
"""


def guide(version):
    return os.path.join(SHARED, "packages", f"us_core_{version}.tgz")


def data_with_guide(case, version):
    """A data folder in which that version of US Core is installed."""
    if not SHARED or not os.path.exists(guide(version)):
        skip("US Core's package and sample patients are not at hand (MEDISYNC_SHARED)")
    data = tempfile.mkdtemp(prefix="medisync-e2e-")
    case.addClassCleanup(shutil.rmtree, data, True)
    done = run("package", "install", guide(version), "--data", data, "--no-dependencies")
    assert done.returncode == 0, done.stderr
    return data


def codes_of(resource):
    return {f"{c.get('system')}|{c.get('code')}" for category in resource.get("category", []) for c in category.get("coding", [])}


class Version311(ServerCase):
    @classmethod
    def setUpClass(cls):
        cls.data = data_with_guide(cls, "311")
        cls.server = Server(data=cls.data)
        cls.addClassCleanup(cls.server.stop)
        cls.server.start()

    def test_the_statement_of_the_first_version_that_labs_ask_for(self):
        statement = self.http.get("metadata").json
        types = {r["type"]: r for r in statement["rest"][0]["resource"]}
        self.assertLessEqual({"Patient", "AllergyIntolerance", "CarePlan", "Observation"}, set(types))
        self.assertIn(US_CORE + "/StructureDefinition/us-core-patient", types["Patient"]["supportedProfile"])
        self.assertIn(f"{US_CORE}/CapabilityStatement/us-core-server|3.1.1", statement["instantiates"])


class Values(ServerCase):
    def ids(self, query):
        answer = self.http.get(query)
        self.assert_status(answer, 200)
        return [e["resource"]["id"] for e in entries(answer.json, "match")]

    def test_an_instant_of_the_data_is_found_by_equality(self):
        made = self.create({"resourceType": "Observation", "status": "final", "code": {"text": "t"},
                            "subject": {"reference": "Patient/x"}, "effectiveDateTime": "1940-09-06T01:11:45.131-04:00"})
        for text in ("1940-09-06T01:11:45.131-04:00", "1940-09-06T05:11:45.131Z", "1940-09-06T05:11:45.131%2B00:00"):
            self.assertEqual(self.ids(f"Observation?patient=x&date={text}"), [made["id"]], text)
        self.assertEqual(self.ids("Observation?patient=x&date=1940-09-06T01:11:45.132-04:00"), [])

    def test_commas_within_a_value_come_escaped(self):
        made = self.create({"resourceType": "Patient", "name": [{"family": "One, Two"}], "identifier": [{"system": "urn:c", "value": "a,b"}]})
        for query in ("name=One\\,%20Two", "identifier=urn:c%7Ca\\,b", "identifier=a%5C%2Cb,zz"):
            self.assertEqual(self.ids("Patient?" + query), [made["id"]], query)
        self.assertEqual(self.ids("Patient?identifier=urn:c%7Ca,b"), [])


class UsCoreSmart(SmartCase):
    """The sample patients were made for several versions of US Core, so they are stored as they are."""

    arguments = ("--no-validate",)

    @classmethod
    def setUpClass(cls):
        cls.data = data_with_guide(cls, "610")
        super().setUpClass()
        folder = os.path.join(SHARED, "data", "us-core")
        for name in sorted(os.listdir(folder)):
            if not name.startswith("uscore_"):
                continue
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                body = json.load(file)
            answer = cls.system.post("" if body["resourceType"] == "Bundle" else body["resourceType"], body)
            assert answer.status in (200, 201), (name, answer)
            if body["resourceType"] == "Group":
                cls.group = answer.json


class Granular(UsCoreSmart):
    def everything(self, bearer, kind, query, is_post=False):
        """Id to resource of all pages; None when it was refused."""
        found = {}
        if is_post:
            answer = bearer.request("POST", f"{kind}/_search", query, {"Content-Type": FORM})
        else:
            answer = bearer.get(f"{kind}?{query}")
        while answer.status == 200:
            found.update({e["resource"]["id"]: e["resource"] for e in entries(answer.json, "match")})
            following = [l["url"] for l in answer.json["link"] if l["relation"] == "next"]
            if not following:
                return found
            answer = bearer.get(following[0])
        self.assertIn(answer.status, (401, 403))
        self.assert_outcome(answer, (401, 403))
        return None

    def check(self, bearer, full, patient, granted):
        """Replays what the full token found: exactly what the granted filters leave of it."""
        compared = 0
        for line in REPLAYED.strip().splitlines():
            kind, _, queries = line.partition(": ")
            for query in queries.split(" | "):
                query = query.format(p=patient)
                for is_post in (False, True):
                    before = self.everything(full, kind, query, is_post)
                    after = self.everything(bearer, kind, query, is_post)
                    wanted = {i for i, r in before.items() if codes_of(r) & set(granted.get(kind, ()))}
                    self.assertEqual(set(after or ()), wanted, (kind, query))
                    if kind in granted:
                        self.assertIsNotNone(after, "filtered, not refused")
                    compared += len(before)
        return compared

    def check_reads(self, bearer, full, patient, granted):
        for kind in ("Condition", "Observation"):
            shown = hidden = 0
            for ident, resource in self.everything(full, kind, f"patient={patient}").items():
                answer = bearer.get(f"{kind}/{ident}")
                if codes_of(resource) & set(granted[kind]):
                    self.assert_status(answer, 200)
                    shown += 1
                else:
                    self.assert_outcome(answer, (403, 404))
                    hidden += 1
            self.assertTrue(hidden, "the sample has some that are not granted")

    def check_scopes(self, said, scope):
        """Word by word, and neither a whole type nor a wildcard beside them."""
        self.assertEqual(set(said["scope"].split(" ")), set(scope.split(" ")))
        for one in said["scope"].split(" "):
            self.assertNotRegex(one, r"^(patient|user|system)/(\*|Condition|Observation)\.[a-z]+$")
        told = App(self.server, "conf", secret=self.secret).authenticated("introspect", {"token": said["access_token"]}).json
        self.assertEqual(set(told["scope"].split(" ")), set(scope.split(" ")))

    def test_searches_and_reads_are_filtered_by_what_was_granted(self):
        compared = 0
        for granted in SETS:
            scope = REST + "".join(f" patient/{kind}.rs?category={code}" for kind, codes in granted.items() for code in codes)
            for patient in PATIENTS:
                full = Bearer(self.server, self.app.launch("launch/patient patient/*.rs", patient=patient)["access_token"])
                said = self.app.launch(scope, patient=patient)
                self.check_scopes(said, scope)
                bearer = Bearer(self.server, said["access_token"])
                compared += self.check(bearer, full, patient, granted)
                self.check_reads(bearer, full, patient, granted)
        self.assertGreater(compared, 1000)

    def test_the_user_narrows_whole_types_to_each_of_them(self):
        for granted in SETS:
            browser = Browser(self.server)
            self.app.authorize(browser, REST + " patient/Condition.rs patient/Observation.rs")
            browser.log_in("ada", PASSWORDS["ada"])
            browser.submit("patient", {"patient": "85"}, boxes=[])
            offered = {value for _, value, _ in next(f for f in browser.forms().forms if f["action"] == "consent")["boxes"]}
            self.assertIn(f"patient/Observation.rs?category={US_CORE}/CodeSystem/us-core-observation-category|clinical-test", offered)
            parts = [f"patient/{kind}.rs?category={code}" for kind, codes in granted.items() for code in codes]
            self.assertLessEqual(set(parts), offered)
            kept = [s for s in REST.split() if s != "launch/patient"] + parts
            location = browser.submit("consent", {"decision": "allow"}, boxes=[("scope", s) for s in kept])
            said = self.app.exchange(location).json
            self.check_scopes(said, " ".join(["launch/patient", *kept]))


class Exported(UsCoreSmart):
    def test_a_group_brings_its_patients_and_each_type_of_us_core(self):
        answer = self.backend.backend_token("system/*.read")
        export = Export(Bearer(self.server, answer.json["access_token"]), f"Group/{self.group['id']}/$export")
        self.assertIs(export.manifest["requiresAccessToken"], True)
        members = {m["entity"]["reference"] for m in self.group["member"]}
        ids = export.ids()
        self.assertEqual({i for i in ids if i.startswith("Patient/")}, members)
        self.assertGreaterEqual(len(members), 2)
        kinds = {i.split("/")[0] for i in ids}
        self.assertLessEqual({"AllergyIntolerance", "CarePlan", "CareTeam", "Condition", "Device", "DiagnosticReport",
                              "DocumentReference", "Encounter", "Goal", "Immunization", "Location", "MedicationRequest",
                              "Observation", "Organization", "Practitioner", "Procedure", "Provenance"}, kinds)

    def test_clinical_notes_and_screenings_are_found_by_their_codes(self):
        """What of them there is in the data is the site's; that a code finds it is the server's."""
        full = Bearer(self.server, self.app.launch("launch/patient patient/*.rs", patient="355")["access_token"])
        for kind in ("DocumentReference", "DiagnosticReport", "Condition", "Observation"):
            found = [e["resource"] for e in entries(full.get(f"{kind}?patient=355&_count=500").json, "match")]
            codes = {c for r in found for c in codes_of(r)}
            self.assertTrue(codes)
            for code in codes:
                query = urllib.parse.urlencode({"patient": "355", "category": code, "_count": 500})
                answer = full.get(f"{kind}?{query}")
                self.assertEqual({e["resource"]["id"] for e in entries(answer.json, "match")},
                                 {r["id"] for r in found if code in codes_of(r)}, (kind, code))


if __name__ == "__main__":
    unittest.main()
