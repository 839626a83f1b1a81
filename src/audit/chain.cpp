#include "src/audit/chain.h"

#include <charconv>
#include <cstdio>

#include "fhir/formats/json_document.h"
#include "fhir/formats/json_items.h"
#include "fhir/formats/json_writer.h"
#include "src/security/secrets.h"

namespace server::audit {
namespace {

using fhir::json::Builder;
using fhir::json::Value;

constexpr std::string_view k_prefix = "audit-";
constexpr std::size_t k_digits = 16;

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// All members but those that the store gives, and the link.
std::string without_link(const Value& event) {
  std::string text;
  Builder out(text);
  out.begin_object();
  for (const fhir::json::Member& member : event.members()) {
    const std::string_view name = member.name();
    if (name == "id" || name == "meta" || name == "extension") continue;
    out.key(name).value(member.value);
  }
  out.end_object();
  return text;
}

void append_part(Builder& out, std::string_view url, std::string_view value) {
  out.begin_object().string("url", url).string("valueString", value).end_object();
}

}  // namespace

std::string id_of(std::uint64_t number) {
  std::string digits = std::to_string(number);
  return std::string(k_prefix) + std::string(k_digits - std::min(k_digits, digits.size()), '0') +
         digits;
}

bool is_id_of_chain(std::string_view id) {
  return id.starts_with(k_prefix) && id.size() == k_prefix.size() + k_digits &&
         number_of(id.substr(k_prefix.size())).has_value();
}

std::string Chain::code_of(const Link& link, std::string_view event) const {
  std::string text = std::to_string(link.number) + "\n" + std::to_string(link.lost) + "\n";
  text.append(link.previous).append("\n").append(event);
  return key_.code_of(text, "audit event");
}

fhir::Result<std::string> Chain::tied(std::string_view event, Link& link) const {
  FHIR_TRY(document, fhir::json::Document::read(std::string(event)));
  link.code = code_of(link, without_link(document.root()));
  std::string text;
  Builder out(text);
  out.begin_object();
  for (const fhir::json::Member& member : document.root().members()) {
    out.key(member.name()).value(member.value);
    if (member.name() != "resourceType") continue;
    out.key("extension").begin_array().begin_object().key("extension").begin_array();
    append_part(out, "number", std::to_string(link.number));
    append_part(out, "lost", std::to_string(link.lost));
    if (!link.previous.empty()) append_part(out, "previous", link.previous);
    append_part(out, "code", link.code);
    out.end_array().string("url", k_chain_url).end_object().end_array();
  }
  out.end_object();
  return text;
}

std::optional<Link> Chain::verified(const Value& stored) const {
  const auto extensions = fhir::json::items_at(stored, "extension");
  if (extensions.size() != 1 || extensions[0].string_at("url") != k_chain_url) return std::nullopt;
  Link link;
  for (const Value& part : fhir::json::items_at(extensions[0], "extension")) {
    const std::string_view url = part.string_at("url"), value = part.string_at("valueString");
    if (url == "number") link.number = number_of(value).value_or(0);
    if (url == "lost") link.lost = number_of(value).value_or(0);
    if (url == "previous") link.previous = value;
    if (url == "code") link.code = value;
  }
  const std::string code = code_of(link, without_link(stored));
  if (!security::equal_in_constant_time(code, link.code)) return std::nullopt;
  return link;
}

std::string Chain::head(const Link& last) const {
  const std::string text = std::to_string(last.number) + " " + last.code;
  return text + " " + key_.code_of(text, "audit head");
}

std::optional<Link> Chain::read_head(std::string_view text) const {
  const std::size_t space = text.find(' '), end = text.rfind(' ');
  if (space == std::string_view::npos || end == space) return std::nullopt;
  if (!security::equal_in_constant_time(key_.code_of(text.substr(0, end), "audit head"),
                                        text.substr(end + 1)))
    return std::nullopt;
  const auto number = number_of(text.substr(0, space));
  if (!number) return std::nullopt;
  Link link;
  link.number = *number;
  link.code = text.substr(space + 1, end - space - 1);
  return link;
}

}  // namespace server::audit
