#!/usr/bin/env python3
"""Writes test-data/us-core/fullfield.json: an invented patient with every element that US Core asks a server to support.

usage: test-data/make_us_core.py     no arguments, no randomness: the same bytes every time

What has to be there is told by the profiles (tests/e2e/test_us_core_sample.py looks); nobody's life was
like this. A relative makes it two for exports of a group. http://hl7.org/fhir/us/core/STU6.1/
"""
import base64

from make_demo import (CLINIC, DOCTOR, INSURER, LABORATORY, NURSE, SURGERY, Bundle, at, coding, concept, picture,
                       quantity)

US_CORE = "http://hl7.org/fhir/us/core/"
OURS = "http://medisync.example/"
STRUCTURES = "http://hl7.org/fhir/StructureDefinition/"
DAY = "2024-03-12"
NOTES = {"11488-4": "Consult note", "18842-5": "Discharge summary", "34117-2": "History and physical note",
         "28570-0": "Procedure note", "11506-3": "Progress note", "18748-4": "Diagnostic imaging study",
         "11502-2": "Laboratory report", "11526-1": "Pathology study"}
REPORTS = {"LP29684-5": ("Radiology", "18748-4"), "LP29708-2": ("Cardiology", "34752-6"), "LP7839-6": ("Pathology", "11526-1")}
MOSTLY = {"system": OURS + "codes", "code": "mostly", "display": "Mostly"}
TEXT = base64.b64encode(b"Wilma Fullfield\nWritten for trying things out. Nothing of it happened.\n").decode()
TEXT_URL = "Binary/demo-fullfield-wilma-report"  # the same, for who follows it
UNKNOWN = {"coding": [coding("data-absent-reason", "unknown", "Unknown")]}

bundle = Bundle("fullfield")
targets = {}


def us_core(kind, code, display=None):
    found = {"system": f"{US_CORE}CodeSystem/{kind}", "code": code}
    return {"coding": [found | ({"display": display} if display else {})]}


def own(code, display):
    """A code of our own, where the guide leaves the choice."""
    return {"coding": [{"system": OURS + "codes", "code": code, "display": display}], "text": display}


def put(kind, key, **members):
    made = bundle.put(kind, "wilma-" + key if key else "wilma", **members)
    targets.setdefault(kind, []).append(made)
    return made


def race_or_ethnicity(name, code, display):
    return {"url": f"{US_CORE}StructureDefinition/us-core-{name}", "extension": [
        {"url": "ombCategory", "valueCoding": {"system": "urn:oid:2.16.840.1.113883.6.238", "code": code, "display": display}},
        {"url": "text", "valueString": display}]}


def own_extension(name, **value):
    return {"url": f"{US_CORE}StructureDefinition/us-core-{name}", **value}


def put_people():
    address = {"line": ["55 Everything Street"], "city": "Exampleton", "state": "MA", "postalCode": "01000", "country": "US"}
    phone = [{"system": "phone", "value": "+1 555 0150", "use": "home"}]
    patient = put(
        "Patient", "", extension=[
            race_or_ethnicity("race", "2106-3", "White"),
            race_or_ethnicity("ethnicity", "2186-5", "Not Hispanic or Latino"),
            own_extension("tribal-affiliation", extension=[
                {"url": "tribalAffiliation", "valueCodeableConcept": {"text": "A tribe of the sample"}},
                {"url": "isEnrolled", "valueBoolean": False}]),
            own_extension("birthsex", valueCode="F"),
            own_extension("sex", valueCode="248152002"),
            own_extension("genderIdentity", valueCodeableConcept=concept("sct", "446141000124107", "Identifies as female gender"))],
        identifier=[{"use": "usual", "type": concept("v2-0203", "MR", "Medical record number"), "system": OURS + "record-number",
                     "value": "T-0100"}],
        active=True,
        name=[{"use": "official", "family": "Fullfield", "given": ["Wilma", "Quinn"], "suffix": ["Jr."],
               "period": {"start": "2010-06-05"}},
              {"use": "old", "family": "Blankfield", "given": ["Wilma", "Quinn"], "period": {"end": "2010-06-05"}}],
        telecom=phone, gender="female", birthDate="1986-05-17", deceasedDateTime=at("2024-12-20", "04:15:00"),
        address=[address | {"use": "home", "period": {"start": "2015-01-01"}},
                 address | {"use": "old", "line": ["5 Former Street"], "period": {"start": "2010-01-01", "end": "2014-12-31"}}],
        communication=[{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "en", "display": "English"}],
                                     "text": "English"}, "preferred": True}],
        generalPractitioner=[DOCTOR], managingOrganization=CLINIC)
    relative = bundle.put(
        "Patient", "otto", identifier=[{"system": OURS + "record-number", "value": "T-0101"}], active=True,
        name=[{"use": "official", "family": "Fullfield", "given": ["Otto"]}], telecom=phone, gender="male",
        birthDate="1984-01-30", address=[address | {"use": "home"}])
    bundle.put("Group", "members", type="person", actual=True, name="The Fullfields, for exports", quantity=2,
               member=[{"entity": patient}, {"entity": relative}])
    person = put("RelatedPerson", "husband", active=True, patient=patient, name=[{"family": "Fullfield", "given": ["Otto"]}],
                 relationship=[concept("v3-RoleCode", "HUSB", "husband")], telecom=phone, address=[address | {"use": "home"}])
    return patient, person


PATIENT, HUSBAND = put_people()
SUBJECT = {"subject": PATIENT}


def asserted(day):
    return [{"url": STRUCTURES + "condition-assertedDate", "valueDateTime": day}]


def put_conditions_and_visits():
    def condition(key, code, *categories, **members):
        return put("Condition", key, extension=asserted("2024-03-12"), code=concept("sct", *code), category=list(categories), **SUBJECT,
                   verificationStatus=concept("condition-ver-status", "confirmed"), recordedDate=DAY, recorder=DOCTOR, **members)

    def visit(key, day, **members):
        return put(
            "Encounter", key, identifier=[{"system": OURS + "visit-number", "value": "V-" + key}], status="finished",
            **{"class": coding("v3-ActCode", "AMB", "ambulatory")}, type=[concept("sct", "185345009", "Encounter for symptom")],
            **SUBJECT, period={"start": at(day), "end": at(day, "09:25:00")},
            participant=[{"type": [concept("v3-ParticipationType", "PPRF", "primary performer")], "individual": DOCTOR,
                          "period": {"start": at(day), "end": at(day, "09:25:00")}}],
            hospitalization={"dischargeDisposition": {"coding": [
                {"system": "http://www.nubc.org/patient-discharge", "code": "01"}], "text": "Home"}},
            location=[{"location": SURGERY}], serviceProvider=CLINIC, **members)

    active, resolved = concept("condition-clinical", "active"), concept("condition-clinical", "resolved")
    problem = condition("problem", ("44054006", "Type 2 diabetes mellitus"), concept("condition-category", "problem-list-item"),
                        clinicalStatus=active, onsetDateTime="2019-04-02")
    first = visit("visit-1", DAY, reasonCode=[concept("sct", "44465007", "Sprain of ankle")])
    condition("concern", ("733423003", "Food insecurity"), us_core("condition-category", "health-concern", "Health Concern"),
              us_core("us-core-category", "sdoh", "SDOH"), clinicalStatus=resolved, onsetDateTime="2023-10-01",
              abatementDateTime="2024-11-02", encounter=first)
    diagnosis = condition("diagnosis", ("44465007", "Sprain of ankle"), concept("condition-category", "encounter-diagnosis"),
                          clinicalStatus=resolved, onsetDateTime="2024-03-10", abatementDateTime="2024-04-09", encounter=first)
    visit("visit-2", "2024-04-09", reasonReference=[problem, diagnosis])
    return first, problem


VISIT, PROBLEM = put_conditions_and_visits()


def observe(key, categories, code, day=DAY, **members):
    return put("Observation", key, status="final", category=categories, code=code, **SUBJECT,
               **({} if "effectivePeriod" in members else {"effectiveDateTime": at(day, "09:10:00")}), **members)


def in_category(code, display=None):
    return [concept("observation-category", code, display)]


def put_measurements():
    def vital(key, code, display, value, day=DAY):
        observe(key, in_category("vital-signs", "Vital Signs"), concept("loinc", code, display), day, performer=[NURSE],
                valueQuantity=quantity(*value))

    vital("weight", "29463-7", "Body weight", (68.2, "kg", "kg"))
    vital("height", "8302-2", "Body height", (167, "cm", "cm"))
    vital("bmi", "39156-5", "Body mass index (BMI) [Ratio]", (24.5, "kg/m2", "kg/m2"))
    vital("temperature", "8310-5", "Body temperature", (36.8, "°C", "Cel"))
    vital("heart-rate", "8867-4", "Heart rate", (71, "/min", "/min"))
    vital("breathing", "9279-1", "Respiratory rate", (14, "/min", "/min"))
    infancy = "1987-06-02"
    vital("head", "9843-4", "Head Occipital-frontal circumference", (45.1, "cm", "cm"), infancy)
    vital("head-percentile", "8289-1", "Head Occipital-frontal circumference Percentile", (52, "%", "%"), infancy)
    vital("weight-for-length", "77606-2", "Weight-for-length Per age and sex", (48, "%", "%"), infancy)
    vital("bmi-percentile", "59576-9", "Body mass index (BMI) [Percentile] Per age and sex", (55, "%", "%"), "1990-06-05")

    def component(code, display, *value):
        return {"code": concept("loinc", code, display), **({"valueQuantity": quantity(*value)} if value else
                                                            {"dataAbsentReason": UNKNOWN})}

    oxygen = {"coding": [coding("loinc", "59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry"),
                         coding("loinc", "2708-6", "Oxygen saturation in Arterial blood")]}
    observe("oxygen", in_category("vital-signs"), oxygen, performer=[NURSE], valueQuantity=quantity(97, "%", "%"),
            component=[component("3151-8", "Inhaled oxygen flow rate", 2, "L/min", "L/min"),
                       component("3150-0", "Inhaled oxygen concentration", 28, "%", "%")])
    panel = concept("loinc", "85354-9", "Blood pressure panel with all children optional")
    parts = (("8480-6", "Systolic blood pressure", 124), ("8462-4", "Diastolic blood pressure", 79))
    observe("pressure", in_category("vital-signs"), panel, performer=[NURSE],
            component=[component(code, display, value, "mmHg", "mm[Hg]") for code, display, value in parts])
    observe("pressure-unknown", in_category("vital-signs"), panel, "2024-04-09",
            component=[component(code, display) for code, display, _ in parts])


def put_social_history():
    social = in_category("social-history", "Social History")
    observe("smoking", social, concept("loinc", "72166-2", "Tobacco smoking status"), issued=at(DAY, "09:12:00"),
            valueCodeableConcept=concept("sct", "266919005", "Never smoked tobacco"))
    observe("pregnancy", social, concept("loinc", "82810-3", "Pregnancy status"),
            valueCodeableConcept=concept("sct", "60001007", "Not pregnant"))
    observe("pregnancy-intent", social, concept("loinc", "86645-9", "Pregnancy intention in the next year - Reported"),
            valueCodeableConcept=concept("v3-NullFlavor", "UNK", "Unknown"))
    observe("orientation", social, concept("loinc", "76690-7", "Sexual orientation"),
            valueCodeableConcept=concept("v3-NullFlavor", "ASKU", "asked but unknown"))
    observe("occupation", social, concept("loinc", "11341-5", "History of Occupation"), valueCodeableConcept={"text": "Teacher"},
            effectivePeriod={"start": "2012-08-20", "end": "2024-06-28"},
            component=[{"code": concept("loinc", "86188-0", "History of Occupation industry"),
                        "valueCodeableConcept": {"text": "Primary schools"}}])


def put_screenings():
    def category(code):
        return [*in_category("survey"), us_core("us-core-category", code)]

    answers = put(
        "QuestionnaireResponse", "needs", identifier={"system": OURS + "forms", "value": "F-1"}, status="completed", **SUBJECT,
        authored=at(DAY, "08:45:00"), author=DOCTOR, questionnaire=OURS + "Questionnaire/needs",
        _questionnaire={"extension": [
            {"url": STRUCTURES + "display", "valueString": "Needs of everyday life"},
            own_extension("extension-questionnaire-uri", valueUri=OURS + "forms/needs")]},
        item=[{"linkId": "1", "text": "How many rooms?", "answer": [{"valueDecimal": 3.5}]},
              {"linkId": "2", "text": "Who lives with you?", "answer": [
                  {"valueString": "My husband", "item": [
                      {"linkId": "2.1", "text": "Since when?", "answer": [{"valueString": "2010"}]}]}]},
              {"linkId": "3", "text": "Is there enough", "item": [
                  {"linkId": "3.1", "text": "food?", "answer": [{"valueCoding": MOSTLY}]}]},
              {"linkId": "4", "text": "And heating?", "answer": [{"valueCoding": MOSTLY}]}])
    food = observe("food", category("sdoh"), own("food", "Enough food"), performer=[NURSE], derivedFrom=[answers],
                   valueCodeableConcept=own("mostly", "Mostly"))
    observe("needs", category("sdoh"), own("needs", "Needs of everyday life"), performer=[NURSE], hasMember=[food],
            derivedFrom=[food])
    observe("stairs", category("functional-status"), own("stairs", "Flights of stairs without a rest"), performer=[NURSE],
            valueQuantity=quantity(3, "flights", "{flights}"))
    observe("hearing", category("disability-status"), own("hearing", "Hearing at home"), performer=[NURSE],
            valueString="Hears the door bell")
    memory = observe("memory", category("cognitive-status"), own("memory", "Words remembered of five"), performer=[NURSE],
                     valueQuantity=quantity(5, "words", "{words}"))
    simple = [us_core("us-core-category", "functional-status")]
    for key, text, value in (("walks", "Walks alone", {"valueBoolean": True}),
                             ("walk-aid", "Aid for walking", {"valueCodeableConcept": own("none", "None")}),
                             ("walk-note", "On walking", {"valueString": "Walks to work and back"}),
                             ("walk-far", "Way on foot in a day", {"valueQuantity": quantity(2, "km", "km")})):
        observe(key, simple, own(key, text), performer=[NURSE], derivedFrom=[memory], **value)


def put_results():
    sample = put("Specimen", "blood", identifier=[{"system": OURS + "samples", "value": "S-1"}], status="available",
                 type=concept("sct", "119297000", "Blood specimen"), **SUBJECT, collection={"collectedDateTime": at(DAY, "09:15:00")})
    lab = in_category("laboratory", "Laboratory")
    result = observe("hba1c", lab, concept("loinc", "4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood"), specimen=sample,
                     performer=[LABORATORY], valueQuantity=quantity(6.9, "%", "%"),
                     referenceRange=[{"low": quantity(4.0, "%", "%"), "high": quantity(5.6, "%", "%")}],
                     interpretation=[concept("v3-ObservationInterpretation", "H", "High")])
    observe("blood-group", lab, concept("loinc", "883-9", "ABO group [Type] in Blood"), specimen=sample, performer=[LABORATORY],
            valueCodeableConcept=own("group-o", "Group O"))
    observe("urine-color", lab, concept("loinc", "5778-6", "Color of Urine"), performer=[LABORATORY], valueString="Pale yellow")
    seen = observe("ejection", in_category("imaging", "Imaging"), own("ejection", "Ejection fraction by ultrasound"),
                   performer=[DOCTOR], valueQuantity=quantity(61, "%", "%"))
    observe("valves", in_category("imaging", "Imaging"), own("valves", "Valves of the heart"), performer=[DOCTOR],
            valueCodeableConcept=own("as-expected", "As expected"))
    observe("rhythm", in_category("exam", "Exam"), own("rhythm", "Rhythm of the heart"), performer=[DOCTOR], valueString="Regular")
    put("DiagnosticReport", "lab", status="final", category=[concept("v2-0074", "LAB", "Laboratory")],
        code=concept("loinc", "11502-2", "Laboratory report"), **SUBJECT, encounter=VISIT, effectiveDateTime=at(DAY, "09:15:00"),
        issued=at(DAY, "16:00:00"), performer=[LABORATORY, DOCTOR], result=[result])
    trace = put("Media", "trace", status="completed", type=concept("media-type", "image", "Image"), **SUBJECT, encounter=VISIT,
                createdDateTime=at(DAY, "10:01:00"), content={"contentType": "image/png", "title": "Trace",
                                                              "data": base64.b64encode(picture(3)).decode()})
    for code, (name, kind) in REPORTS.items():
        put("DiagnosticReport", name.lower(), status="final", category=[concept("loinc", code, name)],
            code=concept("loinc", kind, NOTES.get(kind, "Cardiology Note")), **SUBJECT, encounter=VISIT,
            effectiveDateTime=at(DAY, "10:00:00"), issued=at(DAY, "15:30:00"), performer=[DOCTOR, CLINIC], result=[result, seen],
            media=[{"link": trace}],
            presentedForm=[{"contentType": "text/plain", "url": TEXT_URL, "data": TEXT, "title": name}])


def put_notes():
    bundle.put("Binary", "wilma-report", contentType="text/plain", securityContext=PATIENT, data=TEXT)
    for number, (code, title) in enumerate(NOTES.items(), 1):
        held = {"data": TEXT} | ({"url": TEXT_URL} if number % 2 else {})
        put("DocumentReference", f"note-{number}", identifier=[{"system": OURS + "notes", "value": f"N-{number}"}],
            status="current", docStatus="final", type=concept("loinc", code, title),
            category=[us_core("us-core-documentreference-category", "clinical-note", "Clinical Note")], **SUBJECT,
            date=at(DAY, "09:30:00"), author=[DOCTOR], custodian=CLINIC,
            content=[{"attachment": {"contentType": "text/plain", "title": title, **held},
                      "format": {"system": "http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/formatcode",
                                 "code": "urn:ihe:iti:xds:2017:mimeTypeSufficient", "display": "mimeType Sufficient"}}],
            context={"encounter": [VISIT], "period": {"start": at(DAY), "end": at(DAY, "09:25:00")}})


def put_medications():
    drug = concept("rx", "860975", "24 HR metformin hydrochloride 500 MG Extended Release Oral Tablet")
    medication = bundle.put("Medication", "metformin", status="active", code=drug)
    dosage = [{"text": "One tablet twice a day with meals", "timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}},
               "doseAndRate": [{"doseQuantity": quantity(1, "tablet", "{tbl}")}]}]
    category = [concept("medicationrequest-category", "community", "Community")]
    supply = {"numberOfRepeatsAllowed": 2, "quantity": quantity(60, "tablet", "{tbl}")}
    request = put("MedicationRequest", "metformin", status="active", intent="order", category=category, reportedBoolean=False,
                  medicationReference=medication, **SUBJECT, encounter=VISIT, authoredOn=at(DAY, "09:20:00"), requester=DOCTOR,
                  reasonCode=[concept("sct", "44054006", "Type 2 diabetes mellitus")], dosageInstruction=dosage,
                  dispenseRequest=supply)
    put("MedicationRequest", "ibuprofen", status="completed", intent="plan", category=category, reportedReference=DOCTOR,
        medicationCodeableConcept=concept("rx", "310965", "ibuprofen 200 MG Oral Tablet"), **SUBJECT, encounter=VISIT,
        authoredOn=at(DAY, "09:21:00"), requester=DOCTOR, reasonReference=[PROBLEM], dosageInstruction=dosage,
        dispenseRequest=supply)
    put("MedicationDispense", "metformin", status="completed", medicationReference=medication, **SUBJECT, context=VISIT,
        performer=[{"actor": CLINIC}, {"actor": DOCTOR}], authorizingPrescription=[request],
        type=concept("v3-ActCode", "FF", "First Fill"), quantity=quantity(60, "tablet", "{tbl}"), dosageInstruction=dosage,
        whenHandedOver=at(DAY, "11:00:00"))
    put("AllergyIntolerance", "peanut", clinicalStatus=concept("allergyintolerance-clinical", "active"),
        verificationStatus=concept("allergyintolerance-verification", "confirmed"),
        code=concept("sct", "91935009", "Allergy to peanut"), patient=PATIENT, recordedDate="2019-04-16",
        reaction=[{"manifestation": [concept("sct", "126485001", "Urticaria")], "severity": "mild"}])
    vaccine = {"vaccineCode": concept("cvx", "140", "Influenza, seasonal, injectable, preservative free"), "patient": PATIENT}
    put("Immunization", "given", status="completed", occurrenceDateTime=at(DAY, "09:22:00"), primarySource=True, **vaccine)
    put("Immunization", "refused", status="not-done", statusReason=concept("v3-ActReason", "PATOBJ", "patient objection"),
        occurrenceDateTime="2023-10-10", primarySource=True, **vaccine)
    put("Immunization", "told", status="completed", primarySource=False, reportOrigin=own("memory", "From memory"), **vaccine,
        _occurrenceDateTime={"extension": [{"url": STRUCTURES + "data-absent-reason", "valueCode": "unknown"}]})


def put_care():
    put("Coverage", "coverage", status="active", type=concept("v3-ActCode", "EHCPOL", "extended healthcare"), beneficiary=PATIENT,
        identifier=[{"type": concept("v2-0203", "MB", "Member Number"), "system": OURS + "members", "value": "EMI-0055"}],
        subscriberId="EMI-0055", relationship=concept("subscriber-relationship", "self"), payor=[INSURER],
        period={"start": "2024-01-01", "end": "2024-12-31"},
        **{"class": [{"type": concept("coverage-class", kind), "value": value, "name": name}
                     for kind, value, name in (("group", "G-5", "Teachers of Exampleton"), ("plan", "P-5", "Sample Plan"))]})
    order = put("ServiceRequest", "exercise", status="completed", intent="order", code=own("exercise", "Exercises for the ankle"),
                category=[us_core("us-core-category", "functional-status")], **SUBJECT, requester=DOCTOR,
                occurrencePeriod={"start": DAY, "end": "2024-04-09"}, authoredOn=at(DAY, "09:24:00"), reasonReference=[PROBLEM])
    put("ServiceRequest", "food", status="active", intent="order", code=own("food-help", "Help with food"),
        category=[us_core("us-core-category", "sdoh")], **SUBJECT, requester=DOCTOR, authoredOn=at(DAY, "09:25:00"),
        occurrencePeriod={"start": DAY, "end": "2024-11-02"}, reasonCode=[concept("sct", "733423003", "Food insecurity")])
    put("Procedure", "exercise", status="completed", basedOn=[order], performedDateTime=at("2024-04-09", "09:05:00"), **SUBJECT,
        code=concept("sct", "229065009", "Exercise therapy"), performer=[{"actor": NURSE}])
    goal = put("Goal", "hba1c", lifecycleStatus="active", **SUBJECT, startDate=DAY, target=[{"dueDate": "2024-12-31"}],
               description=concept("loinc", "4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood") | {"text": "HbA1c below 7 %"})
    put("CarePlan", "plan", status="active", intent="plan", category=[us_core("careplan-category", "assess-plan")], **SUBJECT,
        text={"status": "additional", "div": '<div xmlns="http://www.w3.org/1999/xhtml"><p>Exercises for the ankle; '
              "food by the neighbourhood kitchen; HbA1c again in autumn.</p></div>"},
        period={"start": DAY, "end": "2024-12-31"}, goal=[goal])
    doctor = {"reference": "PractitionerRole/demo-clinic-doctor", "display": "Greta Sampleton"}
    put("CareTeam", "team", status="active", **SUBJECT, name="Wilma Fullfield's team", participant=[
        {"role": [concept("sct", code, display)], "member": who} for code, display, who in (
            ("59058001", "General physician", doctor), ("224535009", "Registered nurse", NURSE),
            ("127850001", "Husband", HUSBAND))])
    put("Device", "pacemaker", udiCarrier=[{"deviceIdentifier": "00000000000017", "carrierAIDC": base64.b64encode(b"00000000000017").decode(),
                                           "carrierHRF": "(01)00000000000017(11)200101(17)300101(10)LOT-1(21)SERIAL-1"}],
        status="active", distinctIdentifier="D-1", manufactureDate="2020-01-01", expirationDate="2030-01-01", lotNumber="LOT-1",
        serialNumber="SERIAL-1", type=concept("sct", "14106009", "Cardiac pacemaker"), patient=PATIENT)


def put_provenance():
    """Who wrote each, and who passed it on."""
    for kind, made in sorted(targets.items()):
        bundle.put("Provenance", "wilma-" + kind.lower(), target=made if PATIENT in made else [*made, PATIENT], recorded=at(DAY, "17:00:00"), agent=[
            {"type": concept("provenance-participant-type", "author", "Author"), "who": DOCTOR, "onBehalfOf": CLINIC},
            {"type": us_core("us-core-provenance-participant-type", "transmitter", "Transmitter"), "who": CLINIC}])


put_measurements()
put_social_history()
put_screenings()
put_results()
put_notes()
put_medications()
put_care()
put_provenance()
bundle.write("fullfield.json", "us-core")
