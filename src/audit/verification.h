// Walks the audit trail from its first event to its last and tells what is not as it was written.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "src/audit/chain.h"
#include "src/storage/store.h"

namespace server::audit {

struct Verification {
  std::uint64_t events = 0;
  std::uint64_t lost = 0;           // which the trail itself tells
  Link last;                        // number 0: there is none
  std::vector<std::string> faults;  // a sentence each; the first thousand
  std::uint64_t fault_count = 0;
};

/// errors   of the store
fhir::Result<Verification> verify(storage::Reader& reader, const Chain& chain);

}  // namespace server::audit
