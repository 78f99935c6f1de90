#include "check/explain.h"

#include <algorithm>
#include <chrono>
#include <set>

#include "calculus/differentiate.h"
#include "check/edits.h"
#include "check/problem.h"
#include "notation/read.h"
#include "notation/write.h"

namespace gradus {

namespace {

constexpr std::size_t max_candidates = 150, max_written = 400;

Residual write(Expr e, const Case& side) {
  if (auto matrix = write_matrix(e, side.axes, side.row)) return {matrix->latex, matrix->text};
  return {write_latex(e), write_text(e)};
}

/// The expression's simplest forms: derivatives carried out and like terms collected, and the normal form.
std::vector<Expr> simple_forms(Expr e, const Claim& claim) {
  std::vector<Expr> forms;
  try {
    forms.push_back(simplify(carry_out(e)));
  } catch (const OverBudget&) {
  }
  try {
    NormalOptions options;
    options.conditions = claim.conditions;
    options.max_terms = 200;
    options.seconds = 0.3;
    forms.push_back(normalize(e, options).form);
  } catch (const OverBudget&) {
  }
  return forms;
}

/// The tree of one side, if it is one expression.
SynPtr tree_of(const Source& source, Span span) {
  std::vector<Diagnostic> ignored;
  const std::vector<Chain> chains = read_latex(source, span, ignored);
  if (chains.size() != 1 || chains[0].sides.size() != 1) return nullptr;
  return chains[0].sides[0];
}

bool holds(const Claim& claim, double seconds) {
  if (claim.state != Claim::State::ok || claim.cases.empty()) return false;
  JudgeLimits quick;
  quick.quick = true;
  quick.seconds = std::min(0.4, seconds);
  if (judge(claim, quick).kind != VerdictKind::confirmed) return false;
  JudgeLimits full;
  full.explain = false;
  full.seconds = std::min(2.0, seconds);
  const VerdictKind kind = judge(claim, full).kind;
  return kind == VerdictKind::proved || kind == VerdictKind::confirmed;
}

std::string squeezed(std::string_view text) {
  std::string result;
  for (char c : text)
    if (c != ' ' && c != '\n') result += c;
  return result;
}

}  // namespace

Residual residual_of(const Case& side, const Claim& claim, const Source& source) {
  Residual best;
  for (Expr form : simple_forms(make::sub(side.lhs, side.rhs), claim)) {
    if (form->is_zero()) continue;
    Residual written = write(form, side);
    if (written.latex.size() > max_written || written.latex.empty()) continue;
    if (best.latex.empty() || written.latex.size() < best.latex.size()) best = std::move(written);
  }
  if (best.latex.empty()) {
    best.latex = std::string(source.text(claim.lhs_span)) + " - \\left(" + std::string(source.text(claim.rhs_span)) + "\\right)";
    best.text = latex_to_text(best.latex);
  }
  return best;
}

std::optional<Correction> correct(const Case& side, const Claim& claim, const Source& source, Recheck& recheck, double seconds) {
  const auto begin = std::chrono::steady_clock::now();
  const auto left = [&] { return seconds - std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(); };
  std::size_t tried = 0;
  std::set<std::string> seen{squeezed(source.text(claim.rhs_span)), squeezed(source.text(claim.lhs_span))};
  const auto checks = [&](const std::string& latex) {
    if (tried >= max_candidates || left() <= 0 || !seen.insert(squeezed(latex)).second) return false;
    ++tried;
    const auto candidate = recheck.with_replacement(claim.n, claim.rhs_span, latex);
    return candidate && holds(*candidate, std::max(0.1, left()));
  };

  const SynPtr right = tree_of(source, claim.rhs_span);
  if (right) {
    SlipContext context{source, claim.rhs_span, right, {}, {}};
    if (const SynPtr other = tree_of(source, claim.lhs_span)) context.others.push_back(other);
    const Problem problem(side, claim, nullptr);
    for (const Symbol* size : problem.sizes)
      if (context.size_latex.size() < 4) context.size_latex.push_back(size->latex.empty() ? size->name : size->latex);
    for (Edit& edit : edits_of(context)) {
      if (left() < 0.3 * seconds || tried + 10 >= max_candidates) break;
      if (checks(edit.latex)) return Correction{edit.latex, edit.diagnosis, std::string(source.text(edit.where))};
    }
  }
  // No single slip: the right side as derived, then the author's with what is missing added.
  const std::string whole(source.text(claim.rhs_span));
  std::vector<std::string> derived;
  for (Expr form : simple_forms(side.lhs, claim)) derived.push_back(write(form, side).latex);
  std::stable_sort(derived.begin(), derived.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); });
  for (const std::string& latex : derived)
    if (!latex.empty() && latex.size() <= max_written && checks(latex))
      return Correction{latex, "the derivation gives another result", whole};
  for (Expr form : simple_forms(make::sub(side.lhs, side.rhs), claim)) {
    const std::string missing = write(form, side).latex;
    // What is missing must be worked out, not the left side once more.
    if (missing.empty() || missing.size() > max_written || squeezed(missing).find(squeezed(source.text(claim.lhs_span))) != std::string::npos) continue;
    const std::string latex = whole + (missing.front() == '-' ? " " : " + ") + missing;
    if (checks(latex)) return Correction{latex, "a term is missing", whole};
  }
  return std::nullopt;
}

}  // namespace gradus
