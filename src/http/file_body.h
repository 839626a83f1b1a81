// A file, or a part of one, as a body.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "src/http/body_source.h"

namespace server::http {

/// An open file: it stays readable when its name is removed.
class FileBody final : public BodySource {
 public:
  /// Null when there is no such file, or it cannot be read. Follows no symbolic link.
  static std::shared_ptr<FileBody> open(const std::filesystem::path& path);
  ~FileBody() override;
  FileBody(const FileBody&) = delete;
  FileBody& operator=(const FileBody&) = delete;

  std::uint64_t file_bytes() const { return file_bytes_; }
  /// Only these bytes are the body; within the file.
  void narrow(std::uint64_t first, std::uint64_t bytes);

  std::optional<std::uint64_t> size() const override { return bytes_; }
  bool next(std::string& piece) override;

 private:
  FileBody(int descriptor, std::uint64_t bytes)
      : descriptor_(descriptor), file_bytes_(bytes), bytes_(bytes), left_(bytes) {}

  const int descriptor_;
  const std::uint64_t file_bytes_;
  std::uint64_t bytes_;
  std::uint64_t at_ = 0;
  std::uint64_t left_;
};

}  // namespace server::http
