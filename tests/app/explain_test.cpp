// The table of explanations, and the nearest word to a misspelt one.
#include "app/explain.h"

#include <gtest/gtest.h>

namespace gradus {
namespace {

TEST(Explain, TableIsSortedAndComplete) {
  std::string_view before;
  for (const Explanation& e : explanations()) {
    EXPECT_LT(before, e.slug);
    EXPECT_FALSE(e.title.empty()) << e.slug;
    EXPECT_FALSE(e.meaning.empty()) << e.slug;
    EXPECT_EQ(explanation_of(e.slug), &e);
    before = e.slug;
  }
  EXPECT_EQ(explanation_of("no such slug"), nullptr);
}

TEST(Explain, NearestWord) {
  constexpr std::string_view kWords[] = {"check", "derive", "show"};
  EXPECT_EQ(nearest("chek", kWords), "check");
  EXPECT_EQ(nearest("drive", kWords), "derive");
  EXPECT_EQ(nearest("xyzzy", kWords), "");
}

}  // namespace
}  // namespace gradus
