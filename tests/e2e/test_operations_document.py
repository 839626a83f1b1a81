"""$document. https://hl7.org/fhir/R4/composition-operation-document.html
https://hl7.org/fhir/R4/documents.html"""
import re

from support import ResourcesCase, patient

DIV = "<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"


def ref(to):
    return {"reference": to}


def composition(id, **members):
    return {"resourceType": "Composition", "id": id, "status": "final",
            "type": {"coding": [{"system": "http://loinc.org", "code": "11488-4"}]},
            "subject": ref("Patient/doc-p"), "date": "2020-01-01", "author": [ref("Practitioner/doc-dr")],
            "title": "Note", **members}


WORLD = [
    patient("Document", id="doc-p", link=[{"other": ref("Patient/doc-q"), "type": "seealso"}],
            managingOrganization=ref("Organization/doc-org")),
    patient("Another", id="doc-q"),
    {"resourceType": "Practitioner", "id": "doc-dr", "name": [{"family": "Doctor"}]},
    {"resourceType": "Organization", "id": "doc-org", "name": "Clinic", "partOf": ref("Organization/doc-top")},
    {"resourceType": "Organization", "id": "doc-top", "name": "Trust"},
    {"resourceType": "Encounter", "id": "doc-e", "status": "finished", "class": {"code": "AMB"},
     "subject": ref("Patient/doc-p")},
    {"resourceType": "Observation", "id": "doc-o", "status": "final", "code": {"text": "x"},
     "subject": ref("Patient/doc-p"), "valueString": "y", "specimen": ref("Specimen/doc-s")},
    {"resourceType": "Specimen", "id": "doc-s", "subject": ref("Patient/doc-p")},
]


class Document(ResourcesCase):
    resources = WORLD

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.server.client() as http:
            note = composition("doc-c", encounter=ref("Encounter/doc-e"), section=[
                {"title": "S", "text": {"status": "generated", "div": DIV},
                 "entry": [ref(f"{cls.server.base}/Observation/doc-o")]}])
            assert http.put("Composition/doc-c", note).status == 201

    def names(self, bundle):
        return [f"{e['resource']['resourceType']}/{e['resource']['id']}" for e in bundle["entry"]]

    def test_a_document_has_identifier_and_timestamp_and_its_composition_first(self):
        # "The document bundle SHALL have an identifier … timestamp"; bdl-9, bdl-10, bdl-11
        got = self.http.get("Composition/doc-c/$document")
        self.assert_status(got, 200)
        self.assertEqual((got.json["resourceType"], got.json["type"]), ("Bundle", "document"))
        self.assertEqual(got.json["identifier"]["system"], "urn:ietf:rfc:3986")
        self.assertRegex(got.json["identifier"]["value"], r"^urn:uuid:[0-9a-f-]{36}$")
        self.assertTrue(re.match(r"\d{4}-\d\d-\d\dT", got.json["timestamp"]))
        self.assertEqual(self.names(got.json)[0], "Composition/doc-c")

    def test_all_that_is_referred_to_is_in_it_once(self):
        names = self.names(self.http.get("Composition/doc-c/$document").json)
        self.assertEqual(sorted(names), sorted(
            ["Composition/doc-c", "Patient/doc-p", "Practitioner/doc-dr", "Encounter/doc-e",
             "Observation/doc-o", "Specimen/doc-s", "Organization/doc-org", "Organization/doc-top"]))

    def test_the_document_is_valid(self):
        got = self.http.get("Composition/doc-c/$document").json
        judged = self.http.post("Bundle/$validate", got)
        self.assertEqual([i for i in judged.json["issue"] if i["severity"] == "error"], [])

    def test_by_id_or_url_at_the_type(self):
        # "GET [base]/Composition/[id]/$document is identical in meaning to GET
        # [base]/Composition/$document?id=[id]"
        for id in ("doc-c", f"{self.server.base}/Composition/doc-c", "Composition/doc-c"):
            got = self.http.search("Composition/$document", {"id": id})
            self.assert_status(got, 200)
            self.assertEqual(self.names(got.json)[0], "Composition/doc-c")
        body = {"resourceType": "Parameters", "parameter": [{"name": "id", "valueUri": "doc-c"}]}
        self.assert_status(self.http.post("Composition/$document", body), 200)
        # "the id parameter SHALL NOT be used if the operation is requested on a particular composition"
        self.assert_outcome(self.http.get("Composition/doc-c/$document?id=doc-c"), 400, "invalid")

    def test_a_persisted_document_is_where_location_says(self):
        got = self.http.post("Composition/doc-c/$document?persist=true", {"resourceType": "Parameters"})
        self.assert_status(got, 200)
        stored = self.http.get(got["Location"])
        self.assert_status(stored, 200)
        self.assertEqual(stored.json, got.json)
        self.assertTrue(got["Location"].endswith("/Bundle/" + got.json["id"]))

    def test_a_full_document_or_an_error(self):
        self.http.put("Composition/doc-lost", composition("doc-lost", custodian=ref("Organization/doc-lost")))
        self.assert_outcome(self.http.get("Composition/doc-lost/$document"), 422, "not-found")
        self.assert_outcome(self.http.get("Composition/nothing/$document"), 404, "not-found")
        self.assert_outcome(self.http.get("Composition/$document"), 400, "required")
        self.assert_outcome(self.http.get("Composition/doc-c/$document?persist=maybe"), 400, "value")
        self.assert_outcome(self.http.get("Composition/doc-c/$document?graph=http://x.test/g"), 400, "not-supported")
        self.assert_outcome(self.http.search("Composition/$document", {"id": "http://elsewhere.test/Composition/1"}),
                            400, "not-supported")

    def test_xml(self):
        got = self.http.get("Composition/doc-c/$document?_format=xml")
        self.assert_status(got, 200)
        self.assertIn(b"<Bundle", got.body[:120])
