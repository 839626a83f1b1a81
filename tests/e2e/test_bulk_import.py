"""$import: by URL, by an export's manifest, by upload; line by line, through kills, within its guards."""
import gzip
import hashlib
import http.server
import json
import os
import threading
import time
import unittest

from bulk import Export, finished, lines_of
from smart import observation
from support import Case, Server, bundle, entry, patient, say

KICK_OFF = {"Accept": "application/fhir+json", "Prefer": "respond-async"}
NDJSON = {**KICK_OFF, "Content-Type": "application/fhir+ndjson"}
JSON = {**KICK_OFF, "Content-Type": "application/json"}


def ndjson(lines):
    return "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines).encode()


def manifest(*inputs, **more):
    return {"inputFormat": "application/fhir+ndjson", "inputSource": "https://source.example/fhir",
            "storageDetail": {"type": "https"},
            "input": [{"type": kind, "url": url} for kind, url in inputs], **more}


class Files:
    """A file server of another: with ranges, validators, and answers that break off as asked."""

    def __init__(self):
        self.files, self.requests, self.cut, self.coding, self.token = {}, [], {}, {}, None
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                outer.requests.append((self.path, dict(self.headers.items())))
                body = outer.files.get(self.path)
                if body is None or (outer.token and self.headers.get("Authorization") != "Bearer " + outer.token):
                    self.send_response(404 if body is None else 401)
                    self.send_header("Content-Length", "0")
                    return self.end_headers()
                tag = '"' + hashlib.sha256(body).hexdigest()[:16] + '"'
                start = 0
                if self.headers.get("Range") and self.headers.get("If-Range") == tag:
                    start = int(self.headers["Range"].removeprefix("bytes=").rstrip("-"))
                self.send_response(206 if start else 200)
                self.send_header("ETag", tag)
                self.send_header("Content-Length", str(len(body) - start))
                if self.path in outer.coding:
                    self.send_header("Content-Encoding", outer.coding[self.path])
                self.end_headers()
                stop = outer.cut.pop(self.path, None)
                self.wfile.write(body[start:stop])
                if stop is not None:
                    self.wfile.flush()
                    self.connection.close()

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def put(self, name, body):
        self.files["/" + name] = body
        return f"http://{self.host}/{name}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Importing(Case):
    ARGUMENTS = ()

    def setUp(self):
        self.files = Files()
        self.addCleanup(self.files.close)
        self.server = Server(arguments=("--import-from", self.files.host, "--import-private", *self.ARGUMENTS))
        self.addCleanup(self.server.stop)
        self.server.start()
        self.http = self.server.client()
        self.addCleanup(self.http.close)

    def kick_off(self, body, path="$import", headers=None):
        if isinstance(body, bytes):
            return self.http.request("POST", path, body, headers or NDJSON)
        return self.http.request("POST", path, body, headers or JSON)

    def imported(self, body, path="$import", headers=None):
        response = self.kick_off(body, path, headers)
        self.assert_status(response, 202)
        done = finished(self.http, response["Content-Location"])
        self.assert_status(done, 200)
        return done.json

    def outcomes(self, result):
        return [line for file in result["error"] for line in lines_of(self.http, file["url"])]


class ByUrl(Importing):
    def test_files_of_a_manifest_become_resources(self):
        people = [patient(f"F{n}", id=f"p{n}") for n in range(700)]
        values = [observation(f"o{n}", f"p{n % 700}", "laboratory", valueString=str(n)) for n in range(1200)]
        # The observations first: references need no order.
        result = self.imported(manifest(("Observation", self.files.put("o.ndjson", ndjson(values))),
                                        ("Patient", self.files.put("p.ndjson.gz", gzip.compress(ndjson(people))))))
        self.assertEqual([(one["type"], one["count"]) for one in result["output"]],
                         [("Observation", 1200), ("Patient", 700)])
        self.assertEqual([one["inputUrl"] for one in result["output"]],
                         [f"http://{self.files.host}/o.ndjson", f"http://{self.files.host}/p.ndjson.gz"])
        self.assertEqual(result["error"], [])
        self.assertEqual(self.http.get("Observation?patient=p5&_summary=count").json["total"], 2)
        self.assertEqual(self.http.get("Patient/p699").json["name"][0]["family"], "F699")

    def test_parameters_say_the_same(self):
        url = self.files.put("p.ndjson", ndjson([patient("A", id="a")]))
        body = {"resourceType": "Parameters", "parameter": [
            {"name": "inputFormat", "valueString": "application/fhir+ndjson"},
            {"name": "inputSource", "valueUri": "https://source.example/fhir"},
            {"name": "mode", "valueString": "IncrementalLoad"},
            {"name": "storageDetail", "part": [{"name": "type", "valueString": "https"}]},
            {"name": "input", "part": [{"name": "type", "valueString": "Patient"}, {"name": "url", "valueUri": url}]}]}
        result = self.imported(body, headers={**KICK_OFF, "Content-Type": "application/fhir+json"})
        self.assertEqual(result["output"], [{"type": "Patient", "inputUrl": url, "count": 1}])

    def test_an_exports_manifest_names_the_files(self):
        source = Server()
        self.addCleanup(source.stop)
        source.start()
        with source.client() as http_of_source:
            self.assert_status(http_of_source.post("", bundle(*[entry("PUT", f"Patient/x{n}", patient("X", id=f"x{n}"))
                                                                for n in range(50)])), 200)
            export = Export(http_of_source)
            files = {file["url"]: http_of_source.get(file["url"]).body for file in export.manifest["output"]}
        text = export.answer.body.decode()
        for number, (url, body) in enumerate(files.items()):
            text = text.replace(url, self.files.put(f"f{number}", body))
        result = self.imported({"exportUrl": self.files.put("manifest", text.encode())})
        self.assertEqual(sum(one["count"] for one in result["output"]), 50)
        self.assertEqual(self.http.get("Patient?_summary=count").json["total"], 50)
        refused = self.kick_off({"exportUrl": self.files.put("manifest", b"{}"), "exportType": "dynamic"})
        self.assert_status(refused, 400)

    def test_what_breaks_off_is_gone_on_with_where_it_was(self):
        url = self.files.put("cut.ndjson", ndjson([patient("Long" * 50, id=f"c{n}") for n in range(2000)]))
        self.files.cut["/cut.ndjson"] = 100_000
        result = self.imported(manifest(("Patient", url)))
        self.assertEqual(result["output"][0]["count"], 2000)
        ranges = [headers.get("Range") for path, headers in self.files.requests if path == "/cut.ndjson"]
        self.assertEqual(len(ranges), 2)
        self.assertIsNone(ranges[0])
        self.assertRegex(ranges[1], r"^bytes=\d+-$")
        self.assertGreater(int(ranges[1][6:-1]), 0)

    def test_a_coding_of_the_way_is_understood(self):
        url = self.files.put("coded", gzip.compress(ndjson([patient("C", id="coded")])))
        self.files.coding["/coded"] = "gzip"
        self.assertEqual(self.imported(manifest(("Patient", url)))["output"][0]["count"], 1)

    def test_what_cannot_be_fetched_stops_no_other(self):
        good = self.files.put("good.ndjson", ndjson([patient("G", id="g")]))
        gone = f"http://{self.files.host}/gone.ndjson"
        cut = self.files.put("cut.gz", gzip.compress(ndjson([patient("Z" * 4000, id="z")]))[:-20])
        old = {"type": "Patient", "url": good, "etag": "other"}
        result = self.imported({**manifest(("Patient", gone), ("Patient", good), ("Patient", cut)),
                                "input": [{"type": "Patient", "url": gone}, {"type": "Patient", "url": good},
                                          {"type": "Patient", "url": cut}, old]})
        self.assertEqual([one["count"] for one in result["output"]], [0, 1, 0, 0])
        codes = [outcome["issue"][0]["code"] for outcome in self.outcomes(result)]
        self.assertEqual(codes, ["not-found", "structure", "conflict"])

    def test_urls_are_asked_within_the_settings_alone(self):
        for url in ("http://127.0.0.1:1/x", "https://other.example/x", "file:///etc/passwd", "ftp://127.0.0.1/x",
                    f"http://user:password@{self.files.host}/x", "", "gopher://x"):
            with self.subTest(url):
                self.assertIn(self.kick_off(manifest(("Patient", url))).status, (400, 403))
        self.assertEqual(self.files.requests, [])

    def test_a_request_that_cannot_be_understood_is_refused(self):
        url = self.files.put("p.ndjson", ndjson([patient("A", id="a")]))
        good = manifest(("Patient", url))
        for body, code in ((manifest(), "required"), ({**good, "inputFormat": "text/csv"}, "not-supported"),
                           ({**good, "storageDetail": {"type": "azure-blob"}}, "not-supported"),
                           ({**good, "surprise": "x"}, "not-supported"), (manifest(("Pat", url)), "value")):
            with self.subTest(body):
                refused = self.kick_off(body)
                self.assert_status(refused, 400)
                self.assertEqual(refused.json["issue"][0]["code"], code)
        self.assert_status(self.http.request("POST", "$import", good, {"Content-Type": "application/json"}), 400)
        self.assert_status(self.kick_off(good, headers={**KICK_OFF, "Content-Type": "text/csv"}), 415)
        self.assert_status(self.http.request("GET", "$import", None, KICK_OFF), 405)


class ByUpload(Importing):
    def test_lines_are_imported_and_bad_ones_told_by_their_numbers(self):
        lines = [patient(f"F{n}", id=f"p{n}") for n in range(20)]
        lines[3] = "{ no JSON"
        lines[5] = {"resourceType": "Patient", "id": "bad", "gender": "unheard-of"}
        lines[7] = {"resourceType": "Nonsense", "id": "n"}
        lines[9] = {"resourceType": "Patient", "id": "not an id"}
        lines[11] = ""
        lines[13] = {"resourceType": "Patient", "name": [{"family": "Without"}]}
        result = self.imported(ndjson(lines))
        self.assertEqual(result["output"][0]["count"], 15)
        outcomes = self.outcomes(result)
        self.assertEqual(result["error"][0]["count"], len(outcomes))
        self.assertEqual([o["issue"][-1]["diagnostics"] for o in outcomes],
                         ["upload:4", "upload:6", "upload:8", "upload:10"])
        self.assertTrue(all("unheard-of" not in json.dumps(o["issue"][-1]) for o in outcomes))
        self.assertEqual(self.http.get("Patient?family=Without&_summary=count").json["total"], 1)

    def test_a_change_is_a_version_and_the_same_is_none(self):
        first, second = [patient("One", id="v"), patient("Two", id="w")], [patient("Other", id="v"), patient("Two", id="w")]
        self.imported(ndjson(first))
        self.imported(ndjson(second))
        self.assertEqual(self.http.get("Patient/v").json["meta"]["versionId"], "2")
        self.assertEqual(self.http.get("Patient/v/_history/1").json["name"][0]["family"], "One")
        self.assertEqual(self.http.get("Patient/w").json["meta"]["versionId"], "1")
        # One that comes twice: both, in their order.
        self.imported(ndjson([patient("A", id="twice"), patient("B", id="twice")]))
        self.assertEqual(self.http.get("Patient/twice").json["name"][0]["family"], "B")
        self.assertEqual(self.http.get("Patient/twice").json["meta"]["versionId"], "2")

    def test_a_type_in_the_url_holds_the_lines_to_it(self):
        result = self.imported(ndjson([patient("A", id="a"), {"resourceType": "Organization", "id": "o", "name": "O"}]),
                               "Patient/$import")
        self.assertEqual((result["output"][0]["count"], result["error"][0]["count"]), (1, 1))

    def test_a_packed_body_is_taken(self):
        body = gzip.compress(ndjson([patient("A", id=f"a{n}") for n in range(100)]))
        result = self.imported(body, headers={**NDJSON, "Content-Encoding": "gzip"})
        self.assertEqual(result["output"][0]["count"], 100)

    def test_an_import_is_cancelled_by_delete(self):
        response = self.kick_off(ndjson([patient("A", id=f"a{n}") for n in range(20_000)]))
        self.assert_status(response, 202)
        url = response["Content-Location"]
        self.assert_status(self.http.request("DELETE", url), 202)
        self.assert_status(self.http.get(url), 404)
        self.assert_status(self.http.request("DELETE", url), 404)

    def test_a_killed_server_goes_on_where_it_was(self):
        count = 30_000
        lines = [patient(f"F{n}", id=f"k{n}") for n in range(count)]
        lines[10] = "{ no JSON"
        for n in (5, 25_000):
            del lines[n]["id"]
        response = self.kick_off(ndjson(lines))
        self.assert_status(response, 202)
        url = response["Content-Location"]
        while self.http.get("Patient?_summary=count").json["total"] < 2000:
            time.sleep(0.05)
        self.server.kill()
        self.server.start()
        self.http = self.server.client()
        result = finished(self.http, url.replace(url.split("/fhir/")[0], self.server.base.rsplit("/fhir", 1)[0])).json
        self.assertEqual(result["output"][0]["count"], count - 1)
        self.assertEqual(result["error"][0]["count"], 1)
        self.assertEqual(self.http.get("Patient?_summary=count").json["total"], count - 1)
        # What was read again after the kill is the same as what was stored: no second version.
        self.assertEqual(self.http.get("Patient?_lastUpdated=gt2000&_count=1000&_summary=count").json["total"], count - 1)
        for n in range(0, 4000, 97):
            self.assertEqual(self.http.get(f"Patient/k{n}").json["meta"]["versionId"], "1", n)

    def test_the_capability_statement_lists_it(self):
        rest = self.http.get("metadata").json["rest"][0]
        self.assertIn("import", [operation["name"] for operation in rest["operation"]])

    def test_how_fast_it_is(self):
        lines = [patient("Imported", id="p1")] + [observation(f"o{n}", "p1", "laboratory", valueString=f"value {n}")
                                                  for n in range(20_000)]
        began, before = time.monotonic(), self.cpu_seconds()
        result = self.imported(ndjson(lines))
        self.assertEqual(sum(one["count"] for one in result["output"]), len(lines))
        say(f"$import of {len(lines)} validated resources: {len(lines) / (time.monotonic() - began):.0f} a second, "
            f"{(self.cpu_seconds() - before) / len(lines) * 1e6:.0f} us of processor each")

    def cpu_seconds(self):
        with open(f"/proc/{self.server.process.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class ForwardReferences(Importing):
    """With references checked, what a line refers to may come after it, in another file as well."""
    ARGUMENTS = ("--check-references", "write")

    def test_what_comes_later_is_waited_for(self):
        values = [observation(f"o{n}", f"p{n % 700}", "laboratory", valueString=str(n)) for n in range(1500)]
        values[7]["subject"] = {"reference": "Patient/nobody"}
        people = [patient(f"F{n}", id=f"p{n}") for n in range(700)]
        result = self.imported(ndjson(values + people))
        self.assertEqual(result["output"], [{"type": "Observation", "count": 1499}, {"type": "Patient", "count": 700}])
        outcome, = self.outcomes(result)
        self.assertEqual(outcome["issue"][0]["code"], "conflict")
        self.assertIn("Patient/nobody", outcome["issue"][0]["diagnostics"])
        self.assertEqual(outcome["issue"][-1]["diagnostics"], "upload:8")
        self.assert_status(self.http.get("Observation/o7"), 404)
        self.assertEqual(self.http.get("Observation?patient=p5&_summary=count").json["total"], 3)
        self.assertEqual(self.http.get("Observation/o1499").json["meta"]["versionId"], "1")

    def test_it_may_come_in_a_later_file(self):
        values = [observation(f"o{n}", f"p{n}", "laboratory", valueString=str(n)) for n in range(600)]
        values[0]["subject"] = {"reference": "Patient/nobody"}
        result = self.imported(manifest(
            ("Observation", self.files.put("o.ndjson", ndjson(values))),
            ("Patient", self.files.put("p.ndjson", ndjson([patient(f"F{n}", id=f"p{n}") for n in range(600)])))))
        self.assertEqual([(one["type"], one["count"]) for one in result["output"]], [("Observation", 599), ("Patient", 600)])
        self.assertEqual([(one["inputUrl"], one["count"]) for one in result["error"]],
                         [(f"http://{self.files.host}/o.ndjson", 1)])

    def test_one_may_wait_for_another_that_waits(self):
        count = 2400  # each is part of the next one
        places = [{"resourceType": "Organization", "id": f"c{n}", "name": f"O{n}",
                   **({"partOf": {"reference": f"Organization/c{n + 1}"}} if n + 1 < count else {})} for n in range(count)]
        result = self.imported(ndjson(places))
        self.assertEqual((result["output"], result["error"]), ([{"type": "Organization", "count": count}], []))

    def test_they_may_refer_to_each_other_far_apart(self):
        def circle(n, to):
            return {"resourceType": "Organization", "id": f"e{n}", "name": "O", "partOf": {"reference": f"Organization/e{to}"}}
        between = [patient("Between", id=f"b{n}") for n in range(1200)]
        waiting = [observation(f"w{n}", "nobody", "laboratory", valueString="x") for n in range(600)]
        result = self.imported(ndjson([circle(1, 2), *waiting, *between, circle(2, 1)]))
        self.assertEqual([(one["type"], one["count"]) for one in result["output"]], [("Organization", 2), ("Patient", 1200)])
        self.assertEqual(result["error"][0]["count"], 600)
        self.assert_status(self.http.get("Organization/e1"), 200)

    def test_a_killed_server_goes_on_with_what_was_put_by(self):
        count = 20_000
        values = [observation(f"o{n}", "late", "laboratory", valueString=str(n)) for n in range(count)]
        values[3]["subject"] = {"reference": "Patient/nobody"}
        others = [patient(f"F{n}", id=f"k{n}") for n in range(3000)]
        response = self.kick_off(ndjson(values + others + [patient("Late", id="late")]))
        self.assert_status(response, 202)
        path = response["Content-Location"].split("/fhir/")[1]
        for search, enough in (("Patient?family=F&_summary=count", 1000), ("Observation?_summary=count", 2000)):
            deadline = time.monotonic() + 100
            while self.http.get(search).json["total"] < enough:
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.02)
            self.server.kill()
            self.server.start()
            self.http = self.server.client()
        result = finished(self.http, path).json
        self.assertEqual(result["output"], [{"type": "Observation", "count": count - 1}, {"type": "Patient", "count": 3001}])
        self.assertEqual([one["count"] for one in result["error"]], [1])
        self.assertEqual(self.http.get("Observation?_summary=count").json["total"], count - 1)
        self.assertEqual(self.http.get("Observation/o5").json["meta"]["versionId"], "1")


class TooManyErrors(Importing):
    ARGUMENTS = ("--import-errors-max", "3")

    def test_an_import_of_too_many_bad_lines_ends(self):
        response = self.kick_off(ndjson([patient("A", id="before")] + ["no JSON"] * 10))
        done = finished(self.http, response["Content-Location"])
        self.assert_status(done, 500)
        self.assertEqual(done.json["issue"][0]["code"], "too-costly")
        self.assert_status(self.http.get("Patient/before"), 200)


class Settings(Case):
    def ask(self, *arguments, body):
        server = Server(arguments=arguments)
        self.addCleanup(server.stop)
        server.start()
        with server.client() as client:
            return client.request("POST", "$import", body, JSON), client.get("metadata").json

    def test_without_hosts_no_url_is_taken(self):
        refused, _ = self.ask(body=manifest(("Patient", "https://files.example/p.ndjson")))
        self.assert_status(refused, 403)

    def test_a_private_address_is_not_fetched_from(self):
        server = Server(arguments=("--import-from", "*"))
        self.addCleanup(server.stop)
        server.start()
        with server.client() as client:
            response = client.request("POST", "$import", manifest(("Patient", "https://127.0.0.1:9/p.ndjson")), JSON)
            self.assert_status(response, 202)
            result = finished(client, response["Content-Location"]).json
            outcome = lines_of(client, result["error"][0]["url"])[0]
            self.assertEqual(outcome["issue"][0]["code"], "security")
            self.assert_status(client.request("POST", "$import", manifest(("Patient", "http://files.example/p")), JSON), 403)

    def test_it_can_be_off(self):
        refused, capabilities = self.ask("--no-import", body=manifest(("Patient", "https://files.example/p.ndjson")))
        self.assert_status(refused, 404)
        self.assertNotIn("import", [o["name"] for o in capabilities["rest"][0]["operation"]])


if __name__ == "__main__":
    unittest.main()
