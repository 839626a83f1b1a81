// https://hl7.org/fhir/R4/http.html#create: the server fills in id, meta.versionId,
// meta.lastUpdated.
#include "src/rest/stored_body.h"

#include <array>
#include <chrono>
#include <random>

#include "fhir/formats/json_writer.h"

namespace server::rest {
namespace {

using fhir::json::Member;
using fhir::json::Value;

/// Writes `"meta":{"versionId":"`, leaving the middle and the tail's beginning in `body`.
void append_meta(storage::PendingBody& body, const Value* meta) {
  body.head += "\"meta\":{\"versionId\":\"";
  body.middle = "\",\"lastUpdated\":\"";
  body.tail = "\"";
  if (meta != nullptr) {
    for (const Member& member : meta->members()) {
      const std::string_view name = member.name();
      if (name == "versionId" || name == "lastUpdated" || name == "_versionId" ||
          name == "_lastUpdated")
        continue;
      body.tail += ',';
      fhir::json::append_string(body.tail, name);
      body.tail += ':';
      fhir::json::append(body.tail, member.value);
    }
  }
  body.tail += '}';
}

}  // namespace

storage::PendingBody pending_body(const Value& resource, std::string_view id) {
  storage::PendingBody body;
  const bool has_meta = resource.find("meta") != nullptr;
  const bool has_id = resource.find("id") != nullptr;
  bool past_meta = false;
  char separator = '{';
  auto out = [&]() -> std::string& { return past_meta ? body.tail : body.head; };
  auto begin = [&] {
    out() += separator;
    separator = ',';
  };
  auto put_id = [&] {
    begin();
    out() += "\"id\":";
    fhir::json::append_string(out(), id);
  };
  auto put_meta = [&](const Value* meta) {
    begin();
    append_meta(body, meta);
    past_meta = true;
  };
  for (const Member& member : resource.members()) {
    const std::string_view name = member.name();
    if (name == "id") {
      put_id();
      if (!has_meta) put_meta(nullptr);
    } else if (name == "meta") {
      put_meta(&member.value);
    } else {
      begin();
      fhir::json::append_string(out(), name);
      out() += ':';
      fhir::json::append(out(), member.value);
      if (name == "resourceType" && !has_id) {
        put_id();
        if (!has_meta) put_meta(nullptr);
      }
    }
  }
  out() += '}';
  return body;
}

std::string new_id() {
  thread_local std::mt19937_64 generator = [] {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device(), device(), device()};
    return std::mt19937_64(seed);
  }();
  const auto ms =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                     std::chrono::system_clock::now().time_since_epoch())
                                     .count());
  const std::uint64_t high = (ms << 16) | 0x7000 | (generator() & 0x0fff);
  const std::uint64_t low = (generator() & 0x3fffffffffffffffull) | 0x8000000000000000ull;
  constexpr std::string_view k_digits = "0123456789abcdef";
  std::string id;
  id.reserve(36);
  for (int nibble = 0; nibble < 32; ++nibble) {
    if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20) id += '-';
    const std::uint64_t word = nibble < 16 ? high : low;
    id += k_digits[(word >> (60 - 4 * (nibble % 16))) & 15];
  }
  return id;
}

}  // namespace server::rest
