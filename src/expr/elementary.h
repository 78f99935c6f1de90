// The table of elementary functions (elementary.def), as data.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "expr/expr.h"

namespace gradus {

enum class Elementary : std::uint8_t {
#define ELEMENTARY(name, latex, text_names, domain, kinks, derivative, ball, code) name,
#include "expr/elementary.def"
#undef ELEMENTARY
};

enum class Domain : std::uint8_t { all, positive, nonzero, open_unit, above_one };

struct ElementaryRow {
  Elementary id;
  std::string_view name;
  std::string_view latex;
  std::string_view text_names;
  Domain domain;
  std::string_view kinks;
  Expr (*derivative)(Expr u);  ///< null where the table has none
  std::string_view libm;       ///< the C library's function, or ""
  Expr (*code)(Expr u);        ///< written out in such functions; null where there is none, or libm has it
};

std::span<const ElementaryRow> elementary_table();
const ElementaryRow& row_of(Elementary function);
/// Every name that is read as the function: "log", "ln".
std::vector<std::string_view> spellings(const ElementaryRow& row);
/// The function of that spelling ("ln", "arctan"), or none.
std::optional<Elementary> elementary_named(std::string_view spelling);

}  // namespace gradus
