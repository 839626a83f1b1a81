// The layout is at the top of the header.
#include "fhir/definitions/image.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>

namespace fhir::definitions {
namespace {

constexpr std::array<char, 8> k_magic = {'M', 'S', 'D', 'E', 'F', '0', '0', '3'};

struct Range {
  std::uint64_t offset;
  std::uint64_t length;
};

struct Header {
  std::array<char, 8> magic;
  std::uint64_t fingerprint;
  std::uint64_t count;
};

struct Row {
  std::array<Range, 5> texts;  // type, id, url, version, json
};

class OwnedImage final : public Image {
 public:
  explicit OwnedImage(std::vector<RawRecord> records) : owned_(std::move(records)) {
    records_.reserve(owned_.size());
    for (const RawRecord& raw : owned_)
      records_.push_back({raw.type, raw.id, raw.url, raw.version, raw.json});
  }
  const std::vector<ConformanceRecord>& records() const override { return records_; }

 private:
  std::vector<RawRecord> owned_;
  std::vector<ConformanceRecord> records_;
};

class MappedImage final : public Image {
 public:
  MappedImage(void* data, std::size_t bytes) : data_(data), bytes_(bytes) {}
  ~MappedImage() override { munmap(data_, bytes_); }
  const std::vector<ConformanceRecord>& records() const override { return records_; }

  /// Whether the content is whole and carries the fingerprint.
  bool read(std::uint64_t fingerprint) {
    const char* base = static_cast<const char*>(data_);
    Header header;
    if (bytes_ < sizeof header) return false;
    std::memcpy(&header, base, sizeof header);
    if (header.magic != k_magic || header.fingerprint != fingerprint) return false;
    if (header.count > (bytes_ - sizeof header) / sizeof(Row)) return false;
    records_.reserve(header.count);
    for (std::uint64_t i = 0; i < header.count; ++i) {
      Row row;
      std::memcpy(&row, base + sizeof header + i * sizeof row, sizeof row);
      std::array<std::string_view, 5> texts;
      for (std::size_t t = 0; t < texts.size(); ++t) {
        const Range& range = row.texts[t];
        if (range.offset > bytes_ || range.length > bytes_ - range.offset) return false;
        texts[t] = {base + range.offset, range.length};
      }
      records_.push_back({texts[0], texts[1], texts[2], texts[3], texts[4]});
    }
    return true;
  }

 private:
  void* data_;
  std::size_t bytes_;
  std::vector<ConformanceRecord> records_;
};

}  // namespace

std::shared_ptr<const Image> make_image(std::vector<RawRecord> records) {
  return std::make_shared<OwnedImage>(std::move(records));
}

std::shared_ptr<const Image> open_image(const std::string& path, std::uint64_t fingerprint) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return nullptr;
  struct stat status {};
  void* data = MAP_FAILED;
  if (fstat(file, &status) == 0 && status.st_size > 0)
    data = mmap(nullptr, static_cast<std::size_t>(status.st_size), PROT_READ, MAP_PRIVATE, file, 0);
  close(file);
  if (data == MAP_FAILED) return nullptr;
  auto image = std::make_shared<MappedImage>(data, static_cast<std::size_t>(status.st_size));
  if (!image->read(fingerprint)) return nullptr;
  return image;
}

void write_image(const std::string& path, std::uint64_t fingerprint, const Image& image) {
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
  const std::string temporary = path + "." + std::to_string(getpid());
  std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
  const Header header{k_magic, fingerprint, image.records().size()};
  out.write(reinterpret_cast<const char*>(&header), sizeof header);
  std::uint64_t offset = sizeof header + image.records().size() * sizeof(Row);
  auto texts_of = [](const ConformanceRecord& record) {
    return std::array{record.type, record.id, record.url, record.version, record.json};
  };
  for (const ConformanceRecord& record : image.records()) {
    Row row;
    const auto texts = texts_of(record);
    for (std::size_t t = 0; t < texts.size(); ++t) {
      row.texts[t] = {offset, texts[t].size()};
      offset += texts[t].size();
    }
    out.write(reinterpret_cast<const char*>(&row), sizeof row);
  }
  for (const ConformanceRecord& record : image.records()) {
    for (std::string_view text : texts_of(record))
      out.write(text.data(), static_cast<std::streamsize>(text.size()));
  }
  out.close();
  if (out) {
    std::filesystem::rename(temporary, path, ignored);
  } else {
    std::filesystem::remove(temporary, ignored);
  }
}

}  // namespace fhir::definitions
