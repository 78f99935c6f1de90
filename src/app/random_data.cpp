#include "app/random_data.h"

#include <cmath>

namespace gradus {
namespace {

double number(const Traits& traits, std::mt19937_64& generator) {
  if (traits.binary) return static_cast<double>(generator() % 2);
  if (traits.integer) return static_cast<double>(generator() % 10);
  if (traits.sign) return generator() % 2 == 0 ? 1 : -1;
  if (traits.below_one) return std::uniform_real_distribution<double>(traits.positive ? 0.05 : -0.95, 0.95)(generator);
  const double value = std::normal_distribution<double>()(generator);
  return traits.positive || traits.sums_to_one ? 0.05 + std::fabs(value) : value;
}

/// One column, the last axis, that sums to one, has norm one, or a single one.
void bend_vector(const Traits& traits, double* vector, std::size_t size, std::mt19937_64& generator) {
  double sum = 0, squares = 0;
  for (std::size_t i = 0; i < size; ++i) sum += vector[i], squares += vector[i] * vector[i];
  const std::size_t hot = generator() % size;
  for (std::size_t i = 0; i < size; ++i) {
    if (traits.one_hot)
      vector[i] = i == hot ? 1 : 0;
    else if (traits.sums_to_one)
      vector[i] /= sum;
    else if (traits.unit_norm)
      vector[i] /= std::sqrt(squares);
  }
}

void bend_matrix(const Traits& traits, double* matrix, std::size_t size) {
  const std::vector<double> free(matrix, matrix + size * size);
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j < size; ++j) {
      double& entry = matrix[i * size + j];
      if (traits.diagonal && i != j)
        entry = 0;
      else if (traits.positive_definite) {
        entry = i == j ? 1 : 0;
        for (std::size_t k = 0; k < size; ++k)
          entry += free[i * size + k] * free[j * size + k] / static_cast<double>(size);
      } else if (traits.symmetric) {
        entry = free[std::min(i, j) * size + std::max(i, j)];
      } else if (traits.invertible && i == j) {
        entry += entry < 0 ? -3 : 3;
      }
    }
  }
}

}  // namespace

Array random_array(const Traits& traits, const std::vector<long>& shape,
                   const std::optional<std::pair<long, long>>& indices, std::mt19937_64& generator) {
  Array out;
  out.shape = shape;
  std::size_t size = 1;
  for (const long extent : shape) size *= static_cast<std::size_t>(extent);
  out.values.resize(size);
  const bool nowhere = indices && indices->first > indices->second;  // an axis without places: told later
  for (double& value : out.values) {
    if (nowhere) break;
    value = indices
                ? static_cast<double>(std::uniform_int_distribution<long>(indices->first, indices->second)(generator))
                : number(traits, generator);
  }
  if (size == 0 || shape.empty() || indices) return out;
  const auto last = static_cast<std::size_t>(shape.back());
  if (traits.one_hot || traits.sums_to_one || traits.unit_norm) {
    for (std::size_t at = 0; at < size; at += last) bend_vector(traits, out.values.data() + at, last, generator);
  }
  if (shape.size() >= 2 && shape[shape.size() - 2] == shape.back()) {
    for (std::size_t at = 0; at < size; at += last * last) bend_matrix(traits, out.values.data() + at, last);
  }
  return out;
}

}  // namespace gradus
