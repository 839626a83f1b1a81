"""Releases in the archives that their owners publish, and releases asked on the command line."""
import io
import json
import os
import stat
import sys
import tarfile
import tempfile
import zipfile

from support import ROOT, Case, run

sys.path.insert(0, os.path.join(ROOT, "tests", "bench"))
from snomed_release import Release  # noqa: E402

SNOMED = "http://snomed.info/sct"
TABLE = "#url=http://example.org/colours\n#version=2\ncode,display,parent\nwarm,Warm,\nred,Red,warm\n"


class TerminologyCase(Case):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder, self.data = folder.name, os.path.join(folder.name, "data")

    def path(self, name):
        return os.path.join(self.folder, name)

    def load(self, *arguments):
        done = run("terminology", "load", "--data", self.data, *arguments)
        done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
        return done

    def left(self):
        """Everything in the folder of releases, hidden or not."""
        return sorted(os.listdir(os.path.join(self.data, "terminology")))


class ArchivesTest(TerminologyCase):
    def zip_of(self, folder, inside="", name="release.zip"):
        path = self.path(name)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for below, _, files in os.walk(folder):
                for file in files:
                    full = os.path.join(below, file)
                    archive.write(full, os.path.join(inside, os.path.relpath(full, folder)))
            archive.writestr(os.path.join(inside, "Readme_en.pdf"), b"%PDF not read")
        return path

    def snomed(self):
        release = Release(self.path("rf2"), 300)
        release.write()
        return str(release.folder)

    def test_an_rf2_archive_gives_what_its_folder_gives(self):
        folder = self.snomed()
        done = self.load(folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        [name] = self.left()
        with open(os.path.join(self.data, "terminology", name), "rb") as file:
            expected = file.read()
        os.remove(os.path.join(self.data, "terminology", name))
        for inside, suffix in (("", ".zip"), ("SnomedCT_Invented_20260101/", ".zip"), ("SnomedCT_Invented_20260101/", ".tgz")):
            path = self.zip_of(folder, inside)
            if suffix == ".tgz":
                path = self.path("release.tgz")
                with tarfile.open(path, "w:gz") as archive:
                    archive.add(folder, arcname="SnomedCT_Invented_20260101")
            done = self.load(path)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("unpacking " + inside, done.stderr)
            self.assertNotIn(".pdf", done.stderr)
            self.assertNotIn(".unpacking-", done.stderr)
            self.assertEqual(self.left(), [name])
            with open(os.path.join(self.data, "terminology", name), "rb") as file:
                self.assertEqual(file.read(), expected)

    def test_one_table_in_an_archive_is_found(self):
        os.mkdir(self.path("tables"))
        with open(self.path("tables/colours.csv"), "w", encoding="utf-8") as file:
            file.write(TABLE)
        done = self.load(self.zip_of(self.path("tables"), "download"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("2 concepts", done.stdout)

    def test_archives_that_were_made_as_a_stream_and_large_ones_are_read(self):
        class Pipe(io.RawIOBase):  # cannot seek: sizes stand behind the data
            def __init__(self, path):
                super().__init__()
                self.file = open(path, "wb")

            def writable(self):
                return True

            def write(self, data):
                return self.file.write(data)

            def close(self):
                self.file.close()
                super().close()

        for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED):
            with Pipe(self.path("stream.zip")) as pipe, zipfile.ZipFile(pipe, "w", method) as archive:
                archive.writestr("colours.csv", TABLE)
            done = self.load(self.path("stream.zip"))
            self.assertEqual((done.returncode, self.left()), (0, ["csv-http---example.org-colours-2.release"]), done.stderr)
            run("terminology", "remove", "--data", self.data, "csv-http---example.org-colours-2")
        with zipfile.ZipFile(self.path("large.zip"), "w") as archive:
            with archive.open("colours.csv", "w", force_zip64=True) as member:
                member.write(TABLE.encode())
        done = self.load(self.path("large.zip"))
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_an_encrypted_archive_is_refused_as_such(self):
        with zipfile.ZipFile(self.path("locked.zip"), "w") as archive:
            archive.writestr("colours.csv", TABLE)
        with open(self.path("locked.zip"), "r+b") as file:
            data = bytearray(file.read())
            data[6] |= 1  # of the local header, and of the directory
            data[data.index(b"PK\x01\x02") + 8] |= 1
            file.seek(0)
            file.write(data)
        done = self.load(self.path("locked.zip"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("locked.zip is encrypted", done.stderr)
        self.assertEqual(self.left(), [])

    def test_all_releases_below_a_folder_are_loaded(self):
        for name, text in (("a/cvx.txt", "901|moon vaccine|moon vaccine, live|||False|\n"), ("b/colours.csv", TABLE),
                           ("b/LICENSE.md", "free")):
            os.makedirs(os.path.dirname(self.path("all/" + name)), exist_ok=True)
            with open(self.path("all/" + name), "w", encoding="ascii") as file:
                file.write(text)
        done = self.load(self.path("all"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.left(), ["csv-http---example.org-colours-2.release", "cvx-unknown.release"])
        os.makedirs(self.path("empty"))
        done = self.load(self.path("empty"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("is no release that is known", done.stderr)

    def test_an_error_names_the_member_and_its_line(self):
        folder = self.snomed()
        inner = "Snapshot/Terminology/sct2_Relationship_Snapshot_INT_20260101.txt"
        with open(os.path.join(folder, inner), "a", encoding="utf-8") as file:
            file.write("77\t20190731\t1\tx\n")
        with open(os.path.join(folder, inner), encoding="utf-8") as file:
            line = sum(1 for _ in file)
        path = self.zip_of(folder)
        done = self.load(path)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{path}/{inner}:{line}:", done.stderr)
        self.assertEqual(self.left(), [])

    def test_hostile_and_damaged_archives_are_refused_and_leave_nothing(self):
        link = zipfile.ZipInfo("colours.csv")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        cases = {
            "leads out": [("../../colours.csv", TABLE)], "leads  out": [("/tmp/colours.csv", TABLE)],
            "has a link": [(link, "/etc/passwd")], "holds more than": [("a.txt", b"\0" * 300_000_000)]}
        for says, members in cases.items():
            path = self.path("bad.zip")
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, text in members:
                    archive.writestr(name, text)
            done = self.load(path)
            self.assertEqual(done.returncode, 1, says)
            self.assertIn(says.replace("  ", " "), done.stderr)
            self.assertEqual(self.left(), [])
        self.assertFalse(os.path.exists(self.path("colours.csv")))
        whole = io.BytesIO()
        with zipfile.ZipFile(whole, "w") as archive:
            archive.writestr("colours.csv", TABLE * 1000)
        for cut in (b"", b"PK\x03\x04", b"no archive at all", whole.getvalue()[:5000]):
            with open(self.path("cut.zip"), "wb") as file:
                file.write(cut)
            done = self.load(self.path("cut.zip"))
            self.assertEqual(done.returncode, 1, cut[:20])
            self.assertIn("cut.zip", done.stderr)
            self.assertEqual(self.left(), [])

    def test_what_a_killed_load_laid_out_is_taken_away(self):
        folder = os.path.join(self.data, "terminology")
        os.makedirs(os.path.join(folder, ".unpacking-4194305"))  # no process has that number
        os.makedirs(os.path.join(folder, f".unpacking-{os.getpid()}"))
        self.load(self.zip_of(self.snomed()))
        self.assertEqual([name for name in self.left() if name.startswith(".")], [f".unpacking-{os.getpid()}"])


class CommandLineTest(TerminologyCase):
    def setUp(self):
        super().setUp()
        table = self.path("colours.csv")
        with open(table, "w", encoding="utf-8") as file:
            file.write(TABLE)
        self.assertEqual(self.load(table).returncode, 0)

    def write(self, name, resource):
        with open(self.path(name), "w", encoding="utf-8") as file:
            json.dump(resource, file)
        return self.path(name)

    def test_bindings_are_judged_by_loaded_releases(self):
        profile = self.write("profile.json", {
            "resourceType": "StructureDefinition", "url": "http://example.org/painted", "name": "Painted", "status": "active",
            "kind": "resource", "abstract": False, "type": "Basic", "derivation": "constraint",
            "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Basic", "differential": {"element": [
                {"id": "Basic", "path": "Basic"},
                {"id": "Basic.code", "path": "Basic.code",
                 "binding": {"strength": "required", "valueSet": "http://example.org/colours?fhir_vs"}}]}})
        files = {code: self.write(f"{code}.json", {
            "resourceType": "Basic", "meta": {"profile": ["http://example.org/painted"]},
            "code": {"coding": [{"system": "http://example.org/colours", "code": code}]}}) for code in ("red", "loud")}
        for code, status in (("red", 0), ("loud", 1)):
            done = run("validate", "--data", self.data, "--package", profile, files[code])
            self.assertEqual(done.returncode, status, done.stdout)
        self.assertEqual(run("validate", "--package", profile, files["loud"]).returncode, 0)

    def test_member_of_and_subsumes_ask_loaded_releases(self):
        resource = self.write("basic.json", {"resourceType": "Basic", "code": {"coding": [
            {"system": "http://example.org/colours", "code": "red"}]}})
        for expression in ("Basic.code.memberOf('http://example.org/colours?fhir_vs')",
                           "Basic.code.coding.first().subsumedBy(Basic.code.coding.first())"):
            done = run("fhirpath", "--data", self.data, expression, resource)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(b"true", done.stdout)

    def test_a_folder_without_releases_is_an_error(self):
        resource = self.write("basic.json", {"resourceType": "Basic", "code": {"text": "x"}})
        for command in (["validate"], ["fhirpath", "Basic.code"], ["index"]):
            done = run(*command[:1], "--data", self.path("nowhere"), *command[1:], resource)
            self.assertGreaterEqual(done.returncode, 1)
            self.assertIn(b"There are no releases in", done.stderr)
