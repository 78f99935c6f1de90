// What goes wrong when something is compiled or called. Building an expression that has no meaning throws
// std::invalid_argument instead.
#pragma once

#include <stdexcept>

/// What the shared library shows.
#define GRADUS_API __attribute__((visibility("default")))

namespace gradus::inline v1 {

/// The message names the cause in the user's own names, and one thing to do where there is one.
class GRADUS_API Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  Error(const Error&) = default;
  ~Error() override;
};

}  // namespace gradus::inline v1
