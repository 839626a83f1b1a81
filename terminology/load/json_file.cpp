#include "terminology/load/json_file.h"

#include <fstream>
#include <utility>

namespace terminology::load {

using fhir::IssueType;
using fhir::make_issue;
using fhir::unexpected;

fhir::Result<fhir::json::Document> read_json_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return unexpected(make_issue(IssueType::not_found, path + " cannot be read"));
  const auto size = static_cast<std::size_t>(file.tellg());
  if (size > k_json_file_bytes_max)
    return unexpected(
        make_issue(IssueType::too_costly,
                   path + " is larger than " + std::to_string(k_json_file_bytes_max) + " bytes"));
  std::string text(size, '\0');
  file.seekg(0);
  file.read(text.data(), static_cast<std::streamsize>(size));
  auto document = fhir::json::Document::read(std::move(text));
  if (document) return document;
  fhir::Issue issue = std::move(document).error();
  issue.diagnostics =
      path + (issue.line != 0 ? ":" + std::to_string(issue.line) : "") + ": " + issue.diagnostics;
  return unexpected(std::move(issue));
}

}  // namespace terminology::load
