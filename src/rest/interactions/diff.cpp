// $diff: what changed between two versions, or differs between two resources, as the FHIRPath Patch
// that makes the one of the other. R4 has no such operation.
// https://hl7.org/fhir/R4/fhirpatch.html
#include <optional>

#include "fhir/formats/json_writer.h"
#include "fhir/patch/fhirpath_patch.h"
#include "src/rest/answer.h"
#include "src/rest/interactions/interactions.h"
#include "src/rest/local_reference.h"
#include "src/rest/operation_input.h"
#include "src/rest/version_number.h"

namespace server::rest {
namespace {

using fhir::json::Document;
using Given = operations::Parameters;

/// Version 0 is the current one.
fhir::Result<Document, Failure> read_side(storage::Reader& reader, std::string_view type,
                                          std::string_view id, std::int64_t version) {
  REST_TRY(found, version == 0 ? reader.read(type, id) : reader.read_version(type, id, version));
  REST_TRY(document, Document::read(std::move(found.body)));
  return std::move(document);
}

/// One side of a comparison: a resource sent along, or a reference to one that is stored.
fhir::Result<Document, Failure> side(const Call& call, storage::Reader& reader, const Given& given,
                                     std::string_view name) {
  if (const fhir::json::Value* sent = given.resource(name)) {
    REST_TRY(document, Document::read(fhir::json::to_string(*sent)));
    return std::move(document);
  }
  if (!given.has(name))
    return refuse(fhir::IssueType::required,
                  "$diff of two resources takes from and to, each a resource or Type/id or "
                  "Type/id/_history/version");
  const auto reference = local_reference(call, given.text(name));
  if (!reference)
    return refuse(fhir::IssueType::value,
                  "The parameter " + std::string(name) + " leads to no resource of this server");
  std::int64_t version = 0;
  if (!reference->version.empty()) {
    FHIR_TRY(number, version_number(reference->version));
    version = number;
  }
  return read_side(reader, reference->type, reference->id, version);
}

/// A copy without members that say which version of which resource it is, not what it says.
fhir::Result<Document, Failure> content(const Document& document, bool with_meta, bool with_id) {
  std::string text;
  fhir::json::Builder out(text);
  out.begin_object();
  for (const fhir::json::Member& member : document.root().members()) {
    const std::string_view name = member.name();
    if ((name == "meta" && !with_meta) || (name == "id" && !with_id)) continue;
    out.key(name).value(member.value);
  }
  out.end_object();
  REST_TRY(made, Document::read(std::move(text)));
  return std::move(made);
}

Answer compare(const Call& call, const Document& from, const Document& to, bool with_meta) {
  const bool is_same = from.root().string_at("id") == to.root().string_at("id");
  FHIR_TRY(before, content(from, with_meta, is_same));
  FHIR_TRY(after, content(to, with_meta, is_same));
  REST_TRY(patch, fhir::patch::fhirpath_patch_between(before.root(), after.root(),
                                                      call.snapshot->definitions()));
  return fhir_response(200, std::move(patch));
}

/// The version that a comparison of one resource begins with: the one named, or the one before.
fhir::Result<std::int64_t, Failure> from_version(const Given& given, std::int64_t to) {
  if (given.has("fromVersion")) return version_number(given.text("fromVersion"));
  if (to > 1) return to - 1;
  return fhir::unexpected(
      failure(fhir::make_issue(fhir::IssueType::not_found, "There is no version before this one")));
}

}  // namespace

Answer diff(const Call& call) {
  FHIR_TRY(input, call.id.empty() ? read_operation_input(call, "", {"from", "to", "includeMeta"})
                                  : read_operation_input(call, "", {"fromVersion", "includeMeta"}));
  const Given given = input.parameters();
  REST_TRY(with_meta, given.boolean("includeMeta", false));
  REST_TRY(reader, call.reader());
  if (call.id.empty()) {
    FHIR_TRY(from, side(call, *reader, given, "from"));
    FHIR_TRY(to, side(call, *reader, given, "to"));
    return compare(call, from, to, with_meta);
  }
  std::int64_t last = 0;
  if (call.version.empty()) {
    REST_TRY(current, reader->read(call.type, call.id));
    last = current.version_id;
  } else {
    FHIR_TRY(number, version_number(call.version));
    last = number;
  }
  FHIR_TRY(first, from_version(given, last));
  FHIR_TRY(from, read_side(*reader, call.type, call.id, first));
  FHIR_TRY(to, read_side(*reader, call.type, call.id, last));
  return compare(call, from, to, with_meta);
}

}  // namespace server::rest
