// https://hl7.org/fhir/R4/http.html#mime-type RFC 9110 section 8.3.1, 12.4.2, 12.5.1
#include "src/rest/media_type.h"

#include <algorithm>
#include <array>

namespace server::rest {
namespace {

constexpr std::array<std::string_view, 4> k_json = {"application/fhir+json", "application/json",
                                                    "text/json", "json"};
constexpr std::array<std::string_view, 4> k_xml = {"application/fhir+xml", "application/xml",
                                                   "text/xml", "xml"};
constexpr std::array<std::string_view, 5> k_rdf = {"text/turtle", "application/fhir+turtle",
                                                   "application/x-turtle", "turtle", "ttl"};

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& known) {
  return std::find(known.begin(), known.end(), text) != known.end();
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

/// The first piece up to a separator that stands in no quotes; `text` keeps the rest.
std::string_view next_piece(std::string_view& text, char separator) {
  bool is_quoted = false;
  std::size_t at = 0;
  for (; at < text.size() && (is_quoted || text[at] != separator); ++at) {
    if (text[at] == '"') is_quoted = !is_quoted;
  }
  const std::string_view piece = trimmed(text.substr(0, at));
  text = at < text.size() ? text.substr(at + 1) : std::string_view{};
  return piece;
}

/// `0.85` in thousandths; what is no weight counts as 1.
int quality_of(std::string_view text) {
  if (text.empty() || (text[0] != '0' && text[0] != '1')) return 1000;
  int quality = (text[0] - '0') * 1000;
  int unit = 100;
  for (std::size_t at = 2; at < text.size() && at < 5 && text[1] == '.'; ++at, unit /= 10) {
    if (text[at] < '0' || text[at] > '9') return 1000;
    quality += (text[at] - '0') * unit;
  }
  return std::min(quality, 1000);
}

}  // namespace

std::optional<Format> format_of(std::string_view name) {
  if (is_one_of(name, k_json)) return Format::json;
  if (is_one_of(name, k_xml)) return Format::xml;
  return std::nullopt;
}

bool is_rdf(std::string_view name) { return is_one_of(name, k_rdf); }

std::string_view content_type_of(Format format) {
  return format == Format::json ? "application/fhir+json; charset=utf-8"
                                : "application/fhir+xml; charset=utf-8";
}

bool MediaType::is_r4() const {
  return fhir_version.empty() || fhir_version == "4.0" || fhir_version == "4.0.1";
}

MediaType parse_media_type(std::string_view text) {
  MediaType out;
  out.name = lower(next_piece(text, ';'));
  while (!text.empty()) {
    const std::string_view parameter = next_piece(text, ';');
    const std::size_t equals = parameter.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string name = lower(trimmed(parameter.substr(0, equals)));
    std::string_view value = trimmed(parameter.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    if (name == "q") out.quality = quality_of(value);
    if (name == "charset") out.charset = lower(value);
    if (name == "fhirversion") out.fhir_version = value;
  }
  return out;
}

std::vector<MediaType> parse_accept(std::string_view header) {
  std::vector<MediaType> out;
  while (!header.empty()) {
    const std::string_view piece = next_piece(header, ',');
    if (!piece.empty()) out.push_back(parse_media_type(piece));
  }
  return out;
}

}  // namespace server::rest
