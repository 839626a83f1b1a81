"""fhirclient from npm: SMART App Launch 2.2 as apps in a browser and on a server go through it."""
import unittest

from npm_clients import BrowserCase, private_jwk
from smart import PASSWORDS, auth
from support import fixed_port


class InTheBrowser(BrowserCase):
    def go(self, name, user="ada", /, **facts):
        return self.step("fhirclient_browser", name, user=user, password=PASSWORDS[user], **facts)

    def test_a_standalone_launch_reads_the_chosen_patient(self):
        said = self.go("standalone")
        self.assertEqual(said["patient"], "p1")
        self.assertTrue(said["challenge"], "PKCE by S256")
        self.assertTrue(said["fhirUser"].endswith("Practitioner/dr"), said["fhirUser"])
        self.assertEqual(said["user"], "dr")
        self.assertEqual(said["pages"], ["p1-lab", "p1-vital"])
        self.assertEqual(said["flat"], 2)
        self.assertEqual(said["own"], ["p1-lab", "p1-vital"])
        self.assertEqual((said["family"], said["doctor"]), ("Onely", "Doctor"))
        self.assertEqual(said["missing"], 404)
        self.assertEqual(said["token"]["patient"], "p1")

    def test_a_token_is_refreshed(self):
        self.assertEqual(self.go("refresh"), "p1")

    def test_a_client_signs_with_its_key_in_the_browser(self):
        for key in self.keys.values():
            self.assertEqual(self.go("asymmetric", key=private_jwk(key)), "p1")

    def test_boxes_narrow_what_is_granted(self):
        said = self.go("narrowed")
        self.assertEqual(said["observations"], ["p1-lab"])
        self.assertEqual(said["condition"], 403)

    def test_a_no_is_told_to_the_app(self):
        self.assertIn("The user", self.go("denied"))

    def test_an_ehr_launch_brings_patient_and_encounter(self):
        said = self.go("ehr", client="browser-app", name="Twofold", patient="p2", encounter="p2-enc")
        self.assertEqual((said["patient"], said["encounter"]), ("p2", "p2-enc"))
        self.assertIs(said["banner"], False)
        self.assertTrue(said["user"].endswith("Practitioner/dr"))
        self.assertIn("Observation", said["types"])

    def test_a_form_of_another_site_finds_the_user_logged_in(self):
        self.assertEqual(self.go("posted"), {"pathname": "/app.html", "state": "posted-state", "hasCode": True})

    def test_a_second_factor_is_asked_for_and_a_logout_ends_the_visit(self):
        auth(self.server, "user", "add", "eva", "--role", "nurse", "--fhir-user", "Practitioner/dr",
             secret=PASSWORDS["eva"])
        secret = auth(self.server, "user", "totp", "eva").split()[1]
        self.assertEqual(self.go("secondFactor", "eva", secret=secret), ["p1", "p2"])

    def test_what_cannot_be_granted_is_told_to_the_app(self):
        self.assertTrue(self.go("refused").startswith("failed"))


class OnAServer(BrowserCase):
    def test_a_launch_with_a_secret(self):
        port = fixed_port()
        printed = auth(self.server, "client", "add", "server-app", "--kind", "symmetric", "--redirect-uri",
                       f"http://127.0.0.1:{port}/app")
        said = self.step("fhirclient_node", "launch", user="ada", password=PASSWORDS["ada"], port=port,
                         secret=printed.split("secret ")[1].strip())
        self.assertEqual(said, {"patient": "p1", "user": "dr", "observations": ["p1-lab", "p1-vital"]})

    def test_a_backend_service_signs_reads_and_is_held_to_its_scope(self):
        for key in self.keys.values():
            said = self.step("fhirclient_node", "backend", key=private_jwk(key))
            self.assertEqual(said, {"observations": ["p1-lab", "p1-vital", "p2-lab", "p2-vital"], "refused": 403})


if __name__ == "__main__":
    unittest.main()
