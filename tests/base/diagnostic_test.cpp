#include "base/diagnostic.h"

#include <gtest/gtest.h>

#include "base/budget.h"

namespace gradus {
namespace {

TEST(Source, CountsLinesAndCodePoints) {
  const Source source("a.md", "αβ x\r\nzweite Zeile");
  EXPECT_EQ(source.position(5).line, 1);
  EXPECT_EQ(source.position(5).column, 4);  // after two Greek letters of two bytes and a blank
  EXPECT_EQ(source.position(8).line, 2);
  EXPECT_EQ(source.position(8).column, 1);
  EXPECT_EQ(source.line_at(0), "αβ x");
  EXPECT_EQ(source.line_at(9), "zweite Zeile");
  EXPECT_EQ(source.text({0, 4}), "αβ");
}

TEST(Source, ToleratesOffsetsBeyondTheEnd) {
  const Source source("a.md", "ab");
  EXPECT_EQ(source.position(100).column, 3);
  EXPECT_EQ(source.text({1, 100}), "b");
  EXPECT_EQ(source.text({50, 100}), "");
  EXPECT_EQ(Source().line_at(3), "");
}

TEST(Span, CoverIgnoresEmptyOnes) {
  EXPECT_EQ(cover({2, 4}, {7, 9}), (Span{2, 9}));
  EXPECT_EQ(cover({2, 2}, {7, 9}), (Span{7, 9}));
}

TEST(Render, PutsTheCaretsUnderTheSpan) {
  const Source source("exercise.md", "one\nαβ wrong here\n");
  const Diagnostic diagnostic{Severity::error, "shape", {9, 14}, "it does not fit", "write it so"};
  EXPECT_EQ(render(diagnostic, source),
            "error[shape]: it does not fit\n"
            "  ┌ exercise.md:2:4\n"
            "  │   αβ wrong here\n"
            "  │      ^^^^^\n"
            "  └ help: write it so\n");
}

TEST(Render, CountsDisplayColumns) {
  const Source source("s", "x\u0302 中 bad");  // a combining mark takes no column, a wide character takes two
  const auto begin = static_cast<std::uint32_t>(source.text().find("bad"));
  const std::string shown = render({Severity::warning, "w", {begin, begin + 3}, "m", ""}, source);
  EXPECT_NE(shown.find("│        ^^^\n"), std::string::npos) << shown;
}

TEST(Render, SurvivesLongLinesAndBrokenText) {
  const Source source("s", std::string(1'000'000, 'a') + "\xff\x1b[2J" + std::string(1'000'000, 'b'));
  const std::string shown = render({Severity::error, "e", {1'000'000, 1'000'001}, "m", ""}, source);
  EXPECT_LT(shown.size(), 1000u);
  EXPECT_EQ(shown.find('\x1b'), std::string::npos);
  EXPECT_NE(shown.find('^'), std::string::npos);
}

TEST(Render, MarksAnEmptySpanAtTheEnd) {
  const Source source("s", "abc");
  const std::string shown = render({Severity::note, "n", {3, 3}, "m", ""}, source);
  EXPECT_NE(shown.find("│      ^\n"), std::string::npos) << shown;
}

TEST(Budget, StopsWhenItIsSpent) {
  Budget budget("steps", 3);
  budget.spend(3);
  EXPECT_THROW(budget.spend(), OverBudget);
}

}  // namespace
}  // namespace gradus
