#include "terminology/load/cvx.h"

#include <pugixml.hpp>
#include <utility>

#include "terminology/code_text.h"
#include "terminology/load/place_in.h"
#include "terminology/load/table_file.h"
#include "terminology/systems.h"

namespace terminology::load {
namespace {

using fhir::unexpected;

release::ReleaseInfo info() {
  release::ReleaseInfo info;
  info.kind = "cvx";
  info.url = k_cvx_url;
  info.name = "CVX";
  info.title = "Vaccine Administered Code Set (CVX)";
  info.language = "en";
  info.notice = "Public domain (U.S. Centers for Disease Control and Prevention).";
  info.obtained = "https://www2.cdc.gov/vaccines/iis/iisstandards/vaccines.asp?rpt=cvx";
  return info;
}

struct Vaccine {
  std::string_view code, short_name, full_name, notes, status, is_non_vaccine, date;
};

void add_vaccine(CodeSystemBuilder& builder, const Vaccine& vaccine) {
  if (vaccine.code.empty() || builder.find(vaccine.code) != k_no_concept) return;
  const bool is_full = !vaccine.full_name.empty();
  const ConceptId id =
      builder.add({.code = vaccine.code,
                   .display = vaccine.short_name.empty() ? vaccine.full_name : vaccine.short_name,
                   .definition = vaccine.full_name,
                   .is_inactive = equals_ignoring_case(vaccine.status, "inactive")});
  if (is_full && vaccine.full_name != builder.display(id))
    builder.add_designation(id, {.language = "en", .value = vaccine.full_name});
  const auto add = [&](std::string_view code, std::string_view value, PropertyType type) {
    if (!value.empty()) builder.add_property(id, {.code = code, .type = type, .value = value});
  };
  add("vaccine-status", vaccine.status, PropertyType::code);
  const bool is_said = !vaccine.is_non_vaccine.empty();
  const bool is_other =
      equals_ignoring_case(vaccine.is_non_vaccine, "true") || vaccine.is_non_vaccine == "1";
  if (is_said) add("non-vaccine", is_other ? "true" : "false", PropertyType::boolean);
  add("use-notes", vaccine.notes, PropertyType::string);
  add("last-updated", vaccine.date, PropertyType::string);
}

std::string_view trimmed(std::string_view text) {
  const std::string_view space = " \t\r\n";
  const std::size_t first = text.find_first_not_of(space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

void read_publisher(const pugi::xml_node& root, CodeSystemBuilder& builder) {
  for (const pugi::xml_node row : root.children("CVXInfo")) {
    const auto text = [&](const char* name) { return trimmed(row.child(name).text().get()); };
    const std::string_view kind = text("NonVaccine");
    add_vaccine(builder, {text("CVXCode"), text("ShortDescription"), text("FullVaccinename"),
                          text("Notes"), text("Status"), kind, text("LastUpdated")});
  }
}

void read_resource(const pugi::xml_node& root, CodeSystemBuilder& builder) {
  const auto value = [](const pugi::xml_node& node, const char* name) {
    return trimmed(node.child(name).attribute("value").value());
  };
  builder.info().version = value(root, "version");
  for (const pugi::xml_node item : root.children("concept")) {
    Vaccine vaccine;
    vaccine.code = value(item, "code");
    vaccine.short_name = value(item, "display");
    vaccine.full_name = value(item, "definition");
    for (const pugi::xml_node property : item.children("property")) {
      const std::string_view code = value(property, "code");
      std::string_view said;
      for (const char* name : {"valueString", "valueCode", "valueBoolean", "valueInteger"}) {
        if (property.child(name)) said = value(property, name);
      }
      if (code == "status" || code == "vaccine-status") vaccine.status = said;
      if (code == "non-vaccine") vaccine.is_non_vaccine = said;
      if (code == "use-notes") vaccine.notes = said;
    }
    add_vaccine(builder, vaccine);
  }
}

fhir::Result<void> read_table(const std::string& path, CodeSystemBuilder& builder) {
  FHIR_TRY(file, TableFile::open(path, '|', TableFile::Quotes::none));
  while (true) {
    FHIR_TRY(has_row, file.next());
    if (!has_row) return {};
    if (file.column_count() < 5) return unexpected(file.wrong("5 columns are expected"));
    if (file.column(std::size_t{0}).find_first_not_of("0123456789") != std::string_view::npos)
      continue;  // a line of names
    add_vaccine(builder, {file.column(std::size_t{0}), file.column(1), file.column(2),
                          file.column(3), file.column(4), file.column(5), file.column(6)});
  }
}

}  // namespace

fhir::Result<Draft> read_cvx(const std::string& path, const LoadOptions& options) {
  Draft draft(info());
  if (path.ends_with(".xml")) {
    pugi::xml_document document;
    const pugi::xml_parse_result read = document.load_file(path.c_str());
    if (!read)
      return unexpected(fhir::make_issue(read.status == pugi::status_file_not_found
                                             ? fhir::IssueType::not_found
                                             : fhir::IssueType::invalid,
                                         place_in(path, read.offset) + ": " + read.description()));
    if (const pugi::xml_node root = document.child("CVXCodes"))
      read_publisher(root, draft.builder);
    else
      read_resource(document.child("CodeSystem"), draft.builder);
  } else {
    FHIR_CHECK(read_table(path, draft.builder));
  }
  if (draft.builder.size() == 0)
    return unexpected(fhir::make_issue(fhir::IssueType::invalid, path + ": there is no vaccine"));
  if (!options.version.empty()) draft.builder.info().version = options.version;
  return draft;
}

}  // namespace terminology::load
