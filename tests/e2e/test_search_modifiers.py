"""https://hl7.org/fhir/R4/search.html#modifiers, searches of several types and of compartments."""
from support import SearchCase, entries, match_ids, patient

V2 = "http://terminology.hl7.org/CodeSystem/v2-0203"
ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
CONDITION = "http://terminology.hl7.org/CodeSystem/condition-clinical"


def place(id, parent=None, **members):
    return {"resourceType": "Location", "id": id, "name": id,
            **({"partOf": {"reference": f"Location/{parent}"}} if parent else {}), **members}


def encounter(id, location, code):
    return {"resourceType": "Encounter", "id": id, "status": "finished", "class": {"system": ACT, "code": code},
            "subject": {"reference": "Patient/m1"}, "location": [{"location": {"reference": f"Location/{location}"}}]}


def condition(id, status, subject="Patient/m1"):
    return {"resourceType": "Condition", "id": id, "subject": {"reference": subject},
            "clinicalStatus": {"coding": [{"system": CONDITION, "code": status}]},
            "code": {"text": "Headache, acute", "coding": [
                {"system": "http://snomed.info/sct", "code": "25064002", "display": "Cephalgia"}]}}


RESOURCES = [
    patient("Modi", id="m1", identifier=[
        {"system": "urn:a", "value": "77", "type": {"text": "Hospital number", "coding": [{"system": V2, "code": "MR"}]}}]),
    patient("Modi", id="m2", identifier=[{"system": "urn:a", "value": "77", "type": {"coding": [{"system": V2, "code": "SS"}]}}]),
    place("campus"), place("ward", "campus"), place("room", "ward"), place("elsewhere"),
    encounter("e1", "room", "IMP"), encounter("e2", "campus", "ACUTE"), encounter("e3", "elsewhere", "AMB"),
    condition("c1", "active"), condition("c2", "relapse"), condition("c3", "remission"),
    condition("c4", "active", "Patient/m2"),
    {"resourceType": "List", "id": "l1", "status": "current", "mode": "working",
     "code": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/list-example-use-codes", "code": "problems"}]},
     "entry": [{"item": {"reference": "Condition/c1"}}, {"item": {"reference": "Condition/c3"}}]},
    {"resourceType": "ValueSet", "id": "mine", "url": "http://example.org/vs/mine", "status": "active",
     "compose": {"include": [{"system": CONDITION, "concept": [{"code": "remission"}, {"code": "relapse"}]}]}},
    {"resourceType": "ValueSet", "id": "u1", "url": "http://example.org/fhir/a/b", "status": "draft"},
    {"resourceType": "ValueSet", "id": "u2", "url": "http://example.org/fhir/a", "status": "draft"},
    {"resourceType": "ValueSet", "id": "u3", "url": "http://example.org/fhir/ab", "status": "draft"},
]


class Modifiers(SearchCase):
    resources = RESOURCES

    def test_text_searches_what_stands_beside_the_code(self):
        self.assertEqual(self.found("Condition", ("code:text", "headache")), "c1 c2 c3 c4")
        self.assertEqual(self.found("Condition", ("code:text", "CEPHAL"), ("patient", "m2")), "c4")
        self.assertEqual(self.found("Condition", ("code:text", "acute")), "")
        self.assertEqual(self.found("Condition", ("code:text-advanced", "acute head"), ("_id", "c1")), "c1")
        self.assertEqual(self.found("Patient", ("identifier:text", "hospital")), "m1")
        self.assertEqual(self.found("Condition", ("code:code-text", "2506"), ("_id", "c2")), "c2")

    def test_of_type_matches_type_and_value_of_one_identifier(self):
        self.assertEqual(self.found("Patient", ("identifier", "77")), "m1 m2")
        self.assertEqual(self.found("Patient", ("identifier:of-type", f"{V2}|MR|77")), "m1")
        self.assertEqual(self.found("Patient", ("identifier:of-type", f"{V2}|MR|78")), "")

    def test_in_and_not_in_a_value_set(self):
        vs = "http://hl7.org/fhir/ValueSet/condition-clinical"
        self.assertEqual(self.found("Condition", ("clinical-status:in", vs)), "c1 c2 c3 c4")
        self.assertEqual(self.found("Condition", ("clinical-status:not-in", vs)), "")
        for mine in ("http://example.org/vs/mine", "ValueSet/mine"):
            self.assertEqual(self.found("Condition", ("clinical-status:in", mine)), "c2 c3")
            self.assertEqual(self.found("Condition", ("clinical-status:not-in", mine)), "c1 c4")
        self.assert_outcome(self.http.search("Condition", [("code:in", "http://nowhere/vs")]), 400, "not-found")

    def test_above_and_below_go_by_subsumption(self):
        self.assertEqual(self.found("Condition", ("clinical-status:below", f"{CONDITION}|active")), "c1 c2 c4")
        self.assertEqual(self.found("Condition", ("clinical-status:above", f"{CONDITION}|relapse")), "c1 c2 c4")
        self.assertEqual(self.found("Condition", ("clinical-status:above", f"{CONDITION}|active")), "c1 c4")
        self.assertEqual(self.found("Encounter", ("class:below", f"{ACT}|IMP")), "e1 e2")

    def test_above_and_below_of_a_uri_go_by_its_segments(self):
        below = [("url:below", "http://example.org/fhir/a")]
        self.assertEqual(self.found("ValueSet", *below), "u1 u2")
        self.assertEqual(self.found("ValueSet", ("url:above", "http://example.org/fhir/a/b/c")), "u1 u2")

    def test_above_and_below_of_a_reference_go_by_its_hierarchy(self):
        self.assertEqual(self.found("Encounter", ("location:below", "Location/campus")), "e1 e2")
        self.assertEqual(self.found("Encounter", ("location:below", "Location/ward")), "e1")
        self.assertEqual(self.found("Encounter", ("location:above", "Location/ward")), "e2")
        self.assertEqual(self.found("Location", ("partof:below", "campus")), "room ward")

    def test_a_list_and_a_functional_list(self):
        self.assertEqual(self.found("Condition", ("_list", "l1")), "c1 c3")
        self.assertEqual(self.found("Condition", ("_list", "$current-problems"), ("patient", "m1")), "c1 c3")
        self.assert_outcome(self.http.search("Condition", [("_query", "x")]), 400, "not-supported")

    def test_several_types(self):
        self.assertEqual(self.found("", ("_type", "Patient,Location")), "campus elsewhere m1 m2 room ward")
        self.assertEqual(self.found("", ("_type", "Encounter,Condition"), ("patient", "m1")), "c1 c2 c3 e1 e2 e3")
        self.assertEqual(self.found("", ("_id", "c1,e1,m1")), "c1 e1 m1")
        posted = self.http.raw("POST", "/fhir/_search?_type=Patient", b"_id=m1",
                               {"Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual(match_ids(posted.json), ["Patient/m1"])
        self.assert_outcome(self.http.search("", [("_type", "Patient,Nothing")]), 400)
        self.assert_outcome(self.http.search("", [("_type", "Patient,Location"), ("family", "x")]), 400, "not-supported")

    def test_pages_of_several_types_repeat_nothing(self):
        for sort in ("_id", "-_id", "-_lastUpdated", None):
            pairs = [("_type", "Patient,Location,Condition"), ("_count", "3"), ("_total", "accurate")]
            seen = []
            for page in self.http.pages("", pairs + ([("_sort", sort)] if sort else [])):
                self.assertEqual(page.json["total"], 10)
                seen += match_ids(page.json)
            self.assertEqual(len(seen), 10, seen)
            self.assertEqual(len(set(seen)), 10)
            if sort == "_id":
                self.assertEqual(seen, sorted(seen, key=lambda i: i.split("/")[1]))

    def test_a_compartment(self):
        self.assertEqual(self.found("Patient/m1/Condition"), "c1 c2 c3")
        self.assertEqual(self.found("Patient/m1/Condition", ("clinical-status", "active")), "c1")
        everything = self.found("Patient/m1/*")
        self.assertEqual(everything, "c1 c2 c3 e1 e2 e3")
        self.assertEqual(self.found("Patient/m1/*", ("_type", "Encounter")), "e1 e2 e3")
        self.assert_status(self.http.get("Patient/m1/Location"), 404)
        page = self.http.search("Patient/m1/Condition", [("_count", "1")]).json
        self.assertIn("/Patient/m1/Condition?", [l["url"] for l in page["link"] if l["relation"] == "next"][0])

    def test_maxresults_ends_the_pages(self):
        seen = [len(entries(page.json, "match")) for page in self.http.pages(
            "Condition", [("_maxresults", "3"), ("_count", "2")])]
        self.assertEqual(seen, [2, 1])

    def test_a_chain_to_any_type_that_has_the_parameter(self):
        self.assertEqual(self.found("Condition", ("subject.name", "modi")), "c1 c2 c3 c4")
        self.assertEqual(self.found("Patient", ("_has:Condition:patient:_has:List:item:_id", "l1")), "m1")
