"""XML and JSON for every body and answer: https://hl7.org/fhir/R4/http.html#mime-type"""
import base64
import glob
import json
import os
import unittest
import xml.etree.ElementTree as ElementTree

from support import FHIR_JSON, PACKAGE, ServerCase, exact, patient, say

FHIR_XML = "application/fhir+xml"
SPACE = "{http://hl7.org/fhir}"
PATIENT = ('<Patient xmlns="http://hl7.org/fhir"><name><family value="Example"/></name>'
           '<birthDate value="1990-01-31"/></Patient>')


def root_of(response):
    return ElementTree.fromstring(response.body)


class Formats(ServerCase):
    def create_xml(self, text=PATIENT, kind="Patient", **headers):
        return self.http.post(kind, text, Content_Type=FHIR_XML, **headers)

    def test_a_resource_sent_as_xml_is_read_as_either(self):
        created = self.create_xml(Accept=FHIR_XML)
        self.assert_status(created, 201)
        self.assertTrue(created["Content-Type"].startswith(FHIR_XML))
        id = root_of(created).find(SPACE + "id").get("value")
        as_json = self.http.get(f"Patient/{id}", Accept=FHIR_JSON)
        self.assertEqual(as_json.json["name"], [{"family": "Example"}])
        as_xml = self.http.get(f"Patient/{id}", Accept=FHIR_XML)
        self.assertEqual(root_of(as_xml).tag, SPACE + "Patient")
        self.assertEqual(as_xml["ETag"], 'W/"1"')
        self.assertEqual(self.http.get(f"Patient/{id}", Accept=FHIR_XML, If_None_Match='W/"1"').status, 304)

    def test_every_spelling_of_format(self):
        """xml, text/xml, application/xml, application/fhir+xml: "_format … overrides the Accept header"."""
        id = self.create(patient())["id"]
        for name in ("xml", "text/xml", "application/xml", "application/fhir%2Bxml", "application/fhir+xml"):
            response = self.http.get(f"Patient/{id}?_format={name}", Accept=FHIR_JSON)
            self.assertEqual(root_of(response).tag, SPACE + "Patient", name)
        for name in ("json", "text/json", "application/json", "application/fhir%2Bjson"):
            response = self.http.get(f"Patient/{id}?_format={name}", Accept=FHIR_XML)
            self.assertEqual(response.json["resourceType"], "Patient", name)

    def test_rdf_is_refused_clearly(self):
        for response in (self.http.get("Patient", Accept="text/turtle"), self.http.get("Patient?_format=ttl")):
            self.assert_outcome(response, 406, "not-supported")
            self.assertIn("RDF", response.issues[0]["diagnostics"])
        response = self.http.post("Patient", "<x> a <y> .", Content_Type="text/turtle")
        self.assert_outcome(response, 415, "not-supported")

    def test_pretty_in_both(self):
        id = self.create(patient())["id"]
        self.assertIn(b'\n  "id"', self.http.get(f"Patient/{id}?_pretty=true").body)
        self.assertIn(b"\n  <id ", self.http.get(f"Patient/{id}?_pretty=true&_format=xml").body)
        self.assertNotIn(b"\n", self.http.get(f"Patient/{id}?_pretty=false").body)

    def test_failures_come_in_the_format_asked_for(self):
        missing = self.http.get("Patient/none", Accept=FHIR_XML)
        self.assertEqual(missing.status, 404)
        self.assertEqual(root_of(missing).tag, SPACE + "OperationOutcome")
        unknown = self.http.get("Nothing/1/2/3/4", Accept=FHIR_XML)
        self.assertEqual((unknown.status, root_of(unknown).tag), (404, SPACE + "OperationOutcome"))

    def test_errors_in_xml_have_a_line_and_a_column(self):
        broken = self.create_xml("<Patient xmlns='http://hl7.org/fhir'>\n  <active value='true'>\n</Patient>",
                                 Accept=FHIR_JSON)
        self.assert_outcome(broken, 400, "structure", has_place=True)
        wrong = self.create_xml("<Patient xmlns='http://hl7.org/fhir'>\n  <gender value='blue'/>\n</Patient>",
                                Accept=FHIR_JSON)
        self.assert_outcome(wrong, (400, 422), has_place=True)
        entity = '<!DOCTYPE a [<!ENTITY e "x">]><Patient xmlns="http://hl7.org/fhir"><id value="&e;"/></Patient>'
        self.assert_outcome(self.create_xml(entity, Accept=FHIR_JSON), 400, "structure")

    def test_searches_histories_and_metadata_in_xml(self):
        created = self.create_xml(Accept=FHIR_JSON).json
        for path in (f"Patient?_id={created['id']}", f"Patient/{created['id']}/_history", "Patient/_history"):
            response = self.http.get(path, Accept=FHIR_XML)
            self.assert_status(response, 200)
            self.assertEqual(root_of(response).tag, SPACE + "Bundle", path)
            self.assertIsNotNone(root_of(response).find(f"{SPACE}entry/{SPACE}resource/{SPACE}Patient"), path)
        self.assertEqual(root_of(self.http.get("metadata?_format=xml")).tag, SPACE + "CapabilityStatement")

    def test_a_transaction_in_xml(self):
        text = ('<Bundle xmlns="http://hl7.org/fhir"><type value="transaction"/><entry><fullUrl value="urn:uuid:'
                '61ebe359-bfdc-4613-8bf2-c5e300945f0a"/><resource>' + PATIENT + '</resource><request><method '
                'value="POST"/><url value="Patient"/></request></entry></Bundle>')
        response = self.http.post("", text, Content_Type=FHIR_XML)
        self.assert_status(response, 200)
        self.assertEqual(root_of(response).find(f"{SPACE}type").get("value"), "transaction-response")

    def test_official_examples_through_xml(self):
        """JSON → XML → JSON over HTTP is the identity, narratives to the byte."""
        count = 0
        for path in sorted(glob.glob(os.path.join(PACKAGE, "*.json")))[::7]:
            with open(path, "rb") as file:
                body = file.read()
            kind, id = exact(body).get("resourceType"), exact(body).get("id")
            if not id or kind in ("Bundle", "Parameters", "Binary") or len(body) > 300_000:
                continue
            if self.http.put(f"{kind}/{id}", body).status != 201:
                continue
            first = self.http.get(f"{kind}/{id}", Accept=FHIR_JSON).body
            as_xml = self.http.get(f"{kind}/{id}", Accept=FHIR_XML).body
            back = self.http.put(f"{kind}/{id}", as_xml, Content_Type=FHIR_XML, Accept=FHIR_JSON)
            self.assert_status(back, 200)
            a, b = json.loads(first), json.loads(back.body)
            self.assertEqual(a.pop("meta").get("profile"), b.pop("meta").get("profile"))
            self.assertEqual(a, b, path)
            self.assertEqual(numbers(exact(first)), numbers(exact(back.body)), path)
            count += 1
        self.assertGreater(count, 60)
        say(f"formats: {count} official examples equal after JSON to XML to JSON over HTTP")

    def test_a_binary_in_its_own_type_both_ways(self):
        """Not asked for as FHIR, "the content should be returned using the content type stated"."""
        bytes_sent = b"%PDF-1.4 \x00\xff not really"
        created = self.http.post("Binary", bytes_sent, Content_Type="application/pdf", Accept=FHIR_JSON,
                                 X_Security_Context="Patient/1")
        self.assert_status(created, 201)
        resource = created.json
        self.assertEqual(base64.b64decode(resource["data"]), bytes_sent)
        self.assertEqual(resource["contentType"], "application/pdf")
        self.assertEqual(resource["securityContext"], {"reference": "Patient/1"})
        for accept in ({}, {"Accept": "*/*"}, {"Accept": "application/pdf"}):
            content = self.http.get(f"Binary/{resource['id']}", **accept)
            self.assertEqual((content.status, content.body), (200, bytes_sent))
            self.assertEqual(content["Content-Type"], "application/pdf")
            self.assertEqual(content["X-Security-Context"], "Patient/1")
            self.assertEqual(content["X-Content-Type-Options"], "nosniff")
        as_resource = self.http.get(f"Binary/{resource['id']}", Accept=FHIR_JSON)
        self.assertEqual(as_resource.json["contentType"], "application/pdf")
        self.assert_status(self.http.put("Binary/own", b"abc", Content_Type="text/plain", Accept=FHIR_JSON), 201)
        self.assertEqual(self.http.get("Binary/own").body, b"abc")
        # "including when the content type is application/fhir+json", unless it is a Binary
        as_content = self.http.post("Binary", patient(), Accept=FHIR_JSON)
        self.assertEqual(json.loads(base64.b64decode(as_content.json["data"]))["resourceType"], "Patient")
        as_binary = self.http.post("Binary", {"resourceType": "Binary", "contentType": "text/plain", "data": "YQ=="})
        self.assertEqual(as_binary.json["contentType"], "text/plain")


def numbers(tree):
    """Every number of a tree as it is written, whatever the order of members."""
    if isinstance(tree, list):
        items = [item[1] if isinstance(item, tuple) else item for item in tree]
        return sorted(number for item in items for number in numbers(item))
    return [str(tree)] if type(tree).__name__ == "Number" else []


if __name__ == "__main__":
    unittest.main()
