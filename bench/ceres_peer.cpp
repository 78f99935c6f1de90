// Gradients by Ceres's jets.
#include "peers.h"

#ifdef GRADUS_BENCH_CERES
#include <ceres/jet.h>
#endif

namespace gradus::bench {

#ifdef GRADUS_BENCH_CERES
Runs ceres_gradient(const Objective& objective, const std::vector<double>& at, std::vector<double>& out) {
  constexpr int kParameters = 12;
  const auto* f = std::get_if<NetworkObjective>(&objective);
  if (!f || at.size() != kParameters) return {};
  return {{"Ceres Jet", [f = *f, &at, &out] {
             using Jet = ceres::Jet<double, kParameters>;
             std::vector<Jet> w;
             for (int i = 0; i < kParameters; ++i) w.emplace_back(at[static_cast<std::size_t>(i)], i);
             const Jet value = f(w.data());
             out.assign(value.v.data(), value.v.data() + kParameters);
           }}};
}
#else
Runs ceres_gradient(const Objective&, const std::vector<double>&, std::vector<double>&) { return {}; }
#endif

}  // namespace gradus::bench
