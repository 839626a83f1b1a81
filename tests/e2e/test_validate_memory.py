"""However many resources are judged, and whatever they name, memory stays where it was."""
import json
import os
import tempfile

from support import Case, binary

FEW, MANY = 2_000, 100_000
GROWTH_KB_MAX = 16 * 1024


def resource(number):
    """Its codes, profiles, extensions and references are named nowhere else."""
    return {"resourceType": "Patient", "id": f"p{number}", "meta": {"profile": [f"http://else.test/p{number}"]},
            "extension": [{"url": f"http://else.test/x{number}", "valueString": f"v{number}"}],
            "identifier": [{"system": f"http://else.test/i{number}", "value": str(number)}],
            "name": [{"family": f"F{number}", "given": [f"G{number}"]}], "birthDate": "1970-01-31",
            "maritalStatus": {"coding": [{"system": f"http://else.test/s{number}", "code": f"c{number}"}]},
            "managingOrganization": {"reference": f"Organization/{number}"}}


class Memory(Case):
    def peak_kb(self, count):
        """Of the program that judges so many lines; what a child took at most, by the kernel."""
        with tempfile.NamedTemporaryFile("w", suffix=".ndjson") as lines, open(os.devnull, "wb") as nowhere:
            for number in range(count):
                lines.write(json.dumps(resource(number)) + "\n")
            lines.flush()
            command = [binary(), "validate", "--allow-unknown-extensions", "--severity", "error", lines.name]
            child = os.posix_spawn(command[0], command, os.environ,
                                   file_actions=[(os.POSIX_SPAWN_DUP2, nowhere.fileno(), 1),
                                                 (os.POSIX_SPAWN_DUP2, nowhere.fileno(), 2)])
            _, status, usage = os.wait4(child, 0)
        self.assertEqual(os.waitstatus_to_exitcode(status), 0)
        return usage.ru_maxrss

    def test_a_hundred_thousand_resources_take_no_more_than_two_thousand(self):
        few, many = self.peak_kb(FEW), self.peak_kb(MANY)
        self.assertLess(many, few + GROWTH_KB_MAX, f"{few} KB for {FEW}, {many} KB for {MANY}")
