"""What Inferno's kits for SMART App Launch and ONC (g)(10) ask, asked as their HTTP client asks it.

tests/requirements/inferno.tsv names the lines of their checklist beside these tests and those of
test_smart_flow.py, test_smart_negative.py and test_bulk_export.py.
"""
import base64
import json
import re
import time
import unittest

from cryptography.hazmat.primitives.asymmetric import rsa

from smart import (PASSWORDS, REDIRECT, App, Bearer, Browser, SmartCase, auth, query_of, unbase64url,
                   verify_rs256)
from support import match_ids

SCOPES = "launch/patient openid fhirUser offline_access patient/*.rs user/Practitioner.rs"
ORIGIN = "https://kit.example"
FHIR = {"Accept": "application/fhir+json", "User-Agent": "Ruby FHIR Client"}
US_CORE_TYPES = ("AllergyIntolerance CarePlan CareTeam Condition Coverage Device DiagnosticReport DocumentReference Encounter "
                 "Goal Immunization Location Medication MedicationDispense MedicationRequest Observation Organization Patient "
                 "Practitioner PractitionerRole Procedure Provenance QuestionnaireResponse RelatedPerson ServiceRequest Specimen").split()
SCOPE = re.compile(r"^(patient|user|system|\*)/([a-zA-Z*]+)\.([cruds]+)(\?[^ ]+)?$")


class KitCase(SmartCase):
    arguments = ("--cors-origin", ORIGIN)

    def json_at(self, url, **headers):
        answer = self.public.raw("GET", url.removeprefix(self.server.base.removesuffix("/fhir")),
                                 headers={"Accept": "application/json", **headers})
        self.assert_status(answer, 200)
        self.assertTrue(answer["Content-Type"].startswith("application/json"), answer["Content-Type"])
        return answer.json

    def known(self):
        return self.json_at("/fhir/.well-known/smart-configuration")

    def check_token_response(self, answer, asked=None):
        """The fields and header fields of every answer with a token."""
        self.assert_status(answer, 200)
        self.assertTrue(answer["Content-Type"].startswith("application/json"))
        self.assertIn("no-store", answer["Cache-Control"])
        self.assertIn("no-cache", answer["Pragma"])
        said = answer.json
        self.assertEqual(said["token_type"].lower(), "bearer")
        for name in ("access_token", "scope"):
            self.assertIsInstance(said[name], str)
        self.assertIs(type(said["expires_in"]), int, "a JSON number")
        if "refresh_token" in said:
            self.assertIsInstance(said["refresh_token"], str)
        if asked is not None:
            self.assertLessEqual(set(said["scope"].split()), set(asked.split()))
        return said

    def authorized(self, app, scope=SCOPES, method="GET", patient="p1", user="ada", **changes):
        """Where the browser is sent at the end, by login, patient and consent."""
        browser = Browser(self.server)
        app.authorize(browser, scope, method, **changes)
        page = browser.log_in(user, PASSWORDS[user])
        if b"Choose a patient" in page.body:
            browser.submit("patient", {"patient": patient}, boxes=[])
        return browser.submit("consent", {"decision": "allow"})

    def check_id_token(self, said, client):
        known = self.json_at(self.app.base + "/.well-known/openid-configuration")
        claims = verify_rs256(said["id_token"], self.json_at(known["jwks_uri"]))
        self.assertEqual(claims["iss"], known["issuer"])
        self.assertIn(client, [claims["aud"]] if isinstance(claims["aud"], str) else claims["aud"])
        self.assertTrue(0 < len(claims["sub"]) <= 255)
        self.assertGreater(claims["exp"], time.time())
        self.assertLessEqual(claims["iat"], time.time() + 1)
        self.assertRegex(claims["fhirUser"], r"(Patient|Practitioner|RelatedPerson|Person)/[A-Za-z0-9.-]+$")
        self.assert_status(Bearer(self.server, said["access_token"]).get(claims["fhirUser"]), 200)
        return claims


class Discovery(KitCase):
    def test_the_statement_is_public_and_says_what_it_is(self):
        answer = self.public.raw("GET", "/fhir/metadata", headers=FHIR)
        self.assert_status(answer, 200)
        said = answer.json
        self.assertEqual((said["resourceType"], said["kind"], said["fhirVersion"]), ("CapabilityStatement", "instance", "4.0.1"))
        self.assertTrue(said["status"] and said["date"] and said["implementation"]["description"])
        self.assertTrue({"json", "application/json", "application/fhir+json"} & set(said["format"]))
        self.assertEqual([rest["mode"] for rest in said["rest"]], ["server"])
        self.assertLessEqual(set(US_CORE_TYPES), {r["type"] for r in said["rest"][0]["resource"]})

    def test_fields_are_of_the_types_that_are_asked_for(self):
        said = self.known()
        for name in ("authorization_endpoint", "token_endpoint", "introspection_endpoint", "issuer", "jwks_uri"):
            self.assertRegex(said[name], r"^https?://")
        for name in ("capabilities", "grant_types_supported", "code_challenge_methods_supported", "scopes_supported",
                     "token_endpoint_auth_methods_supported", "token_endpoint_auth_signing_alg_values_supported"):
            self.assertTrue(said[name] and all(isinstance(value, str) for value in said[name]), name)
        self.assertNotIn("plain", said["code_challenge_methods_supported"])
        self.assertTrue([scope for scope in said["scopes_supported"] if SCOPE.match(scope)])
        self.assertIn("private_key_jwt", said["token_endpoint_auth_methods_supported"])

    def test_openid_is_discovered_below_the_fhir_base(self):
        said = self.json_at("/fhir/.well-known/openid-configuration")
        self.assertEqual(said["issuer"], self.app.base)
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            self.assertEqual(said[name], self.known()[name])
        for name in ("response_types_supported", "subject_types_supported", "id_token_signing_alg_values_supported"):
            self.assertTrue(said[name] and isinstance(said[name], list), name)
        for key in self.json_at(said["jwks_uri"])["keys"]:
            number = lambda name: int.from_bytes(unbase64url(key[name]), "big")
            self.assertGreaterEqual(rsa.RSAPublicNumbers(number("e"), number("n")).public_key().key_size, 2048)

    def test_pages_of_another_origin_read_what_an_app_in_a_browser_needs(self):
        said = self.app.launch(SCOPES)
        token = {"Authorization": "Bearer " + said["access_token"]}
        user = self.check_id_token(said, "app")["fhirUser"].removeprefix(self.app.base)
        for path, headers in (("/.well-known/smart-configuration", {}), ("/metadata", {}), (user, token)):
            answer = self.public.raw("GET", "/fhir" + path, headers={"Origin": ORIGIN, **headers})
            self.assert_status(answer, 200)
            self.assertIn(answer["Access-Control-Allow-Origin"], (ORIGIN, "*"))
        preflight = self.public.raw("OPTIONS", "/fhir" + user, headers={
            "Origin": ORIGIN, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"})
        self.assertIn("authorization", preflight["Access-Control-Allow-Headers"].lower())
        answer = self.app.post("token", {"grant_type": "authorization_code", "client_id": "app", "code": "none"}, {"Origin": ORIGIN})
        self.assertIn(answer["Access-Control-Allow-Origin"], (ORIGIN, "*"))

    def test_discovery_is_read_from_any_origin(self):
        """SMART 2.2: discovery from any, all else from those that are configured."""
        elsewhere = "https://elsewhere.example"
        for path in (".well-known/smart-configuration", ".well-known/openid-configuration", "metadata", "metadata?mode=full", "auth/jwks"):
            answer = self.public.get(path, Origin=elsewhere)
            self.assert_status(answer, 200)
            self.assertEqual(answer["Access-Control-Allow-Origin"], "*", path)
            preflight = self.public.request("OPTIONS", path, headers={"Origin": elsewhere, "Access-Control-Request-Method": "GET"})
            self.assertEqual(preflight["Access-Control-Allow-Origin"], "*", path)
        for path in ("Patient/p1", "auth/token", "auth/login", "metadata/more"):
            self.assertIsNone(self.public.get(path, Origin=elsewhere)["Access-Control-Allow-Origin"], path)


class Launches(KitCase):
    def apps(self):
        return (App(self.server), App(self.server, "conf", secret=self.secret), App(self.server, "asym", key=self.keys["ES384"]),
                App(self.server, "asym", key=self.keys["RS384"]))

    def launcher(self, user, patient, encounter=""):
        """A browser in which a user has launched the app, and what the app is opened with."""
        browser = Browser(self.server)
        browser.get("/fhir/auth/launch")
        browser.log_in(user, PASSWORDS[user])
        browser.get("launch?patient=" + patient)
        location = browser.submit("launch", {"patient": patient}, boxes=[("client", "app"), ("encounter", encounter)])
        return browser, query_of(location)

    def test_every_kind_of_client_is_answered_alike(self):
        for app in self.apps():
            location = self.authorized(app)
            self.assertTrue(location.startswith(REDIRECT + "?"))
            self.assertEqual(query_of(location)["state"], app.state)
            said = self.check_token_response(app.exchange(location), SCOPES)
            self.assertEqual(said["patient"], "p1")
            self.check_id_token(said, app.id)

    def test_authorize_takes_a_form_as_well(self):
        said = self.check_token_response(self.app.exchange(self.authorized(self.app, method="POST")), SCOPES)
        self.assert_status(Bearer(self.server, said["access_token"]).get("Patient/p1"), 200)

    def test_a_secret_is_read_as_it_was_registered(self):
        """Strict base64 of id and secret, neither of them encoded for URLs."""
        auth(self.server, "client", "add", "signs", "--kind", "symmetric", "--redirect-uri", REDIRECT, secret="a+b/c=d%20:e f&long")
        app = App(self.server, "signs", secret="a+b/c=d%20:e f&long")
        self.check_token_response(app.exchange(self.authorized(app)), SCOPES)

    def test_a_refresh_is_answered_like_the_first_time(self):
        for app in self.apps():
            said = self.check_token_response(app.exchange(self.authorized(app)))
            for more in ({}, {"scope": said["scope"]}):
                again = self.check_token_response(app.refresh(said["refresh_token"], **more), said["scope"])
                self.assertNotEqual(again["access_token"], said["access_token"])
                self.assertEqual(again["patient"], "p1")
                self.assert_status(Bearer(self.server, again["access_token"]).get("Patient/p1"), 200)
                said = {**said, **again}
            self.assertIn(app.refresh("0" * 43).status, (400, 401))

    def test_an_ehr_launch_by_a_form(self):
        browser, launch = self.launcher("ada", "p2", "p2-enc")
        self.assertEqual(launch["iss"], self.app.base, "byte by byte")
        scope = "launch openid fhirUser offline_access user/*.rs"
        self.app.authorize(browser, scope, "POST", launch=launch["launch"])
        said = self.check_token_response(self.app.exchange(browser.submit("consent", {"decision": "allow"})), scope)
        bearer = Bearer(self.server, said["access_token"])
        self.assertEqual((said["patient"], said["encounter"]), ("p2", "p2-enc"))
        for read in ("Patient/p2", "Encounter/p2-enc"):
            self.assert_status(bearer.get(read), 200)
        self.assertIsInstance(said["need_patient_banner"], bool)
        self.assertTrue(self.json_at(said["smart_style_url"]))

    def test_a_patient_launches_an_app_for_the_own_record(self):
        browser, launch = self.launcher("pat", "p1")
        scope = "launch openid fhirUser offline_access patient/*.rs"
        self.app.authorize(browser, scope, launch=launch["launch"])
        said = self.check_token_response(self.app.exchange(browser.submit("consent", {"decision": "allow"})), scope)
        self.assertEqual(said["patient"], "p1")
        self.assertTrue(self.check_id_token(said, "app")["fhirUser"].endswith("Patient/p1"))

    def test_full_access_names_every_type(self):
        """Granted by a physician, and by a patient for the own record."""
        scope = "launch/patient openid fhirUser offline_access " + " ".join(f"patient/{t}.rs" for t in US_CORE_TYPES)
        for user in ("ada", "pat"):
            said = self.check_token_response(self.app.exchange(self.authorized(self.app, scope, user=user)), scope)
            self.assertEqual(set(said["scope"].split()), set(scope.split()))
            bearer = Bearer(self.server, said["access_token"])
            for kind in US_CORE_TYPES:
                search = f"{kind}?_id=p1" if kind == "Patient" else kind
                self.assert_status(bearer.raw("GET", "/fhir/" + search, headers=FHIR), 200)
            self.assertEqual(match_ids(bearer.get("Device?patient=p1").json), ["Device/p1-dev"])
        self.assert_outcome(self.public.get("Patient/p1"), 401)

    def test_scopes_of_version_1_reach_every_type(self):
        scope = "launch/patient " + " ".join(f"patient/{t}.read" for t in US_CORE_TYPES)
        said = self.check_token_response(self.app.exchange(self.authorized(self.app, scope)), scope)
        bearer = Bearer(self.server, said["access_token"])
        for kind in US_CORE_TYPES:
            self.assert_status(bearer.get(kind), 200)

    def test_provenance_of_the_own_record_comes_along(self):
        """A Provenance names what it tells of, and seldom the patient as well: for patients themselves that is enough.

        Consents are found by the patients that a resource names, so nobody else sees such a one by a scope of patients.
        """
        targets = {"con": ["Condition/{p}-con"], "dev": ["Device/{p}-dev"], "named": ["Patient/{p}", "Condition/{p}-con"]}
        for patient in ("p1", "p2"):
            for name, references in targets.items():
                ident = f"of-{patient}-{name}"
                done = self.system.put(f"Provenance/{ident}", {
                    "resourceType": "Provenance", "id": ident, "recorded": "2020-01-01T00:00:00Z",
                    "target": [{"reference": r.format(p=patient)} for r in references],
                    "agent": [{"who": {"reference": "Organization/org"}}]})
                self.assert_status(done, 200, 201)
        for user, seen in (("pat", {"con", "dev", "named"}), ("ada", {"named"})):
            bearer = Bearer(self.server, self.app.launch("launch/patient patient/*.rs", user)["access_token"])
            for kind, names in (("Condition", {"con", "named"}), ("Device", {"dev"})):
                found = bearer.get(f"{kind}?patient=p1&_revinclude=Provenance:target").json
                self.assertEqual(set(match_ids(found, "include")), {f"Provenance/of-p1-{n}" for n in names & seen})
            self.assertEqual(set(match_ids(bearer.get("Provenance").json)), {f"Provenance/of-p1-{n}" for n in seen})
            for name in targets:
                self.assert_status(bearer.get("Provenance/of-p1-" + name), 200 if name in seen else 404)
                self.assert_outcome(bearer.get("Provenance/of-p2-" + name), 404)
            self.assertEqual(match_ids(bearer.get("Provenance?target=Condition/p2-con").json), [])

    def test_a_patient_reads_what_is_attached_to_the_own_record(self):
        """Of a Binary `securityContext` tells whose it is; without one it is nobody's."""
        contexts = {"own": "Patient/p1", "own-part": "DiagnosticReport/p1-rep", "other": "Patient/p2", "other-part": "Condition/p2-con",
                    "none": None, "astray": "Condition/nobody", "round": "Binary/own"}
        self.assert_status(self.system.put("DiagnosticReport/p1-rep", {
            "resourceType": "DiagnosticReport", "id": "p1-rep", "status": "final", "subject": {"reference": "Patient/p1"},
            "code": {"text": "r"}, "presentedForm": [{"contentType": "text/plain", "url": "Binary/own"}]}), 200, 201)
        for ident, context in contexts.items():
            about = {"securityContext": {"reference": context}} if context else {}
            self.assert_status(self.system.put("Binary/" + ident, {
                "resourceType": "Binary", "id": ident, "contentType": "text/plain", "data": base64.b64encode(b"text").decode(),
                **about}), 200, 201)
        for scope in ("launch/patient patient/*.rs", "user/*.rs", "launch/patient patient/Binary.r patient/Patient.r patient/DiagnosticReport.r"):
            bearer = Bearer(self.server, self.app.launch(scope, "pat")["access_token"])
            for ident in contexts:
                answer = bearer.raw("GET", "/fhir/Binary/" + ident, headers=FHIR)
                if ident.startswith("own"):
                    self.assertEqual(answer.json["data"], base64.b64encode(b"text").decode())
                    self.assertEqual(bearer.raw("GET", "/fhir/Binary/" + ident, headers={"Accept": "text/plain"}).body, b"text")
                else:
                    self.assert_outcome(answer, 404)
            self.assert_outcome(bearer.get("Binary/nobody"), 404)
            self.assert_outcome(bearer.get("Binary"), 403)
        # A practitioner with this patient in context reads the same; with a scope of all patients, all.
        for scope in ("launch/patient patient/*.rs", "launch/patient patient/Binary.r patient/Patient.r patient/DiagnosticReport.r"):
            bearer = Bearer(self.server, self.app.launch(scope, "ada")["access_token"])
            for ident in contexts:
                self.assert_status(bearer.get("Binary/" + ident), 200 if ident.startswith("own") else 404)
            self.assert_outcome(bearer.get("Binary"), 403)
        wide = Bearer(self.server, self.app.launch("launch/patient patient/*.rs user/Binary.r", "ada")["access_token"])
        self.assert_status(wide.get("Binary/other"), 200)
        for scope, ident in (("launch/patient patient/Patient.rs", "own"), ("launch/patient patient/Binary.rs", "own"),
                             ("launch/patient patient/Binary.rs patient/Patient.rs", "own-part")):
            for user in ("pat", "ada"):
                answer = Bearer(self.server, self.app.launch(scope, user)["access_token"]).get("Binary/" + ident)
                self.assert_outcome(answer, (403, 404))

    def test_the_user_may_be_read_whatever_else_was_granted(self):
        """The scope fhirUser is for a FHIR resource of the current user."""
        for user, own in (("ada", "Practitioner/dr"), ("pat", "Patient/p1")):
            said = self.app.launch("launch/patient openid fhirUser patient/Condition.rs", user)
            self.assertTrue(self.check_id_token(said, "app")["fhirUser"].endswith(own))
            bearer = Bearer(self.server, said["access_token"])
            for other in ("Patient/p2", "Practitioner/nobody", "Organization/org"):
                self.assertIn(bearer.get(other).status, (403, 404), other)
            self.assert_outcome(bearer.get(own.split("/")[0]), 403)
            without = self.app.launch("launch/patient openid patient/Condition.rs", user)
            self.assert_outcome(Bearer(self.server, without["access_token"]).get(own), 403)

    def test_limited_access_is_held_to(self):
        scope = "launch/patient openid fhirUser offline_access " + " ".join(f"patient/{t}.rs" for t in US_CORE_TYPES)
        kept = ["patient/Patient.rs", "patient/Condition.rs", "patient/Observation.rs"]
        said = self.app.launch(scope, boxes=[("scope", s) for s in kept])
        self.assertEqual({s for s in said["scope"].split() if s.startswith("patient/")}, set(kept))
        bearer = Bearer(self.server, said["access_token"])
        for kind in US_CORE_TYPES:
            expected = (200,) if f"patient/{kind}.rs" in kept else (401, 403)
            self.assertIn(bearer.get(f"{kind}?_id=p1" if kind == "Patient" else f"{kind}?patient=p1"
                                     if kind in ("Condition", "Observation", "Encounter") else kind).status, expected, kind)

    def test_revoked_access_is_over(self):
        said = self.app.launch(SCOPES)
        browser = Browser(self.server)
        browser.get("/fhir/auth/manage")
        browser.log_in("ada", PASSWORDS["ada"])
        while any(form["action"] == "manage" for form in browser.forms().forms):
            browser.submit("manage")
        self.assertIn(Bearer(self.server, said["access_token"]).get("Patient/p1").status, (401, 403, 404))
        self.assertIn(self.app.refresh(said["refresh_token"]).status, (400, 401))


class Introspection(KitCase):
    arguments = (*KitCase.arguments, "--open-introspection")

    def ask(self, token, headers=None):
        answer = self.public.raw("POST", self.known()["introspection_endpoint"].removeprefix(self.app.base.removesuffix("/fhir")),
                                 "token=" + token, {"Content-Type": "application/x-www-form-urlencoded",
                                                    "Accept": "application/json", **(headers or {})})
        self.assert_status(answer, 200)
        return answer.json

    def test_it_tells_what_the_token_response_and_the_id_token_told(self):
        said = self.app.launch(SCOPES)
        claims = json.loads(unbase64url(said["id_token"].split(".")[1]))
        basic = base64.b64encode(f"conf:{self.secret}".encode()).decode()
        for headers in ({}, {"Authorization": "Basic " + basic}):
            told = self.ask(said["access_token"], headers)
            self.assertIs(told["active"], True)
            self.assertEqual((told["client_id"], told["patient"]), ("app", said["patient"]))
            self.assertEqual(set(told["scope"].split()), set(said["scope"].split()))
            self.assertIs(type(told["exp"]), int)
            for name in ("iss", "sub", "fhirUser"):
                self.assertEqual(told[name], claims[name])
        self.assertEqual(self.ask("invalid_token_value"), {"active": False})


class Backend(KitCase):
    def test_the_scope_that_presets_ask_for(self):
        for key in self.keys.values():
            answer = App(self.server, "backend", key=key).backend_token("system/*.read")
            said = self.check_token_response(answer, "system/*.read")
            self.assert_status(Bearer(self.server, said["access_token"]).get("Patient/p1"), 200)

    def test_an_assertion_as_the_kit_writes_it(self):
        """A jti of 64 hexadecimal digits, five minutes, no jku; `aud` is the token endpoint."""
        header = {"alg": "ES384", "kid": "es384", "typ": "JWT"}
        signed = self.backend.assertion(header, exp=int(time.time()) + 300, jti="ab" * 32)
        self.check_token_response(self.backend.backend_token("system/*.rs", client_assertion=signed))
        for name, statuses in (("grant_type", (400,)), ("client_assertion_type", (400, 401)), ("client_assertion", (400, 401))):
            answer = self.backend.backend_token("system/*.rs", **{name: "not_a_" + name})
            self.assertIn(answer.status, statuses)
            self.assertIsInstance(answer.json["error"], str)


if __name__ == "__main__":
    unittest.main()
