// https://hl7.org/fhir/R4/search.html#summary
#include "src/rest/shaping.h"

#include <algorithm>

#include "fhir/formats/json_document.h"
#include "fhir/formats/json_writer.h"
#include "fhir/model/element.h"

namespace server::rest {
namespace {

using fhir::ElementSchema;
using fhir::PropertySchema;
using fhir::TypeSchema;
using fhir::json::Builder;
using fhir::json::Member;
using fhir::json::Value;
using search::Summary;

constexpr std::string_view k_subsetted =
    R"({"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"})";

const PropertySchema* property_of(const TypeSchema* type, const Member& member) {
  std::string_view name = member.name();
  if (member.is_sibling()) name.remove_prefix(1);
  return type != nullptr ? type->property(name, fhir::name_hash(name)) : nullptr;
}

class Cut {
 public:
  Cut(std::string& out, const Shaping& shaping) : out_(out), shaping_(shaping) {}

  void resource(const Value& resource, const TypeSchema* type) {
    out_.begin_object();
    bool has_meta = false;
    for (const Member& member : resource.members()) {
      const PropertySchema* property = property_of(type, member);
      const ElementSchema* element = property != nullptr ? property->element : nullptr;
      if (member.name() == "meta") {
        meta(&member.value);
        has_meta = true;
      } else if (member.name() == "resourceType" || member.name() == "id" ||
                 (element != nullptr && keeps(*element))) {
        put(member, property);
        if (member.name() == "id" && !has_meta && resource.find("meta") == nullptr) {
          meta(nullptr);
          has_meta = true;
        }
      }
    }
    if (!has_meta) meta(nullptr);
    out_.end_object();
  }

 private:
  bool keeps(const ElementSchema& element) const {
    // "mandatory elements … and modifier elements SHOULD be included"
    if (element.min > 0 || (element.is_modifier && shaping_.summary != Summary::text)) return true;
    if (!shaping_.elements.empty()) {
      return std::find(shaping_.elements.begin(), shaping_.elements.end(), element.name) !=
             shaping_.elements.end();
    }
    switch (shaping_.summary) {
      case Summary::true_:
        return element.is_summary;
      case Summary::text:
        return element.name == "text";
      case Summary::data:
        return element.name != "text";
      default:
        return true;
    }
  }

  void put(const Member& member, const PropertySchema* property) {
    out_.key(member.name());
    const TypeSchema* type =
        property != nullptr && property->type != nullptr ? property->type->type : nullptr;
    value(member.value, type);
  }

  /// Below the top, only a summary leaves elements out.
  void value(const Value& value, const TypeSchema* type) {
    const bool is_cut = shaping_.elements.empty() && shaping_.summary == Summary::true_ &&
                        type != nullptr && type->kind != fhir::TypeKind::primitive &&
                        type->kind != fhir::TypeKind::resource;
    if (value.is_array()) {
      out_.begin_array();
      for (const Value& item : value.items()) this->value(item, type);
      out_.end_array();
    } else if (is_cut && value.is_object() && has_summary(value, *type)) {
      out_.begin_object();
      for (const Member& member : value.members()) {
        const PropertySchema* property = property_of(type, member);
        const bool stays = property == nullptr || property->element->name == "id" ||
                           property->element->is_summary || property->element->is_modifier ||
                           property->element->min > 0;
        if (stays) put(member, property);
      }
      out_.end_object();
    } else {
      out_.value(value);
    }
  }

  /// An object of which nothing would be left stays whole: FHIR has no empty objects.
  static bool has_summary(const Value& object, const TypeSchema& type) {
    return std::any_of(object.members().begin(), object.members().end(), [&](const Member& member) {
      const PropertySchema* property = property_of(&type, member);
      return property != nullptr && (property->element->is_summary || property->element->min > 0);
    });
  }

  /// "servers SHOULD mark the resources with the tag SUBSETTED"
  void meta(const Value* meta) {
    out_.key("meta").begin_object();
    bool has_tags = false;
    for (const Member& member : meta != nullptr ? meta->members() : std::span<const Member>{}) {
      out_.key(member.name());
      if (member.name() != "tag") {
        out_.value(member.value);
        continue;
      }
      has_tags = true;
      out_.begin_array();
      for (const Value& tag : member.value.items()) {
        if (tag.string_at("code") != "SUBSETTED") out_.value(tag);
      }
      out_.raw(k_subsetted).end_array();
    }
    if (!has_tags) out_.key("tag").begin_array().raw(k_subsetted).end_array();
    out_.end_object();
  }

  Builder out_;
  const Shaping& shaping_;
};

fhir::Unexpected<fhir::Issue> bad_value(std::string text) {
  return fhir::unexpected(
      fhir::make_issue(fhir::Situation::malformed, fhir::IssueType::value, std::move(text)));
}

fhir::Result<Summary> summary_of(std::string_view value) {
  if (value == "true") return Summary::true_;
  if (value == "text") return Summary::text;
  if (value == "data") return Summary::data;
  if (value == "false") return Summary::none;
  return bad_value("_summary is here one of true, text, data and false");
}

}  // namespace

fhir::Result<Shaping> take_shaping(Parameters& parameters) {
  Shaping out;
  for (const auto& [name, value] : parameters) {
    if (name == "_summary") {
      FHIR_TRY(summary, summary_of(value));
      out.summary = summary;
    } else if (name == "_elements") {
      std::string_view rest = value;
      while (!rest.empty()) {
        std::string_view one = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(rest.size(), one.size() + 1));
        if (!one.empty() && one[0] >= 'A' && one[0] <= 'Z') one.remove_prefix(one.find('.') + 1);
        if (!one.empty()) out.elements.emplace_back(one.substr(0, one.find('.')));
      }
    }
  }
  std::erase_if(parameters, [](const auto& pair) {
    return pair.first == "_summary" || pair.first == "_elements";
  });
  return out;
}

std::string shaped(std::string body, const Shaping& shaping,
                   const fhir::DefinitionStore& definitions) {
  if (shaping.is_whole()) return body;
  const auto document = fhir::json::Document::read(body);
  if (!document) return body;
  const Value& root = document->root();
  std::string out;
  out.reserve(body.size());
  Cut(out, shaping).resource(root, fhir::resource_type_of(root, definitions));
  return out;
}

}  // namespace server::rest
