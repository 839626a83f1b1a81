// A release in the archive that its owner publishes, laid out on the disk for as long as it is
// read.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "fhir/base/result.h"

namespace terminology::load {

struct ArchiveLimits {
  std::uint64_t members_max = 20'000;
  std::uint64_t bytes_max = std::uint64_t{64} << 30;  // of all that is laid out
  /// Bytes laid out for each of the archive: releases are texts, which shrink to a tenth. The first
  /// 64 MiB are free.
  std::uint64_t ratio_max = 100;
};

/// Whether a name is that of an archive: .zip, .tgz, .tar.gz.
bool is_archive(const std::string& path);

/// Takes the folder away when it ends.
class Unpacked {
 public:
  /// Lays out, through a buffer of fixed size, what a loader may read: texts and tables, of RF2 the
  /// snapshot, or the full release where there is none. What a load that was killed left is taken
  /// away first.
  ///
  /// path     of the archive
  /// beside   an existing folder with room; a hidden folder in it holds the files
  /// say      gets a line for each file that is laid out
  /// errors   not-found: no such file · structure: no archive, or a damaged one · security: a
  /// member
  ///          that leads out of the folder, or is a link · too-costly: past a limit ·
  ///          not-supported: encrypted · no-store: the disk is full
  static fhir::Result<Unpacked> make(const std::string& path, const std::string& beside,
                                     const std::function<void(const std::string&)>& say,
                                     const ArchiveLimits& limits = {});
  Unpacked(Unpacked&& other) noexcept;
  Unpacked& operator=(Unpacked&&) = delete;
  ~Unpacked();

  /// The folder that a loader is given: without folders that hold nothing but one other.
  const std::string& root() const { return root_; }
  /// A text in which files are named as members of the archive, not by where they lie.
  std::string renamed(std::string text) const;

 private:
  Unpacked(std::string archive, std::string folder)
      : archive_(std::move(archive)), folder_(std::move(folder)) {}

  std::string archive_, folder_, root_;
};

}  // namespace terminology::load
