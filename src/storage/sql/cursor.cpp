#include "src/storage/sql/cursor.h"

#include <bit>
#include <cstring>

namespace server::storage::sql {
namespace {

constexpr std::string_view k_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t k_cursor_bytes_max = 64u << 10;

fhir::Issue malformed() {
  return fhir::make_issue(fhir::Situation::malformed, fhir::IssueType::invalid,
                          "The page link is not one that this server gave for this search");
}

/// FNV-1a: catches accidents; links are signed elsewhere.
std::uint64_t hash(std::string_view bytes, std::uint64_t state = 0xcbf29ce484222325ull) {
  for (const char byte : bytes)
    state = (state ^ static_cast<unsigned char>(byte)) * 0x100000001b3ull;
  return state;
}

std::uint64_t shape_of(const search::Query& query) {
  std::uint64_t state = hash(query.resource_type);
  if (query.results_max) state = hash("max", state);
  for (const search::SortKey& key : query.sort) {
    state = hash(key.descending ? "-" : "+", state);
    state = hash(key.parameter->url, state);
  }
  return state;
}

void put(std::string& out, std::uint64_t value) {
  for (int shift = 0; shift < 64; shift += 8) out += static_cast<char>(value >> shift);
}

/// Reads what put() wrote, as long as there is something.
class Bytes {
 public:
  explicit Bytes(std::string_view rest) : rest_(rest) {}
  bool is_good() const { return is_good_; }
  bool is_empty() const { return rest_.empty(); }
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
    int shift = 0;
    for (const char byte : take(8)) {
      value |= std::uint64_t{static_cast<unsigned char>(byte)} << shift;
      shift += 8;
    }
    return value;
  }

 private:
  std::string_view rest_;
  bool is_good_ = true;
};

}  // namespace

std::string encode(const Cursor& cursor, const search::Query& query) {
  std::string body;
  put(body, static_cast<std::uint64_t>(cursor.newest_rid));
  put(body, static_cast<std::uint64_t>(cursor.rid));
  if (query.results_max) put(body, cursor.returned);
  for (const Value& key : cursor.keys) {
    body += static_cast<char>('0' + key.index());
    if (const auto* integer = std::get_if<std::int64_t>(&key)) {
      put(body, static_cast<std::uint64_t>(*integer));
    } else if (const auto* real = std::get_if<double>(&key)) {
      put(body, std::bit_cast<std::uint64_t>(*real));
    } else if (const auto* text = std::get_if<std::string>(&key)) {
      put(body, text->size());
      body += *text;
    }
  }
  std::string sealed;
  put(sealed, hash(body, shape_of(query)));
  return to_base64url(sealed + body);
}

fhir::Result<Cursor> decode(std::string_view text, const search::Query& query) {
  if (text.size() > k_cursor_bytes_max) return fhir::unexpected(malformed());
  FHIR_TRY(bytes, from_base64url(text));
  Bytes in(bytes);
  const std::uint64_t seal = in.number();
  if (!in.is_good() || seal != hash(std::string_view(bytes).substr(8), shape_of(query))) {
    return fhir::unexpected(malformed());
  }
  Cursor cursor;
  cursor.newest_rid = static_cast<std::int64_t>(in.number());
  cursor.rid = static_cast<std::int64_t>(in.number());
  if (query.results_max) cursor.returned = static_cast<std::uint32_t>(in.number());
  while (in.is_good() && !in.is_empty()) {
    switch (in.take(1).front()) {
      case '0':
        cursor.keys.emplace_back();
        break;
      case '1':
        cursor.keys.emplace_back(static_cast<std::int64_t>(in.number()));
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
  if (!in.is_good() || cursor.keys.size() != query.sort.size() || cursor.rid < 0) {
    return fhir::unexpected(malformed());
  }
  return cursor;
}

std::string to_base64url(std::string_view bytes) {
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char byte : bytes) {
    bits = (bits << 8) | static_cast<unsigned char>(byte);
    for (count += 8; count >= 6;) {
      count -= 6;
      out += k_alphabet[(bits >> count) & 63];
    }
  }
  if (count > 0) out += k_alphabet[(bits << (6 - count)) & 63];
  return out;
}

fhir::Result<std::string> from_base64url(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char letter : text) {
    const std::size_t value = k_alphabet.find(letter);
    if (value == std::string_view::npos) return fhir::unexpected(malformed());
    bits = (bits << 6) | static_cast<std::uint32_t>(value);
    if ((count += 6) >= 8) {
      count -= 8;
      out += static_cast<char>(bits >> count);
    }
  }
  if (count >= 6 || (bits & ((1u << count) - 1)) != 0) return fhir::unexpected(malformed());
  return out;
}

}  // namespace server::storage::sql
