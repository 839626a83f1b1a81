#!/usr/bin/env python3
"""Measures releases of code systems at full size, in one run.

usage: tests/bench/terminology.py [--build DIR] [--concepts N] [--seconds S] [--folder DIR]

Writes an RF2 release of invented content with N (350,000) concepts, or takes the one in DIR; loads it
(goals: 60 s, 2 GB), asks it in process (goals: a million questions a second and core, a search by text
in 2 ms), and over HTTP beside a bare server that answers as many bytes (goal: half of it). Prints a
JSON line for each measurement.
"""
import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "bench"))
import run  # noqa: E402
from snomed_release import Release  # noqa: E402

SNOMED = "http://snomed.info/sct"
ROUNDS = 5


def show(**row):
    print(json.dumps(row), flush=True)


def load(bench, source, data):
    start = time.monotonic()
    subprocess.run([bench.tool("medisync"), "terminology", "load", "--data", data, source], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    show(row="load", seconds=round(time.monotonic() - start, 1), cpu_seconds=round(used.ru_utime + used.ru_stime, 1),
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
        ratios, rates = [], []
        for _ in range(ROUNDS):
            seconds = max(0.3, options.seconds / ROUNDS)
            limit = max(bench.load(port, [("GET", "/fhir/Patient/hello", b"")], seconds=seconds)["rate"]
                        for _, _, port in bench.hellos)
            figures = bench.load(bench.server.port, [("GET", path, b"") for path in paths], seconds=seconds)
            ratios.append(figures["rate"] / limit)
            rates.append(figures["rate"])
        bench.stop_hello()
        show(row=name, rate=round(statistics.median(rates)), of_hello=round(statistics.median(ratios), 3),
             answer_bytes=len(answers[0].body))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--concepts", type=int, default=350_000)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--connections", type=int, default=8)
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
    finally:
        bench.stop_hello()
        if bench.server:
            bench.server.stop()
        run.shutil.rmtree(bench.folder, ignore_errors=True)


if __name__ == "__main__":
    main()
