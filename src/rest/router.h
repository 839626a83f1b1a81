// The one table of what this server answers. The router, the CapabilityStatement and the labels of
// metrics come from it. https://hl7.org/fhir/R4/http.html#summary
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "src/rest/context.h"

namespace server::rest {

enum class Level : std::uint8_t { system, type, instance };

struct Route {
  http::Method method;
  /// Below the base, segments in braces are taken from the URL: `{type}/{id}/_history/{version}`.
  /// `{member}` is a type of a compartment, or `*`; `{file}` the name of a file.
  std::string_view pattern;
  /// As the CapabilityStatement names it (restful-interaction), or `operation`.
  std::string_view interaction;
  Level level;
  http::Placement placement;
  Answer (*handle)(const Call& call);
};

std::span<const Route> routes();

/// A path matched against the table.
struct Match {
  const Route* route = nullptr;  // null: the path is ours, the method is not
  std::string_view type, id, version, operation, member, file;
  std::string allow;  // methods of the path, when route is null
};

/// path   below the base, without a slash at either end, percent-encoding removed
/// returns   nothing when no pattern fits the path
std::optional<Match> match(http::Method method, std::string_view path);

}  // namespace server::rest
