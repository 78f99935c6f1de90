// The reports of one small sheet: what must be in them, and that a woven sheet reads to the same claims.
#include "app/report.h"

#include <gtest/gtest.h>

#include "app/steps.h"

namespace gradus {
namespace {

constexpr const char* kSheet =
    "For $x \\in \\mathbb{R}$ we have $x + x = 2x$ here.\n\n"
    "$$\\begin{aligned}\n\\frac{d}{dx} x^3 &= 3x^2 \\\\\n&= 3x \\\\\n&= 3x^2\n\\end{aligned}$$\n\nThe end.\n";

Response checked(std::string text) { return respond({.name = "sheet.md", .text = std::move(text)}); }

TEST(Report, StepsAreTheAuthorsWords) {
  const Response response = checked(kSheet);
  const std::vector<StepView> steps = steps_of(response);
  ASSERT_EQ(steps.size(), 4u);
  EXPECT_EQ(steps[1].lhs, "\\frac{d}{dx} x^3");
  EXPECT_EQ(steps[2].lhs, "3x^2");
  EXPECT_EQ(steps[2].rhs, "3x");
  EXPECT_FALSE(steps[1].continues);
  EXPECT_TRUE(steps[2].continues);
  EXPECT_EQ(steps[2].position.line, 5);
  EXPECT_FALSE(response.holds());
  EXPECT_EQ(summary_line(steps), "4 steps: 2 proved, 2 wrong");
}

TEST(Report, RecoveredSlipIsToldFromTheStart) {
  const Response response = checked(kSheet);
  ASSERT_EQ(response.verdicts.size(), 4u);
  EXPECT_FALSE(response.verdicts[1].against_start.has_value());
  EXPECT_EQ(response.verdicts[2].against_start, VerdictKind::wrong);
  EXPECT_EQ(response.verdicts[3].against_start, VerdictKind::proved);
}

TEST(Report, WovenSheetReadsToTheSameClaims) {
  const Response response = checked(kSheet);
  const std::string woven = markdown_report(response);
  EXPECT_EQ(without_verdicts(woven), kSheet);
  const Response again = checked(woven);
  ASSERT_EQ(again.verdicts.size(), response.verdicts.size());
  for (std::size_t i = 0; i < again.verdicts.size(); ++i) {
    EXPECT_EQ(steps_of(again)[i].rhs, steps_of(response)[i].rhs);
    EXPECT_EQ(again.verdicts[i].kind, response.verdicts[i].kind);
  }
}

TEST(Report, WeavingKeepsATextWithoutClaims) {
  const std::string text = "No mathematics.\n\n> a quote\n";
  EXPECT_EQ(markdown_report(checked(text)), text);
  EXPECT_EQ(without_verdicts(text), text);
  EXPECT_EQ(without_verdicts(""), "");
}

TEST(Report, HtmlEscapes) {
  const std::string page = html_report(checked("$$x < y, \\quad x = x + 0$$"));
  EXPECT_NE(page.find("</html>"), std::string::npos);
  EXPECT_EQ(page.find("x < y"), std::string::npos);
}

TEST(Session, RefusesWhatIsNoText) {
  EXPECT_EQ(read_text("no/such/file.md").error().slug, "no-file");
  EXPECT_EQ(read_text(".").error().slug, "no-file");
}

}  // namespace
}  // namespace gradus
