// https://hl7.org/fhir/R4/search.html#uri
#include "src/storage/sql/criteria.h"

namespace server::storage::sql {

using search::Modifier;

fhir::Result<Condition> CriteriaCompiler::compile_uris(std::int64_t param,
                                                       const Criterion& criterion) {
  Condition condition;
  for (const Operand& operand : criterion.alternatives) {
    Branch one = branch(IndexKind::uri, param);
    const std::string value = alias_of(one) + ".value";
    switch (criterion.modifier) {
      case Modifier::none:
        (one.where << " AND " << value << " = ").bind(operand.text);
        one.ordered = true;
        break;
      case Modifier::below:  // the uri itself, and what lies under it
        (one.where << " AND (" << value << " = ").bind(operand.text) << " OR ";
        one.where << prefix_condition(
            value, operand.text.ends_with('/') ? operand.text : operand.text + "/");
        if (operand.text.find('|') != std::string::npos)  // a canonical of version 1 and of 1.0
          one.where << " OR " << prefix_condition(value, operand.text + ".");
        one.where << ")";
        break;
      case Modifier::above: {  // the uri itself, and what it lies under
        (one.where << " AND " << value << " IN (").bind(operand.text);
        const std::size_t authority = operand.text.find("://");
        std::size_t slash = operand.text.size();
        while (slash > 0 && (slash = operand.text.rfind('/', slash - 1)) != std::string::npos &&
               (authority == std::string::npos || slash > authority + 2)) {
          (one.where << ", ").bind(operand.text.substr(0, slash));
          (one.where << ", ").bind(operand.text.substr(0, slash + 1));
        }
        one.where << ")";
        break;
      }
      case Modifier::compared:
        one.where << " AND " << compared_text(dialect_, value, operand.prefix, operand.text);
        one.ordered = operand.prefix == search::Prefix::eq;
        break;
      default:
        return fhir::unexpected(not_supported(criterion));
    }
    condition.add(std::move(one));
  }
  return condition;
}

}  // namespace server::storage::sql
