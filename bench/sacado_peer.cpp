// Gradients by Sacado's reverse mode.
#include "peers.h"

#ifdef GRADUS_BENCH_SACADO
#include <Sacado_trad.hpp>
#endif

namespace gradus::bench {

#ifdef GRADUS_BENCH_SACADO
Runs sacado_gradient(const Objective& objective, const std::vector<double>& at, std::vector<double>& out) {
  return {{"Sacado", [objective, &at, &out] {
             using Scalar = Sacado::Rad::ADvar<double>;
             const std::vector<Scalar> w(at.begin(), at.end());
             const Scalar value = std::visit([&](const auto& f) { return Scalar(f(w.data())); }, objective);
             (void)value;  // the last variable is the one that is derived
             Scalar::Gradcomp();
             out.clear();
             for (const Scalar& weight : w) out.push_back(weight.adj());
           }}};
}
#else
Runs sacado_gradient(const Objective&, const std::vector<double>&, std::vector<double>&) { return {}; }
#endif

}  // namespace gradus::bench
