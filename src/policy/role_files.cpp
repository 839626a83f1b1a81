#include "src/policy/role_files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <utility>

#include "src/policy/default_roles.h"

namespace server::policy {
namespace {

using Texts = std::vector<std::pair<std::string, std::string>>;  // name, content

fhir::Result<std::shared_ptr<const RoleFiles>> read_all(Texts texts) {
  auto files = std::make_shared<RoleFiles>();
  for (auto& [name, text] : texts) {
    FHIR_TRY(file, read_role_file(name, std::move(text)));
    const auto other = std::find_if(files->begin(), files->end(),
                                    [&](const RoleFile& one) { return one.role == file.role; });
    if (other != files->end())
      return wrong_in(file, 1, "the role " + file.role + " has a file already: " + other->name);
    files->push_back(std::move(file));
  }
  return std::shared_ptr<const RoleFiles>(std::move(files));
}

}  // namespace

const Emergency* emergency_of(const RoleFiles& files, std::string_view role) {
  const auto found = std::find_if(files.begin(), files.end(),
                                  [&](const RoleFile& one) { return one.role == role; });
  return found == files.end() || !found->emergency ? nullptr : &*found->emergency;
}

fhir::Result<std::shared_ptr<const RoleFiles>> default_role_files() {
  Texts texts;
  for (const DefaultRole& role : default_roles()) texts.emplace_back(role.name, role.text);
  return read_all(std::move(texts));
}

fhir::Result<std::shared_ptr<const RoleFiles>> read_role_files(const std::string& folder) {
  std::error_code error;
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".json") paths.push_back(entry.path());
  }
  if (error || paths.empty())
    return fhir::unexpected(fhir::make_issue(
        fhir::IssueType::not_found, "There are no role files (*.json) in the folder " + folder));
  std::sort(paths.begin(), paths.end());
  Texts texts;
  for (const std::filesystem::path& path : paths) {
    std::ifstream in(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    if (!in)
      return fhir::unexpected(fhir::make_issue(
          fhir::IssueType::not_found, "The role file " + path.string() + " cannot be read"));
    texts.emplace_back(path.string(), std::move(text));
  }
  return read_all(std::move(texts));
}

}  // namespace server::policy
