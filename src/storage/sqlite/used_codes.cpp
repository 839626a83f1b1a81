#include "src/storage/sqlite/used_codes.h"

#include <set>

#include "src/storage/codes_in_use.h"

namespace server::storage::sqlite {

fhir::Result<std::vector<std::string>> used_codes(Connection& connection,
                                                  const Dictionary& dictionary,
                                                  std::string_view parameter) {
  constexpr std::string_view k_next =
      "SELECT code FROM token_index WHERE param = ? AND code > ? ORDER BY code LIMIT 1";
  std::set<std::string> codes;
  for (const std::int64_t type : dictionary.types()) {
    const auto number = dictionary.parameter(type, parameter);
    if (!number) continue;
    FHIR_TRY(statement, connection.statement(std::string(k_next)));
    std::string last;
    while (true) {
      Run run(*statement);
      run->bind(1, *number);
      run->bind(2, last);
      const Step step = run->step();
      if (step == Step::failed) return fhir::unexpected(connection.issue(run->code()));
      if (step != Step::row) break;
      last = run->bytes(0);
      codes.insert(last);
      if (codes.size() > k_codes_in_use_max)
        return fhir::unexpected(fhir::make_issue(
            fhir::IssueType::too_costly,
            "More than " + std::to_string(k_codes_in_use_max) + " codes are in use there"));
    }
  }
  return std::vector<std::string>(codes.begin(), codes.end());
}

}  // namespace server::storage::sqlite
