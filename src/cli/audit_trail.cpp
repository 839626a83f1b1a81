#include "src/cli/audit_trail.h"

#include <cstdio>

#include "src/http/worker_pool.h"
#include "src/rest/live_store.h"

namespace server::cli {

std::filesystem::path audit_key_file(const std::filesystem::path& data) {
  return data / "audit.key";
}

fhir::Result<std::unique_ptr<audit::Recorder>> start_recorder(const ServeSettings& settings,
                                                              Engine& engine) {
  FHIR_TRY(key, security::Vault::open(audit_key_file(settings.data)));
  engine.store->keep([](std::string_view type, std::string_view id) {
    return type == "AuditEvent" && audit::is_id_of_chain(id);
  });
  audit::RecorderOptions options;
  options.server = engine.options.base_url;
  options.before_wait = http::WorkerPool::this_thread_waits;
  options.after_wait = http::WorkerPool::this_thread_goes_on;
  options.complain = [](const std::string& line) {
    std::fprintf(stderr, "medisync: %s\n", line.c_str());
  };
  return audit::Recorder::start(std::move(options), audit::Chain(std::move(key)),
                                *engine.definitions, engine.store->inner());
}

void tell_figures(const audit::Recorder& recorder, http::Metrics& metrics) {
  using Kind = http::Metrics::Kind;
  const auto tell = [&](const char* name, const char* help, Kind kind,
                        std::uint64_t audit::RecorderFigures::*figure) {
    metrics.observe(name, help, kind, [&recorder, figure] {
      return static_cast<double>(recorder.figures().*figure);
    });
  };
  tell("medisync_audit_events_total", "Events written to the audit trail", Kind::counter,
       &audit::RecorderFigures::written);
  tell("medisync_audit_waiting", "Events that are not written yet", Kind::gauge,
       &audit::RecorderFigures::waiting);
  tell("medisync_audit_failures_total", "Tries to write events that failed", Kind::counter,
       &audit::RecorderFigures::failures);
  tell("medisync_audit_lost_total", "Events that could not be kept", Kind::counter,
       &audit::RecorderFigures::lost);
}

}  // namespace server::cli
