// https://hl7.org/fhir/R4/http.html#mime-type RFC 9110 section 12.5.1, RFC 7240
#include "src/rest/negotiation.h"

#include <algorithm>
#include <array>

namespace server::rest {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool is_same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

/// Calls `visit(piece)` for each piece between separators, trimmed.
template <class Visit>
void split(std::string_view text, char separator, Visit&& visit) {
  while (true) {
    const std::size_t end = text.find(separator);
    visit(trimmed(text.substr(0, end)));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

/// The name itself, kept for ever, when it means JSON or XML and not FHIR; empty for any other.
std::string_view generic_type(std::string_view name) {
  constexpr std::array<std::string_view, 4> k_generic = {"application/json", "text/json",
                                                         "application/xml", "text/xml"};
  const auto found = std::find(k_generic.begin(), k_generic.end(), name);
  return found != k_generic.end() ? *found : std::string_view{};
}

fhir::Issue not_acceptable(bool is_rdf) {
  return fhir::make_issue(
      fhir::Situation::not_acceptable, fhir::IssueType::not_supported,
      is_rdf ? "This server writes no RDF; ask for application/fhir+json or application/fhir+xml"
             : "This server writes application/fhir+json and application/fhir+xml of FHIR 4.0");
}

/// How much the client wants a format: the most specific range that fits it counts.
struct Wish {
  int quality = -1;
  int specificity = -1;
  std::string_view generic;  // how it is named, when not as FHIR's

  void take(int new_quality, int new_specificity, std::string_view new_generic = {}) {
    if (new_specificity < specificity) return;
    const bool is_better = new_specificity > specificity || new_quality > quality;
    if (is_better || (new_quality == quality && new_generic.empty())) generic = new_generic;
    quality = new_specificity > specificity ? new_quality : std::max(quality, new_quality);
    specificity = new_specificity;
  }
};

/// "The server … SHALL support server-driven content negotiation as described in section 12 of the
/// HTTP specification": quality first, then the order of the header, JSON where nothing tells.
fhir::Result<void> read_accept(std::string_view header, Presentation& out) {
  Wish json, xml;
  std::size_t json_at = 0, xml_at = 0, position = 0;
  bool asks_rdf = false;
  const std::vector<MediaType> ranges = parse_accept(header);
  for (const MediaType& range : ranges) {
    ++position;
    asks_rdf = asks_rdf || is_rdf(range.name);
    if (!range.is_r4()) continue;
    if (const auto format = format_of(range.name)) {
      (*format == Format::json ? json : xml).take(range.quality, 2, generic_type(range.name));
      std::size_t& at = *format == Format::json ? json_at : xml_at;
      if (at == 0) at = position;
    } else if (range.name == "*/*" || range.name == "application/*" || range.name == "text/*") {
      const int specificity = range.name == "*/*" ? 0 : 1;
      json.take(range.quality, specificity);
      xml.take(range.quality, specificity);
    }
  }
  if (ranges.empty()) return {};
  if (json.quality <= 0 && xml.quality <= 0) return fhir::unexpected(not_acceptable(asks_rdf));
  out.names_format = json_at != 0 || xml_at != 0;
  const bool xml_comes_first = xml_at != 0 && (json_at == 0 || xml_at < json_at);
  if (xml.quality > json.quality || (xml.quality == json.quality && xml_comes_first))
    out.format = Format::xml;
  out.generic_type = out.format == Format::xml ? xml.generic : json.generic;
  return {};
}

fhir::Result<void> read_format(std::string_view value, Presentation& out) {
  std::string text(value);
  // A `+` that was not escaped arrives as a space.
  if (const std::size_t at = text.find("fhir "); at != std::string::npos) text[at + 4] = '+';
  const MediaType asked = parse_media_type(text);
  const auto format = format_of(asked.name);
  if (!format || !asked.is_r4()) return fhir::unexpected(not_acceptable(is_rdf(asked.name)));
  out.format = *format;
  out.names_format = true;
  return {};
}

void read_preference(std::string_view preference, Presentation& out) {
  if (preference == "return=minimal") out.prefer_return = ReturnPreference::minimal;
  if (preference == "return=representation") out.prefer_return = ReturnPreference::representation;
  if (preference == "return=OperationOutcome")
    out.prefer_return = ReturnPreference::operation_outcome;
  if (preference == "handling=lenient") out.lenient = true;
  if (preference == "handling=strict") out.lenient = false;
  if (preference == "respond-async") out.respond_async = true;
}

}  // namespace

fhir::Result<Presentation> negotiate(const http::Headers& headers, Parameters& parameters,
                                     bool any_type) {
  Presentation out;
  std::optional<std::string> format;
  std::erase_if(parameters, [&](auto& pair) {
    if (pair.first == "_format") format = std::move(pair.second);
    if (pair.first == "_pretty") out.pretty = pair.second == "true";
    return pair.first == "_format" || pair.first == "_pretty";
  });
  if (format) {  // "_format overrides Accept"
    FHIR_CHECK(read_format(*format, out));
  } else if (!trimmed(headers.get("Accept")).empty()) {
    auto read = read_accept(headers.get("Accept"), out);
    if (!read && !any_type) return fhir::unexpected(std::move(read).error());
  }
  if (!out.names_format) {
    // Who does not say gets what he sends.
    const std::string_view type = headers.get("Content-Type");
    if (const auto sent = type.empty() ? std::nullopt : format_of(parse_media_type(type).name))
      out.format = *sent;
  }
  for (const auto& [name, value] : headers.fields()) {
    if (!is_same_name(name, "prefer")) continue;
    split(value, ',', [&](std::string_view part) {
      split(part, ';', [&](std::string_view piece) { read_preference(piece, out); });
    });
  }
  return out;
}

bool is_of_format(std::string_view content_type, Format format) {
  const std::string name = parse_media_type(content_type).name;
  return format_of(name) == format || name.ends_with(format == Format::json ? "+json" : "+xml");
}

fhir::Result<Format> body_format(const http::Headers& headers) {
  auto refuse = [](std::string text) {
    return fhir::unexpected(fhir::make_issue(fhir::Situation::unsupported_media,
                                             fhir::IssueType::not_supported, std::move(text)));
  };
  const MediaType type = parse_media_type(headers.get("Content-Type"));
  if (type.name.empty())
    return refuse(
        "The body has no Content-Type; send application/fhir+json or application/fhir+xml");
  if (is_rdf(type.name))
    return refuse("This server reads no RDF; send application/fhir+json or application/fhir+xml");
  const auto format = format_of(type.name);
  const bool is_utf8 = type.charset.empty() || type.charset == "utf-8" || type.charset == "utf8";
  if (format && is_utf8 && type.is_r4()) return *format;
  return refuse(
      "This server reads application/fhir+json and application/fhir+xml of FHIR 4.0 in UTF-8");
}

}  // namespace server::rest
