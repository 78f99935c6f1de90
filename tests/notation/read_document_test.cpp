// Documents: where mathematics is, and where it is not.
#include <gtest/gtest.h>

#include "read_fixture.h"

namespace gradus::test {
namespace {

TEST(ReadDocument, HeadingsWordsAndFormulas) {
  EXPECT_EQ(document("# Title\n\nFor $x \\in \\mathbb{R}$ let\n\n$$y = x$$\n"),
            "# Title\n¶\nFor\n$x ∈ (name R style:bb)$\nlet\n¶\n$$y = x$$");
  EXPECT_EQ(document("Title\n=====\n\nPart two\n---\nwords\n"), "# Title\n¶\n## Part two\nwords");
  EXPECT_EQ(document("\nExercise 3.2 Backpropagation\n\n$a$\n"), "## Exercise 3.2 Backpropagation\n¶\n$a$");
  EXPECT_EQ(document("**Problem 2**\n\nx\n"), "## **Problem 2**\n¶\nx");
  EXPECT_EQ(document("Exercise 4.\n\nx\n"), "## Exercise 4.\n¶\nx");
  EXPECT_EQ(document("Exercise 3 shows that it holds.\n\nx\n"), "Exercise 3 shows that it holds.\n¶\nx");
}

TEST(ReadDocument, DisplaysOverBlankLinesAndMarks) {
  EXPECT_EQ(document("$$a\n\n= b\n- c\n+ d\n\n# e\n$$"),
            "$$a = (sum +b -c +(product d (bad '#' has no meaning here) e))$$\n! syntax");
  EXPECT_EQ(document("$$\na\n- b\n= c\n$$"), "$$(sum +a -b) = c$$");
  EXPECT_EQ(document("> quoted\n> $$\n> a = b\n> $$\n"), "quoted\n$$a = b$$");
  EXPECT_EQ(document("- item $a$\n\n| $b$ | $|c|$ |\n"), "- item\n$a$\n¶\n|\n$b$\n|\n$(group | c)$\n|");
}

TEST(ReadDocument, EveryKindOfDelimiter) {
  EXPECT_EQ(document("\\(a\\) \\[b\\] $`c`$\n```math\nd\n```\n\\begin{align}e &= f\\end{align}\n"),
            "$a$\n$$b$$\n$c$\n$$d$$\n$$e = f$$");
  EXPECT_EQ(document("\\\\(a\\\\) and \\\\[b\\\\]"), "$a$\nand\n$$b$$");
  EXPECT_EQ(document("$ a = b $"), "$a = b$");
  EXPECT_EQ(document("$a \\text{ if $b$ and } c$"), "$a | {if} b | {and} c$");
}

TEST(ReadDocument, WhatIsNoMathematics) {
  EXPECT_EQ(document("costs $5 and $10, \\$x\\$ too"), "costs $5 and $10, \\$x\\$ too");
  EXPECT_EQ(document("`$a$` and ``$b` $``"), "`$a$` and ``$b` $``");
  EXPECT_EQ(document("```python\n$a = b$\n```\nx"), "x");
  EXPECT_EQ(document("x <!-- $a$ --> y"), "x\ny");
  EXPECT_EQ(document("% old: $a$\ny"), "y");
}

TEST(ReadDocument, MacrosHoldFromWhereTheyStand) {
  EXPECT_EQ(document("\\newcommand{\\w}{\\mathbf{w}}\n\n$\\w$\n\n$\\def\\v{v}\\v$ $\\v$"),
            "$(name w style:bold)$\n¶\n$v$\n$v$");
}

TEST(ReadDocument, LatexFiles) {
  EXPECT_EQ(document("\\documentclass{article}\n\\newcommand{\\R}{\\mathbb R}\n\\title{No $x$}\n\\begin{document}\n"
                     "\\section{One $a$}\nWords % $c$\n\\begin{equation}\nx \\in \\R\n\\end{equation}\n"
                     "\\subsection*{Two}\n\\begin{verbatim}$no$\\end{verbatim}\n\\end{document}\n",
                     "a.tex"),
            "# One $a$\nWords\n$$x ∈ (name R style:bb)$$\n## Two");
}

TEST(ReadDocument, PlainFormulas) {
  EXPECT_EQ(document("The loss\n\n    E = norm2(A*x)^2\n"),
            "The loss\n¶\n$$E = (product (name norm2 style:op) (scripts (group ( (product A (op *) x)) sup:2))$$");
  EXPECT_EQ(document("```gradus\na = b\n\nc = d\n```\n"), "$$a = b$$\n$$c = d$$");
}

}  // namespace
}  // namespace gradus::test
