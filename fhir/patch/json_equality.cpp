#include "fhir/patch/json_equality.h"

#include "fhir/base/decimal.h"

namespace fhir::patch {
namespace {

using json::Kind;
using json::Value;

bool numbers_equal(std::string_view a, std::string_view b) {
  if (a == b) return true;
  const auto left = Decimal::parse(a);
  const auto right = Decimal::parse(b);
  return left && right && *left == *right;
}

bool compare(const Value& a, const Value& b, bool by_value) {
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::number:
      return by_value ? numbers_equal(a.text(), b.text()) : a.text() == b.text();
    case Kind::string:
      return a.text() == b.text();
    case Kind::array: {
      const auto left = a.items();
      const auto right = b.items();
      if (left.size() != right.size()) return false;
      for (std::size_t i = 0; i < left.size(); ++i) {
        if (!compare(left[i], right[i], by_value)) return false;
      }
      return true;
    }
    case Kind::object: {
      if (a.members().size() != b.members().size()) return false;
      for (const json::Member& member : a.members()) {
        const Value* other = b.find(member.name(), member.name_hash);
        if (other == nullptr || !compare(member.value, *other, by_value)) return false;
      }
      return true;
    }
    default:
      return true;
  }
}

}  // namespace

bool is_equal(const Value& a, const Value& b) { return compare(a, b, true); }

bool is_identical(const Value& a, const Value& b) { return compare(a, b, false); }

}  // namespace fhir::patch
