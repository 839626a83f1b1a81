#include "terminology/load/csv_code_system.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "terminology/load/table_file.h"

namespace terminology::load {
namespace {

using fhir::unexpected;

constexpr std::string_view k_designation = "designation:";
constexpr std::string_view k_property = "property:";

bool is_true(std::string_view text) { return text == "true" || text == "1"; }

template <class Visit>
void for_each_part(std::string_view list, Visit&& visit) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find('|'), list.size());
    if (end != 0) visit(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
}

class Reader {
 public:
  explicit Reader(TableFile file) : file_(std::move(file)), draft_({}) {}

  fhir::Result<Draft> read(const LoadOptions& options) {
    FHIR_CHECK(read_head());
    while (true) {
      FHIR_TRY(has_row, file_.next());
      if (!has_row) break;
      FHIR_CHECK(read_concept());
    }
    for (const auto& [child, parent, wrong] : parents_) {
      const ConceptId id = draft_.builder.find(parent);
      if (id == k_no_concept) return unexpected(wrong);
      draft_.builder.add_parent(child, id);
    }
    if (!options.version.empty()) draft_.builder.info().version = options.version;
    return std::move(draft_);
  }

 private:
  fhir::Result<void> read_head() {
    release::ReleaseInfo& info = draft_.builder.info();
    info.kind = "csv";
    while (true) {
      FHIR_TRY(has_row, file_.next());
      if (!has_row) return unexpected(file_.wrong("the names of the columns are missing"));
      const std::string_view text = file_.text();
      if (!text.starts_with('#')) break;
      const std::size_t sign = text.find('=');
      if (sign == std::string_view::npos) continue;  // a remark
      FHIR_CHECK(set(info, text.substr(1, sign - 1), text.substr(sign + 1)));
    }
    if (info.url.empty()) return unexpected(file_.wrong("a line like #url=… is expected"));
    for (std::size_t i = 0; i < file_.column_count(); ++i) {
      const std::string name(file_.column(i));
      const bool is_known = name == "code" || name == "display" || name == "definition" ||
                            name == "parent" || name == "status" || name == "abstract" ||
                            name.starts_with(k_designation) || name.starts_with(k_property);
      if (!is_known) return unexpected(file_.wrong("there is no column named '" + name + "'"));
      names_.push_back(name);
    }
    if (std::find(names_.begin(), names_.end(), "code") == names_.end())
      return unexpected(file_.wrong("a column named code is expected"));
    return {};
  }

  fhir::Result<void> set(release::ReleaseInfo& info, std::string_view name,
                         std::string_view value) {
    if (name == "url")
      info.url = value;
    else if (name == "version")
      info.version = value;
    else if (name == "name")
      info.name = value;
    else if (name == "title")
      info.title = value;
    else if (name == "language")
      info.language = value;
    else if (name == "notice")
      info.notice = value;
    else if (name == "caseSensitive")
      info.is_case_sensitive = is_true(value);
    else if (name == "hierarchyMeaning")
      info.hierarchy_is_subsumption = value == "is-a";
    else if (name == "content" && value == "fragment")
      info.content = Content::fragment;
    else if (name == "content" && value == "example")
      info.content = Content::example;
    else if (name != "content" || value != "complete")
      return unexpected(file_.wrong("'" + std::string(name) + "' says nothing of a code system"));
    return {};
  }

  std::string_view cell(std::string_view name) const {
    const auto found = std::find(names_.begin(), names_.end(), name);
    return found != names_.end() ? file_.column(static_cast<std::size_t>(found - names_.begin()))
                                 : std::string_view{};
  }

  fhir::Result<void> read_concept() {
    CodeSystemBuilder& builder = draft_.builder;
    const std::string_view code = cell("code"), status = cell("status");
    if (code.empty()) return unexpected(file_.wrong("there is no code"));
    if (builder.find(code) != k_no_concept)
      return unexpected(file_.wrong("the code '" + std::string(code) + "' stands twice"));
    const ConceptId id = builder.add({.code = code,
                                      .display = cell("display"),
                                      .definition = cell("definition"),
                                      .is_abstract = is_true(cell("abstract")),
                                      .is_inactive = status == "inactive" || status == "retired"});
    if (!status.empty())
      builder.add_property(id, {.code = "status", .type = PropertyType::code, .value = status});
    for_each_part(cell("parent"), [&](std::string_view parent) {
      parents_.push_back({id, std::string(parent),
                          file_.wrong("the parent '" + std::string(parent) + "' is no code")});
    });
    for (std::size_t i = 0; i < names_.size(); ++i) {
      const std::string_view name = names_[i];
      for_each_part(file_.column(i), [&](std::string_view value) {
        if (name.starts_with(k_designation))
          builder.add_designation(id,
                                  {.language = name.substr(k_designation.size()), .value = value});
        if (name.starts_with(k_property))
          builder.add_property(id, {.code = name.substr(k_property.size()), .value = value});
      });
    }
    return {};
  }

  struct Parent {
    ConceptId child;
    std::string parent;
    fhir::Issue wrong;  // when it is no code
  };

  TableFile file_;
  Draft draft_;
  std::vector<std::string> names_;
  std::vector<Parent> parents_;
};

}  // namespace

fhir::Result<Draft> read_csv_code_system(const std::string& path, const LoadOptions& options) {
  FHIR_TRY(file, TableFile::open(path, ',', TableFile::Quotes::doubled));
  return Reader(std::move(file)).read(options);
}

}  // namespace terminology::load
