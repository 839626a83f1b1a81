"""$everything of patients and encounters.
https://hl7.org/fhir/R4/patient-operation-everything.html
https://hl7.org/fhir/R4/encounter-operation-everything.html"""
from support import ResourcesCase, link, match_ids, patient


def observation(id, patient_id, date=None, **members):
    made = {"resourceType": "Observation", "id": id, "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "718-7"}]},
            "subject": {"reference": f"Patient/{patient_id}"}, **members}
    if date:
        made["effectiveDateTime"] = date
    return made


def bare(type, id, **members):
    return {"resourceType": type, "id": id, **members}


WORLD = [
    patient("Everything", id="ev1", generalPractitioner=[{"reference": "Practitioner/ev-doc"}],
            managingOrganization={"reference": "Organization/ev-org"}),
    patient("Another", id="ev2"),
    bare("Practitioner", "ev-doc"), bare("Practitioner", "ev-stranger"),
    bare("Organization", "ev-org", name="Clinic"), bare("Location", "ev-ward", name="Ward"),
    bare("Medication", "ev-pill"),
    bare("Encounter", "ev-visit", status="finished", **{"class": {"code": "AMB"}},
         subject={"reference": "Patient/ev1"}, period={"start": "2020-03-01", "end": "2020-03-05"},
         location=[{"location": {"reference": "Location/ev-ward"}}]),
    observation("ev-old", "ev1", "2019-05-01"),
    observation("ev-new", "ev1", "2020-03-02T10:00:00Z", encounter={"reference": "Encounter/ev-visit"},
                focus=[{"reference": "Patient/ev2"}]),
    observation("ev-undated", "ev1"),
    observation("ev-others", "ev2", "2020-03-02"),
    bare("MedicationRequest", "ev-order", status="active", intent="order", authoredOn="2021-01-01",
         subject={"reference": "Patient/ev1"}, medicationReference={"reference": "Medication/ev-pill"}),
    bare("Provenance", "ev-prov", target=[{"reference": "Observation/ev-new"}],
         recorded="2020-03-02T10:00:00Z", agent=[{"who": {"reference": "Practitioner/ev-stranger"}}]),
]
MEMBERS = {"Patient/ev1", "Encounter/ev-visit", "Observation/ev-old", "Observation/ev-new",
           "Observation/ev-undated", "MedicationRequest/ev-order"}
REFERRED = {"Practitioner/ev-doc", "Organization/ev-org", "Location/ev-ward", "Medication/ev-pill"}


class Everything(ResourcesCase):
    resources = WORLD

    def ask(self, path, status=200):
        got = self.http.get(path)
        self.assert_status(got, status)
        return got.json

    def test_the_patient_its_compartment_and_what_that_refers_to(self):
        # "the minimum … is all the information in the patient compartment, and resources linked
        # from it, so that the patient's record is complete"
        got = self.ask("Patient/ev1/$everything")
        self.assertEqual(got["type"], "searchset")
        self.assertEqual(set(match_ids(got)), MEMBERS)
        self.assertEqual(set(match_ids(got, "include")), REFERRED | {"Provenance/ev-prov"})
        self.assertIsNone(link(got, "next"))
        by_post = self.http.post("Patient/ev1/$everything", {"resourceType": "Parameters"})
        self.assertEqual(set(match_ids(by_post.json)), MEMBERS)

    def test_every_entry_is_valid_in_its_bundle(self):
        got = self.ask("Patient/ev1/$everything")
        judged = self.http.post("Bundle/$validate", got)
        self.assertEqual([i for i in judged.json["issue"] if i["severity"] == "error"], [])

    def test_nobody_elses_record_comes_along(self):
        got = self.ask("Patient/ev1/$everything")
        all_of_it = match_ids(got) + match_ids(got, "include")
        self.assertNotIn("Patient/ev2", all_of_it)
        self.assertNotIn("Observation/ev-others", all_of_it)

    def test_start_and_end_are_dates_of_care(self):
        # "The date range relates to care dates, not record currency dates"
        got = set(match_ids(self.ask("Patient/ev1/$everything?start=2020-01-01&end=2020-12-31")))
        self.assertEqual(got, {"Patient/ev1", "Encounter/ev-visit", "Observation/ev-new",
                               "Observation/ev-undated"})
        # "If no start date is provided, all records prior to the end date are in scope"
        got = set(match_ids(self.ask("Patient/ev1/$everything?end=2019-12-31")))
        self.assertEqual(got, {"Patient/ev1", "Observation/ev-old", "Observation/ev-undated"})
        got = set(match_ids(self.ask("Patient/ev1/$everything?start=2020-12-31")))
        self.assertEqual(got, {"Patient/ev1", "MedicationRequest/ev-order", "Observation/ev-undated"})

    def test_types_repeated_or_with_commas(self):
        for query in ("_type=Observation,Patient", "_type=Observation&_type=Patient"):
            got = self.ask("Patient/ev1/$everything?" + query)
            self.assertEqual({i.split("/")[0] for i in match_ids(got)}, {"Observation", "Patient"})
            self.assertEqual(match_ids(got, "include"), [])
        got = self.ask("Patient/ev1/$everything?_type=Practitioner")
        self.assertEqual(match_ids(got) + match_ids(got, "include"), ["Practitioner/ev-doc"])

    def test_since_is_when_the_record_changed(self):
        # "Resources updated after this period will be included in the response"
        changed = self.http.put("Observation/ev-old", observation("ev-old", "ev1", "2019-05-02"))
        self.assert_status(changed, 200)
        got = self.ask("Patient/ev1/$everything?_since=" + changed.json["meta"]["lastUpdated"])
        self.assertEqual(match_ids(got) + match_ids(got, "include"), ["Observation/ev-old"])

    def test_pages_neither_repeat_nor_lose_while_others_write(self):
        seen, path, pages = [], "Patient/ev1/$everything?_count=2", 0
        while path:
            got = self.ask(path)
            self.assertLessEqual(len(match_ids(got)), 2)
            seen += match_ids(got)
            pages += 1
            self.create(observation("x", "ev1", "2020-03-03"))
            path = link(got, "next")
        self.assertEqual(len(seen), len(set(seen)))
        self.assertTrue(MEMBERS <= set(seen))
        self.assertGreaterEqual(pages, 3)
        for one in self.ask("Patient/ev1/$everything?_type=Observation")["entry"]:
            if one["resource"]["id"].find("ev-") < 0:
                self.http.delete(f"Observation/{one['resource']['id']}")

    def test_what_changes_ahead_of_the_reader_comes_as_it_was(self):
        for name in ("a", "b", "c"):
            self.http.put(f"Observation/ev-z{name}", observation(f"ev-z{name}", "ev1", "2020-03-03"))
        before = {one: self.http.get(one).json for one in match_ids(self.ask("Patient/ev1/$everything"))}
        came, found, path = [], {}, "Patient/ev1/$everything?_count=2"
        while path:
            got = self.ask(path)
            came += match_ids(got)
            found |= {f"{e['resource']['resourceType']}/{e['resource']['id']}": e["resource"]
                      for e in got["entry"] if e["search"]["mode"] == "match"}
            if len(came) == len(found) <= 2:
                self.http.delete("Observation/ev-za")
                self.http.put("Observation/ev-zb", observation("ev-zb", "ev2", "2020-03-03"))  # another's now
                self.http.put("Observation/ev-zc", observation("ev-zc", "ev1", "2021-03-03"))
            path = link(got, "next")
        self.assertEqual(sorted(came), sorted(before))
        self.assertEqual(found, before)
        for name in ("a", "b", "c"):
            self.http.delete(f"Observation/ev-z{name}")

    def test_every_patient_of_the_server(self):
        got = self.ask("Patient/$everything")
        self.assertTrue(MEMBERS | {"Patient/ev2", "Observation/ev-others"} <= set(match_ids(got)))
        self.assertNotIn("Practitioner/ev-stranger", match_ids(got))

    def test_an_encounter(self):
        got = self.ask("Encounter/ev-visit/$everything")
        self.assertEqual(set(match_ids(got)), {"Encounter/ev-visit", "Observation/ev-new"})
        self.assertTrue({"Patient/ev1", "Location/ev-ward"} <= set(match_ids(got, "include")))

    def test_what_is_wrong_is_said(self):
        self.assert_outcome(self.http.get("Patient/nobody/$everything"), 404, "not-found")
        self.assert_outcome(self.http.get("Patient/ev1/$everything?start=soon"), 400, "value")
        self.assert_outcome(self.http.get("Patient/ev1/$everything?start=2020&end=2019"), 400, "value")
        self.assert_outcome(self.http.get("Patient/ev1/$everything?_type=Patint"), 400, "value")
        self.assert_outcome(self.http.get("Patient/ev1/$everything?_count=many"), 400, "value")
        self.assert_outcome(self.http.get("Patient/ev1/$everything?_since=2020&_since=2021"), 400)
        self.assert_outcome(self.http.get("Patient/ev1/$everything?until=2020"), 400, "not-supported")
        self.assert_outcome(self.http.get("Encounter/ev-visit/$everything?start=2020"), 400, "not-supported")
        self.assert_outcome(self.http.get("Patient/ev1/$everything?_cursor=x"), 400)

    def test_xml_and_the_capability_statement(self):
        got = self.http.get("Patient/ev1/$everything", Accept="application/fhir+xml")
        self.assertTrue(got.body.startswith(b"<Bundle") or b"<Bundle" in got.body[:200])
        listed = {r["type"]: r.get("operation", []) for r in self.http.get("metadata").json["rest"][0]["resource"]}
        for type in ("Patient", "Encounter"):
            self.assertIn(f"http://hl7.org/fhir/OperationDefinition/{type}-everything",
                          [o["definition"] for o in listed[type]])


class Interleaved(ResourcesCase):
    """What comes along lies between members that are taken out, as they come on pages of their own."""

    resources = [
        bare("Encounter", "in-e", status="finished", **{"class": {"code": "AMB"}}, subject={"reference": "Patient/in-p"}),
        bare("Practitioner", "in-dr"),
        observation("in-o", "in-p"),
        bare("DiagnosticReport", "in-r", status="final", code={"text": "x"}, subject={"reference": "Patient/in-p"},
             encounter={"reference": "Encounter/in-e"}, performer=[{"reference": "Practitioner/in-dr"}],
             result=[{"reference": "Observation/in-o"}]),
        patient("Interleaved", id="in-p"),
    ]

    def test_a_member_is_on_one_page_only(self):
        members, along, path = [], [], "Patient/in-p/$everything?_count=1"
        while path:
            got = self.http.get(path).json
            members += match_ids(got)
            along += match_ids(got, "include")
            path = link(got, "next")
        self.assertEqual(sorted(members), ["DiagnosticReport/in-r", "Encounter/in-e", "Observation/in-o", "Patient/in-p"])
        self.assertEqual(along, ["Practitioner/in-dr"])
