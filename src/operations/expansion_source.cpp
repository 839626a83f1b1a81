#include "src/operations/expansion_source.h"

#include <atomic>
#include <string>
#include <utility>

#include "fhir/model/xml_writer.h"
#include "src/operations/expansion_order.h"

namespace server::operations {
namespace {

using fhir::json::Builder;
using fhir::json::Document;
using terminology::ConceptExpansion;
using Place = ExpansionOrder::Place;

/// Sixteen bytes each: what clients that take their time can hold here.
constexpr std::size_t k_codes_held_max = 10'000'000;
constexpr std::size_t k_batch = 200;  // codes that are turned into XML at once

/// Its part of the codes that all sources together may hold.
class Share {
 public:
  explicit Share(std::size_t codes) : codes_(codes) { held() += codes_; }
  ~Share() { held() -= codes_; }
  Share(const Share&) = delete;
  Share& operator=(const Share&) = delete;
  static bool is_room_for(std::size_t codes) { return held() + codes <= k_codes_held_max; }

 private:
  static std::atomic<std::size_t>& held() {
    static std::atomic<std::size_t> held = 0;
    return held;
  }
  const std::size_t codes_;
};

/// A store that a token guards lives as long as its request; pieces are made after that.
Services without_store(Services services) {
  services.store = nullptr;
  return services;
}

/// What both notations need: the codes in their order.
class ExpansionSource : public ResourceSource {
 public:
  ExpansionSource(std::unique_ptr<const ExpandRequest> request, ConceptExpansion expansion)
      : request_(std::move(request)),
        services_(without_store(*request_->invocation.services)),
        expansion_(std::move(expansion)),
        share_(expansion_.ids.size()),
        order_(expansion_.ids.size(), expansion_.parents),
        writer_(*request_->scope, request_->subject.set(),
                {.total = expansion_.total, .is_complete = expansion_.is_complete},
                request_->options, request_->view, request_->parameters) {
    for (terminology::ConceptId id : expansion_.ids)
      writer_.note_properties(listed_from(*expansion_.system, id));
    expansion_.parents = {};  // the order knows them
  }

 protected:
  bool next_place(Place& place) { return order_.next(place); }
  void write_members(std::uint32_t position, Builder& out) const {
    writer_.codes().write_members(listed_from(*expansion_.system, expansion_.ids[position]), out);
  }
  void begin(Builder& out) const {
    write_head(*request_, out);
    out.key("expansion");
    writer_.begin(out);
  }
  const fhir::DefinitionStore& definitions() const { return *services_.definitions; }

 private:
  std::unique_ptr<const ExpandRequest> request_;
  const Services services_;  // keeps alive what the scope leads to
  ConceptExpansion expansion_;
  const Share share_;
  ExpansionOrder order_;
  ExpansionWriter writer_;
};

class JsonSource final : public ExpansionSource {
 public:
  using ExpansionSource::ExpansionSource;

  bool next(std::string& out, std::size_t bytes) override {
    if (!is_begun_) {
      begin(builder_);
      builder_.key("contains").begin_array();
      is_begun_ = true;
    }
    bool goes_on = true;
    while (goes_on && text_.size() < bytes) {
      Place place;
      goes_on = next_place(place);
      goes_on ? write(place) : end();
    }
    out.append(text_);
    text_.clear();
    return goes_on;
  }

 private:
  void write(const Place& place) {
    if (open_ != 0 && place.depth == open_) {
      builder_.key("contains").begin_array();
    } else {
      close_to(place.depth);
    }
    builder_.begin_object();
    write_members(place.position, builder_);
    open_ = place.depth + 1;
  }

  /// Ends the objects of codes until `depth` of them are open.
  void close_to(std::uint32_t depth) {
    for (; open_ > depth; --open_) {
      builder_.end_object();
      if (open_ > depth + 1) builder_.end_array();
    }
  }

  void end() {
    close_to(0);
    builder_.end_array().end_object().end_object();
  }

  std::string text_;
  Builder builder_{text_};
  std::uint32_t open_ = 0;  // objects of codes
  bool is_begun_ = false;
};

/// The resource's own writer turns batches of codes, none below another, into XML; their elements
/// are put into one another here.
class XmlSource final : public ExpansionSource {
 public:
  using ExpansionSource::ExpansionSource;

  bool next(std::string& out, std::size_t bytes) override {
    const std::size_t start = out.size();
    if (!is_begun_) {
      std::string text;
      Builder builder(text);
      begin(builder);
      builder.end_object().end_object();
      const std::string xml = xml_of(std::move(text));
      out.append(xml, 0, xml.rfind(k_end));
      is_begun_ = true;
    }
    bool goes_on = true;
    while (goes_on && out.size() - start < bytes) goes_on = write_batch(out);
    return goes_on;
  }

 private:
  static constexpr std::string_view k_end = "</expansion></ValueSet>";
  static constexpr std::string_view k_open = "<contains>", k_close = "</contains>";

  std::string xml_of(std::string json) const {
    const auto document = Document::read(std::move(json));
    return document ? fhir::write_xml(document->root(), definitions()) : std::string();
  }

  bool write_batch(std::string& out) {
    std::vector<std::uint32_t> depths;
    std::string text;
    Builder builder(text);
    builder.begin_object().string("resourceType", "ValueSet").key("expansion").begin_object();
    builder.key("contains").begin_array();
    Place place;
    while (depths.size() < k_batch && next_place(place)) {
      builder.begin_object();
      write_members(place.position, builder);
      builder.end_object();
      depths.push_back(place.depth);
    }
    builder.end_array().end_object().end_object();
    if (!depths.empty()) write_elements(xml_of(std::move(text)), depths, out);
    const bool goes_on = depths.size() == k_batch;
    if (!goes_on) {
      close_to(0, out);
      out.append(k_end);
    }
    return goes_on;
  }

  void write_elements(const std::string& xml, const std::vector<std::uint32_t>& depths,
                      std::string& out) {
    std::size_t at = xml.find(k_open);
    for (const std::uint32_t depth : depths) {
      const std::size_t end = xml.find(k_close, at);
      if (at == std::string::npos || end == std::string::npos) return;
      close_to(depth, out);
      out.append(xml, at, end - at);
      open_ = depth + 1;
      at = end + k_close.size();
    }
  }

  void close_to(std::uint32_t depth, std::string& out) {
    for (; open_ > depth; --open_) out.append(k_close);
  }

  std::uint32_t open_ = 0;  // elements of codes
  bool is_begun_ = false;
};

}  // namespace

fhir::Result<std::shared_ptr<ResourceSource>> expansion_source(
    std::unique_ptr<const ExpandRequest> request, ConceptExpansion expansion) {
  if (!Share::is_room_for(expansion.ids.size()))
    return fhir::unexpected(fhir::make_issue(
        fhir::IssueType::transient, "Too many large expansions are being sent; try again soon"));
  const bool is_xml = request->invocation.notation == Notation::xml;
  std::shared_ptr<ResourceSource> source;
  if (is_xml)
    source = std::make_shared<XmlSource>(std::move(request), std::move(expansion));
  else
    source = std::make_shared<JsonSource>(std::move(request), std::move(expansion));
  return source;
}

}  // namespace server::operations
