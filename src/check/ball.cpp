#include "check/ball.h"

#include <acb.h>
#include <acb_hypgeom.h>
#include <arb_hypgeom.h>
#include <flint/fmpq.h>

#include <cstdlib>
#include <limits>

namespace gradus {

void Ball::set(const Rational& value, slong prec) {
  fmpq_t q;
  fmpq_init(q);
  fmpq_set_mpq(q, value.get_mpq_t());
  arb_set_fmpq(value_, q, prec);
  fmpq_clear(q);
}

long Ball::exponent() const {
  if (arb_is_zero(value_)) return std::numeric_limits<long>::min() / 4;
  mag_t bound;
  mag_init(bound);
  arb_get_mag(bound, value_);
  const long limit = 1L << 50;
  long result = limit;
  if (!mag_is_inf(bound)) {
    const fmpz* exponent = MAG_EXPREF(bound);
    result = fmpz_cmp_si(exponent, limit) > 0    ? limit
             : fmpz_cmp_si(exponent, -limit) < 0 ? -limit
                                                 : fmpz_get_si(exponent);
  }
  mag_clear(bound);
  return result;
}

std::string Ball::text(int digits) const {
  if (!finite()) return "undefined";
  if (contains_zero()) return exponent() < -60 ? "0" : "about 0";
  char* raw = arb_get_str(value_, digits, ARB_STR_NO_RADIUS);
  std::string text = raw;
  flint_free(raw);
  if (!arb_is_exact(value_) || text.size() > static_cast<std::size_t>(digits)) text += "…";
  return text;
}

namespace {

void sign_ball(arb_ptr r, arb_srcptr x) {
  if (arb_is_positive(x))
    arb_one(r);
  else if (arb_is_negative(x))
    arb_set_si(r, -1);
  else if (arb_is_zero(x))
    arb_zero(r);
  else
    arb_indeterminate(r);
}

void step_ball(arb_ptr r, arb_srcptr x) {
  if (arb_is_positive(x))
    arb_one(r);
  else if (arb_is_nonpositive(x))
    arb_zero(r);
  else
    arb_indeterminate(r);
}

void relu_ball(arb_ptr r, arb_srcptr x) {
  if (arb_is_positive(x))
    arb_set(r, x);
  else if (arb_is_nonpositive(x))
    arb_zero(r);
  else
    arb_indeterminate(r);
}

void polygamma(arb_ptr r, long order, arb_srcptr x, slong prec) {
  acb_t s, z;
  acb_init(s);
  acb_init(z);
  acb_set_si(s, order);
  acb_set_arb(z, x);
  acb_polygamma(z, s, z, prec);
  arb_set(r, acb_realref(z));
  acb_clear(s);
  acb_clear(z);
}

}  // namespace

void evaluate_elementary(Elementary function, Ball& result, const Ball& argument, slong prec) {
  arb_ptr r = result;
  arb_srcptr x = argument;
  switch (function) {
#define ELEMENTARY(name, latex, text_names, domain, kinks, derivative, ball, code) \
  case Elementary::name: ball; break;
#include "expr/elementary.def"
#undef ELEMENTARY
  }
  switch (row_of(function).domain) {
    case Domain::positive:
      if (!arb_is_positive(x)) arb_indeterminate(r);
      break;
    default: break;
  }
}

}  // namespace gradus
