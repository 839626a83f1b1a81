#include "src/rest/bulk/upload_sink.h"

#include <utility>

#include "src/rest/answer.h"

namespace server::rest {
namespace {

constexpr std::string_view k_gzip_magic = "\x1f\x8b";
constexpr const char* k_retry_after_seconds = "60";

http::Response refusal(fhir::Issue issue) {
  http::Response response = failure_response(failure(std::move(issue)));
  // No room now, on the disk or among the imports.
  if (response.status >= 500) response.headers.add("Retry-After", k_retry_after_seconds);
  return response;
}

class UploadSink final : public http::BodySink {
 public:
  UploadSink(std::unique_ptr<bulk::Upload> upload, bool gzip)
      : upload_(std::move(upload)), is_unproved_(gzip) {}

  std::optional<http::Response> add(std::string&& piece) override {
    if (is_unproved_ && std::exchange(is_unproved_, false) && !piece.starts_with(k_gzip_magic))
      return refusal(fhir::make_issue(fhir::Situation::malformed, fhir::IssueType::structure,
                                      "The body is not packed as its Content-Encoding says"));
    return told(upload_->add(piece));
  }

  std::optional<http::Response> finish() override { return told(upload_->accept()); }

 private:
  static std::optional<http::Response> told(fhir::Result<void> done) {
    if (done) return std::nullopt;
    return refusal(std::move(done).error());
  }

  const std::unique_ptr<bulk::Upload> upload_;
  bool is_unproved_;
};

}  // namespace

std::shared_ptr<http::BodySink> sink_of(std::unique_ptr<bulk::Upload> upload, bool gzip) {
  return std::make_shared<UploadSink>(std::move(upload), gzip);
}

}  // namespace server::rest
