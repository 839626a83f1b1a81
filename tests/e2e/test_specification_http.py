"""Sentences of https://hl7.org/fhir/R4/http.html, each quoted: what goes for every interaction."""
import email.utils

from support import SearchCase, bundle, entries, entry, link, match_ids, patient

FHIR_XML = "application/fhir+xml"
JSON_PATCH = "application/json-patch+json"


def instant(text):
    return email.utils.parsedate_to_datetime(text)


class General(SearchCase):
    resources = [
        patient("Å b&c+d", id="g1", gender="male", identifier=[{"system": "urn:g", "value": "1"}]),
        {"resourceType": "Basic", "id": "b1", "code": {"text": "x"}, "subject": {"reference": "Patient/g1"}},
    ]

    def test_links_are_encoded_and_names_are_utf_8(self):
        """Implementations constructing URLs SHOULD conform to RFC 3986 … servers SHOULD decode them
        assuming they are UTF-8"""
        for _ in range(2):
            self.create(patient("Å b&c+d"))
        page = self.http.search("Patient", {"family": "Å b&c+d", "_count": "1"})
        for one in page.json["link"]:
            self.assertRegex(one["url"], r"^[A-Za-z0-9:/?#\[\]@!$&'()*+,;=._~%-]+$")
        self.assertEqual(len(entries(self.http.get(link(page.json, "next")).json)), 1)
        self.assertIn("Patient/g1", match_ids(self.http.get("Patient?family=%C3%85%20b%26c%2Bd").json))

    def test_http_and_https_are_one_identity(self):
        """The protocols http: and https: SHALL NOT be used to refer to different underlying objects"""
        secure = self.server.base.replace("http://", "https://")
        self.http.put("Basic/s1", {"resourceType": "Basic", "id": "s1", "code": {"text": "x"},
                                   "subject": {"reference": f"{secure}/Patient/g1"}})
        self.assertEqual(self.found("Basic", ("subject", "Patient/g1")), "b1 s1")
        self.assertEqual(self.found("Basic", ("subject", f"{secure}/Patient/g1")), "b1 s1")
        self.assertEqual(self.found("Basic", ("subject", f"{self.server.base}/Patient/g1")), "b1 s1")
        batch = self.http.post("", bundle(entry("GET", f"{secure}/Patient/g1"), kind="batch")).json
        self.assertEqual(batch["entry"][0]["resource"]["id"], "g1")
        other = secure.replace("127.0.0.1:", "127.0.0.1:1")
        self.assertEqual(self.found("Basic", ("subject", f"{other}/Patient/g1")), "")

    def test_date_and_times_go_with_every_answer(self):
        """Version Id … in the ETag header, Last modified … Last-Modified header"""
        answers = [self.http.get("Patient/g1"), self.http.get("Patient/g1/_history/1"),
                   self.http.put("Patient/times", patient(id="times")), self.http.post("Patient", patient())]
        for answer in answers:
            self.assertTrue(answer["Date"].endswith(" GMT"))
            meta = answer.json["meta"]
            self.assertEqual(answer["ETag"], f'W/"{meta["versionId"]}"')
            self.assertEqual(instant(answer["Last-Modified"]).strftime("%Y-%m-%dT%H:%M:%S"), meta["lastUpdated"][:19])

    def test_an_answer_has_the_generic_type_that_was_asked_for(self):
        """If a client provides a generic mime type … the server SHOULD respond with the requested mime type"""
        for accept in ("application/json", "text/json", "application/xml", "text/xml"):
            for path in ("Patient/g1", "Patient", "metadata", "Patient/none"):
                self.assertEqual(self.http.get(path, Accept=accept)["Content-Type"], accept + "; charset=utf-8", path)
        for accept, expected in (("application/json;q=0.5, application/fhir+xml", FHIR_XML),
                                 ("application/json, application/fhir+json", "application/fhir+json"),
                                 ("text/html, */*;q=0.1", "application/fhir+json"),
                                 ("application/fhir+json;q=0.2, text/xml;q=0.3", "text/xml")):
            self.assertEqual(self.http.get("Patient/g1", Accept=accept)["Content-Type"], expected + "; charset=utf-8", accept)
        self.assertTrue(self.http.get("Patient/g1?_format=application/json", Accept="text/xml")["Content-Type"]
                        .startswith("application/fhir+json"))

    def test_quality_decides_between_formats(self):
        """Servers SHALL support server-driven content negotiation"""
        for accept, expected in ((f"application/fhir+json;q=0.1, {FHIR_XML};q=0.9", FHIR_XML),
                                 (f"{FHIR_XML};q=0, application/fhir+json", "application/fhir+json"),
                                 (f"*/*;q=0.1, {FHIR_XML}", FHIR_XML), (f"{FHIR_XML}, application/fhir+json", FHIR_XML)):
            self.assertTrue(self.http.get("Patient/g1", Accept=accept)["Content-Type"].startswith(expected), accept)
        self.assert_outcome(self.http.get("Patient/g1", Accept="application/fhir+json;q=0"), 406, "not-supported")

    def test_another_release_of_fhir_is_refused(self):
        """the MIME-type parameter fhirVersion … It is an error to use two different versions"""
        for version in ("0.0", "1.0", "3.0", "5.0"):
            kind = f"application/fhir+json; fhirVersion={version}"
            for path in ("Patient/g1", "Patient", "metadata"):
                self.assert_outcome(self.http.get(path, Accept=kind), 406, "not-supported")
            self.assert_outcome(self.http.post("Patient", patient(), Content_Type=kind), 415, "not-supported")
            self.assert_outcome(self.http.put("Patient/g1", patient(id="g1"), Content_Type=kind), 415)
            self.assert_outcome(self.http.get(f"Patient/g1?_format=application/fhir%2Bjson;fhirVersion={version}"), 406)
        r4 = "application/fhir+json; fhirVersion=4.0"
        self.assert_status(self.http.post("Patient", patient(), Content_Type=r4, Accept=r4), 201)
        self.assert_outcome(self.http.post("Patient", patient(), Content_Type=r4, Accept=r4.replace("4.0", "3.0")), 406)
        self.assert_status(self.http.get("Patient/g1", Accept=f"{r4.replace('4.0', '5.0')}, {r4};q=0.5"), 200)

    def test_utf_8_both_ways(self):
        """UTF-8 encoding SHALL be used for the mime type application/fhir"""
        made = self.http.post("Patient", patient("Æsir 北京 😀"), Content_Type="application/fhir+json; charset=UTF-8")
        self.assertIn("charset=utf-8", made["Content-Type"])
        self.assertIn("Æsir 北京 😀".encode(), made.body)
        self.assert_outcome(self.http.post("Patient", patient(), Content_Type="application/fhir+json; charset=latin1"), 415)

    def test_pretty_in_every_spelling_changes_no_content(self):
        plain = self.http.get("Patient/g1")
        for value, has_lines in (("true", True), ("false", False)):
            shown = self.http.get(f"Patient/g1?_pretty={value}")
            self.assertEqual((b"\n" in shown.body.strip(), shown.json), (has_lines, plain.json))

    def test_request_ids_come_back(self):
        """When the server assigned id is different to the client assigned id, the server SHOULD also
        return the X-Correlation-Id header with the client's original id in it"""
        same = self.http.get("Patient/g1", X_Request_Id="own-id.1")
        self.assertEqual((same["X-Request-Id"], same["X-Correlation-Id"]), ("own-id.1", None))
        other = self.http.get("Patient/none", X_Request_Id="an id with spaces")
        self.assertTrue(other["X-Request-Id"])
        self.assertNotEqual(other["X-Request-Id"], "an id with spaces")
        self.assertEqual(other["X-Correlation-Id"], "an id with spaces")
        both = self.http.get("Patient/g1", X_Request_Id="own", X_Correlation_Id="theirs")
        self.assertEqual((both["X-Request-Id"], both["X-Correlation-Id"]), ("own", "theirs"))
        self.assertIsNone(self.http.get("Patient/g1", X_Correlation_Id="x" * 300)["X-Correlation-Id"])

    def test_intermediaries_change_nothing(self):
        """End point systems SHALL NOT use this header for any purpose"""
        plain = self.http.get("Patient/g1")
        marked = self.http.get("Patient/g1", X_Intermediary="engine.example.org", X_Forwarded_For="10.0.0.1",
                               X_Forwarded_Host="other.example.org")
        self.assertEqual((marked.status, marked.body, marked["X-Intermediary"]), (200, plain.body, None))

    def test_head_is_get_without_a_body_for_operations_and_pages_too(self):
        """Anywhere that a GET request can be used, a HEAD request is also allowed"""
        paths = ("Patient/g1", "Patient/g1/_history/1", "Patient/g1/_history", "Basic/_history", "Patient?_count=1", "?_type=Basic",
                 "Patient/g1/Basic", "Patient/g1/*", "metadata?mode=terminology", "$versions", "Patient/g1/$meta",
                 "Patient/g1/$everything", "Patient/none", "Nonsense", "Patient?nonsense=1", "Patient/g1/$meta-add")
        for path in paths:
            head, got = self.http.request("HEAD", path), self.http.get(path)
            seen = [(r.status, r["Content-Type"], r["ETag"], r["Last-Modified"], r["Allow"], r["Content-Length"]) for r in (head, got)]
            self.assertEqual(seen[0], seen[1], path)
            self.assertEqual(head.body, b"", path)

    def test_a_refusal_has_an_outcome_whatever_is_preferred(self):
        """In case of failure, servers SHOULD always return a body that contains an OperationOutcome"""
        for prefer in ("return=minimal", "return=representation", "return=OperationOutcome"):
            self.assert_outcome(self.http.post("Patient", {"resourceType": "Patient", "gender": "x"}, Prefer=prefer), (400, 422))
            self.assert_outcome(self.http.put("Patient/g1", patient(id="other"), Prefer=prefer), 400)
            self.assert_outcome(self.http.request("PATCH", "Patient/none", "[]", {"Content-Type": JSON_PATCH, "Prefer": prefer}), (400, 404))

    def test_what_was_preferred_is_said(self):
        """Servers SHOULD honor this header; RFC 7240: Preference-Applied tells which one was"""
        for prefer in ("return=minimal", "return=representation", "return=OperationOutcome"):
            self.assertEqual(self.http.post("Patient", patient(), Prefer=prefer)["Preference-Applied"], prefer)
            self.assertEqual(self.http.put("Patient/pref", patient(prefer, id="pref"), Prefer=prefer)["Preference-Applied"], prefer)
        unsaid = self.http.post("Patient", patient())
        self.assertIsNone(unsaid["Preference-Applied"])
        self.assertNotEqual(unsaid.json["resourceType"], "OperationOutcome")

    def test_a_statement_of_capabilities_has_a_tag(self):
        """An ETag header SHOULD be returned … SHALL change if the returned resource changes"""
        first = self.http.get("metadata")
        self.assertRegex(first["ETag"], r'^W/"[^"]+"$')
        self.assertEqual(self.http.get("metadata", If_None_Match=first["ETag"]).status, 304)
        self.assertNotEqual(self.http.get("metadata?mode=terminology")["ETag"], first["ETag"])
        part = self.http.get("metadata?_elements=fhirVersion")  # "servers are encouraged to support _summary and _elements"
        self.assertEqual((part.json["fhirVersion"], "rest" in part.json), ("4.0.1", False))
        self.assertNotEqual(part["ETag"], first["ETag"])
        parameter = {"resourceType": "SearchParameter", "id": "tag-changes", "url": "urn:sp:tag-changes", "name": "TagChanges",
                     "status": "active", "description": "x", "code": "tag-changes", "base": ["Patient"], "type": "string",
                     "expression": "Patient.name.suffix"}
        self.assert_status(self.http.put("SearchParameter/tag-changes", parameter), 201)
        after = self.http.get("metadata", If_None_Match=first["ETag"])
        self.assert_status(after, 200)
        self.assertNotEqual(after["ETag"], first["ETag"])
        self.assertIn(b"tag-changes", after.body)


class Interactions(SearchCase):
    resources = [patient("Read", id="r1", gender="male", birthDate="1980-05-01")]

    def test_the_id_is_that_of_the_url(self):
        """The returned resource SHALL have an id element with a value that is the [id] … and a
        meta.versionId element with a value of [vid]"""
        self.http.put("Patient/r2", patient("A", id="r2"))
        self.http.put("Patient/r2", patient("B", id="r2"))
        self.assertEqual(self.http.get("Patient/r2").json["id"], "r2")
        for version in ("1", "2"):
            got = self.http.get(f"Patient/r2/_history/{version}")
            self.assertEqual((got.json["id"], got.json["meta"]["versionId"], got["ETag"]), ("r2", version, f'W/"{version}"'))
            self.assertTrue(got["Last-Modified"])

    def test_an_update_ignores_the_version_and_time_that_are_sent(self):
        """the server SHALL ignore the provided versionId and lastUpdated values … it SHALL populate
        … with the new correct values … other metadata values, but SHOULD refrain from doing so"""
        meta = {"versionId": "77", "lastUpdated": "2001-01-01T00:00:00Z", "source": "urn:x",
                "profile": ["http://hl7.org/fhir/StructureDefinition/Patient"],
                "tag": [{"system": "urn:t", "code": "kept"}], "security": [{"system": "urn:s", "code": "R"}]}
        self.http.put("Patient/meta", patient("A", id="meta", meta=meta))
        got = self.http.put("Patient/meta", patient("B", id="meta", meta=meta)).json["meta"]
        self.assertEqual(got["versionId"], "2")
        self.assertNotEqual(got["lastUpdated"][:4], "2001")
        for name in ("source", "profile", "tag", "security"):
            self.assertEqual(got[name], meta[name], name)
        self.assertEqual(self.http.get("Patient/meta").json["meta"], got)

    def test_an_update_answers_200_or_201(self):
        """the server SHALL return either a 200 OK … or a 201 Created status code if the resource was
        created (or brought back to life), with a Last-Modified header, and an ETag … SHOULD return a
        Location"""
        steps = [self.http.put("Patient/life", patient("A", id="life")), self.http.put("Patient/life", patient("B", id="life"))]
        self.http.delete("Patient/life")
        steps.append(self.http.put("Patient/life", patient("C", id="life")))
        self.assertEqual([s.status for s in steps], [201, 200, 201])
        for answer, version in zip(steps, "124"):
            self.assertEqual(answer["ETag"], f'W/"{version}"')
            self.assertTrue(answer["Last-Modified"])
        self.assertEqual([s["Location"] for s in steps],
                         [f"{self.server.base}/Patient/life/_history/1", None, f"{self.server.base}/Patient/life/_history/4"])

    def test_what_no_id_or_another_one_gets(self):
        """If no id element is provided, or the id disagrees with the id in the URL, the server SHALL
        respond with an HTTP 400 error code, and SHOULD provide an OperationOutcome"""
        for body in (patient(), patient(id="r9")):
            self.assert_outcome(self.http.put("Patient/r1", body), 400)
        self.assert_outcome(self.http.put("Patient/r1", {"resourceType": "Basic", "id": "r1", "code": {"text": "x"}}), 400)

    def test_what_is_accepted_comes_back_as_sent(self):
        """A server SHOULD accept the resource as submitted … and return the same content"""
        sent = patient("Same", active=True, extension=[{"url": "urn:e", "valueDecimal": 1}], contact=[{"name": {"text": "c"}}],
                       contained=[{"resourceType": "Organization", "id": "o", "name": "x"}], managingOrganization={"reference": "#o"})
        made = self.create(sent)
        kept = {k: v for k, v in self.http.get("Patient/" + made["id"]).json.items() if k not in ("id", "meta")}
        self.assertEqual(kept, sent)
        updated = {**sent, "id": made["id"], "active": False}
        self.http.put("Patient/" + made["id"], updated)
        self.assertEqual({k: v for k, v in self.http.get("Patient/" + made["id"]).json.items() if k != "meta"}, updated)

    def test_parts_of_a_read_are_tagged(self):
        """Servers SHOULD define a Resource.meta.tag with the SUBSETTED … to explicitly mark such resources"""
        for path in ("Patient/r1?_summary=true", "Patient/r1?_elements=gender", "Patient/r1/_history/1?_summary=text"):
            tags = self.http.get(path).json["meta"]["tag"]
            self.assertIn({"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"},
                          [{k: t[k] for k in ("system", "code")} for t in tags], path)
        self.assertNotIn("tag", self.http.get("Patient/r1?_summary=false").json["meta"])

    def test_delete_answers_alike_once_and_again(self):
        """Upon successful deletion, or if the resource does not exist at all, the server should return
        either a 200 OK if the response contains a payload, or a 204 No Content"""
        self.http.put("Patient/del", patient(id="del"))
        for path in ("Patient/del", "Patient/del", "Patient/never"):
            gone = self.http.delete(path)
            self.assertEqual((gone.status, gone.body), (204, b""))
        told = self.http.delete("Patient/del", Prefer="return=OperationOutcome")
        self.assertEqual((told.status, told.json["resourceType"]), (200, "OperationOutcome"))
        self.assert_outcome(self.http.get("Patient/del"), 410, "deleted")
        self.assert_outcome(self.http.get("Patient/del/_history/2"), 410, "deleted")
        self.assertEqual(self.found("Patient", ("_id", "del")), "")
        self.assertEqual(len(entries(self.http.get("Patient/del/_history").json)), 2)

    def test_create_names_the_version_in_location(self):
        """SHALL also return a Location header which contains the new Logical Id and Version Id …
        should be as specific as possible … SHALL populate the id, meta.versionId and meta.lastUpdated"""
        made = self.http.post("Patient", patient("Location", id="sent", meta={"versionId": "9"}))
        id = made.json["id"]
        self.assertNotEqual(id, "sent")
        self.assertEqual(made["Location"], f"{self.server.base}/Patient/{id}/_history/1")
        self.assertEqual((made["ETag"], made.json["meta"]["versionId"]), ('W/"1"', "1"))
        self.assertRegex(made.json["meta"]["lastUpdated"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertEqual(self.http.get(made["Location"]).json, made.json)

    def test_bad_content_is_400_and_bad_rules_are_422_with_reasons(self):
        """the server returns a 400 Bad Request … business rules … 422 … SHOULD include a response body
        containing an OperationOutcome with detailed error messages"""
        for verb, path, id in (("POST", "Patient", {}), ("PUT", "Patient/r1", {"id": "r1"})):
            self.assert_outcome(self.http.request(verb, path, "{"), 400)
            self.assert_outcome(self.http.request(verb, path, {"resourceType": "Patient", **id, "nonsense": 1}), 400)
            self.assert_outcome(self.http.request(verb, path, {"resourceType": "Patient", **id, "contact": [{"gender": "male"}]}), 422)
        self.assert_outcome(self.http.post("Nonsense", patient()), 404)

    def test_if_match_holds_for_every_change(self):
        """If the version id given in the If-Match header does not match, the server returns a 412 …
        servers SHALL support conditional PATCH, which works exactly the same as specified for update"""
        self.http.put("Patient/held", patient("A", id="held"))
        self.http.put("Patient/held", patient("B", id="held", identifier=[{"system": "urn:h", "value": "1"}]))
        patch = '[{"op": "replace", "path": "/active", "value": true}]'.replace("replace", "add")
        calls = (("PUT", "Patient/held", patient("C", id="held"), {}), ("PATCH", "Patient/held", patch, {"Content-Type": JSON_PATCH}),
                 ("DELETE", "Patient/held", None, {}), ("PUT", "Patient?identifier=urn:h|1", patient("C"), {}),
                 ("PATCH", "Patient?identifier=urn:h|1", patch, {"Content-Type": JSON_PATCH}), ("DELETE", "Patient?identifier=urn:h|1", None, {}))
        for method, path, body, headers in calls:
            self.assert_outcome(self.http.request(method, path, body, {**headers, "If-Match": 'W/"1"'}), 412, "conflict")
        for method, url, body in (("PUT", "Patient/held", patient("C", id="held")), ("DELETE", "Patient/held", None),
                                  ("PUT", "Patient?identifier=urn:h|1", patient("C")), ("DELETE", "Patient?identifier=urn:h|1", None)):
            self.assert_outcome(self.transaction(entry(method, url, body, ifMatch='W/"1"')), 412, "conflict")
            in_batch = self.transaction(entry(method, url, body, ifMatch='W/"1"'), kind="batch").json["entry"][0]
            self.assertTrue(in_batch["response"]["status"].startswith("412"), in_batch)
        self.assertEqual(self.http.get("Patient/held")["ETag"], 'W/"2"')

    def test_if_match_takes_lists_and_any(self):
        """RFC 7232 section 3.1: "*" is false when there is no current representation; a list is true when it
        names the current one"""
        self.http.put("Patient/list", patient("A", id="list"))
        for tags, status in (('W/"7", W/"1"', 200), ('W/"1", W/"7"', 412), ("*", 200), ('"3"', 200)):
            self.assertEqual(self.http.put("Patient/list", patient(tags, id="list"), If_Match=tags).status, status, tags)
        for way in (lambda: self.http.put("Patient/nobody", patient(id="nobody"), If_Match="*"),
                    lambda: self.transaction(entry("PUT", "Patient/nobody", patient(id="nobody"), ifMatch="*"))):
            self.assert_outcome(way(), 412, "conflict")
        self.assert_outcome(self.http.get("Patient/nobody"), 404)

    def test_conditional_update_in_all_its_cases(self):
        """No matches, no id provided … No matches, id provided … One Match … Multiple matches"""
        def one(value):
            return [{"system": "urn:cu", "value": value}]
        created = self.http.put("Patient?identifier=urn:cu|1", patient(identifier=one("1")))
        self.assert_status(created, 201)
        self.assertTrue(created["Location"])
        as_create = self.http.put("Patient?identifier=urn:cu|2", patient(id="cu2", identifier=one("2")))
        self.assertEqual((as_create.status, as_create.json["id"]), (201, "cu2"))
        for body in (patient("B", identifier=one("2")), patient("C", id="cu2", identifier=one("2"))):
            got = self.http.put("Patient?identifier=urn:cu|2", body)
            self.assertEqual((got.status, got.json["id"]), (200, "cu2"))
        self.assert_outcome(self.http.put("Patient?identifier=urn:cu|2", patient(id="cu3", identifier=one("2"))), 400)
        self.create(patient(identifier=one("2")))
        self.assert_outcome(self.http.put("Patient?identifier=urn:cu|2", patient(identifier=one("2"))), 412, "multiple-matches")
        self.assert_outcome(self.http.put("Patient?nonsense=1", patient()), 400)

    def test_conditional_patch_in_all_its_cases(self):
        """No matches: The server returns a 404 … One Match … Multiple matches: … a 412"""
        patch = '[{"op": "add", "path": "/active", "value": true}]'
        send = lambda value: self.http.request("PATCH", f"Patient?identifier=urn:cp|{value}", patch, {"Content-Type": JSON_PATCH})
        self.assert_outcome(send("1"), 404, "not-found")
        made = self.create(patient(identifier=[{"system": "urn:cp", "value": "1"}]))
        self.assertEqual((send("1").status, self.http.get("Patient/" + made["id"]).json["active"]), (200, True))
        self.create(patient(identifier=[{"system": "urn:cp", "value": "1"}]))
        self.assert_outcome(send("1"), 412, "multiple-matches")
