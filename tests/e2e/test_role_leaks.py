"""Each role's answers are those of a server that never had what its file keeps from it (leaks.py)."""
import unittest
import urllib.parse

from bulk import finished, kick_off, lines_of
from leak_questions import CONDITIONS, EXPORTED, EXPORTS, GRAPHS, READS, SEARCHES, write_questions
from leaks import ROLES, TIMES, World, told
from support import say


def encoded(path):
    return urllib.parse.quote(path, safe="/?&=%$:,.|*_-@!()+~")


def exported(http, path):
    """What an export gives, or why it is refused."""
    answer = kick_off(http, path)
    if answer.status != 202:
        return told(answer)
    answer = finished(http, answer["Content-Location"])
    if answer.status != 200:
        return told(answer)
    kept = {}
    for part in ("output", "deleted", "error"):
        kept[part] = sorted(TIMES.sub("", f"{file['type']} {line}") for file in answer.json[part] for line in lines_of(http, file["url"]))
    return kept


class RoleLeaks:
    """Of one role."""

    case = ""
    answers_min = 40
    maxDiff = 6000

    @classmethod
    def setUpClass(cls):
        cls.worlds = []
        for name, has_all in (("With", True), ("Without", False)):
            world = type(name, (World,), {"case": cls.case, "has_all": has_all, "runTest": lambda self: None})
            cls.addClassCleanup(world.doClassCleanups)
            world.setUpClass()
            cls.worlds.append(world)

    def assert_same(self, ask, about):
        having, lacking = (told(ask(world.http)) for world in self.worlds)
        self.assertEqual(having, lacking, about)
        return having[0]

    def pages(self, http, path, most=8):
        """The answer and those of its further pages, told as one."""
        told_pages = []
        while path and len(told_pages) < most:
            answer = http.get(path)
            told_pages.append(told(answer))
            links = answer.json.get("link", []) if answer.status == 200 and b'"Bundle"' in answer.body[:60] else []
            path = next((link["url"] for link in links if link["relation"] == "next"), None)
        return told_pages

    def test_1_what_is_read_and_searched_is_the_same(self):
        answered = 0
        for path in filter(None, SEARCHES + READS):
            with self.subTest(path=path):
                having, lacking = (self.pages(world.http, encoded(path)) for world in self.worlds)
                self.assertEqual(having, lacking)
                answered += having[0][0] == 200
        say(f"{self.case}: {answered} questions were answered")
        self.assertGreaterEqual(answered, self.answers_min)

    def test_2_graphs_are_the_same(self):
        for graph in filter(None, GRAPHS):
            with self.subTest(graph=graph):
                self.assert_same(lambda http, graph=graph: http.post("$graphql", {"query": graph}), graph)

    def test_3_conditions_on_versions_are_the_same(self):
        for path, headers in CONDITIONS:
            with self.subTest(path=path, headers=headers):
                self.assert_same(lambda http, path=path, headers=headers: http.request("GET", path, None, headers), path)

    def test_4_exports_are_the_same(self):
        if ROLES[self.case][3]:
            self.skipTest("a backend service has no patient in context")
        for path in EXPORTS:
            with self.subTest(path=path):
                having, lacking = (exported(world.bulk, path.format(EXPORTED)) for world in self.worlds)
                self.assertEqual(having, lacking)

    def test_5_writes_are_answered_the_same(self):
        for about, (method, path, body, headers) in write_questions().items():
            with self.subTest(about=about):
                self.assert_same(lambda http, m=method, p=path, b=body, h=headers: http.request(m, p, b, h), about)

    def test_6_afterwards_it_is_the_same_still(self):
        for path in ("Patient", "Observation", "Patient/p2", "Observation/p2-lab", "Patient/_history", "Observation?subject=Patient/p1"):
            with self.subTest(path=path):
                self.assert_same(lambda http, path=path: http.get(path), path)


def load_tests(loader, _standard, _pattern):
    suite = unittest.TestSuite()
    for name in ROLES:
        title = "".join(part.title() for part in name.split("-"))
        suite.addTests(loader.loadTestsFromTestCase(type(title, (RoleLeaks, unittest.TestCase), {"case": name, "__module__": __name__})))
    return suite


if __name__ == "__main__":
    unittest.main()
