"""scripts/demo-smart as somebody tries it: what it prints is there, and an app is launched with it."""
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import unittest
import urllib.parse
import urllib.request

from npm_clients import AppSite, chromium, has_clients, step
from smart import App, Bearer, Browser, base64url, unbase64url
from support import ROOT, Case, Client, binary, fixed_port, skip

START_SECONDS_MAX = 300


class Demo(Case):
    @classmethod
    def setUpClass(cls):
        if os.path.realpath(binary()) != os.path.join(os.path.realpath(ROOT), "build", "release", "medisync"):
            skip("scripts/demo-smart runs build/release/medisync, and another program is under test")
        if not has_clients() or shutil.which("chromium") is None:
            skip("the clients from npm and chromium are not installed (scripts/setup --test)")
        port = fixed_port()
        cls.site = AppSite("my_web_app")
        cls.addClassCleanup(cls.site.stop)
        data = tempfile.mkdtemp(prefix="medisync-demo-")
        cls.addClassCleanup(shutil.rmtree, data, True)
        cls.port, cls.printed = port, []
        cls.process = subprocess.Popen(
            [os.path.join(ROOT, "scripts", "demo-smart")], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True,
            env={**os.environ, "MEDISYNC_DATA": data, "MEDISYNC_PORT": str(port), "APP": cls.site.origin})
        cls.addClassCleanup(cls.stop)
        listening = threading.Event()
        cls.reader = threading.Thread(target=cls.read, args=(listening,), daemon=True)
        cls.reader.start()
        assert listening.wait(START_SECONDS_MAX), "\n".join(cls.printed[-20:])

    @classmethod
    def read(cls, listening):
        with cls.process.stdout as lines:
            for line in lines:
                cls.printed.append(line.decode(errors="replace").rstrip())
                if "listening on" in cls.printed[-1]:
                    listening.set()

    @classmethod
    def stop(cls):
        cls.process.send_signal(signal.SIGTERM)  # the script became the server
        try:
            cls.process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(cls.process.pid, signal.SIGKILL)
            cls.process.wait(10)
        cls.reader.join(10)

    def said(self, pattern):
        return re.search(pattern, "\n".join(self.printed)).group(1)

    def test_what_it_prints_to_open_is_there(self):
        for url in re.findall(r"https?://127\.0\.0\.1:%d\S+" % self.port, "\n".join(self.printed)):
            url = url.rstrip(",;")
            if not url.endswith("/fhir"):
                with urllib.request.urlopen(url, timeout=30) as answer:
                    self.assertEqual(answer.status, 200, url)

    def test_every_role_has_a_user_that_may_log_in(self):
        password = self.said(r"password '([^']+)'")
        users = self.said(r"Users \(password '[^']+'\): (.+)").split()
        self.assertGreaterEqual(len(users), 4)
        said = step("fhirclient_browser", "signIn", base=f"http://127.0.0.1:{self.port}/fhir", chromium=chromium().endpoint,
                    users=users, password=password)
        for user in users:
            self.assertIn(user, said[user], "the page tells who is logged in")

    def test_every_user_is_somebody_whom_the_own_token_may_read(self):
        """A test kit reads the claim fhirUser of whoever launched it."""
        users = self.said(r"Users \(password '[^']+'\): (.+)").split()
        self.assertGreaterEqual(len(users), 8)
        for user in users:
            scope = "openid fhirUser " + ("launch/patient patient/*.rs" if user.endswith("patient") else "user/*.rs")
            said = self.launch(user, scope)
            claims = json.loads(unbase64url(said["id_token"].split(".")[1]))
            with self.subTest(user), Bearer(self, said["access_token"]) as bearer:
                self.assertRegex(claims["fhirUser"], r"/(Practitioner|Patient)/demo-[a-z-]+$")
                self.assert_status(bearer.get(claims["fhirUser"]), 200)

    def launch(self, user, scope):
        """The token response of a standalone launch of the printed app by hand of a user."""
        app, browser = App(self, "my_web_app", self.site.origin + "/"), Browser(self)
        app.authorize(browser, scope)
        browser.log_in(user, self.said(r"password '([^']+)'"))
        location = browser.submit("consent", {"decision": "allow"})
        answer = app.exchange(location)
        self.assert_status(answer, 200)
        return answer.json

    def test_what_it_tells_test_kits_is_there(self):
        group = self.said(r"group (demo-[a-z-]+)")
        patient = self.said(r"patients +(demo-[a-z-]+)")
        said = self.launch("us-core-patient", "launch/patient patient/*.rs")
        self.assertEqual(said["patient"], patient)
        with Bearer(self, self.launch("physician", "user/*.rs")["access_token"]) as bearer:
            members = [m["entity"]["reference"] for m in bearer.get(f"Group/{group}").json["member"]]
            self.assertIn("Patient/" + patient, members)
            self.assertGreaterEqual(len(members), 2)

    def test_an_app_is_launched_for_a_patient_of_the_sample(self):
        said = step("fhirclient_browser", "ehr", base=f"http://127.0.0.1:{self.port}/fhir", app=self.site.origin,
                    chromium=chromium().endpoint, user="physician", password=self.said(r"password '([^']+)'"),
                    client="my_web_app", name="Testwell", patient="demo-testwell-ada", encounter="")
        self.assertEqual(said["patient"], "demo-testwell-ada")
        self.assertTrue(said["user"].endswith("Practitioner/demo-clinic-doctor"))
        self.assertIn("Observation", said["types"])

    def test_the_presets_of_test_kits_are_known(self):
        redirect = "http://localhost:4567/custom/smart_stu2/redirect"
        with Client(self.port) as http:
            for client in ("SAMPLE_PUBLIC_CLIENT_ID", "SAMPLE_CONFIDENTIAL_CLIENT_ID", "SAMPLE_ASYMMETRIC_CLIENT_ID"):
                query = urllib.parse.urlencode({
                    "response_type": "code", "client_id": client, "redirect_uri": redirect, "state": "s",
                    "scope": "launch/patient openid fhirUser offline_access patient/*.read", "aud": f"http://127.0.0.1:{self.port}/fhir",
                    "code_challenge": base64url(b"0" * 32), "code_challenge_method": "S256"})
                answer = http.raw("GET", "/fhir/auth/authorize?" + query)
                self.assert_status(answer, 303)
                self.assertTrue(answer["Location"].startswith("continue?"), answer["Location"])
            answer = http.raw("POST", "/fhir/auth/introspect", "token=x", {"Content-Type": "application/x-www-form-urlencoded"})
            self.assertEqual(answer.json, {"active": False})


if __name__ == "__main__":
    unittest.main()
