// The narrative of a resource: its XHTML, and where its links lead.
// https://hl7.org/fhir/R4/narrative.html
#include <algorithm>
#include <string>

#include "fhir/model/xml_text.h"
#include "fhir/validation/narrative.h"
#include "fhir/validation/walk.h"

namespace fhir::validation {
namespace {

/// scheme   in lower case
bool has_scheme(std::string_view url, std::string_view scheme) {
  const auto is_same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; };
  return url.size() > scheme.size() && url[scheme.size()] == ':' &&
         std::equal(scheme.begin(), scheme.end(), url.begin(),
                    [&](char wanted, char own) { return is_same(own, wanted); });
}

/// Whether what follows the link runs it, as a browser reads the address: references replaced, tabs
/// and line ends left out, and what is no more than a space before it.
/// https://url.spec.whatwg.org/#concept-basic-url-parser
bool is_script(std::string_view link) {
  if (link.find_first_of("&\t\r\n") == std::string_view::npos && !link.starts_with(' '))
    return has_scheme(link, "javascript") || has_scheme(link, "vbscript");
  const auto is_left_out = [](char c) { return c == '\t' || c == '\r' || c == '\n'; };
  std::string written(link), address;
  std::erase_if(written, is_left_out);
  std::size_t bad_at = 0;
  if (!xml::append_decoded(address, written, bad_at)) {
    // A reference that XML does not have, as HTML's &colon;, where the scheme would stand.
    return written.find_first_of(":/?#") >= bad_at;
  }
  std::erase_if(address, is_left_out);
  const std::size_t begin = std::min(address.find_first_not_of(' '), address.size());
  const std::string_view followed = std::string_view(address).substr(begin);
  return has_scheme(followed, "javascript") || has_scheme(followed, "vbscript");
}

/// In a transaction and in a batch, "links in the narrative" to an entry's fullUrl are replaced.
/// https://hl7.org/fhir/R4/http.html#trules
bool has_links_replaced(const Scope& scope) {
  if (scope.bundle == nullptr) return false;
  const std::string_view type = scope.bundle->resource.value->string_at("type");
  return type == "transaction" || type == "batch";
}

/// What was stored elsewhere is shown as it is: its narrative may be a part of a larger page.
bool is_shown_only(const Scope& scope) {
  if (scope.bundle == nullptr) return false;
  const std::string_view type = scope.bundle->resource.value->string_at("type");
  return type == "searchset" || type == "history";
}

bool is_document(const Scope& bundle) {
  return bundle.resource.value->string_at("type") == "document";
}

}  // namespace

void Walk::check_narrative_of(const Node& node) {
  narrative_links_.clear();
  const NarrativeFault fault = check_narrative(node.element.text(), &narrative_links_);
  if (fault != NarrativeFault::none)
    report(node, IssueType::invariant, {"The narrative ", text_of(fault)},
           fault == NarrativeFault::without_content ? "txt-2" : "txt-1");
  for (const std::string_view target : narrative_links_.targets) check_link(node, target);
}

void Walk::check_link(const Node& node, std::string_view target) {
  const auto refuse = [&](IssueType type, std::string_view text) {
    const bool is_error = options_.broken_links_refused && !is_shown_only(*node.scope);
    report(is_error ? Severity::error : Severity::warning, type, *node.path, node.element.offset(),
           {text});
  };
  if (target.size() > 1 && target.front() == '#') {
    note_fragment(*node.scope, target);
    if (!has_anchor(*node.scope, target.substr(1)))
      refuse(IssueType::not_found,
             "A link in the narrative leads to an id that is not in the resource");
    return;
  }
  if (is_script(target))
    report(node, IssueType::security, {"A link in the narrative is a script"}, "txt-1");
  // deviation: R4 is silent on schemes; no reader can follow a name that is no address.
  if (has_scheme(target, "urn") && !has_links_replaced(*node.scope))
    refuse(IssueType::value, "A link in the narrative is a URN, which leads nowhere");
}

bool Walk::has_anchor(const Scope& scope, std::string_view id) {
  if (anchors_of(*scope.root->resource.value).contains(id)) return true;
  // The narratives of a document are read as one.
  const Scope* bundle = scope.bundle;
  return bundle != nullptr && is_document(*bundle) &&
         anchors_of(*bundle->resource.value).contains(id);
}

const Anchors& Walk::anchors_of(const json::Value& resource) {
  const auto [place, is_new] = anchors_.try_emplace(&resource);
  if (is_new) place->second = Anchors(resource);
  return place->second;
}

}  // namespace fhir::validation
