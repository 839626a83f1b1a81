// https://hl7.org/fhir/R4/http.html#patch
#include "src/rest/patch_body.h"

#include "fhir/formats/json_writer.h"
#include "fhir/model/xml_reader.h"
#include "fhir/model/xml_writer.h"
#include "fhir/patch/fhirpath_patch.h"
#include "fhir/patch/json_equality.h"
#include "fhir/patch/json_patch.h"
#include "fhir/patch/xml_patch.h"
#include "src/rest/base64.h"
#include "src/rest/media_type.h"
#include "src/rest/resource_input.h"

namespace server::rest {
namespace {

using fhir::json::Document;
using fhir::json::Member;
using fhir::json::Value;

fhir::Unexpected<Failure> unsupported() {
  return fhir::unexpected(
      failure(fhir::make_issue(fhir::Situation::unsupported_media, fhir::IssueType::not_supported,
                               "A patch is one of " + std::string(k_accept_patch))));
}

bool is_administrative(std::string_view name) {
  return name == "id" || name == "meta" || name == "text" || name == "implicitRules" ||
         name == "resourceType";
}

bool has_same_data(const Value& a, const Value& b) {
  auto covers = [](const Value& one, const Value& other) {
    for (const Member& member : one.members()) {
      if (is_administrative(member.name())) continue;
      const Value* counterpart = other.find(member.name());
      if (counterpart == nullptr || !fhir::patch::is_identical(member.value, *counterpart))
        return false;
    }
    return true;
  };
  return covers(a, b) && covers(b, a);
}

/// "servers … SHALL ensure that narrative in a resource is not clinically unsafe after the PATCH
/// operation is performed … The server could delete the narrative"
bool is_stale_narrative(const Value& before, const Value& after) {
  const Value* text = after.find("text");
  const Value* old = before.find("text");
  if (text == nullptr || old == nullptr || !fhir::patch::is_identical(*text, *old)) return false;
  const std::string_view status = text->string_at("status");
  return (status == "generated" || status == "extensions") && !has_same_data(before, after);
}

std::string without_text(const Value& resource) {
  std::string out;
  fhir::json::Builder builder(out);
  builder.begin_object();
  for (const Member& member : resource.members()) {
    if (member.name() != "text") builder.key(member.name()).value(member.value);
  }
  builder.end_object();
  return out;
}

}  // namespace

fhir::Result<PatchBody, Failure> PatchBody::read(const Call& call, std::string_view content_type,
                                                 std::string body) {
  const MediaType type = parse_media_type(content_type);
  fhir::json::ReadOptions options;
  options.depth_max = call.options->body_depth_max;
  if (type.name == "application/xml-patch+xml") {
    PatchBody out(Kind::xml_patch);
    out.text_ = std::move(body);
    return out;
  }
  if (type.name == "application/json-patch+json") {
    PatchBody out(Kind::json_patch);
    REST_TRY(document, Document::read(std::move(body), options));
    out.document_ = std::move(document);
    return out;
  }
  const auto format = format_of(type.name);
  if (!format || !type.is_r4()) return unsupported();
  PatchBody out(Kind::fhirpath_patch);
  FHIR_TRY(document, read_resource_text(call, *format, std::move(body)));
  FHIR_CHECK(check_resource_type(document, "Parameters"));
  out.document_ = std::move(document);
  return out;
}

fhir::Result<PatchBody, Failure> PatchBody::read_entry(const Call& call, const Value* resource) {
  const std::string_view type =
      resource != nullptr ? resource->string_at("resourceType") : std::string_view{};
  if (type == "Parameters")
    return read(call, "application/fhir+json", fhir::json::to_string(*resource));
  if (type == "Binary") {
    auto content = from_base64(resource->string_at("data"));
    if (!content)
      return fhir::unexpected(failure(
          fhir::make_issue(fhir::IssueType::invalid, "The data of the Binary is no base64")));
    return read(call, resource->string_at("contentType"), *std::move(content));
  }
  return fhir::unexpected(failure(
      fhir::make_issue(fhir::IssueType::required,
                       "A PATCH entry has its patch in a Binary or a Parameters resource")));
}

fhir::Result<std::string> PatchBody::patched(const Call& call,
                                             const storage::Version& current) const {
  const fhir::DefinitionStore& definitions = call.snapshot->definitions();
  FHIR_TRY(before, Document::read(current.body));
  std::string text;
  if (kind_ == Kind::xml_patch) {
    FHIR_TRY(xml, fhir::patch::apply_xml_patch(fhir::write_xml(before.root(), definitions), text_));
    auto after = fhir::read_xml(xml, definitions);
    if (!after) {
      // What the patch made is at fault, and its places are nowhere the client could look.
      fhir::Issue issue = std::move(after).error();
      issue.situation = fhir::Situation::unprocessable;
      issue.line = issue.column = 0;
      return fhir::unexpected(std::move(issue));
    }
    if (is_stale_narrative(before.root(), after->root())) return without_text(after->root());
    return fhir::json::to_string(after->root());
  }
  FHIR_TRY(after,
           kind_ == Kind::json_patch
               ? fhir::patch::patch_resource(before.root(), document_->root())
               : fhir::patch::apply_fhirpath_patch(before.root(), document_->root(), definitions,
                                                   call.snapshot->services.terminology.get()));
  if (is_stale_narrative(before.root(), after.root())) return without_text(after.root());
  return fhir::json::to_string(after.root());
}

fhir::Result<Document, Failure> PatchBody::apply(const Call& call,
                                                 const storage::Version& current) const {
  REST_TRY(text, patched(call, current));
  REST_TRY(document, Document::read(std::move(text)));
  auto refuse = [](std::string what) {
    return fhir::unexpected(
        failure(fhir::make_issue(fhir::Situation::unprocessable, fhir::IssueType::business_rule,
                                 "A patch cannot change the " + std::move(what))));
  };
  if (document.root().string_at("resourceType") != current.type) return refuse("resource's type");
  if (document.root().string_at("id") != current.id) return refuse("resource's id");
  return std::move(document);
}

}  // namespace server::rest
