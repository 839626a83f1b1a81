"""What the authorization server and the API refuse."""
import base64
import json
import time
import unittest
import urllib.parse

from smart import (PASSWORDS, REDIRECT, App, Bearer, Browser, Key, SmartCase, auth, base64url,
                   query_of)
from support import run

SCOPES = "launch/patient openid fhirUser offline_access patient/*.rs"


class Authorize(SmartCase):
    def refused(self, scope=SCOPES, **changes):
        answer = self.app.authorize(Browser(self.server), scope, **changes)
        self.assertIsInstance(answer, str, answer)
        self.assertTrue(answer.startswith(REDIRECT + "?"), answer)
        said = query_of(answer)
        self.assertNotIn("code", said)
        self.assertTrue(said["error_description"])
        return said

    def test_answers_and_refusals_say_who_gave_them(self):
        """RFC 9207: against mix-up, both carry `iss`"""
        for changes in ({"aud": "https://other.example"}, {"response_type": "token"}):
            location = self.app.authorize(Browser(self.server), SCOPES, **changes)
            self.assertEqual(query_of(location)["iss"], self.app.base, location)

    def test_a_wrong_audience_brings_no_code(self):
        for aud in ("https://evil.example/fhir", None, self.app.base + "x", "http://127.0.0.1/fhir"):
            said = self.refused(aud=aud)
            self.assertEqual(said["error"], "invalid_request")
            self.assertEqual(said["state"], self.app.state)

    def test_an_unregistered_redirect_uri_is_never_followed(self):
        for uri in ("https://evil.example/back", REDIRECT + "/", REDIRECT + "?x=1", REDIRECT.upper(),
                    "https://app.example@evil.example/back", None):
            answer = self.app.authorize(Browser(self.server), SCOPES, redirect_uri=uri)
            self.assert_status(answer, 400)
            self.assertIsNone(answer["Location"])
            self.assertIn(b"<h1>", answer.body)

    def test_an_unknown_client_gets_a_page(self):
        answer = self.app.authorize(Browser(self.server), SCOPES, client_id="BAD_ID")
        self.assert_status(answer, 400)
        self.assertIsNone(answer["Location"])

    def test_pkce_by_s256_is_asked_of_everybody(self):
        for changes in ({"code_challenge": None}, {"code_challenge": ""}, {"code_challenge_method": "plain"},
                        {"code_challenge_method": None}):
            self.assertEqual(self.refused(**changes)["error"], "invalid_request")

    def test_what_cannot_be_granted_is_told(self):
        self.assertEqual(self.refused("system/*.rs")["error"], "invalid_scope")
        self.assertEqual(self.refused("nonsense")["error"], "invalid_scope")
        self.assertEqual(self.refused(response_type="token")["error"], "unsupported_response_type")
        self.assertNotIn("state", self.refused(state=None))

    def test_what_comes_from_outside_is_text_in_a_page(self):
        auth(self.server, "client", "add", "evil", "--name", "<script>alert(1)</script>", "--redirect-uri", REDIRECT)
        browser = Browser(self.server)
        App(self.server, "evil").authorize(browser, "launch/patient patient/*.rs")
        page = browser.log_in("ada", PASSWORDS["ada"])
        self.assertNotIn(b"<script", page.body)
        self.assertIn(b"&lt;script&gt;", page.body)

    def test_an_oversized_form_is_refused(self):
        answer = self.public.raw("POST", "/fhir/auth/authorize", "scope=" + "a" * 100_000,
                                 {"Content-Type": "application/x-www-form-urlencoded"})
        self.assert_status(answer, 413)

    def test_one_browser_cannot_go_on_with_anothers_request(self):
        first = Browser(self.server)
        self.app.authorize(first, SCOPES)
        handle = dict(first.forms().forms[0]["fields"])["tx"]
        second = Browser(self.server)
        self.app.authorize(second, SCOPES)
        second.log_in("ada", PASSWORDS["ada"])
        self.assert_status(second.get(f"continue?tx={handle}"), 400)


class Codes(SmartCase):
    def location(self):
        browser = Browser(self.server)
        self.app.authorize(browser, SCOPES)
        browser.log_in("ada", PASSWORDS["ada"])
        browser.submit("patient", {"patient": "p1"}, boxes=[])
        return browser.submit("consent", {"decision": "allow"})

    def assert_error(self, response, status, error):
        self.assert_status(response, status)
        self.assertEqual(response.json["error"], error)
        self.assertEqual(response["Cache-Control"], "no-store")

    def test_a_replayed_code_ends_the_tokens_of_the_first_use(self):
        location = self.location()
        first = self.app.exchange(location)
        self.assert_status(first, 200)
        bearer = Bearer(self.server, first.json["access_token"])
        self.assert_status(bearer.get("Patient/p1"), 200)
        self.assert_error(self.app.exchange(location), 400, "invalid_grant")
        self.assert_outcome(bearer.get("Patient/p1"), 401)
        self.assert_error(self.app.refresh(first.json["refresh_token"]), 400, "invalid_grant")

    def test_a_verifier_that_is_swapped_missing_or_the_challenge_is_refused(self):
        challenge = self.app.authorize_parameters(SCOPES)["code_challenge"]
        for verifier in ("x" * 43, None, "", challenge):
            self.assert_error(self.app.exchange(self.location(), code_verifier=verifier), 400, "invalid_grant")

    def test_a_bad_code_client_or_redirect_uri_is_refused(self):
        location = self.location()
        self.assert_error(self.app.exchange(location, code="BAD_CODE"), 400, "invalid_grant")
        self.assert_error(App(self.server, "BAD_CLIENT").exchange(location), 401, "invalid_client")
        self.assert_error(self.app.exchange(location, redirect_uri="https://app.example/"), 400, "invalid_grant")
        self.assert_error(self.app.exchange(self.location(), code=None), 400, "invalid_grant")

    def test_another_client_cannot_use_a_code(self):
        other = App(self.server, "conf", secret=self.secret)
        other.verifier = self.app.verifier
        self.assert_error(other.exchange(self.location()), 400, "invalid_grant")

    def test_a_confidential_client_has_to_prove_itself(self):
        for app in (App(self.server, "conf", secret="wrong" * 5), App(self.server, "conf"), App(self.server, "asym"),
                    App(self.server, "asym", secret=self.secret), App(self.server, "app", secret="x" * 20)):
            self.assert_error(app.exchange(self.location()), 401, "invalid_client")

    def test_a_refresh_token_that_comes_again_ends_the_family(self):
        first = self.app.exchange(self.location()).json
        second = self.app.refresh(first["refresh_token"])
        self.assert_status(second, 200)
        self.assertNotEqual(second.json["refresh_token"], first["refresh_token"])
        self.assert_error(self.app.refresh(first["refresh_token"]), 400, "invalid_grant")
        self.assert_error(self.app.refresh(second.json["refresh_token"]), 400, "invalid_grant")
        self.assert_outcome(Bearer(self.server, second.json["access_token"]).get("Patient/p1"), 401)

    def test_a_public_client_refreshes_without_its_name_and_no_other_does(self):
        """https://www.rfc-editor.org/rfc/rfc6749#section-6 asks for the refresh token alone."""
        ask = lambda token: self.app.post("token", {"grant_type": "refresh_token", "refresh_token": token})
        first = self.app.exchange(self.location()).json
        second = ask(first["refresh_token"])
        self.assert_status(second, 200)
        self.assert_error(ask(first["refresh_token"]), 400, "invalid_grant")
        self.assert_error(ask(second.json["refresh_token"]), 400, "invalid_grant")  # the family has ended
        for app in (App(self.server, "conf", secret=self.secret), App(self.server, "asym", key=self.keys["ES384"])):
            token = app.launch(SCOPES)["refresh_token"]
            self.assert_error(ask(token), 401, "invalid_client")
            self.assert_status(app.refresh(token), 200)
        self.assert_error(ask("nonsense"), 400, "invalid_grant")

    def test_a_refresh_cannot_ask_for_more(self):
        said = self.app.exchange(self.location()).json
        for scope in ("patient/*.cruds", "user/*.rs", "system/*.rs", SCOPES + " patient/*.c"):
            self.assert_error(self.app.refresh(said["refresh_token"], scope=scope), 400, "invalid_scope")
        self.assert_status(self.app.refresh(said["refresh_token"], scope="patient/Patient.rs"), 200)

    def test_boxes_that_were_not_offered_grant_nothing(self):
        said = self.app.launch("launch/patient patient/Patient.rs", boxes=[
            ("scope", "patient/Patient.rs"), ("scope", "patient/*.cruds"), ("scope", "user/*.rs"), ("scope", "system/*.rs")])
        self.assertEqual(set(said["scope"].split()), {"launch/patient", "patient/Patient.rs"})


class Assertions(SmartCase):
    def refused(self, assertion):
        answer = self.backend.backend_token(client_assertion=assertion)
        self.assert_status(answer, 401)
        self.assertEqual(answer.json["error"], "invalid_client")

    def test_a_good_one_is_taken_once(self):
        assertion = self.backend.assertion()
        self.assert_status(self.backend.backend_token(client_assertion=assertion), 200)
        self.refused(assertion)

    def test_claims_have_to_fit(self):
        now = int(time.time())
        for changes in ({"aud": "https://evil.example/token"}, {"aud": None}, {"iss": "other"}, {"sub": "other"},
                        {"exp": now - 120}, {"exp": now + 3600}, {"exp": None}, {"exp": "soon"}, {"nbf": now + 600},
                        {"iat": now + 600}, {"jti": None}, {"jti": ""}):
            self.refused(self.backend.assertion(**changes))

    def test_alg_none_a_wrong_kid_and_other_keys_are_refused(self):
        good = self.backend.assertion()
        none = base64url(json.dumps({"alg": "none", "kid": "es384"})) + "." + good.split(".")[1] + "."
        self.refused(none)
        self.refused(none + good.split(".")[2])
        self.refused(self.backend.assertion(header={"alg": "HS256", "kid": "es384"}))
        self.refused(self.backend.assertion(header={"alg": "ES384", "kid": "nobody"}))
        self.refused(self.backend.assertion(header={"alg": "ES384", "kid": "rs384"}))
        self.refused(self.backend.assertion(header={"alg": "ES384", "kid": "es384", "crit": ["x"], "x": 1}))
        self.refused(self.backend.assertion(key=Key("ES384", "es384")))
        self.refused(self.backend.assertion(key=Key("RS384", "rs384")))
        self.refused("a" * 20_000)
        for text in ("x", "a.b", "a.b.c", "..", good + ".x", good[:-4]):
            self.refused(text)

    def test_a_key_in_the_header_counts_for_nothing(self):
        stranger = Key("ES384", "stranger")
        self.refused(self.backend.assertion(key=stranger, header={
            "alg": "ES384", "kid": "stranger", "jwk": stranger.jwk(), "jku": "https://evil.example/jwks"}))

    def test_more_than_registered_is_not_granted(self):
        self.assert_status(self.backend.backend_token("user/*.rs"), 400)
        self.assert_status(self.backend.backend_token("patient/*.rs openid"), 400)
        answer = App(self.server, "asym", key=self.keys["ES384"]).backend_token("system/*.rs")
        self.assert_status(answer, 400)
        self.assertEqual(answer.json["error"], "unauthorized_client")


class Api(SmartCase):
    def test_without_a_token_nothing_is_shown(self):
        """Operations are subject to the same security constraints and requirements as the RESTful API
        (https://hl7.org/fhir/R4/operations.html); Servers that require authentication SHOULD still return
        a CapabilityStatement before authentication (https://hl7.org/fhir/R4/capabilitystatement.html)"""
        for path in ("Patient/p1", "Patient", "_history", "Patient/p1/$everything", "Nothing/1", "$meta", "$expunge"):
            answer = self.public.get(path)
            self.assert_outcome(answer, 401, "login")
            self.assertTrue(answer["WWW-Authenticate"].startswith("Bearer"))
        self.assert_outcome(self.public.post("", {"resourceType": "Bundle", "type": "batch"}), 401)
        self.assert_outcome(self.public.put("Patient/p1", {"resourceType": "Patient", "id": "p1"}), 401)
        self.assert_status(self.public.get("metadata"), 200)

    def test_tokens_that_are_none_of_ours_are_refused(self):
        foreign = Key("RS384", "x").sign({"iss": "https://other.example", "aud": self.app.base, "scope": "system/*.cruds",
                                          "exp": int(time.time()) + 600})
        unsigned = base64url('{"alg":"none"}') + "." + base64url('{"scope":"system/*.cruds"}') + "."
        for token in ("nonsense", foreign, unsigned, "a" * 10_000, "'; DROP TABLE record; --"):
            answer = Bearer(self.server, token).get("Patient/p1")
            self.assert_outcome(answer, 401)
            self.assertIn("invalid_token", answer["WWW-Authenticate"])

    def test_a_refresh_token_is_no_access_token(self):
        said = self.app.launch(SCOPES)
        self.assert_outcome(Bearer(self.server, said["refresh_token"]).get("Patient/p1"), 401)
        self.assert_outcome(Bearer(self.server, said["id_token"]).get("Patient/p1"), 401)

    def test_a_token_in_the_url_is_none(self):
        said = self.app.launch(SCOPES)
        self.assert_outcome(self.public.get("Patient/p1?access_token=" + said["access_token"]), 401)

    def test_other_schemes_are_none(self):
        basic = base64.b64encode(b"ada:" + PASSWORDS["ada"].encode()).decode()
        self.assert_outcome(self.public.get("Patient/p1", Authorization="Basic " + basic), 401)

    def test_users_are_locked_out_after_failures(self):
        auth(self.server, "user", "add", "eva", "--role", "nurse", secret=PASSWORDS["eva"])
        self.addCleanup(auth, self.server, "user", "remove", "eva")
        browser = Browser(self.server)
        browser.get("/fhir/auth/login?to=manage")
        for _ in range(5):
            self.assert_status(browser.log_in("eva", "wrong password"), 401)
        self.assert_status(browser.log_in("eva", PASSWORDS["eva"]), 401)
        auth(self.server, "user", "password", "eva", secret=PASSWORDS["eva"])
        self.assertIn(b"Apps with access", browser.log_in("eva", PASSWORDS["eva"]).body)

    def test_a_new_password_ends_the_visits_of_the_old_one(self):
        auth(self.server, "user", "add", "eva", "--role", "nurse", secret=PASSWORDS["eva"])
        self.addCleanup(auth, self.server, "user", "remove", "eva")
        browser = Browser(self.server)
        browser.get("/fhir/auth/manage")
        self.assertIn(b"Apps with access", browser.log_in("eva", PASSWORDS["eva"]).body)
        auth(self.server, "user", "password", "eva", secret="another long password")
        self.assertIn(b"<h1>Log in", browser.get("manage").body)

    def test_neither_tokens_nor_passwords_are_logged(self):
        said = self.app.launch(SCOPES)
        Bearer(self.server, said["access_token"]).get("Patient/p1")
        log = "\n".join(self.server.log)
        for secret in (said["access_token"], said["refresh_token"], PASSWORDS["ada"]):
            self.assertNotIn(secret, log)
            self.assertNotIn(urllib.parse.quote(secret), log)


class CommandLine(SmartCase):
    def test_registrations_that_will_not_do_are_refused(self):
        for arguments in (("client", "add", "bad"), ("client", "add", "bad", "--redirect-uri", "javascript:alert(1)"),
                          ("client", "add", "bad", "--redirect-uri", "https://a.example/#x"),
                          ("client", "add", "app", "--redirect-uri", REDIRECT),
                          ("client", "add", "bad", "--backend"), ("client", "remove", "nobody"),
                          ("user", "remove", "nobody"), ("user", "totp", "nobody"),
                          ("user", "add", "bad", "--role", "receptionist", "--password-file", "/dev/null")):
            done = run("auth", *arguments, "--data", self.server.data)
            self.assertEqual(done.returncode, 1, arguments)
            self.assertTrue(done.stderr)

    def test_clients_and_users_are_listed_without_their_secrets(self):
        printed = auth(self.server, "client", "list") + auth(self.server, "user", "list")
        self.assertIn("backend\tasymmetric", printed)
        self.assertIn("ada\tphysician\tPractitioner/dr", printed)
        self.assertNotIn(self.secret, printed)
        self.assertNotIn("argon2", printed)

    def test_a_removed_client_is_known_no_longer(self):
        auth(self.server, "client", "add", "gone", "--redirect-uri", REDIRECT)
        bearer = Bearer(self.server, App(self.server, "gone").launch(SCOPES)["access_token"])
        self.assert_status(bearer.get("Patient/p1"), 200)
        auth(self.server, "client", "remove", "gone")
        time.sleep(0.2)  # another process did it: the server looks ten times a second
        self.assert_outcome(bearer.get("Patient/p1"), 401)
        answer = App(self.server, "gone").authorize(Browser(self.server), SCOPES)
        self.assert_status(answer, 400)

    def test_keys_rotate_while_the_server_runs(self):
        before = {key["kid"] for key in self.public.get("/fhir/auth/jwks").json["keys"]}
        auth(self.server, "key", "rotate")
        after = {key["kid"] for key in self.public.get("/fhir/auth/jwks").json["keys"]}
        self.assertLess(before, after)


if __name__ == "__main__":
    unittest.main()
