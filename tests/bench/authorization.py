#!/usr/bin/env python3
"""Measures what authorization costs a read, in one run with and without it.

usage: tests/bench/authorization.py [--build DIR] [--seconds S] [--rounds N]

Two servers over the same demo families, one under --auth none, one under --auth smart. The same reads go
to both in turns: with the token of a backend service that reads everything, with that of a physician, and
with that of an app that reads one patient's record. Compared is the CPU that a read takes (goal: 1.10 of
the read without authorization at most). Prints a JSON line for each token.
"""
import argparse
import json
import os
import statistics
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "bench"))
sys.path.insert(0, os.path.join(ROOT, "tests", "e2e"))
import run  # noqa: E402
import smart  # noqa: E402
from support import Server, entries  # noqa: E402

PATIENT = "demo-testwell-ada"
GOAL = 1.10


def authorized_server(bench, data):
    """A server under --auth smart over the data, with a token of each kind: {name: token}."""
    server = Server(data=data, keep_data=True, auth="smart",
                    arguments=["--access-log", "off", "--client-rate-limit", "0", "--rate-limit", "0"])
    os.makedirs(data, exist_ok=True)
    server.start()
    key = smart.Key("ES384", "es384")
    jwks = os.path.join(data, "jwks.json")
    with open(jwks, "w", encoding="utf-8") as file:
        json.dump({"keys": [key.jwk()]}, file)
    smart.auth(server, "user", "add", "ada", "--role", "physician", "--fhir-user", "Practitioner/demo-clinic-doctor",
               secret=smart.PASSWORDS["ada"])
    smart.auth(server, "client", "add", "app", "--redirect-uri", smart.REDIRECT)
    smart.auth(server, "client", "add", "backend", "--kind", "asymmetric", "--backend", "--jwks", jwks,
               "--scope", "system/*.cruds")
    backend = smart.App(server, "backend", key=key)
    load_families(smart.Bearer(server, backend.backend_token().json["access_token"]))
    app = smart.App(server)
    return server, {
        "a backend's, of everything": backend.backend_token("system/*.rs").json["access_token"],
        "a physician's, of everything": app.launch("user/*.rs")["access_token"],
        "an app's, of one patient": app.launch("launch/patient patient/*.rs", patient=PATIENT)["access_token"],
    }


def cpu_seconds(pid):
    """To the nanosecond: by ticks, as run.py counts, a turn of a second is off by some hundredths. What threads
    used that have ended is not in it; those that answer reads stay."""
    used = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/schedstat", encoding="ascii") as stat:
            used += int(stat.read().split()[0])
    return used / 1e9


def load_families(http):
    folder = os.path.join(ROOT, "test-data", "demo")
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            done = http.post("", json.load(file))
        if done.status != 200:
            sys.exit(f"authorization.py: {name} was refused: {done.status}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--seconds", type=float, default=0.5, help="of one turn")
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--connections", type=int, default=8)
    options = parser.parse_args()
    options.server = []
    bench = run.Bench(options)
    run.cpu_seconds = cpu_seconds
    guarded = None
    try:
        bench.start()
        with bench.server.client() as http:
            load_families(http)
            record = entries(http.get(f"Patient/{PATIENT}/$everything?_count=200").json)
        paths = [("GET", f"/fhir/{e['resource']['resourceType']}/{e['resource']['id']}", b"") for e in record
                 if e["resource"]["resourceType"] not in ("Group", "Practitioner", "Organization", "Location")]
        guarded, tokens = authorized_server(bench, os.path.join(bench.folder, "guarded"))

        def cost(server, header=None):
            figures = bench.load(server.port, paths, seconds=options.seconds, process=server.process, header=header)
            if figures["errors"]:
                sys.exit(f"authorization.py: {figures['errors']} reads failed")
            return figures["cpu_us"]

        for name, token in tokens.items():
            pairs = [(cost(bench.server), cost(guarded, f"Authorization: Bearer {token}")) for _ in range(options.rounds)]
            ratio = statistics.median(with_it / without for without, with_it in pairs)
            print(json.dumps({"token": name, "reads": len(paths), "cpu_us_without": statistics.median(a for a, _ in pairs),
                              "cpu_us": statistics.median(b for _, b in pairs), "ratio": round(ratio, 3), "goal": GOAL}), flush=True)
    finally:
        smart.Connection.close_all()
        for server in (bench.server, guarded):
            if server:
                server.stop()
        run.shutil.rmtree(bench.folder, ignore_errors=True)


if __name__ == "__main__":
    main()
