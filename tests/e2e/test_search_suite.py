"""176 searches in seven groups, made from a peer's end-to-end tests: MEDISYNC_SHARED/suites/search.

A case names the resources it expects by their place in the group. Where the peer departs from
search.html the case is marked: its `r4_spec` counts, or the row of search_suite_exclusions.txt that
says why it is passed over. A row whose case passes, or that names no case, fails the run.
https://hl7.org/fhir/R4/search.html
"""
import json
import os
import urllib.parse
import uuid

from support import SHARED, ROOT, ServerCase, entries, say, skip

EXCLUSIONS = os.path.join(ROOT, "tests", "e2e", "search_suite_exclusions.txt")
PAGES_MAX = 20


def exclusions():
    """`group<tab>query<tab>reason` by (group, query)."""
    rows = {}
    with open(EXCLUSIONS, encoding="utf-8") as file:
        for line in file:
            if not line.strip() or line.startswith("#"):
                continue
            group, query, reason = line.rstrip("\n").split("\t")
            rows[group, query] = reason
    return rows


def parameters(query, tag):
    """The suite writes its queries bare: only `&` and the first `=` of a pair separate."""
    pairs = []
    for pair in query.replace("{TAG}", tag).split("&"):
        name, _, value = pair.partition("=")
        pairs.append((name, value))
    return pairs


class SearchSuite(ServerCase):
    # What the suite searches for is not always valid: `ijk` as a reference, a uri without a status.
    arguments = ("--no-validate",)

    def answer(self, group, case, tag, places):
        """What the server says, in the terms of the case: a status, or the places found."""
        path = case.get("type", group["type"])
        response = self.http.search(path, parameters(case["query"], tag) + [("_count", "50")])
        if response.status != 200:
            return response.status
        found = [places[f"{e['resource']['resourceType']}/{e['resource']['id']}"]
                 for e in entries(response.json, "match")]
        return sorted(found)

    def run_group(self, group, excluded):
        tag = uuid.uuid4().hex
        places = {}
        for place, resource in enumerate(group["resources"]):
            text = json.dumps(resource).replace("{TAG}", tag)
            response = self.http.post(group["type"], json.loads(text))
            self.assert_status(response, 201)
            places[f"{group['type']}/{response.json['id']}"] = place
        failures, passed = [], 0
        for case in group["cases"]:
            key = group["name"], case["query"]
            expected = case.get("r4_spec", case.get("expect", case.get("status")))
            got = self.answer(group, case, tag, places)
            if (got == expected) == (key in excluded):
                why = "is excluded and passes" if got == expected else f"expects {expected}, got {got}"
                failures.append(f"{group['name']}: {case['query']:.120} {why}")
            passed += got == expected
        return failures, passed

    def test_search_suite(self):
        path = os.path.join(SHARED, "suites", "search", "cases.json")
        if not SHARED or not os.path.isdir(os.path.dirname(path)):
            skip("the search suite is not here (MEDISYNC_SHARED)")
        with open(path, encoding="utf-8") as file:
            groups = json.load(file)
        excluded = exclusions()
        failures, passed = [], 0
        for group in groups:
            more, count = self.run_group(group, excluded)
            failures += more
            passed += count
        cases = {(g["name"], c["query"]) for g in groups for c in g["cases"]}
        failures += [f"no such case is excluded: {key}" for key in excluded if key not in cases]
        say(f"search suite: {sum(len(g['cases']) for g in groups)} run, {passed} passed, "
            f"{len(excluded)} excluded")
        self.assertFalse(failures, "\n" + "\n".join(failures))
