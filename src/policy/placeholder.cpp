#include "src/policy/placeholder.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "src/policy/permission.h"

namespace server::policy {
namespace {

using search::Criterion;
using search::Operand;

// Ids, so that the readers of values take them.
constexpr std::string_view k_user = "medisync.the-user.7f0c7a52d1b94f5c";
constexpr std::string_view k_patient = "medisync.the-patient.7f0c7a52d1b94f5c";

void replace(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

bool has_mark(std::string_view text) {
  return text.find(k_user) != std::string_view::npos ||
         text.find(k_patient) != std::string_view::npos;
}

bool is_mark(std::string_view text) { return text == k_user || text == k_patient; }

/// The operands that one becomes: none when nobody is there.
std::vector<Operand> filled_in(const Operand& operand, std::string_view user,
                               std::span<const std::string> patients) {
  std::vector<Operand> out;
  const bool is_reference = is_mark(operand.id);
  const std::string& mark = is_reference ? operand.id : operand.code;
  if (!is_mark(mark)) return {operand};
  const auto add = [&](std::string_view type, std::string_view id) {
    if (is_reference && !operand.type.empty() && operand.type != type) return;
    Operand one = operand;
    (is_reference ? one.id : one.code) = id;
    if (is_reference) one.type = type;
    out.push_back(std::move(one));
  };
  if (mark == k_patient) {
    for (const std::string& patient : patients) add("Patient", patient);
  } else if (const std::size_t slash = user.find('/'); slash != std::string_view::npos) {
    add(user.substr(0, slash), user.substr(slash + 1));
  }
  return out;
}

bool fill(Criterion& criterion, std::string_view user, std::span<const std::string> patients) {
  std::vector<Operand> alternatives;
  for (const Operand& operand : criterion.alternatives) {
    for (Operand& one : filled_in(operand, user, patients)) alternatives.push_back(std::move(one));
  }
  if (alternatives.empty() && !criterion.alternatives.empty()) return false;
  criterion.alternatives = std::move(alternatives);
  if (criterion.chained && !fill(*criterion.chained, user, patients)) return false;
  return std::all_of(criterion.parts.begin(), criterion.parts.end(),
                     [&](Criterion& part) { return fill(part, user, patients); });
}

}  // namespace

std::string with_marks(std::string_view query) {
  std::string text(query);
  replace(text, "{user}", k_user);
  replace(text, "{patient}", k_patient);
  return text;
}

bool has_stray_mark(const Criterion& criterion) {
  for (const Operand& operand : criterion.alternatives) {
    const bool is_stray = has_mark(operand.text) || has_mark(operand.folded) ||
                          has_mark(operand.system) || !operand.parts.empty() ||
                          (has_mark(operand.id) && !is_mark(operand.id)) ||
                          (has_mark(operand.code) && !is_mark(operand.code));
    // A negation would allow everything to whoever is nobody.
    const bool is_negated = criterion.modifier != search::Modifier::none &&
                            (is_mark(operand.id) || is_mark(operand.code)) &&
                            criterion.modifier != search::Modifier::type;
    if (is_stray || is_negated) return true;
  }
  return (criterion.chained && has_stray_mark(*criterion.chained)) ||
         std::any_of(criterion.parts.begin(), criterion.parts.end(), has_stray_mark);
}

std::optional<Criterion> filled_in(const Criterion& criterion, std::string_view user,
                                   std::span<const std::string> patients) {
  Criterion copy = copy_of(criterion);
  if (!fill(copy, user, patients)) return std::nullopt;
  return copy;
}

}  // namespace server::policy
