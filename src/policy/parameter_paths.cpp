#include "src/policy/parameter_paths.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "fhir/fhirpath/expression.h"
#include "fhir/fhirpath/node.h"

namespace server::policy {
namespace {

using fhir::fhirpath::Expression;
using fhir::fhirpath::Node;
using fhir::fhirpath::NodeKind;

using Names = std::vector<std::string>;
using Paths = std::vector<Names>;

/// What a reference leads to: a contained resource, or one of which nothing but its type is known.
constexpr std::string_view k_target = "resolve()";

/// Those that give items of what they are applied to.
constexpr std::array<std::string_view, 10> k_selecting = {
    "where", "first", "last", "tail", "skip", "take", "single", "distinct", "ofType", "as"};

constexpr std::array<std::string_view, 4> k_descending = {"children", "descendants", "repeat",
                                                          "repeatAll"};

/// Those that evaluate their argument on each item.
constexpr std::array<std::string_view, 4> k_of_each = {"where", "exists", "all", "select"};

bool is_among(const auto& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Follows a compiled expression; everything that it looks at is noted.
class Follower {
 public:
  explicit Follower(std::string_view type) : type_(type) {}

  /// What a node gives, of elements of the resource. Values that it makes of them are noted.
  ///
  /// focus   $this
  Paths follow(const Node& node, const Paths& focus) {
    switch (node.kind) {
      case NodeKind::root_type:
        return root_of(node.name);
      case NodeKind::child:
        return child(node, focus);
      case NodeKind::function:
        return function(node, focus);
      case NodeKind::operation:
      case NodeKind::sign: {
        Paths given = arguments(node, focus);
        if (node.name == "|") return given;
        note(given);
        return {};
      }
      case NodeKind::type_operation: {
        Paths given = input(node, focus);
        if (node.name == "as") return given;
        note(given);
        return {};
      }
      case NodeKind::indexer:
        note(arguments(node, focus));
        return input(node, focus);
      case NodeKind::self:
        return focus;
      case NodeKind::context:
      case NodeKind::resource:
        return {Names{}};
      case NodeKind::root_resource:
      case NodeKind::external:
        note({Names{}});
        return {};
      case NodeKind::constant:  // a folded one has its arguments
        note(arguments(node, focus));
        return {};
      case NodeKind::index:
      case NodeKind::total:
      case NodeKind::variable:  // noted where it is defined
        return {};
    }
    return {Names{}};
  }

  void note(Paths paths) {
    for (Names& names : paths) {
      if (!names.empty() && names.back() == k_target) continue;  // its type, and nothing of it
      if (names.empty() || names.front() == "contained") reads_.is_of_inner = true;
      reads_.paths.push_back(std::move(names));
    }
  }

  ParameterReads take() { return std::move(reads_); }

 private:
  Paths root_of(std::string_view name) const {
    const bool is_own = name == type_ || name == "Resource" || name == "DomainResource";
    return is_own ? Paths{Names{}} : Paths{};
  }

  Paths input(const Node& node, const Paths& focus) {
    return node.input != nullptr ? follow(*node.input, focus) : focus;
  }

  Paths arguments(const Node& node, const Paths& focus) {
    Paths all;
    for (const Node* argument : node.arguments) {
      Paths given = follow(*argument, focus);
      std::move(given.begin(), given.end(), std::back_inserter(all));
    }
    return all;
  }

  Paths child(const Node& node, const Paths& focus) {
    Paths given = input(node, focus);
    for (Names& names : given) {
      const bool is_inner = !names.empty() && (names.back() == k_target || holds_one(names));
      reads_.is_of_inner = reads_.is_of_inner || is_inner;
      names.emplace_back(node.name);
    }
    return given;
  }

  /// Whether the path is of a resource: `Bundle.entry.resource`.
  bool holds_one(const Names& names) const {
    return (type_ == "Bundle" || type_ == "Parameters") && names.size() > 1 &&
           (names.back() == "resource" || names.back() == "outcome");
  }

  Paths function(const Node& node, const Paths& focus) {
    Paths given = input(node, focus);
    // An argument's $this is the input's items, or else what it is outside.
    Paths within = given;
    if (!is_among(k_of_each, node.name)) within.insert(within.end(), focus.begin(), focus.end());
    Paths others = arguments(node, within);
    if (node.name == "resolve") {
      note(given);
      for (Names& names : given) names.emplace_back(k_target);
      return given;
    }
    if (node.name == "extension") {
      for (Names& names : given) names.emplace_back("extension");
      return given;
    }
    if (node.name == "iif" || node.name == "select") {
      note(others);
      return others;
    }
    if (node.name == "union" || node.name == "combine") {
      std::move(given.begin(), given.end(), std::back_inserter(others));
      return others;
    }
    // What they lead to is not told by its path: a display, a resource.
    if (is_among(k_descending, node.name)) reads_.is_of_inner = true;
    note(std::move(others));
    if (is_among(k_selecting, node.name)) return given;
    note(given);
    return given;
  }

  std::string_view type_;
  ParameterReads reads_;
};

ParameterReads everything() { return {{Names{}}, true}; }

/// Whether the expression is one; `given`: the elements that it gives.
bool follow(std::string_view source, const Paths& focus, Follower& follower, Paths& given,
            const fhir::DefinitionStore& definitions) {
  const auto expression = Expression::compile(source, definitions);
  if (!expression) return false;
  given = follower.follow(*expression->program().root, focus);
  return true;
}

}  // namespace

bool surely_reads_no_inner(const fhir::SearchParameter& parameter) {
  constexpr std::string_view k_plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.| ";
  std::string_view source = parameter.expression;
  const bool is_plain = source.find_first_not_of(k_plain) == std::string_view::npos &&
                        source.find("contained") == std::string_view::npos &&
                        parameter.components.empty() && !is_among(parameter.bases, "Bundle") &&
                        !is_among(parameter.bases, "Parameters");
  // A type without a member is all of it.
  while (is_plain) {
    const std::size_t end = source.find('|');
    if (source.substr(0, end).find('.') == std::string_view::npos) return false;
    if (end == std::string_view::npos) return true;
    source.remove_prefix(end + 1);
  }
  return false;
}

ParameterReads reads_of(const fhir::SearchParameter& parameter, std::string_view type,
                        const fhir::DefinitionStore& definitions) {
  if (parameter.code == "_id" || parameter.code == "_lastUpdated") return {};
  if (parameter.code == "_text") return {{Names{}}, false};  // its narrative is of the type
  if (parameter.expression.empty()) return everything();     // _content
  Follower follower(type);
  Paths given;
  if (!follow(parameter.expression, {Names{}}, follower, given, definitions)) return everything();
  if (parameter.components.empty()) {
    follower.note(std::move(given));
    return follower.take();
  }
  for (const auto& component : parameter.components) {
    Paths values;
    if (!follow(component.expression, given, follower, values, definitions)) return everything();
    follower.note(std::move(values));
  }
  return follower.take();
}

}  // namespace server::policy
