// Whole sheets: verdicts, diagnoses, and corrections that check when they stand in place of the right side.
#include "check/check.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "notation/read.h"

namespace gradus {
namespace {

/// A sheet with one pool for all its readings.
class Read : public Recheck {
 public:
  explicit Read(const std::string& text) : source("test.md", text), sheet(elaborate(source, read_document(source))) {}
  std::optional<Claim> with_replacement(int n, Span span, const std::string& latex) override {
    const Source changed = replaced(span, latex);
    Sheet again = elaborate(changed, read_document(changed));
    for (Claim& claim : again.claims)
      if (claim.n == n && again.claims.size() == sheet.claims.size()) return std::move(claim);
    return std::nullopt;
  }
  Source replaced(Span span, const std::string& latex) const {
    std::string text(source.text().substr(0, span.begin));
    text += latex + " ";
    text += source.text().substr(span.end);
    return {"test.md", text};
  }
  const Claim& claim(int n) const { return sheet.claims.at(static_cast<std::size_t>(n - 1)); }

  Pool pool;
  Pool::Scope scope{pool};
  Source source;
  Sheet sheet;
};

bool right(const Verdict& v) { return v.kind == VerdictKind::proved || v.kind == VerdictKind::confirmed; }

/// The last claim is wrong, fully explained, and its correction checks; returns the verdict.
Verdict expect_wrong(const std::string& text) {
  Read read(text);
  const auto verdicts = check(read.source, read.sheet, {}, &read);
  if (verdicts.empty()) {
    ADD_FAILURE() << "no claim in " << text;
    return {};
  }
  const Verdict& last = verdicts.back();
  const int n = static_cast<int>(verdicts.size());
  EXPECT_EQ(name_of(last.kind), "wrong") << text << "\n" << last.reason;
  EXPECT_FALSE(last.residual.empty());
  EXPECT_FALSE(last.residual_text.empty());
  EXPECT_TRUE(last.counterexample);
  if (last.counterexample) {
    EXPECT_NE(last.counterexample->lhs, last.counterexample->rhs);
  }
  EXPECT_FALSE(last.correction.empty()) << text;
  EXPECT_FALSE(last.diagnosis.empty());
  EXPECT_FALSE(last.wrong_term.empty());
  if (!last.correction.empty()) {
    const Source corrected = read.replaced(read.claim(n).rhs_span, last.correction);
    Read again{std::string(corrected.text())};
    const auto verdicts_again = check(again.source, again.sheet);
    EXPECT_TRUE(verdicts_again.size() == verdicts.size() && right(verdicts_again.back())) << corrected.text();
  }
  return last;
}

TEST(Check, TrueStepsAreProved) {
  Read read(
      "$A \\in \\mathbb{R}^{m \\times n}$, $x \\in \\mathbb{R}^n$, $b \\in \\mathbb{R}^m$.\n\n"
      "$$f(x) = (Ax-b)^T(Ax-b)$$\n\n"
      "$$\\begin{aligned}\\nabla f(x) &= 2A^T A x - 2A^T b \\\\ &= 2A^T(Ax - b)\\end{aligned}$$\n");
  const auto verdicts = check(read.source, read.sheet, {}, &read);
  ASSERT_EQ(verdicts.size(), 2u);
  for (const Verdict& v : verdicts) EXPECT_EQ(name_of(v.kind), "proved") << v.reason;
  ASSERT_TRUE(verdicts[1].against_start);
  EXPECT_EQ(name_of(*verdicts[1].against_start), "proved");
  EXPECT_FALSE(verdicts[0].against_start);
}

TEST(Check, SlipsAreDiagnosedAndCorrected) {
  const std::string squares =
      "$A \\in \\mathbb{R}^{m \\times n}$, $x \\in \\mathbb{R}^n$, $b \\in \\mathbb{R}^m$, $m \\neq n$.\n\n$$f(x) = "
      "(Ax-b)^T(Ax-b)$$\n\n";
  EXPECT_EQ(expect_wrong(squares + "$$\\nabla f(x) = A^T A x - A^T b$$\n").diagnosis, "a factor 2 is missing");
  EXPECT_EQ(expect_wrong(squares + "$$\\nabla f(x) = 2A^T(b - Ax)$$\n").diagnosis, "the sign is wrong");
  EXPECT_EQ(expect_wrong(squares + "$$\\nabla f(x) = 2A^T A x + 2A^T b$$\n").diagnosis, "the sign of a term is wrong");
  const std::string mean =
      "$x_1, \\dots, x_n \\in \\mathbb{R}$, $w \\in \\mathbb{R}$.\n\n$$J = \\frac{1}{n}\\sum_{i=1}^n (w x_i)^2$$\n\n";
  EXPECT_EQ(expect_wrong(mean + "$$\\frac{\\partial J}{\\partial w} = 2 \\sum_{i=1}^n w x_i^2$$\n").diagnosis,
            "the factor 1/n is missing");
  EXPECT_NE(expect_wrong("$x \\in \\mathbb{R}$.\n\n$$\\frac{d}{dx} x \\sin(x) = \\sin(x)$$\n").correction.find("cos"),
            std::string::npos);
}

TEST(Check, AHypothesisIsNamed) {
  Read read("$A \\in \\mathbb{R}^{n \\times n}$, $x \\in \\mathbb{R}^n$.\n\n$$\\nabla_x x^T A x = 2 A x$$\n");
  const auto verdicts = check(read.source, read.sheet, {}, &read);
  ASSERT_EQ(verdicts.size(), 1u);
  EXPECT_EQ(name_of(verdicts[0].kind), "conditional");
  EXPECT_EQ(verdicts[0].hypothesis, "A symmetric");
  EXPECT_FALSE(verdicts[0].residual.empty());
  ASSERT_TRUE(verdicts[0].counterexample);
  EXPECT_NE(verdicts[0].counterexample->lhs, verdicts[0].counterexample->rhs);
}

TEST(Check, ARowIsJudgedAgainstTheStartToo) {
  Read read("$x \\in \\mathbb{R}$.\n\n$$\\begin{aligned}(x+1)^2 &= x^2 + 1 \\\\ &= x^2 + 2x + 1\\end{aligned}$$\n");
  const auto verdicts = check(read.source, read.sheet);
  ASSERT_EQ(verdicts.size(), 2u);
  EXPECT_EQ(name_of(verdicts[0].kind), "wrong");
  EXPECT_EQ(name_of(verdicts[1].kind), "wrong");
  ASSERT_TRUE(verdicts[1].against_start);
  EXPECT_EQ(name_of(*verdicts[1].against_start), "proved");
}

/// The verdict of the last claim.
VerdictKind last(const std::string& text) {
  Read read(text);
  const auto verdicts = check(read.source, read.sheet);
  EXPECT_FALSE(verdicts.empty()) << text;
  return verdicts.empty() ? VerdictKind::unread : verdicts.back().kind;
}

bool holds(VerdictKind kind) { return kind == VerdictKind::proved || kind == VerdictKind::confirmed; }

TEST(Check, WhatHoldsForSomeIndicesOnlyIsNotConfirmed) {
  const std::string one_hot =
      "$u_w \\in \\mathbb{R}^N$ for $w = 1, \\dots, V$. $y \\in \\mathbb{R}^V$ is one-hot with $y_o = 1$.\n\n";
  EXPECT_TRUE(holds(last(one_hot + "$$\\sum_{w=1}^V y_w u_w = u_o$$\n")));
  EXPECT_FALSE(holds(last(one_hot + "$$\\sum_{w=1}^V y_w\\, w\\, u_w = u_o$$\n")));
  EXPECT_FALSE(holds(last(one_hot + "$$\\sum_{w=1}^V y_w u_w = u_{oo}$$\n")));
  const std::string polynomial = "$x, c_0, \\dots, c_n \\in \\mathbb{R}$.\n\n$$p(x) = \\sum_{k=0}^n c_k x^k$$\n\n";
  EXPECT_TRUE(holds(last(polynomial + "$$p'(x) = \\sum_{k=0}^{n-1} (k+1) c_{k+1} x^k$$\n")));
  EXPECT_FALSE(holds(last(polynomial + "$$p'(x) = \\sum_{k=0}^{n-1} (k+1) c_{kk+1} x^k$$\n")));
}

TEST(Check, AnIndexOutOfRangeIsWrongOnlyHoweverItIsMeant) {
  const std::string text = "$x_1, \\dots, x_n, w \\in \\mathbb{R}$.\n\n$$S = \\sum_{i=1}^{n} w\\, x_i$$\n\n";
  EXPECT_TRUE(holds(last(text + "$$\\frac{\\partial S}{\\partial w} = \\sum_{i=1}^n x_i$$\n")));
  EXPECT_FALSE(holds(last(text + "$$\\frac{\\partial S}{\\partial w} = \\sum_{i=1}^n x_{i+1}$$\n")));
}

TEST(Check, EverySignIsMet) {
  const std::string y = "$y \\in \\mathbb{R}$.\n\n";
  EXPECT_EQ(last(y + "$$\\frac{d}{dy}\\arccos(1/y) = \\frac{1}{y\\sqrt{y^2-1}}$$\n"), VerdictKind::wrong);
  EXPECT_TRUE(holds(last(y + "$$\\frac{d}{dy}\\arccos(1/y) = \\frac{1}{|y|\\sqrt{y^2-1}}$$\n")));
}

TEST(Check, EveryBranchIsMet) {
  const std::string z = "$z \\in \\mathbb{R}$, $c \\in \\mathbb{R}$, $c > 0$.\n\n";
  EXPECT_FALSE(holds(last(z + "$$\\max(-z-1, 0) = 0$$\n")));
  EXPECT_FALSE(holds(last(z + "$$\\min(z, 300) = z$$\n")));
  EXPECT_FALSE(holds(last(z + "$$\\max(z - c, 0) = \\operatorname{sign}(z)\\max(|z| - c, 0)$$\n")));
  EXPECT_TRUE(holds(last(z + "$$\\max(z, 0) - \\max(-z, 0) = z$$\n")));
  EXPECT_TRUE(holds(last(z + "$$|e^z + c| = e^z + c$$\n")));
  const std::string p = "$$P(z) = \\begin{cases} 0 & z < -20 \\\\ z & z \\ge -20 \\end{cases}$$\n\n";
  EXPECT_FALSE(holds(last(z + p + "$$P(z) = z$$\n")));
  const std::string y = "$y_i \\in \\{-1, 1\\}$ for $i = 1, \\dots, n$.\n\n";
  EXPECT_TRUE(holds(last(y + "$$\\sum_{i=1}^n y_i^2 = n$$\n")));
  EXPECT_FALSE(holds(last(y + "$$\\sum_{i=1}^n y_i^3 = n$$\n")));
}

TEST(Check, EveryPointSatisfiesWhatIsAssumed) {
  const std::string loss = "$s, m \\in \\mathbb{R}$.\n\n$$\\ell = \\max(0, m - s^2)^2$$\n\n";
  const std::string step = "$$\\frac{\\partial \\ell}{\\partial s} = -4s(m - s^2)$$\n";
  EXPECT_EQ(last(loss + step), VerdictKind::wrong);
  EXPECT_TRUE(holds(last(loss + "For $s^2 < m$\n\n" + step)));
  EXPECT_EQ(last(loss + "For $s^2 > m$\n\n" + step), VerdictKind::wrong);
  const std::string sums =
      "$v_0, \\beta \\in \\mathbb{R}$, $g_t \\in \\mathbb{R}$ for $t = 1, \\dots, T$.\n\n"
      "$$v_t = \\beta v_{t-1} + g_t$$\n\n";
  const std::string power = "$$\\frac{\\partial v_t}{\\partial g_k} = \\beta^{t-k}$$\n";
  EXPECT_EQ(last(sums + power), VerdictKind::wrong);
  EXPECT_TRUE(holds(last(sums + "For $1 \\le k \\le t \\le T$\n\n" + power)));
  EXPECT_TRUE(holds(last(sums + "For $k = 1, \\dots, t$\n\n" + power)));
}

TEST(Check, ASizeThatNothingTellsRefutesNothing) {
  const std::string sizes = "$x \\in \\mathbb{R}^n$, $A \\in \\mathbb{R}^{m\\times n}$.\n\n";
  EXPECT_TRUE(holds(last(sizes + "$$\\operatorname{tr}(I) = n$$\n")));
  EXPECT_EQ(last(sizes + "$$\\operatorname{tr}(I) = n + 1$$\n"), VerdictKind::wrong);
  EXPECT_EQ(last(sizes + "$$\\mathbf{1}^T\\mathbf{1} = \\operatorname{tr}(I)$$\n"), VerdictKind::undecided);
}

TEST(Check, WhatIsNotSaidIsNotMadeUp) {
  EXPECT_EQ(last("$n \\in \\mathbb{N}$.\n\n$$\\sum_{n=1}^n n = \\frac{n(n+1)}{2}$$\n"), VerdictKind::unread);
  const std::string gap =
      "$x \\in \\mathbb{R}$.\n\n$$f(x) = \\begin{cases} x & x < 0 \\\\ x^2 & x > 1 \\end{cases}$$\n\n";
  EXPECT_EQ(last(gap + "$$f(x) = x^2$$\n"), VerdictKind::unread);
}

TEST(Check, ThePowerOfAFunctionIsNotLost) {
  const std::string phi = "$\\varphi : \\mathbb{R} \\to \\mathbb{R}$, $x, y \\in \\mathbb{R}$.\n\n";
  EXPECT_FALSE(holds(last(phi + "$$y\\varphi^2 = y\\varphi(x)$$\n")));
  EXPECT_FALSE(holds(last(phi + "$$\\varphi^2 y(x) = x y\\varphi(x)$$\n")));
}

TEST(Check, OnlyOneClaim) {
  Read read("$x \\in \\mathbb{R}$.\n\n$$x + x = 2x$$\n\n$$x + x = 3x$$\n");
  CheckOptions options;
  options.only = 2;
  const auto verdicts = check(read.source, read.sheet, options);
  ASSERT_EQ(verdicts.size(), 2u);
  EXPECT_EQ(name_of(verdicts[0].kind), "undecided");
  EXPECT_EQ(name_of(verdicts[1].kind), "wrong");
}

TEST(Check, WhatIsNotUnderstoodIsPassedThrough) {
  Read read(
      "$A \\in \\mathbb{R}^{m \\times n}$, $x \\in \\mathbb{R}^m$, $y \\in \\mathbb{R}^m$, $m \\neq n$.\n\n$$A x = "
      "y$$\n");
  const auto verdicts = check(read.source, read.sheet);
  ASSERT_EQ(verdicts.size(), 1u);
  EXPECT_EQ(name_of(verdicts[0].kind), "ill-typed");
  EXPECT_FALSE(verdicts[0].reason.empty());
}

}  // namespace
}  // namespace gradus
