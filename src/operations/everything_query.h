// What $everything gathers, as a search of several types: the compartment, in a clinical period,
// and what it refers to. https://hl7.org/fhir/R4/patient-operation-everything.html
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/date_time.h"
#include "fhir/definitions/definition_store.h"
#include "src/search/query.h"

namespace server::operations {

/// The compartment of one resource, or of all resources of a type.
struct Focus {
  std::string_view type;  // Patient, Encounter
  std::string_view id;    // empty: of all
};

struct EverythingRequest {
  Focus focus;
  std::vector<std::string_view> types;   // wanted; empty: all
  std::optional<fhir::DateTime> start;   // of care, inclusive
  std::optional<fhir::DateTime> end;     // of care, inclusive
  std::optional<std::int64_t> since_ms;  // last updated then or later
};

/// Holds resources of a type to the compartment.
///
/// errors   not-found: the compartment never holds the type
fhir::Result<search::Criterion> member_criterion(const Focus& focus, std::string_view type,
                                                 const fhir::DefinitionStore& definitions);

/// A query of every type that may be in the compartment. Types that never are come along as what
/// the page's resources refer to, and provenances as what refers to them; when some of those are
/// asked for by name, every member is walked, and the caller keeps what was asked for.
fhir::Result<search::Query> everything_query(const EverythingRequest& request,
                                             const fhir::DefinitionStore& definitions);

/// Ids of one type, held to the compartment.
fhir::Result<search::Query> members_among(const Focus& focus, std::string_view type,
                                          std::span<const std::string_view> ids,
                                          const fhir::DefinitionStore& definitions);

}  // namespace server::operations
