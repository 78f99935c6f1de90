// Names that only look like another name with a script.
#include "sheet/names_apart.h"

#include <gtest/gtest.h>

#include "notation/read.h"

namespace gradus {
namespace {

Apart apart_in(const std::string& text) {
  const Source source("test.md", text);
  return names_apart(read_document(source));
}

TEST(NamesApart, NumberedStagesAreNames) {
  const Apart apart = apart_in("$$z_1 = W_1x, \\quad h = \\sigma(z_1), \\quad z_2 = W_2h$$");
  EXPECT_TRUE(apart.literal.contains("z_1"));
  EXPECT_TRUE(apart.literal.contains("W_2"));
}

TEST(NamesApart, MembersOfAFamilyAreNot) {
  EXPECT_TRUE(apart_in("$$h_0 = x, \\quad h_t = \\tanh(Wh_{t-1})$$").literal.empty());
  EXPECT_TRUE(apart_in("$x_1, \\dots, x_n \\in \\mathbb{R}$ $$s = x_1 + x_2$$").literal.empty());
}

TEST(NamesApart, ComponentsOfADeclaredVectorAreNot) {
  EXPECT_TRUE(apart_in("$x \\in \\mathbb{R}^2$ $$f = x_1^2 + x_2$$").literal.empty());
  EXPECT_TRUE(apart_in("$y \\in \\mathbb{R}^n$, $y_i \\in \\{-1, 1\\}$").families.empty());
}

TEST(NamesApart, APointBesideTheVariable) {
  EXPECT_TRUE(apart_in("$x_0 \\in \\mathbb{R}$ $$f(x) = x^3$$ $$f'(x_0) = 3x_0^2$$").literal.contains("x_0"));
  EXPECT_TRUE(apart_in("$x, x_i \\in \\mathbb{R}^d$").families.contains("x"));
}

TEST(NamesApart, PrimesNameOrTranspose) {
  EXPECT_TRUE(apart_in("$h \\in \\mathbb{R}^n$ $$h' = (1-z) \\odot h$$").primed.contains("h"));
  EXPECT_TRUE(apart_in("$A \\in \\mathbb{R}^{n\\times n}$ $$A' = A$$").primed.empty());
  EXPECT_TRUE(apart_in("$h, b \\in \\mathbb{R}^n$ $$h' = g$$ $$s = b'c$$").primed.empty());
}

}  // namespace
}  // namespace gradus
