"""A user's own page, lockouts that lock nobody else out, and what an administrator may end."""
import base64
import hashlib
import hmac
import re
import struct
import time
import unittest

from smart import App, Bearer, Browser, SmartCase, PASSWORDS, auth


def code_of(secret, ahead=0):
    """RFC 6238 as an authenticator has it."""
    key = base64.b32decode(secret.replace(" ", "") + "=" * (-len(secret.replace(" ", "")) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30 + ahead), hashlib.sha1).digest()
    at = digest[-1] & 15
    return "%06d" % ((struct.unpack(">I", digest[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000)


class AccountCase(SmartCase):
    def setUp(self):
        self.name = "u" + self.id().rsplit(".", 1)[1][-20:]
        self.password = "the first password"
        auth(self.server, "user", "add", self.name, "--role", "physician", secret=self.password)
        PASSWORDS[self.name] = self.password

    def logged_in(self, password=None, browser=None):
        browser = browser or Browser(self.server)
        browser.get("/fhir/auth/login?to=account")
        browser.log_in(self.name, password or self.password)
        return browser

    def do(self, browser, task, **fields):
        """The form of a task, filled in and sent."""
        browser.get("/fhir/auth/account?do=" + task)
        forms = browser.forms()
        self.assertFalse(forms.has_script)
        self.assertLessEqual(forms.ids, forms.labels, "each field has a label")
        return browser.submit("account", {"password": self.password, **fields})

    def is_in(self, browser):
        return b"You are logged in as" in browser.get("/fhir/auth/account").body


class Account(AccountCase):
    def test_a_user_changes_the_password_and_all_else_ends(self):
        token = App(self.server).launch("user/*.rs", user=self.name)["access_token"]
        other, browser = self.logged_in(), self.logged_in()
        self.assertIn(b"Your account", browser.response.body)
        for fields, status in (({"next": "another password", "again": "another passwore"}, 401), ({"next": "short", "again": "short"}, 401),
                               ({"password": "wrong", "next": "another password", "again": "another password"}, 401)):
            self.assert_status(self.do(browser, "password", **fields), status)
        self.assert_status(self.do(browser, "password", next="another password", again="another password"), 200)
        self.assertTrue(self.is_in(browser))
        self.assertFalse(self.is_in(other))
        self.assert_outcome(Bearer(self.server, token).get("Patient/p1"), 401)
        self.assertFalse(self.is_in(self.logged_in()))
        self.assertTrue(self.is_in(self.logged_in("another password")))

    def test_a_user_sets_up_replaces_and_removes_a_second_factor(self):
        browser, other = self.logged_in(), self.logged_in()
        page = self.do(browser, "enroll").body.decode()
        secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page).group(1)
        self.assert_status(browser.submit("account", {"code": "000000"}), 401)
        page = browser.submit("account", {"code": code_of(secret)}).body.decode()
        codes = re.findall(r"<code>([^<]+)</code>", page)
        self.assertEqual(len(codes), 10)
        self.assertFalse(self.is_in(other), "other visits end")

        again = self.logged_in()
        self.assertIn(b"Second factor", again.response.body)
        again.submit("second-factor", {"code": codes[0]})
        self.assertTrue(self.is_in(again))
        self.assert_status(self.do(again, "recovery", code="000000"), 401)
        self.assert_status(self.do(again, "recovery", code=codes[0]), 401)
        renewed = re.findall(r"<code>([^<]+)</code>", self.do(again, "recovery", code=codes[1]).body.decode())
        self.assertEqual(len(renewed), 10)
        self.assert_status(self.do(again, "remove", code=codes[2]), 401)
        self.do(again, "remove", code=renewed[0])
        self.assertIn(b"You have no second factor", again.get("/fhir/auth/account").body)

    def test_visits_are_seen_and_ended(self):
        browser, other = self.logged_in(), self.logged_in()
        page = browser.get("/fhir/auth/account")
        self.assertEqual(page.body.count(b"Since "), 2)
        self.assertEqual(page["Cache-Control"], "no-store")
        self.assertIn("default-src 'none'", page["Content-Security-Policy"])
        form = next(f for f in browser.forms().forms if dict(f["fields"]).get("do") == "end-others")
        browser.open("POST", "account", form["fields"])
        self.assertTrue(self.is_in(browser))
        self.assertFalse(self.is_in(other))

    def test_another_sites_form_changes_nothing(self):
        browser = self.logged_in()
        got = browser.open("POST", "/fhir/auth/account", {"do": "password", "password": self.password, "next": "another password", "again": "another password"})
        self.assert_status(got, 400)
        self.assertTrue(self.is_in(self.logged_in()))


class Lockout(AccountCase):
    def guess(self, browser, times=7):
        browser.get("/fhir/auth/login?to=account")
        for _ in range(times):
            browser.log_in(self.name, "a wrong guess")

    def test_a_known_browser_is_not_locked_out_by_others(self):
        known = self.logged_in()
        self.assertIn("medisync_device", known.cookies)
        del known.cookies["medisync_session"]
        stranger = Browser(self.server)
        self.guess(stranger)
        self.assertFalse(self.is_in(self.logged_in(browser=stranger)), "who guessed waits")
        self.assertTrue(self.is_in(self.logged_in(browser=known)))
        auth(self.server, "user", "unlock", self.name)
        self.assertTrue(self.is_in(self.logged_in(browser=stranger)))

    def test_a_disabled_user_is_out_at_once(self):
        token = App(self.server).launch("user/*.rs", user=self.name)["access_token"]
        browser = self.logged_in()
        auth(self.server, "user", "disable", self.name)
        time.sleep(0.3)
        self.assertFalse(self.is_in(browser))
        self.assert_outcome(Bearer(self.server, token).get("Patient/p1"), 401)
        self.assertFalse(self.is_in(self.logged_in()))
        self.assertIn("disabled", auth(self.server, "user", "list"))
        auth(self.server, "user", "enable", self.name)
        self.assertTrue(self.is_in(self.logged_in()))

    def test_a_disabled_client_is_out_at_once(self):
        auth(self.server, "client", "add", self.name, "--redirect-uri", "https://app.example/back")
        app = App(self.server, client_id=self.name)
        token = app.launch("user/*.rs")["access_token"]
        auth(self.server, "client", "disable", self.name)
        time.sleep(0.3)
        self.assert_outcome(Bearer(self.server, token).get("Patient/p1"), 401)
        self.assert_status(app.authorize(Browser(self.server), "user/*.rs"), 400)
        auth(self.server, "client", "enable", self.name)
        self.assertIn("access_token", app.launch("user/*.rs"))


if __name__ == "__main__":
    unittest.main()
