// A limit on work. Engines spend from a budget and stop with OverBudget, which the module that owns the budget catches:
// it never leaves that module (a claim over its budget becomes `undecided`).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace gradus {

struct OverBudget {
  std::string what;  ///< what ran out, e.g. "terms of the normal form (20000)"
};

class Budget {
 public:
  Budget(std::string what, std::uint64_t steps, double seconds = 1e9)
      : what_(std::move(what)), left_(steps), deadline_(std::chrono::steady_clock::now() + to_duration(seconds)) {}
  /// Throws OverBudget when the steps or the seconds are used up.
  void spend(std::uint64_t steps = 1) {
    if (steps > left_) throw OverBudget{what_};
    left_ -= steps;
    if ((++calls_ & 1023u) == 0 && std::chrono::steady_clock::now() > deadline_) throw OverBudget{what_ + " (time)"};
  }

 private:
  static std::chrono::steady_clock::duration to_duration(double seconds) {
    return std::chrono::duration_cast<std::chrono::steady_clock::duration>(std::chrono::duration<double>(seconds));
  }
  std::string what_;
  std::uint64_t left_;
  std::uint64_t calls_ = 0;
  std::chrono::steady_clock::time_point deadline_;
};

}  // namespace gradus
