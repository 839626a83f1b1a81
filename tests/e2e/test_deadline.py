"""A request over its time limit ends with `timeout`, and hurts nobody else.
https://hl7.org/fhir/R4/http.html#Status-Codes"""
import statistics
import threading
import time

from slow import SlowCase
from support import entry, patient, say

DEADLINE = 4  # seconds, for the server below
ASKED = 20  # seconds of a processor that the slow searches would take


class Deadline(SlowCase):
    arguments = SlowCase.arguments + ("--deadline", str(DEADLINE))

    def test_a_slow_search_ends_with_timeout_while_others_are_answered(self):
        made = self.create(patient("Quick"))
        answers, times = [], []

        def ask():
            with self.server.client() as http:
                began = time.monotonic()
                answers.append(http.get(self.slow_path(ASKED)))
                times.append(time.monotonic() - began)

        threads = [threading.Thread(target=ask, daemon=True) for _ in range(3)]
        for thread in threads:
            thread.start()
        quick = []
        while any(thread.is_alive() for thread in threads):
            began = time.monotonic()
            self.assertEqual(self.http.get("Patient/" + made["id"]).json["name"], [{"family": "Quick"}])
            self.assert_status(self.http.get("Patient?family=Quick"), 200)
            self.assert_status(self.http.put("Patient/written", patient(f"W{len(quick)}", id="written")), 200, 201)
            quick.append(time.monotonic() - began)
        for thread in threads:
            thread.join()
        for answer in answers:
            self.assert_outcome(answer, 504, "timeout")
            self.assertNotIn(b"zz", answer.body)  # nothing of the query
        # Were others held up, one round of them would be all that fits beside the slow ones.
        self.assertGreater(len(quick), 5)
        say(f"beside searches that end after {min(times):.1f} s, three requests take {statistics.median(quick) * 1000:.0f} ms")

    def test_afterwards_its_connection_serves_again(self):
        for _ in range(3):
            self.assert_outcome(self.http.get(self.slow_path(ASKED)), 504, "timeout")
            self.assert_status(self.http.get("Patient?_count=1"), 200)

    def test_in_a_batch_the_others_are_answered(self):
        got = self.transaction(entry("GET", self.slow_path(ASKED)), entry("GET", "Patient?_count=1"), kind="batch")
        self.assert_status(got, 200)
        self.assertEqual([e["response"]["status"][:3] for e in got.json["entry"]], ["504", "200"])
        self.assertEqual(got.json["entry"][0]["response"]["outcome"]["issue"][0]["code"], "timeout")
