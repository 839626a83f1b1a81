"""Sentences of https://hl7.org/fhir/R4/search.html about references, versions, hierarchies, chains and composites, each quoted."""
from support import SearchCase, entries, match_ids, patient

ELSEWHERE = "http://other.example.org/fhir/Patient/9"


def observation(id, subject=None, code="c", **members):
    return {"resourceType": "Observation", "id": id, "status": "final", "code": {"coding": [{"system": "urn:c", "code": code}]},
            **({"subject": {"reference": subject}} if subject else {}), **members}


def definition(id, **members):
    return {"resourceType": "ActivityDefinition", "id": id, "status": "draft", **members}


class References(SearchCase):
    """https://hl7.org/fhir/R4/search.html#reference"""

    resources = [
        patient("Peter", id="23", identifier=[{"system": "urn:mrn", "value": "123456"}]),
        {"resourceType": "Group", "id": "23", "type": "person", "actual": True},
        observation("of-patient", "Patient/23"), observation("of-group", "Group/23"), observation("elsewhere", ELSEWHERE),
        {**observation("by-number"), "subject": {"identifier": {"system": "urn:mrn", "value": "123456"}}},
    ]

    def test_by_id_by_type_and_by_url(self):
        """A relative reference resolving to the same value as a specified absolute URL, or vice versa, qualifies as a match"""
        absolute = observation("absolute", self.server.base + "/Patient/23")
        self.assert_status(self.http.put("Observation/absolute", absolute), 201)
        for value in ("Patient/23", self.server.base + "/Patient/23"):
            self.assertEqual(self.found("Observation", ("subject", value)), "absolute of-patient")
        self.assertEqual(self.found("Observation", ("subject:Patient", "23")), "absolute of-patient")
        self.assertEqual(self.found("Observation", ("patient", "23")), "absolute of-patient")
        self.assertEqual(self.found("Observation", ("subject:Group", "23")), "of-group")
        self.assertEqual(self.found("Observation", ("subject", ELSEWHERE)), "elsewhere")
        self.assertEqual(self.found("Observation", ("subject", "Patient/9")), "")
        self.http.delete("Observation/absolute")

    def test_an_id_alone_is_of_any_type(self):
        self.assertEqual(self.found("Observation", ("subject", "23")), "of-group of-patient")

    def test_the_identifier_of_a_reference(self):
        """When the :identifier modifier is used, the search value works as a token search … Chaining is not supported"""
        self.assertEqual(self.found("Observation", ("subject:identifier", "urn:mrn|123456")), "by-number")
        self.assertEqual(self.found("Observation", ("subject:identifier", "123456")), "by-number")
        self.assertEqual(self.found("Observation", ("subject:identifier", "|123456")), "")
        self.assert_outcome(self.http.search("Observation", [("subject:identifier.name", "x")]), 400, "invalid")

    def test_what_has_no_reference_is_neither_chained_nor_included(self):
        """nor are chaining, includes or reverse includes supported for reference elements that do not have a reference element"""
        self.assertEqual(self.found("Observation", ("subject:Patient.name", "peter")), "of-patient")
        self.assertEqual(match_ids(self.http.search("Observation", {"_id": "by-number", "_include": "Observation:subject"}).json, "include"), [])


class Versions(SearchCase):
    """https://hl7.org/fhir/R4/search.html#versions"""

    resources = [
        patient("Before", id="v"),
        definition("a10", library=["http://acme.com/lib|1.0"]), definition("a11", library=["http://acme.com/lib|1.1"]),
        definition("a20", library=["http://acme.com/lib|2.0"]), definition("a12", library=["http://acme.com/lib|12.0"]),
        definition("none", library=["http://acme.com/lib"]), definition("longer", library=["http://acme.com/lib2|1.0"]),
    ]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.server.client() as http:
            assert http.put("Patient/v", patient("After", id="v")).status == 200
            for one in (observation("old", "Patient/v/_history/1"), observation("new", "Patient/v/_history/2"), observation("any", "Patient/v"),
                        observation("gone", "Patient/v/_history/7"), observation("url", cls.server.base + "/Patient/v/_history/1")):
                assert http.put("Observation/" + one["id"], one).status == 201

    def included(self, ids, *more):
        page = self.http.search("Observation", [("_id", ids), ("_include", "Observation:subject"), *more]).json
        return sorted(e["resource"]["meta"]["versionId"] for e in entries(page, "include"))

    def test_the_specified_version_is_included(self):
        """If a resource has a reference that is versioned and _include is performed, the specified version SHOULD be provided"""
        self.assertEqual(self.included("old"), ["1"])
        self.assertEqual(self.included("url"), ["1"])
        self.assertEqual(self.included("new"), ["2"])
        self.assertEqual(self.included("any"), ["2"])
        self.assertEqual(self.included("old,any"), ["1", "2"])
        self.assertEqual(self.included("old,new"), ["1", "2"])
        self.assertEqual(self.included("gone"), ["2"])
        page = self.http.search("Observation", [("_id", "old"), ("_include", "Observation:subject")]).json
        self.assertEqual(entries(page, "include")[0]["resource"]["name"][0]["family"], "Before")
        self.assertEqual(entries(page, "include")[0]["fullUrl"], self.server.base + "/Patient/v")

    def test_a_chain_that_goes_by_current_versions_says_so(self):
        """Where a search does not act on the referenced version, search results SHOULD contain a OperationOutcome with a warning"""
        for path, pair in (("Observation", ("subject:Patient.name", "after")), ("Observation", ("subject.name", "after"))):
            page = self.http.search(path, [pair, ("_id", "old")]).json
            self.assertEqual(match_ids(page), ["Observation/old"])
            self.assertEqual([i["severity"] for i in entries(page, "outcome")[0]["resource"]["issue"]], ["warning"])
        for pairs in ([("subject:Patient.name", "after"), ("_id", "any")], [("subject", "Patient/v"), ("_id", "old")]):
            self.assertEqual(entries(self.http.search("Observation", pairs).json, "outcome"), [])

    def test_canonical_references_with_and_without_a_version(self):
        """servers SHOULD support searching by Canonical URLs, and SHOULD support automatically detecting a |[version] portion"""
        lib = "http://acme.com/lib"
        self.assertEqual(self.found("ActivityDefinition", ("depends-on", lib)), "a10 a11 a12 a20 none")
        self.assertEqual(self.found("ActivityDefinition", ("depends-on", lib + "|1.0")), "a10")
        self.assertEqual(self.found("ActivityDefinition", ("depends-on", lib + "|3.0")), "")

    def test_below_takes_the_version_by_its_beginning(self):
        """The modifier :below is used with canonical references … |1 matches the first two element values"""
        lib = "http://acme.com/lib"
        self.assertEqual(self.found("ActivityDefinition", ("depends-on:below", lib)), "a10 a11 a12 a20 none")
        self.assertEqual(self.found("ActivityDefinition", ("depends-on:below", lib + "|1")), "a10 a11")
        self.assertEqual(self.found("ActivityDefinition", ("depends-on:below", lib + "|1.1")), "a11")


class Hierarchies(SearchCase):
    """https://hl7.org/fhir/R4/search.html#recursive"""

    @staticmethod
    def part(kind, id, parent=None, **members):
        return {"resourceType": kind, "id": id, **({"partOf": {"reference": f"{kind}/{parent}"}} if parent else {}), **members}

    @classmethod
    def setUpClass(cls):
        made = {"status": "finished", "class": {"code": "AMB"}}
        cls.resources = [
            cls.part("Location", "42"), cls.part("Location", "room", "42"), cls.part("Location", "bed", "room"), cls.part("Location", "other"),
            cls.part("Encounter", "20", **made), cls.part("Encounter", "21", "20", **made), cls.part("Encounter", "22", "21", **made),
            *[{"resourceType": "Procedure", "id": f"p-{at}", "status": "completed", "subject": {"reference": "Patient/x"},
               "location": {"reference": f"Location/{at}"}} for at in ("42", "bed", "other")],
            *[{"resourceType": "MedicationAdministration", "id": f"m-{at}", "status": "completed", "subject": {"reference": "Patient/x"},
               "medicationCodeableConcept": {"text": "x"}, "effectiveDateTime": "2020", "context": {"reference": f"Encounter/{at}"}} for at in ("20", "21", "22")],
        ]
        super().setUpClass()

    def test_below_is_transitive(self):
        """not only all procedures that occurred at location with id 42, but also … in locations that are part of location with id 42"""
        self.assertEqual(self.found("Procedure", ("location:below", "42")), "p-42 p-bed")
        self.assertEqual(self.found("Procedure", ("location:below", "Location/room")), "p-bed")
        self.assertEqual(self.found("Procedure", ("location", "42")), "p-42")

    def test_above_is_transitive(self):
        """all medication administrations that happened during encounter with id 21 or during any "parent" encounter"""
        self.assertEqual(self.found("MedicationAdministration", ("context:above", "Encounter/21")), "m-20 m-21")


class Chains(SearchCase):
    """https://hl7.org/fhir/R4/search.html#chaining https://hl7.org/fhir/R4/search.html#has"""

    @staticmethod
    def doctor(id, name, state):
        return {"resourceType": "Practitioner", "id": id, "name": [{"family": name}], "address": [{"state": state}]}

    @classmethod
    def setUpClass(cls):
        cls.resources = [
            cls.doctor("joe", "Joe", "CA"), cls.doctor("jane", "Jane", "MN"), cls.doctor("both", "Joe", "MN"),
            patient("Peter", id="two", generalPractitioner=[{"reference": "Practitioner/joe"}, {"reference": "Practitioner/jane"}]),
            patient("Peterson", id="one", generalPractitioner=[{"reference": "Practitioner/both"}]),
            patient("Paul", id="none"),
            {"resourceType": "Device", "id": "dev", "deviceName": [{"name": "Peter", "type": "user-friendly-name"}], "identifier": [{"value": "d"}]},
            observation("o1", "Patient/two", "1234-5"), observation("o2", "Patient/one", "123"), observation("o3", "Device/dev", "456"),
            observation("o4", "Patient/two", "456"),
            {"resourceType": "DiagnosticReport", "id": "rep", "status": "final", "code": {"text": "x"}, "subject": {"reference": "Patient/two"},
             "result": [{"reference": "Observation/o1"}]},
            {"resourceType": "AuditEvent", "id": "audit", "type": {"system": "urn:a", "code": "rest"}, "recorded": "2020-01-01T00:00:00Z",
             "agent": [{"requestor": True, "altId": "MyUserId"}], "source": {"observer": {"display": "x"}}, "entity": [{"what": {"reference": "Observation/o2"}}]},
        ]
        super().setUpClass()

    def test_a_chain_names_a_parameter_of_the_target(self):
        """return all the lab reports that have a subject whose name includes "peter\""""
        self.assertEqual(self.found("DiagnosticReport", ("subject.name", "peter")), "rep")
        self.assertEqual(self.found("DiagnosticReport", ("subject:Patient.name", "peter")), "rep")
        self.assertEqual(self.found("DiagnosticReport", ("result.subject:Patient.general-practitioner:Practitioner.name", "jane")), "rep")

    def test_chains_are_judged_one_by_one(self):
        """may return Patients cared for by Joe from CA and Jane from MN: no one practitioner need satisfy both conditions"""
        self.assertEqual(self.found("Patient", ("general-practitioner.name", "Joe"), ("general-practitioner.address-state", "MN")), "one two")
        self.assertEqual(self.found("Patient", ("_filter", "general-practitioner:Practitioner[name eq joe].address-state eq mn")), "one")

    def test_a_chain_to_several_types_takes_all_that_have_the_parameter(self):
        self.assertEqual(self.found("Observation", ("subject.identifier", "d")), "o3")
        self.assertEqual(self.found("Observation", ("subject:Device.identifier", "d")), "o3")
        for name in ("subject.nonsense", "subject:Practitioner.name", "code.name", "subject:Nothing.name", "subject.", ".name", "subject:Patient."):
            self.assert_outcome(self.http.search("Observation", [(name, "x")]), 400)

    def test_has_selects_by_what_refers_here(self):
        """the patient resource is referred to by at least one Observation where the observation has a code of 1234"""
        self.assertEqual(self.found("Patient", ("_has:Observation:patient:code", "1234-5")), "two")
        self.assertEqual(self.found("Patient", ("_has:Observation:patient:code", "123,456")), "one two")
        self.assertEqual(self.found("Patient", ("_has:Observation:patient:code", "1234-5"), ("_has:Observation:patient:code", "456")), "two")
        self.assertEqual(self.found("Patient", ("_has:Observation:patient:code", "123"), ("_has:Observation:patient:code", "456")), "")

    def test_has_within_has(self):
        """Fetch all the patients that have an Observation where the observation has an audit event from a specific user"""
        self.assertEqual(self.found("Patient", ("_has:Observation:patient:_has:AuditEvent:entity:altid", "MyUserId")), "one")


class Composites(SearchCase):
    """https://hl7.org/fhir/R4/search.html#combining"""

    UCUM = "http://unitsofmeasure.org"

    @staticmethod
    def pressure(id, systolic, diastolic):
        part = lambda code, value: {"code": {"coding": [{"system": "http://loinc.org", "code": code}]}, "valueQuantity": {"value": value, "unit": "mmHg"}}
        return observation(id, component=[part("8480-6", systolic), part("8462-4", diastolic)])

    @classmethod
    def setUpClass(cls):
        characteristic = lambda code, value: {"code": {"coding": [{"code": code}]}, "valueCodeableConcept": {"coding": [{"code": value}]}, "exclude": False}
        cls.resources = [
            cls.pressure("low", 55, 40), cls.pressure("high", 120, 55),
            {"resourceType": "Group", "id": "mixed", "type": "person", "actual": False, "characteristic": [characteristic("gender", "mixed")]},
            {"resourceType": "Group", "id": "eve", "type": "person", "actual": False, "characteristic": [characteristic("owner", "Eve")]},
            {"resourceType": "Group", "id": "crossed", "type": "person", "actual": False, "characteristic": [characteristic("gender", "Eve"), characteristic("owner", "mixed")]},
            observation("k", code="2823-3", valueQuantity={"value": 5.5, "system": "http://unitsofmeasure.org", "code": "mmol/L", "unit": "mmol/L"}),
            {"resourceType": "DiagnosticReport", "id": "rep", "status": "final", "code": {"text": "x"}, "result": [{"reference": "Observation/k"}]},
        ]
        super().setUpClass()

    def test_the_pair_is_of_one_element(self):
        """all the observations with a systolic blood pressure < 60"""
        self.assertEqual(self.found("Observation", ("component-code-value-quantity", "http://loinc.org|8480-6$lt60")), "low")
        self.assertEqual(self.found("Observation", ("component-code", "http://loinc.org|8480-6"), ("component-value-quantity", "lt60")), "high low")

    def test_commas_join_pairs(self):
        """characteristic-value=gender$mixed,owner$Eve"""
        self.assertEqual(self.found("Group", ("characteristic-value", "gender$mixed")), "mixed")
        self.assertEqual(self.found("Group", ("characteristic-value", "gender$mixed,owner$Eve")), "eve mixed")

    def test_at_the_end_of_a_chain(self):
        """all diagnostic reports that contain on observation with a potassium value of >5.4 mmol/L"""
        value = f"urn:c|2823-3$gt5.4|{self.UCUM}|mmol/L"
        self.assertEqual(self.found("DiagnosticReport", ("result.code-value-quantity", value)), "rep")
        self.assertEqual(self.found("DiagnosticReport", ("result.code-value-quantity", value.replace("5.4", "5.6"))), "")

    def test_modifiers_are_not_for_composites(self):
        """Modifiers are not used on composite parameters … For all parameters (except combination): :missing"""
        for name in ("code-value-quantity:missing", "code-value-quantity:not", "code-value-quantity:exact"):
            self.assert_outcome(self.http.search("Observation", [(name, "true")]), 400, "invalid")
        for value in ("a", "a$b$c", "$", "a$"):
            self.assert_outcome(self.http.search("Observation", [("code-value-quantity", value)]), 400, "value")
