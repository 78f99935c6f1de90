// Mathematics as it will be written, before a dialect is chosen: names, scripts, products, sums, fractions, sums over
// ranges. `present.h` makes forms of expressions; a dialect (latex/, plain/) renders them. Where brackets are needed
// follows from `level` here, so both dialects agree.
//
// kind        kids                                  other fields
// number      -                                     text: decimal digits
// name        -                                     latex, text
// list        items                                 latex, text: separators
// group       content                               text: "(" or "["
// scripts     base, sub or null, sup or null        primes
// power       base, exponent
// product     factors (>= 2)
// circled     operands (>= 2)                       text: "⊙" or "⊘"
// sum         terms                                 signs: +1 or -1, one a term
// fraction    numerator, denominator
// root        radicand
// call        head, arguments …                     bare: a name of a function that is not a symbol ("\log", "tr")
// big         lower, upper or null, body            latex, text: the operator
// bars        content                               text: "|" or "‖"
// relation    left, right                           latex, text: the relation
// cases       value, condition or null, …
// derivative  numerator or null, body or null, …    signs: the order in each further kid, what it is taken by
// restricted  body, equations …
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace gradus {

struct Form;
using FormPtr = std::shared_ptr<const Form>;
using Forms = std::vector<FormPtr>;

struct Form {
  enum class Kind {
    number,
    name,
    list,
    group,
    scripts,
    power,
    product,
    circled,
    sum,
    fraction,
    root,
    call,
    big,
    bars,
    relation,
    cases,
    derivative,
    restricted
  };
  Kind kind = Kind::name;
  std::string latex, text;
  Forms kids;
  std::vector<int> signs;
  int primes = 0;
  bool bare = false;
};

/// How tightly a form holds together.
enum class Level { relation, sum, product, factor, atom };
/// `inline_fractions`: fractions are written with a slash.
Level level(const Form& form, bool inline_fractions);
/// Whether an operator written before it reaches to the end of the product: Σ, ∂/∂x (…).
bool reaches_right(const Form& form);
/// Whether the base of a `scripts` needs brackets whatever its letters are: x_l^T and f(x)^T do not, (x^{(i)})_j does.
bool brackets_base(const Form& scripts);
/// f(x), exp(x): what ∂/∂x can stand before without brackets.
bool is_applied(const Form& form);
/// Number of leaves: how long it looks.
int weight(const Form& form);
/// Equal as written.
bool same(const Form& a, const Form& b);

namespace form {

FormPtr number(const std::string& digits);
FormPtr name(std::string latex, std::string text);
FormPtr name(const std::string& both);
/// A word as a function's name: \operatorname{diag}.
FormPtr word(const std::string& word);
FormPtr list(Forms items, const std::string& separator);
/// Operators before what they act on: \partial_1 g.
FormPtr prefixed(Forms items);
FormPtr group(FormPtr content, std::string open = "(");
FormPtr scripts(FormPtr base, FormPtr sub, FormPtr sup, int primes = 0);
FormPtr power(FormPtr base, FormPtr exponent);
/// Flattened; one factor stands for itself, none is the number 1.
FormPtr product(Forms factors);
FormPtr circled(const std::string& sign, Forms operands);
/// Flattened; none is the number 0.
FormPtr sum(const Forms& terms, const std::vector<int>& signs);
FormPtr negated(const FormPtr& term);
/// A product without its leading minus, where a bracket in it can be turned: −(d − f) x is (f − d) x.
FormPtr without_minus(FormPtr form);
/// Whether every term carries a minus; then they lose it.
bool take_minus(FormPtr& form);
FormPtr fraction(FormPtr numerator, FormPtr denominator);
FormPtr root(FormPtr radicand);
FormPtr call(FormPtr head, Forms arguments);
FormPtr function(FormPtr head, FormPtr argument);  ///< a call of a function that is no symbol
FormPtr big(std::string latex, std::string text, FormPtr lower, FormPtr upper, FormPtr body);
FormPtr bars(const std::string& bar, FormPtr content);
FormPtr relation(std::string latex, std::string text, FormPtr left, FormPtr right);
FormPtr cases(Forms values_and_conditions);
FormPtr derivative(FormPtr numerator, FormPtr body, const Forms& by);
FormPtr restricted(FormPtr body, Forms equations);

}  // namespace form

/// The dialects.
std::string render_latex(const Form& form);
std::string render_text(const Form& form);

}  // namespace gradus
