// A store with resources, and tokens that see a part of it.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "src/access/access.h"
#include "src/access/guarded_store.h"
#include "unit/policy/fixture.h"
#include "unit/search/fixture.h"
#include "unit/storage/fixture.h"

namespace access_test {

using namespace server;
using storage::WriteMethod;

inline const fhir::DefinitionStore& definitions() { return *search_test::core(); }

/// members   those besides resourceType, id and meta: `"active":true`
inline storage::Write write_of(WriteMethod method, const std::string& type, const std::string& id,
                               const std::string& members = "") {
  storage::Write write;
  write.method = method;
  write.type = type;
  write.id = id;
  if (method == WriteMethod::delete_) return write;
  const std::string head = R"({"resourceType":")" + type + R"(","id":")" + id + R"(",)";
  const std::string rest = members.empty() ? "}" : "," + members + "}";
  write.body = {head + R"("meta":{"versionId":")", R"(","lastUpdated":")", R"("})" + rest};
  write.index = search_test::rows_of(head + R"("meta":{})" + rest);
  return write;
}

inline std::string of(const std::string& patient) {
  return R"("status":"final","subject":{"reference":"Patient/)" + patient + R"("})";
}

class World {
 public:
  World() : store_(storage_test::open_store(storage_test::options_for(folder_))) {}

  storage::Store& store() { return *store_; }

  void put(const std::string& type, const std::string& id, const std::string& members = "") {
    REQUIRE(storage_test::write_one(*store_, write_of(WriteMethod::update, type, id, members)));
  }
  void remove(const std::string& type, const std::string& id) {
    REQUIRE(storage_test::write_one(*store_, write_of(WriteMethod::delete_, type, id)));
  }

  /// As it is stored, whoever asks; empty when there is none.
  std::string body(const std::string& type, const std::string& id) {
    auto found = store_->read(type, id, storage_test::soon());
    return found ? found->body : "";
  }

 private:
  storage_test::Folder folder_;
  std::unique_ptr<storage::Store> store_;
};

/// Who holds a token, with a role of these rules when there are any.
class Holder {
 public:
  explicit Holder(std::string_view scopes, const std::string& rules = "") {
    access::Identity who;
    who.scopes = security::parse_scopes(scopes);
    who.patient = "p1";
    if (!rules.empty()) {
      who.role = "nurse";
      policies_ = policy_test::policies_of(rules);
    }
    access_ = std::make_unique<access::Access>(
        std::make_shared<const access::Identity>(std::move(who)), definitions(),
        &search_test::extractor(), nullptr, policies_.get());
  }

  const access::Access& access() const { return *access_; }

 private:
  std::shared_ptr<const policy::Policies> policies_;
  std::unique_ptr<const access::Access> access_;
};

}  // namespace access_test
