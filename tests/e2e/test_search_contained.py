"""https://hl7.org/fhir/R4/search.html#contained"""
import json
import os
import sqlite3
import time

from support import Case, SearchCase, Server, entries, patient

INGREDIENTS = "http://example.org/medications"


def medication(id, code, **members):
    return {"resourceType": "Medication", "id": id, "status": "active",
            "code": {"coding": [{"system": INGREDIENTS, "code": f"code-{code}"}]},
            "ingredient": [{"itemCodeableConcept": {"coding": [{"system": INGREDIENTS, "code": code}]}}], **members}


def mixture(id, other):
    made = medication(id, "abc")
    return {**made, "ingredient": made["ingredient"] + [{"itemReference": {"reference": "#" + other}}]}


def request(id, *contained, medication="#m1", subject="Patient/p1"):
    return {"resourceType": "MedicationRequest", "id": id, "status": "active", "intent": "order",
            "subject": {"reference": subject}, **({"contained": list(contained)} if contained else {}),
            "medicationReference": {"reference": medication}}


class Contained(SearchCase):
    resources = [
        patient("Containing", id="p1"),
        medication("own", "abc"),
        request("23", medication("m1", "abc")),
        request("24", mixture("m1", "m2"), {**medication("m2", "abc"), "form": {"text": "tablet"}}),
        request("25", medication("m1", "xyz")),
        request("26", medication="Medication/own"),
    ]

    def hits(self, path, *pairs):
        response = self.http.search(path, pairs)
        self.assert_status(response, 200)
        return sorted(e["fullUrl"][len(self.server.base):].lstrip("/") for e in entries(response.json, "match"))

    def test_by_default_only_resources_that_are_not_contained_are_found(self):
        self.assertEqual(self.hits("Medication", ("ingredient-code", "abc")), ["Medication/own"])
        self.assertEqual(self.hits("Medication", ("ingredient-code", "abc"), ("_contained", "false")), ["Medication/own"])

    def test_true_finds_contained_resources_alone_and_both_finds_all(self):
        self.assertEqual(self.hits("Medication", ("ingredient-code", "abc"), ("_contained", "true")),
                         ["MedicationRequest/23", "MedicationRequest/24"])
        self.assertEqual(self.hits("Medication", ("ingredient-code", "abc"), ("_contained", "both")),
                         ["Medication/own", "MedicationRequest/23", "MedicationRequest/24"])
        self.assertEqual(self.hits("Medication", ("_contained", "both"), ("_containedType", "contained")),
                         ["Medication/own", "MedicationRequest/23#m1", "MedicationRequest/24#m1",
                          "MedicationRequest/24#m2", "MedicationRequest/25#m1"])
        self.assertEqual(self.hits("Medication", ("_contained", "true"), ("_containedType", "contained"), ("_id", "m2")),
                         ["MedicationRequest/24#m2"])

    def test_the_container_is_the_entry_unless_the_contained_resource_is_asked_for(self):
        container = self.http.search("Medication", [("_contained", "true"), ("ingredient-code", "xyz")]).json
        self.assertEqual([(e["resource"]["resourceType"], e["search"]["mode"]) for e in container["entry"]],
                         [("MedicationRequest", "match")])
        alone = self.http.search("Medication", [("_contained", "true"), ("_containedType", "contained"),
                                                ("ingredient-code", "xyz")]).json["entry"][0]
        self.assertEqual(alone["fullUrl"], self.server.base + "/MedicationRequest/25#m1")
        self.assertEqual((alone["resource"]["resourceType"], alone["resource"]["id"]), ("Medication", "m1"))
        self.assertEqual(alone["search"], {"mode": "match"})

    def test_a_chain_is_evaluated_inside_contained_resources(self):
        self.assertEqual(self.hits("MedicationRequest", ("medication.ingredient-code", "abc")),
                         ["MedicationRequest/23", "MedicationRequest/24", "MedicationRequest/26"])
        self.assertEqual(self.hits("MedicationRequest", ("medication:Medication.code", "code-xyz")), ["MedicationRequest/25"])
        # m2 is contained, but the request leads there through m1 alone
        self.assertEqual(self.hits("MedicationRequest", ("medication.form:text", "tablet")), [])
        self.assertEqual(self.hits("MedicationRequest", ("medication.ingredient:Medication.form:text", "tablet")),
                         ["MedicationRequest/24"])
        self.assertEqual(self.hits("MedicationRequest", ("medication:missing", "true")), [])

    def test_pages_give_each_container_once_and_the_total_counts_containers(self):
        for sort in ([], [("_sort", "code")], [("_sort", "-_lastUpdated")]):
            bundles = self.http.pages("Medication", [("_contained", "true"), ("_count", "1"), ("_total", "accurate"), *sort])
            bundles = [page.json for page in bundles]
            found = [e["fullUrl"].rsplit("/", 1)[1] for b in bundles for e in b.get("entry", [])]
            self.assertEqual(sorted(found), ["23", "24", "25"], sort)
            self.assertEqual(bundles[0]["total"], 3)
        alone = [page.json for page in self.http.pages("Medication", [
            ("_contained", "true"), ("_containedType", "contained"), ("_count", "1"), ("_total", "accurate")])]
        self.assertEqual(sum(len(b.get("entry", [])) for b in alone), 4)
        self.assertEqual(alone[0]["total"], 4)

    def test_a_container_that_matches_itself_too_comes_once_wherever_pages_end(self):
        within = {**medication("m1", "twice", status="inactive"), "ingredient": []}
        holder = {**medication("holder", "twice"), "contained": [within]}
        holder["ingredient"].append({"itemReference": {"reference": "#m1"}})
        del within["ingredient"]
        self.assert_status(self.http.put("Medication/holder", holder), 200, 201)
        self.assert_status(self.http.put("Medication/other", medication("other", "twice")), 200, 201)
        for sort in ({}, {"_sort": "code"}, {"_sort": "status"}, {"_sort": "-status"}):
            for count in ("1", "2", "50"):
                with self.subTest(sort=sort, count=count):
                    ids = self.http.all_ids("Medication", {"code": "code-twice", "_contained": "both", "_count": count, **sort})
                    self.assertEqual(sorted(ids), ["Medication/holder", "Medication/other"])
        for one in ("holder", "other"):
            self.http.delete(f"Medication/{one}")

    def test_includes_never_bring_a_contained_resource_alone(self):
        response = self.http.search("MedicationRequest", [("_include", "MedicationRequest:medication"),
                                                          ("_include", "MedicationRequest:subject")])
        self.assertEqual(sorted(e["fullUrl"].rsplit("/", 2)[1] for e in entries(response.json, "include")),
                         ["Medication", "Patient"])

    def test_contained_resources_live_and_end_with_their_container(self):
        def codes(code):
            return self.hits("Medication", ("_contained", "true"), ("code", f"code-{code}"))

        for method, resource, before, after in (
                ("PUT", request("40", medication("m1", "first")), ["MedicationRequest/40"], []),
                ("PUT", request("40", medication("m1", "second")), [], ["MedicationRequest/40"]),
                ("PUT", request("40", medication("m9", "second"), medication="#m9"), [], ["MedicationRequest/40"]),
                ("DELETE", None, [], []),
                ("PUT", request("40", medication("m1", "second")), [], ["MedicationRequest/40"])):
            self.assert_status(self.http.request(method, "MedicationRequest/40", resource), 200, 201, 204)
            self.assertEqual((codes("first"), codes("second")), (before, after), method)
        history = self.http.get("_history?_count=100").json
        self.assertFalse([e for e in history["entry"] if "#" in e["fullUrl"]])
        self.assertEqual(self.http.get("Medication?_summary=count").json["total"], 1)
        self.assert_status(self.http.delete("MedicationRequest/40"), 204)

    def test_a_search_of_several_types_reaches_into_resources_too(self):
        self.assertEqual(self.hits("", ("_type", "Medication,Patient"), ("_contained", "both"), ("_containedType", "contained")),
                         ["Medication/own", "MedicationRequest/23#m1", "MedicationRequest/24#m1", "MedicationRequest/24#m2",
                          "MedicationRequest/25#m1", "Patient/p1"])

    def test_values_that_are_none_and_conditions_are_refused(self):
        for query in ("_contained=maybe", "_containedType=box"):
            self.assert_outcome(self.http.get("Medication?" + query), 400, "value")
        self.assert_outcome(self.http.delete("Medication?_contained=true&code=code-xyz"), 400, "not-supported")


class PagesOfContained(SearchCase):
    resources = [patient("Containing", id="p1")]
    rounds = 0

    def setUp(self):
        super().setUp()
        PagesOfContained.rounds += 1
        self.code = f"round{self.rounds}"
        self.own = [f"Medication/{self.code}-{n}" for n in range(2)]
        for one in self.own:
            self.put(one, medication(one.partition("/")[2], self.code))
        self.containers = [f"MedicationRequest/{self.code}-{n}" for n in range(6)]
        for one in self.containers:  # one by one: each is newer than every Medication
            self.put(one, self.container(one))

    def container(self, name, **members):
        return {**request(name.partition("/")[2], medication("m1", self.code)), "identifier": [{"value": self.code}], **members}

    def put(self, name, resource):
        self.assertIn(self.http.put(name, resource).status, (200, 201))

    def pages(self, path, parameters, after_first):
        """Resources by type and id as they came, with a write behind the first page; and how many came."""
        found = []
        for number, page in enumerate(self.http.pages(path, {**parameters, "_count": "2"})):
            self.assert_status(page, 200)
            found += [e["resource"] for e in entries(page.json, "match")]
            if number == 0:
                after_first([f"{one['resourceType']}/{one['id']}" for one in found])
        return {f"{one['resourceType']}/{one['id']}": one for one in found}, len(found)

    def test_a_container_comes_as_it_was_though_what_it_contained_is_gone(self):
        for sort in ({}, {"_sort": "_id"}, {"_sort": "-_lastUpdated"}):
            with self.subTest(sort=sort):
                before = {one: self.http.get(one).json for one in self.containers}

                def change(seen):
                    first, second, third = [one for one in before if one not in seen][:3]
                    self.put(first, request(first.partition("/")[2], medication("m2", "xyz"), medication="#m2"))
                    self.put(second, request(second.partition("/")[2], medication=self.own[0]))
                    self.http.delete(third)
                came, count = self.pages("MedicationRequest", {"identifier": self.code, **sort}, change)
                self.assertEqual(came, before)
                self.assertEqual(count, 6)
                for one in self.containers:
                    self.put(one, self.container(one))

    def test_pages_of_contained_resources_are_of_the_moment_of_the_first(self):
        for contained in ("true", "both"):
            for sort in ({}, {"_sort": "code"}, {"_sort": "-code"}, {"_sort": "-_lastUpdated"}, {"_sort": "_id"}):
                for kind in ("container", "contained"):
                    with self.subTest(contained=contained, sort=sort, kind=kind):
                        before = {one: self.http.get(one).json for one in self.containers + self.own}

                        def change(seen):
                            ahead = [one for one in self.containers if one not in seen]
                            changed, other, gone, none, back = (ahead + ahead)[:5]
                            self.put(changed, self.container(changed, note=[{"text": "changed"}]))
                            self.put(other, request(other.partition("/")[2], medication("m1", "xyz")))
                            self.http.delete(gone)
                            self.put(none, request(none.partition("/")[2], medication=self.own[0]))
                            # Away and back again, under another identity.
                            self.put(back, request(back.partition("/")[2], medication=self.own[0]))
                            self.put(back, self.container(back))
                            self.put(seen[0] if "Request" in seen[0] else back, self.container((seen[0] if "Request" in seen[0] else back)))
                            self.put(f"MedicationRequest/{self.code}-new", self.container(f"MedicationRequest/{self.code}-new"))
                            if contained == "both":
                                self.put(self.own[1], medication(self.own[1].partition("/")[2], "xyz"))
                        query = {"ingredient-code": self.code, "_contained": contained, "_containedType": kind, **sort}
                        came, count = self.pages("Medication", query, change)
                        expected = self.containers + (self.own if contained == "both" else [])
                        if kind == "container":
                            self.assertEqual(came, {one: before[one] for one in expected})
                        self.assertEqual(count, len(expected))
                        self.http.delete(f"MedicationRequest/{self.code}-new")
                        for one in self.containers:
                            self.put(one, self.container(one))
                        for one in self.own:
                            self.put(one, medication(one.partition("/")[2], self.code))

    def test_a_container_with_several_matches_comes_once_though_it_changes(self):
        twin = f"MedicationRequest/{self.code}-twin"

        def twins(*codes):
            made = [medication(f"m{at}", code) for at, code in enumerate(codes)]
            for at in range(1, len(made)):
                made[0]["ingredient"].append({"itemReference": {"reference": f"#m{at}"}})
            return request(twin.partition("/")[2], *made, medication="#m0")
        for sort in ({}, {"_sort": "code"}, {"_sort": "-code"}):
            with self.subTest(sort=sort):
                self.put(twin, twins(self.code, self.code, "xyz"))

                def change(seen):
                    self.put(twin, twins("xyz", self.code, self.code))
                    self.put(twin, twins("xyz"))
                came, count = self.pages("Medication", {"ingredient-code": self.code, "_contained": "true", **sort}, change)
                self.assertEqual(set(came), {*self.containers, twin})
                self.assertEqual(count, len(came))
        self.http.delete(twin)

    def test_both_gives_resources_as_they_were_beside_contained_ones(self):
        def change(seen):
            for one in self.own:
                self.put(one, medication(one.partition("/")[2], "xyz"))
        came, count = self.pages("Medication", {"ingredient-code": self.code, "_contained": "both", "_sort": "-code"}, change)
        self.assertEqual(count, 8)
        for one in self.own:
            self.assertEqual(came[one]["code"]["coding"][0]["code"], f"code-{self.code}")


class OlderStore(Case):
    """What a program wrote that knew no rows of contained resources."""

    def test_its_contained_resources_are_indexed_in_the_background(self):
        server = self.server = Server(keep_data=True)
        self.addCleanup(server.stop)
        server.start()
        with server.client() as http:
            self.assert_status(http.put("MedicationRequest/23", request("23", medication("m1", "abc"), subject="Patient/x")), 201)
        server.terminate()
        database = sqlite3.connect(os.path.join(server.data, "medisync.db"))
        (known,), = database.execute("SELECT value FROM setting WHERE name = 'search-parameters'")
        known = {url: print for url, print in json.loads(known).items() if url != "_contained"}
        for kind in ("token", "string", "date", "reference", "uri", "text", "composite"):
            database.execute(f"DELETE FROM {kind}_index WHERE rid IN (SELECT rid FROM resource WHERE id LIKE '%#%')")
        database.execute("UPDATE resource_type SET live = 0 WHERE name LIKE '%#'")
        database.execute("UPDATE resource SET deleted = 1 WHERE id LIKE '%#%'")
        database.execute("UPDATE setting SET value = ? WHERE name = 'search-parameters'", (json.dumps(known),))
        database.commit()
        database.close()
        server.start()
        with server.client() as http:
            deadline = time.monotonic() + 60
            while True:
                page = http.get("Medication?_contained=true&ingredient-code=abc").json
                found = [e["resource"]["id"] for e in entries(page, "match")]
                if found or time.monotonic() > deadline:
                    break
                self.assertIn("_contained", json.dumps(entries(page, "outcome")))  # says that it may miss some
                time.sleep(0.05)
            self.assertEqual(found, ["23"])
