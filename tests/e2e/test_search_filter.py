"""https://hl7.org/fhir/R4/search_filter.html: `_filter`, its grammar, its operators and its company."""
from support import SearchCase, bundle, entries, entry, match_ids

LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"
CONDITION = "http://terminology.hl7.org/CodeSystem/condition-clinical"


def patient(family, given, **members):
    return {"resourceType": "Patient", "name": [{"family": family, "given": given}], **members}


def observation(id, subject, code, value=None, date=None, **members):
    made = {"resourceType": "Observation", "id": id, "status": "final",
            "code": {"coding": [{"system": LOINC, "code": code}]}, **members}
    if subject:
        made["subject"] = {"reference": f"Patient/{subject}"}
    if value:
        made["valueQuantity"] = {"value": value, "unit": "mg", "system": UCUM, "code": "mg"}
    if date:
        made["effectivePeriod"] = {"start": date[0], "end": date[1]}
    return made


RESOURCES = [
    {"resourceType": "Organization", "id": "o1", "name": "Süd Klinik"},
    patient("Peterson", ["Ann"], id="f1", birthDate="2014-10-10", gender="female", active=True,
            managingOrganization={"reference": "Organization/o1"}),
    patient("Kopet", ["Peter"], id="f2", birthDate="2014-11", active=False),
    patient("Lącki", ["Zoë"], id="f3", gender="male"),
    {"resourceType": "Patient", "id": "f4", "active": True},
    observation("b1", "f1", "1234-5", 5, ("2020-01-01", "2020-01-31")),
    observation("b2", "f1", "9999-9", 7, ("2020-03-01", "2020-03-31")),
    observation("b3", "f2", "1234-5", 20),
    observation("b4", None, "1234-5"),
    {"resourceType": "Condition", "id": "c1", "subject": {"reference": "Patient/f1"},
     "clinicalStatus": {"coding": [{"system": CONDITION, "code": "relapse"}]}},
    {"resourceType": "Condition", "id": "c2", "subject": {"reference": "Patient/f2"},
     "clinicalStatus": {"coding": [{"system": CONDITION, "code": "resolved"}]}},
    {"resourceType": "Condition", "id": "c3", "subject": {"reference": "Patient/f2"}},
    {"resourceType": "Group", "id": "g1", "type": "person", "actual": False, "characteristic": [
        {"code": {"coding": [{"code": "colour"}]}, "valueCodeableConcept": {"coding": [{"code": "red"}]}, "exclude": False},
        {"code": {"coding": [{"code": "size"}]}, "valueCodeableConcept": {"coding": [{"code": "big"}]}, "exclude": False}]},
]


class Filter(SearchCase):
    resources = RESOURCES

    def found(self, path, expression, *pairs):
        return super().found(path, ("_filter", expression), *pairs)

    def test_the_examples_of_the_specification(self):
        self.assertEqual(self.found("Patient", 'name co "pet"'), "f1 f2")
        self.assertEqual(self.found("Patient", 'given eq "peter" and birthdate ge 2014-10-10'), "f2")
        self.assertEqual(self.found("Observation", "code eq http://loinc.org|1234-5"), "b1 b3 b4")
        self.assertEqual(self.found("Observation", 'subject.name co "pet"'), "b1 b2 b3")

    def test_a_character_sequence_matches_without_case_and_accents(self):
        for expression in ("family eq peterson", "family EQ PETERSON", "family sw pet", "family ew SON", "family ne kopet and given eq ann"):
            self.assertEqual(self.found("Patient", expression), "f1", expression)
        self.assertEqual(self.found("Patient", "given eq zoe"), "f3")
        self.assertEqual(self.found("Patient", "family eq peters"), "")
        self.assertEqual(self.found("Patient", "family gt kz and family lt m"), "f3")
        self.assertEqual(self.found("Organization", 'name eq "sud klinik"'), "o1")

    def test_a_token_matches_without_case(self):
        for expression in ("gender eq FEMALE", "gender eq http://hl7.org/fhir/administrative-gender|Female", "code eq loinc|1234-5"):
            path, ids = ("Observation", "b1 b3 b4") if expression.startswith("code") else ("Patient", "f1")
            self.assertEqual(self.found(path, expression), ids, expression)

    def test_ne_asks_for_an_item_that_is_unequal_and_not_for_resources_without_an_equal_one(self):
        self.assertEqual(self.found("Patient", "gender ne female"), "f3")
        self.assertEqual(self.found("Patient", "not (gender eq female)"), "f2 f3 f4")
        self.assertEqual(self.found("Patient", "not (gender ne female)"), "f1 f2 f4")
        self.assertEqual(self.found("Patient", "not (not (gender eq female))"), "f1")

    def test_pr_tells_whether_the_set_is_empty(self):
        self.assertEqual(self.found("Patient", "gender pr true"), "f1 f3")
        self.assertEqual(self.found("Patient", "gender pr false"), "f2 f4")
        self.assertEqual(self.found("Observation", "subject:Patient.gender pr false"), "b3 b4")
        self.assertEqual(self.found("Observation", "subject pr false"), "b4")

    def test_dates_by_precision_and_by_period(self):
        self.assertEqual(self.found("Patient", "birthdate eq 2014"), "f1 f2")
        self.assertEqual(self.found("Patient", "birthdate eq 2014-10"), "f1")
        self.assertEqual(self.found("Observation", "date po 2020-01-15"), "b1")
        self.assertEqual(self.found("Observation", "date co 2020-01-15"), "b1")
        self.assertEqual(self.found("Observation", "date po 2020"), "b1 b2")
        self.assertEqual(self.found("Observation", "date co 2020"), "")
        self.assertEqual(self.found("Observation", "date sa 2020-02"), "b2")

    def test_quantities_across_units(self):
        self.assertEqual(self.found("Observation", "value-quantity gt 6|ucum|mg"), "b2 b3")
        self.assertEqual(self.found("Observation", "value-quantity eq 0.005|ucum|g"), "b1")
        self.assertEqual(self.found("Observation", "value-quantity ge 7 and value-quantity le 7"), "b2")

    def test_subsumption_and_value_sets(self):
        self.assertEqual(self.found("Condition", f"clinical-status ss {CONDITION}|active"), "c1")
        self.assertEqual(self.found("Condition", f"clinical-status sb {CONDITION}|active"), "")
        vs = "http://hl7.org/fhir/ValueSet/condition-clinical"
        self.assertEqual(self.found("Condition", f"clinical-status in {vs}"), "c1 c2")
        self.assertEqual(self.found("Condition", f"clinical-status ni {vs}"), "c3")

    def test_a_filter_in_a_path_holds_for_the_same_resource(self):
        self.assertEqual(self.found("Observation", "subject:Patient[active eq true].given eq ann"), "b1 b2")
        self.assertEqual(self.found("Observation", "subject:Patient[active eq true].given eq peter"), "")
        self.assertEqual(self.found("Patient", "_has:Observation:patient[code eq 1234-5].value-quantity gt 6"), "f2")
        self.assertEqual(self.found("Patient", "_has:Observation:patient:code eq 9999-9"), "f1")
        self.assertEqual(self.found("Condition", "subject:Patient.organization.name sw sud"), "c1")
        self.assertEqual(self.found("Group", "characteristic[code eq colour].value eq red"), "g1")
        self.assertEqual(self.found("Group", "characteristic[code eq colour].value eq big"), "")

    def test_references_and_ids(self):
        self.assertEqual(self.found("Observation", "subject re Patient/f2"), "b3")
        self.assertEqual(self.found("Observation", f"subject re {self.server.base}/Patient/f2"), "b3")
        self.assertEqual(self.found("Patient", "_id eq f3 or _id eq f4"), "f3 f4")

    def test_together_with_other_parameters_and_everywhere_where_one_searches(self):
        self.assertEqual(self.found("Patient", "active eq true", ("gender", "female")), "f1")
        self.assertEqual(self.found("Patient", "active eq true", ("_filter", "gender pr false")), "f4")
        self.assertEqual(self.found("Patient/f1/Observation", "code eq 1234-5"), "b1")
        self.assertEqual(self.found("", "_id eq f1 or _id eq b1", ("_type", "Patient,Observation")), "b1 f1")
        self.assertEqual(self.found("Patient", "(given eq ann or given eq peter) and not (active eq true)"), "f2")
        response = self.http.post("", bundle(entry("GET", "Patient?_filter=gender%20eq%20male"), kind="batch"))
        self.assertEqual(match_ids(entries(response.json)[0]["resource"]), ["Patient/f3"])
        self.assertEqual(self.http.search("Patient", [("_filter", "name co pet"), ("_sort", "-birthdate"), ("_count", "1"),
                                                      ("_total", "accurate")]).json["total"], 2)

    def test_an_error_says_where_it_is(self):
        for expression, at in (("name is x", 6), ("(name eq x", 11), ("given eq a and nonsense eq b", 16), (" ", 2)):
            response = self.http.search("Patient", [("_filter", expression)])
            self.assert_outcome(response, 400)
            issue = response.json["issue"][0]
            self.assertIn(f"at character {at}:", issue["diagnostics"], expression)
            self.assertEqual(issue["expression"], ["http._filter"])
        self.assert_outcome(self.http.search("Patient", [("_filter", "nonsense eq x")], Prefer="handling=lenient"), 400)
        self.assert_outcome(self.http.search("Patient", [("_filter", "gender sw fem")]), 400, "invalid")

    def test_the_capability_statement_names_it(self):
        rest = self.http.get("metadata").json["rest"][0]
        self.assertEqual([p["name"] for p in rest["searchParam"]], ["_filter", "_has", "_list", "_type"])
        self.assertEqual(rest["searchParam"][0]["definition"], "http://hl7.org/fhir/SearchParameter/filter")
