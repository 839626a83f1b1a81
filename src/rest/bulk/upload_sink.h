// The body of a request to import, as it arrives.
#pragma once

#include <memory>

#include "src/bulk/upload.h"
#include "src/http/message.h"

namespace server::rest {

/// gzip   whether it comes packed: what is not is refused at once
std::shared_ptr<http::BodySink> sink_of(std::unique_ptr<bulk::Upload> upload, bool gzip);

}  // namespace server::rest
