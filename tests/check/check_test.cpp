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
