"""Two servers for one role: one that has everything, and one that never had what the role does not see. What a role sees
is told here by its file, and by nothing of the program's."""
import copy
import json
import os
import re
import tempfile
import time

import smart
from smart import App, Bearer, PASSWORDS, Service, SmartCase, auth, observation
from support import ROOT

LOINC = "http://loinc.org"
REPORTS = "http://terminology.hl7.org/CodeSystem/v2-0074"
# What stands in a masked element in the world that never had its value.
ELSE = {"telecom": [{"system": "phone", "value": "000"}], "address": [{"city": "Elsewhere"}], "birthDate": "1999-09-09", "conclusion": "else",
        "reasonCode": [{"text": "else"}], "result": [{"display": "else"}]}
XHTML = "<div xmlns=\"http://www.w3.org/1999/xhtml\">%s</div>"


# ---------------------------------------------------------------------------- data


def ref(target):
    return {"reference": target}


def coded(code, system=LOINC, text=None):
    return {"coding": [{"system": system, "code": code}], **({"text": text} if text else {})}


def phone(number):
    return {"system": "phone", "value": number}


def patient(ident, family, number, **more):
    return {"resourceType": "Patient", "id": ident, "active": True, "name": [{"family": family, "given": ["Kim"]}],
            "text": {"status": "generated", "div": XHTML % f"narrative of {ident} {number}"},
            "identifier": [{"system": "urn:mrn", "value": f"mrn-{ident}"}], "gender": "female",
            "birthDate": f"1980-02-0{ident[1]}", "telecom": [phone(number), {"system": "email", "value": f"{ident}@example.org"}],
            "address": [{"line": [f"Street of {ident}"], "city": f"City{ident}"}], "maritalStatus": coded("M", "urn:marital"),
            "contact": [{"name": {"family": f"Mother{ident}"}, "telecom": [phone("77" + number)]}],
            "communication": [{"language": coded("de" if ident == "p2" else "fr", "urn:ietf:bcp:47")}],
            "photo": [{"title": f"photo of {ident}"}], "managingOrganization": ref("Organization/org"),
            "generalPractitioner": [ref("Practitioner/gp"), ref("Practitioner/dr")],
            "extension": [{"url": "http://example.org/ward", "valueString": f"ward of {ident}"}], **more}


def of_patient(p):
    """The record of one patient."""
    who = ref(f"Patient/{p}")
    carried = {"resourceType": "Patient", "id": "in", "telecom": [phone("555-" + p)], "contact": [{"name": {"family": "Aunt" + p}}]}
    return [
        {"resourceType": "Encounter", "id": f"{p}-enc", "status": "finished", "subject": who,
         "serviceProvider": {"reference": "Organization/org", "display": f"Clinic of {p}"}, "class": {"code": "AMB", "system": "urn:c"},
         "type": [coded("ONC", "urn:type", "oncology")], "period": {"start": "2020-01-01"}, "reasonCode": [coded("R1", "urn:r", f"pregnancy {p}")],
         "priority": coded("EM", "urn:prio"), "reasonReference": [ref(f"Condition/{p}-con")], "diagnosis": [{"condition": ref(f"Condition/{p}-con")}],
         "hospitalization": {"dietPreference": [coded("vegan", "urn:diet")], "dischargeDisposition": coded("exp", "urn:dd"),
                             "specialCourtesy": [coded("VIP", "urn:sc")]}},
        observation(f"{p}-lab", p, "laboratory", code="718-7", performer=[ref("Practitioner/dr")], encounter=ref(f"Encounter/{p}-enc"),
                    valueQuantity={"value": 7, "unit": "g", "system": "http://unitsofmeasure.org", "code": "g"},
                    effectiveDateTime="2020-02-01T00:00:00Z", note=[{"text": f"note {p}"}], specimen=ref(f"Specimen/{p}-spec"),
                    interpretation=[coded("H", "urn:i")], identifier=[{"system": "urn:x", "value": f"lab-{p}"}]),
        observation(f"{p}-vital", p, "vital-signs", valueString=f"secret of {p}", effectiveDateTime="2020-02-02T00:00:00Z",
                    component=[{"code": coded("8480-6"), "valueQuantity": {"value": 120, "unit": "mm"}}]),
        observation(f"{p}-carry", p, "laboratory", code="9-9", contained=[carried], focus=[ref("#in")], effectiveDateTime="2020-02-03T00:00:00Z"),
        observation(f"{p}-death", p, "survey", code="69453-9", valueString=f"cause of {p}", effectiveDateTime="2020-02-04T00:00:00Z"),
        {"resourceType": "Condition", "id": f"{p}-con", "subject": who, "code": coded("C1", "urn:con", f"condition {p}"), "asserter": ref("Practitioner/dr"),
         "encounter": ref(f"Encounter/{p}-enc"), "evidence": [{"detail": [ref(f"Observation/{p}-lab")]}], "onsetDateTime": "2020-01-01",
         "text": {"status": "generated", "div": XHTML % f"condition narrative {p}"}},
        {"resourceType": "DiagnosticReport", "id": f"{p}-rep", "status": "final", "subject": who, "category": [coded("LAB", REPORTS)],
         "code": coded("58410-2"), "result": [ref(f"Observation/{p}-lab")], "conclusion": f"conclusion {p}", "issued": "2020-03-01T00:00:00Z"},
        {"resourceType": "DiagnosticReport", "id": f"{p}-case", "status": "final", "subject": who, "code": coded("55751-2"),
         "category": [coded("PHN", "urn:cat")], "result": [ref(f"Observation/{p}-vital")]},
        {"resourceType": "Composition", "id": f"{p}-cert", "status": "final", "type": coded("64297-5"), "subject": who, "date": "2020-01-01",
         "author": [ref("Practitioner/dr")], "title": "certificate", "section": [{"entry": [ref(f"Observation/{p}-death")]}]},
        {"resourceType": "Composition", "id": f"{p}-sum", "status": "final", "type": coded("11503-0"), "subject": who, "date": "2020-01-01",
         "author": [ref("Practitioner/dr")], "title": f"summary {p}", "encounter": ref(f"Encounter/{p}-enc"),
         "section": [{"entry": [ref(f"Condition/{p}-con"), ref("Condition/p1-con"), ref(f"Observation/{p}-vital")]}]},
        {"resourceType": "DocumentReference", "id": f"{p}-doc", "status": "current", "type": coded("11503-0"), "subject": who,
         "content": [{"attachment": {"title": f"title {p}", "contentType": "text/plain"}}]},
        {"resourceType": "Appointment", "id": f"{p}-app", "status": "booked", "start": "2021-01-01T10:00:00Z", "end": "2021-01-01T11:00:00Z",
         "reasonCode": [coded("R1", "urn:r", f"pregnancy {p}")], "reasonReference": [ref(f"Condition/{p}-con")], "description": f"visit {p}",
         "supportingInformation": [ref(f"DocumentReference/{p}-doc")], "participant": [{"actor": who, "status": "accepted"}, {
             "actor": ref("Practitioner/dr"), "status": "accepted"}]},
        {"resourceType": "RelatedPerson", "id": f"{p}-rel", "patient": who, "name": [{"family": f"Rel{p}"}], "telecom": [phone("33" + p)],
         "photo": [{"title": f"photo of rel {p}"}]},
        {"resourceType": "Coverage", "id": f"{p}-cov", "status": "active", "beneficiary": who, "payor": [ref("Organization/org")], "subscriberId": f"s-{p}"},
        {"resourceType": "Claim", "id": f"{p}-claim", "status": "active", "use": "claim", "created": "2021-01-01", "type": coded("x", "urn:t"),
         "patient": who, "provider": ref("Organization/org"), "priority": coded("n", "urn:p"), "diagnosis": [
             {"sequence": 1, "diagnosisReference": ref(f"Condition/{p}-con")}], "insurance": [{"sequence": 1, "focal": True, "coverage": ref(f"Coverage/{p}-cov")}]},
        {"resourceType": "Account", "id": f"{p}-acc", "status": "active", "subject": [who], "name": f"account {p}"},
        {"resourceType": "Specimen", "id": f"{p}-spec", "subject": who, "accessionIdentifier": {"system": "urn:acc", "value": f"acc-{p}"}},
        {"resourceType": "ServiceRequest", "id": f"{p}-order", "status": "active", "intent": "order", "subject": who, "code": coded("24356-8"),
         "requester": ref("Practitioner/dr"), "reasonReference": [ref(f"Condition/{p}-con")]},
        {"resourceType": "Task", "id": f"{p}-task", "status": "requested", "intent": "order", "for": who, "focus": ref(f"ServiceRequest/{p}-order"),
         "description": f"task {p}"},
        {"resourceType": "List", "id": f"{p}-list", "status": "current", "mode": "working", "subject": who, "code": coded("problems", "http://terminology.hl7.org/CodeSystem/list-example-use-codes"),
         "entry": [{"item": ref(f"Condition/{p}-con")}, {"item": ref("Condition/p1-con")}, {"item": ref(f"Patient/{p}")}]},
        {"resourceType": "QuestionnaireResponse", "id": f"{p}-qr", "status": "completed", "subject": who, "item": [
            {"linkId": "1", "answer": [{"valueString": f"answer {p}"}]}]},
        {"resourceType": "Bundle", "id": f"{p}-bundle", "type": "collection", "entry": [
            {"fullUrl": f"http://example.org/Patient/{p}", "resource": patient(p, f"Fam{p}", "555-" + p)}]},
        {"resourceType": "Provenance", "id": f"{p}-prov", "target": [ref(f"Observation/{p}-lab")], "recorded": "2021-01-01T00:00:00Z",
         "agent": [{"who": ref("Practitioner/dr")}]},
    ]


def data():
    resources = [{"resourceType": "Organization", "id": "org", "identifier": [{"system": "urn:org", "value": "1"}], "name": "Clinic", "telecom": [phone("800")]},
                 {"resourceType": "Organization", "id": "sub", "identifier": [{"system": "urn:org", "value": "2"}], "name": "Ward", "partOf": ref("Organization/org")},
                 {"resourceType": "Practitioner", "id": "dr", "name": [{"family": "Doctor"}], "telecom": [phone("801")]},
                 {"resourceType": "Practitioner", "id": "gp", "name": [{"family": "General"}]},
                 {"resourceType": "Location", "id": "loc", "name": "House", "managingOrganization": ref("Organization/org")}]
    resources += [patient("p1", "Onely", "555-p1"), patient("p2", "Twofold", "555-p2"),
                  patient("p4", "Late", "555-p4", deceasedBoolean=True)]
    for one in ("p1", "p2", "p4"):
        resources += of_patient(one)
    resources.append({"resourceType": "Group", "id": "both", "type": "person", "actual": True,
                      "member": [{"entity": ref("Patient/p1")}, {"entity": ref("Patient/p2")}]})
    resources.append({"resourceType": "Person", "id": "both", "name": [{"family": "Twice"}], "link": [
        {"target": ref("Patient/p1")}, {"target": ref("Patient/p2")}]})
    return resources


def parameters():
    """Search parameters of the site that read more than their name says."""
    texts = {("Observation", "in-phone"): "Observation.contained.ofType(Patient).telecom.value",
             ("Observation", "focus-phone"): "Observation.focus.resolve().telecom.value",
             ("Observation", "any-string"): "Observation.descendants().ofType(string)",
             ("Patient", "sly-phone"): "Patient.name.select(%resource.telecom.value)",
             ("Patient", "both-phones"): "Patient.name.family.union(Patient.telecom.value)",
             ("Patient", "mothers"): "Patient.children().ofType(BackboneElement).name.family",
             ("Patient", "ward"): "Patient.extension.where(url = 'http://example.org/ward').value.ofType(string)",
             ("Encounter", "provider-text"): "Encounter.serviceProvider.display",
             ("Bundle", "held-phone"): "Bundle.entry.resource.ofType(Patient).telecom.value"}
    return [{"resourceType": "SearchParameter", "id": code, "url": f"http://example.org/{code}", "name": code.replace("-", "").title(),
             "status": "active", "description": code, "code": code, "base": [base], "type": "string", "expression": expression}
            for (base, code), expression in texts.items()]


# ---------------------------------------------------------------------------- what a role sees


def without_comments(text):
    return re.sub(r"^\s*//.*$|\s//[^\"\n]*$", "", text, flags=re.MULTILINE)


def read_role(name):
    with open(os.path.join(ROOT, "profiles", "roles", name + ".json"), encoding="utf-8") as file:
        return json.loads(without_comments(file.read()))


def listed(value):
    return value if isinstance(value, list) else [value] if value else []


def has_code(resource, element, codes):
    return any(one.get("code") in codes for concept in listed(resource.get(element)) for one in concept.get("coding", []))


FILTERS = {  # of the role files, by hand
    "Patient?deceased=true": lambda r: r.get("deceasedBoolean") is True,
    "Composition?type=http://loinc.org|71230-7,http://loinc.org|64297-5": lambda r: has_code(r, "type", ("71230-7", "64297-5")),
    "DocumentReference?type=http://loinc.org|71230-7,http://loinc.org|64297-5": lambda r: has_code(r, "type", ("71230-7", "64297-5")),
    "DiagnosticReport?code=http://loinc.org|55751-2&status=final,amended,corrected": lambda r: has_code(r, "code", ("55751-2",)),
    "Observation?code=http://loinc.org|69453-9,http://loinc.org|81956-5,http://loinc.org|69449-7":
        lambda r: has_code(r, "code", ("69453-9", "81956-5", "69449-7")),
    "Observation?category=laboratory": lambda r: has_code(r, "category", ("laboratory",)),
    "DiagnosticReport?category=LAB": lambda r: has_code(r, "category", ("LAB",)),
    "Patient?family=Twofold": lambda r: r["name"][0]["family"] == "Twofold",
    **{f"{kind}?subject=Patient/p2": lambda r: listed(r.get("subject"))[:1] == [ref("Patient/p2")]
       for kind in ("Observation", "Encounter", "Condition", "DiagnosticReport", "Composition", "List", "Specimen")},
}

# Elements that make a resource of a patient's compartment; types that are of nobody. CompartmentDefinition-patient of R4.
MEMBERS = {"Encounter": "subject", "Observation": "subject", "Condition": "subject", "DiagnosticReport": "subject", "Composition": "subject",
           "DocumentReference": "subject", "RelatedPerson": "patient", "Coverage": "beneficiary", "Claim": "patient", "Account": "subject",
           "Specimen": "subject", "ServiceRequest": "subject", "List": "subject", "QuestionnaireResponse": "subject", "Appointment": None}


def is_of(resource, who):
    kind = resource["resourceType"]
    if kind == "Patient":
        return resource["id"] == who
    if kind == "Appointment":
        return resource["participant"][0]["actor"] == ref(f"Patient/{who}")
    if kind == "Person":
        return any(link["target"] == ref(f"Patient/{who}") for link in resource["link"])
    if kind == "Task":  # of no compartment: its parameter `patient` says whose it is
        return resource["for"] == ref(f"Patient/{who}")
    if kind == "Provenance":
        return resource["id"] == f"{who}-prov"
    return MEMBERS.get(kind) is not None and ref(f"Patient/{who}") in listed(resource.get(MEMBERS[kind]))


def shaded(resource, hidden, masked):
    """Without what is hidden, and with something else in place of what is masked."""
    def cut(node, names, is_masked):
        for one in listed(node):
            if len(names) > 1:
                below = cut(one.get(names[0]), names[1:], is_masked)
                left = [item for item in listed(below) if item]
                if names[0] in one and not left:
                    del one[names[0]]  # no object is empty
                elif names[0] in one:
                    one[names[0]] = left if isinstance(below, list) else below
            elif is_masked and names[0] in one:
                one[names[0]] = copy.deepcopy(ELSE[names[0]])
            elif not is_masked:
                for name in [n for n in one if n == names[0] or re.fullmatch(names[0] + "[A-Z].*", n)]:
                    del one[name]
                one.pop("_" + names[0], None)
        return node

    out = copy.deepcopy(resource)
    kind = out["resourceType"]
    for paths, is_masked in ((hidden, False), (masked, True)):
        for path in paths:
            names = path.split(".")
            if names[0] == kind:
                out.pop("text", None)
                cut(out, names[1:], is_masked)
    if "contained" in out:
        out["contained"] = [shaded(one, hidden, masked) for one in out["contained"]]
    if kind == "Bundle":
        for entry in out["entry"]:
            entry["resource"] = shaded(entry["resource"], hidden, masked)
    return out


def undisplayed(node, types):
    """With another display in references to these types."""
    for one in node if isinstance(node, list) else node.values() if isinstance(node, dict) else ():
        undisplayed(one, types)
    if isinstance(node, dict) and "display" in node and node.get("reference", "").split("/")[0] in types:
        node["display"] = "else"
    return node


def as_seen(resources, role, who=None):
    """Of the resources what the role sees.

    who   a patient: of types that can be of a patient, only this one's, whatever the role"""
    rules = role["rules"]
    hidden = [path for rule in rules for path in listed(rule.get("hidden"))]
    masked = [path for rule in rules for path in listed(rule.get("masked"))]

    def is_seen(resource):
        kind = resource["resourceType"]
        of_nobody = kind in ("Organization", "Practitioner", "Location", "SearchParameter")
        if who and not of_nobody and not is_of(resource, who):
            return False
        for rule in rules:
            types = listed(rule["types"])
            if not set(listed(rule["allow"])) & {"read", "search"} or kind in listed(rule.get("except")):
                continue
            if kind not in types and "*" not in types and not (
                    "compartment" in types and kind != "Task" and is_of(resource, who)):
                continue
            filters = [one for one in listed(rule.get("filter")) if one.startswith(kind + "?")]
            if not filters or any(FILTERS[one](resource) for one in filters):
                return True
        return False

    nameless = {path.split(".")[0] for path in hidden + masked if path.split(".")[1] in ("name", "code", "title")}
    return [undisplayed(shaded(one, hidden, masked), nameless) for one in resources if is_seen(one)]


WARD = {"role": "nurse", "description": "Sees one ward's patient, and of it not all.", "rules": [
    {"allow": ["read", "vread", "search", "history", "create", "update", "patch", "delete", "$*"], "types": "Patient",
     "filter": "Patient?family=Twofold", "masked": ["Patient.telecom", "Patient.birthDate"],
     "hidden": ["Patient.contact", "Patient.identifier", "Patient.generalPractitioner"]},
    {"allow": ["read", "vread", "search", "history", "create", "update", "patch", "delete", "$*"],
     "types": ["Observation", "Encounter", "Condition", "DiagnosticReport", "Composition", "List", "Specimen"],
     "filter": [f"{kind}?subject=Patient/p2" for kind in
                ("Observation", "Encounter", "Condition", "DiagnosticReport", "Composition", "List", "Specimen")],
     "hidden": ["Observation.value", "Observation.performer", "Encounter.diagnosis", "Condition.evidence.detail",
                "Encounter.hospitalization.dietPreference", "List.entry.item", "Composition.section"],
     "masked": ["Encounter.reasonCode", "DiagnosticReport.conclusion", "DiagnosticReport.result"]},
    {"allow": ["read", "vread", "search", "history", "update", "$*"], "types": ["Group", "Bundle"], "hidden": "Group.member"},
    {"allow": ["read", "search", "history", "$*"], "types": ["Organization", "Practitioner", "SearchParameter"],
     "hidden": ["Practitioner.telecom", "Organization.name"]},
    {"allow": ["create"], "types": "Basic"}]}

# By the name of the case: the role, its file, the scopes, and whose record it is held to.
ROLES = {
    "physician": ("physician", None, "launch/patient patient/*.cruds", "p2"),
    "patient": ("patient", None, "launch/patient patient/*.cruds", "p2"),
    "nurse": ("nurse", None, "user/*.cruds", None),
    "receptionist": ("receptionist", None, "user/*.cruds", None),
    "lab-technician": ("lab-technician", None, "user/*.cruds", None),
    "billing": ("billing", None, "user/*.cruds", None),
    "civil-authority": ("civil-authority", None, "user/*.cruds", None),
    "ward": ("nurse", WARD, "user/*.cruds", None),
}


# ---------------------------------------------------------------------------- worlds


class World(SmartCase):
    """One server with a user of the role: `http`; `backend` for exports."""

    case = "ward"
    has_all = True

    @classmethod
    def setUpClass(cls):
        role, file, scope, who = ROLES[cls.case]
        if file is not None:
            folder = tempfile.TemporaryDirectory()
            cls.addClassCleanup(folder.cleanup)
            with open(os.path.join(folder.name, role + ".json"), "w", encoding="utf-8") as out:
                json.dump(file, out)
            cls.arguments = ("--roles", folder.name)
        # The last one is deleted.
        shown = data() + [observation("p1-gone", "p1", "vital-signs")]
        if not cls.has_all:
            shown = as_seen(shown, file or read_role(role), who)
        everything = smart.sample_data
        smart.sample_data = parameters
        try:
            super().setUpClass()
        finally:
            smart.sample_data = everything
        for number in (1, 2):  # two versions of each
            for one in shown:  # one after the other: a batch has an order of its own
                done = cls.system.put(f"{one['resourceType']}/{one['id']}", {**one, "language": "en" if number == 1 else "de"})
                assert done.status == (201 if number == 1 else 200), done
                time.sleep(0.002)  # no two at the same millisecond: a history has no order of those
        if shown[-1]["id"] == "p1-gone":
            assert cls.system.delete("Observation/p1-gone").status == 204
        PASSWORDS["asker"] = "asker's long password"
        auth(cls.server, "user", "add", "asker", "--role", role, "--fhir-user", "Patient/p2" if role == "patient" else "Practitioner/dr",
             secret=PASSWORDS["asker"])
        cls.http = Bearer(cls.server, App(cls.server).launch(scope, "asker", who)["access_token"])
        auth(cls.server, "client", "add", "bulk", "--kind", "asymmetric", "--backend", "--role", role, "--scope", "system/*.rs",
             "--jwks", os.path.join(cls.server.data, "jwks.json"))
        cls.bulk = Service(App(cls.server, "bulk", key=cls.keys["ES384"]), "system/*.rs")


TIMES = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]+Z|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
HEADERS_OF_EACH = ("Date", "Expires", "X-Request-Id", "Content-Length", "Last-Modified")


def told(response):
    """Status, headers and body without what differs between any two servers."""
    def plain(text):
        text = re.sub(r"http://127\.0\.0\.1:\d+", "http://here", text)
        text = re.sub(r"_cursor=[^\"&]*", "_cursor=", text)
        return TIMES.sub("", text)

    headers = sorted(f"{name}: {plain(value)}" for name, value in response.headers.items() if name not in HEADERS_OF_EACH)
    return response.status, headers, plain(response.body.decode("utf-8", "replace"))
