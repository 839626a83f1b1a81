#include "src/cli/files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "fhir/model/faulty_json.h"
#include "fhir/model/xml_reader.h"

namespace server::cli {

namespace fs = std::filesystem;
namespace {

bool is_xml(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string::npos && text[first] == '<';
}

}  // namespace

fhir::Result<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in || fs::is_directory(path))
    return fhir::unexpected(fhir::make_issue(fhir::IssueType::not_found, "Cannot read " + path));
  std::string text((std::istreambuf_iterator<char>(in)), {});
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
  return text;
}

fhir::Result<fhir::json::Document> read_resource(const std::string& path,
                                                 const fhir::DefinitionStore& definitions) {
  FHIR_TRY(text, read_file(path));
  return read_resource_text(std::move(text), definitions);
}

fhir::Result<fhir::json::Document> read_resource_text(std::string text,
                                                      const fhir::DefinitionStore& definitions) {
  if (is_xml(text)) return fhir::read_xml(text, definitions);
  return fhir::json::Document::read(std::move(text));
}

fhir::Result<fhir::json::Document> read_faulty_resource(std::string text,
                                                        const fhir::DefinitionStore& definitions,
                                                        fhir::IssueSink& faults) {
  if (!is_xml(text)) return fhir::read_faulty_json(std::move(text), definitions, {}, faults);
  fhir::XmlReadOptions options;
  options.faults = &faults;
  return fhir::read_xml(text, definitions, options);
}

fhir::Result<std::vector<std::string>> expand_paths(const std::vector<std::string>& paths) {
  std::vector<std::string> out;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      out.push_back(path);
      continue;
    }
    std::vector<std::string> files;
    for (const auto& file : fs::recursive_directory_iterator(path, error)) {
      const std::string extension = file.path().extension().string();
      if (file.is_regular_file(error) &&
          (extension == ".json" || extension == ".ndjson" || extension == ".xml"))
        files.push_back(file.path().string());
    }
    if (error)
      return fhir::unexpected(
          fhir::make_issue(fhir::IssueType::not_found, "Cannot read the folder " + path));
    if (files.empty())
      return fhir::unexpected(
          fhir::make_issue(fhir::IssueType::not_found,
                           "There is no .json, .ndjson or .xml file in the folder " + path));
    std::sort(files.begin(), files.end());
    out.insert(out.end(), files.begin(), files.end());
  }
  return out;
}

}  // namespace server::cli
