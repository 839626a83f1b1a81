"""https://hl7.org/fhir/R4/http.html#transaction"""
import base64
import re

from support import Parallel, ServerCase, bundle, entry, entries, patient


def observation(subject, **members):
    return {"resourceType": "Observation", "status": "final", "code": {"text": "x"},
            "subject": {"reference": subject}, **members}


def organization(value, **members):
    return {"resourceType": "Organization", "name": "Org " + value,
            "identifier": [{"system": "urn:test:org", "value": value}], **members}


def statuses(response):
    return [e["response"]["status"][:3] for e in entries(response.json)]


def place(one):
    """Type/id from an entry's response.location."""
    return re.search(r"([A-Za-z]+/[A-Za-z0-9.-]+)/_history/", one["response"]["location"]).group(1)


class Transaction(ServerCase):
    def test_resolves_urn_uuid_between_entries_in_both_directions(self):
        a, b = "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a", "urn:uuid:88f151c0-a954-468a-88bd-5ae15c08e059"
        response = self.transaction(
            entry("POST", "Observation", observation(a, focus=[{"reference": b}]), b),
            entry("POST", "Patient", patient("Urn", link=[
                {"other": {"reference": a}, "type": "seealso"}]), a))
        self.assert_status(response, 200)
        self.assertEqual(response.json["type"], "transaction-response")
        self.assertEqual(statuses(response), ["201", "201"])
        seen, person = [place(e) for e in entries(response.json)]
        got = self.http.get(seen).json
        self.assertEqual(got["subject"]["reference"], person)
        self.assertEqual(got["focus"][0]["reference"], seen)
        self.assertEqual(self.http.get(person).json["link"][0]["other"]["reference"], person)
        self.assertEqual(self.http.all_ids("Observation", {"subject": person}), [seen])

    def test_resolves_links_in_narrative_and_uris_but_not_in_strings(self):
        a = "urn:uuid:0d5e3a60-4a6c-4d8e-9d8f-0000000000aa"
        response = self.transaction(
            entry("POST", "Patient", patient("Urn"), a),
            entry("POST", "Basic", {
                "resourceType": "Basic", "code": {"text": a},
                "text": {"status": "generated",
                         "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><a href="{a}">x</a></div>'},
                "subject": {"reference": a}}))
        self.assert_status(response, 200)
        person, basic = [place(e) for e in entries(response.json)]
        got = self.http.get(basic).json
        self.assertIn(f'href="{person}"', got["text"]["div"])
        self.assertEqual(got["code"]["text"], a)

    def test_resolves_a_fullurl_that_is_a_url(self):
        response = self.transaction(
            entry("POST", "Patient", patient("Url", id="p1"), "http://elsewhere.example/fhir/Patient/p1"),
            entry("POST", "Observation", observation("Patient/p1"),
                  "http://elsewhere.example/fhir/Observation/o1"),
            entry("POST", "Observation", observation("http://elsewhere.example/fhir/Patient/p1")))
        self.assert_status(response, 200)
        person, one, other = [place(e) for e in entries(response.json)]
        self.assertEqual(self.http.get(one).json["subject"]["reference"], person)
        self.assertEqual(self.http.get(other).json["subject"]["reference"], person)

    def test_does_delete_then_post_then_put_then_get_whatever_their_order(self):
        old = self.create(organization("order"))
        response = self.transaction(
            entry("GET", "Organization?identifier=urn:test:org%7Corder"),
            entry("PUT", "Patient/order-put", patient("Order", id="order-put")),
            entry("POST", "Organization", organization("order"),
                  ifNoneExist="identifier=urn:test:org|order&active=true"),
            entry("DELETE", "Organization/" + old["id"]))
        self.assert_status(response, 200)
        self.assertEqual(statuses(response), ["200", "201", "201", "204"])
        found = entries(response.json)[0]["resource"]
        self.assertEqual(found["resourceType"], "Bundle")
        ids = [e["resource"]["id"] for e in found["entry"]]
        self.assertEqual(len(ids), 1, "the deletion and the creation are seen by the read")
        self.assertNotEqual(ids[0], old["id"])

    def test_is_all_or_nothing(self):
        before = self.http.search("Patient", {"_summary": "count"}).json["total"]
        refused = self.transaction(
            entry("POST", "Patient", patient("Atomic")),
            entry("PUT", "Patient/atomic", patient("Atomic", id="atomic")),
            entry("POST", "Observation", {"resourceType": "Observation", "status": "nonsense",
                                          "code": {"text": "x"}}))
        errors = self.assert_outcome(refused, (400, 422), has_place=True)
        self.assertTrue(any("entry[2]" in " ".join(i.get("expression", [])) for i in errors), errors)
        self.assert_outcome(self.http.get("Patient/atomic"), 404)
        self.assertEqual(self.http.search("Patient", {"_summary": "count"}).json["total"], before)

    def test_is_undone_when_a_version_does_not_match_at_the_end(self):
        made = self.create(patient("Version"))
        refused = self.transaction(
            entry("PUT", "Patient/undone", patient(id="undone")),
            entry("PUT", "Patient/" + made["id"], patient(id=made["id"]), ifMatch='W/"9"'))
        errors = self.assert_outcome(refused, 412, "conflict")
        self.assertTrue(any("entry[1]" in " ".join(i.get("expression", [])) for i in errors), errors)
        self.assert_outcome(self.http.get("Patient/undone"), 404)

    def test_if_none_match_star_only_creates(self):
        made = self.create(patient("There"))
        refused = self.transaction(
            entry("PUT", "Patient/not-yet", patient(id="not-yet"), ifNoneMatch="*"),
            entry("PUT", "Patient/" + made["id"], patient(id=made["id"]), ifNoneMatch="*"))
        self.assert_outcome(refused, 412, "conflict")
        self.assert_outcome(self.http.get("Patient/not-yet"), 404)
        self.assert_status(self.transaction(
            entry("PUT", "Patient/not-yet", patient(id="not-yet"), ifNoneMatch="*")), 200)

    def test_conditional_create_is_the_existing_one_for_the_references_too(self):
        made = self.create(organization("known"))
        o = "urn:uuid:10000000-0000-4000-8000-000000000001"
        parts = (entry("POST", "Organization", organization("known"), o,
                       ifNoneExist="identifier=urn:test:org|known"),
                 entry("POST", "Patient", patient("Managed", managingOrganization={"reference": o})))
        for _ in range(2):
            response = self.transaction(*parts)
            self.assert_status(response, 200)
            self.assertEqual(statuses(response), ["200", "201"])
            got = self.http.get(place(entries(response.json)[1])).json
            self.assertEqual(got["managingOrganization"]["reference"], "Organization/" + made["id"])
        self.assertEqual(len(self.http.all_ids("Organization", {"identifier": "urn:test:org|known"})), 1)

    def test_conditional_references_resolve_or_fail_the_whole(self):
        made = self.create({"resourceType": "Practitioner",
                            "identifier": [{"system": "urn:test:npi", "value": "7"}]})
        reference = "Practitioner?identifier=urn:test:npi|7"
        response = self.transaction(
            entry("POST", "Patient", patient("Cond", generalPractitioner=[{"reference": reference}])))
        self.assert_status(response, 200)
        got = self.http.get(place(entries(response.json)[0])).json
        self.assertEqual(got["generalPractitioner"][0]["reference"], "Practitioner/" + made["id"])

        nobody = self.transaction(entry("POST", "Patient", patient("Cond", generalPractitioner=[
            {"reference": "Practitioner?identifier=urn:test:npi|none"}])))
        self.assert_outcome(nobody, (400, 404, 412, 422))
        self.create({"resourceType": "Practitioner", "identifier": [{"system": "urn:test:npi", "value": "7"}]})
        several = self.transaction(
            entry("POST", "Patient", patient("Cond", generalPractitioner=[{"reference": reference}])))
        self.assert_outcome(several, (400, 412, 422), "multiple-matches")

    def test_conditional_update_and_delete_inside(self):
        made = self.create(organization("cu"))
        response = self.transaction(
            entry("PUT", "Organization?identifier=urn:test:org%7Ccu", organization("cu", active=True)),
            entry("DELETE", "Organization?identifier=urn:test:org%7Cnobody"))
        self.assert_status(response, 200)
        self.assertEqual(statuses(response), ["200", "204"])
        self.assertIs(self.http.get("Organization/" + made["id"]).json["active"], True)

    def test_refuses_two_entries_that_change_the_same_resource(self):
        made = self.create(patient("Twice"))
        for parts in (
                (entry("PUT", "Patient/twice", patient(id="twice")), entry("PUT", "Patient/twice", patient(id="twice"))),
                (entry("PUT", "Patient/" + made["id"], patient(id=made["id"])), entry("DELETE", "Patient/" + made["id"]))):
            self.assert_outcome(self.transaction(*parts), (400, 409, 422))
        self.assertEqual(self.http.get("Patient/" + made["id"]).json["meta"]["versionId"], "1")

    def test_refuses_entries_that_say_nothing_doable(self):
        for wrong in (
                {"resource": patient()},
                entry("FETCH", "Patient", patient()),
                entry("POST", "Patient"),
                entry("POST", "Organization", patient()),
                entry("PUT", "Patient/a", patient(id="b")),
                entry("PUT", "Patient", patient()),
                entry("POST", "Nonsense", patient()),
                entry("POST", "", bundle())):
            refused = self.transaction(entry("PUT", "Patient/fine", patient(id="fine")), wrong)
            self.assert_outcome(refused, (400, 404, 405, 412, 422))
        self.assert_outcome(self.http.get("Patient/fine"), 404)

    def test_of_nothing_is_fine(self):
        response = self.http.post("", {"resourceType": "Bundle", "type": "transaction"})
        self.assert_status(response, 200)
        self.assertEqual(response.json["type"], "transaction-response")

    def test_a_bundle_of_another_type_is_refused_at_the_base_and_stored_at_its_endpoint(self):
        collection = {"resourceType": "Bundle", "type": "collection", "entry": [
            {"fullUrl": "urn:uuid:0d5e3a60-4a6c-4d8e-9d8f-0000000000bb", "resource": patient()}]}
        self.assert_outcome(self.http.post("", collection), (400, 422))
        self.assert_outcome(self.http.post("", patient()), (400, 422))
        self.assert_status(self.http.post("Bundle", collection), 201)

    def test_prefer_representation_returns_the_resources(self):
        response = self.http.post("", bundle(entry("POST", "Patient", patient("Full"))),
                                  Prefer="return=representation")
        one = entries(response.json)[0]
        self.assertEqual(one["resource"]["name"][0]["family"], "Full")
        self.assertEqual(one["response"]["etag"], 'W/"1"')
        self.assertIn("lastModified", one["response"])

    def test_a_read_by_head_brings_no_resource(self):
        made = self.create(patient("Head"))
        response = self.transaction(entry("HEAD", "Patient/" + made["id"]), entry("GET", "Patient/" + made["id"]))
        self.assert_status(response, 200)
        self.assertEqual(statuses(response), ["200", "200"])
        self.assertEqual(["resource" in e for e in entries(response.json)], [False, True])
        self.assertEqual(entries(response.json)[0]["response"]["etag"], 'W/"1"')

    def test_a_versioned_reference_names_the_version_that_the_transaction_makes(self):
        """https://hl7.org/fhir/R4/bundle.html#references: the version is matched by meta.versionId."""
        base = "http://elsewhere.example/fhir/"
        self.create_at("Patient/versioned", patient("One", id="versioned"))
        response = self.transaction(
            entry("POST", "Patient", patient("New", id="p", meta={"versionId": "7"}), base + "Patient/p"),
            entry("PUT", "Patient/versioned", patient("Two", id="versioned", meta={"versionId": "3"}), base + "Patient/versioned"),
            entry("POST", "Observation", observation("Patient/p/_history/7", focus=[
                {"reference": base + "Patient/versioned/_history/3"}, {"reference": "Patient/versioned"},
                {"reference": base + "Patient/p/_history/6"}]), base + "Observation/o"))
        self.assert_status(response, 200)
        person, _, seen = [place(e) for e in entries(response.json)]
        got = self.http.get(seen).json
        self.assertEqual(got["subject"]["reference"], person + "/_history/1")
        self.assertEqual([f["reference"] for f in got["focus"]],
                         ["Patient/versioned/_history/2", "Patient/versioned", base + "Patient/p/_history/6"])
        self.assert_status(self.http.get("Patient/versioned/_history/2"), 200)

    def test_a_reference_may_ask_to_be_resolved_to_a_version(self):
        asks = [{"url": "http://hl7.org/fhir/StructureDefinition/resolve-as-version-specific", "valueBoolean": True}]
        self.create_at("Patient/there", patient("One", id="there"))
        self.create_at("Patient/there", patient("Two", id="there"))
        self.create_at("Patient/same", patient("Same", id="same"))
        new = "urn:uuid:5f1b5d3a-0000-4000-8000-0000000000bb"
        response = self.transaction(
            entry("POST", "Patient", patient("New"), new),
            entry("PUT", "Patient/same", patient("Same", id="same")),
            entry("POST", "Observation", observation(new, focus=[
                {"reference": "Patient/there", "extension": asks}, {"reference": "Patient/there"},
                {"reference": "Patient/same", "extension": asks}, {"reference": new, "extension": asks}])))
        self.assert_status(response, 200)
        person, same, seen = [place(e) for e in entries(response.json)]
        self.assertEqual([f["reference"] for f in self.http.get(seen).json["focus"]],
                         ["Patient/there/_history/2", "Patient/there", "Patient/same/_history/2", person + "/_history/1"])
        # also where nothing else changes: the version that is named is made
        self.assert_status(self.http.get("Patient/same/_history/2"), 200)

    def test_all_verbs_in_one(self):
        for id in ("verb-delete", "verb-put", "verb-patch", "verb-get"):
            self.create_at("Patient/" + id, patient("Verb", id=id))
        patch = {"resourceType": "Binary", "contentType": "application/json-patch+json",
                 "data": base64.b64encode(b'[{"op": "add", "path": "/active", "value": true}]').decode()}
        response = self.transaction(
            entry("GET", "Patient/verb-get"), entry("HEAD", "Patient/verb-get"),
            entry("PATCH", "Patient/verb-patch", patch), entry("PUT", "Patient/verb-put", patient("Changed", id="verb-put")),
            entry("POST", "Patient", patient("Verb")), entry("DELETE", "Patient/verb-delete"),
            entry("GET", self.server.base + "/Patient/verb-put"), entry("GET", "Patient?family=Changed&_id=verb-put"))
        self.assert_status(response, 200)
        self.assertEqual(statuses(response), ["200", "200", "200", "200", "201", "204", "200", "200"])
        got = entries(response.json)
        self.assertEqual(got[6]["resource"]["name"][0]["family"], "Changed")
        self.assertEqual(len(got[7]["resource"]["entry"]), 1)
        self.assertIs(self.http.get("Patient/verb-patch").json["active"], True)

    def create_at(self, path, resource):
        self.assert_status(self.http.put(path, resource), 200, 201)

    def test_a_hundred_at_once_are_all_there(self):
        response = self.transaction(*[
            entry("PUT", f"Patient/bulk-{n}", patient("Bulk", id=f"bulk-{n}")) for n in range(100)])
        self.assertEqual(statuses(response), ["201"] * 100)
        self.assertEqual(self.http.search("Patient", {"family": "Bulk", "_summary": "count"}).json["total"], 100)


class Batch(ServerCase):
    def test_entries_succeed_and_fail_each_for_itself(self):
        made = self.create(patient("Batch"))
        response = self.transaction(
            entry("GET", "Patient/" + made["id"]),
            entry("GET", "Patient/unknown"),
            entry("POST", "Patient", patient("Batched")),
            entry("POST", "Observation", {"resourceType": "Observation", "status": "nonsense", "code": {}}),
            entry("GET", "Patient?family:exact=Batched&_summary=count"),
            entry("GET", "Patient?nonsense=1"),
            entry("DELETE", "Patient/unknown"),
            kind="batch")
        self.assert_status(response, 200)
        self.assertEqual(response.json["type"], "batch-response")
        got = statuses(response)
        self.assertEqual(got[:3], ["200", "404", "201"])
        self.assertIn(got[3], ("400", "422"))
        self.assertEqual(got[4:], ["200", "400", "204"])
        all_entries = entries(response.json)
        self.assertEqual(all_entries[0]["resource"]["id"], made["id"])
        for failed in (1, 3, 5):
            outcome = all_entries[failed]["response"]["outcome"]
            self.assertEqual(outcome["resourceType"], "OperationOutcome")
            self.assertTrue(all(i["severity"] and i["code"] and i["diagnostics"] for i in outcome["issue"]))
        self.assertTrue(any("entry[3]" in " ".join(i.get("expression", []))
                            for i in all_entries[3]["response"]["outcome"]["issue"]))
        self.assertEqual(all_entries[4]["resource"]["total"], 1)

    def test_entries_that_change_the_same_resource_depend_on_each_other(self):
        """There SHALL be no interdependencies … Servers SHOULD validate that this is the case:
        https://hl7.org/fhir/R4/http.html#brules"""
        response = self.transaction(
            entry("PUT", "Patient/twice", patient("A", id="twice")), entry("PUT", "Patient/once", patient("B", id="once")),
            entry("PUT", "Patient/twice", patient("C", id="twice")), kind="batch")
        self.assertEqual(statuses(response), ["400", "201", "400"])
        self.assertEqual(entries(response.json)[0]["response"]["outcome"]["issue"][0]["code"], "duplicate")

    def test_a_batch_is_done_in_the_order_of_transactions_and_answered_in_its_own(self):
        parts = []
        for i in range(40):
            id = f"ordered{i}"
            parts += [entry("GET", "Patient/" + id), entry("PUT", "Patient/" + id, patient(f"Order{i}", id=id))]
        response = self.transaction(*parts, kind="batch")
        self.assertEqual(statuses(response), ["200", "201"] * 40)
        self.assertEqual([e["resource"]["id"] for e in entries(response.json)[::2]], [f"ordered{i}" for i in range(40)])

    def test_many_batches_at_once_do_not_wait_for_each_other(self):
        def work(index):
            with self.server.client() as http:
                response = http.post("", bundle(*(entry("POST", "Patient", patient(f"Par{index}")) for _ in range(40)), kind="batch"))
                assert [e["response"]["status"][:3] for e in response.json["entry"]] == ["201"] * 40

        Parallel(40, work).join()
        self.assertEqual(self.http.get("Patient?family=Par7&_summary=count").json["total"], 40)

    def test_conditional_create_and_version_checks(self):
        made = self.create(organization("batch"))
        response = self.transaction(
            entry("POST", "Organization", organization("batch"), ifNoneExist="identifier=urn:test:org|batch"),
            entry("PUT", "Organization/" + made["id"], organization("batch", id=made["id"]), ifMatch='W/"7"'),
            entry("GET", "Organization/" + made["id"], ifNoneMatch='W/"1"'),
            kind="batch")
        self.assertEqual(statuses(response), ["200", "412", "304"])

    def test_searches_in_a_batch_page_as_alone(self):
        for _ in range(3):
            self.create(patient("Paged"))
        response = self.transaction(entry("GET", "Patient?family=Paged&_count=2"), kind="batch")
        inner = entries(response.json)[0]["resource"]
        self.assertEqual(len(inner["entry"]), 2)
        self.assertTrue(any(l["relation"] == "next" for l in inner["link"]))
