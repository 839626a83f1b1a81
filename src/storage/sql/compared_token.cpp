// eq and ne of `_filter`: "token is the same, including namespace if specified (case insensitive)".
// https://hl7.org/fhir/R4/search_filter.html#ops
#include "src/storage/sql/criteria.h"

namespace server::storage::sql {
namespace {

constexpr std::size_t k_letters_varied = 3;  // 2^3 ranges of the index

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string lower(std::string text) {
  for (char& c : text) {
    if (is_letter(c)) c = static_cast<char>(c | 32);
  }
  return text;
}

/// The ways to write the code's beginning up to its third letter; that may be all of it.
struct Beginnings {
  std::vector<std::string> texts = {""};
  bool is_whole = true;
};

Beginnings beginnings_of(const std::string& code) {
  Beginnings made;
  std::size_t letters = 0;
  for (const char c : code) {
    if (is_letter(c) && ++letters > k_letters_varied) {
      made.is_whole = false;
      return made;
    }
    std::vector<std::string> longer;
    for (const std::string& text : made.texts) {
      longer.push_back(text + static_cast<char>(is_letter(c) ? c | 32 : c));
      if (is_letter(c)) longer.push_back(text + static_cast<char>(c & ~32));
    }
    made.texts = std::move(longer);
  }
  return made;
}

}  // namespace

/// The index knows case: it is entered at each way of writing the first letters.
fhir::Result<Condition> CriteriaCompiler::compile_compared_tokens(std::int64_t param,
                                                                  const Criterion& criterion) {
  Condition condition;
  for (const Operand& operand : criterion.alternatives) {
    const bool is_unequal = operand.prefix == search::Prefix::ne;
    FHIR_TRY(system, catalog_.system(operand.system));
    const bool is_unknown = operand.has_system && !system;
    if (is_unknown && !is_unequal) continue;
    const std::string code = lower(operand.code);
    const auto make = [&] {
      Branch one = branch(IndexKind::token, param);
      const std::string name = alias_of(one);
      if (is_unknown) return one;  // unequal to whatever there is
      one.where << (is_unequal ? " AND NOT (1 = 1" : "");
      if (!code.empty()) (one.where << " AND lower(" << name << ".code) = ").bind(code);
      if (operand.has_system) (one.where << " AND " << name << ".system = ").bind(*system);
      one.where << (is_unequal ? ")" : "");
      return one;
    };
    condition.filter.push_back(make());
    if (is_unequal) {
      condition.can_drive = false;
      continue;
    }
    if (code.empty()) {
      condition.driver.push_back(make());
      continue;
    }
    const Beginnings beginnings = beginnings_of(code);
    for (const std::string& text : beginnings.texts) {
      Branch one = make();
      const std::string column = alias_of(one) + ".code";
      if (beginnings.is_whole) {
        (one.where << " AND " << column << " = ").bind(text);
        one.ordered = true;
      } else {
        one.where << " AND " << prefix_condition(column, text);
      }
      condition.driver.push_back(std::move(one));
    }
  }
  return condition;
}

}  // namespace server::storage::sql
