#include "src/consent/named_patients.h"

#include <algorithm>

namespace server::consent {
namespace {

constexpr std::string_view k_patient = "Patient/";
constexpr std::size_t k_looked_through_max = 16;  // past it they are sorted

bool is_of_id(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.';
}

void add_named(std::vector<std::string_view>& found, std::string_view body) {
  for (std::size_t at = body.find(k_patient); at != std::string_view::npos;
       at = body.find(k_patient, at)) {
    at += k_patient.size();
    std::size_t end = at;
    while (end < body.size() && is_of_id(body[end])) ++end;
    const std::string_view one = body.substr(at, end - at);
    const bool is_known = found.size() <= k_looked_through_max &&
                          std::find(found.begin(), found.end(), one) != found.end();
    if (!one.empty() && !is_known) found.push_back(one);
  }
}

}  // namespace

std::vector<std::string_view> named_patients(std::string_view type, std::string_view id,
                                             std::string_view body) {
  return named_patients(type, id, std::span(&body, 1));
}

std::vector<std::string_view> named_patients(std::string_view type, std::string_view id,
                                             std::span<const std::string_view> body) {
  std::vector<std::string_view> found;
  if (type == "Patient") found.push_back(id);
  for (const std::string_view piece : body) add_named(found, piece);
  if (found.size() > k_looked_through_max) {
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
  }
  return found;
}

}  // namespace server::consent
