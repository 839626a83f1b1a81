#!/usr/bin/env python3
"""Measures validation as ratios to reading, in one run.

usage: tests/bench/validate.py [--build DIR] [--bundles N]

Takes N of Synthea's bundles from MEDISYNC_SHARED that claim profiles of US Core and as many that claim
none, else the demo families. Prints a JSON line for each measurement: a bundle against the base
definitions (goal: 3 times the time of reading it) and against US Core 6.1.0 (goal: 6 times), the shares
of bindings and of invariants (the time that is saved without them), and resources of about 1.4 KB
for one second of one core (goal: 50,000). For shares by function: perf record -g on the bench.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "e2e"))
import synthea  # noqa: E402
from support import SHARED  # noqa: E402

PACKAGES = os.path.join(ROOT, "profiles", ".packages")
CLAIM = re.compile(rb'"profile"\s*:\s*\[\s*"http://hl7.org/fhir/us/core/')


def unpack(folder, count):
    """Bundles that claim profiles go to folder/guided, others to folder/plain."""
    left = {"guided": count, "plain": count}
    for name in left:
        os.mkdir(os.path.join(folder, name))
    for name, body in synthea.unpack("patients-100", lambda name: not synthea.is_information(name)):
        kind = "guided" if CLAIM.search(body) else "plain"
        if left[kind]:
            left[kind] -= 1
            with open(os.path.join(folder, kind, os.path.basename(name)), "wb") as file:
                file.write(body)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build/release", help="holds tests/bench_validate_bench")
    parser.add_argument("--bundles", type=int, default=10)
    options = parser.parse_args()
    tool = [os.path.join(ROOT, options.build, "tests", "bench_validate_bench"),
            os.path.join(PACKAGES, "hl7.fhir.r4.examples"), os.path.join(PACKAGES, "@lhncbc", "ucum-lhc")]
    if not SHARED:
        print("MEDISYNC_SHARED is not set: the demo families instead of Synthea's, no US Core", file=sys.stderr)
        sys.exit(subprocess.call(tool + [os.path.join(ROOT, "test-data", "demo")]))
    guides = [os.path.join(PACKAGES, "hl7.terminology.r4"), os.path.join(PACKAGES, "hl7.fhir.uv.extensions.r4"),
              os.path.join(SHARED, "packages", "us_core_610.tgz")]
    with tempfile.TemporaryDirectory(prefix="medisync-bench-") as folder:
        unpack(folder, options.bundles)
        print("== bundles that claim no profile", flush=True)
        subprocess.run(tool + [os.path.join(folder, "plain")], check=True)
        print("== bundles that claim profiles of US Core", flush=True)
        subprocess.run(tool + [os.path.join(folder, "guided")] + guides, check=True)


if __name__ == "__main__":
    main()
