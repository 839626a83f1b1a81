"""Sentences of https://hl7.org/fhir/R4/search.html about what an answer holds and in which order, each quoted."""
import urllib.parse

from support import SearchCase, bundle, entries, entry, link, match_ids, patient


def coded(system, code):
    return {"coding": [{"system": system, "code": code}]}


RESOURCES = [
    {"resourceType": "Organization", "id": "org", "name": "Org"},
    {"resourceType": "Practitioner", "id": "doc", "name": [{"family": "Doc"}]},
    patient("adams", id="r1", gender="male", birthDate="1990-01-01", active=True, managingOrganization={"reference": "Organization/org"},
            text={"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Adams</div>'},
            contact=[{"name": {"family": "Kin"}}], photo=[{"title": "p"}]),
    patient("Baker", id="r2", gender="female", birthDate="1980", managingOrganization={"reference": "Organization/org"}),
    patient("álvarez", id="r3", gender="female", birthDate="1985-05"),
    {"resourceType": "Patient", "id": "r4", "name": [{"family": "Zed"}, {"family": "Aaron"}]},
    patient("Carl", id="r5", managingOrganization={"reference": "Organization/nowhere"},
            generalPractitioner=[{"reference": "http://elsewhere.example.org/fhir/Practitioner/9"}]),
    {"resourceType": "Observation", "id": "ob1", "status": "final", "code": coded("urn:c", "x"), "subject": {"reference": "Patient/r1"},
     "performer": [{"reference": "Practitioner/doc"}], "valueString": "v", "note": [{"text": "n"}],
     "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Ob</div>'}},
    {"resourceType": "Observation", "id": "ob2", "status": "final", "code": coded("urn:c", "y"), "subject": {"reference": "Patient/r1"}},
]


class Results(SearchCase):
    resources = RESOURCES

    def page(self, path, *pairs, **headers):
        response = self.http.search(path, pairs, **headers)
        self.assert_status(response, 200)
        return response.json

    def order(self, sort):
        return " ".join(i.split("/")[1] for i in match_ids(self.page("Patient", ("_sort", sort))))

    def first(self, path, *pairs):
        return entries(self.page(path, *pairs))[0]["resource"]

    def self_of(self, page):
        return urllib.parse.parse_qsl(urllib.parse.urlsplit(link(page, "self")).query)


class Sorting(Results):
    """https://hl7.org/fhir/R4/search.html#sort"""

    def test_rules_come_in_priority_order_with_a_minus_for_decreasing(self):
        """The prefix indicates decreasing order; in its absence, the parameter is applied in increasing order"""
        self.assertEqual(self.order("gender,-birthdate"), "r3 r2 r1 r5 r4" if self.order("gender,-birthdate").endswith("r5 r4") else "r3 r2 r1 r4 r5")
        self.assertEqual(self.order("-gender,birthdate").split()[:3], ["r1", "r2", "r3"])
        self.assertEqual(self.order("birthdate").split()[:3], ["r2", "r3", "r1"])
        self.assertEqual(self.order("-birthdate").split()[:3], ["r1", "r3", "r2"])

    def test_strings_are_sorted_without_their_case(self):
        """When sorting on string search parameters, sorting SHOULD be performed on a case-insensitive basis"""
        self.assertEqual([i for i in self.order("family").split() if i != "r4"], ["r1", "r3", "r2", "r5"])

    def test_of_several_values_the_first_in_the_order_counts(self):
        """the sort is based on the item in the set of multiple parameters that comes earliest in the specified sort order"""
        self.assertEqual(self.order("family").split()[0], "r4")
        self.assertEqual(self.order("-family").split()[0], "r4")

    def test_the_sort_is_among_the_returned_parameters(self):
        """The server returns the sort it performs as part of the returned search parameters"""
        self.assertIn(("_sort", "family,-_id"), self.self_of(self.page("Patient", ("_sort", "family,-_id"))))

    def test_sort_and_count_give_the_latest(self):
        """sort by date in descending order, with _count=1 … the last matching resource will be returned"""
        self.assertEqual(match_ids(self.page("Patient", ("_sort", "-birthdate"), ("_count", "1"))), ["Patient/r1"])

    def test_every_type_of_parameter_sorts(self):
        for path, sort in (("Patient", "name"), ("Patient", "birthdate"), ("Patient", "gender"), ("Patient", "organization"), ("ValueSet", "url"),
                           ("RiskAssessment", "probability"), ("Observation", "value-quantity"), ("Patient", "_id"), ("Patient", "_lastUpdated")):
            for sign in ("", "-"):
                self.assert_status(self.http.search(path, [("_sort", sign + sort)]), 200)
        for path, sort in (("Observation", "code-value-quantity"), ("Location", "near"), ("Patient", "nothing"), ("Patient", "name:exact")):
            self.assert_outcome(self.http.search(path, [("_sort", sort)]), 400, "not-supported")


class Pages(Results):
    """https://hl7.org/fhir/R4/search.html#count https://hl7.org/fhir/R4/search.html#total"""

    def test_never_more_than_was_asked_for(self):
        """Servers SHALL NOT return more resources than requested"""
        for count in (1, 2, 3, 4):
            self.assertEqual(len(match_ids(self.page("Patient", ("_count", str(count)), ("_include", "Patient:organization")))), count)

    def test_links_repeat_the_count_and_the_search(self):
        """The server should repeat the original _count parameter in its returned page links"""
        page = self.page("Patient", ("_count", "2"), ("gender", "female,male"), ("_sort", "_id"))
        following = urllib.parse.parse_qsl(urllib.parse.urlsplit(link(page, "next")).query)
        self.assertIn(("_count", "2"), following)
        self.assertIn(("gender", "female,male"), following)
        last = self.http.get(link(page, "next")).json
        self.assertIsNone(link(last, "next"))
        self.assertIsNotNone(link(last, "first"))
        self.assertEqual(match_ids(page) + match_ids(last), ["Patient/r1", "Patient/r2", "Patient/r3"])

    def test_a_count_of_zero_is_a_summary_of_the_count(self):
        """no entries, and no prev/next/last links … treated the same as _summary=count"""
        for pair in (("_count", "0"), ("_summary", "count")):
            page = self.page("Patient", pair, ("gender", "female"))
            self.assertEqual((page["total"], page.get("entry"), [l["relation"] for l in page["link"]]), (2, None, ["self"]))

    def test_the_total_counts_matches_alone(self):
        """It does not count extra resources such as OperationOutcome or included resources"""
        page = self.page("Patient", ("_total", "accurate"), ("_include", "Patient:organization"), ("_count", "2"), ("nonsense", "1"), Prefer="handling=lenient")
        self.assertEqual(page["total"], 5)
        self.assertEqual({e["search"]["mode"] for e in page["entry"]}, {"match", "include", "outcome"})

    def test_includes_come_again_with_each_page(self):
        """https://hl7.org/fhir/R4/search.html#Paging: returned as part of that same page, even if … previously been returned"""
        pages = [p.json for p in self.http.pages("Patient", [("_id", "r1,r2"), ("_include", "Patient:organization"), ("_count", "1")])]
        self.assertEqual([match_ids(p, "include") for p in pages], [["Organization/org"], ["Organization/org"]])

    def test_a_search_changes_nothing(self):
        """https://hl7.org/fhir/R4/search.html#currency: does not change the set of resources on the server"""
        before = self.page("", ("_type", "Patient,Observation,AuditEvent"), ("_total", "accurate"))["total"]
        self.page("Patient", ("name", "adams"))
        self.assertEqual(self.page("", ("_type", "Patient,Observation,AuditEvent"), ("_total", "accurate"))["total"], before)


class Summaries(Results):
    """https://hl7.org/fhir/R4/search.html#summary https://hl7.org/fhir/R4/search.html#elements"""

    @staticmethod
    def tags(resource):
        return [t["code"] for t in resource.get("meta", {}).get("tag", [])]

    def test_true_holds_the_elements_of_the_summary(self):
        """This subset SHOULD consist solely of all supported elements that are marked as "summary\""""
        got = self.first("Patient", ("_id", "r1"), ("_summary", "true"))
        self.assertLessEqual({"id", "meta", "name", "gender", "birthDate", "active", "managingOrganization"}, set(got))
        self.assertFalse({"text", "contact", "photo"} & set(got), got)
        self.assertIn("SUBSETTED", self.tags(got))

    def test_text_holds_the_narrative_and_what_is_mandatory(self):
        """Return only the "text" element, the 'id' element, the 'meta' element, and only top-level mandatory elements"""
        got = self.first("Observation", ("_id", "ob1"), ("_summary", "text"))
        self.assertEqual(set(got), {"resourceType", "id", "meta", "text", "status", "code"})
        self.assertIn("SUBSETTED", self.tags(got))

    def test_data_is_all_but_the_narrative(self):
        """Remove the text element"""
        got = self.first("Observation", ("_id", "ob1"), ("_summary", "data"))
        self.assertEqual(set(got), {"resourceType", "id", "meta", "status", "code", "subject", "performer", "valueString", "note"})
        self.assertIn("SUBSETTED", self.tags(got))

    def test_false_is_all_of_it(self):
        """Return all parts of the resource(s)"""
        got = self.first("Observation", ("_id", "ob1"), ("_summary", "false"))
        self.assertEqual(got, self.http.get("Observation/ob1").json)

    def test_text_is_not_mixed_with_includes(self):
        """_include and _revinclude parameters cannot be mixed with _summary=text"""
        for include in (("_include", "Observation:subject"), ("_revinclude", "Provenance:target")):
            self.assert_outcome(self.http.search("Observation", [("_summary", "text"), include]), 400, "invalid")

    def test_elements_are_those_listed_and_the_mandatory_ones(self):
        """Servers SHOULD always return mandatory elements … SHOULD mark the resources with the tag SUBSETTED"""
        got = self.first("Observation", ("_id", "ob1"), ("_elements", "subject,valueString"))
        self.assertEqual(set(got), {"resourceType", "id", "meta", "status", "code", "subject", "valueString"} if "valueString" in got else
                         {"resourceType", "id", "meta", "status", "code", "subject"})
        self.assertIn("SUBSETTED", self.tags(got))

    def test_elements_are_not_those_of_included_resources(self):
        """The list of elements does not apply to included resources"""
        page = self.page("Observation", ("_id", "ob1"), ("_elements", "status"), ("_include", "Observation:subject"))
        included = entries(page, "include")[0]["resource"]
        self.assertEqual(included, self.http.get("Patient/r1").json)


class Includes(Results):
    """https://hl7.org/fhir/R4/search.html#include"""

    def included(self, path, *pairs):
        return sorted(match_ids(self.page(path, *pairs), "include"))

    def test_by_parameter_and_by_type_of_target(self):
        """The name of the source resource … the search parameter which must be of type reference … specific type of target"""
        self.assertEqual(self.included("Observation", ("_id", "ob1"), ("_include", "Observation:subject")), ["Patient/r1"])
        self.assertEqual(self.included("Observation", ("_id", "ob1"), ("_include", "Observation:subject:Patient")), ["Patient/r1"])
        self.assertEqual(self.included("Observation", ("_id", "ob1"), ("_include", "Observation:subject:Group")), [])
        self.assertEqual(self.included("Observation", ("_id", "ob1"), ("_include", "Observation:*")), ["Patient/r1", "Practitioner/doc"])
        self.assertEqual(self.included("Observation", ("_id", "ob1"), ("_include", "Patient:organization")), [])
        for value in ("Observation:code", "Observation", "Nothing:subject", "Observation:subject:Nothing", "Observation:subject,Observation:performer", ":", "subject"):
            self.assert_outcome(self.http.search("Observation", [("_include", value)]), 400, ("value", "not-supported"))

    def test_what_refers_to_a_match(self):
        """return all the provenance resources that refer to them"""
        self.assertEqual(self.included("Patient", ("_id", "r1"), ("_revinclude", "Observation:subject")), ["Observation/ob1", "Observation/ob2"])
        self.assertEqual(self.included("Patient", ("_id", "r1"), ("_revinclude", "Observation:*")), ["Observation/ob1", "Observation/ob2"])
        self.assertEqual(self.included("Patient", ("_id", "r2"), ("_revinclude", "Observation:subject")), [])

    def test_what_cannot_be_retrieved_is_left_out(self):
        """the resource cannot be retrieved (e.g. on a different server), then the resource is omitted, and no error is returned"""
        self.assertEqual(self.included("Patient", ("_id", "r5"), ("_include", "Patient:organization"), ("_include", "Patient:general-practitioner")), [])

    def test_inclusion_goes_on_only_with_iterate(self):
        """The inclusion process can be iterative, if (and only if) the modifier :iterate is included"""
        path = ("Observation", ("_id", "ob1"), ("_include", "Observation:subject"))
        self.assertEqual(self.included(*path, ("_include", "Patient:organization")), ["Patient/r1"])
        self.assertEqual(self.included(*path, ("_include:iterate", "Patient:organization")), ["Organization/org", "Patient/r1"])
        self.assert_outcome(self.http.search("Patient", [("_include:deep", "Patient:organization")]), 400, "not-supported")

    def test_modes_tell_matches_from_includes(self):
        """with the entry.search.mode set to "include\""""
        page = self.page("Observation", ("_id", "ob1"), ("_include", "Observation:subject"))
        self.assertEqual([(e["search"]["mode"], e["fullUrl"]) for e in page["entry"]],
                         [("match", self.server.base + "/Observation/ob1"), ("include", self.server.base + "/Patient/r1")])


class Conformance(Results):
    """https://hl7.org/fhir/R4/search.html#conformance"""

    def test_self_names_what_was_used_and_nothing_else(self):
        """the server SHALL return the parameters that were actually used to process the search … encoded in the self link"""
        page = self.page("Patient", ("gender", "female"), ("unknown", "x"), ("_count", "3"), Prefer="handling=lenient")
        self.assertEqual(self.self_of(page), [("gender", "female"), ("_count", "3")])
        outcome = entries(page, "outcome")[0]["resource"]
        self.assertEqual([(i["severity"], i["code"]) for i in outcome["issue"]], [("warning", "not-supported")])
        self.assertEqual(match_ids(self.http.get(link(page, "self")).json), match_ids(page))

    def test_a_posted_search_has_the_same_self(self):
        posted = self.http.request("POST", "Patient/_search?gender=female", "_sort=family&_count=3", {"Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual(self.self_of(posted.json), [("gender", "female"), ("_sort", "family"), ("_count", "3")])
        self.assertTrue(link(posted.json, "self").startswith(self.server.base + "/Patient?"))

    def test_the_three_contexts(self):
        """https://hl7.org/fhir/R4/search.html#Introduction: If the _type parameter is included, all other search parameters SHALL be common"""
        self.assertEqual(self.found("Patient", ("gender", "male")), "r1")
        self.assertEqual(self.found("Patient/r1/Observation", ("code", "x")), "ob1")
        self.assertEqual(self.found("", ("_type", "Patient,Practitioner"), ("family", "doc,adams")), "doc r1")
        for pairs in ([("_type", "Patient,Observation"), ("gender", "male")], [("gender", "male")], [("name", "x")]):
            self.assert_outcome(self.http.search("", pairs), 400, "not-supported")
        self.assertEqual(self.found("", ("_id", "r1,ob1")), "ob1 r1")

    def test_a_failure_has_an_outcome(self):
        """https://hl7.org/fhir/R4/search.html#errors: When the search fails, a server SHOULD return an OperationOutcome"""
        for path in ("Patient?birthdate=x", "Nothing?x=y", "Patient?_count=x", "Patient?name:x=y", "?_type=x", "Patient/r1/Nothing", "Patient?%ff=1"):
            self.assert_outcome(self.http.get(path), (400, 404))
        batch = self.http.post("", bundle(entry("GET", "Patient?birthdate=x"), entry("GET", "Patient?gender=male"), kind="batch")).json
        self.assertEqual([e["response"]["status"][:3] for e in batch["entry"]], ["400", "200"])
        self.assertEqual(batch["entry"][0]["response"]["outcome"]["resourceType"], "OperationOutcome")

    def test_names_that_differ_in_case_alone_are_refused(self):
        """https://hl7.org/fhir/R4/search.html#Summary: servers SHALL not define additional parameters … that only differ in case"""
        for one in self.http.get("metadata").json["rest"][0]["resource"]:
            names = [p["name"].lower() for p in one["searchParam"]]
            self.assertEqual(len(names), len(set(names)), one["type"])
        definition = {"resourceType": "SearchParameter", "url": "http://example.org/sp/case", "name": "Case", "status": "active", "description": "x",
                      "code": "Birthdate", "base": ["Patient"], "type": "string", "expression": "Patient.name.family"}
        self.assert_outcome(self.http.post("SearchParameter", definition), 422, "business-rule")
        self.assert_status(self.http.post("SearchParameter", {**definition, "code": "-birthdate-like"}), 201)


class Lists(Results):
    """https://hl7.org/fhir/R4/search.html#list"""

    resources = RESOURCES + [
        {"resourceType": "List", "id": "42", "status": "current", "mode": "working", "entry": [{"item": {"reference": f"Patient/{i}"}} for i in ("r1", "r2", "r3")]}]

    def test_what_a_list_refers_to(self):
        """all female patients in the list"""
        self.assertEqual(self.found("Patient", ("_list", "42")), "r1 r2 r3")
        self.assertEqual(self.found("Patient", ("_list", "42"), ("gender", "female")), "r2 r3")
        self.assertEqual(self.found("Patient", ("_list", "43")), "")
        self.assertEqual(self.found("Observation", ("_list", "42")), "")
