// A store that keeps notes and nothing else.
#pragma once

#include <map>
#include <string>

#include "src/storage/store.h"

namespace testing {

class NotesDouble final : public server::storage::Store {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  fhir::Result<std::unique_ptr<server::storage::Reader>> reader(Deadline) override {
    return std::unique_ptr<server::storage::Reader>(new NotesReader(notes_));
  }
  fhir::Result<server::storage::Version> read(std::string_view, std::string_view,
                                              Deadline) override {
    return none();
  }
  fhir::Result<Outcome, Failure> write(std::vector<server::storage::Write>) override {
    return fhir::unexpected(Failure{0, none().error});
  }
  fhir::Result<void> put_note(std::string_view name, std::string_view text) override {
    notes_[std::string(name)] = text;
    return {};
  }
  std::string seal(std::string_view text) override { return std::string(text); }
  std::optional<std::string> unseal(std::string_view sealed) override {
    return std::string(sealed);
  }
  std::vector<std::pair<std::string, std::uint64_t>> counts() override { return {}; }
  bool is_healthy() override { return true; }

 private:
  using Notes = std::map<std::string, std::string, std::less<>>;

  static fhir::Unexpected<fhir::Issue> none() {
    return fhir::unexpected(fhir::make_issue(fhir::IssueType::not_found, "Only notes are kept"));
  }

  class NotesReader final : public server::storage::Reader {
   public:
    explicit NotesReader(const Notes& notes) : notes_(notes) {}
    fhir::Result<server::storage::Version> read(std::string_view, std::string_view) override {
      return none();
    }
    fhir::Result<server::storage::Version> read_version(std::string_view, std::string_view,
                                                        std::int64_t) override {
      return none();
    }
    fhir::Result<server::storage::Page> search(const server::search::Query&) override {
      return none();
    }
    fhir::Result<server::storage::Moment> moment() override { return none(); }
    fhir::Result<std::uint64_t> count(const server::search::Query&) override { return none(); }
    fhir::Result<server::storage::HistoryPage> history(
        const server::storage::HistoryRequest&) override {
      return none();
    }
    fhir::Result<server::storage::Labels> labels(std::string_view) override { return none(); }
    fhir::Result<std::vector<std::string>> erasable(std::string_view, server::storage::Erasable,
                                                    std::uint32_t) override {
      return none();
    }
    fhir::Result<std::optional<std::string>> note(std::string_view name) override {
      const auto found = notes_.find(name);
      if (found == notes_.end()) return std::optional<std::string>();
      return std::optional<std::string>(found->second);
    }

   private:
    const Notes notes_;  // as they are now
  };

  Notes notes_;
};

}  // namespace testing
