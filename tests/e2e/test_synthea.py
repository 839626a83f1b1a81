"""Synthea's patients as transactions, validated; twenty and more searches answered as python does."""
import collections
import os
import time

from support import Case, Members, SHARED, Server, exact, say, skip
from synthea import (Dataset, dated, is_information, listed_refusals, quantity, refers, resolved, starts, token, unpack, at)

LOINC, SNOMED, UCUM = "http://loinc.org", "http://snomed.info/sct", "http://unitsofmeasure.org"
CVX, RXNORM = "http://hl7.org/fhir/sid/cvx", "http://www.nlm.nih.gov/research/umls/rxnorm"
SSN = "http://hl7.org/fhir/sid/us-ssn"
NAMES = ["name." + part for part in ("family", "given", "prefix", "suffix", "text")]
HOME = ("https://github.com/synthetichealth/synthea", "bb1ad573-19b8-9cd8-68fb-0e6f684df992")
SAMPLE_OF_300 = 10


def searches(data):
    """(path, parameters, expected) of each search; built from what is in the data."""
    patients = sorted(data.by_type["Patient"])
    counts = collections.Counter(r["subject"]["reference"] for r in data.by_type["Observation"].values())
    busy = max(patients, key=lambda p: counts[p])
    ssn = next(i["value"] for i in data.by_type["Patient"][busy]["identifier"] if i.get("system") == SSN)
    encounter = next(r["encounter"]["reference"] for r in data.by_type["Observation"].values()
                     if r["subject"]["reference"] == busy and "encounter" in r)
    provider = next(r["serviceProvider"]["reference"] for r in data.by_type["Encounter"].values()
                    if r["subject"]["reference"] == busy and "serviceProvider" in r)
    report = next(r for r in data.by_type["DiagnosticReport"].values() if r.get("result"))
    result = report["result"][0]["reference"]
    city = at(data.by_type["Patient"][busy], "address.city")[0]
    family = at(data.by_type["Patient"][busy], "name.family")[0]
    code = "code"

    def row(kind, parameters, *tests):
        return kind, parameters, data.find(kind, *tests)

    return [
        row("Patient", [("gender", "female")], token("gender", "female")),
        row("Patient", [("identifier", f"{SSN}|{ssn}")], token("identifier", f"{SSN}|{ssn}")),
        row("Patient", [("name", "Mar")], starts(NAMES, "mar")),
        row("Patient", [("family", family[:3].upper())], starts(["name.family"], family[:3])),
        row("Patient", [("birthdate", "lt1960-01-01")], dated(["birthDate"], "lt1960-01-01")),
        row("Patient", [("birthdate", "ge1980"), ("birthdate", "lt2000")], dated(["birthDate"], "ge1980", "lt2000")),
        row("Patient", [("address-city", city)], starts(["address.city"], city)),
        row("Patient", [("gender", "male"), ("death-date", "gt2000")], token("gender", "male"),
            dated(["deceasedDateTime"], "gt2000")),
        row("Observation", [("code", f"{LOINC}|8302-2")], token(code, f"{LOINC}|8302-2")),
        row("Observation", [("patient", busy.split("/")[1]), ("code", f"{LOINC}|29463-7")],
            refers("subject", busy), token(code, f"{LOINC}|29463-7")),
        row("Observation", [("subject", busy), ("category", "laboratory")], refers("subject", busy),
            token("category", "laboratory")),
        row("Observation", [("code", "8302-2,29463-7"), ("date", "ge2015-01-01"), ("date", "lt2016-07-01")],
            token(code, "8302-2", "29463-7"), dated(["effectiveDateTime", "effectivePeriod"], "ge2015-01-01", "lt2016-07-01")),
        row("Observation", [("date", "2017-03")], dated(["effectiveDateTime", "effectivePeriod"], "2017-03")),
        row("Observation", [("code", f"{LOINC}|29463-7"), ("value-quantity", f"gt90|{UCUM}|kg")],
            token(code, f"{LOINC}|29463-7"), quantity("valueQuantity", "gt", 90, "kg")),
        row("Observation", [("value-quantity", "le7.5||mmol/L")], quantity("valueQuantity", "le", 7.5, "mmol/L")),
        row("Observation", [("component-code", f"{LOINC}|8480-6"), ("component-value-quantity", f"ge140|{UCUM}|mm[Hg]")],
            token("component.code", f"{LOINC}|8480-6"), quantity("component.valueQuantity", "ge", 140, "mm[Hg]")),
        row("Observation", [("encounter", encounter)], refers("encounter", encounter)),
        row("Encounter", [("service-provider", provider)], refers("serviceProvider", provider)),
        row("Encounter", [("date", "2018")], dated(["period"], "2018")),
        row("Encounter", [("class", "EMER,IMP"), ("date", "sa2010-01-01")], token("class", "EMER", "IMP"),
            dated(["period"], "sa2010-01-01")),
        row("Condition", [("clinical-status", "active"), ("onset-date", "ge2010")], token("clinicalStatus", "active"),
            dated(["onsetDateTime", "onsetPeriod"], "ge2010")),
        row("Condition", [("code", f"{SNOMED}|10509002,{SNOMED}|195662009")],
            token(code, f"{SNOMED}|10509002", f"{SNOMED}|195662009")),
        row("Immunization", [("vaccine-code", f"{CVX}|140"), ("date", "ge2016"), ("date", "lt2018-06")],
            token("vaccineCode", f"{CVX}|140"), dated(["occurrenceDateTime"], "ge2016", "lt2018-06")),
        row("MedicationRequest", [("status", "active"), ("authoredon", "gt2012-05")], token("status", "active"),
            dated(["authoredOn"], "gt2012-05")),
        row("MedicationRequest", [("code", f"{RXNORM}|")],
            lambda r: any(c.get("system") == RXNORM for c in at(r, "medicationCodeableConcept.coding"))),
        row("Procedure", [("patient", busy), ("date", "le2012-06-15")], refers("subject", busy),
            dated(["performedDateTime", "performedPeriod"], "le2012-06-15")),
        row("DiagnosticReport", [("result", result)], refers("result", result)),
        row("ExplanationOfBenefit", [("patient", busy), ("created", "ge2005")], refers("patient", busy),
            dated(["created"], "ge2005")),
        row("Claim", [("use", "claim"), ("patient", busy)], token("use", "claim"), refers("patient", busy)),
    ]


class Synthea(Case):
    def setUp(self):
        if not SHARED:
            skip("Synthea's patients need MEDISYNC_SHARED")

    def check(self, name, *parts):
        """Loads the parts one after the other: their patients from several clients at once."""
        listed = listed_refusals(name)
        with Server(arguments=["--access-log", "off"]) as server, server.client() as http:
            data = Dataset(server)
            began = time.monotonic()
            cpu = server.cpu_seconds()
            for files in parts:
                data.load(files)
            seconds, cpu = time.monotonic() - began, server.cpu_seconds() - cpu
            say(f"{name}: {len(data.by_type['Patient'])} patients, {data.entries} entries, {data.bytes / 1e6:.0f} MB in "
                f"{seconds:.1f} s (this client's own work included), {cpu:.1f} s of the server's CPU, "
                f"{len(data.refused)} refused")
            self.check_refusals(http, data, listed)
            self.check_counts(http, data)
            self.check_bodies(http, data)
            self.check_searches(http, data, name)
            self.check_order(http, data)

    def check_refusals(self, http, data, listed):
        """Those listed are refused for their reason, and taken once the reason is gone; no others."""
        refused, data.refused = data.refused, []
        for name, response, body in refused:
            code = listed.get(os.path.basename(name))
            self.assertIsNotNone(code, f"{name} is refused: {response}")
            self.assert_outcome(response, (400, 404, 412, 422), code)
        if not refused:
            return
        home = {"resourceType": "Location", "status": "active", "name": "Patient's Home", "mode": "kind",
                "identifier": [{"system": HOME[0], "value": HOME[1]}]}
        made = http.post("Location", home)
        self.assert_status(made, 201)
        path = "Location/" + made.json["id"]
        data.by_type["Location"][path] = home
        data.by_identifier[("Location", *HOME)] = path
        for name, _, body in refused:
            data.post(http, name, body)
        self.assertEqual(data.refused, [])
        say(f"  {len(refused)} listed bundles were refused until the location they name was there, then taken")

    def check_counts(self, http, data):
        for kind, resources in data.by_type.items():
            for parameters in ({"_summary": "count"}, {"_total": "accurate", "_count": "1"}):
                self.assertEqual(http.search(kind, parameters).json["total"], len(resources), kind)

    def check_bodies(self, http, data):
        """One in each type's every so many: equal to what was sent, ids and references apart."""
        sample = []
        for resources in data.by_type.values():
            paths = sorted(p for p in resources if p in data.sent)
            sample += paths[::max(1, len(paths) // 6)]
        sample.sort(key=lambda path: id(data.sent[path][0]))  # each bundle is parsed once
        self.assertGreater(len(sample), 60)
        known = {f"{kind}?identifier={system}|{value}": path
                 for (kind, system, value), path in data.by_identifier.items()}
        parsed = bundle = None
        for path in sample:
            body, index, links = data.sent[path]
            if body is not parsed:
                parsed, bundle = body, exact(body)
            sent = resolved(bundle.get("entry")[index].get("resource"), {**known, **links})
            self.assertEqual(self.reduced(exact(http.get(path).body)), self.reduced(sent), path)

    def reduced(self, tree):
        return Members(m for m in tree if m[0] not in ("id", "meta"))

    def check_searches(self, http, data, name):
        asked = empty = 0
        for kind, parameters, expected in searches(data):
            with self.subTest(kind=kind, parameters=parameters):
                found = http.all_ids(kind, parameters + [("_count", "200")])
                self.assertEqual(len(found), len(set(found)), "none twice")
                self.assertEqual(set(found) - expected, set(), "found too much")
                self.assertEqual(expected - set(found), set(), "found too little")
                total = http.search(kind, parameters + [("_summary", "count")]).json["total"]
                self.assertEqual(total, len(expected))
            asked += 1
            empty += not expected
        say(f"{name}: {asked} searches agree with python, {empty} of them with nothing to find")
        self.assertGreaterEqual(asked, 20)
        self.assertLess(empty, 6)

    def check_order(self, http, data):
        paths = http.all_ids("Patient", [("_sort", "birthdate"), ("_count", "50")])
        dates = [data.by_type["Patient"][p]["birthDate"] for p in paths]
        self.assertEqual(dates, sorted(dates))
        self.assertEqual(len(paths), len(data.by_type["Patient"]))
        paths = http.all_ids("Patient", [("_sort", "-birthdate"), ("_count", "50")])
        self.assertEqual([data.by_type["Patient"][p]["birthDate"] for p in paths], sorted(dates, reverse=True))

    def test_patients_100(self):
        files = list(unpack("patients-100"))
        halves = [[f for f in files if half in f[0]] for half in ("blaze-50", "smart-50")]
        self.assertEqual([len(h) for h in halves], [52, 50])
        # In this order: the second half creates the hospitals of the first again, unconditionally.
        self.check("patients-100", *halves)

    def test_patients_300(self):
        full = os.environ.get("MEDISYNC_FULL") == "1"
        if not full:
            say(f"patients-300: {SAMPLE_OF_300} of 351 patients; MEDISYNC_FULL=1 takes all")
        taken = []

        def wanted(name):
            if full or is_information(name):
                return True
            taken.append(name)
            return len(taken) <= SAMPLE_OF_300

        self.check("patients-300", unpack("patients-300", wanted))
