// The answer to a transaction: an entry for each that was sent, in its place.
// https://hl7.org/fhir/R4/http.html#transaction-response
#pragma once

#include <vector>

#include "src/rest/bundle/plan.h"
#include "src/rest/context.h"
#include "src/storage/store.h"

namespace server::rest::bundle_entries {

/// Reads are answered now, so that they see what was written.
///
/// plans     of all entries, in order
/// written   of Plan::Kind::write, by Plan::write
Answer transaction_response(const Call& call, const std::vector<Plan>& plans,
                            std::vector<storage::Written> written);

}  // namespace server::rest::bundle_entries
