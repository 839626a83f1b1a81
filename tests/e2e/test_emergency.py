"""Emergencies: what a role's file says of them, and apps that are launched in one.

https://terminology.hl7.org/CodeSystem-v3-ActReason.html#v3-ActReason-ETREAT
"""
import json
import os
import shutil
import tempfile
import unittest

from smart import PASSWORDS, Bearer, Browser, auth, query_of
from support import ROOT, match_ids, run, until
from test_consent import REASON
from test_consent_tokens import REASON_TEXT, TokenCase, parameters, told

SCOPES = "launch/patient openid fhirUser offline_access patient/*.cruds user/Observation.rs"


class LaunchCase(TokenCase):
    arguments = ("--audit",)

    def begin(self, user="ada", scope=SCOPES, app=None, **changes):
        browser = Browser(self.server)
        (app or self.app).authorize(browser, scope, **changes)
        browser.log_in(user, PASSWORDS[user])
        return browser

    def events(self, reason, wanted):
        """The events of that reason, once there are some of each subtype that is wanted."""
        def look():
            entries = self.system.get("AuditEvent?_count=500&_sort=-_lastUpdated").json.get("entry", [])
            found = [one["resource"] for one in entries
                     if any(p.get("text") == reason for p in one["resource"].get("purposeOfEvent", []))]
            return found if wanted <= {one["subtype"][0]["code"] for one in found} else []

        found = until(look, pause=0.05)
        self.assertTrue(found, f"not all of the events {wanted} are there")
        return found


class Launched(LaunchCase):
    def test_a_standalone_launch_shows_one_patient_who_withholds_all(self):
        for patient in ("p1", "p2"):
            self.say(f"{patient}-no", patient, {"type": "deny"})
        browser = self.begin()
        self.assertNotIn(b"Onely", browser.response.body)
        self.assertIn(b"Emergency access", browser.response.body)
        reason = "Brought in without a name"
        page = browser.submit("emergency", {"reason": reason}, boxes=[("purpose", "ETREAT")])
        self.assert_status(page, 200)
        self.assertIn(b"Onely", page.body)
        self.assertIn(reason.encode(), page.body)
        page = browser.submit("patient", {"patient": "p1"}, boxes=[])
        self.assertIn(b"It is recorded", page.body)
        offered = {value for name, value, _ in browser.forms().forms[0]["boxes"] if name == "scope"}
        self.assertIn("patient/*.rs", offered)
        self.assertFalse({one for one in offered if one.startswith("user/") or one == "offline_access"}, offered)
        location = browser.submit("consent", {"decision": "allow"}, boxes=[
            ("scope", one) for one in ("patient/*.rs", "patient/*.cruds", "user/Observation.rs", "offline_access", "openid")])
        said = self.app.exchange(location)
        self.assert_status(said, 200)
        self.assertEqual(set(said.json["scope"].split()), {"patient/*.rs", "openid", "launch/patient"})
        self.assertNotIn("refresh_token", said.json)
        self.assertLessEqual(said.json["expires_in"], 1800)
        self.assertEqual(said.json["patient"], "p1")
        bearer = Bearer(self.server, said.json["access_token"])
        self.assertEqual(sorted(match_ids(bearer.get("Observation").json)), ["Observation/p1-lab", "Observation/p1-vital"])
        self.assert_outcome(bearer.get("Observation/p2-lab"), 404)
        self.assert_outcome(bearer.delete("Observation/p1-lab"), 403)
        self.assert_outcome(bearer.post("Patient/p1/$break-glass", parameters(reason="again")), 403)

        # Each use is recorded by purpose and reason, and so is the beginning, with and without the patient.
        self.assert_status(bearer.get("Condition/p1-con"), 200)
        for patient in ("p1", "p2"):
            self.put({"resourceType": "Consent", "id": f"{patient}-no", "status": "inactive",
                      "scope": {"text": "x"}, "category": [{"text": "x"}], "policyRule": {"text": "x"}})
        found = self.events(reason, {"110127", "read"})
        self.assertEqual({one["purposeOfEvent"][0]["coding"][0]["code"] for one in found}, {"ETREAT"})
        self.assertEqual({one["purposeOfEvent"][0]["coding"][0]["system"] for one in found}, {REASON})
        started = [one for one in found if one["subtype"][0]["code"] == "110127"]
        self.assertEqual(len(started), 2)
        self.assertEqual({"Patient/p1" in json.dumps(one["entity"]) for one in started}, {True, False})

        # It shows at the account, and ends there.
        browser.get("/fhir/auth/account")
        self.assertIn(b"1 in an emergency", browser.response.body)
        page = browser.get("/fhir/auth/manage")
        self.assertIn(b"Emergency access</strong> (ETREAT) until", page.body)
        self.assertIn(reason.encode(), page.body)
        form = next(one for one in browser.forms().forms if one["action"] == "manage")
        browser.open("POST", "manage", form["fields"])
        self.assert_outcome(bearer.get("Patient/p1"), 401)

    def test_an_ehr_launch_is_of_an_emergency_from_the_start(self):
        self.say("no", "p2", {"type": "deny"})
        browser = Browser(self.server)
        browser.get("/fhir/auth/login?to=launch")
        page = browser.log_in("ada", PASSWORDS["ada"])
        self.assertNotIn(b"Twofold", page.body)
        self.assert_status(browser.get("launch?patient=p2"), 404)
        page = browser.get("launch")
        page = browser.submit("emergency", {"reason": REASON_TEXT}, boxes=[("purpose", "BTG")])
        self.assertIn(b"Twofold", page.body)
        handle = dict(browser.forms().forms[0]["fields"])["emergency"]
        page = browser.get(f"launch?emergency={handle}&patient=p2")
        self.assertIn(b"p2-enc", page.body)
        location = browser.submit("launch", {}, boxes=[("client", "app"), ("encounter", "p2-enc")])
        launch = query_of(location)["launch"]
        self.app.authorize(browser, "launch patient/*.rs user/*.rs", launch=launch)
        self.assertIn(b"Emergency access", browser.response.body)
        said = self.app.exchange(browser.submit("consent", {"decision": "allow"})).json
        self.assertEqual((said["patient"], said["encounter"], said["scope"]), ("p2", "p2-enc", "patient/*.rs launch"))
        bearer = Bearer(self.server, said["access_token"])
        self.assert_status(bearer.get("Observation/p2-lab"), 200)
        self.assert_outcome(bearer.get("Observation/p1-lab"), 404)
        # Another visit, or one without a handle that is good, gets nothing of it.
        other = Browser(self.server)
        other.get("/fhir/auth/login?to=launch")
        other.log_in("ada", PASSWORDS["ada"])
        self.assert_status(other.get(f"launch?emergency={handle}&patient=p2"), 400)
        self.assert_status(browser.get("launch?emergency=nonsense&patient=p2"), 400)

    def test_a_launch_with_its_patient_becomes_one_of_an_emergency(self):
        browser = self.begin(scope="launch/patient patient/Observation.rs")
        browser.submit("patient", {"patient": "p1"}, boxes=[])
        page = browser.submit("emergency", {"reason": REASON_TEXT}, boxes=[("purpose", "BTG")])
        self.assertIn(b"<h1>Allow access?", page.body)
        self.assertIn(b"It is recorded", page.body)
        self.assertNotIn(b'action="emergency"', page.body)
        answer = browser.submit("consent", {"decision": "deny"})
        self.assertEqual(query_of(answer)["error"], "access_denied")

    def test_a_reason_and_the_form_of_this_visit_are_asked_for(self):
        browser = self.begin()
        form = next(one for one in browser.forms().forms if one["action"] == "emergency")
        fields = dict(form["fields"])
        for changes, text in (({"reason": "  "}, b'role="alert"'), ({"reason": "x" * 1500}, b"too long"),
                              ({"purpose": "TREAT"}, b"purpose")):
            page = browser.open("POST", "emergency", {**fields, "reason": REASON_TEXT, "purpose": "BTG", **changes})
            self.assert_status(page, 400)
            self.assertIn(text, page.body)
            self.assertIn("tx", dict(browser.forms().forms[0]["fields"]))
            self.assertIn("default-src 'none'", page["Content-Security-Policy"])
        page = browser.open("POST", "emergency", {**fields, "reason": REASON_TEXT, "csrf": "x"})
        self.assert_status(page, 400)
        self.assertNotIn(b'role="alert"', page.body)
        page = browser.open("POST", "emergency", {**fields, "reason": "<b>x", "purpose": "BTG"})
        self.assertIn(b"&lt;b&gt;x", page.body)
        self.assert_status(browser.get("emergency"), 405)
        self.assert_status(Browser(self.server).open("POST", "emergency", {**fields, "reason": REASON_TEXT}), 400)

    def test_whose_role_has_none_is_neither_offered_nor_given_it(self):
        PASSWORDS["desk"] = "desk's long password"
        auth(self.server, "user", "add", "desk", "--role", "receptionist", secret=PASSWORDS["desk"])
        for user in ("pat", "desk"):
            browser = self.begin(user)
            self.assertNotIn(b'action="emergency"', browser.response.body)
            fields = dict(browser.forms().forms[0]["fields"])
            form = next(one for one in browser.forms().forms if "csrf" in dict(one["fields"]))
            page = browser.open("POST", "emergency", {**fields, **dict(form["fields"]), "reason": REASON_TEXT})
            self.assert_status(page, 403)


class Unrecorded(LaunchCase):
    arguments = ()

    def test_without_an_audit_trail_there_is_none(self):
        browser = self.begin()
        self.assertNotIn(b'action="emergency"', browser.response.body)
        fields = dict(next(one for one in browser.forms().forms if one["action"] == "patient")["fields"])
        self.assert_status(browser.open("POST", "emergency", {**fields, "reason": REASON_TEXT}), 403)


def roles_with(changes):
    """A folder of the program's role files, some with another `emergency`; it is its caller's to remove."""
    folder = tempfile.mkdtemp()
    for name in os.listdir(os.path.join(ROOT, "profiles", "roles")):
        shutil.copy(os.path.join(ROOT, "profiles", "roles", name), folder)
    for role, file in changes.items():
        with open(os.path.join(folder, role + ".json"), "w", encoding="utf-8") as out:
            json.dump({"role": role, "description": "for a test", **file}, out)
    return folder


ALL = {"allow": ["read", "vread", "search", "history", "create", "update"], "types": "*"}


class OfASite(LaunchCase):
    """A site's own files: lab technicians see laboratory results, and in an emergency the whole record."""

    @classmethod
    def setUpClass(cls):
        folder = roles_with({
            "lab-technician": {
                "rules": [{"allow": ["read", "search"], "types": "Observation", "filter": "Observation?category=laboratory"},
                          {"allow": ["read", "search"], "types": "Patient", "hidden": "Patient.birthDate"}],
                "emergency": {"allow": ["read", "search", "create"], "seconds": 120, "purposes": ["ERTREAT"],
                              "reasons": ["No physician is there", "Mass casualty"],
                              "rules": [{**ALL, "description": "the whole record"}]}},
            "physician": {"rules": [ALL]}})
        cls.addClassCleanup(shutil.rmtree, folder)
        cls.arguments = ("--audit", "--roles", folder)
        super().setUpClass()
        PASSWORDS["tech"] = "tech's long password"
        auth(cls.server, "user", "add", "tech", "--role", "lab-technician", secret=PASSWORDS["tech"])

    def test_its_rules_count_in_place_of_the_roles(self):
        plain = self.bearer("user/*.cruds", "tech")
        self.assert_outcome(plain.get("Observation/p1-vital"), 404)
        self.assertNotIn("birthDate", plain.get("Patient/p1").json)
        self.assert_outcome(plain.post("Patient/p1/$break-glass", parameters(reason="because")), 400, "value")
        done = plain.post("Patient/p1/$break-glass", parameters(reason="Mass casualty: gate 4"))
        self.assert_status(done, 200)
        token = told(done)
        self.assertEqual((token["purpose"], token["scope"]), ("ERTREAT", "patient/*.crs"))
        self.assertLessEqual(token["expires_in"], 120)
        broken = Bearer(self.server, token["access_token"])
        self.assert_status(broken.get("Observation/p1-vital"), 200)
        self.assertEqual(broken.get("Patient/p1").json["birthDate"], "1980-02-01")
        self.assert_outcome(broken.get("Observation/p2-vital"), 404)
        self.assert_outcome(plain.get("Observation/p1-vital"), 404)

    def test_reasons_to_choose_from_are_a_list_on_the_page(self):
        browser = self.begin("tech")
        boxes = next(one for one in browser.forms().forms if one["action"] == "emergency")["boxes"]
        self.assertEqual([value for name, value, _ in boxes if name == "reason"],
                         [None, "", "No physician is there", "Mass casualty"])
        self.assertNotIn("purpose", [name for name, _, _ in boxes])
        page = browser.submit("emergency", {"details": "gate 4"}, boxes=[("reason", "Other")])
        self.assert_status(page, 400)
        page = browser.submit("emergency", {"details": "gate 4"}, boxes=[("reason", "Mass casualty")])
        self.assertIn(b"Mass casualty: gate 4", page.body)
        browser.submit("patient", {"patient": "p1"}, boxes=[])
        said = self.app.exchange(browser.submit("consent", {"decision": "allow"})).json
        self.assertLessEqual(said["expires_in"], 120)
        self.assert_status(Bearer(self.server, said["access_token"]).get("Observation/p1-vital"), 200)

    def test_a_role_whose_file_has_none_has_none(self):
        done = self.bearer("user/*.rs").post("Patient/p1/$break-glass", parameters(reason=REASON_TEXT))
        self.assert_outcome(done, 403, "forbidden")
        self.assertNotIn(b'action="emergency"', self.begin("ada").response.body)

    def test_a_mistake_is_told_at_the_start(self):
        folder = roles_with({"nurse": {"rules": [], "emergency": {"allow": "read", "seconds": "long"}}})
        self.addCleanup(shutil.rmtree, folder)
        done = run("serve", "--auth", "smart", "--roles", folder, "--data", folder + "/data", "--port", "0")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("nurse.json:1: `seconds` is a whole number", done.stderr.decode())


if __name__ == "__main__":
    unittest.main()
