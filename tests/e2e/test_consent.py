"""Active Consents bind everybody but the patient: what they withhold is, by every way into the data, as if it had
never been stored. The same questions are put to a server that never had the withheld resources."""
import json
import threading
import unittest

from smart import Bearer, SmartCase, observation
from support import match_ids

SCOPE = "http://terminology.hl7.org/CodeSystem/consentscope"
REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
WIDE = "user/*.cruds"


def consent(ident, patient, provision=None, status="active", rule="OPTIN", **more):
    out = {"resourceType": "Consent", "id": ident, "status": status, "patient": {"reference": f"Patient/{patient}"},
           "scope": {"coding": [{"system": SCOPE, "code": "patient-privacy"}]},
           "category": [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}],
           "policyRule": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": rule}]}, **more}
    if provision is not None:
        out["provision"] = provision
    return out


def labelled(resource, *codes, system=CONFIDENTIALITY):
    return {**resource, "meta": {"security": [{"system": system, "code": code} for code in codes]}}


def practitioner(ident):
    return {"role": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "code": "IRCP"}]},
            "reference": {"reference": f"Practitioner/{ident}"}}


def actor(reference):
    return {"role": {"text": "x"}, "reference": {"reference": reference}}


class ConsentCase(SmartCase):
    def setUp(self):
        super().setUp()
        self.doctor = self.doctor_bearer()
        self.consents = []

    def doctor_bearer(self, scope=WIDE):
        return self.bearer(scope)

    def put(self, resource):
        done = self.system.put(f"{resource['resourceType']}/{resource['id']}", resource)
        self.assertIn(done.status, (200, 201), done)
        return done

    def say(self, *arguments, **options):
        resource = consent(*arguments, **options)
        self.put(resource)
        self.addCleanup(self.system.delete, f"Consent/{resource['id']}")
        return resource

    def sees(self, path, client=None):
        response = (client or self.doctor).get(path)
        self.assertIn(response.status, (200, 404), response)
        return response.status == 200


class Rules(ConsentCase):
    """What a Consent says: https://hl7.org/fhir/R4/consent.html"""

    def test_without_a_consent_all_flows(self):
        self.assertTrue(self.sees("Observation/p1-lab"))
        self.assertTrue(self.sees("Patient/p2"))

    def test_a_base_rule_denies_all_to_all_but_the_patient(self):
        self.say("no", "p1", rule="OPTOUT")
        for path in ("Patient/p1", "Observation/p1-lab", "Encounter/p1-enc", "Group/both"):
            self.assertFalse(self.sees(path), path)
        self.assertTrue(self.sees("Observation/p2-lab"))
        self.assertTrue(self.sees("Practitioner/dr"))
        patient = self.bearer("launch/patient patient/*.rs", user="pat")
        self.assertTrue(self.sees("Observation/p1-lab", patient))
        self.assertEqual(len(match_ids(patient.get("Observation").json)), 2)

    def test_only_an_active_one_counts_and_only_in_its_period(self):
        self.say("no", "p1", rule="OPTOUT", status="proposed")
        self.assertTrue(self.sees("Observation/p1-lab"))
        self.say("no", "p1", {"type": "deny", "period": {"end": "2001-01-01"}})
        self.assertTrue(self.sees("Observation/p1-lab"))
        self.say("no", "p1", {"type": "deny", "period": {"start": "2001-01-01", "end": "2101-01-01"}})
        self.assertFalse(self.sees("Observation/p1-lab"))
        self.say("no", "p1", {"type": "deny"}, status="inactive")
        self.assertTrue(self.sees("Observation/p1-lab"))

    def test_an_actor_is_a_practitioner_or_an_organization_that_one_works_for(self):
        self.say("no", "p1", {"type": "deny", "actor": [practitioner("other")]})
        self.assertTrue(self.sees("Observation/p1-lab"))
        self.say("no", "p1", {"type": "deny", "actor": [practitioner("other"), practitioner("dr")]})
        self.assertFalse(self.sees("Observation/p1-lab"))
        self.say("no", "p1", {"type": "deny", "actor": [{"role": {"text": "x"}, "reference": {"reference": "Organization/org"}}]})
        self.assertTrue(self.sees("Observation/p1-lab"))
        self.put({"resourceType": "PractitionerRole", "id": "job", "practitioner": {"reference": "Practitioner/dr"},
                  "organization": {"reference": "Organization/org"}})
        self.assertFalse(self.sees("Observation/p1-lab"))
        self.system.delete("PractitionerRole/job")
        self.assertTrue(self.sees("Observation/p1-lab"))

    def test_an_actor_is_a_team_or_a_group_that_one_belongs_to(self):
        listed = lambda name, part, members: {name: [{part: {"reference": one}} for one in members]} if members else {}
        team = lambda *members, **more: {"resourceType": "CareTeam", "id": "team", "status": "active", **more,
                                         **listed("participant", "member", members)}
        group = lambda *members: {"resourceType": "Group", "id": "staff", "type": "practitioner", "actual": True,
                                  **listed("member", "entity", members), "quantity": len(members)}
        self.addCleanup(self.system.delete, "CareTeam/team")
        self.addCleanup(self.system.delete, "Group/staff")
        for make, name in ((team, "CareTeam/team"), (group, "Group/staff")):
            self.put(make("Practitioner/other"))
            self.say("no", "p1", {"type": "deny", "actor": [actor(name)]})
            self.assertTrue(self.sees("Observation/p1-lab"), name)
            self.put(make("Practitioner/other", "Practitioner/dr"))
            self.assertFalse(self.sees("Observation/p1-lab"), name)
            self.assertEqual(match_ids(self.doctor.get("Observation?subject=Patient/p1").json), [])
            self.assertTrue(self.sees("Observation/p1-lab", self.system))
            self.put(make())
            self.assertTrue(self.sees("Observation/p1-lab"), name)
            self.system.delete(name)  # who was in it nobody knows
            self.assertFalse(self.sees("Observation/p1-lab"), name)
            self.assertFalse(self.sees("Observation/p1-lab", self.system), name)
            self.put(make())
            self.assertTrue(self.sees("Observation/p1-lab"), name)
        self.put({**team("Practitioner/dr"), "id": "night"})
        self.addCleanup(self.system.delete, "CareTeam/night")
        self.put(team("CareTeam/night"))
        self.say("no", "p1", {"type": "deny", "provision": [{"type": "permit", "actor": [actor("CareTeam/team")]}]})
        self.assertTrue(self.sees("Observation/p1-lab"))
        self.put(team("CareTeam/night", status="inactive"))
        self.assertFalse(self.sees("Observation/p1-lab"))

    def test_an_actor_is_an_identifier_that_one_has_or_a_device_that_a_client_acts_as(self):
        npi = {"system": "urn:npi", "value": "77"}
        self.say("no", "p1", {"type": "deny", "actor": [{"role": {"text": "x"}, "reference": {"identifier": npi}}]})
        self.assertTrue(self.sees("Observation/p1-lab"))
        known = self.system.get("Practitioner/dr").json
        self.addCleanup(self.put, known)
        self.put({**known, "identifier": [npi]})
        self.assertFalse(self.sees("Observation/p1-lab"))
        self.put(known)
        self.assertTrue(self.sees("Observation/p1-lab"))
        self.addCleanup(self.system.delete, "Device/app")
        device = {"resourceType": "Device", "id": "app", "identifier": [{"system": "urn:medisync:client", "value": "app"}]}
        self.put(device)
        self.say("no", "p1", {"type": "deny", "actor": [actor("Device/app")]})
        self.assertFalse(self.sees("Observation/p1-lab"))
        self.assertTrue(self.sees("Observation/p1-lab", self.system))

    def test_an_organization_is_meant_with_what_is_part_of_it(self):
        self.put({"resourceType": "Organization", "id": "ward", "name": "Ward", "partOf": {"reference": "Organization/org"}})
        self.put({"resourceType": "PractitionerRole", "id": "job", "practitioner": {"reference": "Practitioner/dr"},
                  "organization": {"reference": "Organization/ward"}})
        self.say("no", "p1", {"type": "deny", "actor": [actor("Organization/org")]})
        self.assertFalse(self.sees("Observation/p1-lab"))
        self.put({"resourceType": "Organization", "id": "ward", "name": "Ward"})
        self.assertTrue(self.sees("Observation/p1-lab"))
        self.system.delete("PractitionerRole/job")
        self.system.delete("Organization/ward")

    def test_a_purpose_covers_those_below_it(self):
        for code, is_denied in (("TREAT", True), ("HRESCH", False), ("BTG", False)):
            self.say("no", "p1", {"type": "deny", "purpose": [{"system": REASON, "code": code}]})
            self.assertEqual(self.sees("Observation/p1-lab"), not is_denied, code)

    def test_an_exception_decides_where_it_fits(self):
        self.say("no", "p1", {"type": "deny", "provision": [{"type": "permit", "actor": [practitioner("dr")], "provision": [
            {"type": "deny", "class": [{"system": "http://hl7.org/fhir/resource-types", "code": "Condition"}]}]}]})
        self.assertTrue(self.sees("Observation/p1-lab"))
        self.assertFalse(self.sees("Condition/p1-con"))
        self.assertFalse(self.sees("Observation/p1-lab", self.system))

    def test_a_consent_that_denies_beats_one_that_permits(self):
        self.say("yes", "p1", {"type": "permit"})
        self.say("no", "p1", {"type": "deny", "class": [{"system": "http://hl7.org/fhir/resource-types", "code": "Observation"}]})
        self.assertFalse(self.sees("Observation/p1-lab"))
        self.assertTrue(self.sees("Condition/p1-con"))

    def test_a_confidentiality_covers_those_above_it(self):
        for code in ("L", "N", "R", "V"):
            self.put(labelled(observation(f"p1-{code}", "p1", "laboratory"), code))
            self.addCleanup(self.system.delete, f"Observation/p1-{code}")
        seen = {}
        for code in ("N", "R", "V"):
            self.say("no", "p1", {"type": "deny", "securityLabel": [{"system": CONFIDENTIALITY, "code": code}]})
            found = match_ids(self.doctor.get("Observation?subject=Patient/p1").json)
            read = [f"Observation/p1-{one}" for one in ("L", "N", "R", "V", "lab", "vital") if self.sees(f"Observation/p1-{one}")]
            self.assertEqual(sorted(found), sorted(read))
            seen[code] = {one.split("-")[1] for one in found}
        self.assertEqual(seen, {"N": {"L"}, "R": {"L", "N", "lab", "vital"}, "V": {"L", "N", "R", "lab", "vital"}})

    def test_a_sensitivity_covers_those_below_it(self):
        system = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
        self.put(labelled(observation("p1-eth", "p1", "laboratory"), "ETHUD", system=system))
        self.addCleanup(self.system.delete, "Observation/p1-eth")
        self.say("no", "p1", {"type": "deny", "securityLabel": [{"system": system, "code": "SUD"}]})
        self.assertFalse(self.sees("Observation/p1-eth"))
        self.assertTrue(self.sees("Observation/p1-lab"))

    def test_a_data_period_is_of_what_the_resource_is_about(self):
        for ident, when in (("old", "2010-05"), ("new", "2020-05-05")):
            self.put({**observation(f"p1-{ident}", "p1", "laboratory"), "effectiveDateTime": when})
            self.addCleanup(self.system.delete, f"Observation/p1-{ident}")
        self.say("no", "p1", {"type": "deny", "dataPeriod": {"start": "2019", "end": "2021"}})
        self.assertTrue(self.sees("Observation/p1-old"))
        self.assertFalse(self.sees("Observation/p1-new"))
        self.assertFalse(self.sees("Observation/p1-lab"))  # has no date
        self.assertEqual(match_ids(self.doctor.get("Observation?patient=p1").json), ["Observation/p1-old"])

    def test_codes_and_data_are_named_one_by_one(self):
        self.put(observation("p1-x", "p1", "laboratory", code="1-1"))
        self.addCleanup(self.system.delete, "Observation/p1-x")
        self.say("no", "p1", {"type": "deny", "code": [{"coding": [{"system": "http://loinc.org", "code": "1-1"}]}]})
        self.assertFalse(self.sees("Observation/p1-x"))
        self.assertTrue(self.sees("Observation/p1-lab"))
        for meaning, hidden in (("instance", {"Encounter/p1-enc"}), ("dependents", {"Encounter/p1-enc", "Condition/p1-con"})):
            self.say("no", "p1", {"type": "deny", "data": [{"meaning": meaning, "reference": {"reference": "Encounter/p1-enc"}}]})
            for path in ("Encounter/p1-enc", "Condition/p1-con", "Observation/p1-lab"):
                self.assertEqual(self.sees(path), path not in hidden, (meaning, path))
        self.say("no", "p1", {"type": "deny", "data": [{"meaning": "related", "reference": {"reference": "Condition/p1-con"}}]})
        self.assertFalse(self.sees("Encounter/p1-enc"))
        self.say("no", "p1", {"type": "deny", "data": [{"meaning": "authoredby", "reference": {"reference": "Practitioner/dr"}}]})
        self.assertFalse(self.sees("Observation/p1-lab"))
        self.assertTrue(self.sees("Observation/p1-vital"))
        # Of another patient's record a Consent says nothing.
        self.say("no", "p1", {"type": "deny", "data": [{"meaning": "instance", "reference": {"reference": "Observation/p2-lab"}}]})
        self.assertTrue(self.sees("Observation/p2-lab"))

    def test_many_different_conditions_withhold_what_each_names(self):
        count = 230  # more than are told apart in one query
        entries = []
        for n in range(count):
            for resource in ({"resourceType": "Patient", "id": f"many-{n}"}, observation(f"many-{n}-a", f"many-{n}", "laboratory"),
                             observation(f"many-{n}-b", f"many-{n}", "laboratory"),
                             consent(f"many-{n}", f"many-{n}", {"type": "deny", "data": [
                                 {"meaning": "instance", "reference": {"reference": f"Observation/many-{n}-a"}}]})):
                entries.append({"resource": resource, "request": {
                    "method": "PUT", "url": f"{resource['resourceType']}/{resource['id']}"}})
        self.assert_status(self.system.post("", {"resourceType": "Bundle", "type": "transaction", "entry": entries}), 200)
        for n in range(count):
            self.addCleanup(self.system.delete, f"Consent/many-{n}")
        found = set(match_ids(self.doctor.get("Observation?_count=1000").json))
        self.assertEqual({one for one in found if "many" in one}, {f"Observation/many-{n}-b" for n in range(count)})
        self.assertEqual(len([one for one in match_ids(self.doctor.get("Patient?_count=1000").json) if "many" in one]), count)

    def test_what_a_consent_says_counts_by_whatever_way_it_came(self):
        path = "Observation/p1-lab"
        yes, no = consent("way", "p1", {"type": "permit"}), consent("way", "p1", {"type": "deny"})
        self.addCleanup(self.system.delete, "Consent/way")
        entry = {"resource": no, "request": {"method": "PUT", "url": "Consent/way"}}
        self.assert_status(self.system.post("", {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}), 200)
        self.assertFalse(self.sees(path))
        self.put(yes)
        self.assertTrue(self.sees(path))
        self.assert_status(self.system.post("", {"resourceType": "Bundle", "type": "batch", "entry": [entry]}), 200)
        self.assertFalse(self.sees(path))
        patch = json.dumps([{"op": "replace", "path": "/status", "value": "inactive"}])
        done = self.system.raw("PATCH", "/fhir/Consent/way", patch, {"Content-Type": "application/json-patch+json"})
        self.assert_status(done, 200)
        self.assertTrue(self.sees(path))
        self.put(no)
        self.assertFalse(self.sees(path))
        self.system.delete("Consent/way")
        self.assertTrue(self.sees(path))

    def test_one_that_was_acknowledged_is_in_force_for_whatever_begins_afterwards(self):
        self.addCleanup(self.system.delete, "Consent/race")
        stop, acknowledged, faults = threading.Event(), [None], []

        def look():
            client = Bearer(self.server, self.doctor.token)
            while not stop.is_set():
                before = acknowledged[0]
                status = client.get("Observation/p1-lab").status
                found = match_ids(client.get("Observation?patient=p1").json)
                after = acknowledged[0]
                # The same turn: between two denials lies a time in which it may be seen.
                if before is not None and before == after and before[1] == "deny" and (status == 200 or found):
                    faults.append((before, status, found))
            client.close()

        threads = [threading.Thread(target=look) for _ in range(3)]
        for thread in threads:
            thread.start()
        for turn in range(30):
            kind = ("deny", "permit")[turn % 2]
            if kind == "permit":
                acknowledged[0] = None
            self.put(consent("race", "p1", {"type": kind}))
            acknowledged[0] = (turn, kind)
        stop.set()
        for thread in threads:
            thread.join()
        self.assertEqual(faults, [])


class OptIn(ConsentCase):
    arguments = ("--consent", "opt-in")

    def test_nothing_flows_that_no_consent_permits(self):
        for path in ("Patient/p1", "Observation/p1-lab", "Observation/p2-lab", "Group/both"):
            self.assertFalse(self.sees(path), path)
        self.assertTrue(self.sees("Practitioner/dr"))
        self.assertEqual(match_ids(self.doctor.get("Observation").json), [])
        self.say("yes", "p1", {"type": "permit", "actor": [practitioner("dr")]})
        self.assertEqual(sorted(match_ids(self.doctor.get("Observation").json)), ["Observation/p1-lab", "Observation/p1-vital"])
        self.assertTrue(self.sees("Observation/p1-lab"))
        self.assertFalse(self.sees("Group/both"))  # another is in it
        self.assertFalse(self.sees("Observation/p1-lab", self.system))
        self.say("yes", "p1", {"type": "permit", "securityLabel": [{"system": CONFIDENTIALITY, "code": "N"}]})
        self.put(labelled(observation("p1-r", "p1", "laboratory"), "R"))
        self.addCleanup(self.system.delete, "Observation/p1-r")
        self.assertTrue(self.sees("Observation/p1-lab"))
        self.assertFalse(self.sees("Observation/p1-r"))
        self.assertEqual(len(match_ids(self.doctor.get("Observation").json)), 2)

    def test_the_patient_sees_the_own_record(self):
        patient = self.bearer("launch/patient patient/*.rs", user="pat")
        self.assertTrue(self.sees("Observation/p1-lab", patient))
        self.assertIn("Observation/p1-vital", match_ids(patient.get("Observation").json))


class Restarted(ConsentCase):
    def test_what_was_in_force_is_so_after_a_restart(self):
        self.put(consent("no", "p1", {"type": "deny"}))
        self.put({"resourceType": "Patient", "id": "p3"})
        self.put({"resourceType": "CareTeam", "id": "team", "status": "active",
                  "participant": [{"member": {"reference": "Practitioner/dr"}}]})
        self.put(consent("team-no", "p3", {"type": "deny", "actor": [actor("CareTeam/team")]}))
        token = self.doctor.token
        self.assertFalse(self.sees("Observation/p1-lab"))
        self.server.terminate()
        self.server.restart()
        doctor = Bearer(self.server, token)
        self.assertFalse(self.sees("Observation/p1-lab", doctor))
        self.assertTrue(self.sees("Observation/p2-lab", doctor))
        self.assertFalse(self.sees("Patient/p3", doctor))
        self.assertEqual(len(match_ids(doctor.get("Observation").json)), 2)


if __name__ == "__main__":
    unittest.main()
