"""$match. https://hl7.org/fhir/R4/patient-operation-match.html"""
from support import ResourcesCase, entries, patient

GRADE = "http://hl7.org/fhir/StructureDefinition/match-grade"


def person(id, family, given, birth, **members):
    return {"resourceType": "Patient", "id": id, "name": [{"family": family, "given": [given]}],
            "birthDate": birth, **members}


def mrn(value):
    return [{"system": "urn:mrn", "value": value}]


WORLD = [
    person("m1", "Andersson", "Katarina", "1971-03-09", gender="female", identifier=mrn("1"),
           telecom=[{"system": "phone", "value": "+46 70 174 06 05"}],
           address=[{"line": ["Storgatan 1"], "city": "Uppsala", "postalCode": "75331"}]),
    person("m2", "Anderson", "Catarina", "1971-03-09", gender="female"),
    person("m3", "Andersson", "Katarina", "1971-09-03", gender="female"),
    person("m4", "Berg", "Olof", "1971-03-09", gender="male", identifier=mrn("4")),
    person("m5", "Lind", "Eva", "1990-01-01", gender="female", identifier=mrn("5")),
    person("m6", "Lind", "Eva", "1990-01-01", gender="female", identifier=mrn("5")),
]


class Match(ResourcesCase):
    resources = WORLD

    def match(self, resource, **options):
        kinds = {bool: "valueBoolean", int: "valueInteger"}
        body = {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": resource}] +
                [{"name": n, kinds[type(v)]: v} for n, v in options.items()]}
        got = self.http.post("Patient/$match", body)
        self.assert_status(got, 200)
        self.assertEqual((got.json["resourceType"], got.json["type"]), ("Bundle", "searchset"))
        return got.json

    def grades(self, bundle):
        found = []
        for e in entries(bundle, "match"):
            self.assertGreaterEqual(e["search"]["score"], 0)
            self.assertLessEqual(e["search"]["score"], 1)
            grade = [x["valueCode"] for x in e["search"]["extension"] if x["url"] == GRADE]
            self.assertEqual(len(grade), 1, "SHALL have … an extension match-grade")
            found.append((e["resource"]["id"], grade[0]))
        scores = [e["search"]["score"] for e in entries(bundle, "match")]
        # "ordered from most likely to least likely"
        self.assertEqual(scores, sorted(scores, reverse=True))
        return found

    KATARINA = {"resourceType": "Patient", "name": [{"family": "ANDERSSON", "given": ["Katarina"]}],
                "birthDate": "1971-03-09", "gender": "female", "telecom": [{"value": "070-174 06 05"}]}

    def test_by_what_is_known_of_a_person(self):
        grades = self.grades(self.match(self.KATARINA))
        self.assertEqual(grades[0], ("m1", "certain"))
        self.assertEqual(dict(grades)["m2"], "probable")
        self.assertIn(dict(grades)["m3"], ("probable", "possible"))
        self.assertNotIn("m4", dict(grades))

    def test_by_an_identifier(self):
        got = self.match({"resourceType": "Patient", "identifier": mrn("4")})
        self.assertEqual(self.grades(got), [("m4", "certain")])
        contradicted = self.match({"resourceType": "Patient", "identifier": mrn("4"), "birthDate": "2001-05-05",
                                   "name": [{"family": "Quist", "given": ["Ulla"]}]})
        self.assertEqual(self.grades(contradicted), [("m4", "possible")])

    def test_the_body_may_be_the_patient_itself(self):
        got = self.http.post("Patient/$match?count=1", self.KATARINA)
        self.assert_status(got, 200)
        self.assertEqual(self.grades(got.json), [("m1", "certain")])

    def test_only_certain_matches(self):
        # "If there are multiple potential matches, then the match should not return the results"
        self.assertEqual(self.grades(self.match(self.KATARINA, onlyCertainMatches=True)), [("m1", "certain")])
        twins = self.match({"resourceType": "Patient", "identifier": mrn("5")}, onlyCertainMatches=True)
        self.assertEqual(self.grades(twins), [])
        self.assertEqual(entries(twins, "outcome")[0]["resource"]["issue"][0]["code"], "multiple-matches")
        self.assertEqual(len(self.grades(self.match({"resourceType": "Patient", "identifier": mrn("5")}))), 2)

    def test_as_many_as_are_asked_for_of_all_there_are(self):
        got = self.match({"resourceType": "Patient", "identifier": mrn("5")}, count=1)
        self.assertEqual((len(self.grades(got)), got["total"]), (1, 2))

    def test_nobody_matches(self):
        # "If there are no patient matches, the MPI SHALL return an empty search set with no error"
        got = self.match(patient("Zetterlund", birthDate="1899-12-31"))
        self.assertEqual((got["total"], got.get("entry", [])), (0, []))

    def test_the_answer_is_valid(self):
        judged = self.http.post("Bundle/$validate", self.match(self.KATARINA))
        self.assertEqual([i for i in judged.json["issue"] if i["severity"] == "error"], [])

    def test_what_is_wrong_is_said(self):
        self.assert_outcome(self.http.post("Patient/$match", {"resourceType": "Parameters"}), 400, "required")
        self.assert_outcome(self.http.post("Patient/$match", {"resourceType": "Person"}), 400, "required")
        # "insufficient properties in patient fragment"
        self.assert_outcome(self.http.post("Patient/$match", {"resourceType": "Patient", "gender": "male"}), 400,
                            "required")
        self.assert_outcome(self.http.post("Patient/$match?count=some", self.KATARINA), 400, "value")
