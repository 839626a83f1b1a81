// Any JSON as a stored body that is shown to a role: it is shown, and what is shown is what the
// tree without the hidden and the masked elements is, member by member. Bytes that are no JSON are
// not shown, and do no harm.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "fhir/formats/json_document.h"
#include "fhir/formats/json_writer.h"
#include "src/policy/shade.h"
#include "src/policy/shaded_body.h"
#include "tests/fuzz/core.h"

namespace {

using fhir::json::Document;
using fhir::json::Member;
using fhir::json::Value;
using Fate = server::policy::ShadeNode::Fate;

constexpr std::string_view k_type = "Patient";

struct Fixture {
  std::shared_ptr<const fhir::DefinitionStore> definitions = fuzz::load_core();
  server::policy::Shades shades;

  Fixture() {
    const bool is_made = shades.add("Patient.birthDate", Fate::hidden, *definitions) &&
                         shades.add("Patient.contact.name", Fate::hidden, *definitions) &&
                         shades.add("Patient.telecom", Fate::masked, *definitions);
    if (!is_made) std::abort();
    shades.finish(*definitions);
  }
};

void demand(bool holds) {
  if (!holds) std::abort();
}

bool holds_resources(std::string_view type) { return type == "Bundle" || type == "Parameters"; }

/// What has to be shown, made of the tree.
class Expected {
 public:
  std::string root(const Value& stored, std::string_view type) {
    resource(stored, type, true);
    return std::move(out_);
  }

 private:
  void key(std::string_view name) {
    if (out_.back() != '{') out_ += ',';
    fhir::json::append_string(out_, name);
    out_ += ':';
  }

  void item() {
    if (out_.back() != '[') out_ += ',';
  }

  void resource(const Value& stored, std::string_view type, bool is_root) {
    const bool is_patient = type == k_type;
    out_ += '{';
    for (const Member& member : stored.members()) {
      const std::string_view name = member.name();
      const bool is_held = name == "contained" ||
                           (holds_resources(type) && (name == "entry" || name == "parameter"));
      if (is_patient && (name == "text" || name == "_text")) continue;
      if (is_patient && (name == "birthDate" || name == "_birthDate")) continue;
      if (is_patient && is_root && name == "meta") {
        key(name);
        meta(&member.value);
      } else if (is_held) {
        key(name);
        anything(member.value);
      } else if (is_patient && name == "telecom") {
        key(name);
        const std::string mask(server::policy::k_masked_element);
        out_ += member.value.is_array() ? "[" + mask + "]" : mask;
      } else if (is_patient && name == "contact") {
        const std::size_t before = out_.size();
        key(name);
        if (!contact(member.value)) out_.resize(before);
      } else {
        key(name);
        fhir::json::append(out_, member.value);
      }
    }
    if (is_patient && is_root && stored.find("meta") == nullptr) {
      key("meta");
      meta(nullptr);
    }
    out_ += '}';
  }

  void anything(const Value& value) {
    if (value.is_array()) {
      out_ += '[';
      for (const Value& one : value.items()) {
        item();
        anything(one);
      }
      out_ += ']';
    } else if (value.is_object()) {
      const Value* type = value.find("resourceType");
      if (type != nullptr && type->is_string() && !type->string().empty())
        return resource(value, type->string(), false);
      out_ += '{';
      for (const Member& member : value.members()) {
        key(member.name());
        anything(member.value);
      }
      out_ += '}';
    } else {
      fhir::json::append(out_, value);
    }
  }

  /// Whether anything of it is left.
  bool contact(const Value& value) {
    if (value.is_array()) {
      out_ += '[';
      bool is_any = false;
      for (const Value& one : value.items()) {
        const std::size_t before = out_.size();
        item();
        if (contact(one)) {
          is_any = true;
        } else {
          out_.resize(before);
        }
      }
      out_ += ']';
      return is_any;
    }
    if (!value.is_object()) {
      fhir::json::append(out_, value);
      return true;
    }
    out_ += '{';
    bool is_any = false;
    for (const Member& member : value.members()) {
      if (member.name() == "name") continue;
      is_any = true;
      key(member.name());
      fhir::json::append(out_, member.value);
    }
    out_ += '}';
    return is_any;
  }

  void labels(const Value* stored, std::string_view label) {
    out_ += '[';
    if (stored != nullptr) {
      for (const Value& one : stored->items()) {
        item();
        fhir::json::append(out_, one);
      }
    }
    item();
    out_ += label;
    out_ += ']';
  }

  void meta(const Value* stored) {
    out_ += '{';
    if (stored != nullptr) {
      for (const Member& member : stored->members()) {
        key(member.name());
        if (member.name() == "security") {
          labels(&member.value, server::policy::k_redacted_label);
        } else if (member.name() == "tag") {
          labels(&member.value, server::policy::k_subsetted_tag);
        } else {
          fhir::json::append(out_, member.value);
        }
      }
    }
    if (stored == nullptr || stored->find("security") == nullptr) {
      key("security");
      labels(nullptr, server::policy::k_redacted_label);
    }
    if (stored == nullptr || stored->find("tag") == nullptr) {
      key("tag");
      labels(nullptr, server::policy::k_subsetted_tag);
    }
    out_ += '}';
  }

  std::string out_;
};

/// What stands beside labels is what labels stand in.
bool can_be_labelled(const Value& stored) {
  const Value* meta = stored.find("meta");
  if (meta == nullptr) return true;
  if (!meta->is_object()) return false;
  for (const std::string_view name : {"security", "tag"}) {
    if (const Value* list = meta->find(name); list != nullptr && !list->is_array()) return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Fixture k_fixture;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  (void)server::policy::shaded(bytes, k_type, k_fixture.shades);
  const auto stored = Document::read(bytes);
  if (!stored || !stored->root().is_object()) return 0;
  // As the store holds it.
  const std::string body = fhir::json::to_string(stored->root());
  const Value* named = stored->root().find("resourceType");
  const std::string type(named != nullptr && named->is_string() && !named->string().empty()
                             ? named->string()
                             : k_type);
  std::size_t looked_at = 0;
  const auto shown = server::policy::shaded(body, type, k_fixture.shades, &looked_at);
  demand(looked_at <= 2 * body.size());
  if (type == k_type && !can_be_labelled(stored->root())) {
    demand(!shown.has_value());
    return 0;
  }
  demand(shown.has_value());
  demand(*shown == Expected().root(stored->root(), type));
  demand(Document::read(*shown).has_value());
  return 0;
}
