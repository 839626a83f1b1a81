"""https://hl7.org/fhir/uv/bulkdata/STU2/export.html"""
import gzip
import json
import os
import stat
import time
import unittest
import urllib.parse

from bulk import KICK_OFF, NDJSON, Export, below, finished, kick_off, parameters
from smart import observation
from support import Case, Server, ServerCase, bundle, entry, patient, until


def records():
    """Three patients; `one` and `two` are in the group, `three` once was."""
    resources = [
        {"resourceType": "Organization", "id": "org", "name": "Clinic"},
        {"resourceType": "Organization", "id": "lonely", "name": "Nobody's"},
        {"resourceType": "Practitioner", "id": "dr", "name": [{"family": "Doctor"}]},
        {"resourceType": "Practitioner", "id": "idle", "name": [{"family": "Idle"}]},
        {"resourceType": "Location", "id": "ward", "name": "Ward", "managingOrganization": {"reference": "Organization/org"}},
        {"resourceType": "Medication", "id": "pill", "code": {"text": "pill"}},
    ]
    for name in ("one", "two", "three", "four", "five"):
        me = {"reference": f"Patient/{name}"}
        resources += [
            patient(name.title(), id=name, gender="female", birthDate="1980-01-01"),
            observation(f"{name}-lab", name, "laboratory"),
            observation(f"{name}-vital", name, "vital-signs"),
            {"resourceType": "Device", "id": f"{name}-dev", "patient": me},
        ]
    resources += [
        observation("one-by-dr", "one", "laboratory", performer=[{"reference": "Practitioner/dr"}]),
        {"resourceType": "Encounter", "id": "one-enc", "status": "finished", "subject": {"reference": "Patient/one"},
         "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
         "location": [{"location": {"reference": "Location/ward"}}]},
        {"resourceType": "MedicationRequest", "id": "two-order", "status": "active", "intent": "order",
         "subject": {"reference": "Patient/two"}, "medicationReference": {"reference": "Medication/pill"}},
        {"resourceType": "Provenance", "id": "of-lab", "target": [{"reference": "Observation/one-lab"}],
         "recorded": "2020-01-01T00:00:00Z", "agent": [{"who": {"reference": "Practitioner/dr"}}]},
        {"resourceType": "Provenance", "id": "of-three", "target": [{"reference": "Patient/three"}],
         "recorded": "2020-01-01T00:00:00Z", "agent": [{"who": {"reference": "Practitioner/idle"}}]},
        {"resourceType": "Group", "id": "g", "type": "person", "actual": True, "member": [
            {"entity": {"reference": "Patient/one"}}, {"entity": {"reference": "Patient/two"}},
            {"entity": {"reference": "Patient/three"}, "inactive": True},
            {"entity": {"reference": "Patient/four"}, "period": {"end": "2001-01-01"}},
            {"entity": {"reference": "Practitioner/dr"}}]},
        {"resourceType": "Group", "id": "empty", "type": "person", "actual": True},
        {"resourceType": "Group", "id": "outer", "type": "person", "actual": True,
         "member": [{"entity": {"reference": "Group/g"}}]},
        {"resourceType": "Group", "id": "other", "type": "person", "actual": True, "member": [
            {"entity": {"reference": "Patient/one"}}, {"entity": {"reference": "Patient/five"}}]},
    ]
    return resources


def put_all(http, resources):
    done = http.post("", bundle(*[entry("PUT", f"{r['resourceType']}/{r['id']}", r) for r in resources]))
    assert done.status == 200, done
    return done


def of(ids, *types):
    return {one for one in ids if one.split("/")[0] in types}


class BulkCase(ServerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.server.client() as http:
            put_all(http, records())


class KickOff(BulkCase):
    def test_it_is_accepted_and_content_location_is_absolute(self):
        for path in ("$export", "Patient/$export", "Group/g/$export"):
            response = kick_off(self.http, path)
            self.assert_status(response, 202)
            self.assertTrue(response["Content-Location"].startswith(self.server.base + "/"))
            self.assert_status(self.http.delete(response["Content-Location"]), 202)

    def test_it_needs_to_prefer_an_answer_later(self):
        response = self.http.request("GET", "$export", None, {"Accept": "application/fhir+json"})
        self.assert_outcome(response, 400, "required")

    def test_output_formats(self):
        for form in ("application/fhir+ndjson", "application/ndjson", "ndjson"):
            for written in (urllib.parse.quote(form, safe=""), form):
                response = kick_off(self.http, "Group/g/$export?_outputFormat=" + written)
                self.assert_status(response, 202)
                self.http.delete(response["Content-Location"])
        self.assert_outcome(kick_off(self.http, "$export?_outputFormat=text/csv"), 400, "value")

    def test_what_is_not_understood_is_refused(self):
        for query, code in (("_since=yesterday", "value"), ("_since=2020-01-01", "value"), ("_until=2020", "value"),
                            ("_since=2020-01-01T00:00:00Z&_since=2021-01-01T00:00:00Z", "value"),
                            ("_since=2021-01-01T00:00:00Z&_until=2020-01-01T00:00:00Z", "value"),
                            ("_type=Nonsense", "value"), ("_type=Patient,../x", "value"), ("_elements=Nonsense.x", "value"),
                            ("_typeFilter=Nonsense%3Fx%3D1", "value"), ("_typeFilter=Patient", "value"),
                            ("_typeFilter=Patient%3Fnonsense%3D1", "not-supported"),
                            ("_typeFilter=Patient%3F_sort%3Dname", "not-supported"),
                            ("_typeFilter=Patient%3F_include%3DPatient%3Aorganization", "not-supported"),
                            ("_typeFilter=Observation%3Fdate%3Dsoon", "value"),
                            ("_type=Patient&_typeFilter=Observation%3Fstatus%3Dfinal", "invalid"),
                            ("includeAssociatedData=Nonsense", "not-supported"), ("organizeOutputBy=Patient", "not-supported"),
                            ("organizeOutputBy=Patient", "not-supported"), ("allowPartialManifests=true", "not-supported"),
                            ("patient=Patient/one", "not-supported"), ("nonsense=1", "not-supported")):
            with self.subTest(query):
                self.assert_outcome(kick_off(self.http, "$export?" + query), 400, code)
        self.assert_outcome(kick_off(self.http, "Patient/$export?patient=Patient/one"), 400, "value")

    def test_lenient_handling_passes_over_what_it_does_not_know_and_says_so(self):
        export = Export(self.http, "$export?_type=Patient,Nonsense&nonsense=1&organizeOutputBy=Patient",
                        Prefer="respond-async, handling=lenient")
        self.assertEqual(len(export.lines("output")), 5)
        told = [issue for outcome in export.lines("error") for issue in outcome["issue"]]
        self.assertEqual(len(told), 3)
        self.assertEqual({issue["severity"] for issue in told}, {"warning"})

    def test_it_is_not_offered_elsewhere(self):
        for path in ("Patient/one/$export", "Observation/$export", "Group/$export"):
            self.assert_outcome(kick_off(self.http, path), 404, "not-supported")
        self.assert_outcome(kick_off(self.http, "Group/nobody/$export"), 404, "not-found")
        self.assert_status(self.http.request("DELETE", "$export", None, KICK_OFF), 405)
        in_batch = self.http.request("POST", "", bundle(entry("GET", "$export"), kind="batch"), {})
        self.assertFalse(in_batch.json["entry"][0]["response"]["status"].startswith("2"))

    def test_the_body_of_a_post_is_parameters(self):
        self.assert_status(kick_off(self.http, "$export", patient("No")), 400)
        self.assert_status(kick_off(self.http, "$export", "{"), 400)
        response = self.http.request("POST", "$export", "_type=Patient",
                                     {**KICK_OFF, "Content-Type": "application/x-www-form-urlencoded"})
        self.assert_status(response, 415)

    def test_capabilities_name_the_operations(self):
        statement = self.http.get("metadata").json
        base = "http://hl7.org/fhir/uv/bulkdata/"
        self.assertIn(base + "CapabilityStatement/bulk-data", statement["instantiates"])
        rest = statement["rest"][0]
        by_type = {r["type"]: r.get("operation", []) for r in rest["resource"]}
        for operations, name in ((rest["operation"], "export"), (by_type["Patient"], "patient-export"),
                                 (by_type["Group"], "group-export")):
            self.assertIn({"name": "export", "definition": base + "OperationDefinition/" + name}, operations)


class Status(BulkCase):
    def test_the_manifest(self):
        before = time.time()
        export = Export(self.http, "Group/g/$export?_type=Patient")
        manifest = export.manifest
        self.assertTrue(export.answer["Content-Type"].startswith("application/json"))
        self.assertRegex(export.answer["Expires"], r"^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$")
        self.assertLessEqual({"transactionTime", "request", "requiresAccessToken", "output", "error"}, set(manifest))
        self.assertIs(manifest["requiresAccessToken"], False)
        self.assertEqual(manifest["request"], self.server.base + "/Group/g/$export?_type=Patient")
        self.assertRegex(manifest["transactionTime"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertGreaterEqual(manifest["transactionTime"], time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(before)))
        self.assertEqual((manifest["error"], manifest["deleted"]), ([], []))
        (file,) = manifest["output"]
        self.assertEqual((file["type"], file["count"]), ("Patient", 2))
        self.assertTrue(file["url"].startswith("http://"))

    def test_of_a_post_the_request_is_without_its_parameters(self):
        export = Export(self.http, "Patient/$export", parameters(_type="Patient", patient="one"))
        self.assertEqual(export.manifest["request"], self.server.base + "/Patient/$export")

    def test_deleted_it_is_not_found_nor_are_its_files(self):
        export = Export(self.http, "$export?_type=Patient")
        file = export.manifest["output"][0]["url"]
        self.assert_status(self.http.get(file), 200)
        deleted = self.http.delete(export.url, Accept="application/json")
        self.assert_status(deleted, 202)
        self.assertEqual(os.listdir(os.path.join(self.server.data, "exports")).count(export.url.rsplit("/")[-1]), 0)
        for url in (export.url, file):
            self.assert_outcome(self.http.get(url), 404, "not-found")
        as_inferno = self.http.get(export.url, Accept="application/json")  # answered as the type that is asked for
        self.assertEqual((as_inferno.status, as_inferno.json["resourceType"]), (404, "OperationOutcome"))
        self.assert_outcome(self.http.delete(export.url), 404, "not-found")
        self.assert_outcome(self.http.get("_export/" + "0" * 32), 404, "not-found")

    def test_who_asks_too_often_is_told_to_wait(self):
        url = kick_off(self.http, "$export")["Content-Location"]
        seen = set()
        for _ in range(200):
            response = self.http.get(url)
            seen.add(response.status)
            if response.status == 429:
                self.assert_outcome(response, 429, "throttled")
                self.assertTrue(response["Retry-After"])
                break
        self.assertLessEqual(seen, {200, 202, 429})

    def test_files_are_for_the_servers_user_alone(self):
        Export(self.http, "$export?_type=Patient")
        folder = os.path.join(self.server.data, "exports")
        for path, folders, files in os.walk(folder):
            self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o700, path)
            for name in files:
                self.assertEqual(stat.S_IMODE(os.stat(os.path.join(path, name)).st_mode), 0o600, name)


class Content(BulkCase):
    def test_the_system_is_all_there_is(self):
        export = Export(self.http, "$export")
        expected = {f"{r['resourceType']}/{r['id']}" for r in records()}
        self.assertEqual(export.ids(), expected)
        stored = self.http.get("Patient/one").json
        self.assertIn(stored, export.lines(kind="Patient"))

    def test_all_patients_and_what_they_refer_to(self):
        ids = Export(self.http, "Patient/$export").ids()
        expected = {f"{r['resourceType']}/{r['id']}" for r in records()} - {
            "Organization/lonely", "Group/empty", "Group/outer"}
        self.assertEqual(ids, expected)

    def test_a_group_is_its_members_and_what_they_refer_to(self):
        ids = Export(self.http, "Group/g/$export").ids()
        self.assertEqual(ids, {
            "Patient/one", "Patient/two", "Observation/one-lab", "Observation/one-vital", "Observation/one-by-dr",
            "Observation/two-lab", "Observation/two-vital", "Device/one-dev", "Device/two-dev", "Encounter/one-enc",
            "MedicationRequest/two-order", "Medication/pill", "Location/ward", "Organization/org", "Practitioner/dr",
            "Provenance/of-lab", "Group/g"})

    def test_a_group_within_the_group_brings_its_members(self):
        self.assertEqual(of(Export(self.http, "Group/outer/$export").ids(), "Patient"), {"Patient/one", "Patient/two"})

    def test_of_nobody_there_is_nothing(self):
        self.assertEqual(Export(self.http, "Group/empty/$export").ids(), {"Group/empty"})
        self.assertEqual(Export(self.http, "Group/empty/$export?_type=Patient").manifest["output"], [])

    def test_types(self):
        self.assertEqual(of(Export(self.http, "$export?_type=Patient,Device").ids(), "Patient", "Device"),
                         Export(self.http, "$export?_type=Device&_type=Patient").ids())
        self.assertEqual(Export(self.http, "Group/g/$export?_type=Practitioner,Organization").ids(),
                         {"Practitioner/dr", "Organization/org"})
        self.assertEqual(Export(self.http, "Group/g/$export?_type=Provenance").ids(), {"Provenance/of-lab"})
        self.assertEqual(Export(self.http, "Patient/$export?_type=Device").ids(),
                         {f"Device/{name}-dev" for name in ("one", "two", "three", "four", "five")})

    def test_filters_of_one_type_add_up_and_leave_other_types_alone(self):
        category = "http://terminology.hl7.org/CodeSystem/observation-category"
        one = urllib.parse.quote(f"Observation?category={category}|vital-signs")
        two = urllib.parse.quote("Observation?_id=one-lab,two-lab")
        expected = {f"Observation/{name}-vital" for name in ("one", "two")} | {"Observation/one-lab", "Observation/two-lab"}
        for query in (f"_typeFilter={one}&_typeFilter={two}", f"_typeFilter={one},{two}"):
            ids = Export(self.http, "Group/g/$export?_type=Patient,Observation&" + query).ids()
            self.assertEqual(ids, expected | {"Patient/one", "Patient/two"})
        ids = Export(self.http, "$export", parameters(_type="Observation", _typeFilter="Observation?patient=Patient/three")).ids()
        self.assertEqual(ids, {"Observation/three-lab", "Observation/three-vital"})

    def test_elements_are_those_asked_for_and_the_mandatory_ones_tagged(self):
        export = Export(self.http, "Group/g/$export?_type=Patient,Observation&_elements=id,Patient.birthDate,Observation.category")
        for one in export.lines(kind="Patient"):
            self.assertEqual(set(one), {"resourceType", "id", "meta", "birthDate"})
            self.assertIn("SUBSETTED", [tag["code"] for tag in one["meta"]["tag"]])
        for one in export.lines(kind="Observation"):
            self.assertEqual(set(one), {"resourceType", "id", "meta", "status", "code", "category"})
        whole = Export(self.http, "Group/g/$export?_type=Patient,Device&_elements=Device.id").lines(kind="Patient")
        self.assertTrue(all("gender" in one for one in whole))

    def test_patients_by_post(self):
        ids = Export(self.http, "Group/g/$export", parameters(_type=["Patient", "Observation", "Group"], patient="two")).ids()
        self.assertEqual(ids, {"Patient/two", "Observation/two-lab", "Observation/two-vital", "Group/g"})
        ids = Export(self.http, "Patient/$export", parameters(_type="Patient,Group", patient=["two", "three"])).ids()
        self.assertEqual(ids, {"Patient/two", "Patient/three"})
        self.assert_outcome(kick_off(self.http, "Group/g/$export", parameters(patient="three")), 400, "value")
        self.assert_outcome(kick_off(self.http, "Patient/$export", parameters(patient="nobody")), 400, "not-found")
        self.assert_outcome(kick_off(self.http, "$export", parameters(patient="one")), 400, "not-supported")
        bad = {"resourceType": "Parameters", "parameter": [{"name": "patient", "valueReference": {"reference": "Group/g"}}]}
        self.assert_outcome(kick_off(self.http, "Patient/$export", bad), 400, "value")


class Since(ServerCase):
    def test_what_was_changed_and_deleted_since(self):
        with self.server.client() as http:
            put_all(http, records())
            first = Export(http, "Group/g/$export")
            time.sleep(0.01)
            since = urllib.parse.quote(first.manifest["transactionTime"])
            http.put("Observation/one-lab", observation("one-lab", "one", "laboratory", valueString="new"))
            http.put("Observation/three-lab", observation("three-lab", "three", "laboratory", valueString="new"))
            for path in ("Observation/two-vital", "Observation/three-vital", "Device/two-dev", "Location/ward"):
                self.assertIn(http.delete(path).status, (200, 204))
            http.put("Observation/back", observation("back", "one", "laboratory"))
            http.delete("Observation/back")
            http.put("Observation/back", observation("back", "one", "laboratory"))

            group = Export(http, f"Group/g/$export?_since={since}")
            self.assertEqual(group.ids(), {"Observation/one-lab", "Observation/back"})
            self.assertEqual(group.deleted(), {"Observation/two-vital", "Device/two-dev"})
            for one in group.lines("deleted"):
                self.assertEqual(one["type"], "transaction")
                self.assertEqual({e["request"]["method"] for e in one["entry"]}, {"DELETE"})
            everything = Export(http, f"$export?_since={since}")
            self.assertEqual(everything.ids(), {"Observation/one-lab", "Observation/three-lab", "Observation/back"})
            self.assertEqual(everything.deleted(), {"Observation/two-vital", "Observation/three-vital", "Device/two-dev",
                                                    "Location/ward"})
            self.assertEqual(Export(http, f"$export?_type=Observation&_until={since}").ids() &
                             {"Observation/one-lab", "Observation/one-vital"}, {"Observation/one-vital"})
            # The bundles are transactions that another server of the same data can run.
            for one in everything.lines("deleted"):
                self.assert_status(http.post("", one), 200)

            # Who joined the group since comes whole.
            group = next(r for r in records() if r["id"] == "g")
            group["member"].append({"entity": {"reference": "Patient/five"}})
            http.put("Group/g", group)
            joined = Export(http, f"Group/g/$export?_type=Patient,Observation,Device&_since={since}").ids()
            self.assertEqual(joined, {"Observation/one-lab", "Observation/back", "Patient/five", "Observation/five-lab",
                                      "Observation/five-vital", "Device/five-dev"})

            # Nothing is missed between one export and the next.
            third = Export(http, "$export?_type=Patient")
            http.put("Patient/late", patient("Late", id="late"))
            after = urllib.parse.quote(third.manifest["transactionTime"])
            self.assertIn("Patient/late", Export(http, f"$export?_type=Patient&_since={after}").ids())


class Files(BulkCase):
    arguments = ("--export-file-resources", "3")

    def test_files_are_split(self):
        export = Export(self.http, "$export?_type=Observation,Patient")
        counts = [file["count"] for file in export.manifest["output"] if file["type"] == "Observation"]
        self.assertEqual(counts, [3, 3, 3, 2])
        self.assertEqual(len(export.ids()), 16)

    def file(self):
        return Export(self.http, "$export?_type=Patient").manifest["output"][0]["url"]

    def test_ranges(self):
        url = self.file()
        whole = self.http.get(url)
        size = len(whole.body)
        self.assertEqual((whole["Accept-Ranges"], whole["Content-Length"]), ("bytes", str(size)))
        for asked, first, last in (("bytes=0-9", 0, 9), ("bytes=10-", 10, size - 1), ("bytes=-10", size - 10, size - 1),
                                   (f"bytes=5-{size * 9}", 5, size - 1)):
            part = self.http.request("GET", url, None, {"Range": asked})
            self.assert_status(part, 206)
            self.assertEqual(part["Content-Range"], f"bytes {first}-{last}/{size}")
            self.assertEqual(part.body, whole.body[first:last + 1])
        none = self.http.request("GET", url, None, {"Range": f"bytes={size}-"})
        self.assert_outcome(none, 416)
        self.assertEqual(none["Content-Range"], f"bytes */{size}")
        for asked in ("bytes=0-1,3-4", "lines=0-1", "bytes=5-1", "nonsense"):
            self.assertEqual(self.http.request("GET", url, None, {"Range": asked}).body, whole.body)
        tag, modified = whole["ETag"], whole["Last-Modified"]
        for condition, status in ((tag, 206), (modified, 206), ('"other"', 200), ("Thu, 01 Jan 1970 00:00:00 GMT", 200)):
            self.assert_status(self.http.request("GET", url, None, {"Range": "bytes=0-1", "If-Range": condition}), status)

    def test_gzip_head_and_validators(self):
        self.http.put("Basic/long", {"resourceType": "Basic", "id": "long", "code": {"text": "word " * 2000}})
        url = Export(self.http, "$export?_type=Basic").manifest["output"][0]["url"]
        whole = self.http.get(url)
        packed = self.http.get(url, Accept_Encoding="gzip")
        self.assertEqual(packed["Content-Encoding"], "gzip")
        self.assertEqual(gzip.decompress(packed.body), whole.body)
        self.assertNotEqual(packed["ETag"], whole["ETag"])
        self.assertIn("Accept-Encoding", packed["Vary"])
        for tag in (whole["ETag"], packed["ETag"], "*", '"x", ' + whole["ETag"]):
            self.assert_status(self.http.request("GET", url, None, {"If-None-Match": tag}), 304)
        self.assert_status(self.http.request("GET", url, None, {"If-None-Match": '"x"'}), 200)
        head = self.http.request("HEAD", url)
        self.assertEqual((head.status, head.body, head["Content-Length"]), (200, b"", str(len(whole.body))))
        both = self.http.request("GET", url, None, {"Range": "bytes=0-4", "Accept-Encoding": "gzip"})
        self.assertEqual((both.status, both["Content-Encoding"], both.body), (206, None, whole.body[:5]))

    def test_whatever_is_accepted_the_file_is_ndjson(self):
        url = self.file()
        for accept in ("application/fhir+ndjson", "application/ndjson", "*/*", "application/fhir+json", None):
            response = self.http.request("GET", url, None, {"Accept": accept} if accept else {})
            self.assert_status(response, 200)
            self.assertTrue(response["Content-Type"].startswith("application/fhir+ndjson"), accept)

    def test_only_names_of_the_manifest_are_files(self):
        url = self.file()
        folder = below(self.server, url).rsplit("/", 1)[0]
        for name in ("request.json", "answer", "..", ".", "%2e%2e%2frequest.json", "..%2f..%2fmedisync.db",
                     "Patient.9.ndjson", "Patient.1.ndjson%00", "/etc/passwd"):
            response = self.http.raw("GET", "/fhir/" + folder + "/" + name, None, NDJSON)
            self.assertIn(response.status, (400, 404), name)
            self.assertNotIn(b'"level"', response.body)
        self.assert_status(self.http.request("POST", url, "{}"), 405)
        self.assert_status(self.http.request("DELETE", url), 405)


class Disabled(ServerCase):
    arguments = ("--no-export",)

    def test_nothing_is_exported(self):
        self.assert_outcome(kick_off(self.http, "$export"), 404, "not-supported")
        statement = self.http.get("metadata").json
        self.assertNotIn("instantiates", statement)
        self.assertNotIn("bulkdata", json.dumps(statement))


class BehindAProxy(ServerCase):
    BASE = "https://fhir.example.org/r4"
    arguments = ("--base-url", BASE)

    def test_every_url_is_the_one_that_clients_use(self):
        self.create(patient("Seen"))
        for path, body in (("$export", None), ("$import", b"no JSON\n")):
            response = kick_off(self.http, path) if body is None else self.http.request(
                "POST", path, body, {**KICK_OFF, "Content-Type": "application/fhir+ndjson"})
            self.assert_status(response, 202)
            url = response["Content-Location"]
            self.assertTrue(url.startswith(self.BASE + "/_"), url)
            manifest = finished(self.http, url.removeprefix(self.BASE + "/")).json
            self.assertEqual(manifest["request"], f"{self.BASE}/{path}")
            files = [file["url"] for file in manifest["output"] + manifest["error"] if "url" in file]
            self.assertTrue(files)
            for file in files:
                self.assertTrue(file.startswith(url + "/"), file)
                self.assert_status(self.http.get(file.removeprefix(self.BASE + "/")), 200)


class Expiry(ServerCase):
    arguments = ("--export-kept", "5")

    def test_files_are_let_go_in_the_end(self):
        self.create(patient("Gone"))
        export = Export(self.http, "$export")
        file = export.manifest["output"][0]["url"]
        self.assertTrue(until(lambda: self.http.get(export.url).status == 404, pause=0.2))
        self.assert_status(self.http.get(file), 404)
        self.assertEqual(os.listdir(os.path.join(self.server.data, "exports")), [])


class Room(ServerCase):
    arguments = ("--export-megabytes-max", "1")

    def test_an_export_larger_than_the_room_for_it_says_so_and_leaves_nothing(self):
        note = "x" * 60_000
        for start in range(0, 30, 10):
            put_all(self.http, [patient("Big", id=f"big{i}", text={
                "status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{note}</div>'})
                for i in range(start, start + 10)])
        url = kick_off(self.http, "$export")["Content-Location"]
        self.assert_status(finished(self.http, url), 500)
        self.assert_outcome(self.http.get(url), 500, "too-costly")
        for _, _, files in os.walk(os.path.join(self.server.data, "exports")):
            self.assertFalse([name for name in files if name.endswith(".ndjson")])
        self.assertEqual(len(Export(self.http, "$export?_elements=id").ids()), 30)


class AssociatedData(ServerCase):
    """https://hl7.org/fhir/uv/bulkdata/STU2/export.html#query-parameters: includeAssociatedData"""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        agent = [{"who": {"display": "somebody"}}]
        made = [("first", "2020-01-01T00:00:00Z", ["Patient/a"]), ("last", "2023-01-01T00:00:00Z", ["Patient/a", "Patient/b"]),
                ("of-b", "2021-01-01T00:00:00Z", ["Patient/b"]), ("of-other", "2022-01-01T00:00:00Z", ["Organization/o"])]
        with cls.server.client() as http:
            put_all(http, [
                {"resourceType": "Patient", "id": "a"}, {"resourceType": "Patient", "id": "b"},
                {"resourceType": "Organization", "id": "o", "name": "O"},
                {"resourceType": "DocumentReference", "id": "d", "status": "current", "subject": {"reference": "Patient/a"},
                 "content": [{"attachment": {"contentType": "text/plain", "url": "Binary/text"}}]},
                *({"resourceType": "Provenance", "id": name, "recorded": time_of, "agent": agent,
                   "target": [{"reference": one} for one in targets]} for name, time_of, targets in made)])

    def provenances(self, query, path="$export"):
        return {line["id"] for line in Export(self.http, f"{path}?{query}").lines(kind="Provenance")}

    def test_relevant_provenances_come_with_what_they_are_about(self):
        for path in ("$export", "Patient/$export"):
            self.assertEqual(self.provenances("_type=Patient&includeAssociatedData=RelevantProvenanceResources", path),
                             {"first", "last", "of-b"})
        self.assertEqual(self.provenances("_type=Organization&includeAssociatedData=RelevantProvenanceResources"), {"of-other"})

    def test_of_the_latest_there_is_one_for_each_resource(self):
        for path in ("$export", "Patient/$export"):
            self.assertEqual(self.provenances("_type=Patient,Provenance&includeAssociatedData=LatestProvenanceResources", path), {"last"})
        self.assertEqual(self.provenances("includeAssociatedData=LatestProvenanceResources"), {"last", "of-other"})

    def test_urls_of_attachments_are_absolute(self):
        line, = Export(self.http, "$export?_type=DocumentReference").lines()
        self.assertEqual(line["content"][0]["attachment"]["url"], self.server.base + "/Binary/text")


if __name__ == "__main__":
    unittest.main()
