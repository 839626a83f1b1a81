"""The CapabilityStatement is valid, and what it says is what runs.
https://hl7.org/fhir/R4/http.html#capabilities"""
import json
import os
import tempfile

from support import ServerCase, patient, run, until


class Metadata(ServerCase):
    def setUp(self):
        super().setUp()
        response = self.http.get("metadata")
        self.assert_status(response, 200)
        self.text = response.body
        self.statement = response.json
        self.rest = self.statement["rest"][0]

    def test_says_what_it_is(self):
        self.assertEqual(self.statement["resourceType"], "CapabilityStatement")
        self.assertEqual(self.statement["fhirVersion"], "4.0.1")
        self.assertEqual(self.statement["kind"], "instance")
        self.assertEqual(self.statement["implementation"]["url"], self.server.base)
        self.assertIn("application/fhir+json", self.statement["format"])
        self.assertEqual(self.rest["mode"], "server")

    def test_is_valid(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "metadata.json")
            with open(path, "wb") as out:
                out.write(self.text)
            done = run("validate", "--output", "ndjson", path)
            self.assertEqual(done.returncode, 0, done.stdout.decode())
            line = json.loads(done.stdout)
            self.assertEqual(line["outcome"]["resourceType"], "OperationOutcome")

    def test_operations_of_this_server_alone_are_defined_where_their_canonicals_say(self):
        own = [one for one in self.rest["operation"] if one["definition"].startswith(self.server.base)]
        self.assertEqual([one["name"] for one in own], ["import"])
        with tempfile.TemporaryDirectory() as folder:
            for one in own:
                response = self.http.get(one["definition"][len(self.server.base) + 1:])
                self.assert_status(response, 200)
                definition = response.json
                self.assertEqual((definition["url"], definition["code"], definition["kind"]), (one["definition"], one["name"], "operation"))
                path = os.path.join(folder, "definition.json")
                with open(path, "wb") as out:
                    out.write(response.body)
                done = run("validate", "--output", "ndjson", path)
                self.assertEqual(done.returncode, 0, done.stdout.decode())
                self.assert_status(self.http.raw("GET", response["Location"] or f"/fhir/OperationDefinition/{definition['id']}", None,
                                                 {"Accept": "application/fhir+xml"}), 200)
        self.assert_outcome(self.http.get("OperationDefinition/Patient-break-glass"), 404)  # not without tokens

    def test_lists_every_r4_resource_type_with_every_interaction(self):
        types = [r["type"] for r in self.rest["resource"]]
        self.assertEqual(len(types), len(set(types)))
        self.assertGreaterEqual(len(types), 145)
        for one in self.rest["resource"]:
            codes = {i["code"] for i in one["interaction"]}
            self.assertLessEqual({"read", "vread", "update", "delete", "history-instance", "create",
                                  "search-type"}, codes, one["type"])

    def test_every_type_named_is_served(self):
        for one in self.rest["resource"]:
            self.assert_status(self.http.get(f"{one['type']}?_summary=count"), 200)
            self.assert_outcome(self.http.get(f"{one['type']}/none"), 404)

    def test_every_search_parameter_named_is_answered(self):
        sample = {"date": "2020-01-01", "number": "1", "quantity": "1", "reference": "a", "token": "a",
                  "string": "a", "uri": "http://example.org/a"}
        asked = 0
        for one in self.rest["resource"]:
            for parameter in one.get("searchParam", []):
                if parameter["type"] not in sample:
                    continue  # composite and special values depend on their parts
                response = self.http.search(one["type"], {
                    parameter["name"]: sample[parameter["type"]], "_summary": "count"})
                with self.subTest(type=one["type"], parameter=parameter["name"]):
                    self.assert_status(response, 200)
                asked += 1
        self.assertGreater(asked, 1200)

    def test_every_include_named_is_answered(self):
        for one in self.rest["resource"]:
            for name in one.get("searchInclude", []):
                response = self.http.search(one["type"], {"_include": name, "_count": "1"})
                with self.subTest(type=one["type"], include=name):
                    self.assert_status(response, 200)
        for one in self.rest["resource"][:10]:
            for name in one.get("searchRevInclude", []):
                response = self.http.search(one["type"], {"_revinclude": name, "_count": "1"})
                with self.subTest(type=one["type"], revinclude=name):
                    self.assert_status(response, 200)

    def test_every_operation_named_exists_and_has_a_definition(self):
        operations = [(None, o) for o in self.rest.get("operation", [])]
        for one in self.rest["resource"]:
            operations += [(one["type"], o) for o in one.get("operation", [])]
        self.assertTrue(operations)
        for kind, operation in operations:
            path = ("" if kind is None else kind + "/") + "$" + operation["name"]
            # An absolute URI: what no specification defines has one of ours.
            self.assertRegex(operation["definition"], "^(http:|https:|urn:)")
            response = self.http.post(path, {"resourceType": "Parameters"})
            if response.status == 404 and kind is not None:  # then it is one of instances
                response = self.http.post(f"{kind}/any/${operation['name']}", {"resourceType": "Parameters"})
            with self.subTest(operation=path):
                if response.status == 404:  # the thing asked about may be unknown, not the operation
                    self.assertNotIn("There is no operation", response.body.decode())

    def test_system_interactions_named_are_answered(self):
        codes = {i["code"] for i in self.rest.get("interaction", [])}
        self.assertLessEqual({"transaction", "batch"}, codes)
        if "history-system" in codes:
            self.assert_status(self.http.get("_history"), 200)
        if "search-system" not in codes:
            self.assert_outcome(self.http.get("?_id=1"), (400, 404, 405))

    def test_validate_judges_without_storing(self):
        good = self.http.post("Patient/$validate", patient())
        self.assert_status(good, 200)
        self.assertFalse([i for i in good.issues if i["severity"] in ("error", "fatal")])
        bad = self.http.post("Patient/$validate", {"resourceType": "Patient", "gender": "x"})
        self.assert_status(bad, 200)
        self.assertTrue([i for i in bad.issues if i["severity"] == "error"])
        self.assertEqual(self.http.get("Patient?_summary=count").json["total"], 0)


class ServiceEndpoints(ServerCase):
    def test_health_and_metrics(self):
        self.assert_status(self.http.raw("GET", "/health"), 200)
        self.http.get("metadata")
        metrics = self.http.raw("GET", "/metrics")
        self.assert_status(metrics, 200)
        self.assertTrue(metrics["Content-Type"].startswith("text/plain"))
        self.assertIn(b"# TYPE ", metrics.body)

    def test_the_access_log_holds_no_patient_data(self):
        self.http.post("Patient", patient("Verysecretname"))
        self.http.search("Patient", {"family": "Verysecretname", "identifier": "urn:secret|12345678"})
        self.http.search("Patient", {"birthdate": "garbage-Verysecretname"})
        self.server_log_has_line_for("/fhir/Patient")
        log = "\n".join(self.server.log)
        self.assertNotIn("Verysecretname", log)
        self.assertNotIn("12345678", log)

    def server_log_has_line_for(self, text):
        if not until(lambda: any(text in line or "search" in line for line in list(self.server.log))):
            self.fail("no line in the access log: " + self.server.tail())
