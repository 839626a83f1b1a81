"""What patients do not let be collected or corrected is not written, by no way in, and a refusal says nothing of why:
https://hl7.org/fhir/R4/valueset-consent-action.html"""
import json
import threading
import unittest

from smart import Bearer, observation
from test_consent import ConsentCase, consent, labelled, practitioner

REFUSED = "The token does not allow to write a resource with this id or this content"


def action(*codes):
    return {"action": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentaction", "code": code}]} for code in codes]}


class Writes(ConsentCase):
    """By a practitioner whose scopes let everything be written."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self.clear)

    def clear(self):
        """After the consents are gone: what the test has written."""
        for kind in ("Observation", "List", "Flag"):
            for entry in self.system.get(f"{kind}?identifier=urn:made|").json.get("entry", []):
                self.system.delete(f"{kind}/{entry['resource']['id']}")

    def fresh(self, patient="p1", **more):
        out = {**observation("x", patient, "laboratory"), "identifier": [{"system": "urn:made", "value": "1"}], **more}
        del out["id"]
        return out

    def refused(self, response):
        self.assertEqual(response.status, 403, response)
        issue = response.json["issue"]
        self.assertEqual([(one["code"], one["diagnostics"]) for one in issue], [("forbidden", REFUSED)])
        for secret in (b"p1", b"Consent", b"consent"):
            self.assertNotIn(secret, response.body)

    def existing(self, patient="p1"):
        done = self.system.post("Observation", self.fresh(patient))
        self.assert_status(done, 201)
        return done.json

    def test_what_is_not_to_be_collected_is_not_created(self):
        known = self.existing()
        self.say("no", "p1", {"type": "deny", **action("collect")})
        self.refused(self.doctor.post("Observation", self.fresh()))
        self.refused(self.doctor.put("Observation/new-one", {**self.fresh(), "id": "new-one"}))
        self.refused(self.system.post("Observation", self.fresh()))
        self.assert_status(self.doctor.post("Observation", self.fresh("p2")), 201)
        # It is read and corrected as before.
        self.assertTrue(self.sees("Observation/p1-lab"))
        self.assert_status(self.doctor.put(f"Observation/{known['id']}", {**known, "status": "amended"}), 200)
        self.assertEqual(self.system.get("Observation/new-one").status, 404)

    def test_what_is_not_to_be_corrected_is_neither_updated_nor_patched_nor_deleted(self):
        known = self.existing()
        self.say("no", "p1", {"type": "deny", **action("correct")})
        path = f"Observation/{known['id']}"
        self.refused(self.doctor.put(path, {**known, "status": "amended"}))
        patch = json.dumps([{"op": "replace", "path": "/status", "value": "amended"}])
        self.refused(self.doctor.raw("PATCH", f"/fhir/{path}", patch, {"Content-Type": "application/json-patch+json"}))
        self.refused(self.doctor.delete(path))
        self.refused(self.doctor.delete("Observation?identifier=urn:made|1"))
        self.assertEqual(self.doctor.get(path).json["status"], known["status"])
        self.assert_status(self.doctor.post("Observation", self.fresh()), 201)

    def test_without_an_action_all_of_them_are_meant(self):
        known = self.existing()
        self.say("no", "p1", {"type": "deny"})
        self.refused(self.doctor.post("Observation", self.fresh()))
        self.refused(self.doctor.put(f"Observation/{known['id']}", known))
        self.refused(self.doctor.delete("Patient/p1"))

    def test_reading_alone_holds_back_what_is_there_and_nothing_that_comes(self):
        known = self.existing()
        self.say("no", "p1", {"type": "deny", **action("access")})
        self.assert_status(self.doctor.post("Observation", self.fresh()), 201)
        self.refused(self.doctor.put(f"Observation/{known['id']}", known))

    def test_nothing_moves_into_a_record_that_is_not_to_grow(self):
        of_another = self.existing("p2")
        self.say("no", "p1", {"type": "deny", **action("collect")})
        moved = {**of_another, "subject": {"reference": "Patient/p1"}}
        self.refused(self.doctor.put(f"Observation/{of_another['id']}", moved))
        patch = json.dumps([{"op": "replace", "path": "/subject/reference", "value": "Patient/p1"}])
        self.refused(self.doctor.raw("PATCH", f"/fhir/Observation/{of_another['id']}", patch,
                                     {"Content-Type": "application/json-patch+json"}))
        performed = {**of_another, "performer": [{"reference": "Patient/p1"}]}
        self.refused(self.doctor.put(f"Observation/{of_another['id']}", performed))

    def test_nothing_moves_into_a_record_that_is_not_to_be_corrected(self):
        of_another = self.existing("p2")
        self.say("no", "p1", {"type": "deny", **action("correct")})
        moved = {**of_another, "subject": {"reference": "Patient/p1"}}
        self.refused(self.doctor.put(f"Observation/{of_another['id']}", moved))

    def test_actor_purpose_class_period_and_exceptions_count_as_for_reading(self):
        types = [{"system": "http://hl7.org/fhir/resource-types", "code": "Observation"}]
        lists = {"resourceType": "Flag", "status": "active", "code": {"text": "x"}, "subject": {"reference": "Patient/p1"},
                 "identifier": [{"system": "urn:made", "value": "2"}]}
        for provision, is_refused in (
                ({"actor": [practitioner("other")]}, False), ({"actor": [practitioner("dr")]}, True),
                ({"purpose": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HRESCH"}]}, False),
                ({"purpose": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "TREAT"}]}, True),
                ({"period": {"end": "2001"}}, False), ({"period": {"start": "2001"}}, True),
                ({"class": types}, True),
                ({"provision": [{"type": "permit", "class": types}]}, False),
                ({"securityLabel": labelled({}, "R")["meta"]["security"]}, False)):
            self.say("no", "p1", {"type": "deny", **action("collect"), **provision})
            done = self.doctor.post("Observation", self.fresh())
            (self.refused if is_refused else lambda one: self.assert_status(one, 201))(done)
        self.refused(self.doctor.post("Observation", labelled(self.fresh(), "R")))
        self.say("no", "p1", {"type": "deny", **action("collect"), "class": types})
        self.assert_status(self.doctor.post("Flag", lists), 201)

    def test_a_transaction_is_refused_whole_and_a_batch_by_its_entries(self):
        self.say("no", "p1", {"type": "deny", **action("collect")})
        entries = [{"fullUrl": f"urn:uuid:0000000{n}-0000-4000-8000-000000000000", "resource": self.fresh(patient),
                    "request": {"method": "POST", "url": "Observation"}} for n, patient in enumerate(("p2", "p1"))]
        before = self.system.get("Observation?identifier=urn:made|1&_summary=count").json["total"]
        done = self.doctor.post("", {"resourceType": "Bundle", "type": "transaction", "entry": entries})
        self.assertEqual(done.status, 403, done)
        self.assertNotIn(b"Patient/p1", done.body)
        self.assertEqual(self.system.get("Observation?identifier=urn:made|1&_summary=count").json["total"], before)
        done = self.doctor.post("", {"resourceType": "Bundle", "type": "batch", "entry": entries})
        self.assertEqual([one["response"]["status"][:3] for one in done.json["entry"]], ["201", "403"])

    def test_a_conditional_create_and_update_are_held_too(self):
        self.say("no", "p1", {"type": "deny", **action("collect")})
        self.refused(self.doctor.raw("POST", "/fhir/Observation", json.dumps(self.fresh()), {
            "Content-Type": "application/fhir+json", "If-None-Exist": "identifier=urn:made|none"}))
        self.refused(self.doctor.put("Observation?identifier=urn:made|none", self.fresh()))

    def test_the_patient_writes_the_own_record_and_withdraws(self):
        self.say("no", "p1", {"type": "deny"})
        patient = self.bearer("launch/patient patient/*.cruds", user="pat")
        self.assert_status(patient.post("Observation", self.fresh()), 201)
        said = patient.get("Consent/no").json
        self.assert_status(patient.put("Consent/no", {**said, "status": "inactive"}), 200)
        self.assertTrue(self.sees("Observation/p1-lab"))
        self.assert_status(self.doctor.post("Observation", self.fresh()), 201)

    def test_a_consent_is_written_down_by_whom_policy_lets(self):
        self.say("no", "p1", {"type": "deny", **action("collect", "correct")})
        said = self.doctor.get("Consent/no").json
        self.assert_status(self.doctor.put("Consent/no", {**said, "status": "inactive"}), 200)
        self.say("no", "p1", {"type": "deny"})
        made = consent("more", "p1", {"type": "deny"})
        self.addCleanup(self.system.delete, "Consent/more")
        self.assert_status(self.doctor.put("Consent/more", made), 201)
        self.refused(self.doctor.put("Consent/no", {**consent("no", "p1", {"type": "permit"})}))  # not seen
        self.assert_status(self.system.put("Consent/no", consent("no", "p1", {"type": "permit"})), 200)

    def test_what_scopes_refuse_for_its_content_is_refused_in_the_same_words(self):
        self.say("no", "p1", {"type": "deny", **action("collect")})
        narrow = self.bearer("user/Observation.cruds?status=final")
        self.refused(narrow.post("Observation", self.fresh()))
        self.refused(narrow.post("Observation", self.fresh("p2", status="amended")))
        self.assert_status(narrow.post("Observation", self.fresh("p2")), 201)

    def test_what_a_refused_write_says_is_the_same_whatever_stands_there(self):
        known = self.existing()
        self.say("no", "p1", {"type": "deny"})
        told = [self.doctor.put(f"Observation/{ident}", {**self.fresh(), "id": ident}) for ident in (known["id"], "nothing-there")]
        self.assertEqual(told[0].status, 403)
        self.assertEqual(told[0].body, told[1].body)

    def test_one_that_was_acknowledged_holds_whatever_write_begins_afterwards(self):
        self.addCleanup(self.system.delete, "Consent/race")
        stop, acknowledged, faults = threading.Event(), [None], []

        def write():
            client = Bearer(self.server, self.doctor.token)
            while not stop.is_set():
                before = acknowledged[0]
                status = client.post("Observation", self.fresh()).status
                # The same turn: between two denials lies a time in which it may be written.
                if before is not None and before == acknowledged[0] and before[1] == "deny" and status != 403:
                    faults.append(status)
            client.close()

        threads = [threading.Thread(target=write) for _ in range(2)]
        for thread in threads:
            thread.start()
        for turn in range(20):
            kind = ("deny", "permit")[turn % 2]
            if kind == "permit":
                acknowledged[0] = None
            self.put(consent("race", "p1", {"type": kind, **action("collect")}))
            acknowledged[0] = (turn, kind)
        stop.set()
        for thread in threads:
            thread.join()
        self.assertEqual(faults, [])


class OptInWrites(ConsentCase):
    arguments = ("--consent", "opt-in")

    def test_what_nobody_denies_is_written_though_it_is_not_read(self):
        fresh = observation("p1-fresh", "p1", "laboratory")
        self.addCleanup(self.system.delete, "Observation/p1-fresh")
        self.assert_status(self.system.put("Observation/p1-fresh", fresh), 201)
        self.assertFalse(self.sees("Observation/p1-fresh", self.system))
        self.assertEqual(self.system.put("Observation/p1-fresh", fresh).status, 403)
        self.say("no", "p1", {"type": "deny", **action("collect")})
        self.assertEqual(self.system.put("Observation/p1-other", {**fresh, "id": "p1-other"}).status, 403)


if __name__ == "__main__":
    unittest.main()
