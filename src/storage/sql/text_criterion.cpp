// :text and :text-advanced, over the texts that stand beside tokens.
// https://hl7.org/fhir/R4/search.html#token
#include <algorithm>

#include "src/storage/sql/criteria.h"

namespace server::storage::sql {
namespace {

/// Each word somewhere in the text.
SqlText words_condition(const Dialect& dialect, std::string_view column, std::string_view folded) {
  SqlText text;
  while (!folded.empty()) {
    const std::size_t end = std::min(folded.find(' '), folded.size());
    if (end > 0) {
      text << (text.empty() ? "" : " AND ");
      text.bind_in(dialect.contains(column), std::string(folded.substr(0, end)));
    }
    folded.remove_prefix(std::min(end + 1, folded.size()));
  }
  return text;
}

}  // namespace

fhir::Result<Condition> CriteriaCompiler::compile_texts(std::int64_t param,
                                                        const Criterion& criterion) {
  Condition condition;
  for (const Operand& operand : criterion.alternatives) {
    Branch one = branch(IndexKind::text, param);
    one.where << " AND " << alias_of(one) << ".text IN (SELECT text FROM concept_text WHERE "
              << (criterion.modifier == search::Modifier::text
                      ? prefix_condition("folded", operand.folded)
                      : words_condition(dialect_, "folded", operand.folded))
              << ")";
    condition.add(std::move(one));
  }
  return condition;
}

/// :of-type: an identifier's value beside one coding of its type.
fhir::Result<Condition> CriteriaCompiler::compile_of_type(std::int64_t param,
                                                          const Criterion& criterion) {
  Condition condition;
  for (const Operand& operand : criterion.alternatives) {
    FHIR_TRY(system, catalog_.system(operand.system));
    if (!system) continue;
    Branch one = branch(IndexKind::composite, param);
    const std::string name = alias_of(one);
    (one.where << " AND " << name << ".text1 = ").bind(operand.text);
    (one.where << " AND " << name << ".text2 = ").bind(operand.code);
    (one.where << " AND " << name << ".system2 = ").bind(*system);
    one.ordered = true;
    condition.add(std::move(one));
  }
  return condition;
}

}  // namespace server::storage::sql
