// A document: what its Composition refers to is in it, and nothing is in it besides.
// https://hl7.org/fhir/R4/documents.html#content
#include <numeric>
#include <vector>

#include "fhir/validation/document_index.h"
#include "fhir/validation/walk.h"

namespace fhir::validation {
namespace {

/// Calls `visit(reference, path)` for each Reference in the member of an object, one or a list.
template <class Visit>
void for_each_item(const json::Value& owner, std::string_view name, const Path& path,
                   Visit&& visit) {
  const json::Value* value = owner.find(name);
  if (value == nullptr) return;
  if (value->is_object()) visit(*value, Path{&path, name, -1});
  const auto items = value->items();
  for (std::size_t i = 0; i < items.size(); ++i)
    visit(items[i], Path{&path, name, static_cast<std::int64_t>(i)});
}

/// Calls for what a Composition refers to directly.
template <class Visit>
void for_each_reference(const json::Value& composition, const Path& path, Visit&& visit) {
  for (const std::string_view name : {"subject", "encounter", "author", "custodian"})
    for_each_item(composition, name, path, visit);
  for_each_item(composition, "attester", path, [&](const json::Value& attester, const Path& at) {
    for_each_item(attester, "party", at, visit);
  });
  for_each_item(composition, "event", path, [&](const json::Value& event, const Path& at) {
    for_each_item(event, "detail", at, visit);
  });
  const auto visit_section = [&](const auto& self, const json::Value& section,
                                 const Path& at) -> void {
    for (const std::string_view name : {"author", "focus", "entry"})
      for_each_item(section, name, at, visit);
    for_each_item(section, "section", at, [&](const json::Value& inner, const Path& inner_at) {
      self(self, inner, inner_at);
    });
  };
  for_each_item(composition, "section", path, [&](const json::Value& section, const Path& at) {
    visit_section(visit_section, section, at);
  });
}

/// Sets of entries that are linked, in either direction.
class LinkedEntries {
 public:
  explicit LinkedEntries(std::size_t count) : parents_(count) {
    std::iota(parents_.begin(), parents_.end(), 0);
  }
  void link(std::uint32_t a, std::uint32_t b) { parents_[head(a)] = head(b); }
  bool are_linked(std::uint32_t a, std::uint32_t b) { return head(a) == head(b); }

 private:
  std::uint32_t head(std::uint32_t at) {
    while (parents_[at] != at) at = parents_[at] = parents_[parents_[at]];
    return at;
  }
  std::vector<std::uint32_t> parents_;
};

void link_references(const json::Value& value, std::uint32_t source, const DocumentIndex& index,
                     LinkedEntries& linked) {
  for (const json::Value& item : value.items()) link_references(item, source, index, linked);
  for (const json::Member& member : value.members()) {
    if (member.name() == "reference" && member.value.is_string()) {
      const DocumentIndex::Match match = index.find(member.value.string(), source);
      if (match.count != 0) linked.link(source, match.first);
    } else {
      link_references(member.value, source, index, linked);
    }
  }
}

/// "A Binary resource containing a stylesheet" comes by a link of the bundle.
bool is_stylesheet(const json::Value& resource) {
  return resource.string_at("resourceType") == "Binary" &&
         resource.string_at("contentType").starts_with("text/css");
}

}  // namespace

void Walk::check_document(const Node& node) {
  const auto entries = node.element.value->find("entry")->items();
  const json::Value* composition = entries.empty() ? nullptr : entries[0].find("resource");
  if (composition == nullptr || composition->string_at("resourceType") != "Composition") return;
  const DocumentIndex index(entries, parts_.definitions);

  const Path entry_path{node.path, "entry", 0};
  Path composition_path{&entry_path, "resource"};
  composition_path.resource = composition;
  for_each_reference(
      *composition, composition_path, [&](const json::Value& reference, const Path& path) {
        const std::string_view text = reference.string_at("reference");
        if (text.empty() || text.front() == '#') return;
        const std::uint32_t count = index.find(text, 0).count;
        if (count == 1) return;
        report(Severity::error, count == 0 ? IssueType::not_found : IssueType::multiple_matches,
               path, reference.offset(),
               {count == 0 ? "A document must have every resource that its Composition refers to"
                           : "Several entries of the document are meant by this reference"});
      });

  LinkedEntries linked(entries.size());
  for (std::uint32_t i = 0; i < entries.size(); ++i) {
    // Versions of one resource, and resources that a reference without a base cannot tell apart.
    linked.link(i, index.first_with_url_of(i));
    linked.link(i, index.first_with_name_of(i));
    if (const json::Value* resource = entries[i].find("resource"))
      link_references(*resource, i, index, linked);
  }
  for (std::uint32_t i = 1; i < entries.size(); ++i) {
    const json::Value* resource = entries[i].find("resource");
    if (linked.are_linked(0, i) || (resource != nullptr && is_stylesheet(*resource))) continue;
    report(Severity::error, IssueType::business_rule, Path{node.path, "entry", i},
           entries[i].offset(),
           {"No reference links this entry to the Composition of the document"});
  }
}

}  // namespace fhir::validation
