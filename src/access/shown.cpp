#include "src/access/shown.h"

#include <utility>

#include "src/policy/shaded_body.h"

namespace server::access {

fhir::Result<std::string> shown(std::string body, std::string_view type, const Access& access) {
  const policy::Shades* shades = access.shades();
  if (shades == nullptr || body.empty()) return body;
  auto text = policy::shaded(std::move(body), type, *shades);
  if (text) return *std::move(text);
  return fhir::unexpected(
      fhir::make_issue(fhir::IssueType::exception, "A resource cannot be shown to this role"));
}

fhir::Result<storage::Version> shown(storage::Version version, const Access& access) {
  FHIR_TRY(body, shown(std::move(version.body), version.type, access));
  version.body = std::move(body);
  return version;
}

}  // namespace server::access
