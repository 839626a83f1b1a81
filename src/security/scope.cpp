// https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html
#include "src/security/scope.h"

#include <algorithm>
#include <array>
#include <utility>

namespace server::security {
namespace {

constexpr std::array<std::string_view, 8> k_plain = {
    "openid",         "fhirUser",         "profile",        "launch",
    "launch/patient", "launch/encounter", "offline_access", "online_access"};

constexpr std::array<std::pair<std::string_view, ScopeContext>, 3> k_contexts = {{
    {"patient/", ScopeContext::patient},
    {"user/", ScopeContext::user},
    {"system/", ScopeContext::system},
}};

constexpr std::string_view k_letters = "cruds";  // "in this order"

std::optional<Rights> rights_of(std::string_view text) {
  if (text == "read") return Rights{right_read | right_search};
  if (text == "write") return Rights{right_create | right_update | right_delete};
  if (text == "*") return Rights{rights_all};
  Rights rights = 0;
  std::size_t at = 0;
  for (const char letter : text) {
    const std::size_t found = k_letters.find(letter, at);
    if (found == std::string_view::npos) return std::nullopt;
    rights |= static_cast<Rights>(1u << found);
    at = found + 1;
  }
  if (rights == 0) return std::nullopt;
  return rights;
}

bool is_type(std::string_view text) {
  if (text == "*") return true;
  return !text.empty() && text.size() <= 64 && text[0] >= 'A' && text[0] <= 'Z' &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); });
}

/// "scope-token = 1*( %x21 / %x23-5B / %x5D-7E )"
/// https://www.rfc-editor.org/rfc/rfc6749#section-3.3
bool is_token(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '\\'; });
}

bool is_v1(const Scope& scope) {
  return scope.text.ends_with(".read") || scope.text.ends_with(".write") ||
         scope.text.ends_with(".*");
}

std::string_view prefix_of(ScopeContext context) {
  for (const auto& [prefix, one] : k_contexts) {
    if (one == context) return prefix;
  }
  return {};
}

}  // namespace

std::optional<Scope> parse_scope(std::string_view text) {
  Scope scope;
  scope.text = text;
  if (std::find(k_plain.begin(), k_plain.end(), text) != k_plain.end()) return scope;
  if (!is_token(text)) return std::nullopt;
  std::string_view rest;
  for (const auto& [prefix, context] : k_contexts) {
    if (!text.starts_with(prefix)) continue;
    scope.context = context;
    rest = text.substr(prefix.size());
  }
  if (!scope.is_of_resources()) return std::nullopt;
  if (const std::size_t mark = rest.find('?'); mark != std::string_view::npos) {
    scope.query = rest.substr(mark + 1);
    if (scope.query.empty()) return std::nullopt;
    rest = rest.substr(0, mark);
  }
  const std::size_t dot = rest.find('.');
  if (dot == std::string_view::npos || !is_type(rest.substr(0, dot))) return std::nullopt;
  scope.type = rest.substr(0, dot);
  const std::string_view word = rest.substr(dot + 1);
  const auto rights = rights_of(word);
  // A filter is of v2, and of one type whose parameters it names.
  const bool is_v2 = word.find_first_not_of(k_letters) == std::string_view::npos;
  if (!rights || (scope.is_granular() && (!is_v2 || scope.type == "*"))) return std::nullopt;
  scope.rights = *rights;
  return scope;
}

std::vector<Scope> parse_scopes(std::string_view text) {
  std::vector<Scope> scopes;
  text = text.substr(0, k_scope_bytes_max);
  while (!text.empty() && scopes.size() < k_scopes_max) {
    const std::size_t space = text.find(' ');
    const std::string_view one = text.substr(0, space);
    text = space == std::string_view::npos ? std::string_view{} : text.substr(space + 1);
    if (one.empty() || contains(scopes, one)) continue;
    if (auto scope = parse_scope(one)) scopes.push_back(*std::move(scope));
  }
  return scopes;
}

std::string text_of(const std::vector<Scope>& scopes) {
  std::string text;
  for (const Scope& scope : scopes) {
    if (!text.empty()) text += ' ';
    text += scope.text;
  }
  return text;
}

bool contains(const std::vector<Scope>& scopes, std::string_view text) {
  return std::any_of(scopes.begin(), scopes.end(),
                     [&](const Scope& scope) { return scope.text == text; });
}

bool is_within(const Scope& asked, const Scope& held) {
  if (!asked.is_of_resources() || !held.is_of_resources()) return asked.text == held.text;
  return asked.context == held.context && (held.type == "*" || held.type == asked.type) &&
         (asked.rights & ~held.rights) == 0 && (!held.is_granular() || held.query == asked.query);
}

std::vector<Scope> within(const std::vector<Scope>& asked, const std::vector<Scope>& held) {
  std::vector<Scope> out;
  for (const Scope& scope : asked) {
    // Several scopes together may hold what one asks: `Type.r Type.s` for `Type.rs`.
    Rights left = scope.rights;
    bool is_held = false;
    for (const Scope& one : held) {
      Scope part = scope;
      part.rights = scope.is_of_resources() ? scope.rights & one.rights : Rights{0};
      if (!is_within(part, one) || (scope.is_of_resources() && part.rights == 0)) continue;
      left &= static_cast<Rights>(~part.rights);
      is_held = true;
    }
    if (is_held && left == 0) out.push_back(scope);
  }
  return out;
}

std::string letters_of(Rights rights) {
  std::string letters;
  for (std::size_t i = 0; i < k_letters.size(); ++i) {
    if ((rights >> i & 1) != 0) letters += k_letters[i];
  }
  return letters;
}

Scope narrowed(const Scope& like, std::string_view type, Rights rights, std::string_view query) {
  std::string text(prefix_of(like.context));
  text.append(type).append(".");
  if (is_v1(like) && query.empty() && rights == (right_read | right_search)) {
    text += "read";
  } else if (is_v1(like) && query.empty() &&
             rights == (right_create | right_update | right_delete)) {
    text += "write";
  } else if (is_v1(like) && query.empty() && rights == rights_all) {
    text += "*";
  } else {
    text += letters_of(rights);
  }
  if (!query.empty()) text.append("?").append(query);
  return parse_scope(text).value_or(Scope{});
}

}  // namespace server::security
