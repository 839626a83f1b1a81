#!/usr/bin/env python3
"""Measures releases of code systems at full size, in one run.

usage: tests/bench/terminology.py [--build DIR] [--concepts N] [--seconds S] [--folder DIR]

Writes an RF2 release of invented content with N (350,000) concepts, or takes the one in DIR; loads it
(goals: 60 s, 2 GB), asks it in process (goals: a million questions a second and core, a search by text
in 2 ms), and over HTTP beside a bare server that answers as many bytes (goal: half of it); expands by
text (goal: 2 ms of the server's processor) and whole, which is sent while it is made. Then RxNorm and
LOINC of full size, also invented, are loaded beside it (--all no: not), and the server's memory beyond
mapped files (goal: 500 MB) and what they add to its start (goal: 50 ms) are told. Prints a JSON line
for each measurement.
"""
import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "bench"))
import run  # noqa: E402
import support  # noqa: E402
from drug_and_lab_releases import write_loinc, write_rxnorm  # noqa: E402
from snomed_release import Release  # noqa: E402

SNOMED = "http://snomed.info/sct"
ROUNDS = 5


def show(**row):
    print(json.dumps(row), flush=True)


def load(bench, source, data, name="load"):
    start = time.monotonic()
    subprocess.run([bench.tool("medisync"), "terminology", "load", "--data", data, source], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    show(row=name, seconds=round(time.monotonic() - start, 1), cpu_seconds=round(used.ru_utime + used.ru_stime, 1),
         peak_mb=used.ru_maxrss >> 10)


def targets(concepts):
    codes = [f"{1_000_000 + n}005" for n in random.Random(1).sample(range(concepts), 2000)]
    cs = f"/fhir/CodeSystem/%s?system={SNOMED}&"
    everything = f"{SNOMED}%3Ffhir_vs"
    return {
        "lookup": [cs % "$lookup" + f"code={c}" for c in codes],
        "validate-code": [f"/fhir/CodeSystem/$validate-code?url={SNOMED}&code={c}" for c in codes],
        "subsumes": [cs % "$subsumes" + f"codeA={a}&codeB={b}" for a, b in zip(codes, codes[1:])],
        "translate": [f"/fhir/ConceptMap/$translate?url={SNOMED}%3Ffhir_cm=447562003&system={SNOMED}&code={c}" for c in codes],
        "validate-code in a value set": [f"/fhir/ValueSet/$validate-code?url={everything}&system={SNOMED}&code={c}" for c in codes],
        "expand by text": [f"/fhir/ValueSet/$expand?url={everything}&filter={w}&count=10" for w in ("mer", "sta", "bal%20ter", "pla")],
    }


def serve(bench, options):
    bench.start()
    for name, paths in targets(options.concepts).items():
        with bench.server.client() as http:
            answers = [http.get(path.removeprefix("/fhir/")) for path in paths[:4]]
        if any(answer.status != 200 for answer in answers):
            show(row=name, refused=answers[0].status)
            continue
        bench.start_hello(len(answers[0].body))
        ratios, rates, costs = [], [], []
        for _ in range(ROUNDS):
            seconds = max(0.3, options.seconds / ROUNDS)
            limit = max(bench.load(port, [("GET", "/fhir/Patient/hello", b"")], seconds=seconds)["rate"]
                        for _, _, port in bench.hellos)
            figures = bench.load(bench.server.port, [("GET", path, b"") for path in paths], seconds=seconds,
                                 process=bench.server.process)
            costs.append(figures["cpu_us"])
            ratios.append(figures["rate"] / limit)
            rates.append(figures["rate"])
        bench.stop_hello()
        show(row=name, rate=round(statistics.median(rates)), of_hello=round(statistics.median(ratios), 3),
             cpu_us=round(statistics.median(costs), 1), answer_bytes=len(answers[0].body))


def stream(bench):
    """All codes of the release, for several clients at once: what it costs, and what memory it takes."""
    target = f"/fhir/ValueSet/$expand?url={SNOMED}%3Ffhir_vs&excludeNested=true"
    with bench.server.client() as http:
        first = http.get(target.removeprefix("/fhir/"))
        if first.status != 200:
            show(row="whole expansion", refused=first.status)
            return
    server = bench.server
    before, cpu, peak, done = server.memory_bytes("RssAnon"), server.cpu_seconds(), [0], threading.Event()

    def watch():
        while not done.wait(0.01):
            peak[0] = max(peak[0], server.memory_bytes("RssAnon"))

    def ask():
        with server.client() as http:
            http.get(target.removeprefix("/fhir/"))

    watcher = threading.Thread(target=watch)
    watcher.start()
    clients = [threading.Thread(target=ask) for _ in range(8)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    done.set()
    watcher.join()
    show(row="whole expansion, 8 clients", answer_mb=round(len(first.body) / 1e6, 1), cpu_ms=round((server.cpu_seconds() - cpu) / 8 * 1000),
         memory_grew_mb=(peak[0] - before) >> 20)


def start_times(folders, count=15):
    """Milliseconds from the start of the program to its first answer in each folder, each of which was
    started in before, in turns: medians, and the least, which other work on the machine disturbs least."""
    times = {folder: [] for folder in folders}
    for turn in range(count + 1):
        for folder, taken in times.items():
            server = support.Server(data=folder, keep_data=True, arguments=["--access-log", "off"]).start()
            if turn > 0:
                taken.append(server.start_seconds * 1000)
            server.stop()
    return [(statistics.median(taken), min(taken)) for taken in times.values()]


def hold_all(bench, options):
    """Three releases of full size in one server."""
    source, data, bare = (os.path.join(bench.folder, name) for name in ("others", "data", "bare"))
    write_rxnorm(os.path.join(source, "rxnorm"), options.concepts / 350_000)
    write_loinc(os.path.join(source, "loinc"), options.concepts / 350_000)
    for name in ("rxnorm", "loinc"):
        load(bench, os.path.join(source, name), data, "load " + name)
    subprocess.run([bench.tool("bench_terminology_bench"), os.path.join(data, "terminology"), "open"], check=True)
    os.makedirs(bare)
    (without, least_without), (with_all, least_with_all) = start_times([bare, data])
    server = support.Server(data=data, keep_data=True, arguments=["--access-log", "off"]).start()
    with server.client() as http:
        for system, code in ((SNOMED, "1000000005"), ("http://www.nlm.nih.gov/research/umls/rxnorm", "1"), ("http://loinc.org", "1-0")):
            answer = http.get(f"CodeSystem/$lookup?system={system}&code={code}")
            if answer.status != 200:
                show(row="lookup in " + system, refused=answer.status)
    files = sum(os.path.getsize(os.path.join(data, "terminology", name)) for name in os.listdir(os.path.join(data, "terminology")))
    show(row="all three", files_mb=files >> 20, anonymous_mb=server.memory_bytes("RssAnon") >> 20,
         resident_mb=server.memory_bytes() >> 20, start_ms=round(with_all), start_adds_ms=round(with_all - without), least_start_adds_ms=round(least_with_all - least_without))
    server.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--concepts", type=int, default=350_000)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--all", choices=["yes", "no"], default="yes", help="RxNorm and LOINC too")
    parser.add_argument("--folder", help="of a release that is there already")
    options = parser.parse_args()
    options.server = []
    bench = run.Bench(options)
    try:
        source = options.folder or os.path.join(bench.folder, "rf2")
        if not options.folder:
            Release(source, options.concepts).write()
        data = os.path.join(bench.folder, "data")
        load(bench, source, data)
        subprocess.run([bench.tool("bench_terminology_bench"), os.path.join(data, "terminology")], check=True)
        serve(bench, options)
        stream(bench)
        bench.server.stop()
        bench.server = None
        if options.all == "yes":
            hold_all(bench, options)
    finally:
        bench.stop_hello()
        if bench.server:
            bench.server.stop()
        run.shutil.rmtree(bench.folder, ignore_errors=True)


if __name__ == "__main__":
    main()
