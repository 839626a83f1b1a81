"""Every search parameter and compartment of R4's definitions, and what the CapabilityStatement says of them.

https://hl7.org/fhir/R4/searchparameter-registry.html https://hl7.org/fhir/R4/compartmentdefinition.html
https://hl7.org/fhir/R4/capabilitystatement.html https://hl7.org/fhir/R4/search.html#parameters
"""
import collections
import json
import os
import tempfile

from made_elements import Elements, resource_for
from support import PACKAGE, SearchCase, ServerCase, entry, match_ids, patient, run, say

SAMPLES = {"date": "2020-01-01", "number": "1", "quantity": "1", "reference": "a", "token": "a", "string": "a", "uri": "http://example.org/a"}
COMPARTMENTS = ("Device", "Encounter", "Patient", "Practitioner", "RelatedPerson")


def bundled(name):
    with open(os.path.join(PACKAGE, f"Bundle-{name}.json"), encoding="utf-8") as file:
        return [e["resource"] for e in json.load(file)["entry"]]


def definitions():
    return [r for r in bundled("searchParams") if r["resourceType"] == "SearchParameter"]


def compartment(name):
    code = name[0].lower() + name[1:]
    with open(os.path.join(PACKAGE, f"CompartmentDefinition-{code}.json"), encoding="utf-8") as file:
        return json.load(file)


def bases(definition, types):
    """The concrete types that a parameter is defined for."""
    if "Resource" in definition["base"]:
        return set(types)
    if "DomainResource" in definition["base"]:
        return set(types) - {"Binary", "Bundle", "Parameters"}
    return set(definition["base"]) & set(types)


class Definitions(SearchCase):
    resources = [patient("D", id="d1", link=[{"other": {"reference": "Patient/d2"}, "type": "seealso"}]), patient("D", id="d2"),
                 {"resourceType": "Observation", "id": "o1", "status": "final", "code": {"text": "x"}, "subject": {"reference": "Patient/d1"}},
                 {"resourceType": "Observation", "id": "o2", "status": "final", "code": {"text": "x"}, "performer": [{"reference": "Patient/d1"}]},
                 {"resourceType": "Observation", "id": "o3", "status": "final", "code": {"text": "x"}, "subject": {"reference": "Patient/d2"}},
                 {"resourceType": "Group", "id": "g1", "type": "person", "actual": True, "member": [{"entity": {"reference": "Patient/d1"}}]}]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.server.client() as http:
            cls.rest = http.get("metadata").json["rest"][0]
        cls.named = {r["type"]: {p["name"]: p for p in r["searchParam"]} for r in cls.rest["resource"]}

    def test_every_parameter_of_r4_is_declared_for_each_of_its_types(self):
        """a server SHALL … list the search parameters that it supports: each with its type and its definition"""
        count, missing = 0, []
        for definition in definitions():
            if definition["code"] in ("_query", "_filter", "_has", "_list", "_type") or definition["url"].startswith("http://hl7.org/fhir/SearchParameter/example"):
                continue
            for kind in bases(definition, self.named):
                said = self.named[kind].get(definition["code"])
                if said is None or said["type"] != definition["type"]:
                    missing.append((kind, definition["code"], definition.get("expression")))
                    continue
                self.assertTrue(said["definition"], (kind, definition["code"]))
                self.assertIn(definition["description"].strip()[:20], said["documentation"] + definition["description"])
                count += 1
        say(f"search parameters of R4: {count} declared by type, {len(missing)} not: {missing}")
        self.assertEqual(missing, [])
        self.assertGreater(count, 2_000)

    def test_every_parameter_of_r4_is_answered_with_every_modifier_of_its_type(self):
        asked = 0
        for kind, parameters in self.named.items():
            for name, said in parameters.items():
                if said["type"] not in SAMPLES or name in ("_text", "_content"):
                    continue
                for pair in ((name, SAMPLES[said["type"]]), (f"{name}:missing", "true")):
                    answer = self.http.search(kind, [pair, ("_summary", "count")])
                    self.assertEqual(answer.status, 200, (kind, pair, answer))
                    asked += 1
        say(f"search parameters of R4: {asked} searches answered")

    def test_includes_are_those_of_reference_parameters(self):
        """https://hl7.org/fhir/R4/capabilitystatement-definitions.html#CapabilityStatement.rest.resource.searchInclude"""
        leading = collections.defaultdict(set)
        for definition in definitions():
            if definition["type"] == "reference":
                for kind in bases(definition, self.named):
                    leading[kind].add(f"{kind}:{definition['code']}")
        for one in self.rest["resource"]:
            self.assertEqual(set(one["searchInclude"]), leading[one["type"]] | {"*"}, one["type"])

    def test_modifiers_and_prefixes_are_declared(self):
        """Servers SHALL declare what features of search they require: in words, as R4 has no element for it"""
        self.assertIn(":exact, :contains", self.named["Patient"]["name"]["documentation"])
        self.assertIn("Prefixes: eq, ne, gt, lt, ge, le, sa, eb, ap", self.named["Patient"]["birthdate"]["documentation"])
        self.assertNotIn("Modifiers", self.named["Observation"]["code-value-quantity"]["documentation"])

    def test_every_compartment_by_its_definition(self):
        """GET [base]/Patient/[id]/[type]: those types whose parameters lead there, and no others"""
        asked = 0
        for name in COMPARTMENTS:
            members = {r["code"]: r.get("param", []) for r in compartment(name)["resource"]}
            for kind in self.named:
                answer = self.http.get(f"{name}/d1/{kind}?_summary=count")
                if members.get(kind):
                    self.assertEqual(answer.status, 200, (name, kind, answer))
                else:
                    self.assert_outcome(answer, 404)
                asked += 1
        say(f"compartments of R4: {asked} pairs of compartment and type")

    def test_a_compartment_holds_what_any_of_its_parameters_leads_to(self):
        """https://hl7.org/fhir/R4/compartmentdefinition-patient.html: subject, performer … of Observation"""
        self.assertEqual(self.found("Patient/d1/Observation"), "o1 o2")
        self.assertEqual(self.found("Patient/d1/Observation", ("_id", "o2,o3")), "o2")
        self.assertEqual(self.found("Patient/d1/Group"), "g1")
        self.assertIn("d1", self.found("Patient/d2/Patient").split())  # by its link
        posted = self.http.request("POST", "Patient/d1/Observation/_search", "_id=o1", {"Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual(match_ids(posted.json), ["Observation/o1"])

    def test_near_is_special(self):
        """https://hl7.org/fhir/R4/search.html#special: near on Location"""
        self.assertEqual(self.named["Location"]["near"]["type"], "special")
        self.assertIn("_filter", [p["name"] for p in self.rest["searchParam"]])


class MadeResources(ServerCase):
    """https://hl7.org/fhir/R4/search.html#parameters: every parameter of every type, also where no example has a value for it."""

    arguments = ("--no-validate",)  # what is made has the element that is searched for, and no other
    # Its definition has the components crossed: `code` is to be a reference, `target` a token.
    UNSEARCHABLE = {"DocumentReference.relationship"}

    def test_each_finds_a_resource_that_has_its_element(self):
        elements, by_url, made, files = Elements(), {d["url"]: d for d in definitions()}, {}, {}
        declared = [(r["type"], p) for r in self.http.get("metadata").json["rest"][0]["resource"] for p in r["searchParam"]]
        with tempfile.TemporaryDirectory() as folder:
            for kind, said in declared:
                name, definition = f"{kind}.{said['name']}", by_url.get(said["definition"])
                if definition and definition.get("expression") and said["name"] not in ("_id", "_lastUpdated", "near"):
                    made[name] = resource_for(elements, kind, definition, by_url)
                    made[name]["id"] = "n" + str(len(made))
                    files[name] = os.path.join(folder, name + ".json")
                    with open(files[name], "w", encoding="utf-8") as file:
                        json.dump(made[name], file)
            done = run("index", "--base-url", self.server.base, *files.values(), timeout=600)
        rows = {}
        for row in map(json.loads, done.stdout.splitlines()):
            name = f"{row['type']}.{row['parameter'].split(':')[0]}"
            if files.get(name) == row["file"]:
                rows.setdefault(name, []).append((row["parameter"], row["value"]))
        self.assertEqual(set(made) - set(rows), self.UNSEARCHABLE)
        for part in [list(made.values())[at:at + 200] for at in range(0, len(made), 200)]:
            self.assert_status(self.transaction(*(entry("PUT", f"{r['resourceType']}/{r['id']}", r) for r in part)), 200)
        misses = []
        for name, asked in rows.items():
            kind, id = made[name]["resourceType"], made[name]["id"]
            for pair in asked[:1] + asked[-1:]:
                answer = self.http.search(kind, [pair, ("_id", id)])
                if answer.status != 200 or match_ids(answer.json) != [f"{kind}/{id}"]:
                    misses.append((name, pair, repr(answer)))
        say(f"search parameters of R4: {len(rows)} of {len(made)} find what was made for them")
        self.assertEqual(misses[:20], [])
        self.assertGreater(len(rows), 1_600)
