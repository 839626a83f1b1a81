"""$reindex, and the index of a search parameter that arrives while resources are stored. R4 has no such
operation; its answers are those of https://hl7.org/fhir/R4/async.html"""
import os
import sqlite3
import time

from support import ServerCase, bundle, entries, entry, patient

PATIENTS = 2500


def parameter(code, expression="Patient.maritalStatus.text", type="string"):
    return {"resourceType": "SearchParameter", "id": code, "url": f"http://clinic.test/SearchParameter/{code}",
            "name": code, "status": "active", "description": code, "code": code, "base": ["Patient"], "type": type,
            "expression": expression}


def values(job):
    return {p["name"]: next(v for k, v in p.items() if k.startswith("value")) for p in job["parameter"]}


class Reindex(ServerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.server.client() as http:
            for first in range(0, PATIENTS, 500):
                made = http.post("", bundle(*(entry("PUT", f"Patient/r{n}", patient(
                    f"Family{n}", id=f"r{n}", maritalStatus={"text": "Married" if n % 2 else "Single"}))
                    for n in range(first, first + 500)), kind="batch"))
                assert made.status == 200, made

    def ended(self, location, seconds=120):
        """The job once it has ended; it is asked for as the specification says."""
        deadline = time.monotonic() + seconds
        while True:
            got = self.http.get(location)
            self.assert_status(got, 200, 202)
            if got.status == 200:
                return values(got.json)
            self.assertTrue(got["X-Progress"])
            self.assertLess(time.monotonic(), deadline, got)
            time.sleep(0.05)

    def newest(self):
        return [values({"parameter": p["part"]}) for p in self.http.get("$reindex").json["parameter"]][-1]

    def restart(self, end):
        self.http.close()
        end()
        self.server.restart()
        self.http.port = self.server.port

    def lose_rows(self, *tables):
        """As a store that an older program wrote: rows are missing."""
        self.http.close()
        self.server.terminate()
        with sqlite3.connect(os.path.join(self.server.data, "medisync.db")) as database:
            for table in tables:
                database.execute(f"DELETE FROM {table}")
        database.close()
        self.server.restart()
        self.http.port = self.server.port

    def count(self, query):
        return self.http.get(f"Patient?{query}&_summary=count").json["total"]

    def test_rows_that_are_missing_come_back(self):
        before = self.count("family=family7")
        self.assertGreater(before, 100)
        self.lose_rows("string_index")
        self.assertEqual(self.count("family=family7"), 0)
        # An instance at once.
        self.assert_status(self.http.post("Patient/r7/$reindex", {"resourceType": "Parameters"}), 200)
        self.assertEqual(self.count("family=family7"), 1)
        # A type in the background: "202 Accepted … Content-Location".
        begun = self.http.post("Patient/$reindex", {"resourceType": "Parameters"})
        self.assert_status(begun, 202)
        job = self.ended(begun["Content-Location"])
        self.assertEqual((job["status"], job["failed"]), ("done", 0))
        self.assertGreaterEqual(job["done"], PATIENTS)
        self.assertEqual(self.count("family=family7"), before)
        self.assertEqual(self.http.get("Patient/r7").json["meta"]["versionId"], "1")

    def test_others_work_meanwhile_and_a_restart_goes_on(self):
        self.lose_rows("string_index")
        begun = self.http.post("$reindex", {"resourceType": "Parameters"})
        self.assert_status(begun, 202)
        id = values(begun.json)["job"]
        self.create(patient("Meanwhile"))
        self.restart(self.server.kill)
        job = self.ended(f"$reindex?job={id}")
        self.assertEqual(job["status"], "done")
        self.assertEqual(self.count("family=family24"), 111)

    def test_cancel(self):
        begun = self.http.post("$reindex", {"resourceType": "Parameters"})
        id = values(begun.json)["job"]
        ended = self.http.post(f"$reindex?job={id}&cancel=true", {"resourceType": "Parameters"})
        self.assertIn(values(ended.json)["status"], ("cancelled", "done"))
        self.assert_status(self.http.get(f"$reindex?job={id}"), 200)

    def test_what_was_cancelled_is_let_go_behind_one_that_works(self):
        first = values(self.http.post("$reindex", {"resourceType": "Parameters"}).json)["job"]
        for _ in range(60):
            id = values(self.http.post("$reindex", {"resourceType": "Parameters"}).json)["job"]
            self.http.post(f"$reindex?job={id}&cancel=true", {"resourceType": "Parameters"})
        self.assertLessEqual(len(self.http.get("$reindex").json["parameter"]), 40)
        self.http.post(f"$reindex?job={first}&cancel=true", {"resourceType": "Parameters"})

    def keep_busy(self):
        """Jobs enough that what is begun behind them waits for a while."""
        return [values(self.http.post("$reindex", {"resourceType": "Parameters"}).json)["job"] for _ in range(10)]

    def cancel(self, jobs):
        for job in jobs:
            self.http.post(f"$reindex?job={job}&cancel=true", {"resourceType": "Parameters"})

    def test_parameters_that_arrive_while_others_wait_make_one_job(self):
        working = self.keep_busy()
        for n in range(5):
            self.create(parameter(f"many-{n}"))
            self.http.get(f"Patient?many-{n}=married")
        jobs = [p["part"] for p in self.http.get("$reindex").json["parameter"]]
        urls = [[part["valueUri"] for part in job if part["name"] == "parameter"] for job in jobs]
        many = [list for list in urls if any("many-" in url for url in list)]
        self.assertEqual(sum(len(list) for list in many), 5)
        self.assertLess(len(many), 5)
        self.cancel(working)
        self.assertEqual(self.ended(f"$reindex?job={self.newest()['job']}")["status"], "done")
        self.assertEqual(self.count("many-4=married"), PATIENTS // 2)

    def test_what_is_not_indexed_yet_is_not_told_to_be_unknown(self):
        working = self.keep_busy()
        changed = {**parameter("identifier", "Patient.identifier | Patient.contained.identifier", "token"),
                   "url": "http://hl7.org/fhir/SearchParameter/Patient-identifier"}
        made = self.create(changed)
        asked = {"resourceType": "Patient", "identifier": [{"value": "1"}]}
        self.assert_outcome(self.http.post("Patient/$match", asked), 503, "transient")
        self.cancel(working)
        self.ended(f"$reindex?job={self.newest()['job']}")
        self.assert_status(self.http.post("Patient/$match", asked), 200)
        self.http.delete(f"SearchParameter/{made['id']}")
        self.http.get("Patient?identifier=1")
        self.ended(f"$reindex?job={self.newest()['job']}")

    def test_a_search_parameter_that_arrives_is_indexed_while_searches_say_so(self):
        self.create(parameter("marital-text"))
        first = self.http.get("Patient?marital-text=married&_count=1000")
        self.assert_status(first, 200)
        told = entries(first.json, "outcome")
        found = len(entries(first.json, "match"))
        if found < PATIENTS // 2 and found < 1000:
            self.assertTrue(told, "an incomplete search says so")
        for each in told:
            issue = each["resource"]["issue"][0]
            self.assertEqual((issue["severity"], issue["code"]), ("warning", "incomplete"))
            # A condition that cannot be judged yet is refused: it must not create a second one.
            again = self.http.request("POST", "Patient", patient("X"), {"If-None-Exist": "marital-text=widowed"})
            self.assertIn(again.status, (201, 503))
        job = self.newest()
        self.assertEqual(job["parameter"], "http://clinic.test/SearchParameter/marital-text")
        self.ended(f"$reindex?job={job['job']}")
        done = self.http.get("Patient?marital-text=married&_summary=count")
        self.assertEqual(done.json["total"], PATIENTS // 2)
        self.assertEqual(entries(self.http.get("Patient?marital-text=married").json, "outcome"), [])

    def test_one_that_changes_is_indexed_anew_and_a_restart_indexes_nothing(self):
        self.http.put("SearchParameter/changing", {**parameter("changing", "Patient.gender"), "id": "changing"})
        self.http.get("Patient?changing=x")
        self.ended(f"$reindex?job={self.newest()['job']}")
        self.http.put("SearchParameter/changing", {**parameter("changing"), "id": "changing"})
        self.http.get("Patient?changing=x")
        self.ended(f"$reindex?job={self.newest()['job']}")
        self.assertEqual(self.count("changing=single"), PATIENTS // 2)
        job = self.newest()["job"]
        self.restart(self.server.terminate)
        self.assertEqual(self.newest()["job"], job)
        self.assertEqual(self.count("changing=single"), PATIENTS // 2)

    def test_a_transaction_starts_none(self):
        """What it started could not be undone with the rest: "all actions … succeed or fail together"."""
        before = self.http.get("$reindex").json
        for url in ("$reindex", "Patient/$reindex", "Patient/r1/$reindex"):
            for parameters in (None, {"resourceType": "Parameters"}):
                refused = self.http.post("", bundle(entry("POST", "Patient", patient("Refused")),
                                                    entry("POST", url, parameters)))
                self.assert_outcome(refused, 400, "not-supported")
                self.assertEqual(refused.json["issue"][0]["expression"], ["Bundle.entry[1]"])
        self.assertEqual(self.count("family=Refused"), 0)
        self.assertEqual(self.http.get("$reindex").json, before)

    def test_a_transaction_may_ask_how_far_one_has_come_and_a_batch_may_start_one(self):
        told = self.http.post("", bundle(entry("GET", "$reindex")))
        self.assert_status(told, 200)
        self.assertEqual(told.json["entry"][0]["resource"]["resourceType"], "Parameters")
        started = self.http.post("", bundle(entry("POST", "Patient/$reindex"), entry("POST", "Patient/r1/$reindex"),
                                            kind="batch"))
        self.assertEqual([e["response"]["status"][:3] for e in started.json["entry"]], ["202", "200"])
        self.assertEqual(self.ended(started.json["entry"][0]["response"]["location"])["status"], "done")

    def test_what_is_wrong_is_said(self):
        self.assert_outcome(self.http.get("$reindex?job=none"), 404, "not-found")
        self.assert_outcome(self.http.post("$reindex?cancel=true", {"resourceType": "Parameters"}), 400, "required")
        self.assert_outcome(self.http.post("$reindex?job=a&job=b", {"resourceType": "Parameters"}), 400, "invalid")
        self.assert_outcome(self.http.post("Patient/none/$reindex", {"resourceType": "Parameters"}), 404)
        self.assert_outcome(self.http.post("$reindex?now=true", {"resourceType": "Parameters"}), 400, "not-supported")
        self.assert_outcome(self.http.post("Patint/$reindex", {"resourceType": "Parameters"}), 404)
