"""https://hl7.org/fhir/R4/search.html"""
import urllib.parse

from support import ServerCase, bundle, entries, entry, link, match_ids, patient

UCUM = "http://unitsofmeasure.org"
LOINC = "http://loinc.org"


def observation(id, date, value, unit="kg", code="29463-7", subject="Patient/s1", **members):
    return {"resourceType": "Observation", "id": id, "status": "final",
            "code": {"coding": [{"system": LOINC, "code": code, "display": "Body weight"}]},
            "subject": {"reference": subject}, "effectiveDateTime": date,
            "valueQuantity": {"value": value, "unit": unit, "system": UCUM, "code": unit}, **members}


PEOPLE = [
    patient("Brontë", id="s1", gender="female", birthDate="1974-12-25", active=True,
            identifier=[{"system": "urn:mrn", "value": "1001"}],
            telecom=[{"system": "phone", "value": "555-1234", "use": "home"}],
            managingOrganization={"reference": "Organization/org1"},
            generalPractitioner=[{"reference": "Practitioner/dr1"}]),
    patient("Bronson", id="s2", gender="male", birthDate="1974-12", active=False,
            identifier=[{"system": "urn:mrn", "value": "1002"}, {"value": "no-system"}],
            managingOrganization={"reference": "Organization/org1"}),
    patient("O'Brien, Sr", id="s3", gender="male", birthDate="1990",
            identifier=[{"system": "urn:other", "value": "1001"}]),
    patient("Muller", id="s4", birthDate="2001-02-03", deceasedDateTime="2020-01-01T10:00:00Z"),
]
PEOPLE[3]["name"][0]["given"] = ["Ana María", "Zoë"]
OTHERS = [
    {"resourceType": "Organization", "id": "org1", "name": "General Hospital"},
    {"resourceType": "Practitioner", "id": "dr1", "name": [{"family": "House"}]},
    {"resourceType": "ValueSet", "id": "vs1", "url": "http://example.org/vs/one", "status": "draft", "version": "2"},
    {"resourceType": "RiskAssessment", "id": "ra1", "status": "final", "subject": {"reference": "Patient/s1"},
     "prediction": [{"probabilityDecimal": 0.5}]},
    {"resourceType": "RiskAssessment", "id": "ra2", "status": "final", "subject": {"reference": "Patient/s2"},
     "prediction": [{"probabilityDecimal": 0.05}]},
]
OBSERVATIONS = [
    observation("o1", "2020-01-15T10:00:00Z", 70.0),
    observation("o2", "2020-02-20", 71.5, encounter={"reference": "Encounter/e9"}),
    observation("o3", "2021-03-01T00:30:00+02:00", 65000, unit="g", subject="Patient/s2"),
    observation("o4", "2021", 4.2, unit="mmol/L", code="2345-7", subject="Patient/s2"),
]


class Search(ServerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.server.client() as http:
            response = http.post("", bundle(*[
                entry("PUT", f"{r['resourceType']}/{r['id']}", r) for r in PEOPLE + OTHERS + OBSERVATIONS]))
            assert response.status == 200, response

    def found(self, path, *pairs):
        """The ids found, sorted, in one string."""
        response = self.http.search(path, pairs)
        self.assert_status(response, 200)
        return " ".join(sorted(i.split("/")[1] for i in match_ids(response.json)))

    def people(self, *pairs):
        return self.found("Patient", *pairs)

    def seen(self, *pairs):
        return self.found("Observation", *pairs)

    def test_token(self):
        self.assertEqual(self.people(("identifier", "1001")), "s1 s3")
        self.assertEqual(self.people(("identifier", "urn:mrn|1001")), "s1")
        self.assertEqual(self.people(("identifier", "urn:mrn|")), "s1 s2")
        self.assertEqual(self.people(("identifier", "|no-system")), "s2")
        self.assertEqual(self.people(("identifier", "|1001")), "")
        self.assertEqual(self.people(("gender", "male")), "s2 s3")
        self.assertEqual(self.people(("gender", "http://hl7.org/fhir/administrative-gender|male")), "s2 s3")
        self.assertEqual(self.people(("active", "true")), "s1")
        self.assertEqual(self.people(("phone", "555-1234")), "s1")
        self.assertEqual(self.seen(("code", LOINC + "|29463-7")), "o1 o2 o3")
        self.assertEqual(self.people(("deceased", "true")), "s4")

    def test_string_begins_with_in_any_case_and_accent(self):
        self.assertEqual(self.people(("family", "bron")), "s1 s2")
        self.assertEqual(self.people(("family", "BRONTE")), "s1")
        self.assertEqual(self.people(("family", "brontë")), "s1")
        self.assertEqual(self.people(("family", "ronson")), "")
        self.assertEqual(self.people(("name", "zoe")), "s4")
        self.assertEqual(self.people(("given", "ana maria")), "s4")
        self.assertEqual(self.people(("family:exact", "Brontë")), "s1")
        self.assertEqual(self.people(("family:exact", "Bronte")), "")
        self.assertEqual(self.people(("family:contains", "ull")), "s4")
        self.assertEqual(self.people(("family", "O'Brien\\, Sr")), "s3")

    def test_date_prefixes_on_a_date_of_partial_precision(self):
        self.assertEqual(self.people(("birthdate", "1974-12-25")), "s1")
        self.assertEqual(self.people(("birthdate", "1974-12")), "s1 s2")
        self.assertEqual(self.people(("birthdate", "eq1974")), "s1 s2")
        self.assertEqual(self.people(("birthdate", "ge1990-01-01")), "s3 s4")
        self.assertEqual(self.people(("birthdate", "gt1990")), "s4")
        self.assertEqual(self.people(("birthdate", "sa1990")), "s4")
        self.assertEqual(self.people(("birthdate", "lt1974-12-25")), "s2")
        self.assertEqual(self.people(("birthdate", "eb1990")), "s1 s2")
        self.assertEqual(self.people(("birthdate", "ne1974-12")), "s3 s4")
        self.assertEqual(self.people(("birthdate", "ge1974-12-01"), ("birthdate", "le1974-12-31")), "s1 s2")

    def test_date_in_time_zones(self):
        self.assertEqual(self.seen(("date", "2021-02-28T22:30:00Z")), "o3")
        self.assertEqual(self.seen(("date", "ge2021-02-28T22:30:00Z"), ("date", "lt2021-03-01")), "o3 o4")
        self.assertEqual(self.seen(("date", "2020")), "o1 o2")
        self.assertEqual(self.seen(("date", "2020-01-15T12:00:00+02:00")), "o1")

    def test_number_prefixes(self):
        self.assertEqual(self.found("RiskAssessment", ("probability", "gt0.1")), "ra1")
        self.assertEqual(self.found("RiskAssessment", ("probability", "0.5")), "ra1")
        self.assertEqual(self.found("RiskAssessment", ("probability", "le0.05")), "ra2")
        self.assertEqual(self.found("RiskAssessment", ("probability", "5e-2")), "ra2")
        self.assertEqual(self.found("RiskAssessment", ("probability", "ne0.5")), "ra2")

    def test_quantity_with_units(self):
        self.assertEqual(self.seen(("value-quantity", "gt71|" + UCUM + "|kg")), "o2")
        self.assertEqual(self.seen(("value-quantity", "70|" + UCUM + "|kg")), "o1")
        self.assertEqual(self.seen(("value-quantity", "71.5||kg")), "o2")
        self.assertEqual(self.seen(("value-quantity", "lt70")), "o4")
        self.assertEqual(self.seen(("value-quantity", "65|" + UCUM + "|kg")), "o3")
        self.assertEqual(self.seen(("value-quantity", "0.0042|" + UCUM + "|mol/L")), "o4")
        self.assertEqual(self.seen(("value-quantity", "65||kg")), "")
        self.assertEqual(self.seen(("value-quantity", "65000")), "o3")
        self.assertEqual(self.seen(("code-value-quantity", f"{LOINC}|29463-7$lt66000|{UCUM}|g")), "o3")
        self.assertEqual(self.seen(("value-quantity", "4.2|" + UCUM + "|mmol/L")), "o4")
        self.assertEqual(self.seen(("value-quantity", "4.2|" + UCUM + "|kg")), "")
        self.assertEqual(self.seen(("value-quantity", "ge70|" + UCUM + "|kg"),
                                   ("value-quantity", "le71|" + UCUM + "|kg")), "o1")

    def test_reference(self):
        self.assertEqual(self.seen(("subject", "Patient/s1")), "o1 o2")
        self.assertEqual(self.seen(("patient", "s1")), "o1 o2")
        self.assertEqual(self.seen(("subject", f"{self.server.base}/Patient/s1")), "o1 o2")
        self.assertEqual(self.seen(("subject:Patient", "s2")), "o3 o4")
        self.assertEqual(self.seen(("encounter", "Encounter/e9")), "o2")
        self.assertEqual(self.people(("organization", "Organization/org1")), "s1 s2")
        self.assertEqual(self.people(("general-practitioner", "Practitioner/dr1")), "s1")

    def test_uri_is_matched_whole(self):
        self.assertEqual(self.found("ValueSet", ("url", "http://example.org/vs/one")), "vs1")
        self.assertEqual(self.found("ValueSet", ("url", "http://example.org/vs")), "")

    def test_composite(self):
        self.assertEqual(self.seen(("code-value-quantity", f"{LOINC}|29463-7$gt71||kg")), "o2")
        self.assertEqual(self.seen(("code-value-quantity", f"{LOINC}|2345-7$gt71")), "")

    def test_comma_is_or_and_repetition_is_and(self):
        self.assertEqual(self.people(("family", "bronte,muller")), "s1 s4")
        self.assertEqual(self.people(("gender", "male"), ("birthdate", "1990")), "s3")
        self.assertEqual(self.people(("gender", "male"), ("gender", "female")), "")
        self.assertEqual(self.people(("_id", "s1,s3,nobody")), "s1 s3")

    def test_missing(self):
        self.assertEqual(self.people(("gender:missing", "true")), "s4")
        self.assertEqual(self.people(("gender:missing", "false")), "s1 s2 s3")

    def test_id_and_last_updated(self):
        self.assertEqual(self.people(("_id", "s2")), "s2")
        stamp = self.http.get("Patient/s2").json["meta"]["lastUpdated"]
        self.assertIn("s2", self.people(("_lastUpdated", "ge" + stamp)))
        self.assertNotIn("s2", self.people(("_lastUpdated", "gt" + stamp)))
        self.assertEqual(self.people(("_lastUpdated", "lt2001-01-01")), "")
        self.assertEqual(self.people(("_lastUpdated", "gt2001-01-01")), "s1 s2 s3 s4")

    def test_sort_both_directions(self):
        def order(path, sort):
            response = self.http.search(path, {"_sort": sort})
            self.assert_status(response, 200)
            return [i.split("/")[1] for i in match_ids(response.json)]

        self.assertEqual(order("Patient", "family"), ["s2", "s1", "s4", "s3"])
        self.assertEqual(order("Patient", "-family"), ["s3", "s4", "s1", "s2"])
        self.assertEqual(order("Patient", "-birthdate")[:2], ["s4", "s3"])
        self.assertEqual(order("Observation", "date")[:2], ["o1", "o2"])
        self.assertEqual(order("Observation", "subject,-_id"), ["o2", "o1", "o4", "o3"])
        self.assertEqual(order("Observation", "-_id"), ["o4", "o3", "o2", "o1"])
        self.assertEqual(sorted(order("Patient", "gender")), ["s1", "s2", "s3", "s4"],
                         "those without a value are there as well")
        self.assert_outcome(self.http.search("Patient", {"_sort": "nonsense"}), 400)

    def test_include_and_revinclude(self):
        response = self.http.search("Patient", {"_id": "s1", "_include": "Patient:organization"}).json
        self.assertEqual(match_ids(response), ["Patient/s1"])
        self.assertEqual(match_ids(response, "include"), ["Organization/org1"])
        response = self.http.search("Patient", [("_id", "s1"), ("_include", "Patient:general-practitioner"),
                                                ("_include", "Patient:organization:Organization")]).json
        self.assertEqual(sorted(match_ids(response, "include")), ["Organization/org1", "Practitioner/dr1"])
        response = self.http.search("Patient", {"_id": "s1", "_revinclude": "Observation:subject"}).json
        self.assertEqual(sorted(match_ids(response, "include")), ["Observation/o1", "Observation/o2"])
        response = self.http.search("Patient", {"organization": "org1", "_include": "Patient:organization"}).json
        self.assertEqual(match_ids(response, "include"), ["Organization/org1"], "once, for two matches")
        self.assert_outcome(self.http.search("Patient", {"_include": "Patient:nonsense"}), 400)

    def test_total_and_summary_count(self):
        self.assertEqual(self.http.search("Patient", {"_total": "accurate", "_count": "1"}).json["total"], 4)
        self.assertNotIn("total", self.http.search("Patient", {"_total": "none", "_count": "1"}).json)
        for counted in ({"_summary": "count"}, {"_count": "0"}):
            count = self.http.search("Patient", {"gender": "male", **counted}).json
            self.assertEqual((count["total"], count.get("entry")), (2, None))

    def test_post_search_is_the_same_search(self):
        form = urllib.parse.urlencode([("family", "bronte,muller"), ("_sort", "-family")])
        posted = self.http.request("POST", "Patient/_search", form,
                                   {"Content-Type": "application/x-www-form-urlencoded"})
        self.assert_status(posted, 200)
        self.assertEqual(match_ids(posted.json), ["Patient/s4", "Patient/s1"])
        both = self.http.request("POST", "Patient/_search?gender=female", "family=bronte,muller",
                                 {"Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual(match_ids(both.json), ["Patient/s1"])

    def test_an_unknown_parameter_is_refused_or_left_out_of_the_self_link(self):
        refused = self.http.search("Patient", {"nonsense": "1", "family": "bronte"})
        self.assert_outcome(refused, 400, ("not-supported", "invalid", "not-found"))
        self.assertIn("nonsense", refused.issues[0]["diagnostics"])
        lenient = self.http.search("Patient", {"nonsense": "1", "family": "bronte"}, Prefer="handling=lenient")
        self.assert_status(lenient, 200)
        self.assertEqual(match_ids(lenient.json), ["Patient/s1"])
        self.assertNotIn("nonsense", link(lenient.json, "self"))
        self.assertIn("family=bronte", link(lenient.json, "self"))

    def test_the_self_link_repeats_the_search(self):
        pairs = [("family", "bron"), ("gender", "male,female"), ("_sort", "-family"), ("_count", "10"),
                 ("identifier", "urn:mrn|")]
        first = self.http.search("Patient", pairs).json
        again = self.http.get(link(first, "self"))
        self.assert_status(again, 200)
        self.assertEqual(match_ids(again.json), match_ids(first))
        self.assertEqual(match_ids(first), ["Patient/s1", "Patient/s2"])
        said = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(link(first, "self")).query))
        self.assertEqual(said, dict(pairs))

    def test_malformed_values_are_refused(self):
        for path, name, value in (
                ("Patient", "birthdate", "yesterday"), ("Patient", "birthdate", "2020-13"),
                ("Patient", "birthdate", "2020-02-30"), ("Observation", "value-quantity", "heavy"),
                ("RiskAssessment", "probability", "1e"), ("Patient", "_count", "-1"),
                ("Patient", "_count", "x"), ("Patient", "_total", "x"), ("Patient", "_summary", "x"),
                ("Patient", "gender:nonsense", "x"), ("Patient", "birthdate:exact", "2020"),
                ("Patient", "active:missing", "perhaps")):
            with self.subTest(name=name, value=value):
                self.assert_outcome(self.http.search(path, {name: value}), 400)
        self.assert_outcome(self.http.get("Patient?family=%FF"), 400)
        self.assert_outcome(self.http.get("Patient?family=%2"), 400)

    def test_hostile_values_are_text(self):
        for text in ("' OR 1=1 --", "%", "_", "a' UNION SELECT 1;", "\\", "(", "*", "😀"):
            with self.subTest(text=text):
                for parameter in ("family", "family:contains", "identifier", "organization", "family:exact"):
                    response = self.http.search("Patient", {parameter: text.replace(",", "\\,")})
                    self.assert_status(response, 200, 400)
                    if response.status == 200:
                        self.assertEqual(match_ids(response.json), [], parameter)

    def test_entries_carry_fullurl_and_mode(self):
        for one in entries(self.http.search("Patient", {"_id": "s1"}).json):
            self.assertEqual(one["fullUrl"], f"{self.server.base}/Patient/s1")
            self.assertEqual(one["search"]["mode"], "match")


class Paging(ServerCase):
    COUNT = 25

    def setUp(self):
        super().setUp()
        parts = [entry("POST", "Patient", patient(f"Page{n:03}", gender="male")) for n in range(self.COUNT)]
        response = self.transaction(*parts)
        self.assert_status(response, 200)
        ids = self.http.all_ids("Patient", {"family": "page", "gender": "male"})
        self.before = set(ids)

    def tearDown(self):
        for one in self.http.all_ids("Patient", {"_count": "500"}):
            self.http.delete(one)
        super().tearDown()

    def test_pages_hold_every_match_once(self):
        for parameters in ({"family": "page"}, {"gender": "male"}, {}, {"family": "page", "_sort": "-family"},
                           {"gender": "male", "_sort": "birthdate"}):
            with self.subTest(parameters=parameters):
                ids = self.http.all_ids("Patient", {**parameters, "_count": "7"})
                self.assertEqual(len(ids), self.COUNT)
                self.assertEqual(set(ids), self.before)

    def test_pages_stay_stable_while_others_write(self):
        for parameters in ({"gender": "male"}, {"family": "page", "_sort": "family"},
                           {"gender": "male", "_sort": "-family"}, {"_sort": "-_lastUpdated"},
                           {"_sort": "_lastUpdated"}):
            with self.subTest(parameters=parameters):
                ids, victims = [], []
                for number, page in enumerate(self.http.pages("Patient", {**parameters, "_count": "4"})):
                    self.assert_status(page, 200)
                    ids += match_ids(page.json)
                    if number < 5:  # write before every page that follows
                        made = self.create(patient(f"Page0{number}5", gender="male"))
                        victims.append("Patient/" + made["id"])
                        if ids[0] not in victims:  # an already seen one changes
                            seen = self.http.get(ids[0]).json
                            self.http.put(ids[0], seen)
                self.assertEqual(len(ids), len(set(ids)), "none twice")
                self.assertEqual(set(ids), self.before, "none left out, none added")
                for victim in victims:
                    self.http.delete(victim)

    def test_what_changes_ahead_of_the_reader_comes_as_it_was(self):
        for sort in ("family", "-_lastUpdated", None):
            with self.subTest(sort=sort):
                parameters = {"family": "page", "_count": "5"} | ({"_sort": sort} if sort else {})
                before = {e["resource"]["id"]: e["resource"] for page in self.http.pages("Patient", parameters) for e in page.json["entry"]}
                self.assertEqual(len(before), self.COUNT)
                came, found = [], {}
                for number, page in enumerate(self.http.pages("Patient", parameters)):
                    self.assert_status(page, 200)
                    came += [e["resource"]["id"] for e in page.json["entry"]]
                    found |= {e["resource"]["id"]: e["resource"] for e in page.json["entry"]}
                    ahead = [one for one in before if one not in found]
                    if number == 0:
                        self.http.delete("Patient/" + ahead[0])
                        for one, name in ((ahead[1], "Elsewhere"), (ahead[2], "Page999")):
                            self.http.put("Patient/" + one, {**before[one], "name": [{"family": name}]})
                self.assertEqual(len(came), self.COUNT)
                self.assertEqual(found, before)
                for one in list(before)[:]:
                    self.http.put("Patient/" + one, before[one])

    def test_a_deletion_behind_the_reader_shifts_nothing(self):
        ids = []
        for number, page in enumerate(self.http.pages("Patient", {"family": "page", "_sort": "family", "_count": "5"})):
            self.assert_status(page, 200)
            ids += match_ids(page.json)
            if number == 0:
                for gone in ids[:3]:
                    self.http.delete(gone)
        self.assertEqual(set(ids), self.before)
        self.assertEqual(len(ids), self.COUNT)

    def test_a_forged_cursor_is_refused(self):
        self.assert_outcome(self.http.get("Patient?family=page&_cursor=nonsense"), 400)

    def test_a_link_that_was_changed_is_refused(self):
        for at in range(2):
            self.create({"resourceType": "Patient", "name": [{"family": f"Sealed{at}"}]})
        page = self.http.get("Patient?family=sealed&_count=1")
        link = next(e["url"] for e in page.json["link"] if e["relation"] == "next")
        target = link.split("/fhir/", 1)[1]
        self.assertEqual(self.http.get(target).status, 200)
        start = target.index("_cursor=") + len("_cursor=")
        for at in range(start, len(target)):
            changed = target[:at] + ("A" if target[at] != "A" else "B") + target[at + 1:]
            self.assert_outcome(self.http.get(changed), 400)
        # It is a place in one order: of another type, or sorted otherwise, it means nothing.
        self.assert_outcome(self.http.get("Observation?_cursor=" + target[start:]), 400)
        self.assert_outcome(self.http.get(target + "&_sort=family"), 400)

    def test_an_explained_search_tells_its_plan_and_its_rows(self):
        for at in range(3):
            self.create({"resourceType": "Patient", "name": [{"family": f"Explained{at}"}], "gender": "other"})
        page = self.http.get("Patient?gender=other&family=explained1&_explain=true").json
        matches = [e for e in page["entry"] if e["search"]["mode"] == "match"]
        self.assertEqual(len(matches), 1)
        outcome = [e["resource"] for e in page["entry"] if e["search"]["mode"] == "outcome"]
        self.assertEqual([o["resourceType"] for o in outcome], ["OperationOutcome"])
        issues = outcome[0]["issue"]
        self.assertEqual({(i["severity"], i["code"]) for i in issues}, {("information", "informational")})
        lines = [i["diagnostics"] for i in issues]
        self.assertTrue(any(line.startswith("criterion `gender`: 3 index rows; it comes first") for line in lines), lines)
        self.assertTrue(any("gave 1 rows" in line for line in lines), lines)
        self.assertFalse(any("explained1" in line for line in lines), "a value of the query")
        self.assertNotIn("outcome", [e["search"]["mode"] for e in self.http.get("Patient?gender=other&_explain=false").json["entry"]])
        self.assert_outcome(self.http.get("Patient?_explain=maybe"), 400)
        for several in ("?_type=Patient,Practitioner&gender=other&_explain=true", "Patient?_contained=both&gender=other&_explain=true"):
            page = self.http.get(several).json
            text = str([e["resource"] for e in page["entry"] if e["search"]["mode"] == "outcome"])
            self.assertIn("criterion `gender`", text, several)
        page = self.http.search("Patient", {"family": "page", "_count": "5"}).json
        following = link(page, "next")
        self.assertIsNotNone(following)
        broken = self.http.get(following[:-3])
        self.assert_status(broken, 200, 400)

    def test_includes_come_with_their_own_page(self):
        org = self.create({"resourceType": "Organization", "name": "O"})
        for n in range(3):
            self.create(patient("Inc", managingOrganization={"reference": "Organization/" + org["id"]}))
        for page in self.http.pages("Patient", {"family": "inc", "_count": "1", "_include": "Patient:organization"}):
            self.assertEqual(match_ids(page.json, "include"), ["Organization/" + org["id"]])
            self.assertEqual(len(match_ids(page.json)), 1)
