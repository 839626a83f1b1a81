// Bodies as the file holds them: a block of LZ4 that was made with a dictionary, or the plain JSON
// where that is shorter.
//
//   dictionary  1 byte, 1 to 31: which, of those kept in the same file; no JSON begins so
//   size        4 bytes, the least first: of the body
//   block       https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
//
// Zstandard makes them a quarter shorter, but expanding takes four times as long, and a page of a
// search expands each of its resources.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "fhir/base/result.h"

namespace server::storage::sqlite {

class Connection;

/// Immutable once loaded, but for compress().
class BodyCodec {
 public:
  BodyCodec();
  ~BodyCodec();
  BodyCodec(const BodyCodec&) = delete;
  BodyCodec& operator=(const BodyCodec&) = delete;

  /// Reads the dictionaries of the file, and gives it one when it has none; before any other thread
  /// has this object.
  fhir::Result<void> load(Connection& writer);

  /// What is stored for a body. One thread at a time.
  std::string compress(std::string_view body);

  /// The body again. Thread-safe.
  ///
  /// errors   exception: it is damaged
  fhir::Result<std::string> expand(std::string_view stored) const;

 private:
  struct Compressor;
  std::unique_ptr<Compressor> compressor_;
  std::map<char, std::string> dictionaries_;
};

}  // namespace server::storage::sqlite
