#include "terminology/implicit_value_set.h"

#include <algorithm>
#include <utility>

#include "fhir/formats/json_writer.h"
#include "terminology/snomed/edition.h"
#include "terminology/snomed/snomed_ids.h"
#include "terminology/systems.h"

namespace terminology {
namespace {

constexpr std::string_view k_mark = "?fhir_vs";
constexpr std::string_view k_loinc_sets = "http://loinc.org/vs";

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_escape =
        text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0;
    out += is_escape ? static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2])) : text[i];
    if (is_escape) i += 2;
  }
  return out;
}

struct Condition {
  std::string_view property, op;
  std::string value;
};

/// What stands behind `?fhir_vs=`; nothing when it is of no known form.
std::optional<Condition> condition_of(std::string_view query) {
  if (query.starts_with("isa/")) return Condition{"concept", "is-a", decoded(query.substr(4))};
  if (query.starts_with("refset/")) return Condition{"concept", "in", decoded(query.substr(7))};
  if (query.starts_with("ecl/")) return Condition{"constraint", "=", decoded(query.substr(4))};
  return std::nullopt;
}

/// Up to what of its system is included.
void begin_value_set(fhir::json::Builder& out, std::string_view url,
                     const release::ReleaseCodeSystem& system) {
  out.begin_object().string("resourceType", "ValueSet").string("url", url);
  out.string("version", system.info().version).string("name", system.info().name);
  out.string("title", system.info().title).string("status", "active");
  if (!system.release().notice.empty()) out.string("copyright", system.release().notice);
  out.key("compose").begin_object().key("include").begin_array().begin_object();
  out.string("system", system.info().url).string("version", system.info().version);
}

void end_value_set(fhir::json::Builder& out) {
  out.end_object().end_array().end_object().end_object();
}

void write_filter(fhir::json::Builder& out, const Condition& condition) {
  out.key("filter").begin_array().begin_object();
  out.string("property", condition.property).string("op", condition.op);
  out.string("value", condition.value).end_object().end_array();
}

/// "http://loinc.org/vs/[id]": the answers of a list; of a part, what lies below it.
std::optional<ImplicitValueSet> loinc_value_set(std::string_view url, std::string_view version,
                                                const Releases& releases) {
  const release::ReleaseCodeSystem* loinc = releases.find(k_loinc_url, version);
  if (loinc == nullptr) return std::nullopt;
  const std::string_view code = url.substr(std::min(k_loinc_sets.size() + 1, url.size()));
  const ConceptId id = loinc->find(code);
  const bool is_list = code.starts_with("LL"), is_whole = url.size() == k_loinc_sets.size();
  if (!is_whole && (id == k_no_concept || (!is_list && !code.starts_with("LP"))))
    return std::nullopt;
  ImplicitValueSet set{loinc, std::string(url), {}};
  fhir::json::Builder out(set.json);
  begin_value_set(out, url, *loinc);
  if (is_list) {
    out.key("concept").begin_array();
    for (const Property& property : loinc->properties(id)) {
      if (property.code == "answer") out.begin_object().string("code", property.value).end_object();
    }
    out.end_array();
  } else if (!is_whole) {
    write_filter(out, {"concept", "is-a", std::string(code)});
  }
  end_value_set(out);
  return set;
}

/// A canonical's url and version. An expression may hold the bars of terms.
std::pair<std::string_view, std::string_view> parts_of(std::string_view canonical) {
  const bool is_expression = canonical.find("?fhir_vs=ecl/") != std::string_view::npos;
  const std::size_t bar = is_expression ? canonical.rfind('|') : canonical.find('|');
  if (bar == std::string_view::npos) return {canonical, {}};
  const std::string_view version = canonical.substr(bar + 1);
  if (is_expression && !version.starts_with("http://snomed.info/sct/")) return {canonical, {}};
  return {canonical.substr(0, bar), version};
}

void write_reference_sets(fhir::json::Builder& out, const snomed::Edition& edition) {
  out.key("concept").begin_array();
  for (const ecl::ReferenceSet& set : edition.reference_sets())
    out.begin_object().string("code", edition.at(set.id).code).end_object();
  out.end_array();
}

}  // namespace

std::string_view implicit_system(std::string_view url) {
  const std::size_t mark = url.find(k_mark);
  if (mark != std::string_view::npos) {
    const std::string_view base = url.substr(0, mark);
    // An edition in the url is part of the same code system.
    return base.starts_with(snomed::k_url) ? snomed::k_url : base;
  }
  url = url.substr(0, url.find('|'));
  if (!url.starts_with(k_loinc_sets)) return {};
  url.remove_prefix(k_loinc_sets.size());
  return url.empty() || url.starts_with('/') ? k_loinc_url : std::string_view{};
}

std::string all_codes_url(std::string_view system) {
  return system == k_loinc_url ? std::string(k_loinc_sets) : std::string(system).append(k_mark);
}

std::optional<ImplicitValueSet> implicit_value_set(std::string_view canonical,
                                                   const Releases& releases) {
  if (canonical.size() > k_implicit_url_bytes_max) return std::nullopt;
  const auto [url, version] = parts_of(canonical);
  const std::size_t mark = url.find(k_mark);
  if (mark == std::string_view::npos)
    return implicit_system(url) == k_loinc_url ? loinc_value_set(url, version, releases)
                                               : std::nullopt;
  const std::string_view base = url.substr(0, mark);
  const std::string_view query = url.substr(mark + k_mark.size());
  const std::string_view edition_part =
      base.starts_with(snomed::k_url) ? base.substr(snomed::k_url.size()) : "-";
  const bool is_snomed = edition_part.empty() || edition_part.starts_with('/');
  const std::string_view edition = is_snomed && !edition_part.empty() ? base : version;
  const release::ReleaseCodeSystem* system =
      releases.find(is_snomed ? snomed::k_url : base, edition);
  if (system == nullptr || (!is_snomed && !query.empty())) return std::nullopt;
  // An edition in the url, and a version behind it that is another one.
  if (!version.empty() && edition != version && system->info().version != version)
    return std::nullopt;
  std::optional<Condition> condition;
  const bool is_all_sets = query == "=refset";
  if (is_all_sets && dynamic_cast<const snomed::Edition*>(system) == nullptr) return std::nullopt;
  if (!query.empty() && !is_all_sets) {
    condition = query.starts_with('=') ? condition_of(query.substr(1)) : std::nullopt;
    if (!condition) return std::nullopt;
  }
  ImplicitValueSet set{system, std::string(url), {}};
  fhir::json::Builder out(set.json);
  begin_value_set(out, url, *system);
  if (condition) {
    write_filter(out, *condition);
  } else if (const auto* held = dynamic_cast<const snomed::Edition*>(system);
             is_all_sets && held != nullptr) {
    write_reference_sets(out, *held);
  }
  end_value_set(out);
  return set;
}

}  // namespace terminology
