"""https://hl7.org/fhir/R4/http.html: read, vread, create, update, delete, history of an instance."""
import email.utils
import threading
import time

from support import ServerCase, exact, differences, entries, patient


class Create(ServerCase):
    def test_answers_201_with_location_etag_last_modified_and_the_resource(self):
        response = self.http.post("Patient", patient("Create"))
        self.assert_status(response, 201)
        made = response.json
        self.assertEqual(response["Location"], f"{self.server.base}/Patient/{made['id']}/_history/1")
        self.assertEqual(response["ETag"], 'W/"1"')
        self.assertEqual(made["meta"]["versionId"], "1")
        self.assertIn("lastUpdated", made["meta"])
        said = email.utils.parsedate_to_datetime(response["Last-Modified"]).timestamp()
        self.assertLess(abs(said - time.time()), 300)

    def test_gives_its_own_id_and_ignores_the_one_sent(self):
        made = self.create(patient("Create", id="chosen-by-client"))
        self.assertNotEqual(made["id"], "chosen-by-client")

    def test_ignores_the_version_and_time_sent_and_keeps_other_meta(self):
        made = self.create(patient("Meta", meta={
            "versionId": "77", "lastUpdated": "2001-01-01T00:00:00Z",
            "profile": ["http://hl7.org/fhir/StructureDefinition/Patient"],
            "tag": [{"system": "http://example.org/tags", "code": "kept"}]}))
        self.assertEqual(made["meta"]["versionId"], "1")
        self.assertNotEqual(made["meta"]["lastUpdated"][:4], "2001")
        self.assertEqual(made["meta"]["tag"][0]["code"], "kept")
        self.assertEqual(made["meta"]["profile"], ["http://hl7.org/fhir/StructureDefinition/Patient"])

    def test_prefer_return_chooses_the_body(self):
        minimal = self.http.post("Patient", patient(), Prefer="return=minimal")
        self.assert_status(minimal, 201)
        self.assertEqual(minimal.body, b"")
        self.assertTrue(minimal["Location"])
        full = self.http.post("Patient", patient(), Prefer="return=representation")
        self.assertEqual(full.json["resourceType"], "Patient")
        outcome = self.http.post("Patient", patient(), Prefer="return=OperationOutcome")
        self.assert_status(outcome, 201)
        self.assertEqual(outcome.json["resourceType"], "OperationOutcome")
        self.assertTrue(all(i["severity"] not in ("error", "fatal") for i in outcome.issues))

    def test_if_none_exist_creates_once_then_answers_the_match_then_refuses_several(self):
        body = patient("Conditional", identifier=[{"system": "urn:test:cond", "value": "one"}])
        condition = "identifier=urn:test:cond|one"
        first = self.http.post("Patient", body, If_None_Exist=condition)
        self.assert_status(first, 201)
        second = self.http.post("Patient", body, If_None_Exist=condition)
        self.assert_status(second, 200)
        self.assertEqual(second.json["id"], first.json["id"])
        self.assertEqual(len(self.http.all_ids("Patient", {"identifier": "urn:test:cond|one"})), 1)
        self.create(body)
        self.assert_outcome(self.http.post("Patient", body, If_None_Exist=condition), 412,
                            "multiple-matches")

    def test_keeps_order_of_members_and_lexemes_of_numbers(self):
        text = ('{"status":"final","resourceType":"Observation","code":{"text":"x"},'
                '"valueQuantity":{"unit":"kg","value":1.500},"component":[{"code":{"text":"e"},'
                '"valueQuantity":{"value":1.0E+2}},{"code":{"text":"n"},"valueQuantity":{"value":-0.00}}]}')
        made = self.http.post("Observation", text)
        self.assert_status(made, 201)
        got = self.http.get("Observation/" + made.json["id"])
        self.assertEqual(differences(exact(text), exact(got.body), ignore=("meta", "id")), [])


class Read(ServerCase):
    def test_answers_the_resource_with_its_version(self):
        made = self.create(patient("Read"))
        response = self.http.get("Patient/" + made["id"])
        self.assert_status(response, 200)
        self.assertEqual(response.json, made)
        self.assertEqual(response["ETag"], 'W/"1"')
        self.assertTrue(response["Last-Modified"])
        self.assertTrue(response["Content-Type"].startswith("application/fhir+json"))

    def test_head_has_the_headers_and_no_body(self):
        made = self.create(patient("Head"))
        response = self.http.request("HEAD", "Patient/" + made["id"])
        self.assert_status(response, 200)
        self.assertEqual(response.body, b"")
        self.assertEqual(response["ETag"], 'W/"1"')

    def test_if_none_match_with_the_current_version_is_304(self):
        made = self.create(patient("Cached"))
        path = "Patient/" + made["id"]
        fresh = self.http.get(path, If_None_Match='W/"1"')
        self.assert_status(fresh, 304)
        self.assertEqual(fresh.body, b"")
        self.assert_status(self.http.get(path, If_None_Match='W/"9"'), 200)

    def test_if_modified_since_the_last_change_is_304(self):
        made = self.create(patient("Cached"))
        path = "Patient/" + made["id"]
        stamp = self.http.get(path)["Last-Modified"]
        self.assert_status(self.http.get(path, If_Modified_Since=stamp), 304)
        self.assert_status(self.http.get(path, If_Modified_Since="Mon, 01 Jan 2001 00:00:00 GMT"), 200)

    def test_unknown_id_unknown_type_and_unknown_path_are_404(self):
        self.assert_outcome(self.http.get("Patient/no-such-id"), 404, "not-found")
        self.assert_outcome(self.http.get("Patent/1"), 404, ("not-found", "not-supported"))
        self.assert_outcome(self.http.get("Patient/1/what/is/this"), 404, "not-found")
        self.assert_outcome(self.http.raw("GET", "/nothing"), 404, "not-found")

    def test_an_id_that_no_resource_can_have_is_refused(self):
        self.assert_outcome(self.http.get("Patient/" + "a" * 65), (400, 404))
        self.assert_outcome(self.http.get("Patient/a%20b"), (400, 404))
        self.assert_outcome(self.http.get("Patient/..%2F..%2Fetc"), (400, 404))

    def test_accept_of_what_is_not_written_is_406_and_format_overrides_it(self):
        made = self.create(patient("Accept"))
        path = "Patient/" + made["id"]
        self.assert_outcome(self.http.get(path, Accept="text/turtle"), 406)
        self.assert_status(self.http.get(path, Accept="application/fhir+json;q=0.5, text/html"), 200)
        self.assert_status(self.http.get(path, Accept="*/*"), 200)
        self.assert_status(self.http.get(path + "?_format=json", Accept="text/turtle"), 200)
        self.assert_outcome(self.http.get(path + "?_format=ttl"), 406)

    def test_pretty_writes_lines(self):
        made = self.create(patient("Pretty"))
        response = self.http.get(f"Patient/{made['id']}?_pretty=true")
        self.assertIn(b"\n", response.body)
        self.assertEqual(response.json, made)


class Update(ServerCase):
    def test_makes_a_version_and_keeps_the_old(self):
        made = self.create(patient("Before"))
        path = "Patient/" + made["id"]
        response = self.http.put(path, patient("After", id=made["id"]))
        self.assert_status(response, 200)
        self.assertEqual(response["ETag"], 'W/"2"')
        self.assertEqual(self.http.get(path).json["name"][0]["family"], "After")
        old = self.http.get(path + "/_history/1")
        self.assert_status(old, 200)
        self.assertEqual(old.json["name"][0]["family"], "Before")
        self.assertEqual(old["ETag"], 'W/"1"')
        self.assert_outcome(self.http.get(path + "/_history/3"), 404, "not-found")
        self.assert_outcome(self.http.get(path + "/_history/x"), 404, "not-found")

    def test_of_an_unknown_id_creates_it_under_that_id(self):
        response = self.http.put("Patient/update-as-create", patient(id="update-as-create"))
        self.assert_status(response, 201)
        self.assertEqual(response["Location"],
                         f"{self.server.base}/Patient/update-as-create/_history/1")
        self.assert_status(self.http.get("Patient/update-as-create"), 200)

    def test_if_match_of_another_version_is_412_and_changes_nothing(self):
        made = self.create(patient("Mine"))
        path = "Patient/" + made["id"]
        self.assert_status(self.http.put(path, patient("Two", id=made["id"]), If_Match='W/"1"'), 200)
        refused = self.http.put(path, patient("Lost", id=made["id"]), If_Match='W/"1"')
        self.assert_outcome(refused, 412, "conflict")
        self.assertEqual(self.http.get(path).json["name"][0]["family"], "Two")
        self.assert_outcome(self.http.put(path, patient(id=made["id"]), If_Match="nonsense"), (400, 412))

    def test_if_match_on_what_does_not_exist_is_412(self):
        self.assert_outcome(
            self.http.put("Patient/if-match-none", patient(id="if-match-none"), If_Match='W/"1"'), (404, 412))
        self.assert_outcome(self.http.get("Patient/if-match-none"), 404)

    def test_if_none_match_star_only_creates(self):
        body = patient(id="only-once")
        self.assert_status(self.http.put("Patient/only-once", body, If_None_Match="*"), 201)
        self.assert_outcome(self.http.put("Patient/only-once", body, If_None_Match="*"), (409, 412))

    def test_an_id_other_than_the_urls_or_none_is_400(self):
        self.assert_outcome(self.http.put("Patient/one", patient(id="two")), 400, has_place=True)
        self.assert_outcome(self.http.put("Patient/one", patient()), 400)
        self.assert_outcome(self.http.get("Patient/one"), 404)

    def test_of_several_clients_with_if_match_exactly_one_wins(self):
        from support import Parallel
        made = self.create(patient("Race"))
        path, won = "Patient/" + made["id"], []

        def contend(index):
            with self.server.client() as http:
                response = http.put(path, patient(f"Race{index}", id=made["id"]), If_Match='W/"1"')
                self.assert_status(response, 200, 412)
                if response.status == 200:
                    won.append(index)

        Parallel(8, contend).join()
        self.assertEqual(len(won), 1)
        self.assertEqual(self.http.get(path).json["meta"]["versionId"], "2")


class ConditionalUpdate(ServerCase):
    def body(self, value, **members):
        return patient("Cond", identifier=[{"system": "urn:test:cu", "value": value}], **members)

    def test_creates_updates_and_refuses_several(self):
        path = "Patient?identifier=urn:test:cu%7Ca"
        first = self.http.put(path, self.body("a"))
        self.assert_status(first, 201)
        second = self.http.put(path, self.body("a", active=True))
        self.assert_status(second, 200)
        self.assertEqual(second.json["id"], first.json["id"])
        self.assert_outcome(self.http.put(path, self.body("a", id="another-id")), 400)
        self.create(self.body("a"))
        self.assert_outcome(self.http.put(path, self.body("a")), 412, "multiple-matches")

    def test_delete_by_criteria(self):
        made = self.create(self.body("gone"))
        self.assert_status(self.http.delete("Patient?identifier=urn:test:cu%7Cgone"), 200, 204)
        self.assert_outcome(self.http.get("Patient/" + made["id"]), 410)
        self.assert_status(self.http.delete("Patient?identifier=urn:test:cu%7Cgone"), 200, 204)

    def test_without_criteria_is_refused(self):
        self.assert_outcome(self.http.delete("Patient"), (400, 405, 412))


class Delete(ServerCase):
    def test_a_deleted_resource_is_410_and_its_versions_remain(self):
        made = self.create(patient("Gone"))
        path = "Patient/" + made["id"]
        self.assert_status(self.http.delete(path), 200, 204)
        self.assert_outcome(self.http.get(path), 410, "deleted")
        self.assert_status(self.http.get(path + "/_history/1"), 200)
        self.assert_outcome(self.http.get(path + "/_history/2"), 410, "deleted")
        self.assertEqual(self.http.all_ids("Patient", {"_id": made["id"]}), [])

    def test_twice_and_of_the_unknown_is_no_error(self):
        made = self.create(patient("Gone"))
        for _ in range(2):
            self.assert_status(self.http.delete("Patient/" + made["id"]), 200, 204)
        self.assert_status(self.http.delete("Patient/never-was"), 200, 204)

    def test_an_update_brings_it_back_as_the_next_version(self):
        made = self.create(patient("Lazarus"))
        path = "Patient/" + made["id"]
        self.http.delete(path)
        back = self.http.put(path, patient("Lazarus", id=made["id"]))
        self.assert_status(back, 200, 201)
        self.assertEqual(back["ETag"], 'W/"3"')
        self.assert_status(self.http.get(path), 200)


class History(ServerCase):
    def test_of_an_instance_lists_every_version_the_newest_first(self):
        made = self.create(patient("V1"))
        path = "Patient/" + made["id"]
        self.http.put(path, patient("V2", id=made["id"]))
        self.http.delete(path)
        self.http.put(path, patient("V4", id=made["id"]))
        response = self.http.get(path + "/_history")
        self.assert_status(response, 200)
        history = response.json
        self.assertEqual((history["type"], history["total"]), ("history", 4))
        seen = [(e["request"]["method"], e["response"]["etag"], "resource" in e) for e in entries(history)]
        self.assertEqual(seen, [("PUT", 'W/"4"', True), ("DELETE", 'W/"3"', False),
                                ("PUT", 'W/"2"', True), ("POST", 'W/"1"', True)])
        for one in entries(history):
            self.assertEqual(one["fullUrl"], f"{self.server.base}/{path}")

    def test_pages_by_count_and_since(self):
        made = self.create(patient("V1"))
        path = "Patient/" + made["id"]
        for number in range(2, 8):
            self.http.put(path, patient(f"V{number}", id=made["id"]))
        versions = []
        for page in self.http.pages(path + "/_history", {"_count": "3"}):
            self.assertLessEqual(len(entries(page.json)), 3)
            versions += [e["resource"]["meta"]["versionId"] for e in entries(page.json)]
        self.assertEqual(versions, [str(n) for n in range(7, 0, -1)])
        last = self.http.get(path).json["meta"]["lastUpdated"]
        since = self.http.search(path + "/_history", {"_since": last}).json
        self.assertIn("7", [e["resource"]["meta"]["versionId"] for e in entries(since)])
        self.assert_outcome(self.http.search(path + "/_history", {"_count": "x"}), 400)

    def test_pages_neither_repeat_nor_lose_while_others_write(self):
        ids = [f"paged-{at}" for at in range(4)]
        for number in range(4):
            for one in ids:
                self.assert_status(self.http.put(f"Group/{one}", {"resourceType": "Group", "id": one, "type": "person",
                                                                  "actual": True, "name": f"n{number}"}), 200, 201)
        self.http.delete("Group/" + ids[3])

        def versions(page):
            return [(e["fullUrl"], e["response"]["etag"], e["request"]["method"]) for e in entries(page.json)]
        stop = threading.Event()

        def write():
            with self.server.client() as http:
                number = 0
                while not stop.is_set():
                    number += 1
                    one = ids[number % 4]
                    if number % 3 == 0:
                        http.delete(f"Group/{one}")
                    else:
                        http.put(f"Group/{one}", {"resourceType": "Group", "id": one, "type": "person", "actual": True, "name": f"w{number}"})
                    http.post("Group", {"resourceType": "Group", "type": "person", "actual": True, "name": "new"})
                    time.sleep(0.005)
        for path in ("Group/_history", "_history", f"Group/{ids[0]}/_history"):
            for more in ({}, {"_sort": "_lastUpdated"}, {"_at": "2100-01-01"}):
                with self.subTest(path=path, more=more):
                    before = [one for page in self.http.pages(path, {**more, "_count": "500"}) for one in versions(page)]
                    seen, totals, writer = [], set(), None
                    for page in self.http.pages(path, {**more, "_count": str(max(1, len(before) // 6))}):
                        self.assert_status(page, 200)
                        seen += versions(page)
                        totals.add(page.json["total"])
                        if writer is None:  # the first page tells of which moment all are
                            stop.clear()
                            writer = threading.Thread(target=write)
                            writer.start()
                    stop.set()
                    writer.join()
                    self.assertEqual(seen, before)
                    self.assertEqual(totals, {len(before)})

    def test_of_an_unknown_instance_is_404(self):
        self.assert_outcome(self.http.get("Patient/never-was/_history"), 404)

    def test_of_a_type_and_of_the_system(self):
        made = self.create({"resourceType": "Basic", "code": {"text": "x"}})
        typed = self.http.get("Basic/_history").json
        self.assertIn(made["id"], [e["resource"]["id"] for e in entries(typed) if "resource" in e])
        whole = self.http.get("_history?_count=5").json
        self.assertEqual(whole["type"], "history")


class Negotiation(ServerCase):
    def test_another_content_type_is_415(self):
        for wrong in ("text/plain", "application/x-www-form-urlencoded", "application/octet-stream",
                      "application/fhir+json; charset=iso-8859-1"):
            refused = self.http.post("Patient", patient(), Content_Type=wrong)
            self.assert_outcome(refused, 415)

    def test_the_json_content_types_are_taken(self):
        for good in ("application/fhir+json", "application/json", "application/fhir+json; charset=UTF-8",
                     "application/fhir+json; fhirVersion=4.0"):
            self.assert_status(self.http.post("Patient", patient(), Content_Type=good), 201)

    def test_another_verb_is_405_with_allow(self):
        refused = self.http.request("DELETE", "metadata")
        self.assert_outcome(refused, 405)
        self.assertIn("GET", refused["Allow"])

    def test_an_answer_carries_a_request_id(self):
        self.assertTrue(self.http.get("metadata")["X-Request-Id"])
