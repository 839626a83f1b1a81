"""Sentences of http.html and search.html of R4 that no other file has a test for, each quoted."""

from support import SearchCase, bundle, entries, entry, link, match_ids, patient

ISO_CURRENCY = "urn:iso:std:iso:4217"


def observation(id, subject, code="c", **members):
    return {"resourceType": "Observation", "id": id, "status": "final", "subject": {"reference": f"Patient/{subject}"},
            "code": {"coding": [{"system": "urn:c", "code": code}]}, **members}


def organization(id, parent=None):
    return {"resourceType": "Organization", "id": id, "name": id,
            **({"partOf": {"reference": f"Organization/{parent}"}} if parent else {})}


class Http(SearchCase):
    """https://hl7.org/fhir/R4/http.html"""

    resources = [patient("Http", id="h1", gender="male")]

    def test_versions_and_times_go_together(self):
        """the ETag header should be populated with the value of meta.versionId, and the Last-Modified
        with the value of meta.lastUpdated"""
        for path in ("Patient/h1", "Patient/h1/_history/1"):
            read = self.http.get(path)
            self.assertEqual(read["ETag"], f'W/"{read.json["meta"]["versionId"]}"')
            self.assertTrue(read["Last-Modified"].endswith(" GMT"))

    def test_delete_can_be_held_to_a_version(self):
        self.http.put("Patient/dm", patient("A", id="dm"))
        self.http.put("Patient/dm", patient("B", id="dm"))
        self.assert_outcome(self.http.delete("Patient/dm", If_Match='W/"1"'), 412, "conflict")
        self.assert_status(self.http.delete("Patient/dm", If_Match='W/"2"'), 204)
        self.assert_outcome(self.http.get("Patient/dm/_history/3"), 410, "deleted")

    def test_a_slash_at_the_end_means_the_same(self):
        """Note that the trailing slash is not significant"""
        self.assert_status(self.http.get("Patient/h1/"), 200)

    def test_names_are_case_sensitive(self):
        """all these definitions are case sensitive … FHIR URLs are case sensitive"""
        self.assert_outcome(self.http.get("patient/h1"), 404)
        self.assert_outcome(self.http.get("Patient/H1"), 404)

    def test_conditional_read_with_both_headers(self):
        """If-None-Match takes precedence over If-Modified-Since (RFC 9110)"""
        now = self.http.get("Patient/h1")
        self.assertEqual(self.http.get("Patient/h1", If_None_Match='W/"7"', If_Modified_Since=now["Last-Modified"]).status, 200)
        self.assertEqual(self.http.get("Patient/h1", If_None_Match=now["ETag"]).status, 304)

    def test_errors_are_operation_outcomes_for_every_verb(self):
        for method, path in (("GET", "Nonsense"), ("POST", "Nonsense"), ("PUT", "Patient/a b"), ("DELETE", "Patient"),
                             ("PATCH", "Patient/none"), ("GET", "Patient/h1/_history/x")):
            body = patient() if method in ("POST", "PUT", "PATCH") else None
            response = self.http.request(method, path.replace(" ", "%20"), body)
            self.assertGreaterEqual(response.status, 400, (method, path))
            self.assertEqual(response.json["resourceType"], "OperationOutcome", (method, path))

    def test_prefer_is_followed_or_passed_over(self):
        """Servers SHOULD honor this header; what a server does not know it ignores (RFC 7240)"""
        for prefer, has_name in (("return=representation", True), ("return=minimal", False),
                                 ("wait=10, return=minimal", False), ("handling=strict; x=y", True), ("nonsense", True)):
            made = self.http.post("Patient", patient("Prefer"), Prefer=prefer)
            self.assert_status(made, 201)
            self.assertEqual(b"Prefer" in made.body, has_name, prefer)
        outcome = self.http.post("Patient", patient("Prefer"), Prefer="return=OperationOutcome")
        self.assertEqual(outcome.json["resourceType"], "OperationOutcome")

    def test_unknown_parameters_by_preference(self):
        """handling=strict: client requests that the server return an error for any unknown or unsupported
        parameter; lenient: that it ignores any"""
        self.assert_outcome(self.http.get("Patient?nonsense=1", Prefer="handling=strict"), 400, "not-supported")
        lenient = self.http.get("Patient?nonsense=1&_id=h1", Prefer="handling=lenient")
        self.assertEqual(match_ids(lenient.json), ["Patient/h1"])
        self.assertNotIn("nonsense", link(lenient.json, "self"))

    def test_history_of_what_was_deleted_and_brought_back(self):
        """An entry … with no resource is a delete, and the history … is still accessible"""
        self.http.put("Patient/back", patient("A", id="back"))
        self.http.delete("Patient/back")
        self.http.put("Patient/back", patient("B", id="back"))
        got = [(e["request"]["method"], e["response"]["status"][:3], "resource" in e) for e in entries(self.http.get("Patient/back/_history").json)]
        self.assertEqual(got, [("PUT", "201" if got[0][1] == "201" else "200", True), ("DELETE", "204", False), got[2]])
        self.assertTrue(got[2][2])

    def test_a_binary_keeps_its_security_context(self):
        """https://hl7.org/fhir/R4/binary.html#rest: the X-Security-Context header … SHALL be used"""
        made = self.http.request("POST", "Binary", b"\x00\x01", {"Content-Type": "application/octet-stream",
                                                                   "X-Security-Context": "Patient/h1"})
        self.assert_status(made, 201)
        path = made["Location"][len(self.server.base) + 1:]
        resource = self.http.get(path, Accept="application/fhir+json").json
        self.assertEqual(resource["securityContext"], {"reference": "Patient/h1"})
        raw = self.http.request("GET", path, None, {"Accept": "application/octet-stream"})
        self.assertEqual((raw.body, raw["Content-Type"], raw["X-Security-Context"]), (b"\x00\x01", "application/octet-stream", "Patient/h1"))


class Search(SearchCase):
    """https://hl7.org/fhir/R4/search.html"""

    resources = [
        organization("top"), organization("middle", "top"), organization("bottom", "middle"),
        patient("Ab,c", id="s1", gender="male", birthDate="1980-05-01", managingOrganization={"reference": "Organization/bottom"},
                identifier=[{"system": "urn:i", "value": "a|b"}]),
        patient("Abd", id="s2", gender="female", birthDate="1990"),
        patient("Xyz", id="s3", generalPractitioner=[{"reference": "Organization/top"}]),
        observation("o1", "s1", "hb", valueQuantity={"value": 5.4, "system": "http://unitsofmeasure.org", "code": "mg", "unit": "mg"},
                    effectiveDateTime="2020-01-01T10:00:00Z"),
        observation("o2", "s1", "na", hasMember=[{"reference": "Observation/o1"}]),
        observation("o3", "s2", "hb", hasMember=[{"reference": "Observation/o2"}]),
        {"resourceType": "Group", "id": "g1", "type": "person", "actual": True, "code": {"text": "x"},
         "identifier": [{"system": "urn:g", "value": "1"}], "member": [{"entity": {"reference": "Patient/s1"}}]},
        {"resourceType": "Invoice", "id": "i1", "status": "issued", "totalGross": {"value": 48, "currency": "EUR"}},
        {"resourceType": "Invoice", "id": "i2", "status": "issued", "totalGross": {"value": 48, "currency": "USD"}},
        {"resourceType": "ServiceRequest", "id": "by-number", "status": "active", "intent": "order",
         "subject": {"identifier": {"system": "urn:i", "value": "9"}}},
        {"resourceType": "RiskAssessment", "id": "risk", "status": "final", "subject": {"reference": "Patient/s1"},
         "prediction": [{"probabilityDecimal": 100}]},
    ]

    def page(self, path, *pairs):
        response = self.http.search(path, pairs)
        self.assert_status(response, 200)
        return response.json

    def order(self, path, *pairs):
        return " ".join(i.split("/")[1] for i in match_ids(self.page(path, *pairs)))

    def test_separators_are_escaped(self):
        """parameters … with a backslash before $ , | and itself"""
        self.assertEqual(self.found("Patient", ("family", "Ab\\,c")), "s1")
        self.assertEqual(self.found("Patient", ("family", "Ab,c")), "s1 s2")
        self.assertEqual(self.found("Patient", ("identifier", "urn:i|a\\|b")), "s1")

    def test_sort_by_id_and_time(self):
        self.assertEqual(self.order("Patient", ("_sort", "_id")), "s1 s2 s3")
        self.assertEqual(self.order("Patient", ("_sort", "-_id")), "s3 s2 s1")
        self.http.put("Patient/s2", {**self.http.get("Patient/s2").json, "active": True})
        self.assertEqual(self.order("Patient", ("_sort", "-_lastUpdated")).split()[0], "s2")
        self.assertEqual(self.order("Patient", ("_sort", "_lastUpdated")).split()[-1], "s2")
        self.assertEqual(self.order("Patient", ("_sort", "gender,-birthdate")), "s2 s1 s3")

    def test_every_total(self):
        for total, has in (("none", False), ("estimate", True), ("accurate", True)):
            got = self.page("Patient", ("_total", total), ("_count", "1"))
            self.assertEqual("total" in got, has, total)
            if has:
                self.assertEqual(got["total"], 3)

    def test_every_summary_marks_what_is_a_part(self):
        """Servers SHOULD mark the resources with the tag SUBSETTED"""
        for summary, is_part in (("true", True), ("text", True), ("data", True), ("false", False)):
            got = entries(self.page("Patient", ("_id", "s1"), ("_summary", summary)))[0]["resource"]
            tags = [t["code"] for t in got.get("meta", {}).get("tag", [])]
            self.assertEqual("SUBSETTED" in tags, is_part, summary)
        self.assertNotIn("entry", self.page("Patient", ("_summary", "count")))
        self.assertEqual(self.page("Patient", ("_count", "0"))["total"], 3)
        self.assert_outcome(self.http.get("Patient?_summary=text&_include=Patient:organization"), 400)
        self.assert_outcome(self.http.get("Patient?_summary=some"), 400, "value")

    def test_includes_iterate_and_take_wildcards(self):
        """the inclusion process can be iterative, and _include=*"""
        include = lambda *pairs: sorted(i for i in match_ids(self.page(*pairs), "include"))
        self.assertEqual(include("Patient", ("_id", "s1"), ("_include", "Patient:organization")), ["Organization/bottom"])
        self.assertEqual(include("Patient", ("_id", "s1"), ("_include", "Patient:organization"), ("_include:iterate", "Organization:partof")),
                         ["Organization/bottom", "Organization/middle", "Organization/top"])
        self.assertEqual(include("Patient", ("_id", "s3"), ("_include", "Patient:general-practitioner:Practitioner")), [])
        self.assertEqual(include("Patient", ("_id", "s3"), ("_include", "Patient:general-practitioner:Organization")), ["Organization/top"])
        self.assertEqual(include("Observation", ("_id", "o2"), ("_include", "*")), ["Observation/o1", "Patient/s1"])
        self.assertEqual(include("Observation", ("_id", "o2"), ("_include", "Observation:*")), ["Observation/o1", "Patient/s1"])
        self.assertEqual(include("Observation", ("_id", "o1"), ("_revinclude:iterate", "Observation:has-member")), ["Observation/o2", "Observation/o3"])
        self.assertEqual(include("Patient", ("_id", "s1"), ("_revinclude", "*")),
                         ["Group/g1", "Observation/o1", "Observation/o2", "RiskAssessment/risk"])

    def test_has_within_has_and_within_chains(self):
        self.assertEqual(self.found("Patient", ("_has:Observation:patient:code", "urn:c|na")), "s1")
        self.assertEqual(self.found("Patient", ("_has:Observation:patient:_has:Observation:has-member:code", "urn:c|hb")), "s1")
        self.assertEqual(self.found("Observation", ("patient._has:Group:member:_id", "g1")), "o1 o2")
        self.assertEqual(self.found("Organization", ("_has:Patient:organization:gender", "male")), "bottom")
        self.assertEqual(self.found("Patient", ("organization.partof.partof.name", "top")), "s1")
        self.assertEqual(self.found("Patient", ("_has:Group:member:identifier:missing", "false")), "s1")

    def test_money_is_searched_as_a_quantity(self):
        """the system … urn:iso:std:iso:4217: https://hl7.org/fhir/R4/search.html#quantity"""
        self.assertEqual(self.found("Invoice", ("totalgross", f"48|{ISO_CURRENCY}|EUR")), "i1")
        self.assertEqual(self.found("Invoice", ("totalgross", "48||EUR")), "i1")
        self.assertEqual(self.found("Invoice", ("totalgross", "gt40")), "i1 i2")
        self.assertEqual(self.found("Invoice", ("totalgross", f"lt40|{ISO_CURRENCY}|EUR")), "")

    def test_identifiers_of_references(self):
        self.assertEqual(self.found("ServiceRequest", ("subject:identifier", "urn:i|9")), "by-number")
        self.assertEqual(self.found("ServiceRequest", ("subject:identifier", "urn:i|8")), "")
        self.assertEqual(self.found("ServiceRequest", ("subject:missing", "false")), "by-number")

    def test_above_and_below_by_the_hierarchy_of_references(self):
        self.assertEqual(self.found("Patient", ("organization:below", "Organization/top")), "s1")
        self.assertEqual(self.found("Organization", ("partof:below", "Organization/top")), "bottom middle")

    def test_numbers_by_implicit_precision(self):
        """[parameter]=100: values that equal 100, to 3 significant figures precision … 1e2: 1 significant figure"""
        for value, found in (("100", "risk"), ("100.00", "risk"), ("1e2", "risk"), ("100.4", ""), ("ne100", ""), ("ge100", "risk"), ("lt100", "")):
            self.assertEqual(self.found("RiskAssessment", ("probability", value)), found, value)

    def test_a_date_has_minutes_when_it_has_hours(self):
        """the minutes SHALL be present if an hour is present"""
        self.assertEqual(self.found("Observation", ("date", "2020-01-01T10:00Z")), "o1")
        self.assert_outcome(self.http.get("Observation?date=2020-01-01T10"), 400, "value")

    def test_post_takes_parameters_from_url_and_body(self):
        """the parameters … in the body and the URL … have the same meaning"""
        got = self.http.request("POST", "Patient/_search?gender=male", "family=ab", {"Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual(match_ids(got.json), ["Patient/s1"])
        self.assert_outcome(self.http.post("Patient/_search", {"family": "ab"}), 415)

    def test_what_is_too_long_is_said_to_be(self):
        long = "x" * (65 << 10)
        got = self.http.request("POST", "Patient/_search", "family=" + long, {"Content-Type": "application/x-www-form-urlencoded"})
        self.assert_outcome(got, 413, "too-long")
        many = ",".join(f"a{i}" for i in range(3000))
        got = self.http.request("POST", "Patient/_search", "_id=" + many, {"Content-Type": "application/x-www-form-urlencoded"})
        self.assert_outcome(got, 413, "too-costly")

    def test_matches_and_includes_are_told_apart(self):
        """the entry.search.mode … SHALL … match / include / outcome"""
        got = self.page("Patient", ("_id", "s1"), ("_include", "Patient:organization"), ("_total", "accurate"))
        self.assertEqual([e["search"]["mode"] for e in got["entry"]], ["match", "include"])
        self.assertEqual(got["total"], 1)  # "the total … does not include … included resources"

    def test_self_says_what_was_understood(self):
        """the server SHALL return … self … the parameters that were actually used"""
        got = self.http.get("Patient?gender=male&_count=5000&_format=json", Prefer="handling=lenient").json
        self.assertIn("gender=male", link(got, "self"))
        self.assertIn("_count=1000", link(got, "self"))

    def test_an_empty_result_is_an_answer(self):
        got = self.page("Patient", ("family", "nobody"))
        self.assertEqual((got["type"], got.get("entry")), ("searchset", None))

    def test_a_chain_in_a_batch_and_by_absolute_reference(self):
        base = self.server.base
        self.assertEqual(self.found("Observation", ("subject", f"{base}/Patient/s1")), "o1 o2")
        got = self.http.post("", bundle(entry("GET", f"{base}/Observation?subject:Patient.family=abd"), kind="batch")).json
        self.assertEqual(match_ids(got["entry"][0]["resource"]), ["Observation/o3"])
