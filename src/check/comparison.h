// Both sides of a claim at one choice of sizes: grounded for every combination of the free indices, and compared at
// points.
#pragma once

#include "check/branches.h"
#include "check/sample.h"

namespace gradus {

/// Both sides at one choice of the free indices.
struct Pair {
  IndexValues indices;
  NodeId lhs, rhs;
  std::vector<NodeId> assumed = {};     ///< 1 where what is assumed of the quantities holds for these indices
  std::vector<NodeId> everywhere = {};  ///< 1 where it holds for all indices, which may be meant as well
};

constexpr slong max_precision = 20'000;

/// What came of one point.
enum class AtPoint : std::uint8_t { agree, differ, undefined, impossible, too_precise };

/// The draws at one choice of sizes: general numbers first, then positive, small and large ones for narrow domains.
Draw draw_of(const NumericOptions& options, std::uint64_t salt, int attempt);

class Comparison {
 public:
  /// `pin`: which of the values of indices that definitions leave open.
  Comparison(const Problem& problem, const NumericOptions& options, Budget& budget, const SizeChoice& sizes, int pin)
      : problem_(problem),
        options_(options),
        budget_(budget),
        sizes_(sizes),
        pin_(pin),
        graph_(budget, options.max_nodes),
        grounder_(graph_, sizes, budget, problem.first_member, options.outside) {}

  bool ground();
  AtPoint at(const Draw& draw, NumericOutcome& outcome);
  /// Points on every side of every kink, found along lines: whether each side was met. With `first`, up to the first
  /// point that can be used.
  bool meet_branches(std::uint64_t salt, bool first, NumericOutcome& outcome);
  bool constrained() const { return !problem_.claim.constraints.empty(); }
  const std::string& reason() const { return reason_; }
  bool out_of_range() const { return grounder_.out_of_range(); }
  bool left_out() const { return left_out_; }
  bool trivial() const {
    return std::all_of(pairs_.begin(), pairs_.end(),
                       [&](const Pair& p) { return graph_.is_zero(p.lhs) && graph_.is_zero(p.rhs); });
  }

 private:
  std::vector<IndexValues> combinations();
  bool conditions_hold(const IndexValues& values);
  bool one_value_only(const std::vector<IndexValues>& all);
  bool impose_vanishing(const std::vector<Expr>& vanishing);
  bool impose_constraints();
  std::vector<IndexValues> all_values(const IndexVars& vars, const IndexValues& given, std::size_t most);
  AtPoint compare_sides(Evaluator& evaluator, Polynomials& functions, const std::unordered_map<NodeId, Rational>& point,
                        NumericOutcome& outcome);
  bool solve_for_zero(NodeId expression, std::unordered_map<NodeId, NodeId>& solved);
  AtPoint refine(Evaluator& evaluator, NumericOutcome& outcome, const Pair*& failed);
  Counterexample describe(const Pair& pair, Evaluator& evaluator, Polynomials& functions,
                          const std::unordered_map<NodeId, Rational>& point);

  const Problem& problem_;
  const NumericOptions& options_;
  Budget& budget_;
  const SizeChoice& sizes_;
  int pin_;
  ScalarGraph graph_;
  Grounder grounder_;
  std::vector<Pair> pairs_;
  IndexValues pinned_;
  std::vector<NodeId> order_, leaves_;
  std::vector<NodeId> guides_;  ///< differences of what is assumed to be smaller or larger
  int degree_ = 2;
  bool left_out_ = false;
  std::string reason_;
};

}  // namespace gradus
