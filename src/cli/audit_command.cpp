#include "src/cli/audit_command.h"

#include <CLI/CLI.hpp>
#include <cinttypes>
#include <cstdio>
#include <filesystem>

#include "src/audit/verification.h"
#include "src/cli/audit_trail.h"
#include "src/storage/sqlite/sqlite_store.h"

namespace server::cli {
namespace {

constexpr int k_broken = 1, k_unread = 2;

int fail(const fhir::Issue& issue) {
  std::fprintf(stderr, "medisync: %s\n", issue.diagnostics.c_str());
  return k_unread;
}

}  // namespace

CLI::App* add_audit(CLI::App& app, AuditSettings& settings) {
  CLI::App* audit = app.add_subcommand("audit", "The trail that serve --audit leaves");
  audit->require_subcommand(1);
  audit->add_option("--data", settings.data, "Folder of the database, or of a copy of it")
      ->envname("MEDISYNC_DATA")
      ->capture_default_str();
  audit
      ->add_subcommand("verify",
                       "Tell what in the trail was changed, taken away or put in; while no server "
                       "uses the folder")
      ->fallthrough();
  return audit;
}

int run_audit(const AuditSettings& settings) {
  if (!std::filesystem::exists(audit_key_file(settings.data))) {
    std::fprintf(stderr, "medisync: %s has no audit trail\n", settings.data.c_str());
    return k_unread;
  }
  auto key = security::Vault::open(audit_key_file(settings.data));
  if (!key) return fail(key.error());
  storage::SqliteOptions options;
  options.directory = settings.data;
  auto store = storage::open_sqlite(options);
  if (!store) return fail(store.error());
  auto reader = (*store)->reader(std::chrono::steady_clock::now() + std::chrono::hours(24));
  if (!reader) return fail(reader.error());
  const auto found = audit::verify(**reader, audit::Chain(*std::move(key)));
  if (!found) return fail(found.error());
  for (const std::string& fault : found->faults) std::printf("%s\n", fault.c_str());
  std::printf("%" PRIu64 " events, %" PRIu64 " that could not be kept, %" PRIu64 " faults\n",
              found->events, found->lost, found->fault_count);
  if (found->last.number != 0)
    std::printf("last %" PRIu64 " %s\n", found->last.number, found->last.code.c_str());
  return found->fault_count == 0 ? 0 : k_broken;
}

}  // namespace server::cli
