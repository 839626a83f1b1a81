#!/usr/bin/env python3
"""A day of a FHIR server: an import, searches of all kinds, and stories of create, read, update and delete.

usage: tests/bench/workload.py [--build DIR] [--patients N] [--seconds S] [--server FLAG...]

Builds nothing: DIR (build/release) holds medisync and the bench_ tools. Starts the server with the
durability and the validation it has by default, imports invented patients (invented.py) by 20 clients
as transactions, restarts it, searches with 30 clients and random values, imports again while 10 clients
search, then lets 30 clients create nine linked resources each, read, update and delete them in reverse.
Before and after each part a bare Beast server answers a fixed body to as many clients: `of hello` is the
ratio to that limit. Prints a table, the goals, and a JSON line for each row. Exit status 1 when a request failed.
"""
import argparse
import json
import os
import random
import re
import subprocess
import sys
import threading

import invented
import run
from invented import LOINC, SCT

CLIENTS = {"import": 20, "search": 30, "crud": 30, "readers": 10}
STORIES = 400
SEARCHES = 4000


def crud_stories():
    """Records of the load client: nine resources that refer to each other, by ids the server gives."""
    rng = random.Random("crud")
    made = [
        ("Organization", '{"resourceType":"Organization","active":true,"name":"Story clinic"}'),
        ("Practitioner", '{"resourceType":"Practitioner","name":[{"family":"Story","given":["Ada"]}]}'),
        ("Patient", None),
        ("Encounter", f'{{"resourceType":"Encounter","status":"finished","class":{{"system":"{invented.HL7}v3-ActCode","code":"AMB"}},'
                      '"subject":{"reference":"Patient/{{2}}"},"participant":[{"individual":{"reference":"Practitioner/{{1}}"}}],'
                      '"period":{"start":"2024-03-01T09:00:00Z","end":"2024-03-01T09:20:00Z"},"serviceProvider":{"reference":"Organization/{{0}}"}}'),
        ("Condition", f'{{"resourceType":"Condition","clinicalStatus":{{"coding":[{{"system":"{invented.HL7}condition-clinical","code":"active"}}]}},'
                      f'"code":{invented.concept(SCT, *invented.PROBLEMS[3])},'
                      '"subject":{"reference":"Patient/{{2}}"},"encounter":{"reference":"Encounter/{{3}}"},"onsetDateTime":"2024-03-01"}'),
        ("Observation", invented.observation(invented.MEASURES[0], 171.5, "Patient/{{2}}", "Encounter/{{3}}", "2024-03-01T09:05:00Z")),
        ("Procedure", f'{{"resourceType":"Procedure","status":"completed","code":{invented.concept(SCT, *invented.ACTS[3])},'
                      '"subject":{"reference":"Patient/{{2}}"},"encounter":{"reference":"Encounter/{{3}}"},"performedDateTime":"2024-03-01",'
                      '"reasonReference":[{"reference":"Condition/{{4}}"}]}'),
        ("MedicationRequest", '{"resourceType":"MedicationRequest","status":"active","intent":"order","medicationCodeableConcept":'
                              f'{invented.concept(SCT, *invented.DRUGS[3])},'
                              '"subject":{"reference":"Patient/{{2}}"},"encounter":{"reference":"Encounter/{{3}}"},"authoredOn":"2024-03-01",'
                              '"requester":{"reference":"Practitioner/{{1}}"}}'),
        ("DiagnosticReport", f'{{"resourceType":"DiagnosticReport","status":"final","code":{invented.concept(LOINC, "58410-2", "Panel")},'
                             '"subject":{"reference":"Patient/{{2}}"},"encounter":{"reference":"Encounter/{{3}}"},'
                             '"issued":"2024-03-01T09:20:00Z","result":[{"reference":"Observation/{{5}}"}]}'),
    ]
    for story in range(STORIES):
        bodies = [text or invented.patient_resource(rng, 5_000_000 + story) for _, text in made]
        types = [name for name, _ in made]
        yield from ((at > 0, "create", "POST", f"/fhir/{types[at]}", bodies[at]) for at in range(9))
        yield from ((True, "read", "GET", f"/fhir/{types[at]}/{{{{{at}}}}}", "") for at in range(9))
        for at, text in enumerate(bodies):
            changed = text[:-1] + ',"language":"en"}'
            changed = changed.replace(f'"resourceType":"{types[at]}"', f'"resourceType":"{types[at]}","id":"{{{{{at}}}}}"', 1)
            yield True, "update", "PUT", f"/fhir/{types[at]}/{{{{{at}}}}}", changed
        yield from ((True, "delete", "DELETE", f"/fhir/{types[at]}/{{{{{at}}}}}", "") for at in reversed(range(9)))


def searches(patients, ids):
    """Random searches, (category, target): values of the patients with these numbers, ids of some of them."""
    rng = random.Random("searches")

    def code():
        return f"{LOINC}%7C{rng.choice(invented.MEASURES)[0]}"

    def day():
        return f"{rng.randint(2016, 2023)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"

    def number():
        measure = rng.choice(invented.MEASURES)
        return measure, round(rng.uniform(measure[3], measure[4]), 1)

    def quantity():
        measure, value = number()
        return f"Observation?code={LOINC}%7C{measure[0]}&value-quantity={rng.choice(('gt', 'le', 'lt', 'ge'))}{value}%7C%7C{measure[2].replace('%', '%25')}"

    def composite():
        measure, value = number()
        return f"Observation?code-value-quantity={LOINC}%7C{measure[0]}$gt{value}"

    def identifier():
        return f"{invented.MRN}%7C{invented.mrn(rng.randrange(patients))}"

    def problem():
        return f"{SCT}%7C{rng.choice(invented.PROBLEMS)[0]}"

    kinds = {
        "identifier": lambda: f"Patient?identifier={identifier()}",
        "token": lambda: f"Observation?code={code()}",
        "token of two": lambda: f"Condition?code={problem()},{problem()}",
        "string": lambda: f"Patient?family={invented.family(rng)[:rng.randint(3, 7)]}",
        "string:exact": lambda: f"Patient?family:exact={invented.family(rng)}",
        "string:contains": lambda: f"Patient?family:contains={rng.choice(invented.ENDINGS)}",
        "date": lambda: f"Encounter?date={rng.choice(('eq', 'gt', 'le', 'ge', 'sa', 'eb', 'ap'))}{day()}",
        "date range": lambda: f"Patient?birthdate=ge{rng.randint(1940, 2000)}&birthdate=lt{rng.randint(2001, 2019)}&gender=female",
        "quantity": quantity,
        "composite": composite,
        "reference": lambda: f"Observation?patient={rng.choice(ids)}",
        "reference+token": lambda: f"Observation?patient={rng.choice(ids)}&code={code()}",
        "token:not": lambda: f"Condition?patient={rng.choice(ids)}&clinical-status:not=resolved",
        "token:text": lambda: f"Condition?code:text=Invented%20problem%20{rng.randrange(150)}",
        ":missing": lambda: f"Condition?code={problem()}&abatement-date:missing=true",
        "chain": lambda: f"Condition?subject:Patient.identifier={identifier()}",
        "chain by name": lambda: f"Encounter?patient.family={invented.family(rng)}&date=ge{day()}",
        "_has": lambda: f"Patient?_has:Condition:patient:code={problem()}",
        "_include": lambda: f"Encounter?patient={rng.choice(ids)}&_include=Encounter:patient&_include=Encounter:service-provider",
        "_revinclude": lambda: f"Patient?identifier={identifier()}&_revinclude=Condition:patient&_revinclude=Encounter:patient",
        "_sort": lambda: f"Observation?patient={rng.choice(ids)}&_sort=-date",
        "_sort of all": lambda: f"Patient?_sort={rng.choice(('family', '-birthdate', '_lastUpdated'))}",
        "_summary=count": lambda: f"Procedure?code={SCT}%7C{rng.choice(invented.ACTS)[0]}&_summary=count",
    }
    names = list(kinds)
    for at in range(SEARCHES):
        name = names[at % len(names)]
        yield name, "/fhir/" + kinds[name]() + "&_count=20"


class Workload(run.Bench):
    def start(self, keep=False):
        from support import Server
        if self.server is None or not keep:
            os.environ["MEDISYNC_BINARY"] = self.tool("medisync")
            self.server = Server(data=os.path.join(self.folder, "data"), arguments=["--access-log", "off"] + self.options.server)
            os.makedirs(self.server.data, exist_ok=True)
        self.server.start()

    def write_records(self, records):
        """`records`: (goes on, category, method, target, body text or bytes)"""
        self.number += 1
        path = os.path.join(self.folder, f"records-{self.number}")
        with open(path, "wb") as out:
            for goes_on, category, method, target, body in records:
                body = body if isinstance(body, bytes) else body.encode()
                out.write(f"{'+' if goes_on else ''}@{category.replace(' ', '_')} {method} {target} {len(body)}\n".encode())
                out.write(body + b"\n")
        return path

    def send(self, path, connections, seconds=None):
        command = [self.tool("bench_load_client"), "--port", str(self.server.port), "--requests", path, "--connections", str(connections)]
        if seconds:
            command += ["--seconds", str(seconds), "--warm-up", "0.5"]
        before = run.cpu_seconds(self.server.process.pid)
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=3600, check=False)
        if not done.stdout:
            sys.exit(f"workload.py: the load client failed: {done.stderr.decode()[:3000]}")
        if done.returncode:
            print(done.stderr.decode()[:3000], file=sys.stderr)
        figures = json.loads(done.stdout)
        figures["cpu_us"] = round((run.cpu_seconds(self.server.process.pid) - before) / max(1, figures["sent"]) * 1e6, 1)
        return figures

    def hello(self, connections, size):
        self.start_hello(size)
        rate = max(self.load(port, [("GET", "/fhir/hello", b"")], connections=connections, seconds=1, process=process)["rate"]
                   for _, process, port in self.hellos)
        self.stop_hello()
        return rate

    def measure(self, name, connections, size, work, units=1.0):
        """Runs `work` between two looks at the limit; `units` of a request: resources of an import."""
        before = self.hello(connections, size)
        figures = work()
        limit = (before + self.hello(connections, size)) / 2
        rate = figures["rate"] * units
        self.record(name, connections=connections, units=round(rate, 1), of_hello=round(rate / limit, 4), limit=limit, **figures)
        return figures

    def peak_megabytes(self):
        with open(f"/proc/{self.server.process.pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmHWM:\s+(\d+)", status.read()).group(1)) >> 10

    def bundles(self, numbers):
        self.resources = 0
        for number in numbers:
            body, count = invented.patient_bundle(number)
            self.resources += count
            yield False, "import", "POST", "/fhir", body

    def import_patients(self, name, numbers, readers=None):
        """Transactions of patients; with `readers` while so many clients send their searches."""
        path = self.write_records(self.bundles(numbers))
        resources = self.resources
        units = resources / len(numbers)
        beside = {}

        def work():
            done = []
            importing = threading.Thread(target=lambda: done.append(self.send(path, CLIENTS["import"])))
            importing.start()
            while readers and importing.is_alive():
                beside.update(self.send(readers, CLIENTS["readers"], seconds=2))
            importing.join()
            return done[0]
        figures = self.measure(name, CLIENTS["import"], 400, work, units)
        os.unlink(path)
        if beside:
            self.record("… the searches beside it", connections=CLIENTS["readers"], units=beside["rate"], **beside)
        return figures, resources

    def run(self):
        options = self.options
        self.start()
        with self.server.client() as http:
            body, clinic = invented.clinic()
            answer = http.request("POST", "", body, {"Content-Type": "application/fhir+json"})
            if answer.status != 200:
                sys.exit(f"workload.py: the clinic was refused: {answer.body[:2000]}")
        run.say(f"importing {options.patients} patients")
        self.import_patients("import, resources/s", range(options.patients))
        resources = self.resources + clinic
        peak = self.peak_megabytes()
        self.server.stop()
        size = os.path.getsize(os.path.join(self.server.data, "medisync.db"))
        self.start(keep=True)
        with self.server.client() as http:
            ids = [e["resource"]["id"] for e in http.get("Patient?_count=200").json["entry"]]
        mix = self.write_records((False, name, "GET", target, "") for name, target in searches(options.patients, ids))
        run.say("searching")
        self.measure("search mix", CLIENTS["search"], 9000, lambda: self.send(mix, CLIENTS["search"], options.seconds))
        run.say("stories of create, read, update, delete")
        stories = self.write_records(crud_stories())
        self.measure("CRUD", CLIENTS["crud"], 700, lambda: self.send(stories, CLIENTS["crud"], options.seconds))
        run.say("importing while others search")
        more = range(options.patients, options.patients + max(20, options.patients // 2))
        self.import_patients("import beside 10 readers, resources/s", more, mix)
        self.report(size / resources * 1e6, max(peak, self.peak_megabytes()))
        self.server.stop()
        return any(row.get("errors") for row in self.rows)

    def report(self, bytes_per_million, peak):
        print(f"\n{'':38}{'per second':>11}{'of hello':>10}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'CPU us':>9}{'errors':>8}")
        for row in self.rows:
            ratio = f"{row['of_hello']:.1%}" if "of_hello" in row else ""
            print(f"{row['row']:38}{row['units']:>11.0f}{ratio:>10}{row['p50_ms']:>9.2f}{row['p95_ms']:>9.2f}{row['p99_ms']:>9.2f}"
                  f"{row['cpu_us']:>9.0f}{row['errors']:>8}")
            for name, part in sorted(row.get("categories", {}).items()):
                ratio = f"{part['rate'] / row['limit']:.1%}" if "limit" in row else ""
                print(f"    {name:34}{part['rate']:>11.0f}{ratio:>10}{part['p50_ms']:>9.2f}{part['p95_ms']:>9.2f}{part['p99_ms']:>9.2f}")
        print(f"database: {bytes_per_million / 1e9:.2f} GB for a million resources; peak memory: {peak} MB\n\nGoals, on two cores of their own")
        rows = {row["row"]: row for row in self.rows}
        imported, beside = rows["import, resources/s"]["units"], rows["import beside 10 readers, resources/s"]["units"]
        for name, value, bound, is_least in (
                ("CRUD, requests/s", rows["CRUD"]["units"], 6500, True), ("search mix, requests/s", rows["search mix"]["units"], 5900, True),
                ("search mix, p99 ms", rows["search mix"]["p99_ms"], 13, False), ("import, resources/s", imported, 5000, True),
                ("import beside 10 readers, resources/s", beside, 2700, True),
                ("GB for a million resources", bytes_per_million / 1e9, 2.1, False), ("errors", sum(r["errors"] for r in self.rows), 0, False)):
            met = value >= bound if is_least else value <= bound
            print(f"{name:38}{value:>11.2f}  {'>=' if is_least else '<='} {bound:<8}{'met' if met else 'MISSED'}")
        print()
        for row in self.rows:
            print(json.dumps(row))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.path.join(run.ROOT, "build", "release"), help="folder of the release build")
    parser.add_argument("--patients", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=10, help="length of the search mix and of the stories")
    parser.add_argument("--server", nargs=argparse.REMAINDER, default=[], help="flags for medisync serve; the last option here")
    bench = Workload(parser.parse_args())
    try:
        sys.exit(bench.run())
    finally:
        bench.close()


if __name__ == "__main__":
    main()
