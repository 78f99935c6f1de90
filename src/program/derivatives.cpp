#include "program/derivatives.h"

#include "program/arrays.h"
#include "program/derive_program.h"
#include "program/plan.h"

namespace gradus {
namespace {

/// What the derivative alone would cost once it is planned.
template <class Append>
std::optional<double> cost_of(Lowered trial, Append&& append) {
  if (append(trial)) return std::nullopt;
  trial.program.outputs = {trial.program.outputs.back()};
  plan(trial.program);
  return operations(trial.program.items);
}

}  // namespace

DerivativeBuilder::DerivativeBuilder(Lowered& lowered) : lowered_(lowered) { prepare(lowered_.program); }

/// A derivative that is derived again needs what it stores by the value.
void DerivativeBuilder::prepare_for(const Symbol* of) {
  if (made_.count(of)) prepare(lowered_.program);
}

const Symbol* DerivativeBuilder::taken_output() {
  const Symbol* made = lowered_.program.outputs.back();
  lowered_.program.outputs.pop_back();
  made_.insert(made);
  return made;
}

Result<DerivativeBuilder::Arrays> DerivativeBuilder::swept_back(const Symbol* of, const Arrays& by,
                                                                const Symbol* seed) {
  prepare_for(of);
  if (const auto why = append_reverse(lowered_, of, by, seed)) return *why;
  Arrays made(by.size());
  for (std::size_t i = by.size(); i-- > 0;) made[i] = taken_output();
  for (std::size_t i = 0; i < by.size(); ++i)
    choices_.push_back({made[i], true, elements(of), elements(by[i]), std::nullopt, std::nullopt});
  return made;
}

Result<DerivativeBuilder::Arrays> DerivativeBuilder::gradient(const Symbol* of, const Arrays& by) {
  return swept_back(of, by, nullptr);
}

Result<DerivativeBuilder::Arrays> DerivativeBuilder::vjp(const Symbol* of, const Arrays& by, const std::string& seed) {
  added_.push_back(append_seed(lowered_, of, seed));
  return swept_back(of, by, added_.back());
}

Result<const Symbol*> DerivativeBuilder::jacobian(const Symbol* of, const Symbol* by) {
  prepare_for(of);
  Choice choice{nullptr, false, elements(of), elements(by), std::nullopt, std::nullopt};
  const bool shared = shared_axis(lowered_, of, by).has_value();
  // With more entries to derive by than to derive, reverse mode may pay.
  if (!shared && choice.by_entries > choice.of_entries) {
    choice.forward_cost = cost_of(lowered_, [&](Lowered& trial) { return append_forward(trial, of, by); });
    choice.reverse_cost = cost_of(lowered_, [&](Lowered& trial) { return append_reverse_jacobian(trial, of, by); });
    choice.reverse = choice.reverse_cost && (!choice.forward_cost || *choice.reverse_cost < *choice.forward_cost);
  }
  if (const auto why = choice.reverse ? append_reverse_jacobian(lowered_, of, by) : append_forward(lowered_, of, by))
    return *why;
  choice.derivative = taken_output();
  if (shared) blocks_.insert(choice.derivative);
  choices_.push_back(choice);
  return choice.derivative;
}

Result<DerivativeBuilder::Arrays> DerivativeBuilder::jvp(const Arrays& of, const Symbol* by,
                                                         const std::string& direction) {
  added_.push_back(append_seed(lowered_, by, direction));
  Arrays made;
  for (const Symbol* one : of) {
    prepare_for(one);
    if (const auto why = append_forward(lowered_, one, by, added_.back())) return *why;
    made.push_back(taken_output());
    choices_.push_back({made.back(), false, elements(one), elements(by), std::nullopt, std::nullopt});
  }
  return made;
}

Result<DerivativeBuilder::Arrays> DerivativeBuilder::hessian(const Symbol* of, const Arrays& by) {
  const Result<Arrays> gradients = gradient(of, by);
  if (!gradients) return gradients.error();
  Arrays out;
  for (const Symbol* row : *gradients) {
    for (const Symbol* column : by) {
      const Result<const Symbol*> block = jacobian(row, column);
      if (!block) return block.error();
      out.push_back(*block);
    }
  }
  return out;
}

}  // namespace gradus
