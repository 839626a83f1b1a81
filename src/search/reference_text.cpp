// https://hl7.org/fhir/R4/references.html#regex
#include "src/search/reference_text.h"

#include <algorithm>

namespace server::search {
namespace {

constexpr std::string_view k_history = "/_history/";
constexpr std::size_t k_id_characters_max = 64;

struct TypeAndId {
  std::string_view type;
  std::string_view id;
};

// The last two segments of a path, without the version: `…/Type/id[/_history/version]`.
TypeAndId last_two_segments(std::string_view path) {
  path = path.substr(0, path.find(k_history));
  const std::size_t id_at = path.rfind('/');
  if (id_at == std::string_view::npos) return {};
  const std::string_view before = path.substr(0, id_at);
  const std::size_t type_at = before.rfind('/');
  return {type_at == std::string_view::npos ? before : before.substr(type_at + 1),
          path.substr(id_at + 1)};
}

/// A url of the web without its scheme; the text itself when it is none.
std::string_view without_scheme(std::string_view url) {
  for (std::string_view scheme : {"http:", "https:"}) {
    if (url.starts_with(scheme)) return url.substr(scheme.size());
  }
  return url;
}

bool has_scheme(std::string_view text) {
  const std::size_t colon = text.find(':');
  return colon != std::string_view::npos && colon < text.find('/');
}

}  // namespace

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= k_id_characters_max &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '.';
         });
}

bool is_resource_type(std::string_view name, const fhir::DefinitionStore& definitions) {
  if (name.empty() || name.front() < 'A' || name.front() > 'Z') return false;
  const fhir::TypeSchema* type = definitions.type(name);
  return type != nullptr && type->kind == fhir::TypeKind::resource && !type->is_abstract;
}

std::optional<std::string_view> below_base(std::string_view url, std::string_view base_url) {
  const std::string_view base = without_scheme(base_url);
  std::string_view path = without_scheme(url);
  if (base.empty() || path.size() == url.size() || !path.starts_with(base)) return std::nullopt;
  path.remove_prefix(base.size());
  if (!path.empty() && path.front() != '/') return std::nullopt;
  return path.empty() ? path : path.substr(1);
}

ReferenceText read_reference(std::string_view text, std::string_view base_url,
                             const fhir::DefinitionStore& definitions) {
  if (!text.empty() && text.front() == '#') {
    return {ReferenceKind::contained, {}, text.substr(1)};
  }
  std::string_view path = text;
  bool is_local = !has_scheme(text);
  if (const auto below = is_local ? std::nullopt : below_base(text, base_url)) {
    path = *below;
    is_local = true;
  }
  const TypeAndId target = last_two_segments(path);
  if (!is_id(target.id) || !is_resource_type(target.type, definitions)) return {};
  // Local ones begin with the type: `other/Patient/1` is none of ours.
  is_local = is_local && target.type.data() == path.data();
  return {is_local ? ReferenceKind::local : ReferenceKind::other, target.type, target.id};
}

}  // namespace server::search
