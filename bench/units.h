// The units of gradus's speed ratios: the objectives of the published problems as plain scalar C++, the way a careful
// programmer writes them first. Frozen: a ratio means nothing if its unit moves. Compile with -O3 -march=native
// -DNDEBUG (g++), one thread, and time whole calls after a warm-up. Formulas and data layout: data/adbench/README.md.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace units {

// Mean squared error of the exercise's 3-3-1 linear network. x: L rows of 3, d: L, w0: 3x3 (row i feeds hidden unit i),
// w1: 3.
inline double network_331(std::size_t L, const double* x, const double* d, const double* w0, const double* w1) {
  double sum = 0;
  for (std::size_t l = 0; l < L; ++l) {
    double f = 0;
    for (int i = 0; i < 3; ++i) {
      double hidden = 0;
      for (int j = 0; j < 3; ++j) hidden += w0[3 * i + j] * x[3 * l + j];
      f += w1[i] * hidden;
    }
    sum += (d[l] - f) * (d[l] - f);
  }
  return sum / static_cast<double>(L);
}

// Log-likelihood of a Gaussian mixture with a Wishart prior. alphas: K, means: K x D, icf: K x D(D+1)/2, x: N x D.
inline double gmm(int D, int K, int N, const double* alphas, const double* means, const double* icf, const double* x,
                  double gamma, int m) {
  const int size = D * (D + 1) / 2;
  const double pi = 3.14159265358979323846;
  std::vector<double> diagonal(static_cast<std::size_t>(K) * D), log_det(K), centred(D), product(D), term(K);
  for (int k = 0; k < K; ++k) {
    log_det[k] = 0;
    for (int d = 0; d < D; ++d) {
      log_det[k] += icf[k * size + d];
      diagonal[k * D + d] = std::exp(icf[k * size + d]);
    }
  }
  const auto log_sum_exp = [](int n, const double* v) {
    const double top = *std::max_element(v, v + n);
    double sum = 0;
    for (int i = 0; i < n; ++i) sum += std::exp(v[i] - top);
    return top + std::log(sum);
  };
  double total = 0;
  for (int n = 0; n < N; ++n) {
    for (int k = 0; k < K; ++k) {
      for (int d = 0; d < D; ++d) centred[d] = x[n * D + d] - means[k * D + d];
      for (int d = 0; d < D; ++d) product[d] = diagonal[k * D + d] * centred[d];
      const double* lower = icf + k * size + D;
      for (int column = 0; column < D; ++column)
        for (int row = column + 1; row < D; ++row) product[row] += *lower++ * centred[column];
      double square = 0;
      for (int d = 0; d < D; ++d) square += product[d] * product[d];
      term[k] = alphas[k] + log_det[k] - 0.5 * square;
    }
    total += log_sum_exp(K, term.data());
  }
  double prior = 0;
  for (int k = 0; k < K; ++k) {
    double frobenius = 0;
    for (int d = 0; d < D; ++d) frobenius += diagonal[k * D + d] * diagonal[k * D + d];
    for (int i = D; i < size; ++i) frobenius += icf[k * size + i] * icf[k * size + i];
    prior += 0.5 * gamma * gamma * frobenius - m * log_det[k];
  }
  const int nu = D + m + 1;
  double log_gamma = 0.25 * D * (D - 1) * std::log(pi);
  for (int j = 1; j <= D; ++j) log_gamma += std::lgamma(0.5 * nu + 0.5 * (1 - j));
  const double C = nu * D * (std::log(gamma) - 0.5 * std::log(2.0)) - log_gamma;
  return -0.5 * N * D * std::log(2 * pi) + total - N * log_sum_exp(K, alphas) + prior - K * C;
}

// Bundle adjustment: residuals (2 per observation) and weight terms. cameras: n x 11, points: m x 3, weights: p,
// camera_of/point_of: p, features: p x 2.
inline void ba(int p, const double* cameras, const double* points, const double* weights, const int* camera_of,
               const int* point_of, const double* features, double* residuals, double* weight_terms) {
  for (int i = 0; i < p; ++i) {
    const double* cam = cameras + 11 * camera_of[i];
    const double* X = points + 3 * point_of[i];
    const double o[3] = {X[0] - cam[3], X[1] - cam[4], X[2] - cam[5]};
    const double square = cam[0] * cam[0] + cam[1] * cam[1] + cam[2] * cam[2];
    double c[3];
    if (square != 0) {
      const double theta = std::sqrt(square), cosine = std::cos(theta), sine = std::sin(theta);
      const double a[3] = {cam[0] / theta, cam[1] / theta, cam[2] / theta};
      const double cross[3] = {a[1] * o[2] - a[2] * o[1], a[2] * o[0] - a[0] * o[2], a[0] * o[1] - a[1] * o[0]};
      const double along = (a[0] * o[0] + a[1] * o[1] + a[2] * o[2]) * (1 - cosine);
      for (int j = 0; j < 3; ++j) c[j] = o[j] * cosine + cross[j] * sine + a[j] * along;
    } else {
      c[0] = o[0] + cam[1] * o[2] - cam[2] * o[1];
      c[1] = o[1] + cam[2] * o[0] - cam[0] * o[2];
      c[2] = o[2] + cam[0] * o[1] - cam[1] * o[0];
    }
    const double u = c[0] / c[2], v = c[1] / c[2], s = u * u + v * v;
    const double factor = 1 + cam[9] * s + cam[10] * s * s;
    residuals[2 * i] = weights[i] * (u * factor * cam[6] + cam[7] - features[2 * i]);
    residuals[2 * i + 1] = weights[i] * (v * factor * cam[6] + cam[8] - features[2 * i + 1]);
  }
  for (int i = 0; i < p; ++i) weight_terms[i] = 1 - weights[i] * weights[i];
}

// Stacked element-wise LSTM. main: 2L rows of 4B, extra: 3 rows of B, state: 2L rows of B (copied), sequence: C rows of
// B.
inline double lstm(int L, int C, int B, const double* main, const double* extra, const double* state,
                   const double* sequence) {
  std::vector<double> memory(state, state + 2 * L * B), layer(B), y(B);
  const auto sigmoid = [](double z) { return 1 / (1 + std::exp(-z)); };
  double total = 0;
  for (int t = 0; t + 1 < C; ++t) {
    for (int b = 0; b < B; ++b) layer[b] = sequence[t * B + b] * extra[b];
    for (int l = 0; l < L; ++l) {
      const double* weight = main + 8 * B * l;
      const double* bias = weight + 4 * B;
      double* hidden = memory.data() + 2 * B * l;
      double* cell = hidden + B;
      for (int b = 0; b < B; ++b) {
        const double forget = sigmoid(layer[b] * weight[b] + bias[b]);
        const double in = sigmoid(hidden[b] * weight[B + b] + bias[B + b]);
        const double out = sigmoid(layer[b] * weight[2 * B + b] + bias[2 * B + b]);
        const double change = std::tanh(hidden[b] * weight[3 * B + b] + bias[3 * B + b]);
        cell[b] = cell[b] * forget + in * change;
        hidden[b] = out * std::tanh(cell[b]);
        layer[b] = hidden[b];
      }
    }
    double sum = 2;
    for (int b = 0; b < B; ++b) {
      y[b] = layer[b] * extra[B + b] + extra[2 * B + b];
      sum += std::exp(y[b]);
    }
    const double normaliser = std::log(sum);
    for (int b = 0; b < B; ++b) total += sequence[(t + 1) * B + b] * (y[b] - normaliser);
  }
  return -total / (static_cast<double>(C - 1) * B);
}

}  // namespace units
