"""What searches read: the planner's own account, for every search of the workload bench."""
import os
import sys

from support import ROOT, ServerCase

sys.path.insert(0, os.path.join(ROOT, "tests", "bench"))
import invented  # noqa: E402
import workload  # noqa: E402

PATIENTS = 12
TABLES = ("resource", "history", "token_index", "string_index", "date_index", "number_index", "quantity_index", "reference_index",
          "uri_index", "composite_index", "text_index")


class Plans(ServerCase):
    def setUp(self):
        super().setUp()
        headers = {"Content-Type": "application/fhir+json"}
        for body in [invented.clinic()[0]] + [invented.patient_bundle(number)[0] for number in range(PATIENTS)]:
            self.assert_status(self.http.request("POST", "", body, headers), 200)

    def plan_of(self, target):
        answer = self.http.get(target + "&_explain=true")
        self.assert_status(answer, 200)
        return [issue["diagnostics"] for entry in answer.json["entry"] if entry["search"]["mode"] == "outcome"
                for issue in entry["resource"]["issue"]]

    def test_no_search_of_the_bench_scans_a_table(self):
        ids = [e["resource"]["id"] for e in self.http.get("Patient?_count=50").json["entry"]]
        seen = {}
        for name, target in workload.searches(PATIENTS, ids):
            if seen.get(name, 0) < 8 and "_summary" not in target:
                seen[name] = seen.get(name, 0) + 1
                plan = self.plan_of(target.removeprefix("/fhir/"))
                names = {}  # alias: table, as the statements have them
                for line in plan:
                    words = line.replace("(", " ").replace(")", " ").replace(",", " ").split()
                    names |= {words[at + 1]: word for at, word in enumerate(words[:-1]) if word in TABLES}
                scans = [line for line in plan if line.strip().startswith("SCAN ") and names.get(line.split()[1]) in TABLES]
                self.assertEqual(scans, [], (target, plan))
        self.assertGreater(len(seen), 20)
        self.assertEqual(set(seen.values()), {8})

    def test_the_selective_criterion_comes_first_wherever_it_stands(self):
        for target in ("Observation?status=final&patient.identifier={0}", "Observation?patient.identifier={0}&status=final"):
            plan = self.plan_of(target.format(f"{invented.MRN}%7C{invented.mrn(3)}"))
            first = [line for line in plan if "it comes first" in line]
            self.assertEqual(len(first), 1, plan)
            self.assertIn("criterion `patient`", first[0], plan)
