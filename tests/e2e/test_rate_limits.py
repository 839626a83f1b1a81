"""How often one may ask: by address, by client, and to log in. https://www.rfc-editor.org/rfc/rfc6585#section-4"""
import socket
import time

from smart import App, Bearer, Browser, Connection, SmartCase
from support import ServerCase


class Address(ServerCase):
    arguments = ("--rate-limit", "2", "--trusted-proxy", "127.0.0.1")

    def asked(self, count, address):
        return [self.http.get("Patient/none", X_Forwarded_For=address) for _ in range(count)]

    def test_a_burst_passes_and_then_comes_429(self):
        answers = self.asked(60, "192.0.2.1")
        refused = [a for a in answers if a.status == 429]
        self.assertEqual([a.status for a in answers[:20]], [404] * 20)
        self.assertGreaterEqual(len(refused), 10)
        self.assert_outcome(refused[0], 429, "throttled")
        self.assertGreaterEqual(int(refused[0]["Retry-After"]), 1)

    def test_others_are_not_meant(self):
        self.asked(40, "192.0.2.2")
        self.assertEqual({a.status for a in self.asked(10, "192.0.2.3")}, {404})
        # What a client puts before the proxy's own entry counts for nothing.
        self.assertIn(429, {a.status for a in self.asked(15, "192.0.2.9, 192.0.2.2")})

    def test_a_proxy_may_add_a_line_of_its_own_or_a_port(self):
        """RFC 9110 section 5.3: several lines of a field are one list, in their order."""
        asked = lambda lines: self.raw_status(*("X-Forwarded-For: " + line for line in lines))
        self.assertIn(429, {asked((f"198.51.100.{i}", "192.0.2.20")) for i in range(40)})
        self.assertIn(429, {asked((f"192.0.2.21:{50000 + i}",)) for i in range(40)})
        self.assertIn(429, {asked((f"[2001:db8::1]:{50000 + i}",)) for i in range(40)})

    def raw_status(self, *lines):
        with socket.create_connection(("127.0.0.1", self.server.port), 30) as raw:
            raw.sendall("\r\n".join(("GET /fhir/Patient/none HTTP/1.1", "Host: x", "Connection: close", *lines, "", "")).encode())
            return int(raw.makefile("rb").readline().split()[1])

    def test_after_the_wait_it_goes_on(self):
        refused = [a for a in self.asked(40, "192.0.2.4") if a.status == 429][-1]
        time.sleep(int(refused["Retry-After"]))
        self.assertEqual(self.asked(1, "192.0.2.4")[0].status, 404)

    def test_health_is_always_told(self):
        self.asked(40, "192.0.2.5")
        for _ in range(30):
            self.assertEqual(self.http.raw("GET", "/health", headers={"X-Forwarded-For": "192.0.2.5"}).status, 200)


class NoProxy(ServerCase):
    arguments = ("--rate-limit", "2")

    def test_nobody_hides_behind_a_header(self):
        answers = [self.http.get("Patient/none", X_Forwarded_For=f"192.0.2.{i}") for i in range(40)]
        self.assertIn(429, {a.status for a in answers})


class Client(SmartCase):
    arguments = ("--client-rate-limit", "3")

    def test_a_client_is_counted_over_all_its_tokens(self):
        one = Bearer(self.server, self.app.launch("launch/patient patient/*.rs")["access_token"])
        other = Bearer(self.server, App(self.server).launch("launch/patient patient/*.rs")["access_token"])
        statuses = [one.get("Patient/p1").status for _ in range(28)]
        self.assertEqual(set(statuses), {200})
        answers = [client.get("Patient/p1") for client in (other, one) for _ in range(20)]
        refused = [a for a in answers if a.status == 429]
        self.assertTrue(refused)
        self.assert_outcome(refused[0], 429, "throttled")
        self.assertTrue(refused[0]["Retry-After"])
        self.assertEqual(self.system.get("Patient/p1").status, 200)


class Login(SmartCase):
    arguments = ("--login-rate-limit", "6", "--token-rate-limit", "10")

    def test_passwords_cannot_be_tried_without_end_whatever_the_name(self):
        statuses = []
        for number in range(20):
            browser = Browser(self.server)
            self.app.authorize(browser, "openid")
            page = browser.log_in(f"user{number}", "a wrong password")
            statuses.append(page.status)
        self.assertEqual(statuses[:5], [401] * 5)
        self.assertIn(429, statuses)

    def test_codes_of_clients_neither(self):
        public = Connection(self.server.port)
        answers = [public.raw("POST", "/fhir/auth/token", "grant_type=authorization_code&code=x&client_id=app",
                              {"Content-Type": "application/x-www-form-urlencoded"}) for _ in range(40)]
        self.assertIn(429, {a.status for a in answers})
        self.assertNotIn(answers[0].status, (200, 429))
