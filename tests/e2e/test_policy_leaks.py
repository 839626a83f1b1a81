"""What a role's filters keep away shows by no way into the data: whatever is asked, the answer is that of a server which
never had it."""
import json
import os
import tempfile
import unittest

import smart
from bulk import Export
from smart import App, Bearer, PASSWORDS, SmartCase, auth, observation
from test_consent_leaks import GRAPHS, QUESTIONS, told

CLINICAL = ("Observation", "Encounter", "Condition", "DiagnosticReport")

ROLE = {"role": "nurse", "description": "Sees one ward's patient and nobody else.", "rules": [
    {"allow": ["read", "vread", "search", "history", "create", "update", "patch", "delete", "$*"], "types": ["Patient"],
     "filter": ["Patient?family=Twofold"]},
    {"allow": ["read", "vread", "search", "history", "create", "update", "patch", "delete", "$*"], "types": list(CLINICAL),
     "filter": [f"{kind}?subject=Patient/p2" for kind in CLINICAL]},
    {"allow": ["read", "search", "history", "$*"], "types": ["Device"], "filter": ["Device?patient=Patient/p2"]},
    {"allow": ["read", "search", "history", "$*"], "types": ["Organization", "Practitioner"]},
    {"allow": ["create"], "types": ["Basic"]}]}


class World(SmartCase):
    """One server, with or without what the role does not see."""

    has_others = True

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        with open(os.path.join(folder.name, "nurse.json"), "w", encoding="utf-8") as file:
            json.dump(ROLE, file)
        cls.arguments = ("--roles", folder.name)
        everything = smart.sample_data
        # Neither has the group and the list of both patients: types that the role does not name are refused anyway.
        hidden = '"Patient/p1"' if not cls.has_others else '"no such text"'
        smart.sample_data = lambda: [one for one in everything() if hidden not in json.dumps(one)
                                     and (cls.has_others or one["id"] != "p1") and one["resourceType"] not in ("Group", "List")]
        try:
            super().setUpClass()
        finally:
            smart.sample_data = everything
        auth(cls.server, "user", "add", "eva", "--role", "nurse", "--fhir-user", "Practitioner/dr", secret=PASSWORDS["eva"])
        put = lambda resource: cls.system.put(f"{resource['resourceType']}/{resource['id']}", resource)
        put(observation("p2-was", "p2", "laboratory"))
        if cls.has_others:
            put(observation("p1-x", "p1", "laboratory", code="9-9", identifier=[{"system": "urn:x", "value": "hidden"}]))
            put(observation("p1-gone", "p1", "laboratory"))
            cls.system.delete("Observation/p1-gone")

        auth(cls.server, "client", "add", "ward", "--kind", "asymmetric", "--backend", "--role", "nurse", "--scope", "system/*.rs",
             "--jwks", os.path.join(cls.server.data, "jwks.json"))

    def setUp(self):
        super().setUp()
        ward = App(self.server, "ward", key=self.keys["ES384"])
        self.ward = Bearer(self.server, ward.backend_token("system/*.rs").json["access_token"])
        self.nurse = self.bearer("user/*.cruds", "eva")


class Leaks(unittest.TestCase):
    """Asks both."""

    maxDiff = 4000

    @classmethod
    def setUpClass(cls):
        cls.worlds = []
        for name, has_others in (("With", True), ("Without", False)):
            world = type(name, (World,), {"has_others": has_others, "runTest": lambda self: None})
            cls.addClassCleanup(world.doClassCleanups)
            world.setUpClass()
            case = world()
            case.setUp()
            cls.worlds.append(case)

    def assert_same(self, ask, about):
        having, lacking = (told(ask(world.nurse)) for world in self.worlds)
        self.assertEqual(having, lacking, about)
        return having[0]

    def test_the_role_sees_what_it_may(self):
        """Else the answers were the same because there were none."""
        for path in ("Patient/p2", "Observation/p2-lab", "Observation/p2-lab/_history/1", "Observation?subject=Patient/p2",
                     "Patient/p2/$everything", "Observation/_history", "Patient/p2/_history"):
            with self.subTest(path=path):
                self.assertEqual(self.assert_same(lambda http, path=path: http.get(path), path), 200)

    def test_what_is_read_and_searched_is_the_same(self):
        answered = 0
        for path in filter(None, QUESTIONS):
            with self.subTest(path=path):
                answered += self.assert_same(lambda http, path=path: http.get(path), path) == 200
        self.assertGreater(answered, 45)

    def test_graphs_are_the_same(self):
        for graph in GRAPHS:
            with self.subTest(graph=graph):
                self.assert_same(lambda http, graph=graph: http.post("$graphql", {"query": graph}), graph)

    def test_bundles_of_questions_are_the_same(self):
        paths = [path for path in QUESTIONS if path and not path.startswith("?")]
        for kind in ("batch", "transaction"):
            for path in paths[::3] if kind == "batch" else paths[:40:8]:
                with self.subTest(kind=kind, path=path):
                    bundle = {"resourceType": "Bundle", "type": kind, "entry": [{"request": {"method": "GET", "url": path}}]}
                    self.assert_same(lambda http, bundle=bundle: http.post("", bundle), path)

    def test_exports_are_the_same(self):
        kinds = "Patient,Observation,Encounter,Condition,Device,Practitioner,Organization"
        for path in ("$export", "Patient/$export"):
            having, lacking = (sorted(f"{kind}/{line['id']}" for kind in kinds.split(",")
                                      for line in Export(world.ward, f"{path}?_type={kinds}").lines(kind=kind)
                                      if len(line["id"]) < 10)  # not what other tests create
                               for world in self.worlds)
            self.assertEqual(having, lacking, path)
            self.assertIn("Observation/p2-lab", having)
            self.assertNotIn("Observation/p1-lab", having)

    def test_conditions_see_what_searches_do(self):
        fresh = observation("ignored", "p2", "laboratory")
        del fresh["id"]
        mine = observation("p2-lab", "p2", "laboratory")
        for about, ask in {
            "conditional create": lambda http: http.post("Observation", fresh, If_None_Exist="identifier=urn:x|hidden"),
            "conditional delete": lambda http: http.delete("Observation?identifier=urn:x|hidden"),
            "conditional update": lambda http: http.put("Observation?identifier=urn:x|hidden", fresh),
            "an update of what is not seen": lambda http: http.put("Observation/p1-lab", {**mine, "id": "p1-lab"}),
            "the same with a version": lambda http: http.put("Observation/p1-lab", {**mine, "id": "p1-lab"}, If_Match='W/"1"'),
            "a deletion of it": lambda http: http.delete("Observation/p1-lab"),
            "of what is gone": lambda http: http.delete("Observation/p1-gone"),
            "moving what is seen to another": lambda http: http.put("Observation/p2-lab", {
                **mine, "subject": {"reference": "Patient/p1"}}),
        }.items():
            with self.subTest(about=about):
                having, lacking = (ask(world.nurse).status for world in self.worlds)
                self.assertEqual(having, lacking)
        for world in self.worlds[:1]:
            self.assertEqual(world.system.get("Observation/p1-lab").status, 200)
            self.assertEqual(world.system.get("Observation/p1-x").status, 200)


SHADY = {"role": "nurse", "description": "Sees groups without their members, and patients without telephones.", "rules": [
    {"allow": ["read", "search", "update", "$*"], "types": ["Group"], "hidden": ["Group.member.entity"]},
    {"allow": ["read", "search", "update", "$*"], "types": ["Patient"], "filter": ["Patient?family=Twofold"],
     "masked": ["Patient.telecom"], "hidden": ["Patient.contact"]},
    {"allow": ["read", "search", "$*"], "types": ["Observation", "Practitioner", "Organization"]}]}


class Shades(SmartCase):
    """Nobody finds a resource by what of it he does not see."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        with open(os.path.join(folder.name, "nurse.json"), "w", encoding="utf-8") as file:
            json.dump(SHADY, file)
        cls.arguments = ("--roles", folder.name)
        super().setUpClass()
        auth(cls.server, "user", "add", "eva", "--role", "nurse", "--fhir-user", "Practitioner/dr", secret=PASSWORDS["eva"])
        carried = {"resourceType": "Patient", "id": "in", "telecom": [{"system": "phone", "value": "0199"}]}
        done = cls.system.put("Observation/carrier", {**observation("carrier", "p2", "laboratory"), "contained": [carried],
                                                      "focus": [{"reference": "#in"}]})
        assert done.status == 201, done

    def setUp(self):
        super().setUp()
        self.nurse = self.bearer("user/*.cruds", "eva")

    def test_includes_of_everything_follow_nothing_hidden(self):
        for path in ("Patient?_revinclude=*", "Patient?_revinclude=*:*", "Group?_include=*", "?_type=Group,Practitioner&_include=*",
                     "?_type=Practitioner,Organization&_revinclude=*"):
            with self.subTest(path=path):
                answer = self.nurse.get(path)
                self.assertNotIn(b"Group/both", answer.body if "_revinclude" in path else b"")
                self.assertNotIn(b"p1", answer.body)
                self.assertIn(answer.status, (400, 403))

    def test_content_does_not_find_what_a_contained_resource_hides(self):
        self.assert_outcome(self.nurse.get("Observation?_content=0199"), 403)
        self.assertNotIn(b"0199", self.nurse.get("Observation/carrier").body)

    def test_an_update_of_what_is_not_seen_tells_nothing_of_it(self):
        for body in ({"contact": [{"name": {"family": "X"}}]}, {"telecom": [{"system": "phone", "value": "1"}]}, {}):
            with self.subTest(body=body):
                there, not_there = (self.nurse.put(f"Patient/{ident}", {"resourceType": "Patient", "id": ident,
                                                                        "name": [{"family": "Twofold"}], **body})
                                    for ident in ("p1", "zz"))
                self.assertEqual(there.status, not_there.status, (there, not_there))
                self.assertEqual(there.body.replace(b"p1", b""), not_there.body.replace(b"zz", b""))


class Includes(SmartCase):
    def test_what_may_be_read_and_not_searched_is_not_brought(self):
        doctor = self.bearer("user/Patient.rs user/Observation.r")
        self.assert_status(doctor.get("Observation/p1-lab"), 200)
        for name in ("*", "Observation:subject"):
            answer = doctor.get(f"Patient?_revinclude={name}")
            self.assertNotIn(b"Observation/p1-lab", answer.body, name)


if __name__ == "__main__":
    unittest.main()
