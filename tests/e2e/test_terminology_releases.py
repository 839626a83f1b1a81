"""medisync terminology: releases of code systems, loaded beside a running server or before its start.
https://hl7.org/fhir/R4/snomedct.html"""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse

from support import ROOT, Case, Server, ServerCase, binary, run, until

sys.path.insert(0, os.path.join(ROOT, "tests", "bench"))
from snomed_release import MAP, SIMPLE, Release  # noqa: E402

SNOMED = "http://snomed.info/sct"
VERSION = f"{SNOMED}/900000000000207008/version/20260101"
NAME = "snomed-900000000000207008-20260101"
TABLE = "#url=http://example.org/colours\n#version=2\n#notice=Nobody owns a colour.\ncode,display\nred,Red\n"


def values(response, name):
    return [value for part in response.json.get("parameter", []) if part["name"] == name
            for key, value in part.items() if key.startswith("value")]


class ReleasesTest(Case):
    def setUp(self):
        super().setUp()
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.data = os.path.join(self.folder.name, "data")
        self.rf2 = os.path.join(self.folder.name, "rf2")
        os.mkdir(self.data)

    def terminology(self, command, *arguments):
        done = run("terminology", command, "--data", self.data, *arguments)
        done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
        return done

    def write_snomed(self, concepts=2000):
        release = Release(self.rf2, concepts)
        release.write()
        return release

    def test_releases_are_loaded_listed_shown_and_removed(self):
        self.write_snomed(200)
        table = os.path.join(self.folder.name, "colours.csv")
        with open(table, "w", encoding="utf-8") as file:
            file.write(TABLE)
        done = self.terminology("load", self.rf2, table)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("reading ", done.stderr)
        listed = [json.loads(line) for line in self.terminology("list", "--output", "ndjson").stdout.splitlines()]
        self.assertEqual([item["kind"] for item in listed], ["csv", "snomed"])
        self.assertEqual(listed[1]["version"], VERSION)
        info = self.terminology("info", NAME).stdout
        self.assertIn("used by permission of SNOMED International", info)
        self.assertIn("mlds.ihtsdotools.org", info)
        self.assertIn("Nobody owns a colour.", self.terminology("info").stdout)
        self.assertEqual(self.terminology("remove", NAME).returncode, 0)
        self.assertNotIn("snomed", self.terminology("list").stdout)
        gone = self.terminology("remove", NAME)
        self.assertEqual(gone.returncode, 1)
        self.assertIn("There is no release", gone.stderr)

    def test_an_error_names_file_and_line_and_leaves_nothing(self):
        release = self.write_snomed(50)
        path = os.path.join(self.rf2, "Snapshot", "Terminology", "sct2_Relationship_Snapshot_INT_20260101.txt")
        with open(path, "a", encoding="utf-8") as file:
            file.write(f"777777025\t20190731\t1\t900000000000207008\t{release.ids[1]}\tnobody\t0\t116680003\t"
                       "900000000000011006\t900000000000451002\n")
        with open(path, encoding="utf-8") as file:
            line = sum(1 for _ in file)
        done = self.terminology("load", self.rf2)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{path}:{line}: 'nobody' in column destinationId", done.stderr)
        self.assertEqual(os.listdir(os.path.join(self.data, "terminology")), [])

    def test_a_killed_load_leaves_nothing_that_counts(self):
        self.write_snomed(20_000)
        folder = os.path.join(self.data, "terminology")
        unfinished = 0
        for pause in (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6):
            process = subprocess.Popen([binary(), "terminology", "load", "--data", self.data, self.rf2],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(pause)
            process.send_signal(signal.SIGKILL)
            if process.wait() == 0:
                break
            left = os.listdir(folder) if os.path.isdir(folder) else []
            unfinished += any(name.startswith(".loading-") for name in left)
            done = self.terminology("list")
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertIn(done.stdout.count("\n"), (0, 1))
        done = self.terminology("load", self.rf2)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(os.listdir(folder), [NAME + ".release"])

    def test_a_damaged_release_is_told_and_left_out(self):
        self.write_snomed(50)
        self.terminology("load", self.rf2)
        path = os.path.join(self.data, "terminology", NAME + ".release")
        with open(path, "r+b") as file:
            file.truncate(os.path.getsize(path) - 100)
        done = self.terminology("list")
        self.assertEqual(done.returncode, 1)
        self.assertIn("is damaged: it is cut short; load it again", done.stdout)
        with Server(data=self.data, keep_data=True) as server, server.client() as http:
            self.assertEqual(http.get("metadata").status, 200)

    def test_a_release_that_is_removed_is_let_go(self):
        self.write_snomed(50)
        self.terminology("load", self.rf2)
        with Server(data=self.data, keep_data=True) as server, server.client() as http:
            question = f"CodeSystem/$lookup?system={SNOMED}&code=138875005"
            self.assertEqual(http.get(question).status, 200)
            self.terminology("remove", NAME)
            time.sleep(1.1)  # the server looks once a second
            self.assertGreaterEqual(http.get(question).status, 400)
            self.assertEqual(http.get("metadata").status, 200)

            def is_let_go():
                with open(f"/proc/{server.process.pid}/maps", encoding="utf-8") as maps:
                    return not [line for line in maps if ".release" in line]

            self.assertTrue(until(is_let_go))  # whoever still looks into it may finish

    def test_what_is_no_release_is_refused(self):
        done = self.terminology("load", self.folder.name)
        self.assertEqual(done.returncode, 1)
        self.assertIn("say which with --kind", done.stderr)
        done = self.terminology("load", os.path.join(self.folder.name, "nowhere"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("is not there", done.stderr)


class ServedReleaseTest(ServerCase):
    """One server; the release is loaded while it runs."""

    @classmethod
    def setUpClass(cls):
        data = cls.make_data_folder()
        cls.release = Release(os.path.join(cls.folder.name, "rf2"), 2000)
        cls.release.write()
        cls.server = Server(data=data, keep_data=True)
        cls.addClassCleanup(cls.server.stop)
        cls.server.start()
        with cls.server.client() as http:
            cls.before = http.get(f"CodeSystem/$lookup?system={SNOMED}&code={cls.release.ids[5]}")
        done = run("terminology", "load", "--data", data, cls.release.folder)
        assert done.returncode == 0, done.stderr
        time.sleep(1.1)  # the server looks once a second

    def expand(self, query, **parameters):
        url = SNOMED + "?fhir_vs" + query
        return self.http.get("ValueSet/$expand?" + urllib.parse.urlencode({"url": url, **parameters}))

    def codes(self, response):
        self.assertEqual(response.status, 200, response)
        found, lists = set(), [response.json["expansion"].get("contains", [])]
        while lists:
            for item in lists.pop():
                found.add(item["code"])
                lists.append(item.get("contains", []))
        return found

    def test_a_server_that_runs_sees_what_is_loaded(self):
        self.assertGreaterEqual(self.before.status, 400)
        found = self.http.get(f"CodeSystem/$lookup?system={SNOMED}&code={self.release.ids[5]}")
        self.assertEqual(found.status, 200, found)
        self.assertEqual(values(found, "version"), [VERSION])

    def test_the_capabilities_list_what_is_loaded(self):
        found = self.http.get("metadata?mode=terminology").json["codeSystem"]
        listed = [item for item in found if item["uri"] == SNOMED]
        self.assertEqual(len(listed), 1)
        self.assertIn({"code": VERSION, "isDefault": True}, listed[0]["version"])

    def test_versions_are_asked_for_by_uri(self):
        for version, status in ((VERSION, 200), (f"{SNOMED}/900000000000207008", 200),
                                (f"{SNOMED}/900000000000207008/version/20200101", 404)):
            found = self.http.get(f"CodeSystem/$lookup?system={SNOMED}&version={version}&code={self.release.ids[5]}")
            self.assertEqual(found.status == 200, status == 200, found)

    def test_implicit_value_sets_have_their_concepts(self):
        parent = self.release.ids[3]
        below = self.codes(self.expand(f"=isa/{parent}"))
        self.assertIn(parent, below)
        self.assertEqual(below, self.codes(self.expand(f"=ecl/<< {parent}")))
        self.assertEqual(below - {parent}, self.codes(self.expand(f"=ecl/< {parent} |a name|")))
        self.assertEqual(self.codes(self.expand(f"=refset/{SIMPLE}")), set(self.release.ids[::7]))
        self.assertTrue({SIMPLE, MAP} <= self.codes(self.expand("=refset")))
        self.assertGreaterEqual(self.expand("=ecl/<< <<").status, 400)
        self.assertGreaterEqual(self.expand("=isa/12345678").status, 400)

    def test_a_text_finds_by_the_beginnings_of_words(self):
        with open(os.path.join(self.release.folder, "Snapshot", "Terminology",
                               "sct2_Description_Snapshot-en_INT_20260101.txt"), encoding="utf-8") as file:
            rows = [line.split("\t") for line in file][1:]
        word = next(row[7] for row in rows if row[4] == self.release.ids[5]).split()[0][:4]
        expected = {row[4] for row in rows if any(w.startswith(word) for w in row[7].split())}
        self.assertEqual(self.codes(self.expand("", filter=word)), expected)

    def test_a_value_set_of_the_store_may_name_an_expression(self):
        parent = self.release.ids[3]
        body = {"resourceType": "ValueSet", "url": "http://example.org/below", "status": "active", "compose": {"include": [
            {"system": SNOMED, "filter": [{"property": "constraint", "op": "=", "value": f"< {parent}"}]}]}}
        self.assertEqual(self.http.put("ValueSet/below", dict(body, id="below")).status, 201)
        found = self.http.get("ValueSet/$expand?url=http://example.org/below")
        self.assertEqual(self.codes(found), self.codes(self.expand(f"=ecl/< {parent}")))
