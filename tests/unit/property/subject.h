// What is tested: the server's reading of searches, its index and its store, without HTTP.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "src/search/extractor.h"
#include "src/search/query.h"
#include "src/storage/store.h"
#include "tests/unit/property/search.h"
#include "tests/unit/property/tree.h"
#include "tests/unit/property/world.h"
#include "tests/unit/storage/fixture.h"

namespace property_test {

struct Answer {
  struct Page {
    std::vector<std::string> matches;   // ids, in order
    std::vector<std::string> included;  // `Type/id`
  };
  std::vector<Page> pages;
  std::uint64_t total = 0;     // of _total=accurate
  std::uint64_t count = 0;     // of _summary=count
  std::string failure;         // why there is none
  bool is_too_costly = false;  // the failure is a limit of the server
};

class Subject {
 public:
  Subject();

  /// Writes it and returns when that was.
  std::int64_t put(const Tree& resource);
  void remove(const std::string& type, const std::string& id);
  std::int64_t now() const { return *now_; }

  /// page   entries of a page
  Answer ask(const Search& search, std::uint32_t page);

 private:
  storage_test::Folder folder_;
  std::shared_ptr<std::atomic<std::int64_t>> now_;
  std::unique_ptr<server::storage::Store> store_;
};

}  // namespace property_test
