// Colours for a terminal, or none.
#pragma once

#include <string>
#include <string_view>

namespace gradus {

class Ink {
 public:
  explicit Ink(bool on) : on_(on) {}
  std::string red(std::string_view s) const { return paint("31", s); }
  std::string green(std::string_view s) const { return paint("32", s); }
  std::string yellow(std::string_view s) const { return paint("33", s); }
  std::string bold(std::string_view s) const { return paint("1", s); }
  std::string dim(std::string_view s) const { return paint("2", s); }

 private:
  std::string paint(std::string_view code, std::string_view s) const {
    if (!on_ || s.empty()) return std::string(s);
    return "\033[" + std::string(code) + "m" + std::string(s) + "\033[0m";
  }
  bool on_;
};

}  // namespace gradus
