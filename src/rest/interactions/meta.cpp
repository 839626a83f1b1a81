// https://hl7.org/fhir/R4/resource-operation-meta.html and its -add and -delete
#include <algorithm>
#include <array>

#include "fhir/formats/json_document.h"
#include "fhir/formats/json_items.h"
#include "fhir/formats/json_writer.h"
#include "src/rest/answer.h"
#include "src/rest/interactions/interactions.h"
#include "src/rest/referential.h"
#include "src/rest/resource_input.h"
#include "src/rest/version_number.h"

namespace server::rest {
namespace {

using fhir::json::Builder;
using fhir::json::Document;
using fhir::json::Member;
using fhir::json::Value;

constexpr int k_attempts_max = 5;
constexpr std::array<std::string_view, 3> k_lists = {"profile", "security", "tag"};

http::Response meta_response(std::string_view meta) {
  std::string text;
  Builder out(text);
  out.begin_object().string("resourceType", "Parameters").key("parameter").begin_array();
  out.begin_object().string("name", "return").raw("valueMeta", meta).end_object();
  out.end_array().end_object();
  return fhir_response(200, std::move(text));
}

/// Profiles are the same by their canonical, tags and labels by system and code.
bool is_same(const Value& a, const Value& b) {
  if (a.is_string() || b.is_string()) return a.string() == b.string();
  return a.string_at("system") == b.string_at("system") &&
         a.string_at("code") == b.string_at("code");
}

std::span<const Value> items_of(const Value* meta, std::string_view list) {
  return meta != nullptr ? fhir::json::items_at(*meta, list) : std::span<const Value>{};
}

bool holds(std::span<const Value> items, const Value& item) {
  return std::any_of(items.begin(), items.end(),
                     [&](const Value& each) { return is_same(each, item); });
}

enum class Change { add, remove };

/// A meta with the lists of `given` added or taken away.
std::string changed_meta(const Value* meta, const Value& given, Change change) {
  std::string text;
  Builder out(text);
  out.begin_object();
  for (const Member& member : meta != nullptr ? meta->members() : std::span<const Member>{}) {
    if (std::find(k_lists.begin(), k_lists.end(), member.name()) == k_lists.end())
      out.key(member.name()).value(member.value);
  }
  for (std::string_view list : k_lists) {
    const auto old = items_of(meta, list);
    const auto named = items_of(&given, list);
    std::vector<const Value*> kept;
    for (const Value& item : old) {
      if (change == Change::add || !holds(named, item)) kept.push_back(&item);
    }
    for (const Value& item : named) {
      if (change == Change::add && !holds(old, item)) kept.push_back(&item);
    }
    if (kept.empty()) continue;
    out.key(list).begin_array();
    for (const Value* item : kept) out.value(*item);
    out.end_array();
  }
  out.end_object();
  return text;
}

std::string with_meta(const Value& resource, std::string_view meta) {
  std::string text;
  Builder out(text);
  out.begin_object();
  for (const Member& member : resource.members()) {
    if (member.name() == "meta") continue;
    out.key(member.name()).value(member.value);
    if (member.name() == "id") out.raw("meta", meta);
  }
  out.end_object();
  return text;
}

fhir::Result<Document, Failure> read_given(const Call& call) {
  FHIR_TRY(document, read_body(call));
  FHIR_CHECK(check_resource_type(document, "Parameters"));
  return std::move(document);
}

const Value* given_meta(const Document& document) {
  for (const Value& parameter : fhir::json::items_at(document.root(), "parameter")) {
    const Value* meta = parameter.find("valueMeta");
    if (parameter.string_at("name") == "meta" && meta != nullptr) return meta;
  }
  return nullptr;
}

Answer change_meta(const Call& call, Change change) {
  FHIR_TRY(body, read_given(call));
  const Value* given = given_meta(body);
  if (given == nullptr)
    return fhir::unexpected(failure(fhir::make_issue(
        fhir::IssueType::required, "The operation takes a parameter meta of type Meta")));
  for (int attempt = 1;; ++attempt) {
    REST_TRY(current, call.snapshot->store().read(call.type, call.id, call.deadline));
    REST_TRY(before, Document::read(current.body));
    const std::string meta = changed_meta(before.root().find("meta"), *given, change);
    REST_TRY(after, Document::read(with_meta(before.root(), meta)));
    FHIR_CHECK(validate_patched(call, after));
    FHIR_TRY(write, make_write(call, storage::WriteMethod::update, call.type, std::string(call.id),
                               after.root()));
    write.precondition.if_match = current.version_id;
    std::vector<storage::Write> writes;
    writes.push_back(std::move(write));
    auto outcome = write_all(call, std::move(writes));
    if (outcome) {
      REST_TRY(stored, Document::read(outcome->written.front().body));
      const Value* now = stored.root().find("meta");
      return meta_response(now != nullptr ? fhir::json::to_string(*now) : "{}");
    }
    const bool overtaken = outcome.error().issue.situation == fhir::Situation::precondition_failed;
    if (!overtaken || attempt == k_attempts_max)
      return fhir::unexpected(write_failure(call, std::move(outcome).error().issue));
  }
}

/// "the meta of all resources of the type, or of the server": what their index rows hold.
Answer meta_in_use(const Call& call) {
  REST_TRY(reader, call.reader());
  REST_TRY(labels, reader->labels(call.type));
  std::string text;
  Builder out(text);
  out.begin_object();
  if (!labels.profiles.empty()) {
    out.key("profile").begin_array();
    for (const std::string& profile : labels.profiles) out.string(profile);
    out.end_array();
  }
  auto codings = [&](std::string_view name, const std::vector<storage::Label>& list) {
    if (list.empty()) return;
    out.key(name).begin_array();
    for (const storage::Label& label : list) {
      out.begin_object();
      if (!label.system.empty()) out.string("system", label.system);
      out.string("code", label.code).end_object();
    }
    out.end_array();
  };
  codings("security", labels.security);
  codings("tag", labels.tags);
  out.end_object();
  return meta_response(text);
}

}  // namespace

Answer meta(const Call& call) {
  if (call.id.empty()) return meta_in_use(call);
  REST_TRY(reader, call.reader());
  storage::Version version;
  if (call.version.empty()) {
    REST_TRY(current, reader->read(call.type, call.id));
    version = std::move(current);
  } else {
    FHIR_TRY(number, version_number(call.version));
    REST_TRY(old, reader->read_version(call.type, call.id, number));
    version = std::move(old);
  }
  REST_TRY(document, Document::read(version.body.empty() ? "{}" : version.body));
  const Value* found = document.root().find("meta");
  return meta_response(found != nullptr ? fhir::json::to_string(*found) : "{}");
}

Answer meta_add(const Call& call) { return change_meta(call, Change::add); }

Answer meta_delete(const Call& call) { return change_meta(call, Change::remove); }

}  // namespace server::rest
