// https://hl7.org/fhir/R4/valueset-operation-expand.html,
// https://hl7.org/fhir/R4/valueset.html#expansion
#include "src/operations/expand.h"

#include <chrono>
#include <ctime>
#include <set>
#include <vector>

#include "src/operations/terminology_subject.h"
#include "terminology/expand.h"
#include "terminology/language_tag.h"

namespace server::operations {
namespace {

using fhir::json::Builder;
using terminology::Designation;
using terminology::ExpandOptions;
using terminology::Expansion;
using terminology::ListedCode;

struct Request {
  ExpandOptions options;
  bool include_designations = false;
  bool include_definition = false;
  std::vector<std::string_view> designations;  // `use` tokens, or languages by urn:ietf:bcp:47|xx
  std::string_view language;
};

fhir::Result<Request> read_request(const Parameters& parameters) {
  FHIR_CHECK(parameters.refuse({"context", "contextDirection", "date", "system-version",
                                "check-system-version", "force-system-version",
                                "excludePostCoordinated"}));
  Request request;
  FHIR_TRY(offset, parameters.count("offset"));
  FHIR_TRY(count, parameters.count("count"));
  FHIR_TRY(active_only, parameters.boolean("activeOnly", false));
  FHIR_TRY(exclude_nested, parameters.boolean("excludeNested", false));
  FHIR_TRY(exclude_not_for_ui, parameters.boolean("excludeNotForUI", false));
  FHIR_TRY(include_designations, parameters.boolean("includeDesignations", false));
  FHIR_TRY(include_definition, parameters.boolean("includeDefinition", false));
  request.options = {
      .text = parameters.text("filter"),
      .offset = offset.value_or(0),
      .count = count,
      .active_only = active_only,
      .exclude_not_for_ui = exclude_not_for_ui,
      .layout = exclude_nested ? terminology::Layout::flat : terminology::Layout::nested,
      .excluded_systems = parameters.texts("exclude-system")};
  request.designations = parameters.texts("designation");
  request.include_designations = include_designations || !request.designations.empty();
  request.include_definition = include_definition;
  request.language = parameters.text("displayLanguage");
  return request;
}

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

class ExpansionWriter {
 public:
  ExpansionWriter(const Request& request, const Expansion& expansion, Builder& out)
      : request_(request), expansion_(expansion), out_(out), children_(expansion.codes.size()) {
    for (std::uint32_t i = 0; i < expansion.codes.size(); ++i) {
      const std::uint32_t parent = expansion.codes[i].parent;
      (parent == terminology::k_no_position ? roots_ : children_[parent]).push_back(i);
    }
  }

  void write() {
    out_.begin_object();
    if (!expansion_.is_complete) {
      out_.key("extension").begin_array().begin_object();
      out_.string("url", "http://hl7.org/fhir/StructureDefinition/valueset-unclosed");
      out_.boolean("valueBoolean", true).end_object().end_array();
    }
    out_.string("timestamp", now());
    out_.number("total", static_cast<long long>(expansion_.total));
    if (request_.options.count || request_.options.offset > 0)
      out_.number("offset", static_cast<long long>(request_.options.offset));
    write_parameters();
    if (!roots_.empty()) write_list(roots_);
    out_.end_object();
  }

 private:
  /// What shaped the expansion: "parameters that controlled the expansion process", and the
  /// versions of the code systems that were used.
  void write_parameters() {
    const ExpandOptions& options = request_.options;
    std::string text;
    Builder list(text);
    list.begin_array();
    const auto add = [&](std::string_view name, std::string_view type, std::string_view json) {
      list.begin_object().string("name", name).raw("value" + std::string(type), json).end_object();
    };
    const auto quoted = [](std::string_view value) {
      std::string out;
      fhir::json::append_string(out, value);
      return out;
    };
    if (!options.text.empty()) add("filter", "String", quoted(options.text));
    if (options.count) add("count", "Integer", std::to_string(*options.count));
    if (options.active_only) add("activeOnly", "Boolean", "true");
    if (options.exclude_not_for_ui) add("excludeNotForUI", "Boolean", "true");
    if (options.layout == terminology::Layout::flat) add("excludeNested", "Boolean", "true");
    if (request_.include_designations) add("includeDesignations", "Boolean", "true");
    if (!request_.language.empty()) add("displayLanguage", "Code", quoted(request_.language));
    for (const std::string& version : used_versions()) add("version", "Uri", quoted(version));
    list.end_array();
    if (text != "[]") out_.raw("parameter", text);
  }

  std::set<std::string> used_versions() const {
    std::set<std::string> versions;
    std::string_view last_system, last_version;
    for (const ListedCode& code : expansion_.codes) {
      if (code.version.empty() || (code.system == last_system && code.version == last_version))
        continue;
      versions.insert(canonical_of(code.system, code.version));
      last_system = code.system;
      last_version = code.version;
    }
    return versions;
  }

  void write_list(const std::vector<std::uint32_t>& positions) {
    out_.key("contains").begin_array();
    for (std::uint32_t position : positions) {
      const ListedCode& code = expansion_.codes[position];
      out_.begin_object();
      if (!code.system.empty()) out_.string("system", code.system);
      if (code.is_abstract) out_.boolean("abstract", true);
      if (code.is_inactive) out_.boolean("inactive", true);
      out_.string("code", code.code);
      const std::string_view display = display_of(code);
      if (!display.empty()) out_.string("display", display);
      if (request_.include_designations) write_designations(code);
      if (!children_[position].empty()) write_list(children_[position]);
      out_.end_object();
    }
    out_.end_array();
  }

  std::string_view display_of(const ListedCode& code) const {
    if (request_.language.empty()) return code.display;
    for (const Designation& designation : code.designations) {
      if (terminology::language_serves(designation.language, request_.language))
        return designation.value;
    }
    if (code.id == terminology::k_no_concept) return code.display;
    const std::string_view own = code.code_system->at(code.id).display;
    const std::string_view found =
        terminology::display_in(*code.code_system, code.id, request_.language);
    return found == own ? code.display : found;
  }

  void write_designations(const ListedCode& code) {
    bool is_open = false;
    const auto write_all = [&](const auto& list) {
      for (const Designation& designation : list) {
        if (!wants(designation)) continue;
        if (!is_open) out_.key("designation").begin_array();
        is_open = true;
        write_designation(designation);
      }
    };
    write_all(code.designations);
    if (code.id != terminology::k_no_concept) write_all(code.code_system->designations(code.id));
    if (is_open) out_.end_array();
  }

  bool wants(const Designation& designation) const {
    if (request_.designations.empty()) return true;
    for (std::string_view token : request_.designations) {
      const std::size_t bar = token.find('|');
      const std::string_view system = bar == std::string_view::npos ? "" : token.substr(0, bar);
      const std::string_view code = bar == std::string_view::npos ? token : token.substr(bar + 1);
      if (system == "urn:ietf:bcp:47" && terminology::language_serves(designation.language, code))
        return true;
      if (designation.use_code == code && (system.empty() || designation.use_system == system))
        return true;
    }
    return false;
  }

  void write_designation(const Designation& designation) {
    out_.begin_object();
    if (!designation.language.empty()) out_.string("language", designation.language);
    if (!designation.use_code.empty()) {
      out_.key("use").begin_object();
      if (!designation.use_system.empty()) out_.string("system", designation.use_system);
      out_.string("code", designation.use_code);
      if (!designation.use_display.empty()) out_.string("display", designation.use_display);
      out_.end_object();
    }
    out_.string("value", designation.value).end_object();
  }

  const Request& request_;
  const Expansion& expansion_;
  Builder& out_;
  std::vector<std::uint32_t> roots_;
  std::vector<std::vector<std::uint32_t>> children_;
};

void write_head(const terminology::ValueSetInfo& info, Builder& out) {
  const auto add = [&](std::string_view name, std::string_view text) {
    if (!text.empty()) out.string(name, text);
  };
  add("url", info.url);
  add("version", info.version);
  add("name", info.name);
  add("title", info.title);
  out.string("status", info.status.empty() ? "active" : info.status);
}

}  // namespace

fhir::Result<std::string> expand(const Invocation& invocation) {
  const Parameters parameters(invocation.parameters);
  FHIR_TRY(request, read_request(parameters));
  FHIR_TRY(subject, value_set_of(invocation, parameters));
  FHIR_TRY(expansion, terminology::expand(*subject, request.options));
  std::string text;
  Builder out(text);
  out.begin_object().string("resourceType", "ValueSet");
  write_head(subject->info(), out);
  if (request.include_definition) {
    FHIR_TRY(resource, value_set_resource_of(invocation, parameters));
    if (const fhir::json::Value* compose = resource.root().find("compose"))
      out.key("compose").value(*compose);
  }
  out.key("expansion");
  ExpansionWriter(request, expansion, out).write();
  out.end_object();
  return text;
}

}  // namespace server::operations
