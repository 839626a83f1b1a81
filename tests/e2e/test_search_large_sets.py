"""Token modifiers over value sets and hierarchies of more codes than a query can list.
https://hl7.org/fhir/R4/search.html#modifiers (in, not-in, above, below)"""
import os
import sys

from support import ROOT, Server, ServerCase, run, say

sys.path.insert(0, os.path.join(ROOT, "tests", "bench"))
from snomed_release import ROOT as TOP, Release  # noqa: E402

SNOMED = "http://snomed.info/sct"
CONCEPTS = 25_000  # a query lists 20,000


class LargeSets(ServerCase):
    @classmethod
    def setUpClass(cls):
        data = cls.make_data_folder()
        cls.release = Release(os.path.join(cls.folder.name, "rf2"), CONCEPTS)
        cls.release.write()
        done = run("terminology", "load", "--data", data, str(cls.release.folder))
        assert done.returncode == 0, done.stderr
        cls.server = Server(data=data, arguments=("--no-validate",), keep_data=True)
        cls.addClassCleanup(cls.server.stop)
        cls.server.start()
        codes = {"known": (SNOMED, cls.release.ids[7]), "deep": (SNOMED, cls.release.ids[-1]),
                 "retired": (SNOMED, "8000000005"), "unknown": (SNOMED, "404684003"),
                 "other": ("http://example.org/other", cls.release.ids[7]), "text": None}
        with cls.server.client() as http:
            for name, coding in codes.items():
                code = {"text": name} if coding is None else {"coding": [dict(zip(("system", "code"), coding))]}
                answer = http.put(f"Basic/{name}", {"resourceType": "Basic", "id": name, "code": code})
                assert answer.status == 201, answer

    def found(self, **parameters):
        return {one.split("/")[1] for one in self.http.all_ids("Basic", parameters)}

    def test_a_code_is_in_a_value_set_that_is_too_large_to_list(self):
        everything = SNOMED + "?fhir_vs"
        members = {"known", "deep", "retired"}
        found = self.found(**{"code:in": everything})
        self.assertTrue({"known", "deep"} <= found <= members, found)
        self.assertEqual(self.found(**{"code:not-in": everything}), {"known", "deep", "retired", "unknown", "other", "text"} - found)
        self.assertEqual(self.found(**{"code:in": f"{SNOMED}?fhir_vs=ecl/<< {TOP}"}), {"known", "deep"})

    def test_below_the_top_of_a_large_hierarchy(self):
        self.assertEqual(self.found(**{"code:below": f"{SNOMED}|{TOP}"}), {"known", "deep"})
        self.assertEqual(self.found(**{"code:above": f"{SNOMED}|{self.release.ids[-1]}"}) & {"deep", "other"}, {"deep"})

    def test_they_stand_beside_other_criteria_and_in_filters(self):
        self.assertEqual(self.found(**{"code:in": SNOMED + "?fhir_vs", "_id": "known,other"}), {"known"})
        self.assertEqual(self.found(_filter=f'code in "{SNOMED}?fhir_vs=ecl/<< {TOP}" and _id ne "deep"'), {"known"})
