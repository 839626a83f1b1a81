// pugixml finds the elements, leniently; everything that XML or FHIR asks beyond that is checked
// here while the tree is built. https://hl7.org/fhir/R4/xml.html
//
// deviation: the order of elements is not checked; the tree does not show it.
// deviation: a narrative whose elements carry a namespace prefix is refused: its text could not
// stand alone, as JSON and the stored form need it.
#include "fhir/model/xml_reader.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <pugixml.hpp>

#include "fhir/base/arena.h"
#include "fhir/formats/position_cursor.h"
#include "fhir/formats/utf8.h"
#include "fhir/model/xml_element.h"
#include "fhir/model/xml_expression.h"
#include "fhir/model/xml_text.h"

namespace fhir {
namespace {

using json::Kind;
using json::Member;
using json::Value;
using xml::Attributes;

/// The lexical form of a JSON number (RFC 8259, section 6).
bool is_json_number(std::string_view text) {
  std::size_t at = 0;
  auto digits = [&] {
    const std::size_t begin = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    return at - begin;
  };
  if (text.starts_with('-')) ++at;
  const bool leads_with_zero = at < text.size() && text[at] == '0';
  const std::size_t whole = digits();
  if (whole == 0 || (leads_with_zero && whole > 1)) return false;
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (digits() == 0) return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (digits() == 0) return false;
  }
  return at == text.size();
}

bool is_number(Primitive primitive) {
  return primitive == Primitive::integer || primitive == Primitive::unsigned_int ||
         primitive == Primitive::positive_int || primitive == Primitive::decimal;
}

Value typed(Primitive primitive, std::string_view text, std::uint32_t offset) {
  if (primitive == Primitive::boolean && text == "true") return Value::literal(Kind::true_, offset);
  if (primitive == Primitive::boolean && text == "false")
    return Value::literal(Kind::false_, offset);
  const bool number = is_number(primitive) && is_json_number(text);
  return Value::text_value(number ? Kind::number : Kind::string, text, offset);
}

/// One JSON value and its sibling; either may be missing.
struct Item {
  std::optional<Value> value;
  std::optional<Value> sibling;
};

/// Every step is false at the first fault, which `elements` then knows.
class TreeReader {
 public:
  TreeReader(std::string_view source, xml::ElementReader& elements,
             const DefinitionStore& definitions, Arena& arena, const XmlReadOptions& options)
      : source_(source),
        elements_(elements),
        definitions_(definitions),
        resource_fallback_(definitions.type("DomainResource")),
        object_fallback_(definitions.type("BackboneElement")),
        arena_(arena),
        depth_max_(options.depth_max),
        keeps_faults_(options.faults != nullptr) {}

  bool read(const pugi::xml_document& document, Value& out) {
    xml::Element root;
    if (!elements_.root(document, root)) return false;
    if (keeps_faults_) elements_.keep_faults(k_read_faults_max);
    return read_resource(root, 1, out);
  }

 private:
  bool refuse(const xml::Element& element, std::string diagnostics) {
    return elements_.refuse(element.node, std::move(diagnostics));
  }

  /// Whether the reading goes on, without what is wrong.
  bool pass_over(const xml::Element& element, std::string diagnostics) {
    return elements_.pass_over(element.node, std::move(diagnostics));
  }

  std::uint32_t place_of(const xml::Element& element) const {
    return elements_.offset_of(element.node);
  }

  bool check_depth(const xml::Element& element, std::size_t depth) {
    return depth <= depth_max_ ||
           elements_.refuse(element.node, make_issue(Situation::too_large, IssueType::too_long,
                                                     "Elements are nested more than " +
                                                         std::to_string(depth_max_) +
                                                         " objects and arrays deep"));
  }

  // Elements. `depth` counts the objects and arrays around and including the value.

  bool read_resource(const xml::Element& from, std::size_t depth, Value& out) {
    Attributes attributes;
    if (!check_depth(from, depth) || !elements_.attributes(from.node, attributes)) return false;
    if (attributes.any() && !pass_over(from, "A resource has no attributes; its id is an element"))
      return false;
    const TypeSchema* type = definitions_.type(from.name);
    if (type == nullptr || type->kind != TypeKind::resource) type = resource_fallback_;
    std::vector<Member> members;
    const std::uint32_t place = place_of(from);
    add(members, "resourceType", Value::text_value(Kind::string, arena_.copy(from.name), place));
    return read_members(from, attributes, type, true, depth, members) && close(members, place, out);
  }

  bool read_object(const xml::Element& from, const Attributes& attributes, const TypeSchema* type,
                   std::size_t depth, Value& out) {
    if (!check_depth(from, depth)) return false;
    const bool has_url = type == object_fallback_ || (type != nullptr && type->name == "Extension");
    if (attributes.url && !has_url && !pass_over(from, "Only an extension has the attribute url"))
      return false;
    std::vector<Member> members;
    const std::uint32_t place = place_of(from);
    if (attributes.id) add(members, "id", Value::text_value(Kind::string, *attributes.id, place));
    if (attributes.url && has_url)
      add(members, "url", Value::text_value(Kind::string, *attributes.url, place));
    return read_members(from, attributes, type, false, depth, members) &&
           close(members, place, out);
  }

  bool read_members(const xml::Element& from, const Attributes& attributes, const TypeSchema* type,
                    bool is_resource, std::size_t depth, std::vector<Member>& members) {
    std::vector<xml::Element> children;
    if (!collect(from, children)) return false;
    for (auto first = children.begin(); first != children.end();) {
      auto last = std::find_if(first, children.end(), [&](const xml::Element& child) {
        return child.group != first->group;
      });
      const bool is_url = first->name == "url" &&
                          (attributes.url || (type != nullptr && type->name == "Extension"));
      const std::span<const xml::Element> group{first, last};
      first = last;
      if (!is_resource && (group.front().name == "id" || is_url)) {
        if (!pass_over(group.front(), "The " + std::string(group.front().name) +
                                          " of an element is an attribute, not an element"))
          return false;
        continue;
      }
      // An ExampleScenario.instance has an element of that name.
      if (group.front().name == "resourceType" && (is_resource || type == object_fallback_)) {
        if (!pass_over(group.front(), "The type of a resource is the name of its element"))
          return false;
        continue;
      }
      if (!read_group(group, type, depth, members)) return false;
    }
    return true;
  }

  /// The children with those of one name together, in the order in which the names first come.
  bool collect(const xml::Element& from, std::vector<xml::Element>& out) {
    std::unordered_map<std::string_view, std::size_t> groups;
    bool in_order = true;
    for (const pugi::xml_node& node : from.node.children()) {
      if (node.type() != pugi::node_element) {
        if (!elements_.pass_over(node, "Text stands in the element " +
                                           std::string(from.name.substr(0, 64)) +
                                           "; FHIR's values are attributes"))
          return false;
        continue;
      }
      xml::Element child;
      if (!elements_.resolve(node, from.default_space, child)) {
        if (elements_.is_refused()) return false;
        continue;
      }
      if (!out.empty() && out.back().name == child.name) {
        child.group = out.back().group;
      } else {
        const std::size_t next = groups.size();
        child.group = groups.try_emplace(child.name, next).first->second;
        in_order = in_order && child.group == next;
      }
      out.push_back(child);
    }
    if (!in_order)
      std::stable_sort(out.begin(), out.end(), [](const xml::Element& a, const xml::Element& b) {
        return a.group < b.group;
      });
    return true;
  }

  /// Reads the children of one name into a member, and its sibling where one has an id or
  /// extensions.
  bool read_group(std::span<const xml::Element> group, const TypeSchema* type, std::size_t depth,
                  std::vector<Member>& members) {
    const std::string_view name = group.front().name;
    const PropertySchema* property =
        type != nullptr ? type->property(name, name_hash(name)) : nullptr;
    const bool repeats = group.size() > 1 || (property != nullptr && property->element->is_array);
    const TypeSchema* item_type =
        property != nullptr && property->type != nullptr ? property->type->type : nullptr;
    const std::uint32_t place = place_of(group.front());
    if (!repeats) {
      Item item;
      if (!read_item(group.front(), item_type, depth + 1, item)) return false;
      if (item.value) add(members, name, *item.value);
      if (item.sibling) add_sibling(members, name, *item.sibling);
      return true;
    }
    if (!check_depth(group.front(), depth + 1)) return false;
    // Null where an item has the one and not the other
    // (https://hl7.org/fhir/R4/json.html#primitive).
    std::vector<Value> values(group.size(), Value::literal(Kind::null, place));
    std::vector<Value> siblings = values;
    bool has_value = false;
    bool has_sibling = false;
    for (std::size_t i = 0; i < group.size(); ++i) {
      Item item;
      if (!read_item(group[i], item_type, depth + 2, item)) return false;
      if (item.value) values[i] = *item.value;
      if (item.sibling) siblings[i] = *item.sibling;
      has_value = has_value || item.value;
      has_sibling = has_sibling || item.sibling;
    }
    if (has_value) add(members, name, Value::array(arena_.copy(values), place));
    if (has_sibling) add_sibling(members, name, Value::array(arena_.copy(siblings), place));
    return true;
  }

  bool read_item(const xml::Element& from, const TypeSchema* type, std::size_t depth, Item& out) {
    if (from.is_narrative) return read_narrative(from, out);
    if (type != nullptr && type->primitive == Primitive::xhtml)
      return pass_over(from,
                       "The narrative's div is not in the namespace "
                       "http://www.w3.org/1999/xhtml");
    if (type != nullptr && type->kind == TypeKind::resource)
      return read_wrapped_resource(from, depth, out);
    Attributes attributes;
    if (!elements_.attributes(from.node, attributes)) return false;
    const bool is_primitive =
        type != nullptr ? type->kind == TypeKind::primitive : attributes.value.has_value();
    if (!is_primitive) {
      if (attributes.value && !pass_over(from, "The element " + std::string(from.name) +
                                                   " has a value, which its type does not have"))
        return false;
      return read_object(from, attributes, type != nullptr ? type : object_fallback_, depth,
                         out.value.emplace());
    }
    if (attributes.value)
      out.value = typed(type != nullptr ? type->primitive : Primitive::string, *attributes.value,
                        place_of(from));
    if (attributes.value && !attributes.id && !attributes.url && !from.node.first_child())
      return true;
    return read_object(from, attributes, type != nullptr ? type : object_fallback_, depth,
                       out.sibling.emplace());
  }

  /// A resource stands in an element that names its role: contained, resource.
  bool read_wrapped_resource(const xml::Element& from, std::size_t depth, Item& out) {
    Attributes attributes;
    std::vector<xml::Element> children;
    if (!elements_.attributes(from.node, attributes) || !collect(from, children)) return false;
    const bool has_narrative = !children.empty() && children.front().is_narrative;
    if ((attributes.any() || children.size() > 1 || has_narrative) &&
        !pass_over(
            from, "The element " + std::string(from.name) + " holds one resource and nothing else"))
      return false;
    if (children.empty() || has_narrative) {
      out.value = Value::object({}, place_of(from), false);
      return check_depth(from, depth);
    }
    return read_resource(children.front(), depth, out.value.emplace());
  }

  /// The div as the source has it; where its namespace is declared further out, with it.
  bool read_narrative(const xml::Element& from, Item& out) {
    const std::size_t begin = place_of(from);
    const std::size_t end = xml::element_end(source_, begin);
    if (end == std::string_view::npos) return refuse(from, "The narrative's div has no end");
    const std::string_view text = source_.substr(begin, end - begin);
    std::string_view kept;
    if (from.node.attribute("xmlns")) {
      kept = arena_.copy(text);
    } else {
      std::string complete = "<div xmlns=\"";
      complete.append(xml::k_xhtml_namespace).append("\"").append(text.substr(4));
      kept = arena_.copy(complete);
    }
    out.value = Value::text_value(Kind::string, kept, static_cast<std::uint32_t>(begin));
    return true;
  }

  // Members.

  void add(std::vector<Member>& members, std::string_view name, const Value& value) {
    const std::string_view kept = arena_.copy(name);
    members.push_back(
        {kept.data(), static_cast<std::uint32_t>(kept.size()), name_hash(kept), value});
  }

  void add_sibling(std::vector<Member>& members, std::string_view name, const Value& value) {
    add(members, std::string("_").append(name), value);
  }

  bool close(const std::vector<Member>& members, std::uint32_t place, Value& out) {
    const bool has_siblings = std::any_of(members.begin(), members.end(),
                                          [](const Member& each) { return each.is_sibling(); });
    out = Value::object(arena_.copy(members), place, has_siblings);
    return true;
  }

  std::string_view source_;
  xml::ElementReader& elements_;
  const DefinitionStore& definitions_;
  const TypeSchema* resource_fallback_;  // for resources and elements that nothing defines
  const TypeSchema* object_fallback_;
  Arena& arena_;
  std::size_t depth_max_;
  bool keeps_faults_;
};

Unexpected<Issue> refused(Issue issue, std::string_view text, std::size_t offset) {
  const json::Position position = json::position_in(text, offset);
  issue.line = position.line;
  issue.column = position.column;
  return unexpected(std::move(issue));
}

/// In the order of the text, which is not that of the members.
void report(std::vector<xml::Fault> faults, std::string_view text,
            const DefinitionStore& definitions, IssueSink& sink) {
  std::stable_sort(faults.begin(), faults.end(),
                   [](const xml::Fault& a, const xml::Fault& b) { return a.offset < b.offset; });
  json::PositionCursor positions(text);
  for (xml::Fault& fault : faults) {
    const json::Position position = positions.at(fault.offset);
    fault.issue.line = position.line;
    fault.issue.column = position.column;
    fault.issue.expression = xml::expression_of(fault.node, definitions);
    sink.add(std::move(fault.issue));
  }
}

}  // namespace

Result<json::Document> read_xml(std::string_view text, const DefinitionStore& definitions,
                                const XmlReadOptions& options) {
  auto too_large = [](const std::string& what) {
    return unexpected(make_issue(Situation::too_large, IssueType::too_long, what));
  };
  if (text.size() > options.bytes_max || text.size() >= k_json_bytes_max)
    return too_large("The body is longer than " + std::to_string(options.bytes_max) + " bytes");
  if (static_cast<std::size_t>(std::count(text.begin(), text.end(), '<')) > k_xml_tags_max)
    return too_large("The body has more than " + std::to_string(k_xml_tags_max) + " tags");
  std::string repaired;
  if (const std::size_t bad = json::invalid_utf8_at(text); bad != std::string_view::npos) {
    auto refusal =
        refused(make_issue(IssueType::structure, "The body is not valid UTF-8"), text, bad);
    if (options.faults == nullptr) return refusal;
    options.faults->add(std::move(refusal.error));
    text = repaired = json::with_valid_utf8(text);
  }
  if (const std::size_t bad = xml::forbidden_at(text); bad != std::string_view::npos) {
    auto refusal = refused(
        make_issue(IssueType::structure, "The body has a character that XML does not allow"), text,
        bad);
    if (options.faults == nullptr) return refusal;
    options.faults->add(std::move(refusal.error));
    text = repaired = xml::with_allowed_characters(text);
  }
  if (text.size() >= k_json_bytes_max) return too_large("The body is too long");

  // Values are decoded from what the source has, so that references are checked: pugixml only
  // takes the text apart.
  constexpr unsigned k_flags =
      pugi::parse_cdata | pugi::parse_declaration | pugi::parse_doctype | pugi::parse_fragment;
  std::string buffer(text);
  pugi::xml_document document;
  const pugi::xml_parse_result parsed =
      document.load_buffer_inplace(buffer.data(), buffer.size(), k_flags, pugi::encoding_utf8);
  if (!parsed)
    return refused(make_issue(IssueType::structure,
                              std::string("The body is not XML: ") + parsed.description()),
                   text, static_cast<std::size_t>(std::max<std::ptrdiff_t>(parsed.offset, 0)));

  auto arena = std::make_unique<Arena>();
  xml::ElementReader elements(text, buffer.data(), *arena);
  TreeReader reader(text, elements, definitions, *arena, options);
  Value root;
  const bool is_read = reader.read(document, root);
  if (!elements.faults().empty()) report(elements.faults(), text, definitions, *options.faults);
  if (!is_read) {
    Issue issue = elements.refusal();
    issue.expression = xml::expression_of(elements.refused_node(), definitions);
    return refused(std::move(issue), text, elements.refusal_offset());
  }
  return json::Document::build(std::move(arena), root, std::string(text));
}

}  // namespace fhir
