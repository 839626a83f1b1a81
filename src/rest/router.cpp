// https://hl7.org/fhir/R4/http.html#summary
#include "src/rest/router.h"

#include <array>
#include <vector>

#include "src/http/metrics.h"
#include "src/rest/interactions/interactions.h"

namespace server::rest {
namespace {

using http::Method;
using http::Placement;

constexpr auto k_routes = std::to_array<Route>({
    {Method::get, "metadata", "capabilities", Level::system, Placement::worker, capabilities},
    {Method::get, "", "search-system", Level::system, Placement::worker, search},
    {Method::post, "_search", "search-system", Level::system, Placement::worker, search},
    {Method::post, "", "transaction", Level::system, Placement::worker, bundle},
    {Method::get, "_history", "history-system", Level::system, Placement::worker, history},
    {Method::get, "${operation}", "operation", Level::system, Placement::worker, operation},
    {Method::post, "${operation}", "operation", Level::system, Placement::worker, operation},

    {Method::get, "_async/{id}", "async-status", Level::system, Placement::worker, job_status},
    {Method::delete_, "_async/{id}", "async-cancel", Level::system, Placement::worker, job_cancel},

    {Method::get, "_export/{id}", "async-export", Level::system, Placement::worker, export_status},
    {Method::delete_, "_export/{id}", "async-export-cancel", Level::system, Placement::worker,
     export_cancel},
    {Method::get, "_export/{id}/{file}", "async-export-file", Level::system, Placement::worker,
     export_file},

    // A page of a selective search costs less than handing it over; what takes longer is handed on.
    {Method::get, "{type}", "search-type", Level::type, Placement::io_thread_first, search},
    {Method::post, "{type}/_search", "search-type", Level::type, Placement::worker, search},
    {Method::post, "{type}", "create", Level::type, Placement::worker, create},
    {Method::put, "{type}", "conditional-update", Level::type, Placement::worker,
     conditional_update},
    {Method::delete_, "{type}", "conditional-delete", Level::type, Placement::worker,
     conditional_delete},
    {Method::patch, "{type}", "conditional-patch", Level::type, Placement::worker,
     conditional_patch},
    {Method::get, "{type}/_history", "history-type", Level::type, Placement::worker, history},
    {Method::get, "{type}/${operation}", "operation", Level::type, Placement::worker, operation},
    {Method::post, "{type}/${operation}", "operation", Level::type, Placement::worker, operation},

    // A read by id copies one row: cheaper than handing it to another thread.
    {Method::get, "{type}/{id}", "read", Level::instance, Placement::io_thread, read},
    {Method::put, "{type}/{id}", "update", Level::instance, Placement::worker, update},
    {Method::patch, "{type}/{id}", "patch", Level::instance, Placement::worker, patch},
    {Method::delete_, "{type}/{id}", "delete", Level::instance, Placement::worker, remove},
    {Method::get, "{type}/{id}/_history", "history-instance", Level::instance, Placement::worker,
     history},
    {Method::get, "{type}/{id}/_history/{version}", "vread", Level::instance, Placement::io_thread,
     vread},
    {Method::get, "{type}/{id}/_history/{version}/${operation}", "operation", Level::instance,
     Placement::worker, operation},
    {Method::post, "{type}/{id}/_history/{version}/${operation}", "operation", Level::instance,
     Placement::worker, operation},
    {Method::get, "{type}/{id}/{member}", "search-type", Level::type, Placement::worker, search},
    {Method::post, "{type}/{id}/{member}/_search", "search-type", Level::type, Placement::worker,
     search},
    {Method::get, "{type}/{id}/${operation}", "operation", Level::instance, Placement::worker,
     operation},
    {Method::post, "{type}/{id}/${operation}", "operation", Level::instance, Placement::worker,
     operation},
});

/// Cuts the next segment off `path`.
std::string_view next_segment(std::string_view& path) {
  const std::size_t slash = path.find('/');
  std::string_view segment = path.substr(0, slash);
  path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
  return segment;
}

bool segment_fits(std::string_view pattern, std::string_view segment, Match& match) {
  if (pattern == "{type}") {
    match.type = segment;
    return !segment.empty() && segment[0] >= 'A' && segment[0] <= 'Z';
  }
  if (pattern == "{id}" || pattern == "{version}") {
    (pattern == "{id}" ? match.id : match.version) = segment;
    return !segment.empty() && segment[0] != '_' && segment[0] != '$';
  }
  if (pattern == "{file}") {
    match.file = segment;
    return !segment.empty();
  }
  if (pattern == "{member}") {
    match.member = segment;
    return segment == "*" || (!segment.empty() && segment[0] >= 'A' && segment[0] <= 'Z');
  }
  if (pattern == "${operation}") {
    if (segment.size() < 2 || segment[0] != '$') return false;
    match.operation = segment.substr(1);
    return true;
  }
  return pattern == segment;
}

bool path_fits(std::string_view pattern, std::string_view path, Match& match) {
  if (pattern.empty() || path.empty()) return pattern.empty() && path.empty();
  while (!pattern.empty() && !path.empty()) {
    if (!segment_fits(next_segment(pattern), next_segment(path), match)) return false;
  }
  return pattern.empty() && path.empty();
}

}  // namespace

std::span<const Route> routes() { return k_routes; }

std::optional<Match> match(Method method, std::string_view path) {
  if (!path.empty() && path.back() == '/') path.remove_suffix(1);
  if (method == Method::head) method = Method::get;
  std::string allow;
  for (const Route& route : k_routes) {
    Match found;
    if (!path_fits(route.pattern, path, found)) continue;
    if (route.method == method) {
      found.route = &route;
      return found;
    }
    if (allow.find(http::name_of(route.method)) != std::string::npos) continue;
    if (!allow.empty()) allow += ", ";
    allow += http::name_of(route.method);
    if (route.method == Method::get) allow += ", HEAD";
  }
  if (allow.empty()) return std::nullopt;
  allow += ", OPTIONS";
  Match none;
  none.allow = std::move(allow);
  return none;
}

}  // namespace server::rest
