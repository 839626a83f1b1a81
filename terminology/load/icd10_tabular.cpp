#include "terminology/load/icd10_tabular.h"

#include <array>
#include <pugixml.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "terminology/load/icd10.h"
#include "terminology/load/place_in.h"

namespace terminology::load {
namespace {

constexpr int k_depth_max = 12;  // codes inside one another: there are five

constexpr std::array<const char*, 8> k_notes = {"includes",  "excludes1",         "excludes2",
                                                "codeFirst", "useAdditionalCode", "codeAlso",
                                                "notes",     "sevenChrNote"};

struct Extension {  // a seventh character
  std::string_view character, text;
};

class Tabular {
 public:
  Tabular(const std::string& path, Draft& draft)
      : path_(path), draft_(draft), builder_(draft.builder) {}

  fhir::Result<void> read(const pugi::xml_node& root) {
    builder_.info().version = root.child("version").text().get();
    for (const pugi::xml_node chapter : root.children("chapter")) {
      const ConceptId id = add_heading(chapter.child("name").text().get(), chapter, k_no_concept);
      for (const pugi::xml_node section : chapter.children("section")) {
        const ConceptId block = add_heading(section.attribute("id").value(), section, id);
        for (const pugi::xml_node code : section.children("diag"))
          FHIR_CHECK(read_code(code, block, {}, 0));
      }
    }
    return {};
  }

 private:
  ConceptId add_heading(std::string_view code, const pugi::xml_node& node, ConceptId parent) {
    const ConceptId known = builder_.find(code);
    if (known != k_no_concept) return known;
    const ConceptId id = builder_.add(
        {.code = code, .display = node.child("desc").text().get(), .is_abstract = true});
    if (parent != k_no_concept) builder_.add_parent(id, parent);
    add_notes(id, node);
    return id;
  }

  void add_notes(ConceptId id, const pugi::xml_node& node) {
    for (const pugi::xml_node term : node.child("inclusionTerm").children("note"))
      builder_.add_designation(id, {.language = "en", .value = term.text().get()});
    for (const char* name : k_notes) {
      for (const pugi::xml_node list : node.children(name)) {
        for (const pugi::xml_node note : list.children("note"))
          builder_.add_property(id, {.code = name, .value = note.text().get()});
      }
    }
  }

  void add_billable(ConceptId id, bool is_billable) {
    builder_.add_property(id, {.code = "billable",
                               .type = PropertyType::boolean,
                               .value = is_billable ? "true" : "false"});
  }

  /// extensions   seventh characters that a code above defines
  fhir::Result<void> read_code(const pugi::xml_node& node, ConceptId parent,
                               std::vector<Extension> extensions, int depth) {
    const std::string code = node.child("name").text().get();
    if (code.empty() || depth > k_depth_max)
      return fhir::unexpected(
          fhir::make_issue(fhir::IssueType::invalid,
                           place_in(path_, node.offset_debug()) +
                               (code.empty() ? ": there is no code" : ": codes lie too deep")));
    if (builder_.find(code) != k_no_concept) {
      draft_.remarks.push_back(code + " stands twice in the tabular list");
      return {};
    }
    if (const pugi::xml_node defined = node.child("sevenChrDef")) {
      extensions.clear();
      for (const pugi::xml_node extension : defined.children("extension"))
        extensions.push_back({extension.attribute("char").value(), extension.text().get()});
    }
    const std::string display = node.child("desc").text().get();
    const ConceptId id = builder_.add({.code = code, .display = display});
    builder_.add_parent(id, parent);
    add_notes(id, node);
    const bool is_leaf = !node.child("diag");
    add_billable(id, is_leaf && extensions.empty());
    for (const pugi::xml_node below : node.children("diag"))
      FHIR_CHECK(read_code(below, id, extensions, depth + 1));
    if (!is_leaf) return {};
    for (const Extension& extension : extensions) {
      // "The seventh character must always be the seventh": `X` fills up.
      std::string whole = code;
      if (whole.find('.') == std::string::npos) whole += '.';
      whole.append(whole.size() < 7 ? 7 - whole.size() : 0, 'X').append(extension.character);
      if (builder_.find(whole) != k_no_concept) continue;
      const ConceptId extended =
          builder_.add({.code = whole, .display = display + ", " + std::string(extension.text)});
      builder_.add_parent(extended, id);
      add_billable(extended, true);
    }
    return {};
  }

  const std::string& path_;
  Draft& draft_;
  CodeSystemBuilder& builder_;
};

}  // namespace

fhir::Result<void> read_icd10_tabular(const std::string& path, Draft& draft) {
  pugi::xml_document document;
  const pugi::xml_parse_result read = document.load_file(path.c_str());
  if (!read)
    return fhir::unexpected(
        fhir::make_issue(read.status == pugi::status_file_not_found ? fhir::IssueType::not_found
                                                                    : fhir::IssueType::invalid,
                         place_in(path, read.offset) + ": " + read.description()));
  const pugi::xml_node root = document.child("ICD10CM.tabular");
  if (!root)
    return fhir::unexpected(fhir::make_issue(fhir::IssueType::invalid,
                                             path + ": this is no tabular list of ICD-10-CM"));
  return Tabular(path, draft).read(root);
}

}  // namespace terminology::load
