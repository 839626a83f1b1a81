"""$validate over HTTP, and medisync validate on files, folders, lines and standard input.
https://hl7.org/fhir/R4/resource-operation-validate.html"""
import json
import os
import subprocess
import tempfile

from support import ROOT, Case, ServerCase, binary, bundle, entry

DIV = "<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"
GOOD = {"resourceType": "Patient", "text": {"status": "generated", "div": DIV}, "gender": "male"}
BAD = {**GOOD, "gender": "unknwon"}


def profile(url, base="Patient"):
    """A profile that asks for a birth date."""
    return {"resourceType": "StructureDefinition", "url": url, "name": "Born", "status": "active",
            "fhirVersion": "4.0.1", "kind": "resource", "abstract": False, "type": base,
            "derivation": "constraint", "baseDefinition": f"http://hl7.org/fhir/StructureDefinition/{base}",
            "differential": {"element": [{"id": base, "path": base},
                                         {"id": f"{base}.birthDate", "path": f"{base}.birthDate", "min": 1}]}}


def parameters(resource=None, **values):
    parts = [{"name": "resource", "resource": resource}] if resource else []
    kinds = {"mode": "valueCode", "profile": "valueUri"}
    return {"resourceType": "Parameters",
            "parameter": parts + [{"name": name, kinds[name]: value} for name, value in values.items()]}


class Operation(ServerCase):
    def judge(self, path, body, *expected):
        """The errors that an answer of 200 tells."""
        got = self.http.post(path, body)
        self.assert_status(got, 200)
        self.assertEqual(got.json["resourceType"], "OperationOutcome")
        return [i for i in got.json["issue"] if i["severity"] in ("error", "fatal")]

    def test_a_judged_resource_is_answered_200_whatever_the_verdict(self):
        self.assertEqual(self.judge("Patient/$validate", GOOD), [])
        self.assertEqual(self.judge("Patient/$validate", parameters(GOOD, mode="create")), [])
        for body in (BAD, parameters(BAD)):
            errors = self.judge("Patient/$validate", body)
            self.assertEqual([e["expression"] for e in errors], [["Patient.gender"]])

    def test_a_body_that_is_not_quite_fhir_is_judged_as_far_as_it_goes_and_never_stored(self):
        xml = ("<Patient xmlns='http://hl7.org/fhir'>\n<active a='b' value='true'/>\n"
               "<gender value='none'/></Patient>")
        json_text = '{"resourceType":"Patient","active":true,\n"active":true,"gender":"none"}'
        wrapped = '{"resourceType":"Parameters","parameter":[{"name":"resource","resource":' + json_text + "}]}"
        for body, kind, place in ((xml, "xml", "Patient.active"), (json_text, "json", "Patient"),
                                  (wrapped, "json", "Patient"),
                                  (b'{"resourceType":"Patient","id":"\xff","gender":"none"}', "json", "Patient")):
            with self.subTest(body):
                headers = {"Content_Type": f"application/fhir+{kind}", "Accept": "application/fhir+json"}
                got = self.http.post("Patient/$validate", body, **headers)
                self.assert_status(got, 200)
                errors = [i for i in got.json["issue"] if i["severity"] == "error"]
                self.assertIn("Patient.gender", [i["expression"][0] for i in errors])
                self.assertIn(("structure", [place]), [(i["code"], i["expression"]) for i in errors])
                if body is not wrapped:
                    self.assert_outcome(self.http.post("Patient", body, **headers), 400, "structure")
        errors = self.judge("Patient/$validate", parameters(GOOD))
        self.assertEqual(errors, [])

    def test_a_profile_posted_before_is_judged_by(self):
        url = "http://elsewhere.test/born"
        unknown = self.http.post("Patient/$validate", parameters(GOOD, profile=url))
        self.assert_outcome(unknown, 400, "not-found")
        made = self.create(profile(url))
        for name in (url, f"StructureDefinition/{made['id']}"):
            errors = self.judge("Patient/$validate", parameters(GOOD, profile=name))
            self.assertTrue(errors, "the birth date is missing")
        self.assertEqual(self.judge("Patient/$validate", parameters({**GOOD, "birthDate": "1970"}, profile=url)), [])
        by_query = self.http.post(f"Patient/$validate?profile={url}", GOOD)
        self.assertTrue([i for i in by_query.json["issue"] if i["severity"] == "error"])
        claiming = {**GOOD, "meta": {"profile": [url]}}
        self.assertTrue(self.judge("Patient/$validate", claiming))
        self.assert_outcome(self.http.post("Patient", claiming), (400, 422))
        listed = next(r for r in self.http.get("metadata").json["rest"][0]["resource"] if r["type"] == "Patient")
        self.assertIn(url, listed["supportedProfile"])

    def test_an_update_is_judged_with_its_id(self):
        known = self.create(GOOD)
        path = f"Patient/{known['id']}/$validate"
        self.assertEqual(self.judge(path, parameters({**GOOD, "id": known["id"]}, mode="update")), [])
        self.assertTrue(self.judge(path, parameters({**GOOD, "id": "another"}, mode="update")))
        self.assertTrue(self.judge(path, parameters(GOOD, mode="update")))
        self.assertTrue(self.judge("Patient/$validate", {"resourceType": "Basic", "code": {"text": "x"}}))

    def test_the_stored_resource_is_judged_where_none_is_sent(self):
        url = "http://elsewhere.test/born-2"
        self.create(profile(url))
        known = self.create(GOOD)
        path = f"Patient/{known['id']}/$validate"
        self.assert_status(self.http.get(path), 200)
        errors = self.judge(path, parameters(mode="profile", profile=url))
        self.assertTrue(errors)
        self.assertFalse(any("location" in e for e in errors), "no lines of what was not sent")
        self.assert_outcome(self.http.post(path, parameters(GOOD, mode="profile", profile=url)), 400)
        self.assert_outcome(self.http.post(path, parameters(mode="profile")), 400, "required")
        self.assert_outcome(self.http.get("Patient/nobody/$validate"), 404)

    def test_a_deletion_is_judged_by_what_is_there(self):
        known = self.create(GOOD)
        path = f"Patient/{known['id']}/$validate"
        self.assertEqual(self.judge(path, parameters(mode="delete")), [])
        self.assert_status(self.http.get(path + "?mode=delete"), 200)
        self.assert_status(self.http.get(f"Patient/{known['id']}"), 200)
        self.assert_outcome(self.http.post("Patient/nobody/$validate", parameters(mode="delete")), 404)

    def test_what_cannot_be_judged_is_an_error(self):
        self.assert_outcome(self.http.get("Patient/$validate"), 400, "required")
        self.assert_outcome(self.http.post("Patient/$validate", parameters(mode="create")), 400, "required")
        self.assert_outcome(self.http.post("Patient/$validate", parameters(GOOD, mode="other")), 400, "value")
        for mode in ("update", "delete", "profile"):
            self.assert_outcome(self.http.post("Patient/$validate", parameters(GOOD, mode=mode)), 400)
        self.assert_outcome(self.http.post("Patient/$validate", b"{"), 400)

    def test_a_batch_may_ask_too(self):
        got = self.http.post("", bundle(entry("POST", "Patient/$validate", parameters(BAD)), kind="batch"))
        self.assert_status(got, 200)
        self.assertEqual(got.json["entry"][0]["response"]["status"][:3], "200")
        self.assertEqual(got.json["entry"][0]["resource"]["resourceType"], "OperationOutcome")


class Command(Case):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.home = temporary.name

    def write(self, name, *resources, text=None):
        path = os.path.join(self.home, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as out:
            out.write(text if text is not None else "\n".join(json.dumps(r) for r in resources) + "\n")
        return path

    def run_on(self, *arguments, given=b""):
        return subprocess.run([binary(), "validate", *arguments], cwd=ROOT, input=given, timeout=120,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def rows(self, done):
        return [json.loads(line) for line in done.stdout.splitlines()]

    def worst(self, row):
        self.assertEqual(row["outcome"]["resourceType"], "OperationOutcome")
        return "error" if any(i["severity"] in ("error", "fatal") for i in row["outcome"]["issue"]) else "fine"

    def test_the_exit_status_is_the_verdict(self):
        good, bad = self.write("good.json", GOOD), self.write("bad.json", BAD)
        self.assertEqual(self.run_on(good).returncode, 0)
        self.assertEqual(self.run_on(good, bad).returncode, 1)
        self.assertEqual(self.run_on(self.write("cut.json", text='{"resourceType":"Pati')).returncode, 1)
        for wrong in ([os.path.join(self.home, "missing.json")], [], ["--output", "yaml", good],
                      ["--package", os.path.join(self.home, "missing.tgz"), good]):
            self.assertEqual(self.run_on(*wrong).returncode, 2, wrong)
        os.mkdir(os.path.join(self.home, "empty"))
        empty = self.run_on(os.path.join(self.home, "empty"))
        self.assertEqual(empty.returncode, 2)
        self.assertIn(b"no .json", empty.stderr)

    def test_many_files_are_told_in_their_order(self):
        for number in range(300):
            self.write(f"many/{number:03}.json", BAD if number % 7 == 3 else GOOD)
        for threads in ("1", "8"):
            done = self.run_on("--output", "ndjson", "--threads", threads, os.path.join(self.home, "many"))
            rows = self.rows(done)
            self.assertEqual([os.path.basename(r["file"]) for r in rows], [f"{n:03}.json" for n in range(300)])
            self.assertEqual([self.worst(r) for r in rows],
                             ["error" if n % 7 == 3 else "fine" for n in range(300)])
            self.assertRegex(done.stderr.decode(), r"300 resources, 43 with errors; 43 errors, \d+ warnings")
        done = self.run_on("--output", "json", os.path.join(self.home, "many"))
        self.assertEqual(len(json.loads(done.stdout)), 300)

    def test_lines_are_judged_one_by_one(self):
        path = self.write("some.ndjson", text="\n".join([json.dumps(GOOD), "", json.dumps(BAD), "{", json.dumps(GOOD)]))
        done = self.run_on("--output", "ndjson", path)
        self.assertEqual(done.returncode, 1)
        self.assertEqual([(r["line"], self.worst(r)) for r in self.rows(done)],
                         [(1, "fine"), (3, "error"), (4, "error"), (5, "fine")])
        text = self.run_on("--severity", "error", path).stdout.decode()
        self.assertIn(f"{path}:3:", text)

    def test_standard_input_is_one_resource_or_lines_of_them(self):
        for given in (json.dumps(GOOD), json.dumps(GOOD, indent=2), json.dumps(GOOD) + "\n\n",
                      "<Patient xmlns='http://hl7.org/fhir'><gender value='male'/></Patient>"):
            done = self.run_on("--output", "ndjson", "-", given=given.encode())
            self.assertEqual(done.returncode, 0, (given, done.stdout))
            self.assertEqual([r["file"] for r in self.rows(done)], ["-"])
            self.assertNotIn("line", self.rows(done)[0])
        lines = "\n".join(json.dumps(r) for r in (GOOD, BAD, GOOD))
        done = self.run_on("--output", "ndjson", "-", given=lines.encode())
        self.assertEqual([(r["line"], self.worst(r)) for r in self.rows(done)],
                         [(1, "fine"), (2, "error"), (3, "fine")])
        self.assertEqual(self.run_on("-", given=b"").returncode, 1)
        self.assertEqual(self.run_on("-", given=b"not json").returncode, 1)

    def test_severity_and_quiet_say_less_and_judge_the_same(self):
        path = self.write("warned.json", {"resourceType": "Patient"})
        loud, soft = self.run_on(path), self.run_on("--severity", "error", "--quiet", path)
        self.assertEqual((loud.returncode, soft.returncode), (0, 0))
        self.assertEqual(soft.stderr, b"")
        self.assertIn(b"resources/s", loud.stderr)
        self.assertEqual(soft.stdout.decode(), f"{path}: valid\n")

    def test_what_the_reading_goes_on_after_is_told_with_the_rest(self):
        path = self.write("odd.xml", text="<Observation xmlns='http://hl7.org/fhir'>\n"
                          "<status something='that' value='final'/></Observation>")
        done = self.run_on(path)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{path}:2:9: error: FHIR has no attribute something [Observation.status]\n", done.stdout.decode())
        self.assertIn("Observation.code: at least 1 required", done.stdout.decode())

    def test_options_stand_before_between_and_behind_any_number_of_files(self):
        url = "http://elsewhere.test/born"
        package = self.write("profile.json", profile(url))
        good, bad = self.write("good.json", {**GOOD, "birthDate": "1970"}), self.write("bad.json", GOOD)
        for arguments, status in ((["--package", package, "--profile", url, good, bad], 1),
                                  (["--profile", url, "--package", package, good, good], 0),
                                  (["--package", package, "--profile", url, bad, "--quiet"], 1),
                                  ([good, "--profile", url, good, "--package", package], 0),
                                  (["--extension-base", "http://a.b/", bad, good], 0)):
            with self.subTest(arguments):
                done = self.run_on("--output", "ndjson", *arguments)
                self.assertEqual(done.returncode, status, done.stderr)
                self.assertEqual(len(self.rows(done)), sum(name in (good, bad) for name in arguments))

    def test_a_parameters_may_be_all_there_is(self):
        body = {"resourceType": "Parameters", "parameter": [{"name": "a", "resource": {
            **GOOD, "managingOrganization": {"reference": "Organization/1"}}}]}
        path = self.write("parameters.json", body)
        self.assertEqual(self.run_on(path).returncode, 0)
        self.assertEqual(self.run_on("--closed-parameters", path).returncode, 1)

    def test_a_profile_may_come_as_json_or_xml(self):
        url = "http://elsewhere.test/born"
        as_json = self.write("profile.json", profile(url))
        as_xml = self.write("profile.xml", text=f"""<StructureDefinition xmlns="http://hl7.org/fhir">
            <url value="{url}"/><name value="Born"/><status value="active"/><fhirVersion value="4.0.1"/>
            <kind value="resource"/><abstract value="false"/><type value="Patient"/>
            <baseDefinition value="http://hl7.org/fhir/StructureDefinition/Patient"/>
            <derivation value="constraint"/><differential><element id="Patient"><path value="Patient"/></element>
            <element id="Patient.birthDate"><path value="Patient.birthDate"/><min value="1"/></element>
            </differential></StructureDefinition>""")
        good = self.write("good.json", {**GOOD, "birthDate": "1970"})
        bad = self.write("bad.json", GOOD)
        for package in (as_json, as_xml):
            with self.subTest(package):
                self.assertEqual(self.run_on("--package", package, "--profile", url, good).returncode, 0)
                self.assertEqual(self.run_on("--package", package, "--profile", url, bad).returncode, 1)
