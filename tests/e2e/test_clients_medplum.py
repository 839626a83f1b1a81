"""@medplum/core from npm, at a server that is not Medplum's."""
import unittest

from npm_clients import ClientCase
from smart import App


class Medplum(ClientCase):
    def medplum(self, name, **facts):
        return self.step("medplum", name, token=self.system.token, **facts)

    def test_it_creates_updates_patches_reads_back_and_deletes(self):
        self.assertEqual(self.medplum("changes"), "deleted")

    def test_it_creates_once_and_updates_by_a_condition(self):
        self.medplum("conditions")

    def test_it_searches_page_by_page(self):
        self.medplum("searches")

    def test_it_sends_batches(self):
        self.medplum("bundles")

    def test_it_asks_by_graphql(self):
        self.medplum("graphql")

    def test_it_expands_value_sets(self):
        self.medplum("terminology")

    def test_it_sends_and_fetches_content(self):
        self.medplum("binaries")

    def test_it_is_told_why_something_is_refused(self):
        self.assertEqual(self.medplum("refusals"), {"missing": "not-found", "invalid": "code-invalid", "anonymous": "login"})

    def test_it_takes_a_token_by_its_own_signature(self):
        """It names no scope: the registered ones are the default. https://www.rfc-editor.org/rfc/rfc6749#section-3.3"""
        said = self.step("medplum", "signIn", assertion=self.backend.assertion())
        told = App(self.server, "conf", secret=self.secret).authenticated("introspect", {"token": said["token"]}).json
        self.assertEqual((told["client_id"], told["scope"]), ("backend", "system/*.cruds"))
        self.assertEqual(said["patient"], "p1")


if __name__ == "__main__":
    unittest.main()
