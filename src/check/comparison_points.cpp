// Comparing both sides at points, in ball arithmetic.
#include <algorithm>
#include <set>

#include "check/comparison.h"
#include "expr/builders.h"
#include "notation/write.h"

namespace gradus {

namespace {

using Outcome = NumericOutcome::Kind;

constexpr slong first_precision = 192;

}  // namespace

Draw draw_of(const NumericOptions& options, std::uint64_t salt, int attempt) {
  Draw draw;
  draw.seed = combine(combine(options.seed, salt), static_cast<std::uint64_t>(attempt));
  draw.small = options.small;
  draw.level = std::min(attempt / 4, 2);
  if (options.small) {
    draw.positive = attempt % 4 == 3;
    draw.shrink = attempt >= 12 && attempt % 2 ? 1 + attempt / 8 : 0;
  } else {
    draw.positive = attempt >= 6 && attempt % 2 == 0;
    static const int near[] = {0, 1, -2, 3}, far[] = {-3, 6, -1, 18};
    draw.shrink = attempt < 10 ? 0 : attempt < 30 ? near[attempt / 2 % 4] : far[attempt / 2 % 4];
  }
  return draw;
}

AtPoint Comparison::refine(Evaluator& evaluator, NumericOutcome& outcome, const Pair*& failed) {
  slong prec = first_precision;
  for (;;) {
    if (!evaluator.run(order_, prec)) return AtPoint::impossible;
    bool all_tight = true, any_defined = false, vanish = true, all_finite = true;
    long digits = 1'000'000;
    Ball difference;
    for (const Pair& pair : pairs_) {
      const Ball &lhs = evaluator.value(pair.lhs), &rhs = evaluator.value(pair.rhs);
      const auto hold = [&](const std::vector<NodeId>& conditions) {
        return std::all_of(conditions.begin(), conditions.end(),
                           [&](NodeId id) { return arb_is_positive(evaluator.value(id)); });
      };
      if (!hold(pair.assumed)) continue;
      if (!lhs.finite() || !rhs.finite()) {
        all_finite = false;
        continue;
      }
      any_defined = true;
      arb_sub(difference, lhs, rhs, prec);
      if (!difference.contains_zero()) {
        // For people, a difference in the hundredth digit (e^{-200} in a sum) is no example.
        if (options_.small && difference.exponent() < std::max(lhs.exponent(), rhs.exponent()) - 30) continue;
        if (!hold(pair.everywhere)) {
          outcome.doubtful = true;
          continue;
        }
        failed = &pair;
        return AtPoint::differ;
      }
      vanish = vanish && lhs.contains_zero() && rhs.contains_zero();
      const long error = difference.exponent();
      all_tight = all_tight && error < evaluator.smallest() - 100;
      const long scale = std::max(lhs.exponent(), rhs.exponent());
      digits = std::min(digits, (std::max(scale, std::min(evaluator.smallest(), 0L)) - error) * 3 / 10);
    }
    // A side that is not finite may be so only for want of precision.
    const bool retry_for_finite = !all_finite && prec < 4 * first_precision;
    if (all_tight && !retry_for_finite) {
      if (!any_defined) return AtPoint::undefined;
      const int known = static_cast<int>(std::min(digits, static_cast<long>(prec) * 3 / 10));
      outcome.digits = outcome.points == 0 ? known : std::min(outcome.digits, known);
      outcome.vanish = outcome.vanish && vanish;
      return AtPoint::agree;
    }
    const long needed = evaluator.largest() - evaluator.smallest() + 200;
    if (prec >= max_precision || needed > max_precision) return AtPoint::too_precise;
    prec = std::min<slong>(max_precision, std::max<slong>(2 * prec, needed));
  }
}

AtPoint Comparison::at(const Draw& draw, NumericOutcome& outcome) {
  Sampler sampler(problem_, graph_, grounder_, pinned_, draw);
  const auto point = sampler.draw(leaves_);
  if (!point) {
    reason_ = sampler.why();
    return AtPoint::impossible;
  }
  Polynomials functions(problem_, draw, degree_);
  Evaluator evaluator(graph_, functions, *point, budget_);
  return compare_sides(evaluator, functions, *point, outcome);
}

AtPoint Comparison::compare_sides(Evaluator& evaluator, Polynomials& functions,
                                  const std::unordered_map<NodeId, Rational>& point, NumericOutcome& outcome) {
  const Pair* failed = nullptr;
  const AtPoint result = refine(evaluator, outcome, failed);
  if (result == AtPoint::impossible) reason_ = "what is assumed of a function is not sampled";
  if (result == AtPoint::differ) {
    outcome.kind = Outcome::differ;
    outcome.counterexample = describe(*failed, evaluator, functions, point);
  }
  return result;
}

bool Comparison::meet_branches(std::uint64_t salt, bool first, NumericOutcome& outcome) {
  constexpr int bases = 8;
  constexpr std::size_t max_cells = 300, max_lines = 24;
  Branches branches(graph_, problem_, order_, guides_);
  if (branches.none()) return true;
  std::set<Branches::Cell> seen;
  for (int base = 0; base < bases && seen.size() < max_cells; ++base) {
    if (base >= 2 && !first && branches.complete()) return true;
    Draw draw = draw_of(options_, salt, base < 5 ? base : 2 * base);
    draw.wild = base % 2 == 1;
    Sampler sampler(problem_, graph_, grounder_, pinned_, draw);
    auto point = sampler.draw(leaves_);
    if (!point) break;
    Polynomials functions(problem_, draw, degree_);
    Evaluator evaluator(graph_, functions, *point, budget_);
    bool stop = false;
    // The cell at the point, which is used where no point of its cell was.
    const auto look = [&] {
      if (!evaluator.run(branches.order(), 64)) return Branches::Cell{};
      const Branches::Cell cell = branches.cell(evaluator);
      if (seen.insert(cell).second) {
        const AtPoint result = compare_sides(evaluator, functions, *point, outcome);
        if (result == AtPoint::agree || result == AtPoint::undefined) branches.met(cell, result == AtPoint::agree);
        if (result == AtPoint::undefined) seen.erase(cell);
        if (result == AtPoint::agree) ++outcome.points;
        stop = result == AtPoint::differ || (first && result == AtPoint::agree);
      }
      return cell;
    };
    look();
    std::size_t lines = 0;
    for (NodeId leaf : branches.movable()) {
      if (stop || ++lines > max_lines || seen.size() > max_cells) break;
      Rational& coordinate = point->at(leaf);
      const Rational home = coordinate;
      const int cuts = branches.discrete(leaf) ? 0 : 8;
      Rational before;
      Branches::Cell cell_before;
      for (const Rational& value : branches.line(leaf, home)) {
        coordinate = value;
        Branches::Cell cell = look();
        // Between two cells there may be more.
        Rational lo = before, hi = value;
        Branches::Cell cell_lo = cell_before;
        for (int cut = 0; !stop && !cell_lo.empty() && cell_lo != cell && cut < cuts; ++cut) {
          coordinate = (lo + hi) / 2;
          const Branches::Cell middle = look();
          if (middle == cell_lo)
            lo = coordinate;
          else
            hi = coordinate;
        }
        before = value, cell_before = std::move(cell);
        if (stop) break;
      }
      coordinate = home;
    }
    if (stop) return false;
  }
  return branches.complete();
}

Counterexample Comparison::describe(const Pair& pair, Evaluator& evaluator, Polynomials& functions,
                                    const std::unordered_map<NodeId, Rational>& point) {
  Counterexample example;
  // Arrays are shown as a whole where all their components occur, else component by component.
  struct Shown {
    std::vector<std::pair<std::vector<long>, std::string>> entries;
  };
  std::map<std::pair<std::uint32_t, const Symbol*>, Shown> shown;
  std::map<std::string, std::string> polynomials;
  for (NodeId id : graph_.reachable({pair.lhs, pair.rhs})) {
    if (graph_.at(id).op == ScalarOp::leaf) {
      const Component& component = graph_.component(id);
      if (auto it = point.find(id); it != point.end())
        shown[{component.symbol->id, component.symbol}].entries.emplace_back(component.at, text_of(it->second));
    } else if (graph_.at(id).op == ScalarOp::apply) {
      polynomials.insert(functions.text(graph_.application(id)));
    }
  }
  for (auto& [key, entry] : shown) {
    std::sort(entry.entries.begin(), entry.entries.end());
    for (const auto& [at, value] : entry.entries) {
      std::vector<Expr> indices;
      for (long k : at) indices.push_back(make::number(k));
      example.point.emplace_back(write_text(make::ref(key.second, std::move(indices))), value);
    }
  }
  for (auto& [name, body] : polynomials) example.point.emplace_back(name, body);
  for (const auto& [symbol, value] : sizes_.values) example.sizes.emplace_back(symbol->name, value);
  for (const IndexVar* var : problem_.free) {
    auto it = pair.indices.find(var);
    if (it == pair.indices.end()) continue;
    const std::pair<std::string, long> shown_index{var->name, it->second};
    if (std::find(example.sizes.begin(), example.sizes.end(), shown_index) == example.sizes.end())
      example.sizes.push_back(shown_index);
  }
  const auto text = [&](NodeId id) {
    if (const auto exact = evaluator.exact(id)) {
      const std::string digits = text_of(*exact);
      if (digits.size() <= 24) return digits;
    }
    return evaluator.value(id).text(12);
  };
  example.lhs = text(pair.lhs);
  example.rhs = text(pair.rhs);
  if (example.lhs == example.rhs) {
    // Near-identities differ late: as many digits as it takes.
    Ball difference;
    const Ball &lhs = evaluator.value(pair.lhs), &rhs = evaluator.value(pair.rhs);
    arb_sub(difference, lhs, rhs, max_precision);
    const long bits = std::max(lhs.exponent(), rhs.exponent()) - difference.exponent();
    const int digits = static_cast<int>(std::min(6000L, bits * 302 / 1000 + 6));
    example.lhs = lhs.text(digits);
    example.rhs = rhs.text(digits);
  }
  return example;
}

}  // namespace gradus
