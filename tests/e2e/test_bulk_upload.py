"""$import of what is sent with the request: to the disk while it comes, whole or not at all."""
import gzip
import json
import os
import resource
import signal
import socket
import threading
import time
import unittest
import zlib

from bulk import finished, lines_of
from smart import App, SmartCase
from support import Case, Server, patient, say
from test_bulk_import import KICK_OFF, NDJSON, ndjson

MEGABYTE = 1 << 20
GROWTH_BYTES_MAX = 48 * MEGABYTE


def head_of(server, path="/fhir/$import", **fields):
    fields = {"Host": "127.0.0.1", **NDJSON, **{name.replace("_", "-"): value for name, value in fields.items()}}
    return (f"POST {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items()) + "\r\n").encode()


class Raw:
    """A connection that sends what it is told, and reads one answer."""

    def __init__(self, server):
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=120)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def answer(self):
        """The status, the fields and the body."""
        data = b""
        while b"\r\n\r\n" not in data:
            more = self.socket.recv(65536)
            if not more:
                raise AssertionError(f"no answer: {data}")
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        fields = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        while len(body) < int(fields.get("content-length", 0)):
            body += self.socket.recv(65536)
        return int(first.split()[1]), fields, body


class Peak:
    """The most memory of its own that a server has meanwhile."""

    def __init__(self, server):
        self.server, self.bytes, self.is_over = server, 0, False
        self.thread = threading.Thread(target=self.look)

    def look(self):
        while not self.is_over:
            self.bytes = max(self.bytes, self.server.memory_bytes("RssAnon"))
            time.sleep(0.005)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *unused):
        self.is_over = True
        self.thread.join()


class UploadCase(Case):
    ARGUMENTS = ()
    BEFORE_START = None

    def setUp(self):
        self.server = Server(arguments=self.ARGUMENTS, before_start=self.BEFORE_START)
        self.addCleanup(self.server.stop)
        self.server.start()
        self.http = self.server.client()
        self.addCleanup(self.http.close)

    def folders(self):
        return os.listdir(os.path.join(self.server.data, "imports"))

    def assert_nothing_stays(self):
        deadline = time.monotonic() + 30
        while self.folders():
            self.assertLess(time.monotonic(), deadline, self.folders())
            time.sleep(0.02)

    def upload(self, body, **fields):
        return self.http.request("POST", "$import", body, {**NDJSON, **{k.replace("_", "-"): v for k, v in fields.items()}})

    def assert_outcome_of(self, body, code):
        outcome = json.loads(body)
        self.assertEqual((outcome["resourceType"], outcome["issue"][0]["code"]), ("OperationOutcome", code))


class Much(UploadCase):
    # Of resources, and of operations but this one, 1 MiB.
    ARGUMENTS = ("--body-max", "1", "--import-body-max", "1000", "--import-errors-max", "1000000")
    PIECE = (b"x" * (MEGABYTE - 1)) + b"\n"

    def send(self, count, fields, wrap=lambda piece: piece, end=b""):
        """Sends so many megabytes; returns by how much memory grew at most, and the answer."""
        before = self.server.memory_bytes("RssAnon")
        with Peak(self.server) as peak, Raw(self.server) as raw:
            raw.send(head_of(self.server, **fields))
            for _ in range(count):
                raw.send(wrap(self.PIECE))
            raw.send(end)
            answer = raw.answer()
        self.assertEqual(answer[0], 202, answer)
        self.assert_status(self.http.delete(answer[1]["content-location"]), 202)
        return peak.bytes - before

    def test_memory_does_not_grow_with_what_is_sent(self):
        few = self.send(2, {"Content_Length": 2 * MEGABYTE})
        plain = self.send(200, {"Content_Length": 200 * MEGABYTE})
        chunked = self.send(200, {"Transfer_Encoding": "chunked"}, lambda piece: b"100000\r\n" + piece + b"\r\n", b"0\r\n\r\n")
        packer = zlib.compressobj(0, zlib.DEFLATED, 31)
        packed = self.send(100, {"Transfer_Encoding": "chunked", "Content_Encoding": "gzip"},
                           lambda piece: (lambda out: b"%x\r\n%s\r\n" % (len(out), out))(
                               packer.compress(piece) + packer.flush(zlib.Z_SYNC_FLUSH)),
                           b"0\r\n\r\n")
        say(f"uploads of 2, 200, 200 in chunks, 100 packed MB: {few >> 20}, {plain >> 20}, {chunked >> 20}, "
            f"{packed >> 20} MiB of memory more")
        for growth in (plain, chunked, packed):
            self.assertLess(growth, GROWTH_BYTES_MAX)
        self.assert_nothing_stays()

    def test_other_bodies_keep_their_limits(self):
        big = {"resourceType": "Parameters", "parameter": [{"name": "x", "valueString": "y" * 2 * MEGABYTE}]}
        self.assert_status(self.http.request("POST", "$import", big, KICK_OFF), 413)
        self.assert_status(self.upload(zlib.compress(os.urandom(2 * MEGABYTE)), Content_Encoding="deflate"), 413)


class Small(UploadCase):
    ARGUMENTS = ("--import-body-max", "1")

    def test_more_than_the_limit_is_refused_and_leaves_nothing(self):
        with Raw(self.server) as raw:
            raw.send(head_of(self.server, Content_Length=MEGABYTE + 1))
            status, _, body = raw.answer()
        self.assertEqual(status, 413)
        self.assert_outcome_of(body, "too-long")
        with Raw(self.server) as raw:
            raw.send(head_of(self.server, Transfer_Encoding="chunked"))
            for _ in range(17):
                raw.send(b"10000\r\n" + b"x" * 65536 + b"\r\n")
            status, _, body = raw.answer()
        self.assertEqual(status, 413)
        self.assert_outcome_of(body, "too-long")
        self.assert_nothing_stays()
        self.assert_status(self.upload(ndjson([patient("Fits", id="fits")])), 202)

    def test_what_breaks_off_leaves_nothing(self):
        with Raw(self.server) as raw:
            raw.send(head_of(self.server, Content_Length=900_000) + b"x" * 600_000)
            deadline = time.monotonic() + 30
            while not self.folders():
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.01)
            # It is nobody's to find before it is accepted.
            self.assert_status(self.http.get("_import/" + self.folders()[0]), 404)
            self.assert_status(self.http.delete("_import/" + self.folders()[0]), 404)
        self.assert_nothing_stays()

    def test_what_a_kill_cuts_off_is_gone_after_the_start_and_what_was_accepted_is_imported(self):
        with Raw(self.server) as raw:
            raw.send(head_of(self.server, Content_Length=900_000) + b"x" * 600_000)
            while not self.folders():
                time.sleep(0.01)
            cut_off = set(self.folders())
            accepted = self.upload(ndjson([patient("Kept", id=f"kept{n}") for n in range(2_000)]))
            self.assert_status(accepted, 202)
            self.server.kill()
        self.server.start()
        self.assertFalse(cut_off & set(self.folders()))
        with self.server.client() as client:
            result = finished(client, accepted["Content-Location"].split("/fhir/")[1]).json
            self.assertEqual(result["output"], [{"type": "Patient", "count": 2_000}])

    def test_a_client_that_expects_to_be_told_is_told(self):
        line = ndjson([patient("Told", id="told")])
        with Raw(self.server) as raw:
            raw.send(head_of(self.server, Content_Length=len(line), Expect="100-continue"))
            self.assertEqual(raw.answer()[0], 100)
            raw.send(line)
            self.assertEqual(raw.answer()[0], 202)
        with Raw(self.server) as raw:
            raw.send(head_of(self.server, Content_Length=len(line), Expect="100-continue", Prefer="return=minimal"))
            status, _, body = raw.answer()
            self.assertEqual(status, 400)
            self.assert_outcome_of(body, "required")

    def test_codings(self):
        lines = ndjson([patient("Packed", id=f"packed{n}") for n in range(50)])
        for coding, body in (("gzip", gzip.compress(lines)), ("x-gzip", gzip.compress(lines)),
                             ("deflate", zlib.compress(lines)), ("identity", lines), ("identity", gzip.compress(lines))):
            with self.subTest(coding):
                response = self.upload(body, Content_Encoding=coding)
                self.assert_status(response, 202)
                self.assertEqual(finished(self.http, response["Content-Location"]).json["output"], [{"type": "Patient", "count": 50}])
        self.assert_outcome(self.upload(lines, Content_Encoding="gzip"), 400, "structure")
        self.assert_status(self.upload(lines, Content_Encoding="br"), 415)
        response = self.upload(gzip.compress(lines)[:-12], Content_Encoding="gzip")
        result = finished(self.http, response["Content-Location"]).json
        self.assertEqual(lines_of(self.http, result["error"][0]["url"])[0]["issue"][0]["code"], "structure")

    def test_nothing_is_no_import(self):
        self.assert_outcome(self.upload(b""), 400, "required")
        with Raw(self.server) as raw:
            raw.send(head_of(self.server, Transfer_Encoding="chunked") + b"0\r\n\r\n")
            status, _, body = raw.answer()
        self.assertEqual(status, 400)
        self.assert_outcome_of(body, "required")
        self.assert_nothing_stays()

    def test_the_output_tells_the_types_of_the_lines(self):
        lines = [patient("P", id="p"), {"resourceType": "Organization", "id": "o", "name": "O"}, patient("Q", id="q"), "no JSON"]
        response = self.upload(ndjson(lines))
        result = finished(self.http, response["Content-Location"]).json
        self.assertEqual(result["output"], [{"type": "Organization", "count": 1}, {"type": "Patient", "count": 2}])
        self.assertEqual([(one["type"], one["count"]) for one in result["error"]], [("OperationOutcome", 1)])
        response = self.http.request("POST", "Patient/$import", ndjson(["no JSON"]), NDJSON)
        result = finished(self.http, response["Content-Location"]).json
        self.assertEqual(result["output"], [{"type": "Patient", "count": 0}])
        response = self.upload(b"no JSON\n")
        self.assertEqual(finished(self.http, response["Content-Location"]).json["output"], [])


class FullDisk(UploadCase):
    @staticmethod
    def BEFORE_START():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (24 * MEGABYTE, 24 * MEGABYTE))

    def test_a_full_disk_is_told_and_leaves_nothing(self):
        with Raw(self.server) as raw:
            raw.send(head_of(self.server, Content_Length=60 * MEGABYTE))
            try:
                raw.send(b"x" * (60 * MEGABYTE))
            except ConnectionError:
                pass  # the rest is not read
            status, fields, body = raw.answer()
        self.assertEqual(status, 507)
        self.assert_outcome_of(body, "no-store")
        self.assertTrue(fields["retry-after"])
        self.assert_nothing_stays()
        self.assert_status(self.upload(ndjson([patient("Fits", id="fits")])), 202)


class Slow(UploadCase):
    def test_one_that_hardly_comes_is_timed_out(self):
        with Raw(self.server) as raw:
            raw.send(head_of(self.server, Content_Length=MEGABYTE) + b"x" * 1000)
            status, _, body = raw.answer()
        self.assertEqual(status, 408)
        self.assert_outcome_of(body, "timeout")
        self.assert_nothing_stays()


class Refused(SmartCase):
    def test_without_the_right_to_it_nothing_is_read(self):
        reader = App(self.server, "backend", key=self.keys["ES384"]).backend_token("system/*.rs").json["access_token"]
        for token, expected in ((None, 401), ("nonsense", 401), (reader, 403)):
            with self.subTest(expected), Raw(self.server) as raw:
                fields = {"Authorization": "Bearer " + token} if token else {}
                raw.send(head_of(self.server, Content_Length=10**9, **fields))
                status, fields, body = raw.answer()
                self.assertEqual(status, expected)
                self.assertEqual(fields["connection"], "close")
                self.assertEqual(json.loads(body)["resourceType"], "OperationOutcome")
        self.assertEqual(os.listdir(os.path.join(self.server.data, "imports")), [])

    def test_so_many_uploads_of_one_client_are_under_way_and_no_more(self):
        token = App(self.server, "backend", key=self.keys["ES384"]).backend_token("system/*.cu").json["access_token"]
        open_ones = []
        try:
            for _ in range(5):
                open_ones.append(Raw(self.server))
                open_ones[-1].send(head_of(self.server, Content_Length=10**6, Expect="100-continue", Authorization="Bearer " + token))
                self.assertEqual(open_ones[-1].answer()[0], 100)
            with Raw(self.server) as raw:
                raw.send(head_of(self.server, Content_Length=10**6, Authorization="Bearer " + token))
                status, fields, body = raw.answer()
            self.assertEqual(status, 429)
            self.assertTrue(fields["retry-after"])
            self.assertEqual(json.loads(body)["issue"][0]["code"], "throttled")
        finally:
            for raw in open_ones:
                raw.socket.close()


if __name__ == "__main__":
    unittest.main()
