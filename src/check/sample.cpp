#include "check/sample.h"

#include <algorithm>

#include "check/random.h"

namespace gradus {

namespace {

using Matrix = std::vector<std::vector<Rational>>;

Matrix identity(std::size_t n) {
  Matrix m(n, std::vector<Rational>(n));
  for (std::size_t i = 0; i < n; ++i) m[i][i] = 1;
  return m;
}

Matrix multiply(const Matrix& a, const Matrix& b) {
  Matrix c(a.size(), std::vector<Rational>(b[0].size()));
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t k = 0; k < b.size(); ++k)
      for (std::size_t j = 0; j < b[0].size(); ++j) c[i][j] += a[i][k] * b[k][j];
  return c;
}

Matrix transpose(const Matrix& a) {
  Matrix t(a[0].size(), std::vector<Rational>(a.size()));
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j < a[0].size(); ++j) t[j][i] = a[i][j];
  return t;
}

/// Gauss–Jordan; the determinant, and the inverse where it is not zero.
Rational invert(Matrix a, Matrix& inverse) {
  const std::size_t n = a.size();
  inverse = identity(n);
  Rational determinant = 1;
  for (std::size_t c = 0; c < n; ++c) {
    std::size_t pivot = c;
    while (pivot < n && a[pivot][c] == 0) ++pivot;
    if (pivot == n) return 0;
    if (pivot != c) {
      std::swap(a[pivot], a[c]);
      std::swap(inverse[pivot], inverse[c]);
      determinant = -determinant;
    }
    const Rational scale = a[c][c];
    determinant *= scale;
    for (std::size_t j = 0; j < n; ++j) a[c][j] /= scale, inverse[c][j] /= scale;
    for (std::size_t r = 0; r < n; ++r) {
      if (r == c || a[r][c] == 0) continue;
      const Rational factor = a[r][c];
      for (std::size_t j = 0; j < n; ++j) a[r][j] -= factor * a[c][j], inverse[r][j] -= factor * inverse[c][j];
    }
  }
  return determinant;
}

/// Cayley: (I − S)(I + S)⁻¹ is orthogonal for skew S.
Matrix cayley(const Matrix& random) {
  const std::size_t n = random.size();
  Matrix plus = identity(n), minus = identity(n), inverse;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < i; ++j) {
      plus[i][j] += random[i][j], plus[j][i] -= random[i][j];
      minus[i][j] -= random[i][j], minus[j][i] += random[i][j];
    }
  invert(plus, inverse);
  return multiply(minus, inverse);
}

/// I − 2vvᵀ/vᵀv: orthogonal and symmetric.
Matrix reflection(const std::vector<Rational>& v) {
  const std::size_t n = v.size();
  Rational norm = 0;
  for (const Rational& entry : v) norm += entry * entry;
  Matrix m = identity(n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) m[i][j] -= 2 * v[i] * v[j] / norm;
  return m;
}

bool wants_vector(const Traits& t) { return t.sums_to_one || t.one_hot || t.unit_norm; }
bool wants_matrix(const Traits& t) {
  return t.symmetric || t.positive_definite || t.orthogonal || t.diagonal || t.invertible || t.positive_det;
}

}  // namespace

Sampler::Sampler(const Problem& problem, ScalarGraph& graph, Grounder& grounder, const IndexValues& pinned,
                 const Draw& draw)
    : problem_(problem), graph_(graph), grounder_(grounder), pinned_(pinned), draw_(draw) {}

std::optional<std::unordered_map<NodeId, Rational>> Sampler::draw(const std::vector<NodeId>& leaves) {
  std::unordered_map<NodeId, Rational> point;
  for (NodeId leaf : leaves) {
    const Component component = graph_.component(leaf);
    const Symbol* symbol = component.symbol;
    if (symbol->role == Role::constant) continue;
    if (component.tag != 0) {
      why_ = "the formal parameter " + symbol->name + " has no value";
      return std::nullopt;
    }
    const Traits traits = problem_.traits_of(symbol);
    std::size_t axes_from = std::min(symbol->family, component.at.size());
    // Weights w_n or r_nk that are written as a family of numbers: the last index runs along what sums to one.
    if (wants_vector(traits) && component.at.size() > 0) axes_from = component.at.size() - 1;
    const std::vector<long> family(component.at.begin(), component.at.begin() + static_cast<long>(axes_from));
    const Array* array = member(symbol, family, axes_from);
    if (!array) return std::nullopt;
    long flat = 0;
    bool inside = array->extent.size() == component.at.size() - axes_from;
    for (std::size_t k = 0; inside && k < array->extent.size(); ++k) {
      const long offset = component.at[axes_from + k] - array->lo[k];
      inside = offset >= 0 && offset < array->extent[k];
      flat = flat * array->extent[k] + offset;
    }
    if (inside) {
      point[leaf] = array->values[flat];
      continue;
    }
    // Axes without a range: every component on its own.
    std::uint64_t seed = combine(draw_.seed, symbol->id);
    for (long k : component.at) seed = combine(seed, static_cast<std::uint64_t>(k) + 1000);
    Random random(seed);
    point[leaf] = number(traits, random);
  }
  return point;
}

const Sampler::Array* Sampler::member(const Symbol* symbol, const std::vector<long>& family, std::size_t axes_from) {
  const auto [it, added] = members_.try_emplace({symbol, family});
  Array& array = it->second;
  if (!added) return &array;
  const Traits traits = problem_.traits_of(symbol);
  long total = 1;
  for (std::size_t k = axes_from; k < symbol->indices.size(); ++k) {
    const auto range = grounder_.bounds(symbol, k, family);
    if (!range.lo || !range.hi || *range.hi < *range.lo || total > 100'000) {
      if (wants_vector(traits) || wants_matrix(traits)) {
        why_ = "the shape of " + symbol->name + " is not known";
        return nullptr;
      }
      array = Array{{0}, {-1}, {}};
      return &array;
    }
    array.lo.push_back(*range.lo);
    array.extent.push_back(*range.hi - *range.lo + 1);
    total *= array.extent.back();
  }
  std::uint64_t seed = combine(draw_.seed, symbol->id);
  for (long k : family) seed = combine(seed, static_cast<std::uint64_t>(k) + 1000);
  Random random(seed);
  array.values.resize(static_cast<std::size_t>(total));
  for (Rational& value : array.values) value = number(traits, random);
  if (fill(symbol, traits, family, array, random)) return &array;
  why_ = "no sample of " + symbol->name + " satisfies what is assumed of it";
  return nullptr;
}

Rational Sampler::number(const Traits& traits, Random& random) {
  Rational value;
  if (traits.sign || traits.binary)
    return random.next() % 2 || (traits.binary && traits.nonzero) ? 1 : traits.sign ? -1 : 0;
  if (draw_.small) {
    static const long simple[][8] = {{1, 2, 1, 2, 1, 2, 3, 1}, {1, 2, -1, 3, 1, 2, -2, 3}, {1, -1, 2, -2, 3, 5, -3, 4}};
    value = simple[std::min(draw_.level, 2)][random.next() % 8];
    if (draw_.level >= 2 && !traits.integer && random.next() % 3 == 0) value /= 2;
  } else if (traits.integer) {
    value = random.within(-6, 6);
  } else {
    value = Rational(random.within(1L << 17, 1L << 20), random.within(1L << 19, 1L << 20));
    value.canonicalize();
    if (random.next() % 2) value = -value;
  }
  if (draw_.positive || traits.positive) value = abs(value);
  if (draw_.shrink > 0 && !traits.integer) value /= Rational(mpz_class(1) << draw_.shrink);
  if (draw_.shrink < 0 && !traits.integer) value *= Rational(mpz_class(1) << -draw_.shrink);
  if (draw_.wild && !traits.integer) {
    const long power = random.within(-4, 6);
    value *= power < 0 ? Rational(1, 1L << -power) : Rational(1L << power);
  }
  if (traits.below_one && value >= 1) value = 1 / (value + 1);
  if (value == 0 && (traits.positive || traits.nonzero)) value = 1;
  return value;
}

bool Sampler::fill(const Symbol* symbol, const Traits& traits, const std::vector<long>& family, Array& array,
                   Random& random) {
  if (wants_vector(traits))
    return array.extent.size() == 1 && !wants_matrix(traits) && fill_vector(symbol, traits, family, array, random);
  bool commutes = false;
  if (problem_.hypothesis)
    for (const auto& [a, b] : problem_.hypothesis->commuting) commutes = commutes || a == symbol || b == symbol;
  if (wants_matrix(traits) || commutes)
    return array.extent.size() == 2 && fill_matrix(symbol, traits, family, array, random);
  return true;
}

bool Sampler::fill_vector(const Symbol* symbol, const Traits& traits, const std::vector<long>& family, Array& array,
                          Random& random) {
  const std::size_t n = array.values.size();
  if (traits.one_hot || (traits.binary && traits.sums_to_one)) {
    long hot = array.lo[0] + random.within(0, static_cast<long>(n) - 1);
    if (traits.hot) {
      IndexValues values = pinned_;
      for (std::size_t k = 0; k < symbol->vars.size() && k < family.size(); ++k)
        if (symbol->vars[k]) values[symbol->vars[k]] = family[k];
      const auto named = grounder_.integer(traits.hot, values);
      if (!named) return false;
      hot = *named;
    }
    for (std::size_t k = 0; k < n; ++k) array.values[k] = array.lo[0] + static_cast<long>(k) == hot ? 1 : 0;
    return hot >= array.lo[0] && hot < array.lo[0] + static_cast<long>(n) && !(traits.positive && n > 1);
  }
  if (traits.sums_to_one && traits.unit_norm) return false;
  if (traits.sums_to_one) {
    Rational total = 0;
    if (traits.positive || traits.nonzero || draw_.positive) {
      for (Rational& value : array.values) total += value = abs(value);
      for (Rational& value : array.values) value /= total;
    } else {
      for (std::size_t k = 0; k + 1 < n; ++k) total += array.values[k];
      array.values[n - 1] = 1 - total;
    }
    return true;
  }
  // A rational point of the sphere, by stereographic projection.
  Rational square = 0;
  for (std::size_t k = 0; k + 1 < n; ++k) square += array.values[k] * array.values[k];
  for (std::size_t k = 0; k + 1 < n; ++k) array.values[k] = 2 * array.values[k] / (1 + square);
  array.values[n - 1] = (1 - square) / (1 + square);
  if (traits.positive)
    for (Rational& value : array.values) value = abs(value);
  return !(traits.positive && array.values[n - 1] == 0);
}

bool Sampler::fill_matrix(const Symbol* symbol, const Traits& traits, const std::vector<long>& family, Array& array,
                          Random& random) {
  const std::size_t rows = static_cast<std::size_t>(array.extent[0]),
                    columns = static_cast<std::size_t>(array.extent[1]);
  const bool square = rows == columns;
  const std::size_t n = std::max(rows, columns);
  Matrix m(n, std::vector<Rational>(n));
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      m[i][j] = i < rows && j < columns ? array.values[i * columns + j] : number(traits, random);
  const auto store = [&] {
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t j = 0; j < columns; ++j) array.values[i * columns + j] = m[i][j];
    return true;
  };
  if (traits.orthogonal) {
    if (traits.positive || traits.diagonal || traits.positive_definite) return false;
    m = traits.symmetric ? reflection(m[0]) : cayley(m);
    if (!traits.symmetric && !traits.positive_det && random.within(0, 1))
      for (Rational& entry : m[0]) entry = -entry;
    return store();
  }
  // Said of a matrix that is not square, "invertible" means full rank, as random matrices have.
  if (!square)
    return !(traits.symmetric || traits.positive_definite || traits.diagonal || traits.positive_det) && store();
  if (problem_.hypothesis)
    for (const auto& [a, b] : problem_.hypothesis->commuting) {
      if (b != symbol) continue;
      // A polynomial in the other matrix commutes with it; positive coefficients keep it positive definite.
      const Array* other = member(a, a->family == symbol->family ? family : std::vector<long>{}, a->family);
      if (!other || other->extent != array.extent || traits.diagonal) return false;
      Matrix base = m;
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) base[i][j] = other->values[i * n + j];
      const Traits others = problem_.traits_of(a);
      if (traits.symmetric && !others.symmetric && !others.positive_definite) return false;
      if (traits.positive_definite && !others.positive_definite) return false;
      const Matrix powers = multiply(base, base);
      const Rational c0 = 1 + abs(number({}, random)), c1 = 1 + abs(number({}, random)), c2 = abs(number({}, random));
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) m[i][j] = c1 * base[i][j] + c2 * powers[i][j] + (i == j ? c0 : Rational(0));
      return store();
    }
  if (traits.diagonal || traits.symmetric || traits.positive_definite)
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < i; ++j) {
        if (traits.diagonal) m[i][j] = 0;
        m[j][i] = traits.positive_definite ? Rational(0) : m[i][j];
      }
  if (traits.positive_definite) {
    m = multiply(m, transpose(m));
    for (std::size_t i = 0; i < n; ++i) m[i][i] += 1;
    return store();
  }
  if (traits.invertible || traits.positive_det) {
    Matrix inverse;
    for (int attempt = 0; attempt < 20; ++attempt) {
      const Rational determinant = invert(m, inverse);
      if (determinant != 0 && (determinant > 0 || !traits.positive_det)) return store();
      // A shift of the diagonal keeps symmetry and ends with a dominant positive diagonal.
      for (std::size_t i = 0; i < n; ++i) m[i][i] += 1;
    }
    return false;
  }
  return store();
}

}  // namespace gradus
