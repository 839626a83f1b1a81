#include "fixture.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "src/security/digest.h"

namespace packages_test {

namespace fs = std::filesystem;

Folder::Folder() : path_((fs::temp_directory_path() / "medisync-packages-XXXXXX").string()) {
  REQUIRE(mkdtemp(path_.data()) != nullptr);
}

Folder::~Folder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

File manifest(std::string_view name, std::string_view version, const Dependencies& dependencies,
              std::string_view fhir_version) {
  std::string out = R"({"name":")" + std::string(name) + R"(","version":")" + std::string(version) +
                    R"(","fhirVersions":[")" + std::string(fhir_version) + R"("],"dependencies":{)";
  std::string listed;
  for (const auto& [needed, range] : dependencies) {
    if (!listed.empty()) listed += ',';
    listed.append("\"").append(needed).append("\":\"").append(range).append("\"");
  }
  return {"package/package.json", out + listed + "}}"};
}

std::string tgz(const std::vector<File>& files) {
  std::string out;
  const std::unique_ptr<archive, int (*)(archive*)> writer(archive_write_new(), archive_write_free);
  archive_write_set_bytes_in_last_block(writer.get(), 1);  // no padding behind the gzip
  archive_write_add_filter_gzip(writer.get());
  archive_write_set_format_pax_restricted(writer.get());
  const auto take = [](archive*, void* to, const void* bytes, std::size_t size) -> la_ssize_t {
    static_cast<std::string*>(to)->append(static_cast<const char*>(bytes), size);
    return static_cast<la_ssize_t>(size);
  };
  REQUIRE(archive_write_open(writer.get(), &out, nullptr, take, nullptr) == ARCHIVE_OK);
  for (const File& file : files) {
    const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(archive_entry_new(),
                                                                         archive_entry_free);
    archive_entry_set_pathname(entry.get(), file.name.c_str());
    archive_entry_set_perm(entry.get(), 0644);
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    if (file.entry == Entry::symbolic_link) {
      archive_entry_set_filetype(entry.get(), AE_IFLNK);
      archive_entry_set_symlink(entry.get(), file.text.c_str());
    } else if (file.entry == Entry::hard_link) {
      archive_entry_set_hardlink(entry.get(), file.text.c_str());
    } else {
      archive_entry_set_size(entry.get(), static_cast<la_int64_t>(file.text.size()));
    }
    REQUIRE(archive_write_header(writer.get(), entry.get()) == ARCHIVE_OK);
    if (file.entry == Entry::file)
      REQUIRE(archive_write_data(writer.get(), file.text.data(), file.text.size()) >= 0);
  }
  REQUIRE(archive_write_close(writer.get()) == ARCHIVE_OK);
  return out;
}

void write(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return std::move(out).str();
}

std::string integrity_of(const std::string& bytes) {
  const Folder folder;
  write(folder / "x", bytes);
  const auto digests = server::security::digests_of_file(folder / "x");
  REQUIRE(digests);
  return "sha512-" + digests->sha512_base64;
}

namespace {

std::string url_of(const std::string& name, const std::string& version) {
  return std::string(MapFetcher::k_address) + "/files/" + name + "-" + version + ".tgz";
}

fhir::Unexpected<fhir::Issue> not_found() {
  return fhir::unexpected(fhir::make_issue(fhir::IssueType::not_found, "404"));
}

}  // namespace

void MapFetcher::publish(const std::string& name, const std::string& version,
                         const Dependencies& dependencies) {
  std::string bytes = tgz({manifest(name, version, dependencies)});
  versions_[name][version] = integrity_of(bytes);
  files_[url_of(name, version)] = std::move(bytes);
}

void MapFetcher::replace(const std::string& name, const std::string& version, std::string bytes) {
  files_[url_of(name, version)] = std::move(bytes);
}

fhir::Result<void> MapFetcher::to_file(const std::string& url, const std::string& file,
                                       std::uint64_t) {
  fetched.push_back(url);
  const auto found = files_.find(url);
  if (found == files_.end()) return not_found();
  write(file, found->second);
  return {};
}

fhir::Result<std::string> MapFetcher::text(const std::string& url, std::uint64_t) {
  const std::string name = url.substr(url.rfind('/') + 1);
  const auto found = versions_.find(name);
  if (found == versions_.end()) return not_found();
  std::string versions;
  for (const auto& [version, integrity] : found->second) {
    if (!versions.empty()) versions += ',';
    versions.append("\"" + version + R"(":{"dist":{"tarball":")" + url_of(name, version) +
                    R"(","integrity":")" + integrity + "\"}}");
  }
  std::string out = R"({"versions":{)" + versions + "}";
  if (const auto latest = latest_.find(name); latest != latest_.end())
    out += R"(,"dist-tags":{"latest":")" + latest->second + "\"}";
  return out + "}";
}

}  // namespace packages_test
