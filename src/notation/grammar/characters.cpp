#include "notation/grammar/characters.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace gradus::notation {
namespace {

using Row = std::pair<std::string_view, std::string_view>;

constexpr Row raised_rows[] = {
    {"⁰", "0"}, {"¹", "1"}, {"²", "2"}, {"³", "3"}, {"⁴", "4"}, {"⁵", "5"}, {"⁶", "6"}, {"⁷", "7"},
    {"⁸", "8"}, {"⁹", "9"}, {"⁺", "+"}, {"⁻", "-"}, {"⁼", "="}, {"⁽", "("}, {"⁾", ")"}, {"ᵃ", "a"},
    {"ᵇ", "b"}, {"ᶜ", "c"}, {"ᵈ", "d"}, {"ᵉ", "e"}, {"ᶠ", "f"}, {"ᵍ", "g"}, {"ʰ", "h"}, {"ⁱ", "i"},
    {"ʲ", "j"}, {"ᵏ", "k"}, {"ˡ", "l"}, {"ᵐ", "m"}, {"ⁿ", "n"}, {"ᵒ", "o"}, {"ᵖ", "p"}, {"ʳ", "r"},
    {"ˢ", "s"}, {"ᵗ", "t"}, {"ᵘ", "u"}, {"ᵛ", "v"}, {"ʷ", "w"}, {"ˣ", "x"}, {"ʸ", "y"}, {"ᶻ", "z"},
    {"ᴷ", "K"}, {"ᴸ", "L"}, {"ᴹ", "M"}, {"ᴺ", "N"}, {"ᵀ", "T"}, {"ᴰ", "D"},
};

constexpr Row lowered_rows[] = {
    {"₀", "0"}, {"₁", "1"}, {"₂", "2"}, {"₃", "3"}, {"₄", "4"}, {"₅", "5"}, {"₆", "6"}, {"₇", "7"},
    {"₈", "8"}, {"₉", "9"}, {"₊", "+"}, {"₋", "-"}, {"₌", "="}, {"₍", "("}, {"₎", ")"}, {"ₐ", "a"},
    {"ₑ", "e"}, {"ₕ", "h"}, {"ᵢ", "i"}, {"ⱼ", "j"}, {"ₖ", "k"}, {"ₗ", "l"}, {"ₘ", "m"}, {"ₙ", "n"},
    {"ₒ", "o"}, {"ₚ", "p"}, {"ᵣ", "r"}, {"ₛ", "s"}, {"ₜ", "t"}, {"ᵤ", "u"}, {"ᵥ", "v"}, {"ₓ", "x"},
};

constexpr Row accent_rows[] = {
    {"\u0302", "hat"}, {"\u0304", "bar"},  {"\u0305", "bar"}, {"\u0303", "tilde"},
    {"\u0307", "dot"}, {"\u0308", "ddot"}, {"\u20D7", "vec"},
};

constexpr Row fraction_rows[] = {
    {"½", "1/2"}, {"⅓", "1/3"}, {"⅔", "2/3"}, {"¼", "1/4"}, {"¾", "3/4"}, {"⅕", "1/5"}, {"⅖", "2/5"}, {"⅗", "3/5"},
    {"⅘", "4/5"}, {"⅙", "1/6"}, {"⅚", "5/6"}, {"⅛", "1/8"}, {"⅜", "3/8"}, {"⅝", "5/8"}, {"⅞", "7/8"},
};

template <std::size_t N>
std::string_view find(const Row (&rows)[N], std::string_view key) {
  const auto row = std::find_if(std::begin(rows), std::end(rows), [&](const Row& r) { return r.first == key; });
  return row == std::end(rows) ? std::string_view() : row->second;
}

}  // namespace

std::string_view raised(std::string_view character) { return find(raised_rows, character); }
std::string_view lowered(std::string_view character) { return find(lowered_rows, character); }
std::string_view combining_accent(std::string_view character) { return find(accent_rows, character); }
std::string_view vulgar_fraction(std::string_view character) { return find(fraction_rows, character); }

}  // namespace gradus::notation
