"""Holds the rows of tests/requirements to what they name: a test that cites the page, or a deviation."""
import ast
import functools
import glob
import os
import re
import unittest

from support import ROOT, SHARED, say, skip

FOLDER = os.path.join(ROOT, "tests", "requirements")
KEYWORDS = {"rule", "SHALL", "SHALL NOT", "SHOULD", "SHOULD NOT", "MUST", "MUST NOT", "should", "should not", "must", "required"}
SECTION = re.compile(r"[a-z_0-9-]+\.html(#[A-Za-z0-9_.\[\]-]+)?$|inferno#[a-z0-9-]+$")
QUOTE_WORDS_MAX = 25
REASON_WORDS_MIN = 5
CHECKLIST = os.path.join(SHARED, "requirements", "inferno.md")


def rows():
    """(file, line number, columns) of every row of every file, comments left out."""
    for path in sorted(glob.glob(os.path.join(FOLDER, "*.tsv"))):
        with open(path, encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip() and not line.startswith("#"):
                    yield os.path.basename(path), number, line.rstrip("\n").split("\t")


@functools.lru_cache(None)
def text_of(path):
    """The text of a file below the root; None when there is no such file."""
    try:
        with open(os.path.join(ROOT, path), encoding="utf-8") as file:
            return file.read()
    except OSError:
        return None


@functools.lru_cache(None)
def tests_in(path):
    """The names of all tests in a file: Class.test_name, or those of doctest's cases."""
    text = text_of(path)
    if path.endswith(".cpp"):
        return set(re.findall(r'TEST_CASE(?:_FIXTURE)?\((?:\w+,\s*)?"((?:[^"\\]|\\.)*)"', text))
    return {f"{kind.name}.{test.name}" for kind in ast.parse(text).body if isinstance(kind, ast.ClassDef)
            for test in kind.body if isinstance(test, ast.FunctionDef) and test.name.startswith("test")}


@functools.lru_cache(None)
def deviations():
    """(section, what R4 says) of every row of profiles/deviations."""
    lines = text_of("profiles/deviations").splitlines()
    return [line.split("\t")[:2] for line in lines if line.strip() and not line.startswith("#")]


def fault_of_test(section, name):
    """What is wrong with a test that a row names; None when nothing is."""
    path, _, case = name.partition("::")
    if not re.match(r"tests/(e2e/test_\w+\.py|unit/.+\.cpp|conformance/.+\.cpp)$", path) or text_of(path) is None:
        return f"no such file of tests: {path}"
    if case not in tests_in(path):
        return f"no such test in {path}: {case}"
    page = section.split("#")[0]
    if page == "inferno":  # not a page of R4: whose tests cite what they hold to
        return None
    return None if page in text_of(path) else f"{path} does not cite {page}"


def fault_of_deviation(section, words):
    """The same for a deviation, which is named by the first words of what R4 says."""
    page = section.split("#")[0].removesuffix(".html")
    found = [row for row in deviations() if row[0].split("#")[0].removesuffix(".html") == page and row[1].startswith(words)]
    return None if words and len(found) == 1 else f"{len(found)} deviations of {page} begin with: {words}"


def faults(columns):
    """All that is wrong with one row."""
    if len(columns) != 4 or not all(column.strip() == column and column for column in columns):
        return ["a row is section, quote, keyword, where, parted by one tab each"]
    section, quote, keyword, where = columns
    found = []
    if not SECTION.match(section):
        found.append(f"no section: {section}")
    if keyword not in KEYWORDS:
        found.append(f"no keyword: {keyword}")
    if len(quote.split()) > QUOTE_WORDS_MAX:
        found.append(f"a quote has at most {QUOTE_WORDS_MAX} words")
    for one in where.split("; "):
        kind, _, name = one.partition(": ")
        if kind == "test":
            found.append(fault_of_test(section, name))
        elif kind == "deviation":
            found.append(fault_of_deviation(section, name))
        elif kind == "outside" and section.startswith("inferno#") and len(name.split()) >= REASON_WORDS_MIN:
            continue
        else:
            found.append(f"neither test nor deviation: {one}")
    return [fault for fault in found if fault]


class Requirements(unittest.TestCase):
    def test_every_requirement_has_a_test_or_a_deviation(self):
        all_rows = list(rows())
        self.assertTrue(all_rows, f"no requirements in {FOLDER}")
        found = [f"{file}:{number}: {fault}" for file, number, columns in all_rows for fault in faults(columns)]
        self.assertEqual(found, [])
        for name in sorted({file for file, _, _ in all_rows}):
            of_file = [columns[3] for file, _, columns in all_rows if file == name]
            say(f"requirements of {name}: {len(of_file)}, {sum('deviation: ' in w for w in of_file)} with a deviation")

    def test_no_sentence_stands_twice(self):
        seen, twice = set(), []
        for file, number, columns in rows():
            key = tuple(columns[:2])
            twice += [f"{file}:{number}"] if key in seen else []
            seen.add(key)
        self.assertEqual(twice, [])

    def test_every_box_of_the_checklist_of_labs_has_its_row(self):
        if not SHARED or not os.path.exists(CHECKLIST):
            skip("the checklist of conformance labs is not at hand (MEDISYNC_SHARED)")
        with open(CHECKLIST, encoding="utf-8") as file:
            boxes = sum(line.startswith("- [ ]") for line in file)
        named = {columns[0] for _, _, columns in rows()}
        self.assertEqual({name for name in named if re.match(r"inferno#\d+$", name)},
                         {f"inferno#{number}" for number in range(1, boxes + 1)})

    def test_the_check_finds_what_is_wrong(self):
        here = "test: tests/e2e/test_crud.py::Create."
        for columns in (["http.html#create", "quote", "SHALL"], ["http.html#create", "quote", "SHALL", here + "test_none"],
                        ["http.html#create", "quote", "MAY", "test: tests/e2e/test_none.py::A.test_b"],
                        ["narrative.html", "quote", "SHALL", "deviation: A link in a book"],
                        ["narrative.html", "quote", "SHALL", "deviation: "], ["http.html", "quote", "SHALL", "later"],
                        ["http.html", "quote", "SHALL", "outside: it is none of a server's matters"],
                        ["inferno#1", "quote", "rule", "outside: no"],
                        ["no-page-cited.html", "quote", "SHALL", here + "test_prefer_return_chooses_the_body"]):
            self.assertTrue(faults(columns), columns)
        self.assertEqual(faults(["narrative.html", "quote", "should", "deviation: A link in a narrative"]), [])
