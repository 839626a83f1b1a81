// The elements of a parsed FHIR XML text before they become a tree: their names, namespaces and
// attributes, and what is wrong with them. Every step is false at the first fault; `refusal` says
// what it was. Where faults are kept, what FHIR forbids and XML allows is noted and left out.
// Internal to the XML reader.
// https://hl7.org/fhir/R4/xml.html
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <pugixml.hpp>

#include "fhir/base/arena.h"
#include "fhir/base/issue.h"

namespace fhir::xml {

/// What FHIR knows of attributes.
struct Attributes {
  std::optional<std::string_view> id;
  std::optional<std::string_view> url;
  std::optional<std::string_view> value;

  bool any() const { return id || url || value; }
};

struct Element {
  pugi::xml_node node;
  std::string_view name;           // without prefix
  std::string_view default_space;  // the namespace of names without prefix inside it
  bool is_narrative = false;       // a div in the namespace of XHTML
  std::size_t group = 0;           // for whoever sorts elements by their names
};

/// What was left out, and where it stands.
struct Fault {
  Issue issue;
  std::size_t offset = 0;
  pugi::xml_node node;
};

class ElementReader {
 public:
  /// source   the text as it was sent
  /// buffer   the copy of it that pugixml took apart; outlives this, as does `arena`
  ElementReader(std::string_view source, const char* buffer, Arena& arena)
      : source_(source), buffer_(buffer), arena_(arena) {}

  /// The one root element; no document type, no text beside it.
  bool root(const pugi::xml_document& document, Element& out);

  /// Names an element, which has to be FHIR's or a narrative's div. False without a refusal: the
  /// element is to be left out.
  /// outer_space   the default namespace around it
  bool resolve(const pugi::xml_node& node, std::string_view outer_space, Element& out);

  /// Reads the attributes of an element of FHIR's; their values lie in the arena.
  bool attributes(const pugi::xml_node& node, Attributes& out);

  /// An element's `<` in the source; the first character of a text.
  std::uint32_t offset_of(const pugi::xml_node& node) const;

  /// From now on the first `faults_max` faults that the reading can go on after are kept.
  void keep_faults(std::size_t faults_max) { faults_max_ = faults_max; }

  /// A fault that the reading can go on after. True: it is noted; false: it was a refusal.
  bool pass_over(const pugi::xml_node& node, std::string diagnostics);
  const std::vector<Fault>& faults() const { return faults_; }

  bool refuse(const pugi::xml_node& node, std::string diagnostics);
  bool refuse(const pugi::xml_node& node, Issue issue);
  bool is_refused() const { return is_refused_; }
  const Issue& refusal() const { return refusal_; }
  std::size_t refusal_offset() const { return refusal_offset_; }
  /// Where it is; null when it is of the whole document.
  pugi::xml_node refused_node() const { return refused_node_; }

 private:
  std::size_t offset_of(const char* at) const { return static_cast<std::size_t>(at - buffer_); }
  bool refuse_at(std::size_t offset, Issue issue);
  bool pass_over_at(const pugi::xml_node& node, std::size_t offset, std::string diagnostics);
  bool check_declaration(const pugi::xml_node& node);
  bool decode(const char* raw, std::optional<std::string_view>& out);

  std::string_view source_;
  const char* buffer_;
  Arena& arena_;
  Issue refusal_;
  std::size_t refusal_offset_ = 0;
  pugi::xml_node refused_node_;  // or the one that is looked at
  bool is_refused_ = false;
  std::size_t faults_max_ = 0;
  std::vector<Fault> faults_;
};

}  // namespace fhir::xml
