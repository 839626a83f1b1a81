#include "src/policy/shaded_body.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "fhir/base/limits.h"
#include "src/policy/inner_resources.h"
#include "src/policy/json_bytes.h"
#include "src/policy/reference_display.h"

namespace server::policy {
namespace {

using Fate = ShadeNode::Fate;

/// Levels of objects and lists that are walked into: more than what is stored has.
constexpr std::size_t k_depth_max = 3 * fhir::k_json_depth_max;

/// Those that hold whole resources anywhere below.
bool holds_resources(std::string_view type) { return type == "Bundle" || type == "Parameters"; }

class Walk {
 public:
  Walk(std::string_view text, const Shades& shades) : in_(text), inner_(text), shades_(shades) {
    out_.reserve(text.size() + 256);
  }

  /// At the root.
  std::optional<std::string> root(std::string_view type) {
    resource(type, true);
    if (in_.failed() || in_.peek() != 0) return std::nullopt;
    return std::move(out_);
  }

  std::size_t looked_at() const { return in_.at() + inner_.looked_at(); }

 private:
  /// One level of the text. Below too many nothing is shown.
  class Level {
   public:
    explicit Level(Walk& walk) : walk_(walk) {
      if (++walk_.depth_ > k_depth_max) walk_.in_.fail();
    }
    ~Level() { --walk_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    Walk& walk_;
  };

  // -------------------------------------------------------------------- writing

  void begin_member(std::string_view name) {
    if (out_.back() != '{') out_ += ',';
    out_.append("\"").append(name).append("\":");
  }

  void begin_item() {
    if (out_.back() != '[') out_ += ',';
  }

  // -------------------------------------------------------------------- resources

  void resource(std::string_view type, bool is_root) {
    const Level level(*this);
    const ShadeNode* node = shades_.of(type);
    const bool is_labelled = node != nullptr && is_root;
    std::vector<std::string_view> masked;
    bool has_meta = false;
    in_.take('{');
    out_ += '{';
    for (bool is_first = true; in_.next('}', is_first); is_first = false) {
      const std::string_view name = in_.string();
      in_.take(':');
      if (node != nullptr && (name == "text" || name == "_text")) {
        in_.value();
      } else if (is_labelled && name == "meta") {
        begin_member(name);
        meta();
        has_meta = true;
      } else if (name == "contained" ||
                 (holds_resources(type) && (name == "entry" || name == "parameter"))) {
        if (node != nullptr && node->find(name) != nullptr) {
          member(name, *node, masked);
          continue;
        }
        begin_member(name);
        in_.peek();
        inner_.look_through(in_.at());
        anything();
      } else if (node != nullptr) {
        member(name, *node, masked);
      } else {
        begin_member(name);
        out_ += in_.value();
      }
    }
    if (is_labelled && !has_meta) {
      begin_member("meta");
      out_.append("{\"security\":[").append(k_redacted_label).append("],\"tag\":[");
      out_.append(k_subsetted_tag).append("]}");
    }
    out_ += '}';
  }

  /// A value that may hold resources at any depth.
  void anything() {
    const Level level(*this);
    const char first = in_.peek();
    if (first == '[') {
      in_.take('[');
      out_ += '[';
      for (bool is_first = true; in_.next(']', is_first); is_first = false) {
        begin_item();
        anything();
      }
      out_ += ']';
    } else if (first == '{') {
      const std::string_view type = inner_.type_at(in_.at());
      if (!type.empty()) return resource(type, false);
      in_.take('{');
      out_ += '{';
      for (bool is_first = true; in_.next('}', is_first); is_first = false) {
        const std::string_view name = in_.string();
        in_.take(':');
        begin_member(name);
        anything();
      }
      out_ += '}';
    } else {
      out_ += in_.value();
    }
  }

  /// The labels beside those that stand there.
  void meta() {
    bool has_security = false, has_tag = false;
    const auto list = [&](std::string_view label) {
      in_.take('[');
      out_ += '[';
      for (bool is_first = true; in_.next(']', is_first); is_first = false) {
        begin_item();
        out_ += in_.value();
      }
      begin_item();
      out_.append(label).append("]");
    };
    in_.take('{');
    out_ += '{';
    for (bool is_first = true; in_.next('}', is_first); is_first = false) {
      const std::string_view name = in_.string();
      in_.take(':');
      begin_member(name);
      if (name == "security") {
        list(k_redacted_label);
        has_security = true;
      } else if (name == "tag") {
        list(k_subsetted_tag);
        has_tag = true;
      } else {
        out_ += in_.value();
      }
    }
    if (!has_security) {
      begin_member("security");
      out_.append("[").append(k_redacted_label).append("]");
    }
    if (!has_tag) {
      begin_member("tag");
      out_.append("[").append(k_subsetted_tag).append("]");
    }
    out_ += '}';
  }

  // -------------------------------------------------------------------- elements

  /// One member of an object some of whose members are not shown.
  ///
  /// masked   of the object: which replacements stand there already
  void member(std::string_view name, const ShadeNode& node, std::vector<std::string_view>& masked) {
    const ShadeNode::Member* found = node.find(name);
    if (found == nullptr) {
      begin_member(name);
      out_ += in_.value();
      return;
    }
    if (found->fate == Fate::deeper) {
      const std::size_t before = out_.size();
      begin_member(name);
      if (!below(*found->below)) out_.resize(before);
      return;
    }
    const std::string_view value = in_.value();
    if (found->fate == Fate::hidden) return;
    if (std::find(masked.begin(), masked.end(), found->mask) != masked.end()) return;
    masked.push_back(found->mask);
    begin_member(found->mask);
    const bool is_list = !value.empty() && value.front() == '[';
    if (is_list) out_ += '[';
    out_ += k_masked_element;
    if (is_list) out_ += ']';
  }

  /// The object, or the objects of a list; false when nothing of them is left.
  bool below(const ShadeNode& node) {
    const Level level(*this);
    const std::size_t before = out_.size();
    if (in_.peek() == '[') {
      in_.take('[');
      out_ += '[';
      for (bool is_first = true; in_.next(']', is_first); is_first = false) {
        const std::size_t item = out_.size();
        begin_item();
        if (!below(node)) out_.resize(item);
      }
      out_ += ']';
      return out_.size() > before + 2;
    }
    if (in_.peek() != '{') {
      out_ += in_.value();
      return true;
    }
    std::vector<std::string_view> masked;
    in_.take('{');
    out_ += '{';
    for (bool is_first = true; in_.next('}', is_first); is_first = false) {
      const std::string_view name = in_.string();
      in_.take(':');
      member(name, node, masked);
    }
    out_ += '}';
    return out_.size() > before + 2;
  }

  JsonBytes in_;
  InnerResources inner_;
  const Shades& shades_;
  std::string out_;
  std::size_t depth_ = 0;
};

}  // namespace

std::optional<std::string> shaded(std::string body, std::string_view type, const Shades& shades,
                                  std::size_t* looked_at) {
  if (looked_at != nullptr) *looked_at = 0;
  if (shades.is_empty() || body.empty()) return body;
  const bool is_as_it_is = shades.of(type) == nullptr && !holds_resources(type) &&
                           body.find("\"contained\"") == std::string::npos;
  if (is_as_it_is) return with_masked_displays(std::move(body), shades.undisplayed());
  Walk walk(body, shades);
  auto out = walk.root(type);
  if (looked_at != nullptr) *looked_at = walk.looked_at();
  return out ? with_masked_displays(*std::move(out), shades.undisplayed()) : std::nullopt;
}

}  // namespace server::policy
