#include "src/audit/audited.h"

#include <algorithm>
#include <array>
#include <utility>

#include "src/audit/bundle_parts.h"
#include "src/rest/context.h"
#include "src/rest/path.h"
#include "src/rest/router.h"
#include "src/rest/search_request.h"
#include "src/search/percent.h"

namespace server::audit {
namespace {

constexpr std::size_t k_looked_at_max = 64 << 10;  // bytes of a body
constexpr std::size_t k_entities_max = 1'000;
constexpr std::size_t k_query_bytes_max = 4'096;

/// The interactions of R4's vocabulary; whatever else has no name there.
std::string_view interaction_of(std::string_view route) {
  static constexpr auto k_known = std::to_array<std::string_view>(
      {"read", "vread", "update", "patch", "delete", "history-instance", "history-type",
       "history-system", "create", "search-type", "search-system", "transaction", "operation"});
  if (route.starts_with("conditional-"))
    route.remove_prefix(std::string_view("conditional-").size());
  // Answers that come later, and the files of an export.
  if (route == "async-status" || route == "async-export-file" || route == "async-import-file")
    return "operation";
  const auto* found = std::find(k_known.begin(), k_known.end(), route);
  return found == k_known.end() ? std::string_view{} : *found;
}

/// The characters of an id at the beginning of a text.
std::string_view id_at(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && end < 64 &&
         ((text[end] >= 'a' && text[end] <= 'z') || (text[end] >= 'A' && text[end] <= 'Z') ||
          (text[end] >= '0' && text[end] <= '9') || text[end] == '-' || text[end] == '.'))
    ++end;
  return text.substr(0, end);
}

void add_once(std::vector<std::string>& list, std::string_view text) {
  if (text.empty() || list.size() >= k_entities_max) return;
  if (std::find(list.begin(), list.end(), text) == list.end()) list.emplace_back(text);
}

/// `/fhir/Patient/1/_history/2`, at any host → `Patient/1/_history/2`.
std::string_view below_base(std::string_view url, std::string_view base_path) {
  const std::string base = std::string(base_path) + "/";
  const std::size_t at = url.find(base);
  return at == std::string_view::npos ? std::string_view{} : url.substr(at + base.size());
}

/// Whether a URL names a resource that could exist. What else stands in one may be any bytes, of
/// which no event can be made.
bool could_be(const rest::Match& match) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return std::all_of(match.type.begin(), match.type.end(), is_letter) && rest::is_id(match.id) &&
         (match.version.empty() || rest::is_id(match.version));
}

bool is_change(std::string_view interaction) {
  return interaction == "create" || interaction == "update" || interaction == "patch" ||
         interaction == "delete" || interaction == "transaction";
}

/// The resource that a URL names, and whose it is as far as the URL tells.
void add_place(const rest::Match& match, Occurrence& occurrence) {
  if (!could_be(match)) return;
  std::string place = std::string(match.type) + "/" + std::string(match.id);
  if (!match.version.empty()) place += "/_history/" + std::string(match.version);
  add_once(occurrence.resources, place);
  if (match.type == "Patient") add_once(occurrence.patients, match.id);
}

bool looks_for_data(std::string_view interaction) {
  return interaction.starts_with("search-") || interaction == "operation" ||
         interaction.starts_with("history-");
}

/// What was asked, but for an access token that somebody put where none belongs.
std::string told_target(std::string_view target) {
  constexpr std::string_view k_token = "access_token=";
  std::string told(target.substr(0, k_query_bytes_max));
  for (std::size_t at = told.find(k_token); at != std::string::npos; at = told.find(k_token, at)) {
    at += k_token.size();
    told.erase(at, told.find('&', at) - at);
  }
  return told;
}

/// `patient=…` and `subject=Patient/…` of a search.
void add_patients_of_query(std::string_view query, std::vector<std::string>& patients) {
  const auto pairs = search::split_query(query);
  if (!pairs) return;
  for (const auto& [name, value] : *pairs) {
    if (name != "patient" && name != "subject" && name != "subject:Patient") continue;
    std::string_view text = value;
    if (text.starts_with("Patient/")) {
      text.remove_prefix(8);
    } else if (name == "subject") {
      continue;
    }
    add_once(patients, id_at(text));
  }
}

}  // namespace

std::vector<std::string> patients_of(std::string_view body) {
  body = body.substr(0, k_looked_at_max);
  std::vector<std::string> patients;
  if (!body.starts_with('{')) return patients;
  constexpr std::string_view k_id = "\"id\":\"", k_reference = "\"reference\":\"Patient/";
  if (body.starts_with(R"({"resourceType":"Patient")")) {
    if (const std::size_t at = body.find(k_id); at != std::string_view::npos)
      add_once(patients, id_at(body.substr(at + k_id.size())));
    return patients;
  }
  for (const std::string_view member : {R"("subject":{)", R"("patient":{)", R"("beneficiary":{)",
                                        R"("individual":{)", R"("for":{)"}) {
    for (std::size_t at = body.find(member); at != std::string_view::npos;
         at = body.find(member, at + 1)) {
      const std::string_view object = body.substr(at, body.find('}', at) - at);
      if (const std::size_t found = object.find(k_reference); found != std::string_view::npos)
        add_once(patients, id_at(object.substr(found + k_reference.size())));
    }
  }
  return patients;
}

std::vector<std::string> locations_of(std::string_view body, std::string_view base_path) {
  constexpr std::string_view k_location = R"("location":")";
  std::vector<std::string> out;
  for (std::size_t at = body.find(k_location);
       at != std::string_view::npos && out.size() < k_entities_max;
       at = body.find(k_location, at + 1)) {
    const std::string_view rest = body.substr(at + k_location.size());
    const std::string_view place = below_base(rest.substr(0, rest.find('"')), base_path);
    if (!place.empty()) out.emplace_back(place);
  }
  return out;
}

http::Response Audited::handle(http::Request& request) {
  http::Response response;
  try {
    response = next_.handle(request);
  } catch (...) {
    http::Response failed;
    failed.status = 500;
    try_to_tell(request, failed);
    throw;
  }
  if (!response.wants_worker) try_to_tell(request, response);
  return response;
}

/// What cannot be told is no reason for a request to be lost, but for the trail to say so.
void Audited::try_to_tell(const http::Request& request, const http::Response& response) {
  try {
    tell(request, response);
  } catch (const std::exception&) {
    recorder_.lose();
  }
}

/// A login, accepted or not; whose it was is known to nobody when it was not.
bool Audited::tell_login(const http::Request& request, const http::Response& response,
                         Occurrence& occurrence) const {
  if (request.method != http::Method::post) return false;
  const std::string_view path =
      std::string_view(request.target).substr(0, request.target.find('?'));
  if (path != base_path_ + "/auth/login" && path != base_path_ + "/auth/second-factor" &&
      path != base_path_ + "/auth/token")
    return false;
  occurrence.is_login = true;
  occurrence.status = response.status;
  return true;
}

/// An app that registers itself, or changes what it registered.
bool Audited::tell_registration(const http::Request& request, const http::Response& response,
                                Occurrence& occurrence) const {
  const std::string_view path =
      std::string_view(request.target).substr(0, request.target.find('?'));
  if (!path.starts_with(base_path_ + "/auth/register") || request.method == http::Method::options)
    return false;
  occurrence.interaction = "operation";
  occurrence.status = response.status;
  occurrence.query = request.method_text + " " + std::string(path.substr(0, k_query_bytes_max));
  return true;
}

/// The validator service, which stands beside the FHIR endpoint.
bool Audited::tell_validation(const http::Request& request, const http::Response& response,
                              Occurrence& occurrence) const {
  const std::string_view path =
      std::string_view(request.target).substr(0, request.target.find('?'));
  if (path != "/validate" || request.method != http::Method::post) return false;
  occurrence.interaction = "operation";
  occurrence.status = response.status;
  occurrence.query = "POST /validate";
  return true;
}

/// Each reading entry of a bundle, as if it had come alone.
void Audited::tell_parts(const http::Request& request, const http::Response& response,
                         const Occurrence& whole) {
  const auto snapshot = recorder_.snapshot();
  for (const BundlePart& part :
       reading_parts(request.body, response.body, snapshot->definitions())) {
    std::string_view url = part.url;
    if (const std::string_view below = below_base(url, base_path_); !below.empty()) url = below;
    while (url.starts_with('/')) url.remove_prefix(1);
    const std::size_t mark = url.find('?');
    std::string decoded;
    const std::string place = base_path_ + "/" + std::string(url.substr(0, mark));
    const auto path = rest::path_below(base_path_, place, decoded);
    const auto found = path ? rest::match(part.method, *path) : std::nullopt;
    if (!found || found->route == nullptr) continue;
    Occurrence one;
    one.interaction = interaction_of(found->route->interaction);
    if (one.interaction.empty() || one.interaction == "transaction") continue;
    one.recorded = whole.recorded;
    one.address = whole.address;
    one.request_id = whole.request_id;
    one.speaker = whole.speaker;
    one.status = part.status != 0 ? part.status : whole.status;
    if (looks_for_data(one.interaction)) {
      one.query = part.method_text + " " + told_target(base_path_ + "/" + std::string(url));
      if (mark != std::string_view::npos) add_patients_of_query(url.substr(mark + 1), one.patients);
    } else {
      for (const std::string& patient : patients_of(part.resource)) add_once(one.patients, patient);
    }
    add_place(*found, one);
    if (!one.speaker.patient.empty()) add_once(one.patients, one.speaker.patient);
    recorder_.record(std::move(one));
  }
}

void Audited::tell(const http::Request& request, const http::Response& response) {
  Occurrence occurrence;
  occurrence.recorded = rest::now_utc_ms();
  occurrence.address = request.remote_address;
  occurrence.request_id = request.id;
  if (tell_login(request, response, occurrence)) return recorder_.record(std::move(occurrence));
  if (tell_registration(request, response, occurrence) ||
      tell_validation(request, response, occurrence))
    return recorder_.record(std::move(occurrence));
  const std::string_view target = request.target;
  const std::size_t mark = target.find('?');
  const std::string_view query = mark == std::string_view::npos ? "" : target.substr(mark + 1);
  // As the server itself reads it: an escape in a URL hides nothing.
  std::string decoded;
  const auto path = rest::path_below(base_path_, target.substr(0, mark), decoded);
  if (!path) return;
  const auto found = rest::match(request.method, *path);
  if (!found || found->route == nullptr) return;
  occurrence.interaction = interaction_of(found->route->interaction);
  const bool is_still_waiting =
      found->route->interaction == "async-status" && response.status == 202;
  if (occurrence.interaction.empty() || is_still_waiting) return;
  occurrence.status = response.status;
  occurrence.speaker = who_(request.headers);
  if (looks_for_data(occurrence.interaction)) {
    const bool is_form = occurrence.interaction.starts_with("search-") && !request.body.empty();
    occurrence.query = request.method_text + " " + told_target(target);
    if (is_form) occurrence.query += "\n" + told_target(request.body);
    add_patients_of_query(query, occurrence.patients);
    if (is_form) add_patients_of_query(request.body, occurrence.patients);
  }
  if (occurrence.interaction == "transaction") {
    occurrence.resources = locations_of(response.body, base_path_);
  } else if (const std::string_view made = below_base(response.headers.get("Location"), base_path_);
             !made.empty()) {
    add_once(occurrence.resources, made);
  } else {
    add_place(*found, occurrence);
  }
  if (found->type == "Patient" && rest::is_id(found->id)) add_once(occurrence.patients, found->id);
  for (const std::string_view body :
       {std::string_view(request.body), std::string_view(response.body)}) {
    if (occurrence.interaction == "transaction" || looks_for_data(occurrence.interaction)) continue;
    for (const std::string& patient : patients_of(body)) add_once(occurrence.patients, patient);
  }
  if (!occurrence.speaker.patient.empty())
    add_once(occurrence.patients, occurrence.speaker.patient);
  if (occurrence.interaction == "transaction") tell_parts(request, response, occurrence);
  if (is_change(occurrence.interaction) && response.status < 400) {
    recorder_.record_before_answer(std::move(occurrence));
  } else {
    recorder_.record(std::move(occurrence));
  }
}

}  // namespace server::audit
