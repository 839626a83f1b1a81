// Fixed values and patterns: first whether all is well, then where the difference lies.
// https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.pattern_x_
#include <algorithm>

#include "fhir/validation/profile_walk.h"
#include "fhir/validation/value_match.h"

namespace fhir::validation {
namespace {

/// Reports each place where a value departs from what is wanted.
template <class Report>
class Difference {
 public:
  Difference(bool is_exact, const Report& report) : is_exact_(is_exact), report_(report) {}

  void find(const Path& path, const json::Value& value, const json::Value& wanted) const {
    if (wanted.is_object() && value.is_object()) return find_in_object(path, value, wanted);
    if (wanted.is_array() && value.is_array()) return find_in_array(path, value, wanted);
    if (!matches(value, wanted, is_exact_))
      report_(path, value.offset(), " is not the value that the profile asks for");
  }

 private:
  void find_in_object(const Path& path, const json::Value& value, const json::Value& wanted) const {
    for (const json::Member& member : wanted.members()) {
      const Path at{&path, member.name(), -1};
      const json::Value* found = value.find(member.name(), member.name_hash);
      if (found == nullptr) {
        report_(at, value.offset(), " is missing, and the profile asks for its value");
      } else if (member.value.is_array() && !is_exact_) {
        // Which of the items was meant to match cannot be told.
        if (!matches(*found, member.value, false))
          report_(path, value.offset(), " does not have all that the profile asks for");
      } else {
        find(at, *found, member.value);
      }
    }
    if (!is_exact_) return;
    for (const json::Member& member : value.members()) {
      if (wanted.find(member.name(), member.name_hash) == nullptr)
        report_(Path{&path, member.name(), -1}, member.value.offset(),
                " is no part of the value that the profile asks for");
    }
  }

  void find_in_array(const Path& path, const json::Value& value, const json::Value& wanted) const {
    if (value.items().size() != wanted.items().size())
      return report_(path.parent != nullptr ? *path.parent : path, value.offset(),
                     " has not as many items as the profile asks for");
    for (std::size_t i = 0; i < wanted.items().size(); ++i)
      find(path, value.items()[i], wanted.items()[i]);
  }

  bool is_exact_;
  const Report& report_;
};

}  // namespace

void ProfileWalk::check_pattern(const Node& node, const ProfileNode& wanted,
                                const Profile& profile) {
  const json::Value* value = node.element.value;
  const auto check = [&](const json::Value* asked, bool is_exact) {
    if (asked == nullptr || (value != nullptr && matches(*value, *asked, is_exact))) return;
    const auto report_at = [&](const Path& path, std::uint32_t offset, std::string_view text) {
      walk_.report(Severity::error, IssueType::value, path, offset,
                   {wanted.path, text, " (profile ", profile.schema().url, ")"});
    };
    if (value == nullptr)
      return report_at(*node.path, node.element.offset(),
                       " has no value, and a profile asks for one");
    Difference(is_exact, report_at).find(*node.path, *value, *asked);
  };
  check(wanted.fixed, true);
  check(wanted.pattern, false);
}

}  // namespace fhir::validation
