// The catalogue of slips proposes the edit that undoes each kind of slip.
#include "check/edits.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "notation/read.h"

namespace gradus {
namespace {

SynPtr tree(const Source& source, Span span) {
  std::vector<Diagnostic> ignored;
  const auto chains = read_latex(source, span, ignored);
  return chains.size() == 1 && chains[0].sides.size() == 1 ? chains[0].sides[0] : nullptr;
}

/// Where the corrected text stands among the proposals, or −1; spaces do not count.
long rank_of(const std::string& lhs, const std::string& rhs, std::string wanted) {
  const Source source("test", lhs + " = " + rhs);
  const Span right{static_cast<std::uint32_t>(lhs.size() + 3), static_cast<std::uint32_t>(lhs.size() + 3 + rhs.size())};
  SlipContext context{
      source, right, tree(source, right), {tree(source, {0, static_cast<std::uint32_t>(lhs.size())})}, {"n"}};
  if (!context.right || !context.others[0]) return -2;
  const auto squeeze = [](std::string s) {
    std::erase_if(s, [](char c) { return c == ' '; });
    return s;
  };
  wanted = squeeze(wanted);
  const auto edits = edits_of(context);
  for (std::size_t k = 0; k < edits.size(); ++k)
    if (squeeze(edits[k].latex) == wanted) return static_cast<long>(k);
  for (const Edit& edit : edits) ADD_FAILURE() << edit.latex << "   (" << edit.diagnosis << ")";
  return -1;
}

TEST(Edits, UndoSlips) {
  EXPECT_GE(rank_of("y", "A^T x", "2 A^T x"), 0);
  EXPECT_GE(rank_of("y", "a + b", "2 \\left(a + b\\right)"), 0);
  EXPECT_GE(rank_of("y", "a + b", "a - b"), 0);
  EXPECT_GE(rank_of("y", "a - b + c", "a + b + c"), 0);
  EXPECT_GE(rank_of("y", "A x", "A^T x"), 0);
  EXPECT_GE(rank_of("y", "A^T x", "A x"), 0);
  EXPECT_GE(rank_of("y", "2M + m^T z", "2M + m z^T"), 0);
  EXPECT_GE(rank_of("y", "(p - q) v^T", "v (p - q)^T"), 0);
  EXPECT_GE(rank_of("y", "X^{-1} a", "X^{-T} a"), 0);
  EXPECT_GE(rank_of("y", "\\sum_{i=1}^n x_i", "\\frac{1}{n} \\sum_{i=1}^n x_i"), 0);
  EXPECT_GE(rank_of("\\delta_j", "\\sum_k w_{ik} d_k", "\\sum_k w_{ki} d_k"), 0);
  EXPECT_GE(rank_of("s'(x)", "\\sigma(x) w", "\\sigma'(x) w"), 0);
  EXPECT_GE(rank_of("y", "\\prod_{j=i}^t a_j", "\\prod_{j=i+1}^t a_j"), 0);
  EXPECT_GE(rank_of("y", "\\prod_{j=i}^t a_j", "\\sum_{j=i}^t a_j"), 0);
  EXPECT_GE(rank_of("f(x)^2 y", "2 y", "2 f(x) y"), 0);
}

}  // namespace
}  // namespace gradus
