// Any text as scopes: what is kept of it is rendered as it came, means the same when it is read
// again, and is within itself and no more.
#include "src/security/scope.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace server::security;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto scopes = parse_scopes(text);
  if (scopes.size() > k_scopes_max) std::abort();
  const std::string rendered = text_of(scopes);
  if (text_of(parse_scopes(rendered)) != rendered) std::abort();
  if (text_of(within(scopes, scopes)) != rendered) std::abort();
  for (const Scope& scope : scopes) {
    if (text.find(scope.text) == std::string_view::npos) std::abort();
    if (scope.is_of_resources() == (scope.rights == 0)) std::abort();
    if (!scope.is_of_resources() || scope.is_granular()) continue;
    const Scope part = narrowed(scope, scope.type, scope.rights, "");
    if (part.rights != scope.rights || !is_within(part, scope)) std::abort();
  }
  return 0;
}
