// The objectives of the peers that take a function of any scalar type: those of units.h over a template parameter, in
// the parameters that the derivative is by.
#pragma once

#include <cmath>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace gradus::bench {

/// The 3-3-1 network's error by its 12 weights: 3 × 3, then 3.
struct NetworkObjective {
  std::size_t samples;
  const double *x, *d;

  template <class T>
  T operator()(const T* w) const {
    T sum = T(0.0);
    for (std::size_t l = 0; l < samples; ++l) {
      T f = T(0.0);
      for (std::size_t i = 0; i < 3; ++i) {
        T hidden = T(0.0);
        for (std::size_t j = 0; j < 3; ++j) hidden += w[3 * i + j] * x[3 * l + j];
        f += w[9 + i] * hidden;
      }
      const T miss = d[l] - f;
      sum += miss * miss;
    }
    return sum / static_cast<double>(samples);
  }
};

/// The mixture's log-likelihood by its weights, means and triangular factors.
struct MixtureObjective {
  std::size_t D, K, N;
  const double* x;
  double gamma, m, C;

  template <class T>
  static T log_sum_exp(const std::vector<T>& terms) {
    using std::exp, std::log;
    T top = terms[0];
    for (const T& term : terms) {
      if (term > top) top = term;
    }
    T sum = T(0.0);
    for (const T& term : terms) sum += exp(term - top);
    return top + log(sum);
  }

  template <class T>
  T operator()(const T* w) const {
    using std::exp;
    const T *alpha = w, *mean = w + K, *factor = w + K + K * D;
    const std::size_t size = D * (D + 1) / 2;
    std::vector<T> weights(alpha, alpha + K), diagonal(K * D), trace(K), centred(D), product(D), terms(K);
    for (std::size_t k = 0; k < K; ++k) {
      trace[k] = 0;
      for (std::size_t i = 0; i < D; ++i) {
        trace[k] += factor[k * size + i];
        diagonal[k * D + i] = exp(factor[k * size + i]);
      }
    }
    T total = T(0.0);
    for (std::size_t n = 0; n < N; ++n) {
      for (std::size_t k = 0; k < K; ++k) {
        for (std::size_t i = 0; i < D; ++i) {
          centred[i] = x[n * D + i] - mean[k * D + i];
          product[i] = diagonal[k * D + i] * centred[i];
        }
        const T* below = factor + k * size + D;
        for (std::size_t column = 0; column < D; ++column) {
          for (std::size_t row = column + 1; row < D; ++row) product[row] += *below++ * centred[column];
        }
        T square = T(0.0);
        for (std::size_t i = 0; i < D; ++i) square += product[i] * product[i];
        terms[k] = alpha[k] + trace[k] - 0.5 * square;
      }
      total += log_sum_exp(terms);
    }
    T prior = T(0.0);
    for (std::size_t k = 0; k < K; ++k) {
      T norm = T(0.0);
      for (std::size_t i = 0; i < D; ++i) norm += diagonal[k * D + i] * diagonal[k * D + i];
      for (std::size_t i = D; i < size; ++i) norm += factor[k * size + i] * factor[k * size + i];
      prior += 0.5 * gamma * gamma * norm - m * trace[k];
    }
    const auto n = static_cast<double>(N), d = static_cast<double>(D), count = static_cast<double>(K);
    return total + prior - n * log_sum_exp(weights) - 0.5 * n * d * std::log(2 * M_PI) - count * C;
  }
};

/// The stacked LSTM's loss by its gates' weights and biases, and what scales in and out.
struct RecurrenceObjective {
  std::size_t L, T, B;
  const double *state, *sequence;

  template <class S>
  S operator()(const S* w) const {
    using std::exp, std::log, std::tanh;
    const S* extra = w + 8 * L * B;
    const auto sigmoid = [](const S& z) { return S(1.0 / (1.0 + exp(-z))); };
    std::vector<S> memory(state, state + 2 * L * B), layer(B), y(B);
    S total = S(0.0);
    for (std::size_t t = 0; t + 1 < T; ++t) {
      for (std::size_t b = 0; b < B; ++b) layer[b] = sequence[t * B + b] * extra[b];
      for (std::size_t l = 0; l < L; ++l) {
        const S *weight = w + 8 * B * l, *bias = weight + 4 * B;
        S *hidden = memory.data() + 2 * B * l, *cell = hidden + B;
        for (std::size_t b = 0; b < B; ++b) {
          const S forget = sigmoid(layer[b] * weight[b] + bias[b]);
          const S in = sigmoid(hidden[b] * weight[B + b] + bias[B + b]);
          const S out = sigmoid(layer[b] * weight[2 * B + b] + bias[2 * B + b]);
          const S change = tanh(hidden[b] * weight[3 * B + b] + bias[3 * B + b]);
          cell[b] = cell[b] * forget + in * change;
          hidden[b] = out * tanh(cell[b]);
          layer[b] = hidden[b];
        }
      }
      S sum = S(2.0);
      for (std::size_t b = 0; b < B; ++b) {
        y[b] = layer[b] * extra[B + b] + extra[2 * B + b];
        sum += exp(y[b]);
      }
      const S normaliser = log(sum);
      for (std::size_t b = 0; b < B; ++b) total += sequence[(t + 1) * B + b] * (y[b] - normaliser);
    }
    return -total / (static_cast<double>(T - 1) * static_cast<double>(B));
  }
};

using Objective = std::variant<NetworkObjective, MixtureObjective, RecurrenceObjective>;
using Runs = std::vector<std::pair<std::string, std::function<void()>>>;

}  // namespace gradus::bench
