"""Apps that register themselves (RFC 7591), and what becomes of their registration (RFC 7592)."""
import http.server
import json
import threading
import unittest

from smart import App, Bearer, Browser, Connection, Key, SmartCase, PASSWORDS, auth, query_of
from support import until

BACK = "https://new.example/back"
PUBLIC = {"client_name": "New app", "redirect_uris": [BACK], "token_endpoint_auth_method": "none",
          "scope": "openid fhirUser launch/patient patient/*.rs offline_access"}


class Registered(SmartCase):
    arguments = ("--registration", "open", "--registration-rate-limit", "0", "--audit", "--cors-origin", "https://new.example")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.http = Connection(cls.server.port)
        cls.base = f"http://127.0.0.1:{cls.server.port}/fhir"

    def call(self, method, path, body=None, token=None):
        headers = {"Content-Type": "application/json"}
        if token is not None:
            headers["Authorization"] = "Bearer " + token
        return self.http.raw(method, path, None if body is None else json.dumps(body), headers)

    def register(self, **changes):
        return self.call("POST", "/fhir/auth/register", {**PUBLIC, **changes})

    def test_it_is_told_in_both_documents(self):
        for name in ("smart", "openid"):
            got = self.http.get(f".well-known/{name}-configuration").json
            self.assertEqual(got["registration_endpoint"], self.base + "/auth/register")
            self.assertIs(got["authorization_response_iss_parameter_supported"], True)
        uris = {e["url"]: e["valueUri"] for e in self.http.get("metadata").json["rest"][0]["security"]["extension"][0]["extension"]}
        self.assertEqual(uris["register"], self.base + "/auth/register")

    def test_a_registered_app_goes_through_a_launch(self):
        made = self.register()
        self.assert_status(made, 201)
        self.assertEqual(made["Cache-Control"], "no-store")
        self.assertNotIn("client_secret", made.json)
        app = App(self.server, client_id=made.json["client_id"], redirect=BACK)
        browser = Browser(self.server)
        app.authorize(browser, "launch/patient patient/*.rs offline_access")
        browser.log_in("pat", PASSWORDS["pat"])
        self.assertIn(b"registered itself", browser.response.body)
        self.assertIn(b"https://new.example", browser.response.body)
        location = browser.submit("consent", {"decision": "allow"})
        self.assertEqual(query_of(location)["iss"], self.base)
        got = app.exchange(location)
        self.assert_status(got, 200)
        token = got.json["access_token"]
        self.assert_status(Bearer(self.server, token).get("Patient/p1"), 200)

        # The registration is read, changed and ended by its own token.
        where = made.json["registration_client_uri"].removeprefix(self.base.removesuffix("/fhir"))
        own = made.json["registration_access_token"]
        for bad in (None, "x", token):
            refused = self.call("GET", where, token=bad)
            self.assert_status(refused, 401)
            self.assertTrue(refused["WWW-Authenticate"].startswith("Bearer"))
        self.assertEqual(self.call("GET", where, token=own).json["redirect_uris"], [BACK])
        self.assert_status(self.call("PUT", where, {**PUBLIC, "client_id": "other"}, own), 400)
        changed = self.call("PUT", where, {**PUBLIC, "client_id": made.json["client_id"], "redirect_uris": [BACK + "2"]}, own)
        self.assert_status(changed, 200)
        self.assert_outcome(Bearer(self.server, token).get("Patient/p1"), 401)
        self.assert_status(self.call("DELETE", where, token=own), 204)
        self.assert_status(self.call("GET", where, token=own), 401)
        self.assertIn(b"not registered", Browser(self.server).get(
            "/fhir/auth/authorize?client_id=" + made.json["client_id"]).body)

    def test_a_secret_and_a_key_prove_who_it_is(self):
        made = self.register(token_endpoint_auth_method="client_secret_basic", scope="user/*.rs").json
        app = App(self.server, client_id=made["client_id"], redirect=BACK, secret=made["client_secret"])
        self.assertIn("access_token", app.launch("user/*.rs"))
        self.assertEqual(made["client_secret_expires_at"], 0)
        key = Key("ES384", "own")
        made = self.register(token_endpoint_auth_method="private_key_jwt", jwks={"keys": [key.jwk()]}, scope="user/*.rs").json
        app = App(self.server, client_id=made["client_id"], redirect=BACK, key=key)
        self.assertIn("access_token", app.launch("user/*.rs"))

    def test_what_will_not_do_is_refused_by_name(self):
        for changes, error in (
                ({"redirect_uris": ["http://new.example/back"]}, "invalid_redirect_uri"),
                ({"redirect_uris": [BACK + "#x"]}, "invalid_client_metadata"), ({"redirect_uris": []}, "invalid_redirect_uri"),
                ({"grant_types": ["client_credentials"]}, "invalid_client_metadata"), ({"scope": "system/*.rs"}, "invalid_client_metadata"),
                ({"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "http://127.0.0.1:1/"}, "invalid_client_metadata"),
                ({"client_name": "x" * 70_000}, None)):
            got = self.register(**changes)
            self.assertIn(got.status, (400, 413), got)
            if error:
                self.assertEqual(got.json["error"], error, changes)
        self.assert_status(self.http.raw("GET", "/fhir/auth/register"), 405)
        got = self.http.raw("OPTIONS", "/fhir/auth/register", headers={"Origin": "https://new.example", "Access-Control-Request-Method": "POST"})
        self.assertEqual(got["Access-Control-Allow-Origin"], "https://new.example")

    def test_a_mistake_sends_nobody_to_where_the_app_says(self):
        """RFC 9700, 4.11.2: an authorization server redirects by itself only to what it trusts."""
        app = App(self.server, client_id=self.register().json["client_id"], redirect=BACK)
        for changes in ({"aud": "https://evil.example"}, {"response_type": "token"}, {"code_challenge": None}):
            page = app.authorize(Browser(self.server), "patient/*.rs", **changes)
            self.assertNotIsInstance(page, str)
            self.assert_status(page, 400)
            self.assertIsNone(page["Location"])
            self.assertIn(b"Go back to https://new.example</a>", page.body)
            self.assertIn(b"error=", page.body)

    def test_an_administrator_sees_where_they_came_from_and_removes_what_was_never_used(self):
        unused, used = self.register().json["client_id"], self.register().json["client_id"]
        app = App(self.server, client_id=used, redirect=BACK)
        app.launch("launch/patient patient/*.rs", user="pat")
        lines = {line.split("\t")[0]: line for line in auth(self.server, "client", "list", "--registered").splitlines()}
        self.assertNotIn("app", lines)
        self.assertRegex(lines[unused], r"registered itself at 20\S+Z from 127.0.0.1, never used, ends at 20\S+Z$")
        self.assertNotIn("never used", lines[used])
        self.assertEqual(auth(self.server, "client", "prune", "--from", "192.0.2.1"), "0 clients removed\n")
        self.assertRegex(auth(self.server, "client", "prune"), r"^[1-9]\d* clients removed")
        left = auth(self.server, "client", "list", "--registered")
        self.assertNotIn(unused, left)
        self.assertIn(used, left)
        self.assertIn("app\t", auth(self.server, "client", "list"))

    def test_one_address_has_few_that_were_never_used(self):
        statuses = [self.register().status for _ in range(21)]
        self.assertEqual(statuses[-1], 429)
        refused = self.register()
        self.assertEqual((refused["Retry-After"], refused.json["error"]), ("3600", "temporarily_unavailable"))
        auth(self.server, "client", "prune")
        self.assert_status(self.register(), 201)

    def test_registrations_are_in_the_audit_trail(self):
        made = self.register()
        self.assert_status(made, 201)
        ada = Bearer(self.server, App(self.server).launch("user/*.rs")["access_token"])
        import base64

        def queries():
            found = ada.get("AuditEvent?_count=200&_sort=-date").json.get("entry", [])
            return [base64.b64decode(e.get("query", "")).decode() for one in found for e in one["resource"].get("entity", [])]

        self.assertTrue(until(lambda: "POST /fhir/auth/register" in queries(), pause=0.05))


class ByToken(SmartCase):
    arguments = ("--registration", "token",)

    def test_each_token_is_good_for_one(self):
        http = Connection(self.server.port)
        post = lambda token: http.raw("POST", "/fhir/auth/register", json.dumps(PUBLIC), {"Authorization": "Bearer " + token})
        self.assert_status(post("x"), 401)
        token = auth(self.server, "registration-token").strip()
        self.assert_status(post(token), 201)
        self.assert_status(post(token), 401)
        listed = auth(self.server, "client", "list")
        self.assertIn("registered itself", listed)

    def test_one_address_registers_so_many_a_minute(self):
        http = Connection(self.server.port)
        statuses = [http.raw("POST", "/fhir/auth/register", "{}").status for _ in range(40)]
        self.assertIn(429, statuses)


class KeysByUrl(SmartCase):
    """Keys of an app that registered itself are fetched from the internet, and not from this machine's network."""

    arguments = ("--registration", "token", "--registration-rate-limit", "0")

    def test_a_url_of_this_machine_is_not_asked(self):
        asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                self.send_error(404)

            def log_message(self, *unused):
                pass

        inside = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.addCleanup(inside.server_close)
        self.addCleanup(inside.shutdown)
        connections = []
        inside.get_request = lambda accept=inside.get_request: connections.append(1) or accept()
        threading.Thread(target=inside.serve_forever, daemon=True).start()
        key = Key("ES384", "own")
        register = Connection(self.server.port)
        for url in (f"https://[::ffff:127.0.0.1]:{inside.server_port}/keys", f"https://localhost:{inside.server_port}/keys",
                    f"https://127.0.0.1:{inside.server_port}/keys"):
            made = register.raw("POST", "/fhir/auth/register", json.dumps(
                {"grant_types": ["client_credentials"], "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": url,
                 "scope": "system/*.rs"}), {"Authorization": "Bearer " + auth(self.server, "registration-token").strip()})
            self.assert_status(made, 201)
            app = App(self.server, client_id=made.json["client_id"], key=key)
            self.assert_status(app.backend_token("system/*.rs"), 401)
        self.assertEqual((asked, connections), ([], []))
        # An administrator may have keys fetched from there.
        auth(self.server, "client", "add", "inside", "--kind", "asymmetric", "--backend", "--jwks-url", url)
        self.assert_status(App(self.server, client_id="inside", key=key).backend_token("system/*.rs"), 401)
        self.assertTrue(connections)


class Off(SmartCase):
    def test_it_is_off_unless_asked_for(self):
        http = Connection(self.server.port)
        self.assert_status(http.raw("POST", "/fhir/auth/register", json.dumps(PUBLIC)), 404)
        self.assertNotIn("registration_endpoint", http.get(".well-known/smart-configuration").json)


if __name__ == "__main__":
    unittest.main()
