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

    {Method::get, "_import/{id}", "async-import", Level::system, Placement::worker, import_status},
    {Method::delete_, "_import/{id}", "async-import-cancel", Level::system, Placement::worker,
     import_cancel},
    {Method::get, "_import/{id}/{file}", "async-import-file", Level::system, Placement::worker,
     import_file},

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

// Every request passes here twice, so the patterns are taken apart when this is compiled, and a
// path once: which kinds of segment each of its segments may be.
constexpr std::size_t k_segments_max = 5;

enum Kind : std::uint8_t {
  word = 1,
  type = 2,
  id = 4,  // or a version
  operation_name = 8,
  member = 16,
  file = 32
};

struct Pattern {
  std::array<std::string_view, k_segments_max> words;  // as they are written
  std::array<std::uint8_t, k_segments_max> kinds{};
  std::size_t count = 0;
};

constexpr std::uint8_t kind_of(std::string_view written) {
  if (written == "{type}") return type;
  if (written == "{id}" || written == "{version}") return id;
  if (written == "${operation}") return operation_name;
  if (written == "{member}") return member;
  if (written == "{file}") return file;
  return word;
}

constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

/// The kinds of a segment of a path, but for `word`, which every segment may be.
constexpr std::uint8_t kinds_of(std::string_view segment) {
  if (segment.empty()) return 0;
  const char first = segment[0];
  if (first == '$') return segment.size() > 1 ? operation_name | file : file;
  if (first == '_') return file;
  if (is_upper(first)) return type | id | member | file;
  return segment == "*" ? id | member | file : id | file;
}

/// Calls `visit(segment)` for what stands between slashes until it says false; nothing in an empty
/// path.
template <class Visit>
constexpr void for_each_segment(std::string_view path, Visit&& visit) {
  while (!path.empty()) {
    std::size_t slash = 0;
    while (slash < path.size() && path[slash] != '/') ++slash;
    if (!visit(path.substr(0, slash))) return;
    // A slash at the end of a path that still has one begins no segment.
    path = slash < path.size() ? path.substr(slash + 1) : std::string_view{};
  }
}

constexpr auto k_patterns = [] {
  std::array<Pattern, k_routes.size()> patterns{};
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    for_each_segment(k_routes[i].pattern, [&](std::string_view written) {
      Pattern& pattern = patterns[i];
      pattern.words[pattern.count] = written;
      pattern.kinds[pattern.count++] = kind_of(written);
      return true;
    });
  }
  return patterns;
}();

/// False: it has more segments than any pattern.
bool take_apart(std::string_view path, Pattern& out) {
  bool fits = true;
  for_each_segment(path, [&](std::string_view segment) {
    fits = out.count < k_segments_max;
    if (!fits) return false;
    out.words[out.count] = segment;
    out.kinds[out.count++] = kinds_of(segment);
    return true;
  });
  return fits;
}

bool fits(const Pattern& pattern, const Pattern& path) {
  if (pattern.count != path.count) return false;
  for (std::size_t i = 0; i < path.count; ++i) {
    const bool is_it = pattern.kinds[i] == word ? pattern.words[i] == path.words[i]
                                                : (pattern.kinds[i] & path.kinds[i]) != 0;
    if (!is_it) return false;
  }
  return true;
}

Match match_of(const Route& route, const Pattern& pattern, const Pattern& path) {
  Match found;
  found.route = &route;
  for (std::size_t i = 0; i < path.count; ++i) {
    const std::string_view segment = path.words[i];
    switch (pattern.kinds[i]) {
      case type:
        found.type = segment;
        break;
      case id:
        (pattern.words[i] == "{id}" ? found.id : found.version) = segment;
        break;
      case operation_name:
        found.operation = segment.substr(1);
        break;
      case member:
        found.member = segment;
        break;
      case file:
        found.file = segment;
        break;
      default:
        break;
    }
  }
  return found;
}

/// The methods that a path takes; empty: nothing is there.
std::string allowed_methods(const Pattern& path) {
  std::string allow;
  for (std::size_t i = 0; i < k_routes.size(); ++i) {
    const Method method = k_routes[i].method;
    if (!fits(k_patterns[i], path) || allow.find(http::name_of(method)) != std::string::npos)
      continue;
    if (!allow.empty()) allow += ", ";
    allow += http::name_of(method);
    if (method == Method::get) allow += ", HEAD";
  }
  if (!allow.empty()) allow += ", OPTIONS";
  return allow;
}

}  // namespace

std::span<const Route> routes() { return k_routes; }

std::optional<Match> match(Method method, std::string_view path) {
  if (!path.empty() && path.back() == '/') path.remove_suffix(1);
  if (method == Method::head) method = Method::get;
  Pattern taken;
  if (!take_apart(path, taken)) return std::nullopt;
  for (std::size_t i = 0; i < k_routes.size(); ++i) {
    if (k_routes[i].method == method && fits(k_patterns[i], taken))
      return match_of(k_routes[i], k_patterns[i], taken);
  }
  Match none;
  none.allow = allowed_methods(taken);
  if (none.allow.empty()) return std::nullopt;
  return none;
}

}  // namespace server::rest
