"""What holds of every command of medisync."""
import json
import os
import subprocess
import tempfile

from support import ROOT, Case, binary


class CommandLine(Case):
    def test_output_that_does_not_arrive_is_a_failure(self):
        profile = {"resourceType": "StructureDefinition", "url": "http://else.test/p", "name": "P", "status": "active",
                   "kind": "resource", "abstract": False, "type": "Patient", "derivation": "constraint",
                   "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient",
                   "differential": {"element": [{"id": "Patient", "path": "Patient"}]}}
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file, open("/dev/full", "wb") as full:
            json.dump(profile, file)
            file.flush()
            for command in (["validate", file.name], ["snapshot", file.name], ["fhirpath", "url", file.name],
                            ["index", file.name], ["version"]):
                with self.subTest(command[0]):
                    done = subprocess.run([binary(), *command], stdout=full, stderr=subprocess.PIPE, check=False, cwd=ROOT)
                    self.assertEqual(done.returncode, 2)
                    self.assertIn(b"the output could not be written", done.stderr)

    def test_the_version_as_command_and_as_flag(self):
        told = {subprocess.run([binary(), asked], capture_output=True, check=True, cwd=ROOT).stdout
                for asked in ("version", "--version")}
        self.assertEqual(len(told), 1)
        self.assertRegex(told.pop().decode(), r"^medisync [0-9.]+ \(FHIR 4\.0\.1\)\n$")

    def test_a_file_that_cannot_be_read_is_named_without_a_place_in_it(self):
        absent = os.path.join(ROOT, "absent.json")
        done = subprocess.run([binary(), "validate", absent], capture_output=True, check=False, cwd=ROOT)
        self.assertEqual(done.returncode, 2)
        self.assertTrue(done.stdout.decode().startswith(f"{absent}: error: "), done.stdout)

    def test_a_command_that_is_none_is_named(self):
        for arguments, word in ((["nonsense"], b"nonsense"), ([], b"subcommand is required"), (["--odd"], b"--odd"),
                                (["package", "nonsense"], b"nonsense"), (["package"], b"subcommand is required")):
            done = subprocess.run([binary(), *arguments], capture_output=True, check=False, cwd=ROOT)
            self.assertEqual(done.returncode, 2)
            self.assertIn(word, done.stderr.splitlines()[0])

    def test_every_setting_of_the_server_is_an_environment_variable(self):
        told = subprocess.run([binary(), "serve", "--help"], capture_output=True, check=True, cwd=ROOT).stdout.decode()
        for line in told.splitlines():
            if line.startswith("  --"):
                name = line.split()[0].split(",")[0]
                self.assertIn(f"(Env:MEDISYNC_{name[2:].upper().replace('-', '_')})", line)
        done = subprocess.run([binary(), "serve"], capture_output=True, check=False, cwd=ROOT,
                              env={**os.environ, "MEDISYNC_PAGE_SIZE": "many"})
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"many", done.stderr)
