// The table's rows as data. A derivative is written in elementary.def with plain operators; here it runs on Term, a
// handle whose operators are the builders, and every row brings its own one-liner: exp(u), sigmoid(u), …
#include "expr/elementary.h"

#include <algorithm>
#include <unordered_map>

#include "expr/builders.h"

namespace gradus {
namespace table {

struct Term {
  Expr expr = nullptr;
  Term(Expr e) : expr(e) {}
  Term(int value) : expr(make::number(value)) {}
};

Term operator+(Term a, Term b) { return make::add({a.expr, b.expr}); }
Term operator-(Term a, Term b) { return make::sub(a.expr, b.expr); }
Term operator*(Term a, Term b) { return make::mul({a.expr, b.expr}); }
Term neg(Term a) { return make::neg(a.expr); }
Term inv(Term a) { return make::inv(a.expr); }
Term sq(Term a) { return make::sq(a.expr); }
Term sqrt(Term a) { return make::sqrt(a.expr); }
Term number(int value) { return value; }
Term pi() { return make::pi(); }
Term above_zero(Term u, Term then, Term otherwise) {
  return make::select(Relation::gt, u.expr, make::number(0), then.expr, otherwise.expr);
}
Term below_zero(Term u, Term then, Term otherwise) {
  return make::select(Relation::lt, u.expr, make::number(0), then.expr, otherwise.expr);
}
/// Marks a row without a derivative; the row then holds a null function.
Term undefined() { return Expr{nullptr}; }
/// Marks a row that the C library computes: its name is read from the row's text.
Term libm(std::string_view) { return Expr{nullptr}; }

#define ELEMENTARY(name, latex, text_names, domain, kinks, derivative, ball, code) \
  [[maybe_unused]] Term name(Term u) { return make::func(Elementary::name, u.expr); }
#include "expr/elementary.def"
#undef ELEMENTARY

#define ELEMENTARY(name, latex, text_names, domain, kinks, derivative, ball, code) \
  Expr derivative_of_##name([[maybe_unused]] Expr argument) {                      \
    [[maybe_unused]] const Term u = argument;                                      \
    return Term(derivative).expr;                                                  \
  }
#include "expr/elementary.def"
#undef ELEMENTARY

#define ELEMENTARY(name, latex, text_names, domain, kinks, derivative, ball, code) \
  Expr code_of_##name([[maybe_unused]] Expr argument) {                            \
    [[maybe_unused]] const Term u = argument;                                      \
    return Term(code).expr;                                                        \
  }
#include "expr/elementary.def"
#undef ELEMENTARY

constexpr std::string_view libm_in(std::string_view text) {
  constexpr std::string_view open = "libm(\"";
  return text.substr(0, open.size()) == open ? text.substr(open.size(), text.size() - open.size() - 2)
                                             : std::string_view();
}
constexpr bool is_given(std::string_view text) { return text != "undefined()" && libm_in(text).empty(); }

}  // namespace table

namespace {

constexpr ElementaryRow kRows[] = {
#define ELEMENTARY(name, latex, text_names, domain, kinks, derivative, ball, code) \
  {Elementary::name,                                                               \
   #name,                                                                          \
   latex,                                                                          \
   text_names,                                                                     \
   Domain::domain,                                                                 \
   kinks,                                                                          \
   table::is_given(#derivative) ? &table::derivative_of_##name : nullptr,          \
   table::libm_in(#code),                                                          \
   table::is_given(#code) ? &table::code_of_##name : nullptr},
#include "expr/elementary.def"
#undef ELEMENTARY
};

}  // namespace

std::span<const ElementaryRow> elementary_table() { return kRows; }

const ElementaryRow& row_of(Elementary function) { return kRows[static_cast<std::size_t>(function)]; }

std::vector<std::string_view> spellings(const ElementaryRow& row) {
  std::vector<std::string_view> out;
  std::string_view names = row.text_names;
  while (!names.empty()) {
    const std::size_t length = std::min(names.find(' '), names.size());
    out.push_back(names.substr(0, length));
    names.remove_prefix(std::min(length + 1, names.size()));
  }
  return out;
}

std::optional<Elementary> elementary_named(std::string_view spelling) {
  static const auto named = [] {
    std::unordered_map<std::string_view, Elementary> table;
    for (const ElementaryRow& row : kRows) {
      for (const std::string_view name : spellings(row)) table.emplace(name, row.id);
    }
    return table;
  }();
  const auto found = named.find(spelling);
  return found == named.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace gradus
