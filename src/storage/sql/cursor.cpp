#include "src/storage/sql/cursor.h"

#include <bit>
#include <cstring>

namespace server::storage::sql {
namespace {

constexpr std::size_t k_cursor_bytes_max = 64u << 10;
constexpr std::size_t k_block_bytes = 16;

fhir::Issue malformed() {
  return fhir::make_issue(fhir::Situation::malformed, fhir::IssueType::invalid,
                          "The page link is not one that this server gave for this search");
}

/// What a cursor is of no use without.
std::string shape_of(const search::Query& query) {
  std::string shape = "page of " + query.resource_type;
  if (query.results_max) shape += " max";
  if (query.contained != search::Contained::no) shape += " contained";
  for (const search::SortKey& key : query.sort)
    shape.append(key.descending ? " -" : " +").append(key.parameter->url);
  return shape;
}

/// Seven bits a byte, the lowest first: most numbers of a cursor are small, and links short.
void put(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

/// Numbers near 0, on either side, as small ones: dates before 1970 are negative.
std::uint64_t folded(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
std::int64_t unfolded(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

/// Reads what put() wrote, as long as there is something.
class Bytes {
 public:
  explicit Bytes(std::string_view rest) : rest_(rest) {}
  bool is_good() const { return is_good_; }
  std::string_view take(std::size_t count) {
    if (count > rest_.size()) {
      is_good_ = false;
      return {};
    }
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::string_view byte = take(1);
      if (byte.empty()) return 0;
      const auto bits = static_cast<unsigned char>(byte.front());
      value |= std::uint64_t{bits & 0x7fu} << shift;
      if (bits < 0x80) return value;
    }
    is_good_ = false;
    return 0;
  }

 private:
  std::string_view rest_;
  bool is_good_ = true;
};

}  // namespace

std::string encode(const Cursor& cursor, const search::Query& query, const security::Seal& seal) {
  std::string body;
  put(body, static_cast<std::uint64_t>(cursor.newest_rid));
  put(body, static_cast<std::uint64_t>(cursor.rid));
  put(body, static_cast<std::uint64_t>(cursor.changes));
  put(body, static_cast<std::uint64_t>(cursor.time));
  if (query.results_max) put(body, cursor.returned);
  for (const Value& key : cursor.keys) {
    body += static_cast<char>('0' + key.index());
    if (const auto* integer = std::get_if<std::int64_t>(&key)) {
      put(body, folded(*integer));
    } else if (const auto* real = std::get_if<double>(&key)) {
      put(body, std::bit_cast<std::uint64_t>(*real));
    } else if (const auto* text = std::get_if<std::string>(&key)) {
      put(body, text->size());
      body += *text;
    }
  }
  // What is sealed is as long as what is in it: a name's length is told by blocks only.
  if (!cursor.keys.empty()) body.resize((body.size() / k_block_bytes + 1) * k_block_bytes);
  return seal.close(body, shape_of(query));
}

fhir::Result<Cursor> decode(std::string_view text, const search::Query& query,
                            const security::Seal& seal) {
  if (text.size() > k_cursor_bytes_max) return fhir::unexpected(malformed());
  const auto bytes = seal.open(text, shape_of(query));
  if (!bytes) return fhir::unexpected(malformed());
  Bytes in(*bytes);
  Cursor cursor;
  cursor.newest_rid = static_cast<std::int64_t>(in.number());
  cursor.rid = static_cast<std::int64_t>(in.number());
  cursor.changes = static_cast<std::int64_t>(in.number());
  cursor.time = static_cast<std::int64_t>(in.number());
  if (query.results_max) cursor.returned = static_cast<std::uint32_t>(in.number());
  while (in.is_good() && cursor.keys.size() < query.sort.size()) {
    const std::string_view kind = in.take(1);
    switch (kind.empty() ? '\0' : kind.front()) {
      case '0':
        cursor.keys.emplace_back();
        break;
      case '1':
        cursor.keys.emplace_back(unfolded(in.number()));
        break;
      case '2':
        cursor.keys.emplace_back(std::bit_cast<double>(in.number()));
        break;
      case '3':
        cursor.keys.emplace_back(std::string(in.take(in.number())));
        break;
      default:
        return fhir::unexpected(malformed());
    }
  }
  if (!in.is_good() || cursor.rid < 0) {
    return fhir::unexpected(malformed());
  }
  return cursor;
}

}  // namespace server::storage::sql
