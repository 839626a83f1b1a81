#include "conformance/snapshot_compare.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <ostream>
#include <set>

#include "fhir/formats/json_writer.h"

namespace snapshot_compare {
namespace {

using fhir::json::Value;

std::span<const Value> items_at(const Value& value, std::string_view name) {
  const Value* list = value.find(name);
  return list != nullptr ? list->items() : std::span<const Value>{};
}

std::string text_at(const Value& value, std::string_view name) {
  const Value* member = value.find(name);
  return member != nullptr ? std::string(member->text()) : std::string();
}

/// Publishers may pin the version that they found; the differential does not say it.
std::string unpinned(std::string_view canonical) {
  return std::string(canonical.substr(0, canonical.find('|')));
}

/// A set of canonicals as one text, each once.
std::string canonicals(const Value& type, std::string_view name) {
  std::set<std::string> all;
  for (const Value& canonical : items_at(type, name)) all.insert(unpinned(canonical.text()));
  std::string out;
  for (const std::string& canonical : all) out += " " + canonical;
  return out;
}

std::string types(const Value& element) {
  std::string out;
  for (const Value& type : items_at(element, "type"))
    out += text_at(type, "code") + "<" + canonicals(type, "profile") + "|" +
           canonicals(type, "targetProfile") + "> ";
  return out;
}

std::string binding(const Value& element) {
  const Value* value = element.find("binding");
  return value != nullptr
             ? text_at(*value, "strength") + " " + unpinned(value->string_at("valueSet"))
             : "";
}

std::string slicing(const Value& element) {
  const Value* value = element.find("slicing");
  if (value == nullptr) return {};
  std::string out = text_at(*value, "rules");
  if (text_at(*value, "ordered") == "true") out += " ordered";
  for (const Value& discriminator : items_at(*value, "discriminator"))
    out += " " + text_at(discriminator, "type") + ":" + text_at(discriminator, "path");
  const std::string_view path = element.string_at("path");
  // Extensions are sliced by url whether or not the snapshot says so.
  const bool is_extension = path.ends_with(".extension") || path.ends_with(".modifierExtension");
  return is_extension && out == "open value:url" ? "" : out;
}

std::string constraints(const Value& element) {
  std::set<std::string> keys;
  for (const Value& constraint : items_at(element, "constraint"))
    keys.insert(text_at(constraint, "key"));
  std::string out;
  for (const std::string& key : keys) out += key + " ";
  return out;
}

std::string values(const Value& element) {
  std::string out;
  for (const fhir::json::Member& member : element.members()) {
    const std::string_view name = member.name();
    for (std::string_view prefix : {"fixed", "pattern", "minValue", "maxValue", "maxLength"}) {
      if (name.starts_with(prefix))
        out += std::string(name) + "=" + fhir::json::to_string(member.value) + " ";
    }
  }
  return out;
}

std::string base(const Value& element) {
  const Value* value = element.find("base");
  if (value == nullptr) return {};
  return text_at(*value, "path") + " " + text_at(*value, "min") + ".." + text_at(*value, "max");
}

std::string content_reference(const Value& element) {
  const std::string reference = text_at(element, "contentReference");
  return reference.substr(reference.find('#') + 1);
}

std::string min(const Value& element) { return text_at(element, "min"); }
std::string max(const Value& element) { return text_at(element, "max"); }
/// False is what absence means.
std::string flag(const Value& element, std::string_view name) {
  return text_at(element, name) == "true" ? "true" : "";
}
std::string must_support(const Value& element) { return flag(element, "mustSupport"); }
std::string is_modifier(const Value& element) { return flag(element, "isModifier"); }

struct Aspect {
  std::string_view name;
  std::string (*of)(const Value& element);
};

constexpr std::array<Aspect, 11> k_aspects = {{{"min", min},
                                               {"max", max},
                                               {"type", types},
                                               {"binding", binding},
                                               {"slicing", slicing},
                                               {"constraint", constraints},
                                               {"value", values},
                                               {"base", base},
                                               {"contentReference", content_reference},
                                               {"mustSupport", must_support},
                                               {"isModifier", is_modifier}}};

struct Line {
  std::string id;
  const Value* element;
};

/// A choice closed to its one type and sliced by it says the same as the choice of that one type:
/// `value[x]` with `value[x]:valueQuantity` becomes `value[x]` alone.
bool is_one_closed_slice(std::span<const Value> elements, std::size_t at) {
  const std::string id = text_at(elements[at], "id");
  if (!id.ends_with("[x]") || slicing(elements[at]) != "closed type:$this") return false;
  const auto slices = std::count_if(elements.begin(), elements.end(), [&](const Value& other) {
    const std::string_view other_id = other.string_at("id");
    return other_id.starts_with(id + ":") && other_id.find('.', id.size()) == std::string::npos;
  });
  return slices == 1 && items_at(elements[at], "type").size() == 1;
}

std::vector<Line> lines_of(const Value& structure) {
  std::vector<Line> out;
  const Value* snapshot = structure.find("snapshot");
  if (snapshot == nullptr) return out;
  const auto elements = items_at(*snapshot, "element");
  std::vector<std::string> dropped;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    if (is_one_closed_slice(elements, i)) {
      dropped.push_back(text_at(elements[i], "id"));
      continue;
    }
    std::string id = text_at(elements[i], "id");
    for (const std::string& choice : dropped) {
      if (!id.starts_with(choice + ":")) continue;
      const std::size_t end = id.find('.', choice.size());
      id = choice + (end == std::string::npos ? "" : id.substr(end));
    }
    out.push_back({std::move(id), &elements[i]});
  }
  return out;
}

/// Whether the text is what the pattern says; `*` is any text.
bool matches(std::string_view pattern, std::string_view text) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text;
  if (!text.starts_with(pattern.substr(0, star))) return false;
  const std::string_view rest = pattern.substr(star + 1);
  for (std::size_t at = star; at <= text.size(); ++at) {
    if (matches(rest, text.substr(at))) return true;
  }
  return false;
}

}  // namespace

std::vector<Difference> differences(const Value& expected, const Value& found) {
  std::vector<Difference> out;
  const std::vector<Line> wanted = lines_of(expected), made = lines_of(found);
  std::map<std::string_view, const Value*> by_id;
  for (const Line& line : made) by_id.emplace(line.id, line.element);
  std::set<std::string_view> wanted_ids;
  for (const Line& line : wanted) {
    wanted_ids.insert(line.id);
    auto match = by_id.find(line.id);
    if (match == by_id.end()) {
      out.push_back({line.id, "missing", "", ""});
      continue;
    }
    for (const Aspect& aspect : k_aspects) {
      std::string left = aspect.of(*line.element), right = aspect.of(*match->second);
      if (left != right)
        out.push_back({line.id, std::string(aspect.name), std::move(left), std::move(right)});
    }
  }
  for (const Line& line : made) {
    if (!wanted_ids.contains(line.id)) out.push_back({line.id, "added", "", ""});
  }
  const bool same_order = std::equal(wanted.begin(), wanted.end(), made.begin(), made.end(),
                                     [](const Line& a, const Line& b) { return a.id == b.id; });
  if (out.empty() && !same_order) out.push_back({"", "order", "", ""});
  return out;
}

std::ostream& operator<<(std::ostream& out, const Difference& difference) {
  return out << difference.element << " | " << difference.what << " | " << difference.expected
             << " | " << difference.found;
}

KnownDifferences::KnownDifferences(const std::string& source) {
  std::ifstream in(MEDISYNC_SOURCE_DIR "/tests/conformance/snapshot_differences.txt");
  for (std::string text; std::getline(in, text);) {
    if (text.empty() || text[0] == '#') continue;
    std::vector<std::string> fields;
    for (std::size_t begin = 0; begin <= text.size();) {
      const std::size_t bar = std::min(text.find(" | ", begin), text.size());
      fields.push_back(text.substr(begin, bar - begin));
      begin = bar + 3;
    }
    REQUIRE_MESSAGE(fields.size() == 5, text);
    if (fields[0] == source) lines_.push_back({text, fields[1], fields[2], fields[3]});
  }
}

bool KnownDifferences::covers(const std::string& structure, const Difference& difference) {
  for (Line& line : lines_) {
    if (!matches(line.structure, structure) || !matches(line.element, difference.element) ||
        !matches(line.what, difference.what))
      continue;
    line.used = true;
    return true;
  }
  return false;
}

std::vector<std::string> KnownDifferences::unused() const {
  std::vector<std::string> out;
  for (const Line& line : lines_) {
    if (!line.used) out.push_back(line.text);
  }
  return out;
}

}  // namespace snapshot_compare
