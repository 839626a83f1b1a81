// The table is at the top of the header.
#include "src/rest/status.h"

#include <algorithm>

namespace server::rest {
namespace {

using fhir::IssueType;
using fhir::Situation;

unsigned by_situation(Situation situation) {
  switch (situation) {
    case Situation::malformed:
      return 400;
    case Situation::unauthenticated:
      return 401;
    case Situation::refused:
      return 403;
    case Situation::not_found:
      return 404;
    case Situation::method_not_allowed:
      return 405;
    case Situation::not_acceptable:
      return 406;
    case Situation::conflict:
      return 409;
    case Situation::gone:
      return 410;
    case Situation::precondition_failed:
      return 412;
    case Situation::too_large:
      return 413;
    case Situation::unsupported_media:
      return 415;
    case Situation::unprocessable:
      return 422;
    case Situation::throttled:
      return 429;
    case Situation::not_implemented:
      return 501;
    case Situation::unavailable:
      return 503;
    case Situation::timed_out:
      return 504;
    case Situation::internal:
      return 500;
    case Situation::by_type:
      break;
  }
  return 0;
}

unsigned by_type(IssueType type) {
  switch (type) {
    case IssueType::invalid:
    case IssueType::structure:
    case IssueType::required:
    case IssueType::value:
      return 400;
    case IssueType::login:
    case IssueType::expired:
    case IssueType::unknown:
      return 401;
    case IssueType::security:
    case IssueType::forbidden:
    case IssueType::suppressed:
      return 403;
    case IssueType::not_found:
      return 404;
    case IssueType::deleted:
      return 410;
    case IssueType::conflict:
    case IssueType::duplicate:
      return 409;
    case IssueType::multiple_matches:
      return 412;
    case IssueType::too_long:
    case IssueType::too_costly:
      return 413;
    case IssueType::throttled:
      return 429;
    case IssueType::not_supported:
      return 501;
    case IssueType::transient:
    case IssueType::lock_error:
      return 503;
    case IssueType::timeout:
      return 504;
    case IssueType::no_store:
      return 507;
    case IssueType::exception:
      return 500;
    default:
      return 422;
  }
}

}  // namespace

unsigned status_of(const fhir::Issue& issue) {
  if (issue.severity > fhir::Severity::error) return 200;
  if (issue.type == IssueType::no_store) return 507;
  const unsigned status = by_situation(issue.situation);
  return status != 0 ? status : by_type(issue.type);
}

unsigned status_of(std::span<const fhir::Issue> issues) {
  unsigned status = 200;
  for (const fhir::Issue& issue : issues) {
    const unsigned one = status_of(issue);
    if (one == 200) continue;
    status = status == 200 ? one : std::min(status, one);
  }
  return status;
}

}  // namespace server::rest
