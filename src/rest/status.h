// The one place where an issue becomes an HTTP status.
//
// | situation                               | issue types                          | HTTP     |
// |-----------------------------------------|--------------------------------------|----------|
// | malformed body or parameter             | structure, invalid, value, required  | 400      |
// | no or bad token; not allowed            | login, expired; forbidden            | 401; 403 |
// | unknown type or id; deleted             | not-found; deleted                   | 404; 410 |
// | no such interaction here                | not-supported                        | 405      |
// | Accept, Content-Type                    | not-supported                        | 406, 415 |
// | version clash, referential integrity    | conflict                             | 409      |
// | If-Match failed; several matches        | conflict; multiple-matches           | 412      |
// | profile, invariant, business rule       | invariant, business-rule, …          | 422      |
// | too large; too many                     | too-long, too-costly; throttled      | 413; 429 |
// | queue full; query too slow              | transient; timeout                   | 503; 504 |
// | known, not implemented; a bug           | not-supported; exception             | 501; 500 |
// | no room on the disk                     | no-store                             | 507      |
// https://hl7.org/fhir/R4/http.html#Status-Codes
#pragma once

#include <span>
#include <string>
#include <vector>

#include "fhir/base/issue.h"
#include "src/operations/outcome.h"

namespace server::rest {

/// One or more issues that end a request; never empty.
using Failure = std::vector<fhir::Issue>;

inline Failure failure(fhir::Issue issue) {
  Failure out;
  out.push_back(std::move(issue));
  return out;
}

/// Of one issue. A warning or information gives 200.
unsigned status_of(const fhir::Issue& issue);

/// Of several: a malformed body outweighs a broken rule.
unsigned status_of(std::span<const fhir::Issue> issues);

using operations::outcome_json;

}  // namespace server::rest
