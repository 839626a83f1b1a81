#include "src/bulk/manifest.h"

#include <array>
#include <utility>

#include "fhir/base/date_time.h"
#include "fhir/formats/json_document.h"
#include "fhir/formats/json_items.h"
#include "fhir/formats/json_writer.h"

namespace server::bulk {
namespace {

using fhir::json::Value;

constexpr std::array<std::pair<FileKind, std::string_view>, 3> k_kinds = {
    {{FileKind::output, "output"}, {FileKind::deleted, "deleted"}, {FileKind::error, "error"}}};

}  // namespace

std::string to_json(const Manifest& manifest, std::string_view files_url) {
  std::string text;
  fhir::json::Builder out(text);
  out.begin_object();
  out.string("transactionTime", fhir::format_instant(manifest.transaction_ms));
  out.string("request", manifest.request);
  out.boolean("requiresAccessToken", manifest.requires_access_token);
  for (const auto& [kind, key] : k_kinds) {
    out.key(key).begin_array();
    for (const ExportedFile& file : manifest.files) {
      if (file.kind != kind) continue;
      out.begin_object();
      if (!file.type.empty()) out.string("type", file.type);
      if (!file.name.empty()) out.string("url", std::string(files_url) + file.name);
      if (!file.input.empty()) out.string("inputUrl", file.input);
      out.number("count", static_cast<long long>(file.count)).end_object();
    }
    out.end_array();
  }
  out.end_object();
  return text;
}

fhir::Result<Manifest> read_manifest(std::string_view text) {
  FHIR_TRY(document, fhir::json::Document::read(std::string(text)));
  const Value& root = document.root();
  const auto time = fhir::DateTime::parse(root.string_at("transactionTime"));
  if (!time)
    return fhir::unexpected(fhir::make_issue(fhir::IssueType::structure, "This is no manifest"));
  Manifest manifest;
  manifest.transaction_ms = time->instants().low;
  manifest.request = root.string_at("request");
  const Value* needs_token = root.find("requiresAccessToken");
  manifest.requires_access_token = needs_token != nullptr && needs_token->text() == "true";
  for (const auto& [kind, key] : k_kinds) {
    for (const Value& file : fhir::json::items_at(root, key)) {
      const Value* count = file.find("count");
      manifest.files.push_back(
          {kind, std::string(file.string_at("type")), std::string(file.string_at("url")),
           count == nullptr ? 0 : std::strtoull(std::string(count->text()).c_str(), nullptr, 10),
           std::string(file.string_at("inputUrl"))});
    }
  }
  return manifest;
}

}  // namespace server::bulk
