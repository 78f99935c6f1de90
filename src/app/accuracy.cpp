#include "app/accuracy.h"

#include <arb_mat.h>
#include <flint/fmpq.h>
#include <fmt/format.h>

#include <cmath>
#include <numeric>

#include "check/ball.h"
#include "program/arrays.h"

namespace gradus {
namespace {

constexpr double kMostOperations = 3e7;
constexpr slong kFirstPrecision = 128, kLastPrecision = 2048;

struct NoValue {
  Diagnostic why;
};

[[noreturn]] void no_value(std::string message, std::string help = {}) {
  throw NoValue{{Severity::error, "compile", {}, std::move(message), std::move(help)}};
}

struct BallMatrix {
  explicit BallMatrix(slong n) { arb_mat_init(of, n, n); }
  ~BallMatrix() { arb_mat_clear(of); }
  BallMatrix(const BallMatrix&) = delete;
  BallMatrix& operator=(const BallMatrix&) = delete;
  mutable arb_mat_t of;
};

class BallInterpreter {
 public:
  BallInterpreter(const Program& program, const Numbers& inputs, slong precision)
      : program_(program), precision_(precision) {
    for (const Symbol* input : program.inputs) {
      std::vector<Ball>& balls = data_of(input);
      const std::vector<double>& values = inputs.at(input);
      for (std::size_t i = 0; i < balls.size(); ++i) arb_set_d(balls[i], values[i]);
    }
  }

  void run() { items(program_.items); }

  std::vector<Ball>& data_of(const Symbol* array) {
    const auto [found, fresh] = arrays_.try_emplace(array);
    if (fresh) found->second.resize(static_cast<std::size_t>(elements(array)));
    return found->second;
  }

 private:
  void items(const ProgramItems& items) {
    for (const ProgramItem& item : items) {
      if (!item.sequence) {
        loops(item.statement, 0);
        continue;
      }
      const Sequence& sequence = *item.sequence;
      const long lo = integer(sequence.var->lo), hi = integer(sequence.var->hi);
      for (long k = lo; k <= hi; ++k) {
        at_[sequence.var] = sequence.descending ? hi + lo - k : k;
        this->items(sequence.items);
      }
    }
  }

  void loops(const Assignment& statement, std::size_t depth) {
    if (depth == statement.loops.size()) return assign(statement);
    const IndexVar* var = statement.loops[depth];
    const long lo = integer(var->lo), hi = integer(var->hi);
    for (long k = lo; k <= hi; ++k) {
      at_[var] = k;
      loops(statement, depth + 1);
    }
  }

  void assign(const Assignment& statement) {
    if (statement.algebra != MatrixStep::none) return whole_matrices(statement);
    values_.clear();
    const Ball body = value(statement.body);
    Ball& place = element(statement.target);
    switch (statement.update) {
      case Update::set: place = body; break;
      case Update::add: arb_add(place, place, body, precision_); break;
      case Update::max: arb_max(place, place, body, precision_); break;
      case Update::min: arb_min(place, place, body, precision_); break;
    }
  }

  /// The factors are the matrix itself here.
  void whole_matrices(const Assignment& statement) {
    const auto each = [&](Expr ref, auto&& see) {
      const IndexVar *row = ref->kids.end()[-2]->var, *column = ref->kids.back()->var;
      const Interval rows = *interval_of(row), columns = *interval_of(column);
      for (long i = 0; i < rows.extent(); ++i) {
        for (long j = 0; j < columns.extent(); ++j) {
          at_[row] = rows.lo + i;
          at_[column] = columns.lo + j;
          see(i, j, element(ref));
        }
      }
    };
    const long n = interval_of(statement.body->kids.back()->var)->extent();
    const BallMatrix matrix(n), inverse(n);
    each(statement.body, [&](long i, long j, const Ball& ball) { arb_set(arb_mat_entry(matrix.of, i, j), ball); });
    if (statement.algebra == MatrixStep::factors || statement.algebra == MatrixStep::inverse) {
      const bool copy = statement.algebra == MatrixStep::factors;
      const bool known = copy || arb_mat_inv(inverse.of, matrix.of, precision_);
      const BallMatrix& result = copy ? matrix : inverse;
      each(statement.target, [&](long i, long j, Ball& ball) {
        arb_set(ball, arb_mat_entry(result.of, i, j));
        if (!known) arb_indeterminate(ball);
      });
      return;
    }
    Ball& det = element(statement.target);
    arb_mat_det(det, matrix.of, precision_);
    if (statement.algebra == MatrixStep::log_abs_determinant) arb_abs(det, det);
    if (statement.algebra != MatrixStep::determinant) arb_log(det, det, precision_);
  }

  Ball& element(Expr ref) {
    std::size_t place = 0;
    for (std::size_t d = 0; d < ref->kids.size(); ++d) {
      const Interval axis = axis_of(ref->symbol, d);
      const long at = integer(ref->kids[d]) - axis.lo;
      if (at < 0 || at >= axis.extent()) no_value("an index is out of its range: " + dump(ref));
      place = place * static_cast<std::size_t>(axis.extent()) + static_cast<std::size_t>(at);
    }
    return data_of(ref->symbol)[place];
  }

  long integer(Expr term) {
    const Rational number = rational(term);
    if (number.get_den() != 1) no_value("an index is no whole number: " + dump(term));
    return number.get_num().get_si();
  }

  Rational rational(Expr term) {
    switch (term->kind) {
      case Kind::number: return term->number;
      case Kind::index: return at_.at(term->var);
      case Kind::ref: return std::lround(arf_get_d(arb_midref(static_cast<arb_srcptr>(element(term))), ARF_RND_NEAR));
      case Kind::add: {
        Rational sum = 0;
        for (Expr kid : term->kids) sum += rational(kid);
        return sum;
      }
      case Kind::mul: {
        Rational product = 1;
        for (Expr kid : term->kids) product *= rational(kid);
        return product;
      }
      case Kind::pow: {
        Rational product = 1;
        for (long i = integer(term->kids[1]); i > 0; --i) product *= rational(term->kids[0]);
        return product;
      }
      default: no_value("no index term: " + dump(term));
    }
  }

  const Ball& value(Expr e) {
    if (const auto found = values_.find(e); found != values_.end()) return found->second;
    Ball result = computed(e);
    return values_.insert_or_assign(e, std::move(result)).first->second;
  }

  Ball computed(Expr e) {
    Ball out;
    switch (e->kind) {
      case Kind::number: out.set(e->number, precision_); break;
      case Kind::index: return Ball(integer(e));
      case Kind::ref:
        if (e->symbol->role != Role::constant) return element(e);
        arb_const_pi(out, precision_);
        break;
      case Kind::add:
        for (Expr kid : e->kids) arb_add(out, out, value(kid), precision_);
        break;
      case Kind::mul:
        arb_one(out);
        for (Expr kid : e->kids) arb_mul(out, out, value(kid), precision_);
        break;
      case Kind::pow: power(out, e); break;
      case Kind::func: evaluate_elementary(static_cast<Elementary>(e->op), out, value(e->kids[0]), precision_); break;
      case Kind::delta: return Ball(rational(e->kids[0]) == rational(e->kids[1]) ? 1 : 0);
      case Kind::select: {
        const int holds = decided(e->relation(), value(e->kids[0]), value(e->kids[1]));
        if (holds >= 0) return value(e->kids[holds ? 2 : 3]);
        arb_indeterminate(out);
        break;
      }
      default: no_value("no value of " + dump(e));
    }
    return out;
  }

  void power(Ball& out, Expr e) {
    const Ball& base = value(e->kids[0]);
    if (!e->kids[1]->is_number()) return arb_pow(out, base, value(e->kids[1]), precision_);
    const Rational& exponent = e->kids[1]->number;
    fmpq_t q;
    fmpq_init(q);
    fmpq_set_mpq(q, exponent.get_mpq_t());
    arb_pow_fmpq(out, base, q, precision_);
    fmpq_clear(q);
  }

  /// 1, 0, or −1 where the balls leave it open.
  static int decided(Relation relation, const Ball& a, const Ball& b) {
    switch (relation) {
      case Relation::lt: return arb_lt(a, b) ? 1 : arb_ge(a, b) ? 0 : -1;
      case Relation::le: return arb_le(a, b) ? 1 : arb_gt(a, b) ? 0 : -1;
      case Relation::gt: return decided(Relation::lt, b, a);
      case Relation::ge: return decided(Relation::le, b, a);
      case Relation::eq: return arb_eq(a, b) ? 1 : arb_ne(a, b) ? 0 : -1;
      case Relation::ne: return arb_ne(a, b) ? 1 : arb_eq(a, b) ? 0 : -1;
    }
    return -1;
  }

  const Program& program_;
  slong precision_;
  std::unordered_map<const Symbol*, std::vector<Ball>> arrays_;
  std::unordered_map<const IndexVar*, long> at_;
  std::unordered_map<Expr, Ball> values_;  ///< of the body at hand
};

/// A unit of the last place of a number of this size; below the normal numbers, of the least of them.
double ulp_of(double value, bool single) {
  const int least = single ? -126 : -1022, digits = single ? 23 : 52;
  return std::ldexp(1.0, std::max(value == 0 ? least : std::ilogb(value), least) - digits);
}

Accuracy compared(const std::vector<Ball>& exact, const std::vector<double>& computed, slong precision, bool single) {
  Accuracy out;
  out.precision = precision;
  double largest = 0, most = 0;
  for (std::size_t i = 0; i < computed.size(); ++i) {
    arb_srcptr x = exact[i];
    const double middle = arf_get_d(arb_midref(x), ARF_RND_NEAR), ulp = ulp_of(middle, single);
    if (!exact[i].finite() || !std::isfinite(computed[i]) || mag_cmp_2exp_si(arb_radref(x), std::ilogb(ulp) - 10) > 0) {
      ++out.skipped;
      continue;
    }
    Ball difference;
    arb_set_d(difference, computed[i]);
    arb_sub(difference, difference, x, kLastPrecision);
    const double error = std::fabs(arf_get_d(arb_midref(static_cast<arb_srcptr>(difference)), ARF_RND_NEAR));
    largest = std::max(largest, std::fabs(middle));
    most = std::max(most, error);
    out.ulps = std::max(out.ulps, error / ulp);
  }
  out.of_largest = most / ulp_of(largest, single);
  return out;
}

}  // namespace

Result<std::vector<Accuracy>> accuracy_of(const Program& program, const Numbers& inputs,
                                          const std::vector<std::vector<double>>& outputs, bool single) try {
  if (const double count = operations(program.items); count > kMostOperations)
    no_value(fmt::format("{:.0g} operations are too many for a comparison in ball arithmetic", count),
             "check at smaller sizes");
  for (slong precision = kFirstPrecision;; precision *= 2) {
    BallInterpreter balls(program, inputs, precision);
    balls.run();
    std::vector<Accuracy> out;
    std::size_t skipped = 0;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      out.push_back(compared(balls.data_of(program.outputs[i]), outputs[i], precision, single));
      skipped += out.back().skipped;
    }
    if (skipped == 0 || precision >= kLastPrecision) return out;
  }
} catch (const NoValue& failure) {
  return failure.why;
}

}  // namespace gradus
