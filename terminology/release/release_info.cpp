// Pairs of a name and a value, each with its length in 32 bits before it. Names that are not known
// are passed over.
#include "terminology/release/release_info.h"

#include <array>
#include <cstring>
#include <string_view>
#include <utility>

namespace terminology::release {
namespace {

constexpr std::string_view k_yes = "true";

using Member = std::pair<std::string_view, std::string ReleaseInfo::*>;
constexpr std::array<Member, 8> k_members = {{{"kind", &ReleaseInfo::kind},
                                              {"url", &ReleaseInfo::url},
                                              {"version", &ReleaseInfo::version},
                                              {"name", &ReleaseInfo::name},
                                              {"title", &ReleaseInfo::title},
                                              {"language", &ReleaseInfo::language},
                                              {"notice", &ReleaseInfo::notice},
                                              {"obtained", &ReleaseInfo::obtained}}};

/// A release holds all of its code system, a part of it, or an example of it.
std::string_view name_of(Content content) {
  if (content == Content::example) return "example";
  return content == Content::fragment ? "fragment" : "complete";
}

Content content_of(std::string_view name) {
  if (name == "example") return Content::example;
  return name == "fragment" ? Content::fragment : Content::complete;
}

void put(std::vector<std::uint8_t>& out, std::string_view text) {
  const auto length = static_cast<std::uint32_t>(text.size());
  const std::size_t at = out.size();
  out.resize(at + sizeof length + text.size());
  std::memcpy(out.data() + at, &length, sizeof length);
  if (!text.empty()) std::memcpy(out.data() + at + sizeof length, text.data(), text.size());
}

std::optional<std::string_view> take(std::span<const std::uint8_t>& in) {
  std::uint32_t length = 0;
  if (in.size() < sizeof length) return std::nullopt;
  std::memcpy(&length, in.data(), sizeof length);
  in = in.subspan(sizeof length);
  if (in.size() < length) return std::nullopt;
  const std::string_view text(reinterpret_cast<const char*>(in.data()), length);
  in = in.subspan(length);
  return text;
}

}  // namespace

std::vector<std::uint8_t> ReleaseInfo::bytes() const {
  std::vector<std::uint8_t> out;
  for (const auto& [label, member] : k_members) {
    put(out, label);
    put(out, this->*member);
  }
  put(out, "content");
  put(out, name_of(content));
  put(out, "caseSensitive");
  put(out, is_case_sensitive ? k_yes : "false");
  put(out, "subsumption");
  put(out, hierarchy_is_subsumption ? k_yes : "false");
  return out;
}

std::optional<ReleaseInfo> ReleaseInfo::read(std::span<const std::uint8_t> bytes) {
  ReleaseInfo info;
  while (!bytes.empty()) {
    const auto label = take(bytes);
    const auto value = label ? take(bytes) : std::nullopt;
    if (!value) return std::nullopt;
    for (const auto& [known, member] : k_members) {
      if (*label == known) info.*member = *value;
    }
    if (*label == "content") info.content = content_of(*value);
    if (*label == "caseSensitive") info.is_case_sensitive = *value == k_yes;
    if (*label == "subsumption") info.hierarchy_is_subsumption = *value == k_yes;
  }
  if (info.kind.empty() || info.url.empty()) return std::nullopt;
  return info;
}

}  // namespace terminology::release
