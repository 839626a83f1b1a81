"""$lastn and $stats on observations.
https://hl7.org/fhir/R4/observation-operation-lastn.html
https://hl7.org/fhir/R4/observation-operation-stats.html"""
import datetime

from support import ResourcesCase, bundle, entry, link, match_ids, patient

LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"


def quantity(value, unit="mg/dL", **members):
    return {"value": value, "unit": unit, "system": UCUM, "code": unit, **members}


def observation(id, code, when=None, value=None, subject="ob1", codings=None, **members):
    made = {"resourceType": "Observation", "id": id, "status": "final",
            "code": {"coding": codings or [{"system": LOINC, "code": code}]},
            "subject": {"reference": f"Patient/{subject}"}, **members}
    if when:
        made["effectiveDateTime"] = when
    if value is not None:
        made["valueQuantity"] = value
    return made


def lab(value, code="1234-5"):
    return {"code": {"coding": [{"system": LOINC, "code": code}]}, "valueQuantity": value}


LOCAL = {"system": "http://lab.test/codes", "code": "GLU"}
WORLD = [
    patient("One", id="ob1"), patient("Two", id="ob2"),
    observation("g1", "2339-0", "2020-01-01", quantity(100)),
    observation("g2", "2339-0", "2020-01-02", quantity(110)),
    observation("g3", "2339-0", "2020-01-03", quantity(1.2, "g/L")),  # 120 mg/dL
    observation("g4", "", "2020-01-04", quantity(130), codings=[{"system": LOINC, "code": "2339-0"}, LOCAL]),
    observation("g5", "", "2020-01-05", codings=[LOCAL], dataAbsentReason={"text": "spoiled"}),
    observation("g6", "2339-0", "2020-01-06", quantity(900), status="entered-in-error"),
    observation("g7", "2339-0", "2020-01-07", quantity(5, comparator="<")),
    observation("w1", "3141-9", "2020-01-01T08:00:00Z", quantity(70, "kg")),
    observation("w2", "3141-9", "2020-01-02T08:00:00Z", quantity(71, "kg")),
    observation("w3", "3141-9", "2020-01-02T08:00:00Z", quantity(72, "kg")),
    observation("others", "2339-0", "2020-01-01", quantity(1000), subject="ob2"),
    observation("panel", "24323-8", "2020-02-01", component=[lab(quantity(1), "1111-1"), lab(quantity(2), "2222-2")],
                hasMember=[{"reference": "Observation/member"}]),
    observation("member", "3333-3", "2020-02-01", quantity(7)),
]


class OfObservations(ResourcesCase):
    resources = WORLD


class LastN(OfObservations):
    def last(self, query):
        got = self.http.get("Observation/$lastn?" + query)
        self.assert_status(got, 200)
        return match_ids(got.json)

    def test_the_last_of_each_code_one_unless_said(self):
        got = self.last("patient=Patient/ob1&status:not=entered-in-error")
        # g7 is the newest glucose; g4 has both codes, so that g5, with the local one, is in its group.
        self.assertIn("Observation/g7", got)
        self.assertFalse({"Observation/g1", "Observation/g4", "Observation/g5"} & set(got))
        self.assertNotIn("Observation/others", got)

    def test_max_of_each_group_newest_first(self):
        # "For example for the query 'Fetch the last 3 results for all vitals for a patient' max = 3"
        got = self.last("subject=Patient/ob1&max=3&code=2339-0&status:not=entered-in-error")
        self.assertEqual(got, ["Observation/g7", "Observation/g4", "Observation/g3"])

    def test_what_ties_is_given_too(self):
        self.assertEqual(sorted(self.last("patient=ob1&code=3141-9")), ["Observation/w2", "Observation/w3"])

    def test_by_post(self):
        body = {"resourceType": "Parameters", "parameter": [
            {"name": "max", "valuePositiveInt": 2}, {"name": "patient", "valueString": "Patient/ob1"},
            {"name": "code", "valueString": f"{LOINC}|3141-9"}]}
        got = self.http.post("Observation/$lastn", body)
        self.assert_status(got, 200)
        self.assertEqual(len(match_ids(got.json)), 2)
        self.assertEqual(got.json["total"], 2)
        again = self.http.get(link(got.json, "self"))
        self.assertEqual(match_ids(again.json), match_ids(got.json))

    def test_what_is_wrong_is_said(self):
        self.assert_outcome(self.http.get("Observation/$lastn?max=3"), 400, "required")
        for bad in ("0", "-1", "many"):
            self.assert_outcome(self.http.get(f"Observation/$lastn?patient=ob1&max={bad}"), 400, "value")
        self.assert_outcome(self.http.get("Observation/$lastn?patient=ob1&_sort=date"), 400, "not-supported")
        self.assert_outcome(self.http.get("Observation/$lastn?patient=ob1&colour=red"), 400, "not-supported")

    def test_as_many_as_may_be_returned_out_of_more_than_may_be(self):
        self.http.put("Patient/ob3", patient("Three", id="ob3"))
        for first in range(0, 13_000, 1000):
            made = self.http.post("", bundle(*(entry("POST", "Observation", observation(
                "x", f"c{n % 5200}", f"20{20 - n // 5200}-01-01", subject="ob3"))
                for n in range(first, first + 1000))))
            self.assert_status(made, 200)
        self.assertEqual(len(self.last("patient=ob3")), 5200)
        self.assert_outcome(self.http.get("Observation/$lastn?patient=ob3&max=3"), 413, "too-costly")


class Stats(OfObservations):
    def stats(self, query, method="GET"):
        got = self.http.get("Observation/$stats?" + query)
        self.assert_status(got, 200)
        return self.read(got.json)

    def read(self, parameters):
        self.assertEqual(parameters["resourceType"], "Parameters")
        found = {}
        for p in parameters["parameter"]:
            if p["name"] == "statistics":
                resource = p["resource"]
                self.assertEqual(resource["status"], "final")
                found[resource["code"]["coding"][0]["code"]] = {
                    c["code"]["coding"][0]["code"]: c for c in resource["component"]}
        return found

    GLUCOSE = "subject=Patient/ob1&code=2339-0&system=http://loinc.org"

    def test_all_in_one_unit(self):
        got = self.stats(self.GLUCOSE + "&statistic=average&statistic=max&statistic=min&statistic=count"
                                        "&statistic=sum&statistic=median&statistic=total-count&statistic=variance")
        one = got["2339-0"]
        self.assertEqual(one["average"]["valueQuantity"]["value"], 115)
        self.assertEqual(one["average"]["valueQuantity"]["code"], "mg/dL")
        self.assertEqual(one["maximum"]["valueQuantity"]["value"], 130)
        self.assertEqual(one["minimum"]["valueQuantity"]["value"], 100)
        self.assertEqual(one["sum"]["valueQuantity"]["value"], 460)
        self.assertEqual(one["median"]["valueQuantity"]["value"], 115)
        # "including observations that were ignored because they did not contain valid result values"
        self.assertEqual((one["count"]["valueInteger"], one["total-count"]["valueInteger"]), (4, 5))
        self.assertEqual(one["variance"]["valueQuantity"]["code"], "(mg/dL)2")
        self.assertAlmostEqual(one["variance"]["valueQuantity"]["value"], 500 / 3, 6)

    def test_a_period_and_the_sources(self):
        body = {"resourceType": "Parameters", "parameter": [
            {"name": "subject", "valueUri": "Patient/ob1"},
            {"name": "coding", "valueCoding": {"system": LOINC, "code": "2339-0"}},
            {"name": "period", "valuePeriod": {"start": "2020-01-02", "end": "2020-01-03"}},
            {"name": "statistic", "valueCode": "count"}, {"name": "include", "valueBoolean": True},
            {"name": "limit", "valuePositiveInt": 1}]}
        got = self.http.post("Observation/$stats", body)
        self.assert_status(got, 200)
        self.assertEqual(self.read(got.json)["2339-0"]["count"]["valueInteger"], 2)
        statistics = got.json["parameter"][0]["resource"]
        self.assertTrue(statistics["effectivePeriod"]["start"].startswith("2020-01-02"))
        self.assertEqual(statistics["subject"]["reference"], "Patient/ob1")
        self.assertEqual([p["resource"]["id"] for p in got.json["parameter"] if p["name"] == "source"], ["g3"])
        judged = self.http.post("Observation/$validate", statistics)
        self.assertEqual([i for i in judged.json["issue"] if i["severity"] == "error"], [])

    def test_duration_is_hours_until_now(self):
        # "duration = '1' represents the last hour"
        now = datetime.datetime.now(datetime.timezone.utc)
        for id, hours in (("h1", 0.5), ("h2", 5)):
            when = (now - datetime.timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
            self.assert_status(self.http.put(f"Observation/{id}", observation(id, "1988-5", when, quantity(3, "mg/L"))),
                               200, 201)
        for hours, count in ((1, 1), (6, 2)):
            got = self.stats(f"subject=Patient/ob1&code={LOINC}|1988-5&statistic=count&duration={hours}")
            self.assertEqual(got["1988-5"]["count"]["valueInteger"], count)

    def test_panels_give_each_measurement(self):
        # "the stats operation returns statistics for each of the individual panel measurements"
        got = self.stats("subject=Patient/ob1&code=24323-8&statistic=count&statistic=average")
        self.assertEqual({c: s["count"]["valueInteger"] for c, s in got.items()},
                         {"1111-1": 1, "2222-2": 1, "3333-3": 1})
        # "this code in Observation.code and Observation.component.code"
        got = self.stats("subject=Patient/ob1&code=2222-2&statistic=average")
        self.assertEqual(got["2222-2"]["average"]["valueQuantity"]["value"], 2)

    def test_the_regression_has_a_gradient_and_an_intercept(self):
        got = self.http.get("Observation/$stats?" + self.GLUCOSE + "&statistic=regression").json
        parts = got["parameter"][0]["resource"]["component"]
        self.assertEqual([(p["valueQuantity"]["value"], p["valueQuantity"]["code"]) for p in parts],
                         [(10, "mg/dL/d"), (100, "mg/dL")])

    def test_one_that_has_no_time_is_of_no_period(self):
        for id, when in (("timed", "2020-03-01T08:00:00Z"), ("untimed", None)):
            made = self.http.put(f"Observation/{id}", observation(id, "6690-2", when, quantity(4, "10*3/uL")))
            self.assert_status(made, 201)
        got = self.http.get(f"Observation/$stats?subject=Patient/ob1&code={LOINC}|6690-2&statistic=count").json
        made = got["parameter"][0]["resource"]
        self.assertEqual(made["component"][0]["valueInteger"], 2)
        self.assertTrue(made["effectivePeriod"]["start"].startswith("2020-03-01"), made["effectivePeriod"])

    def test_nothing_measured(self):
        got = self.stats("subject=Patient/ob1&code=9999-9&statistic=average&statistic=count")
        self.assertEqual(got["9999-9"]["count"]["valueInteger"], 0)
        self.assertEqual(got["9999-9"]["average"]["dataAbsentReason"]["coding"][0]["code"], "not-a-number")

    def test_what_is_wrong_is_said(self):
        for query, code in (("code=1&statistic=count", "required"), ("subject=Patient/ob1&code=1", "required"),
                            ("subject=Patient/ob1&statistic=count", "required"),
                            (self.GLUCOSE + "&statistic=mode", "value"),
                            (self.GLUCOSE + "&statistic=count&duration=-1", "value"),
                            (self.GLUCOSE + "&statistic=count&period=2020", "value"),
                            (self.GLUCOSE + "&statistic=count&limit=0", "value"),
                            (self.GLUCOSE + "&statistic=count&since=0", "not-supported")):
            with self.subTest(query):
                self.assert_outcome(self.http.get("Observation/$stats?" + query), 400, code)
        count = [{"name": "subject", "valueUri": "Patient/ob1"}, {"name": "statistic", "valueCode": "count"}]
        for more, code in (([{"name": "coding"}], "value"), ([{"name": "coding", "resource": patient()}], "value"),
                           ([{"name": "coding", "valuePeriod": {"start": "2020"}}], "value"),
                           ([{"name": "coding", "valueCoding": {"system": LOINC}}], "required"),
                           ([{"name": "code", "valueString": "1"}, {"name": "period"}], "value"),
                           ([{"name": "code", "valueString": "1"},
                             {"name": "period", "valuePeriod": {"start": "2021", "end": "2020"}}], "value")):
            with self.subTest(more):
                body = {"resourceType": "Parameters", "parameter": count + more}
                self.assert_outcome(self.http.post("Observation/$stats", body), 400, code)
