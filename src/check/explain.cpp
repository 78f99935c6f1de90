#include "check/explain.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <set>

#include "calculus/differentiate.h"
#include "check/edits.h"
#include "check/problem.h"
#include "check/slips.h"
#include "notation/read.h"
#include "notation/write.h"

namespace gradus {

namespace {

constexpr std::size_t max_candidates = 150, max_written = 400;

Residual write(Expr e, const Case& side) {
  if (auto matrix = write_matrix(e, side.axes, side.row)) return {matrix->latex, matrix->text};
  return {write_latex(e), write_text(e)};
}

/// Derivatives of defined quantities worked out, one definition deep: Φ'(x), ∇f(x).
Expr opened(Expr e) {
  std::unordered_map<Expr, Expr> done;
  const std::function<Expr(Expr)> open = [&](Expr node) -> Expr {
    if (auto it = done.find(node); it != done.end()) return it->second;
    Expr result = node;
    if (node->kind == Kind::ref && !node->slots.empty()) {
      if (const auto body = unfold(node)) result = carry_out(*body);
    } else if (node->kind == Kind::deriv && node->kids[0]->kind == Kind::ref) {
      if (const auto body = unfold(node->kids[0])) result = carry_out(make::deriv(*body, node->kids[1], node->mode()));
    } else if (node->kind != Kind::ref && node->kind != Kind::deriv && node->kind != Kind::at) {
      result = rebuild(node, open);
    }
    return done[node] = result;
  };
  return open(e);
}

/// The expression's simplest forms: derivatives carried out and like terms collected, definitions folded and opened,
/// and the normal form.
std::vector<Expr> simple_forms(Expr e, const Claim& claim) {
  std::vector<Expr> forms;
  const auto keep = [&](Expr form) {
    if (std::find(forms.begin(), forms.end(), form) == forms.end()) forms.push_back(form);
  };
  for (const bool open : {true, false}) try {
      keep(simplify(carry_out(open ? opened(e) : e)));
    } catch (const OverBudget&) {
    }
  try {
    NormalOptions options;
    options.conditions = claim.conditions;
    options.max_terms = 200;
    options.seconds = 0.3;
    keep(normalize(e, options).form);
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
    // What was worked out (it comes first) may be somewhat longer than what still names a derivative.
    if (best.latex.empty() || written.latex.size() * 3 < best.latex.size() * 2) best = std::move(written);
  }
  if (best.latex.empty()) {
    best.latex =
        std::string(source.text(claim.lhs_span)) + " - \\left(" + std::string(source.text(claim.rhs_span)) + "\\right)";
    best.text = latex_to_text(best.latex);
  }
  return best;
}

namespace {

/// Looks for a right side that checks. Every candidate is read in place of the author's and judged like a claim.
class Corrector {
 public:
  Corrector(const Case& side, const Claim& claim, const Source& source, Recheck& recheck, double seconds)
      : side_(side),
        claim_(claim),
        source_(source),
        recheck_(recheck),
        seconds_(seconds),
        begin_(std::chrono::steady_clock::now()),
        whole_(source.text(claim.rhs_span)),
        left_side_(squeezed(source.text(claim.lhs_span))),
        seen_{squeezed(whole_), left_side_} {}

  std::optional<Correction> run() {
    const std::vector<Mended> mended = mend(side_, claim_, std::min(0.15, 0.3 * seconds_));
    read_edits();
    for (const Mended& one : mended)
      for (const Edit& edit : edits_)
        if (related(one.slip, edit.slip) && tried_of(edit.slip) < 16 && checks(edit.latex)) return from(edit);
    for (const Mended& one : mended)
      if (auto correction = written(one.right, one.diagnosis)) return correction;
    // What the expression does not show: the order of factors and where transpositions stand.
    if (mended.empty())
      for (const Edit& edit : edits_)
        if (edit.slip == Slip::arrangement && tried_of(edit.slip) < 10 && left() > 0.5 * seconds_ && checks(edit.latex))
          return from(edit);
    for (Expr form : by_length(side_.lhs))
      if (auto correction = written(form, "the derivation gives another result")) return correction;
    for (Expr form : by_length(make::sub(side_.lhs, side_.rhs))) {
      const std::string missing = write(form, side_).latex;
      // What is missing must be worked out, not the left side once more.
      if (missing.empty() || missing.size() > max_written || squeezed(missing).find(left_side_) != std::string::npos)
        continue;
      const std::string latex = whole_ + (missing.front() == '-' ? " " : " + ") + missing;
      if (checks(latex)) return Correction{latex, "a term is missing", whole_};
    }
    return std::nullopt;
  }

 private:
  double left() const {
    return seconds_ - std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

  static bool related(Slip mended, Slip edit) {
    switch (mended) {
      case Slip::factor: return edit == Slip::factor || edit == Slip::number;
      case Slip::lost_factor: return edit == Slip::lost_factor || edit == Slip::power;
      case Slip::extra_factor: return edit == Slip::extra_factor || edit == Slip::power || edit == Slip::factor;
      case Slip::indices: return edit == Slip::indices || edit == Slip::arrangement;
      default: return edit == mended;
    }
  }

  int tried_of(Slip slip) const {
    auto it = tried_.find(slip);
    return it == tried_.end() ? 0 : it->second;
  }

  Correction from(const Edit& edit) const {
    return {edit.latex, edit.diagnosis, std::string(source_.text(edit.where))};
  }

  bool checks(const std::string& latex) {
    if (count_ >= max_candidates || left() <= 0 || !seen_.insert(squeezed(latex)).second) return false;
    ++count_;
    for (const Edit& edit : edits_)
      if (edit.latex == latex) ++tried_[edit.slip];
    const auto candidate = recheck_.with_replacement(claim_.n, claim_.rhs_span, latex);
    return candidate && holds(*candidate, std::max(0.1, left()));
  }

  std::optional<Correction> written(Expr right, const std::string& diagnosis) {
    const std::string latex = write(right, side_).latex;
    if (latex.empty() || latex.size() > max_written || squeezed(latex).find(left_side_) != std::string::npos ||
        !checks(latex))
      return std::nullopt;
    return Correction{latex, diagnosis, whole_};
  }

  std::vector<Expr> by_length(Expr e) const {
    std::vector<std::pair<std::size_t, Expr>> sized;
    for (Expr form : simple_forms(e, claim_)) sized.emplace_back(write(form, side_).latex.size(), form);
    std::stable_sort(sized.begin(), sized.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<Expr> forms;
    for (const auto& [size, form] : sized) forms.push_back(form);
    return forms;
  }

  void read_edits() {
    const SynPtr right = tree_of(source_, claim_.rhs_span);
    if (!right) return;
    SlipContext context{source_, claim_.rhs_span, right, {}, {}};
    if (const SynPtr other = tree_of(source_, claim_.lhs_span)) context.others.push_back(other);
    const Problem problem(side_, claim_, nullptr);
    for (const Symbol* size : problem.sizes)
      if (context.size_latex.size() < 4) context.size_latex.push_back(size->latex.empty() ? size->name : size->latex);
    edits_ = edits_of(context);
  }

  const Case& side_;
  const Claim& claim_;
  const Source& source_;
  Recheck& recheck_;
  double seconds_;
  std::chrono::steady_clock::time_point begin_;
  std::string whole_, left_side_;
  std::set<std::string> seen_;
  std::vector<Edit> edits_;
  std::map<Slip, int> tried_;
  std::size_t count_ = 0;
};

}  // namespace

std::optional<Correction> correct(const Case& side, const Claim& claim, const Source& source, Recheck& recheck,
                                  double seconds) {
  return Corrector(side, claim, source, recheck, seconds).run();
}

}  // namespace gradus
