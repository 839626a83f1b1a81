// https://hl7.org/fhir/R4/profiling.html#snapshot
#include "fhir/definitions/snapshot_generator.h"

#include <algorithm>

#include "fhir/definitions/differential_tree.h"
#include "fhir/definitions/schema_compiler.h"
#include "fhir/definitions/snapshot_limits.h"
#include "fhir/definitions/snapshot_merge.h"
#include "fhir/definitions/snapshot_tree.h"

namespace fhir::definitions {
namespace {

constexpr std::string_view k_core_prefix = "http://hl7.org/fhir/StructureDefinition/";
/// What logical models derive from since R5; it has no elements and R4 does not define it.
constexpr std::string_view k_base = "http://hl7.org/fhir/StructureDefinition/Base";

const json::Value* differential_elements(const json::Value& structure) {
  const json::Value* differential = structure.find("differential");
  return differential != nullptr ? differential->find("element") : nullptr;
}

Derivation derivation_of(const json::Value& structure) {
  return structure.string_at("derivation") == "constraint" ? Derivation::constraint
                                                           : Derivation::specialization;
}

/// The name that the paths begin with: the type's, which a logical model gives as a URL.
std::string_view root_name(const json::Value& structure) {
  const json::Value* elements = differential_elements(structure);
  if (elements != nullptr && !elements->items().empty()) {
    const std::string_view path = elements->items()[0].string_at("path");
    if (!path.empty()) return path.substr(0, path.find('.'));
  }
  const std::string_view type = structure.string_at("type");
  return type.substr(type.rfind('/') + 1);
}

/// The members that a structure inherits when it has none of its own.
void inherit(std::vector<json::Member>& members, const json::Value& structure,
             const json::Value* base, std::string_view name, Arena& arena) {
  const json::Value* inherited = base != nullptr ? base->find(name) : nullptr;
  if (inherited == nullptr || structure.find(name) != nullptr) return;
  members.push_back(make_member(name, deep_copy(*inherited, arena)));
}

json::Value with_snapshot(const json::Value& structure, const json::Value* base,
                          const json::Value& elements, Arena& arena) {
  std::vector<json::Member> out;
  auto add_snapshot = [&] {
    if (derivation_of(structure) == Derivation::constraint &&
        structure.string_at("type") == "Extension") {
      inherit(out, structure, base, "context", arena);
      inherit(out, structure, base, "contextInvariant", arena);
    }
    out.push_back(make_member("snapshot", make_object({make_member("element", elements)}, arena)));
  };
  bool added = false;
  for (const json::Member& member : structure.members()) {
    if (member.name() == "snapshot") continue;
    if (member.name() == "differential") {
      add_snapshot();
      added = true;
    }
    out.push_back(make_member(arena.copy(member.name()), deep_copy(member.value, arena)));
  }
  if (!added) add_snapshot();
  return make_object(out, arena);
}

/// A new type takes its base's elements under its own name; models know of what they derive from.
void begin_specialization(DraftNode& root, const json::Value& structure, std::string_view name,
                          Arena& arena) {
  root.name = name;
  if (root.find("min") == nullptr)
    root.set("min", json::Value::text_value(json::Kind::number, "0", 0));
  if (root.find("max") == nullptr) root.set("max", make_text("*", arena));
  const bool is_model = structure.string_at("kind") == "logical";
  if (is_model && root.find("base") != nullptr) return;
  root.set("base", make_object({make_member("path", make_text(is_model ? "Base" : name, arena)),
                                make_member("min", *root.find("min")),
                                make_member("max", *root.find("max"))},
                               arena));
}

}  // namespace

struct SnapshotGenerator::Kept {
  explicit Kept(json::Document read) : document(std::move(read)) {}
  json::Document document;
  Arena arena = Arena(4096);
  StructureDraft draft = {};
};

SnapshotGenerator::SnapshotGenerator(const DefinitionStore& store)
    : SnapshotGenerator([&store](std::string_view canonical) {
        return store.record("StructureDefinition", canonical);
      }) {}

SnapshotGenerator::SnapshotGenerator(FindStructure find) : find_(std::move(find)) {}

SnapshotGenerator::~SnapshotGenerator() = default;

Result<json::Document> SnapshotGenerator::generate(const json::Value& structure) {
  if (in_progress_.empty() && kept_bytes_ > k_structures_bytes_max) {
    kept_.clear();
    kept_bytes_ = 0;
  }
  Arena scratch;
  DraftBudget budget(k_snapshot_elements_max);
  const std::string_view url = structure.string_at("url");
  const std::string_view name = root_name(structure);
  if (name.empty())
    return unexpected(make_issue(IssueType::structure, "The structure has no type"));
  FHIR_TRY(differential, differential_tree(differential_elements(structure), name));
  in_progress_.emplace_back(url);
  struct Leave {
    std::vector<std::string>& list;
    ~Leave() { list.pop_back(); }
  } leave{in_progress_};
  const json::Value* base = nullptr;
  auto root = std::make_unique<DraftNode>();
  const std::string_view from = structure.string_at("baseDefinition");
  if (!from.empty() && from != k_base) {
    auto found = SnapshotGenerator::structure(from);
    // Another version of the base is better than none.
    if (const std::size_t bar = from.find('|'); !found && bar != std::string_view::npos)
      found = SnapshotGenerator::structure(from.substr(0, bar));
    if (!found) {
      Issue issue = std::move(found).error();
      issue.expression = "StructureDefinition.baseDefinition";
      return unexpected(std::move(issue));
    }
    base = (*found)->structure;
    FHIR_TRY(copy, clone(*(*found)->root, budget));
    root = std::move(copy);
  }
  if (derivation_of(structure) == Derivation::specialization) {
    begin_specialization(*root, structure, name, scratch);
  } else if (root->name != name) {
    return unexpected(make_issue(IssueType::structure, "The differential is about " +
                                                           std::string(name) + ", its base about " +
                                                           std::string(root->name)));
  }
  SnapshotMerger merger(*root, derivation_of(structure), url, *this, scratch, budget);
  FHIR_CHECK(merger.merge(*differential));
  auto arena = std::make_unique<Arena>();
  const json::Value elements = flatten(*root, *arena);
  const json::Value whole = with_snapshot(structure, base, elements, *arena);
  return json::Document::build(std::move(arena), whole);
}

Result<const StructureDraft*> SnapshotGenerator::structure(std::string_view canonical) {
  const bool is_name = canonical.find(':') == std::string_view::npos;
  const ConformanceRecord* record =
      find_(is_name ? std::string(k_core_prefix) + std::string(canonical) : std::string(canonical));
  if (record == nullptr)
    return unexpected(make_issue(IssueType::not_found,
                                 "There is no StructureDefinition " + std::string(canonical)));
  const std::string key = std::string(record->url) + "|" + std::string(record->version);
  if (auto found = kept_.find(key); found != kept_.end()) return &found->second->draft;
  if (kept_bytes_ > k_structures_bytes_most)
    return unexpected(make_issue(IssueType::too_costly, "The snapshot needs too many structures"));
  FHIR_TRY(made, keep(*record));
  return &(kept_[key] = std::move(made))->draft;
}

Result<std::unique_ptr<SnapshotGenerator::Kept>> SnapshotGenerator::keep(
    const ConformanceRecord& record) {
  FHIR_TRY(document, json::Document::read(std::string(record.json)));
  if (snapshot_elements(document.root()) == nullptr) {
    const bool circular =
        std::find(in_progress_.begin(), in_progress_.end(), record.url) != in_progress_.end();
    if (circular || in_progress_.size() >= k_profile_depth_max)
      return unexpected(make_issue(
          IssueType::structure, "The snapshot of " + std::string(record.url) +
                                    (circular ? " depends on itself" : " needs too many others")));
    FHIR_TRY(made, generate(document.root()));
    document = std::move(made);
  }
  auto kept = std::make_unique<Kept>(std::move(document));
  DraftBudget budget(k_snapshot_elements_max);
  const json::Value& structure = kept->document.root();
  kept->draft.structure = &structure;
  kept->draft.url = structure.string_at("url");
  FHIR_TRY(root, draft_of(*snapshot_elements(structure), kept->draft.url, kept->arena, budget));
  kept->draft.root = std::move(root);
  kept_bytes_ += kept->document.memory_bytes() * 2;
  return kept;
}

}  // namespace fhir::definitions

namespace fhir {

Result<json::Document> generate_snapshot(const json::Value& structure,
                                         const DefinitionStore& store) {
  definitions::SnapshotGenerator generator(store);
  return generator.generate(structure);
}

}  // namespace fhir
