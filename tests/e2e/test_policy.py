"""A role sees and does what its file says, by every way into the data: what it may not see is as if it
was not there. Where that can be asked, the answers are those of a world without it."""
import json
import os
import unittest

import smart
from smart import PASSWORDS, SmartCase, auth, observation
from support import match_ids, run

ROLES = ("nurse", "receptionist", "lab-technician", "billing", "administrator", "civil-authority")
SECRETS = (b"555-0101", b"Secret Street", b"pregnancy", b"HIV")


def add_users(case):
    for role in ROLES:
        PASSWORDS[role] = f"{role}'s long password"
        auth(case.server, "user", "add", role, "--role", role, "--fhir-user", "Practitioner/dr", secret=PASSWORDS[role])


def json_patch(client, path, patch):
    return client.request("PATCH", path, json.dumps(patch), {"Content-Type": "application/json-patch+json"})


def more_data():
    return [
        {"resourceType": "Patient", "id": "p3", "name": [{"family": "Third", "given": ["Kim"]}], "gender": "female",
         "birthDate": "1990-03-03", "telecom": [{"system": "phone", "value": "555-0101"}, {"system": "email", "value": "x@y"}],
         "address": [{"line": ["Secret Street"], "city": "Town"}], "contact": [{"name": {"family": "Mother"}, "telecom": [
             {"system": "phone", "value": "555-0101"}]}], "text": {"status": "generated", "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\">555-0101</div>"}},
        {"resourceType": "Encounter", "id": "p3-enc", "status": "finished", "subject": {"reference": "Patient/p3"},
         "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"}, "period": {"start": "2021-01-01"},
         "reasonCode": [{"text": "pregnancy"}], "diagnosis": [{"condition": {"reference": "Condition/p3-con"}}]},
        {"resourceType": "Condition", "id": "p3-con", "subject": {"reference": "Patient/p3"}, "code": {"text": "HIV"},
         "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}},
        observation("p3-lab", "p3", "laboratory"),
        observation("p3-soc", "p3", "social-history", valueString="HIV"),
        {"resourceType": "Appointment", "id": "p3-app", "status": "booked", "start": "2021-01-01T10:00:00Z",
         "end": "2021-01-01T11:00:00Z", "reasonCode": [{"text": "pregnancy"}],
         "participant": [{"actor": {"reference": "Patient/p3"}, "status": "accepted"}]},
        {"resourceType": "Patient", "id": "p4", "name": [{"family": "Late"}], "deceasedBoolean": True,
         "telecom": [{"system": "phone", "value": "555-0101"}]},
        {"resourceType": "Claim", "id": "claim", "status": "active", "use": "claim", "created": "2021-01-01",
         "type": {"text": "x"}, "patient": {"reference": "Patient/p3"}, "provider": {"reference": "Organization/org"},
         "priority": {"text": "normal"}, "insurance": [{"sequence": 1, "focal": True, "coverage": {"display": "x"}}]},
    ]


class RoleCase(SmartCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        add_users(cls)
        entries = [{"resource": r, "request": {"method": "PUT", "url": f"{r['resourceType']}/{r['id']}"}} for r in more_data()]
        done = cls.system.post("", {"resourceType": "Bundle", "type": "transaction", "entry": entries})
        assert done.status == 200, done
        cls.tokens = {}

    def as_role(self, role, scope="user/*.cruds"):
        if (role, scope) not in self.tokens:
            self.tokens[role, scope] = self.app.launch(scope, role)["access_token"]
        return smart.Bearer(self.server, self.tokens[role, scope])

    def assert_no_secret(self, response):
        for secret in SECRETS:
            self.assertNotIn(secret, response.body, response)


class Types(RoleCase):
    READ = {"nurse": {"Patient", "Encounter", "Condition", "Observation", "Appointment"},
            "receptionist": {"Patient", "Encounter", "Appointment"},
            "lab-technician": {"Patient", "Observation"},
            "billing": {"Patient", "Encounter", "Claim"},
            "administrator": set(), "civil-authority": {"Patient", "Observation"}}

    def test_types_that_a_role_does_not_name_are_seen_by_no_way(self):
        for role, seen in self.READ.items():
            one = self.as_role(role)
            for kind in ("Patient", "Encounter", "Condition", "Observation", "Appointment", "Claim"):
                with self.subTest(role=role, kind=kind):
                    for path in (kind, f"{kind}?_summary=count", f"{kind}/_search?_count=0"):
                        if "_search" in path:
                            continue
                        self.assertEqual(one.get(path).status, 200 if kind in seen else 403, path)
                    if kind not in seen:
                        for path in (f"{kind}/p3-con", f"{kind}/p3-con/_history", f"{kind}/p3-con/_history/1", f"{kind}/_history",
                                     f"{kind}/$meta", f"Organization?_has:{kind}:subject:_id=p3-con"):
                            self.assertIn(one.get(path).status, (400, 403), path)

    def test_a_role_widens_no_scope(self):
        one = self.as_role("nurse", "user/Patient.rs")
        self.assert_outcome(one.get("Observation"), 403, "forbidden")
        self.assert_outcome(one.put("Patient/p3", {"resourceType": "Patient", "id": "p3"}), 403)

    def test_a_refusal_says_whether_it_is_the_role_or_the_scopes(self):
        told = lambda answer: answer.json["issue"][0]["diagnostics"]
        nurse, narrow = self.as_role("nurse"), self.as_role("nurse", "user/Patient.rs")
        for path, doing in (("Claim", "search Claim"), ("Claim/claim", "read Claim"), ("Claim/none", "read Claim"),
                            ("Claim/claim/_history/1", "read Claim"), ("Claim/_history", "read the history of Claim"),
                            ("Claim/claim/_history", "read the history of Claim")):
            self.assertEqual(told(nurse.get(path)), f"This role does not allow to {doing}")
            self.assertEqual(told(narrow.get(path)), f"The token's scopes do not allow to {doing}")
        claim = next(one for one in more_data() if one["resourceType"] == "Claim")
        for ident in ("claim", "none"):
            done = nurse.put(f"Claim/{ident}", {**claim, "id": ident})
            self.assertEqual(told(done), "This role does not allow to update Claim")
            self.assertEqual(told(narrow.delete(f"Claim/{ident}")), "The token's scopes do not allow to delete Claim")

    def test_a_filter_of_a_role_holds_for_every_way(self):
        lab = self.as_role("lab-technician")
        expected = ["Observation/p1-lab", "Observation/p2-lab", "Observation/p3-lab"]
        self.assertEqual(sorted(lab.all_ids("Observation")), expected)
        self.assertEqual(lab.get("Observation?_summary=count").json["total"], 3)
        self.assertEqual(lab.get("Observation?_total=accurate&_count=1").json["total"], 3)
        self.assertEqual(sorted(lab.all_ids("Observation", {"_count": "1"})), expected)
        self.assertEqual(lab.all_ids("Observation", {"value-string": "HIV"}), [])
        there, nowhere = lab.get("Observation/p3-soc"), lab.get("Observation/nowhere")
        self.assert_outcome(there, 404)
        self.assertEqual(there.json, nowhere.json)
        for path in ("p3-soc/_history", "p3-soc/_history/1"):
            self.assertEqual(lab.get("Observation/" + path).json, lab.get("Observation/" + path.replace("p3-soc", "none")).json)
        self.assertEqual(match_ids(lab.get("Patient?_has:Observation:subject:value-string=HIV").json), [])
        included = match_ids(lab.get("Patient?_revinclude=Observation:subject").json, "include")
        self.assertEqual(sorted(included), expected)
        self.assertNotIn(b"p3-soc", lab.get("Observation/_history").body)
        answer = lab.post("$graphql", "{ ObservationList { id valueString } }", Content_Type="application/graphql")
        self.assertIn(b"p3-lab", answer.body)
        self.assert_no_secret(answer)
        self.assertNotIn(b"p3-soc", answer.body)

    def test_the_civil_authority_sees_the_dead(self):
        one = self.as_role("civil-authority")
        self.assertEqual(one.all_ids("Patient"), ["Patient/p4"])
        self.assertEqual(one.get("Patient?_summary=count").json["total"], 1)
        self.assert_outcome(one.get("Patient/p3"), 404)
        self.assert_no_secret(one.get("Patient/p4"))

    def test_the_administrator_sees_no_patient(self):
        one = self.as_role("administrator")
        for path in ("_history", "$export", "$everything", "Patient/p3/$everything"):
            answer = one.get(path, Prefer="respond-async") if path == "$export" else one.get(path)
            self.assertNotIn(b"Third", answer.body)
        self.assert_status(one.get("Organization/org"), 200)
        self.assert_status(one.put("Organization/new", {"resourceType": "Organization", "id": "new", "name": "New"}), 201)


class Shades(RoleCase):
    def test_what_is_hidden_or_masked_shows_by_no_way(self):
        ways = ("{0}", "{0}/_history/1", "{0}/_history", "{1}?_id={2}", "{1}", "{1}?_elements=telecom,reasonCode,address",
                "{1}?_summary=true", "{1}?_summary=text", "{1}/_history", "{0}/$meta", "{0}?_pretty=true", "{0}?_format=xml")
        for role, name in (("lab-technician", "Patient/p3"), ("billing", "Patient/p3"), ("billing", "Encounter/p3-enc"),
                           ("receptionist", "Encounter/p3-enc"), ("receptionist", "Appointment/p3-app")):
            one = self.as_role(role)
            for way in ways:
                with self.subTest(role=role, name=name, way=way):
                    answer = one.get(way.format(name, *name.split("/")))
                    for secret in SECRETS[0 if name.startswith("Patient") else 2:]:
                        if role == "billing" and secret == b"Secret Street":
                            continue  # a bill is sent to an address
                        self.assertNotIn(secret, answer.body)
        shown = self.as_role("billing").get("Patient/p3").json
        self.assertEqual(shown["telecom"], [{"extension": [{
            "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"}]}])
        self.assertNotIn("text", shown)
        self.assertNotIn("contact", shown)
        self.assertIn("REDACTED", [one["code"] for one in shown["meta"]["security"]])

    def test_includes_bundles_and_graphql_show_it_masked_too(self):
        one = self.as_role("billing")
        for answer in (one.get("Claim?_include=Claim:patient"), one.get("Patient?_revinclude=Encounter:subject"),
                       one.get("Patient/p3/Encounter"),
                       one.post("", {"resourceType": "Bundle", "type": "batch", "entry": [
                           {"request": {"method": "GET", "url": url}} for url in ("Patient/p3", "Encounter?subject=Patient/p3")]}),
                       one.post("$graphql", "{ PatientList { id telecom { value } contact { telecom { value } } } }",
                                Content_Type="application/graphql"),
                       one.post("$graphql", "{ EncounterList { id reasonCode { text } } }", Content_Type="application/graphql")):
            self.assert_status(answer, 200)
            self.assertIn(b"p3", answer.body)
            for secret in (b"555-0101", b"pregnancy", b"HIV"):
                self.assertNotIn(secret, answer.body)

    def test_nobody_finds_by_what_he_does_not_see(self):
        one = self.as_role("billing")
        for path in ("Patient?telecom=555-0101", "Patient?phone=1", "Patient?email=x", "Patient?_filter=phone eq \"555-0101\"",
                     "Patient?_content=Secret", "Patient?_text=Secret", "Patient?_sort=phone", "Encounter?reason-code=x",
                     "Encounter?diagnosis=Condition/p3-con", "Claim?patient.phone=555-0101", "Claim?patient:Patient.telecom=1",
                     "Encounter?_include=Encounter:diagnosis", "Encounter?_include=*", "Patient?_has:Encounter:subject:reason-code=x",
                     "?_type=Patient&_content=Street", "Patient?_filter=not (telecom eq 1)"):
            answer = one.get(path.replace(" ", "%20"))
            self.assert_outcome(answer, 403, "forbidden")
            self.assert_no_secret(answer)
        self.assert_status(one.get("Patient?name=Third&birthdate=1990-03-03&_sort=name"), 200)

    def test_a_version_is_known_by_its_tag(self):
        one = self.as_role("billing")
        first = one.get("Patient/p3")
        self.assertEqual(first["ETag"], self.system.get("Patient/p3")["ETag"])
        self.assert_status(one.get("Patient/p3", If_None_Match=first["ETag"]), 304)


class Updates(RoleCase):
    def test_an_update_leaves_what_is_hidden_as_it_is(self):
        desk = self.as_role("receptionist")
        shown = desk.get("Appointment/p3-app").json
        self.assertNotIn("reasonCode", shown)
        shown["description"] = "moved"
        answer = desk.put("Appointment/p3-app", shown)
        self.assert_status(answer, 200)
        self.assert_no_secret(answer)
        stored = self.system.get("Appointment/p3-app").json
        self.assertEqual(stored["reasonCode"], [{"text": "pregnancy"}])
        self.assertEqual(stored["description"], "moved")
        self.assertNotIn("security", stored["meta"])
        self.assertNotIn("tag", stored["meta"])
        patch = [{"op": "replace", "path": "/description", "value": "again"}]
        answer = json_patch(desk, "Appointment/p3-app", patch)
        self.assert_status(answer, 200)
        self.assert_no_secret(answer)
        self.assertEqual(self.system.get("Appointment/p3-app").json["reasonCode"], [{"text": "pregnancy"}])

    def test_no_write_is_an_oracle(self):
        desk = self.as_role("receptionist")
        shown = desk.get("Appointment/p3-app").json
        answers = []
        for text in ("pregnancy", "headache"):
            answers.append(desk.put("Appointment/p3-app", {**shown, "reasonCode": [{"text": text}]}))
            patch = [{"op": "test", "path": "/reasonCode/0/text", "value": text}]
            answers.append(json_patch(desk, "Appointment/p3-app", patch))
        self.assert_outcome(answers[0], 403, "forbidden")
        self.assertGreaterEqual(answers[1].status, 400)
        self.assertEqual([a.status for a in answers[:2]], [a.status for a in answers[2:]])
        self.assertEqual([a.json for a in answers[:2]], [a.json for a in answers[2:]])

    def test_writes_are_held_to_the_filter_of_the_role(self):
        lab = self.as_role("lab-technician")
        made = lab.post("Observation", {k: v for k, v in observation("x", "p3", "laboratory").items() if k != "id"})
        self.assert_status(made, 201)
        ident = made.json["id"]
        self.assert_outcome(lab.post("Observation", {k: v for k, v in observation("x", "p3", "vital-signs").items() if k != "id"}),
                            403, "forbidden")
        self.assert_outcome(lab.put(f"Observation/{ident}", observation(ident, "p3", "vital-signs")), 403, "forbidden")
        self.assert_status(lab.put(f"Observation/{ident}", observation(ident, "p3", "laboratory", "1-1")), 200)
        unseen = lab.put("Observation/p3-soc", observation("p3-soc", "p3", "laboratory"))
        nowhere = lab.put("Observation/nowhere", observation("nowhere", "p3", "laboratory"))
        self.assert_outcome(unseen, 404, "not-found")
        self.assertEqual(unseen.json, nowhere.json)
        for match in ('W/"1"', 'W/"7"'):
            self.assertEqual(lab.put("Observation/p3-soc", observation("p3-soc", "p3", "laboratory"), If_Match=match).json, nowhere.json)
        self.assertEqual(self.system.get("Observation/p3-soc").json["meta"]["versionId"], "1")


class PatientWrites(SmartCase):
    def own(self, patient="p1", ident=None, **more):
        one = {**observation("x", patient, "vital-signs"), **more}
        del one["id"]
        return {**one, "id": ident} if ident else one

    def setUp(self):
        super().setUp()
        self.one = self.bearer("launch/patient patient/*.cruds", user="pat")

    def test_a_patient_writes_the_own_record_alone(self):
        made = self.one.post("Observation", self.own())
        self.assert_status(made, 201)
        ident = made.json["id"]
        self.assert_status(self.one.put(f"Observation/{ident}", self.own(ident=ident, note=[{"text": "x"}])), 200)
        self.assert_outcome(self.one.put(f"Observation/{ident}", self.own("p2", ident)), 403, "forbidden")
        self.assertEqual(self.system.get(f"Observation/{ident}").json["meta"]["versionId"], "2")
        self.assert_outcome(self.one.post("Observation", self.own("p2")), 403, "forbidden")
        self.assert_outcome(self.one.post("Condition", {"resourceType": "Condition", "subject": {"reference": "Patient/p1"}}), 403)
        self.assert_status(self.one.delete(f"Observation/{ident}"), 204)
        self.assert_outcome(self.one.get(f"Observation/{ident}"), 404)

    def test_what_is_not_the_own_is_as_if_it_was_not_there(self):
        for path in ("p2-lab", "nowhere"):
            self.assert_outcome(self.one.put(f"Observation/{path}", self.own(ident=path)), 404, "not-found")
            self.assert_outcome(self.one.delete(f"Observation/{path}"), 404, "not-found")
            patch = [{"op": "replace", "path": "/status", "value": "amended"}]
            self.assert_outcome(json_patch(self.one, f"Observation/{path}", patch), 404)
        self.assertEqual(self.system.get("Observation/p2-lab").json["meta"]["versionId"], "1")
        self.assert_status(self.system.get("Observation/nowhere"), 404)

    def test_conditions_and_bundles_are_held_to_the_same(self):
        found = self.one.post("Observation", self.own(), If_None_Exist="_id=p2-lab")
        self.assert_status(found, 201)
        self.assert_status(self.one.post("Observation", self.own(), If_None_Exist=f"_id={found.json['id']}"), 200)
        self.assert_status(self.one.put("Observation?_id=p2-vital", self.own()), 201)
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [
            {"resource": self.own(), "request": {"method": "POST", "url": "Observation"}},
            {"resource": self.own("p2"), "request": {"method": "POST", "url": "Observation"}}]}
        before = self.system.get("Observation?_summary=count").json["total"]
        self.assert_outcome(self.one.post("", bundle), 403)
        self.assertEqual(self.system.get("Observation?_summary=count").json["total"], before)
        answer = self.one.post("", {**bundle, "type": "batch"})
        self.assertEqual([e["response"]["status"].split()[0] for e in answer.json["entry"]], ["201", "403"])


class Files(unittest.TestCase):
    def test_a_mistake_stops_the_start_and_says_where(self):
        import tempfile
        with tempfile.TemporaryDirectory() as folder:
            roles = os.path.join(folder, "roles")
            os.mkdir(roles)
            with open(os.path.join(roles, "nurse.json"), "w", encoding="utf-8") as file:
                file.write('{"role": "nurse", "description": "x", "rules": [\n{"allow": "read", "types": "Pacient"}]}')
            done = run("serve", "--auth", "smart", "--roles", roles, "--data", os.path.join(folder, "data"), "--port", "0")
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("nurse.json:2: `Pacient` is no resource type", done.stderr.decode())


if __name__ == "__main__":
    unittest.main()
