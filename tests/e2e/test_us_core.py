"""US Core with its package installed: the statement, and every search that a client of US Core makes.

Data are the sample patients that conformance labs use; searches take their values from what the first
search of each type finds, as such a lab does. http://hl7.org/fhir/us/core/STU6.1/
"""
import datetime
import json
import os
import re
import shutil
import tempfile
import urllib.parse

from support import SHARED, ServerCase, Server, entries, match_ids, patient, run, say, skip

US_CORE = "http://hl7.org/fhir/us/core"
PATIENTS = ("85", "355", "907", "908", "us-core-client-tests-patient")
FORM = "application/x-www-form-urlencoded"
REVINCLUDED = set("Patient AllergyIntolerance CarePlan CareTeam Condition Coverage Device DiagnosticReport "
                  "DocumentReference Encounter Goal Immunization MedicationDispense MedicationRequest Observation "
                  "Procedure QuestionnaireResponse RelatedPerson ServiceRequest".split())
STATUSES = "active,on-hold,cancelled,completed,entered-in-error,stopped,draft,unknown"
INTENTS = "proposal,plan,order,original-order,reflex-order,filler-order,instance-order,option"

# Type, then the first search, then the others; name=value is fixed, a name alone takes a value of the data.
SEARCHES = """
AllergyIntolerance: patient | patient clinical-status
CarePlan: patient category=assess-plan | patient category=assess-plan status | patient category=assess-plan date
CareTeam: patient status=proposed,active,suspended,inactive,entered-in-error | patient role | role
Condition: patient category=encounter-diagnosis | patient | patient code | patient clinical-status | patient category=encounter-diagnosis clinical-status | patient category=encounter-diagnosis encounter | patient onset-date | patient recorded-date | patient abatement-date
Condition: patient category=health-concern | patient category=problem-list-item | patient asserted-date
Coverage: patient
Device: patient | patient type | patient status
DiagnosticReport: patient category=LP29684-5 | patient | patient code | patient category=LP29684-5 date | patient code date | patient status
DiagnosticReport: patient category=LAB | patient category=LAB date | patient code date
DocumentReference: patient | _id | patient type | patient category | patient category date | patient status | patient type period
Encounter: patient | _id | date patient | identifier | patient type | class patient | patient status | patient location | patient discharge-disposition
Goal: patient | patient lifecycle-status | patient target-date | patient description
Immunization: patient | patient date | patient status
MedicationDispense: patient | patient status | patient status type
MedicationRequest: patient intent=%(intents)s | patient intent status | patient intent encounter | patient intent authoredon
Observation: patient category=laboratory | patient code | patient category=laboratory date | patient category=laboratory status | patient code date
Observation: patient category=vital-signs | patient code | patient category=vital-signs date | patient code date
Observation: patient category=social-history | patient category=survey | patient code
Patient: _id | identifier | name | birthdate name | gender name | birthdate family | family gender | death-date family
Procedure: patient | patient date | patient status | patient code date
QuestionnaireResponse: patient | _id | patient status | patient authored | patient questionnaire
ServiceRequest: patient | _id | patient category | patient code | patient category authored | patient status | patient code authored
Organization: | name | address
Practitioner: | name | identifier | _id
PractitionerRole: | specialty | practitioner
Location: | name | address | address-city | address-state | address-postalcode
RelatedPerson: patient | _id | name | patient name
Specimen: patient | _id
""" % {"intents": INTENTS}

PATHS = {  # where the elements lie that are not named as their parameter
    "onset-date": "onset", "recorded-date": "recordedDate", "abatement-date": "abatement", "clinical-status": "clinicalStatus",
    "asserted-date": None, "role": "participant.role", "code": "code medicationCodeableConcept", "identifier": "identifier",
    "discharge-disposition": "hospitalization.dischargeDisposition", "location": "location.location", "lifecycle-status":
    "lifecycleStatus", "target-date": "target.due", "description": "description", "authoredon": "authoredOn",
    "birthdate": "birthDate", "family": "name.family", "death-date": "deceased", "address-city": "address.city",
    "address-state": "address.state", "address-postalcode": "address.postalCode", "authored": "authored authoredOn", "_id": "id",
    "period": "context.period", "name": "name", "date": "date effective occurrence performed period", "type": "type",
    "status": "status",
}
DATES = {"date", "onset-date", "recorded-date", "abatement-date", "asserted-date", "target-date", "authoredon", "authored",
         "period", "death-date"}
TOKENS = {"category", "code", "identifier", "type", "clinical-status", "class", "specialty", "discharge-disposition", "role", "description"}


def values_at(node, path):
    """The values of a dotted path; a choice is found by its first part."""
    head, _, rest = path.partition(".")
    found = []
    for name, value in node.items():
        is_choice = name.startswith(head) and name[len(head):][:1].isupper() and not isinstance(value, list)
        if name == head or is_choice:
            found += value if isinstance(value, list) else [value]
    if not rest:
        return found
    return [v for item in found if isinstance(item, dict) for v in values_at(item, rest)]


def values_of(resource, name):
    if name == "asserted-date":
        return [e["valueDateTime"] for e in resource.get("extension", []) if e["url"].endswith("condition-assertedDate")]
    if resource["resourceType"] == "Patient" and name == "family":
        name = "family"
    for path in (PATHS.get(name) or name).split():
        found = values_at(resource, path)
        if found:
            return found
    return []


def token_of(value):
    """(system, code) of whatever a token parameter reads; None of text alone."""
    if isinstance(value, str):
        return None, value
    if isinstance(value, bool):
        return None, str(value).lower()
    for coding in value.get("coding", [value]):
        if "code" in coding:
            return coding.get("system"), coding["code"]
        if "value" in coding:
            return coding.get("system"), coding["value"]
    return None


def text_of(value):
    if isinstance(value, str):
        return value
    for part in ("text", "family", "city", "state"):
        if part in value:
            return value[part]
    return (value.get("given") or value.get("line") or [None])[0]


def escaped(text):
    return re.sub(r"([\\,$|])", r"\\\1", text)


def time_of(text):
    """The first instant of a date of any precision; without a zone, UTC."""
    if len(text) <= 10:
        parts = [int(p) for p in text.split("-")] + [1, 1]
        return datetime.datetime(*parts[:3], tzinfo=datetime.timezone.utc)
    text = re.sub(r"\.(\d{3})\d*", r".\1", text.replace("Z", "+00:00"))
    time = datetime.datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=datetime.timezone.utc)


def day_off(text, days):
    return (time_of(text) + datetime.timedelta(days=days)).strftime("%Y-%m-%dT00:00:00+00:00")


def texts_in(value):
    """All strings of a name, an address or a string."""
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for part in parts for text in texts_in(part)]


def fits(resource, name, value):
    """Whether a lab, on its own side, takes the resource for one that the parameter asked for."""
    if name == "patient":
        found = [v for path in ("patient", "subject", "beneficiary") for v in values_of(resource, path)]
        return any(v.get("reference", "").split("/")[-1] == value.split("/")[-1] for v in found)
    found = values_of(resource, name)
    if name in DATES or name == "birthdate":
        high = [v if isinstance(v, str) else v.get("end") for v in found]
        if value.startswith("gt"):
            return any(h is None or time_of(h) >= time_of(value[2:]) for h in high)
        return any(time_of(h) == time_of(value) for h in high if h)
    texts = [re.sub(r"\\(.)", r"\1", v).casefold() for v in re.split(r"(?<!\\),", value)]
    if name in TOKENS or name in ("status", "intent", "lifecycle-status", "gender", "_id"):
        codes = {code.casefold() for v in found for code in codes_in(v)}
        return bool(codes & set(texts))
    if name in ("encounter", "practitioner", "questionnaire", "location"):
        return any((v if isinstance(v, str) else v.get("reference")) == value for v in found)
    if name == "name":
        found = found + resource.get("alias", [])
    return any(text.casefold().startswith(t) for v in found for text in texts_in(v) for t in texts)


def codes_in(value):
    if not isinstance(value, dict):
        return [str(value).lower() if isinstance(value, bool) else value]
    return [c[key] for c in value.get("coding", [value]) for key in ("code", "value") if key in c]


class UsCore(ServerCase):
    """The sample data were made for several versions of US Core, so they are stored as they are."""

    @classmethod
    def setUpClass(cls):
        package = os.path.join(SHARED, "packages", "us_core_610.tgz")
        cls.folder = os.path.join(SHARED, "data", "us-core")
        if not SHARED or not os.path.exists(package):
            skip("US Core's package and sample patients are not at hand (MEDISYNC_SHARED)")
        cls.data = tempfile.mkdtemp(prefix="medisync-e2e-")
        cls.addClassCleanup(shutil.rmtree, cls.data, True)
        done = run("package", "install", package, "--data", cls.data, "--no-dependencies")
        assert done.returncode == 0, done.stderr
        cls.server = Server(data=cls.data, arguments=["--no-validate"])
        cls.addClassCleanup(cls.server.stop)
        cls.server.start()
        with cls.server.client() as http:
            for name in sorted(os.listdir(cls.folder)):
                if not name.startswith("uscore_"):
                    continue
                with open(os.path.join(cls.folder, name), encoding="utf-8") as file:
                    body = json.load(file)
                path = "" if body["resourceType"] == "Bundle" else body["resourceType"]
                answer = http.post(path, body)
                assert answer.status in (200, 201), (name, answer)

    def resources(self, answer, kind):
        self.assert_status(answer, 200)
        self.assertEqual(answer.json["resourceType"], "Bundle")
        return [e["resource"] for e in entries(answer.json, "match") if e["resource"]["resourceType"] == kind]

    def everything(self, kind, pairs):
        """All matches of a search, within the twenty pages that a lab follows."""
        found = []
        for page in self.http.pages(kind, pairs, limit=20):
            found += self.resources(page, kind)
        return found

    def ids(self, kind, pairs):
        return sorted(r["id"] for r in self.everything(kind, pairs))


class Statement(UsCore):
    def test_it_names_the_guide_its_profiles_and_what_it_fulfils(self):
        statement = self.http.get("metadata").json
        self.assertIn(f"{US_CORE}/CapabilityStatement/us-core-server|6.1.0", statement["instantiates"])
        self.assertIn(f"{US_CORE}/ImplementationGuide/hl7.fhir.us.core|6.1.0", statement["implementationGuide"])
        profiles = {p for r in statement["rest"][0]["resource"] for p in r.get("supportedProfile", [])}
        self.assertIn(f"{US_CORE}/StructureDefinition/us-core-patient", profiles)
        self.assertGreater(len(profiles), 40)
        condition = next(r for r in statement["rest"][0]["resource"] if r["type"] == "Condition")
        self.assertIn("asserted-date", [p["name"] for p in condition["searchParam"]])

    def test_the_statement_is_valid(self):
        answer = self.http.post("CapabilityStatement/$validate", self.http.get("metadata").json)
        self.assertEqual([i for i in answer.issues if i["severity"] in ("error", "fatal")], [])

    def test_a_server_without_the_package_claims_nothing(self):
        with Server() as bare, bare.client() as http:
            statement = http.get("metadata").json
            self.assertEqual([c for c in statement.get("instantiates", []) if US_CORE in c], [])
            self.assertNotIn("implementationGuide", statement)


class Searches(UsCore):
    def values(self, resources, name):
        found = [v for r in resources for v in values_of(r, name)]
        if name in ("patient", "encounter", "practitioner", "questionnaire"):
            return [v if isinstance(v, str) else v.get("reference") for v in found]
        return found

    def pair_for(self, resources, name):
        """(name, value) for a search by a value of the data; None when none of them has one."""
        for value in self.values(resources, name):
            if value is None:
                continue
            if name in DATES or name == "birthdate":
                time = value if isinstance(value, str) else value.get("start") or value.get("end")
                if not time:
                    continue
                is_exact = name == "birthdate" or name == "target-date" or len(time) > 10
                if isinstance(value, dict):
                    return name, "gt" + day_off(time, -1)
                return name, time if is_exact else "gt" + day_off(time, -1)
            if name in TOKENS or name in ("status", "intent", "lifecycle-status", "gender", "_id"):
                if token_of(value):
                    return name, escaped(token_of(value)[1])
                continue
            if name in ("patient", "encounter", "practitioner", "questionnaire", "location"):
                return name, value if isinstance(value, str) else value.get("reference")
            text = text_of(value)
            if text:
                return name, escaped(text)
        return None

    def first_search(self, kind, names):
        """What the first search of a type finds for all sample patients, and its pairs for one of them."""
        fixed = [tuple(n.split("=", 1)) for n in names if "=" in n]
        if kind == "Patient":
            return [r for i in PATIENTS for r in self.everything(kind, [("_id", i)])], [("_id", PATIENTS[0])]
        if "patient" not in names:
            return self.everything(kind, fixed), fixed
        found, sample = [], None
        for ident in PATIENTS:
            pairs = [("patient", ident), *fixed]
            one = self.everything(kind, pairs)
            self.assertEqual(len(one), len(self.everything(kind, [("patient", "Patient/" + ident), *fixed])), (kind, pairs))
            form = urllib.parse.urlencode([*pairs, ("_total", "accurate")])
            posted = self.http.request("POST", f"{kind}/_search", form, {"Content-Type": FORM})
            self.assertEqual(posted.json.get("total"), len(one), (kind, pairs))
            found += one
            sample = sample or (pairs if one else None)
        return found, sample

    def check_comparators(self, kind, pairs, name, resources):
        """gt, ge, lt and le are SHALL; each finds what lies there."""
        value = next((v for v in self.values(resources, name)), None)
        low = value if isinstance(value, str) else value.get("start") or value.get("end")
        high = value if isinstance(value, str) else value.get("end") or value.get("start")
        others = [p for p in pairs if p[0] != name]
        for text in ("gt" + day_off(low, -1), "ge" + day_off(low, -1), "lt" + day_off(high, 400 if len(high) < 10 else 2),
                     "le" + day_off(high, 400 if len(high) < 10 else 2)):
            self.assertTrue(self.ids(kind, [*others, (name, text)]), (kind, name, text))

    def test_every_search_of_the_checklist(self):
        made = without = 0
        for line in SEARCHES.strip().splitlines():
            kind, _, rest = line.partition(":")
            first, *others = [part.split() for part in rest.split("|")]
            found, sample = self.first_search(kind, first)
            with self.subTest(kind, first=first):
                self.assertTrue(found, "the sample data have some")
                made += 1
            if not found:
                continue
            if kind in REVINCLUDED and sample:
                with self.subTest(kind, search="_revinclude"):
                    answer = self.http.search(kind, [*sample, ("_revinclude", "Provenance:target")])
                    self.assert_status(answer, 200)
            for names in others:
                done = self.one_search(kind, names, found)
                made, without = made + done, without + (not done)
        say(f"US Core: {made} searches made, {without} for which the sample data have no values")
        self.assertGreater(made, 100)

    def one_search(self, kind, names, found):
        fixed = {n.split("=")[0]: n.split("=", 1)[1] for n in names if "=" in n}
        for resource in found:  # one that has a value for each
            pairs = []
            for name in (n.split("=")[0] for n in names):
                pair = (name, fixed[name]) if name in fixed else self.pair_for([resource], name)
                if name == "patient" and pair is None:
                    reference = values_of(resource, "subject") or values_of(resource, "beneficiary")
                    pair = ("patient", reference[0]["reference"]) if reference else None
                pairs.append(pair)
            if all(pairs):
                break
        else:
            return False
        with self.subTest(kind, search=pairs):
            answered = self.everything(kind, pairs)
            for one in answered:
                wrong = [pair for pair in pairs if not fits(one, *pair)]
                self.assertEqual(wrong, [], f"{kind}/{one['id']} was not asked for")
            ids = sorted(one["id"] for one in answered)
            if not any(n in fixed for n, _ in pairs):
                self.assertIn(resource["id"], ids)
            for name, value in pairs:
                system_and_code = next((token_of(v) for v in self.values([resource], name)), None) if name in TOKENS else None
                if system_and_code and system_and_code[0] and name not in fixed:
                    other = [p for p in pairs if p[0] != name]
                    exact = escaped(system_and_code[0]) + "|" + escaped(system_and_code[1])
                    self.assertTrue(self.ids(kind, [*other, (name, exact)]), (name, exact))
                if name in DATES and self.values([resource], name) and name not in fixed:
                    self.check_comparators(kind, pairs, name, [resource])
        return True

    def test_several_values_find_what_each_finds(self):
        for ident in PATIENTS[:2]:
            all_of = self.ids("MedicationRequest", [("patient", ident)])
            several = self.ids("MedicationRequest", [("patient", ident), ("intent", INTENTS), ("status", STATUSES)])
            self.assertEqual(several, all_of)

    def test_medications_come_along(self):
        for kind in ("MedicationRequest", "MedicationDispense"):
            included = 0
            for ident in PATIENTS[:2]:
                answer = self.http.search(kind, [("patient", ident), ("_include", f"{kind}:medication"), ("_count", "200")])
                named = {r["medicationReference"]["reference"] for r in self.resources(answer, kind)
                         if "medicationReference" in r}
                came = {i for i in match_ids(answer.json, "include") if i.startswith("Medication/")}
                self.assertLessEqual(came, {"Medication/" + n.split("/")[-1] for n in named})
                included += len(came)
            say(f"US Core: {included} medications included with {kind}")

    def test_provenance_comes_along(self):
        kinds = set()
        for kind in sorted(REVINCLUDED - {"Patient"}):
            for ident in PATIENTS:
                answer = self.http.search(kind, [("patient", ident), ("_revinclude", "Provenance:target"), ("_count", "200")])
                if any(i.startswith("Provenance/") for i in match_ids(answer.json, "include")):
                    kinds.add(kind)
        self.assertGreater(len(kinds), 10, kinds)

    def test_what_references_lead_to_can_be_read(self):
        seen = 0
        for kind in ("Encounter", "Observation", "CareTeam", "DiagnosticReport", "Provenance"):
            for resource in self.everything(kind, [("_count", "20")])[:40]:
                for reference in re.findall(r'"reference": "([A-Z][A-Za-z]+/[A-Za-z0-9.-]+)"', json.dumps(resource)):
                    answer = self.http.get(reference)
                    if answer.status == 200:
                        self.assertEqual(answer.json["id"], reference.split("/")[1])
                        seen += 1
                    else:
                        self.assert_outcome(answer, 404, "not-found")
        self.assertGreater(seen, 50)

    def test_missing_data_are_kept_as_they_came(self):
        extension = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
        texts = [json.dumps(r) for k in ("Condition", "Observation") for i in PATIENTS for r in self.everything(k, [("patient", i)])]
        self.assertTrue(any(extension in text for text in texts))
        coded = self.everything("Observation", [("patient", "355"), ("data-absent-reason:missing", "false")])
        self.assertTrue(coded)


class DocRef(ServerCase):
    """http://hl7.org/fhir/us/core/OperationDefinition/docref"""

    SUMMARY, NOTE = "34133-9", "11506-3"

    def setUp(self):
        super().setUp()
        self.http.put("Patient/d1", patient("Doc", id="d1"))
        for ident, code, day, status in (("old", self.SUMMARY, "2020-01-01", "current"), ("new", self.SUMMARY, "2021-01-01", "current"),
                                         ("gone", self.SUMMARY, "2022-01-01", "superseded"), ("note", self.NOTE, "2021-06-01", "current")):
            made = self.http.put(f"DocumentReference/{ident}", {
                "resourceType": "DocumentReference", "id": ident, "status": status, "subject": {"reference": "Patient/d1"},
                "date": day + "T00:00:00Z", "type": {"coding": [{"system": "http://loinc.org", "code": code}]},
                "context": {"period": {"start": day, "end": day}},
                "content": [{"attachment": {"contentType": "text/plain", "url": "https://documents.example/" + ident}}]})
            self.assert_status(made, 200, 201)

    def found(self, answer):
        self.assert_status(answer, 200)
        self.assertEqual(answer.json["type"], "searchset")
        self.assertEqual(answer.json["total"], len(match_ids(answer.json)))
        return [i.split("/")[1] for i in match_ids(answer.json)]

    def post(self, *parameters):
        return self.http.post("DocumentReference/$docref", {"resourceType": "Parameters", "parameter": [
            {"name": "patient", "valueId": "d1"}, *parameters]})

    def test_without_dates_and_type_the_current_summary(self):
        """If no parameters are specified, the server SHALL return … the patient's current C-CDA CCD"""
        self.assertEqual(self.found(self.http.get("DocumentReference/$docref?patient=d1")), ["new"])

    def test_dates_are_of_the_care(self):
        self.assertEqual(self.found(self.http.get("DocumentReference/$docref?patient=d1&start=2020-06-01")), ["note", "new"])
        self.assertEqual(self.found(self.http.get("DocumentReference/$docref?patient=d1&end=2020-06-01")), ["old"])

    def test_type(self):
        coding = {"system": "http://loinc.org", "code": self.NOTE}
        self.assertEqual(self.found(self.post({"name": "type", "valueCoding": coding})), ["note"])
        self.assertEqual(self.found(self.post({"name": "type", "valueCodeableConcept": {"coding": [coding]}})), ["note"])

    def test_none_is_made_on_demand(self):
        self.assertEqual(self.found(self.post({"name": "on-demand", "valueBoolean": True})), [])

    def test_nobody_by_that_id(self):
        """If there is no match, an empty Bundle is returned"""
        self.assertEqual(self.found(self.http.get("DocumentReference/$docref?patient=nobody")), [])

    def test_what_is_asked_wrongly(self):
        self.assert_outcome(self.http.get("DocumentReference/$docref"), 400, "required")
        self.assert_outcome(self.http.get("DocumentReference/$docref?patient=d1&start=soon"), 400)
        self.assert_outcome(self.http.get("DocumentReference/$docref?patient=d1&profile=http://x.example/p"), 501, "not-supported")
