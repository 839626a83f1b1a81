#include "terminology/load/loinc.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include "terminology/load/table_file.h"

namespace terminology::load {
namespace {

namespace fs = std::filesystem;
using fhir::IssueType;
using fhir::unexpected;

// Columns that are no properties: names, and what is said elsewhere.
constexpr std::array<std::string_view, 7> k_no_properties = {
    "LOINC_NUM",     "LONG_COMMON_NAME",     "SHORTNAME", "DisplayName", "CONSUMER_NAME",
    "RELATEDNAMES2", "DefinitionDescription"};

// The six axes: their values are parts where the release has the links.
constexpr std::array<std::string_view, 6> k_axes = {"COMPONENT", "PROPERTY",  "TIME_ASPCT",
                                                    "SYSTEM",    "SCALE_TYP", "METHOD_TYP"};

/// The name of an axis in the file of links.
std::string_view axis_of(std::string_view part_type) {
  if (part_type == "TIME") return "TIME_ASPCT";
  if (part_type == "SCALE") return "SCALE_TYP";
  if (part_type == "METHOD") return "METHOD_TYP";
  return part_type;
}

/// 2.78 as 2078: which of two versions is the later one.
int order_of(std::string_view version) {
  int major = 0, minor = 0;
  const std::size_t point = std::min(version.find('.'), version.size());
  std::from_chars(version.data(), version.data() + point, major);
  if (point < version.size())
    std::from_chars(version.data() + point + 1, version.data() + version.size(), minor);
  return major * 1000 + minor;
}

class Reader {
 public:
  explicit Reader(const LoadOptions& options) : options_(options), draft_(info()) {}

  fhir::Result<Draft> read(const std::string& folder) {
    std::error_code failure, unknown;
    for (fs::recursive_directory_iterator at(folder, failure), end; !failure && at != end;
         at.increment(failure)) {
      if (at->is_regular_file(unknown))
        files_.emplace(at->path().filename().string(), at->path().string());
    }
    if (failure)
      return unexpected(
          fhir::make_issue(IssueType::exception,
                           "A folder below " + folder + " cannot be read: " + failure.message()));
    if (!files_.contains("Loinc.csv"))
      return unexpected(
          fhir::make_issue(IssueType::not_found, "There is no Loinc.csv below " + folder));
    FHIR_CHECK(read_links());
    FHIR_CHECK(read("Loinc.csv", {"LOINC_NUM", "STATUS", "LONG_COMMON_NAME"}, &Reader::read_code));
    FHIR_CHECK(read("Part.csv", {"PartNumber", "PartTypeName", "PartName"}, &Reader::read_part));
    FHIR_CHECK(read("AnswerList.csv", {"AnswerListId", "AnswerListName", "AnswerStringId"},
                    &Reader::read_answer));
    FHIR_CHECK(read("LoincAnswerListLink.csv", {"LoincNumber", "AnswerListId"},
                    &Reader::read_answer_link));
    FHIR_CHECK(read("ComponentHierarchyBySystem.csv", {"IMMEDIATE_PARENT", "CODE", "CODE_TEXT"},
                    &Reader::read_hierarchy));
    FHIR_CHECK(read("ConsumerName.csv", {"LoincNumber", "ConsumerName"}, &Reader::read_consumer));
    for (const auto& [name, path] : files_) {
      if (name.ends_with("LinguisticVariant.csv")) FHIR_CHECK(read_variant(name));
    }
    release::ReleaseInfo& release = draft_.builder.info();
    release.version = options_.version.empty() ? latest_ : options_.version;
    return std::move(draft_);
  }

 private:
  static release::ReleaseInfo info() {
    release::ReleaseInfo info;
    info.kind = "loinc";
    info.url = k_loinc_url;
    info.name = "LOINC";
    info.title = "LOINC Code System";
    info.language = "en";
    info.notice =
        "This material contains content from LOINC (http://loinc.org). LOINC is copyright © "
        "Regenstrief Institute, Inc. and the Logical Observation Identifiers Names and Codes "
        "(LOINC) Committee and is available at no cost under the license at "
        "http://loinc.org/license. LOINC® is a registered United States trademark of Regenstrief "
        "Institute, Inc.";
    info.obtained = "https://loinc.org/downloads/ (a free account and consent to the licence)";
    info.is_case_sensitive = false;
    return info;
  }

  CodeSystemBuilder& builder() { return draft_.builder; }

  using ReadRow = void (Reader::*)(const TableFile&);
  /// A file that is absent is a remark, but for the table.
  fhir::Result<void> read(const std::string& name, const std::vector<std::string_view>& columns,
                          ReadRow read_row) {
    const auto found = files_.find(name);
    if (found == files_.end()) {
      draft_.remarks.push_back(name + " is absent");
      return {};
    }
    options_.say("reading " + name);
    FHIR_TRY(file, TableFile::open(found->second, ',', TableFile::Quotes::doubled));
    FHIR_CHECK(file.read_header(columns));
    while (true) {
      FHIR_TRY(has_row, file.next());
      if (!has_row) return {};
      (this->*read_row)(file);
    }
  }

  void add(ConceptId id, std::string_view code, std::string_view value,
           PropertyType type = PropertyType::string) {
    if (!value.empty()) builder().add_property(id, {.code = code, .type = type, .value = value});
  }

  void designate(ConceptId id, std::string_view use, std::string_view value,
                 std::string_view language = "en") {
    if (value.empty()) return;
    builder().add_designation(
        id, {.language = language, .use_system = k_loinc_url, .use_code = use, .value = value});
  }

  // Links come first: an axis that has one is a part, one that has none a text.
  fhir::Result<void> read_links() {
    return read("LoincPartLink_Primary.csv",
                {"LoincNumber", "PartNumber", "PartName", "PartTypeName"}, &Reader::read_link);
  }

  struct Link {
    std::string axis, part, name;
  };

  void read_link(const TableFile& file) {
    links_[std::string(file.column("LoincNumber"))].push_back(
        {std::string(axis_of(file.column("PartTypeName"))), std::string(file.column("PartNumber")),
         std::string(file.column("PartName"))});
  }

  void read_code(const TableFile& file) {
    const std::string_view code = file.column("LOINC_NUM");
    if (code.empty() || builder().find(code) != k_no_concept) return;
    std::string_view display = file.column("LONG_COMMON_NAME");
    if (display.empty()) display = file.column("SHORTNAME");
    if (display.empty()) display = file.column("COMPONENT");
    const ConceptId id = builder().add({.code = code,
                                        .display = display,
                                        .definition = file.column("DefinitionDescription"),
                                        .is_inactive = file.column("STATUS") == "DEPRECATED"});
    const auto links = links_.find(std::string(code));
    for (std::size_t i = 0; i < file.header().size(); ++i) {
      const std::string& name = file.header()[i];
      if (std::find(k_no_properties.begin(), k_no_properties.end(), name) != k_no_properties.end())
        continue;
      bool is_linked = false;
      if (links != links_.end() && std::find(k_axes.begin(), k_axes.end(), name) != k_axes.end()) {
        for (const Link& link : links->second) {
          if (link.axis != name) continue;
          is_linked = true;
          builder().add_property(id, {.code = name,
                                      .type = PropertyType::coding,
                                      .value = link.part,
                                      .system = k_loinc_url,
                                      .display = link.name});
        }
      }
      if (!is_linked) add(id, name, file.column(i));
    }
    for (const std::string_view name : {"SHORTNAME", "DisplayName"}) {
      if (file.column(name) != display) designate(id, name, file.column(name));
    }
    for (const std::string_view name : {"VersionLastChanged", "VersionFirstReleased"}) {
      if (order_of(file.column(name)) > order_of(latest_)) latest_ = file.column(name);
    }
  }

  ConceptId find_or_add(std::string_view code, std::string_view display) {
    const ConceptId id = builder().find(code);
    return id != k_no_concept || code.empty() ? id
                                              : builder().add({.code = code, .display = display});
  }

  void read_part(const TableFile& file) {
    const std::string_view name = file.column("PartName");
    const std::string_view shown = file.column("PartDisplayName");
    const std::string_view code = file.column("PartNumber");
    if (code.empty() || builder().find(code) != k_no_concept) return;
    const ConceptId id = builder().add({.code = code,
                                        .display = shown.empty() ? name : shown,
                                        .is_inactive = file.column("Status") == "DEPRECATED"});
    if (!shown.empty() && shown != name) designate(id, "PartName", name);
    add(id, "PartTypeName", file.column("PartTypeName"));
    add(id, "STATUS", file.column("Status"));
  }

  /// One row for each answer of each list; a list that is defined elsewhere has none.
  void read_answer(const TableFile& file) {
    const std::string_view list = file.column("AnswerListId");
    const ConceptId list_id = find_or_add(list, file.column("AnswerListName"));
    if (list_id == k_no_concept) return;
    if (lists_.insert(list_id).second) add(list_id, "OID", file.column("AnswerListOID"));
    const ConceptId id = find_or_add(file.column("AnswerStringId"), file.column("DisplayText"));
    if (id == k_no_concept) return;
    add(id, "LIST", list, PropertyType::code);
    add(list_id, "answer", file.column("AnswerStringId"), PropertyType::code);
    add(id, "LocalAnswerCode", file.column("LocalAnswerCode"));
  }

  void read_answer_link(const TableFile& file) {
    const ConceptId id = builder().find(file.column("LoincNumber"));
    const ConceptId list = find_or_add(file.column("AnswerListId"), file.column("AnswerListName"));
    if (id == k_no_concept || list == k_no_concept) return;
    add(id, "answer-list", file.column("AnswerListId"), PropertyType::code);
    add(list, "answers-for", file.column("LoincNumber"), PropertyType::code);
  }

  void read_hierarchy(const TableFile& file) {
    const ConceptId id = find_or_add(file.column("CODE"), file.column("CODE_TEXT"));
    const std::string_view parent = file.column("IMMEDIATE_PARENT");
    if (id == k_no_concept || parent.empty()) return;
    const ConceptId above = find_or_add(parent, {});
    if (above != id) builder().add_parent(id, above);
  }

  void read_consumer(const TableFile& file) {
    const ConceptId id = builder().find(file.column("LoincNumber"));
    if (id != k_no_concept) designate(id, "ConsumerName", file.column("ConsumerName"));
  }

  /// deDE15LinguisticVariant.csv is German as in Germany.
  fhir::Result<void> read_variant(const std::string& name) {
    if (name.size() < 4) return {};
    language_ = name.substr(0, 2) + "-" + name.substr(2, 2);
    return read(name, {"LOINC_NUM"}, &Reader::read_variant_row);
  }

  void read_variant_row(const TableFile& file) {
    const ConceptId id = builder().find(file.column("LOINC_NUM"));
    if (id == k_no_concept) return;
    bool has_name = false;
    for (const std::string_view name :
         {"LONG_COMMON_NAME", "LinguisticVariantDisplayName", "SHORTNAME"}) {
      has_name = has_name || !file.column(name).empty();
      designate(id, name, file.column(name), language_);
    }
    if (has_name) return;
    std::string specified;  // the fully specified name, as LOINC writes it
    for (const std::string_view axis : k_axes) {
      if (file.column(axis).empty()) continue;
      if (!specified.empty()) specified += ':';
      specified += file.column(axis);
    }
    designate(id, "FullySpecifiedName", specified, language_);
  }

  const LoadOptions& options_;
  Draft draft_;
  std::map<std::string, std::string> files_;  // name to path
  std::map<std::string, std::vector<Link>> links_;
  std::set<ConceptId> lists_;
  std::string language_;
  std::string latest_;
};

}  // namespace

fhir::Result<Draft> read_loinc(const std::string& folder, const LoadOptions& options) {
  return Reader(options).read(folder);
}

}  // namespace terminology::load
