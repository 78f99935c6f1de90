// The table of elementary functions, row by row: every name is read in both dialects, what is written is read back, the
// derivative is that of the values. The table here has one row more than gradus (expr/elementary.def beside this file);
// nothing else knows of that function, and it is read, derived, evaluated, checked and written as all others are.
#include <arb.h>
#include <gtest/gtest.h>

#include "app/derive.h"
#include "app/session.h"
#include "check/ball.h"
#include "notation/write.h"

namespace gradus {
namespace {

constexpr slong kPrecision = 400;

/// A point where a function of that domain is smooth.
Rational inside(Domain domain) { return domain == Domain::above_one ? Rational(10, 7) : Rational(3, 7); }

/// The value of an expression in x.
Ball value_of(Expr e, const Ball& x) {
  Ball out(e->kind == Kind::mul ? 1L : 0L);
  switch (e->kind) {
    case Kind::number: out.set(e->number, kPrecision); break;
    case Kind::ref:
      if (e->symbol->role == Role::constant) {
        arb_const_pi(out, kPrecision);
      } else {
        out = x;
      }
      break;
    case Kind::add:
      for (const Expr kid : e->kids) arb_add(out, out, value_of(kid, x), kPrecision);
      break;
    case Kind::mul:
      for (const Expr kid : e->kids) arb_mul(out, out, value_of(kid, x), kPrecision);
      break;
    case Kind::pow: arb_pow(out, value_of(e->kids[0], x), value_of(e->kids[1], x), kPrecision); break;
    case Kind::func:
      evaluate_elementary(static_cast<Elementary>(e->op), out, value_of(e->kids[0], x), kPrecision);
      break;
    default: ADD_FAILURE() << dump(e) << " in a derivative of the table";
  }
  return out;
}

std::vector<std::string> verdicts(const std::string& sheet) {
  const Response response = respond({.name = "table.md", .text = sheet, .assume = {}});
  std::vector<std::string> out;
  for (const Verdict& verdict : response.verdicts) out.emplace_back(name_of(verdict.kind));
  for (const Diagnostic& d : response.diagnostics) out.push_back(d.slug + ": " + d.message);
  return out;
}

std::string derivative(const std::string& expression) {
  const Derivative d = derive({.name = {},
                               .text = {},
                               .expression = expression,
                               .let = {"x ∈ R"},
                               .assume = {},
                               .wrt = "x",
                               .order = 1,
                               .steps = StepGrain::none});
  EXPECT_TRUE(d.ok) << expression << (d.diagnostics.empty() ? "" : ": " + d.diagnostics[0].message);
  return d.result.latex;
}

class Table : public ::testing::Test {
 protected:
  Pool pool_;
  Pool::Scope scope_{pool_};
  Symbol* x_ = pool_.new_symbol("x");
  Table() { x_->latex = "x"; }
};

TEST_F(Table, EveryNameIsReadAndWhatIsWrittenIsReadBack) {
  for (const ElementaryRow& row : elementary_table()) {
    std::string sheet = "Let $x \\in \\mathbb{R}$, $x > 1$.\n\n";
    const std::string written = write_latex(make::func(row.id, make::ref(x_)));
    std::vector<std::string> expected;
    for (const std::string_view name : spellings(row)) {
      sheet += "$$2 \\operatorname{" + std::string(name) + "}(x) = 2 " + written + "$$\n\n";
      expected.emplace_back("proved");
    }
    EXPECT_EQ(verdicts(sheet), expected) << sheet;
  }
}

TEST_F(Table, EveryDerivativeIsFoundInBothDialects) {
  for (const ElementaryRow& row : elementary_table()) {
    if (!row.derivative) continue;
    const std::string name(spellings(row).front());
    const std::string claims = "Let $x \\in \\mathbb{R}$.\n\n$$\\frac{d}{dx} " + std::string(row.latex) +
                               "(x) = " + write_latex(row.derivative(make::ref(x_))) +
                               "$$\n\n$$\\frac{d}{dx} \\operatorname{" + name + "}(x) = " + derivative(name + "(x)") +
                               "$$\n";
    EXPECT_EQ(verdicts(claims), std::vector<std::string>(2, "proved")) << claims;
  }
}

TEST_F(Table, EveryDerivativeIsThatOfTheValues) {
  for (const ElementaryRow& row : elementary_table()) {
    if (!row.derivative) continue;
    const Rational at = inside(row.domain), h(1, mpz_class(1) << 80);
    Ball x, step, left, right, before, after, slope, error;
    x.set(at, kPrecision);
    step.set(h, kPrecision);
    left.set(at - h, kPrecision);
    right.set(at + h, kPrecision);
    evaluate_elementary(row.id, before, left, kPrecision);
    evaluate_elementary(row.id, after, right, kPrecision);
    arb_sub(slope, after, before, kPrecision);
    arb_div(slope, slope, step, kPrecision);
    arb_mul_2exp_si(slope, slope, -1);
    arb_sub(error, slope, value_of(row.derivative(make::ref(x_)), x), kPrecision);
    ASSERT_TRUE(error.finite()) << row.name;
    EXPECT_LT(error.exponent(), -120) << row.name;  // the error of a central difference is of the order of step²
  }
}

TEST_F(Table, OneRowIsAllThatAFunctionNeeds) {
  EXPECT_EQ(elementary_table().back().name, "lambert");
  EXPECT_EQ(verdicts(R"(Let $x \in \mathbb{R}$, $x > 0$.

$$\frac{d}{dx} \lambert(x^2) = \frac{2x}{x^2 + e^{\lambert(x^2)}}$$

$$\frac{d}{dx} \operatorname{lambertw} x = \frac{1}{x + e^{\lambert x}}$$

$$\operatorname{lambert}(x)\, e^{\operatorname{lambert}(x)} = x$$

$$\frac{d}{dx} \lambert(x) = \frac{1}{x + e^x}$$
)"),
            (std::vector<std::string>{"proved", "proved", "confirmed", "wrong"}));
  EXPECT_EQ(derivative("a * lambert(x)"), "\\frac{a}{x + e^{\\operatorname{lambertw}(x)}}");
  EXPECT_EQ(latex_to_text("\\lambert(x)"), "lambert(x)");
}

}  // namespace
}  // namespace gradus
