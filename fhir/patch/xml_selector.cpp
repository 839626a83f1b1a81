// RFC 5261 section 4.1: "a subset of XPath 1.0". Evaluated here and not by pugixml, which knows no
// namespaces and sets no bounds on what a selector may cost.
#include "fhir/patch/xml_selector.h"

#include <cctype>
#include <charconv>
#include <optional>
#include <string>

#include "fhir/patch/issues.h"
#include "fhir/patch/xml_names.h"

namespace fhir::patch {
namespace {

constexpr std::string_view k_fhir = "http://hl7.org/fhir";
constexpr std::string_view k_xhtml = "http://www.w3.org/1999/xhtml";
constexpr std::size_t k_selector_bytes_max = 4'096;
constexpr std::size_t k_visits_max = 1'000'000;
constexpr int k_predicate_depth_max = 8;

using Nodes = std::vector<Selected>;

enum class Test {
  element,
  any_element,
  self,
  parent,
  text,
  comment,
  instruction,
  attribute,
  space
};

class Selector {
 public:
  Selector(const pugi::xml_document& document, std::string_view text, pugi::xml_node scope)
      : document_(document), text_(text), scope_(scope) {}

  Result<Nodes> run() {
    Nodes start{{document_, {}}};
    if (take("id(")) {
      FHIR_TRY(id, literal());
      if (!take(")")) return wrong();
      start = by_id(id);
      if (at_end()) return start;
      if (!take("/")) return wrong();
    } else if (take("/") && at_end()) {
      return start;
    }
    FHIR_TRY(found, path(std::move(start), 0));
    if (!at_end()) return wrong();
    return std::move(found);
  }

 private:
  struct Name {
    std::string_view space;
    std::string_view local;
  };

  // The text.
  void skip_space() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  bool at_end() {
    skip_space();
    return at_ == text_.size();
  }
  bool take(std::string_view token) {
    skip_space();
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }
  Unexpected<Issue> wrong() const {
    return malformed("The selector " + quoted(text_) + " cannot be read at character " +
                     std::to_string(at_ + 1));
  }

  Result<std::string_view> literal() {
    skip_space();
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    if (quote != '\'' && quote != '"') return wrong();
    const std::size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) return wrong();
    const std::string_view value = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return value;
  }

  std::string_view word() {
    skip_space();
    const std::size_t begin = at_;
    auto is_part = [](char c) {
      const auto byte = static_cast<unsigned char>(c);
      return std::isalnum(byte) || c == '_' || c == '-' || c == '.' || byte >= 0x80;
    };
    while (at_ < text_.size() && is_part(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }

  Result<Name> name(bool of_attribute) {
    std::string_view first = word();
    std::string_view prefix;
    if (!first.empty() && at_ < text_.size() && text_[at_] == ':') {
      ++at_;
      prefix = first;
      first = word();
    }
    if (first.empty()) return wrong();
    if (prefix.empty() && of_attribute) return Name{"", first};
    auto space = space_of(scope_, prefix);
    if (!space && prefix == "f") space = k_fhir;
    if (!space && prefix == "h") space = k_xhtml;
    if (!space) return malformed("The prefix " + quoted(prefix) + " is not declared");
    return Name{*space, first};
  }

  // The path.
  Result<Nodes> path(Nodes nodes, int depth) {
    do {
      bool any_depth = false;
      if (take("/")) any_depth = true;  // the second slash of `//`
      FHIR_TRY(next, step(nodes, any_depth, depth));
      nodes = std::move(next);
    } while (take("/"));
    return nodes;
  }

  Result<Nodes> step(const Nodes& from, bool any_depth, int depth) {
    Nodes starts = from;
    if (any_depth) FHIR_CHECK(add_descendants(starts));
    FHIR_TRY(test, node_test());
    const std::size_t predicates = at_;
    Nodes out;
    bool has_run = false;
    for (const Selected& start : starts) {
      at_ = predicates;
      Nodes found;
      FHIR_CHECK(apply(test, start.node, found));
      FHIR_CHECK(filter(found, depth));
      has_run = true;
      for (const Selected& each : found) out.push_back(each);
    }
    if (!has_run) {  // the predicates are read all the same
      Nodes none;
      FHIR_CHECK(filter(none, depth));
    }
    return out;
  }

  struct NodeTest {
    Test test = Test::element;
    Name name = {};
  };

  Result<NodeTest> node_test() {
    if (take("..")) return NodeTest{Test::parent};
    if (take(".")) return NodeTest{Test::self};
    if (take("*")) return NodeTest{Test::any_element};
    if (take("text()")) return NodeTest{Test::text};
    if (take("comment()")) return NodeTest{Test::comment};
    if (take("namespace::")) {
      const std::string_view prefix = word();
      if (prefix.empty()) return wrong();
      return NodeTest{Test::space, {"", prefix}};
    }
    if (take("processing-instruction(")) {
      NodeTest out{Test::instruction};
      if (take(")")) return out;
      FHIR_TRY(target, literal());
      out.name.local = target;
      if (!take(")")) return wrong();
      return out;
    }
    const bool of_attribute = take("@");
    FHIR_TRY(found, name(of_attribute));
    return NodeTest{of_attribute ? Test::attribute : Test::element, found};
  }

  Result<void> visit() {
    if (++visits_ <= k_visits_max) return {};
    return unexpected(make_issue(IssueType::too_costly, "The selector visits too many nodes"));
  }

  Result<void> add_descendants(Nodes& nodes) {
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      for (const pugi::xml_node& child : nodes[i].node.children()) {
        FHIR_CHECK(visit());
        if (child.type() == pugi::node_element) nodes.push_back({child, {}});
      }
    }
    return {};
  }

  bool fits(const NodeTest& test, pugi::xml_node node) const {
    switch (test.test) {
      case Test::element:
        return node.type() == pugi::node_element && local_of(node.name()) == test.name.local &&
               space_of(node) == test.name.space;
      case Test::any_element:
        return node.type() == pugi::node_element;
      case Test::text:
        return node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata;
      case Test::comment:
        return node.type() == pugi::node_comment;
      case Test::instruction:
        return node.type() == pugi::node_pi &&
               (test.name.local.empty() || test.name.local == node.name());
      default:
        return false;
    }
  }

  Result<void> apply(const NodeTest& test, pugi::xml_node node, Nodes& out) {
    if (test.test == Test::self) {
      out.push_back({node, {}});
    } else if (test.test == Test::parent) {
      if (node.parent()) out.push_back({node.parent(), {}});
    } else if (test.test == Test::attribute || test.test == Test::space) {
      for (const pugi::xml_attribute& attribute : node.attributes()) {
        if (is_attribute(test, node, attribute)) out.push_back({node, attribute});
      }
    } else {
      for (const pugi::xml_node& child : node.children()) {
        FHIR_CHECK(visit());
        if (fits(test, child)) out.push_back({child, {}});
      }
    }
    return {};
  }

  static bool is_attribute(const NodeTest& test, pugi::xml_node node,
                           const pugi::xml_attribute& attribute) {
    const std::string_view name = attribute.name();
    const std::string_view prefix = prefix_of(name);
    if (test.test == Test::space) return prefix == "xmlns" && local_of(name) == test.name.local;
    if (name == "xmlns" || prefix == "xmlns" || local_of(name) != test.name.local) return false;
    return prefix.empty() ? test.name.space.empty() : space_of(node, prefix) == test.name.space;
  }

  // Predicates.
  Result<void> filter(Nodes& nodes, int depth) {
    while (take("[")) {
      if (depth == k_predicate_depth_max) return wrong();
      const std::size_t begin = at_;
      std::size_t end = begin;
      Nodes kept;
      for (std::size_t i = 0; i == 0 || i < nodes.size(); ++i) {
        at_ = begin;
        const Selected node = i < nodes.size() ? nodes[i] : Selected{};
        FHIR_TRY(holds, predicate(node, i + 1, nodes.size(), depth + 1));
        if (holds && i < nodes.size()) kept.push_back(nodes[i]);
        end = at_;
      }
      at_ = end;
      if (!take("]")) return wrong();
      nodes = std::move(kept);
    }
    return {};
  }

  Result<bool> predicate(const Selected& node, std::size_t position, std::size_t size, int depth) {
    bool holds = true;
    do {
      FHIR_TRY(part, comparison(node, position, size, depth));
      holds = holds && part;
    } while (take("and "));
    return holds;
  }

  Result<bool> comparison(const Selected& node, std::size_t position, std::size_t size, int depth) {
    skip_space();
    if (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_]))) {
      std::size_t number = 0;
      const auto [end, error] =
          std::from_chars(text_.data() + at_, text_.data() + text_.size(), number);
      if (error != std::errc{}) return wrong();
      at_ = static_cast<std::size_t>(end - text_.data());
      return position == number;
    }
    if (take("last()")) return position == size;
    FHIR_TRY(found, path(Nodes{node}, depth));
    if (!take("=")) return !found.empty();
    FHIR_TRY(value, literal());
    for (const Selected& each : found) {
      FHIR_TRY(text, string_of(each));
      if (text == value) return true;
    }
    return false;
  }

  Result<void> append_text(pugi::xml_node node, std::string& out) {
    for (const pugi::xml_node& child : node.children()) {
      FHIR_CHECK(visit());
      if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata)
        out += child.value();
      FHIR_CHECK(append_text(child, out));
    }
    return {};
  }

  Result<std::string> string_of(const Selected& selected) {
    if (selected.attribute) return decoded(selected.attribute.value());
    if (selected.node.type() != pugi::node_element) return decoded(selected.node.value());
    std::string out;
    FHIR_CHECK(append_text(selected.node, out));
    return decoded(out);
  }

  Nodes by_id(std::string_view id) const {
    // "id()" finds an xml:id, or what FHIR takes for one.
    const pugi::xml_node found = document_.find_node([&](const pugi::xml_node& node) {
      return node.attribute("id").value() == id || node.attribute("xml:id").value() == id;
    });
    return found ? Nodes{{found, {}}} : Nodes{};
  }

  const pugi::xml_document& document_;
  std::string_view text_;
  pugi::xml_node scope_;
  std::size_t at_ = 0;
  std::size_t visits_ = 0;
};

}  // namespace

Result<Nodes> select_nodes(const pugi::xml_document& document, std::string_view selector,
                           pugi::xml_node scope) {
  if (selector.size() > k_selector_bytes_max)
    return unexpected(make_issue(IssueType::too_long, "A selector of the patch is too long"));
  return Selector(document, selector, scope).run();
}

}  // namespace fhir::patch
