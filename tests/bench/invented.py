"""Invented patients with their visits, as transaction bundles: the same for the same seed.

Nobody in it lives, no story makes medical sense; only shapes, sizes and how values are spread are
those of a clinic's records. A patient has about 90 resources, 0.8 KB each.
"""
import random
import uuid

LOINC = "http://loinc.org"
SCT = "http://snomed.info/sct"
MRN = "http://clinic.example/mrn"
HL7 = "http://terminology.hl7.org/CodeSystem/"
ORGANIZATIONS, PRACTITIONERS = 20, 60

# code, name, unit, lowest and highest value; the first ones are measured at every other visit
MEASURES = [("8302-2", "height", "cm", 140, 200), ("29463-7", "weight", "kg", 45, 120), ("8867-4", "pulse", "/min", 50, 110),
            ("9279-1", "breathing", "/min", 10, 25), ("2339-0", "glucose", "mg/dL", 60, 220), ("2093-3", "cholesterol", "mg/dL", 120, 300),
            ("2160-0", "creatinine", "mg/dL", 0.5, 2.5), ("718-7", "hemoglobin", "g/dL", 9, 18), ("4548-4", "hba1c", "%", 4, 12),
            ("39156-5", "body mass", "kg/m2", 17, 40)]
PROBLEMS = [(str(900000000 + 7 * n), f"Invented problem {n}") for n in range(150)]
ACTS = [(str(910000000 + 7 * n), f"Invented procedure {n}") for n in range(60)]
DRUGS = [(str(920000 + 7 * n), f"Inventine {n} 10 MG") for n in range(80)]
BEGINNINGS = "Al Ber Cor Dal Es Far Gor Hal Ing Jor Kal Lor Mar Nor Os Par Quin Ros Sal Tor Ul Ver Wal Yor Zel".split()
ENDINGS = "an berg cott dale en field gate ham ing kin ley man ner ow pont ridge son ton ver wick".split()
GIVEN = "Ada Ben Cleo Dan Eva Finn Gwen Hugo Iris Jon Kara Leo Mia Nils Olga Pia Quin Rita Sven Tess Uwe Vera Wim Xenia Yara Zoe".split()
CITIES = [f"{a}{b}" for a in BEGINNINGS[:10] for b in ("ville", "burg", "stad", "port")]


def family(rng):
    return rng.choice(BEGINNINGS) + rng.choice(ENDINGS) + rng.choice(ENDINGS)


def mrn(number):
    return f"{number * 7919 % 10_000_019:08d}"


def clinic():
    """The bundle that the patients' bundles refer to, and how many entries it has."""
    rng = random.Random("clinic")
    entries = []
    for number in range(ORGANIZATIONS):
        entries.append(('PUT', f"Organization/org-{number}", f'{{"resourceType":"Organization","id":"org-{number}","active":true,"name":'
                        f'"{rng.choice(CITIES)} clinic","address":[{{"city":"{rng.choice(CITIES)}","country":"US"}}]}}'))
    for number in range(PRACTITIONERS):
        entries.append(('PUT', f"Practitioner/doc-{number}", f'{{"resourceType":"Practitioner","id":"doc-{number}","active":true,'
                        f'"identifier":[{{"system":"http://clinic.example/staff","value":"{number}"}}],'
                        f'"name":[{{"family":"{family(rng)}","given":["{rng.choice(GIVEN)}"],"prefix":["Dr."]}}]}}'))
    return bundle((f'{{"resource":{text},"request":{{"method":"{method}","url":"{url}"}}}}' for method, url, text in entries)), len(entries)


def bundle(entries):
    return ('{"resourceType":"Bundle","type":"transaction","entry":[' + ",".join(entries) + "]}").encode()


def concept(system, code, text):
    return f'{{"coding":[{{"system":"{system}","code":"{code}","display":"{text}"}}],"text":"{text}"}}'


def category(system, code):
    return f'[{{"coding":[{{"system":"{HL7}{system}","code":"{code}"}}]}}]'


def observation(measure, value, subject, encounter, time):
    code, name, unit, _, _ = measure
    return (f'{{"resourceType":"Observation","status":"final","category":{category("observation-category", "laboratory")},'
            f'"code":{concept(LOINC, code, name)},"subject":{{"reference":"{subject}"}},"encounter":{{"reference":"{encounter}"}},'
            f'"effectiveDateTime":"{time}","issued":"{time}","valueQuantity":{{"value":{value},"unit":"{unit}",'
            f'"system":"http://unitsofmeasure.org","code":"{unit}"}}}}')


def patient_resource(rng, number):
    year, month, day = rng.randint(1930, 2019), rng.randint(1, 12), rng.randint(1, 28)
    return (f'{{"resourceType":"Patient","identifier":[{{"use":"official","type":{concept(HL7 + "v2-0203", "MR", "Medical record number")},'
            f'"system":"{MRN}","value":"{mrn(number)}"}}],"active":true,"name":[{{"use":"official","family":"{family(rng)}",'
            f'"given":["{rng.choice(GIVEN)}","{rng.choice(GIVEN)}"]}}],"telecom":[{{"system":"phone","value":"555-{number:07d}","use":"home"}},'
            f'{{"system":"email","value":"p{number}@example.org"}}],"gender":"{rng.choice(("female", "male"))}",'
            f'"birthDate":"{year}-{month:02d}-{day:02d}","address":[{{"use":"home","line":["{rng.randint(1, 400)} {family(rng)} Street"],'
            f'"city":"{rng.choice(CITIES)}","postalCode":"{rng.randint(10000, 99999)}","country":"US"}}],'
            f'"generalPractitioner":[{{"reference":"Practitioner/doc-{rng.randrange(PRACTITIONERS)}"}}],'
            f'"managingOrganization":{{"reference":"Organization/org-{rng.randrange(ORGANIZATIONS)}"}}}}')


def visit(rng, year, patient):
    """(own url, JSON) of an encounter and what was done."""
    def new():
        return "urn:uuid:" + str(uuid.UUID(int=rng.getrandbits(128), version=4))
    encounter = new()
    day = f"{year}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
    start, end = f"{day}T09:{rng.randint(10, 29)}:00Z", f"{day}T10:{rng.randint(10, 59)}:00Z"
    links = f'"subject":{{"reference":"{patient}"}},"encounter":{{"reference":"{encounter}"}}'
    doctor = f'{{"reference":"Practitioner/doc-{rng.randrange(PRACTITIONERS)}"}}'
    yield encounter, (f'{{"resourceType":"Encounter","status":"finished","class":{{"system":"{HL7}v3-ActCode","code":"AMB"}},'
                      f'"type":[{concept(SCT, "185349003", "Visit")}],"subject":{{"reference":"{patient}"}},"participant":[{{"individual":{doctor}}}],'
                      f'"period":{{"start":"{start}","end":"{end}"}},"serviceProvider":{{"reference":"Organization/org-{rng.randrange(ORGANIZATIONS)}"}}}}')
    results = []
    for measure in MEASURES[:4] + rng.sample(MEASURES[4:], 2):
        own = new()
        results.append(f'{{"reference":"{own}"}}')
        yield own, observation(measure, round(rng.uniform(measure[3], measure[4]), 1), patient, encounter, start)
    yield new(), (f'{{"resourceType":"DiagnosticReport","status":"final","category":{category("v2-0074", "LAB")},'
                  f'"code":{concept(LOINC, "58410-2", "Panel")},{links},"effectiveDateTime":"{start}","issued":"{end}","performer":[{doctor}],'
                  f'"result":[{",".join(results)}]}}')
    yield new(), (f'{{"resourceType":"Claim","status":"active","type":{{"coding":[{{"system":"{HL7}claim-type","code":"professional"}}]}},'
                  f'"use":"claim","patient":{{"reference":"{patient}"}},"created":"{day}","provider":{doctor},"priority":{{"coding":[{{"system":'
                  f'"{HL7}processpriority","code":"normal"}}]}},"insurance":[{{"sequence":1,"focal":true,"coverage":{{"display":"private"}}}}],'
                  f'"item":[{{"sequence":1,"productOrService":{concept(SCT, "185349003", "Visit")},"encounter":[{{"reference":"{encounter}"}}],'
                  f'"net":{{"value":{rng.randint(50, 400)}.00,"currency":"USD"}}}}],"total":{{"value":{rng.randint(50, 400)}.00,"currency":"USD"}}}}')
    if rng.random() < 0.6:
        state = rng.choice(("active", "resolved"))
        ended = f',"abatementDateTime":"{end}"' if state == "resolved" else ""
        yield new(), (f'{{"resourceType":"Condition","clinicalStatus":{{"coding":[{{"system":"{HL7}condition-clinical","code":"{state}"}}]}},'
                      f'"verificationStatus":{{"coding":[{{"system":"{HL7}condition-ver-status","code":"confirmed"}}]}},'
                      f'"category":{category("condition-category", "encounter-diagnosis")},'
                      f'"code":{concept(SCT, *rng.choice(PROBLEMS))},{links},"onsetDateTime":"{day}"{ended},"recordedDate":"{day}"}}')
    if rng.random() < 0.5:
        yield new(), (f'{{"resourceType":"Procedure","status":"completed","code":{concept(SCT, *rng.choice(ACTS))},{links},'
                      f'"performedPeriod":{{"start":"{start}","end":"{end}"}},"performer":[{{"actor":{doctor}}}]}}')
    if rng.random() < 0.6:
        yield new(), (f'{{"resourceType":"MedicationRequest","status":"{rng.choice(("active", "completed", "stopped"))}","intent":"order",'
                      f'"medicationCodeableConcept":{concept("http://www.nlm.nih.gov/research/umls/rxnorm", *rng.choice(DRUGS))},{links},'
                      f'"authoredOn":"{day}","requester":{doctor},"dosageInstruction":[{{"sequence":1,"text":"One a day","timing":'
                      f'{{"repeat":{{"frequency":1,"period":1.0,"periodUnit":"d"}}}}}}]}}')
    if rng.random() < 0.4:
        yield new(), (f'{{"resourceType":"Immunization","status":"completed","vaccineCode":{concept("http://hl7.org/fhir/sid/cvx", rng.randint(1, 160), "Vaccine")},'
                      f'"patient":{{"reference":"{patient}"}},"encounter":{{"reference":"{encounter}"}},"occurrenceDateTime":"{start}","primarySource":true}}')


def patient_bundle(number):
    """The transaction of the patient of that number, and how many resources it creates."""
    rng = random.Random(number)
    own = "urn:uuid:" + str(uuid.UUID(int=rng.getrandbits(128), version=4))
    made = [(own, patient_resource(rng, number))]
    for year in range(2016, 2024):
        made.extend(visit(rng, year, own))
    return bundle(f'{{"fullUrl":"{url}","resource":{text},"request":{{"method":"POST","url":"{text[17:text.index(chr(34), 17)]}"}}}}'
                  for url, text in made), len(made)
