// Pages as HTML without scripts. Whatever comes from outside goes through escaped().
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "src/http/message.h"

namespace server::web {

/// Text for HTML content and for attributes between double quotes.
std::string escaped(std::string_view text);

/// A page with its heading; `content` is HTML.
std::string document(std::string_view title, std::string_view content);

/// A response that no other page may frame, no cache keeps, and from which nothing is loaded but
/// our style sheet.
///
/// form_targets   origins beside our own that a form's answer may redirect to, with spaces between:
///                browsers hold redirects after a form to the policy as well
http::Response page(unsigned status, std::string_view title, std::string_view content,
                    std::string_view form_targets = {});

/// 303: to be fetched by GET.
http::Response redirect(std::string url);

/// `https://app.example` of a URL, or `com.example.app:` of one that is not of the web; empty for
/// what cannot stand in a policy.
std::string policy_source(std::string_view url);

/// A label with its control, a hidden field, a button.
std::string hidden(std::string_view name, std::string_view value);
std::string text_field(std::string_view name, std::string_view label, std::string_view attributes);
std::string button(std::string_view label, std::string_view attributes = {});

/// `2024-05-06 07:08 UTC`
std::string time_text(std::int64_t utc_ms);

/// The style sheet.
std::string_view style();

}  // namespace server::web
