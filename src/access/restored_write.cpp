#include "src/access/restored_write.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "fhir/formats/json_document.h"
#include "fhir/formats/json_items.h"
#include "fhir/formats/json_writer.h"
#include "fhir/model/element.h"
#include "src/access/guarded_query.h"
#include "src/policy/reference_display.h"
#include "src/policy/shaded_body.h"
#include "src/search/extractor.h"

namespace server::access {
namespace {

using fhir::json::Builder;
using fhir::json::Member;
using fhir::json::Value;
using policy::ShadeNode;
using Fate = ShadeNode::Fate;

constexpr std::string_view k_meta_head = "{\"versionId\":\"";

fhir::Unexpected<fhir::Issue> not_seen() {
  return forbidden("The resource holds an element that this role does not see, and cannot write");
}

fhir::Unexpected<fhir::Issue> not_told_apart() {
  return forbidden(
      "This role does not see all of a list's items, and cannot both change some and add or remove "
      "others at once");
}

bool is_mask(const Value& value) {
  const std::string text = fhir::json::to_string(value);
  return text == policy::k_masked_element ||
         text == "[" + std::string(policy::k_masked_element) + "]";
}

bool is_same(const Value* a, const Value* b) {
  return (a == nullptr) == (b == nullptr) &&
         (a == nullptr || fhir::json::to_string(*a) == fhir::json::to_string(*b));
}

/// Whether nothing of it is shown.
bool is_unseen(const Value& stored, const ShadeNode& node) {
  if (stored.is_array())
    return std::all_of(stored.items().begin(), stored.items().end(),
                       [&](const Value& item) { return is_unseen(item, node); });
  if (!stored.is_object()) return false;
  return std::all_of(stored.members().begin(), stored.members().end(), [&](const Member& member) {
    const ShadeNode::Member* found = node.find(member.name());
    return found != nullptr &&
           (found->fate == Fate::hidden ||
            (found->fate == Fate::deeper && is_unseen(member.value, *found->below)));
  });
}

/// Whether what is sent is what was shown of the item.
bool looks_the_same(const Value& sent, const Value& stored, const ShadeNode& node) {
  if (!sent.is_object() || !stored.is_object()) return is_same(&sent, &stored);
  for (const Member& member : stored.members()) {
    const ShadeNode::Member* found = node.find(member.name());
    if (found == nullptr && !is_same(sent.find(member.name()), &member.value)) return false;
    if (found == nullptr || found->fate != Fate::deeper || is_unseen(member.value, *found->below))
      continue;
    const Value* own = sent.find(member.name());
    if (own == nullptr || own->is_array() != member.value.is_array()) return false;
    if (!own->is_array()) {
      if (!looks_the_same(*own, member.value, *found->below)) return false;
      continue;
    }
    const auto a = own->items();
    const auto b = member.value.items();
    if (!std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](const Value& x, const Value& y) {
          return looks_the_same(x, y, *found->below);
        }))
      return false;
  }
  return std::all_of(sent.members().begin(), sent.members().end(), [&](const Member& member) {
    return stored.find(member.name()) != nullptr || node.find(member.name()) != nullptr;
  });
}

class Restoration {
 public:
  explicit Restoration(std::string& out) : text_(out), out_(out) {}

  std::size_t meta_at() const { return meta_at_; }

  fhir::Result<void> root(const Value& sent, const Value* stored, const ShadeNode& node) {
    out_.begin_object();
    FHIR_CHECK(members(sent, stored, node, true));
    // A narrative that was made of the elements may no longer tell the truth; one that says more
    // than they do is not the role's to drop.
    const Value* narrative = stored != nullptr ? stored->find("text") : nullptr;
    if (sent.find("text") == nullptr && narrative != nullptr &&
        narrative->string_at("status") == "additional")
      out_.key("text").value(*narrative);
    out_.end_object();
    return {};
  }

 private:
  fhir::Result<void> members(const Value& sent, const Value* stored, const ShadeNode& node,
                             bool is_root) {
    for (const Member& member : sent.members()) {
      const ShadeNode::Member* found = node.find(member.name());
      const Value* before = stored != nullptr ? stored->find(member.name()) : nullptr;
      if (is_root && member.name() == "meta") {
        meta(member.value, before);
      } else if (found == nullptr) {
        out_.key(member.name()).value(member.value);
      } else if (found->fate == Fate::deeper) {
        FHIR_CHECK(below(member, before, *found->below));
      } else if (found->fate == Fate::hidden || !is_mask(member.value)) {
        return not_seen();
      }
    }
    for (const Member& member : stored != nullptr ? stored->members() : std::span<const Member>{}) {
      const ShadeNode::Member* found = node.find(member.name());
      if (found == nullptr) continue;
      const bool is_kept = found->fate != Fate::deeper || (sent.find(member.name()) == nullptr &&
                                                           is_unseen(member.value, *found->below));
      if (is_kept) out_.key(member.name()).value(member.value);
    }
    return {};
  }

  fhir::Result<void> object(const Value& sent, const Value* stored, const ShadeNode& node) {
    if (!sent.is_object()) {
      out_.value(sent);
      return {};
    }
    out_.begin_object();
    FHIR_CHECK(members(sent, stored, node, false));
    out_.end_object();
    return {};
  }

  fhir::Result<void> below(const Member& member, const Value* before, const ShadeNode& node) {
    out_.key(member.name());
    if (!member.value.is_array()) return object(member.value, before, node);
    const auto sent = member.value.items();
    const auto stored = fhir::json::items_of(before);
    std::vector<const Value*> partner(sent.size(), nullptr);
    std::vector<const Value*> left, unseen;
    for (const Value& item : stored) (is_unseen(item, node) ? unseen : left).push_back(&item);
    const std::size_t seen_count = left.size();
    for (std::size_t i = 0; i < sent.size(); ++i) {
      const auto same = std::find_if(left.begin(), left.end(), [&](const Value* item) {
        return looks_the_same(sent[i], *item, node);
      });
      if (same == left.end()) continue;
      partner[i] = *same;
      left.erase(same);
    }
    const auto alone = std::count(partner.begin(), partner.end(), nullptr);
    if (alone != 0 && !left.empty()) {
      if (sent.size() != seen_count) return not_told_apart();
      auto next = left.begin();
      for (const Value*& one : partner) {
        if (one == nullptr) one = *next++;
      }
    }
    out_.begin_array();
    for (std::size_t i = 0; i < sent.size(); ++i) FHIR_CHECK(object(sent[i], partner[i], node));
    for (const Value* item : unseen) out_.value(*item);
    out_.end_array();
    return {};
  }

  static bool has_code(const Value* meta, std::string_view list, std::string_view code) {
    for (const Value& one :
         meta != nullptr ? fhir::json::items_at(*meta, list) : std::span<const Value>{}) {
      if (one.string_at("code") == code && one.string_at("system") == policy::k_observation_value)
        return true;
    }
    return false;
  }

  /// The labels that a read adds are no part of what is stored.
  void meta(const Value& sent, const Value* stored) {
    std::string text(k_meta_head);
    text += "\",\"lastUpdated\":\"\"";
    for (const Member& member : sent.members()) {
      const std::string_view name = member.name();
      if (name == "versionId" || name == "lastUpdated") continue;
      const std::string_view label = name == "security" ? "REDACTED"
                                     : name == "tag"    ? "SUBSETTED"
                                                        : "";
      std::string items;
      for (const Value& one : member.value.items()) {
        const bool is_added = !label.empty() && one.string_at("code") == label &&
                              one.string_at("system") == policy::k_observation_value &&
                              !has_code(stored, name, label);
        if (is_added) continue;
        if (!items.empty()) items += ',';
        fhir::json::append(items, one);
      }
      if (!label.empty() && items.empty()) continue;
      text += ',';
      fhir::json::append_string(text, name);
      text += ':';
      if (label.empty()) {
        fhir::json::append(text, member.value);
      } else {
        text.append("[").append(items).append("]");
      }
    }
    text += '}';
    out_.key("meta");
    meta_at_ = text_.size();
    out_.raw(text);
  }

  std::string& text_;
  Builder out_;
  std::size_t meta_at_ = 0;
};

/// Of resources within others nothing is restored.
bool holds_shaded(const Value& resource, const policy::Shades& shades) {
  const auto contained = fhir::json::items_at(resource, "contained");
  const std::string_view type = resource.string_at("resourceType");
  return type == "Bundle" || type == "Parameters" ||
         std::any_of(contained.begin(), contained.end(), [&](const Value& inner) {
           return shades.of(inner.string_at("resourceType")) != nullptr;
         });
}

}  // namespace

bool needs_restoring(const storage::Write& write, const Access& access) {
  const bool has_body = write.method == storage::WriteMethod::create ||
                        write.method == storage::WriteMethod::update ||
                        write.method == storage::WriteMethod::patch;
  return has_body && access.shades() != nullptr;
}

fhir::Result<void> restore(storage::Write& write, const storage::Version* current,
                           const Access& access) {
  const policy::Shades& shades = *access.shades();
  FHIR_TRY(sent, fhir::json::Document::read(write.body.head + write.body.middle + write.body.tail));
  std::optional<fhir::json::Document> stored;
  if (current != nullptr) {
    FHIR_TRY(document, fhir::json::Document::read(current->body));
    stored = std::move(document);
  }
  if (holds_shaded(sent.root(), shades) || (stored && holds_shaded(stored->root(), shades)))
    return forbidden(
        "This role does not see all of the resources within this one, and cannot "
        "write it");
  if (current != nullptr &&
      policy::with_masked_displays(current->body, shades.undisplayed()) != current->body)
    return forbidden(
        "This role does not see the texts of all references of this resource, and cannot write it");
  const ShadeNode* node = shades.of(write.type);
  if (node == nullptr) return {};
  std::string text;
  Restoration restoration(text);
  FHIR_CHECK(restoration.root(sent.root(), stored ? &stored->root() : nullptr, *node));
  FHIR_TRY(whole, fhir::json::Document::read(text));
  const fhir::Element resource = fhir::root_element(whole.root(), access.definitions());
  if (access.extractor() == nullptr || resource.type == nullptr) return not_seen();
  FHIR_TRY(rows, access.extractor()->extract(resource));
  write.index = std::move(rows);
  const std::size_t version_at = restoration.meta_at() + k_meta_head.size();
  constexpr std::string_view k_middle = "\",\"lastUpdated\":\"";
  write.body.head = text.substr(0, version_at);
  write.body.middle = k_middle;
  write.body.tail = text.substr(version_at + k_middle.size());
  return {};
}

}  // namespace server::access
