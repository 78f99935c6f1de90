// The derivatives of three problems by libtorch, in double precision.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace gradus::bench {

/// Runs of libtorch with 1 and 2 threads; each writes its derivatives to `out`. Empty where gradus is built without it.
std::vector<std::pair<std::string, std::function<void()>>> torch_network(std::size_t samples, const double* x,
                                                                         const double* d, const double* w0,
                                                                         const double* w1, std::vector<double>& out);
std::vector<std::pair<std::string, std::function<void()>>> torch_logistic_hessian(std::size_t n, std::size_t p,
                                                                                  const double* x, const double* y,
                                                                                  const double* w,
                                                                                  std::vector<double>& out);
std::vector<std::pair<std::string, std::function<void()>>> torch_tanh_jacobian(std::size_t n, const double* a,
                                                                               const double* w,
                                                                               std::vector<double>& out);

}  // namespace gradus::bench
