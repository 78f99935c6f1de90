#include "check/polynomials.h"

#include <algorithm>
#include <numeric>

#include "check/random.h"

namespace gradus {

std::string text_of(const Rational& value) { return value.get_str(); }

Polynomials::Polynomials(const Problem& problem, const Draw& draw, int degree)
    : problem_(problem), draw_(draw), degree_(degree) {}

Polynomials::Function& Polynomials::function(const Application& application) {
  std::vector<long> at = application.at;
  const Traits traits = problem_.traits_of(application.symbol);
  if (traits.symmetric && !traits.positive_definite && at.size() >= 2 && at[at.size() - 2] > at.back())
    std::swap(at[at.size() - 2], at.back());
  const auto [it, added] = functions_.try_emplace({application.symbol, at});
  Function& f = it->second;
  if (!added) return f;
  f.possible = !(traits.orthogonal || traits.diagonal || traits.sums_to_one || traits.one_hot || traits.unit_norm ||
                 traits.integer);
  std::uint64_t seed = combine(draw_.seed, application.symbol->id);
  for (long k : at) seed = combine(seed, static_cast<std::uint64_t>(k) + 7);
  if (draw_.small && !traits.positive)
    draw_monomials(f, traits, application, seed);
  else
    draw_ridges(f, traits, application, seed);
  return f;
}

void Polynomials::draw_ridges(Function& f, const Traits& traits, const Application& application, std::uint64_t seed) {
  Random random(seed);
  const std::size_t n = std::accumulate(application.widths.begin(), application.widths.end(), std::size_t{0});
  int degree = traits.affine ? 1 : degree_;
  if ((traits.even || traits.positive) && degree % 2) ++degree;
  if (traits.odd && degree % 2 == 0) ++degree;
  const bool homogeneous = traits.even || traits.odd;
  const std::size_t count =
      traits.symmetric_arguments ? std::min<std::size_t>(n + 2, 5) : std::min<std::size_t>(n + 3, 24);
  for (std::size_t r = 0; r < count; ++r) {
    Ridge ridge;
    // Affine forms need no powers; elsewhere lower degrees come in through the offset.
    ridge.degree = degree;
    ridge.weight = Rational(random.within(1, 9), 4);
    if (!traits.positive && random.within(0, 1)) ridge.weight = -ridge.weight;
    ridge.offset = homogeneous ? Rational(0) : Rational(random.within(-8, 8), 8);
    for (std::size_t k = 0; k < n; ++k) {
      long numerator = random.within(1, 15);
      if (!draw_.positive && random.within(0, 1)) numerator = -numerator;
      ridge.slope.emplace_back(numerator, static_cast<long>(4 + 4 * n));
    }
    ridge.weight.canonicalize();
    ridge.offset.canonicalize();
    for (Rational& slope : ridge.slope) slope.canonicalize();
    // An odd or even function still has its lower degrees.
    if (homogeneous && r % 2 && degree > 2) ridge.degree = degree - 2;
    f.ridges.push_back(std::move(ridge));
  }
  if (traits.positive) f.ridges.push_back({Rational(1), Rational(1), std::vector<Rational>(n), degree});
  if (!traits.symmetric_arguments || application.widths.size() < 2) return;
  const std::size_t args = application.widths.size(), width = application.widths[0];
  if (args > 4 || n != args * width) {
    f.possible = false;
    return;
  }
  std::vector<Ridge> all;
  std::vector<std::size_t> order(args);
  std::iota(order.begin(), order.end(), std::size_t{0});
  do
    for (const Ridge& ridge : f.ridges) {
      Ridge turned = ridge;
      for (std::size_t a = 0; a < args; ++a)
        for (std::size_t k = 0; k < width; ++k) turned.slope[a * width + k] = ridge.slope[order[a] * width + k];
      all.push_back(std::move(turned));
    }
  while (std::next_permutation(order.begin(), order.end()));
  f.ridges = std::move(all);
}

void Polynomials::draw_monomials(Function& f, const Traits& traits, const Application& application,
                                 std::uint64_t seed) {
  const std::size_t n = std::accumulate(application.widths.begin(), application.widths.end(), std::size_t{0});
  const int degree = traits.affine ? 1 : std::max(std::min(draw_.level + 1, degree_), traits.even ? 2 : 1);
  // All exponents up to the degree; with many variables only powers of one variable.
  std::vector<std::vector<int>> exponents;
  std::vector<int> current(n, 0);
  const auto grow = [&](auto&& self, std::size_t from, int left) -> void {
    exponents.push_back(current);
    if (left == 0 || exponents.size() > 400) return;
    for (std::size_t k = from; k < n; ++k) {
      ++current[k];
      self(self, k, left - 1);
      --current[k];
    }
  };
  grow(grow, 0, n > 12 ? 1 : degree);
  std::stable_sort(exponents.begin(), exponents.end(), [](const auto& a, const auto& b) {
    return std::accumulate(a.begin(), a.end(), 0) > std::accumulate(b.begin(), b.end(), 0);
  });
  const bool blocks = traits.symmetric_arguments && application.widths.size() > 1 && n % application.widths.size() == 0;
  if (traits.symmetric_arguments && !blocks && application.widths.size() > 1) f.possible = false;
  for (const auto& exponent : exponents) {
    const int total = std::accumulate(exponent.begin(), exponent.end(), 0);
    if (total == 0 || (traits.even && total % 2) || (traits.odd && total % 2 == 0)) continue;
    // Exponents that differ by an exchange of arguments get the same coefficient.
    std::vector<int> canonical = exponent;
    if (blocks) {
      const std::size_t width = n / application.widths.size();
      std::vector<std::vector<int>> parts;
      for (std::size_t a = 0; a < n; a += width)
        parts.emplace_back(exponent.begin() + static_cast<long>(a), exponent.begin() + static_cast<long>(a + width));
      std::sort(parts.begin(), parts.end());
      canonical.clear();
      for (const auto& part : parts) canonical.insert(canonical.end(), part.begin(), part.end());
    }
    std::uint64_t hash = seed;
    for (int e : canonical) hash = combine(hash, static_cast<std::uint64_t>(e) + 3);
    const bool pure = std::count(exponent.begin(), exponent.end(), 0) + 1 == static_cast<long>(n);
    if (!(pure && total == degree) && hash % 3 == 0) continue;
    const long choices[] = {1, 1, 2, -1, 3};
    f.monomials.push_back(
        {Rational(draw_.positive ? std::abs(choices[(hash >> 8) % 5]) : choices[(hash >> 8) % 5]), exponent});
    if (f.monomials.size() > 40) break;
  }
}

bool Polynomials::evaluate(const Application& application, const std::vector<const Ball*>& args, Ball& result,
                           slong prec) {
  const Hypothesis* hypothesis = problem_.hypothesis;
  if (hypothesis && hypothesis->commutes_with_derivative == application.symbol) {
    // X(t) = p(t) I + q(t) C with constant C commutes with all its derivatives.
    Application scalar = application;
    scalar.at = {-1};
    Ball p, q, entry;
    if (!evaluate_drawn(scalar, args, p, prec)) return false;
    scalar.at = {-2};
    if (!evaluate_drawn(scalar, args, q, prec)) return false;
    const long i = application.at.size() == 2 ? application.at[0] : 0,
               j = application.at.size() == 2 ? application.at[1] : 0;
    const std::uint64_t hash =
        combine(combine(draw_.seed, static_cast<std::uint64_t>(i)), static_cast<std::uint64_t>(j) + 99);
    arb_mul_si(result, q, static_cast<long>(hash % 7) - 3, prec);
    if (i == j) arb_add(result, result, p, prec);
    return true;
  }
  if (problem_.traits_of(application.symbol).positive_definite && application.at.size() >= 2)
    return evaluate_positive_definite(application, args, result, prec);
  return evaluate_drawn(application, args, result, prec);
}

/// L(u) L(u)ᵀ + I with three columns of polynomials; a derivative of a product goes to either factor in every way.
bool Polynomials::evaluate_positive_definite(const Application& application, const std::vector<const Ball*>& args,
                                             Ball& result, slong prec) {
  const std::size_t n = application.at.size(), k = application.slots.size();
  arb_set_ui(result, k == 0 && application.at[n - 2] == application.at[n - 1] ? 1 : 0);
  if (k > 10) return false;
  Ball first, second;
  for (long column = 0; column < 3; ++column)
    for (std::size_t set = 0; set < (std::size_t{1} << k); ++set) {
      Application a = application, b = application;
      a.slots.clear();
      b.slots.clear();
      for (std::size_t s = 0; s < k; ++s) (set >> s & 1u ? a : b).slots.push_back(application.slots[s]);
      a.at = {application.at[n - 2], -1 - column};
      b.at = {application.at[n - 1], -1 - column};
      if (!evaluate_drawn(a, args, first, prec) || !evaluate_drawn(b, args, second, prec)) return false;
      arb_addmul(result, first, second, prec);
    }
  return true;
}

bool Polynomials::evaluate_drawn(const Application& application, const std::vector<const Ball*>& args, Ball& result,
                                 slong prec) {
  const auto& slots = application.slots;
  Function& f = function(application);
  if (!f.possible) return false;
  arb_zero(result);
  Ball term, number;
  for (const Ridge& ridge : f.ridges) {
    const long k = static_cast<long>(slots.size());
    if (k > ridge.degree) continue;
    number.set(ridge.offset, prec);
    Ball form = number;
    for (std::size_t i = 0; i < args.size(); ++i) {
      if (ridge.slope[i] == 0) continue;
      number.set(ridge.slope[i], prec);
      arb_addmul(form, number, *args[i], prec);
    }
    Rational weight = ridge.weight;
    for (long i = 0; i < k; ++i) weight *= ridge.degree - i;
    for (std::uint32_t slot : slots) weight *= ridge.slope[slot];
    arb_pow_ui(term, form, static_cast<ulong>(ridge.degree - k), prec);
    number.set(weight, prec);
    arb_addmul(result, term, number, prec);
  }
  for (const Monomial& monomial : f.monomials) {
    Rational weight = monomial.coefficient;
    std::vector<int> exponents = monomial.exponents;
    for (std::uint32_t slot : slots) weight *= exponents[slot]--;
    if (weight == 0) continue;
    term.set(weight, prec);
    for (std::size_t i = 0; i < exponents.size(); ++i) {
      if (exponents[i] == 0) continue;
      arb_pow_ui(number, *args[i], static_cast<ulong>(exponents[i]), prec);
      arb_mul(term, term, number, prec);
    }
    arb_add(result, result, term, prec);
  }
  return true;
}

std::pair<std::string, std::string> Polynomials::text(const Application& application) {
  const Hypothesis* hypothesis = problem_.hypothesis;
  const bool composed = (hypothesis && hypothesis->commutes_with_derivative == application.symbol) ||
                        (problem_.traits_of(application.symbol).positive_definite && application.at.size() >= 2);
  const Function* f = composed ? nullptr : &function(application);
  std::string name = application.symbol->name;
  for (std::size_t k = 0; k < application.at.size(); ++k) name += (k ? "," : "_") + std::to_string(application.at[k]);
  static const char* const letters[] = {"u", "v", "w", "p", "q", "r", "s"};
  std::vector<std::string> variables;
  std::string formals;
  for (std::size_t a = 0; a < application.widths.size(); ++a) {
    const std::string letter = a < 7 ? letters[a] : "u" + std::to_string(a);
    formals += (a ? ", " : "") + letter;
    for (std::uint32_t k = 0; k < application.widths[a]; ++k)
      variables.push_back(application.widths[a] == 1 ? letter : letter + "_" + std::to_string(k + 1));
  }
  std::string body;
  if (f)
    for (const Monomial& monomial : f->monomials) {
      const Rational size = abs(monomial.coefficient);
      std::string factors;
      for (std::size_t k = 0; k < monomial.exponents.size(); ++k) {
        if (monomial.exponents[k] == 0) continue;
        factors += (factors.empty() ? "" : " ") + variables[k];
        if (monomial.exponents[k] > 1) factors += "^" + std::to_string(monomial.exponents[k]);
      }
      body += body.empty() ? (monomial.coefficient < 0 ? "-" : "") : (monomial.coefficient < 0 ? " - " : " + ");
      body += size == 1 ? factors : text_of(size) + " " + factors;
    }
  if (body.empty()) body = f && f->ridges.empty() ? "0" : "a polynomial";
  return {name + "(" + formals + ")", body};
}

}  // namespace gradus
