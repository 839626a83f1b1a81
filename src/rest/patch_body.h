// A patch as it was sent, and what it makes of a stored version.
// https://hl7.org/fhir/R4/http.html#patch
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fhir/formats/json_document.h"
#include "src/rest/context.h"
#include "src/storage/store.h"

namespace server::rest {

inline constexpr std::string_view k_accept_patch =
    "application/json-patch+json, application/xml-patch+xml, application/fhir+json, "
    "application/fhir+xml";

class PatchBody {
 public:
  /// Reads a patch: JSON Patch, XML Patch, or FHIRPath Patch as a Parameters resource.
  ///
  /// errors   not-supported (415): another Content-Type · as of a body
  static fhir::Result<PatchBody, Failure> read(const Call& call, std::string_view content_type,
                                               std::string body);

  /// The patch of a bundle's entry: a Binary that holds it, or a Parameters resource.
  static fhir::Result<PatchBody, Failure> read_entry(const Call& call,
                                                     const fhir::json::Value* resource);

  /// Applies it to a version. Its type and id stay; a generated narrative that the patch leaves as
  /// it is, is dropped, since it may no longer tell the truth.
  ///
  /// returns   the resource, not yet validated
  /// errors    processing (422): the patch does not fit the version
  fhir::Result<fhir::json::Document, Failure> apply(const Call& call,
                                                    const storage::Version& current) const;

 private:
  enum class Kind { json_patch, xml_patch, fhirpath_patch };

  explicit PatchBody(Kind kind) : kind_(kind) {}

  fhir::Result<std::string> patched(const Call& call, const storage::Version& current) const;

  Kind kind_;
  std::string text_;                              // of an XML Patch
  std::optional<fhir::json::Document> document_;  // of the others
};

}  // namespace server::rest
