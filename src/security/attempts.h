// Failures to log in, counted so that guessing is slow and nobody can lock another out.
// https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "src/security/environment.h"

namespace server::security {

/// From where somebody tries to log in.
struct Origin {
  std::string address;  // of the network, as limits count it
  std::string device;   // of a browser by which this user has logged in before; empty: of none
};

enum class Stage : std::uint8_t { password, second_factor };

/// Who fails `failures_max` times in a row waits, longer with each failure after it. Counted is by
/// name and browser where the browser is known to the user, else by name and address: whoever
/// guesses from elsewhere does not make the user wait. All browsers that are new to a name have
/// `name_failures_max` failures an hour together. Codes of the second factor, which only who knows
/// the password can try, are counted by name and by no address.
///
/// Thread-safe. Names that nobody has are counted as well; what was counted is forgotten after a
/// day.
class Attempts {
 public:
  explicit Attempts(const Environment& environment) : environment_(environment) {}

  /// Counts an attempt as a failure, before anybody knows whether it is one.
  ///
  /// returns   whether it may be made
  fhir::Result<bool> begin(std::string_view name, const Origin& origin, Stage stage);
  /// Takes it back. `is_done`: nothing else is asked, so that those before it are forgotten as
  /// well.
  fhir::Result<void> take_back(std::string_view name, const Origin& origin, Stage stage,
                               bool is_done);
  /// Forgets what was counted of a name, wherever it came from.
  fhir::Result<void> forget(std::string_view name);

 private:
  struct Count;
  fhir::Result<bool> add(const Count& count);
  fhir::Result<void> undo(const Count& count, bool is_done);
  std::vector<Count> counts_of(std::string_view name, const Origin& origin, Stage stage) const;

  Environment environment_;
};

}  // namespace server::security
