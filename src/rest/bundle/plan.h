// What each entry of a transaction comes to before anything is written.
// https://hl7.org/fhir/R4/http.html#trules
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "fhir/formats/json_document.h"
#include "src/rest/bundle/entry.h"
#include "src/rest/context.h"
#include "src/storage/store.h"

namespace server::rest::bundle_entries {

struct Plan {
  const Entry* entry = nullptr;
  enum class Kind { write, existing, nothing, read } kind = Kind::read;
  std::string type;
  std::string id;
  bool has_new_id = false;  // the server made it for this plan
  storage::WriteMethod method = storage::WriteMethod::create;
  storage::Precondition precondition;
  std::optional<fhir::json::Document> patched;  // what a PATCH made of the current version
  std::size_t write = 0;                        // index into the writes, for Kind::write
  bool is_named_by_version = false;             // a reference in the bundle names what it makes
  bool is_pinned = false;                       // if_match is ours: it may be tried again
};

/// Type, id and preconditions of what the entry asks for: conditions are searched for, a patch is
/// applied to the version that stands now.
///
/// entry    outlives the plan
/// errors   those of the interaction, without the entry's place
fhir::Result<Plan, Failure> plan_of(const Call& call, const Entry& entry);

}  // namespace server::rest::bundle_entries
