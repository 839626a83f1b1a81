#include "src/audit/bundle_parts.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "fhir/formats/json_document.h"
#include "fhir/formats/json_items.h"
#include "fhir/formats/json_writer.h"
#include "fhir/model/xml_reader.h"

namespace server::audit {
namespace {

using fhir::json::Value;

/// Reading a bundle again costs: most hold writes alone.
bool may_read(std::string_view text) {
  constexpr std::array<std::string_view, 5> k_signs = {"\"GET\"", "\"HEAD\"", "_search", "/$",
                                                       "\"$"};
  return std::any_of(k_signs.begin(), k_signs.end(),
                     [&](std::string_view sign) { return text.find(sign) != text.npos; });
}

std::optional<fhir::json::Document> read(std::string_view text,
                                         const fhir::DefinitionStore& definitions) {
  const std::size_t first = text.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  if (first == std::string_view::npos) return std::nullopt;
  auto document = text[first] == '<' ? fhir::read_xml(text, definitions)
                                     : fhir::json::Document::read(std::string(text));
  if (!document || !document->root().is_object()) return std::nullopt;
  return *std::move(document);
}

std::optional<http::Method> method_of(std::string_view verb, std::string_view url) {
  if (verb == "GET") return http::Method::get;
  if (verb == "HEAD") return http::Method::head;
  const std::string_view path = url.substr(0, url.find('?'));
  const bool asks = path.ends_with("_search") || path.find('$') != std::string_view::npos;
  return verb == "POST" && asks ? std::optional(http::Method::post) : std::nullopt;
}

const Value* child(const Value& entry, std::string_view name) {
  const Value* found = entry.is_object() ? entry.find(name) : nullptr;
  return found != nullptr && found->is_object() ? found : nullptr;
}

void add_answer(BundlePart& part, const Value& entry) {
  if (const Value* response = child(entry, "response")) {
    const std::string_view status = response->string_at("status");
    std::from_chars(status.data(), status.data() + status.size(), part.status);
  }
  if (const Value* resource = child(entry, "resource"))
    part.resource = fhir::json::to_string(*resource);
}

}  // namespace

std::vector<BundlePart> reading_parts(std::string_view request, std::string_view response,
                                      const fhir::DefinitionStore& definitions) {
  std::vector<BundlePart> parts;
  const auto asked = may_read(request) ? read(request, definitions) : std::nullopt;
  if (!asked) return parts;
  const auto answered = read(response, definitions);
  const auto answers =
      answered ? fhir::json::items_at(answered->root(), "entry") : std::span<const Value>();
  const auto entries = fhir::json::items_at(asked->root(), "entry");
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Value* wanted = child(entries[i], "request");
    if (wanted == nullptr) continue;
    const std::string_view verb = wanted->string_at("method"), url = wanted->string_at("url");
    const auto method = method_of(verb, url);
    if (!method) continue;
    BundlePart part{*method, std::string(verb), std::string(url), 0, {}};
    // An answer of entries has one for each that was asked.
    if (answers.size() == entries.size()) add_answer(part, answers[i]);
    parts.push_back(std::move(part));
  }
  return parts;
}

}  // namespace server::audit
