"""Bulk data under SMART backend services: what a token exports, and who may fetch it.
https://hl7.org/fhir/uv/bulkdata/STU2/authorization.html"""
import json
import time
import unittest

from bulk import Export, finished, kick_off, lines_of, parameters
from smart import App, Bearer, SmartCase, auth, observation
from support import patient



class BulkSmart(SmartCase):
    def backend_bearer(self, scope, client="backend"):
        answer = App(self.server, client, key=self.keys["ES384"]).backend_token(scope)
        self.assert_status(answer, 200)
        return Bearer(self.server, answer.json["access_token"])

    def test_everything_needs_a_token(self):
        for path in ("$export", "Patient/$export", "Group/both/$export"):
            self.assert_outcome(kick_off(self.public, path), 401)
        export = Export(self.backend_bearer("system/*.rs"), "$export?_type=Patient")
        self.assertIs(export.manifest["requiresAccessToken"], True)
        self.assert_outcome(self.public.get(export.url), 401)
        self.assert_outcome(self.public.delete(export.url), 401)
        self.assert_outcome(self.public.get(export.manifest["output"][0]["url"]), 401)
        self.assertEqual(export.ids(), {"Patient/p1", "Patient/p2"})

    def test_the_scopes_of_version_1_export_too(self):
        ids = Export(self.backend_bearer("system/*.read"), "Group/both/$export").ids()
        self.assertLessEqual({"Patient/p1", "Patient/p2", "Observation/p1-lab", "Practitioner/dr", "Organization/org",
                              "Device/p1-dev", "Group/both"}, ids)

    def test_a_token_exports_what_it_may_see(self):
        patients = self.backend_bearer("system/Patient.rs")
        for path in ("$export", "Patient/$export"):
            self.assertEqual(Export(patients, path).ids(), {"Patient/p1", "Patient/p2"})
        granular = self.backend_bearer(
            "system/Patient.rs system/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory")
        expected = {"Patient/p1", "Patient/p2", "Observation/p1-lab", "Observation/p2-lab"}
        for path in ("$export", "Patient/$export", "Patient/$export?_typeFilter=Observation%3Fstatus%3Dfinal"):
            self.assertEqual(Export(granular, path).ids(), expected)
        grouped = self.backend_bearer("system/Group.rs system/Condition.rs")
        self.assertEqual(Export(grouped, "Group/both/$export").ids(), {"Group/both", "Condition/p1-con", "Condition/p2-con"})

    def test_what_is_asked_for_by_name_must_be_allowed(self):
        patients = self.backend_bearer("system/Patient.rs")
        self.assert_outcome(kick_off(patients, "$export?_type=Patient,Observation"), 403, "forbidden")
        self.assert_outcome(kick_off(patients, "Group/both/$export"), 403, "forbidden")
        self.assert_outcome(kick_off(self.backend_bearer("system/Observation.rs"), "Patient/$export"), 403, "forbidden")
        self.assert_outcome(kick_off(self.backend_bearer("system/Patient.r"), "$export"), 403, "forbidden")
        self.assert_outcome(kick_off(self.backend_bearer("system/Patient.cud"), "$export"), 403, "forbidden")

    def test_a_patients_token_exports_the_patient(self):
        one = self.bearer("launch/patient patient/*.rs", patient="p1")
        ids = Export(one, "Patient/$export").ids()
        self.assertFalse([i for i in ids if "p2" in i], ids)
        self.assertLessEqual({"Patient/p1", "Observation/p1-lab", "Practitioner/dr"}, ids)
        self.assert_outcome(kick_off(one, "Patient/$export", parameters(patient="p2")), 400, "not-found")

    def test_deletions_are_not_told_to_who_sees_a_part(self):
        system = self.backend_bearer("system/*.cruds")
        since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 60))
        system.put("Observation/gone", {"resourceType": "Observation", "id": "gone", "status": "final",
                                        "code": {"text": "x"}, "subject": {"reference": "Patient/p2"}})
        system.delete("Observation/gone")
        self.assertIn("Observation/gone", Export(system, f"$export?_since={since}").deleted())
        one = self.bearer("launch/patient patient/*.rs", patient="p1")
        export = Export(one, f"Patient/$export?_since={since}")
        self.assertEqual(export.deleted(), set())
        self.assertIn("forbidden", {o["issue"][0]["code"] for o in export.lines("error")})

    def test_another_clients_export_is_not_found(self):
        auth(self.server, "client", "add", "other", "--kind", "asymmetric", "--backend", "--jwks",
             f"{self.server.data}/jwks.json", "--scope", "system/*.cruds")
        mine, others = self.backend_bearer("system/*.rs"), self.backend_bearer("system/*.rs", "other")
        export = Export(mine, "$export?_type=Patient")
        file = export.manifest["output"][0]["url"]
        for bearer in (others, self.backend_bearer("system/Patient.rs")):
            for url in (export.url, file):
                self.assert_outcome(bearer.get(url), 404, "not-found")
            self.assert_outcome(bearer.delete(export.url), 404, "not-found")
        again = self.backend_bearer("system/*.rs")  # a later token of the same client
        self.assert_status(again.get(file), 200)
        self.assert_status(again.delete(export.url), 202)
        self.assert_outcome(mine.get(file), 404, "not-found")

    def test_so_many_exports_of_one_client_wait_and_no_more(self):
        bearer = self.backend_bearer("system/*.rs")
        urls, refused = [], None
        for _ in range(60):
            response = kick_off(bearer, "$export")
            if response.status != 202:
                refused = response
                break
            urls.append(response["Content-Location"])
        if refused is not None:  # the worker may be quicker than one client
            self.assert_outcome(refused, 429, "throttled")
            self.assertTrue(refused["Retry-After"])
        for url in urls:
            self.assertIn(bearer.delete(url).status, (202,))

    def test_after_a_restart_files_are_fetched_and_what_waited_is_done_by_the_same_right(self):
        bearer = self.backend_bearer("system/Patient.rs")
        done = Export(bearer, "$export")
        path = done.manifest["output"][0]["url"].split("/fhir/")[1]
        waiting = [kick_off(bearer, "$export")["Content-Location"].split("/fhir/")[1] for _ in range(3)]
        self.server.kill()
        self.server.start()
        type(self).system.port = self.server.port
        bearer = Bearer(self.server, bearer.token)
        self.assert_status(bearer.get(path), 200)
        for url in waiting:
            manifest = finished(bearer, url).json
            self.assertEqual([file["type"] for file in manifest["output"]], ["Patient"])
            self.assertTrue(manifest["output"][0]["url"].startswith(self.server.base))


class ImportSmart(SmartCase):
    """What a token imports: line by line what it may write."""

    def backend_bearer(self, scope):
        answer = App(self.server, "backend", key=self.keys["ES384"]).backend_token(scope)
        self.assert_status(answer, 200)
        return Bearer(self.server, answer.json["access_token"])

    def kick_off(self, http, *resources, path="$import"):
        body = "".join(json.dumps(one) + "\n" for one in resources).encode()
        return http.request("POST", path, body, {"Accept": "application/fhir+json", "Prefer": "respond-async",
                                                 "Content-Type": "application/fhir+ndjson"})

    def imported(self, http, *resources):
        response = self.kick_off(http, *resources)
        self.assert_status(response, 202)
        result = finished(http, response["Content-Location"])
        self.assert_status(result, 200)
        codes = [line["issue"][0]["code"] for file in result.json["error"] for line in lines_of(http, file["url"])]
        return result.json["output"][0]["count"], codes

    def test_a_line_needs_the_right_to_write_its_type(self):
        lines = (patient("Taken", id="taken"), observation("not-taken", "taken", "laboratory", valueString="x"))
        self.assertEqual(self.imported(self.backend_bearer("system/Patient.cu"), *lines), (1, ["forbidden"]))
        self.assert_status(self.system.get("Patient/taken"), 200)
        self.assert_status(self.system.get("Observation/not-taken"), 404)

    def test_many_refusals_stop_no_other_line(self):
        lines = []
        for n in range(40):
            lines += [patient(f"M{n}", id=f"m{n}"), observation(f"mo{n}", f"m{n}", "laboratory", valueString="x")]
        self.assertEqual(self.imported(self.backend_bearer("system/Patient.cu"), *lines), (40, ["forbidden"] * 40))
        for n in range(40):
            self.assertEqual(self.system.get(f"Patient/m{n}").json["meta"]["versionId"], "1")

    def test_the_right_to_create_changes_nothing_that_is_there(self):
        creator = self.backend_bearer("system/Patient.c")
        self.assertEqual(self.imported(creator, patient("New", id="created"), patient("Other", id="p1")), (1, ["conflict"]))
        self.assert_status(self.system.get("Patient/created"), 200)
        self.assertEqual(self.system.get("Patient/p1").json["meta"]["versionId"], "1")

    def test_without_any_such_right_nothing_is_taken_in(self):
        line = patient("Refused", id="refused")
        self.assert_outcome(self.kick_off(self.public, line), 401)
        self.assert_outcome(self.kick_off(self.backend_bearer("system/*.rs"), line), 403, "forbidden")
        self.assert_outcome(self.kick_off(self.backend_bearer("system/Patient.cu"), line, path="Observation/$import"),
                            403, "forbidden")
        self.assert_status(self.system.get("Patient/refused"), 404)

    def test_an_import_is_its_owners_alone(self):
        mine = self.backend_bearer("system/Patient.cu")
        url = self.kick_off(mine, patient("Own", id="own"), "no resource")["Content-Location"]
        result = finished(mine, url).json
        self.assertIs(result["requiresAccessToken"], True)
        other = self.backend_bearer("system/*.cruds")
        for one in (url, result["error"][0]["url"]):
            self.assert_outcome(other.get(one), 404)
            self.assert_outcome(self.public.get(one), 401)
        self.assert_outcome(other.delete(url), 404)


if __name__ == "__main__":
    unittest.main()
