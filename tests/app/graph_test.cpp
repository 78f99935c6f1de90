// The graph of a quantity used twice: its contributions are added, and their numbers are those of the adjoint.
#include "app/graph.h"

#include <gtest/gtest.h>

namespace gradus {
namespace {

constexpr const char* kSheet = R"($x \in \mathbb{R}^n$. $$s = \sum_{i=1}^n x_i^2$$ $$p = \exp(s)$$ $$E = s p$$)";

GraphRequest request(std::vector<WantedDerivative> derivatives, std::optional<std::uint64_t> random) {
  GraphRequest out;
  out.what = {.name = "sheet",
              .text = kSheet,
              .scope = "",
              .quantities = {"E"},
              .derivatives = std::move(derivatives),
              .sets = {"n=1"},
              .data = {},
              .any_size = false};
  if (random) out.random = random;
  return out;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(Graph, ForwardAlone) {
  const Graph drawn = graph(request({}, std::nullopt));
  ASSERT_TRUE(drawn.ok);
  EXPECT_EQ(count(drawn.dot, "style=dashed"), 0u);
  EXPECT_EQ(count(drawn.dot, "value"), 0u);
  EXPECT_EQ(count(drawn.dot, "Σ_{i} xᵢ²"), 1u);
}

/// dE/ds = p + s exp(s): two contributions meet in a + node.
TEST(Graph, ContributionsAreAdded) {
  GraphRequest wanted = request({{WantedDerivative::Kind::gradient, "x"}}, std::nullopt);
  wanted.what.sets.push_back("x=2");
  Graph drawn = graph(wanted);
  ASSERT_FALSE(drawn.ok);  // x is an array of one
  EXPECT_EQ(drawn.diagnostics.at(0).slug, "data-shape");
  drawn = graph(request({{WantedDerivative::Kind::gradient, "x"}}, 1));
  ASSERT_TRUE(drawn.ok);
  EXPECT_EQ(count(drawn.dot, "label=\"+\""), 1u) << drawn.dot;
  EXPECT_EQ(count(drawn.dot, "adjoint 1\""), 1u) << drawn.dot;
}

TEST(Graph, WhatCannotBeDrawnIsSaid) {
  GraphRequest wanted = request({{WantedDerivative::Kind::gradient, "q"}}, 1);
  const Graph drawn = graph(wanted);
  EXPECT_FALSE(drawn.ok);
  ASSERT_EQ(drawn.diagnostics.size(), 1u);
  EXPECT_EQ(drawn.diagnostics[0].message, "E has no variable q");
}

}  // namespace
}  // namespace gradus
