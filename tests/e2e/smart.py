"""A browser, apps and a backend service for a server under `--auth smart`, over plain HTTP."""
import base64
import hashlib
import html.parser
import json
import os
import secrets
import tempfile
import time
import urllib.parse

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

from support import Case, Client, Server, run

REDIRECT = "https://app.example/back"
FORM = "application/x-www-form-urlencoded"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def base64url(data):
    if isinstance(data, str):
        data = data.encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unbase64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def query_of(url):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query, keep_blank_values=True))


# ---------------------------------------------------------------------------- keys and tokens


class Key:
    """A private key that signs by ES384 or RS384."""

    def __init__(self, alg, kid):
        self.alg, self.kid = alg, kid
        self.private = (ec.generate_private_key(ec.SECP384R1()) if alg == "ES384"
                        else rsa.generate_private_key(public_exponent=65537, key_size=2048))

    def jwk(self):
        numbers = self.private.public_key().public_numbers()
        number = lambda value, size: base64url(value.to_bytes(size, "big"))
        common = {"kid": self.kid, "alg": self.alg, "use": "sig"}
        if self.alg == "ES384":
            return {"kty": "EC", "crv": "P-384", "x": number(numbers.x, 48), "y": number(numbers.y, 48), **common}
        return {"kty": "RSA", "n": number(numbers.n, 256), "e": "AQAB", **common}

    def sign(self, claims, header=None):
        head = {"alg": self.alg, "kid": self.kid, "typ": "JWT"} if header is None else header
        text = base64url(json.dumps(head)) + "." + base64url(json.dumps(claims))
        if self.alg == "ES384":
            r, s = utils.decode_dss_signature(self.private.sign(text.encode(), ec.ECDSA(hashes.SHA384())))
            signature = r.to_bytes(48, "big") + s.to_bytes(48, "big")
        else:
            signature = self.private.sign(text.encode(), padding.PKCS1v15(), hashes.SHA384())
        return text + "." + base64url(signature)


def verify_rs256(token, jwks):
    """The claims of an id token whose signature one of the keys made; raises otherwise."""
    head, body, signature = token.split(".")
    header = json.loads(unbase64url(head))
    assert header["alg"] == "RS256", header
    key = next(k for k in jwks["keys"] if k["kid"] == header["kid"])
    number = lambda name: int.from_bytes(unbase64url(key[name]), "big")
    rsa.RSAPublicNumbers(number("e"), number("n")).public_key().verify(
        unbase64url(signature), f"{head}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256())
    return json.loads(unbase64url(body))


# ---------------------------------------------------------------------------- the browser


class Connection(Client):
    """A client that the test case closes; used again, it connects again."""

    every = []

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.every.append(self)

    @classmethod
    def close_all(cls):
        for one in cls.every:
            one.close()


class Forms(html.parser.HTMLParser):
    """The forms of a page: method, action, and fields as a browser would send them untouched."""

    def __init__(self, text):
        super().__init__()
        self.forms, self.inputs, self.labels, self.ids = [], [], set(), set()
        self.has_script = False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "script" or any(name.startswith("on") for name in given):
            self.has_script = True
        if tag == "label":
            self.labels.add(given.get("for"))
        if tag == "form":
            self.forms.append({"method": given["method"], "action": given["action"], "fields": [], "boxes": []})
        if tag in ("input", "select") and given.get("type") != "hidden":
            self.ids.add(given.get("id"))
        if tag == "input" and self.forms:
            kind = given.get("type", "text")
            if kind in ("checkbox", "radio"):
                self.forms[-1]["boxes"].append((given["name"], given["value"], "checked" in given))
            else:
                self.forms[-1]["fields"].append((given["name"], given.get("value", "")))
        if tag == "select" and self.forms:
            self.forms[-1]["boxes"].append((given["name"], None, False))
        if tag == "option" and self.forms:
            name = self.forms[-1]["boxes"][-1][0]
            self.forms[-1]["boxes"].append((name, given["value"], False))


class Browser:
    """Cookies, forms, redirects within the server; stops where a redirect leaves it."""

    def __init__(self, server):
        self.client = Connection(server.port, base="")
        self.here = "/fhir/auth/"
        self.cookies = {}
        self.response = None

    def open(self, method, url, form=None):
        for _ in range(10):
            target = urllib.parse.urljoin(self.here, url)
            headers = {}
            if self.cookies:
                headers["Cookie"] = "; ".join(f"{n}={v}" for n, v in self.cookies.items())
            body = None
            if form is not None:
                headers["Content-Type"] = FORM
                body = urllib.parse.urlencode(form)
            self.response = self.client.raw(method, target, body, headers)
            self.here = urllib.parse.urlsplit(target).path
            for cookie in self.response.headers.get_all("Set-Cookie") or []:
                name, value = cookie.split(";")[0].split("=", 1)
                self.cookies[name] = value
            location = self.response["Location"]
            if self.response.status != 303:
                return self.response
            if ":" in location.split("/")[0]:
                return location  # away from here
            method, url, form = "GET", location, None
        raise AssertionError("too many redirects")

    def get(self, url):
        return self.open("GET", url)

    def forms(self):
        return Forms(self.response.body.decode())

    def submit(self, action, fields=(), boxes=None):
        """Sends the page's form of that action; `boxes`: the names and values left checked."""
        form = next(f for f in self.forms().forms if f["action"] == action and f["method"] == "post")
        sent = [(n, v) for n, v in form["fields"] if n not in dict(fields)]
        sent += [(n, v) for n, v, checked in form["boxes"] if checked] if boxes is None else list(boxes)
        return self.open("POST", action, sent + list(dict(fields).items()))

    def log_in(self, user, password):
        return self.submit("login", {"user": user, "password": password})


# ---------------------------------------------------------------------------- apps


class App:
    """A client with users: authorize, token, refresh."""

    def __init__(self, server, client_id="app", redirect=REDIRECT, secret=None, key=None):
        self.server, self.id, self.redirect, self.secret, self.key = server, client_id, redirect, secret, key
        self.base = f"http://127.0.0.1:{server.port}/fhir"
        self.http = Connection(server.port)
        self.verifier = secrets.token_urlsafe(48)
        self.state = secrets.token_urlsafe(16)

    def authorize_parameters(self, scope, **changes):
        parameters = {
            "response_type": "code", "client_id": self.id, "redirect_uri": self.redirect, "scope": scope,
            "state": self.state, "aud": self.base, "code_challenge_method": "S256",
            "code_challenge": base64url(hashlib.sha256(self.verifier.encode()).digest())}
        parameters.update(changes)
        return {name: value for name, value in parameters.items() if value is not None}

    def authorize(self, browser, scope, method="GET", **changes):
        parameters = self.authorize_parameters(scope, **changes)
        if method == "POST":
            return browser.open("POST", "/fhir/auth/authorize", parameters)
        return browser.get("/fhir/auth/authorize?" + urllib.parse.urlencode(parameters))

    def post(self, name, form, headers=None):
        return self.http.raw("POST", f"/fhir/auth/{name}", urllib.parse.urlencode(form),
                             {"Content-Type": FORM, "Accept": "application/json", **(headers or {})})

    def authenticated(self, name, form):
        headers = {}
        if self.secret is not None:
            headers["Authorization"] = "Basic " + base64.b64encode(f"{self.id}:{self.secret}".encode()).decode()
        elif self.key is not None:
            form = {**form, "client_assertion_type": JWT_BEARER, "client_assertion": self.assertion()}
        else:
            form = {**form, "client_id": self.id}
        return self.post(name, form, headers)

    def assertion(self, header=None, key=None, **changes):
        claims = {"iss": self.id, "sub": self.id, "aud": self.base + "/auth/token",
                  "exp": int(time.time()) + 300, "jti": secrets.token_hex(32)}
        claims.update(changes)
        return (key or self.key).sign({n: v for n, v in claims.items() if v is not None}, header)

    def exchange(self, location, **changes):
        form = {"grant_type": "authorization_code", "code": query_of(location).get("code", ""),
                "redirect_uri": self.redirect, "code_verifier": self.verifier}
        form.update(changes)
        return self.authenticated("token", {n: v for n, v in form.items() if v is not None})

    def refresh(self, token, **more):
        return self.authenticated("token", {"grant_type": "refresh_token", "refresh_token": token, **more})

    def backend_token(self, scope="system/*.cruds", **changes):
        form = {"grant_type": "client_credentials", "scope": scope, "client_assertion_type": JWT_BEARER,
                "client_assertion": self.assertion()}
        form.update(changes)
        return self.post("token", form)

    def launch(self, scope, user="ada", patient="p1", boxes=None, **changes):
        """A whole standalone launch in a browser of its own; the token response."""
        browser = Browser(self.server)
        page = self.authorize(browser, scope, **changes)
        page = browser.log_in(user, PASSWORDS[user])
        if b"Choose a patient" in page.body:
            page = browser.submit("patient", {"patient": patient}, boxes=[])
        location = browser.submit("consent", {"decision": "allow"}, boxes=boxes)
        assert isinstance(location, str), location
        response = self.exchange(location)
        assert response.status == 200, (location, response)
        return response.json


class Bearer(Connection):
    """The FHIR API with a token."""

    def __init__(self, server, token):
        super().__init__(server.port)
        self.token = token

    def raw(self, method, target, body=None, headers=None):
        return super().raw(method, target, body, {"Authorization": f"Bearer {self.token}", **(headers or {})})


class Service(Bearer):
    """The same as a backend service, which asks for the next token long before the last one ends: after five minutes."""

    def __init__(self, app, scope):
        super(Bearer, self).__init__(app.server.port)
        self.app, self.scope, self.given, self.renewed = app, scope, None, 0.0

    @property
    def token(self):
        if time.monotonic() > self.renewed:
            answer = self.app.backend_token(self.scope)
            assert answer.status == 200, answer
            self.given, self.renewed = answer.json["access_token"], time.monotonic() + answer.json["expires_in"] / 2
        return self.given


# ---------------------------------------------------------------------------- the server

PASSWORDS = {"ada": "ada's long password", "pat": "pat's long password", "eva": "eva's long password"}


def auth(server, *arguments, secret=None):
    """`medisync auth …` over the data of a server, which may run; what it printed."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        if secret is not None:
            file.write(secret + "\n")
            file.flush()
            name = "--password-file" if arguments[0] == "user" else "--secret-file"
            arguments = (*arguments, name, file.name)
        done = run("auth", *arguments, "--data", server.data)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()


def observation(ident, patient, category, code="8867-4", **more):
    system = "http://terminology.hl7.org/CodeSystem/observation-category"
    return {"resourceType": "Observation", "id": ident, "status": "final", "subject": {"reference": f"Patient/{patient}"},
            "category": [{"coding": [{"system": system, "code": category}]}],
            "code": {"coding": [{"system": "http://loinc.org", "code": code}], "text": "measured"}, **more}


def sample_data():
    """Two patients whose data must not meet."""
    resources = [
        {"resourceType": "Organization", "id": "org", "name": "Clinic"},
        {"resourceType": "Practitioner", "id": "dr", "name": [{"family": "Doctor"}]},
    ]
    for patient, family in (("p1", "Onely"), ("p2", "Twofold")):
        resources += [
            {"resourceType": "Patient", "id": patient, "name": [{"family": family, "given": ["Kim"]}],
             "birthDate": "1980-02-0" + patient[1], "managingOrganization": {"reference": "Organization/org"}},
            {"resourceType": "Encounter", "id": f"{patient}-enc", "status": "finished", "subject": {"reference": f"Patient/{patient}"},
             "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
             "period": {"start": "2020-01-01"}},
            observation(f"{patient}-lab", patient, "laboratory", performer=[{"reference": "Practitioner/dr"}]),
            observation(f"{patient}-vital", patient, "vital-signs", valueString=f"secret of {patient}"),
            {"resourceType": "Condition", "id": f"{patient}-con", "subject": {"reference": f"Patient/{patient}"},
             "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]},
             "code": {"text": f"condition of {patient}"}, "encounter": {"reference": f"Encounter/{patient}-enc"}},
            {"resourceType": "Device", "id": f"{patient}-dev", "patient": {"reference": f"Patient/{patient}"}},
        ]
    resources.append({"resourceType": "Group", "id": "both", "type": "person", "actual": True,
                      "member": [{"entity": {"reference": "Patient/p1"}}, {"entity": {"reference": "Patient/p2"}}]})
    resources.append({"resourceType": "List", "id": "mixed", "status": "current", "mode": "working",
                      "subject": {"reference": "Patient/p1"}, "entry": [{"item": {"reference": "Condition/p2-con"}}]})
    return resources


class SmartCase(Case):
    """A server under --auth smart with users, clients and the sample data."""

    arguments = ()
    data = None  # a folder that is there already

    @classmethod
    def setUpClass(cls):
        # Its users log in far more often than people do.
        unlimited = () if "--login-rate-limit" in cls.arguments else ("--login-rate-limit", "0")
        cls.server = Server(data=cls.data, arguments=[*unlimited, *cls.arguments], auth="smart")
        cls.addClassCleanup(cls.server.stop)
        cls.addClassCleanup(Connection.close_all)
        cls.server.start()
        cls.keys = {alg: Key(alg, alg.lower()) for alg in ("ES384", "RS384")}
        jwks = os.path.join(cls.server.data, "jwks.json")
        with open(jwks, "w", encoding="utf-8") as file:
            json.dump({"keys": [key.jwk() for key in cls.keys.values()]}, file)
        auth(cls.server, "user", "add", "ada", "--role", "physician", "--fhir-user", "Practitioner/dr",
             secret=PASSWORDS["ada"])
        auth(cls.server, "user", "add", "pat", "--role", "patient", "--fhir-user", "Patient/p1",
             secret=PASSWORDS["pat"])
        auth(cls.server, "client", "add", "app", "--redirect-uri", REDIRECT, "--name", "The App",
             "--launch-url", "https://app.example/launch")
        printed = auth(cls.server, "client", "add", "conf", "--kind", "symmetric", "--redirect-uri", REDIRECT)
        cls.secret = printed.split("secret ")[1].strip()
        auth(cls.server, "client", "add", "asym", "--kind", "asymmetric", "--redirect-uri", REDIRECT, "--jwks", jwks)
        auth(cls.server, "client", "add", "backend", "--kind", "asymmetric", "--backend", "--jwks", jwks,
             "--scope", "system/*.cruds")
        cls.backend = App(cls.server, "backend", key=cls.keys["ES384"])
        cls.system = Service(cls.backend, "system/*.cruds")
        entries = [{"resource": r, "request": {"method": "PUT", "url": f"{r['resourceType']}/{r['id']}"}}
                   for r in sample_data()]
        done = cls.system.post("", {"resourceType": "Bundle", "type": "transaction", "entry": entries})
        assert done.status == 200, done

    def setUp(self):
        self.app = App(self.server)
        self.public = Connection(self.server.port)
        self.addCleanup(Connection.close_all)

    def bearer(self, scope, user="ada", patient="p1", boxes=None):
        return Bearer(self.server, self.app.launch(scope, user, patient, boxes)["access_token"])
