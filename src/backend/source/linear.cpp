#include "backend/source/linear.h"

#include <algorithm>
#include <numeric>

namespace gradus {
namespace {

/// Appends "+ text" or "- text".
void append(std::string& out, std::string text, bool negative) {
  if (out.empty())
    out = negative ? "-" + text : text;
  else
    out += (negative ? " - " : " + ") + text;
}

/// With parentheses where it is a sum.
std::string factor_text(const Linear& linear) {
  const bool single =
      linear.terms.size() + (linear.constant != 0) == 1 && (linear.known() || linear.terms[0].second == 1);
  const std::string text = text_of(linear);
  return single && text[0] != '-' ? text : "(" + text + ")";
}

Linear whole(Linear linear, const IndexLeaves& leaves) {
  if (linear.below == 1) return linear;
  const long below = linear.below;
  bool divides = linear.constant % below == 0;
  for (const auto& term : linear.terms) divides &= term.second % below == 0;
  linear.below = 1;
  if (divides) {
    linear.constant /= below;
    for (auto& term : linear.terms) term.second /= below;
    return linear;
  }
  Linear out;
  out.add(factor_text(linear) + leaves.divide + std::to_string(below), 1);
  return out;
}

class Reader {
 public:
  Reader(const IndexLeaves& leaves, const std::function<void(const std::string&)>& fail)
      : leaves_(leaves), fail_(fail) {}

  Linear read(Expr e) {
    Linear out;
    switch (e->kind) {
      case Kind::number:
        if (!e->number.get_num().fits_slong_p() || !e->number.get_den().fits_slong_p()) break;
        out.constant = e->number.get_num().get_si();
        out.below = e->number.get_den().get_si();
        return out;
      case Kind::index: out.add(leaves_.variable(e->var), 1); return out;
      case Kind::ref: out.add(leaves_.element(e), 1); return out;
      case Kind::add:
        for (Expr kid : e->kids) out = plus(std::move(out), read(kid));
        return out;
      case Kind::mul:
        out.constant = 1;
        for (Expr kid : e->kids) out = times(out, read(kid));
        return out;
      case Kind::pow: {
        const Expr exponent = e->kids[1];
        if (!exponent->is_number() || exponent->number.get_den() != 1 || exponent->number < 0 || exponent->number > 8)
          break;
        out.constant = 1;
        const Linear base = read(e->kids[0]);
        for (long i = exponent->number.get_num().get_si(); i > 0; --i) out = times(out, base);
        return out;
      }
      default: break;
    }
    fail_("an index term that is no polynomial in indices");
    return out;
  }

 private:
  static Linear times(const Linear& a, const Linear& b) {
    if (!a.known() && b.known()) return times(b, a);
    Linear out;
    if (a.known()) {
      out = b;
      out.constant *= a.constant;
      for (auto& term : out.terms) term.second *= a.constant;
      if (a.constant == 0) out.terms.clear();
    } else {
      out.add(factor_text(a) + " * " + factor_text(b), 1);
    }
    out.below = a.below * b.below;
    return out;
  }

  const IndexLeaves& leaves_;
  const std::function<void(const std::string&)>& fail_;
};

}  // namespace

void Linear::add(const std::string& text, long factor) {
  const auto found = std::find_if(terms.begin(), terms.end(), [&](const auto& term) { return term.first == text; });
  if (found == terms.end())
    terms.emplace_back(text, factor);
  else
    found->second += factor;
  std::erase_if(terms, [](const auto& term) { return term.second == 0; });
}

Linear plus(Linear a, const Linear& b, long factor) {
  const long below = std::lcm(a.below, b.below);
  const long of_a = below / a.below, of_b = below / b.below * factor;
  a.constant = a.constant * of_a + b.constant * of_b;
  for (auto& term : a.terms) term.second *= of_a;
  for (const auto& [text, count] : b.terms) a.add(text, count * of_b);
  a.below = below;
  return a;
}

Linear linear(Expr term, const IndexLeaves& leaves, const std::function<void(const std::string&)>& fail) {
  return whole(Reader(leaves, fail).read(term), leaves);
}

std::string text_of(const Linear& linear) {
  std::string out;
  const auto add = [&](bool negative) {
    for (const auto& [text, factor] : linear.terms) {
      const long size = std::abs(factor);
      if ((factor < 0) == negative) append(out, size == 1 ? text : std::to_string(size) + " * " + text, negative);
    }
    if (linear.constant != 0 && (linear.constant < 0) == negative)
      append(out, std::to_string(std::abs(linear.constant)), negative);
  };
  add(false);
  add(true);
  return out.empty() ? "0" : out;
}

std::string text_of(const std::vector<std::pair<Linear, long>>& strided) {
  std::string out;
  long constant = 0;
  for (const auto& [linear, stride] : strided) {
    if (linear.known()) {
      constant += linear.constant * stride;
    } else if (linear.terms.size() == 1 && linear.constant == 0) {
      const long factor = linear.terms[0].second * stride;
      const long size = std::abs(factor);
      append(out, (size == 1 ? "" : std::to_string(size) + " * ") + linear.terms[0].first, factor < 0);
    } else if (stride == 1) {
      const std::string text = text_of(linear);
      if (text[0] == '-' && !out.empty())
        out += " - " + text.substr(1);
      else
        append(out, text, false);
    } else {
      append(out, std::to_string(stride) + " * (" + text_of(linear) + ")", false);
    }
  }
  if (constant != 0) append(out, std::to_string(std::abs(constant)), constant < 0);
  return out.empty() ? "0" : out;
}

}  // namespace gradus
