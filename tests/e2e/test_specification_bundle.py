"""Sentences of https://hl7.org/fhir/R4/http.html#transaction and #history, of
https://hl7.org/fhir/R4/bundle.html and bundle-definitions.html, each quoted."""
import itertools

from support import Server, SearchCase, ServerCase, bundle, entries, entry, patient

URN = "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e30094500{}"


def response_of(one):
    return one["response"]["status"][:3]


class Transaction(ServerCase):
    def test_each_entry_carries_a_request_and_what_it_needs(self):
        """Each entry SHALL carry request details … If the HTTP command is a PUT or POST, then the entry
        SHALL contain a resource"""
        for wrong in ({"resource": patient()}, entry("POST", "Patient"), entry("PUT", "Patient/x")):
            for kind in ("transaction", "batch"):
                self.assert_outcome(self.transaction(wrong, kind=kind), 400)

    def test_all_is_done_or_nothing(self):
        """servers SHALL either accept all actions and return a 200 OK … or reject all resources …
        For a failed transaction, the server returns a single OperationOutcome"""
        before = self.http.get("_history?_count=0").json["total"]
        for failing in (entry("PUT", "Patient/a1", patient(id="other")), entry("POST", "Patient", patient(gender="x")),
                        entry("DELETE", "Patient/a1", ifMatch='W/"8"'), entry("GET", "Patient/none")):
            got = self.transaction(entry("POST", "Patient", patient("Atomic")), failing)
            self.assert_outcome(got, (400, 404, 412, 422))
        self.assertEqual(self.http.get("_history?_count=0").json["total"], before)
        self.assertEqual(self.http.post("", {"resourceType": "Bundle", "type": "transaction"}).json, {"resourceType": "Bundle", "type": "transaction-response"})

    def test_operations_fail_and_succeed_with_the_rest(self):
        """in the case of a transaction all interactions or operations either succeed or fail together"""
        asked = {"resourceType": "Parameters", "parameter": [{"name": "meta", "valueMeta": {"tag": [{"code": "x"}]}}]}
        self.http.put("Patient/op", patient(id="op"))
        refused = self.transaction(entry("POST", "Patient", patient("WithOp")), entry("POST", "Patient/op/$meta-add", asked))
        self.assert_outcome(refused, 400, "not-supported")
        unknown = {"resourceType": "Parameters", "parameter": [{"name": "url", "valueUri": "urn:none"}]}
        for failing in (entry("POST", "ValueSet/$expand", unknown), entry("GET", "ValueSet/none/$expand"), entry("POST", "Patient/op/$nonsense")):
            self.assert_outcome(self.transaction(entry("POST", "Patient", patient("WithOp")), failing), (400, 404))
        self.assertEqual(self.http.get("Patient?family=WithOp&_summary=count").json["total"], 0)
        codes = {"resourceType": "ValueSet", "status": "active", "compose": {"include": [{"system": "urn:cs", "concept": [{"code": "a"}]}]}}
        inline = {"resourceType": "Parameters", "parameter": [{"name": "valueSet", "resource": codes}]}
        got = self.transaction(entry("POST", "Patient", patient("WithOp")), entry("POST", "ValueSet/$expand", inline), entry("GET", "Patient/op/$meta"))
        self.assert_status(got, 200)
        expanded, meta = [e["resource"] for e in got.json["entry"][1:]]
        self.assertEqual([c["code"] for c in expanded["expansion"]["contains"]], ["a"])
        self.assertEqual(meta["parameter"][0]["valueMeta"]["versionId"], "1")
        self.assert_status(self.transaction(entry("POST", "Patient/op/$meta-add", asked), kind="batch"), 200)
        self.assertEqual(self.http.get("Patient/op").json["meta"]["tag"], [{"code": "x"}])

    def test_the_order_of_entries_makes_no_difference(self):
        """The outcome of processing the transaction SHALL NOT depend on the order of the resources"""
        for number, order in enumerate(itertools.permutations(range(4))):
            for path in (f"o{number}-gone", f"o{number}"):
                self.http.put("Patient/" + path, patient("Before", id=path))
            urn = URN.format("1")
            parts = [entry("DELETE", f"Patient/o{number}-gone"),
                     entry("POST", "Basic", {"resourceType": "Basic", "code": {"text": "x"}, "subject": {"reference": f"Patient/o{number}"},
                                             "author": {"reference": urn}}),
                     entry("PUT", f"Patient/o{number}", patient("After", id=f"o{number}", link=[{"type": "refer", "other": {"reference": urn}}])),
                     entry("POST", "Patient", patient("New"), urn)]
            got = self.transaction(*[parts[i] for i in order])
            self.assert_status(got, 200)
            by_part = {i: e["response"] for i, e in zip(order, got.json["entry"])}
            self.assertEqual([by_part[i]["status"][:3] for i in range(4)], ["204", "201", "200", "201"])
            new = "Patient/" + by_part[3]["location"].split("/Patient/")[1].split("/")[0]
            basic = self.http.get(by_part[1]["location"]).json
            self.assertEqual(basic["author"]["reference"], new)
            self.assertEqual(self.http.get(f"Patient/o{number}").json["link"][0]["other"]["reference"], new)
            self.assert_status(self.http.get(f"Patient/o{number}-gone"), 410)

    def test_an_identity_is_changed_once(self):
        """If any resource identities (including resolved identities from conditional update/delete)
        overlap in steps 1-3, then the transaction SHALL fail"""
        self.http.put("Patient/once", patient("Once", id="once", identifier=[{"system": "urn:once", "value": "1"}]))
        ways = [entry("PUT", "Patient/once", patient("A", id="once")), entry("DELETE", "Patient/once"),
                entry("PUT", "Patient?identifier=urn:once|1", patient("B")), entry("DELETE", "Patient?identifier=urn:once|1"),
                entry("PATCH", "Patient/once", {"resourceType": "Parameters", "parameter": [{"name": "operation", "part": [
                    {"name": "type", "valueCode": "delete"}, {"name": "path", "valueString": "Patient.name"}]}]})]
        for one, other in itertools.combinations(ways, 2):
            self.assert_outcome(self.transaction(one, other), 400, "duplicate")
        self.assertEqual(self.http.get("Patient/once").json["meta"]["versionId"], "1")

    def test_links_of_all_kinds_are_rewritten_and_canonicals_are_not(self):
        """Servers SHALL replace all matching links in the bundle, whether they are found in the
        resource ids, resource references, elements of type uri, url, oid, uuid, and <a href=""> & <img
        src=""> in the narrative. Elements of type canonical are not replaced"""
        urn, oid = URN.format("2"), "urn:oid:1.2.3.4"
        div = f'<div xmlns="http://www.w3.org/1999/xhtml"><a href="{urn}">x</a><img src="{urn}" alt="y"/> {urn}</div>'
        basic = {"resourceType": "Basic", "code": {"text": urn}, "text": {"status": "additional", "div": div},
                 "subject": {"reference": urn}, "identifier": [{"system": urn, "value": urn}],
                 "extension": [{"url": "urn:e", f"value{kind}": urn} for kind in ("Uri", "Url", "Uuid", "Canonical", "String")] +
                              [{"url": "urn:e", "valueOid": oid}, {"url": "urn:e", "valueReference": {"reference": oid}}]}
        got = self.transaction(entry("POST", "Basic", basic), entry("POST", "Patient", patient("Target"), urn),
                               entry("POST", "Organization", {"resourceType": "Organization", "name": "x"}, oid)).json["entry"]
        person = "Patient/" + got[1]["response"]["location"].split("/Patient/")[1].split("/")[0]
        house = "Organization/" + got[2]["response"]["location"].split("/Organization/")[1].split("/")[0]
        made = self.http.get(got[0]["response"]["location"]).json
        self.assertEqual(made["subject"]["reference"], person)
        self.assertEqual([e[k] for e in made["extension"] for k in e if k.startswith("value")],
                         [person, person, person, urn, urn, house, {"reference": house}])
        self.assertEqual(made["text"]["div"].count(f'"{person}"'), 2)
        self.assertIn(f" {urn}<", made["text"]["div"])
        self.assertEqual((made["code"]["text"], made["identifier"][0]["value"]), (urn, urn))

    def test_references_to_what_is_not_in_the_bundle_stay(self):
        """References to resources that are not part of the bundle are left untouched. Version-specific
        references should remain as version-specific"""
        kept = ["Patient/elsewhere", "http://other.example.org/fhir/Patient/1", "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"]
        urn = URN.format("3")
        basics = [{"resourceType": "Basic", "code": {"text": "x"}, "subject": {"reference": one}} for one in kept]
        versioned = {"resourceType": "Basic", "code": {"text": "x"}, "subject": {"reference": urn + "/_history/7"}}
        target = patient("Versioned", meta={"versionId": "7"})
        got = self.transaction(*[entry("POST", "Basic", b) for b in basics], entry("POST", "Basic", versioned),
                               entry("POST", "Patient", target, urn)).json["entry"]
        for one, reference in zip(got, kept):
            self.assertEqual(self.http.get(one["response"]["location"]).json["subject"]["reference"], reference)
        self.assertRegex(self.http.get(got[3]["response"]["location"]).json["subject"]["reference"], r"^Patient/[^/]+/_history/1$")

    def test_search_uris_are_resolved_or_fail_all(self):
        """check all references for search URIs … if there are no matches, or multiple matches, the
        transaction fails … a single match, the server replaces the search URI"""
        self.create(patient(identifier=[{"system": "urn:su", "value": "1"}]))
        for _ in range(2):
            self.create(patient(identifier=[{"system": "urn:su", "value": "2"}]))
        basic = lambda value: {"resourceType": "Basic", "code": {"text": "su"}, "subject": {"reference": f"Patient?identifier=urn:su|{value}"}}
        self.assert_status(self.transaction(entry("POST", "Basic", basic("1"))), 200)
        for value in ("0", "2"):
            self.assert_outcome(self.transaction(entry("POST", "Basic", basic(value)), entry("POST", "Patient", patient("SU"))), 412)
        self.assertEqual(self.http.get("Patient?family=SU&_summary=count").json["total"], 0)

    def test_every_entry_is_answered_in_its_place(self):
        """a Bundle … that contains one entry for each entry in the request, in the same order … Each entry
        element SHALL contain a response element … The status SHALL start with a 3 digit HTTP code …
        lastModified has to match meta.lastUpdated … the ETag … the version id, if a resource is included"""
        for kind in ("transaction", "batch"):
            self.http.put(f"Patient/{kind}", patient("P", id=kind))
            request = bundle(entry("GET", f"Patient/{kind}"), entry("POST", "Patient", patient("N")), entry("DELETE", "Patient/none"),
                             entry("PUT", f"Patient/{kind}", patient("Q", id=kind)), entry("GET", f"Patient?_id={kind}"), kind=kind)
            for prefer in ("return=minimal", "return=representation"):
                got = self.http.post("", request, Prefer=prefer)
                self.assertEqual(got.json["type"], kind + "-response")
                self.assertEqual([response_of(e) for e in got.json["entry"]], ["200", "201", "204", "200", "200"])
                for one in got.json["entry"]:
                    meta = one.get("resource", {}).get("meta")
                    if meta and "versionId" in meta:
                        self.assertEqual(one["response"]["lastModified"], meta["lastUpdated"])
                        self.assertEqual(one["response"]["etag"], f'W/"{meta["versionId"]}"')
                self.assertEqual(["resource" in e for e in got.json["entry"]],
                                 [True, prefer.endswith("representation"), False, prefer.endswith("representation"), True])
                for at in (1, 3):
                    self.assertIn("/_history/", got.json["entry"][at]["response"]["location"])

    def test_batch_entries_stand_for_themselves(self):
        """The success or failure of one change SHOULD not alter the success or failure or resulting
        content of another change … the HTTP response code is 200 … Servers SHOULD validate that this is
        the case"""
        self.http.put("Patient/alone", patient("A", id="alone"))
        got = self.transaction(entry("PUT", "Patient/alone", patient("B", id="alone")), entry("PUT", "Patient/two", patient(id="x")),
                               entry("POST", "Patient", patient(gender="x")), entry("GET", "Patient/none"), entry("GET", "Nonsense/1"),
                               entry("POST", "Patient/$validate", patient()), entry("PUT", "Patient/dup", patient(id="dup")),
                               entry("DELETE", "Patient/dup"), kind="batch")
        self.assert_status(got, 200)
        self.assertEqual([response_of(e) for e in got.json["entry"]], ["200", "400", "422", "404", "404", "200", "400", "400"])
        for one in got.json["entry"]:
            self.assertEqual("outcome" in one["response"], response_of(one) >= "400")


class History(SearchCase):
    resources = [patient("V1", id="h1")]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.server.client() as http:
            http.put("Patient/h1", patient("V2", id="h1"))
            http.delete("Patient/h1")
            http.put("Patient/h1", patient("V4", id="h1"))
            cls.created = http.post("Patient", patient("Created")).json["id"]

    def test_entries_say_what_was_done_and_when(self):
        """Each entry SHALL minimally contain at least one of: a resource … or a request … If the
        entry.request.method is a PUT or a POST, the entry SHALL contain a resource … SHOULD populate at
        least response.lastModified … A response element SHALL also be present"""
        for path in ("Patient/h1/_history", "Patient/_history", "_history"):
            got = self.http.get(path).json
            self.assertEqual(got["type"], "history")
            times = [e["response"]["lastModified"] for e in entries(got)]
            self.assertEqual(times, sorted(times, reverse=True))
            for one in entries(got):
                self.assertEqual("resource" in one, one["request"]["method"] != "DELETE")
                if "resource" in one:
                    self.assertEqual(one["response"]["lastModified"], one["resource"]["meta"]["lastUpdated"])
                self.assertTrue(one["fullUrl"].startswith(self.server.base + "/Patient/"))
        self.assertEqual([e["request"] for e in entries(self.http.get(f"Patient/{self.created}/_history").json)],
                         [{"method": "POST", "url": "Patient"}])
        self.assertIn({"method": "DELETE", "url": "Patient/h1"}, [e["request"] for e in entries(self.http.get("_history").json)])

    def test_a_parameter_is_given_once(self):
        """Each of these parameters SHALL NOT appear more than once"""
        for name, value in (("_count", "1"), ("_since", "2020-01-01T00:00:00Z"), ("_at", "2020"), ("_list", "none")):
            for path in ("Patient/h1/_history", "Patient/_history", "_history"):
                errors = self.assert_outcome(self.http.get(f"{path}?{name}={value}&{name}={value}"), 400, "invalid")
                self.assertEqual(errors[0]["expression"], [f"http.{name}"])

    def test_pages_keep_to_the_count_and_links_lead_on(self):
        """The server is not bound to return the number requested, but cannot return more … SHALL use the
        method described below for breaking the list into pages … and respect the specified _count"""
        whole = entries(self.http.get("Patient/h1/_history").json)
        paged = []
        for page in self.http.pages("Patient/h1/_history", {"_count": "3"}):
            self.assertLessEqual(len(entries(page.json)), 3)
            self.assertEqual(page.json["total"], len(whole))
            paged += entries(page.json)
        self.assertEqual(paged, whole)

    def test_what_was_current_at_a_time(self):
        """_at: Only include resource versions that were current at some point during the time period;
        _since: … created at or after the given instant"""
        times = {e["response"]["etag"]: e["response"]["lastModified"] for e in entries(self.http.get("Patient/h1/_history").json)}
        def versions(parameter, etag):
            got = self.http.search("Patient/h1/_history", {parameter: times[etag]})
            return {e["response"]["etag"] for e in entries(got.json)}
        self.assertEqual(versions("_since", 'W/"2"'), {'W/"2"', 'W/"3"', 'W/"4"'})
        self.assertLessEqual({'W/"4"'}, versions("_at", 'W/"4"'))
        self.assertNotIn('W/"1"', versions("_at", 'W/"4"'))

    def test_of_what_never_was_is_not_found(self):
        """If a request is made for a history that is not available … 404 Not Found along with an OperationOutcome"""
        self.assert_outcome(self.http.get("Patient/never/_history"), 404, "not-found")

    def test_a_history_can_be_replayed_on_another_server(self):
        """servers SHOULD accept a history Bundle … a resource may occur more than once in a history list"""
        source = self.http.get("_history?_count=100").json
        with Server() as other, other.client() as http:
            got = http.post("", source)
            self.assert_status(got, 200)
            self.assertEqual(got.json["type"], "batch-response")
            self.assertEqual([response_of(e) for e in got.json["entry"]], ["201", "201", "204", "200", "201"])
            mirrored = http.get("_history?_count=100").json
            shape = lambda b: [("DELETE" if e["request"]["method"] == "DELETE" else "put", e.get("resource", {}).get("name")) for e in entries(b)]
            self.assertEqual(shape(mirrored), shape(source))
            self.assertEqual(http.get("Patient/" + self.created).json["name"], [{"family": "Created"}])

    def test_a_history_that_names_no_resource_is_refused(self):
        nameless = {"resource": patient(), "request": {"method": "POST", "url": "Patient"}, "response": {"status": "201"}}
        self.assert_outcome(self.http.post("", bundle(nameless, kind="history")), 400, "required")
        self.assert_outcome(self.http.post("", {"resourceType": "Bundle", "type": "collection"}), 400, "value")


class Bundles(SearchCase):
    resources = [patient("B", id="b1"), {"resourceType": "Basic", "id": "b2", "code": {"text": "x"}, "subject": {"reference": "Patient/b1"}}]

    def test_full_urls_agree_with_ids(self):
        """The fullUrl SHALL NOT disagree with the id in the resource … The fullUrl element SHALL have a
        value … A given version of a resource SHALL only appear once in each Bundle"""
        for path in ("Basic?_include=Basic:subject", "?_type=Patient,Basic", "Patient/b1/$everything", "Patient/b1/_history"):
            seen = set()
            for one in entries(self.http.get(path).json):
                resource = one["resource"]
                self.assertEqual(one["fullUrl"], f"{self.server.base}/{resource['resourceType']}/{resource['id']}", path)
                key = (one["fullUrl"], resource["meta"]["versionId"])
                self.assertNotIn(key, seen, path)
                seen.add(key)

    def test_a_bundle_at_its_own_end_point_is_stored(self):
        """when a batch, transaction, or message is POSTed to /Bundle, it is stored as is"""
        stored = self.http.post("Bundle", bundle(entry("PUT", "Patient/not-made", patient(id="not-made"))))
        self.assert_status(stored, 201)
        self.assert_outcome(self.http.get("Patient/not-made"), 404)
        self.assertEqual(self.http.get(stored["Location"]).json["type"], "transaction")

    def test_full_urls_are_unique(self):
        """bdl-7: FullUrl must be unique in a bundle"""
        urn = URN.format("4")
        self.assert_outcome(self.transaction(entry("POST", "Patient", patient("A"), urn), entry("POST", "Patient", patient("B"), urn)), (400, 422))
