// https://hl7.org/fhir/R4/valueset-operation-expand.html,
// https://hl7.org/fhir/R4/valueset.html#expansion
#include "src/operations/expansion_writer.h"

#include <algorithm>
#include <chrono>
#include <ctime>

#include "src/operations/random_uuid.h"
#include "terminology/tx_issue.h"

namespace server::operations {
namespace {

using fhir::json::Builder;
using terminology::ListedCode;
using terminology::Property;
using terminology::UsedSources;

constexpr std::string_view k_property =
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion.property";

/// UTC, to the second.
std::string now() {
  const std::time_t seconds =
      std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[sizeof "2000-01-01T00:00:00Z"];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

/// The codes of an expansion that is nested, by what they are listed under.
class Tree {
 public:
  explicit Tree(const std::vector<ListedCode>& codes) : codes_(codes) {
    const bool is_nested = std::any_of(codes.begin(), codes.end(), [](const ListedCode& code) {
      return code.parent != terminology::k_no_position;
    });
    if (is_nested) children_.resize(codes.size());
    for (std::uint32_t i = 0; i < codes.size(); ++i) {
      const std::uint32_t parent = codes[i].parent;
      (parent == terminology::k_no_position ? roots_ : children_[parent]).push_back(i);
    }
  }

  void write(const ExpansionCodeWriter& writer, Builder& out) const {
    if (!roots_.empty()) write_list(roots_, writer, out);
  }

 private:
  void write_list(const std::vector<std::uint32_t>& positions, const ExpansionCodeWriter& writer,
                  Builder& out) const {
    out.key("contains").begin_array();
    for (std::uint32_t position : positions) {
      out.begin_object();
      writer.write_members(codes_[position], out);
      if (!children_.empty() && !children_[position].empty())
        write_list(children_[position], writer, out);
      out.end_object();
    }
    out.end_array();
  }

  const std::vector<ListedCode>& codes_;
  std::vector<std::uint32_t> roots_;
  std::vector<std::vector<std::uint32_t>> children_;  // empty when nothing is nested
};

}  // namespace

ExpansionWriter::ExpansionWriter(const terminology::Scope& scope, const terminology::ValueSet& set,
                                 const ExpansionFacts& facts,
                                 const terminology::ExpandOptions& options,
                                 const ExpansionView& view, const Parameters& parameters)
    : scope_(scope),
      set_(set),
      facts_(facts),
      options_(options),
      view_(view),
      parameters_(parameters),
      used_(terminology::used_sources(set)),
      codes_(set, view, used_.has_several_versions) {}

void ExpansionWriter::write(const std::vector<ListedCode>& codes, Builder& out) {
  for (const ListedCode& code : codes) note_properties(code);
  begin(out);
  Tree(codes).write(codes_, out);
  out.end_object();
}

void ExpansionWriter::begin(Builder& out) const {
  out.begin_object();
  write_extensions(out);
  out.string("identifier", "urn:uuid:" + random_uuid());
  out.string("timestamp", now());
  out.number("total", static_cast<long long>(facts_.total));
  if (options_.count || options_.offset > 0)
    out.number("offset", static_cast<long long>(options_.offset));
  write_parameters(out);
}

void ExpansionWriter::write_extensions(Builder& out) const {
  if (facts_.is_complete && shown_.empty()) return;
  out.key("extension").begin_array();
  if (!facts_.is_complete) {
    out.begin_object();
    out.string("url", "http://hl7.org/fhir/StructureDefinition/valueset-unclosed");
    out.boolean("valueBoolean", true).end_object();
    for (const UsedSources::Source& source : used_.code_systems) {
      if (source.code_system == nullptr) continue;
      const terminology::Content content = source.code_system->info().content;
      const bool is_fragment = content == terminology::Content::fragment;
      if (!is_fragment && content != terminology::Content::example) continue;
      out.begin_object();
      out.string("url", "http://hl7.org/fhir/StructureDefinition/valueset-unclosed-reason");
      std::string reason = "This extension is based on ";
      reason.append(is_fragment ? "a fragment" : "an example").append(" of the code system ");
      out.string("valueString", reason.append(source.url));
      out.end_object();
    }
  }
  write_declared_properties(out);
  out.end_array();
}

void ExpansionWriter::note_properties(const ListedCode& code) {
  for (const Property& property : codes_.properties_of(code)) {
    const bool is_noted = std::any_of(shown_.begin(), shown_.end(), [&](const Shown& shown) {
      return shown.code == property.code;
    });
    if (!is_noted) shown_.push_back({property.code, property_uri_of(code, property.code)});
  }
}

void ExpansionWriter::write_declared_properties(Builder& out) const {
  for (const Shown& shown : shown_) {
    out.begin_object().string("url", k_property).key("extension").begin_array();
    out.begin_object().string("url", "code").string("valueCode", shown.code).end_object();
    if (!shown.uri.empty())
      out.begin_object().string("url", "uri").string("valueUri", shown.uri).end_object();
    out.end_array().end_object();
  }
}

}  // namespace server::operations
