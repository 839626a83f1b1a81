"""Bundles of 10,000 entries: https://hl7.org/fhir/R4/http.html#transaction"""
import json

from support import Case, Server, bundle, entries, entry, match_ids, say

ENTRIES = 10_000
MEBIBYTE = 1 << 20


def observation(i):
    return {"resourceType": "Observation", "status": "final", "subject": {"reference": "Patient/big"},
            "code": {"coding": [{"system": "http://example.org/codes", "code": f"c{i % 50}"}]},
            "valueQuantity": {"value": i, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"},
            "effectiveDateTime": f"2020-01-{i % 28 + 1:02}T10:00:00Z"}


class BundleSize(Case):
    """What a bundle costs is bounded by its own size, and does not stay."""

    def setUp(self):
        self.server = Server().start()
        self.addCleanup(self.server.stop)
        self.http = self.server.client()
        self.addCleanup(self.http.close)
        self.assert_status(self.http.put("Patient/big", {"resourceType": "Patient", "id": "big"}), 201)
        self.assert_status(self.http.post("", bundle(entry("POST", "Observation", observation(0)))), 200)

    def post(self, kind):
        body = json.dumps(bundle(*(entry("POST", "Observation", observation(i)) for i in range(ENTRIES)), kind=kind))
        before = self.server.memory_bytes("VmHWM")
        response = self.http.post("", body)
        self.assert_status(response, 200)
        self.assertEqual([e["response"]["status"][:3] for e in entries(response.json)], ["201"] * ENTRIES)
        peak = self.server.memory_bytes("VmHWM") - before
        say(f"{kind} of {ENTRIES} entries, {len(body) / MEBIBYTE:.1f} MiB: {peak / MEBIBYTE:.0f} MiB more at the peak")
        self.assertLess(peak, 60 * len(body))

    def test_a_transaction_of_ten_thousand_entries(self):
        self.post("transaction")
        found = self.http.search("Observation", {"patient": "big", "_summary": "count"})
        self.assertEqual(found.json["total"], ENTRIES + 1)

    def test_a_batch_of_ten_thousand_entries(self):
        self.post("batch")
        found = self.http.search("Observation", {"patient": "big", "code": "c7", "_count": "1000"})
        self.assertEqual(len(match_ids(found.json)), ENTRIES // 50)
