// Verdicts for every claim of a sheet, in order, with their evidence and explanation.
#include "check/check.h"

#include <algorithm>
#include <chrono>

#include "check/explain.h"
#include "check/judge.h"
#include "notation/write.h"

namespace gradus {

std::string_view name_of(VerdictKind kind) {
  switch (kind) {
    case VerdictKind::proved: return "proved";
    case VerdictKind::confirmed: return "confirmed";
    case VerdictKind::conditional: return "conditional";
    case VerdictKind::wrong: return "wrong";
    case VerdictKind::ill_typed: return "ill-typed";
    case VerdictKind::undecided: return "undecided";
    case VerdictKind::unread: return "unread";
  }
  return "undecided";
}

namespace {

constexpr std::size_t max_steps = 60;

void add_each(std::vector<std::string>& to, const std::vector<std::string>& more) {
  for (const std::string& line : more)
    if (std::find(to.begin(), to.end(), line) == to.end()) to.push_back(line);
}

/// A claim that cannot be judged as it stands: the diagnostics say why.
Verdict passed_through(const Claim& claim) {
  Verdict verdict;
  verdict.kind = claim.state == Claim::State::unread      ? VerdictKind::unread
                 : claim.state == Claim::State::ill_typed ? VerdictKind::ill_typed
                                                          : VerdictKind::undecided;
  for (const Diagnostic& diagnostic : claim.diagnostics) {
    if (!verdict.reason.empty()) verdict.reason += "; ";
    verdict.reason += diagnostic.message;
  }
  verdict.readings = claim.readings;
  verdict.assumptions = claim.assumptions;
  return verdict;
}

class Checker {
 public:
  Checker(const Source& source, const CheckOptions& options, Recheck* recheck)
      : source_(source), options_(options), recheck_(recheck) {}

  Verdict operator()(const Claim& claim) {
    if (claim.state != Claim::State::ok) return passed_through(claim);
    JudgeLimits limits;
    limits.seconds = options_.seconds_per_claim;
    const Judgement judgement = judge(claim, limits);
    Verdict verdict;
    verdict.kind = judgement.kind;
    verdict.method = judgement.method;
    verdict.reason = judgement.reason;
    verdict.sizes = judgement.sizes;
    verdict.hypothesis = judgement.hypothesis;
    verdict.counterexample = judgement.counterexample;
    verdict.readings = claim.readings;
    verdict.assumptions = claim.assumptions;
    add_each(verdict.assumptions, judgement.assumptions);
    if (verdict.kind == VerdictKind::confirmed) verdict.digits = std::to_string(judgement.digits);
    if (verdict.kind == VerdictKind::proved) write_steps(judgement.derivation, verdict);
    against_start(claim, judgement, verdict);
    if (verdict.kind == VerdictKind::wrong || verdict.kind == VerdictKind::conditional)
      explain(*judgement.decisive, claim, verdict);
    return verdict;
  }

 private:
  static void write_steps(const Derivation& derivation, Verdict& verdict) {
    for (const Step& step : derivation.steps) {
      if (verdict.steps.size() >= max_steps) break;
      if (step.before && step.after)
        verdict.steps.push_back({step.rule, write_latex(step.before), write_latex(step.after)});
    }
  }

  void explain(const Case& side, const Claim& claim, Verdict& verdict) {
    const Residual residual = residual_of(side, claim, source_);
    verdict.residual = residual.latex;
    verdict.residual_text = residual.text;
    if (verdict.against_start == VerdictKind::proved || verdict.against_start == VerdictKind::confirmed) {
      verdict.diagnosis = "the slip is in the row before: this row equals the start of the chain again";
      return;
    }
    if (!recheck_ || seconds_for_corrections_ <= 0) return;
    const auto begin = std::chrono::steady_clock::now();
    auto correction = correct(side, claim, source_, *recheck_,
                              std::min({1.5, options_.seconds_per_claim * 0.5, seconds_for_corrections_}));
    seconds_for_corrections_ -= std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (correction) {
      verdict.correction = std::move(correction->latex);
      verdict.diagnosis = std::move(correction->diagnosis);
      verdict.wrong_term = std::move(correction->wrong_term);
      // The corrected side stands for the left side, in fewer words than what was worked out.
      const std::string shorter =
          verdict.correction + " - \\left(" + std::string(source_.text(claim.rhs_span)) + "\\right)";
      if (verdict.residual.size() > 120 && shorter.size() < verdict.residual.size()) {
        verdict.residual = shorter;
        verdict.residual_text = latex_to_text(shorter);
      }
    }
  }

  /// The row against the start of its chain. A row that equals the row before, which equals the start, needs no work.
  void against_start(const Claim& claim, const Judgement& judgement, Verdict& verdict) {
    const Chained before = chain_;
    chain_ = {};
    Expr start = claim.cases.size() == 1 ? claim.cases[0].start : nullptr;
    const bool has_start =
        std::any_of(claim.cases.begin(), claim.cases.end(), [](const Case& c) { return c.start != nullptr; });
    if (has_start) {
      if (start && before.start == start && before.end == claim.cases[0].lhs && before.kind == VerdictKind::proved &&
          judgement.kind == VerdictKind::proved) {
        verdict.against_start = VerdictKind::proved;
      } else {
        Claim turned = claim;
        for (Case& side : turned.cases)
          if (side.start) side.lhs = side.start;
        JudgeLimits limits;
        limits.explain = false;
        limits.seconds = options_.seconds_per_claim * 0.4;
        verdict.against_start = judge(turned, limits).kind;
      }
    }
    if (claim.cases.size() == 1) {
      chain_.start = start ? start : claim.cases[0].lhs;
      chain_.end = claim.cases[0].rhs;
      chain_.kind = verdict.against_start.value_or(verdict.kind);
    }
  }

  struct Chained {
    Expr start = nullptr, end = nullptr;
    VerdictKind kind = VerdictKind::undecided;
  };
  const Source& source_;
  const CheckOptions& options_;
  Recheck* recheck_;
  Chained chain_;                         ///< what is known of the row before
  double seconds_for_corrections_ = 8.0;  ///< for the whole sheet: a sheet full of slips must not take for ever
};

}  // namespace

std::vector<Verdict> check(const Source& source, const Sheet& sheet, const CheckOptions& options, Recheck* recheck) {
  std::vector<Verdict> verdicts;
  Checker checker(source, options, recheck);
  for (const Claim& claim : sheet.claims) {
    if (options.only != 0 && claim.n != options.only) {
      verdicts.emplace_back();
      verdicts.back().reason = "not asked for";
      continue;
    }
    verdicts.push_back(checker(claim));
  }
  return verdicts;
}

}  // namespace gradus
