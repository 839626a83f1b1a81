// The JSON reader: RFC 8259 through RapidJSON's SAX parser, into our own tree.
#include "fhir/formats/json_document.h"

#include <emmintrin.h>

#include <algorithm>
#include <cstring>
#include <unordered_set>
#include <vector>

#define RAPIDJSON_SSE2
#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include "fhir/formats/position_cursor.h"
#include "fhir/formats/utf8.h"

namespace fhir::json {
namespace {

using Stream = rapidjson::InsituStringStream;

constexpr unsigned k_parse_flags =
    rapidjson::kParseInsituFlag | rapidjson::kParseNumbersAsStringsFlag;

constexpr std::string_view k_duplicate_text = "The object has two members of the same name";

/// Builds the tree from RapidJSON's events. Open containers keep their children on one stack each
/// for arrays and objects; a container is copied into the arena when it closes.
class TreeBuilder {
 public:
  using Ch = char;

  TreeBuilder(const char* begin, const Stream& stream, Arena& arena, const ReadOptions& options,
              bool has_unicode_escapes)
      : begin_(begin),
        stream_(stream),
        arena_(arena),
        depth_max_(options.depth_max),
        faults_max_(options.faults != nullptr ? k_read_faults_max : 0),
        has_unicode_escapes_(has_unicode_escapes) {
    values_.reserve(64);
    members_.reserve(64);
  }

  bool Null() { return put(Value::literal(Kind::null, behind(4))); }
  bool Bool(bool b) {
    return put(Value::literal(b ? Kind::true_ : Kind::false_, behind(b ? 4 : 5)));
  }
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    return put(Value::text_value(Kind::number, {text, size}, offset_of(text)));
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    if (!is_text({text, size})) return false;
    return put(Value::text_value(Kind::string, {text, size}, offset_of(text) - 1));
  }
  bool StartObject() { return open(Frame{behind(1), members_.size(), true, false}); }
  bool StartArray() { return open(Frame{behind(1), values_.size(), false, false}); }

  bool Key(const char* text, rapidjson::SizeType size, bool) {
    if (!is_text({text, size})) return false;
    if (size > 1 && text[0] == '_') frames_.back().has_siblings = true;
    members_.push_back(Member{text, size, name_hash({text, size}), Value{}});
    return true;
  }

  bool EndObject(rapidjson::SizeType) {
    Frame frame = frames_.back();
    frames_.pop_back();
    if (has_duplicate({members_.data() + frame.start, members_.size() - frame.start}) &&
        !drop_duplicates(frame))
      return false;
    std::span<const Member> open_members{members_.data() + frame.start,
                                         members_.size() - frame.start};
    Member* copy = arena_.allocate_array<Member>(open_members.size());
    if (!open_members.empty()) std::memcpy(copy, open_members.data(), open_members.size_bytes());
    std::span<const Member> kept{copy, open_members.size()};
    members_.resize(frame.start);
    return put(Value::object(kept, frame.offset, frame.has_siblings));
  }

  bool EndArray(rapidjson::SizeType) {
    Frame frame = frames_.back();
    frames_.pop_back();
    std::size_t count = values_.size() - frame.start;
    Value* copy = arena_.allocate_array<Value>(count);
    if (count != 0) std::memcpy(copy, values_.data() + frame.start, count * sizeof(Value));
    values_.resize(frame.start);
    return put(Value::array({copy, count}, frame.offset));
  }

  const Value& root() const { return root_; }
  const Issue& refusal() const { return refusal_; }
  std::uint32_t refusal_offset() const { return refusal_offset_; }

  /// A member that was dropped because its name came before.
  struct Dropped {
    std::uint32_t offset;         // of its name
    std::uint32_t object_offset;  // of the object
  };
  const std::vector<Dropped>& dropped() const { return dropped_; }

 private:
  struct Frame {
    std::uint32_t offset;
    std::size_t start;  // of its children on the stack
    bool is_object;
    bool has_siblings;
  };

  std::uint32_t offset_of(const char* at) const { return static_cast<std::uint32_t>(at - begin_); }
  std::uint32_t behind(std::size_t bytes) const { return offset_of(stream_.src_ - bytes); }

  bool put(const Value& value) {
    if (frames_.empty()) {
      root_ = value;
    } else if (frames_.back().is_object) {
      members_.back().value = value;
    } else {
      values_.push_back(value);
    }
    return true;
  }

  /// RapidJSON refuses a high surrogate alone, not a low one.
  bool is_text(std::string_view decoded) {
    if (!has_unicode_escapes_ || invalid_utf8_at(decoded) == std::string_view::npos) return true;
    refusal_ = make_issue(IssueType::structure, "An escape stands for half a character");
    refusal_offset_ = offset_of(decoded.data()) - 1;
    return false;
  }

  bool open(const Frame& frame) {
    if (frames_.size() >= depth_max_) {
      refusal_ = make_issue(
          Situation::too_large, IssueType::too_long,
          "Objects and arrays are nested more than " + std::to_string(depth_max_) + " deep");
      refusal_offset_ = frame.offset;
      return false;
    }
    frames_.push_back(frame);
    return true;
  }

  bool has_duplicate(std::span<const Member> members) {
    if (members.size() <= 16) {
      for (std::size_t i = 1; i < members.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
          if (members[i].name_hash == members[j].name_hash &&
              members[i].name() == members[j].name())
            return refuse_duplicate(members[i]);
        }
      }
      return false;
    }
    std::unordered_set<std::string_view> seen;
    seen.reserve(members.size());
    for (const Member& member : members) {
      if (!seen.insert(member.name()).second) return refuse_duplicate(member);
    }
    return false;
  }

  /// Keeps the first member of each name; false when faults are not gone over, or too many.
  bool drop_duplicates(const Frame& frame) {
    std::unordered_set<std::string_view> seen;
    std::size_t kept = frame.start;
    for (std::size_t i = frame.start; i < members_.size(); ++i) {
      if (seen.insert(members_[i].name()).second) {
        members_[kept++] = members_[i];
      } else if (dropped_.size() < faults_max_) {
        dropped_.push_back({offset_of(members_[i].name_data) - 1, frame.offset});
      } else {
        return refuse_duplicate(members_[i]), false;
      }
    }
    members_.resize(kept);
    return true;
  }

  bool refuse_duplicate(const Member& member) {
    refusal_ = make_issue(IssueType::structure, std::string(k_duplicate_text));
    refusal_offset_ = offset_of(member.name_data) - 1;
    return true;
  }

  const char* begin_;
  const Stream& stream_;
  Arena& arena_;
  std::size_t depth_max_;
  std::size_t faults_max_;
  bool has_unicode_escapes_;
  std::vector<Frame> frames_;
  std::vector<Value> values_;
  std::vector<Member> members_;
  Value root_;
  Issue refusal_;
  std::uint32_t refusal_offset_ = 0;
  std::vector<Dropped> dropped_;
};

/// RapidJSON 1.1.0 looks through sixteen bytes at a time for control characters up to 0x19, and
/// lets 0x1A to 0x1F pass. Nowhere in JSON may they stand as they are. npos: there are none.
std::size_t overlooked_control_at(std::string_view text) {
  const __m128i least = _mm_set1_epi8(0x1a), most = _mm_set1_epi8(0x1f);
  std::size_t at = 0;
  for (; at + 16 <= text.size(); at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    const __m128i found = _mm_and_si128(_mm_cmpeq_epi8(_mm_max_epu8(bytes, most), most),
                                        _mm_cmpeq_epi8(_mm_min_epu8(bytes, least), least));
    const int mask = _mm_movemask_epi8(found);
    if (mask != 0) return at + static_cast<std::size_t>(__builtin_ctz(static_cast<unsigned>(mask)));
  }
  for (; at < text.size(); ++at) {
    if (text[at] >= 0x1a && text[at] <= 0x1f) return at;
  }
  return std::string_view::npos;
}

Issue placed(Issue issue, std::string_view source, std::size_t offset) {
  Position position = position_in(source, offset);
  issue.line = position.line;
  issue.column = position.column;
  return issue;
}

/// In the order of the text: an object closes after those inside it.
void report_dropped(std::vector<TreeBuilder::Dropped> dropped, std::string_view text,
                    std::vector<ReadFault>& faults) {
  std::sort(dropped.begin(), dropped.end(),
            [](const auto& a, const auto& b) { return a.offset < b.offset; });
  PositionCursor positions(text);
  for (const TreeBuilder::Dropped& each : dropped) {
    const Position position = positions.at(each.offset);
    Issue issue = make_issue(IssueType::structure, std::string(k_duplicate_text));
    issue.line = position.line;
    issue.column = position.column;
    faults.push_back({std::move(issue), each.object_offset});
  }
}

}  // namespace

Position position_in(std::string_view text, std::size_t offset) {
  Position position;
  std::size_t end = offset < text.size() ? offset : text.size();
  std::size_t line_start = 0;
  for (std::size_t at = 0; at < end; ++at) {
    if (text[at] == '\n') {
      ++position.line;
      line_start = at + 1;
    }
  }
  for (std::size_t at = line_start; at < end; ++at) {
    if ((static_cast<unsigned char>(text[at]) & 0xc0) != 0x80) ++position.column;
  }
  return position;
}

Document::Document()
    : source_(std::make_unique<std::string>()), arena_(std::make_unique<Arena>()) {}

Result<Document> Document::read(std::string source, const ReadOptions& options) {
  if (source.size() > options.bytes_max || source.size() >= k_json_bytes_max)
    return unexpected(
        make_issue(Situation::too_large, IssueType::too_long,
                   "The body is longer than " + std::to_string(options.bytes_max) + " bytes"));
  if (std::size_t bad = invalid_utf8_at(source); bad != std::string_view::npos) {
    Issue issue =
        placed(make_issue(IssueType::structure, "The body is not valid UTF-8"), source, bad);
    if (options.faults == nullptr) return unexpected(std::move(issue));
    options.faults->push_back({std::move(issue), 0});
    source = with_valid_utf8(source);
    if (source.size() >= k_json_bytes_max) return unexpected(options.faults->back().issue);
  }
  if (std::size_t bad = overlooked_control_at(source); bad != std::string_view::npos)
    return unexpected(placed(
        make_issue(IssueType::structure, "The body is not JSON: a control character stands in it"),
        source, bad));

  Document document;
  *document.source_ = std::move(source);
  const std::string& text = *document.source_;
  // RapidJSON looks 16 bytes ahead at most when it skips white space.
  document.text_bytes_ = text.size() + 16;
  document.text_ = std::make_unique_for_overwrite<char[]>(document.text_bytes_);
  std::memcpy(document.text_.get(), text.data(), text.size());
  std::memset(document.text_.get() + text.size(), 0, 16);

  Stream stream(document.text_.get());
  TreeBuilder builder(document.text_.get(), stream, *document.arena_, options,
                      text.find("\\u") != std::string::npos);
  rapidjson::Reader reader;
  rapidjson::ParseResult parsed = reader.Parse<k_parse_flags>(stream, builder);
  if (parsed.Code() == rapidjson::kParseErrorTermination)
    return unexpected(placed(builder.refusal(), text, builder.refusal_offset()));
  if (parsed.IsError())
    return unexpected(
        placed(make_issue(IssueType::structure, std::string("The body is not JSON: ") +
                                                    rapidjson::GetParseError_En(parsed.Code())),
               text, parsed.Offset()));
  // A NUL ends RapidJSON's stream, wherever it stands.
  if (std::size_t end = stream.Tell(); end < text.size())
    return unexpected(
        placed(make_issue(IssueType::structure, "Data follow the JSON value"), text, end));

  if (!builder.dropped().empty()) report_dropped(builder.dropped(), text, *options.faults);

  Value* root = document.arena_->allocate_array<Value>(1);
  *root = builder.root();
  document.root_ = root;
  return document;
}

Document Document::build(std::unique_ptr<Arena> arena, Value root) {
  Document document;
  document.arena_ = std::move(arena);
  Value* kept = document.arena_->allocate_array<Value>(1);
  *kept = root;
  document.root_ = kept;
  return document;
}

Document Document::build(std::unique_ptr<Arena> arena, Value root, std::string source) {
  Document document = build(std::move(arena), root);
  *document.source_ = std::move(source);
  return document;
}

Position Document::position(std::uint32_t offset) const { return position_in(*source_, offset); }

std::size_t Document::memory_bytes() const {
  return source_->capacity() + text_bytes_ + arena_->reserved_bytes();
}

}  // namespace fhir::json
