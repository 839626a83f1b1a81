#!/usr/bin/env python3
"""Measures our FHIRPath engine beside npm's `fhirpath`, expression by expression, in one run.

usage: tests/bench/fhirpath.py [--build DIR] [--seconds S]

Both compile each expression of fhirpath_expressions.txt once and evaluate it over the official R4
examples held in memory. Prints nanoseconds for one resource on each side, their ratio, and the
geometric mean. Where the two find a different number of items the line says so. Exit status 1 when
the mean is below 20 or a ratio below 5.
"""
import argparse
import json
import math
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MEAN_MIN, EACH_MIN = 20, 5


def lines_of(command):
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build/release", help="holds tests/bench_fhirpath_bench")
    parser.add_argument("--seconds", default="0.2", help="for one measurement; three are taken of each")
    options = parser.parse_args()
    expressions = "tests/bench/fhirpath_expressions.txt"
    examples = "profiles/.packages/hl7.fhir.r4.examples"
    engine = "profiles/.packages/fhirpath/node_modules/fhirpath"
    if not os.path.isdir(os.path.join(ROOT, engine)):
        sys.exit("fhirpath.py: the engine of npm is missing; scripts/setup --bench fetches it")
    ours = lines_of([os.path.join(options.build, "tests/bench_fhirpath_bench"), expressions, examples,
                     options.seconds])
    theirs = lines_of(["node", "tests/bench/fhirpath_bench.js", engine, expressions, examples,
                       options.seconds])
    ratios = []
    print(f"{'ours ns':>10} {'npm ns':>10} {'ratio':>7}  expression")
    for mine, other in zip(ours, theirs, strict=True):
        ratio = other["ns"] / mine["ns"]
        ratios.append(ratio)
        odd = "" if mine["items"] == other["items"] else f"  [{mine['items']} items, npm {other['items']}]"
        print(f"{mine['ns']:10.0f} {other['ns']:10.0f} {ratio:7.1f}  {mine['expression'][:90]}{odd}")
    mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
    print(f"geometric mean {mean:.1f} (goal {MEAN_MIN}), least {min(ratios):.1f} (goal {EACH_MIN})")
    sys.exit(0 if mean >= MEAN_MIN and min(ratios) >= EACH_MIN else 1)


if __name__ == "__main__":
    main()
