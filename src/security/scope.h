// SMART scopes: what a token may be used for.
// https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace server::security {

inline constexpr std::size_t k_scope_bytes_max = 16 * 1024;
inline constexpr std::size_t k_scopes_max = 500;

enum class ScopeContext : std::uint8_t { none, patient, user, system };

enum Right : std::uint8_t {
  right_create = 1,
  right_read = 2,
  right_update = 4,
  right_delete = 8,
  right_search = 16,
  rights_all = 31
};
using Rights = std::uint8_t;

/// One scope. Those of resources have a context, the others (openid, launch/patient, …) only text.
struct Scope {
  std::string text;  // as it was asked for, which is how it is granted and told
  ScopeContext context = ScopeContext::none;
  std::string type;   // a resource type, or `*`
  Rights rights = 0;  // v1's read is rs, its write cud
  std::string query;  // behind `?`, percent-encoded as it came; empty: no filter

  bool is_of_resources() const { return context != ScopeContext::none; }
  bool is_granular() const { return !query.empty(); }
};

/// `(patient|user|system)/(Type|*).(read|write|*|c?r?u?d?s?)(\?query)?`, or one of the plain ones:
/// openid fhirUser profile launch launch/patient launch/encounter offline_access online_access.
/// Nothing for any other text, and for a launch/… that this server gives no context for.
std::optional<Scope> parse_scope(std::string_view text);

/// Scopes between spaces, and only spaces, each once. What is no scope of ours is passed over:
/// "the authorization server MAY fully or partially ignore the scope requested".
std::vector<Scope> parse_scopes(std::string_view text);

/// With a space between each.
std::string text_of(const std::vector<Scope>& scopes);

bool contains(const std::vector<Scope>& scopes, std::string_view text);

/// Whether all that `asked` allows is allowed by `held`. A filter is within the same filter, and
/// within none.
bool is_within(const Scope& asked, const Scope& held);

/// Those of `asked` that are within the scopes held together. A scope that asks for more is not
/// narrowed here but left out. https://www.rfc-editor.org/rfc/rfc6749#section-6
std::vector<Scope> within(const std::vector<Scope>& asked, const std::vector<Scope>& held);

/// A scope of the same context and type with the given rights and filter, written as v2; as v1
/// where `like` was v1 and the rights are read, write or both.
Scope narrowed(const Scope& like, std::string_view type, Rights rights, std::string_view query);

/// `rs`
std::string letters_of(Rights rights);

}  // namespace server::security
