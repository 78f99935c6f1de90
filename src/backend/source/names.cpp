#include "backend/source/names.h"

#include <algorithm>
#include <array>

namespace gradus {
namespace {

/// One code point from UTF-8; moves on.
char32_t next_code_point(std::string_view& text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const unsigned first = byte(0);
  const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  char32_t point = length == 1 ? first : first & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) point = point << 6 | (byte(i) & 0x3FU);
  text.remove_prefix(std::min(length, text.size()));
  return point;
}

struct Spelling {
  char32_t point;
  std::string_view text;
};

/// Characters that are no Greek letter and no plain ASCII. A word of its own begins with "_".
constexpr Spelling spellings_of_characters[] = {
    {U'\u0302', "_hat"},
    {U'\u0304', "_bar"},
    {U'\u0305', "_bar"},
    {U'\u0303', "_tilde"},
    {U'\u0307', "_dot"},
    {U'\u0308', "_ddot"},
    {U'\u20D7', "_vec"},
    {U'\u030C', "_check"},
    {U'\u2032', "_prime"},
    {U'\'', "_prime"},
    {U'\u2033', "_prime_prime"},
    {U'\u2202', "d"},
    {U'\u2207', "grad_"},
    {U'\u2113', "ell"},
    {U'*', "_star"},
    {U'\u2217', "_star"},
    {U'\u22C6', "_star"},
    {U'+', "_plus"},
    {U'\u2020', "_dagger"},
    {U'\u2112', "L"},
    {U'\u1FB1', "alpha_bar"},
    {U'\u1FD1', "iota_bar"},
    {U'\u1FE1', "upsilon_bar"},
    {U'\u0101', "a_bar"},
    {U'\u0113', "e_bar"},
    {U'\u012B', "i_bar"},
    {U'\u014D', "o_bar"},
    {U'\u016B', "u_bar"},
    {U'\u0233', "y_bar"},
    {U'\u1E21', "g_bar"},
    {U'\u00E2', "a_hat"},
    {U'\u0109', "c_hat"},
    {U'\u00EA', "e_hat"},
    {U'\u011D', "g_hat"},
    {U'\u0125', "h_hat"},
    {U'\u00EE', "i_hat"},
    {U'\u0135', "j_hat"},
    {U'\u00F4', "o_hat"},
    {U'\u015D', "s_hat"},
    {U'\u00FB', "u_hat"},
    {U'\u0175', "w_hat"},
    {U'\u0177', "y_hat"},
    {U'\u1E91', "z_hat"},
    {U'\u00E3', "a_tilde"},
    {U'\u1EBD', "e_tilde"},
    {U'\u0129', "i_tilde"},
    {U'\u00F1', "n_tilde"},
    {U'\u00F5', "o_tilde"},
    {U'\u0169', "u_tilde"},
    {U'\u1E7D', "v_tilde"},
    {U'\u1EF9', "y_tilde"},
    {U'\u1E8B', "x_dot"},
    {U'\u1E8F', "y_dot"},
    {U'\u017C', "z_dot"},
    {U'\u0227', "a_dot"},
    {U'\u1E8D', "x_ddot"},
    {U'\u1D40', "_T"},
    {U'\u22A4', "_T"},
    {U'\u03D5', "phi"},
    {U'\u03F5', "epsilon"},
    {U'\u03D1', "theta"},
    {U'\u03F1', "rho"},
    {U'\u03D6', "pi"},
    {U'\u211D', "R"},
    {U'\u03F0', "kappa"},
};

constexpr std::array<std::string_view, 25> greek = {
    "alpha", "beta",    "gamma", "delta", "epsilon", "zeta",  "eta", "theta",   "iota", "kappa", "lambda", "mu",   "nu",
    "xi",    "omicron", "pi",    "rho",   "sigma",   "sigma", "tau", "upsilon", "phi",  "chi",   "psi",    "omega"};

std::string greek_letter(std::size_t index, bool upper) {
  std::string name(greek[index]);
  if (upper) name[0] = static_cast<char>(name[0] - 'a' + 'A');
  return name;
}

std::string spelling(char32_t point) {
  if (point < 0x80) {
    const char c = static_cast<char>(point);
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return {c};
  }
  for (const Spelling& known : spellings_of_characters) {
    if (known.point == point) return std::string(known.text);
  }
  if (point < 0x80) return "_";
  if (point >= 0x3B1 && point <= 0x3C9) return greek_letter(point - 0x3B1, false);
  if (point >= 0x391 && point <= 0x3A9) return greek_letter(point - 0x391, true);
  if (point >= 0x2080 && point <= 0x2089) return {static_cast<char>('0' + (point - 0x2080))};
  if (point >= 0x2070 && point <= 0x2079) return {static_cast<char>('0' + (point - 0x2070))};
  if (point == 0xB9) return "1";
  if (point == 0xB2) return "2";
  if (point == 0xB3) return "3";
  if (point >= 0x1D400 && point < 0x1D6A4) {  // bold, italic, script letters
    const unsigned letter = (point - 0x1D400) % 52;
    return {static_cast<char>(letter < 26 ? 'A' + letter : 'a' + letter - 26)};
  }
  if (point >= 0x1D6A8 && point < 0x1D7CA) {  // bold and italic Greek: 58 a style
    const unsigned letter = (point - 0x1D6A8) % 58;
    if (letter < 25) return greek_letter(letter, true);
    if (letter >= 26 && letter < 51) return greek_letter(letter - 26, false);
  }
  return "_";
}

}  // namespace

std::string identifier(std::string_view name) {
  std::string out;
  while (!name.empty()) {
    for (char c : spelling(next_code_point(name))) {
      if (c != '_' || (!out.empty() && out.back() != '_')) out += c;
    }
  }
  while (!out.empty() && out.back() == '_') out.pop_back();
  if (out.empty()) return "v";
  return out[0] >= '0' && out[0] <= '9' ? "v" + out : out;
}

std::string Names::free(const std::string& wish) const {
  const auto used = [&](const std::string& name) {
    return taken_.count(name) > 0 ||
           std::any_of(open_.begin(), open_.end(), [&](const auto& open) { return open.second == name; });
  };
  std::string name = wish;
  for (int i = 2; used(name); ++i) name = wish + "_" + std::to_string(i);
  return name;
}

std::string Names::fresh(const std::string& wish) { return *taken_.insert(free(wish)).first; }

std::string Names::numbered(const std::string& letter) { return fresh(letter + std::to_string(++next_[letter])); }

const std::string& Names::of(const Symbol* array) {
  std::string& name = arrays_[array];
  if (name.empty()) name = fresh(identifier(array->name));
  return name;
}

void Names::enter(const IndexVar* var) { open_.emplace_back(var, free(identifier(var->name))); }

void Names::leave() { open_.pop_back(); }

bool Names::knows(const IndexVar* var) const {
  return std::any_of(open_.begin(), open_.end(), [&](const auto& open) { return open.first == var; });
}

const std::string& Names::of(const IndexVar* var) const {
  return std::find_if(open_.begin(), open_.end(), [&](const auto& open) { return open.first == var; })->second;
}

}  // namespace gradus
