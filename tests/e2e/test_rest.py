"""What R4 leaves to the server, and the rest of http.html: https://hl7.org/fhir/R4/http.html"""
import unittest

from support import Parallel, ServerCase, bundle, entry, link, patient

ORIGIN = "https://app.example.org"


class Defaults(ServerCase):
    def test_head_of_every_get(self):
        """Of R4: "HEAD … is identical to GET" but for the body."""
        id = self.create(patient())["id"]
        for path in (f"Patient/{id}", f"Patient/{id}/_history/1", f"Patient/{id}/_history", "Patient", "metadata"):
            head, got = self.http.request("HEAD", path), self.http.get(path)
            self.assertEqual((head.status, head.body, head["Content-Type"], head["ETag"]),
                             (got.status, b"", got["Content-Type"], got["ETag"]), path)

    def test_options_names_the_methods(self):
        answer = self.http.request("OPTIONS", "Patient/1")
        self.assert_status(answer, 204)
        for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"):
            self.assertIn(method, answer["Allow"])
        self.assertIn("application/json-patch+json", answer["Accept-Patch"])
        self.assertIsNone(answer["Access-Control-Allow-Origin"])

    def test_an_update_without_a_change_makes_no_version(self):
        made = self.http.put("Patient/same", patient(id="same"))
        again = self.http.put("Patient/same", patient(id="same"))
        self.assertEqual((made.status, again.status), (201, 200))
        self.assertEqual((again["ETag"], again.json["meta"]), ('W/"1"', made.json["meta"]))
        other = self.http.put("Patient/same", patient("Other", id="same"))
        self.assertEqual(other["ETag"], 'W/"2"')
        self.assertEqual(self.http.get("Patient/same/_history").json["total"], 2)

    def test_a_read_with_several_tags(self):
        id = self.create(patient())["id"]
        self.assertEqual(self.http.get(f"Patient/{id}", If_None_Match='W/"7", W/"1"').status, 304)
        self.assertEqual(self.http.get(f"Patient/{id}", If_None_Match='W/"7"').status, 200)

    def test_history_in_both_orders(self):
        for family in ("A", "B", "C"):
            self.http.put("Patient/ordered", patient(family, id="ordered"))
        self.http.delete("Patient/ordered")

        def etags(query):
            found, page = [], self.http.get(f"Patient/ordered/_history?_count=3{query}")
            while True:
                found += [e["response"]["etag"] for e in page.json["entry"]]
                following = link(page.json, "next")
                if following is None:
                    return found
                page = self.http.get(following)

        newest = [f'W/"{n}"' for n in (4, 3, 2, 1)]
        self.assertEqual(etags(""), newest)
        self.assertEqual(etags("&_sort=-_lastUpdated"), newest)
        self.assertEqual(etags("&_sort=_lastUpdated"), newest[::-1])
        self.assert_outcome(self.http.get("Patient/ordered/_history?_sort=name"), 400)
        self.assert_outcome(self.http.get("Patient/ordered/_history/4"), 410)

    def test_meta_operations(self):
        """$meta-add and $meta-delete change the profiles, tags and labels of a resource alone."""
        id = self.create(patient())["id"]
        tag = {"system": "urn:t", "code": "x"}

        def given(**meta):
            return {"resourceType": "Parameters", "parameter": [{"name": "meta", "valueMeta": meta}]}

        def meta_of(response):
            self.assert_status(response, 200)
            return response.json["parameter"][0]["valueMeta"]

        added = meta_of(self.http.post(f"Patient/{id}/$meta-add", given(tag=[tag])))
        self.assertEqual((added["tag"], added["versionId"]), ([tag], "2"))
        again = meta_of(self.http.post(f"Patient/{id}/$meta-add", given(tag=[tag])))
        self.assertEqual(again, added)
        self.assertEqual(meta_of(self.http.get(f"Patient/{id}/$meta")), added)
        self.assertNotIn("tag", meta_of(self.http.get(f"Patient/{id}/_history/1/$meta")))
        for path in ("Patient/$meta", "$meta"):
            self.assertIn(tag, meta_of(self.http.get(path))["tag"], path)
        self.assertEqual(self.http.get("Patient?_tag=urn:t|x&_summary=count").json["total"], 1)
        self.assertNotIn("tag", meta_of(self.http.post(f"Patient/{id}/$meta-delete", given(tag=[tag]))))
        self.assertNotIn("tag", meta_of(self.http.get("Patient/$meta")))
        self.assert_outcome(self.http.get(f"Patient/{id}/$meta-add"), 405)
        self.assert_outcome(self.http.post(f"Patient/{id}/$meta-add", {"resourceType": "Parameters"}), 400)

    def test_metadata_modes_and_versions(self):
        full = self.http.get("metadata").json
        normative = self.http.get("metadata?mode=normative").json
        types = {r["type"] for r in normative["rest"][0]["resource"]}
        self.assertIn("Patient", types)
        self.assertLess(len(types), len(full["rest"][0]["resource"]))
        terminology = self.http.get("metadata?mode=terminology").json
        self.assertEqual(terminology["resourceType"], "TerminologyCapabilities")
        self.assert_outcome(self.http.get("metadata?mode=other"), 400)
        for kind, resource in (("CapabilityStatement", full), ("TerminologyCapabilities", terminology)):
            outcome = self.http.post(f"{kind}/$validate", resource).json
            self.assertEqual([i for i in outcome["issue"] if i["severity"] in ("error", "fatal")], [])
        versions = self.http.get("$versions").json
        self.assertIn({"name": "version", "valueCode": "4.0"}, versions["parameter"])
        self.assertIn("application/json-patch+json", full["patchFormat"])
        patient_entry = next(r for r in full["rest"][0]["resource"] if r["type"] == "Patient")
        self.assertIn("patch", [i["code"] for i in patient_entry["interaction"]])

    def test_summaries_and_elements(self):
        """Of R4: "_summary … true, text, data, count, false"; parts are tagged SUBSETTED."""
        div = '<div xmlns="http://www.w3.org/1999/xhtml">x</div>'
        id = self.create(patient("Short", gender="male", text={"status": "generated", "div": div},
                                 contact=[{"name": {"text": "y"}}], photo=[{"title": "x"}]))["id"]

        def shapes(query):
            yield self.http.get(f"Patient/{id}?{query}").json
            yield self.http.get(f"Patient?_id={id}&{query}").json["entry"][0]["resource"]

        expected = {"_summary=true": {"name", "gender"}, "_summary=text": {"text"},
                    "_summary=data": {"name", "gender", "contact", "photo"}, "_elements=gender": {"gender"},
                    "_elements=name,photo": {"name", "photo"}}
        for query, names in expected.items():
            for resource in shapes(query):
                left = set(resource) - {"resourceType", "id", "meta"}
                self.assertEqual(left, names, query)
                self.assertIn("SUBSETTED", [t["code"] for t in resource["meta"]["tag"]], query)
        for resource in shapes("_summary=false"):
            self.assertNotIn("tag", resource["meta"])
            self.assertIn("text", resource)
        self.assertEqual(self.http.get(f"Patient?_id={id}&_summary=count").json.get("entry", []), [])
        self.assert_outcome(self.http.get(f"Patient/{id}?_summary=some"), 400)
        observation = self.create({"resourceType": "Observation", "status": "final", "code": {"text": "x"},
                                   "note": [{"text": "y"}]})
        cut = self.http.get(f"Observation/{observation['id']}?_elements=note").json
        self.assertEqual(set(cut) - {"resourceType", "id", "meta"}, {"status", "code", "note"})

    def test_elements_may_name_those_of_included_resources(self):
        self.http.put("Patient/elements", {**patient("Elements", id="elements"), "gender": "other", "birthDate": "1980-01-01"})
        self.http.put("Observation/elements", {
            "resourceType": "Observation", "id": "elements", "status": "final", "code": {"text": "x"}, "valueString": "y",
            "subject": {"reference": "Patient/elements"}, "note": [{"text": "n"}]})
        required = {"resourceType", "id", "meta", "status", "code"}
        for elements, observation, person in (
                ("note", {"note"}, {"name", "gender", "birthDate"}),
                ("note,Patient.gender", {"note"}, {"gender"}),
                ("Observation.note,Observation.subject,Patient.name", {"note", "subject"}, {"name"}),
                ("Patient.birthDate", {"note", "subject", "valueString"}, {"birthDate"})):
            got = self.http.get(f"Observation?_id=elements&_include=Observation:subject&_elements={elements}").json
            seen, included = [e["resource"] for e in got["entry"]]
            self.assertEqual(set(seen) - required, observation, elements)
            self.assertEqual(set(included) - required, person, elements)
        self.assert_outcome(self.http.get("Observation?_elements=Nonsense.note"), 400, "value")

    def test_conditional_updates_have_their_four_outcomes(self):
        def update(criteria, resource):
            return self.http.put(f"Patient?{criteria}", resource)

        one = [{"system": "urn:u", "value": "1"}]
        created = update("identifier=urn:u|1", patient(identifier=one))
        self.assert_status(created, 201)
        updated = update("identifier=urn:u|1", patient("Changed", identifier=one))
        self.assertEqual((updated.status, updated.json["id"]), (200, created.json["id"]))
        self.assert_outcome(update("identifier=urn:u|1", patient(id="another", identifier=one)), 400)
        self.create(patient("Changed", identifier=one))
        self.assert_outcome(update("identifier=urn:u|1", patient(identifier=one)), 412)
        self.assert_outcome(self.http.delete("Patient?identifier=urn:u|1"), 412)

    def test_conditional_creates_at_once_leave_one(self):
        statuses = []

        def work(index):
            with self.server.client() as http:
                for number in range(10):
                    answer = http.post("Patient", patient("Raced", identifier=[{"system": "urn:r", "value": str(number)}]),
                                       If_None_Exist=f"identifier=urn:r|{number}")
                    statuses.append(answer.status)

        Parallel(6, work).join()
        self.assertEqual(sorted(set(statuses)), [200, 201])
        self.assertEqual(statuses.count(201), 10)
        self.assertEqual(self.http.get("Patient?family=Raced&_summary=count").json["total"], 10)

    def test_a_failing_read_undoes_its_transaction(self):
        """Of R4: "If any of the entries fail … the entire transaction fails"."""
        for failing in ("Patient/none", "Patient?birthdate=x", "Patient/none/_history/1"):
            sent = bundle(entry("POST", "Patient", patient("Undone")), entry("GET", failing))
            answer = self.http.post("", sent)
            self.assertGreaterEqual(answer.status, 400, failing)
            self.assertEqual(self.http.get("Patient?family=Undone&_summary=count").json["total"], 0)
        sent = bundle(entry("PUT", "Patient/seen", patient("Seen", id="seen")), entry("GET", "Patient/seen"),
                      entry("GET", "Patient?family=Seen"))
        answer = self.http.post("", sent)
        self.assert_status(answer, 200)
        self.assertEqual(answer.json["entry"][1]["resource"]["id"], "seen")
        self.assertEqual(answer.json["entry"][2]["resource"]["total"] if "total" in
                         answer.json["entry"][2]["resource"] else 1, 1)

    def test_history_is_kept_unless_set(self):
        id = self.create(patient())["id"]
        self.assert_outcome(self.http.post(f"Patient/{id}/$delete-history", {"resourceType": "Parameters"}), 403)


class Settings(ServerCase):
    arguments = ("--version-conflict", "409", "--conditional-delete", "multiple", "--delete-history",
                 "--store-unchanged", "--check-references", "write", "--check-references", "delete",
                 "--cors-origin", ORIGIN)

    def test_version_conflict(self):
        id = self.create(patient())["id"]
        self.assert_outcome(self.http.put(f"Patient/{id}", patient("B", id=id), If_Match='W/"5"'), 409, "conflict")
        self.assert_outcome(self.http.delete(f"Patient/{id}", If_Match="W/\"x\""), 409)
        self.assert_status(self.http.get(f"Patient/{id}"), 200)

    def test_unchanged_updates_are_versions(self):
        self.http.put("Patient/kept", patient(id="kept"))
        self.assertEqual(self.http.put("Patient/kept", patient(id="kept"))["ETag"], 'W/"2"')

    def test_conditional_delete_of_several(self):
        for _ in range(3):
            self.create(patient("Several"))
        self.create(patient("Other"))
        self.assert_status(self.http.delete("Patient?family=Several"), 204)
        self.assertEqual(self.http.get("Patient?family=Several&_summary=count").json["total"], 0)
        self.assertEqual(self.http.get("Patient?family=Other&_summary=count").json["total"], 1)
        self.assert_outcome(self.http.delete("Patient"), 412)

    def test_delete_history(self):
        for family in ("A", "B", "C"):
            self.http.put("Patient/erased", patient(family, id="erased"))
        nothing = {"resourceType": "Parameters"}
        self.assert_status(self.http.post("Patient/erased/_history/1/$delete-history", nothing), 200)
        self.assertEqual(self.http.get("Patient/erased/_history").json["total"], 2)
        self.assert_outcome(self.http.get("Patient/erased/_history/1"), 404)
        self.assert_status(self.http.post("Patient/erased/$delete-history", nothing), 200)
        self.assertEqual(self.http.get("Patient/erased/_history").json["total"], 1)
        self.assertEqual(self.http.get("Patient/erased").json["name"], [{"family": "C"}])
        # "unknown resource": neither a version that is erased nor one that never was
        for version in ("1", "9"):
            self.assert_outcome(self.http.post(f"Patient/erased/_history/{version}/$delete-history", ""), 404, "not-found")

    def test_referential_integrity(self):
        """Servers may reject a reference to what is not there, and the deletion of what is referred to."""
        encounter = {"resourceType": "Encounter", "status": "planned", "class": {"code": "AMB"},
                     "subject": {"reference": "Patient/absent"}}
        self.assert_outcome(self.http.post("Encounter", encounter), 409, "conflict")
        self.http.put("Patient/absent", patient(id="absent"))
        made = self.create(encounter)
        self.assert_outcome(self.http.delete("Patient/absent"), 409, "conflict")
        both = bundle(entry("DELETE", "Patient/absent"), entry("DELETE", f"Encounter/{made['id']}"))
        self.assert_status(self.http.post("", both), 200)
        urn = "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a"
        inside = bundle(entry("POST", "Encounter", {**encounter, "subject": {"reference": urn}}),
                        entry("POST", "Patient", patient(), urn))
        self.assert_status(self.http.post("", inside), 200)

    def test_cors(self):
        """Of R4: "Servers … SHOULD support CORS" for browsers: https://hl7.org/fhir/R4/security.html#cors"""
        preflight = self.http.request("OPTIONS", "Patient", headers={
            "Origin": ORIGIN, "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type, prefer"})
        self.assertEqual(preflight.status, 204)
        self.assertEqual(preflight["Access-Control-Allow-Origin"], ORIGIN)
        self.assertIn("POST", preflight["Access-Control-Allow-Methods"])
        self.assertEqual(preflight["Access-Control-Allow-Headers"], "content-type, prefer")
        answer = self.http.get("Patient", Origin=ORIGIN)
        self.assertEqual(answer["Access-Control-Allow-Origin"], ORIGIN)
        self.assertIn("ETag", answer["Access-Control-Expose-Headers"])
        self.assertEqual(answer["Vary"], "Origin")
        self.assertIsNone(self.http.get("Patient", Origin="https://evil.example")["Access-Control-Allow-Origin"])
        missing = self.http.get("Patient/none", Origin=ORIGIN)
        self.assertEqual(missing["Access-Control-Allow-Origin"], ORIGIN)


class Placeholders(ServerCase):
    arguments = ("--create-placeholders",)

    def test_what_is_referred_to_is_created(self):
        encounter = {"resourceType": "Encounter", "status": "planned", "class": {"code": "AMB"},
                     "subject": {"reference": "Patient/later"}}
        self.create(encounter)
        made = self.http.get("Patient/later")
        self.assert_status(made, 200)
        self.assertIn("SUBSETTED", [t["code"] for t in made.json["meta"]["tag"]])
        self.assertEqual(self.http.get("Encounter?patient=Patient/later&_summary=count").json["total"], 1)
        self.assert_status(self.http.put("Patient/later", patient(id="later")), 200)


if __name__ == "__main__":
    unittest.main()
