// The writer's names: found, or added to the open transaction. The writer thread only.
#pragma once

#include "src/storage/sqlite/catalog.h"

namespace server::storage::sqlite {

class Names : public SnapshotCatalog {
 public:
  Names(Connection& connection, const Dictionary& dictionary, const Clock& clock);

  fhir::Result<std::int64_t> add_type(std::string_view name);
  fhir::Result<std::int64_t> add_parameter(std::int64_t type, std::string_view url);
  fhir::Result<std::int64_t> add_system(std::string_view uri);
  /// A text of concept_text, added when it is new.
  fhir::Result<std::int64_t> add_text(std::string_view folded);
  /// The identity of a reference's target, added as a mere identity when it is unknown.
  fhir::Result<std::int64_t> add_target(std::string_view type, std::string_view id);
  /// The types under which contained resources are kept.
  std::vector<std::int64_t> contained_types() const;
  /// Tells of an identity that was found or made otherwise.
  void remember(std::int64_t type, std::string_view id, std::int64_t rid);

  /// Tells that an identity is gone, or stands under another id.
  void forget(std::int64_t type, std::string_view id);

  void count(std::int64_t type, TypeCounts change);

  // What the batch added becomes the group's, or is forgotten.
  void keep_batch();
  void drop_batch();
  /// Writes the changed counters; the last step before COMMIT.
  fhir::Result<void> store_counts();
  const Additions& group() const { return group_; }
  /// After COMMIT, or after ROLLBACK when what was found in the transaction is no longer true.
  void end_group() { group_ = {}; }
  void drop_group();

  // Names of the open transaction count too.
  std::optional<std::int64_t> type(std::string_view name) override;
  std::vector<std::int64_t> types() override;
  std::optional<std::int64_t> parameter(std::int64_t type, std::string_view url) override;
  fhir::Result<std::optional<std::int64_t>> system(std::string_view uri) override;

  static constexpr std::size_t k_targets_cached_max = 50'000;
  static constexpr std::size_t k_texts_cached_max = 20'000;

 protected:
  // How what is new is stored; they give its number.
  virtual fhir::Result<std::int64_t> insert_text(std::string_view folded);
  virtual fhir::Result<std::int64_t> insert_identity(std::int64_t type, std::string_view id);

 private:
  fhir::Result<void> insert(Fixed statement, std::int64_t number, std::string_view name);

  Additions batch_;
  Additions group_;
  Dictionary::Greatest greatest_;  // numbers of what was dropped are not used again
  std::unordered_map<std::int64_t, TextMap<std::int64_t>> targets_;  // type → id → rid
  std::size_t targets_cached_ = 0;
  TextMap<std::int64_t> texts_;
};

}  // namespace server::storage::sqlite
