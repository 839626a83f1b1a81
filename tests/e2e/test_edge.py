"""What every answer has, and what is refused before it is read: header fields, preflights, sizes."""
import socket
import unittest
import urllib.parse

from smart import FORM, Bearer, App, Connection, SmartCase
from support import FHIR_JSON, Server

ORIGIN = "https://app.example"


class EdgeCase(SmartCase):
    arguments = ("--cors-origin", ORIGIN, "--search-body-max", "8", "--resource-body-max", "1", "--body-max", "2")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anybody = Connection(cls.server.port)
        cls.ada = Bearer(cls.server, App(cls.server).launch("user/*.cruds")["access_token"])


class Fields(EdgeCase):
    def check(self, response, cached="no-store"):
        self.assertEqual(response["X-Content-Type-Options"], "nosniff", response)
        self.assertIn(response["Referrer-Policy"], ("no-referrer", "same-origin"))
        policy = response["Content-Security-Policy"]
        self.assertIn("default-src 'none'", policy)
        self.assertTrue("frame-ancestors 'none'" in policy or "sandbox" in policy, policy)
        self.assertEqual(response["Cache-Control"], cached, response)
        for name in ("Cache-Control", "Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"):
            self.assertEqual(len(response.headers.get_all(name)), 1, name)
        self.assertIsNone(response["Strict-Transport-Security"], "only over TLS")

    def test_every_kind_of_answer_has_the_fields_of_safety(self):
        for response, status in (
                (self.ada.get("Patient/p1"), 200), (self.ada.get("Patient?_id=p1"), 200),
                (self.ada.get("Patient/none"), 404), (self.ada.get("Patient?_nothing=1", Prefer="handling=strict"), 400),
                (self.ada.post("Patient", {"resourceType": "Patient"}), 201), (self.ada.request("TRACE", "Patient"), 405),
                (self.anybody.get("Patient/p1"), 401), (self.anybody.get("metadata"), 200),
                (self.anybody.request("OPTIONS", "Patient"), 204), (self.anybody.raw("GET", "/nothing"), 404),
                (self.anybody.raw("GET", "/fhir/auth/nothing"), 404), (self.anybody.raw("GET", "/fhir/auth/login"), 200),
                (self.anybody.raw("POST", "/fhir/auth/token", "", {"Content-Type": FORM}), 400)):
            self.assert_status(response, status)
            self.check(response)

    def test_what_is_public_may_be_kept(self):
        for path in (".well-known/smart-configuration", ".well-known/openid-configuration", "auth/jwks"):
            self.check(self.anybody.get(path), "public, max-age=300")

    def test_a_binary_runs_nothing(self):
        made = self.ada.post("Binary", {"resourceType": "Binary", "contentType": "text/html", "data": "PHNjcmlwdD4="})
        got = self.ada.get("Binary/" + made.json["id"], Accept="text/html")
        self.assertEqual(got["Content-Type"], "text/html")
        self.assertIn("sandbox", got["Content-Security-Policy"])
        self.check(got)

    def test_a_request_that_is_none_is_answered_so_too(self):
        with socket.create_connection(("127.0.0.1", self.server.port), 10) as connection:
            connection.sendall(b"NONSENSE\r\n\r\n")
            answer = connection.recv(65536)
        self.assertTrue(answer.startswith(b"HTTP/1.1 400 "), answer)
        self.assertIn(b"X-Content-Type-Options: nosniff\r\n", answer)

    def test_preflights_are_answered_as_configured(self):
        asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
        for path in ("/fhir/auth/token", "/fhir/auth/introspect", "/fhir/auth/revoke", "/fhir/Patient"):
            got = self.anybody.raw("OPTIONS", path, headers=asked)
            self.assert_status(got, 204)
            self.assertEqual(got["Access-Control-Allow-Origin"], ORIGIN, path)
            self.assertIn("POST", got["Access-Control-Allow-Methods"], path)
            self.assertEqual(got["Access-Control-Allow-Headers"], "authorization,content-type", path)
            got = self.anybody.raw("OPTIONS", path, headers={**asked, "Origin": "https://other.example"})
            self.assertIsNone(got["Access-Control-Allow-Origin"], path)


class BehindTls(SmartCase):
    """A proxy that ends TLS stands before the server."""

    arguments = ("--base-url", "https://ehr.example/fhir")

    @classmethod
    def setUpClass(cls):
        cls.server = Server(arguments=cls.arguments, auth="smart")
        cls.addClassCleanup(cls.server.stop)
        cls.addClassCleanup(Connection.close_all)
        cls.server.start()

    def test_browsers_are_told_to_come_by_tls_alone(self):
        http = Connection(self.server.port)
        for path in ("metadata", "Patient/p1", "auth/login"):
            self.assertEqual(http.get(path)["Strict-Transport-Security"], "max-age=31536000")
        self.assertIn("; Secure", http.get("auth/login")["Set-Cookie"])


class Sizes(EdgeCase):
    def head(self, path, *lines):
        return "\r\n".join([f"POST {path} HTTP/1.1", "Host: x", f"Content-Type: {FHIR_JSON}", *lines, "", ""]).encode()

    def answer_to(self, data):
        with socket.create_connection(("127.0.0.1", self.server.port), 10) as connection:
            connection.sendall(data)
            answer = b""
            while piece := connection.recv(65536):
                answer += piece
        head, _, body = answer.partition(b"\r\n\r\n")
        return head, body

    def test_each_route_has_its_limit_and_refuses_by_the_head_alone(self):
        for path, limit in (("/fhir/auth/token", 64 << 10), ("/fhir/auth/login", 64 << 10), ("/fhir/Patient/_search", 8 << 10),
                            ("/fhir/_search", 8 << 10), ("/fhir/Patient", 1 << 20), ("/fhir", 2 << 20), ("/fhir/$validate", 2 << 20),
                            ("/fhir/Bundle", 2 << 20)):
            for expectation in ((), ("Expect: 100-continue",)):
                head, body = self.answer_to(self.head(path, f"Content-Length: {limit + 1}", *expectation))
                self.assertTrue(head.startswith(b"HTTP/1.1 413 "), (path, head))
                self.assertIn(b'"OperationOutcome"', body, path)
                self.assertIn(b"too-", body, path)

    def test_a_chunked_body_is_refused_when_it_has_grown_past_the_limit(self):
        chunk = b"1000\r\n" + b" " * 4096 + b"\r\n"
        head, _ = self.answer_to(self.head("/fhir/Patient/_search", "Transfer-Encoding: chunked") + chunk * 3)
        self.assertTrue(head.startswith(b"HTTP/1.1 413 "), head)

    def test_what_is_within_the_limit_is_taken(self):
        note = "x" * ((1 << 20) - 300)
        patient = {"resourceType": "Patient", "text": {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{note}</div>'}}
        self.assert_status(self.ada.post("Patient", patient), 201)
        found = self.ada.request("POST", "Patient/_search", urllib.parse.urlencode({"_id": "p1"}), {"Content-Type": FORM})
        self.assert_status(found, 200)


if __name__ == "__main__":
    unittest.main()
