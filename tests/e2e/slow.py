"""A search that honestly takes long: many alternatives that every name is compared with."""
import time

from support import ServerCase, bundle, entry, patient

PATIENTS = 4000
NAMES = 12  # of one patient
ALTERNATIVES_MAX = 500  # between the commas of one parameter
PATH_MAX = 7000  # characters; the server reads 8 KiB
SYLLABLES = ("ba", "ko", "mi", "tu", "re", "sa", "no", "li")


def name_of(number):
    """Words of syllables that begin alike; none of them holds the other letters that are searched for."""
    word = ""
    for _ in range(12):
        word += SYLLABLES[number % len(SYLLABLES)]
        number = number // 3 + 7
    return "Zz" + word


def alternatives(count, start=0):
    """So many parts of names that nobody has, and last one that all have."""
    digits = "0123456789bcdfghjpqvwxy"  # no letter of a syllable
    return ",".join([digits[i // len(digits)] + digits[i % len(digits)] for i in range(start, start + count - 1)] + ["zz"])


class SlowCase(ServerCase):
    """The server holds names enough for `slow_path` to take as long as is asked for."""

    arguments = ("--durability", "off", "--no-validate")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.server.client() as http:
            for start in range(0, PATIENTS, 1000):
                made = http.post("", bundle(*(
                    entry("POST", "Patient", patient(name=[{"family": name_of(i * NAMES + n)} for n in range(NAMES)]))
                    for i in range(start, start + 1000))), Prefer="return=minimal")
                assert made.status == 200, made
            cls.seconds_per_alternative = cls.measure(http)

    @classmethod
    def measure(cls, http):
        """Time of the processor, so that what else runs here counts as little as can be."""
        count, took = 5, 0.0
        while took < 0.2 and count < ALTERNATIVES_MAX:
            count *= 2
            began = cls.server.cpu_seconds()
            found = http.get("Patient?_summary=count&name:contains=" + alternatives(count))
            took = cls.server.cpu_seconds() - began
            if found.status == 504:  # slow enough
                break
            assert found.status == 200 and found.json["total"] == PATIENTS, found
        return max(took, 0.01) / count

    @classmethod
    def slow_path(cls, seconds):
        """A search that takes about `seconds` of a processor like this one when nothing ends it before."""
        path, needed = "Patient?_summary=count", int(seconds / cls.seconds_per_alternative) + 1
        while needed > 0:
            path += "&name:contains=" + alternatives(min(needed, ALTERNATIVES_MAX))
            needed -= ALTERNATIVES_MAX
        assert len(path) <= PATH_MAX, f"{len(path)} characters are more than a path may have: more names are needed"
        return path
