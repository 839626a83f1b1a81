// A text in a string of JSON cannot look like a member: the quotes around it would be escaped.
#include "src/rest/bulk/references.h"

#include "src/rest/path.h"

namespace server::rest {
namespace {

constexpr std::string_view k_name = "\"reference\"";

void skip_space(std::string_view& text) {
  const std::size_t at = text.find_first_not_of(" \t\r\n");
  text.remove_prefix(at == std::string_view::npos ? text.size() : at);
}

bool is_type(std::string_view text) {
  return !text.empty() && text.front() >= 'A' && text.front() <= 'Z' &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") ==
             std::string_view::npos;
}

}  // namespace

void for_each_reference(
    std::string_view json, std::string_view base_url,
    const std::function<void(std::string_view, std::string_view, bool)>& visit) {
  for (std::size_t at; (at = json.find(k_name)) != std::string_view::npos;) {
    json.remove_prefix(at + k_name.size());
    skip_space(json);
    if (!json.starts_with(':')) continue;
    json.remove_prefix(1);
    skip_space(json);
    if (!json.starts_with('"')) continue;
    json.remove_prefix(1);
    std::string_view reference = json.substr(0, json.find('"'));
    bool is_local = reference.find(':') == std::string_view::npos;
    if (!is_local && !base_url.empty() && reference.starts_with(base_url)) is_local = true;
    reference = reference.substr(0, reference.find("/_history/"));
    const std::size_t slash = reference.rfind('/');
    if (slash == std::string_view::npos) continue;
    const std::string_view id = reference.substr(slash + 1);
    std::string_view type = reference.substr(0, slash);
    type = type.substr(type.rfind('/') == std::string_view::npos ? 0 : type.rfind('/') + 1);
    if (is_type(type) && is_id(id)) visit(type, id, is_local);
  }
}

}  // namespace server::rest
