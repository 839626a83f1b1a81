"""Clients of others, from npm, in Node.js and in headless Chromium. Without them their tests say so.

tests/e2e/clients holds what they do: one exported function for each test, run by `run.mjs`.
"""
import atexit
import functools
import http.server
import json
import os
import re
import select
import shutil
import signal
import subprocess
import tempfile
import threading

from smart import SmartCase, auth, base64url
from support import ROOT, skip

FOLDER = os.path.join(ROOT, "tests", "e2e", "clients")
MODULES = os.path.join(FOLDER, "node_modules")
STEP_SECONDS_MAX = 300
START_SECONDS_MAX = 60


class Node:
    """One Node.js that does a run's steps."""

    def __init__(self):
        self.process = subprocess.Popen(["node", "run.mjs"], cwd=FOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL)
        atexit.register(self.stop)

    def do(self, file, name, facts):
        line = json.dumps({"file": file, "step": name, "facts": facts}) + "\n"
        self.process.stdin.write(line.encode())
        self.process.stdin.flush()
        ready, _, _ = select.select([self.process.stdout], [], [], STEP_SECONDS_MAX)
        return self.process.stdout.readline() if ready else b""

    def stop(self):
        self.process.kill()
        self.process.wait(10)
        self.process.stdin.close()
        self.process.stdout.close()


@functools.lru_cache(None)
def node():
    return Node()


def step(file, name, /, **facts):
    """Does one step; what it returned. Its failure is the test's, with the script's own words."""
    line = node().do(file, name, facts)
    if not line:
        node().stop()
        node.cache_clear()
    assert line, f"{file}.{name}: no answer within {STEP_SECONDS_MAX} s, or Node.js ended"
    answer = json.loads(line)
    assert "result" in answer, f"{file}.{name}: {answer.get('error')}"
    return answer["result"]


def has_clients():
    return shutil.which("node") is not None and os.path.exists(os.path.join(MODULES, ".installed"))


class Chromium:
    """A headless browser with a profile of its own, which reaches this machine alone."""

    def __init__(self):
        self.profile = tempfile.mkdtemp(prefix="medisync-browser-")
        arguments = [shutil.which("chromium"), "--headless=new", "--remote-debugging-port=0", "--no-first-run",
                     f"--user-data-dir={self.profile}", "--disable-gpu", "--disable-dev-shm-usage",
                     "--disable-background-networking", "--disable-component-update", "--disable-sync",
                     "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost", "about:blank"]
        if os.geteuid() == 0:
            arguments.insert(1, "--no-sandbox")  # the sandbox refuses root
        self.process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, start_new_session=True)
        self.endpoint = None
        found = threading.Event()
        self.reader = threading.Thread(target=self._read, args=(found,), daemon=True)
        self.reader.start()
        if not found.wait(START_SECONDS_MAX):
            self.stop()
            raise AssertionError("chromium did not start")

    def _read(self, found):
        with self.process.stderr as lines:
            for line in lines:
                seen = re.search(rb"DevTools listening on (ws://\S+)", line)
                if seen:
                    self.endpoint = seen.group(1).decode()
                    found.set()

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)  # its own session: itself and its helpers
            self.process.wait(10)
        self.reader.join(10)
        shutil.rmtree(self.profile, ignore_errors=True)


@functools.lru_cache(None)
def chromium():
    """The one of this run: each step has a context of its own in it."""
    browser = Chromium()
    atexit.register(browser.stop)
    return browser


class AppSite:
    """Serves an app's pages and fhirclient's script on a port of its own: another origin."""

    FILES = {"/fhir-client.js": os.path.join(MODULES, "fhirclient", "build", "fhir-client.pure.min.js")}
    TYPES = {".js": "text/javascript", ".html": "text/html; charset=utf-8"}

    def __init__(self, client="browser-app"):
        site = self

        class Pages(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                path = self.path.split("?")[0]
                name = os.path.basename(path)
                file = site.FILES.get(path, os.path.join(FOLDER, "app", name))
                if not name or not os.path.isfile(file):
                    return self.send_error(404)
                with open(file, "rb") as content:
                    body = content.read().replace(b"CLIENT_ID", client.encode())
                self.send_response(200)
                self.send_header("Content-Type", site.TYPES[os.path.splitext(name)[1]])
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                return None

            def log_message(self, *unused):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
        self.origin = f"http://127.0.0.1:{self.http.server_port}"
        self.thread = threading.Thread(target=self.http.serve_forever, daemon=True)
        self.thread.start()

    def stop(self):
        self.http.shutdown()
        self.thread.join(10)
        self.http.server_close()


def private_jwk(key):
    """What a client that signs keeps: its key as a JWK with the private part."""
    numbers = key.private.private_numbers()
    if key.alg == "ES384":  # "the length of this octet string MUST be ceiling(log-base-2(n)/8)" (RFC 7518, 6.2.2.1)
        return {**key.jwk(), "d": base64url(numbers.private_value.to_bytes(48, "big")), "key_ops": ["sign"], "ext": True}
    # "The octet sequence MUST utilize the minimum number of octets" (RFC 7518, 2): one number in 256 is shorter.
    shortest = lambda value: base64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))
    return {**key.jwk(), "d": shortest(numbers.d), "p": shortest(numbers.p), "q": shortest(numbers.q),
            "dp": shortest(numbers.dmp1), "dq": shortest(numbers.dmq1), "qi": shortest(numbers.iqmp),
            "key_ops": ["sign"], "ext": True}


class ClientCase(SmartCase):
    """The server of SmartCase, and the clients in Node.js."""

    @classmethod
    def setUpClass(cls):
        if not has_clients():
            skip("the clients from npm are not installed (scripts/setup --test)")
        super().setUpClass()

    def step(self, file, name, /, **facts):
        return step(file, name, base=self.server.base, **facts)


class BrowserCase(ClientCase):
    """With Chromium, and an app of another origin that the server knows."""

    @classmethod
    def setUpClass(cls):
        if shutil.which("chromium") is None:
            skip("chromium is not installed (scripts/setup --test)")
        cls.site = AppSite()
        cls.addClassCleanup(cls.site.stop)
        cls.arguments = (*cls.arguments, "--cors-origin", cls.site.origin)
        super().setUpClass()
        redirect = ("--redirect-uri", cls.site.origin + "/app.html")
        launch = ("--launch-url", cls.site.origin + "/launch.html")
        auth(cls.server, "client", "add", "browser-app", "--name", "Browser App", *redirect, *launch)
        jwks = os.path.join(cls.server.data, "jwks.json")
        auth(cls.server, "client", "add", "browser-asym", "--kind", "asymmetric", "--jwks", jwks, *redirect)

    def step(self, file, name, /, **facts):
        return super().step(file, name, chromium=chromium().endpoint, app=self.site.origin, **facts)
