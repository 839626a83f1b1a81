#include "src/policy/reference_display.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "src/policy/json_bytes.h"
#include "src/policy/shaded_body.h"

namespace server::policy {
namespace {

constexpr std::array<std::string_view, 6> k_displayed = {"name",  "deviceName", "code",
                                                         "title", "medication", "vaccineCode"};

/// All that a Reference may have: what has more is a Coding, or something else with a display.
constexpr std::array<std::string_view, 9> k_members = {"id",         "extension", "reference",
                                                       "_reference", "type",      "_type",
                                                       "identifier", "display",   "_display"};

bool is_among(const auto& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Places in the text; none where both are 0.
struct Span {
  std::size_t begin = 0, end = 0;
};

/// An object or a list that is not closed yet.
struct Open {
  bool is_object = false;
  bool is_reference = true;
  std::string_view reference, type;
  Span display, sibling;  // their members, from the name's quote on
  std::string_view name;  // of the member whose value comes
  std::size_t name_at = 0;
};

/// The type that a reference leads to; empty when it does not tell.
std::string_view target_of(const Open& open) {
  std::string_view text = open.reference;
  text = text.substr(0, text.find("/_history/"));
  const std::size_t slash = text.rfind('/');
  if (slash != std::string_view::npos && !text.starts_with('#')) {
    text = text.substr(0, slash);
    return text.substr(text.rfind('/') + 1);
  }
  if (!open.reference.empty()) return {};
  return open.type.substr(open.type.rfind('/') + 1);
}

struct Edit {
  Span span;
  bool is_mask = false;  // else it goes
};

class Finder {
 public:
  Finder(std::string_view text, const std::set<std::string, std::less<>>& types)
      : text_(text), in_(text), types_(types) {}

  /// Returns false when the text is no JSON.
  bool find() {
    do {
      const char c = in_.peek();
      if (c == '{' || c == '[') {
        open_.push_back({c == '{'});
        in_.take(c);
      } else if (c == '}' || c == ']') {
        in_.take(c);
        close();
      } else if (c == '"') {
        string();
      } else if (c == ':' || c == ',') {
        in_.take(c);
      } else {
        in_.value();
        ended();
      }
    } while (!open_.empty() && !in_.failed());
    return !in_.failed() && in_.peek() == 0;
  }

  /// In their order; none within another.
  std::vector<Edit> take() {
    std::sort(edits_.begin(), edits_.end(),
              [](const Edit& a, const Edit& b) { return a.span.begin < b.span.begin; });
    std::vector<Edit> kept;
    for (const Edit& edit : edits_) {
      if (kept.empty() || edit.span.begin >= kept.back().span.end) kept.push_back(edit);
    }
    return kept;
  }

 private:
  void string() {
    const std::size_t at = in_.at();
    const std::string_view text = in_.string();
    if (open_.empty()) return;
    Open& open = open_.back();
    if (open.is_object && in_.peek() == ':') {
      open.name = text;
      open.name_at = at;
      open.is_reference = open.is_reference && is_among(k_members, text);
      return;
    }
    if (open.name == "reference") open.reference = text;
    if (open.name == "type") open.type = text;
    ended();
  }

  /// Behind the value of a member.
  void ended() {
    if (open_.empty()) return;
    Open& open = open_.back();
    if (open.name == "display") open.display = {open.name_at, in_.at()};
    if (open.name == "_display") open.sibling = {open.name_at, in_.at()};
  }

  void close() {
    if (open_.empty()) return in_.fail();
    const Open open = open_.back();
    open_.pop_back();
    ended();
    const bool has_text = open.display.end != 0 || open.sibling.end != 0;
    if (!open.is_object || !open.is_reference || !has_text) return;
    const std::string_view target = target_of(open);
    if (!target.empty() && !types_.contains(target)) return;
    if (open.display.end != 0) edits_.push_back({open.display, true});
    if (open.sibling.end == 0) return;
    if (open.display.end == 0) {
      edits_.push_back({open.sibling, true});
    } else {
      edits_.push_back({with_comma(open.sibling), false});
    }
  }

  /// A member that has another beside it.
  Span with_comma(Span span) const {
    if (text_[span.begin - 1] == ',') return {span.begin - 1, span.end};
    return {span.begin, span.end + 1};
  }

  std::string_view text_;
  JsonBytes in_;
  const std::set<std::string, std::less<>>& types_;
  std::vector<Open> open_;
  std::vector<Edit> edits_;
};

}  // namespace

bool is_displayed(std::string_view element) { return is_among(k_displayed, element); }

std::optional<std::string> with_masked_displays(std::string body,
                                                const std::set<std::string, std::less<>>& types) {
  if (types.empty() || body.find("display\"") == std::string::npos) return body;
  Finder finder(body, types);
  if (!finder.find()) return std::nullopt;
  std::string out;
  out.reserve(body.size() + 256);
  std::size_t at = 0;
  for (const Edit& edit : finder.take()) {
    out.append(body, at, edit.span.begin - at);
    if (edit.is_mask) out.append("\"_display\":").append(k_masked_element);
    at = edit.span.end;
  }
  out.append(body, at);
  return out;
}

}  // namespace server::policy
