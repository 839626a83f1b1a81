"""fhir-kit-client from npm: https://hl7.org/fhir/R4/http.html as a client of others speaks it."""
import unittest

from npm_clients import ClientCase


class FhirKit(ClientCase):
    def kit(self, name):
        return self.step("fhir_kit", name, token=self.system.token)

    def test_it_finds_the_endpoints_by_itself(self):
        said = self.kit("discovery")
        known = self.public.get("/fhir/.well-known/smart-configuration").json
        self.assertEqual(said["authorizeUrl"], known["authorization_endpoint"])
        self.assertEqual(said["tokenUrl"], known["token_endpoint"])

    def test_it_creates_reads_updates_patches_and_deletes(self):
        self.kit("changes")

    def test_conditions_in_headers_and_urls_hold(self):
        self.kit("conditions")

    def test_it_searches_and_follows_pages(self):
        self.kit("searches")

    def test_it_sends_batches_and_transactions(self):
        self.kit("bundles")

    def test_it_invokes_operations(self):
        self.kit("operations")

    def test_it_resolves_references(self):
        self.kit("references")

    def test_it_is_told_why_something_is_refused(self):
        said = self.kit("refusals")
        self.assertEqual(said["missing"], {"code": 404, "issue": "not-found"})
        self.assertEqual(said["unknown"]["code"], 404)
        self.assertEqual(said["anonymous"], {"code": 401, "issue": "login"})
        self.assertEqual(said["invalid"]["code"], 422)


if __name__ == "__main__":
    unittest.main()
