#!/usr/bin/env python3
"""How the times of searches grow with the store: medians at 100, 1,000 and 10,000 invented patients.

usage: tests/bench/growth.py [--build DIR] [--sizes N,N,...] [--seconds S] [--chart FILE.svg] [--readme FILE.md]
       tests/bench/growth.py --redraw --chart FILE.svg --readme FILE.md

Builds nothing: DIR (build/release) holds medisync and the bench_ tools. Fills one store step by step
and at each size asks each kind of search, one at a time from one client, for S seconds. Times are the
medians that the client sees; counts by code are given in hits for each second too. With --chart draws them, with
--readme replaces the table between the marks of the growth in that file. With --redraw measures nothing and draws
that table.
"""
import argparse
import json
import math
import os
import random
import re
import sys

import invented
import run
import workload
from invented import LOINC

KINDS = ("read", "identifier", "name", "patient+code", "chain", "count by code")
COLOURS = ("#4269d0", "#efb118", "#ff725c", "#6cc5b0", "#3ca951", "#a463f2")

MARKED = re.compile("(<!-- growth -->)\n(.*)(<!-- end of growth -->)", re.S)


def targets(kind, patients, ids):
    rng = random.Random(kind)
    for _ in range(500):
        number, one, code = rng.randrange(patients), rng.choice(ids), rng.choice(invented.MEASURES[:4])[0]
        yield "/fhir/" + {
            "read": f"Patient/{one}",
            "identifier": f"Patient?identifier={invented.MRN}%7C{invented.mrn(number)}",
            "name": f"Patient?family={invented.family(rng)}&birthdate=ge{rng.randint(1930, 2010)}&_count=20",
            "patient+code": f"Observation?patient={one}&code={LOINC}%7C{code}&_count=20",
            "chain": f"Condition?subject:Patient.identifier={invented.MRN}%7C{invented.mrn(number)}",
            "count by code": f"Observation?code={LOINC}%7C{code}&_summary=count",
        }[kind]


class Growth(workload.Workload):
    def run(self):
        options = self.options
        self.start()
        with self.server.client() as http:
            http.request("POST", "", invented.clinic()[0], {"Content-Type": "application/fhir+json"})
        medians, hits, done = {kind: [] for kind in KINDS}, [], 0
        for size in options.sizes:
            for begin in range(done, size, 1000):
                path = self.write_records(self.bundles(range(begin, min(size, begin + 1000))))
                self.send(path, 20)
                os.unlink(path)
            done = size
            run.say(f"{size} patients")
            with self.server.client() as http:
                ids = [e["resource"]["id"] for e in http.get("Patient?_count=200").json["entry"]]
                counted = http.get(f"Observation?code={LOINC}%7C{invented.MEASURES[0][0]}&_summary=count").json["total"]
            for kind in KINDS:
                path = self.write_records((False, kind, "GET", target, "") for target in targets(kind, size, ids))
                figures = self.send(path, 1, options.seconds)
                medians[kind].append(figures["p50_ms"])
                print(json.dumps({"patients": size, "kind": kind, **figures}), flush=True)
            hits.append(counted / medians["count by code"][-1] * 1000)
        self.server.stop()
        table = self.table(medians, hits)
        print("\n" + table)
        if options.chart:
            with open(options.chart, "w", encoding="utf-8") as out:
                out.write(chart(options.sizes, medians))
        if options.readme:
            with open(options.readme, encoding="utf-8") as file:
                text = file.read()
            text = MARKED.sub(lambda found: found[1] + "\n" + table + found[3], text)
            with open(options.readme, "w", encoding="utf-8") as out:
                out.write(text)

    def table(self, medians, hits):
        lines = ["| median, ms | " + " | ".join(f"{size:,} patients" for size in self.options.sizes) + " |",
                 "|---|" + "---|" * len(self.options.sizes)]
        lines += [f"| {kind} | " + " | ".join(f"{ms:.3f}" for ms in medians[kind]) + " |" for kind in KINDS]
        lines.append("| hits counted each second | " + " | ".join(f"{rate / 1e6:.1f} million" for rate in hits) + " |")
        return "\n".join(lines) + "\n"


def of_table(text):
    """Sizes and medians, as they stand in the table of a file."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in MARKED.search(text)[2].splitlines()]
    sizes = [int(cell.split()[0].replace(",", "")) for cell in rows[0][1:]]
    return sizes, {row[0]: [float(cell) for cell in row[1:]] for row in rows if row[0] in KINDS}


def chart(sizes, medians):
    """Both axes logarithmic; one line for each kind."""
    width, height, left, right, top, bottom = 760, 400, 60, 190, 20, 60
    values = [max(ms, 0.001) for kind in medians.values() for ms in kind]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))

    def x(size):
        return left + (width - left - right) * (math.log10(size) - math.log10(sizes[0])) / max(1e-9, math.log10(sizes[-1]) - math.log10(sizes[0]))

    def y(ms):
        return top + (height - top - bottom) * (high - math.log10(max(ms, 0.001))) / (high - low)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12"'
             ' fill="#333" role="img">', "<title>Median times by the size of the store</title>",
             f'<rect width="{width}" height="{height}" fill="white"/>']
    for power in range(low, high):
        for digit in range(2, 10):
            at = f"{y(digit * 10 ** power):.1f}"
            parts.append(f'<line x1="{left}" x2="{width - right}" y1="{at}" y2="{at}" stroke="#f2f2f2"/>')
    for power in range(low, high + 1):
        parts.append(f'<line x1="{left}" x2="{width - right}" y1="{y(10 ** power):.1f}" y2="{y(10 ** power):.1f}" stroke="#ccc"/>'
                     f'<text x="{left - 6}" y="{y(10 ** power) + 4:.1f}" text-anchor="end">{10 ** power:g} ms</text>')
    for size in sizes:
        parts.append(f'<text x="{x(size):.1f}" y="{height - 14}" text-anchor="middle">{size:,} patients</text>')
    below = 0
    for (kind, line), colour in sorted(zip(medians.items(), COLOURS), key=lambda item: -item[0][1][-1]):
        points = " ".join(f"{x(size):.1f},{y(ms):.1f}" for size, ms in zip(sizes, line))
        below = max(below + 16, y(line[-1]) + 4)  # labels keep apart
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x(size):.1f}" cy="{y(ms):.1f}" r="3" fill="{colour}"/>' for size, ms in zip(sizes, line)]
        parts.append(f'<line x1="{width - right + 4}" x2="{width - right + 18}" y1="{y(line[-1]):.1f}" y2="{below - 4:.1f}" '
                     f'stroke="{colour}"/><text x="{width - right + 22}" y="{below:.1f}">{kind}, {line[-1]:.2f} ms</text>')
    return "\n".join(parts) + "\n</svg>\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.path.join(run.ROOT, "build", "release"), help="folder of the release build")
    parser.add_argument("--sizes", type=lambda text: [int(size) for size in text.split(",")], default=[100, 1000, 10_000])
    parser.add_argument("--seconds", type=float, default=3, help="length of each measurement")
    parser.add_argument("--chart", help="draw it there")
    parser.add_argument("--readme", help="put the table there")
    parser.add_argument("--redraw", action="store_true", help="draw the table there, and measure nothing")
    options = parser.parse_args()
    if options.redraw:
        with open(options.readme, encoding="utf-8") as file, open(options.chart, "w", encoding="utf-8") as out:
            return out.write(chart(*of_table(file.read()))) and 0
    options.server = []
    bench = Growth(options)
    try:
        bench.run()
    finally:
        bench.close()


if __name__ == "__main__":
    sys.exit(main())
