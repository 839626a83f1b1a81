"""What is asked of a role's two worlds (leaks.py)."""
import json

from leaks import ref
from smart import observation
from support import FHIR_JSON

FORM = "application/x-www-form-urlencoded"

SEARCHES = """
Patient
Patient?_summary=count
Patient?_total=accurate&_count=1
Patient?_total=estimate&_count=1
Patient?_total=none
Patient?_count=0
Patient?_summary=true
Patient?_summary=text
Patient?_summary=data
Patient?_elements=telecom,contact,address,photo
Patient?_elements=id
Patient?_format=xml
Patient?_format=ttl
Patient?_pretty=true
Patient?_sort=family
Patient?_sort=-birthdate
Patient?_sort=phone
Patient?_sort=address-city
Patient?_sort=telecom,family
Patient?_sort=general-practitioner
Patient?_sort=_lastUpdated
Patient?family=Onely
Patient?family=Onely&_summary=count
Patient?family:not=x
Patient?family:missing=false
Patient?family:contains=o
Patient?phone=555-p1
Patient?phone=555-p2
Patient?phone=555-p2&_summary=count
Patient?telecom:missing=true
Patient?phone:missing=false
Patient?email=p2@example.org
Patient?address=Street%20of%20p2
Patient?address-city=Cityp2
Patient?address-city:missing=true
Patient?birthdate=1980-02-02
Patient?birthdate=lt1990
Patient?birthdate:missing=true
Patient?identifier=urn:mrn|mrn-p2
Patient?identifier=mrn-p1
Patient?identifier:of-type=a|b|c
Patient?language=de
Patient?language=fr
Patient?general-practitioner=Practitioner/gp
Patient?general-practitioner.name=General
Patient?general-practitioner:Practitioner.name=General
Patient?organization.partof=Organization/x
Patient?organization.name=Clinic
Patient?deceased=true
Patient?deceased:missing=true
Patient?ward=ward%20of%20p2
Patient?ward=ward%20of%20p1
Patient?sly-phone=555-p2
Patient?sly-phone=555-p1
Patient?both-phones=555-p2
Patient?mothers=Motherp2
Patient?mothers=Motherp1
Patient?_text=narrative
Patient?_text=555-p2
Patient?_content=555-p2
Patient?_content=Motherp2
Patient?_content=Onely
Patient?_filter=family%20eq%20%22Onely%22
Patient?_filter=phone%20eq%20%22555-p2%22
Patient?_filter=not%20(phone%20eq%20%22555-p2%22)
Patient?_filter=family%20eq%20%22Twofold%22%20and%20not%20(address-city%20eq%20%22x%22)
Patient?_filter=general-practitioner.name%20eq%20%22General%22
Patient?_filter=organization.name%20co%20%22Clin%22%20or%20identifier%20eq%20mrn-p2
Patient?_filter=_has.Observation.subject.value-string%20eq%20%22secret%20of%20p2%22
Patient?_list=p1-list
Patient?_list=p2-list
Patient?_list=p2-list&_summary=count
Patient?_list=$current-problems
Patient?_has:Observation:patient:code=718-7
Patient?_has:Observation:patient:code=9-9
Patient?_has:Observation:subject:value-string=secret%20of%20p2
Patient?_has:Observation:subject:value-quantity=gt5
Patient?_has:Observation:subject:in-phone=555-p2
Patient?_has:Observation:subject:code-value-quantity=718-7$7
Patient?_has:Encounter:subject:reason-code=R1
Patient?_has:Encounter:patient:_id=p1-enc
Patient?_has:Condition:subject:code=C1
Patient?_has:Condition:subject:evidence-detail=Observation/p2-lab
Patient?_has:Appointment:actor:reason-code=R1
Patient?_has:Group:member:_id=both
Patient?_has:List:item:_id=p2-list
Patient?_has:Claim:patient:_id=p2-claim
Patient?_has:Person:link:_id=both
Patient?_has:Observation:patient:_has:Provenance:target:agent=Practitioner/dr
Patient?_has:Observation:patient:_has:DiagnosticReport:result:status=final
Patient?_has:Observation:patient:performer.name=Doctor
Patient?_has:Condition:patient:encounter.status=finished
Patient?_id=p1,p2,p4
Patient?_id=p1&_summary=count
Patient?_revinclude=Observation:subject
Patient?_revinclude=Observation:subject&_count=1
Patient?_revinclude=Condition:subject&_revinclude=Group:member&_summary=count
Patient?_revinclude=Group:member
Patient?_revinclude=List:item
Patient?_revinclude=Appointment:actor
Patient?_revinclude=Claim:patient
Patient?_revinclude=*
Patient?_include=Patient:general-practitioner
Patient?_include=Patient:organization
Patient?_include=*
Patient?_include=Patient:organization&_include:iterate=Organization:partof
Patient?_revinclude=Observation:subject&_revinclude:iterate=Provenance:target
Patient?_security=R
Patient?_contained=true
Patient?_contained=both&phone=555-p2
Observation?_contained=true&_containedType=contained
Observation
Observation?_summary=count
Observation?_count=1&_sort=_id
Observation?_count=2&_total=accurate
Observation?_sort=-value-quantity
Observation?_sort=value-string
Observation?_sort=code,-date
Observation?_sort=performer
Observation?_elements=valueString,valueQuantity,performer
Observation?_summary=data
Observation?code=718-7
Observation?code:not=718-7
Observation?code:missing=true
Observation?code:text=measured
Observation?value-string=secret%20of%20p2
Observation?value-string=secret
Observation?value-string:missing=false
Observation?value-quantity=7
Observation?value-quantity=gt5||g
Observation?combo-value-quantity=120
Observation?code-value-quantity=718-7$7
Observation?component-value-quantity=120
Observation?component-code=8480-6
Observation?subject=Patient/p1
Observation?subject=Patient/p1,Patient/p2&_sort=_id
Observation?subject:missing=true
Observation?subject:identifier=urn:mrn|mrn-p2
Observation?subject.family=Onely
Observation?subject:Patient.name=Twofold
Observation?subject:Patient.phone=555-p2
Observation?subject:Patient.address-city=Cityp2
Observation?subject:Patient.general-practitioner.name=General
Observation?subject:Patient.organization.name=Clinic
Observation?subject:Patient.general-practitioner:Practitioner.name=General
Observation?subject:Patient._has:Encounter:subject:reason-code=R1
Observation?encounter:Encounter.reason-code=R1
Observation?encounter.diagnosis:Condition.code=C1
Observation?encounter.subject:Patient.family=Onely
Observation?performer=Practitioner/dr
Observation?performer:Practitioner.name=Doctor
Observation?performer:missing=false
Observation?patient=p1
Observation?patient.phone=555-p2
Observation?in-phone=555-p1
Observation?in-phone=555-p2
Observation?in-phone:missing=true
Observation?focus-phone=555-p2
Observation?focus-phone=555-p1
Observation?any-string=555-p2
Observation?any-string=555-p1
Observation?_content=555-p2
Observation?_content=secret
Observation?_text=measured
Observation?_filter=value-string%20co%20%22secret%22
Observation?_filter=subject.family%20eq%20%22Onely%22
Observation?_filter=subject.phone%20eq%20%22555-p2%22
Observation?_filter=in-phone%20eq%20%22555-p2%22
Observation?_has:DiagnosticReport:result:status=final
Observation?_has:Condition:evidence-detail:code=C1
Observation?_has:Provenance:target:_id=p2-prov
Observation?_has:Composition:entry:type=11503-0
Observation?_include=Observation:subject
Observation?_include=Observation:performer&_count=2
Observation?_include=Observation:specimen
Observation?_include=*
Observation?_include=Observation:*
Observation?_include:iterate=Observation:encounter&_include:iterate=Encounter:diagnosis
Observation?_revinclude=DiagnosticReport:result
Observation?_revinclude=Condition:evidence-detail
Observation?_revinclude=Provenance:target
Observation?_lastUpdated=gt2000-01-01&_sort=_lastUpdated
Observation?date=2020-02-01
Observation?identifier=urn:x|lab-p1
Observation?nonsense=p1
Encounter
Encounter?reason-code=R1
Encounter?reason-code:text=pregnancy
Encounter?reason-code:missing=true
Encounter?type=ONC
Encounter?provider-text=Clinic%20of%20p2
Encounter?service-provider.name=Clinic
Encounter?diagnosis=Condition/p2-con
Encounter?diagnosis:Condition.code=C1
Encounter?reason-reference=Condition/p1-con
Encounter?special-arrangement=x
Encounter?subject=Patient/p1
Encounter?_sort=type
Encounter?_sort=reason-code
Encounter?_has:Condition:encounter:subject=Patient/p1
Encounter?_revinclude=Condition:encounter
Encounter?_include=Encounter:diagnosis
Encounter?_include=Encounter:reason-reference
Encounter?_elements=reasonCode,diagnosis,type
Condition?encounter.subject=Patient/p1
Condition?encounter:Encounter.reason-code=R1
Condition?evidence-detail=Observation/p2-lab
Condition?evidence-detail:Observation.value-quantity=7
Condition?evidence-detail:missing=false
Condition?code:text=condition
Condition?_text=condition
Condition?asserter:Practitioner.name=Doctor
DiagnosticReport
DiagnosticReport?conclusion=C
DiagnosticReport?result=Observation/p2-lab
DiagnosticReport?result.code=718-7
DiagnosticReport?result:missing=true
DiagnosticReport?result.subject:Patient.family=Twofold
DiagnosticReport?_include=DiagnosticReport:result
Composition
Composition?entry=Observation/p2-vital
Composition?entry=Condition/p1-con
Composition?section=x
Composition?_include=Composition:entry
DocumentReference
Appointment
Appointment?reason-code=R1
Appointment?reason-reference=Condition/p2-con
Appointment?supporting-info=DocumentReference/p2-doc
Appointment?actor=Patient/p1
Appointment?actor:Patient.family=Onely
Appointment?actor:Patient.phone=555-p2
Appointment?_sort=reason-code
Appointment?_include=Appointment:supporting-info
Appointment?_include=Appointment:actor
RelatedPerson?phone=33p2
RelatedPerson
Coverage?beneficiary.phone=555-p2
Claim
Claim?patient.phone=555-p2
Claim?patient.family=Onely
Claim?patient.general-practitioner.name=General
Claim?_include=Claim:patient
Account
Specimen?subject=Patient/p1
Specimen?subject.phone=555-p2
ServiceRequest
ServiceRequest?subject.address-city=Cityp2
Task
Task?patient.address-city=Cityp2
Task?focus:ServiceRequest.subject:Patient.phone=555-p2
Task?focus:ServiceRequest.subject:Patient.family=Onely
Task?_include=Task:focus
Group
Group?member=Patient/p2
Group?_include=Group:member
Group?member:Patient.family=Onely
List
List?item=Condition/p1-con
List?_include=List:item
Bundle
Bundle?held-phone=555-p2
Bundle?held-phone=555-p1
Bundle?composition.subject=Patient/p2
Bundle?_content=555-p2
Person?link=Patient/p1
Person?link:Patient.phone=555-p2
QuestionnaireResponse?subject=Patient/p1
Provenance?target=Observation/p1-lab
Practitioner?_revinclude=Observation:performer
Practitioner?_has:Observation:performer:subject=Patient/p1
Practitioner?_has:Patient:general-practitioner:family=Twofold
Practitioner?_has:Patient:general-practitioner:_id=p2
Practitioner?_revinclude=Patient:general-practitioner
Practitioner?telecom=801
Practitioner?_has:Observation:performer:patient.family=Onely
Organization?_has:Patient:organization:family=Onely
Organization?_has:Patient:organization:phone=555-p2
Organization?_has:Patient:organization:_has:Observation:subject:value-string=secret%20of%20p2
Organization?_revinclude=Patient:organization
Organization?_revinclude:iterate=Patient:organization&_revinclude:iterate=Observation:subject
Organization?partof:Organization._has:Patient:organization:phone=555-p2
?_type=Patient,Observation,Encounter&_summary=count
?_type=Patient,Observation,Group,List
?_type=Patient,Practitioner&_content=555-p2
?_type=Patient,Observation&_sort=_lastUpdated&_total=accurate&_count=1
?_type=Encounter,Appointment&reason-code=R1
""".split("\n")

READS = """
Patient/p1
Patient/p2
Patient/p2?_elements=telecom
Patient/p2?_summary=text
Patient/p2?_format=xml
Patient/p2?_format=ttl
Patient/p1/_history
Patient/p2/_history
Patient/p2/_history?_count=1
Patient/p1/_history/1
Patient/p2/_history/1
Patient/p2/_history/1?_format=xml
Patient/p2/_history/2
Patient/p2/_history/3
Patient/p1/$meta
Patient/p2/$meta
Patient/$meta
$meta
Patient/p1/Observation
Patient/p2/Observation
Patient/p2/Observation?value-string=secret%20of%20p2
Patient/p2/Condition
Patient/p2/Encounter?reason-code=R1
Patient/p2/*
Patient/p1/*
Practitioner/dr/Observation
Practitioner/gp/Patient
Practitioner/dr/Appointment
Encounter/p2-enc/Observation
Patient/p1/$everything
Patient/p2/$everything
Patient/p2/$everything?_count=2
Patient/p2/$everything?_type=Observation,Practitioner
Patient/p2/$everything?start=2020-02-02
Patient/$everything
Patient/$everything?_count=3
Encounter/p1-enc/$everything
Encounter/p2-enc/$everything
Observation/p1-lab
Observation/p2-lab
Observation/p2-vital
Observation/p2-vital?_elements=valueString
Observation/p2-carry
Observation/p2-carry?_format=xml
Observation/p2-carry/_history/1
Observation/p1-lab/_history
Observation/p2-lab/_history
Observation/p1-lab/_history/1
Observation/p1-lab/_history/7
Observation/p1-gone
Observation/p1-gone/_history
Observation/p1-gone/_history/1
Observation/p4-death
Observation/p2-death
Encounter/p1-enc
Encounter/p2-enc
Condition/p1-con
Condition/p2-con
DiagnosticReport/p2-rep
DiagnosticReport/p1-rep
Composition/p2-sum
Composition/p2-sum/$document
Composition/p2-sum/$document?persist=false&graph=x
Composition/p1-sum/$document
Composition/p4-cert/$document
Appointment/p2-app
Appointment/p1-app
Claim/p2-claim
Group/both
List/p2-list
Bundle/p2-bundle
Bundle/p2-bundle/_history/1
Bundle/p1-bundle
Person/both
Task/p1-task
Observation/_history
Observation/_history?_count=2
Observation/_history?_since=2000-01-01T00:00:00Z
Observation/_history?_list=p2-list
Condition/_history?_list=p2-list
Patient/_history
Patient/_history?_at=2020
Bundle/_history
_history
_history?_count=3
Observation/$lastn?patient=p1
Observation/$lastn?patient=p2
Observation/$lastn?patient=p2&category=laboratory
Observation/$lastn?patient=p2&value-string=secret%20of%20p2
Observation/$lastn?subject:Patient.phone=555-p2
Observation/$stats?subject=Patient/p1&code=http://loinc.org|718-7&statistic=count&duration=1000000
Observation/$stats?subject=Patient/p2&code=http://loinc.org|718-7&statistic=count&duration=1000000
Observation/$stats?subject=Patient/p2&code=http://loinc.org|718-7&statistic=average&statistic=maximum&duration=1000000
Observation/$stats?subject=Patient/p2&code=http://loinc.org|718-7&statistic=sum&duration=1000000&include=true
Patient/p2/$docref
DocumentReference/$docref?patient=p1
DocumentReference/$docref?patient=p2
$diff?from=Observation/p2-lab&to=Observation/p1-lab
$diff?from=Patient/p2/_history/1&to=Patient/p2/_history/2
Patient/p2/$diff
Patient/p2/$diff?includeMeta=true
Observation/p2-lab/$validate
Patient/p2/$validate
Patient/p1/$validate
Patient/p2/$graphql?query={telecom{value}contact{name{family}}name{family}}
Patient/p1/$graphql?query={name{family}}
Observation/p2-lab/$graphql?query={subject{resource{...on%20Patient{name{family}telecom{value}}}}valueQuantity{value}}
Patient/p1/Nonsense
Observation?subject=Patient/p1&_sort=nonsense
SearchParameter/in-phone
$versions
""".split("\n")

GRAPHS = """
{ PatientList { id name { family } telecom { value } contact { name { family } } text { div } } }
{ PatientList(phone: "555-p2") { id } }
{ PatientList(_filter: "phone eq 555-p2") { id } }
{ PatientList(_sort: "phone") { id } }
{ PatientList(family: "Onely") { id } }
{ Patient(id: "p1") { id name { family } } }
{ Patient(id: "p2") { id birthDate identifier { value } generalPractitioner { reference resource { ... on Practitioner { name { family } } } } } }
{ Patient(id: "p2") { telecom(system: "phone") { value } address { city } maritalStatus { text } photo { title } } }
{ Patient(id: "p2") { ObservationList(_reference: subject) { id valueString performer { reference } } } }
{ Patient(id: "p2") { EncounterList(_reference: patient) { id reasonCode { text } diagnosis { condition { reference } } } } }
{ Patient(id: "p2") { GroupList(_reference: member) { id } } }
{ Patient(id: "p2") { ListList(_reference: item) { id } } }
{ Patient(id: "p2") { AppointmentList(_reference: actor) { id reasonCode { text } } } }
{ Patient(id: "p1") { ObservationList(_reference: subject) { id } } }
{ PatientConnection { count offset pagesize first previous next last edges { mode score resource { id telecom { value } } } } }
{ PatientConnection(_count: 1) { count pagesize edges { resource { id } } } }
{ PatientConnection(phone: "555-p2") { count } }
{ ObservationList { id status subject { reference } valueString valueQuantity { value } } }
{ ObservationList(value_string: "secret of p2") { id } }
{ ObservationList(in_phone: "555-p2") { id } }
{ ObservationConnection(_count: 1) { count pagesize edges { resource { id valueString } } } }
{ Observation(id: "p1-lab") { id } }
{ Observation(id: "p2-lab") { valueQuantity { value } performer { resource { ... on Practitioner { id } } } } }
{ Observation(id: "p2-carry") { contained { ... on Patient { id telecom { value } contact { name { family } } } } } }
{ Observation(id: "p2-carry") { focus { reference resource { ... on Patient { telecom { value } } } } } }
{ EncounterList { id reasonCode { text } diagnosis { condition { reference } } hospitalization { dietPreference { text } } } }
{ EncounterList { id serviceProvider { reference display } } }
{ EncounterList { id diagnosis { condition { resource { ... on Condition { id } } } } } }
{ ConditionList { id evidence { detail { reference } } encounter { resource { ... on Encounter { reasonCode { text } } } } } }
{ DiagnosticReportList { id conclusion result { reference resource { ... on Observation { id } } } } }
{ CompositionList { id section { entry { reference resource { ... on Observation { id valueString } } } } } }
{ GroupList { id member { entity { reference } } } }
{ ListList { id entry { item { reference } } } }
{ OrganizationList { id PatientList(_reference: organization) { id telecom { value } } } }
{ OrganizationList { id PatientList(_reference: organization, phone: "555-p2") { id } } }
{ PractitionerList { id ObservationList(_reference: performer) { id subject { resource { ... on Patient { id } } } } } }
{ PractitionerList { id PatientList(_reference: general_practitioner) { id } } }
{ PractitionerList { id telecom { value } PatientConnection(_reference: general_practitioner) { count } } }
{ BundleList { id entry { resource { ... on Patient { id telecom { value } } } } } }
{ AppointmentList { id reasonCode { text } supportingInformation { reference } } }
{ ClaimList { id patient { resource { ... on Patient { id telecom { value } } } } } }
{ __schema { queryType { name } } }
{ __type(name: "Patient") { name fields { name } } }
{ PatientList(nonsense: "p1") { id } }
""".split("\n")

CONDITIONS = [(path, {name: value})
              for path in ("Patient/p1", "Patient/p2", "Observation/p1-lab", "Observation/p1-gone", "Encounter/p2-enc", "Patient/p2/_history/1")
              for name, value in (("If-None-Match", 'W/"1"'), ("If-None-Match", 'W/"2"'), ("If-None-Match", "*"),
                                  ("If-Modified-Since", "Sat, 01 Jan 2050 00:00:00 GMT"), ("If-Modified-Since", "Sat, 01 Jan 2000 00:00:00 GMT"))]


def without_id(resource):
    return {name: value for name, value in resource.items() if name != "id"}


def write_questions():
    """What each is about: method, path, body, headers."""
    patient = {"resourceType": "Patient", "id": "p2", "name": [{"family": "Twofold"}]}
    mine = observation("p2-lab", "p2", "laboratory")
    fresh = without_id(mine)
    basic = {"resourceType": "Basic", "code": {"text": "x"}}
    json_patch = {"Content-Type": "application/json-patch+json"}
    questions = {}

    def add(about, method, path, body=None, **headers):
        questions[about] = (method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})

    for about, where in {"hidden telecom": "phone=555-p2", "a family": "family=Onely", "the ward": "ward=ward%20of%20p1",
                         "sly": "sly-phone=555-p2", "an identifier": "identifier=mrn-p2", "another's": "_id=p1",
                         "practitioner": "general-practitioner=Practitioner/gp", "a chain": "general-practitioner.name=General",
                         "a reverse chain": "_has:Observation:subject:value-string=secret%20of%20p2"}.items():
        add(f"conditional create by {about}", "POST", "Patient", without_id(patient), If_None_Exist=where)
        add(f"conditional delete by {about}", "DELETE", f"Patient?{where}")
        add(f"conditional patch by {about}", "PATCH", f"Patient?{where}", json.dumps([{"op": "test", "path": "/active", "value": True}]),
            **json_patch)
        add(f"conditional update by {about}", "PUT", f"Patient?{where}", without_id(patient))
        add(f"conditional reference by {about}", "POST", "", {"resourceType": "Bundle", "type": "transaction", "entry": [{
            "resource": {**fresh, "subject": ref(f"Patient?{where}")}, "request": {"method": "POST", "url": "Observation"}}]})
        add(f"conditional read in a batch by {about}", "POST", "", {"resourceType": "Bundle", "type": "batch", "entry": [{
            "request": {"method": "GET", "url": f"Patient?{where}"}}]})
        add(f"search by {about} in a body", "POST", "Patient/_search", where, Content_Type=FORM)
    for path in ("Observation/p1-lab", "Observation/p1-gone", "Observation/nowhere"):
        own = {**mine, "id": path.split("/")[1]}
        add(f"update of {path}", "PUT", path, own)
        add(f"update of {path}, version 1", "PUT", path, own, If_Match='W/"1"')
        add(f"update of {path}, version 2", "PUT", path, own, If_Match='W/"2"')
        add(f"create of {path} alone", "PUT", path, own, If_None_Match="*")
        add(f"patch of {path}", "PATCH", path, json.dumps([{"op": "replace", "path": "/status", "value": "amended"}]), **json_patch)
        add(f"deletion of {path}", "DELETE", path)
    for path, value in (("/telecom/0/value", "555-p2"), ("/telecom/1/value", "p2@example.org"), ("/contact/0/name/family", "Motherp2"),
                        ("/birthDate", "1980-02-02"), ("/identifier/0/value", "mrn-p2"), ("/text/status", "generated"),
                        ("/photo/0/title", "photo of p2"), ("/address/0/city", "Cityp2"), ("/name/0/family", "Twofold")):
        for given in (value, "guess"):
            add(f"JSON patch tests {path} for {given}", "PATCH", "Patient/p2", json.dumps([
                {"op": "test", "path": path, "value": given}]), **json_patch)
        add(f"JSON patch copies {path}", "PATCH", "Patient/p2", json.dumps([{"op": "copy", "from": path, "path": "/name/0/text"}]), **json_patch)
        add(f"JSON patch removes {path}", "PATCH", "Patient/p2", json.dumps([{"op": "remove", "path": path}]), **json_patch)
    for path in ("Patient.telecom.where(value = '555-p2')", "Patient.contact", "Patient.contact.name.where(family = 'Motherp2')",
                 "Patient.birthDate", "Patient.identifier", "Patient.photo[0]", "Patient.descendants().where($this = '555-p2')"):
        for kind, value in (("delete", None), ("replace", "x")):
            parts = [{"name": "type", "valueCode": kind}, {"name": "path", "valueString": path}]
            if value:
                parts.append({"name": "value", "valueString": value})
            add(f"FHIRPath patch: {kind} {path}", "PATCH", "Patient/p2", {"resourceType": "Parameters", "parameter": [
                {"name": "operation", "part": parts}]}, Content_Type=FHIR_JSON)
    for target in ("Patient/p1", "Patient/nowhere", "Observation/p1-gone"):
        add(f"what refers to {target}", "POST", "Basic", {**basic, "subject": ref(target)})
        add(f"an observation of {target}", "POST", "Observation", {**fresh, "subject": ref(target)})
        add(f"validation of what refers to {target}", "POST", "Observation/$validate", {**fresh, "subject": ref(target)})
        add(f"validation with {target} as the focus", "POST", "Observation/$validate", {**fresh, "focus": [ref(target)]})
        add(f"FHIRPath to {target}", "POST", "$fhirpath", {"resourceType": "Parameters", "parameter": [
            {"name": "expression", "valueString": "Observation.subject.resolve().name.family"}, {"name": "resource", "resource": {
                **fresh, "subject": ref(target)}}]})
        add(f"moving to {target}", "PUT", "Observation/p2-lab", {**mine, "subject": ref(target)})
    for about, given in {"phone": {"telecom": [{"system": "phone", "value": "555-p2"}]}, "birth date": {"birthDate": "1980-02-02"},
                         "identifier": {"identifier": [{"system": "urn:mrn", "value": "mrn-p2"}]},
                         "name and birth date": {"name": [{"family": "Twofold", "given": ["Kim"]}], "birthDate": "1980-02-02"},
                         "name and phone": {"name": [{"family": "Twofold", "given": ["Kim"]}], "telecom": [{"system": "phone", "value": "555-p2"}]},
                         "name and address": {"name": [{"family": "Twofold", "given": ["Kim"]}], "address": [{"city": "Cityp2"}]},
                         "another's name": {"name": [{"family": "Onely", "given": ["Kim"]}], "birthDate": "1980-02-01"}}.items():
        add(f"match by {about}", "POST", "Patient/$match", {"resourceType": "Parameters", "parameter": [
            {"name": "resource", "resource": {"resourceType": "Patient", **given}}]})
    for about, change in {"contact": {"contact": [{"name": {"family": "Motherp2"}}]}, "telecom": {"telecom": [{"system": "phone", "value": "555-p2"}]},
                          "nothing": {}, "identifier": {"identifier": [{"system": "urn:mrn", "value": "mrn-p2"}]}}.items():
        add(f"update with {about}", "PUT", "Patient/p2", {**patient, **change})
        add(f"another's update with {about}", "PUT", "Patient/p1", {**patient, "id": "p1", **change})
        add(f"validation of an update with {about}", "POST", "Patient/p2/$validate", {"resourceType": "Parameters", "parameter": [
            {"name": "mode", "valueCode": "update"}, {"name": "resource", "resource": {**patient, **change}}]})
    add("validation before a deletion", "POST", "Patient/p1/$validate", {"resourceType": "Parameters", "parameter": [
        {"name": "mode", "valueCode": "delete"}]})
    add("conversion", "POST", "$convert", patient, Accept="application/fhir+xml")
    add("a deletion that others refer to", "DELETE", "Specimen/p2-spec")
    add("a deletion of the patient", "DELETE", "Patient/p2")
    for kind in ("batch", "transaction"):
        for url in ("Patient/p1", "Observation/p1-lab", "Observation?in-phone=555-p2", "Patient?phone=555-p2", "Encounter/p2-enc",
                    "Patient/p2/$everything", "Patient?_has:Observation:subject:value-string=secret%20of%20p2"):
            add(f"{kind} with {url}", "POST", "", {"resourceType": "Bundle", "type": kind, "entry": [{"request": {"method": "GET", "url": url}}]})
    add("meta of another's", "POST", "Patient/p1/$meta-add", {"resourceType": "Parameters", "parameter": [
        {"name": "meta", "valueMeta": {"tag": [{"code": "t"}]}}]})
    return questions


EXPORTS = ("$export?_type={0}", "Patient/$export?_type={0}", "$export?_type=Patient&_typeFilter=Patient%3Fphone%3D555-p2",
           "$export?_type=Patient&_typeFilter=Patient%3Ffamily%3DOnely,Patient%3Ffamily%3DTwofold",
           "$export?_type=Observation&_typeFilter=Observation%3Fvalue-string%3Dsecret%20of%20p2",
           "$export?_type=Observation&_typeFilter=Observation%3Fin-phone%3D555-p2",
           "$export?_type=Patient&_elements=Patient.telecom,Patient.contact",
           "$export?_since=2000-01-01T00:00:00Z&_type=Observation,Patient", "Group/both/$export?_type=Patient,Observation")
EXPORTED = "Patient,Observation,Encounter,Condition,DiagnosticReport,Composition,Claim,Coverage,Practitioner,Organization"
