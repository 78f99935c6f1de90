#include "backend/source/bodies.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "program/lowering.h"
#include "program/program.h"

namespace gradus {
namespace {

enum Strength { conditional = 0, additive = 1, multiplicative = 2, unary = 3, primary = 4 };

constexpr std::size_t longest_text = 160;  // characters of one expression
constexpr int deepest_text = 24;           // compilers limit the nesting of parentheses

const char* const relations[] = {" == ", " != ", " < ", " <= ", " > ", " >= "};

std::string decimal(double value, int digits) {
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, "%.*g", digits, value);
  std::string text = buffer;
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

/// Whether the short decimal is exactly the number: then its literal is the nearest double.
bool is_decimal(const Rational& number, const std::string& text) {
  if (text.find_first_of("en") != std::string::npos) return false;
  const std::size_t point = text.find('.');
  std::string digits = text;
  digits.erase(point, 1);
  mpz_class below;
  mpz_ui_pow_ui(below.get_mpz_t(), 10, text.size() - point - 1);
  Rational value(mpz_class(digits, 10), below);
  value.canonicalize();
  return value == number;
}

/// The nearest double.
double nearest(const Rational& number) {
  const double below = number.get_d();  // towards zero
  if (!std::isfinite(below) || Rational(below) == number) return below;
  const double above = std::nextafter(below, sgn(number) * HUGE_VAL);
  if (!std::isfinite(above)) return below;
  return abs(Rational(above) - number) < abs(number - Rational(below)) ? above : below;
}

bool is_leaf(Expr e) { return e->kind == Kind::number || e->kind == Kind::index || e->kind == Kind::ref; }

}  // namespace

std::string literal(const Rational& number) {
  const std::string text = decimal(number.get_d(), 15);
  if (is_decimal(number, text)) return text;
  const mpz_class most = mpz_class(1) << 53;
  if (number.get_den() != 1 && abs(number.get_num()) <= most && number.get_den() <= most)
    return decimal(number.get_num().get_d(), 17) + " / " + decimal(number.get_den().get_d(), 17);
  return decimal(nearest(number), 17);
}

Bodies::Written Bodies::write(Expr body) {
  pieces_.clear();
  order_.clear();
  exists_always_.clear();
  Written written;
  const Expr lowered = in_libm(body);
  remember(lowered, scope(lowered, written.lines));
  written.text = text(lowered, conditional);
  written.product = pieces_.at(lowered).strength >= multiplicative;
  return written;
}

/// What is computed wherever the root is, operands first, each once; what is used more than once is named.
Bodies::Piece Bodies::scope(Expr root, std::vector<std::string>& lines) {
  std::unordered_map<Expr, int> uses;
  std::vector<Expr> order, todo{root};
  std::unordered_map<Expr, bool> done;
  while (!todo.empty()) {
    const Expr top = todo.back();
    if (pieces_.count(top) || done[top]) {
      todo.pop_back();
      continue;
    }
    const std::size_t before = todo.size();
    for (Expr operand : operands(top)) {
      if (!pieces_.count(operand) && !done[operand]) todo.push_back(operand);
    }
    if (todo.size() > before) continue;
    for (Expr operand : operands(top)) ++uses[operand];
    done[top] = true;
    order.push_back(top);
    todo.pop_back();
  }
  for (Expr e : order) {
    Piece made = piece(e, lines);
    const bool long_or_deep = made.text.size() > longest_text || made.depth > deepest_text;
    if (e != root && !is_leaf(e) && (uses[e] > 1 || long_or_deep)) {
      const std::string value = made.reciprocal ? "1.0 / " + made.text : made.text;
      made = {named(value, lines), primary, false, 0};
    }
    remember(e, std::move(made));
  }
  return pieces_.at(root);
}

void Bodies::remember(Expr e, Piece piece) {
  if (pieces_.insert_or_assign(e, std::move(piece)).second) order_.push_back(e);
}

std::string Bodies::named(const std::string& text, std::vector<std::string>& lines) {
  const std::string name = names_.numbered("t");
  lines.push_back(dialect_.declare(name, text));
  return name;
}

std::string Bodies::text(Expr e, int around) {
  const Piece& piece = pieces_.at(e);
  const int strength = piece.reciprocal ? static_cast<int>(multiplicative) : piece.strength;
  const std::string out =
      !piece.reciprocal ? piece.text : "1.0 / " + (piece.strength < unary ? "(" + piece.text + ")" : piece.text);
  return strength < around ? "(" + out + ")" : out;
}

/// What must be there before the node itself. Cases are computed where they are chosen, unless they exist anyway.
std::vector<Expr> Bodies::operands(Expr e) {
  switch (e->kind) {
    case Kind::add:
    case Kind::mul:
    case Kind::func: return e->kids;
    case Kind::pow: return e->kids[1]->is_number() ? std::vector<Expr>{e->kids[0]} : e->kids;
    case Kind::select: {
      std::vector<Expr> out;
      if (!is_integer(e->kids[0]) || !is_integer(e->kids[1])) out = {e->kids[0], e->kids[1]};
      for (const std::size_t branch : {2, 3}) {
        if (!dialect_.lazy || exists_always(e->kids[branch])) out.push_back(e->kids[branch]);
      }
      return out;
    }
    default: return {};
  }
}

bool Bodies::is_integer(Expr e) const {
  switch (e->kind) {
    case Kind::number: return e->number.get_den() == 1 && e->number.get_num().fits_slong_p();
    case Kind::index: return true;
    case Kind::ref: return dialect_.is_integer(e->symbol);
    case Kind::add:
    case Kind::mul: return std::all_of(e->kids.begin(), e->kids.end(), [&](Expr kid) { return is_integer(kid); });
    default: return false;
  }
}

/// Whether everything that it reads stands at fixed places: a traced function.
bool Bodies::exists_always(Expr e) {
  std::vector<Expr> todo{e};
  while (!todo.empty()) {
    const Expr top = todo.back();
    const std::vector<Expr>& kids = top->kids;
    const bool is_ref = top->kind == Kind::ref;
    const std::size_t before = todo.size();
    if (!is_ref && !exists_always_.count(top)) {
      for (Expr kid : kids) {
        if (!exists_always_.count(kid)) todo.push_back(kid);
      }
    }
    if (todo.size() > before) continue;
    todo.pop_back();
    exists_always_.try_emplace(top, std::all_of(kids.begin(), kids.end(), [&](Expr kid) {
                                 return is_ref ? constant_index(kid).has_value() : exists_always_.at(kid);
                               }));
  }
  return exists_always_.at(e);
}

Bodies::Piece Bodies::piece(Expr e, std::vector<std::string>& lines) {
  Piece out;
  switch (e->kind) {
    case Kind::number: {
      const std::string text = literal(e->number);
      out = {text, text.find('/') != std::string::npos ? multiplicative : e->number < 0 ? unary : primary};
      break;
    }
    case Kind::index: out = {dialect_.real(text_of(dialect_.index(e))), unary}; break;
    case Kind::ref:
      if (e->symbol->role == Role::constant)
        out = {"3.14159265358979324", primary};
      else if (dialect_.is_integer(e->symbol))
        out = {dialect_.real(dialect_.element(e)), unary};
      else
        out = {dialect_.element(e), primary};
      break;
    case Kind::add: out = sum(e); break;
    case Kind::mul: out = product(e); break;
    case Kind::pow: out = power(e); break;
    case Kind::func: {
      const std::string_view name = libm_name(static_cast<Elementary>(e->op));
      if (name.empty()) {
        dialect_.fail("no compiled form of " + std::string(row_of(static_cast<Elementary>(e->op)).name));
        break;
      }
      out = {dialect_.function(name) + "(" + text(e->kids[0], conditional) + ")", primary};
      break;
    }
    case Kind::delta: out = {dialect_.choose(condition(e), "1.0", "0.0"), primary}; break;
    case Kind::select: out = select(e, lines); break;
    default: dialect_.fail("no compiled form of " + dump(e));
  }
  for (Expr operand : operands(e)) {
    const auto found = pieces_.find(operand);
    if (found != pieces_.end()) out.depth = std::max(out.depth, found->second.depth + 1);
  }
  return out;
}

Bodies::Piece Bodies::sum(Expr e) {
  std::vector<std::string> terms;
  for (Expr kid : e->kids) terms.push_back(text(kid, additive));
  std::stable_partition(terms.begin(), terms.end(), [](const std::string& term) { return term[0] != '-'; });
  std::string out;
  for (const std::string& term : terms) {
    if (out.empty())
      out = term;
    else if (term[0] == '-')
      out += " - " + term.substr(1);
    else
      out += " + " + term;
  }
  return {out, additive};
}

Bodies::Piece Bodies::product(Expr e) {
  std::string above, below;
  std::size_t divisors = 0;
  bool negative = false;
  const auto times = [](std::string& out, const std::string& factor) { out += (out.empty() ? "" : " * ") + factor; };
  for (Expr kid : e->kids) {
    const Piece& piece = pieces_.at(kid);
    if (kid->is_number() && kid->number < 0) {
      negative = !negative;
      if (kid->number == -1) continue;
      const std::string size = literal(-kid->number);
      times(above, size.find('/') != std::string::npos ? "(" + size + ")" : size);
    } else if (piece.reciprocal) {
      times(below, piece.strength < unary ? "(" + piece.text + ")" : piece.text);
      ++divisors;
    } else {
      times(above, text(kid, unary));
    }
  }
  if (above.empty()) above = "1.0";
  std::string out = (negative ? "-" : "") + above;
  if (divisors > 0) out += " / " + (divisors > 1 ? "(" + below + ")" : below);
  return {out, multiplicative};
}

Bodies::Piece Bodies::power(Expr e) {
  const Expr base = e->kids[0], exponent = e->kids[1];
  const auto call = [&](const std::string& name, const std::string& arguments) {
    return Piece{dialect_.function(name) + "(" + arguments + ")", primary};
  };
  if (!exponent->is_number()) return call("pow", text(base, conditional) + ", " + text(exponent, conditional));
  const Rational size = abs(exponent->number);
  Piece out;
  if (size == 1) {
    out = pieces_.at(base);
    if (out.reciprocal) out = {text(base, conditional), multiplicative};
  } else if (size == 2) {
    helpers.insert("square");
    out = call("square", text(base, conditional));
  } else if (size == 4) {
    helpers.insert("square");
    out = call("square", call("square", text(base, conditional)).text);
  } else if (size == 3 && pieces_.at(base).strength == primary && text(base, conditional).size() < 24) {
    helpers.insert("square");
    out = {text(base, primary) + " * " + call("square", text(base, conditional)).text, multiplicative};
  } else if (size == Rational(1, 2)) {
    out = call("sqrt", text(base, conditional));
  } else {
    out = call("pow", text(base, conditional) + ", " + literal(size));
  }
  out.reciprocal = exponent->number < 0;
  return out;
}

std::string Bodies::condition(Expr e) {
  const Relation relation = e->kind == Kind::delta ? Relation::eq : e->relation();
  const Expr a = e->kids[0], b = e->kids[1];
  const bool of_integers = e->kind == Kind::delta || (is_integer(a) && is_integer(b));
  const std::string left = of_integers ? text_of(dialect_.index(a)) : text(a, additive);
  const std::string right = of_integers ? text_of(dialect_.index(b)) : text(b, additive);
  return left + relations[static_cast<int>(relation)] + right;
}

Bodies::Piece Bodies::select(Expr e, std::vector<std::string>& lines) {
  std::vector<std::string> lines_of[2];
  std::string values[2];
  const std::string chosen = condition(e);
  for (const std::size_t branch : {0, 1}) {
    const Expr value = e->kids[2 + branch];
    const std::size_t mark = order_.size();
    if (!pieces_.count(value)) remember(value, scope(value, lines_of[branch]));
    values[branch] = text(value, additive);
    for (; order_.size() > mark; order_.pop_back()) pieces_.erase(order_.back());
  }
  if (lines_of[0].empty() && lines_of[1].empty()) return {dialect_.choose(chosen, values[0], values[1]), primary};
  const std::string name = names_.numbered("t");
  lines.push_back("double " + name + ";");
  lines.push_back("if (" + chosen + ") {");
  for (const std::string& line : lines_of[0]) lines.push_back("  " + line);
  lines.push_back("  " + name + " = " + values[0] + ";");
  lines.push_back("} else {");
  for (const std::string& line : lines_of[1]) lines.push_back("  " + line);
  lines.push_back("  " + name + " = " + values[1] + ";");
  lines.push_back("}");
  return {name, primary};
}

}  // namespace gradus
