"""Conformance resources that clients store are in force for the next request, and after a restart.
https://hl7.org/fhir/R4/conformance-module.html"""
import json
import os
import resource
import tempfile

from support import Case, Parallel, Server, ServerCase, bundle, entry, match_ids, patient, run, say, until

CODES = "http://example.org/live/codes"


def code_system(*codes, url=CODES, **members):
    return {"resourceType": "CodeSystem", "url": url, "status": "active", "content": "complete",
            "concept": [{"code": code} for code in codes], **members}


def value_set(url, system=CODES, **members):
    return {"resourceType": "ValueSet", "url": url, "status": "active",
            "compose": {"include": [{"system": system}]}, **members}


def search_parameter(code, expression, kind="string", base="Patient", **members):
    return {"resourceType": "SearchParameter", "url": f"http://example.org/live/sp-{code}",
            "name": "Live" + code, "status": "active", "description": code, "code": code,
            "base": [base], "type": kind, "expression": expression, **members}


def extension(url, kind):
    """A simple extension of Patient whose value is of one type."""
    def element(path, low, high, **more):
        return {"id": path, "path": path, "short": path, "definition": path, "min": low, "max": high,
                "base": {"path": path, "min": 0, "max": "*"}, **more}
    fixed = element("Extension.url", 1, "1", fixedUri=url, type=[{"code": "uri"}])
    value = element("Extension.value[x]", 1, "1", type=[{"code": kind}])
    root = element("Extension", 0, "1")
    none = element("Extension.extension", 0, "0", type=[{"code": "Extension"}])
    return {"resourceType": "StructureDefinition", "url": url, "name": "Live", "status": "active",
            "fhirVersion": "4.0.1", "kind": "complex-type", "abstract": False, "type": "Extension",
            "context": [{"type": "element", "expression": "Patient"}], "derivation": "constraint",
            "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Extension",
            "snapshot": {"element": [root, none, fixed, value]},
            "differential": {"element": [root, none, fixed, value]}}


class LiveDefinitions(ServerCase):
    def codes_of(self, url):
        got = self.http.search("ValueSet/$expand", {"url": url})
        if got.status != 200:
            return None
        return sorted(c["code"] for c in got.json["expansion"].get("contains", []))

    def test_terminology_follows_create_update_and_delete(self):
        url, system = "http://example.org/live/vs-1", CODES + "-1"
        self.assertIsNone(self.codes_of(url))
        self.create(value_set(url, system))
        codes = self.create(code_system("a", "b", url=system))
        self.assertEqual(self.codes_of(url), ["a", "b"])
        more = {**code_system("a", "c", url=system), "id": codes["id"]}
        self.assert_status(self.http.put(f"CodeSystem/{codes['id']}", more), 200)
        self.assertEqual(self.codes_of(url), ["a", "c"])
        judged = self.http.search("CodeSystem/$validate-code", {"url": system, "code": "b"})
        self.assertIn({"name": "result", "valueBoolean": False}, judged.json["parameter"])
        self.assert_status(self.http.delete(f"CodeSystem/{codes['id']}"), 204)
        self.assertIsNone(self.codes_of(url))

    def test_a_transaction_and_a_batch_take_effect_as_a_whole(self):
        for kind in ("transaction", "batch"):
            url, system = f"http://example.org/live/vs-{kind}", f"{CODES}-{kind}"
            got = self.http.post("", bundle(entry("POST", "ValueSet", value_set(url, system)),
                                            entry("POST", "CodeSystem", code_system("x", url=system)),
                                            kind=kind))
            self.assert_status(got, 200)
            self.assertEqual(self.codes_of(url), ["x"])

    def test_a_required_binding_follows_its_value_set(self):
        url = "http://hl7.org/fhir/ValueSet/administrative-gender"
        own = {**value_set(url, CODES + "-gender", version="4.0.1"), "id": "own-gender"}
        self.create(code_system("left", "right", url=CODES + "-gender"))
        self.assert_status(self.http.post("Patient", patient(gender="male")), 201)
        self.assert_status(self.http.put("ValueSet/own-gender", own), 201)
        self.assert_outcome(self.http.post("Patient", patient(gender="male")), (400, 422), "code-invalid")
        self.assert_status(self.http.post("Patient", patient(gender="left")), 201)
        self.assert_status(self.http.delete("ValueSet/own-gender"), 204)
        self.assert_status(self.http.post("Patient", patient(gender="male")), 201)

    def test_an_extension_is_judged_by_the_definition_posted_before(self):
        url = "http://example.org/live/extension"
        wrong = patient(extension=[{"url": url, "valueString": "x"}])
        right = patient(extension=[{"url": url, "valueInteger": 3}])
        self.assert_status(self.http.post("Patient", wrong), 201)
        definition = self.create(extension(url, "integer"))
        self.assert_outcome(self.http.post("Patient", wrong), (400, 422))
        self.assert_status(self.http.post("Patient", right), 201)
        self.assert_status(self.http.delete(f"StructureDefinition/{definition['id']}"), 204)
        self.assert_status(self.http.post("Patient", wrong), 201)

    def test_a_search_parameter_indexes_what_is_written_after_it_at_once_and_the_rest_soon(self):
        before = self.create(patient(family="Nickname", maritalStatus={"text": "first"}))
        self.assert_outcome(self.http.search("Patient", {"marital-text": "first"}), 400)
        made = self.create(search_parameter("marital-text", "Patient.maritalStatus.text"))
        listed = next(r for r in self.http.get("metadata").json["rest"][0]["resource"]
                      if r["type"] == "Patient")["searchParam"]
        self.assertIn("marital-text", [p["name"] for p in listed])
        after = self.create(patient(family="Nickname", maritalStatus={"text": "first"}))
        found = match_ids(self.http.search("Patient", {"marital-text": "fir"}).json)
        self.assertIn("Patient/" + after["id"], found)
        # What was there before is found once it is indexed again, in the background.
        both = sorted("Patient/" + one["id"] for one in (before, after))
        self.assertTrue(until(lambda: sorted(match_ids(self.http.search("Patient", {"marital-text": "fir"}).json)) == both))
        self.assert_status(self.http.delete(f"SearchParameter/{made['id']}"), 204)
        self.assert_outcome(self.http.search("Patient", {"marital-text": "first"}), 400)

    def test_a_parameter_with_a_code_of_r4_leaves_the_search_as_it_was(self):
        known = self.create(patient(family="Stays", birthDate="1971-02-03"))
        self.create(search_parameter("birthdate", "Patient.name.given"))
        self.assertEqual(match_ids(self.http.search("Patient", {"birthdate": "1971-02-03"}).json), ["Patient/" + known["id"]])

    def test_concurrent_writers_each_see_their_own_definitions(self):
        def work(index):
            with self.server.client() as http:
                for turn in range(15):
                    system = f"{CODES}-{index}-{turn}"
                    made = http.post("CodeSystem", code_system(f"c{turn}", url=system))
                    self.assert_status(made, 201)
                    got = http.search("CodeSystem/$lookup", {"system": system, "code": f"c{turn}"})
                    self.assert_status(got, 200)
                    self.assert_status(http.delete(f"CodeSystem/{made.json['id']}"), 204)
                    self.assertGreaterEqual(
                        http.search("CodeSystem/$lookup", {"system": system, "code": f"c{turn}"}).status, 400)
        Parallel(6, work).join()


def cpu_seconds_of_runs():
    """Of all programs that have ended, whatever else runs on this machine."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Restart(Case):
    def test_what_was_stored_is_in_force_after_a_restart(self):
        with Server() as server:
            http = server.client()
            http.post("CodeSystem", code_system("a"))
            gone = http.post("CodeSystem", code_system("z", url=CODES + "-gone")).json
            http.delete(f"CodeSystem/{gone['id']}")
            http.post("SearchParameter", search_parameter("marital-text", "Patient.maritalStatus.text"))
            http.close()
            server.terminate()
            server.restart()
            http = server.client()
            self.assert_status(http.search("CodeSystem/$lookup", {"system": CODES, "code": "a"}), 200)
            got = http.search("CodeSystem/$lookup", {"system": CODES + "-gone", "code": "z"})
            self.assertGreaterEqual(got.status, 400)
            self.assert_status(http.search("Patient", {"marital-text": "x"}), 200)
            http.close()

    def test_an_import_of_many_definitions_takes_time_in_proportion(self):
        seconds = {}
        for count in (250, 1000):
            with tempfile.TemporaryDirectory() as folder:
                files = os.path.join(folder, "files")
                os.mkdir(files)
                for number in range(count):
                    url = f"http://example.org/live/many-{number}"
                    with open(os.path.join(files, f"{number}.json"), "w") as out:
                        json.dump({**value_set(url), "id": f"many-{number}"}, out)
                began = cpu_seconds_of_runs()
                done = run("load", "--durability", "off", "--data", os.path.join(folder, "data"), files)
                seconds[count] = cpu_seconds_of_runs() - began
                self.assertEqual(done.returncode, 0, done.stderr[-500:])
        say(f"load of 250 value sets {seconds[250]:.2f} s of CPU, of 1,000 {seconds[1000]:.2f} s")
        self.assertLess(seconds[1000], 8 * seconds[250])
