"""The pages of the authorization server in headless Chromium, held to https://www.w3.org/TR/WCAG22/ by axe-core.

Reports of the browser about a page, such as a violation of its Content-Security-Policy, fail these tests.
"""
import unittest

from npm_clients import BrowserCase
from smart import PASSWORDS, auth

PAGES = {"This request cannot be answered", "Nothing here", "Log in", "Second factor", "Choose a patient", "Allow access?",
         "Launch an app for a patient", "Launch an app", "Apps with access", "Logged out"}


class Pages(BrowserCase):
    arguments = ("--audit",)  # without which nobody has emergency access

    def look(self, name, user="ada", /, **facts):
        return self.step("pages", name, user=user, password=PASSWORDS[user], **facts)

    def test_every_page_is_accessible(self):
        auth(self.server, "user", "add", "eva", "--role", "nurse", secret=PASSWORDS["eva"])
        secret = auth(self.server, "user", "totp", "eva").split()[1]
        said = self.look("accessible", "eva", secret=secret)
        self.assertEqual(set(said["seen"]), PAGES)
        self.assertEqual(said["buttons"], ["Take back: Browser App, patient p1", "Log out"])
        self.assertEqual(said["wrong"], [])

    def test_every_page_of_the_own_account_is_accessible(self):
        auth(self.server, "user", "add", "own", "--role", "nurse", secret=PASSWORDS["eva"])
        said = self.step("pages", "account", user="own", password=PASSWORDS["eva"], next="another long password")
        self.assertEqual(set(said["seen"]), {"Your account", "Set up an authenticator", "Recovery codes",
                                             "Remove the second factor", "Change your password", "Password changed"})
        self.assertEqual(said["wrong"], [])

    def test_every_page_of_an_emergency_is_accessible_and_found_by_the_keyboard(self):
        said = self.look("emergency")
        self.assertEqual(said["seen"], ["Choose a patient", "Emergency access", "Choose a patient", "Allow access?",
                                        "Launch an app for a patient", "Launch an app for a patient", "Launch an app",
                                        "Your account", "Apps with access"])
        self.assertEqual(said["wrong"], [])
        self.assertEqual(said["target"], self.site.origin)
        self.assertLess(said["order"].index("reason="), said["order"].index("Go on in an emergency"))

    def test_what_is_not_accessible_is_found(self):
        self.assertEqual(self.look("spoiled"), ["color-contrast", "html-has-lang", "label"])

    def test_a_script_is_not_run_and_its_report_is_heard(self):
        with self.assertRaisesRegex(AssertionError, "violates the following Content Security Policy"):
            self.look("violated")

    def test_the_keyboard_alone_and_no_script_lead_from_login_to_app(self):
        said = self.look("keyboard")
        self.assertEqual(said["target"], self.site.origin + "/app.html")
        self.assertEqual(said["state"], "a-state")
        self.assertTrue(said["hasCode"])
        scopes = [at for at in said["order"] if at.startswith("scope=")]
        self.assertEqual(scopes[0], "scope=patient/Patient.rs", "the focus goes as the page reads")

    def test_a_telephone_shows_every_page_whole(self):
        self.assertTrue(self.look("narrow"))


if __name__ == "__main__":
    unittest.main()
