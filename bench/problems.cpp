// The published problems (formats and formulas: data/adbench/README.md) and those of the library's own making.
#include "problem.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>

#include "app/data.h"
#include "peers.h"
#include "sheet_kernel.h"
#include "torch_peer.h"
#include "units.h"

namespace gradus::bench {
namespace {

using Kind = WantedDerivative::Kind;
using Numbers = std::vector<double>;

volatile double sink;  // keeps a unit's result from being optimised away

Numbers random_numbers(std::size_t count, std::uint64_t seed, double scale = 1) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal;
  Numbers out(count);
  for (double& value : out) value = scale * normal(generator);
  return out;
}

/// Reads whitespace-separated numbers in order.
class Reader {
 public:
  explicit Reader(const std::string& path) : file_(path) {}
  bool ok() const { return static_cast<bool>(file_); }
  double one() {
    double value = 0;
    file_ >> value;
    return value;
  }
  Numbers many(std::size_t count) {
    Numbers out(count);
    for (double& value : out) value = one();
    return out;
  }

 private:
  std::ifstream file_;
};

nlohmann::json published(const std::string& folder) {
  std::ifstream file(folder + "/expected.json");
  return nlohmann::json::parse(file);
}

/// Against the published gradient: every entry where the file is there, else its norm and its ends.
double published_difference(const std::string& folder, const std::string& name, const Numbers& gradient) {
  if (const Result<Array> whole = read_array(folder + "/" + name + ".gradient.npy"))
    return difference(gradient, whole->values);
  const nlohmann::json entry = published(folder)[name];
  double square = 0;
  for (const double value : gradient) square += value * value;
  const double norm = entry["gradient_2norm"];
  const Numbers first = entry["gradient_first"], last = entry["gradient_last"];
  double error = std::abs(std::sqrt(square) - norm) / norm;
  for (std::size_t i = 0; i < first.size(); ++i) error = std::max(error, std::abs(gradient[i] - first[i]) / norm);
  for (std::size_t i = 0; i < last.size(); ++i)
    error = std::max(error, std::abs(gradient[gradient.size() - last.size() + i] - last[i]) / norm);
  return error;
}

std::string size(const std::string& name, std::size_t value) { return name + "=" + std::to_string(value); }

/// Runs each peer once and compares what it leaves in `theirs`.
void compare_peers(Problem& problem, const std::vector<std::pair<std::string, std::function<void()>>>& runs,
                   const Numbers& ours, const Numbers& theirs) {
  for (const auto& [name, run] : runs) {
    run();
    problem.max_error = std::max(problem.max_error, difference(theirs, ours));
    problem.peers.emplace(name, run);
  }
}

/// The peers that take a function of any scalar type. Differences are good to some five digits, the others to all.
void compare_with(const Objective& objective, Problem& problem, const std::shared_ptr<Numbers>& at,
                  const Numbers& ours) {
  const auto theirs = std::make_shared<Numbers>();
  for (const auto& peer : {adolc_gradient, sacado_gradient, ceres_gradient, differences_gradient}) {
    for (const auto& [name, run] : peer(objective, *at, *theirs)) {
      run();
      const double error = difference(*theirs, ours);
      if (name != "differences" || error > 1e-5) problem.max_error = std::max(problem.max_error, error);
      problem.peers.emplace(name, [run, at, theirs] { run(); });
    }
  }
}

Problem network(std::size_t samples) {
  struct Data {
    Numbers x, d, w0, w1, value{0}, g0, g1, theirs;
    std::unique_ptr<SheetKernel> gradient, objective;
  };
  const auto data = std::make_shared<Data>();
  data->x = random_numbers(3 * samples, 1);
  data->d = random_numbers(samples, 2);
  data->w0 = random_numbers(9, 3);
  data->w1 = random_numbers(3, 4);
  data->g0.resize(9);
  data->g1.resize(3);
  const auto bind = [&](SheetKernel& kernel) {
    kernel.bind("x", static_cast<const void*>(data->x.data()));
    kernel.bind("d", static_cast<const void*>(data->d.data()));
    kernel.bind("W", static_cast<const void*>(data->w0.data()));
    kernel.bind("w", static_cast<const void*>(data->w1.data()));
    kernel.bind("E", static_cast<void*>(data->value.data()));
  };
  data->gradient = std::make_unique<SheetKernel>(
      "network.md", "E", std::vector<WantedDerivative>{{Kind::gradient, "W"}, {Kind::gradient, "w"}},
      std::vector<std::string>{size("L", samples)});
  data->objective = std::make_unique<SheetKernel>("network.md", "E", std::vector<WantedDerivative>{},
                                                  std::vector<std::string>{size("L", samples)});
  bind(*data->gradient);
  bind(*data->objective);
  data->gradient->bind("∂E/∂W", static_cast<void*>(data->g0.data()));
  data->gradient->bind("∂E/∂w", static_cast<void*>(data->g1.data()));
  Problem problem{.name = "network-331", .speedup = true, .must = 25, .aim = 50};
  problem.compile_seconds = data->gradient->compile_seconds();
  problem.gradus = [data] { (*data->gradient)(); };
  problem.objective = [data] { (*data->objective)(); };
  problem.unit = [data, samples] {
    sink = units::network_331(samples, data->x.data(), data->d.data(), data->w0.data(), data->w1.data());
  };
  problem.gradus();
  Numbers ours = data->g0;
  ours.insert(ours.end(), data->g1.begin(), data->g1.end());
  // Differences of the plain objective, for a machine without a peer.
  Numbers differences;
  for (Numbers* weights : {&data->w0, &data->w1}) {
    for (double& weight : *weights) {
      const double at = weight, step = 1e-6;
      weight = at + step;
      const double above =
          units::network_331(samples, data->x.data(), data->d.data(), data->w0.data(), data->w1.data());
      weight = at - step;
      const double below =
          units::network_331(samples, data->x.data(), data->d.data(), data->w0.data(), data->w1.data());
      weight = at;
      differences.push_back((above - below) / (2 * step));
    }
  }
  problem.max_error = difference(ours, differences);
  compare_peers(problem,
                torch_network(samples, data->x.data(), data->d.data(), data->w0.data(), data->w1.data(), data->theirs),
                ours, data->theirs);
  const auto at = std::make_shared<Numbers>(data->w0);
  at->insert(at->end(), data->w1.begin(), data->w1.end());
  compare_with(NetworkObjective{samples, data->x.data(), data->d.data()}, problem, at, ours);
  return problem;
}

/// What a sheet calls the parts of a mixture.
struct MixtureNames {
  const char *sheet, *value, *alpha, *mu, *diagonal, *below, *x, *gamma, *m, *C, *D, *K, *N;
};
constexpr MixtureNames kMixture{"gmm.md", "E", "α", "μ", "q", "ℓ", "x", "γ", "m", "C", "D", "K", "N"};
/// The same in other letters and another order.
constexpr MixtureNames kClusters{"clusters.md", "H", "b", "c", "r", "s", "y", "g", "h", "v", "A", "P", "M"};

struct MixtureData {
  std::size_t D = 0, K = 0, N = 0;
  Numbers alpha, mu, icf, x;
  double gamma = 0, m = 0, C = 0;
};

/// A mixture's kernels by one sheet, and where they write.
struct MixtureKernels {
  Numbers value{0}, gradient;
  std::unique_ptr<SheetKernel> kernel, objective;
};

std::shared_ptr<MixtureKernels> mixture_kernels(const MixtureNames& names, const MixtureData& data) {
  const auto out = std::make_shared<MixtureKernels>();
  const std::size_t D = data.D, K = data.K, P = D * (D + 1) / 2;
  out->gradient.resize(K + K * D + K * P);
  const std::vector<std::string> sizes{size(names.D, D), size(names.K, K), size(names.N, data.N)};
  const auto rows = static_cast<long>(P);
  const auto by = [&](const char* of) { return std::string("∂") + names.value + "/∂" + of; };
  const std::vector<Argument> strided{{names.diagonal, {rows, 1}},
                                      {names.below, {rows, 1}},
                                      {by(names.diagonal), {rows, 1}},
                                      {by(names.below), {rows, 1}}};
  out->kernel = std::make_unique<SheetKernel>(names.sheet, names.value,
                                              std::vector<WantedDerivative>{{Kind::gradient, names.alpha},
                                                                            {Kind::gradient, names.mu},
                                                                            {Kind::gradient, names.diagonal},
                                                                            {Kind::gradient, names.below}},
                                              sizes, strided);
  out->objective =
      std::make_unique<SheetKernel>(names.sheet, names.value, std::vector<WantedDerivative>{}, sizes, strided);
  for (SheetKernel* kernel : {out->kernel.get(), out->objective.get()}) {
    const auto in = [&](const char* argument, const double* from) {
      kernel->bind(argument, static_cast<const void*>(from));
    };
    in(names.alpha, data.alpha.data());
    in(names.mu, data.mu.data());
    in(names.diagonal, data.icf.data());
    in(names.below, data.icf.data() + D);
    in(names.x, data.x.data());
    in(names.gamma, &data.gamma);
    in(names.m, &data.m);
    in(names.C, &data.C);
    kernel->bind(names.value, static_cast<void*>(out->value.data()));
  }
  double* g = out->gradient.data();
  out->kernel->bind(by(names.alpha), static_cast<void*>(g));
  out->kernel->bind(by(names.mu), static_cast<void*>(g + K));
  out->kernel->bind(by(names.diagonal), static_cast<void*>(g + K + K * D));
  out->kernel->bind(by(names.below), static_cast<void*>(g + K + K * D + D));
  return out;
}

/// The constant of the prior.
void set_constant(MixtureData& data) {
  const double d = static_cast<double>(data.D), nu = d + data.m + 1;
  double log_gamma = 0.25 * d * (d - 1) * std::log(M_PI);
  for (std::size_t j = 1; j <= data.D; ++j) log_gamma += std::lgamma(0.5 * nu + 0.5 * (1 - static_cast<double>(j)));
  data.C = nu * d * (std::log(data.gamma) - 0.5 * std::log(2.0)) - log_gamma;
}

/// Runs the kernels once; the error is that of the value.
void enter_mixture(Problem& problem, const std::shared_ptr<const MixtureData>& data,
                   const std::shared_ptr<MixtureKernels>& kernels) {
  problem.compile_seconds = kernels->kernel->compile_seconds();
  problem.gradus = [data, kernels] { (*kernels->kernel)(); };
  problem.objective = [data, kernels] { (*kernels->objective)(); };
  problem.unit = [data] {
    sink =
        units::gmm(static_cast<int>(data->D), static_cast<int>(data->K), static_cast<int>(data->N), data->alpha.data(),
                   data->mu.data(), data->icf.data(), data->x.data(), data->gamma, static_cast<int>(data->m));
  };
  problem.gradus();
  problem.unit();
  problem.max_error = std::abs(kernels->value[0] - sink) / std::abs(sink);
}

Problem mixture(const std::string& name, const std::string& file, double must, double aim, const std::string& folder) {
  const auto data = std::make_shared<MixtureData>();
  Reader reader(folder + "/" + file + ".txt");
  Problem problem{.name = name, .must = must, .aim = aim};
  if (!reader.ok()) return problem;
  data->D = static_cast<std::size_t>(reader.one());
  data->K = static_cast<std::size_t>(reader.one());
  data->N = static_cast<std::size_t>(reader.one());
  data->alpha = reader.many(data->K);
  data->mu = reader.many(data->K * data->D);
  data->icf = reader.many(data->K * data->D * (data->D + 1) / 2);
  data->x = reader.many(data->N * data->D);
  data->gamma = reader.one();
  data->m = reader.one();
  set_constant(*data);
  const auto kernels = mixture_kernels(kMixture, *data);
  enter_mixture(problem, data, kernels);
  problem.max_error = std::max(problem.max_error, published_difference(folder, file, kernels->gradient));
  // A tape of every operation has to fit into memory.
  if (data->N * data->K * data->D * data->D > 5000000) return problem;
  const auto at = std::make_shared<Numbers>(data->alpha);
  at->insert(at->end(), data->mu.begin(), data->mu.end());
  at->insert(at->end(), data->icf.begin(), data->icf.end());
  compare_with(MixtureObjective{data->D, data->K, data->N, data->x.data(), data->gamma, data->m, data->C}, problem, at,
               kernels->gradient);
  return problem;
}

/// A sheet in other words, at other sizes: compared with the first sheet, whose time stands beside it.
Problem renamed_mixture(std::size_t N, std::size_t D, std::size_t K) {
  const auto data = std::make_shared<MixtureData>();
  data->D = D;
  data->K = K;
  data->N = N;
  data->alpha = random_numbers(K, 1);
  data->mu = random_numbers(K * D, 2);
  data->icf = random_numbers(K * D * (D + 1) / 2, 3, 0.3);
  data->x = random_numbers(N * D, 4);
  data->gamma = 1.3;
  data->m = 2;
  set_constant(*data);
  Problem problem{.name = "clusters-1k-d" + std::to_string(D) + "-k" + std::to_string(K), .must = 0.40, .aim = 0.16};
  const auto kernels = mixture_kernels(kClusters, *data), first = mixture_kernels(kMixture, *data);
  enter_mixture(problem, data, kernels);
  (*first->kernel)();
  problem.max_error = std::max(problem.max_error, difference(kernels->gradient, first->gradient));
  problem.peers.emplace("gradus, gmm.md", [data, first] { (*first->kernel)(); });
  return problem;
}

Problem adjustment(const std::string& name, const std::string& file, const std::string& folder) {
  struct Data {
    Numbers cameras, points, weights, features, residuals, terms, by_camera, by_point, by_weight, by_term;
    std::vector<std::int64_t> camera, point;
    std::vector<int> camera_of, point_of;
    std::unique_ptr<SheetKernel> kernel, objective;
  };
  const auto data = std::make_shared<Data>();
  Reader reader(folder + "/" + file + ".txt");
  Problem problem{.name = name, .must = 2.2, .aim = 1.1};
  if (!reader.ok()) return problem;
  const auto n = static_cast<std::size_t>(reader.one()), m = static_cast<std::size_t>(reader.one()),
             p = static_cast<std::size_t>(reader.one());
  const auto repeated = [&](std::size_t each, std::size_t count) {
    const Numbers one = reader.many(each);
    Numbers out;
    for (std::size_t i = 0; i < count; ++i) out.insert(out.end(), one.begin(), one.end());
    return out;
  };
  data->cameras = repeated(11, n);
  data->points = repeated(3, m);
  data->weights = repeated(1, p);
  data->features = repeated(2, p);
  for (std::size_t i = 0; i < p; ++i) {
    data->camera.push_back(static_cast<std::int64_t>(i % n + 1));
    data->point.push_back(static_cast<std::int64_t>(i % m + 1));
    data->camera_of.push_back(static_cast<int>(i % n));
    data->point_of.push_back(static_cast<int>(i % m));
  }
  data->residuals.resize(2 * p);
  data->terms.resize(p);
  data->by_camera.resize(22 * p);
  data->by_point.resize(6 * p);
  data->by_weight.resize(2 * p);
  const std::vector<std::string> sizes{size("n", n), size("m", m), size("p", p)};
  const auto bind = [&](SheetKernel& kernel) {
    const auto in = [&](const char* argument, const void* from) { kernel.bind(argument, from); };
    in("C", data->cameras.data());
    in("X", data->points.data());
    in("w", data->weights.data());
    in("z", data->features.data());
    in("c", data->camera.data());
    in("b", data->point.data());
    kernel.bind("e", static_cast<void*>(data->residuals.data()));
  };
  data->kernel = std::make_unique<SheetKernel>(
      "ba.md", "e", std::vector<WantedDerivative>{{Kind::jacobian, "K"}, {Kind::jacobian, "P"}, {Kind::jacobian, "w"}},
      sizes);
  data->objective = std::make_unique<SheetKernel>("ba.md", "e", std::vector<WantedDerivative>{}, sizes);
  bind(*data->kernel);
  bind(*data->objective);
  data->kernel->bind("∂e/∂K", static_cast<void*>(data->by_camera.data()));
  data->kernel->bind("∂e/∂P", static_cast<void*>(data->by_point.data()));
  data->kernel->bind("∂e/∂w", static_cast<void*>(data->by_weight.data()));
  problem.compile_seconds = data->kernel->compile_seconds();
  data->by_term.resize(p);
  problem.gradus = [data, p] {
    (*data->kernel)();
    for (std::size_t i = 0; i < p; ++i) {
      data->terms[i] = 1 - data->weights[i] * data->weights[i];
      data->by_term[i] = -2 * data->weights[i];
    }
  };
  problem.objective = [data] { (*data->objective)(); };
  problem.unit = [data, p] {
    units::ba(static_cast<int>(p), data->cameras.data(), data->points.data(), data->weights.data(),
              data->camera_of.data(), data->point_of.data(), data->features.data(), data->residuals.data(),
              data->terms.data());
  };
  problem.gradus();
  const Numbers ours = data->residuals;
  problem.unit();
  problem.max_error = difference(ours, data->residuals);
  // Every observation is a copy of one.
  const nlohmann::json entry = published(folder)[file];
  const Numbers residual = entry["residual_of_every_observation"];
  const std::vector<Numbers> jacobian = entry["jacobian_of_every_observation_2x15 (cam 11, X 3, w)"];
  Numbers expected, got;
  for (const std::size_t i : {std::size_t{0}, p / 2, p - 1}) {
    for (std::size_t row = 0; row < 2; ++row) {
      expected.insert(expected.end(), jacobian[row].begin(), jacobian[row].end());
      const auto copy = [&](const Numbers& from, std::size_t count) {
        const auto first = from.begin() + static_cast<long>((2 * i + row) * count);
        got.insert(got.end(), first, first + static_cast<long>(count));
      };
      copy(data->by_camera, 11);
      copy(data->by_point, 3);
      copy(data->by_weight, 1);
      problem.max_error =
          std::max(problem.max_error, std::abs(ours[2 * i + row] - residual[row]) / std::abs(residual[row]));
    }
  }
  problem.max_error = std::max(problem.max_error, difference(got, expected));
  return problem;
}

Problem recurrence(const std::string& name, const std::string& file, const std::string& folder) {
  struct Data {
    std::size_t L = 0, T = 0, B = 0;
    Numbers main, extra, state, sequence, value{0}, gradient;
    std::unique_ptr<SheetKernel> kernel, objective;
  };
  const auto data = std::make_shared<Data>();
  Reader reader(folder + "/" + file + ".txt");
  Problem problem{.name = name, .must = 0.5, .aim = 0.18};
  if (!reader.ok()) return problem;
  data->L = static_cast<std::size_t>(reader.one());
  data->T = static_cast<std::size_t>(reader.one());
  data->B = static_cast<std::size_t>(reader.one());
  const std::size_t L = data->L, T = data->T, B = data->B;
  data->main = reader.many(8 * L * B);
  data->extra = reader.many(3 * B);
  data->state = reader.many(2 * L * B);
  data->sequence = reader.many(T * B);
  data->gradient.resize(8 * L * B + 3 * B);
  const std::vector<std::string> sizes{size("L", L), size("T", T), size("B", B)};
  const auto bind = [&](SheetKernel& kernel) {
    kernel.bind("M", static_cast<const void*>(data->main.data()));
    kernel.bind("V", static_cast<const void*>(data->extra.data()));
    kernel.bind("s", static_cast<const void*>(data->state.data()));
    kernel.bind("x", static_cast<const void*>(data->sequence.data()));
    kernel.bind("E", static_cast<void*>(data->value.data()));
  };
  data->kernel = std::make_unique<SheetKernel>(
      "lstm.md", "E", std::vector<WantedDerivative>{{Kind::gradient, "M"}, {Kind::gradient, "V"}}, sizes);
  data->objective = std::make_unique<SheetKernel>("lstm.md", "E", std::vector<WantedDerivative>{}, sizes);
  bind(*data->kernel);
  bind(*data->objective);
  data->kernel->bind("∂E/∂M", static_cast<void*>(data->gradient.data()));
  data->kernel->bind("∂E/∂V", static_cast<void*>(data->gradient.data() + 8 * L * B));
  problem.compile_seconds = data->kernel->compile_seconds();
  problem.gradus = [data] { (*data->kernel)(); };
  problem.objective = [data] { (*data->objective)(); };
  problem.unit = [data] {
    sink = units::lstm(static_cast<int>(data->L), static_cast<int>(data->T), static_cast<int>(data->B),
                       data->main.data(), data->extra.data(), data->state.data(), data->sequence.data());
  };
  problem.gradus();
  problem.unit();
  problem.max_error = std::abs(data->value[0] - sink) / std::abs(sink);
  problem.max_error = std::max(problem.max_error, published_difference(folder, file, data->gradient));
  const auto at = std::make_shared<Numbers>(data->main);
  at->insert(at->end(), data->extra.begin(), data->extra.end());
  compare_with(RecurrenceObjective{L, T, B, data->state.data(), data->sequence.data()}, problem, at, data->gradient);
  return problem;
}

Problem hessian(std::size_t n, std::size_t p) {
  struct Data {
    Numbers x, y, w, value{0}, hessian, theirs;
    std::unique_ptr<SheetKernel> kernel, objective;
  };
  const auto data = std::make_shared<Data>();
  data->x = random_numbers(n * p, 1);
  data->y = random_numbers(n, 2);
  data->w = random_numbers(p, 3, 1 / std::sqrt(static_cast<double>(p)));
  data->hessian.resize(p * p);
  const std::vector<std::string> sizes{size("N", n), size("P", p)};
  const auto bind = [&](SheetKernel& kernel) {
    kernel.bind("X", static_cast<const void*>(data->x.data()));
    kernel.bind("y", static_cast<const void*>(data->y.data()));
    kernel.bind("w", static_cast<const void*>(data->w.data()));
    kernel.bind("E(w)", static_cast<void*>(data->value.data()));
  };
  data->kernel =
      std::make_unique<SheetKernel>("logistic.md", "E(w)", std::vector<WantedDerivative>{{Kind::hessian, "w"}}, sizes);
  data->objective = std::make_unique<SheetKernel>("logistic.md", "E(w)", std::vector<WantedDerivative>{}, sizes);
  bind(*data->kernel);
  bind(*data->objective);
  data->kernel->bind("∂²E(w)/∂w∂w", static_cast<void*>(data->hessian.data()));
  Problem problem{
      .name = "hessian-logistic-" + std::to_string(n) + "x" + std::to_string(p), .speedup = true, .must = 8, .aim = 18};
  problem.compile_seconds = data->kernel->compile_seconds();
  problem.gradus = [data] { (*data->kernel)(); };
  problem.objective = [data] { (*data->objective)(); };
  problem.gradus();
  // The closed form: Σ_n y_n² σ(1 − σ) x_n x_nᵀ.
  Numbers expected(p * p);
  for (std::size_t i = 0; i < n; ++i) {
    double z = 0;
    for (std::size_t j = 0; j < p; ++j) z += data->x[i * p + j] * data->w[j];
    const double s = 1 / (1 + std::exp(data->y[i] * z)), weight = data->y[i] * data->y[i] * s * (1 - s);
    for (std::size_t j = 0; j < p; ++j) {
      for (std::size_t k = 0; k < p; ++k) expected[j * p + k] += weight * data->x[i * p + j] * data->x[i * p + k];
    }
  }
  problem.max_error = difference(data->hessian, expected);
  compare_peers(problem, torch_logistic_hessian(n, p, data->x.data(), data->y.data(), data->w.data(), data->theirs),
                data->hessian, data->theirs);
  return problem;
}

Problem jacobian(std::size_t n) {
  struct Data {
    Numbers a, w, value, jacobian, theirs;
    std::unique_ptr<SheetKernel> kernel, objective;
  };
  const auto data = std::make_shared<Data>();
  data->a = random_numbers(n * n, 1, 1 / std::sqrt(static_cast<double>(n)));
  data->w = random_numbers(n, 2);
  data->value.resize(n);
  data->jacobian.resize(n * n);
  const auto bind = [&](SheetKernel& kernel) {
    kernel.bind("A", static_cast<const void*>(data->a.data()));
    kernel.bind("w", static_cast<const void*>(data->w.data()));
    kernel.bind("h", static_cast<void*>(data->value.data()));
  };
  data->kernel = std::make_unique<SheetKernel>("tanh.md", "h", std::vector<WantedDerivative>{{Kind::jacobian, "w"}},
                                               std::vector<std::string>{size("N", n)});
  data->objective = std::make_unique<SheetKernel>("tanh.md", "h", std::vector<WantedDerivative>{},
                                                  std::vector<std::string>{size("N", n)});
  bind(*data->kernel);
  bind(*data->objective);
  data->kernel->bind("∂h/∂w", static_cast<void*>(data->jacobian.data()));
  Problem problem{.name = "jacobian-tanh-" + std::to_string(n), .speedup = true, .must = 20, .aim = 60};
  problem.compile_seconds = data->kernel->compile_seconds();
  problem.gradus = [data] { (*data->kernel)(); };
  problem.objective = [data] { (*data->objective)(); };
  problem.gradus();
  Numbers expected(n * n);
  for (std::size_t i = 0; i < n; ++i) {
    double z = 0;
    for (std::size_t j = 0; j < n; ++j) z += data->a[i * n + j] * data->w[j];
    const double slope = 1 - std::tanh(z) * std::tanh(z);
    for (std::size_t j = 0; j < n; ++j) expected[i * n + j] = slope * data->a[i * n + j];
  }
  problem.max_error = difference(data->jacobian, expected);
  compare_peers(problem, torch_tanh_jacobian(n, data->a.data(), data->w.data(), data->theirs), data->jacobian,
                data->theirs);
  return problem;
}

}  // namespace

double difference(const std::vector<double>& got, const std::vector<double>& expected) {
  if (got.size() != expected.size()) return INFINITY;
  double largest = 0, scale = 1e-300;
  for (const double value : expected) scale = std::max(scale, std::abs(value));
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double distance = std::abs(got[i] - expected[i]) / scale;
    if (!(distance <= largest)) largest = std::isnan(distance) ? INFINITY : distance;
  }
  return largest;
}

std::vector<Problem> problems(const std::string& pattern, const std::string& data) {
  const std::pair<const char*, std::function<Problem()>> all[] = {
      {"network-331", [] { return network(1000); }},
      {"gmm-1k-d10-k25", [&] { return mixture("gmm-1k-d10-k25", "gmm_1k_gmm_d10_K25", 0.40, 0.16, data); }},
      {"gmm-1k-d64-k50", [&] { return mixture("gmm-1k-d64-k50", "gmm_1k_gmm_d64_K50", 0.80, 0.32, data); }},
      {"gmm-10k-d10-k25", [&] { return mixture("gmm-10k-d10-k25", "gmm_10k_gmm_d10_K25", 0.40, 0.16, data); }},
      {"clusters-1k-d12-k20", [] { return renamed_mixture(1000, 12, 20); }},
      {"ba1", [&] { return adjustment("ba1", "ba_ba1_n49_m7776_p31843", data); }},
      {"ba3", [&] { return adjustment("ba3", "ba_ba3_n161_m48126_p182072", data); }},
      {"lstm-l2-c1024", [&] { return recurrence("lstm-l2-c1024", "lstm_lstm_l2_c1024", data); }},
      {"lstm-l4-c1024", [&] { return recurrence("lstm-l4-c1024", "lstm_lstm_l4_c1024", data); }},
      {"hessian-logistic-1000x100", [] { return hessian(1000, 100); }},
      {"hessian-logistic-2000x300", [] { return hessian(2000, 300); }},
      {"jacobian-tanh-100", [] { return jacobian(100); }},
      {"jacobian-tanh-300", [] { return jacobian(300); }},
  };
  std::vector<Problem> out;
  for (const auto& [name, make] : all) {
    if (std::string(name).find(pattern) != std::string::npos) out.push_back(make());
  }
  return out;
}

}  // namespace gradus::bench
