#include "terminology/load/icd10.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "terminology/load/icd10_tabular.h"
#include "terminology/load/table_file.h"

namespace terminology::load {
namespace {

using fhir::unexpected;

release::ReleaseInfo info(bool is_pcs) {
  release::ReleaseInfo info;
  info.kind = is_pcs ? "icd-10-pcs" : "icd-10-cm";
  info.url = is_pcs ? k_icd10pcs_url : k_icd10cm_url;
  info.name = is_pcs ? "ICD10PCS" : "ICD10CM";
  info.title = is_pcs ? "ICD-10 Procedure Coding System"
                      : "International Classification of Diseases, 10th Revision, Clinical "
                        "Modification";
  info.language = "en";
  info.notice =
      "Public domain in the United States (CDC/NCHS, CMS); ICD-10 is copyright © World "
      "Health Organization.";
  info.obtained = "https://www.cms.gov/medicare/coding-billing/icd-10-codes";
  return info;
}

void add_row(Draft& draft, std::string_view code, bool is_billable, std::string_view short_name,
             std::string_view long_name) {
  if (code.empty() || draft.builder.find(code) != k_no_concept) return;
  const ConceptId id =
      draft.builder.add({.code = code, .display = long_name.empty() ? short_name : long_name});
  if (!short_name.empty() && short_name != draft.builder.display(id))
    draft.builder.add_designation(id, {.language = "en", .value = short_name});
  draft.builder.add_property(
      id,
      {.code = "billable", .type = PropertyType::boolean, .value = is_billable ? "true" : "false"});
}

/// Each code below the longest one it begins with.
void join_by_prefixes(CodeSystemBuilder& builder) {
  for (ConceptId id = 0; id < builder.size(); ++id) {
    std::string_view prefix = builder.code(id);
    while (prefix.size() > 1) {
      prefix.remove_suffix(1);
      if (prefix.back() == '.') prefix.remove_suffix(1);
      const ConceptId parent = builder.find(prefix);
      if (parent == k_no_concept) continue;
      builder.add_parent(id, parent);
      break;
    }
  }
}

fhir::Result<Draft> read_table(TableFile file) {
  FHIR_CHECK(file.read_header({"valid_billing_code"}));
  const bool is_pcs = file.find("icd10pcs_code") != TableFile::k_absent;
  const std::string prefix = is_pcs ? "icd10pcs_" : "icd10cm_";
  Draft draft(info(is_pcs));
  while (true) {
    FHIR_TRY(has_row, file.next());
    if (!has_row) break;
    const std::string_view code = file.column(prefix + "code");
    if (code.empty()) return unexpected(file.wrong("there is no code"));
    add_row(draft, is_pcs ? std::string(code) : with_point(code),
            file.column("valid_billing_code") == "1", file.column(prefix + "short_description"),
            file.column(prefix + "long_description"));
  }
  return draft;
}

/// Fixed columns: 1–5 order, 7–13 code, 15 billable, 17–76 short, 78– long name.
fhir::Result<Draft> read_order(TableFile file) {
  Draft draft(info(false));
  bool is_pcs = false;
  while (true) {
    FHIR_TRY(has_row, file.next());
    if (!has_row) break;
    const std::string_view text = file.text();
    const auto column = [&](std::size_t first, std::size_t length) {
      std::string_view part = text.size() > first ? text.substr(first, length) : std::string_view{};
      while (!part.empty() && part.back() == ' ') part.remove_suffix(1);
      return part;
    };
    const std::string_view order = column(0, 5), code = column(6, 7), flag = column(14, 1);
    if (order.size() != 5 || order.find_first_not_of("0123456789") != std::string_view::npos ||
        code.size() < 3 || (flag != "0" && flag != "1"))
      return unexpected(file.wrong("this is no line of an order file"));
    // Codes of procedures have 7 characters, and begin with a digit more often than not.
    if (draft.builder.size() == 0) {
      is_pcs = code[0] >= '0' && code[0] <= '9';
      draft.builder.info() = info(is_pcs);
    }
    add_row(draft, is_pcs ? std::string(code) : with_point(code), flag == "1", column(16, 60),
            column(77, std::string_view::npos));
  }
  return draft;
}

}  // namespace

std::string with_point(std::string_view code) {
  std::string pointed(code);
  if (pointed.size() > 3 && pointed[3] != '.') pointed.insert(3, 1, '.');
  return pointed;
}

fhir::Result<Draft> read_icd10(const std::string& path, const LoadOptions& options) {
  const bool is_table = path.ends_with(".csv") || path.ends_with(".csv.gz");
  const auto read = [&]() -> fhir::Result<Draft> {
    if (path.ends_with(".xml")) {
      Draft draft(info(false));
      FHIR_CHECK(read_icd10_tabular(path, draft));
      return draft;
    }
    FHIR_TRY(file,
             TableFile::open(path, is_table ? ',' : '\0',
                             is_table ? TableFile::Quotes::doubled : TableFile::Quotes::none));
    FHIR_TRY(draft, is_table ? read_table(std::move(file)) : read_order(std::move(file)));
    join_by_prefixes(draft.builder);
    return std::move(draft);
  };
  FHIR_TRY(draft, read());
  if (!options.version.empty()) draft.builder.info().version = options.version;
  if (draft.builder.size() == 0)
    return unexpected(fhir::make_issue(fhir::IssueType::invalid, path + ": there is no code"));
  return std::move(draft);
}

}  // namespace terminology::load
