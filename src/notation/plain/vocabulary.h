// The words of the plain-text language.
#pragma once

#include <string>
#include <string_view>

namespace gradus::notation::plain {

/// "alpha" → "α", "nabla" → "∇"; empty if it is no letter's name.
std::string_view letter_named(std::string_view word);
/// Whether the word is a function in every sheet: log, tr, norm2.
bool is_function(std::string_view word);
/// Whether the word speaks about what stands beside it: "symmetric", "for", "where".
bool speaks(std::string_view word);
/// How a name is written in LaTeX: "x" → "x", "loss" → "\\operatorname{loss}", "log" → "\\log".
std::string latex_of(std::string_view word);

}  // namespace gradus::notation::plain
