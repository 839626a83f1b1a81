"""What somebody would try against the pages and endpoints of the authorization server.

https://www.rfc-editor.org/rfc/rfc9700 https://cheatsheetseries.owasp.org/cheatsheets/Authentication_Cheat_Sheet.html
"""
import base64
import contextlib
import hashlib
import hmac
import http.server
import json
import sqlite3
import threading
import unittest
import urllib.parse

from smart import PASSWORDS, REDIRECT, App, Bearer, Browser, Connection, Key, SmartCase, auth, base64url, query_of
from test_account import code_of

SCOPES = "launch/patient openid offline_access patient/*.rs"


class Pages(SmartCase):
    def at_consent(self):
        browser = Browser(self.server)
        self.app.authorize(browser, SCOPES)
        browser.log_in("ada", PASSWORDS["ada"])
        browser.submit("patient", {"patient": "p1"}, boxes=[])
        return browser

    def test_no_form_is_taken_that_this_visit_was_not_shown(self):
        browser = self.at_consent()
        tx = dict(browser.forms().forms[0]["fields"])["tx"]
        grants = lambda: browser.get("/fhir/auth/manage").body.count(b"Take back")
        self.app.launch(SCOPES)
        before = grants()
        self.assertGreater(before, 0)
        manage = dict(next(one for one in browser.forms().forms if dict(one["fields"]).get("grant"))["fields"])
        other = Browser(self.server)
        other.get("/fhir/auth/login?to=manage")
        other.log_in("ada", PASSWORDS["ada"])
        anothers = dict(other.forms().forms[0]["fields"])["csrf"]
        for csrf in ({}, {"csrf": ""}, {"csrf": "x" * 43}, {"csrf": anothers}):
            for page, fields in (("login", {"user": "ada", "password": PASSWORDS["ada"]}), ("second-factor", {"code": "000000"}),
                                 ("patient", {"tx": tx, "patient": "p2"}), ("consent", {"tx": tx, "decision": "allow"}),
                                 ("launch", {"patient": "p1", "client": "app"}), ("manage", {"grant": manage["grant"]}),
                                 ("account", {"do": "end-others"}), ("emergency", {"tx": tx, "reason": "x"}), ("logout", {})):
                answer = browser.open("POST", "/fhir/auth/" + page, {**fields, **csrf})
                self.assertNotIsInstance(answer, str, page)
                self.assert_status(answer, 400)
                self.assertIsNone(answer["Location"])
        self.assertEqual(grants(), before)
        self.assertIn(b"Take back", other.get("/fhir/auth/manage").body)
        # What was under way goes on as it was.
        browser.get("/fhir/auth/continue?tx=" + tx)
        self.assertIn("code", query_of(browser.submit("consent", {"decision": "allow"})))

    def test_no_page_is_framed_kept_or_runs_a_script(self):
        browser = self.at_consent()
        for path in ("continue?tx=" + dict(browser.forms().forms[0]["fields"])["tx"], "login", "manage", "account", "launch",
                     "launch?patient=p1", "authorize", "nothing", "account?do=password"):
            page = browser.get("/fhir/auth/" + path)
            self.assertEqual(page["X-Frame-Options"], "DENY", path)
            policy = page["Content-Security-Policy"]
            for part in ("frame-ancestors 'none'", "default-src 'none'", "base-uri 'none'", "form-action 'self'"):
                self.assertIn(part, policy, path)
            self.assertNotIn("unsafe", policy)
            self.assertEqual(page["Cache-Control"], "no-store", path)
            self.assertFalse(browser.forms().has_script, path)

    def test_cookies_are_for_these_pages_alone(self):
        browser = Browser(self.server)
        browser.get("/fhir/auth/login?to=manage")
        form = dict(browser.forms().forms[0]["fields"])
        sent = urllib.parse.urlencode({**form, "user": "ada", "password": PASSWORDS["ada"]})
        cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        answer = Connection(self.server.port, base="").raw("POST", "/fhir/auth/login", sent, {
            "Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie})
        cookies = {one.split("=")[0]: one for one in answer.headers.get_all("Set-Cookie")}
        self.assertEqual(set(cookies), {"medisync_session", "medisync_device"})
        for one in cookies.values():
            self.assertEqual({part.strip() for part in one.split(";")[1:]} - {f"Max-Age={180 * 86400}"},
                             {"Path=/fhir/auth", "HttpOnly", "SameSite=Lax"})

    def test_a_cookie_planted_before_the_login_is_of_no_use_after_it(self):
        planted = Browser(self.server)
        planted.get("/fhir/auth/login?to=manage")
        victim = Browser(self.server)
        victim.cookies = dict(planted.cookies)
        victim.get("/fhir/auth/login?to=manage")
        victim.log_in("ada", PASSWORDS["ada"])
        self.assertNotEqual(victim.cookies["medisync_session"], planted.cookies["medisync_session"])
        self.assertIn(b"<h1>Log in", planted.get("/fhir/auth/manage").body)
        made_up = Browser(self.server)
        made_up.cookies = {"medisync_session": "chosen-by-somebody"}
        made_up.get("/fhir/auth/login")
        self.assertNotEqual(made_up.cookies["medisync_session"], "chosen-by-somebody")

    def test_a_login_leads_to_pages_of_this_server_alone(self):
        for to in ("https://evil.example/", "//evil.example/", "javascript:alert(1)", "../../evil", "manage\r\nX: y"):
            browser = Browser(self.server)
            browser.get("/fhir/auth/login?" + urllib.parse.urlencode({"to": to}))
            page = browser.log_in("ada", PASSWORDS["ada"])
            self.assertEqual(browser.here, "/fhir/auth/manage", to)
            self.assertIn(b"Apps with access", page.body)
        browser = Browser(self.server)
        browser.get("/fhir/auth/login?tx=" + urllib.parse.quote("//evil.example/\r\nSet-Cookie: a=b"))
        page = browser.log_in("ada", PASSWORDS["ada"])
        self.assert_status(page, 400)
        self.assertEqual(browser.here, "/fhir/auth/login")
        self.assertNotIn("a", browser.cookies)

    def test_what_a_request_brings_makes_no_field_of_an_answer(self):
        state = "x\r\nSet-Cookie: planted=1\r\n\r\n<script>"
        for changes in ({}, {"aud": "https://other.example"}):
            browser = Browser(self.server)
            answer = self.app.authorize(browser, SCOPES, state=state, **changes)
            if not changes:
                browser.log_in("ada", PASSWORDS["ada"])
                browser.submit("patient", {"patient": "p1"}, boxes=[])
                answer = browser.submit("consent", {"decision": "allow"})
            self.assertEqual(query_of(answer)["state"], state)
            self.assertNotIn("\n", answer)
            self.assertNotIn("planted", browser.cookies)
        for uri in (REDIRECT + "\r\nX: y", REDIRECT + "%0d%0aX:y", "//app.example/back", REDIRECT + "/../evil"):
            answer = self.app.authorize(Browser(self.server), SCOPES, redirect_uri=uri)
            self.assert_status(answer, 400)
            self.assertIsNone(answer["Location"])


class Requests(SmartCase):
    """What an app asks for, on its way through a browser in which nobody has logged in yet."""

    def kept(self):
        with contextlib.closing(sqlite3.connect(f"file:{self.server.data}/auth.db?mode=ro", uri=True)) as database:
            return database.execute("SELECT count(*) FROM record WHERE kind IN ('transaction', 'session')").fetchone()[0]

    def test_nothing_is_kept_of_those_that_no_login_follows(self):
        before = self.kept()
        for method in ("GET", "POST") * 10:
            browser = Browser(self.server)
            self.app.authorize(browser, SCOPES, method)
            self.assertIn(b"<h1>Log in", browser.response.body)
            self.assert_status(browser.log_in("nobody", "no password"), 401)
        self.assertEqual(self.kept(), before)
        browser.log_in("ada", PASSWORDS["ada"])
        self.assertEqual(self.kept(), before + 2)

    def test_each_is_answered_once(self):
        app, browser = App(self.server), Browser(self.server)
        app.authorize(browser, SCOPES, "POST")
        handle = dict(browser.forms().forms[0]["fields"])["tx"]
        browser.log_in("ada", PASSWORDS["ada"])
        browser.submit("patient", {"patient": "p1"}, boxes=[])
        kept = dict(browser.forms().forms[0]["fields"])["tx"]
        self.assertLess(len(kept), 64)
        self.assert_status(app.exchange(browser.submit("consent", {"decision": "allow"})), 200)
        for one in (handle, kept):
            self.assert_status(browser.get(f"continue?tx={one}"), 400)

    def test_one_that_is_too_long_for_a_url_goes_by_a_form(self):
        app, browser = App(self.server), Browser(self.server)
        app.state = "s" * 7_000
        app.authorize(browser, SCOPES, "POST")
        self.assert_status(browser.submit("continue"), 200)
        browser.log_in("ada", PASSWORDS["ada"])
        browser.submit("patient", {"patient": "p1"}, boxes=[])
        location = browser.submit("consent", {"decision": "allow"})
        self.assertEqual(query_of(location)["state"], app.state)
        self.assert_status(app.exchange(location), 200)
        many = "".join(f" patient/Observation.rs?code={i}{'c' * 100}" for i in range(250))
        location = app.authorize(Browser(self.server), SCOPES + many, "POST", nonce="n" * 8_000)
        self.assertEqual(query_of(location)["error"], "invalid_request")


class Logins(SmartCase):
    def factor(self, name):
        PASSWORDS[name] = f"{name}'s long password"
        auth(self.server, "user", "add", name, "--role", "nurse", secret=PASSWORDS[name])
        printed = auth(self.server, "user", "totp", name)
        return printed.split()[1], [line.split()[-1] for line in printed.splitlines() if line.startswith("recovery")]

    def asked(self, name):
        browser = Browser(self.server)
        browser.get("/fhir/auth/login?to=manage")
        browser.log_in(name, PASSWORDS[name])
        self.assertIn(b"Second factor", browser.response.body)
        return browser

    def is_in(self, browser, code):
        browser.submit("second-factor", {"code": code})
        return b"Apps with access" in browser.response.body

    def test_a_code_counts_once_also_within_its_time(self):
        secret, recovery = self.factor("twice")
        code = code_of(secret)
        self.assertTrue(self.is_in(self.asked("twice"), code))
        self.assertFalse(self.is_in(self.asked("twice"), code))
        self.assertFalse(self.is_in(self.asked("twice"), code_of(secret, -1)), "one before it neither")
        self.assertTrue(self.is_in(self.asked("twice"), recovery[0]))
        self.assertFalse(self.is_in(self.asked("twice"), recovery[0]))
        self.assertTrue(self.is_in(self.asked("twice"), recovery[1]))

    def test_the_password_alone_opens_no_page(self):
        self.factor("half")
        browser = self.asked("half")
        for path in ("manage", "launch", "account"):
            page = browser.get("/fhir/auth/" + path)
            self.assertNotIn(b"You are logged in as", page.body)
            self.assertNotIn(b"Onely", page.body)
        csrf = dict(self.asked("half").forms().forms[0]["fields"])["csrf"]
        self.assertNotIn(b"Password changed", browser.open("POST", "account", {
            "csrf": csrf, "do": "password", "password": PASSWORDS["half"], "next": "another password", "again": "another password"}).body)

    def test_names_that_there_are_look_like_those_that_there_are_not(self):
        def answered(name):
            browser = Browser(self.server)
            browser.get("/fhir/auth/login?to=manage")
            started = self.server.cpu_seconds()  # what else runs here counts for nothing
            page = browser.log_in(name, "a wrong password")
            took = self.server.cpu_seconds() - started
            csrf = browser.forms().forms[0]["fields"][0][1]
            return took, page.status, page.body.decode().replace(csrf, "")

        auth(self.server, "user", "add", "off", "--role", "nurse", secret=PASSWORDS["ada"])
        auth(self.server, "user", "disable", "off")
        seconds, answers = {}, set()
        for name in ("ada", "nobody", "off"):
            tries = [answered(name) for _ in range(4)]
            seconds[name] = sum(took for took, _, _ in tries)
            answers |= {(status, body) for _, status, body in tries}
        self.assertEqual(len(answers), 1)
        self.assertLess(max(seconds.values()), 3 * min(seconds.values()), seconds)


class Tokens(SmartCase):
    def test_nobody_ends_or_refreshes_the_tokens_of_another_client(self):
        said = self.app.launch(SCOPES)
        bearer = Bearer(self.server, said["access_token"])
        other = App(self.server, "conf", secret=self.secret)
        for token in (said["access_token"], said["refresh_token"]):
            other.authenticated("revoke", {"token": token})
            self.assert_status(self.app.post("revoke", {"token": token}), 401)
        self.assert_status(bearer.get("Patient/p1"), 200)
        self.assert_status(other.refresh(said["refresh_token"]), 400)
        again = self.app.refresh(said["refresh_token"])
        self.assert_status(again, 200)
        self.app.authenticated("revoke", {"token": again.json["refresh_token"]})
        self.assert_outcome(bearer.get("Patient/p1"), 401)

    def test_a_public_key_is_no_secret_of_a_client(self):
        claims = self.backend.assertion().split(".")[1]
        for alg, digest in (("HS256", hashlib.sha256), ("HS384", hashlib.sha384)):
            text = base64url(json.dumps({"alg": alg, "kid": "rs384"})) + "." + claims
            jwk = self.keys["RS384"].jwk()
            for secret in (json.dumps(jwk).encode(), base64.urlsafe_b64decode(jwk["n"] + "=="), b""):
                forged = text + "." + base64url(hmac.new(secret, text.encode(), digest).digest())
                answer = self.backend.backend_token(client_assertion=forged)
                self.assert_status(answer, 401)
                self.assertEqual(answer.json["error"], "invalid_client")

    def test_one_client_cannot_speak_for_another(self):
        key = self.keys["ES384"]
        asym = App(self.server, "asym", key=key)
        for claims in ({"iss": "backend", "sub": "asym"}, {"iss": "asym", "sub": "backend"}):
            self.assert_status(self.backend.backend_token(client_assertion=asym.assertion(**claims)), 401)
        answer = self.backend.post("token", {
            "grant_type": "client_credentials", "client_id": "backend", "client_assertion": asym.assertion(),
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"})
        self.assert_status(answer, 401)

    def test_more_than_one_proof_or_value_is_refused(self):
        conf = App(self.server, "conf", secret=self.secret)
        self.assert_status(conf.authenticated("token", {"grant_type": "authorization_code", "client_secret": self.secret}), 400)
        answer = self.public.raw("POST", "/fhir/auth/token", "grant_type=refresh_token&grant_type=authorization_code",
                                 {"Content-Type": "application/x-www-form-urlencoded"})
        self.assert_status(answer, 400)
        said = self.app.authorize_parameters(SCOPES)
        for name in ("redirect_uri", "client_id"):
            twice = urllib.parse.urlencode([*said.items(), (name, said[name])])
            self.assert_status(Browser(self.server).get("/fhir/auth/authorize?" + twice), 400)


class KeysByUrl(SmartCase):
    """What a URL of keys may lead to, and how much of it is read."""

    arguments = ("--registration", "token", "--registration-rate-limit", "0")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key = key = Key("ES384", "own")
        cls.asked = asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                self.send_response(302 if self.path.startswith("/round") else 200)
                if self.path.startswith("/round"):
                    self.send_header("Location", self.path + "x")
                self.end_headers()
                try:
                    if self.path == "/good":
                        self.wfile.write(json.dumps({"keys": [key.jwk()]}).encode())
                    while self.path == "/endless":
                        self.wfile.write(b" " * 65536)
                except OSError:
                    pass

            def log_message(self, *unused):
                pass

        keys = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        keys.daemon_threads = True
        cls.addClassCleanup(keys.server_close)
        cls.addClassCleanup(keys.shutdown)
        threading.Thread(target=keys.serve_forever, daemon=True).start()
        cls.url = f"http://127.0.0.1:{keys.server_port}"

    def token_by(self, name, url):
        auth(self.server, "client", "add", name, "--kind", "asymmetric", "--backend", "--jwks-url", url)
        return App(self.server, name, key=self.key).backend_token("system/*.rs")

    def test_endless_answers_and_redirections_end(self):
        self.assert_status(self.token_by("good", self.url + "/good"), 200)
        for path in ("/endless", "/round"):
            self.assert_status(self.token_by(path[1:], self.url + path), 401)
        self.assertLess(len([path for path in self.asked if path.startswith("/round")]), 20)

    def test_keys_of_strangers_are_not_looked_for_inside(self):
        register = Connection(self.server.port)
        for host in ("127.0.0.1", "127.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.0.1",
                     "169.254.169.254", "100.64.0.1", "[fe80::1]", "[fc00::1]", "2130706433", "0x7f000001"):
            made = register.raw("POST", "/fhir/auth/register", json.dumps(
                {"grant_types": ["client_credentials"], "token_endpoint_auth_method": "private_key_jwt",
                 "jwks_uri": f"https://{host}/keys", "scope": "system/*.rs"}),
                {"Authorization": "Bearer " + auth(self.server, "registration-token").strip()})
            if made.status == 400:
                continue
            self.assert_status(made, 201)
            app = App(self.server, client_id=made.json["client_id"], key=self.key)
            self.assert_status(app.backend_token("system/*.rs"), 401)


if __name__ == "__main__":
    unittest.main()
