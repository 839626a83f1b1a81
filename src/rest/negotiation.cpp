// https://hl7.org/fhir/R4/http.html#mime-type RFC 9110 section 12.5.1, RFC 7240
#include "src/rest/negotiation.h"

#include <algorithm>
#include <array>

namespace server::rest {
namespace {

constexpr std::array<std::string_view, 4> k_json = {"application/fhir+json", "application/json",
                                                    "text/json", "json"};
constexpr std::array<std::string_view, 3> k_wildcards = {"*/*", "application/*", "text/*"};

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

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& known) {
  return std::find(known.begin(), known.end(), text) != known.end();
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

bool accepts_json(std::string_view accept) {
  if (trimmed(accept).empty()) return true;
  bool accepted = false;
  split(accept, ',', [&](std::string_view range) {
    const std::string type = lower(trimmed(range.substr(0, range.find(';'))));
    const std::string parameters = lower(range);
    const bool is_refused =
        parameters.find(";q=0") != std::string::npos &&
        parameters.find_first_of("123456789", parameters.find(";q=0") + 4) == std::string::npos;
    if (!is_refused && (is_one_of(type, k_json) || is_one_of(type, k_wildcards))) accepted = true;
  });
  return accepted;
}

fhir::Issue not_acceptable() {
  return fhir::make_issue(fhir::Situation::not_acceptable, fhir::IssueType::not_supported,
                          "This server writes application/fhir+json");
}

}  // namespace

fhir::Result<Presentation> negotiate(const http::Headers& headers, Parameters& parameters) {
  Presentation out;
  bool has_format = false;
  bool format_known = false;
  std::erase_if(parameters, [&](const auto& pair) {
    if (pair.first == "_format") {
      has_format = true;
      std::string format =
          lower(trimmed(std::string_view(pair.second).substr(0, pair.second.find(';'))));
      // A `+` that was not escaped arrives as a space.
      std::replace(format.begin(), format.end(), ' ', '+');
      format_known = is_one_of(format, k_json);
      return true;
    }
    if (pair.first == "_pretty") {
      out.pretty = pair.second == "true";
      return true;
    }
    return false;
  });
  // "_format overrides Accept"
  if (has_format ? !format_known : !accepts_json(headers.get("Accept")))
    return fhir::unexpected(not_acceptable());
  for (const auto& [name, value] : headers.fields()) {
    if (lower(name) != "prefer") continue;
    auto read_preference = [&](std::string_view preference) {
      if (preference == "return=minimal") out.prefer_return = ReturnPreference::minimal;
      if (preference == "return=representation")
        out.prefer_return = ReturnPreference::representation;
      if (preference == "return=OperationOutcome")
        out.prefer_return = ReturnPreference::operation_outcome;
      if (preference == "handling=lenient") out.lenient = true;
      if (preference == "handling=strict") out.lenient = false;
    };
    split(value, ',', [&](std::string_view part) { split(part, ';', read_preference); });
  }
  return out;
}

fhir::Result<void> check_content_type(const http::Headers& headers) {
  const std::string_view sent = headers.get("Content-Type");
  const std::string type = lower(trimmed(sent.substr(0, sent.find(';'))));
  if (type.empty()) {
    return fhir::unexpected(
        fhir::make_issue(fhir::Situation::unsupported_media, fhir::IssueType::not_supported,
                         "The body has no Content-Type; send application/fhir+json"));
  }
  const std::string parameters = lower(sent);
  const std::size_t charset = parameters.find("charset=");
  const bool is_utf8 =
      charset == std::string::npos || parameters.find("utf-8", charset) != std::string::npos;
  if (is_one_of(type, k_json) && is_utf8) return {};
  return fhir::unexpected(fhir::make_issue(fhir::Situation::unsupported_media,
                                           fhir::IssueType::not_supported,
                                           "This server reads application/fhir+json in UTF-8"));
}

}  // namespace server::rest
