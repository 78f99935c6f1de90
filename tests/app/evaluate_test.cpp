// What `gradus eval` hands back: results in the precision that was asked for.
#include "app/evaluate.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace gradus {
namespace {

EvaluateRequest asked(const std::string& sheet, const std::string& quantity,
                      const std::vector<WantedDerivative>& derivatives) {
  EvaluateRequest request;
  request.what.name = "sheet";
  request.what.text = sheet;
  request.what.quantities = {quantity};
  request.what.derivatives = derivatives;
  request.random = 1;
  return request;
}

TEST(Evaluate, InSinglePrecision) {
  EvaluateRequest request = asked(R"($x, w \in \mathbb{R}^{60}$, $k \in \mathbb{N}^{60}$, $c \in \mathbb{R}^5$.
$$E = \log \sum_{i=1}^{60} e^{c_{k_i} + \tanh(w_i x_i)}$$)",
                                  "E", {{WantedDerivative::Kind::gradient, "w"}});
  request.single = true;
  request.check = true;
  const Evaluation evaluation = evaluate(request);
  ASSERT_TRUE(evaluation.ok) << evaluation.diagnostics.at(0).message;
  ASSERT_EQ(evaluation.results.size(), 2u);
  bool exact_in_double = true;
  for (const Evaluation::Result& result : evaluation.results) {
    EXPECT_TRUE(std::all_of(result.value.values.begin(), result.value.values.end(),
                            [](double value) { return value == static_cast<double>(static_cast<float>(value)); }));
    ASSERT_TRUE(result.accuracy.has_value());
    EXPECT_EQ(result.accuracy->skipped, 0u);
    EXPECT_LT(result.accuracy->of_largest, 30);  // ulps of f32: in those of f64 it would be millions
    exact_in_double = exact_in_double && result.accuracy->ulps < 0.5;
  }
  EXPECT_FALSE(exact_in_double) << "computed in f64 and rounded";
  EXPECT_NE(npy_of(evaluation.results[1].value).find("<f4"), std::string::npos);
  EXPECT_EQ(npy_of(evaluation.results[1].value).size(), 128 + 60 * sizeof(float));
}

/// What was chosen by cost can be seen: the mode of a Jacobian, the order of a contraction.
TEST(Evaluate, ExplainsItsChoices) {
  EvaluateRequest request = asked(R"($A, B \in \mathbb{R}^{n \times n}$, $x, u \in \mathbb{R}^n$.
$$E = \sum_{i=1}^n \sum_{j=1}^n \sum_{k=1}^n u_i A_{i,j} B_{j,k} x_k$$ $$y_k = \sum_{i=1}^n \sum_{j=1}^n A_{k,i} \sin(B_{i,j} x_j)$$)",
                                  "y_1", {{WantedDerivative::Kind::jacobian, "B"}});
  request.what.sets = {"n=30"};
  request.explain = true;
  const Evaluation wide = evaluate(request);
  ASSERT_TRUE(wide.ok) << wide.diagnostics.at(0).message;
  EXPECT_EQ(wide.plan.find("∂y_1/∂B: reverse mode, "), 0u) << wide.plan;
  EXPECT_NE(wide.plan.find("(1 by 900 entries)"), std::string::npos) << wide.plan;
  request.what.quantities = {"E"};
  request.what.derivatives = {{WantedDerivative::Kind::gradient, "A"}};
  const Evaluation gradient = evaluate(request);
  ASSERT_TRUE(gradient.ok) << gradient.diagnostics.at(0).message;
  EXPECT_NE(gradient.plan.find("contraction of 2.7e+04 steps, in 1.8e+03"), std::string::npos) << gradient.plan;
}

}  // namespace
}  // namespace gradus
