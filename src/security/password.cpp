// https://www.rfc-editor.org/rfc/rfc9106
#include "src/security/password.h"

#include <argon2.h>

#include <algorithm>
#include <semaphore>
#include <stdexcept>
#include <thread>

#include "src/security/secrets.h"

namespace server::security {
namespace {

constexpr std::size_t k_salt_bytes = 16;
constexpr std::size_t k_hash_bytes = 32;

/// A hash costs memory and a core on purpose: those who guess must not take all of either.
class Turn {
 public:
  Turn() { turns().acquire(); }
  ~Turn() { turns().release(); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  static std::counting_semaphore<>& turns() {
    static std::counting_semaphore<> at_once(std::max(1u, std::thread::hardware_concurrency()));
    return at_once;
  }
};

}  // namespace

std::string hash_password(std::string_view password, const PasswordCost& cost) {
  if (password.size() > k_password_bytes_max) throw std::length_error("the password is too long");
  const std::string salt = random_bytes(k_salt_bytes);
  std::string encoded(
      argon2_encodedlen(cost.passes, cost.memory_kib, 1, k_salt_bytes, k_hash_bytes, Argon2_id),
      '\0');
  const Turn turn;
  const int code =
      argon2id_hash_encoded(cost.passes, cost.memory_kib, 1, password.data(), password.size(),
                            salt.data(), salt.size(), k_hash_bytes, encoded.data(), encoded.size());
  if (code != ARGON2_OK) throw std::runtime_error(argon2_error_message(code));
  encoded.resize(encoded.find('\0'));
  return encoded;
}

bool is_password(std::string_view password, const std::string& hash) {
  if (password.size() > k_password_bytes_max) return false;
  const Turn turn;
  return argon2id_verify(hash.c_str(), password.data(), password.size()) == ARGON2_OK;
}

void compare_with_nothing(std::string_view password) {
  static const std::string hash = hash_password(random_token());
  (void)is_password(password, hash);
}

}  // namespace server::security
