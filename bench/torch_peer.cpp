#include "torch_peer.h"

#ifdef GRADUS_BENCH_TORCH
#include <torch/torch.h>

#include <cstring>
#endif

namespace gradus::bench {

using Runs = std::vector<std::pair<std::string, std::function<void()>>>;

#ifdef GRADUS_BENCH_TORCH
namespace {

torch::Tensor tensor(const double* data, at::IntArrayRef shape) {
  return torch::from_blob(const_cast<double*>(data), shape, torch::kFloat64);
}

void append(std::vector<double>& out, const torch::Tensor& value) {
  const torch::Tensor whole = value.contiguous();
  const double* data = whole.data_ptr<double>();
  out.insert(out.end(), data, data + whole.numel());
}

Runs with_threads(const std::function<void()>& run) {
  Runs runs;
  for (const int threads : {1, 2}) {
    runs.emplace_back("libtorch-" + std::to_string(threads), [=] {
      at::set_num_threads(threads);
      run();
    });
  }
  return runs;
}

}  // namespace

Runs torch_network(std::size_t samples, const double* x, const double* d, const double* w0, const double* w1,
                   std::vector<double>& out) {
  const auto n = static_cast<long>(samples);
  const torch::Tensor tx = tensor(x, {n, 3}), td = tensor(d, {n});
  const torch::Tensor hidden = tensor(w0, {3, 3}).clone().requires_grad_(true),
                      last = tensor(w1, {3}).clone().requires_grad_(true);
  return with_threads([=, &out] {
    const torch::Tensor f = torch::mv(torch::mm(tx, hidden.t()), last);
    const torch::Tensor loss = (td - f).square().mean();
    const auto gradients = torch::autograd::grad({loss}, {hidden, last});
    out.clear();
    append(out, gradients[0]);
    append(out, gradients[1]);
  });
}

Runs torch_logistic_hessian(std::size_t n, std::size_t p, const double* x, const double* y, const double* w,
                            std::vector<double>& out) {
  const torch::Tensor tx = tensor(x, {static_cast<long>(n), static_cast<long>(p)}),
                      ty = tensor(y, {static_cast<long>(n)});
  const torch::Tensor weights = tensor(w, {static_cast<long>(p)}).clone().requires_grad_(true);
  return with_threads([=, &out] {
    const torch::Tensor loss = torch::softplus(-ty * torch::mv(tx, weights)).sum();
    const torch::Tensor gradient = torch::autograd::grad({loss}, {weights}, {}, true, true)[0];
    out.clear();
    for (long row = 0; row < static_cast<long>(p); ++row)
      append(out, torch::autograd::grad({gradient[row]}, {weights}, {}, true)[0]);
  });
}

Runs torch_tanh_jacobian(std::size_t n, const double* a, const double* w, std::vector<double>& out) {
  const torch::Tensor ta = tensor(a, {static_cast<long>(n), static_cast<long>(n)});
  const torch::Tensor weights = tensor(w, {static_cast<long>(n)}).clone().requires_grad_(true);
  return with_threads([=, &out] {
    const torch::Tensor h = torch::tanh(torch::mv(ta, weights));
    out.clear();
    for (long row = 0; row < static_cast<long>(n); ++row)
      append(out, torch::autograd::grad({h[row]}, {weights}, {}, true)[0]);
  });
}

#else

Runs torch_network(std::size_t, const double*, const double*, const double*, const double*, std::vector<double>&) {
  return {};
}
Runs torch_logistic_hessian(std::size_t, std::size_t, const double*, const double*, const double*,
                            std::vector<double>&) {
  return {};
}
Runs torch_tanh_jacobian(std::size_t, const double*, const double*, std::vector<double>&) { return {}; }

#endif

}  // namespace gradus::bench
