"""https://hl7.org/fhir/R4/http.html#async https://hl7.org/fhir/R4/async.html"""
import re
import threading
import time

from support import REQUEST_SECONDS_MAX, Server, Case, ServerCase, bundle, entry, patient, until

ASYNC = {"Prefer": "respond-async"}


def finished(http, url, seconds=REQUEST_SECONDS_MAX):
    """Polls until there is an answer."""
    deadline = time.monotonic() + seconds
    while True:
        response = http.request("GET", url)
        if response.status != 202:
            return response
        assert time.monotonic() < deadline, "no answer in time"
        time.sleep(0.05)


def below_base(case, response):
    location = response["Content-Location"]
    case.assertTrue(location.startswith(case.server.base + "/"), location)
    return location[len(case.server.base) + 1:]


class AsyncCase(ServerCase):
    def accept(self, method, path, body=None, **headers):
        response = self.http.request(method, path, body, {**ASYNC, **headers})
        self.assert_status(response, 202)
        self.assertEqual(response.json["issue"][0]["code"], "informational")
        self.assertEqual(response["Preference-Applied"], "respond-async")
        return below_base(self, response)

    def answer(self, url):
        response = finished(self.http, url)
        self.assert_status(response, 200)
        self.assertEqual((response.json["resourceType"], response.json["type"]), ("Bundle", "batch-response"))
        return response.json["entry"][0]


class Asynchronous(AsyncCase):
    def test_a_request_is_taken_in_and_its_answer_fetched_later(self):
        url = self.accept("POST", "Patient", patient("Later"))
        first = self.answer(url)
        self.assertTrue(first["response"]["status"].startswith("201"))
        self.assertIn("/Patient/", first["response"]["location"])
        self.assertEqual(first["resource"]["name"][0]["family"], "Later")
        self.assert_status(self.http.get("Patient/" + first["resource"]["id"]), 200)
        again = self.http.get(url)
        self.assertEqual(again.json["entry"][0], first)
        self.assertRegex(again["Expires"], r"^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$")

    def test_what_failed_says_so_in_its_answer(self):
        answer = self.answer(self.accept("POST", "Patient", {"resourceType": "Patient", "gender": "unknwon"}))
        self.assertTrue(answer["response"]["status"].startswith("422"), answer)
        self.assertEqual(answer["response"]["outcome"]["resourceType"], "OperationOutcome")

    def test_searches_transactions_and_operations_are_answered_too(self):
        self.create(patient("Searchable", id="unused"))
        found = self.answer(self.accept("GET", "Patient?family=Searchable"))["resource"]
        self.assertEqual((found["type"], len(found["entry"])), ("searchset", 1))
        made = self.answer(self.accept("POST", "", bundle(entry("PUT", "Patient/in-it", patient("In", id="in-it")))))
        self.assertEqual(made["resource"]["type"], "transaction-response")
        valid = self.answer(self.accept("POST", "Patient/$validate", patient("Valid")))["resource"]
        self.assertEqual(valid["resourceType"], "OperationOutcome")

    def test_the_answer_comes_in_the_format_that_is_asked_for_then(self):
        url = self.accept("GET", "Patient?family=Nobody")
        self.answer(url)
        xml = self.http.get(url, Accept="application/fhir+xml")
        self.assertTrue(xml["Content-Type"].startswith("application/fhir+xml"))
        self.assertIn(b'<type value="batch-response"/>', xml.body)

    def test_reads_and_the_statement_of_capabilities_do_not_wait(self):
        made = self.create(patient("Read"))
        self.assert_status(self.http.request("GET", "Patient/" + made["id"], None, ASYNC), 200)
        self.assert_status(self.http.request("GET", "metadata", None, ASYNC), 200)

    def test_what_is_refused_at_the_door_is_refused_at_once(self):
        self.assert_outcome(self.http.request("POST", "Nonsense", patient(), ASYNC), 404, "not-supported")
        self.assert_outcome(self.http.request("GET", "Patient", None, {**ASYNC, "Accept": "text/turtle"}), 406)

    def test_delete_cancels_and_then_the_url_is_not_found(self):
        url = self.accept("GET", "Patient")
        self.assert_status(self.http.delete(url), 202)
        self.assert_outcome(self.http.get(url), 404, "not-found")
        self.assert_outcome(self.http.delete(url), 404, "not-found")
        self.assert_outcome(self.http.get("_async/" + "0" * 32), 404, "not-found")

    def test_while_it_works_it_tells_how_far_it_is(self):
        parts = [entry("POST", "Patient", patient(f"Progress{i}")) for i in range(3000)]
        url = self.accept("POST", "", bundle(*parts, kind="batch"))
        seen = set()
        while True:
            response = self.http.get(url)
            if response.status != 202:
                break
            self.assertEqual(response["Retry-After"], "1")
            seen.add(response["X-Progress"])
            time.sleep(0.01)
        self.assertEqual(len(response.json["entry"][0]["resource"]["entry"]), 3000)
        for progress in seen:
            self.assertTrue(re.match(r"(waiting|working|\d+ of 3000 entries)", progress), progress)


class Expiry(AsyncCase):
    arguments = ("--async-kept", "5")

    def test_an_answer_is_let_go_in_the_end(self):
        url = self.accept("GET", "Patient?family=Nobody")
        self.answer(url)
        self.assertTrue(until(lambda: self.http.get(url).status == 404))


class Restart(Case):
    def test_what_waits_and_what_is_answered_survives_what_ran_is_lost_and_says_so(self):
        server = Server(keep_data=True)
        self.addCleanup(server.stop)
        self.server = server.start() or server
        with server.client() as http:
            done = below_base(self, http.request("POST", "Patient", patient("Kept"), ASYNC))
            self.assert_status(finished(http, done), 200)
            big = bundle(*[entry("POST", "Patient", patient("Long")) for _ in range(15000)], kind="batch")
            running = [below_base(self, http.request("POST", "", big, ASYNC)) for _ in range(2)]
            waiting = below_base(self, http.request("POST", "Patient", patient("Waited"), ASYNC))
        server.kill()
        server.start()
        with server.client() as http:
            self.assert_status(http.get(done), 200)
            after = finished(http, waiting)
            self.assert_status(after, 200)
            self.assertTrue(after.json["entry"][0]["response"]["status"].startswith("201"))
            for url in running:
                response = finished(http, url)
                if response.status == 200:  # quicker than the end
                    continue
                self.assert_outcome(response, 500, "incomplete")
                self.assertIn("stopped", response.issues[0]["diagnostics"])
