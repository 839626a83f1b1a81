// https://hl7.org/fhir/R4/http.html
#include "src/rest/answer.h"

#include <array>
#include <charconv>
#include <cstdio>

#include "fhir/base/date_time.h"

namespace server::rest {
namespace {

constexpr std::array<const char*, 7> k_days = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
constexpr std::array<const char*, 12> k_months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::int64_t k_day_seconds = 86'400;

/// RFC 7240 section 3: which preference was followed.
void add_preference_applied(const Call& call, http::Response& response) {
  if (call.prefer_return == ReturnPreference::unsaid) return;
  response.headers.add("Preference-Applied",
                       call.prefer_return == ReturnPreference::minimal ? "return=minimal"
                       : call.prefer_return == ReturnPreference::representation
                           ? "return=representation"
                           : "return=OperationOutcome");
}

}  // namespace

http::Response fhir_response(unsigned status, std::string body) {
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", std::string(content_type_of(Format::json)));
  response.body = std::move(body);
  return response;
}

http::Response done_response(unsigned status, std::string what) {
  fhir::Issue done;
  done.severity = fhir::Severity::information;
  done.type = fhir::IssueType::informational;
  done.diagnostics = std::move(what);
  return fhir_response(status, outcome_json(std::span(&done, 1)));
}

http::Response failure_response(const Failure& failure) {
  http::Response response = fhir_response(status_of(failure), outcome_json(failure));
  if (response.status == 503 || response.status == 429) response.headers.add("Retry-After", "1");
  return response;
}

fhir::Unexpected<Failure> left_to_worker() {
  return fhir::unexpected(failure(fhir::make_issue(
      fhir::Situation::timed_out, fhir::IssueType::timeout, "A worker answers this")));
}

std::string etag_of(std::int64_t version_id) { return "W/\"" + std::to_string(version_id) + "\""; }

std::optional<std::int64_t> version_of_etag(std::string_view text) {
  if (text.starts_with("W/")) text.remove_prefix(2);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
    text = text.substr(1, text.size() - 2);
  std::int64_t version = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (error != std::errc{} || end != text.data() + text.size() || version < 1) return std::nullopt;
  return version;
}

bool names_version(std::string_view tags, std::int64_t version_id) {
  while (!tags.empty()) {
    std::string_view tag = tags.substr(0, tags.find(','));
    tags.remove_prefix(std::min(tags.size(), tag.size() + 1));
    while (tag.starts_with(' ')) tag.remove_prefix(1);
    while (tag.ends_with(' ')) tag.remove_suffix(1);
    if (tag == "*" || version_of_etag(tag) == version_id) return true;
  }
  return false;
}

std::string http_date(std::int64_t utc_ms) {
  const std::int64_t seconds = utc_ms / 1000;
  const std::int64_t days = seconds / k_day_seconds;
  const int rest = static_cast<int>(seconds % k_day_seconds);
  const fhir::CivilDate date = fhir::civil_from_days(days);
  // Every read has one: printf takes longer than the read's own statement.
  std::string text = "Day, 00 Mon 0000 00:00:00 GMT";
  const auto put = [&](std::size_t at, std::size_t width, std::int64_t number) {
    for (std::size_t i = at + width; i-- > at; number /= 10)
      text[i] = static_cast<char>('0' + number % 10);
  };
  text.replace(0, 3, k_days[static_cast<std::size_t>(days % 7)]);
  put(5, 2, date.day);
  text.replace(8, 3, k_months[date.month - 1]);
  put(12, 4, date.year);
  put(17, 2, rest / 3600);
  put(20, 2, rest / 60 % 60);
  put(23, 2, rest % 60);
  return text;
}

std::optional<std::int64_t> parse_http_date(std::string_view text) {
  const std::string copy(text);
  char month[4] = {};
  int day = 0, year = 0, hour = 0, minute = 0, second = 0;
  if (std::sscanf(copy.c_str(), "%*3s, %2d %3s %4d %2d:%2d:%2d GMT", &day, month, &year, &hour,
                  &minute, &second) != 6)
    return std::nullopt;
  for (std::size_t i = 0; i < k_months.size(); ++i) {
    if (std::string_view(month) != k_months[i]) continue;
    const std::int64_t days =
        fhir::days_from_civil(year, static_cast<unsigned>(i + 1), static_cast<unsigned>(day));
    return (days * k_day_seconds + hour * 3600 + minute * 60 + second) * 1000;
  }
  return std::nullopt;
}

void add_version_headers(http::Response& response, std::int64_t version_id,
                         std::int64_t last_updated) {
  response.headers.add("ETag", etag_of(version_id));
  response.headers.add("Last-Modified", http_date(last_updated));
}

http::Response written_response(const Call& call, std::string_view type, std::string_view id,
                                storage::Written&& written) {
  const unsigned status = written.created ? 201 : 200;
  http::Response response;
  switch (call.prefer_return) {
    case ReturnPreference::minimal:
      response.status = status;
      break;
    case ReturnPreference::operation_outcome:
      response = done_response(status, written.created ? "Created" : "Updated");
      break;
    default:
      response = fhir_response(status, std::move(written.body));
  }
  std::string location = call.options->base_url;
  location.append("/").append(type).append("/").append(id);
  location.append("/_history/").append(std::to_string(written.version_id));
  // "If the resource was created, the server SHALL return a Location header" — and an update's
  // clients use Content-Location.
  response.headers.add(written.created ? "Location" : "Content-Location", std::move(location));
  add_version_headers(response, written.version_id, written.last_updated);
  add_preference_applied(call, response);
  return response;
}

}  // namespace server::rest
