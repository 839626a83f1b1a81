"""The flows of SMART App Launch 2.2 as an app, a browser and a backend service see them."""
import http.server
import json
import threading
import time
import unittest

from smart import (Key, PASSWORDS, REDIRECT, App, Bearer, Browser, SmartCase, auth, query_of, unbase64url,
                   verify_rs256)

SCOPES = "launch/patient openid fhirUser offline_access patient/*.rs"


class Discovery(SmartCase):
    arguments = ("--cors-origin", "https://app.example")

    def test_the_smart_configuration_is_public_and_names_every_endpoint(self):
        response = self.public.get("/fhir/.well-known/smart-configuration", Accept="application/json")
        self.assert_status(response, 200)
        self.assertTrue(response["Content-Type"].startswith("application/json"))
        said = response.json
        for name in ("authorization_endpoint", "token_endpoint", "introspection_endpoint", "revocation_endpoint",
                     "jwks_uri", "issuer", "management_endpoint"):
            self.assertTrue(said[name].startswith(self.app.base), name)
        self.assertIn("authorization_code", said["grant_types_supported"])
        self.assertIn("client_credentials", said["grant_types_supported"])
        self.assertEqual(said["code_challenge_methods_supported"], ["S256"])
        self.assertIn("private_key_jwt", said["token_endpoint_auth_methods_supported"])
        self.assertEqual(sorted(said["token_endpoint_auth_signing_alg_values_supported"]), ["ES384", "RS384"])
        self.assertIn("patient/*.rs", said["scopes_supported"])
        for capability in ("launch-standalone", "launch-ehr", "client-public", "client-confidential-symmetric",
                           "client-confidential-asymmetric", "sso-openid-connect", "context-standalone-patient",
                           "context-banner", "context-style", "context-ehr-patient", "context-ehr-encounter",
                           "permission-offline", "permission-patient", "permission-user", "authorize-post",
                           "permission-v2", "permission-v1"):
            self.assertIn(capability, said["capabilities"])

    def test_the_capability_statement_is_public_and_tells_the_same_endpoints(self):
        said = self.public.get("metadata").json
        security = said["rest"][0]["security"]
        self.assertEqual(security["service"][0]["coding"][0]["code"], "SMART-on-FHIR")
        extension = security["extension"][0]
        self.assertEqual(extension["url"], "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris")
        uris = {one["url"]: one["valueUri"] for one in extension["extension"]}
        known = self.public.get("/fhir/.well-known/smart-configuration").json
        names = {"authorize": "authorization_endpoint", "token": "token_endpoint", "manage": "management_endpoint",
                 "introspect": "introspection_endpoint", "register": "registration_endpoint",
                 "revoke": "revocation_endpoint"}
        self.assertEqual(uris, {short: known[long] for short, long in names.items() if long in known})

    def test_the_capability_statement_is_valid(self):
        """R4's own definition of oauth-uris is older than SMART App Launch 1.0, which adds two parts."""
        body = self.public.get("metadata").json
        done = self.system.post("CapabilityStatement/$validate", body)
        parts = body["rest"][0]["security"]["extension"][0]["extension"]
        added = {f"CapabilityStatement.rest[0].security.extension[0].extension[{i}]"
                 for i, part in enumerate(parts) if part["url"] in ("introspect", "revoke")}
        errors = [i for i in done.json["issue"] if i["severity"] in ("error", "fatal")]
        self.assertEqual({place for issue in errors for place in issue["expression"]}, added)

    def test_openid_is_discovered_below_the_issuer(self):
        issuer = self.public.get("/fhir/.well-known/smart-configuration").json["issuer"]
        said = self.public.get(issuer + "/.well-known/openid-configuration").json
        self.assertEqual(said["issuer"], issuer)
        self.assertIn("RS256", said["id_token_signing_alg_values_supported"])
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "response_types_supported",
                     "subject_types_supported"):
            self.assertIn(name, said)
        keys = self.public.get(said["jwks_uri"]).json["keys"]
        self.assertTrue(keys)
        for key in keys:
            self.assertEqual((key["kty"], key["alg"], key["use"]), ("RSA", "RS256", "sig"))
            self.assertLessEqual(set(key), {"kty", "alg", "use", "kid", "n", "e"})

    def test_pages_of_an_allowed_origin_may_read_discovery_and_the_token_endpoint(self):
        origin = {"Origin": "https://app.example"}
        for path in ("/fhir/.well-known/smart-configuration", "/fhir/metadata"):
            answer = self.public.raw("GET", path, headers=origin)
            self.assertEqual(answer["Access-Control-Allow-Origin"], "https://app.example")
        answer = self.app.post("token", {"grant_type": "x"}, origin)
        self.assertEqual(answer["Access-Control-Allow-Origin"], "https://app.example")
        preflight = self.public.raw("OPTIONS", "/fhir/auth/token", headers={
            **origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"})
        self.assert_status(preflight, 204)
        self.assertIn("POST", preflight["Access-Control-Allow-Methods"])
        self.assertIsNone(self.public.raw("GET", "/fhir/Patient", headers={"Origin": "https://evil.example"})[
            "Access-Control-Allow-Origin"])

    def test_the_style_is_public_json(self):
        self.assertIn("color_text", self.public.get("/fhir/auth/style.json").json)


class StandaloneLaunch(SmartCase):
    def test_a_public_client_gets_a_token_with_a_patient_that_the_user_chose(self):
        browser = Browser(self.server)
        page = self.app.authorize(browser, SCOPES)
        self.assert_status(page, 200)
        page = browser.log_in("ada", PASSWORDS["ada"])
        self.assertIn(b"Kim Onely", page.body)
        self.assertIn(b"Kim Twofold", page.body)
        page = browser.get(f"continue?tx={dict(browser.forms().forms[-1]['fields'])['tx']}&name=twof")
        self.assertNotIn(b"Kim Onely", page.body)
        page = browser.submit("patient", {"patient": "p2"}, boxes=[])
        self.assertIn(b"The App", page.body)
        location = browser.submit("consent", {"decision": "allow"})
        self.assertTrue(location.startswith(REDIRECT + "?"), location)
        self.assertEqual(query_of(location)["state"], self.app.state)
        response = self.app.exchange(location)
        self.assert_status(response, 200)
        self.assertEqual(response["Cache-Control"], "no-store")
        self.assertEqual(response["Pragma"], "no-cache")
        said = response.json
        self.assertEqual(said["token_type"].lower(), "bearer")
        self.assertEqual(said["expires_in"], 3600)
        self.assertEqual(set(said["scope"].split()), set(SCOPES.split()))
        self.assertEqual(said["patient"], "p2")
        self.assertIs(said["need_patient_banner"], True)
        self.assertEqual(self.public.get(said["smart_style_url"]).status, 200)
        bearer = Bearer(self.server, said["access_token"])
        self.assert_status(bearer.get("Patient/p2"), 200)
        self.assert_status(bearer.get("Patient/p1"), 404)

    def test_the_id_token_tells_a_user_that_can_be_read(self):
        said = self.app.launch(SCOPES)
        known = self.public.get("/fhir/.well-known/openid-configuration").json
        claims = verify_rs256(said["id_token"], self.public.get(known["jwks_uri"]).json)
        self.assertEqual(claims["iss"], known["issuer"])
        self.assertEqual(claims["aud"], "app")
        self.assertLessEqual(len(claims["sub"]), 255)
        self.assertGreater(claims["exp"], time.time())
        self.assertEqual(claims["fhirUser"], self.app.base + "/Practitioner/dr")
        self.assert_status(Bearer(self.server, said["access_token"]).get(claims["fhirUser"]), 200)

    def test_a_nonce_comes_back_in_the_id_token(self):
        said = self.app.launch(SCOPES, nonce="n-0S6")
        self.assertEqual(json.loads(unbase64url(said["id_token"].split(".")[1]))["nonce"], "n-0S6")

    def test_symmetric_and_asymmetric_clients_prove_who_they_are(self):
        for app in (App(self.server, "conf", secret=self.secret),
                    App(self.server, "asym", key=self.keys["ES384"]),
                    App(self.server, "asym", key=self.keys["RS384"])):
            said = app.launch(SCOPES)
            self.assertEqual(said["patient"], "p1")
            again = app.refresh(said["refresh_token"])
            self.assert_status(again, 200)
            self.assertEqual(again["Cache-Control"], "no-store")
            self.assert_status(Bearer(self.server, again.json["access_token"]).get("Patient/p1"), 200)

    def test_authorize_takes_a_form(self):
        browser = Browser(self.server)
        self.app.authorize(browser, "openid user/Patient.rs", method="POST")
        browser.log_in("ada", PASSWORDS["ada"])
        location = browser.submit("consent", {"decision": "allow"})
        self.assert_status(self.app.exchange(location), 200)

    def test_scopes_of_version_1_are_granted_as_they_were_asked_for(self):
        said = self.app.launch("launch/patient patient/Patient.read patient/Observation.read")
        self.assertEqual(set(said["scope"].split()),
                         {"launch/patient", "patient/Patient.read", "patient/Observation.read"})
        bearer = Bearer(self.server, said["access_token"])
        self.assert_status(bearer.get("Observation?patient=p1"), 200)
        self.assert_status(bearer.get("Condition?patient=p1"), 403)

    def test_the_user_may_grant_less(self):
        asked = "launch/patient patient/Patient.rs patient/Condition.rs patient/Observation.rs"
        said = self.app.launch(asked, boxes=[("scope", "patient/Patient.rs"), ("scope", "patient/Observation.rs")])
        self.assertEqual(set(said["scope"].split()),
                         {"launch/patient", "patient/Patient.rs", "patient/Observation.rs"})
        bearer = Bearer(self.server, said["access_token"])
        self.assert_status(bearer.get("Patient/p1"), 200)
        self.assert_status(bearer.get("Observation/p1-lab"), 200)
        self.assert_outcome(bearer.get("Condition?patient=p1"), 403, "forbidden")
        self.assert_outcome(bearer.get("Condition/p1-con"), 403, "forbidden")

    def test_the_user_may_grant_categories_instead_of_a_whole_type(self):
        browser = Browser(self.server)
        self.app.authorize(browser, "launch/patient patient/Patient.rs patient/Observation.rs")
        browser.log_in("ada", PASSWORDS["ada"])
        browser.submit("patient", {"patient": "p1"}, boxes=[])
        boxes = next(f for f in browser.forms().forms if f["action"] == "consent")["boxes"]
        part = next(value for _, value, _ in boxes if value.endswith("|laboratory"))
        self.assertTrue(part.startswith("patient/Observation.rs?category=http://"))
        location = browser.submit("consent", {"decision": "allow"},
                                  boxes=[("scope", "patient/Patient.rs"), ("scope", part)])
        said = self.app.exchange(location).json
        self.assertEqual(set(said["scope"].split()), {"launch/patient", "patient/Patient.rs", part})
        bearer = Bearer(self.server, said["access_token"])
        self.assertEqual(bearer.all_ids("Observation"), ["Observation/p1-lab"])

    def test_a_no_goes_back_to_the_app(self):
        browser = Browser(self.server)
        self.app.authorize(browser, "user/Patient.rs")
        browser.log_in("ada", PASSWORDS["ada"])
        location = browser.submit("consent", {"decision": "deny"})
        self.assertEqual(query_of(location)["error"], "access_denied")
        self.assertEqual(query_of(location)["state"], self.app.state)

    def test_a_patient_gets_the_own_record_without_a_choice(self):
        browser = Browser(self.server)
        self.app.authorize(browser, SCOPES)
        page = browser.log_in("pat", PASSWORDS["pat"])
        self.assertIn(b"Allow access?", page.body)
        said = self.app.exchange(browser.submit("consent", {"decision": "allow"})).json
        self.assertEqual(said["patient"], "p1")

    def test_a_user_scope_of_a_patient_is_for_the_own_record(self):
        bearer = self.bearer("user/*.rs", "pat")
        self.assertEqual(bearer.all_ids("Patient"), ["Patient/p1"])
        self.assert_status(bearer.get("Patient/p2"), 404)

    def test_a_public_client_without_offline_access_gets_no_refresh_token(self):
        self.assertNotIn("refresh_token", self.app.launch("launch/patient patient/*.rs"))

    def test_pages_are_accessible_and_run_no_script(self):
        browser = Browser(self.server)
        self.app.authorize(browser, SCOPES)
        pages = []
        pages.append((browser.response, browser.forms()))
        browser.log_in("ada", PASSWORDS["ada"])
        pages.append((browser.response, browser.forms()))
        browser.submit("patient", {"patient": "p1"}, boxes=[])
        pages.append((browser.response, browser.forms()))
        for response, forms in pages:
            self.assertFalse(forms.has_script)
            self.assertLessEqual(forms.ids, forms.labels, "every control has a label")
            self.assertIn("default-src 'none'", response["Content-Security-Policy"])
            self.assertIn("frame-ancestors 'none'", response["Content-Security-Policy"])
            self.assertEqual(response["Cache-Control"], "no-store")
            self.assertIn(b'lang="en"', response.body)
        self.assertIn("https://app.example", pages[2][0]["Content-Security-Policy"])

    def test_cookies_are_out_of_reach_of_scripts_and_other_sites(self):
        answer = self.public.raw("GET", "/fhir/auth/login")
        cookie = answer["Set-Cookie"]
        for part in ("HttpOnly", "SameSite=Lax", "Path=/fhir/auth"):
            self.assertIn(part, cookie)

    def test_a_form_without_its_token_is_refused(self):
        browser = Browser(self.server)
        self.app.authorize(browser, "user/Patient.rs")
        page = browser.submit("login", {"user": "ada", "password": PASSWORDS["ada"], "csrf": "x"})
        self.assert_status(page, 400)

    def test_a_wrong_password_shows_the_form_again_and_tells_nothing(self):
        texts = []
        for name in ("ada", "nobody"):
            browser = Browser(self.server)
            self.app.authorize(browser, "user/Patient.rs")
            page = browser.log_in(name, "wrong password")
            self.assert_status(page, 401)
            texts.append(page.body.split(b"</p>")[0])
        self.assertEqual(*texts)


class EhrLaunch(SmartCase):
    def test_the_launcher_opens_the_app_with_the_context_of_the_user(self):
        browser = Browser(self.server)
        browser.get("/fhir/auth/launch")
        browser.log_in("ada", PASSWORDS["ada"])
        browser.get("launch?patient=p2")
        location = browser.submit("launch", {"patient": "p2", "intent": "review"},
                                  boxes=[("client", "app"), ("encounter", "p2-enc")])
        self.assertTrue(location.startswith("https://app.example/launch?"), location)
        launch = query_of(location)
        self.assertEqual(launch["iss"], self.app.base)
        page = self.app.authorize(browser, "launch openid fhirUser user/*.rs", launch=launch["launch"])
        self.assertIn(b"Allow access?", page.body)  # neither login nor choice again
        said = self.app.exchange(browser.submit("consent", {"decision": "allow"})).json
        self.assertEqual((said["patient"], said["encounter"], said["intent"]), ("p2", "p2-enc", "review"))
        self.assertIs(said["need_patient_banner"], False)
        bearer = Bearer(self.server, said["access_token"])
        self.assert_status(bearer.get("Encounter/p2-enc"), 200)
        again = self.app.authorize(browser, "launch user/*.rs", launch=launch["launch"])
        self.assertEqual(query_of(again)["error"], "invalid_request")

    def test_further_records_come_as_fhir_context(self):
        """https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html#fhir-context"""
        browser = Browser(self.server)
        browser.get("/fhir/auth/launch")
        browser.log_in("ada", PASSWORDS["ada"])
        launch = lambda records: browser.get("launch?patient=p2") and browser.submit(
            "launch", {"patient": "p2", "records": records}, boxes=[("client", "app"), ("encounter", "")])
        for wrong in ("Patient/p1", "Encounter/p2-enc", "nonsense", "Observation/", "Observation/a b/c", "Observation/1\"",
                      " ".join(f"Observation/{n}" for n in range(21))):
            self.assert_status(launch(wrong), 400)
        location = launch(" Observation/p2-lab  Device/p2-dev")
        self.app.authorize(browser, "launch user/*.rs offline_access", launch=query_of(location)["launch"])
        said = self.app.exchange(browser.submit("consent", {"decision": "allow"})).json
        self.assertEqual(said["fhirContext"], [{"reference": "Observation/p2-lab"}, {"reference": "Device/p2-dev"}])
        self.assertEqual(self.app.refresh(said["refresh_token"]).json["fhirContext"], said["fhirContext"])

    def test_the_launcher_shows_nobody_anything_without_a_login(self):
        page = Browser(self.server).get("/fhir/auth/launch")
        self.assertNotIn(b"Onely", page.body)
        browser = Browser(self.server)
        browser.get("/fhir/auth/launch")
        browser.log_in("pat", PASSWORDS["pat"])
        self.assertNotIn(b"Twofold", browser.get("launch").body)
        self.assert_status(browser.get("launch?patient=p2"), 403)


class SecondFactor(SmartCase):
    def test_a_user_with_a_second_factor_needs_it(self):
        auth(self.server, "user", "add", "eva", "--role", "nurse", secret=PASSWORDS["eva"])
        printed = auth(self.server, "user", "totp", "eva")
        code = next(line.split()[-1] for line in printed.splitlines() if line.startswith("recovery code"))
        browser = Browser(self.server)
        self.app.authorize(browser, "user/Patient.rs")
        page = browser.log_in("eva", PASSWORDS["eva"])
        self.assertIn(b"Second factor", page.body)
        self.assertNotIn(b"Allow access?", browser.get(
            f"continue?tx={dict(browser.forms().forms[-1]['fields'])['tx']}").body)
        self.assert_status(browser.submit("second-factor", {"code": "000000"}), 401)
        page = browser.submit("second-factor", {"code": code})
        self.assertIn(b"Allow access?", page.body)
        self.assert_status(self.app.exchange(browser.submit("consent", {"decision": "allow"})), 200)


class BackendService(SmartCase):
    def test_a_token_by_its_own_signature(self):
        for key in self.keys.values():
            service = App(self.server, "backend", key=key)
            answer = service.backend_token("system/*.read")
            self.assert_status(answer, 200)
            said = answer.json
            self.assertEqual(said["token_type"].lower(), "bearer")
            self.assertIsInstance(said["expires_in"], int)
            self.assertEqual(said["scope"], "system/*.read")
            bearer = Bearer(self.server, said["access_token"])
            self.assertEqual(sorted(bearer.all_ids("Patient")), ["Patient/p1", "Patient/p2"])
            self.assert_outcome(bearer.post("Patient", {"resourceType": "Patient"}), 403, "forbidden")

    def test_keys_are_fetched_from_the_registered_url(self):
        key = Key("ES384", "fetched")
        keys = json.dumps({"keys": [key.jwk()]}).encode()
        asked = []
        said = {"/second": ["public", "max-age=1"], "/never": ["no-store"], "/hour": ["max-age=3600"]}

        class Keys(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                self.send_response(404 if self.path == "/nothing" else 200)
                self.send_header("Content-Length", str(len(keys)))
                for line in said.get(self.path, ()):
                    self.send_header("Cache-Control", line)
                self.end_headers()
                self.wfile.write(keys)

            def log_message(self, *unused):
                pass

        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Keys) as server:
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            for name, path in (("fetched", "jwks"), ("missing", "nothing"), *((p[1:], p[1:]) for p in said)):
                auth(self.server, "client", "add", name, "--kind", "asymmetric", "--backend", "--jwks-url",
                     f"http://127.0.0.1:{server.server_port}/{path}")
            for _ in range(3):
                self.assert_status(App(self.server, "fetched", key=key).backend_token("system/*.rs"), 200)
            self.assertEqual(asked, ["/jwks"], "kept for a while")
            for _ in range(2):
                for path in said:
                    self.assert_status(App(self.server, path[1:], key=key).backend_token("system/*.rs"), 200)
                time.sleep(1.1)
            self.assertEqual({path: asked.count(path) for path in said}, {"/second": 2, "/never": 2, "/hour": 1},
                             "and not for longer than is said")
            self.assert_status(App(self.server, "missing", key=key).backend_token("system/*.rs"), 401)
            server.shutdown()
            thread.join()

    def test_wrong_requests_are_400_or_401(self):
        good = {"grant_type": "client_credentials"}
        self.assert_status(self.backend.backend_token(grant_type="bad"), 400)
        self.assert_status(self.backend.backend_token(client_assertion_type="bad"), 400)
        self.assert_status(self.backend.backend_token(client_assertion="bad.bad.bad"), 401)
        self.assert_status(self.app.post("token", good), 400)


class Introspection(SmartCase):
    def ask(self, token, **form):
        app = App(self.server, "conf", secret=self.secret)
        return app.authenticated("introspect", {"token": token, **form})

    def test_an_active_token_is_told_with_its_context(self):
        said = self.app.launch(SCOPES)
        answer = self.ask(said["access_token"])
        self.assert_status(answer, 200)
        told = answer.json
        claims = json.loads(unbase64url(said["id_token"].split(".")[1]))
        self.assertIs(told["active"], True)
        self.assertEqual(told["client_id"], "app")
        self.assertEqual(set(told["scope"].split()), set(said["scope"].split()))
        self.assertIsInstance(told["exp"], int)
        for name in ("iss", "sub", "fhirUser"):
            self.assertEqual(told[name], claims[name])
        self.assertEqual(told["patient"], "p1")

    def test_any_other_text_is_not_active(self):
        self.assertEqual(self.ask("nonsense").json, {"active": False})

    def test_who_asks_has_to_prove_it(self):
        said = self.app.launch(SCOPES)
        self.assert_status(self.app.post("introspect", {"token": said["access_token"]}), 401)


class Revocation(SmartCase):
    def test_a_revoked_refresh_token_ends_everything(self):
        said = self.app.launch(SCOPES)
        bearer = Bearer(self.server, said["access_token"])
        self.assert_status(bearer.get("Patient/p1"), 200)
        self.assert_status(self.app.authenticated("revoke", {"token": said["refresh_token"]}), 200)
        self.assert_outcome(bearer.get("Patient/p1"), 401)
        self.assert_status(self.app.refresh(said["refresh_token"]), 400)

    def test_the_user_takes_back_what_was_granted(self):
        said = self.app.launch(SCOPES)
        browser = Browser(self.server)
        browser.get("/fhir/auth/manage")
        page = browser.log_in("ada", PASSWORDS["ada"])
        self.assertIn(b"The App", page.body)
        while any(form["action"] == "manage" for form in browser.forms().forms):
            browser.submit("manage")
        self.assert_outcome(Bearer(self.server, said["access_token"]).get("Patient/p1"), 401)

    def test_a_user_that_is_removed_loses_all_access(self):
        auth(self.server, "user", "add", "eva", "--role", "nurse", secret=PASSWORDS["eva"])
        said = self.app.launch("openid user/*.rs", "eva")
        bearer = Bearer(self.server, said["access_token"])
        self.assert_status(bearer.get("Patient/p1"), 200)
        auth(self.server, "user", "remove", "eva")
        time.sleep(0.2)  # another process did it: the server looks ten times a second
        self.assert_outcome(bearer.get("Patient/p1"), 401)


if __name__ == "__main__":
    unittest.main()
