"""What consents withhold shows by no way into the data: whatever is asked, the answer is that of a server which never
had the withheld resources. Both servers have a third patient whose consent withholds all, so that both hold back."""
import json
import re
import unittest
import urllib.parse

import smart
from bulk import finished
from smart import SmartCase, observation
from support import match_ids
from test_consent import WIDE, actor, consent, labelled

TIMES = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]+Z|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

QUESTIONS = """
Patient
Patient?_summary=count
Patient?_total=accurate&_count=1
Patient?family=Onely
Patient?family=Onely&_summary=count
Patient?_id=p1,p2
Patient?_elements=id
Patient?_sort=-family
Patient?organization=Organization/org
Patient?_has:Observation:patient:code=9-9
Patient?_has:Observation:performer:status=final
Patient?_has:Condition:subject:encounter=Encounter/p1-enc
Patient?_filter=family%20eq%20%22Onely%22
Patient?_filter=not%20(family%20eq%20%22Twofold%22)
Patient?family:missing=false
Patient?family:not=x
Patient?_revinclude=Observation:subject
Patient?_revinclude=Condition:subject&_revinclude=Group:member&_summary=count
Patient?_list=mixed
Patient?_text=Onely
Patient?_content=Onely
Observation
Observation?_summary=count
Observation?code=9-9
Observation?code:not=8867-4
Observation?code:missing=true
Observation?subject=Patient/p1
Observation?subject=Patient/p1,Patient/p2&_sort=_id
Observation?subject.family=Onely
Observation?subject:Patient.name=Onely
Observation?performer:Practitioner.name=Doctor
Observation?performer=Patient/p1
Observation?_security=R
Observation?_security:not=R
Observation?value-string=secret
Observation?_include=Observation:subject
Observation?_include=Observation:performer&_count=2
Observation?_include=*
Observation?_lastUpdated=gt2000-01-01&_sort=_lastUpdated
Observation?_filter=subject.family%20eq%20%22Onely%22
Observation?identifier=urn:x|hidden
Encounter?subject=Patient/p1
Encounter?_has:Condition:encounter:subject=Patient/p1
Encounter?_revinclude=Condition:encounter
Condition?encounter.subject=Patient/p1
Condition?code:text=condition%20of
Group
Group?member=Patient/p2
List
List?_include=List:item
Consent
Consent?patient=Patient/p1
Practitioner?_revinclude=Observation:performer
Practitioner?_has:Observation:performer:subject=Patient/p1
Practitioner?_has:Observation:performer:patient.family=Onely
Organization?_has:Patient:organization:family=Onely
Organization?_revinclude=Patient:organization
Device?patient=p1
Provenance
Provenance?_summary=count
Provenance?_total=accurate&_count=1
Provenance?target=Observation/p1-lab
Provenance?target=Observation/p2-lab
Provenance?target=Observation/p2-secret
Provenance?target=Observation/p1-gone
Provenance?target:Observation.code=8867-4
Provenance?patient=Patient/p1
Provenance?agent=Practitioner/dr
Provenance?_include=Provenance:target
Provenance?_include=Provenance:entity
Provenance?_sort=-recorded&_elements=target
Provenance?_has:Provenance:entity:target=Observation/p1-lab
Provenance/_history
Provenance/of-p1-lab
Provenance/of-p1-lab/_history
Provenance/of-p1-lab/_history/1
Provenance/of-p1-gone
Provenance/of-p2-secret
Provenance/of-two
Provenance/was-of-p1-lab
Provenance/was-of-p1-lab/_history/1
Provenance/of-p1-lab-gone
Provenance/of-p1-lab-gone/_history/1
Provenance/of-p2-lab
Provenance/of-p2-lab/_history
Provenance/of-p2-lab/_history/1
Observation?_revinclude=Provenance:target
Practitioner?_revinclude=Provenance:agent
Practitioner?_has:Provenance:agent:target=Observation/p1-lab
AuditEvent
AuditEvent?_summary=count
AuditEvent?entity=Observation/p1-lab
AuditEvent/of-p1-lab
AuditEvent/of-p1-lab/_history
Binary
Binary?_id=of-p1
Binary?_summary=count
Binary/of-p1
Binary/of-p1-lab
Binary/of-p1-lab/_history
Binary/of-p1-lab/_history/1
Binary/of-p2-secret
Binary/of-p2-lab
Binary/of-p2-lab/_history
Binary/_history
?_type=Patient,Observation,Encounter&_summary=count
?_type=Patient,Observation,Encounter,Group,List,Device
Patient/p1
Patient/p1/_history
Patient/p1/_history/1
Patient/p1/Observation
Patient/p1/*
Patient/p2/Observation
Patient/p2/*
Patient/p1/$everything
Patient/p2/$everything
Patient/$everything
Encounter/p1-enc
Encounter/p1-enc/$everything
Observation/p1-lab
Observation/p1-lab/_history
Observation/p1-lab/_history/1
Observation/p1-lab/_history/7
Observation/p1-gone
Observation/p1-gone/_history
Observation/p1-gone/_history/1
Observation/p2-gone
Observation/p2-gone/_history
Observation/p2-secret
Observation/p2-secret/_history
Observation/p2-was/_history
Observation/p2-was/_history/1
Observation/p2-was/_history/2
Observation/both
Group/both
List/mixed
Consent/p1-no
Observation/_history
Observation/_history?_count=2
Patient/_history
_history
_history?_count=3
Observation/p1-lab/$meta
Observation/$lastn?patient=p1
Observation/$lastn?patient=p2&category=laboratory
Observation/$stats?subject=Patient/p1&code=http://loinc.org|8867-4&statistic=count&duration=100000
$diff?from=Observation/p2-lab&to=Observation/p1-lab
Observation?nonsense=p1
Patient/p1/Nonsense
Observation?subject=Patient/p1&_sort=nonsense
""".split("\n")

GRAPHS = ("{ PatientList { id name { family } } }", "{ ObservationList { id status subject { reference } } }",
          "{ Patient(id: \"p1\") { id name { family } } }", "{ Observation(id: \"p1-lab\") { id } }",
          "{ PatientConnection { count edges { resource { id } } } }",
          "{ ObservationConnection(_count: 1) { count pagesize edges { resource { id } } } }",
          "{ OrganizationList { id PatientList(_reference: organization) { id } } }",
          "{ PractitionerList { id ObservationList(_reference: performer) { id subject { resource { ... on Patient { id } } } } } }")


DR = {"who": {"reference": "Practitioner/dr"}}


def provenance(ident, *targets, **more):
    return {"resourceType": "Provenance", "id": ident, "target": [{"reference": target} for target in targets],
            "recorded": "2020-01-01T00:00:00Z", "agent": [DR], **more}


def event(ident, entity):
    """As an AuditEvent of somewhere else that was sent here."""
    return {"resourceType": "AuditEvent", "id": ident, "type": {"system": "http://dicom.nema.org/resources/ontology/DCM", "code": "110110"},
            "recorded": "2020-01-01T00:00:00Z", "agent": [{**DR, "requestor": True}], "source": {"observer": {"display": "there"}},
            "entity": [{"what": {"reference": entity}}]}


def attachment(ident, context):
    return {"resourceType": "Binary", "id": ident, "contentType": "text/plain", "data": "YXR0YWNoZWQ=",
            "securityContext": {"reference": context}}


class World(SmartCase):
    """One server, with or without what consents withhold."""

    has_withheld = True

    @classmethod
    def setUpClass(cls):
        everything = smart.sample_data
        if not cls.has_withheld:
            smart.sample_data = lambda: [one for one in everything() if "p1" not in json.dumps(one)]
        try:
            super().setUpClass()
        finally:
            smart.sample_data = everything
        put = lambda resource: cls.system.put(f"{resource['resourceType']}/{resource['id']}", resource)
        put({"resourceType": "Patient", "id": "p3", "name": [{"family": "Thrice"}]})
        put(observation("p3-lab", "p3", "laboratory"))
        put(observation("p2-gone", "p2", "laboratory"))
        cls.system.delete("Observation/p2-gone")
        put(observation("p2-was", "p2", "laboratory"))
        if cls.has_withheld:
            put(observation("p1-x", "p1", "laboratory", code="9-9", identifier=[{"system": "urn:x", "value": "hidden"}]))
            put(observation("p1-gone", "p1", "laboratory"))
            cls.system.delete("Observation/p1-gone")
            put(observation("both", "p2", "laboratory", performer=[{"reference": "Patient/p1"}]))
            put(labelled(observation("p2-secret", "p2", "laboratory"), "R"))
            for resource in (provenance("of-p1-lab", "Observation/p1-lab"), provenance("of-two", "Observation/p2-lab", "Observation/p1-lab"),
                             provenance("of-p1-gone", "Observation/p1-gone"), provenance("of-p2-secret", "Observation/p2-secret/_history/1"),
                             provenance("was-of-p1-lab", "Observation/p1-lab"), provenance("was-of-p1-lab", "Observation/p1-vital"),
                             provenance("of-p1-lab-gone", "Observation/p1-lab"), event("of-p1-lab", "Observation/p1-lab"),
                             attachment("of-p1", "Patient/p1"), attachment("of-p1-lab", "Observation/p1-lab"),
                             attachment("of-p1-here", f"http://127.0.0.1:{cls.server.port}/fhir/Patient/p1"),
                             attachment("of-p2-secret", "Observation/p2-secret")):
                done = put(resource)
                assert done.status in (200, 201), done
            cls.system.delete("Provenance/of-p1-lab-gone")
            put(consent("p1-no", "p1", {"type": "deny", "actor": [actor("Group/staff"), actor("CareTeam/gone")]}))
        put(provenance("of-p2-lab", "Observation/p2-lab"))
        put(provenance("of-p2-lab", "Observation/p2-lab", entity=[{"role": "source", "what": {"reference": "Binary/of-p2-lab"}}]))
        put(provenance("of-dr", "Practitioner/dr"))
        put(event("of-p2-lab", "Observation/p2-lab"))
        put(attachment("of-p2-lab", "Observation/p2-lab"))
        put(attachment("of-p2-lab", "Patient/p2"))
        put(consent("p2-no", "p2", {"type": "permit", "provision": [
            {"type": "deny", "securityLabel": labelled({}, "R")["meta"]["security"]}]}))
        for ident, member in (("night", "Practitioner/dr"), ("ward", "CareTeam/night")):
            done = put({"resourceType": "CareTeam", "id": ident, "status": "active",
                        "participant": [{"member": {"reference": member}}]})
            assert done.status == 201, done
        put({"resourceType": "Group", "id": "staff", "type": "practitioner", "actual": True, "quantity": 1,
             "member": [{"entity": {"reference": "Practitioner/dr"}}]})
        put(consent("p3-no", "p3", {"type": "deny", "actor": [actor("CareTeam/ward")]}))

    def setUp(self):
        super().setUp()
        self.doctor = self.bearer(WIDE)


def told(response):
    """Status and body without what differs between any two servers."""
    text = response.body.decode()
    text = re.sub(r"http://127\.0\.0\.1:\d+", "http://here", text)
    text = re.sub(r"_cursor=[^\"&]*", "_cursor=", text)
    return response.status, TIMES.sub("", text)


class Leaks(unittest.TestCase):
    """Asks both."""

    maxDiff = 4000

    @classmethod
    def setUpClass(cls):
        cls.worlds = []
        for name, has_withheld in (("With", True), ("Without", False)):
            world = type(name, (World,), {"has_withheld": has_withheld, "runTest": lambda self: None})
            cls.addClassCleanup(world.doClassCleanups)
            world.setUpClass()
            case = world()
            case.setUp()
            cls.worlds.append(case)

    def both(self, ask):
        return [ask(world) for world in self.worlds]

    def assert_same(self, ask, about):
        having, lacking = self.both(ask)
        self.assertEqual(told(having), told(lacking), about)

    def test_what_is_read_and_searched_is_the_same(self):
        for path in filter(None, QUESTIONS):
            with self.subTest(path=path):
                self.assert_same(lambda world, path=path: world.doctor.get(path), path)

    def test_pages_are_as_full_and_as_many(self):
        for path, parameters in (("Observation", {"_count": "1", "_sort": "_id"}), ("Patient", {"_count": "1"}),
                                 ("Observation", {"_count": "2", "_include": "Observation:subject"})):
            pages = self.both(lambda world: [told(page) for page in world.doctor.pages(path, parameters)])
            self.assertEqual(pages[0], pages[1], path)

    def test_a_post_search_is_the_same(self):
        for form in ("subject=Patient/p1", "code=9-9", "subject.family=Onely"):
            self.assert_same(lambda world: world.doctor.post("Observation/_search", form,
                                                             Content_Type="application/x-www-form-urlencoded"), form)

    def test_graphs_are_the_same(self):
        for query in GRAPHS:
            with self.subTest(query=query):
                self.assert_same(lambda world: world.doctor.post("$graphql", query, Content_Type="application/graphql"), query)

    def test_a_batch_is_the_same(self):
        entries = [{"request": {"method": "GET", "url": url}} for url in ("Patient/p1", "Observation?code=9-9", "Patient?_summary=count")]
        self.assert_same(lambda world: world.doctor.post("", {"resourceType": "Bundle", "type": "batch", "entry": entries}), "batch")

    def test_conditions_find_nothing_that_is_withheld(self):
        fresh = {**observation("x", "p2", "laboratory"), "identifier": [{"system": "urn:x", "value": "hidden"}]}
        del fresh["id"]

        def status(ask):
            first, second = self.both(ask)
            self.assertEqual(first.status, second.status, (first, second))
            return first.status

        where = "Observation?identifier=urn:x|hidden"
        self.assertEqual(status(lambda world: world.doctor.raw("PATCH", f"/fhir/{where}", json.dumps(
            [{"op": "replace", "path": "/status", "value": "amended"}]), {"Content-Type": "application/json-patch+json"})), 404)
        status(lambda world: world.doctor.delete(where))
        created = self.both(lambda world: world.doctor.raw("POST", "/fhir/Observation", json.dumps(fresh), {
            "Content-Type": "application/fhir+json", "If-None-Exist": "identifier=urn:x|hidden"}))
        self.assertEqual([one.status for one in created], [201, 201], created)
        again = self.both(lambda world: world.doctor.put(where, fresh))
        self.assertEqual([one.status for one in again], [200, 200], again)
        status(lambda world: world.doctor.delete(where))
        self.assertEqual(self.worlds[0].doctor.get("Observation/p3-lab").status, 404)

    def test_what_is_withheld_is_not_changed(self):
        doctor = self.worlds[0].doctor
        for kind, one in (("Observation", "p1-lab"), ("Observation", "p2-secret")):
            done = doctor.put(f"{kind}/{one}", observation(one, "p2", "laboratory"))
            self.assertEqual(done.status, 403, done)
            self.assertNotIn(b"p1", done.body)
            self.assertEqual(doctor.delete(f"{kind}/{one}").status, 403)

    def test_a_write_that_is_refused_tells_nothing_of_what_stands_there(self):
        """Where it is about a patient who lets nothing be written, an id that is taken and one that is not."""
        doctor = self.worlds[0].doctor
        about = observation("any", "p1", "laboratory")
        for kind, taken in (("Observation", "p1-lab"), ("Observation", "p1-gone"), ("Encounter", "p1-enc")):
            answers = []
            for ident in (taken, "never-there"):
                resource = {**about, "id": ident} if kind == "Observation" else {
                    "resourceType": kind, "id": ident, "status": "planned", "subject": {"reference": "Patient/p1"},
                    "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"}}
                entry = {"resource": resource, "request": {"method": "PUT", "url": f"{kind}/{ident}"}}
                batch = {"resourceType": "Bundle", "type": "batch", "entry": [entry]}
                answers.append((told(doctor.put(f"{kind}/{ident}", resource)), told(doctor.post("", batch)),
                                told(doctor.post("", {**batch, "type": "transaction"}))))
            self.assertEqual(answers[0], answers[1], kind)
            self.assertEqual(answers[0][0][0], 403)
            self.assertNotIn("p1", answers[0][0][1])

    def test_writes_of_other_patients_are_the_same(self):
        for path, resource in (("Observation/w", observation("w", "p2", "laboratory")), ("Observation/w", observation("w", "p3", "laboratory")),
                               ("Observation/p3-lab", observation("p3-lab", "p2", "laboratory")),
                               ("Observation/p2-lab", observation("p2-lab", "p3", "laboratory"))):
            self.assert_same(lambda world: world.doctor.put(path, resource), (path, resource))
        self.assert_same(lambda world: world.system.delete("Observation/w"), "delete")

    def test_exports_are_the_same(self):
        def export(world):
            kinds = "Patient,Observation,Encounter,Condition,Device,Group,List,Practitioner,Organization,Provenance,AuditEvent,Binary"
            done = world.system.raw("GET", f"/fhir/$export?_type={kinds}", None,
                                    {"Accept": "application/fhir+json", "Prefer": "respond-async"})
            assert done.status == 202, done
            where = urllib.parse.urlsplit(done["Content-Location"]).path
            status = finished(world.system, where, 120)
            assert status.status == 200, status
            lines = []
            for file in status.json["output"]:
                for line in world.system.raw("GET", urllib.parse.urlsplit(file["url"]).path).body.decode().splitlines():
                    resource = json.loads(line)
                    lines.append(f"{resource['resourceType']}/{resource['id']}")
            return sorted(lines)

        having, lacking = self.both(export)
        self.assertEqual(having, lacking)
        self.assertIn("Patient/p2", having)
        self.assertNotIn("Patient/p1", having)
        for kind in ("Provenance", "AuditEvent", "Binary"):
            self.assertIn(f"{kind}/of-p2-lab", having)

    def test_what_tells_of_nothing_that_is_withheld_is_shown(self):
        for world in self.worlds:
            found = world.doctor.get("Provenance").json
            self.assertEqual(sorted(match_ids(found)), ["Provenance/of-dr", "Provenance/of-p2-lab"])
            found = world.doctor.get("Observation?_id=p2-lab&_revinclude=Provenance:target").json
            self.assertEqual(match_ids(found, "include"), ["Provenance/of-p2-lab"])
            self.assertEqual(world.doctor.get("Provenance/of-p2-lab/_history").json["total"], 2)
            for path in ("Provenance/of-p2-lab", "Provenance/of-p2-lab/_history/1", "Provenance/of-dr", "Binary/of-p2-lab", "Binary/of-p2-lab/_history/1"):
                self.assertEqual(world.doctor.get(path).status, 200, path)

    def test_what_an_include_leads_to_is_withheld(self):
        made = provenance("of-sources", "Practitioner/dr", entity=[{"role": "source", "what": {"reference": f"Binary/{one}"}}
                                                                  for one in ("of-p1", "of-p2-lab")])
        for world in self.worlds:
            self.assertEqual(world.system.put("Provenance/of-sources", made).status, 201)
            found = world.doctor.get("Provenance?_id=of-sources&_include=Provenance:entity").json
            self.assertEqual(world.system.delete("Provenance/of-sources").status, 204)
            self.assertEqual(match_ids(found, "include"), ["Binary/of-p2-lab"] if world.has_withheld else [])  # one is not there

    def test_what_tells_of_what_is_withheld_is_not_changed(self):
        doctor = self.worlds[0].doctor
        for resource in (provenance("of-p1-lab", "Observation/p2-lab"), attachment("of-p1-lab", "Observation/p2-lab")):
            path = f"{resource['resourceType']}/{resource['id']}"
            for done in (doctor.put(path, resource), doctor.delete(path)):
                self.assertEqual(done.status, 403, done)
                self.assertNotIn(b"p1", done.body)
        for resource in (provenance("more", "Observation/p1-lab"), provenance("of-p2-lab", "Observation/p1-lab")):
            self.assertEqual(doctor.put(f"Provenance/{resource['id']}", resource).status, 403)
        self.assertEqual(doctor.put("Provenance/of-dr", provenance("of-dr", "Practitioner/dr")).status, 200)


if __name__ == "__main__":
    unittest.main()
