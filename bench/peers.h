// Gradients by other tools. Each function returns runs that write the gradient at `at` to `out`; none where its tool is
// not installed, or not made for a problem of that size. What the arguments refer to must outlive the runs.
#pragma once

#include "objectives.h"

namespace gradus::bench {

/// ADOL-C: taped once, the tape read again at each call.
Runs adolc_gradient(const Objective& objective, const std::vector<double>& at, std::vector<double>& out);
/// Sacado's reverse mode, which tapes at each call.
Runs sacado_gradient(const Objective& objective, const std::vector<double>& at, std::vector<double>& out);
/// Ceres's jets: forward mode, for few parameters.
Runs ceres_gradient(const Objective& objective, const std::vector<double>& at, std::vector<double>& out);
/// Central differences of the plain objective, for few parameters.
Runs differences_gradient(const Objective& objective, const std::vector<double>& at, std::vector<double>& out);

}  // namespace gradus::bench
