#include "terminology/load/ndc.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "terminology/load/table_file.h"
#include "terminology/ndc_code.h"
#include "terminology/systems.h"

namespace terminology::load {
namespace {

namespace fs = std::filesystem;
using fhir::unexpected;

release::ReleaseInfo info() {
  release::ReleaseInfo info;
  info.kind = "ndc";
  info.url = k_ndc_url;
  info.name = "NDC";
  info.title = "National Drug Code Directory";
  info.language = "en";
  info.notice = "Public domain (U.S. Food and Drug Administration).";
  info.obtained =
      "https://www.fda.gov/drugs/drug-approvals-and-databases/"
      "national-drug-code-directory";
  return info;
}

// Columns of product.txt that become properties.
constexpr std::array<std::string_view, 11> k_properties = {"PRODUCTTYPENAME",
                                                           "NONPROPRIETARYNAME",
                                                           "DOSAGEFORMNAME",
                                                           "ROUTENAME",
                                                           "STARTMARKETINGDATE",
                                                           "ENDMARKETINGDATE",
                                                           "MARKETINGCATEGORYNAME",
                                                           "LABELERNAME",
                                                           "SUBSTANCENAME",
                                                           "PHARM_CLASSES",
                                                           "DEASCHEDULE"};

void add(CodeSystemBuilder& builder, ConceptId id, std::string_view code, std::string_view value,
         PropertyType type = PropertyType::string) {
  if (!value.empty()) builder.add_property(id, {.code = code, .type = type, .value = value});
}

/// What is sold under: proprietary name with suffix, generic name, strength, form.
std::string product_name(const TableFile& file) {
  std::string name(file.column("PROPRIETARYNAME"));
  for (const std::string_view column : {"PROPRIETARYNAMESUFFIX", "ACTIVE_NUMERATOR_STRENGTH",
                                        "ACTIVE_INGRED_UNIT", "DOSAGEFORMNAME"}) {
    if (!file.column(column).empty())
      name.append(name.empty() ? "" : " ").append(file.column(column));
  }
  return name.empty() ? std::string(file.column("NONPROPRIETARYNAME")) : name;
}

fhir::Result<void> read_products(const std::string& path, Draft& draft) {
  FHIR_TRY(file, TableFile::open(path, '\t', TableFile::Quotes::none));
  FHIR_CHECK(file.read_header({"PRODUCTNDC", "PROPRIETARYNAME", "NONPROPRIETARYNAME"}));
  CodeSystemBuilder& builder = draft.builder;
  while (true) {
    FHIR_TRY(has_row, file.next());
    if (!has_row) return {};
    const std::string_view code = file.column("PRODUCTNDC");
    if (ndc_digits(code).size() != 9) return unexpected(file.wrong("this is no code of a product"));
    if (builder.find(code) != k_no_concept) continue;  // listed once for each labeller's change
    const ConceptId id = builder.add({.code = code, .display = product_name(file)});
    for (const std::string_view column : k_properties)
      add(builder, id, column, file.column(column));
    add(builder, id, "code-type", "product", PropertyType::code);
    if (!file.column("NONPROPRIETARYNAME").empty())
      builder.add_designation(id, {.language = "en", .value = file.column("NONPROPRIETARYNAME")});
  }
}

fhir::Result<void> read_packages(const std::string& path, Draft& draft) {
  FHIR_TRY(file, TableFile::open(path, '\t', TableFile::Quotes::none));
  FHIR_CHECK(file.read_header({"PRODUCTNDC", "NDCPACKAGECODE", "PACKAGEDESCRIPTION"}));
  CodeSystemBuilder& builder = draft.builder;
  while (true) {
    FHIR_TRY(has_row, file.next());
    if (!has_row) return {};
    const std::string_view code = file.column("NDCPACKAGECODE");
    const std::string digits = ndc_digits(code);
    if (digits.size() != 11) return unexpected(file.wrong("this is no code of a package"));
    if (builder.find(code) != k_no_concept) continue;
    const ConceptId product = builder.find(file.column("PRODUCTNDC"));
    std::string name(product == k_no_concept ? std::string_view{} : builder.display(product));
    name.append(name.empty() ? "" : ", ").append(file.column("PACKAGEDESCRIPTION"));
    for (const std::string& form : {std::string(code), digits}) {
      if (builder.find(form) != k_no_concept) continue;
      const ConceptId id = builder.add({.code = form, .display = name});
      const bool is_parted = form != digits;
      add(builder, id, "code-type", is_parted ? "10-digit" : "11-digit", PropertyType::code);
      add(builder, id, is_parted ? "ndc11" : "ndc10", is_parted ? digits : code,
          PropertyType::code);
      add(builder, id, "STARTMARKETINGDATE", file.column("STARTMARKETINGDATE"));
      add(builder, id, "ENDMARKETINGDATE", file.column("ENDMARKETINGDATE"));
      if (product != k_no_concept) builder.add_parent(id, product);
    }
  }
}

}  // namespace

fhir::Result<Draft> read_ndc(const std::string& folder, const LoadOptions& options) {
  Draft draft(info());
  draft.builder.info().version = options.version;
  FHIR_CHECK(read_products(folder + "/product.txt", draft));
  if (fs::exists(folder + "/package.txt"))
    FHIR_CHECK(read_packages(folder + "/package.txt", draft));
  else
    draft.remarks.emplace_back("package.txt is absent");
  return draft;
}

}  // namespace terminology::load
