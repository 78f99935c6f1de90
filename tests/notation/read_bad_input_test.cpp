// What cannot be read is reported where it stands; the rest is read. Nothing crashes, nothing hangs.
#include <gtest/gtest.h>

#include "read_fixture.h"

namespace gradus::test {
namespace {

std::string repeated(const std::string& part, int times) {
  std::string out;
  out.reserve(part.size() * static_cast<std::size_t>(times));
  for (int i = 0; i < times; ++i) out += part;
  return out;
}

Document read(const std::string& text) { return read_document(Source("test.md", text)); }

TEST(ReadBadInput, UnbalancedBrackets) {
  EXPECT_EQ(latex("\\begin{aligned} a &= (b \\\\ &= c \\\\ d &= e \\end{aligned}"),
            "a = (product (bad '(' is never closed) b) = c | d = e ! unbalanced");
  EXPECT_EQ(latex("a) = b"), "(product a (bad ')' closes nothing)) = b ! unbalanced");
  EXPECT_EQ(slugs_of(read("$\\frac{a}{b = c$").diagnostics), "unbalanced");
  EXPECT_EQ(latex("a} = b"), "(product a (bad '}' without '{')) = b ! unbalanced");
  EXPECT_EQ(latex("\\begin{aligned} a &= b"), "a = b ! unbalanced");
  EXPECT_EQ(latex("\\left( a = b"), "(product (bad \\left without its \\right) a) = b ! unbalanced");
  EXPECT_EQ(latex("[0, 1)"), "(group [ 0 , 1)");
}

TEST(ReadBadInput, UnbalancedDollarsSpareTheRest) {
  EXPECT_EQ(document("$$a = b\n\nHere is some prose again.\n\n$$c = d$$\n"),
            "$$a = b$$\n¶\nHere is some prose again.\n¶\n$$c = d$$\n! unbalanced");
  EXPECT_EQ(document("$$c = d$$ and $\\alpha\n\n$x$"), "$$c = d$$\nand $\\alpha\n¶\n$x$\n! unbalanced");
  EXPECT_EQ(document("```math\na = b\n"), "$$a = b$$\n! unbalanced");
  EXPECT_EQ(document("\\[ a = b\n\nwords\n"), "$$a = b$$\n¶\nwords\n! unbalanced");
}

TEST(ReadBadInput, MissingParts) {
  EXPECT_EQ(latex("a + = b"), "(sum +a +(bad a term is missing beside a sign)) = b ! syntax");
  EXPECT_EQ(latex("a \\cdot"), "(product a (bad an operand is missing beside ·)) ! syntax");
  EXPECT_EQ(latex("a ="), "a = (bad nothing stands here) ! syntax");
  EXPECT_EQ(latex("x^a^b"), "(bad two subscripts or two superscripts on one symbol) ! double-script");
  EXPECT_EQ(latex("\\frac{a}{}"), "(frac a (bad nothing stands here)) ! syntax");
  EXPECT_EQ(latex(""), "");
}

TEST(ReadBadInput, SpanOfADiagnosticIsExact) {
  const std::string text = "x = \\foo{y}";
  const Source source("test", text);
  std::vector<Diagnostic> diagnostics;
  read_latex(source, {0, static_cast<std::uint32_t>(text.size())}, diagnostics);
  ASSERT_EQ(diagnostics.size(), 1u);
  EXPECT_EQ(source.text(diagnostics[0].span), "\\foo");
}

TEST(ReadBadInput, MacrosThatDoNotEnd) {
  EXPECT_EQ(document("\\def\\a{\\a}$\\a$ $x$"),
            "$(bad the expansion of this macro does not come to an end)$\n$x$\n! macro-expansion");
  // What stands beside the macro is read: the formula stays an equality.
  EXPECT_EQ(document("\\def\\a{\\frac{\\a}{2}}$y + \\a = x$"),
            "$(sum +y +(bad the expansion of this macro does not come to an end)) = x$\n! macro-expansion");
  EXPECT_EQ(document("\\def\\a{\\a\\a x}$\\a$ $x$").substr(0, 5), "$(bad");
  const std::string bomb =
      "\\def\\a{xxxxxxxxxx}\\def\\b{\\a\\a\\a\\a\\a\\a\\a\\a}\\def\\c{\\b\\b\\b\\b\\b\\b\\b\\b}"
      "\\def\\d{\\c\\c\\c\\c\\c\\c\\c\\c}\\def\\e{\\d\\d\\d\\d\\d\\d\\d\\d}\\def\\f{\\e\\e\\e\\e\\e\\e\\e\\e}";
  EXPECT_EQ(slugs_of(read(bomb + "$\\f\\f\\f$ $y$").diagnostics), "macro-expansion");
}

TEST(ReadBadInput, DeepNesting) {
  const std::pair<const char*, const char*> pairs[] = {
      {"(", ")"}, {"{", "}"}, {"\\frac{1}{", "}"}, {"x^{", "}"}, {"\\left[", "\\right]"}, {"\\sqrt{", "}"}, {"|", "|"}};
  for (const auto& [open, close] : pairs) {
    const Document document = read("$$" + repeated(open, 100'000) + "x" + repeated(close, 100'000) + "$$ $a = b$");
    ASSERT_EQ(document.pieces.size(), 2u) << open;
    EXPECT_EQ(line_of(document.pieces[1].chains), "a = b") << open;
    EXPECT_FALSE(document.diagnostics.empty()) << open;
  }
  EXPECT_EQ(slugs_of(read("$$" + repeated("(", 100'000) + "x" + repeated(")", 100'000) + "$$").diagnostics), "depth");
  for (const char* chain : {"\\hat", "x^", "\\sqrt", "\\mathbf", "\\left."}) {
    EXPECT_FALSE(read("$$" + repeated(chain, 100'000) + "x$$").diagnostics.empty()) << chain;
  }
  EXPECT_FALSE(read("```gradus\n" + repeated("(", 100'000) + "\n```\n").diagnostics.empty());
  EXPECT_FALSE(read("```gradus\n" + repeated("x^", 100'000) + "\n```\n").diagnostics.empty());
}

TEST(ReadBadInput, Encoding) {
  EXPECT_EQ(document("a \xff $x$"), "a \xEF\xBF\xBD\n$x$\n! encoding");
  EXPECT_EQ(document("$x\xff = y$"), "$(product x (bad bytes that are not UTF-8 text)) = y$\n! encoding encoding");
  EXPECT_EQ(document(std::string("a\0b $x$", 7)), "\n! encoding");
  EXPECT_EQ(document(""), "");
}

TEST(ReadBadInput, LongDocumentsTakeLinearTime) {
  // Each of these was quadratic in a careless reader.
  for (const char* part : {"$", "$$ ", "` `` ``` ", "\\[ a\n\n", "\\( ", "\\begin{align} a ", "<!-- ", "$\\text{", "$`",
                           "> ", "a\n\n", "\\verb|", "\\\\(", "\\begin{verbatim}", "|", "||x", "d d ", "((", "^^"}) {
    read(repeated(part, 60'000));
    read("$$" + repeated(part, 30'000));
    read("```gradus\n" + repeated(part, 30'000));
  }
}

TEST(ReadBadInput, AVeryLongFormulaIsCutOff) {
  EXPECT_EQ(slugs_of(read("$$" + repeated("x + ", 600'000) + "$$").diagnostics), "size");
}

}  // namespace
}  // namespace gradus::test
