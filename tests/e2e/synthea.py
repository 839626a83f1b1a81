"""Synthea's bundles: unpacked, posted, and known independently of the server.

A Dataset keeps every resource as the bundles have it, with references resolved by its own rules, and
answers searches by walking them: what the server must find too.
"""
import collections
import datetime
import json
import os
import shutil
import subprocess
import tarfile
import threading
import unicodedata

from support import Members, Parallel, SHARED

ARCHIVES = os.path.join(SHARED, "data", "synthea") if SHARED else ""


def unpack(archive, wanted=lambda name: True):
    """Yields (name, bytes) of the JSON files in ARCHIVES/archive.tar.zst."""
    if shutil.which("zstd") is None:
        raise AssertionError("zstd is missing: scripts/setup installs it")
    path = os.path.join(ARCHIVES, archive + ".tar.zst")
    with subprocess.Popen(["zstd", "-dcq", path], stdout=subprocess.PIPE) as process:
        with tarfile.open(fileobj=process.stdout, mode="r|") as tar:
            for member in tar:
                if member.isfile() and member.name.endswith(".json") and wanted(member.name):
                    yield member.name, tar.extractfile(member).read()
        process.stdout.read()
    if process.returncode != 0:
        raise AssertionError(f"zstd ended with {process.returncode}")


def listed_refusals(archive):
    """{file name: issue code} of the bundles that break R4."""
    found = {}
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "synthea_refused.txt"), encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                which, name, code, _ = [part.strip() for part in line.split(" | ", 3)]
                if which == archive:
                    found[name] = code
    return found


def is_information(name):
    """The batches of hospitals and practitioners that patients refer to; hospitals sort first."""
    return "Information" in os.path.basename(name)


def resolved(tree, links):
    """An exact() tree with its references replaced; narratives stay."""
    if isinstance(tree, Members):
        return Members((name, links.get(value, value) if name == "reference" and isinstance(value, str)
                        else value if name == "div" else resolved(value, links)) for name, value in tree)
    if type(tree) is list:
        return [resolved(item, links) for item in tree]
    return tree


class Dataset:
    def __init__(self, server):
        self.server = server
        self.by_type = collections.defaultdict(dict)  # type -> {Type/id: resource with its references resolved}
        self.sent = {}  # Type/id -> (bundle as it was posted, index of the entry, {fullUrl: Type/id})
        self.by_identifier = {}
        self.refused = []
        self.bytes = 0
        self.entries = 0
        self.lock = threading.Lock()

    def load(self, files, clients=4):
        """Posts batches of `0-…Information` first, then the rest from several clients."""
        waiting = collections.deque(files)

        def post_all(names):
            def work(_):
                with self.server.client() as http:
                    while True:
                        try:
                            name, body = names.popleft()
                        except IndexError:
                            return
                        self.post(http, name, body)
            return work

        first = sorted(f for f in waiting if is_information(f[0]))
        Parallel(1, post_all(collections.deque(first))).join(600)
        rest = collections.deque(f for f in waiting if not is_information(f[0]))
        Parallel(clients, post_all(rest)).join(3600)

    def post(self, http, name, body):
        response = http.post("", body)
        if response.status != 200:
            self.refused.append((name, response, body))
            return
        bundle = json.loads(body)
        answers = response.json["entry"]
        assert len(answers) == len(bundle["entry"]), f"{name}: an answer for each entry"
        links, placed = {}, []
        for index, (entry, answer) in enumerate(zip(bundle["entry"], answers)):
            status = answer["response"]["status"][:3]
            if status not in ("200", "201"):
                self.refused.append((name, json.dumps(answer["response"])[:600], None))
                continue
            path = "/".join(answer["response"]["location"].split("/_history/")[0].split("/")[-2:])
            assert path.startswith(entry["resource"]["resourceType"] + "/"), (name, path)
            links[entry["fullUrl"]] = path
            placed.append((entry, path, status, index))
        with self.lock:
            self.bytes += len(body)
            self.entries += len(placed)
            for entry, path, status, index in placed:
                self.add(entry, path, status, (body, index, links))

    def add(self, entry, path, status, sent):
        resource = entry["resource"]
        kind = resource["resourceType"]
        condition = entry["request"].get("ifNoneExist")
        if status == "200":
            assert condition and path in self.by_type[kind], f"{path} was not created before"
            return
        assert path not in self.by_type[kind], f"{path} was given twice"
        self.resolve(resource, sent[2])
        self.by_type[kind][path] = resource
        self.sent[path] = sent
        for identifier in listed(resource.get("identifier")):
            # The first: had there been several, a reference by it would have been refused.
            self.by_identifier.setdefault((kind, identifier.get("system"), identifier.get("value")), path)

    def resolve(self, tree, links):
        if isinstance(tree, dict):
            reference = tree.get("reference")
            if isinstance(reference, str):
                tree["reference"] = self.target(reference, links)
            for value in tree.values():
                self.resolve(value, links)
        elif isinstance(tree, list):
            for value in tree:
                self.resolve(value, links)

    def target(self, reference, links):
        if reference in links:
            return links[reference]
        if "?identifier=" in reference:
            kind, _, token = reference.partition("?identifier=")
            system, _, value = token.rpartition("|")
            return self.by_identifier[(kind, system, value)]
        return reference

    def find(self, kind, *tests):
        """`Type/id` of the resources that pass all tests."""
        return {path for path, r in self.by_type[kind].items() if all(test(r) for test in tests)}


# ---------------------------------------------------------------------------- what a search means


def listed(value):
    return value if isinstance(value, list) else [] if value is None else [value]


def at(resource, path):
    """All values under a dotted path, through lists."""
    found = [resource]
    for name in path.split("."):
        found = [v for one in found if isinstance(one, dict) for v in listed(one.get(name))]
    return found


def token(path, *wanted):
    """wanted: `system|code` or `code`; any of them."""
    def test(resource):
        for value in at(resource, path):
            if isinstance(value, bool):
                pairs = [("", str(value).lower())]
            elif isinstance(value, str):
                pairs = [(None, value)]
            elif "coding" in value or "text" in value and "value" not in value and "system" not in value:
                pairs = [(c.get("system", ""), c.get("code")) for c in value.get("coding", [])]
            elif "value" in value:
                pairs = [(value.get("system", ""), value["value"])]
            else:
                pairs = [(value.get("system", ""), value.get("code"))]
            for one in wanted:
                system, bar, code = one.rpartition("|")
                if any(c == code and (not bar or s is None or s == system) for s, c in pairs):
                    return True
        return False
    return test


def refers(path, *targets):
    return lambda resource: any(r.get("reference") in targets for r in at(resource, path))


def fold(text):
    return "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if not unicodedata.combining(c))


def starts(paths, prefix):
    prefix = fold(prefix)
    return lambda resource: any(fold(v).startswith(prefix) for path in paths for v in at(resource, path)
                                if isinstance(v, str))


UTC = datetime.timezone.utc


def span(text):
    """[low, high) of a date, dateTime or instant; without a zone it is UTC."""
    if len(text) == 4:
        year = int(text)
        return datetime.datetime(year, 1, 1, tzinfo=UTC), datetime.datetime(year + 1, 1, 1, tzinfo=UTC)
    if len(text) == 7:
        year, month = int(text[:4]), int(text[5:])
        low = datetime.datetime(year, month, 1, tzinfo=UTC)
        return low, datetime.datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    if len(text) == 10:
        low = datetime.datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
        return low, low + datetime.timedelta(days=1)
    moment, zone = (text[:-1], UTC) if text.endswith("Z") else (text, UTC)
    if moment[-6] in "+-" and moment[-3] == ":":
        sign = -1 if moment[-6] == "-" else 1
        zone = datetime.timezone(sign * datetime.timedelta(hours=int(moment[-5:-3]), minutes=int(moment[-2:])))
        moment = moment[:-6]
    whole, _, fraction = moment.partition(".")
    low = datetime.datetime.strptime(whole, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=zone)
    if fraction:
        low += datetime.timedelta(milliseconds=int((fraction + "000")[:3]))
    return low, low + datetime.timedelta(milliseconds=1 if fraction else 1000)


FIRST, LAST = datetime.datetime(1, 1, 1, tzinfo=UTC), datetime.datetime(9999, 12, 31, tzinfo=UTC)


def dated(paths, *conditions):
    """conditions: like ge2015-01-01; each has to hold for one of the dates, not all for the same."""
    def spans(resource):
        for path in paths:
            for value in at(resource, path):
                if isinstance(value, str):
                    yield span(value)
                elif isinstance(value, dict):  # a Period
                    yield (span(value["start"])[0] if "start" in value else FIRST,
                           span(value["end"])[1] if "end" in value else LAST)

    def holds(condition, low, high):
        prefix, text = (condition[:2], condition[2:]) if condition[:2].isalpha() else ("eq", condition)
        from_, to = span(text)
        inside = from_ <= low and high <= to
        return {"eq": inside, "ne": not inside, "gt": high > to, "lt": low < from_, "ge": inside or high > to,
                "le": inside or low < from_, "sa": low >= to, "eb": high <= from_}[prefix]

    return lambda resource: all(any(holds(c, *s) for s in spans(resource)) for c in conditions)


def quantity(path, compare, number, unit=None):
    def test(resource):
        for value in at(resource, path):
            if unit is None or unit in (value.get("code"), value.get("unit")):
                amount = value.get("value")
                if amount is not None and {"gt": amount > number, "ge": amount >= number, "lt": amount < number,
                                           "le": amount <= number}[compare]:
                    return True
        return False
    return test


