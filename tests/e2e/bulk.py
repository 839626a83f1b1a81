"""What the tests of bulk data share: kick off, wait, fetch, read."""
import json
import time

from support import REQUEST_SECONDS_MAX

KICK_OFF = {"Accept": "application/fhir+json", "Prefer": "respond-async"}
NDJSON = {"Accept": "application/fhir+ndjson"}


def below(server, url):
    assert url.startswith(server.base + "/"), url
    return url[len(server.base) + 1:]


def parameters(**values):
    """A Parameters resource: a str, or a list of them; of `patient` ids."""
    types = {"_since": "valueInstant", "_until": "valueInstant"}
    listed = []
    for name, given in values.items():
        for value in given if isinstance(given, list) else [given]:
            if name == "patient":
                listed.append({"name": name, "valueReference": {"reference": "Patient/" + value}})
            else:
                listed.append({"name": name, types.get(name, "valueString"): value})
    return {"resourceType": "Parameters", "parameter": listed}


def kick_off(http, path, body=None, **headers):
    return http.request("GET" if body is None else "POST", path, body, {**KICK_OFF, **headers})


def finished(http, url, seconds=REQUEST_SECONDS_MAX):
    """Polls, as the server says how often, until there is an answer."""
    deadline = time.monotonic() + seconds
    pause = 0.06
    while True:
        response = http.request("GET", url, None, {"Accept": "application/json"})
        if response.status not in (202, 429):
            return response
        assert response["Retry-After"], response
        assert time.monotonic() < deadline, "no end in time"
        time.sleep(pause)
        pause = min(1, pause * 1.5)


def lines_of(http, url):
    response = http.request("GET", url, None, NDJSON)
    assert response.status == 200, response
    assert response["Content-Type"].startswith("application/fhir+ndjson"), response.headers
    assert response.body == b"" or response.body.endswith(b"\n")
    return [json.loads(line) for line in response.body.splitlines()]


class Export:
    """One export from kick-off to its files."""

    def __init__(self, http, path="$export", body=None, **headers):
        self.http = http
        response = kick_off(http, path, body, **headers)
        assert response.status == 202, response
        self.url = response["Content-Location"]
        self.answer = finished(http, self.url)
        assert self.answer.status == 200, self.answer
        self.manifest = self.answer.json

    def lines(self, key="output", kind=None):
        found = []
        for file in self.manifest[key]:
            if kind is not None and file["type"] != kind:
                continue
            lines = lines_of(self.http, file["url"])
            assert len(lines) == file["count"], file
            assert all(line["resourceType"] == file["type"] for line in lines), file
            found += lines
        return found

    def ids(self):
        """`Type/id` of all that was exported; none comes twice."""
        found = [f"{line['resourceType']}/{line['id']}" for line in self.lines()]
        assert len(found) == len(set(found)), "a resource was exported twice"
        return set(found)

    def deleted(self):
        return {entry["request"]["url"] for bundle in self.lines("deleted") for entry in bundle["entry"]}
