// Abstract functions as polynomials: drawn at random, deterministic, with every partial derivative exact.
//
// For confirmation a function is a sum of powers of affine forms Σ_r α_r (b_r + c_r·u)^D, which has all cross terms;
// for counterexamples that people read it is a short sum of monomials.
#pragma once

#include <map>

#include "check/ball.h"
#include "check/problem.h"

namespace gradus {

struct Draw {
  std::uint64_t seed = 1;
  bool small = false;
  int level = 0;          ///< of `small`: how far from the simplest numbers
  bool positive = false;  ///< prefer positive numbers (domains of log and roots)
  bool wild = false;      ///< every number of a magnitude of its own
  int shrink = 0;         ///< numbers are divided by 2^shrink (multiplied, where it is negative)
};

class Polynomials {
 public:
  Polynomials(const Problem& problem, const Draw& draw, int degree);
  /// False where the function's traits cannot be honoured.
  bool evaluate(const Application& application, const std::vector<const Ball*>& args, Ball& result, slong prec);
  /// "g(u, v)" and "u^2 + 3uv", of the simple form.
  std::pair<std::string, std::string> text(const Application& application);

 private:
  struct Ridge {
    Rational weight, offset;
    std::vector<Rational> slope;
    int degree;
  };
  struct Monomial {
    Rational coefficient;
    std::vector<int> exponents;
  };
  struct Function {
    bool possible = true;
    std::vector<Ridge> ridges;
    std::vector<Monomial> monomials;
  };
  bool evaluate_drawn(const Application& application, const std::vector<const Ball*>& args, Ball& result, slong prec);
  bool evaluate_positive_definite(const Application& application, const std::vector<const Ball*>& args, Ball& result,
                                  slong prec);
  Function& function(const Application& application);
  void draw_ridges(Function& f, const Traits& traits, const Application& application, std::uint64_t seed);
  void draw_monomials(Function& f, const Traits& traits, const Application& application, std::uint64_t seed);

  const Problem& problem_;
  Draw draw_;
  int degree_;
  std::map<std::pair<const Symbol*, std::vector<long>>, Function> functions_;
};

/// A rational as people write it: "3/2".
std::string text_of(const Rational& value);

}  // namespace gradus
