// https://hl7.org/fhir/R4/binary.html
#include "src/access/binary_reader.h"

#include <algorithm>

#include "fhir/formats/json_document.h"
#include "src/access/guarded_reader.h"
#include "src/access/limit.h"
#include "src/access/shown.h"
#include "src/search/reference_text.h"

namespace server::access {

using security::right_read;
using security::Scope;

bool reads_by_context(const Access& access) {
  const Identity& identity = access.identity();
  // A Consent that gives a token to somebody else says what of: of no Binary.
  if (!identity.consent.empty()) return false;
  const bool is_own = identity.is_patient_user;
  const bool has_scope =
      std::any_of(identity.scopes.begin(), identity.scopes.end(), [&](const Scope& scope) {
        const bool is_of_patients = scope.context == security::ScopeContext::patient ||
                                    (is_own && scope.context == security::ScopeContext::user);
        return is_of_patients && !scope.is_granular() && (scope.rights & right_read) != 0 &&
               (scope.type == "*" || scope.type == "Binary");
      });
  if (is_own || !has_scope) return has_scope;
  return !identity.patient.empty() && access.role_reads_all("Binary") &&
         !access.scopes_allow("Binary", right_read);
}

/// "This element identifies another resource that can be used as a proxy of the security
/// sensitivity to use when deciding and enforcing access control rules for the Binary resource."
fhir::Result<storage::Version> GuardedReader::read_binary(std::string_view id) {
  auto found = reader_->read("Binary", id);
  if (!found) {
    const bool is_not_there = found.error().type == fhir::IssueType::not_found ||
                              found.error().type == fhir::IssueType::deleted;
    return is_not_there ? fhir::Result<storage::Version>(not_found()) : std::move(found);
  }
  const auto document = fhir::json::Document::read(found->body);
  const fhir::json::Value* context = document ? document->root().find("securityContext") : nullptr;
  if (context == nullptr) return not_found();
  const std::string_view reference = context->string_at("reference");
  const auto proxy = search::read_reference(reference, {}, access_.definitions());
  if (proxy.kind != search::ReferenceKind::local || proxy.type == "Binary") return not_found();
  if (!read(proxy.type, proxy.id)) return not_found();
  return shown(*std::move(found), access_);
}

}  // namespace server::access
