"""Starts the real program on a free loopback port and speaks HTTP to it.

Every wait has an end, every process is ended by the object that started it. MEDISYNC_BINARY names
the program (build/release/medisync when unset); MEDISYNC_SHARED the reference material, optional.
"""
import gzip
import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHARED = os.environ.get("MEDISYNC_SHARED", "")
PACKAGE = os.path.join(ROOT, "profiles", ".packages", "hl7.fhir.r4.examples")
FHIR_JSON = "application/fhir+json"

START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 40
REQUEST_SECONDS_MAX = 120
IDLE_SECONDS_MAX = 30  # half of what the server keeps an idle connection for


def binary():
    """Path of the program under test; a missing one is a failure, never a skip."""
    path = os.environ.get("MEDISYNC_BINARY") or os.path.join(ROOT, "build", "release", "medisync")
    if not os.access(path, os.X_OK):
        raise AssertionError(f"no program at {path}: build it, or set MEDISYNC_BINARY")
    return path


def say(text):
    """A line for whoever reads the run: figures, and what is skipped."""
    print(f"[e2e] {text}", file=sys.stderr, flush=True)


def skip(reason):
    say(f"skipped: {reason}")
    raise unittest.SkipTest(reason)


def until(look, seconds=60, pause=0.02):
    """What `look` gives as soon as it counts as true; at the end of the time whatever it gave last."""
    end = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < end:
        time.sleep(pause)
    return found


def fixed_port():
    """A free port for what has to know it beforehand: one that no connection is given meanwhile."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as given:
        lowest = int(given.read().split()[0])
    for port in random.sample(range(10_000, lowest), 100):
        with socket.socket() as free:
            try:
                free.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")


# ---------------------------------------------------------------------------- JSON, as it is written


class Number(str):
    """A JSON number by its lexeme: 1.0, 1.00 and 1 are three different ones."""

    def __eq__(self, other):
        return isinstance(other, Number) and str.__eq__(self, other)

    def __ne__(self, other):
        return not self == other

    __hash__ = str.__hash__

    def __repr__(self):
        return f"number {str(self)}"


class Members(list):
    """A JSON object as its members in order, so that order and repetitions are seen."""

    def get(self, name):
        for member, value in self:
            if member == name:
                return value
        return None


def _no_constant(text):
    raise ValueError(f"{text} is not JSON")


def exact(text):
    """JSON with the order of members and the lexemes of numbers."""
    if isinstance(text, bytes):
        text = text.decode("utf-8")
    return json.loads(text, parse_float=Number, parse_int=Number, parse_constant=_no_constant,
                      object_pairs_hook=Members)


def differences(sent, got, path="", ignore=(), limit=5):
    """Where two exact() trees differ; `ignore` holds paths (like "meta") that do not count."""
    found = []

    def walk(a, b, at):
        if len(found) >= limit or at in ignore:
            return
        if isinstance(a, Members) and isinstance(b, Members):
            a = [m for m in a if join(at, m[0]) not in ignore]
            b = [m for m in b if join(at, m[0]) not in ignore]
            names_a, names_b = [m[0] for m in a], [m[0] for m in b]
            if names_a != names_b:
                found.append(f"{at or '(root)'}: members {names_a} became {names_b}")
                return
            for (name, left), (_, right) in zip(a, b):
                walk(left, right, join(at, name))
        elif type(a) is list and type(b) is list:
            if len(a) != len(b):
                found.append(f"{at}: {len(a)} items became {len(b)}")
                return
            for i, (left, right) in enumerate(zip(a, b)):
                walk(left, right, f"{at}[{i}]")
        elif type(a) is not type(b) or a != b:
            found.append(f"{at}: {a!r:.120} became {b!r:.120}")

    def join(at, name):
        return f"{at}.{name}" if at else name

    walk(sent, got, path)
    return found


# ---------------------------------------------------------------------------- the server


class Response:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers  # http.client.HTTPMessage: get() knows no case
        self.body = body
        self._json = None

    def __getitem__(self, name):
        return self.headers.get(name)

    @property
    def json(self):
        if self._json is None:
            self._json = json.loads(self.body.decode("utf-8"))
        return self._json

    @property
    def issues(self):
        return self.json.get("issue", []) if self.json.get("resourceType") == "OperationOutcome" else []

    def __repr__(self):
        return f"<{self.status} {self.body[:400]!r}>"


class Client:
    """One keep-alive connection; reconnects when the server has closed it. Not for several threads."""

    def __init__(self, port, base="/fhir", timeout=REQUEST_SECONDS_MAX):
        self.port, self.base, self.timeout = port, base, timeout
        self.connection, self.used = None, 0.0

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()

    def raw(self, method, target, body=None, headers=None):
        """`target` from the root of the server, already percent-encoded."""
        if isinstance(body, str):
            body = body.encode("utf-8")
        if time.monotonic() - self.used > IDLE_SECONDS_MAX:
            self.close()  # before the server does, maybe while the request is on its way
        for attempt in (1, 2):
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
                fresh = True
            else:
                fresh = False
            try:
                self.connection.request(method, target, body=body, headers=headers or {})
                answer = self.connection.getresponse()
                response = Response(answer.status, answer.headers, answer.read())
                self.used = time.monotonic()
                if answer.will_close:
                    self.close()
                return response
            except (http.client.BadStatusLine, ConnectionError, BrokenPipeError):
                # An idle connection that the server closed is no failure; a fresh one is. Only a
                # safe request is repeated: a write may have been done.
                self.close()
                if fresh or method not in ("GET", "HEAD"):
                    raise
        raise AssertionError("unreachable")

    def request(self, method, path, body=None, headers=None):
        """`path` below the FHIR base, like `Patient/1`; a dict body is sent as FHIR JSON."""
        headers = dict(headers or {})
        if isinstance(body, (dict, list)):
            body = json.dumps(body, ensure_ascii=False)
        if body is not None and not any(name.lower() == "content-type" for name in headers):
            headers["Content-Type"] = FHIR_JSON
        target = path
        if path.startswith("http://"):
            parts = urllib.parse.urlsplit(path)
            target = parts.path + ("?" + parts.query if parts.query else "")
        elif not path:
            target = self.base
        elif not path.startswith("/"):
            target = self.base + ("" if path.startswith("?") else "/") + path
        return self.raw(method, target, body, headers)

    def get(self, path, **headers):
        return self.request("GET", path, headers=_header_names(headers))

    def post(self, path, body, **headers):
        return self.request("POST", path, body, _header_names(headers))

    def put(self, path, body, **headers):
        return self.request("PUT", path, body, _header_names(headers))

    def delete(self, path, **headers):
        return self.request("DELETE", path, headers=_header_names(headers))

    def search(self, path, parameters=(), **headers):
        """`parameters` as pairs or a dict; encoded here."""
        pairs = parameters.items() if isinstance(parameters, dict) else parameters
        query = urllib.parse.urlencode(list(pairs))
        return self.get(path + ("?" + query if query else ""), **headers)

    def pages(self, path, parameters=(), limit=1000):
        """Every page of a search, following the next links."""
        response = self.search(path, parameters)
        for _ in range(limit):
            yield response
            if response.status != 200:
                return
            following = link(response.json, "next")
            if following is None:
                return
            response = self.get(following)
        raise AssertionError(f"more than {limit} pages")

    def all_ids(self, path, parameters=()):
        """`Type/id` of every match on every page, in order."""
        ids = []
        for page in self.pages(path, parameters):
            assert page.status == 200, page
            ids += match_ids(page.json)
        return ids


def _header_names(keywords):
    return {name.replace("_", "-"): value for name, value in keywords.items()}


def link(bundle, relation):
    for entry in bundle.get("link", []):
        if entry["relation"] == relation:
            return entry["url"]
    return None


def entries(bundle, mode=None):
    return [e for e in bundle.get("entry", []) if mode is None or e.get("search", {}).get("mode") == mode]


def match_ids(bundle, mode="match"):
    return [f"{e['resource']['resourceType']}/{e['resource']['id']}" for e in entries(bundle, mode)]


class Server:
    """The program under `serve`, on its own data folder."""

    def __init__(self, data=None, arguments=(), keep_data=False, before_start=None, auth="none"):
        self.own_data = data is None
        self.data = data or tempfile.mkdtemp(prefix="medisync-e2e-")
        self.arguments = list(arguments)
        self.auth = auth
        self.keep_data = keep_data
        self.before_start = before_start  # run in the child, as for limits
        self.process = None
        self.port = 0
        self.start_seconds = 0.0
        self.log = []  # lines of both streams, the access log included
        self._log_lock = threading.Lock()
        self._readers = []
        self._listening = threading.Event()

    def start(self, healthy=True):
        """Returns once /health answers 200, or with healthy=False once it answers at all."""
        self._listening.clear()
        self.port = 0
        began = time.monotonic()
        self.process = subprocess.Popen(
            [binary(), "serve", "--bind", "127.0.0.1", "--port", "0", "--data", self.data,
             "--auth", self.auth] + self.arguments,
            cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            preexec_fn=self.before_start)
        self._readers = [threading.Thread(target=self._read, args=(stream,), daemon=True)
                         for stream in (self.process.stdout, self.process.stderr)]
        for reader in self._readers:
            reader.start()
        try:
            self._await_ready(began, healthy)
        except BaseException:
            self.kill()
            raise
        self.start_seconds = time.monotonic() - began
        return self

    def _read(self, stream):
        pattern = re.compile(r"listening on https?://[^:/]+:(\d+)")
        with stream:
            for line in stream:
                text = line.decode("utf-8", "replace").rstrip("\n")
                with self._log_lock:
                    self.log.append(text)
                    if len(self.log) > 200_000:
                        del self.log[:100_000]
                found = pattern.search(text)
                if found and not self._listening.is_set():
                    self.port = int(found.group(1))
                    self._listening.set()

    def _await_ready(self, began, healthy):
        while not self._listening.wait(0.002):
            if self.process.poll() is not None:
                self._join()
                raise AssertionError(f"the server ended with {self.process.returncode}: {self.tail()}")
            if time.monotonic() - began > START_SECONDS_MAX:
                raise AssertionError(f"the server did not start in {START_SECONDS_MAX} s: {self.tail()}")
        while True:
            try:
                with Client(self.port, timeout=5) as client:
                    if client.raw("GET", "/health").status == 200 or not healthy:
                        return
            except OSError:
                pass
            if time.monotonic() - began > START_SECONDS_MAX or self.process.poll() is not None:
                raise AssertionError(f"the server is not healthy: {self.tail()}")
            time.sleep(0.005)

    def tail(self, lines=12):
        with self._log_lock:
            return "\n".join(self.log[-lines:])

    def client(self, **options):
        return Client(self.port, **options)

    @property
    def base(self):
        return f"http://127.0.0.1:{self.port}/fhir"

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def terminate(self, wait=True):
        """SIGTERM; with `wait`, returns the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait() if wait else None

    def wait(self, seconds=STOP_SECONDS_MAX):
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the server did not end within {seconds} s: {self.tail()}")
        self._join()
        return status

    def kill(self):
        """SIGKILL, as a power cut would have it."""
        if self.process is not None:
            if self.process.poll() is None:
                self.process.kill()
            self.process.wait(10)
            self._join()

    def _join(self):
        for reader in self._readers:
            reader.join(5)

    def restart(self, healthy=True):
        return self.start(healthy)

    def stop(self):
        """Ends the server and removes its data."""
        try:
            if self.is_running():
                self.terminate()
        finally:
            self.kill()
            if self.own_data and not self.keep_data:
                shutil.rmtree(self.data, ignore_errors=True)

    def memory_bytes(self, field="VmRSS"):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            for line in status:
                if line.startswith(field + ":"):
                    return int(line.split()[1]) * 1024
        return 0

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def __enter__(self):
        return self.start()

    def __exit__(self, *unused):
        self.stop()


def run(*arguments, timeout=300, **options):
    """One run of the program that ends by itself."""
    return subprocess.run([binary(), *arguments], cwd=ROOT, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout, **options)


# ---------------------------------------------------------------------------- test cases


class Case(unittest.TestCase):
    """Assertions on answers."""

    maxDiff = 2000

    def assert_status(self, response, *expected):
        self.assertIn(response.status, expected, f"got {response!r}")

    def assert_outcome(self, response, status, code=None, has_place=False):
        """An error answer: an OperationOutcome that says what is wrong, and where in a body."""
        statuses = status if isinstance(status, (tuple, list)) else (status,)
        self.assertIn(response.status, statuses, f"got {response!r}")
        self.assertEqual((response["Content-Type"] or "").split(";")[0], FHIR_JSON, repr(response))
        outcome = response.json
        self.assertEqual(outcome.get("resourceType"), "OperationOutcome")
        self.assertTrue(outcome.get("issue"), "an OperationOutcome has issues")
        for issue in outcome["issue"]:
            self.assertIn(issue.get("severity"), ("fatal", "error", "warning", "information"))
            self.assertTrue(issue.get("code"))
            self.assertTrue(issue.get("diagnostics") or issue.get("details"), f"says nothing: {issue}")
        errors = [i for i in outcome["issue"] if i["severity"] in ("fatal", "error")]
        self.assertTrue(errors, f"a refusal has an error: {outcome}")
        if code is not None:
            codes = code if isinstance(code, (tuple, list)) else (code,)
            self.assertTrue(any(i["code"] in codes for i in errors), f"none of {codes}: {outcome}")
        if has_place:
            for issue in errors:
                self.assertTrue(place_of(issue), f"no place: {issue}")
        return errors


def place_of(issue):
    """(line, column) of an issue, from `location` or the official extensions; None when absent."""
    for text in issue.get("location", []):
        found = re.search(r"line\D*(\d+)\D+col\w*\D*(\d+)", text, re.IGNORECASE) or \
            re.search(r"(\d+)\s*[:,]\s*(\d+)", text)
        if found:
            return int(found.group(1)), int(found.group(2))
    line = column = None
    for extension in issue.get("extension", []):
        name = extension.get("url", "").rsplit("-", 1)[-1].rsplit("/", 1)[-1].lower()
        value = extension.get("valueInteger", extension.get("valuePositiveInt"))
        if name == "line":
            line = value
        if name in ("col", "column"):
            column = value
    return (line, column) if line is not None and column is not None else None


class ServerCase(Case):
    """One server for all tests of a class."""

    arguments = ()

    @classmethod
    def make_data_folder(cls):
        """For a server that finds something in its data: the folder, beside others in `cls.folder`."""
        cls.folder = tempfile.TemporaryDirectory(prefix="medisync-e2e-")
        cls.addClassCleanup(cls.folder.cleanup)
        data = os.path.join(cls.folder.name, "data")
        os.mkdir(data)
        return data

    @classmethod
    def setUpClass(cls):
        cls.server = Server(arguments=cls.arguments)
        cls.addClassCleanup(cls.server.stop)
        cls.server.start()

    def setUp(self):
        self.http = self.server.client()
        self.addCleanup(self.http.close)

    def tearDown(self):
        self.assertTrue(self.server.is_running(), f"the server died: {self.server.tail()}")

    def create(self, resource, **headers):
        response = self.http.post(resource["resourceType"], resource, **headers)
        self.assert_status(response, 201)
        return response.json

    def transaction(self, *parts, kind="transaction"):
        return self.http.post("", bundle(*parts, kind=kind))


class ResourcesCase(ServerCase):
    """The server holds `resources`, each under its id, before the first test."""

    resources = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.server.client() as http:
            made = http.post("", bundle(*(entry("PUT", f"{r['resourceType']}/{r['id']}", r) for r in cls.resources)))
            assert made.status == 200, made


class SearchCase(ResourcesCase):
    """Searches among resources that are there before the first test."""

    def found(self, path, *pairs):
        """The ids of the matches on the first page, sorted."""
        response = self.http.search(path, pairs)
        self.assert_status(response, 200)
        return " ".join(sorted(i.split("/")[1] for i in match_ids(response.json)))


def bundle(*parts, kind="transaction"):
    return {"resourceType": "Bundle", "type": kind, "entry": list(parts)}


def entry(method, url, resource=None, full_url=None, **request):
    part = {}
    if full_url:
        part["fullUrl"] = full_url
    if resource is not None:
        part["resource"] = resource
    part["request"] = {"method": method, "url": url, **request}
    return part


def patient(family="Example", **members):
    return {"resourceType": "Patient", "name": [{"family": family}], **members}


def socket_to(port, timeout=20):
    connection = socket.create_connection(("127.0.0.1", port), timeout=timeout)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def read_answer(connection, method="GET"):
    """One answer from a raw socket; None when the server closed without one."""
    answer = http.client.HTTPResponse(connection, method=method)
    try:
        answer.begin()
    except (http.client.BadStatusLine, ConnectionError):
        return None
    return Response(answer.status, answer.headers, answer.read())


def gunzip(data):
    return gzip.decompress(data)


class Parallel:
    """Threads whose failures reach the test."""

    def __init__(self, count, work):
        self.errors = []

        def guarded(index):
            try:
                work(index)
            except BaseException as error:  # reported by join()
                self.errors.append(error)

        self.threads = [threading.Thread(target=guarded, args=(i,), daemon=True) for i in range(count)]
        for thread in self.threads:
            thread.start()

    def join(self, seconds=120):
        deadline = time.monotonic() + seconds
        for thread in self.threads:
            thread.join(max(0.0, deadline - time.monotonic()))
            if thread.is_alive():
                raise AssertionError(f"a client has not finished after {seconds} s")
        if self.errors:
            raise self.errors[0]
