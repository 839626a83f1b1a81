"""serve --audit: an AuditEvent for each interaction, in a chain that medisync audit verify checks.
https://profiles.ihe.net/ITI/BALP/content.html https://hl7.org/fhir/R4/auditevent.html"""
import base64
import json
import os
import resource
import shutil
import socket
import sqlite3
import tempfile
import time

from smart import SmartCase
from support import Case, Server, ServerCase, bundle, entries, entry, patient, run, say, until
from test_async import finished


def subtype(event):
    return event["subtype"][0]["code"]


def whats(event, role):
    return [e["what"]["reference"] for e in event["entity"] if e.get("role", {}).get("code") == role and "reference" in e.get("what", {})]


class Trail(ServerCase):
    arguments = ("--audit",)

    def events(self, **criteria):
        """The events of a search, once at least one is there: they are written behind the requests."""
        def look():
            answer = self.http.search("AuditEvent", {"_sort": "_id", "_count": "1000", **criteria})
            self.assert_status(answer, 200)
            return [e["resource"] for e in entries(answer.json)]

        found = until(look, pause=0.05)
        self.assertTrue(found, f"no event for {criteria}")
        return found

    def query_of(self, event):
        return "".join(base64.b64decode(e["query"]).decode(errors="replace") for e in event["entity"] if "query" in e)

    def test_each_interaction_is_told_with_what_it_was_about(self):
        made = self.create(patient("Audited"))
        place = f"Patient/{made['id']}"
        self.http.get(place)
        self.http.put(place, {**made, "gender": "male"})
        self.http.get(place + "/_history/1")
        self.http.get(place + "/_history")
        self.http.search("Observation", {"patient": made["id"], "code": "x"})
        self.http.delete(place)
        self.http.get(place)
        self.events(subtype="delete", patient=place)
        self.events(subtype="read", outcome="4", patient=place)
        events = [e for e in self.events(patient=place) if "AuditEvent" not in self.query_of(e)]
        self.assertEqual([(subtype(e), e["action"], e["outcome"]) for e in events], [
            ("create", "C", "0"), ("read", "R", "0"), ("update", "U", "0"), ("vread", "R", "0"),
            ("history-instance", "R", "0"), ("search-type", "E", "0"), ("delete", "D", "0"), ("read", "R", "4")])
        self.assertEqual(whats(events[0], "4"), [place + "/_history/1"])
        self.assertEqual({tuple(whats(e, "1")) for e in events}, {(place,)})
        self.assertIn(f"GET /fhir/Observation?patient={made['id']}", self.query_of(events[5]))
        self.assertEqual(events[0]["agent"][0]["network"]["address"], "127.0.0.1")

    def test_events_are_valid(self):
        self.create(patient())
        for event in self.events()[:5]:
            answer = self.http.post("AuditEvent/$validate", event)
            self.assertEqual([i for i in answer.issues if i["severity"] in ("error", "fatal")], [], event)

    def test_a_transaction_names_what_it_wrote(self):
        done = self.transaction(entry("PUT", "Patient/tx1", patient(id="tx1")), entry("PUT", "Patient/tx2", patient(id="tx2")))
        self.assert_status(done, 200)
        event = self.events(subtype="transaction", entity="Patient/tx1")[0]
        self.assertEqual(whats(event, "4"), ["Patient/tx1/_history/1", "Patient/tx2/_history/1"])

    def test_what_a_bundle_reads_is_told_one_by_one(self):
        one = self.create(patient("Within"))
        place = f"Patient/{one['id']}"
        read, gone = entry("GET", place), entry("GET", "Patient/never-was")
        search = entry("GET", f"Observation?patient={one['id']}&code=in-bundle")
        for kind, parts in (("batch", (read, gone, search)), ("transaction", (read, search, entry("PUT", "Patient/beside", patient(id="beside"))))):
            with self.subTest(kind):
                done = self.http.post("", bundle(*parts, kind=kind))
                self.assert_status(done, 200)
                request_id = done["X-Request-Id"]
                mine = []

                def are_there():
                    mine[:] = [e for e in self.events() if any(
                        entity.get("what", {}).get("identifier", {}).get("value") == request_id for entity in e["entity"])]
                    return len(mine) == len(parts) + (kind == "batch")

                until(are_there, pause=0.05)
                told = sorted((subtype(e), e["outcome"], tuple(whats(e, "4"))) for e in mine)
                reads = [("read", "0", (place,)), ("search-type", "0", ())]
                if kind == "batch":
                    self.assertEqual(told, sorted(reads + [("read", "4", ("Patient/never-was",)), ("transaction", "0", ())]))
                else:
                    self.assertEqual(told, sorted(reads + [("transaction", "0", ("Patient/beside/_history/1",))]))
                found = next(e for e in mine if subtype(e) == "search-type")
                self.assertIn("code=in-bundle", self.query_of(found))
                self.assertEqual(whats(found, "1"), [place])

    def test_refusals_are_told_too(self):
        self.assert_status(self.http.post("Patient", {"resourceType": "Patient", "gender": "none such"}), 422)
        event = self.events(subtype="create", outcome="4")[0]
        self.assertEqual(event["outcomeDesc"], "HTTP 422")

    def test_nobody_writes_into_the_trail(self):
        self.create(patient())
        event = self.events()[0]
        place = "AuditEvent/" + event["id"]
        self.assert_outcome(self.http.put(place, event), 403, "forbidden")
        self.assert_outcome(self.http.delete(place), 403, "forbidden")
        self.assert_outcome(self.http.put("AuditEvent/audit-0000000000999999", {**event, "id": "audit-0000000000999999"}), 403, "forbidden")
        self.assertNotEqual(self.transaction(entry("DELETE", place)).status, 200)
        self.assertEqual(self.http.get(place).json["meta"]["versionId"], "1")
        # Events of other systems are resources as any.
        other = self.http.post("AuditEvent", {k: v for k, v in event.items() if k not in ("id", "meta", "extension")})
        self.assert_status(other, 201)

    def test_what_is_answered_later_is_told_when_it_is_asked_for_and_when_it_is_fetched(self):
        accepted = self.http.get("Patient?name=later", Prefer="respond-async")
        self.assert_status(accepted, 202)
        self.assert_status(finished(self.http, accepted["Content-Location"]), 200)
        # The event of the fetching comes behind its answer.
        until(lambda: any("/_async/" in self.query_of(e) for e in self.events(subtype="operation")), pause=0.05)
        queries = [self.query_of(e) for e in self.events()]
        self.assertEqual(len([q for q in queries if "Patient?name=later" in q]), 1)
        self.assertEqual(len([q for q in queries if "/_async/" in q]), 1)

    def test_a_url_with_escapes_hides_nothing(self):
        for number, path in enumerate(("%50atient/{}", "Patient/%65sc{}", "Patient%2Fesc{}", "Patient/esc{}%2F_history%2F1")):
            name = f"esc{number}"
            self.http.put(f"Patient/{name}", patient(id=name))
            path = "/fhir/" + path.format(name if number == 0 else number)
            self.assert_status(self.http.raw("GET", path), 200)
            reads = self.events(action="R", entity=f"Patient/{name}")
            self.assertEqual([whats(e, "1") for e in reads], [[f"Patient/{name}"]], path)

    def test_no_url_stops_the_trail(self):
        for path in (b"Patient/\xff", b"Patient/%FF", b"Patient/%00", b"Patient/" + b"%C0%80" * 900, b"Patient/1/_history/%FE",
                     b"Observation?patient=%FF&_id=\xfe", b"Patient/$x%0d%0a?%FF=%FF"):
            with socket.create_connection(("127.0.0.1", self.server.port), 30) as raw:
                raw.sendall(b"GET /fhir/" + path + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                while raw.recv(4096):
                    pass
        self.http.put("Patient/after", patient(id="after"))
        self.assertEqual(len(self.events(entity="Patient/after")), 1)

    def test_a_token_in_a_url_is_not_told(self):
        self.http.get("Device?access_token=verysecret&manufacturer=shown")
        queries = until(lambda: [q for q in map(self.query_of, self.events(subtype="search-type")) if "Device?" in q], pause=0.05)
        self.assertIn("manufacturer=shown", queries[0])
        self.assertNotIn("verysecret", json.dumps(self.events()) + queries[0])

    def test_metrics_tell_how_the_trail_fares(self):
        def figure(name):
            text = self.http.raw("GET", "/metrics").body.decode()
            return float(next(line for line in text.splitlines() if line.startswith(name + " ")).split()[1])

        before = figure("medisync_audit_events_total")
        self.http.post("Patient", patient())
        self.assertGreaterEqual(figure("medisync_audit_events_total"), before + 1)  # its event was there first
        for name in ("medisync_audit_failures_total", "medisync_audit_lost_total"):
            self.assertEqual(figure(name), 0)
        self.assertTrue(until(lambda: figure("medisync_audit_waiting") == 0), "events still wait")

    def test_health_and_metadata_leave_no_event(self):
        self.http.get("metadata")
        self.http.raw("GET", "/health")
        self.create(patient())
        self.assertEqual([e for e in self.events() if subtype(e) == "capabilities"], [])


class Verify(Case):
    """Over a trail of some twenty events, each time a copy that is damaged in one way."""

    @classmethod
    def setUpClass(cls):
        cls.data = tempfile.mkdtemp(prefix="medisync-e2e-")
        cls.addClassCleanup(shutil.rmtree, cls.data, True)
        for _ in range(2):  # over a restart
            with Server(data=cls.data, arguments=["--audit"]) as server, server.client() as http:
                for number in range(10):
                    assert http.put(f"Patient/v{number}", patient(id=f"v{number}")).status in (200, 201)
                server.terminate()

    def verify(self, data):
        done = run("audit", "verify", "--data", data)
        return done.returncode, done.stdout.decode().splitlines(), done.stderr.decode()

    def damaged(self, statement, *values):
        copy = tempfile.mkdtemp(prefix="medisync-e2e-")
        self.addCleanup(shutil.rmtree, copy, True)
        shutil.copytree(self.data, copy, dirs_exist_ok=True)
        with sqlite3.connect(os.path.join(copy, "medisync.db")) as database:
            changed = database.execute(statement, values).rowcount
        self.assertGreater(changed, 0, "the damage is done")
        return copy

    def test_a_whole_trail(self):
        code, lines, error = self.verify(self.data)
        self.assertEqual(code, 0, (lines, error))
        self.assertIn("20 events, 0 that could not be kept, 0 faults", lines)

    def told_of(self, statement, *values):
        code, lines, _ = self.verify(self.damaged(statement, *values))
        self.assertEqual(code, 1)
        return [line.split(" ", 1) for line in lines if line.startswith("AuditEvent/")]

    def test_what_is_taken_away_is_missed(self):
        gone = "audit-0000000000000005"
        self.assertEqual(self.told_of("DELETE FROM resource WHERE id = ?", gone), [["AuditEvent/" + gone, "is missing"]])

    def test_an_end_that_was_cut_off_is_missed(self):
        told = self.told_of("DELETE FROM resource WHERE id > 'audit-0000000000000017' AND id LIKE 'audit-%'")
        self.assertEqual([what for _, what in told], ["is missing"] * 3)

    def test_what_was_put_in_the_place_of_another_shows(self):
        told = self.told_of("UPDATE resource SET body = (SELECT body FROM resource WHERE id = 'audit-0000000000000006') "
                            "WHERE id = 'audit-0000000000000005'")
        self.assertEqual(told[0], ["AuditEvent/audit-0000000000000005", "is another event"])

    def test_what_was_written_anew_shows(self):
        told = self.told_of("UPDATE resource SET version_id = 2 WHERE id = 'audit-0000000000000004'")
        self.assertEqual(told[0], ["AuditEvent/audit-0000000000000004", "has more than one version"])

    def test_another_key(self):
        copy = tempfile.mkdtemp(prefix="medisync-e2e-")
        self.addCleanup(shutil.rmtree, copy, True)
        shutil.copytree(self.data, copy, dirs_exist_ok=True)
        os.unlink(os.path.join(copy, "audit.key"))
        self.assertEqual(self.verify(copy)[0], 2)
        with open(os.open(os.path.join(copy, "audit.key"), os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            file.write(base64.urlsafe_b64encode(b"k" * 32).decode().rstrip("=") + "\n")
        code, lines, _ = self.verify(copy)
        self.assertEqual(code, 1)
        self.assertTrue(any("was changed" in line for line in lines))
        with self.assertRaises(AssertionError):  # nor is such a trail gone on with
            Server(data=copy, arguments=["--audit"]).start()

    def test_a_folder_without_a_trail(self):
        with tempfile.TemporaryDirectory() as empty:
            self.assertEqual(self.verify(empty)[0], 2)


class Killed(Case):
    def test_the_trail_goes_on_after_a_kill(self):
        with Server(arguments=["--audit"]) as server:
            for number in range(3):
                with server.client() as http:
                    for _ in range(50):
                        self.assert_status(http.post("Patient", patient(f"K{number}")), 201)
                server.kill()
                server.restart()
            server.terminate()
            done = run("audit", "verify", "--data", server.data)
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertIn(b"0 faults", done.stdout)


    def test_no_change_is_acknowledged_before_its_event_is_durable(self):
        with Server(arguments=["--audit"]) as server:
            with server.client() as http:
                made = [http.post("Patient", patient(f"A{number}")).json["id"] for number in range(30)]
            server.kill()
            server.restart()
            with server.client() as http:
                found = entries(http.search("AuditEvent", {"subtype": "create", "_count": "1000"}).json)
            told = {what for e in found for what in whats(e["resource"], "4")}
            self.assertEqual({f"Patient/{one}/_history/1" for one in made} - told, set())


class FullDisk(Case):
    """A limit of file sizes stands for a disk that takes no more."""

    def test_a_trail_that_cannot_be_written_loses_no_request_and_no_event(self):
        with Server(arguments=["--audit"]) as server, server.client() as http:
            self.assert_status(http.put("Patient/before", patient(id="before")), 201)
            hard = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)[1]
            resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (4096, hard))
            self.assertGreaterEqual(http.put("Patient/full", patient(id="full")).status, 500)
            began = time.monotonic()
            for _ in range(20):
                self.assert_status(http.get("Patient/before"), 200)
                self.assert_status(http.search("Patient", {"_id": "before"}), 200)
            say(f"40 reads while the trail cannot be written: {time.monotonic() - began:.2f} s")
            resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (hard, hard))

            def total():
                found = http.search("AuditEvent", {"subtype": "read", "entity": "Patient/before", "_summary": "count"})
                return found.json["total"] if found.status == 200 else 0

            until(lambda: total() >= 20, pause=0.1)
            self.assertEqual(total(), 20)
            server.terminate()
            self.assertIn("the audit trail could not be written", server.tail(100_000))
            done = run("audit", "verify", "--data", server.data)
            self.assertEqual(done.returncode, 0, done.stdout)


class WithTokens(SmartCase):
    arguments = ("--audit",)

    def events(self, token, **criteria):
        found = until(lambda: [e["resource"] for e in entries(token.search("AuditEvent", {"_count": "1000", **criteria}).json)],
                      pause=0.05)
        self.assertTrue(found, f"no event for {criteria}")
        return found

    def test_who_asked_by_which_app_is_told(self):
        self.bearer("launch/patient patient/*.rs").get("Patient/p1")
        event = self.events(self.system, subtype="read", entity="Patient/p1", agent="Practitioner/dr")[0]
        agents = {a["type"]["coding"][0]["code"]: a["who"] for a in event["agent"]}
        self.assertEqual(agents["IRCP"], {"reference": "Practitioner/dr", "identifier": {"value": "ada"}})
        self.assertEqual(agents["110153"]["identifier"]["value"], "app")

    def test_who_was_refused_and_logins_are_told(self):
        self.assert_status(self.public.get("Patient/p1"), 401)
        self.assertTrue(self.events(self.system, subtype="read", outcome="4"))
        self.assertTrue(self.events(self.system, type="http://dicom.nema.org/resources/ontology/DCM|110114"))

    def test_a_patient_sees_what_is_about_them_alone(self):
        self.system.get("Patient/p1")
        self.system.get("Patient/p2")
        self.events(self.system, entity="Patient/p2")
        mine = self.bearer("launch/patient patient/AuditEvent.rs", user="pat")
        found = self.events(mine)
        self.assertTrue(all("Patient/p1" in json.dumps(e) for e in found))
        self.assertEqual([e for e in found if "Patient/p2" in whats(e, "1")], [])
        none = self.bearer("launch/patient patient/Observation.rs")
        self.assert_outcome(none.get("AuditEvent"), 403)
