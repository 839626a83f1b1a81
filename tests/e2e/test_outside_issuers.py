"""Access tokens of identity providers outside, whose keys a server on this machine gives out."""
import http.server
import json
import threading
import time
import unittest

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from smart import App, Bearer, Connection, Key, SmartCase, auth, base64url, sample_data, unbase64url
from support import Case, Server, until


class Provider:
    """An identity provider: discovery and keys, which may change, and which may be down."""

    def __init__(self):
        self.keys, self.asked, self.is_down, self.delay = [], [], False, 0.0
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                provider.asked.append(self.path)
                time.sleep(provider.delay)
                body = provider.answer(self.path)
                self.send_response(200 if body else 503)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *unused):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/realm"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, path):
        if self.is_down:
            return b""
        if path == "/realm/keys":
            return json.dumps({"keys": [key.jwk() for key in self.keys]}).encode()
        if path == "/realm/.well-known/openid-configuration":
            return json.dumps({
                "issuer": self.url, "jwks_uri": self.url + "/keys", "authorization_endpoint": self.url + "/authorize",
                "token_endpoint": self.url + "/token", "introspection_endpoint": self.url + "/introspect",
                "code_challenge_methods_supported": ["S256"], "grant_types_supported": ["authorization_code"]}).encode()
        return b""

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class OutsideCase(Case):
    mode = "jwt"

    @classmethod
    def setUpClass(cls):
        cls.provider = Provider()
        cls.addClassCleanup(cls.provider.stop)
        cls.key, cls.other = Key("ES384", "one"), Key("RS384", "two")
        cls.provider.keys = [cls.key]
        cls.server = Server(auth=cls.mode)
        cls.server.arguments = cls.settings()
        cls.addClassCleanup(cls.server.stop)
        cls.addClassCleanup(Connection.close_all)
        cls.server.start()
        cls.base = f"http://127.0.0.1:{cls.server.port}/fhir"
        service = cls.bearer(scope="system/*.cruds", role=None, fhirUser=None, sub="outside-app")
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [
            {"resource": one, "request": {"method": "PUT", "url": f"{one['resourceType']}/{one['id']}"}} for one in sample_data()]}
        made = service.post("", bundle)
        assert made.status == 200, made

    @classmethod
    def settings(cls):
        path = cls.server.data + "/issuers.json"
        with open(path, "w") as file:
            json.dump({"issuers": [{"issuer": cls.provider.url, "refetch_seconds": 1, "lifetime_seconds_max": 7200}]}, file)
        return ["--issuers", path]

    @classmethod
    def token(cls, key=None, header=None, **changes):
        now = int(time.time())
        claims = {"iss": cls.provider.url, "aud": cls.base, "sub": "u1", "iat": now, "exp": now + 600, "client_id": "outside-app",
                  "scope": "user/*.rs", "role": "physician", "fhirUser": "Practitioner/dr"}
        claims.update(changes)
        return (key or cls.key).sign({n: v for n, v in claims.items() if v is not None}, header)

    @classmethod
    def bearer(cls, **changes):
        return Bearer(cls.server, cls.token(**changes))

    def refused(self, **changes):
        got = self.bearer(**changes).get("Patient/p1")
        self.assert_outcome(got, 401)
        self.assertEqual(got["WWW-Authenticate"], 'Bearer realm="MediSync", error="invalid_token"')


class Tokens(OutsideCase):
    def test_a_good_one_reads_what_its_scopes_allow(self):
        self.assert_status(self.bearer().get("Patient/p1"), 200)
        self.assert_status(self.bearer(scope=["user/Patient.rs"]).get("Patient/p1"), 200)
        self.assert_outcome(self.bearer(scope="user/Observation.rs").get("Patient/p1"), (403, 404))
        self.assert_outcome(self.bearer(scope="openid").get("Patient/p1"), 403)
        self.assert_outcome(self.bearer().post("Patient", {"resourceType": "Patient"}), 403)

    def test_a_patients_token_sees_that_patient(self):
        pat = self.bearer(role="patient", scope="user/*.rs patient/*.rs", fhirUser="Patient/p1", patient="p1")
        self.assert_status(pat.get("Patient/p1"), 200)
        self.assert_outcome(pat.get("Patient/p2"), 404)
        found = pat.get("Observation")
        self.assertEqual({e["resource"]["subject"]["reference"] for e in found.json["entry"]}, {"Patient/p1"})

    def test_a_service_acts_for_itself(self):
        service = {"role": None, "fhirUser": None, "scope": "system/Patient.rs", "sub": "outside-app"}
        self.assert_status(self.bearer(**service).get("Patient/p1"), 200)
        self.assert_outcome(self.bearer(**{**service, "role": "physician"}).get("Patient/p1"), 403)

    def test_without_a_known_role_a_user_has_no_scope_of_a_user(self):
        self.assert_outcome(self.bearer(role="king").get("Patient/p1"), 403)
        self.assert_outcome(self.bearer(role=None).get("Patient/p1"), 403)

    def test_claims_have_to_fit(self):
        now = int(time.time())
        for changes in ({"iss": "https://other.example"}, {"iss": None}, {"aud": "https://other.example/fhir"}, {"aud": None},
                        {"exp": now - 120}, {"exp": None}, {"exp": now + 90_000}, {"nbf": now + 120}, {"iat": now + 120},
                        {"sub": None}, {"cnf": {"jkt": "x"}}):
            self.refused(**changes)

    def test_alg_none_wrong_kid_other_keys_and_other_kinds_are_refused(self):
        self.refused(header={"alg": "none"})
        self.refused(header={"alg": "HS256", "kid": "one"})
        self.refused(header={"alg": "ES384", "kid": "one", "typ": "logout+jwt"})
        self.refused(header={"alg": "ES384", "kid": "one", "crit": ["exp"]})
        self.refused(key=Key("ES384", "one"))
        self.refused(header={"alg": "ES384", "kid": "one", "jwk": Key("ES384", "x").jwk()}, key=Key("ES384", "one"))
        good = self.token()
        for bad in (good[:-6] + "AAAAAA", good.rsplit(".", 1)[0] + ".", good + "A", "a.b.c", "..", good.split(".")[0] + "..",
                    good + "." + "A" * 17_000):
            got = Bearer(self.server, bad).get("Patient/p1")
            self.assert_outcome(got, 401)

    def test_a_public_key_is_no_shared_secret(self):
        import hashlib
        import hmac
        head = base64url(json.dumps({"alg": "HS256", "kid": "one"})) + "." + self.token().split(".")[1]
        secret = json.dumps(self.key.jwk()).encode()
        self.assert_outcome(Bearer(self.server, head + "." + base64url(hmac.new(secret, head.encode(), hashlib.sha256).digest())).get("Patient/p1"), 401)

    def test_rs256_is_taken_too(self):
        class Rs256(Key):
            def sign(self, claims, header=None):
                text = base64url(json.dumps({"alg": "RS256", "kid": self.kid})) + "." + base64url(json.dumps(claims))
                return text + "." + base64url(self.private.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))

            def jwk(self):
                return {**super().jwk(), "alg": "RS256"}

        key = Rs256("RS384", "rs256")
        self.provider.keys.append(key)
        time.sleep(1.1)
        self.assert_status(self.bearer(key=key).get("Patient/p1"), 200)

    def test_opaque_texts_are_none(self):
        self.assert_outcome(Bearer(self.server, "x" * 43).get("Patient/p1"), 401)
        self.assert_outcome(Connection(self.server.port).get("Patient/p1"), 401)

    def test_neither_tokens_nor_claims_are_logged(self):
        token = self.token(sub="somebody-in-particular")
        for one in (token, token[:-4] + "AAAA"):
            Bearer(self.server, one).get("Patient/p1")
        log = "\n".join(self.server.log)
        for secret in (token, token.split(".")[1], token.split(".")[2], "somebody-in-particular"):
            self.assertNotIn(secret, log)


class Keys(OutsideCase):
    def test_rotation_random_kids_and_an_issuer_that_is_down(self):
        self.assert_status(self.bearer().get("Patient/p1"), 200)
        old = self.bearer()
        self.assert_status(old.get("Patient/p1"), 200)

        # Any number of kids that nobody has are asked for once in a second, not once each.
        before, began = len(self.provider.asked), time.monotonic()
        for i in range(60):
            self.refused(header={"alg": "ES384", "kid": f"made-up-{i}"})
        seconds = time.monotonic() - began
        self.assertLessEqual(len(self.provider.asked) - before, 2 * (seconds + 2))

        # The new key is fetched when it is first met; what the old one signed is good no longer.
        self.provider.keys = [self.other]
        time.sleep(1.1)
        self.assert_status(self.bearer(key=self.other).get("Patient/p1"), 200)
        self.assert_outcome(old.get("Patient/p1"), 401)

        # What is known counts on when the issuer does not answer; what is not known is for later.
        self.provider.is_down = True
        time.sleep(1.1)
        got = self.bearer(key=self.other, header={"alg": "RS384", "kid": "unknown"}).get("Patient/p1")
        self.assert_outcome(got, 503)
        self.assertIsNotNone(got["Retry-After"])
        self.assert_status(self.bearer(key=self.other, sub="another").get("Patient/p1"), 200)
        self.provider.is_down = False

    def test_while_an_issuer_is_slow_others_are_served(self):
        self.provider.delay = 2.5  # the server waits for three seconds
        time.sleep(1.1)
        known = self.bearer(key=self.provider.keys[0])
        self.assert_status(known.get("Patient/p1"), 200)
        waiting = [threading.Thread(target=lambda i=i: self.bearer(header={"alg": "ES384", "kid": f"slow-{i}"}).get("Patient/p1")) for i in range(40)]
        for thread in waiting:
            thread.start()
        done = 0
        while any(thread.is_alive() for thread in waiting) and done < 10:
            self.assert_status(known.get("Patient?_count=1"), 200)
            done += 1
        for thread in waiting:
            thread.join()
        self.assertEqual(done, 10, "requests with known tokens do not wait for the issuer")
        self.provider.delay = 0.0


class Discovery(OutsideCase):
    def test_apps_are_told_the_outside_endpoints(self):
        http = Connection(self.server.port)
        got = http.get(".well-known/smart-configuration")
        self.assert_status(got, 200)
        self.assertTrue(got["Content-Type"].startswith("application/json"))
        url = self.provider.url
        self.assertEqual((got.json["issuer"], got.json["token_endpoint"], got.json["jwks_uri"]), (url, url + "/token", url + "/keys"))
        self.assertEqual(got.json["code_challenge_methods_supported"], ["S256"])
        self.assertIn("permission-v2", got.json["capabilities"])
        security = http.get("metadata").json["rest"][0]["security"]
        uris = {e["url"]: e["valueUri"] for e in security["extension"][0]["extension"]}
        for name, member in (("authorize", "authorization_endpoint"), ("token", "token_endpoint"), ("introspect", "introspection_endpoint"),
                             ("manage", "management_endpoint"), ("register", "registration_endpoint"), ("revoke", "revocation_endpoint")):
            self.assertEqual(uris.get(name), got.json.get(member), name)
        self.assert_status(http.get("auth/login"), 404)


class Beside(SmartCase):
    """An outside issuer beside the server's own authorization server."""

    @classmethod
    def setUpClass(cls):
        cls.provider = Provider()
        cls.addClassCleanup(cls.provider.stop)
        cls.key = Key("ES384", "one")
        cls.provider.keys = [cls.key]
        cls.arguments = ("--issuer", cls.provider.url)
        super().setUpClass()
        cls.base = f"http://127.0.0.1:{cls.server.port}/fhir"

    token = classmethod(OutsideCase.token.__func__)

    def test_tokens_of_both_are_taken(self):
        own = Bearer(self.server, App(self.server).launch("user/*.rs")["access_token"])
        self.assert_status(own.get("Patient/p1"), 200)
        self.assert_status(Bearer(self.server, self.token()).get("Patient/p1"), 200)
        self.assertEqual(Connection(self.server.port).get(".well-known/smart-configuration").json["issuer"], self.base)

    def test_an_id_token_of_ours_is_no_access_token(self):
        got = App(self.server).launch("openid fhirUser user/*.rs")
        self.assertIn('"iss"', unbase64url(got["id_token"].split(".")[1]).decode())
        self.assert_outcome(Bearer(self.server, got["id_token"]).get("Patient/p1"), 401)


class Alone(OutsideCase):
    """Under --auth jwt the server gives tokens of two kinds itself, and takes no others of its own."""

    @classmethod
    def settings(cls):
        return [*super().settings(), "--audit"]

    def test_who_breaks_the_glass_gets_a_token_that_counts_and_is_taken_back(self):
        done = self.bearer().post("Patient/p1/$break-glass", {"resourceType": "Parameters", "parameter": [
            {"name": "reason", "valueString": "Found unconscious"}, {"name": "purpose", "valueCode": "ETREAT"}]})
        self.assert_status(done, 200)
        said = {one["name"]: one.get("valueString", one.get("valueCoding")) for one in done.json["parameter"]}
        self.assertEqual(said["purpose"]["code"], "ETREAT")
        broken = Bearer(self.server, said["access_token"])
        self.assert_status(broken.get("Observation/p1-lab"), 200)
        self.assert_outcome(broken.get("Observation/p2-lab"), 404)
        self.assertIn("1 grants", auth(self.server, "user", "revoke", "u1"))
        until(lambda: broken.get("Observation/p1-lab").status == 401)  # another process did it
        self.assert_outcome(broken.get("Observation/p1-lab"), 401)


class SwitchedOff(SmartCase):
    """A site that goes over to an outside provider."""

    arguments = ("--audit",)

    def test_what_the_own_authorization_server_gave_to_apps_counts_no_longer(self):
        provider = Provider()
        self.addCleanup(provider.stop)
        own = App(self.server).launch("launch/patient offline_access user/*.rs")["access_token"]
        self.assert_status(Bearer(self.server, own).get("Patient/p1"), 200)
        service = self.backend.backend_token().json["access_token"]
        self.server.terminate()
        self.server.auth, self.server.arguments = "jwt", ["--issuer", provider.url]
        self.server.start()
        for token in (own, service):
            self.assert_outcome(Bearer(self.server, token).get("Patient/p1"), 401)
        self.server.terminate()
        self.server.auth, self.server.arguments = "smart", []
        self.server.start()
        self.assert_status(Bearer(self.server, own).get("Patient/p1"), 200)


class Settings(Case):
    def test_what_cannot_be_used_is_told_at_the_start(self):
        for arguments in ((), ("--issuer", "http://idp.example"), ("--issuers", "/nowhere.json")):
            server = Server(auth="jwt", arguments=arguments)
            with self.assertRaisesRegex(AssertionError, "ended with 1"):
                server.start()


if __name__ == "__main__":
    unittest.main()
