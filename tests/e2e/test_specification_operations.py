"""Sentences of https://hl7.org/fhir/R4/operations.html and operationdefinition-definitions.html,
capabilitystatement.html and capabilitystatement-definitions.html, compartmentdefinition.html,
operationoutcome.html and operationoutcome-definitions.html, binary.html, search with http.html."""
import base64
import json

from support import PACKAGE, SearchCase, ServerCase, entries, link, match_ids, patient

VALUE_SET = {"resourceType": "ValueSet", "id": "ops", "url": "urn:vs:ops", "status": "active",
             "compose": {"include": [{"system": "urn:cs", "concept": [{"code": "a"}, {"code": "b"}]}]}}


def parameters(**values):
    """Parameters of strings and the like: name_of_type keys such as url__uri."""
    return {"resourceType": "Parameters",
            "parameter": [{"name": k.split("__")[0], "value" + k.split("__")[1].capitalize(): v} for k, v in values.items()]}


class Operations(SearchCase):
    resources = [patient("Op", id="p1"), VALUE_SET]

    def definitions(self):
        """(path of the type or "", OperationDefinition) of every operation that the statement names."""
        rest = self.http.get("metadata").json["rest"][0]
        named = [("", o) for o in rest["operation"]] + [(r["type"], o) for r in rest["resource"] for o in r.get("operation", [])]
        for kind, operation in named:
            id = operation["definition"].rsplit("/", 1)[-1]
            path = f"{PACKAGE}/OperationDefinition-{id}.json"
            try:
                with open(path, encoding="utf-8") as file:
                    yield kind, operation, json.load(file)
            except FileNotFoundError:
                continue

    def test_what_changes_nothing_is_invoked_by_get_and_all_by_post(self):
        """Servers SHALL support POST method for all operations. Servers SHALL support GET method if all
        the parameters for the operation are primitive … and the operation has affectsState = false"""
        seen = 0
        for kind, operation, definition in {(k, o["name"]): (k, o, d) for k, o, d in self.definitions()}.values():
            if not (definition["type"] if kind else definition["system"]):
                continue
            path = (kind + "/" if kind else "") + "$" + operation["name"]
            self.assertNotEqual(self.http.request("POST", path, {"resourceType": "Parameters"}).status, 405, path)
            takes = [p for p in definition.get("parameter", []) if p["use"] == "in"]
            is_primitive = all(p.get("type", "X")[0].islower() for p in takes)
            if is_primitive and not definition.get("affectsState", False):
                self.assertNotEqual(self.http.get(path).status, 405, path)
            seen += 1
        self.assertGreater(seen, 10)

    def test_what_changes_something_is_invoked_by_post_alone(self):
        """For operations that call state changes, they must be invoked by a POST"""
        for path in ("Patient/p1/$meta-add", "Patient/p1/$meta-delete", "Patient/p1/$expunge", "$process-message"):
            refused = self.http.get(path)
            self.assert_outcome(refused, 405, "not-supported")

    def test_get_and_post_say_the_same(self):
        """the operation may be invoked by performing an HTTP GET operation where all of the values of the
        parameters are appended to the URL … Servers SHALL support this method of invocation"""
        by_get = self.http.get("ValueSet/$validate-code?url=urn:vs:ops&code=b&system=urn:cs").json
        by_post = self.http.post("ValueSet/$validate-code", parameters(url__uri="urn:vs:ops", code__code="b", system__uri="urn:cs")).json
        self.assertEqual(by_get, by_post)
        self.assertIn({"name": "result", "valueBoolean": True}, by_get["parameter"])

    def test_a_single_resource_is_body_and_answer(self):
        """If … there is exactly one input parameter of type Resource … executed by a POST with that
        resource as the body; If there is only one out parameter, which is a Resource with the parameter
        name "return" then … the response is simply the resource itself"""
        self.assertEqual(self.http.post("Patient/$validate", patient()).json["resourceType"], "OperationOutcome")
        wrapped = {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": patient()}]}
        self.assertEqual(self.http.post("Patient/$validate", wrapped).json["resourceType"], "OperationOutcome")
        self.assertEqual(self.http.get("ValueSet/ops/$expand").json["resourceType"], "ValueSet")
        self.assertEqual(self.http.get("Patient/p1/$meta").json["resourceType"], "Parameters")

    def test_without_parameters_the_body_is_empty(self):
        """There is no parameters resource in this case … invoked with a POST with an empty body"""
        got = self.http.request("POST", "Patient/p1/$everything", None, {"Content-Length": "0"})
        self.assertEqual((got.status, got.json["type"]), (200, "searchset"))

    def test_answers_are_negotiated_and_failures_have_outcomes(self):
        """The result of an operation is subject to content negotiation like any other interaction; An HTTP
        status code of 4xx or 5xx indicates an error, and an OperationOutcome SHOULD be returned"""
        self.assertIn(b"<ValueSet", self.http.get("ValueSet/ops/$expand", Accept="application/fhir+xml").body)
        self.assert_outcome(self.http.get("ValueSet/ops/$expand", Accept="text/turtle"), 406)
        self.assert_outcome(self.http.get("ValueSet/none/$expand"), 404)
        self.assert_outcome(self.http.get("Patient/p1/$nonsense"), 404)
        self.assert_outcome(self.http.post("ValueSet/$validate-code", {"resourceType": "Parameters"}), 400)
        self.assert_outcome(self.http.post("ValueSet/$expand", "{"), 400)


class Capabilities(ServerCase):
    def statement(self):
        return self.http.get("metadata").json

    def test_types_interactions_and_profiles_are_named(self):
        """Servers SHALL specify what resource types and operations are supported, and SHOULD also specify
        profiles for each resource type"""
        for one in self.statement()["rest"][0]["resource"]:
            self.assertTrue(one["interaction"] and one["profile"], one["type"])
        self.assertTrue(self.statement()["rest"][0]["operation"])

    def test_the_statement_says_who_and_how(self):
        """This item SHOULD be populated … SHOULD clearly document how transaction integrity is handled …
        globally unique and SHOULD be a literal address … fhirVersion SHALL be the same"""
        statement = self.statement()
        for name in ("publisher", "description", "date", "url", "version"):
            self.assertTrue(statement[name], name)
        self.assertEqual(self.http.get(statement["url"]).json["url"], statement["url"])
        self.assertEqual(statement["fhirVersion"], "4.0.1")
        self.assertIn("integrity", statement["rest"][0]["documentation"])

    def test_search_parameters_are_as_defined(self):
        """SHALL be populated if the search parameter refers to a SearchParameter defined by the FHIR core
        specification … It SHALL be the same as the type in the search parameter definition"""
        for one in self.statement()["rest"][0]["resource"]:
            for parameter in one["searchParam"]:
                self.assertTrue(parameter["definition"], (one["type"], parameter))
        for kind, name, expected in (("Patient", "birthdate", "date"), ("Observation", "value-quantity", "quantity"),
                                     ("Observation", "code-value-quantity", "composite"), ("ValueSet", "url", "uri")):
            found = next(p for r in self.statement()["rest"][0]["resource"] if r["type"] == kind for p in r["searchParam"] if p["name"] == name)
            self.assertEqual(found["type"], expected)

    def test_operations_are_at_the_levels_of_their_definitions(self):
        """Operations linked from CapabilityStatement.rest.resource.operation must have
        OperationDefinition.type = true or instance = true … rest.operation … system = true; The name here
        SHOULD be the same as the name in the definition"""
        rest = self.statement()["rest"][0]
        named = [(False, o) for o in rest["operation"]] + [(True, o) for r in rest["resource"] for o in r.get("operation", [])]
        seen = 0
        for of_type, operation in named:
            try:
                with open(f"{PACKAGE}/OperationDefinition-{operation['definition'].rsplit('/', 1)[-1]}.json", encoding="utf-8") as file:
                    definition = json.load(file)
            except FileNotFoundError:
                continue
            self.assertEqual(operation["name"], definition["code"])
            self.assertTrue(definition["type"] or definition["instance"] if of_type
                            else definition["system"] or len(definition.get("resource", [])) > 1, operation)
            seen += 1
        self.assertGreater(seen, 100)

    def test_versions_are_kept_as_it_says(self):
        """If this has some other value, the server must at least correctly track and populate the versionId
        … Servers that support this API SHOULD provide full version support"""
        self.assertEqual({r["versioning"] for r in self.statement()["rest"][0]["resource"]}, {"versioned"})
        self.http.put("Patient/v", patient("A", id="v"))
        self.http.put("Patient/v", patient("B", id="v"), If_Match='W/"1"')
        self.assertEqual([self.http.get(f"Patient/v/_history/{n}").json["meta"]["versionId"] for n in "12"], ["1", "2"])

    def test_what_is_not_named_is_not_there(self):
        """Resource Types or operations that are not listed are not supported"""
        self.assert_outcome(self.http.get("Conformance"), 404)
        self.assert_outcome(self.http.get("$nonsense"), 404)


class Compartments(SearchCase):
    """https://hl7.org/fhir/R4/compartmentdefinition.html#use"""
    resources = [
        patient("C", id="c1"), patient("D", id="c2"),
        {"resourceType": "Communication", "id": "as-subject", "status": "completed", "subject": {"reference": "Patient/c1"}},
        {"resourceType": "Communication", "id": "as-sender", "status": "completed", "sender": {"reference": "Patient/c1"}},
        {"resourceType": "Communication", "id": "as-recipient", "status": "completed", "recipient": [{"reference": "Patient/c1"}]},
        {"resourceType": "Communication", "id": "of-another", "status": "completed", "subject": {"reference": "Patient/c2"}},
        {"resourceType": "Condition", "id": "cond", "subject": {"reference": "Patient/c1"}},
    ]

    def test_a_compartment_is_the_union_of_its_parameters(self):
        """a Communication resource is in the patient compartment if the subject, sender, or recipient is
        the patient"""
        self.assertEqual(self.found("Patient/c1/Communication"), "as-recipient as-sender as-subject")
        self.assertEqual(self.found("Patient/c1/Communication", ("sender", "Patient/c1")), "as-sender")
        self.assertEqual(self.found("Patient/c1/*"), "as-recipient as-sender as-subject cond")
        self.assertEqual(self.found("Patient/c1/Condition"), self.found("Condition", ("patient", "c1")))

    def test_of_nobody_nothing_is_found(self):
        """both these searches return an empty bundle with no matches"""
        for path in ("Patient/333/Condition", "Condition?patient=333"):
            got = self.http.get(path)
            self.assertEqual((got.status, entries(got.json)), (200, []), path)

    def test_what_is_no_compartment_is_refused(self):
        self.assert_outcome(self.http.get("Organization/x/Condition"), (400, 404))


class Searches(SearchCase):
    """https://hl7.org/fhir/R4/http.html#search"""
    resources = [patient("S", id=f"s{i}", birthDate="1980-05-01") for i in range(5)]

    def test_a_search_answers_a_searchset_by_get_and_by_post(self):
        """servers that support search SHALL also support a POST based search … SHALL return a 200 OK …
        the return content SHALL be a Bundle with type = searchset"""
        by_get = self.http.get("Patient?family=S&_sort=_id")
        by_post = self.http.request("POST", "Patient/_search?family=S", "_sort=_id", {"Content-Type": "application/x-www-form-urlencoded"})
        for got in (by_get, by_post):
            self.assertEqual((got.status, got.json["resourceType"], got.json["type"]), (200, "Bundle", "searchset"))
        self.assertEqual(match_ids(by_get.json), match_ids(by_post.json))
        everywhere = self.http.request("POST", "_search", "_type=Patient&_id=s1", {"Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual(match_ids(everywhere.json), ["Patient/s1"])

    def test_pages_have_links_that_work_by_get_and_by_post(self):
        """Servers SHOULD support paging … if they do, they SHALL conform to this method … All searches SHALL
        return this value (self) … servers SHOULD allow for a client to convert the follow up requests to
        be made via a POST"""
        first = self.http.request("POST", "Patient/_search", "family=S&_count=2", {"Content-Type": "application/x-www-form-urlencoded"}).json
        self.assertTrue(link(first, "self"))
        following = link(first, "next")
        path, query = following.split("?", 1)
        by_get = self.http.get(following)
        by_post = self.http.request("POST", path[len(self.server.base) + 1:] + "/_search", query, {"Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual((by_get.status, by_post.status), (200, 200))
        self.assertEqual(match_ids(by_get.json), match_ids(by_post.json))
        self.assertEqual(len(set(match_ids(first) + match_ids(by_get.json))), 4)

    def test_a_search_that_fails_says_why(self):
        """If the search fails … SHALL be a status code 4xx or 5xx with an OperationOutcome"""
        for path in ("Patient?birthdate=x", "Patient?nonsense=1", "Patient?_sort=nonsense", "Nonsense?_id=1", "Patient?_count=x"):
            self.assert_outcome(self.http.get(path), (400, 404))

    def test_a_parameter_is_to_be_that_of_every_type(self):
        """If a search lists types not listed in SearchParameter.base for any of the parameters, this is an
        error, and a server SHOULD return a 400 status"""
        self.assert_outcome(self.http.get("?_type=Patient,Observation&birthdate=2000"), 400)
        self.assert_status(self.http.get("?_type=Condition,Observation&subject=Patient/s1"), 200)
        self.assert_outcome(self.http.get("?birthdate=2000"), 400)

    def test_an_outcome_among_the_results_is_no_error(self):
        """it SHALL NOT include any issues with a fatal or error severity, and it SHALL be marked with a
        Bundle.entry.search.mode of outcome"""
        got = self.http.get("Patient?family=S&_explain=true").json
        outcomes = entries(got, "outcome")
        self.assertTrue(outcomes)
        self.assertEqual({e["search"]["mode"] for e in entries(got)}, {"match", "outcome"})
        for one in outcomes:
            self.assertEqual(one["resource"]["resourceType"], "OperationOutcome")
            self.assertFalse({i["severity"] for i in one["resource"]["issue"]} & {"fatal", "error"})


class Outcomes(ServerCase):
    """https://hl7.org/fhir/R4/operationoutcome.html"""

    def test_outcomes_fit_the_status(self):
        """Operation outcomes returned SHOULD be in alignment with the HTTP response code … must include at
        least one issue … Each issue SHOULD have an expression … a fixed "http" and the header or query
        parameter name … SHALL choose the most applicable code"""
        for answer, code, expression in (
                (self.http.post("Patient", {"resourceType": "Patient", "gender": "x"}), "code-invalid", "Patient.gender"),
                (self.http.post("Patient", patient(nonsense=1)), "structure", "Patient"),
                (self.http.get("Patient?birthdate=x"), "value", "http.birthdate"),
                (self.http.get("Patient?name:nonsense=x"), None, "http.name"),
                (self.http.get("Patient/_history?_count=x"), "value", "http._count")):
            errors = self.assert_outcome(answer, (400, 422), code)
            self.assertTrue(any(expression in e.get("expression", [""])[0] for e in errors), errors)
        fine = self.http.post("Patient", patient(), Prefer="return=OperationOutcome").json
        self.assertEqual({i["severity"] for i in fine["issue"]}, {"information"})

    def test_expressions_are_simple(self):
        """the expression SHALL not contain a .resolve() function … Each FHIRPath SHALL resolve to a single node"""
        broken = patient("X", contact=[{"gender": "male"}, {"gender": "x"}], identifier=[{"use": "x"}, {"period": {"start": "2020-13"}}])
        errors = self.assert_outcome(self.http.post("Patient", broken), (400, 422))
        for error in errors:
            self.assertRegex(error["expression"][0], r"^Patient(\.[A-Za-z]+(\[\d+\])?)*$")
        self.assertIn("Patient.contact[1].gender", [e["expression"][0] for e in errors])


class Binaries(ServerCase):
    """https://hl7.org/fhir/R4/binary.html#rest"""

    def store(self, content, kind):
        made = self.http.request("POST", "Binary", content, {"Content-Type": kind, "Accept": "application/fhir+json"})
        self.assert_status(made, 201)
        return "Binary/" + made.json["id"]

    def test_a_generic_type_gets_content_of_its_format(self):
        """using a generic mime type (application/xml, text/xml, or application/json), the server SHOULD
        return the content directly if the content-type format matches the requested mime type"""
        path = self.store(b'{"a": 1}', "application/vnd.xacml+json")
        content = self.http.get(path, Accept="application/json")
        self.assertEqual((content.body, content["Content-Type"]), (b'{"a": 1}', "application/vnd.xacml+json"))
        as_xml = self.http.get(path, Accept="application/xml")
        self.assertIn(b"<Binary", as_xml.body)
        self.assertEqual(self.http.get(path, Accept="application/fhir+json").json["contentType"], "application/vnd.xacml+json")

    def test_format_means_the_formats_of_fhir(self):
        """The _format overrides the accept header and SHALL be interpreted as using the standard FHIR mime
        types, even if the more generic mime types are given"""
        path = self.store(b'{"a": 1}', "application/json")
        for format in ("json", "application/json", "text/json"):
            got = self.http.get(f"{path}?_format={format}", Accept="application/json")
            self.assertEqual(base64.b64decode(got.json["data"]), b'{"a": 1}', format)

    def test_in_a_bundle_it_is_a_resource(self):
        """The Binary resource is always represented in the native FHIR format when wrapped in a Bundle"""
        path = self.store(b"\x00\x01", "application/octet-stream")
        batch = {"resourceType": "Bundle", "type": "batch", "entry": [{"request": {"method": "GET", "url": path}}]}
        self.assertEqual(self.http.post("", batch).json["entry"][0]["resource"]["resourceType"], "Binary")
        self.assertEqual(self.http.get(path + "/_history").json["entry"][0]["resource"]["resourceType"], "Binary")
        raw = self.http.get(path, Accept="*/*")
        self.assertEqual((raw["ETag"], bool(raw["Last-Modified"])), ('W/"1"', True))
