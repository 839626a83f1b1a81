"""Each official R4 instance example is stored, read back as it was, and found by each of its index rows."""
import json
import os
import time

from support import (FHIR_JSON, PACKAGE, ROOT, Case, Server, differences, entry, exact, bundle, match_ids, run, say)

COUNT = 729
BUNDLE_SIZE = 50
REFUSED = os.path.join(ROOT, "tests", "conformance", "examples_refused.txt")

# Resources of these types are definitions that the server loads, not instances.
DEFINITION_TYPES = {"StructureDefinition", "SearchParameter", "ValueSet", "CodeSystem", "ConceptMap",
                    "OperationDefinition", "CompartmentDefinition"}
DEFINITION_BUNDLES = {"types", "resources", "profiles-others", "extensions", "searchParams", "valuesets",
                      "v2-valuesets", "v3-valuesets", "valueset-expansions", "conceptmaps"}


def examples():
    """[(file, type, id, bytes)] of the loose `Type-id.json` files, sorted by name."""
    found = []
    for name in sorted(os.listdir(PACKAGE)):
        kind, _, id = name[:-len(".json")].partition("-")
        if not name.endswith(".json") or kind in DEFINITION_TYPES:
            continue
        if kind == "Bundle" and id in DEFINITION_BUNDLES:
            continue
        with open(os.path.join(PACKAGE, name), "rb") as file:
            body = file.read()
        resource = json.loads(body)
        if name == f"{resource.get('resourceType')}-{resource.get('id')}.json":
            found.append((name, kind, id, body))
    return found


def refused_examples():
    """{file: (rule, reason)}"""
    listed = {}
    with open(REFUSED, encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                name, rule, reason = [part.strip() for part in line.split(" | ", 2)]
                listed[name] = (rule, reason)
    return listed


class OfficialExamples(Case):
    @classmethod
    def setUpClass(cls):
        assert os.path.isdir(PACKAGE), "run scripts/setup: the official examples are missing"
        cls.examples = examples()
        cls.refused = refused_examples()

    def test_there_are_729(self):
        self.assertEqual(len(self.examples), COUNT)
        self.assertLessEqual(set(self.refused), {name for name, _, _, _ in self.examples})

    def test_put_read_back_and_found(self):
        with Server() as server, server.client() as http:
            stored, problems, refused = [], [], 0
            for name, kind, id, body in self.examples:
                response = http.put(f"{kind}/{id}", body)
                if name in self.refused:
                    refused += 1
                    problems += self.check_refusal(name, response)
                elif response.status != 201:
                    problems.append(f"{name}: {response!r}")
                else:
                    stored.append((name, kind, id, body))
            self.assertEqual(problems, [])
            self.check_reads(http, stored)
            rows = self.check_searches(server, http, stored)
            say(f"official examples: {len(self.examples)} put, {refused} refused with reason, {len(stored)} read back "
                f"equal; all found by each of {rows} searches made of their index rows")

    def test_the_same_through_transactions(self):
        with Server() as server, server.client() as http:
            stored = [e for e in self.examples if e[0] not in self.refused]
            for start in range(0, len(stored), BUNDLE_SIZE):
                part = stored[start:start + BUNDLE_SIZE]
                entries = b",".join(
                    b'{"fullUrl":"%s/%s/%s","resource":%s,"request":{"method":"PUT","url":"%s/%s"}}' % (
                        server.base.encode(), kind.encode(), id.encode(), body, kind.encode(), id.encode())
                    for _, kind, id, body in part)
                response = http.post("", b'{"resourceType":"Bundle","type":"transaction","entry":[' + entries + b"]}")
                self.assert_status(response, 200)
                self.assertEqual([e["response"]["status"][:3] for e in response.json["entry"]], ["201"] * len(part))
            self.check_reads(http, stored)
            rows = self.check_searches(server, http, stored)
            for name, kind, id, body in self.examples:
                if name in self.refused:
                    whole = bundle(entry("PUT", "Patient/bystander", {"resourceType": "Patient", "id": "bystander"}),
                                   entry("PUT", f"{kind}/{id}", json.loads(body)))
                    self.assert_outcome(http.post("", whole), (400, 422))
            self.assert_status(http.get("Patient/bystander"), 404)
            say(f"official examples: {len(stored)} through transactions of {BUNDLE_SIZE}, read back equal, found by {rows} searches")

    def check_refusal(self, name, response):
        rule, _ = self.refused[name]
        if response.status < 400:
            return [f"{name} is listed as refused and is taken now: remove its line"]
        said = [(i["code"], i.get("details", {}).get("text"), i["severity"]) for i in response.issues]
        if not any(rule in (code, text) for code, text, severity in said if severity == "error"):
            return [f"{name} is refused, but not for {rule}: {said}"]
        return []

    def check_reads(self, http, stored):
        problems = []
        for name, kind, id, body in stored:
            response = http.get(f"{kind}/{id}", Accept=FHIR_JSON)
            if response.status != 200:
                problems.append(f"{name}: {response!r}")
                continue
            got = exact(response.body)
            problems += [f"{name}: {d}" for d in differences(without_meta(exact(body)), without_meta(got))]
            meta_sent, meta_got = exact(body).get("meta"), got.get("meta")
            for member, value in meta_sent or []:
                if member not in ("versionId", "lastUpdated") and differences(value, meta_got.get(member)):
                    problems.append(f"{name}: meta.{member} is not kept")
            if meta_got is None or meta_got.get("versionId") != "1":
                problems.append(f"{name}: no version in meta")
        self.assertEqual(problems[:20], [])

    def check_searches(self, server, http, stored):
        """How many searches were made. `medisync index` tells the rows; the server is asked for them."""
        done = run("index", "--base-url", server.base, *[os.path.join(PACKAGE, name) for name, _, _, _ in stored])
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertGreater(len(rows), 7_000)
        with_rows = {(row["type"], row["id"]) for row in rows}
        asked, misses = {}, []
        began = time.monotonic()
        for row in rows:
            names = [row["parameter"]]
            if names[0].endswith(":exact"):
                names.append(names[0][:-len(":exact")])  # what is found exactly is found by default too
            for name in names:
                key = (row["type"], name, row["value"])
                if key not in asked:
                    response = http.search(row["type"], {name: row["value"], "_count": "1000"})
                    asked[key] = set(match_ids(response.json)) if response.status == 200 else repr(response)
                found = asked[key]
                if isinstance(found, str) or f"{row['type']}/{row['id']}" not in found:
                    misses.append(f"{row['type']}?{name}={row['value']} does not find {row['id']}: {found if isinstance(found, str) else len(found)}")
        for _, kind, id, _ in stored:
            found = http.search(kind, {"_id": id})
            if match_ids(found.json) != [f"{kind}/{id}"]:
                misses.append(f"{kind}?_id={id}")
        say(f"  {len(rows)} index rows of {len(with_rows)} resources, {len(asked)} different searches in "
            f"{time.monotonic() - began:.1f} s, {len(misses)} misses")
        self.assertEqual(misses[:20], [])
        return len(asked) + len(stored)


def without_meta(tree):
    return type(tree)(member for member in tree if member[0] != "meta")
