#include "terminology/added_codings.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "fhir/formats/json_writer.h"
#include "terminology/concept_map.h"
#include "terminology/translate.h"

namespace terminology {
namespace {

using fhir::json::Member;
using fhir::json::Value;

bool claims(const Value& resource, std::string_view profile) {
  if (profile == "*") return true;
  const Value* meta = resource.find("meta");
  const Value* profiles = meta != nullptr ? meta->find("profile") : nullptr;
  if (profiles == nullptr) return false;
  const auto items = profiles->items();
  return std::any_of(items.begin(), items.end(), [&](const Value& item) {
    return item.string().substr(0, item.string().find('|')) == profile;
  });
}

class Adder {
 public:
  Adder(std::vector<std::string_view> targets, const Terminology& terminology)
      : targets_(std::move(targets)),
        terminology_(terminology),
        maps_(terminology.concept_maps()) {}

  bool has_added() const { return has_added_; }

  void write(const Value& value) {
    if (value.is_array()) {
      out_.begin_array();
      for (const Value& item : value.items()) write(item);
      out_.end_array();
    } else if (value.is_object()) {
      out_.begin_object();
      for (const Member& member : value.members()) {
        out_.key(member.name());
        if (member.name() == "coding" && member.value.is_array())
          write_codings(member.value);
        else
          write(member.value);
      }
      out_.end_object();
    } else {
      out_.value(value);
    }
  }

  std::string take() { return std::move(text_); }

 private:
  /// The array of a CodeableConcept: no other type has one of this name.
  void write_codings(const Value& codings) {
    out_.begin_array();
    for (const Value& coding : codings.items()) out_.value(coding);
    for (const std::string_view target : targets_) {
      const auto sent = codings.items();
      const bool has_target = std::any_of(sent.begin(), sent.end(), [&](const Value& coding) {
        return coding.string_at("system") == target;
      });
      if (!has_target) add(codings, target);
    }
    out_.end_array();
  }

  void add(const Value& codings, std::string_view target) {
    std::vector<std::string> added;
    for (const Value& coding : codings.items()) {
      TranslateQuestion question;
      question.coding.system = coding.string_at("system");
      question.coding.code = coding.string_at("code");
      question.target_system = target;
      if (question.coding.system.empty() || question.coding.code.empty()) continue;
      for (const ConceptMap* map : maps_) {
        for (const TranslateMatch& match : translate(terminology_, *map, question)) {
          const bool is_same = match.equivalence == "equal" || match.equivalence == "equivalent";
          if (!is_same || match.code.empty() || match.system != target ||
              added.size() == k_added_codings_max ||
              std::find(added.begin(), added.end(), match.code) != added.end())
            continue;
          added.emplace_back(match.code);
          write_coding(match);
        }
      }
    }
    has_added_ = has_added_ || !added.empty();
  }

  void write_coding(const TranslateMatch& match) {
    const std::string_view display =
        match.display.empty() ? terminology_.display(match.system, match.code) : match.display;
    out_.begin_object().string("system", match.system);
    if (!match.version.empty()) out_.string("version", match.version);
    out_.string("code", match.code);
    if (!display.empty()) out_.string("display", display);
    out_.end_object();
  }

  std::vector<std::string_view> targets_;
  const Terminology& terminology_;
  std::vector<const ConceptMap*> maps_;
  std::string text_;
  fhir::json::Builder out_{text_};
  bool has_added_ = false;
};

}  // namespace

std::optional<std::string> with_added_codings(const Value& resource,
                                              std::span<const CodingRule> rules,
                                              const Terminology& terminology) {
  std::vector<std::string_view> targets;
  for (const CodingRule& rule : rules) {
    if (claims(resource, rule.profile) &&
        std::find(targets.begin(), targets.end(), rule.target_system) == targets.end())
      targets.push_back(rule.target_system);
  }
  if (targets.empty()) return std::nullopt;
  Adder adder(std::move(targets), terminology);
  adder.write(resource);
  return adder.has_added() ? std::optional(adder.take()) : std::nullopt;
}

}  // namespace terminology
