"""medisync import: what an export gives becomes the data of another server."""
import json
import os
import subprocess
import tempfile
import time
import unittest

from bulk import Export
from smart import observation
from support import ROOT, Case, Server, binary, bundle, entry, patient, run, say


def observations(count):
    return [patient("Imported", id="p1")] + [observation(f"o{number}", "p1", "laboratory", valueString=f"value {number}")
                                             for number in range(count - 1)]


class Import(Case):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="medisync-e2e-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.server = Server()
        self.addCleanup(self.server.stop)

    def write(self, name, lines):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.writelines((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
        return path

    def imported(self, *paths, **options):
        done = run("import", "--data", self.server.data, *paths, **options)
        outcomes = [json.loads(line) for line in done.stdout.decode().splitlines()]
        return done, outcomes

    def test_what_one_server_exports_another_imports(self):
        source = Server()
        self.addCleanup(source.stop)
        source.start()
        resources = observations(1200) + [{"resourceType": "Organization", "id": "org", "name": "Zażółć 😀"}]
        with source.client() as http:
            for start in range(0, len(resources), 400):
                parts = [entry("PUT", f"{r['resourceType']}/{r['id']}", r) for r in resources[start:start + 400]]
                self.assert_status(http.post("", bundle(*parts)), 200)
            export = Export(http)
            for file in export.manifest["output"]:
                with open(os.path.join(self.folder, file["url"].rsplit("/", 1)[-1]), "wb") as out:
                    out.write(http.get(file["url"]).body)
        done, outcomes = self.imported(self.folder)
        self.assertEqual((done.returncode, outcomes), (0, []), done.stderr)
        self.assertIn(f"{len(resources)} resources written, 0 refused", done.stderr.decode())
        self.server.start()
        with self.server.client() as http:
            self.assertEqual(Export(http).ids(), {f"{r['resourceType']}/{r['id']}" for r in resources})
            self.assertEqual(http.get("Organization/org").json["name"], "Zażółć 😀")
            self.assertEqual(http.get("Observation?patient=p1&_summary=count").json["total"], 1199)

    def test_what_is_refused_is_told_by_its_line_and_the_rest_is_written(self):
        lines = observations(20)
        lines[5] = {"resourceType": "Observation", "id": "bad", "status": "nonsense", "code": {"text": "x"}}
        lines[7] = "{ no JSON"
        lines[9] = {"id": "no-type"}
        lines[11] = {"resourceType": "Patient", "name": [{"family": "Without id"}]}
        path = self.write("mixed.ndjson", lines)
        done, outcomes = self.imported(path)
        self.assertEqual(done.returncode, 1)
        places = {o["issue"][-1]["diagnostics"]: o["issue"][0]["severity"] for o in outcomes}
        self.assertEqual(places, {f"{path}:{line}": "error" for line in (6, 8, 10)})
        self.assertIn("17 resources written, 3 refused", done.stderr.decode())
        self.server.start()
        with self.server.client() as http:
            self.assertEqual(http.get("Patient?family=Without&_summary=count").json["total"], 1)
            self.assertEqual(http.get("Observation?_summary=count").json["total"], 15)

    def test_standard_input_and_misuse(self):
        text = "".join(json.dumps(one) + "\n" for one in observations(3)).encode()
        done = subprocess.run([binary(), "import", "--data", self.server.data, "-"], cwd=ROOT, input=text,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)
        self.assertEqual(done.returncode, 0, done.stderr)
        missing = os.path.join(self.folder, "nothing.ndjson")
        done, outcomes = self.imported(missing)
        self.assertEqual((done.returncode, [o["issue"][-1]["diagnostics"] for o in outcomes]), (1, [missing]))
        self.assertEqual(run("import", "--data", self.server.data).returncode, 2)
        self.server.start()
        open_already, _ = self.imported(self.write("one.ndjson", observations(1)))
        self.assertEqual(open_already.returncode, 2)

    def test_how_fast_it_is(self):
        path = self.write("many.ndjson", observations(20_000))
        began = time.monotonic()
        done, _ = self.imported(path)
        self.assertEqual(done.returncode, 0, done.stderr)
        say(f"import of 20000 validated resources: {done.stderr.decode().strip().splitlines()[-1]}, "
            f"{20_000 / (time.monotonic() - began):.0f} with the start")


if __name__ == "__main__":
    unittest.main()
