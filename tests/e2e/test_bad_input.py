"""Whatever comes in, a clear OperationOutcome or a clean close goes out, and the server lives on."""
import gzip
import json
import socket
import struct
import time
import zlib

from support import (FHIR_JSON, Parallel, ServerCase, match_ids, patient, place_of,
                     read_answer, say, socket_to)

SAMPLE = json.dumps({
    "resourceType": "Patient", "id": "bytes", "active": True, "multipleBirthInteger": 2,
    "meta": {"tag": [{"system": "urn:t", "code": "a"}]},
    "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">é &amp; <b>x</b></div>'},
    "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/patient-birthPlace",
                   "valueAddress": {"city": "Köln"}}],
    "name": [{"family": "B\u00fcrger", "given": ["A", None], "_given": [None, {"id": "g2", "extension": [
        {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]}]}],
    "birthDate": "1974-12-25", "_birthDate": {"extension": [
        {"url": "http://hl7.org/fhir/StructureDefinition/patient-birthTime",
         "valueDateTime": "1974-12-25T14:35:45-05:00"}]},
    "contact": [{"name": {"text": "M"}, "gender": "female", "period": {"start": "2012", "end": "2020-02-29"}}],
}, ensure_ascii=False).encode("utf-8")


class MalformedJson(ServerCase):
    def put(self, body):
        return self.http.put("Patient/bytes", body)

    def test_the_sample_itself_is_taken(self):
        self.assert_status(self.put(SAMPLE), 200, 201)

    def test_cut_off_after_every_byte(self):
        for length in range(1, len(SAMPLE)):
            response = self.put(SAMPLE[:length])
            for issue in self.assert_outcome(response, 400, has_place=True):
                line, column = place_of(issue)
                self.assertEqual(line, 1)
                self.assertLessEqual(column, length + 1)

    def test_every_byte_replaced(self):
        taken = refused = 0
        for at in range(len(SAMPLE)):
            for byte in b'"}0\\,\x00\xff\n':
                if SAMPLE[at] == byte:
                    continue
                response = self.put(SAMPLE[:at] + bytes([byte]) + SAMPLE[at + 1:])
                if response.status in (200, 201):
                    taken += 1
                else:
                    refused += 1
                    self.assert_outcome(response, (400, 422), has_place=True)
        self.assertGreater(taken, 100)  # a letter of a name replaced by a digit is still a name
        self.assertGreater(refused, len(SAMPLE))

    def test_every_byte_left_out_and_every_byte_doubled(self):
        for at in range(len(SAMPLE)):
            for changed in (SAMPLE[:at] + SAMPLE[at + 1:], SAMPLE[:at] + SAMPLE[at:at + 1] + SAMPLE[at:]):
                response = self.put(changed)
                if response.status not in (200, 201):
                    self.assert_outcome(response, (400, 422))

    def test_what_is_no_json(self):
        for body in (b"", b" ", b"null", b"true", b"1", b'"Patient"', b"[]", b"{}", b"<Patient/>", b"\xef\xbb\xbf",
                     b"{'resourceType':'Patient'}", b'{"resourceType":"Patient",}', b'{"resourceType":"Patient"} x',
                     b'{"resourceType":"Patient"}{"resourceType":"Patient"}', b"// c\n{}", b"NaN",
                     b'{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":01}}',
                     b'{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":.5}}',
                     b'{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.}}',
                     b'{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":+1}}'):
            with self.subTest(body=body):
                path = "Observation" if b"Observation" in body else "Patient"
                self.assert_outcome(self.http.post(path, body), (400, 415, 422))

    def test_a_member_given_twice(self):
        errors = self.assert_outcome(self.http.post(
            "Patient", b'{"resourceType":"Patient",\n  "active":true,\n  "active":false}'), (400, 422), has_place=True)
        self.assertEqual(place_of(errors[0])[0], 3)

    def test_a_place_counts_lines(self):
        errors = self.assert_outcome(self.http.post(
            "Patient", b'{"resourceType":"Patient",\n"name":[{"family":"A"}],\n\n "active":tru}'), 400, has_place=True)
        self.assertEqual(place_of(errors[0])[0], 4)


class InvalidText(ServerCase):
    def test_invalid_utf8(self):
        for bad in (b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xe2\x82", b"\x80", b"\xc3(",
                    b"\xf0\x9f\x92", b"\xf8\x88\x80\x80\x80"):
            with self.subTest(bad=bad):
                self.assert_outcome(self.http.post(
                    "Patient", b'{"resourceType":"Patient","name":[{"family":"' + bad + b'"}]}'), (400, 422), has_place=True)

    def test_escapes_of_half_a_character_and_of_nul(self):
        for bad in (rb"\ud800", rb"\udc00x", rb"\u12", rb"\x41", "\\u0000".encode(), b"\x00", b"\x1f", b"\n"):
            with self.subTest(bad=bad):
                response = self.http.post("Patient", b'{"resourceType":"Patient","name":[{"family":"' + bad + b'"}]}')
                self.assert_outcome(response, (400, 422))

    def test_every_control_character_at_every_place_of_a_long_text(self):
        for code in range(0x20):
            for at in (0, 1, 15, 16, 17, 40, 63):
                for start in (b"", b"\\t"):  # with and without an escape before it
                    text = bytearray(b"a" * 64)
                    text[at] = code
                    self.assert_outcome(self.http.post(
                        "Patient", b'{"resourceType":"Patient","name":[{"family":"x' + start + bytes(text) + b'"}]}'),
                        (400, 422))

    def test_good_text_comes_back_as_it_was(self):
        for good in ("é", "\U0001f600", "\u202e", "a\u0301", "日本語", "\ufeffx", "\\\"/"):
            made = self.create(patient("x" + good))
            self.assertEqual(self.http.get("Patient/" + made["id"]).json["name"][0]["family"], "x" + good)


class WrongContent(ServerCase):
    def test_wrong_types(self):
        for name, value in (("active", "true"), ("active", 1), ("birthDate", 1974), ("birthDate", {}), ("name", {}),
                            ("name", "x"), ("name", [["x"]]), ("name", [None]), ("name", []), ("gender", ["male"]),
                            ("multipleBirthInteger", 1.5), ("multipleBirthInteger", "2"), ("text", "x"),
                            ("contact", [1]), ("identifier", [{"value": 5}]), ("extension", {"url": "x"}),
                            ("managingOrganization", "Organization/1"), ("meta", []), ("active", None), ("id", 5)):
            with self.subTest(name=name, value=value):
                self.assert_outcome(self.http.post("Patient", {"resourceType": "Patient", name: value}), (400, 422),
                                    has_place=True)

    def test_wrong_values(self):
        for name, value in (("birthDate", "1974-13-01"), ("birthDate", "yesterday"), ("gender", "m"), ("gender", ""),
                            ("unknownThing", 1), ("deceasedInteger", 1), ("id", "a b"), ("language", " ")):
            with self.subTest(name=name, value=value):
                errors = self.assert_outcome(self.http.post("Patient", {"resourceType": "Patient", name: value}),
                                             (400, 422), has_place=True)
                self.assertTrue(errors[0].get("expression"), errors)

    def test_all_errors_are_told_at_once(self):
        errors = self.assert_outcome(self.http.post("Patient", {
            "resourceType": "Patient", "gender": "x", "birthDate": "y", "nonsense": 1, "name": [{"family": 5}],
            "contact": [{}]}), (400, 422), has_place=True)
        said = " ".join(" ".join(e.get("expression", [])) + " " + e["diagnostics"] for e in errors)
        for part in ("gender", "birthDate", "nonsense", "name[0].family"):
            self.assertIn(part, said)

    def test_wrong_resource_type(self):
        for body in ({"resourceType": "Organization", "name": "x"}, {"name": []}, {"resourceType": 5},
                     {"resourceType": "Patent"}, {"resourceType": "patient"}, {"resourceType": ""},
                     {"resourceType": ["Patient"]}, {"resourceType": "HumanName"}, {"resourceType": "DomainResource"}):
            with self.subTest(body=body):
                self.assert_outcome(self.http.post("Patient", body), (400, 422))
        self.assert_outcome(self.http.post("HumanName", {"resourceType": "HumanName"}), 404)
        self.assert_outcome(self.http.post("Resource", {"resourceType": "Resource"}), 404)

    def test_ids_that_do_not_fit(self):
        self.assert_outcome(self.http.put("Patient/a", patient(id="b")), 400, has_place=True)
        for bad in ("a_b", "a" * 65, "%C3%A9"):
            self.assert_outcome(self.http.put("Patient/" + bad, patient(id=bad)), (400, 404, 422))


class Deep(ServerCase):
    def check(self, path, body):
        self.assert_outcome(self.http.post(path, body), (400, 413, 422))

    def test_nesting_of_ten_thousand_and_of_a_million(self):
        for depth in (10_000, 1_000_000):
            self.check("Patient", "[" * depth + "]" * depth)
            self.check("Patient", '{"a":' * depth + "1" + "}" * depth)
            self.check("Patient", '{"resourceType":"Patient","extension":' + '[{"extension":' * depth + "[]" + "}]" * depth + "}")
            self.check("Patient", "[" * depth)
            self.check("", '{"resourceType":"Bundle","type":"transaction","entry":' + '[{"resource":' * depth + "{}" + "}]" * depth + "}")
            self.check("ValueSet/$expand", '{"resourceType":"Parameters","parameter":' + '[{"part":' * depth + "[]" + "}]" * depth + "}")

    def test_narrative_nesting_of_ten_thousand(self):
        div = '<div xmlns=\\"http://www.w3.org/1999/xhtml\\">' + "<b>" * 10_000 + "x" + "</b>" * 10_000 + "</div>"
        response = self.http.post(
            "Patient", '{"resourceType":"Patient","text":{"status":"generated","div":"' + div + '"}}')
        self.assert_status(response, 201, 400, 413, 422)

    def test_many_parameters_and_alternatives(self):
        for query in ("&".join(["gender=male"] * 700), "family=" + ",".join(["a"] * 3000), "_sort=" + ",".join(["family"] * 500),
                      "&".join(f"_include=Patient:{x}" for x in ["organization"] * 600)):
            response = self.http.request("POST", "Patient/_search", query,
                                         {"Content-Type": "application/x-www-form-urlencoded"})
            self.assert_status(response, 200, 400, 413)


class Large(ServerCase):
    SIZE = 100 * 1000 * 1000

    def setUp(self):
        super().setUp()
        self.http.get("metadata")
        self.memory_before = self.server.memory_bytes("VmHWM")

    def head(self, *fields):
        return ("POST /fhir/Patient HTTP/1.1\r\nHost: x\r\nContent-Type: application/fhir+json\r\n" +
                "".join(f + "\r\n" for f in fields) + "\r\n").encode()

    def send_what_is_taken(self, connection, chunk, total, framed):
        """Sends until the server stops listening; it may well close before the end."""
        sent = 0
        try:
            while sent < total:
                piece = b"%x\r\n%s\r\n" % (len(chunk), chunk) if framed else chunk
                connection.sendall(piece)
                sent += len(chunk)
            if framed:
                connection.sendall(b"0\r\n\r\n")
        except OSError:
            pass
        return sent

    def check_refused(self, connection):
        try:
            response = read_answer(connection, "POST")
        except OSError:
            response = None  # closed while we were sending: clean enough, and the server lives
        if response is not None:
            self.assert_outcome(response, 413, ("too-long", "too-costly"))
        grown = self.server.memory_bytes("VmHWM") - self.memory_before
        self.assertLess(grown, 400 << 20, "memory stays bounded")
        return response

    def test_a_hundred_megabytes_announced(self):
        with socket_to(self.server.port) as connection:
            connection.sendall(self.head(f"Content-Length: {self.SIZE}"))
            self.assertIsNotNone(self.check_refused(connection), "an announced length is refused at once")

    def test_a_hundred_megabytes_sent_whatever_the_answer(self):
        with socket_to(self.server.port) as connection:
            connection.sendall(self.head(f"Content-Length: {self.SIZE}"))
            self.send_what_is_taken(connection, b'{"resourceType":' + b" " * 65520, self.SIZE, framed=False)
            self.check_refused(connection)

    def test_a_hundred_megabytes_in_chunks(self):
        with socket_to(self.server.port) as connection:
            connection.sendall(self.head("Transfer-Encoding: chunked"))
            sent = self.send_what_is_taken(connection, b" " * 65536, self.SIZE, framed=True)
            self.check_refused(connection)
            say(f"a chunked body of {self.SIZE} bytes: {sent} bytes were taken before the answer")

    def test_a_small_gzip_of_half_a_gigabyte(self):
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        body = b"".join(packer.compress(b" " * (1 << 20)) for _ in range(512)) + packer.flush()
        response = self.http.post("Patient", body, Content_Encoding="gzip")
        self.assert_outcome(response, 413)
        self.assertLess(self.server.memory_bytes("VmHWM") - self.memory_before, 500 << 20)

    def test_a_resource_of_thirty_megabytes_is_taken_and_read_back(self):
        data = "QUJD" * (30 * 1000 * 1000 // 4)
        made = self.http.post("Binary", {"resourceType": "Binary", "contentType": "text/plain", "data": data},
                              Prefer="return=minimal")
        self.assert_status(made, 201)
        got = self.http.get("Binary/" + made["Location"].split("/Binary/")[1].split("/")[0], Accept=FHIR_JSON)
        self.assertEqual(got.json["data"], data)

    def test_a_text_of_a_megabyte_is_judged_in_time(self):
        for family in ("a" * 1_000_000, "é" * 500_000, " " * 1_000_000):
            self.assert_status(self.http.post("Patient", patient(family)), 201, 400, 413, 422)

    def test_a_bundle_of_too_many_entries(self):
        part = '{"request":{"method":"GET","url":"Patient/x"}}'
        response = self.http.post("", '{"resourceType":"Bundle","type":"batch","entry":[' + ",".join([part] * 200_000) + "]}")
        self.assert_outcome(response, (400, 413), ("too-costly", "too-long"))


class Http(ServerCase):
    def talk(self, data, method="GET"):
        with socket_to(self.server.port) as connection:
            connection.sendall(data)
            return read_answer(connection, method)

    def test_oversized_headers(self):
        long_field = self.talk(b"GET /fhir/metadata HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 70_000 + b"\r\n\r\n")
        self.assert_outcome(long_field, 431)
        many = self.talk(b"GET /fhir/metadata HTTP/1.1\r\nHost: x\r\n" +
                         b"".join(b"X-%d: a\r\n" % n for n in range(300)) + b"\r\n")
        self.assert_outcome(many, 431)
        target = self.talk(b"GET /fhir/Patient?family=" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assert_outcome(target, (414, 431))

    def test_what_is_no_http(self):
        for data in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64, b"GET\r\n\r\n", b"\x00\x00\r\n\r\n",
                     b"GET /fhir/metadata HTTP/9.9\r\nHost: x\r\n\r\n", b"G@T /fhir/metadata HTTP/1.1\r\nHost: x\r\n\r\n",
                     b"GET /fhir/metadata HTTP/1.1\r\nbroken line\r\n\r\n",
                     b"GET /fhir/metadata HTTP/1.1\r\n\r\n",
                     b"POST /fhir/Patient HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
                     b"POST /fhir/Patient HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
                     b"POST /fhir/Patient HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
                     b"POST /fhir/Patient HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                     b"POST /fhir/Patient HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"):
            with self.subTest(data=data[:60]):
                with socket_to(self.server.port) as connection:
                    connection.sendall(data)
                    try:
                        response = read_answer(connection)
                    except ConnectionError:
                        response = None
                if response is not None:
                    self.assert_outcome(response, (400, 408, 411, 413, 414, 431, 501, 505))

    def test_pipelined_requests_are_answered_in_their_order(self):
        ids = []
        for n in range(5):
            self.assert_status(self.http.put(f"Patient/pipe-{n}", patient(id=f"pipe-{n}")), 200, 201)
        requests = b""
        for n in range(40):
            if n % 3 == 2:
                body = json.dumps(patient(f"Pipe{n}", id=f"pipe-new-{n}")).encode()
                requests += (b"PUT /fhir/Patient/pipe-new-%d HTTP/1.1\r\nHost: x\r\nContent-Type: application/fhir+json\r\n"
                             b"Content-Length: %d\r\n\r\n" % (n, len(body))) + body
                ids.append(f"pipe-new-{n}")
            elif n % 3 == 1:
                requests += b"GET /fhir/Patient?_id=pipe-%d HTTP/1.1\r\nHost: x\r\n\r\n" % (n % 5)
                ids.append(f"search pipe-{n % 5}")
            else:
                requests += b"GET /fhir/Patient/pipe-%d HTTP/1.1\r\nHost: x\r\n\r\n" % (n % 5)
                ids.append(f"pipe-{n % 5}")
        with socket_to(self.server.port) as connection:
            connection.sendall(requests)
            stream = connection.makefile("rb")

            class OneStream:  # the answers follow each other in one buffer
                def makefile(self, *unused):
                    return Unclosed(stream)

            for expected in ids:
                response = read_answer(OneStream())
                self.assert_status(response, 200, 201)
                if expected.startswith("search "):
                    self.assertEqual(match_ids(response.json), ["Patient/" + expected[7:]])
                else:
                    self.assertEqual(response.json["id"], expected)
            stream.close()

    def test_expect_100_continue(self):
        body = json.dumps(patient("Expect")).encode()
        head = (b"POST /fhir/Patient HTTP/1.1\r\nHost: x\r\nContent-Type: application/fhir+json\r\n"
                b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n")
        with socket_to(self.server.port) as connection:
            connection.sendall(head % len(body))
            self.assertTrue(connection.recv(100).startswith(b"HTTP/1.1 100 "))
            connection.sendall(body)
            self.assert_status(read_answer(connection, "POST"), 201)
        with socket_to(self.server.port) as connection:
            connection.sendall(head % 1_000_000_000)
            self.assert_outcome(read_answer(connection, "POST"), (413, 417))

    def test_gzip_both_ways(self):
        body = gzip.compress(json.dumps(patient("Zipped")).encode())
        made = self.http.post("Patient", body, Content_Encoding="gzip")
        self.assert_status(made, 201)
        self.assertEqual(made.json["name"][0]["family"], "Zipped")
        answer = self.http.get("metadata", Accept_Encoding="gzip")
        self.assertEqual(answer["Content-Encoding"], "gzip")
        self.assertEqual(json.loads(gzip.decompress(answer.body))["resourceType"], "CapabilityStatement")
        self.assertIsNone(self.http.get("metadata")["Content-Encoding"])
        for broken in (body[:-12], b"no gzip", body[:20] + b"\x00\x00" + body[22:]):
            self.assert_outcome(self.http.post("Patient", broken, Content_Encoding="gzip"), 400)
        self.assert_outcome(self.http.post("Patient", body, Content_Encoding="br"), 415)

    def test_chunked_request(self):
        body = json.dumps(patient("Chunked")).encode()
        with socket_to(self.server.port) as connection:
            connection.sendall(b"POST /fhir/Patient HTTP/1.1\r\nHost: x\r\nContent-Type: application/fhir+json\r\n"
                               b"Transfer-Encoding: chunked\r\n\r\n")
            for byte in body:
                connection.sendall(b"1\r\n%c\r\n" % byte)
            connection.sendall(b"0\r\n\r\n")
            self.assert_status(read_answer(connection, "POST"), 201)

    def test_a_client_that_ends_its_side_still_gets_the_answer(self):
        with socket_to(self.server.port) as connection:
            connection.sendall(b"GET /fhir/metadata HTTP/1.1\r\nHost: x\r\n\r\n")
            connection.shutdown(socket.SHUT_WR)
            self.assert_status(read_answer(connection), 200)

    def test_a_client_that_ends_in_the_middle_is_dropped_cleanly(self):
        whole = (b"POST /fhir/Patient HTTP/1.1\r\nHost: x\r\nContent-Type: application/fhir+json\r\n"
                 b"Content-Length: 50\r\n\r\n" + b'{"resourceType":"Patient"')
        for length in list(range(0, len(whole), 7)) + [len(whole)]:
            with socket_to(self.server.port) as connection:
                connection.sendall(whole[:length])
                connection.shutdown(socket.SHUT_WR)
                response = read_answer(connection)
                if response is not None:
                    self.assert_outcome(response, (400, 408))

    def test_clients_that_vanish_without_reading(self):
        for n in range(200):
            connection = socket_to(self.server.port)
            connection.sendall(b"GET /fhir/metadata HTTP/1.1\r\nHost: x\r\n\r\n" * 3)
            if n % 2:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # reset
            connection.close()
        self.assert_status(self.http.get("Patient?_summary=count"), 200)


class Unclosed:
    """A file whose close() leaves it open: HTTPResponse closes what it reads."""

    def __init__(self, stream):
        self.stream = stream

    def close(self):
        pass

    def __getattr__(self, name):
        return getattr(self.stream, name)


class SlowLoris(ServerCase):
    CLIENTS = 60

    def test_slow_heads_and_slow_bodies_are_cut_off_and_hold_up_nobody(self):
        ends = []

        def slow(index):
            with socket_to(self.server.port, timeout=60) as connection:
                if index % 2:
                    connection.sendall(b"POST /fhir/Patient HTTP/1.1\r\nHost: x\r\nContent-Type: application/fhir+json\r\n"
                                       b"Content-Length: 100000\r\n\r\n")
                    drop = b" "
                else:
                    connection.sendall(b"GET /fhir/metadata HTTP/1.1\r\n")
                    drop = b"X-A: b\r\n"
                began = time.monotonic()
                connection.settimeout(0.3)
                while time.monotonic() - began < 45:
                    try:
                        connection.sendall(drop)
                        data = connection.recv(4096)
                        if data and b" 408 " not in data and b" 400 " not in data:
                            raise AssertionError(data[:200])
                        ends.append(time.monotonic() - began)
                        return
                    except TimeoutError:
                        continue
                    except ConnectionError:
                        ends.append(time.monotonic() - began)
                        return
                raise AssertionError("a client that sends three bytes a second is served for 45 s")

        clients = Parallel(self.CLIENTS, slow)
        slowest = 0.0
        for _ in range(50):
            began = time.monotonic()
            self.assert_status(self.http.get("Patient?_summary=count"), 200)
            slowest = max(slowest, time.monotonic() - began)
            time.sleep(0.05)
        clients.join(60)
        say(f"{self.CLIENTS} slow clients were cut off after {min(ends):.1f} to {max(ends):.1f} s; "
            f"meanwhile the slowest other request took {slowest * 1000:.0f} ms")

    def test_a_connection_that_says_nothing_costs_nothing(self):
        connections = [socket_to(self.server.port) for _ in range(300)]
        try:
            self.assert_status(self.http.get("Patient?_summary=count"), 200)
        finally:
            for connection in connections:
                connection.close()


class Concurrent(ServerCase):
    def test_bad_and_good_requests_at_once(self):
        def work(index):
            with self.server.client() as http:
                for n in range(60):
                    if index % 2:
                        self.assert_outcome(http.post("Patient", SAMPLE[:n * 7 + 1]), 400)
                    else:
                        self.assert_status(http.post("Patient", patient("Good")), 201)

        Parallel(8, work).join()
        self.assertEqual(self.http.search("Patient", {"family": "good", "_summary": "count"}).json["total"], 240)
