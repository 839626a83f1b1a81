#!/usr/bin/env python3
"""Measures the server beside the limits of this machine, in one run.

usage: tests/bench/run.py [--build DIR] [--patients N] [--seconds S] [--connections N] [--server FLAG...]

Builds nothing: DIR (build/release) holds medisync and the bench_ tools. Starts the server on a
temporary data folder with the durability it has by default, imports N patients as transactions
(Synthea's from MEDISYNC_SHARED, else the demo families, again and again under fresh names), measures
at 10 patients and at N. The limits are a bare Beast server that answers a fixed body, plain SQLite
inserts of the same bodies, and RapidJSON on the same bytes. Prints a table, a JSON line for each row,
and the goals. Times depend on the machine; the ratios are what counts. Exit status 0 whatever they are.
"""
import argparse
import json
import os
import random
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "e2e"))

SMALL = 10  # patients, for what must not grow
LOINC = "http://loinc.org"
CODES = ["8302-2", "29463-7", "39156-5", "72514-3", "2339-0", "85354-9", "8867-4", "9279-1"]
ROUNDS = 5
TICKS = os.sysconf("SC_CLK_TCK")


def say(text):
    print(f"== {text}", file=sys.stderr, flush=True)


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


class Bench:
    def __init__(self, options):
        self.options = options
        self.folder = tempfile.mkdtemp(prefix="medisync-bench-")
        self.rows = []
        self.server = None
        self.hellos = []
        self.number = 0

    def tool(self, name):
        for folder in (self.options.build, os.path.join(self.options.build, "tests")):
            path = os.path.join(os.path.abspath(folder), name)
            if os.access(path, os.X_OK):
                return path
        sys.exit(f"run.py: no {name} in {self.options.build}; scripts/bench builds it")

    def record(self, name, **figures):
        row = {"row": name, **figures}
        self.rows.append(row)
        return row

    def write_requests(self, requests):
        """`requests`: (method, target, body bytes)"""
        self.number += 1
        path = os.path.join(self.folder, f"requests-{self.number}")
        with open(path, "wb") as out:
            for method, target, body in requests:
                out.write(b"%s %s %d\n" % (method.encode(), target.encode(), len(body)))
                out.write(body + b"\n")
        return path

    def load(self, port, requests, connections=None, seconds=None, process=None, once=False, header=None):
        """Runs the load client; adds the CPU that `process` used for each request."""
        path = self.write_requests(requests)
        command = [self.tool("bench_load_client"), "--port", str(port), "--requests", path,
                   "--connections", str(connections or self.options.connections)]
        if not once:
            command += ["--seconds", str(seconds or self.options.seconds), "--warm-up", "0.3"]
        if header:
            command += ["--header", header]
        before = cpu_seconds(process.pid) if process else 0
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=900, check=False)
        if done.returncode != 0:
            sys.exit(f"run.py: the load client failed: {done.stderr.decode()[:3000]} {done.stdout.decode()}")
        os.unlink(path)
        figures = json.loads(done.stdout)
        if process:
            figures["cpu_us"] = round((cpu_seconds(process.pid) - before) / figures["sent"] * 1e6, 1)
        return figures

    # ------------------------------------------------------------------ the limits

    def start_hello(self, size):
        """Bare servers of one thread and of two; the better one is the limit."""
        self.hellos = []
        for threads in (1, 2):
            process = subprocess.Popen([self.tool("bench_hello_server"), "--threads", str(threads),
                                        "--bytes", str(size)], stdout=subprocess.PIPE)
            self.hellos.append((threads, process, int(process.stdout.readline())))

    def stop_hello(self):
        for _, process, _ in self.hellos:
            process.terminate()
            process.wait(10)
            process.stdout.close()
        self.hellos = []

    def raw_inserts(self, bodies_file, batch, index_rows=0, rows=0, name="raw"):
        command = [self.tool("bench_raw_sqlite"), "--batch", str(batch), "--index-rows", str(index_rows),
                   "--durability", "full", "--db", os.path.join(self.folder, "raw.db")]
        if rows:
            command += ["--rows", str(rows)]
        runs = [json.loads(subprocess.run(command + [bodies_file], stdout=subprocess.PIPE, check=True,
                                          timeout=600).stdout) for _ in range(3)]
        figures = max(runs, key=lambda r: r["rows_per_second"])  # a limit: the best of three
        return self.record(name, requests=figures["rows"], rate=figures["rows_per_second"], batch=batch,
                           index_rows=index_rows)

    # ------------------------------------------------------------------ the data

    def bundles(self):
        """Transactions of single families or patients: (text, patients, entries)."""
        found = []
        shared = os.environ.get("MEDISYNC_SHARED", "")
        if shared and shutil.which("zstd"):
            import synthea
            self.source = "Synthea 2.4, 50 patients"
            texts = [body for name, body in synthea.unpack("patients-100") if "smart-50" in name]
        else:
            self.source = "the demo families"
            say("MEDISYNC_SHARED is not set: the demo families are used instead of Synthea's patients")
            folder = os.path.join(ROOT, "test-data", "demo")
            texts = []
            for name in sorted(os.listdir(folder)):
                with open(os.path.join(folder, name), "rb") as file:
                    texts.append(file.read())
        for text in texts:
            bundle = json.loads(text)
            compact = json.dumps(bundle, ensure_ascii=False, separators=(",", ":"))
            patients = sum(e["resource"]["resourceType"] == "Patient" for e in bundle["entry"])
            found.append((compact, patients, len(bundle["entry"])))
        return found

    def copies(self, bundles, patients):
        """Bundles until there are so many patients, each copy with names and ids of its own."""
        total = copy = 0
        while total < patients:
            copy += 1
            for text, count, entries in bundles:
                fresh = re.sub(r'"family":"([^"]*)"', rf'"family":"\g<1>x{copy}"', text)
                fresh = fresh.replace("demo-", f"demo{copy}-")
                yield fresh.encode("utf-8"), entries, count
                total += count
                if total >= patients:
                    return

    # ------------------------------------------------------------------ the server

    def start(self):
        from support import Server
        os.environ["MEDISYNC_BINARY"] = self.tool("medisync")
        self.server = Server(data=os.path.join(self.folder, "data"), arguments=["--access-log", "off"] + self.options.server)
        os.makedirs(self.server.data, exist_ok=True)
        self.server.start()
        say(f"the server answers {self.server.start_seconds * 1000:.0f} ms after its start, "
            f"{self.server.memory_bytes() >> 20} MB resident")

    def import_bundles(self, bundles, name, connections=4):
        resources = sum(entries for _, entries, _ in bundles)
        figures = self.load(self.server.port, [("POST", "/fhir", body) for body, _, _ in bundles],
                            connections=connections, process=self.server.process, once=True)
        size = sum(len(body) for body, _, _ in bundles)
        return self.record(name, transactions=figures["requests"], requests=resources,
                           patients=sum(p for _, _, p in bundles),
                           rate=round(resources / figures["seconds"], 1), p50_ms=figures["p50_ms"],
                           p99_ms=figures["p99_ms"], connections=connections,
                           cpu_us=round(figures["cpu_us"] * figures["sent"] / resources, 1),
                           mb_s=round(size / figures["seconds"] / 1e6, 1))

    def sample(self, http):
        """The patients that the reads and searches go round: at any size those of the same stories."""
        patients = []
        for page in http.pages("Patient", {"_count": "200"}):
            patients += [e["resource"] for e in page.json.get("entry", [])]
        families = {re.sub(r"x\d+$", "", p["name"][0]["family"]) for p in patients}
        self.families = getattr(self, "families", families)
        patients = [p for p in patients if re.sub(r"x\d+$", "", p["name"][0]["family"]) in self.families]
        random.Random(1).shuffle(patients)
        return patients

    def measure(self, count):
        """Rounds of all kinds in turn, so that what else the machine does meets them alike; the median counts."""
        with self.server.client() as http:
            patients = self.sample(http)
            size = int(statistics.median(len(http.get("Patient/" + p["id"]).body) for p in patients[:50]))
            codes = [c for c in CODES if len(http.search(
                "Observation", {"code": f"{LOINC}|{c}", "_count": "20"}).json.get("entry", [])) == 20]
        self.codes = getattr(self, "codes", codes)
        families = sorted({p["name"][0]["family"] for p in patients})
        work = {
            "read": [f"/fhir/Patient/{p['id']}" for p in patients],
            "token": [f"/fhir/Observation?code={LOINC}%7C{c}&_count=20" for c in self.codes],
            "patient+code": [f"/fhir/Observation?patient={p['id']}&code={LOINC}%7C{c}&_count=20"
                             for p in patients[:500] for c in self.codes[:2]],
            "name": [f"/fhir/Patient?name={f}&_count=20" for f in families[:500]],
        }
        self.start_hello(size)
        rounds = {}
        seconds = max(0.3, self.options.seconds / ROUNDS)
        for _ in range(ROUNDS):
            limits = [dict(self.load(port, [("GET", "/fhir/Patient/hello", b"")], seconds=seconds, process=process),
                           threads=threads, body_bytes=size) for threads, process, port in self.hellos]
            rounds.setdefault("hello", []).append(max(limits, key=lambda l: l["rate"]))
            for name, targets in work.items():
                if targets:
                    rounds.setdefault(name, []).append(self.load(
                        self.server.port, [("GET", t, b"") for t in targets], seconds=seconds,
                        process=self.server.process))
        self.stop_hello()
        for name, all_figures in rounds.items():
            figures = sorted(all_figures, key=lambda f: f["rate"])[len(all_figures) // 2]
            figures["cpu_us"] = statistics.median(f["cpu_us"] for f in all_figures)
            figures["of_hello"] = round(statistics.median(
                f["rate"] / h["rate"] for f, h in zip(all_figures, rounds["hello"])), 4)
            self.record(f"{name} @{count}", answer_bytes=figures["bytes"] // max(1, figures["requests"]), **figures)
        return patients

    def creates(self, bundles, patients):
        bodies = []
        for text, _, _ in bundles[:10]:
            for entry in json.loads(text)["entry"]:
                resource = entry["resource"]
                if resource["resourceType"] == "Observation":
                    resource["subject"] = {"reference": "Patient/" + patients[len(bodies) % len(patients)]["id"]}
                    for link in ("encounter", "performer", "hasMember", "device", "specimen"):
                        resource.pop(link, None)
                    resource.pop("id", None)
                    bodies.append(json.dumps(resource, ensure_ascii=False, separators=(",", ":")).encode())
        path = os.path.join(self.folder, "creates.ndjson")
        with open(path, "wb") as out:
            out.write(b"\n".join(bodies * (1 + 4000 // len(bodies))))
        for connections in (self.options.connections, 64):
            figures = self.load(self.server.port, [("POST", "/fhir/Observation", b) for b in bodies],
                                connections=connections, process=self.server.process)
            self.record(f"create, {connections} clients", connections=connections, **figures)
        self.raw_inserts(path, 1, rows=2000, name="raw inserts, a commit each")

    def import_lines(self, bodies_file):
        """`medisync import` of NDJSON, its start included: the core that $import has too."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run([self.tool("medisync"), "import", "--data", os.path.join(self.folder, "lines"), bodies_file],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, timeout=900, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        told = re.search(r"(\d+) resources written, (\d+) refused, (\d+) unchanged, (\d+) a second", done.stderr.decode())
        if told is None or int(told[2]) != 0:
            sys.exit(f"run.py: the import failed: {done.stderr.decode()[:3000]} {done.stdout.decode()[:1000]}")
        lines = int(told[1]) + int(told[3])
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return self.record("import of NDJSON", requests=lines, rate=float(told[4]), cpu_us=round(cpu / lines * 1e6, 1))

    def index_rows(self, bundle):
        """How many index rows a resource has, on average, by `medisync index`."""
        path = os.path.join(self.folder, "sample")
        os.mkdir(path)
        entries = json.loads(bundle)["entry"]
        for number, entry in enumerate(entries):
            with open(os.path.join(path, f"{number}.json"), "w", encoding="utf-8") as out:
                json.dump(entry["resource"], out)
        done = subprocess.run([self.tool("medisync"), "index", path], stdout=subprocess.PIPE, check=True,
                              cwd=ROOT, timeout=120)
        return round(done.stdout.count(b"\n") / len(entries))

    def run(self):
        options = self.options
        began = time.monotonic()
        self.start()
        bundles = self.bundles()
        ready = list(self.copies(bundles, options.patients))
        small = [b for b in ready]
        first, counted = [], 0
        while counted < SMALL and small:
            first.append(small.pop(0))
            counted += first[-1][2]
        say(f"{options.patients} patients made of {self.source}: {sum(e for _, e, _ in ready)} resources, "
            f"{sum(len(b) for b, _, _ in ready) / 1e6:.0f} MB")

        self.import_bundles(first, f"import of {counted} patients")
        self.measure(counted)
        say("importing")
        imported = self.import_bundles(small, "import")
        say(f"{imported['requests']} resources at {imported['rate']:.0f} a second")
        patients = self.measure(sum(p for _, _, p in ready))
        self.creates(bundles, patients)
        data_bytes = sum(os.path.getsize(os.path.join(self.server.data, f)) for f in os.listdir(self.server.data))
        memory = self.server.memory_bytes()
        self.server.stop()
        shutil.rmtree(self.server.data, ignore_errors=True)

        bodies_file = os.path.join(self.folder, "bodies.ndjson")
        with open(bodies_file, "w", encoding="utf-8") as out:
            count = 0
            for text, _, _ in ready:
                for entry in json.loads(text)["entry"]:
                    out.write(json.dumps(entry["resource"], ensure_ascii=False, separators=(",", ":")) + "\n")
                    count += 1
                if count > 30_000:
                    break
        batch = max(1, round(sum(e for _, e, _ in ready) / len(ready)))
        raw = self.raw_inserts(bodies_file, batch, name="raw inserts of the bodies")
        rows = self.index_rows(bundles[-1][0])
        indexed = self.raw_inserts(bodies_file, batch, rows, name=f"raw inserts, {rows} index rows each")
        lines = self.import_lines(bodies_file)
        done = subprocess.run([self.tool("bench_json_read")] + self.texts(bundles), stdout=subprocess.PIPE,
                              check=True, timeout=300)
        reading = json.loads(done.stdout)
        self.record("reading JSON", mb_s=reading["ours_mb_s"], rapidjson_mb_s=reading["rapidjson_dom_mb_s"])
        self.print_table()
        self.print_goals(imported, lines, raw, indexed, reading, counted, sum(p for _, _, p in ready))
        print(f"\n{data_bytes / 1e6:.0f} MB on disk; {memory >> 20} MB resident at the end; "
              f"this run took {time.monotonic() - began:.0f} s")

    def texts(self, bundles):
        paths = []
        for number, (text, _, _) in enumerate(bundles[:20]):
            paths.append(os.path.join(self.folder, f"text-{number}.json"))
            with open(paths[-1], "w", encoding="utf-8") as out:
                out.write(text)
        return paths

    # ------------------------------------------------------------------ the report

    def print_table(self):
        print(f"\n{'':36}{'per second':>12}{'p50 ms':>10}{'p99 ms':>10}{'CPU us':>10}{'bytes':>10}")
        for row in self.rows:
            cells = [f"{row['rate']:.0f}" if "rate" in row else f"{row['mb_s']:.0f} MB"]
            cells += [f"{row[k]:.2f}" if k in row else "" for k in ("p50_ms", "p99_ms")]
            cells.append(f"{row['cpu_us']:.0f}" if "cpu_us" in row else "")
            cells.append(str(row.get("answer_bytes", row.get("body_bytes", ""))))
            print(f"{row['row']:36}{cells[0]:>12}" + "".join(f"{c:>10}" for c in cells[1:]))
        print("CPU: the server's own time for each request, for each resource of an import\n")
        for row in self.rows:
            print(json.dumps(row))

    def print_goals(self, imported, lines, raw, indexed, reading, small, large):
        rows = {row["row"]: row for row in self.rows}

        def goal(name, ratio, at_least=None, at_most=None, note=""):
            met = ratio >= at_least if at_least is not None else ratio <= at_most if at_most is not None else None
            bound = f">= {at_least:.0%}" if at_least is not None else f"<= {at_most:.0%}" if at_most is not None else ""
            verdict = "" if met is None else "met" if met else "MISSED"
            print(f"{name:52}{ratio:8.1%}  {bound:9}{verdict:8}{note}")
            print(json.dumps({"goal": name, "ratio": round(ratio, 4), "met": met}), file=self.goal_lines)

        self.goal_lines = open(os.path.join(self.folder, "goals"), "w+", encoding="utf-8")
        print("\nGoals")
        for name, bound in (("read", 0.6), ("token", 0.3), ("patient+code", None), ("name", None)):
            for count in (small, large):
                row = rows.get(f"{name} @{count}")
                if row:
                    goal(f"{name} of hello-world, at {count} patients", row["of_hello"], at_least=bound)
        goal("import of raw inserts of the bodies", imported["rate"] / raw["rate"], at_least=0.2)
        goal("import of raw inserts with index rows", imported["rate"] / indexed["rate"])
        goal("import of NDJSON of raw inserts of the bodies", lines["rate"] / raw["rate"], at_least=0.2)
        goal("CPU per resource: import of NDJSON of bundles", lines["cpu_us"] / imported["cpu_us"], at_most=1)
        one, many = (rows[f"create, {n} clients"]["rate"] for n in (self.options.connections, 64))
        single = rows["raw inserts, a commit each"]["rate"]
        goal(f"create, {self.options.connections} clients, of raw inserts one a commit", one / single)
        goal("create, 64 clients, of raw inserts one a commit", many / single)
        for name in ("read", "token", "patient+code", "name"):
            a, b = rows.get(f"{name} @{small}"), rows.get(f"{name} @{large}")
            if a and b and a.get("cpu_us"):
                goal(f"CPU per {name}: {large} patients of {small}", b["cpu_us"] / a["cpu_us"], at_most=1.25)
        a = rows[f"import of {small} patients"]["cpu_us"]
        goal(f"CPU per imported resource: {large} patients of {small}", imported["cpu_us"] / a, at_most=1.25)
        goal("reading JSON of RapidJSON's DOM", reading["ratio"], at_least=0.8)
        self.goal_lines.seek(0)
        print()
        print(self.goal_lines.read(), end="")
        self.goal_lines.close()

    def close(self):
        self.stop_hello()
        if self.server is not None:
            self.server.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "release"), help="folder of the release build")
    parser.add_argument("--patients", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=3, help="length of each measurement, its rounds together")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--server", nargs=argparse.REMAINDER, default=[], help="flags for medisync serve; the last option here")
    bench = Bench(parser.parse_args())
    try:
        bench.run()
    finally:
        bench.close()


if __name__ == "__main__":
    main()
