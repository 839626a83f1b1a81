// A JSON text read into an immutable tree. Owns the text, the tree and what was decoded from it.
// Readable from many threads at once after it is made; movable, not copyable.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/arena.h"
#include "fhir/base/issue.h"
#include "fhir/base/limits.h"
#include "fhir/base/result.h"
#include "fhir/formats/json_value.h"

namespace fhir::json {

struct Position {
  std::uint32_t line = 1;    // 1-based
  std::uint32_t column = 1;  // 1-based, in Unicode characters
};

/// Where the byte at `offset` of a UTF-8 text stands.
Position position_in(std::string_view text, std::size_t offset);

/// What is wrong and was gone over.
struct ReadFault {
  Issue issue;               // with line and column
  std::uint32_t offset = 0;  // of the object in which it is
};

struct ReadOptions {
  std::size_t bytes_max = k_json_bytes_max;
  std::size_t depth_max = k_json_depth_max;
  /// Not null: bytes that are no UTF-8 are read as U+FFFD, of members of the same name the first
  /// is read, and the faults are told here: k_read_faults_max of them, one more is an error.
  std::vector<ReadFault>* faults = nullptr;
};

class Document {
 public:
  Document(Document&&) = default;
  Document& operator=(Document&&) = default;

  /// Reads one JSON text.
  ///
  /// source     UTF-8 without a byte order mark; numbers keep their lexical form
  /// returns    the document; its root is any JSON value
  /// errors     structure (not JSON, trailing data, a duplicate key), too-long (bytes or depth),
  /// each
  ///            with line and column
  /// source     RFC 8259; https://hl7.org/fhir/R4/json.html
  static Result<Document> read(std::string source, const ReadOptions& options = {});

  /// A document around a tree built elsewhere in `arena`; it has no source text and no positions.
  static Document build(std::unique_ptr<Arena> arena, Value root);

  /// The same, with the text that the offsets of its values mean.
  static Document build(std::unique_ptr<Arena> arena, Value root, std::string source);

  const Value& root() const { return *root_; }
  Position position(std::uint32_t offset) const;
  /// The text as it was sent; empty for a document built without one.
  std::string_view source() const { return *source_; }
  std::size_t memory_bytes() const;

 private:
  Document();

  std::unique_ptr<std::string> source_;  // as sent, for positions
  std::unique_ptr<char[]> text_;         // decoded in place: strings and numbers point into it
  std::size_t text_bytes_ = 0;
  std::unique_ptr<Arena> arena_;
  const Value* root_ = nullptr;  // in arena_
};

}  // namespace fhir::json
