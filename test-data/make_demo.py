#!/usr/bin/env python3
"""Writes test-data/demo: one transaction bundle for the clinic, one per invented family.

usage: test-data/make_demo.py     no arguments, no randomness: the same bytes every time

Who the people are stands in people.json; what a visit, a lab or an X-ray becomes in FHIR stands
here. Every entry is a PUT to a stable id, so loading twice changes nothing; inside a bundle
resources refer to each other by urn:uuid, to the clinic by Type/id.
"""
import base64
import json
import pathlib
import struct
import uuid
import zlib

HERE = pathlib.Path(__file__).resolve().parent
NAMESPACE = uuid.UUID("6f1a7c1e-52c6-4d5e-9a53-6d6564697379")
HL7 = "http://terminology.hl7.org/CodeSystem/"
SYSTEMS = {
    "loinc": "http://loinc.org",
    "sct": "http://snomed.info/sct",
    "rx": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "cvx": "http://hl7.org/fhir/sid/cvx",
    "dcm": "http://dicom.nema.org/resources/ontology/DCM",
    "ucum": "http://unitsofmeasure.org",
}
# name in people.json: LOINC code, its display, unit shown, UCUM code, reference range
LABS = {
    "hba1c": ("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood", "%", "%", (4.0, 5.6)),
    "glucose": ("2345-7", "Glucose [Mass/volume] in Serum or Plasma", "mg/dL", "mg/dL", (70, 99)),
    "cholesterol": ("2093-3", "Cholesterol [Mass/volume] in Serum or Plasma", "mg/dL", "mg/dL", (0, 200)),
    "hdl": ("2085-9", "Cholesterol in HDL [Mass/volume] in Serum or Plasma", "mg/dL", "mg/dL", (40, 90)),
    "triglycerides": ("2571-8", "Triglyceride [Mass/volume] in Serum or Plasma", "mg/dL", "mg/dL", (0, 150)),
    "creatinine": ("2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "mg/dL", "mg/dL", (0.6, 1.3)),
    "hemoglobin": ("718-7", "Hemoglobin [Mass/volume] in Blood", "g/dL", "g/dL", (12.0, 16.0)),
    "platelets": ("777-3", "Platelets [#/volume] in Blood by Automated count", "10*3/uL", "10*3/uL", (150, 400)),
    "crp": ("1988-5", "C reactive protein [Mass/volume] in Serum or Plasma", "mg/L", "mg/L", (0, 5)),
}
PANELS = {
    "lipids": ("57698-3", "Lipid panel with direct LDL - Serum or Plasma", ["cholesterol", "hdl", "triglycerides"]),
    "blood count": ("58410-2", "Complete blood count (hemogram) panel - Blood by Automated count",
                    ["hemoglobin", "platelets"]),
}
VISITS = {"check-up": ("185349003", "Encounter for check up"), "symptom": ("185345009", "Encounter for symptom"),
          "follow-up": ("390906007", "Follow-up encounter")}
# modality: its name in DICOM, its SOP class
MODALITIES = {"DX": ("Digital Radiography", "1.2.840.10008.5.1.4.1.1.1.1"),
              "US": ("Ultrasound", "1.2.840.10008.5.1.4.1.1.6.1"),
              "MG": ("Mammography", "1.2.840.10008.5.1.4.1.1.1.2")}


def coding(system, code, display=None):
    found = {"system": SYSTEMS.get(system, HL7 + system), "code": code}
    return found | {"display": display} if display else found


def concept(system, code, display=None):
    return {"coding": [coding(system, code, display)]} | ({"text": display} if display else {})


def quantity(value, unit, code):
    return {"value": value, "unit": unit, "system": SYSTEMS["ucum"], "code": code}


def at(day, time="09:00:00"):
    return f"{day}T{time}-05:00"


def uid(*names):
    """A DICOM UID below 2.25, made from a name."""
    return "2.25." + str(uuid.uuid5(NAMESPACE, "/".join(names)).int)


def picture(seed):
    """A grey PNG of 48 x 48 with two soft spots: a stand-in for a thumbnail."""
    def grey(x, y):
        spots = ((16 + seed % 5, 20), (33, 26 + seed % 7))
        return max(0, 230 - min((x - a) ** 2 + (y - b) ** 2 for a, b in spots))

    rows = b"".join(b"\0" + bytes(grey(x, y) for x in range(48)) for y in range(48))

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 48, 48, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


class Bundle:
    def __init__(self, name):
        self.name = name
        self.entries = []

    def put(self, kind, key, **members):
        """Adds one resource, returns a reference to it."""
        identity = f"demo-{self.name}-{key}"
        full_url = uuid.uuid5(NAMESPACE, f"{kind}/{identity}").urn
        self.entries.append({"fullUrl": full_url, "resource": {"resourceType": kind, "id": identity, **members},
                             "request": {"method": "PUT", "url": f"{kind}/{identity}"}})
        return {"reference": full_url}

    def write(self, file_name, folder="demo"):
        bundle = {"resourceType": "Bundle", "id": f"demo-{self.name}", "type": "transaction", "entry": self.entries}
        text = json.dumps(bundle, indent=1, ensure_ascii=False) + "\n"
        (HERE / folder / file_name).write_text(text, encoding="utf-8")


class Person:
    """One member of a family and the year that was."""

    def __init__(self, bundle, family, spec):
        self.bundle, self.family, self.spec, self.key = bundle, family, spec, spec["key"]
        self.visits = {}
        self.conditions = {}
        self.coverage = None
        self.patient = self.put_patient()

    def put(self, kind, suffix="", **members):
        return self.bundle.put(kind, f"{self.key}-{suffix}" if suffix else self.key, **members)

    def put_patient(self):
        spec, family = self.spec, self.family
        name = f"{spec['given']} {family['name']}"
        members = {
            "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">'
                     f"<p><b>{name}</b>, {spec['gender']}, born {spec['born']}</p></div>"},
            "identifier": [{"use": "usual", "type": concept("v2-0203", "MR", "Medical record number"),
                            "system": "http://medisync.example/record-number", "value": spec["record"]}],
            "active": True,
            "name": [{"use": "official", "family": family["name"], "given": [spec["given"]]}],
            "telecom": [{"system": "phone", "value": family["phone"], "use": "home"}],
            "gender": spec["gender"],
            "birthDate": spec["born"],
            "address": [{"use": "home", "line": [family["street"]], "city": "Exampleton", "state": "MA",
                         "postalCode": "01000", "country": "US"}],
            "communication": [{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "en"}], "text": "English"},
                               "preferred": True}],
            "generalPractitioner": [DOCTOR],
            "managingOrganization": CLINIC,
        }
        if "marital" in spec:
            members["maritalStatus"] = concept("v3-MaritalStatus", *spec["marital"])
        return self.put("Patient", **members)

    def write_year(self):
        self.put_coverage()
        for item in self.spec.get("conditions", []):
            self.put_condition(item)
        for number, visit in enumerate(self.spec["visits"], 1):
            self.put_visit(number, visit)
        for number, item in enumerate(self.spec.get("medications", []), 1):
            self.put_medication(number, item)
        for number, item in enumerate(self.spec.get("vaccines", []), 1):
            self.put("Immunization", f"vaccine-{number}", status="completed", lotNumber=f"DEMO-{number:03}",
                     vaccineCode=concept("cvx", item["cvx"], item["name"]), patient=self.patient,
                     occurrenceDateTime=item["day"], primarySource=True, location=SURGERY,
                     performer=[{"function": concept("v2-0443", "AP", "Administering Provider"), "actor": NURSE}])
        for item in self.spec.get("allergies", []):
            self.put_allergy(item)
        for item in self.spec.get("images", []):
            self.put_image(item)
        self.put_smoking()
        self.put_plan()
        self.put_consent()
        self.put_appointment()

    def put_coverage(self):
        relationship = "self" if self.spec.get("insured", True) else self.spec["relationship"]
        self.coverage = self.put(
            "Coverage", "coverage", status="active", type=concept("v3-ActCode", "EHCPOL", "extended healthcare"),
            subscriberId=self.family["member"], beneficiary=self.patient, payor=[INSURER],
            relationship=concept("subscriber-relationship", relationship),
            period={"start": "2024-01-01", "end": "2024-12-31"})

    def put_condition(self, item):
        members = {"abatementDateTime": item["abated"]} if "abated" in item else {}
        self.conditions[item["key"]] = self.put(
            "Condition", item["key"], code=concept("sct", item["sct"], item["name"]), subject=self.patient,
            clinicalStatus=concept("condition-clinical", "resolved" if members else "active"),
            verificationStatus=concept("condition-ver-status", "confirmed"),
            category=[concept("condition-category", item.get("category", "problem-list-item"))],
            onsetDateTime=item["onset"], **members, recordedDate=item["onset"], recorder=DOCTOR)

    def put_visit(self, number, visit):
        day, kind = visit["day"], visit["kind"]
        reason = self.conditions.get(visit.get("for"))
        diagnosis = {"diagnosis": [{"condition": reason}]} if reason else {}
        encounter = self.put(
            "Encounter", f"visit-{number}", status="finished",
            **{"class": coding("v3-ActCode", "AMB", "ambulatory")}, type=[concept("sct", *VISITS[kind])],
            subject=self.patient, participant=[{"individual": DOCTOR}],
            period={"start": at(day), "end": at(day, "09:25:00")}, **diagnosis,
            location=[{"location": SURGERY}], serviceProvider=CLINIC)
        self.visits[day] = encounter
        self.put_vitals(number, visit, encounter)
        self.put_labs(number, visit, encounter)
        self.put_note(number, visit, encounter)
        self.put_claim(number, visit, encounter, reason)

    def observe(self, suffix, day, category, code, encounter, **members):
        where = {"encounter": encounter} if encounter else {}
        return self.put("Observation", suffix, status="final", category=[concept("observation-category", category)],
                        code=code, subject=self.patient, **where, effectiveDateTime=at(day, "09:10:00"), **members)

    def put_vitals(self, number, visit, encounter):
        def vital(key, code, display, *value):
            self.observe(f"{key}-{number}", visit["day"], "vital-signs", concept("loinc", code, display), encounter,
                         performer=[NURSE], valueQuantity=quantity(*value))

        weight, height = visit["weight"], visit["height"]
        vital("weight", "29463-7", "Body weight", weight, "kg", "kg")
        vital("height", "8302-2", "Body height", height, "cm", "cm")
        vital("bmi", "39156-5", "Body mass index (BMI) [Ratio]", round(weight / (height / 100) ** 2, 1), "kg/m2", "kg/m2")
        if "temperature" in visit:
            vital("temperature", "8310-5", "Body temperature", visit["temperature"], "°C", "Cel")
        if "pressure" in visit:
            parts = zip(("8480-6", "8462-4"), ("Systolic blood pressure", "Diastolic blood pressure"), visit["pressure"])
            self.observe(f"pressure-{number}", visit["day"], "vital-signs", performer=[NURSE], encounter=encounter,
                         code=concept("loinc", "85354-9", "Blood pressure panel with all children optional"),
                         component=[{"code": concept("loinc", code, display),
                                     "valueQuantity": quantity(value, "mmHg", "mm[Hg]")} for code, display, value in parts])

    def put_labs(self, number, visit, encounter):
        results = {}
        for name, value in visit.get("labs", {}).items():
            code, display, unit, ucum, (low, high) = LABS[name]
            flag = ("L", "Low") if value < low else ("H", "High") if value > high else ("N", "Normal")
            results[name] = self.observe(
                f"{name}-{number}", visit["day"], "laboratory", concept("loinc", code, display), encounter,
                issued=at(visit["day"], "16:00:00"), performer=[LABORATORY], valueQuantity=quantity(value, unit, ucum),
                interpretation=[concept("v3-ObservationInterpretation", *flag)],
                referenceRange=[{"low": quantity(low, unit, ucum), "high": quantity(high, unit, ucum)}])
        for panel, (code, display, members) in PANELS.items():
            if all(name in results for name in members):
                self.put("DiagnosticReport", f"{panel.replace(' ', '-')}-{number}", status="final",
                         category=[concept("v2-0074", "LAB", "Laboratory")], code=concept("loinc", code, display),
                         subject=self.patient, encounter=encounter, effectiveDateTime=at(visit["day"], "09:10:00"),
                         issued=at(visit["day"], "16:00:00"), performer=[LABORATORY],
                         result=[results[name] for name in members])

    def put_note(self, number, visit, encounter):
        text = f"{self.spec['given']} {self.family['name']}, {visit['day']}\n{visit['note']}\n"
        self.put("DocumentReference", f"note-{number}", status="current", docStatus="final",
                 type=concept("loinc", "11506-3", "Progress note"), subject=self.patient, category=[{"coding": [
                     {"system": "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category",
                      "code": "clinical-note", "display": "Clinical Note"}]}],
                 date=at(visit["day"], "09:30:00"), author=[DOCTOR],
                 content=[{"attachment": {"contentType": "text/plain", "language": "en",
                                          "data": base64.b64encode(text.encode()).decode(), "title": "Visit note",
                                          "creation": at(visit["day"], "09:30:00")}}],
                 context={"encounter": [encounter]})

    def put_claim(self, number, visit, encounter, reason):
        diagnosis = {"diagnosis": [{"sequence": 1, "diagnosisReference": reason}]} if reason else {}
        price = {"value": 95.5 if visit["kind"] == "check-up" else 120, "currency": "USD"}
        self.put("Claim", f"claim-{number}", status="active", type=concept("claim-type", "professional"), use="claim",
                 patient=self.patient, billablePeriod={"start": visit["day"], "end": visit["day"]},
                 created=visit["day"], insurer=INSURER, provider=CLINIC,
                 priority=concept("processpriority", "normal"), **diagnosis,
                 insurance=[{"sequence": 1, "focal": True, "coverage": self.coverage}],
                 item=[{"sequence": 1, **({"diagnosisSequence": [1]} if reason else {}),
                        "productOrService": concept("sct", *VISITS[visit["kind"]]), "servicedDate": visit["day"],
                        "unitPrice": price, "net": price, "encounter": [encounter]}], total=price)

    def put_medication(self, number, item):
        ended = "end" in item
        reason = {"reasonReference": [self.conditions[item["for"]]]} if "for" in item else {}
        encounter = {"encounter": self.visits[item["start"]]} if item["start"] in self.visits else {}
        timing = {"repeat": {"frequency": item["per_day"], "period": 1, "periodUnit": "d"}}
        self.put("MedicationRequest", f"medication-{number}", status="completed" if ended else "active",
                 intent="order", category=[concept("medicationrequest-category", "outpatient", "Outpatient")],
                 medicationCodeableConcept=concept("rx", item["rx"], item["name"]), subject=self.patient, **encounter,
                 authoredOn=at(item["start"], "09:20:00"), requester=DOCTOR, **reason,
                 dosageInstruction=[{"sequence": 1, "text": item["text"], "timing": timing,
                                     "asNeededBoolean": item.get("as_needed", False),
                                     "doseAndRate": [{"doseQuantity": quantity(item["dose"], *item["unit"])}]}],
                 dispenseRequest={"validityPeriod": {"start": item["start"]} | ({"end": item["end"]} if ended else {}),
                                  "numberOfRepeatsAllowed": 0 if ended else 3})

    def put_allergy(self, item):
        self.put("AllergyIntolerance", item["key"], type="allergy", category=[item["category"]],
                 criticality=item["criticality"], code=concept("sct", item["sct"], item["name"]), patient=self.patient,
                 clinicalStatus=concept("allergyintolerance-clinical", "active"),
                 verificationStatus=concept("allergyintolerance-verification", "confirmed"),
                 recordedDate=item["recorded"], recorder=DOCTOR,
                 reaction=[{"manifestation": [concept("sct", *item["manifestation"])], "severity": item["severity"]}])

    def put_image(self, item):
        day, (modality, sop_class) = item["day"], MODALITIES[item["modality"]]
        names = (self.family["key"], self.key, item["key"])
        code = concept("sct", *item["procedure"])
        study = self.put(
            "ImagingStudy", item["key"], identifier=[{"system": "urn:dicom:uid", "value": "urn:oid:" + uid(*names)}],
            status="available", modality=[coding("dcm", item["modality"], modality)], subject=self.patient,
            encounter=self.visits[day], started=at(day, "10:05:00"), referrer=DOCTOR, interpreter=[RADIOLOGIST],
            numberOfSeries=1, numberOfInstances=item["instances"], procedureCode=[code], description=item["title"],
            series=[{"uid": uid(*names, "series"), "number": 1, "modality": coding("dcm", item["modality"], modality),
                     "description": item["title"], "numberOfInstances": item["instances"],
                     "bodySite": coding("sct", *item["site"]),
                     "instance": [{"uid": uid(*names, "series", str(n)), "number": n,
                                   "sopClass": {"system": "urn:ietf:rfc:3986", "code": "urn:oid:" + sop_class}}
                                  for n in range(1, item["instances"] + 1)]}])
        thumbnail = self.put(
            "Media", f"{item['key']}-thumbnail", status="completed", subject=self.patient, encounter=self.visits[day],
            type=concept("media-type", "image", "Image"), createdDateTime=at(day, "10:06:00"), width=48, height=48,
            content={"contentType": "image/png", "title": item["title"] + ", thumbnail",
                     "data": base64.b64encode(picture(len(item["title"]))).decode()})
        self.put("DiagnosticReport", f"{item['key']}-report", status="final",
                 category=[concept("v2-0074", "RAD", "Radiology")], code=code, subject=self.patient,
                 encounter=self.visits[day], effectiveDateTime=at(day, "10:05:00"), issued=at(day, "15:30:00"),
                 resultsInterpreter=[RADIOLOGIST], imagingStudy=[study], media=[{"link": thumbnail}],
                 conclusion=item["conclusion"])

    def put_smoking(self):
        if "smoking" in self.spec:
            self.observe("smoking", self.spec["visits"][0]["day"], "social-history", performer=[DOCTOR],
                         code=concept("loinc", "72166-2", "Tobacco smoking status"), encounter=None,
                         valueCodeableConcept=concept("sct", *self.spec["smoking"]))

    def put_plan(self):
        plan = self.spec.get("plan")
        if not plan:
            return
        start = self.spec["visits"][0]["day"]
        goal = self.put("Goal", "goal", lifecycleStatus="active", description={"text": plan["goal"]},
                        achievementStatus=concept("goal-achievement", "in-progress"), subject=self.patient,
                        startDate=start, addresses=[self.conditions[plan["for"]]])
        self.put("CarePlan", "plan", status="active", intent="plan", title=plan["title"], subject=self.patient,
                 period={"start": start}, created=start, author=DOCTOR, addresses=[self.conditions[plan["for"]]],
                 goal=[goal], activity=[{"detail": {"status": "in-progress", "description": what}}
                                        for what in plan["activities"]])

    def put_consent(self):
        granted = self.spec.get("shares", True)
        self.put("Consent", "consent", status="active", scope=concept("consentscope", "patient-privacy"),
                 category=[concept("loinc", "59284-0", "Consent Document")], patient=self.patient,
                 dateTime=at(self.spec["visits"][0]["day"], "08:50:00"), organization=[CLINIC],
                 policyRule=concept("v3-ActCode", "OPTIN" if granted else "OPTOUT"),
                 provision={"type": "permit" if granted else "deny", "period": {"start": "2024-01-01", "end": "2026-12-31"}})

    def put_appointment(self):
        day = self.spec["next"]
        self.put("Appointment", "next", status="booked", description="Next visit", start=at(day), end=at(day, "09:25:00"),
                 minutesDuration=25, created=at(self.spec["visits"][-1]["day"], "09:30:00"),
                 appointmentType=concept("v2-0276", "CHECKUP" if self.spec.get("well") else "FOLLOWUP"),
                 participant=[{"actor": self.patient, "required": "required", "status": "accepted"},
                              {"actor": DOCTOR, "required": "required", "status": "accepted"},
                              {"actor": SURGERY, "required": "required", "status": "accepted"}])


def clinic_reference(kind, key, name):
    return {"reference": f"{kind}/demo-clinic-{key}", "display": name}


CLINIC = clinic_reference("Organization", "practice", "Exampleton Family Practice")
LABORATORY = clinic_reference("Organization", "laboratory", "Exampleton Laboratory")
INSURER = clinic_reference("Organization", "insurer", "Example Mutual Insurance")
DOCTOR = clinic_reference("Practitioner", "doctor", "Dr. Greta Sampleton")
NURSE = clinic_reference("Practitioner", "nurse", "Noah Placeholder")
RADIOLOGIST = clinic_reference("Practitioner", "radiologist", "Dr. Rhea Mockford")
SURGERY = clinic_reference("Location", "surgery", "Exampleton Family Practice, Room 1")


def npi(number):
    """An identifier of the form and with the check digit of a US provider; begun with 0, so that nobody has it."""
    digits = f"{number:09}"
    doubled = [sum(divmod(int(d) * 2, 10)) if i % 2 == 0 else int(d) for i, d in enumerate(reversed(digits))]
    return {"system": "http://hl7.org/fhir/sid/us-npi", "value": digits + str(-(24 + sum(doubled)) % 10)}


def work_address(street):
    return {"use": "work", "line": [street], "city": "Exampleton", "state": "MA", "postalCode": "01000", "country": "US"}


def write_clinic(staff):
    clinic = Bundle("clinic")
    organizations = {item["key"]: item for item in staff["organizations"]}
    for number, item in enumerate(staff["organizations"], 1):
        clinic.put("Organization", item["key"], active=True, type=[concept("organization-type", *item["type"])],
                   identifier=[npi(100 + number)], name=item["name"],
                   telecom=[{"system": "phone", "value": item["phone"], "use": "work"}], address=[work_address(item["street"])])
    clinic.put("Endpoint", "mail", status="active", name="Exampleton Family Practice, secure mail", managingOrganization=CLINIC,
               connectionType=coding("endpoint-connection-type", "direct-project", "Direct Project"),
               payloadType=[{"text": "Any document"}], address="mailto:practice@direct.exampleton.example")
    for number, item in enumerate(staff["practitioners"], 1):
        at_work = organizations[item.get("at", "practice")]
        telecom = [{"system": "phone", "value": f"{at_work['phone']} ext. {number:02}", "use": "work"}]
        degree = {"qualification": [{"code": concept("v2-0360", *item["degree"])}]} if "degree" in item else {}
        clinic.put("Practitioner", item["key"], active=True, gender=item["gender"],
                   identifier=[npi(number), {"system": "http://medisync.example/staff", "value": item["key"]}],
                   name=[{"use": "official", "family": item["family"], "given": [item["given"]], "prefix": item["prefix"]}],
                   telecom=telecom, address=[work_address(at_work["street"])], **degree)
        role = concept("practitioner-role", *item["role"]) if len(item["role"]) > 1 else {"text": item["role"][0]}
        treats = {"specialty": [concept("sct", *item["specialty"])], "location": [SURGERY],
                  "endpoint": [{"reference": "Endpoint/demo-clinic-mail"}]} if "specialty" in item else {}
        clinic.put("PractitionerRole", item["key"], active=True,
                   organization=clinic_reference("Organization", at_work["key"], at_work["name"]),
                   practitioner=clinic_reference("Practitioner", item["key"], f"{item['given']} {item['family']}"),
                   code=[role], telecom=telecom, **treats)
    clinic.put("Location", "surgery", status="active", mode="instance", name="Exampleton Family Practice, Room 1",
               type=[concept("v3-RoleCode", "OF", "Outpatient facility")],
               telecom=[{"system": "phone", "value": organizations["practice"]["phone"], "use": "work"}],
               address=work_address(organizations["practice"]["street"]),
               physicalType=concept("location-physical-type", "ro", "Room"), managingOrganization=CLINIC)
    clinic.write("0-clinic.json")


def write_family(family):
    bundle = Bundle(family["key"])
    people = [Person(bundle, family, spec) for spec in family["people"]]
    by_key = {person.key: person for person in people}
    for relative, patient, code, display in family["relations"]:
        bundle.put("RelatedPerson", f"{relative}-of-{patient}", active=True, patient=by_key[patient].patient,
                   relationship=[concept("v3-RoleCode", code, display)],
                   name=[{"family": family["name"], "given": [by_key[relative].spec["given"]]}],
                   telecom=[{"system": "phone", "value": family["phone"], "use": "home"}],
                   gender=by_key[relative].spec["gender"], birthDate=by_key[relative].spec["born"])
    for person in people:
        person.write_year()
    bundle.write(f"{family['key']}.json")


def main():
    source = json.loads((HERE / "people.json").read_text(encoding="utf-8"))
    (HERE / "demo").mkdir(exist_ok=True)
    write_clinic(source["clinic"])
    for family in source["families"]:
        write_family(family)


if __name__ == "__main__":
    main()
