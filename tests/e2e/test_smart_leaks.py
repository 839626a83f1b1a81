"""What a token does not allow cannot be seen by any way into the data. Nothing of patient p2 may
show for a token of patient p1: not in entries, not in counts, not by what a search finds."""
import json
import unittest

from smart import SmartCase, observation
from support import match_ids
from test_async import finished

WIDE = "launch/patient patient/*.rs"


class OnePatient(SmartCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.system.put("Observation/p1-lab", {**observation("p1-lab", "p1", "laboratory"), "note": [{"text": "again"}]})

    def setUp(self):
        super().setUp()
        self.one = self.bearer(WIDE)

    def assert_nothing_of_p2(self, response):
        self.assertNotIn(b"p2", response.body, response)
        self.assertNotIn(b"Twofold", response.body, response)

    def test_searches_find_the_own_resources_alone(self):
        for kind in ("Patient", "Encounter", "Observation", "Condition", "Device"):
            ids = self.one.all_ids(kind)
            self.assertTrue(ids, kind)
            self.assertTrue(all("p1" in one for one in ids), ids)

    def test_asking_for_another_patient_finds_nothing(self):
        for path in ("Observation?patient=p2", "Observation?subject=Patient/p2", "Observation?_id=p2-lab",
                     "Patient?_id=p2", "Patient?family=Twofold", "Condition?code:text=condition",
                     "Observation?category=laboratory&patient=Patient/p1,Patient/p2",
                     "Patient/p2/Observation", "Patient/p2/*", "Observation?_filter=subject eq Patient/p2",
                     "Encounter?subject:Patient=p2", "Device?patient=p2"):
            answer = self.one.get(path.replace(" ", "%20"))
            self.assert_status(answer, 200)
            ids = match_ids(answer.json)
            self.assertFalse([one for one in ids if "p2" in one], path)
            self.assertEqual(answer.json.get("total", len(ids)), len(ids), path)

    def test_counts_count_what_is_shown(self):
        for path, expected in (("Observation?_summary=count", 2), ("Observation?_total=accurate&_count=1", 2),
                               ("Patient?_summary=count", 1), ("Patient?family=Twofold&_summary=count", 0),
                               ("Observation?patient=p2&_count=0", 0), ("?_type=Patient,Observation&_summary=count", 3)):
            answer = self.one.get(path)
            self.assert_status(answer, 200)
            self.assertEqual(answer.json["total"], expected, path)

    def test_a_post_search_is_held_to_the_same(self):
        answer = self.one.post("Observation/_search", "subject=Patient/p2",
                               Content_Type="application/x-www-form-urlencoded")
        self.assert_status(answer, 200)
        self.assertEqual(answer.json.get("entry", []), [])

    def test_an_answer_that_came_later_is_read_by_who_asked_alone(self):
        accepted = self.one.get("Observation", Prefer="respond-async")
        self.assert_status(accepted, 202)
        location = accepted["Content-Location"]
        url = location[location.index("_async/"):]
        other = self.bearer(WIDE, patient="p2")
        self.assert_outcome(other.get(url), 404, "not-found")
        self.assert_outcome(other.delete(url), 404, "not-found")
        self.assert_outcome(other.get(url.split("-")[0]), 404, "not-found")
        again = self.bearer(WIDE)  # another token of the same app, user and patient
        answer = finished(again, url)
        self.assert_status(answer, 200)
        found = answer.json["entry"][0]["resource"]
        self.assertEqual({entry["resource"]["id"] for entry in found["entry"]}, {"p1-lab", "p1-vital"})
        self.assert_status(again.delete(url), 202)

    def test_how_a_search_is_answered_tells_no_counts_of_others(self):
        answer = self.one.get("Patient?family=Twofold&_explain=true")
        self.assertNotIn(b"index rows", answer.body)
        self.assertIn(b"is not told: the token may not read all", answer.body)

    def test_reads_of_others_are_as_if_they_were_not_there(self):
        there = self.one.get("Observation/p2-lab")
        self.assert_outcome(there, 404, "not-found")
        nowhere = self.one.get("Observation/nowhere")
        self.assertEqual(there.json, nowhere.json)
        self.assert_outcome(self.one.get("Patient/p2"), 404)
        self.assert_outcome(self.one.get("Group/both"), 403)
        head = self.one.request("HEAD", "Observation/p2-lab")
        self.assert_status(head, 404)

    def test_pages_do_not_show_where_others_lie(self):
        ids = self.one.all_ids("Observation", {"_count": "1"})
        self.assertEqual(sorted(ids), ["Observation/p1-lab", "Observation/p1-vital"])

    def test_a_further_page_does_not_show_what_is_no_longer_of_the_patient(self):
        # To a token that reads everything the page gives the version of then.
        for client, expected in ((self.one, 0), (self.system, 1)):
            self.system.put("Observation/moved", observation("moved", "p1", "laboratory"))
            came = []
            for page in client.pages("Observation", {"_count": "1", "_sort": "_lastUpdated", "patient": "p1"}):
                self.assert_status(page, 200)
                came += match_ids(page.json)
                self.system.put("Observation/moved", observation("moved", "p2", "laboratory"))
            self.assertEqual(came.count("Observation/moved"), expected, came)
        self.system.delete("Observation/moved")

    def test_pages_neither_repeat_nor_lose_what_stays_of_the_patient(self):
        ids = [f"paged{at}" for at in range(8)]
        everything = {f"Observation/{one}" for one in ids}
        filtered = self.bearer("launch/patient patient/Observation.rs?category=laboratory")
        for client in (self.one, filtered):
            for path in ({}, {"_sort": "-_lastUpdated"}, {"_sort": "code"}, {"_sort": "-_id"}):
                with self.subTest(path=path, filtered=client is filtered):
                    for one in ids:
                        self.system.put(f"Observation/{one}", observation(one, "p1", "laboratory", "1-" + one[-1]))
                    before = {f"Observation/{one}": self.system.get(f"Observation/{one}").json for one in ids}
                    came, found = [], {}
                    query = {"_count": "2", "code": ",".join("1-" + one[-1] for one in ids), **path}
                    for number, page in enumerate(client.pages("Observation", query)):
                        self.assert_status(page, 200)
                        came += match_ids(page.json)
                        found |= {f"Observation/{e['resource']['id']}": e["resource"] for e in page.json["entry"]}
                        if number == 0:
                            ahead = [one for one in sorted(before) if one not in found]
                            # Changed, no longer matching, deleted, changed and deleted; and one that was seen.
                            for one, code in ((ahead[0], "1-9"), (ahead[1], "2-2"), (ahead[3], "2-3"), (came[0], "1-9")):
                                name = one.partition("/")[2]
                                self.system.put(one, observation(name, "p1", "laboratory", code))
                            self.system.delete(ahead[2])
                            self.system.delete(ahead[3])
                            self.system.put("Observation/paged-new", observation("paged-new", "p1", "laboratory", "1-1"))
                    self.assertEqual(sorted(came), sorted(everything))
                    self.assertEqual(found, {one: before[one] for one in everything})
                    self.system.delete("Observation/paged-new")
        for one in ids:
            self.system.delete(f"Observation/{one}")

    def test_pages_do_not_show_what_was_deleted_after_it_was_anothers(self):
        for one in ("first", "second", "third"):
            self.system.put(f"Observation/{one}", observation(one, "p1", "laboratory", "3-3"))
        came = []
        for page in self.one.pages("Observation", {"_count": "1", "code": "3-3"}):
            self.assert_status(page, 200)
            came += match_ids(page.json)
            if len(came) == 1:
                self.system.put("Observation/third", observation("third", "p2", "laboratory", "3-3"))
                self.system.delete("Observation/third")
        self.assertEqual(came, ["Observation/first", "Observation/second"])
        for one in ("first", "second"):
            self.system.delete(f"Observation/{one}")

    def test_chains_and_has_see_the_own_resources_alone(self):
        for path in ("Observation?subject.name=Twofold", "Observation?patient.family=Twofold",
                     "Observation?subject:Patient.birthdate=1980-02-02", "Patient?_has:Observation:subject:_id=p2-lab",
                     "Practitioner?_has:Observation:performer:subject=Patient/p2",
                     "Practitioner?_has:Observation:performer:patient.name=Twofold",
                     "Organization?_has:Patient:organization:family=Twofold",
                     "Condition?encounter.subject=Patient/p2", "Organization?_has:Patient:organization:_id=p2"):
            answer = self.one.get(path)
            self.assert_status(answer, 200)
            self.assertEqual(match_ids(answer.json), [], path)
        for path in ("Observation?subject.name=Onely", "Practitioner?_has:Observation:performer:subject=Patient/p1",
                     "Organization?_has:Patient:organization:family=Onely"):
            self.assert_status(self.one.get(path), 200)
        self.assertTrue(match_ids(self.one.get("Organization?_has:Patient:organization:family=Onely").json))

    def test_a_filter_expression_is_held_to_the_same(self):
        answer = self.one.search("Observation", {"_filter": "subject.name eq \"Twofold\" or not (status eq final)"})
        self.assert_status(answer, 200)
        self.assertEqual(match_ids(answer.json), [])
        answer = self.one.search("Observation", {"_filter": "status eq final"})
        self.assertEqual(len(match_ids(answer.json)), 2)

    def test_includes_bring_nothing_of_others(self):
        for path in ("Organization?_revinclude=Patient:organization", "Practitioner?_revinclude=Observation:performer",
                     "Patient?_revinclude=Observation:subject&_revinclude=Condition:subject&_revinclude=Group:member",
                     "List?_include=List:item", "List?_include=*"):
            answer = self.one.get(path)
            self.assert_status(answer, 200)
            ids = match_ids(answer.json, "match") + match_ids(answer.json, "include")
            self.assertFalse([one for one in ids if "p2" in one or "Group" in one], (path, ids))
        included = match_ids(self.one.get("Organization?_revinclude=Patient:organization").json, "include")
        self.assertEqual(included, ["Patient/p1"])
        self.assert_outcome(self.one.get("Observation?_include=Observation:subject&_include:iterate=Patient:organization"),
                            403, "forbidden")

    def test_a_list_of_the_own_shows_no_resource_of_others(self):
        answer = self.one.get("Condition?_list=mixed")
        self.assert_status(answer, 200)
        self.assertEqual(match_ids(answer.json), [])

    def test_histories_show_the_own_resources_alone(self):
        for path in ("_history", "Observation/_history"):
            answer = self.one.get(path)
            self.assert_status(answer, 200)
            self.assertNotIn("total", answer.json)
            for entry in answer.json["entry"]:
                if entry["resource"]["resourceType"] != "List":  # its own text names another's resource
                    self.assertNotIn("p2", json.dumps(entry))
            self.assertIn(b"p1-lab", answer.body)
        self.assertEqual(self.one.get("Observation/p1-lab/_history").json["total"], 2)
        for path in ("Observation/p2-lab/_history", "Patient/p2/_history", "Observation/p2-lab/_history/1"):
            there = self.one.get(path)
            self.assert_outcome(there, 404, "not-found")
            self.assertEqual(there.json, self.one.get(path.replace("p2", "nowhere")).json)
        self.assert_status(self.one.get("Observation/p1-lab/_history/1"), 200)
        self.assert_status(self.one.get("Observation/p1-lab/_history/2"), 200)
        self.assert_outcome(self.one.get("Observation/p1-lab/_history/3"), 404)

    def test_of_a_history_those_versions_are_shown_that_were_of_the_patient(self):
        for patient in ("p2", "p1", "p2", "p1", "p1"):
            more = {"valueString": f"was of {patient}"}
            self.system.put("Observation/went", observation("went", patient, "laboratory", **more))
            self.system.put("Observation/went", observation("went", patient, "vital-signs", **more))
        history = self.one.get("Observation/went/_history")
        self.assert_status(history, 200)
        self.assertEqual(history.json["total"], 6)
        versions = [entry["resource"]["meta"]["versionId"] for entry in history.json["entry"]]
        self.assertEqual(versions, ["10", "9", "8", "7", "4", "3"])
        paged = []
        for page in self.one.pages("Observation/went/_history", {"_count": "4"}):
            self.assert_status(page, 200)
            self.assert_nothing_of_p2(page)
            self.assertTrue(page.json.get("entry"), "a page without a version tells of versions that are not shown")
            paged += [entry["resource"]["meta"]["versionId"] for entry in page.json["entry"]]
        self.assertEqual(paged, versions)
        for version in range(1, 12):
            answer = self.one.get(f"Observation/went/_history/{version}")
            self.assert_status(answer, 200 if str(version) in versions else 404)
        filtered = self.bearer("launch/patient patient/Observation.rs?category=laboratory")
        self.assert_outcome(filtered.get("Observation/went/_history"), 404)
        self.assert_nothing_of_p2(self.one.get("Observation/_history"))
        self.system.delete("Observation/went")
        self.assert_outcome(self.one.get("Observation/went/_history"), 404)
        self.assertNotIn(b"went", self.one.get("Observation/_history").body)

    def test_everything_holds_the_own_record_alone(self):
        answer = self.one.get("Patient/p1/$everything")
        self.assert_status(answer, 200)
        self.assertIn(b"p1-lab", answer.body)
        for entry in answer.json["entry"]:
            if entry["resource"]["resourceType"] != "List":  # its own text names another's resource
                self.assertNotIn("p2", json.dumps(entry["resource"]))
        self.assert_outcome(self.one.get("Patient/p2/$everything"), (403, 404))
        answer = self.one.get("Patient/$everything")
        for entry in answer.json.get("entry", []):
            self.assertNotIn("p2", entry["resource"]["id"])

    def test_graphql_shows_the_own_record_alone(self):
        for query in ("{ PatientList { id name { family } } }", "{ ObservationList { id valueString } }",
                      "{ Patient(id: \"p2\") { id name { family } } }",
                      "{ PatientConnection { count edges { resource { id name { family } } } } }",
                      "{ OrganizationList { id PatientList(_reference: organization) { id name { family } } } }",
                      "{ ListList { entry { item { resource { ... on Condition { id code { text } } } } } } }"):
            answer = self.one.post("$graphql", query, Content_Type="application/graphql")
            self.assertNotIn(b"Twofold", answer.body, query)
            self.assertNotIn(b"secret of p2", answer.body, query)
            self.assertNotIn(b"condition of p2", answer.body, query)
            self.assertNotIn(b'"count":2', answer.body, query)
        answer = self.one.post("$graphql", "{ PatientList { id } }", Content_Type="application/graphql")
        self.assertIn(b'"p1"', answer.body)

    def test_operations_see_the_own_record_alone(self):
        answer = self.one.get("Observation/$lastn?patient=p2&category=laboratory")
        self.assertNotIn(b"p2-lab", answer.body)
        match = {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": {
            "resourceType": "Patient", "name": [{"family": "Twofold", "given": ["Kim"]}], "birthDate": "1980-02-02"}}]}
        self.assertNotIn(b"Patient/p2", self.one.post("Patient/$match", match).body)
        self.assert_outcome(self.one.get("$meta"), 403, "forbidden")
        self.assert_outcome(self.one.get("Observation/$meta"), 403, "forbidden")
        self.assert_outcome(self.one.get("Observation/p2-lab/$meta"), 404)
        stats = self.one.get("Observation/$stats?subject=Patient/p2&code=http://loinc.org|8867-4&statistic=count&duration=100000")
        self.assertNotIn(b'"value":1', stats.body)
        self.assert_outcome(self.one.get("$diff?from=Observation/p1-lab&to=Observation/p2-lab"), (403, 404))

    def test_operations_on_definitions_are_answered(self):
        one = self.bearer("user/ValueSet.rs")
        self.assert_status(one.get("ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/administrative-gender"), 200)
        self.assert_outcome(one.get("CodeSystem/$lookup?system=http://hl7.org/fhir/administrative-gender&code=male"),
                            403, "forbidden")
        self.assert_status(one.post("Patient/$validate", {"resourceType": "Patient"}), 200)
        self.assert_outcome(one.post("$closure", {"resourceType": "Parameters"}), 403, "forbidden")

    def test_erasure_and_indexing_are_refused(self):
        for path in ("$expunge", "Patient/p1/$expunge", "$reindex", "Observation/p1-lab/$delete-history"):
            self.assert_outcome(self.system.post(path, {"resourceType": "Parameters"}), (403, 404, 405))

    def test_entries_of_a_bundle_are_judged_one_by_one(self):
        bundle = {"resourceType": "Bundle", "type": "batch", "entry": [
            {"request": {"method": "GET", "url": url}}
            for url in ("Observation/p1-lab", "Observation/p2-lab", "Observation?subject=Patient/p2", "$expunge", "Group/_history")]}
        answer = self.one.post("", bundle)
        self.assert_status(answer, 200)
        statuses = [entry["response"]["status"].split()[0] for entry in answer.json["entry"]]
        self.assertEqual(statuses[:3], ["200", "404", "200"])
        self.assertTrue(all(status in ("400", "403") for status in statuses[3:]), statuses)
        self.assertNotIn(b"p2-lab\"", answer.body)

    def test_changes_are_held_to_the_patient_of_the_token(self):
        cud = self.bearer("launch/patient patient/*.cruds")
        own, other = observation("p1-tmp", "p1", "laboratory"), observation("p1-tmp", "p2", "laboratory")
        self.system.put("Observation/p1-tmp", own)
        self.assert_status(cud.put("Observation/p1-tmp", {**own, "note": [{"text": "x"}]}), 200)
        for answer in (cud.put("Observation/p1-tmp", other), cud.post("Observation", other),
                       cud.put("Practitioner/dr", {"resourceType": "Practitioner", "id": "dr"}),
                       cud.post("", {"resourceType": "Bundle", "type": "transaction", "entry": [
                           {"resource": other, "request": {"method": "PUT", "url": "Observation/p1-tmp"}}]})):
            self.assert_outcome(answer, 403, "forbidden")
        unseen = cud.put("Observation/p2-lab", observation("p2-lab", "p1", "laboratory"))
        self.assert_outcome(unseen, 404, "not-found")
        self.assertEqual(unseen.json, cud.put("Observation/nowhere", observation("nowhere", "p1", "laboratory")).json)
        self.assert_status(cud.delete("Observation/p1-tmp"), 204)

    def test_problems_are_told_without_data(self):
        for path in ("Observation/p2-lab", "Observation/p2-lab/_history/1", "Patient/p2/$everything"):
            answer = self.one.get(path)
            self.assertNotIn(b"Twofold", answer.body)
            self.assertNotIn(b"secret", answer.body)


class AnsweredLater(SmartCase):
    def accepted(self, client, path):
        response = client.get(path, Prefer="respond-async")
        self.assert_status(response, 202)
        return response["Content-Location"].split("/fhir/")[1]

    def finished(self, client, url):
        response = finished(client, url)
        self.assert_status(response, 200)
        return response.json["entry"][0]

    def test_the_answer_is_for_the_bearer_alone(self):
        two = self.bearer(WIDE, patient="p2")
        url = self.accepted(two, "Observation")
        self.assertIn("p2-lab", json.dumps(self.finished(two, url)))
        ident = url.split("/")[1].split(".")[0]
        for other in (self.bearer(WIDE), self.bearer("launch/patient patient/Patient.rs", patient="p2"),
                      self.bearer("user/*.cruds")):
            for name in (url, "_async/" + ident, url[:-1] + ("0" if url[-1] != "0" else "1")):
                self.assert_outcome(other.get(name), 404, "not-found")
                self.assert_outcome(other.delete(name), 404, "not-found")
        self.assertIn("p2-lab", json.dumps(self.finished(self.bearer(WIDE, patient="p2"), url)))
        self.assert_status(two.delete(url), 202)
        self.assert_outcome(two.get(url), 404, "not-found")

    def test_it_holds_what_the_token_allows(self):
        one = self.bearer(WIDE)
        answer = self.finished(one, self.accepted(one, "Observation?subject=Patient/p2,Patient/p1"))
        self.assertNotIn("p2", json.dumps(answer["resource"].get("entry")))
        answer = self.finished(one, self.accepted(one, "Patient/p2/$everything"))
        self.assertEqual(answer["response"]["status"], "404 Not Found")
        reading = self.bearer("user/Observation.rs")
        response = reading.post("Organization", {"resourceType": "Organization", "name": "X"}, Prefer="respond-async")
        self.assertEqual(self.finished(reading, response["Content-Location"].split("/fhir/")[1])["response"]["status"], "403")


class Granular(SmartCase):
    SCOPE = ("launch/patient patient/Patient.rs patient/Condition.rs "
             "patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory")

    def test_the_filter_holds_for_every_way_to_a_resource(self):
        one = self.bearer(self.SCOPE)
        self.assertEqual(one.all_ids("Observation"), ["Observation/p1-lab"])
        self.assertEqual(one.all_ids("Observation", {"category": "vital-signs"}), [])
        self.assertEqual(one.get("Observation?_summary=count").json["total"], 1)
        self.assert_status(one.get("Observation/p1-lab"), 200)
        self.assert_outcome(one.get("Observation/p1-vital"), 404)
        ids = match_ids(one.get("Patient?_revinclude=Observation:subject").json, "include")
        self.assertEqual(ids, ["Observation/p1-lab"])
        self.assertEqual(match_ids(one.get("Patient?_has:Observation:subject:category=vital-signs").json), [])
        self.assertEqual(match_ids(one.get("Patient?_has:Observation:subject:category=laboratory").json), ["Patient/p1"])
        self.assertNotIn(b"p1-vital", one.get("Patient/p1/$everything").body)
        self.assert_outcome(one.get("Encounter?patient=p1"), 403)

    def test_filters_of_several_scopes_add_up(self):
        system = "http://terminology.hl7.org/CodeSystem/observation-category|"
        scope = (f"launch/patient patient/Observation.rs?category={system}laboratory "
                 f"patient/Observation.rs?category={system}vital-signs")
        said = self.app.launch(scope)
        self.assertEqual(set(said["scope"].split()), set(scope.split()))
        one = self.bearer(scope)
        self.assertEqual(sorted(one.all_ids("Observation")), ["Observation/p1-lab", "Observation/p1-vital"])

    def test_a_filter_that_cannot_be_enforced_is_not_granted(self):
        said = self.app.launch("launch/patient patient/Patient.rs patient/Observation.rs?nonsense=x "
                               "patient/Nothing.rs patient/Observation.rs?_include=Observation:subject")
        self.assertEqual(set(said["scope"].split()), {"launch/patient", "patient/Patient.rs"})


class OneType(SmartCase):
    def test_a_type_without_a_scope_is_seen_by_no_way(self):
        one = self.bearer("user/Observation.rs")
        self.assertEqual(len(one.all_ids("Observation")), 4)
        for path in ("Patient", "Patient/p1", "Observation?subject.name=Onely", "Observation?subject:Patient.name=Onely",
                     "Patient/_history", "Patient/p1/$everything", "?_type=Patient"):
            self.assert_outcome(one.get(path), 403, "forbidden")
        answer = one.get("Observation?_include=Observation:subject")
        self.assert_status(answer, 200)
        self.assertEqual(match_ids(answer.json, "include"), [])
        self.assertEqual({i.split("/")[0] for i in match_ids(one.get("?_type=Patient,Observation").json)}, {"Observation"})
        self.assert_status(one.get("Observation/_history"), 200)
        everything = one.get("_history")
        self.assert_status(everything, 200)
        self.assertEqual({e["resource"]["resourceType"] for e in everything.json["entry"]}, {"Observation"})
        self.assert_status(one.get("Observation/p1-lab/_history/1"), 200)

    def test_reading_and_searching_are_rights_apart(self):
        one = self.bearer("user/Observation.r")
        self.assert_status(one.get("Observation/p1-lab"), 200)
        self.assert_outcome(one.get("Observation?_id=p1-lab"), 403)
        one = self.bearer("user/Observation.s")
        self.assert_outcome(one.get("Observation/p1-lab"), 403)
        self.assert_status(one.get("Observation?_id=p1-lab"), 200)

    def test_what_lists_resources_is_a_search(self):
        one = self.bearer("user/Patient.rs user/Observation.r")
        self.assert_outcome(one.get("Observation/_history"), 403, "forbidden")
        self.assert_status(one.get("Observation/p1-lab/_history"), 200)
        answer = one.get("Patient?_revinclude=Observation:subject")
        self.assert_status(answer, 200)
        self.assertEqual(match_ids(answer.json, "include"), [])
        other = self.bearer("user/Patient.r user/Observation.rs")
        answer = other.get("Observation?_include=Observation:subject")
        self.assertEqual(set(match_ids(answer.json, "include")), {"Patient/p1", "Patient/p2"})

    def test_changes_need_their_letter(self):
        one = self.bearer("user/Organization.rs")
        body = {"resourceType": "Organization", "id": "new", "name": "New"}
        self.assert_outcome(one.put("Organization/new", body), 403, "forbidden")
        self.assert_outcome(one.post("Organization", body), 403)
        self.assert_outcome(one.delete("Organization/org"), 403)
        writer = self.bearer("user/Organization.cu")
        self.assert_status(writer.put("Organization/new", body), 201)
        self.assert_outcome(writer.get("Organization/new"), 403)
        self.assert_outcome(writer.delete("Organization/new"), 403)
        self.assert_outcome(writer.put("Patient/new", {"resourceType": "Patient", "id": "new"}), 403)
        answer = writer.post("Organization", body, If_None_Exist="name=Clinic")
        self.assert_outcome(answer, 403)
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [
            {"resource": body, "request": {"method": "PUT", "url": "Organization/new"}},
            {"resource": {"resourceType": "Patient", "id": "new"}, "request": {"method": "PUT", "url": "Patient/new"}}]}
        self.assert_outcome(writer.post("", bundle), 403)
        self.assert_status(self.system.get("Patient/new"), 404)

    def test_a_token_without_scopes_of_resources_sees_nothing(self):
        """But for the record of the user, which fhirUser asks for."""
        for scope in ("openid", "openid fhirUser"):
            one = self.bearer(scope)
            for path in ("Patient", "Patient/p1", "Practitioner", "Practitioner?_id=dr", "_history", "?_type=Patient",
                         "?_type=Practitioner", "Organization/org"):
                self.assert_outcome(one.get(path), 403, "forbidden")
            self.assert_outcome(one.get("Practitioner/nobody"), (403, 404))
            self.assert_status(one.get("Practitioner/dr"), 200 if "fhirUser" in scope else 403)
            self.assert_outcome(one.put("Practitioner/dr", {"resourceType": "Practitioner", "id": "dr"}), 403)


if __name__ == "__main__":
    unittest.main()
