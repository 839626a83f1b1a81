// https://www.w3.org/TR/CSP3/ https://www.w3.org/TR/WCAG22/
#include "src/web/html.h"

#include <algorithm>
#include <ctime>

namespace server::web {

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string document(std::string_view title, std::string_view content) {
  const std::string name = escaped(title);
  std::string out =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>";
  out.append(name).append(
      " – MediSync</title>\n<link rel=\"stylesheet\" href=\"style.css\">\n</head>\n<body>\n<main>\n"
      "<h1>");
  out.append(name).append("</h1>\n").append(content);
  return out + "</main>\n</body>\n</html>\n";
}

http::Response page(unsigned status, std::string_view title, std::string_view content,
                    std::string_view form_targets) {
  http::Response response;
  response.status = status;
  std::string policy =
      "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
      "form-action 'self'";
  if (!form_targets.empty()) policy.append(" ").append(form_targets);
  response.headers.add("Content-Type", "text/html; charset=utf-8");
  response.headers.add("Content-Security-Policy", std::move(policy));
  response.headers.add("X-Content-Type-Options", "nosniff");
  response.headers.add("X-Frame-Options", "DENY");
  response.headers.add("Referrer-Policy", "same-origin");
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("Pragma", "no-cache");
  response.body = document(title, content);
  return response;
}

http::Response redirect(std::string url) {
  http::Response response;
  response.status = 303;
  response.headers.add("Location", std::move(url));
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("Referrer-Policy", "no-referrer");
  return response;
}

std::string policy_source(std::string_view url) {
  const std::size_t colon = url.find(':');
  if (colon == std::string_view::npos) return {};
  std::string_view source = url.substr(0, colon + 1);
  if (source == "http:" || source == "https:") {
    if (!url.substr(colon + 1).starts_with("//")) return {};
    source = url.substr(0, url.find_first_of("/?#", colon + 3));
  }
  const bool is_plain = std::all_of(source.begin(), source.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view(":/.-+_[]").find(c) != std::string_view::npos;
  });
  return is_plain ? std::string(source) : std::string();
}

std::string hidden(std::string_view name, std::string_view value) {
  std::string out = "<input type=\"hidden\" name=\"";
  out.append(name).append("\" value=\"").append(escaped(value));
  return out + "\">\n";
}

std::string text_field(std::string_view name, std::string_view label, std::string_view attributes) {
  std::string out = "<p><label for=\"";
  out.append(name).append("\">").append(escaped(label)).append("</label>\n<input id=\"");
  out.append(name).append("\" name=\"").append(name).append("\" ").append(attributes);
  return out + "></p>\n";
}

std::string button(std::string_view label, std::string_view attributes) {
  std::string out = "<button type=\"submit\" ";
  out.append(attributes).append(">").append(escaped(label));
  return out + "</button>\n";
}

std::string time_text(std::int64_t utc_ms) {
  const std::time_t seconds = utc_ms / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &parts);
  return text;
}

std::string_view style() {
  return "body { font: 1rem/1.5 system-ui, sans-serif; color: #1a1a1a; background: #f4f6f8; "
         "margin: 0 }\n"
         "main { max-width: 40rem; margin: 2rem auto; padding: 1.5rem 2rem; background: #fff;\n"
         "  border: 1px solid #c4ccd4; border-radius: .5rem }\n"
         "h1 { font-size: 1.5rem; margin-top: 0 }\n"
         "h2 { font-size: 1.1rem }\n"
         "label { font-weight: 600 }\n"
         "input:not([type=checkbox]):not([type=radio]), select { display: block; width: 100%;\n"
         "  box-sizing: border-box; padding: .5rem; font: inherit; border: 1px solid #5f6b77 }\n"
         "fieldset { border: 1px solid #c4ccd4; margin: 1rem 0 }\n"
         "fieldset fieldset { margin-left: 1.5rem }\n"
         "legend { font-weight: 600 }\n"
         ".choice label { font-weight: 400 }\n"
         ".error { border-left: .3rem solid #a4161a; padding-left: .7rem; color: #7a1014 }\n"
         "button { font: inherit; padding: .5rem 1.2rem; margin-right: .7rem; color: #fff;\n"
         "  background: #0b5394; border: 2px solid #0b5394; border-radius: .3rem }\n"
         "button.no { color: #0b5394; background: #fff }\n"
         "a { color: #0b5394 }\n"
         ":focus-visible { outline: 3px solid #f5a623; outline-offset: 2px }\n";
}

}  // namespace server::web
