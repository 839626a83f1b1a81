"""Exports of much: as of one moment, in bounded memory, through kills and cancels."""
import os
import resource
import threading
import time
import unittest

from bulk import Export, finished, kick_off, lines_of
from smart import observation
from support import Case, Server, bundle, entry, patient, say

MANY = 50_000
GROWTH_BYTES_MAX = 64 << 20


def put_data(server, count, patients=500):
    """Patients and observations of theirs, a thousand in a transaction."""
    resources = [patient(f"F{number}", id=f"p{number}") for number in range(patients)]
    resources.append({"resourceType": "Group", "id": "all", "type": "person", "actual": True,
                      "member": [{"entity": {"reference": f"Patient/p{number}"}} for number in range(patients)]})
    resources += [observation(f"o{number}", f"p{number % patients}", "laboratory", valueString=f"value {number}")
                  for number in range(count - len(resources))]
    with server.client() as http:
        for start in range(0, count, 1000):
            parts = [entry("PUT", f"{r['resourceType']}/{r['id']}", r) for r in resources[start:start + 1000]]
            done = http.post("", bundle(*parts))
            assert done.status == 200, done


class Much(Case):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(arguments=("--no-validate", "--durability", "normal"))
        cls.addClassCleanup(cls.server.stop)
        cls.server.start()
        put_data(cls.server, MANY)
        cls.server.terminate()  # what loading took is not counted
        cls.server.start()

    def setUp(self):
        self.http = self.server.client()
        self.addCleanup(self.http.close)

    def start(self, path="$export"):
        response = kick_off(self.http, path)
        self.assert_status(response, 202)
        return response["Content-Location"]

    def peak_of(self, path):
        """Bytes of the server's own memory at most while it exports, and how long it takes."""
        began, peak = time.monotonic(), 0
        url = self.start(path)
        while True:
            answer = self.http.get(url)
            peak = max(peak, self.server.memory_bytes("RssAnon"))
            if answer.status == 200:
                return peak, time.monotonic() - began
            self.assert_status(answer, 202)
            time.sleep(0.06)

    def test_memory_does_not_grow_with_what_is_exported(self):
        few, _ = self.peak_of("$export?_type=Patient")
        for path in ("$export", "Patient/$export", "Group/all/$export"):
            many, seconds = self.peak_of(path)
            say(f"{path} of {MANY} resources: {MANY / seconds:.0f} a second, {many - few >> 20} MiB more")
            self.assertLess(many, few + GROWTH_BYTES_MAX)

    def test_progress_is_told_in_less_than_a_hundred_characters(self):
        url = self.start()
        while True:
            response = self.http.get(url)
            if response.status == 200:
                break
            self.assert_status(response, 202)
            self.assertLess(len(response["X-Progress"]), 100)
            # Until they are counted, nobody knows of how many.
            self.assertRegex(response["X-Progress"], r"^(waiting|\d+ resources written|\d+ of about \d+ resources)")
            time.sleep(0.06)

    def test_the_files_are_of_one_moment_whatever_is_written_meanwhile(self):
        """A pair is always written together: no export shows one half of it without the other."""
        stop = threading.Event()

        def write():
            with self.server.client() as http:
                for number in range(100_000):
                    if stop.is_set():
                        return
                    text = f"round {number}"
                    done = http.post("", bundle(
                        entry("PUT", "Basic/first", {"resourceType": "Basic", "id": "first", "code": {"text": text}}),
                        entry("PUT", "Questionnaire/last", {"resourceType": "Questionnaire", "id": "last", "status": "draft",
                                                            "title": text})))
                    assert done.status == 200, done

        writer = threading.Thread(target=write)
        writer.start()
        try:
            while self.http.get("Basic/first").status != 200:
                time.sleep(0.01)
            for _ in range(3):
                export = Export(self.http, "$export")
                basic, last = export.lines(kind="Basic")[0], export.lines(kind="Questionnaire")[0]
                self.assertEqual(basic["code"]["text"], last["title"])
                self.assertGreaterEqual(export.manifest["transactionTime"], basic["meta"]["lastUpdated"])
                self.http.delete(export.url)
        finally:
            stop.set()
            writer.join()

    def test_reads_are_answered_while_an_export_runs(self):
        url = self.start()
        answered = 0
        while self.http.get(url).status == 202:
            self.assert_status(self.http.get("Patient/p1"), 200)
            answered += 1
            time.sleep(0.06)
        self.assertGreater(answered, 0)

    def test_one_that_is_cancelled_stops_and_leaves_nothing(self):
        url = self.start()
        time.sleep(0.1)
        self.assert_status(self.http.delete(url), 202)
        self.assert_outcome(self.http.get(url), 404, "not-found")
        folder = os.path.join(self.server.data, "exports", url.rsplit("/", 1)[-1])
        deadline = time.monotonic() + 30
        while os.path.exists(folder):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)


class Changes:
    """Writes on and on, and keeps when each version was made."""

    def __init__(self, server, change):
        self.server, self.change, self.versions, self.rounds, self.is_over = server, change, {}, 0, False
        self.thread = threading.Thread(target=self.run)

    def note(self, resource, deleted=False):
        meta = resource["meta"]
        key = f"{resource['resourceType']}/{resource['id']}"
        self.versions.setdefault(key, []).append((meta["lastUpdated"], None if deleted else meta["versionId"]))

    def run(self):
        with self.server.client() as http:
            while not self.is_over:
                self.change(http, self.rounds)
                self.rounds += 1

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *unused):
        self.is_over = True
        self.thread.join()


class Meanwhile(Case):
    """What changes while an export runs is given as it was at its transactionTime, or not at all."""
    MANY = 12_000

    def setUp(self):
        self.server = Server(arguments=("--no-validate", "--durability", "normal", "--expunge", "--delete-history"))
        self.addCleanup(self.server.stop)
        self.server.start()
        put_data(self.server, self.MANY)
        self.http = self.server.client()
        self.addCleanup(self.http.close)

    def history(self, type_):
        """By id: pairs of a time and a version id, which is None of a deletion; the newest first."""
        found = {}
        for page in self.http.pages(type_ + "/_history", {"_count": "1000"}):
            self.assert_status(page, 200)
            for one in page.json["entry"]:
                id_ = one["request"]["url"].split("/")[1]
                time_of = one["resource"]["meta"]["lastUpdated"] if "resource" in one else one["response"]["lastModified"]
                version = one["resource"]["meta"]["versionId"] if "resource" in one else None
                found.setdefault(id_, []).append((time_of, version))
        return found

    @staticmethod
    def change(http, number):
        """Updates, deletions, returns and new ones, all over the data."""
        parts = []
        for at in range(50):
            n = (number * 50 + at) * 37 % (Meanwhile.MANY - 600)
            if at % 10 == 0:
                parts.append(entry("DELETE", f"Observation/o{n}"))
            else:
                one = observation(f"o{n}", f"p{(n + number) % 500}", "laboratory", valueString=f"changed {number}")
                parts.append(entry("PUT", f"Observation/o{n}", one))
        parts.append(entry("PUT", f"Observation/new{number}", observation(f"new{number}", "p1", "laboratory", valueString="new")))
        parts.append(entry("PUT", f"Patient/p{number % 500}", patient(f"Changed{number}", id=f"p{number % 500}")))
        done = http.post("", bundle(*{part["request"]["url"]: part for part in parts}.values()))
        assert done.status == 200, done

    def check(self, path, types=("Patient", "Observation"), whole=True):
        with Changes(self.server, self.change) as changes:
            while changes.rounds < 3:
                time.sleep(0.01)
            for _ in range(10):
                begun = changes.rounds
                export = Export(self.http, path)
                meanwhile = changes.rounds - begun
                if meanwhile:
                    break  # in some of the exports something has to be written
        self.assertGreater(meanwhile, 0, "nothing was written meanwhile")
        say(f"{path}: {meanwhile} transactions of 52 meanwhile")
        then = export.manifest["transactionTime"]
        for type_ in types:
            lines = {line["id"]: line["meta"]["versionId"] for line in export.lines(kind=type_)}
            self.assertEqual(len(lines), sum(f["count"] for f in export.manifest["output"] if f["type"] == type_), "twice")
            for id_, versions in self.history(type_).items():
                # What was made in the very millisecond may be there or not.
                latest = [next((v for t, v in versions if t <= then), None), next((v for t, v in versions if t < then), None)]
                self.assertIn(lines.pop(id_, None), latest, (type_, id_, versions, then))
            self.assertEqual(lines, {})

    def test_of_the_system(self):
        self.check("$export")

    def test_of_all_patients(self):
        self.check("Patient/$export")

    def test_of_a_group(self):
        self.check("Group/all/$export?_type=Patient,Observation")

    def test_with_a_filter(self):
        self.check("$export?_type=Observation&_typeFilter=Observation%3Fstatus%3Dfinal", types=("Observation",))

    def test_what_is_erased_meanwhile_is_left_out(self):
        url = kick_off(self.http, "$export?_type=Patient,Observation")["Content-Location"]
        with self.server.client() as other:
            for n in range(0, 400, 4):
                other.put(f"Observation/o{n}", observation(f"o{n}", "p1", "laboratory", valueString="newer"))
                other.delete(f"Observation/o{n + 1}")
            expunge = {"resourceType": "Parameters", "parameter": [
                {"name": "expungeDeletedResources", "valueBoolean": True}, {"name": "expungePreviousVersions", "valueBoolean": True},
                {"name": "limit", "valueInteger": 1000}]}
            self.assert_status(other.post("Observation/$expunge", expunge), 200)
        manifest = finished(self.http, url).json
        lines = {line["id"]: line for f in manifest["output"] if f["type"] == "Observation" for line in lines_of(self.http, f["url"])}
        for line in lines.values():
            self.assertLessEqual(line["meta"]["lastUpdated"], manifest["transactionTime"])
        self.assertGreaterEqual(len(lines), self.MANY - 501 - 200)


class FullDisk(Case):
    def test_an_export_that_the_disk_does_not_take_says_so_and_leaves_nothing(self):
        server = Server(arguments=("--no-validate", "--durability", "normal"))
        self.addCleanup(server.stop)
        server.start()
        put_data(server, 10_000)
        server.terminate()  # the log is empty
        server.start()
        hard = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (1 << 20, hard))
        with server.client() as http:
            url = kick_off(http, "$export")["Content-Location"]
            self.assert_status(finished(http, url), 500)
            self.assert_outcome(http.get(url), 500, "no-store")
            folder = os.path.join(server.data, "exports", url.rsplit("/", 1)[-1])
            self.assertFalse([name for name in os.listdir(folder) if name.endswith(".ndjson")])
            resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
            self.assertEqual(len(Export(http, "$export").ids()), 10_000)


class Restart(Case):
    def test_what_was_cut_off_is_done_whole_after_a_restart(self):
        server = Server(arguments=("--no-validate",))
        self.addCleanup(server.stop)
        server.start()
        put_data(server, 20_000)
        for end in (server.kill, server.terminate):
            with server.client() as http:
                paths = [kick_off(http, path)["Content-Location"].split("/fhir/")[1]
                         for path in ("$export", "Patient/$export")]
                folder = os.path.join(server.data, "exports", paths[0].split("/")[1])
                deadline = time.monotonic() + 30
                while not any(name.endswith(".ndjson") for name in os.listdir(folder)):
                    self.assertLess(time.monotonic(), deadline)
                # Nothing half is shown.
                self.assertIn(http.get(paths[0] + "/Observation.1.ndjson").status, (200, 404))
            end()
            server.start()
            with server.client() as http:
                for path in paths:
                    answer = finished(http, path)
                    self.assert_status(answer, 200)
                    self.assertEqual(sum(file["count"] for file in answer.json["output"]), 20_000)
                    for file in answer.json["output"]:
                        self.assertEqual(http.get(file["url"]).body.count(b"\n"), file["count"])


if __name__ == "__main__":
    unittest.main()
