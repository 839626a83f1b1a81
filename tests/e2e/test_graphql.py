"""$graphql over the official examples, with the queries that the specification shows.
https://hl7.org/fhir/R4/graphql.html"""
import base64
import json
import os

from support import PACKAGE, ServerCase

STORED = ["Organization-hl7", "Organization-1", "Patient-example", "Patient-f001", "Observation-example",
          "Condition-example", "Condition-example2", "List-long"]
JSON = "application/json"
GRAPHQL = "application/graphql"


def example(name):
    with open(os.path.join(PACKAGE, f"{name}.json"), encoding="utf-8") as file:
        return json.load(file)


class GraphqlCase(ServerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.server.client() as http:
            for name in STORED:
                resource = example(name)
                made = http.put(f"{resource['resourceType']}/{resource['id']}", resource)
                assert made.status in (200, 201), made

    def ask(self, place, query, **parameters):
        return self.http.search(f"{place}/$graphql" if place else "$graphql", {"query": query, **parameters})

    def data(self, place, query, **parameters):
        got = self.ask(place, query, **parameters)
        self.assert_status(got, 200)
        # "The mime type of the response is application/json … *not* application/fhir+json"
        self.assertEqual(got["Content-Type"].partition(";")[0], JSON)
        self.assertNotIn("errors", got.json)
        return got.json["data"]

    def refused(self, place, query, status, code, **parameters):
        """The first error, in the form that "Error Handling" shows."""
        got = self.ask(place, query, **parameters)
        self.assert_status(got, status)
        self.assertEqual(got["Content-Type"].partition(";")[0], JSON)
        self.assertIsNone(got.json["data"])
        for error in got.json["errors"]:
            outcome = error["extensions"]["resource"]
            self.assertEqual(outcome["resourceType"], "OperationOutcome")
            self.assertEqual(outcome["issue"][0]["diagnostics"], error["message"])
        first = got.json["errors"][0]
        self.assertEqual(first["extensions"]["resource"]["issue"][0]["code"], code, first)
        return first


class Fields(GraphqlCase):
    def test_fields_are_selected_and_what_is_not_there_is_left_out(self):
        self.assertEqual(self.data("Patient/example", "{ name { text given family } }"), {"name": [
            {"given": ["Peter", "James"], "family": "Chalmers"}, {"given": ["Jim"]},
            {"given": ["Peter", "James"], "family": "Windsor"}]})

    def test_polymorphic_fields_go_by_their_json_name(self):
        self.assertEqual(self.data("Observation/example", "{ valueQuantity { value unit } }"),
                         {"valueQuantity": {"value": 185, "unit": "lbs"}})
        self.refused("Observation/example", "{ value { unit } }", 400, "not-supported")

    def test_extensions_of_primitives(self):
        self.assertEqual(
            self.data("Patient/example", "{ birthDate _birthDate { extension { valueDateTime } } }"),
            {"birthDate": "1974-12-25", "_birthDate": {"extension": [{"valueDateTime": "1974-12-25T14:35:45-05:00"}]}})

    def test_fhirpath_selects_nodes_of_a_list(self):
        got = self.data("Patient/example", '{ name(fhirpath: "family.exists()") { text given family } }')
        self.assertEqual([n["family"] for n in got["name"]], ["Chalmers", "Windsor"])
        # @first is "a shortcut for a FHIR path filter [$index = 0]"
        by_index = self.data("Patient/example", '{ name(fhirpath: "$index = 0") { family } }')
        self.assertEqual(by_index, self.data("Patient/example", "{ name @first { family } }"))
        self.refused("Patient/example", '{ name(fhirpath: "((") { family } }', 400, "invalid")

    def test_a_field_filters_a_list(self):
        self.assertEqual(self.data("Patient/example", "{ name(use: official) { text given family } }"),
                         {"name": [{"given": ["Peter", "James"], "family": "Chalmers"}]})
        url = "http://hl7.org/fhir/StructureDefinition/patient-birthTime"
        self.assertEqual(
            self.data("Patient/example", f'{{ _birthDate {{ at: extension(url: "{url}") {{ value: valueDateTime }} }} }}'),
            {"_birthDate": {"at": [{"value": "1974-12-25T14:35:45-05:00"}]}})

    def test_offset_and_count_walk_through_a_list_and_apply_after_filters(self):
        entries = [e["item"] for e in example("List-long")["entry"]]
        got = self.data("List/long", "{ entry(_count: 5, _offset: 5) { deleted item { reference } } }")
        self.assertEqual([e["item"]["reference"] for e in got["entry"]], [e["reference"] for e in entries[5:10]])
        self.assertEqual(
            self.data("Patient/example", '{ name(fhirpath: "family.exists()", _offset: 1) { family } }'),
            {"name": [{"family": "Windsor"}]})

    def test_primitive_fields_have_no_arguments(self):
        # "Primitive fields SHALL NOT have any arguments at all"
        error = self.refused("Patient/example", "{ active(_count: 1) }", 400, "not-supported")
        self.assertEqual(error["locations"], [{"line": 1, "column": 10}])

    def test_decimals_keep_their_precision(self):
        self.http.put("Observation/gq-d", {
            "resourceType": "Observation", "id": "gq-d", "status": "final", "code": {"text": "x"}})
        body = json.dumps({"resourceType": "Observation", "id": "gq-d", "status": "final", "code": {"text": "x"},
                           "valueQuantity": {"value": 0}}).replace('"value": 0', '"value": 1.50')
        self.assert_status(self.http.put("Observation/gq-d", body), 200)
        self.assertIn(b'"value":1.50', self.ask("Observation/gq-d", "{ valueQuantity { value } }").body)


class References(GraphqlCase):
    def test_a_reference_is_resolved(self):
        self.assertEqual(self.data("Observation/example", "{ subject { reference, resource {active} } }"),
                         {"subject": {"reference": "Patient/example", "resource": {"active": True}}})

    def test_fragments_and_the_argument_type_select_by_type(self):
        wanted = {"subject": {"resource": {"birthDate": "1974-12-25"}}}
        self.assertEqual(self.data("Observation/example", """{ subject { resource {
            ...on Patient { birthDate } ...on Group { name } } } }"""), wanted)
        self.assertEqual(self.data("Observation/example", """{ subject {
            resource(type: Patient) { birthDate } resource(type: Group) { name } } }"""), wanted)
        # "or ignores them if are they not of the right type"
        self.assertEqual(self.data("Observation/example", "{ subject { resource(type: Group) { name } } }"),
                         {"subject": {}})

    def test_a_reference_to_nothing_is_an_error_unless_optional(self):
        dangling = {"resourceType": "Observation", "id": "gq-o", "status": "final", "code": {"text": "x"},
                    "subject": {"reference": "Patient/gq-none"}}
        self.assert_status(self.http.put("Observation/gq-o", dangling), 201)
        error = self.refused("Observation/gq-o", "{ subject { resource { id } } }", 404, "not-found")
        self.assertEqual(error["path"], ["subject", "resource"])
        self.assertEqual(self.data("Observation/gq-o", "{ id subject { reference resource(optional: true) { id } } }"),
                         {"id": "gq-o", "subject": {"reference": "Patient/gq-none"}})

    def test_contained_resources_are_resolved_and_selected(self):
        self.assert_status(self.http.put("Observation/gq-c", {
            "resourceType": "Observation", "id": "gq-c", "status": "final", "code": {"text": "x"},
            "contained": [{"resourceType": "Patient", "id": "p", "gender": "male"}],
            "subject": {"reference": "#p"}}), 201)
        self.assertEqual(
            self.data("Observation/gq-c",
                      "{ subject { resource { __typename ...on Patient { gender } } } contained { resourceType id } }"),
            {"subject": {"resource": {"__typename": "Patient", "gender": "male"}},
             "contained": [{"resourceType": "Patient", "id": "p"}]})

    def test_reverse_references(self):
        got = self.data("Patient/example", "{ name { family } ConditionList(_reference: patient) { id } }")
        self.assertEqual(got["ConditionList"], [{"id": "example"}, {"id": "example2"}])
        # "there may be other arguments … (except that the "id" argument is prohibited here …)"
        self.refused("Patient/example", "{ ConditionList(_reference: patient, _id: example) { id } }", 400, "invalid")
        self.refused("Patient/example", "{ ConditionList { id } }", 400, "required")
        self.refused("Patient/example", "{ ConditionList(_reference: code) { id } }", 400, "value")
        self.refused("", "{ ConditionList(_reference: patient) { id } }", 400, "invalid")

    def test_a_chain_there_and_back(self):
        got = self.data("", """{ ObservationList(code: "29463-7", subject: "Patient/example") { subject { resource {
            ...on Patient { id ConditionList(_reference: subject, _count: 1) { id } } } } } }""")
        self.assertEqual(got["ObservationList"][0]["subject"]["resource"],
                         {"id": "example", "ConditionList": [{"id": "example"}]})


class Searching(GraphqlCase):
    def test_one_resource_by_id(self):
        self.assertEqual(self.data("", "{ Patient(id: example) { id, active } }"),
                         {"Patient": {"id": "example", "active": True}})
        error = self.refused("", "{ Patient(id: none) { id } }", 404, "not-found")
        self.assertEqual((error["path"], error["locations"]), (["Patient"], [{"line": 1, "column": 3}]))
        self.refused("", "{ Patient { id } }", 400, "required")

    def test_a_list_with_search_parameters_whose_dashes_are_underscores(self):
        got = self.data("", "{ ConditionList(clinical_status: active, patient: example) { id } }")
        self.assertEqual(got["ConditionList"], [{"id": "example"}, {"id": "example2"}])
        self.assertEqual(self.data("", '{ PatientList(name: "nobody of that name") { id } }'), {"PatientList": []})

    def test_values_in_an_array_are_alternatives_and_a_comma_is_a_comma(self):
        self.assertEqual(self.data("", "{ PatientList(_id: [1, example, f001], _sort: \"_id\") { id } }"),
                         {"PatientList": [{"id": "example"}, {"id": "f001"}]})
        self.assertEqual(self.data("", '{ PatientList(_id: "example,f001") { id } }'), {"PatientList": []})

    def test_filter_and_fhirpath(self):
        self.assertEqual(self.data("", '{ PatientList(_filter: "name co pet and gender eq male") { id } }'),
                         {"PatientList": [{"id": "example"}]})
        self.assertEqual(self.data("", """{ PatientList(_sort: "_id", fhirpath: "name.where(family = 'Chalmers').exists()") { id } }"""),
                         {"PatientList": [{"id": "example"}]})

    def test_parameters_that_are_not_supported(self):
        for name in ("_include", "_revinclude", "_contained", "_containedType", "no_such"):
            self.refused("", f'{{ PatientList({name}: "x") {{ id }} }}', 400, "not-supported")
        error = self.refused("", '{ PatientList(birthdate: "soon") { id } }', 400, "value")
        self.assertNotIn("expression", error["extensions"]["resource"]["issue"][0])  # it is none of the URL's

    def test_connections_page_forward_and_back(self):
        members = "count offset pagesize first previous next last edges { mode resource { id } }"
        got = self.data("", f'{{ PatientConnection(_id: ["example", "f001"], _sort: "_id", _count: 1) {{ {members} }} }}')
        page = got["PatientConnection"]
        self.assertEqual((page["count"], page["offset"], page["pagesize"]), (2, 0, 1))
        self.assertEqual(page["edges"], [{"mode": "match", "resource": {"id": "example"}}])
        self.assertNotIn("previous", page)
        following = self.data("", f'{{ PatientConnection(cursor: "{page["next"]}") {{ {members} }} }}')["PatientConnection"]
        self.assertEqual(following["edges"], [{"mode": "match", "resource": {"id": "f001"}}])
        self.assertEqual((following["offset"], "next" in following), (1, False))
        for way in ("previous", "first"):
            back = self.data("", f'{{ PatientConnection(_cursor: "{following[way]}") {{ {members} }} }}')
            self.assertEqual(back["PatientConnection"], page)

    def test_edges_of_a_ranked_search_have_a_score(self):
        got = self.data("", '{ PatientConnection(_content: "Chalmers") { edges { mode score resource { id } } } }')
        edge, = got["PatientConnection"]["edges"]
        self.assertEqual((edge["mode"], edge["resource"]), ("match", {"id": "example"}))
        self.assertTrue(0 <= edge["score"] <= 1)

    def test_a_cursor_stands_alone_at_the_root_and_is_ours(self):
        cursor = self.data("", "{ PatientConnection(_count: 1) { first } }")["PatientConnection"]["first"]
        self.refused("", f'{{ PatientConnection(cursor: "{cursor}", gender: male) {{ count }} }}', 400, "invalid")
        self.refused("", f'{{ ConditionConnection(cursor: "{cursor}") {{ count }} }}', 400, "invalid")
        self.refused("", '{ PatientConnection(cursor: "bm9uZQ==") { count } }', 400, "invalid")
        self.refused("Patient/example",
                     f'{{ ConditionConnection(_reference: patient, cursor: "{cursor}") {{ count }} }}', 400, "invalid")

    def test_a_list_that_is_not_whole_is_refused(self):
        # "Servers may reject the request if there are too many matches … they SHALL return an error"
        with self.server.client() as http:
            entries = [{"request": {"method": "PUT", "url": f"Basic/gq-{i}"},
                        "resource": {"resourceType": "Basic", "id": f"gq-{i}", "code": {"text": "x"}}} for i in range(1001)]
            self.assert_status(http.post("", {"resourceType": "Bundle", "type": "batch", "entry": entries}), 200)
        self.refused("", "{ BasicList { id } }", 413, "too-costly")
        self.assertEqual(len(self.data("", "{ BasicList(_count: 7) { id } }")["BasicList"]), 7)


class Flattening(GraphqlCase):
    """The outputs are those of https://hl7.org/fhir/R4/graphql.html#flattening, for the same patient."""

    def check(self, query, wanted):
        self.assertEqual(self.data("Patient/example", query), wanted)

    def test_flatten(self):
        self.check("{ identifier @flatten { system value } active name @flatten { text given family } }",
                   {"system": ["urn:oid:1.2.36.146.595.217.0.1"], "value": ["12345"], "active": True,
                    "given": ["Peter", "James", "Jim", "Peter", "James"], "family": ["Chalmers", "Windsor"]})

    def test_first(self):
        self.check("{ name @flatten { text given @first family } }",
                   {"given": ["Peter", "Jim", "Peter"], "family": ["Chalmers", "Windsor"]})

    def test_singleton(self):
        self.check("""{ identifier @flatten { system @singleton value @singleton } active
                        name @flatten @first { text given family @singleton } }""",
                   {"system": "urn:oid:1.2.36.146.595.217.0.1", "value": "12345", "active": True,
                    "given": ["Peter", "James"], "family": "Chalmers"})
        # "The server SHALL return an error if there is more than one value when flattening"
        self.refused("Patient/example", "{ name @flatten { family @singleton } }", 422, "processing")

    def test_slice(self):
        self.check('{ name @flatten @slice(path: "use") { given family @singleton } }',
                   {"given.official": ["Peter", "James"], "family.official": "Chalmers", "given.usual": ["Jim"],
                    "given.maiden": ["Peter", "James"], "family.maiden": "Windsor"})
        self.check('{ name @flatten @slice(path: "$index") { given family @singleton } }',
                   {"given.0": ["Peter", "James"], "family.0": "Chalmers", "given.1": ["Jim"],
                    "given.2": ["Peter", "James"], "family.2": "Windsor"})
        # "servers SHALL NOT treat the outputs as singletons unless this is explicitly specified"
        self.check('{ name @slice(path: "$index") @flatten { given @first @singleton family } }',
                   {"given.0": "Peter", "family.0": ["Chalmers"], "given.1": "Jim", "given.2": "Peter",
                    "family.2": ["Windsor"]})

    def test_suffixes_are_cumulative(self):
        self.check('{ name(use: official) @flatten @slice(path: "use") { given @slice(path: "$index") @singleton } }',
                   {"given.official.0": "Peter", "given.official.1": "James"})

    def test_collated_children_have_one_type(self):
        # "all the collated children must have the same FHIR type. The server SHALL return an error if they don't"
        self.refused("Patient/example", "{ name @flatten { a: family } telecom @flatten { a: rank } }", 422, "processing")


class Introspection(GraphqlCase):
    """"SHALL provide introspection services that correctly describe the services they offer";
    https://spec.graphql.org/June2018/#sec-Introspection"""

    SCHEMA = """{ __schema { queryType { name } mutationType { name } directives { name locations args { name } }
        types { ...Full } } }
        fragment Full on __Type { kind name fields(includeDeprecated: true) { name isDeprecated args { name type { ...Use } }
            type { ...Use } } interfaces { name } possibleTypes { name } }
        fragment Use on __Type { kind name ofType { kind name ofType { kind name } } }"""

    def test_the_schema_is_closed(self):
        got = self.http.post("$graphql", self.SCHEMA, Content_Type=GRAPHQL)
        self.assert_status(got, 200)
        schema = got.json["data"]["__schema"]
        self.assertEqual(schema["queryType"], {"name": "Query"})
        self.assertEqual(schema["mutationType"], {"name": "Mutation"})
        self.assertEqual({d["name"] for d in schema["directives"]},
                         {"include", "skip", "flatten", "first", "singleton", "slice"})
        types = {t["name"]: t for t in schema["types"]}
        self.assertEqual(len(types), len(schema["types"]))
        used = set()

        def note(use):
            while "ofType" in use:
                self.assertIn(use["kind"], ("LIST", "NON_NULL"))
                use = use["ofType"]
            used.add(use["name"])

        for kind in schema["types"]:
            self.assertEqual(kind["kind"] in ("SCALAR", "INPUT_OBJECT"), "fields" not in kind, kind["name"])
            for field in kind.get("fields", []):
                note(field["type"])
                for argument in field["args"]:
                    note(argument["type"])
        self.assertEqual(used - set(types), set())

    def test_what_is_described_is_answered(self):
        described = self.data("", """{ __type(name: "Patient") { fields { name args { name }
            type { kind ofType { kind name } name } } } }""")["__type"]["fields"]
        self.assertIn("ConditionList", [f["name"] for f in described])
        wanted = []
        for field in described:
            use = field["type"].get("ofType", field["type"])
            needed = "(_reference: patient)" if field["name"] == "ConditionList" else ""
            if "_reference" in [a["name"] for a in field["args"]] and not needed:
                continue
            wanted.append(field["name"] + needed + (" { __typename }" if use["kind"] != "SCALAR" else ""))
        got = self.data("Patient/example", "{ " + " ".join(wanted) + " }")
        self.assertEqual(got["name"][0], {"__typename": "HumanName"})

    def test_a_type_that_is_none(self):
        self.assertEqual(self.data("", '{ __type(name: "Nothing") { name } }'), {})
        self.refused("", "{ __type { name } }", 400, "required")


class Requests(GraphqlCase):
    def test_post_as_graphql_and_as_json(self):
        query = "query a($id: ID!) { Patient(id: $id) { id } } query b { PatientList { id } }"
        got = self.http.post("$graphql", {"query": query, "operationName": "a", "variables": {"id": "example"}},
                             Content_Type=JSON)
        self.assert_status(got, 200)
        self.assertEqual(got.json, {"data": {"Patient": {"id": "example"}}})
        got = self.http.post("Patient/example/$graphql", "{ id } # a comment", Content_Type=GRAPHQL)
        self.assertEqual(got.json, {"data": {"id": "example"}})

    def test_post_as_parameters_as_the_operation_defines_them(self):
        got = self.http.post("Patient/example/$graphql", {
            "resourceType": "Parameters", "parameter": [{"name": "query", "valueString": "{id}"}]})
        self.assertEqual(got.json, {"data": {"id": "example"}})

    def test_variables_and_conditions(self):
        query = "query($on: Boolean = true) { id @include(if: $on) active @skip(if: $on) }"
        self.assertEqual(self.data("Patient/example", query), {"id": "example"})
        self.assertEqual(self.data("Patient/example", query, variables='{"on": false}'), {"active": True})
        self.refused("Patient/example", query, 400, "value", variables='{"on": "yes"}')

    def test_errors_name_line_and_column(self):
        error = self.refused("Patient/example", "{\n  active\n  nonsense\n}", 400, "not-supported")
        self.assertEqual(error["locations"], [{"line": 3, "column": 3}])
        error = self.refused("Patient/example", "{ name { given }", 400, "structure")
        self.assertEqual(error["locations"][0]["line"], 1)

    def test_requests_that_are_none(self):
        for body, kind, status in (("<a/>", "text/xml+odd", 415), ("[1]", JSON, 400), ('{"query": 1}', JSON, 400),
                                   ("{", JSON, 400), ('{"query": "{id}", "variables": 1}', JSON, 400)):
            got = self.http.post("$graphql", body, Content_Type=kind)
            self.assert_status(got, status)
            self.assertEqual(got.json["resourceType"], "OperationOutcome")
        self.assert_status(self.http.get("$graphql"), 400)
        self.assert_status(self.http.get("$graphql?query=%7Bid%7D&other=1"), 400)
        self.assert_status(self.http.get("Patient/$graphql?query=%7Bid%7D"), 404)

    def test_a_resource_that_is_not_there(self):
        self.refused("Patient/gq-none", "{ id }", 404, "not-found")

    def test_the_result_of_another_operation(self):
        # "adding the parameter "_graphql" when invoking the operation"
        got = self.http.search("CodeSystem/$validate-code", {
            "url": "http://hl7.org/fhir/administrative-gender", "code": "male",
            "_graphql": '{ result: parameter(name: "result") { value: valueBoolean } }'})
        self.assert_status(got, 200)
        self.assertEqual(got.json, {"data": {"result": [{"value": True}]}})
        # "If the operation fails … then the graphQL is not executed"
        got = self.http.search("Patient/gq-none/$meta", {"_graphql": "{ id }"})
        self.assert_status(got, 404)
        self.assertEqual(got.json["resourceType"], "OperationOutcome")

    def test_in_a_batch_the_result_is_a_binary(self):
        got = self.http.post("", {"resourceType": "Bundle", "type": "batch", "entry": [
            {"request": {"method": "GET", "url": "Patient/example/$graphql?query=%7Bid%7D"}},
            {"request": {"method": "GET", "url": "Patient/example/$graphql?query=%7Bnone%7D"}}]})
        self.assert_status(got, 200)
        first, second = got.json["entry"]
        self.assertEqual((first["resource"]["resourceType"], first["resource"]["contentType"]), ("Binary", JSON))
        self.assertEqual(json.loads(base64.b64decode(first["resource"]["data"])), {"data": {"id": "example"}})
        self.assertEqual(second["response"]["status"][:3], "400")

    def test_the_capability_statement_tells(self):
        # "SHALL indicate in their conformance statement that they support graphQL queries"
        rest = self.http.get("metadata").json["rest"][0]
        found = {o["name"]: o["definition"] for o in rest["operation"]}
        self.assertEqual(found.get("graphql"), "http://hl7.org/fhir/OperationDefinition/Resource-graphql")

    def test_the_cost_of_a_query_is_bounded(self):
        deep = "{ extension " * 60 + "{ url }" + " }" * 60
        self.refused("Patient/example", deep, 413, "too-costly")
        wide = "{ " + " ".join(f"a{i}: id" for i in range(20_000)) + " }"
        got = self.http.post("Patient/example/$graphql", wide, Content_Type=GRAPHQL)
        self.assert_status(got, 413)
        circle = "{ ...a } fragment a on Patient { ...b } fragment b on Patient { ...a }"
        self.refused("Patient/example", circle, 400, "invalid")


class Mutations(GraphqlCase):
    """https://hl7.org/fhir/R4/graphql.html#mutations"""

    def change(self, query, status=200, **variables):
        got = self.http.post("$graphql", json.dumps({"query": query, "variables": variables}), Content_Type=JSON)
        self.assert_status(got, status)
        if status == 200:
            return got.json["data"]
        self.assertIsNone(got.json["data"])
        return got.json["errors"][0]["extensions"]["resource"]["issue"][0]["code"]

    def test_create_update_and_delete(self):
        made = self.change("""mutation { made: PatientCreate(res: {
            resourceType: Patient, active: true, birthDate: "1980-02-03", _birthDate: {id: "b"},
            name: {family: "Graph", given: ["Q", "L"]}, multipleBirthInteger: 2})
            { location resource { id name { family given } multipleBirthInteger birthDate _birthDate { id } }
              information { issue { severity } } } }""")["made"]
        id = made["resource"].pop("id")
        self.assertEqual(made["resource"], {"name": [{"family": "Graph", "given": ["Q", "L"]}], "multipleBirthInteger": 2,
                                            "birthDate": "1980-02-03", "_birthDate": {"id": "b"}})
        self.assertTrue(made["location"].endswith(f"/Patient/{id}/_history/1"), made)
        self.assertEqual(made["information"], {"issue": [{"severity": "information"}]})
        changed = self.change("mutation($id: ID!, $to: Patient_Input!) { PatientUpdate(id: $id, res: $to) "
                              "{ resource { meta { versionId } gender } } }",
                              id=id, to={"resourceType": "Patient", "id": id, "gender": "other"})
        self.assertEqual(changed["PatientUpdate"]["resource"], {"meta": {"versionId": "2"}, "gender": "other"})
        gone = self.change("mutation($id: ID!) { PatientDelete(id: $id) { location resource { id } information { issue { code } } } }", id=id)
        self.assertEqual(gone["PatientDelete"], {"information": {"issue": [{"code": "informational"}]}})
        self.assert_status(self.http.get(f"Patient/{id}"), 410)

    def test_the_fields_of_a_mutation_are_done_in_their_order(self):
        got = self.change("""mutation { a: PatientUpdate(id: "serial", res: {id: "serial", gender: "male"}) { resource { gender } }
            b: PatientUpdate(id: "serial", res: {id: "serial", gender: "female"}) { resource { gender meta { versionId } } } }""")
        self.assertEqual(got, {"a": {"resource": {"gender": "male"}}, "b": {"resource": {"gender": "female", "meta": {"versionId": "2"}}}})

    def test_what_rest_refuses_is_refused_here(self):
        self.assertEqual(self.change('mutation { PatientCreate(res: {gender: "unknwon"}) { location } }', 422), "code-invalid")
        self.assertEqual(self.change('mutation { PatientUpdate(id: "a", res: {id: "b"}) { location } }', 400), "invalid")
        self.assertEqual(self.change("mutation { PatientCreate { location } }", 400), "required")
        self.assertEqual(self.change("mutation { PatientCreate(res: 1) { location } }", 400), "value")
        self.assertEqual(self.change('mutation { PatientCreate(res: {}, id: "a") { location } }', 400), "not-supported")
        self.assertEqual(self.change("mutation { PatientFly(id: a) { location } }", 400), "not-supported")
        self.assertEqual(self.change("mutation { Patient(id: example) { id } }", 400), "not-supported")
        self.assertEqual(self.change("subscription { Patient(id: example) { id } }", 400), "not-supported")

    def test_a_mutation_is_posted_to_the_system(self):
        query = 'mutation { PatientDelete(id: "example") { location } }'
        self.refused("", query, 405, "not-supported")
        got = self.http.post("Patient/example/$graphql", query, Content_Type=GRAPHQL)
        self.assert_status(got, 400)
        self.assert_status(self.http.get("Patient/example"), 200)

    def test_introspection_describes_mutations(self):
        got = self.data("", """{ __type(name: "Mutation") { fields { name args { name type { kind ofType { name kind } } } type { name } } }
            input: __type(name: "Patient_Input") { kind inputFields { name type { kind name ofType { name } } } } }""")
        fields = {f["name"]: f for f in got["__type"]["fields"]}
        self.assertEqual(fields["PatientUpdate"]["args"], [
            {"name": "id", "type": {"kind": "NON_NULL", "ofType": {"name": "ID", "kind": "SCALAR"}}},
            {"name": "res", "type": {"kind": "NON_NULL", "ofType": {"name": "Patient_Input", "kind": "INPUT_OBJECT"}}}])
        self.assertEqual(fields["PatientDelete"]["type"], {"name": "PatientCreation"})
        inputs = {f["name"]: f["type"] for f in got["input"]["inputFields"]}
        self.assertEqual(inputs["name"], {"kind": "LIST", "ofType": {"name": "HumanName_Input"}})
        self.assertEqual(inputs["birthDate"], {"kind": "SCALAR", "name": "date"})

    def test_introspection_follows_new_definitions(self):
        query = '{ __type(name: "PatientConnection") { name } Query: __type(name: "Query") { fields { name args { name } } } }'

        def arguments():
            fields = self.data("", query)["Query"]["fields"]
            return {a["name"] for f in fields if f["name"] == "PatientList" for a in f["args"]}

        self.assertEqual(arguments(), arguments())
        self.assertNotIn("shoe", arguments())
        self.create({"resourceType": "SearchParameter", "url": "http://example.org/sp/shoe", "name": "shoe", "status": "active",
                     "description": "d", "code": "shoe", "base": ["Patient"], "type": "string", "expression": "Patient.name.text"})
        self.assertIn("shoe", arguments())
