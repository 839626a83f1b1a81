"""Short-lived tokens for one patient: breaking the glass, and what a Consent gives to somebody outside."""
import time
import unittest
import urllib.parse

from smart import FORM, PASSWORDS, Bearer, Browser, SmartCase, observation
from support import match_ids, until
from test_consent import REASON, consent, labelled, practitioner

REASON_TEXT = "Found unconscious, no next of kin"


def parameters(**values):
    return {"resourceType": "Parameters", "parameter": [{"name": name, **value} if isinstance(value, dict)
                                                        else {"name": name, "valueString": value} for name, value in values.items()]}


def told(response):
    return {one["name"]: one.get("valueString", one.get("valueInteger", one.get("valueCoding", {}).get("code")))
            for one in response.json["parameter"]}


class TokenCase(SmartCase):
    def put(self, resource):
        done = self.system.put(f"{resource['resourceType']}/{resource['id']}", resource)
        self.assertIn(done.status, (200, 201), done)

    def say(self, ident, patient, provision=None, **more):
        self.put(consent(ident, patient, provision, **more))
        self.addCleanup(self.system.delete, f"Consent/{ident}")

    def introspected(self, token):
        raw = self.public.raw("POST", "/fhir/auth/introspect", urllib.parse.urlencode({"token": token}),
                              {"Content-Type": FORM, "Authorization": f"Bearer {self.system.token}"})
        return raw.json


class Emergency(TokenCase):
    arguments = ("--audit", "--emergency-token-seconds", "900")

    def break_glass(self, client, patient="p1", reason=REASON_TEXT):
        return client.post(f"Patient/{patient}/$break-glass", parameters(reason=reason))

    def test_it_lifts_what_consents_deny_for_one_patient_alone(self):
        for patient in ("p1", "p2"):
            self.say(f"{patient}-no", patient, {"type": "deny"})
        doctor = self.bearer("user/*.cruds")
        self.assertEqual(doctor.get("Observation/p1-lab").status, 404)
        done = self.break_glass(doctor)
        self.assert_status(done, 200)
        self.assertEqual(done["Cache-Control"], "no-store")
        token = told(done)
        self.assertEqual((token["purpose"], token["patient"], token["token_type"], token["scope"]),
                         ("BTG", "p1", "Bearer", "patient/*.rs"))
        self.assertLessEqual(token["expires_in"], 900)
        broken = Bearer(self.server, token["access_token"])
        self.assertEqual(broken.get("Observation/p1-lab").status, 200)
        self.assertEqual(sorted(match_ids(broken.get("Observation").json)), ["Observation/p1-lab", "Observation/p1-vital"])
        self.assertEqual(broken.get("Observation/p2-lab").status, 404)
        self.assertEqual(broken.get("Group/both").status, 403)
        self.assertEqual(broken.put("Observation/p1-lab", observation("p1-lab", "p1", "laboratory")).status, 403)
        self.assertEqual(self.break_glass(broken).status, 403)  # no token of a token
        self.assertEqual(doctor.get("Observation/p1-lab").status, 404)  # the first is as it was

    def test_who_may_and_what_it_takes(self):
        doctor = self.bearer("user/*.rs")
        self.assert_outcome(self.break_glass(doctor, reason="  "), 400, "required")
        self.assert_outcome(self.break_glass(doctor, reason="x" * 1001), (400, 413))
        self.assert_outcome(self.break_glass(doctor, patient="nobody"), 404)
        self.assert_outcome(self.break_glass(self.system), 403, "forbidden")
        patient = self.bearer("launch/patient patient/*.rs", user="pat")
        self.assert_outcome(self.break_glass(patient, patient="p2"), 403, "forbidden")
        self.assertEqual(self.public.post("Patient/p1/$break-glass", parameters(reason=REASON_TEXT)).status, 401)
        self.assert_outcome(self.break_glass(self.bearer("launch/patient patient/*.rs"), patient="p2"), 403, "forbidden")

    def test_scopes_hold_all_the_same(self):
        self.say("no", "p1", {"type": "deny"})
        done = self.break_glass(self.bearer("user/Condition.rs user/Patient.r"))
        self.assertEqual(told(done)["scope"], "patient/Condition.rs patient/Patient.r")
        broken = Bearer(self.server, told(done)["access_token"])
        self.assertEqual(broken.get("Condition/p1-con").status, 200)
        self.assertEqual(broken.get("Observation/p1-lab").status, 403)

    def test_the_grant_and_each_use_are_recorded_with_the_reason(self):
        self.say("no", "p1", {"type": "deny"})
        broken = Bearer(self.server, told(self.break_glass(self.bearer("user/*.rs")))["access_token"])
        self.assertEqual(broken.get("Condition/p1-con").status, 200)
        self.put(consent("no", "p1", status="inactive"))  # which withholds the trail too

        def look():
            events = [one["resource"] for one in self.system.get("AuditEvent?_count=500&_sort=-_lastUpdated").json.get("entry", [])]
            found = [one for one in events if any(purpose.get("text") == REASON_TEXT for purpose in one.get("purposeOfEvent", []))]
            return found if {"110127", "read"} <= {one["subtype"][0]["code"] for one in found} else []

        found = until(look, pause=0.05)
        self.assertTrue(found)
        for event in found:
            self.assertEqual(event["purposeOfEvent"][0]["coding"], [{"system": REASON, "code": "BTG"}])
        started = next(one for one in found if one["subtype"][0]["code"] == "110127")
        self.assertEqual(started["type"]["code"], "110113")
        self.assertIn({"reference": "Patient/p1"}, [one.get("what") for one in started["entity"]])
        self.assertIn("Practitioner/dr", [one["who"].get("reference") for one in started["agent"]])


    def test_the_operations_are_listed_and_defined_where_their_canonicals_say(self):
        rest = self.system.get("metadata").json["rest"][0]
        of = {one["type"]: {o["name"]: o["definition"] for o in one.get("operation", [])} for one in rest["resource"]}
        for kind, name in (("Patient", "break-glass"), ("Consent", "access-token")):
            url = of[kind][name]
            self.assertEqual(url, f"{self.server.base}/OperationDefinition/{kind}-{name}")
            definition = self.system.get(f"OperationDefinition/{kind}-{name}").json
            self.assertEqual((definition["url"], definition["resource"], definition["instance"]), (url, [kind], True))
            self.assertNotIn(name, of["Observation"])


class Unrecorded(TokenCase):
    def test_without_an_audit_trail_the_glass_is_not_broken(self):
        done = self.bearer("user/*.rs").post("Patient/p1/$break-glass", parameters(reason=REASON_TEXT))
        self.assert_outcome(done, 403, "forbidden")


class Temporary(TokenCase):
    arguments = ("--temporary-token-seconds", "300")

    def give(self, client=None, ident="gift", **values):
        return (client or self.patient).post(f"Consent/{ident}/$access-token", parameters(**values))

    def setUp(self):
        super().setUp()
        self.patient = self.bearer("launch/patient patient/*.rs", user="pat")
        self.provision = {"type": "permit", "actor": [practitioner("elsewhere")],
                          "purpose": [{"system": REASON, "code": "TREAT"}], "period": {"end": "2099-01-01"},
                          "class": [{"system": "http://hl7.org/fhir/resource-types", "code": kind}
                                    for kind in ("Patient", "Observation")]}
        self.say("gift", "p1", self.provision)

    def token(self, **values):
        done = self.give(**values)
        self.assert_status(done, 200)
        return Bearer(self.server, told(done)["access_token"])

    def test_it_reads_what_the_consent_permits(self):
        done = self.give()
        self.assert_status(done, 200)
        self.assertEqual((told(done)["purpose"], told(done)["patient"], told(done)["scope"]), ("TREAT", "p1", "patient/*.rs"))
        self.assertLessEqual(told(done)["expires_in"], 300)
        other = Bearer(self.server, told(done)["access_token"])
        self.assertEqual(other.get("Observation/p1-lab").status, 200)
        self.assertEqual(other.get("Patient/p1").status, 200)
        self.assertEqual(other.get("Condition/p1-con").status, 404)
        self.assertEqual(match_ids(other.get("Condition").json), [])
        self.assertEqual(other.get("Observation/p2-lab").status, 404)
        self.assertEqual(sorted(match_ids(other.get("Observation").json)), ["Observation/p1-lab", "Observation/p1-vital"])
        self.assertEqual(other.put("Observation/p1-lab", observation("p1-lab", "p1", "laboratory")).status, 403)
        self.assertEqual(self.give(other).status, 403)

    def test_labels_and_scopes_narrow_it(self):
        self.put(labelled(observation("p1-r", "p1", "laboratory"), "R"))
        self.addCleanup(self.system.delete, "Observation/p1-r")
        self.say("gift", "p1", {**self.provision, "securityLabel": labelled({}, "N")["meta"]["security"]})
        other = self.token()
        self.assertEqual(other.get("Observation/p1-r").status, 404)
        self.assertEqual(other.get("Observation/p1-lab").status, 200)
        narrow = self.token(scope="patient/Patient.rs user/*.cruds")
        self.assertEqual(narrow.get("Observation/p1-lab").status, 403)
        self.assertEqual(narrow.get("Patient/p1").status, 200)

    def test_another_consent_that_denies_holds_it_too(self):
        other = self.token()
        self.say("no", "p1", {"type": "deny", "actor": [practitioner("elsewhere")],
                              "class": [{"system": "http://hl7.org/fhir/resource-types", "code": "Observation"}]})
        self.assertEqual(other.get("Observation/p1-lab").status, 404)
        self.assertEqual(other.get("Patient/p1").status, 200)

    def test_who_may_give_it_and_to_whom(self):
        self.assert_outcome(self.give(self.bearer("user/*.cruds")), 403, "forbidden")
        self.assert_outcome(self.give(self.system), 403, "forbidden")
        self.assert_outcome(self.give(ident="none"), 404)
        self.say("of-p2", "p2", self.provision)
        self.assert_outcome(self.give(ident="of-p2"), 404)
        self.assert_outcome(self.give(actor={"valueReference": {"reference": "Practitioner/third"}}), 403, "forbidden")
        self.assert_outcome(self.give(purpose="HRESCH"), 403, "forbidden")
        self.say("gift", "p1", {**self.provision, "period": {"end": "2001-01-01"}})
        self.assert_outcome(self.give(), 403, "forbidden")
        self.say("gift", "p1", {**self.provision, "actor": [{"role": {"text": "x"}, "reference": {
            "identifier": {"system": "urn:hospital", "value": "b"}}}]})
        self.assert_status(self.give(actor="urn:hospital|b"), 200)

    def test_it_ends_with_the_consent(self):
        for change in (lambda: self.put(consent("gift", "p1", self.provision, status="inactive")),
                       lambda: self.put(consent("gift", "p1", {**self.provision, "dataPeriod": {"start": "2000"}})),
                       lambda: self.system.delete("Consent/gift")):
            self.put(consent("gift", "p1", self.provision))
            other = self.token()
            self.assertEqual(other.get("Patient/p1").status, 200)
            self.assertTrue(self.introspected(other.token)["active"])
            change()
            self.assertEqual(other.get("Patient/p1").status, 401)
            self.assertEqual(other.get("Observation").status, 401)
            self.assertFalse(self.introspected(other.token)["active"])

    def test_it_ends_with_the_period(self):
        end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 6))
        self.put(consent("gift", "p1", {**self.provision, "period": {"end": end}}))
        done = self.give()
        self.assert_status(done, 200)
        self.assertLessEqual(told(done)["expires_in"], 8)
        other = Bearer(self.server, told(done)["access_token"])
        self.assertTrue(until(lambda: other.get("Patient/p1").status == 401, pause=0.1))

    def test_it_is_revoked_by_the_app_and_at_the_page(self):
        other = self.token()
        self.app.authenticated("revoke", {"token": other.token})
        self.assertEqual(other.get("Patient/p1").status, 401)
        other = self.token()
        browser = Browser(self.server)
        browser.get("/fhir/auth/login?to=manage")
        page = browser.log_in("pat", PASSWORDS["pat"])
        self.assertIn(b"Practitioner/elsewhere", page.body)
        for form in [one for one in browser.forms().forms if dict(one["fields"]).get("grant")]:
            browser.open("POST", form["action"], form["fields"])
        self.assertEqual(other.get("Patient/p1").status, 401)


class Pages(TokenCase):
    def test_who_withholds_all_is_not_offered_to_be_launched_for(self):
        browser = Browser(self.server)
        browser.get("/fhir/auth/login?to=launch")
        page = browser.log_in("ada", PASSWORDS["ada"])
        self.assertIn(b"Onely", page.body)
        self.say("no", "p1", {"type": "deny"})
        page = browser.get("/fhir/auth/launch")
        self.assertNotIn(b"Onely", page.body)
        self.assertIn(b"Twofold", page.body)
        self.assertEqual(browser.get("/fhir/auth/launch?patient=p1").status, 404)


if __name__ == "__main__":
    unittest.main()
