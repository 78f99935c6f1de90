// Gradients by ADOL-C.
#include "peers.h"

#ifdef GRADUS_BENCH_ADOLC
#include <adolc/adolc.h>
#endif

namespace gradus::bench {

#ifdef GRADUS_BENCH_ADOLC
Runs adolc_gradient(const Objective& objective, const std::vector<double>& at, std::vector<double>& out) {
  static short next_tag = 0;
  const short tag = next_tag++;
  trace_on(tag);
  {
    std::vector<adouble> w(at.size());
    for (std::size_t i = 0; i < at.size(); ++i) w[i] <<= at[i];
    adouble value = std::visit([&](const auto& f) { return adouble(f(w.data())); }, objective);
    double result = 0;
    value >>= result;
  }
  trace_off();
  return {{"ADOL-C", [tag, &at, &out] {
             out.resize(at.size());
             if (gradient(tag, static_cast<int>(at.size()), at.data(), out.data()) < 0) out.clear();
           }}};
}
#else
Runs adolc_gradient(const Objective&, const std::vector<double>&, std::vector<double>&) { return {}; }
#endif

}  // namespace gradus::bench
