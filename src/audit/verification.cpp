#include "src/audit/verification.h"

#include <algorithm>

#include "fhir/formats/json_document.h"
#include "src/audit/recorder.h"

namespace server::audit {
namespace {

constexpr std::size_t k_faults_max = 1'000;

void add(Verification& found, std::uint64_t number, std::string_view what) {
  ++found.fault_count;
  if (found.faults.size() < k_faults_max)
    found.faults.push_back("AuditEvent/" + id_of(number) + " " + std::string(what));
}

/// The link of an event that is as it was written; otherwise tells why it is not.
std::optional<Link> check(const storage::Version& version, std::uint64_t number, const Chain& chain,
                          Verification& found) {
  if (version.version_id != 1) add(found, number, "has more than one version");
  const auto document = fhir::json::Document::read(version.body);
  auto link = document ? chain.verified(document->root()) : std::nullopt;
  if (!link) {
    add(found, number, "was changed");
  } else if (link->number != number) {
    add(found, number, "is another event");
    link.reset();
  }
  return link;
}

}  // namespace

fhir::Result<Verification> verify(storage::Reader& reader, const Chain& chain) {
  Verification found;
  Link head;
  FHIR_TRY(note, reader.note(k_head_note));
  if (note) {
    auto read = chain.read_head(*note);
    if (read) {
      head = *std::move(read);
    } else {
      ++found.fault_count;
      found.faults.emplace_back("The end of the trail was not noted with this key");
    }
  }
  bool knows_last = true;  // whether the event before is known to be as it was
  for (std::uint64_t number = 1;; ++number) {
    auto version = reader.read("AuditEvent", id_of(number));
    if (!version) {
      const fhir::IssueType type = version.error().type;
      if (type != fhir::IssueType::not_found && type != fhir::IssueType::deleted)
        return fhir::unexpected(std::move(version).error());
      if (type == fhir::IssueType::not_found && number > head.number) return found;
      add(found, number, "is missing");
      knows_last = false;
      continue;
    }
    ++found.events;
    auto link = check(*version, number, chain, found);
    if (link && knows_last && link->previous != found.last.code)
      add(found, number, "does not follow the one before it");
    if (link && number == head.number && link->code != head.code)
      add(found, number, "is not what was noted as the last");
    knows_last = link.has_value();
    if (!link) continue;
    found.lost += link->lost;
    found.last = *std::move(link);
  }
}

}  // namespace server::audit
