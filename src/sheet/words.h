// The vocabulary of prose: words in a text, and the traits that they give a name.
#pragma once

#include <string>
#include <string_view>

#include "expr/traits.h"

namespace gradus {

std::string lower(std::string_view text);
bool has(const std::string& text, const char* phrase);
/// The word stands alone in the text and is not negated.
bool word(const std::string& text, const std::string& wanted);
/// The text ends with the phrase and at most a noun behind it: "is a function of the output".
bool ends_with_noun(const std::string& text, const char* phrase);
std::string last_words(const std::string& text, std::size_t count);
Traits traits_in(const std::string& text);
bool any(const Traits& t);
std::string traits_text(const Traits& t);

}  // namespace gradus
