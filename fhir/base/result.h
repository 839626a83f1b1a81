// A value, or the reason why there is none. Member names follow std::expected (C++23).
#pragma once

#include <optional>
#include <utility>
#include <variant>

#include "fhir/base/issue.h"

namespace fhir {

/// Marks an error on its way into a Result.
template <class E>
struct Unexpected {
  E error;
};

template <class E>
Unexpected<std::decay_t<E>> unexpected(E&& error) {
  return {std::forward<E>(error)};
}

/// Holds a T, or an E that says why there is none. Asking for the absent one is a programming
/// error.
template <class T, class E = Issue>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  using error_type = E;

  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Unexpected<E> failure) : state_(std::in_place_index<1>, std::move(failure.error)) {}

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  E& error() & { return std::get<1>(state_); }
  const E& error() const& { return std::get<1>(state_); }
  E&& error() && { return std::get<1>(std::move(state_)); }

  template <class U>
  T value_or(U&& other) const {
    return has_value() ? value() : static_cast<T>(std::forward<U>(other));
  }

 private:
  std::variant<T, E> state_;
};

/// Success without a value, or an E.
template <class E>
class [[nodiscard]] Result<void, E> {
 public:
  using value_type = void;
  using error_type = E;

  Result() = default;
  Result(Unexpected<E> failure) : error_(std::move(failure.error)) {}

  bool has_value() const { return !error_; }
  explicit operator bool() const { return has_value(); }
  E& error() & { return *error_; }
  const E& error() const& { return *error_; }
  E&& error() && { return *std::move(error_); }

 private:
  std::optional<E> error_;
};

#define FHIR_CONCAT_(a, b) a##b
#define FHIR_CONCAT(a, b) FHIR_CONCAT_(a, b)

/// FHIR_TRY(name, expression): binds the value of a Result, or returns its error from here.
#define FHIR_TRY(name, ...) FHIR_TRY_(name, FHIR_CONCAT(fhir_try_, __LINE__), __VA_ARGS__)
#define FHIR_TRY_(name, temporary, ...)                                    \
  auto temporary = (__VA_ARGS__);                                          \
  if (!temporary) return ::fhir::unexpected(std::move(temporary).error()); \
  auto&& name = *std::move(temporary)

/// FHIR_CHECK(expression): returns the error of a Result without a value, if it has one.
#define FHIR_CHECK(...)                                          \
  do {                                                           \
    if (auto fhir_check_ = (__VA_ARGS__); !fhir_check_)          \
      return ::fhir::unexpected(std::move(fhir_check_).error()); \
  } while (false)

}  // namespace fhir
