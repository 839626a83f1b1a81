// RFC 5261: "An Extensible Markup Language (XML) Patch Operations Framework"
#include "fhir/patch/xml_patch.h"

#include <algorithm>

#include <pugixml.hpp>

#include "fhir/base/limits.h"
#include "fhir/model/xml_text.h"
#include "fhir/patch/issues.h"
#include "fhir/patch/limits.h"
#include "fhir/patch/xml_names.h"
#include "fhir/patch/xml_selector.h"

namespace fhir::patch {
namespace {

constexpr std::string_view k_blanks = " \t\r\n";

bool is_blank(pugi::xml_node node) {
  return node.type() == pugi::node_pcdata &&
         std::string_view(node.value()).find_first_not_of(k_blanks) == std::string_view::npos;
}

bool is_text(pugi::xml_node node) {
  return node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata;
}

/// Text stays as it is written, references and all, so that what a patch does not touch keeps its
/// bytes; a CDATA section becomes text.
std::string text_in(pugi::xml_node element) {
  std::string out;
  for (const pugi::xml_node& child : element.children()) {
    if (child.type() == pugi::node_pcdata) out += child.value();
    if (child.type() == pugi::node_cdata) xml::append_escaped(out, child.value());
  }
  return out;
}

/// The same between double quotes.
std::string attribute_text(std::string text) {
  for (std::size_t at = 0; (at = text.find('"', at)) != std::string::npos; at += 6)
    text.replace(at, 1, "&quot;");
  return text;
}

/// Visits every node below, without recursion, as the text may be hostile.
/// returns   the levels below the root
template <class Visit>
std::size_t walk(pugi::xml_node root, Visit&& visit) {
  std::size_t depth = 0, highest = 0;
  pugi::xml_node at = root;
  while (at) {
    if (at.first_child()) {
      at = at.first_child();
      highest = std::max(highest, ++depth);
    } else {
      while (at != root && !at.next_sibling()) {
        at = at.parent();
        --depth;
      }
      if (at == root) break;
      at = at.next_sibling();
    }
    visit(at);
  }
  return highest;
}

std::size_t height_of(pugi::xml_node root) {
  return walk(root, [](pugi::xml_node) {});
}

/// All attributes are written between double quotes, however they came.
void escape_quotes(pugi::xml_node node) {
  for (pugi::xml_attribute attribute : node.attributes()) {
    if (std::string_view(attribute.value()).find('"') != std::string_view::npos)
      attribute.set_value(attribute_text(attribute.value()).c_str());
  }
}

std::size_t depth_of(pugi::xml_node node) {
  std::size_t depth = 0;
  while ((node = node.parent())) ++depth;
  return depth;
}

Result<void> read(std::string_view text, std::string_view what, pugi::xml_document& out) {
  constexpr unsigned k_flags = pugi::parse_cdata | pugi::parse_comments | pugi::parse_pi |
                               pugi::parse_ws_pcdata | pugi::parse_doctype;
  const auto parsed = out.load_buffer(text.data(), text.size(), k_flags, pugi::encoding_utf8);
  if (!parsed)
    return unexpected(make_issue(IssueType::structure,
                                 std::string(what) + " is not XML: " + parsed.description()));
  for (const pugi::xml_node& node : out.children()) {
    if (node.type() == pugi::node_doctype)
      return unexpected(
          make_issue(IssueType::structure, std::string(what) + " has a document type declaration"));
  }
  if (walk(out, escape_quotes) > k_json_depth_max)
    return unexpected(make_issue(IssueType::too_long, std::string(what) + " nests too deeply"));
  return {};
}

class XmlPatch {
 public:
  explicit XmlPatch(pugi::xml_document& document) : document_(document) {}

  Result<void> apply(pugi::xml_node operation) {
    const std::string_view kind = local_of(operation.name());
    if (kind != "add" && kind != "replace" && kind != "remove")
      return malformed("XML Patch has no operation " + quoted(kind));
    const pugi::xml_attribute selector = operation.attribute("sel");
    if (!selector) return malformed("The operation has no attribute sel");
    FHIR_TRY(found, select_nodes(document_, decoded(selector.value()), operation));
    // "the 'sel' selector MUST yield a single, unique node"
    if (found.size() != 1)
      return inapplicable(quoted(selector.value()) +
                          (found.empty() ? " selects nothing" : " selects more than one node"));
    if (kind == "add") return add(operation, found.front());
    if (kind == "replace") return replace(operation, found.front());
    return remove(operation, found.front());
  }

 private:
  enum class Position { last, first, before, after };

  /// The next to come before or behind the selected node; `last` and `first` are inside it.
  static pugi::xml_node put(Position position, pugi::xml_node target, pugi::xml_node& previous,
                            pugi::xml_node content) {
    pugi::xml_node copy;
    switch (position) {
      case Position::last:
        copy = target.append_copy(content);
        break;
      case Position::first:
        copy =
            previous ? target.insert_copy_after(content, previous) : target.prepend_copy(content);
        break;
      case Position::before:
        copy = target.parent().insert_copy_before(content, target);
        break;
      case Position::after:
        copy = target.parent().insert_copy_after(content, previous ? previous : target);
        break;
    }
    previous = copy;
    if (copy && copy.type() == pugi::node_element) declare_spaces(copy, content);
    return copy;
  }

  Result<void> add(pugi::xml_node operation, const Selected& target) {
    if (target.attribute || target.node.type() == pugi::node_document)
      return inapplicable("Nothing can be added to what sel selects");
    const std::string_view type = operation.attribute("type").value();
    if (type.starts_with("@")) return add_attribute(operation, target.node, type.substr(1));
    if (type.starts_with("namespace::"))
      return add_attribute(operation, target.node, "xmlns:" + std::string(type.substr(11)));
    if (!type.empty()) return malformed("The type of an addition is @name or namespace::prefix");
    FHIR_TRY(position, position_of(operation));
    const bool is_inside = position == Position::last || position == Position::first;
    if (is_inside && target.node.type() != pugi::node_element)
      return inapplicable("Only an element can be added to");
    if (depth_of(target.node) + height_of(operation) > k_json_depth_max)
      return unexpected(make_issue(IssueType::too_long, "The patch nests elements too deeply"));
    pugi::xml_node previous;
    for (const pugi::xml_node& content : operation.children()) {
      if (!put(position, target.node, previous, content))
        return inapplicable("The content cannot stand there");
    }
    merge_text(is_inside ? target.node : target.node.parent());
    return {};
  }

  static Result<Position> position_of(pugi::xml_node operation) {
    const std::string_view text = operation.attribute("pos").value();
    if (text.empty()) return Position::last;
    if (text == "prepend") return Position::first;
    if (text == "before") return Position::before;
    if (text == "after") return Position::after;
    return malformed("The pos of an addition is before, after or prepend");
  }

  static Result<void> add_attribute(pugi::xml_node operation, pugi::xml_node target,
                                    std::string_view name) {
    const std::string kept(name);
    if (kept.empty() || target.type() != pugi::node_element)
      return inapplicable("The attribute cannot stand there");
    if (target.attribute(kept.c_str())) return inapplicable("The attribute is there already");
    target.append_attribute(kept.c_str()).set_value(attribute_text(text_in(operation)).c_str());
    return {};
  }

  Result<void> replace(pugi::xml_node operation, const Selected& selected) {
    if (selected.attribute) {
      pugi::xml_attribute attribute = selected.attribute;
      attribute.set_value(attribute_text(text_in(operation)).c_str());
      return {};
    }
    pugi::xml_node target = selected.node;
    if (is_text(target)) {
      const std::string text = text_in(operation);
      if (text.empty()) return take_out(target);
      target.set_value(text.c_str());
      return {};
    }
    // "the <replace> element MUST contain" one node of the kind that it takes the place of.
    pugi::xml_node content;
    for (const pugi::xml_node& child : operation.children()) {
      if (is_blank(child)) continue;
      if (content) return inapplicable("A replacement is one node");
      content = child;
    }
    if (!content || content.type() != target.type())
      return inapplicable("A node is replaced by one of its kind");
    if (depth_of(target) + height_of(content) > k_json_depth_max)
      return unexpected(make_issue(IssueType::too_long, "The patch nests elements too deeply"));
    pugi::xml_node previous;
    if (!put(Position::before, target, previous, content))
      return inapplicable("The content cannot stand there");
    return take_out(target);
  }

  Result<void> remove(pugi::xml_node operation, const Selected& selected) {
    pugi::xml_node target = selected.node;
    if (selected.attribute) {
      target.remove_attribute(selected.attribute);
      return {};
    }
    const std::string_view space = operation.attribute("ws").value();
    if (!space.empty() && space != "before" && space != "after" && space != "both")
      return malformed("The ws of a removal is before, after or both");
    pugi::xml_node before = target.previous_sibling();
    pugi::xml_node after = target.next_sibling();
    const bool takes_before = space == "before" || space == "both";
    const bool takes_after = space == "after" || space == "both";
    // "If … the text node has something else than white space, the removal is an error"
    if ((takes_before && !is_blank(before)) || (takes_after && !is_blank(after)))
      return inapplicable("There is no white space of its own beside what is removed");
    pugi::xml_node parent = target.parent();
    if (takes_before) parent.remove_child(before);
    if (takes_after) parent.remove_child(after);
    return take_out(target);
  }

  static Result<void> take_out(pugi::xml_node target) {
    pugi::xml_node parent = target.parent();
    if (!parent || !parent.remove_child(target))
      return inapplicable("The document itself cannot be removed");
    merge_text(parent);
    return {};
  }

  /// Neighbouring pieces of text are one node.
  static void merge_text(pugi::xml_node parent) {
    pugi::xml_node child = parent.first_child();
    while (child) {
      pugi::xml_node next = child.next_sibling();
      if (next && child.type() == pugi::node_pcdata && next.type() == pugi::node_pcdata) {
        child.set_value((std::string(child.value()) + next.value()).c_str());
        parent.remove_child(next);
      } else {
        child = next;
      }
    }
  }

  pugi::xml_document& document_;
};

Result<void> check_root(const pugi::xml_document& document) {
  std::size_t elements = 0;
  for (const pugi::xml_node& node : document.children()) {
    if (node.type() == pugi::node_element) ++elements;
    if (is_text(node) && !is_blank(node)) elements = 2;
  }
  if (elements == 1) return {};
  return inapplicable("The patch would leave the document without one root element");
}

class StringWriter final : public pugi::xml_writer {
 public:
  void write(const void* data, std::size_t size) override {
    text.append(static_cast<const char*>(data), size);
  }
  std::string text;
};

}  // namespace

Result<std::string> apply_xml_patch(std::string_view target, std::string_view patch) {
  pugi::xml_document document, operations;
  FHIR_CHECK(read(patch, "The patch", operations));
  FHIR_CHECK(read(target, "The target", document));
  FHIR_CHECK(check_root(document));
  XmlPatch run(document);
  std::size_t count = 0;
  for (const pugi::xml_node& operation : operations.document_element().children()) {
    if (operation.type() != pugi::node_element) continue;
    if (++count > k_operations_max)
      return unexpected(make_issue(IssueType::too_costly, "The patch has too many operations"));
    if (auto applied = run.apply(operation); !applied) {
      Issue issue = std::move(applied).error();
      issue.diagnostics = "Operation " + std::to_string(count) + ": " + issue.diagnostics;
      return unexpected(std::move(issue));
    }
  }
  if (count == 0) return malformed("The patch has no operation");
  FHIR_CHECK(check_root(document));
  StringWriter out;
  document.save(out, "", pugi::format_raw | pugi::format_no_declaration | pugi::format_no_escapes,
                pugi::encoding_utf8);
  return std::move(out.text);
}

}  // namespace fhir::patch
