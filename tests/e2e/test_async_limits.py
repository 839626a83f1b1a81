"""Requests that are answered later, and that take longer than anybody waits: cancelled ones, full
queues, the end of the program. https://hl7.org/fhir/R4/async.html"""
import time

from slow import SlowCase
from support import bundle, entry, patient
from test_async import ASYNC, finished

LONG = 10  # seconds of a processor that the slow searches would take
WAIT = 120


class Limits(SlowCase):
    """Each test finds the server without any request that waits, and leaves it so."""

    arguments = SlowCase.arguments + ("--async-deadline", "600")

    def accept(self, method, path, body=None):
        response = self.http.request(method, path, body, ASYNC)
        self.assert_status(response, 202)
        return response["Content-Location"][len(self.server.base) + 1:]

    def await_progress(self, url, pattern):
        deadline = time.monotonic() + WAIT
        while True:
            response = self.http.get(url)
            self.assert_status(response, 202)
            if response["X-Progress"].startswith(pattern):
                return
            self.assertLess(time.monotonic(), deadline, response["X-Progress"])
            time.sleep(0.02)

    def restart(self):
        """Ends the program as SIGTERM asks and starts it again."""
        self.http.close()
        self.assertEqual(self.server.terminate(), 0, self.server.tail())
        self.server.restart()
        self.http = self.server.client()
        self.addCleanup(self.http.close)

    def test_a_batch_that_is_cancelled_ends_before_its_end(self):
        """clients can send a delete request to the url … to cancel the request"""
        # DELETE comes before POST: the creations wait for a search that takes long.
        slow = self.slow_path(LONG).replace("_summary=count&", "")
        parts = [entry("DELETE", slow)] + [entry("POST", "Patient", patient("Cancelled")) for _ in range(50)]
        url = self.accept("POST", "", bundle(*parts, kind="batch"))
        self.await_progress(url, "0 of 51")
        self.assert_status(self.http.delete(url), 202)
        self.assert_outcome(self.http.get(url), 404, "not-found")
        self.restart()  # whatever ran has ended
        self.assertEqual(self.http.get("Patient?family=Cancelled&_summary=count").json["total"], 0)

    def test_a_search_that_is_cancelled_ends_at_once(self):
        began = self.server.cpu_seconds()
        urls = [self.accept("GET", self.slow_path(LONG)) for _ in range(2)]  # as many as run at once
        for url in urls:
            self.await_progress(url, "working")
        for url in urls:
            self.assert_status(self.http.delete(url), 202)
        self.assert_status(finished(self.http, self.accept("GET", "Patient?_count=1")), 200)
        self.assertLess(self.server.cpu_seconds() - began, LONG)  # both were to take twice that

    def test_so_many_wait_and_no_more(self):
        running = [self.accept("GET", self.slow_path(LONG)) for _ in range(2)]
        for url in running:
            self.await_progress(url, "working")
        waiting = [self.accept("GET", "Patient?_count=1") for _ in range(100)]
        for _ in range(3):
            refused = self.http.request("GET", "Patient?_count=1", None, ASYNC)
            self.assert_outcome(refused, 503, "transient")
            self.assertTrue(refused["Retry-After"])
        self.assertEqual(self.http.get(waiting[1])["X-Progress"], "waiting behind 1 others")
        self.assert_status(self.http.delete(waiting[0]), 202)
        waiting[0] = self.accept("GET", "Patient?_count=1")  # its place is free
        for url in running:
            self.assert_status(self.http.delete(url), 202)
        for url in waiting:
            self.assert_status(finished(self.http, url), 200)

    def test_the_end_of_the_program_does_not_wait_for_what_runs(self):
        url = self.accept("GET", self.slow_path(LONG))
        self.await_progress(url, "working")
        self.restart()
        self.await_progress(url, "working")  # not answered; it changes nothing, and is done again
        self.assert_status(self.http.delete(url), 202)

    def test_a_batch_says_which_entries_the_end_of_the_program_left_out(self):
        slow = self.slow_path(LONG)
        parts = [entry("POST", "Patient", patient("Before")), entry("GET", slow), entry("GET", "Patient?_count=1")]
        url = self.accept("POST", "", bundle(*parts, kind="batch"))
        self.await_progress(url, "2 of 3")
        self.restart()
        answer = self.http.get(url)
        self.assert_status(answer, 200)
        statuses = [e["response"]["status"][:3] for e in answer.json["entry"][0]["resource"]["entry"]]
        self.assertEqual(statuses, ["201", "504", "200"])
        self.assertEqual(self.http.get("Patient?family=Before&_summary=count").json["total"], 1)
