// Bodies of statements as text in C or NumPy. What is used twice, and what grows too long, gets a name of its own
// first. Internal to backend/source.
#pragma once

#include <set>
#include <unordered_map>

#include "backend/source/linear.h"
#include "backend/source/names.h"

namespace gradus {

/// The nearest double as a literal, or a quotient of two literals.
std::string literal(const Rational& number);

/// What the languages write differently.
struct BodyDialect {
  std::function<std::string(Expr ref)> element;
  std::function<Linear(Expr term)> index;
  std::function<bool(const Symbol*)> is_integer;
  std::function<void(const std::string&)> fail;
  std::function<std::string(std::string_view)> function;                       ///< by its C name
  std::function<std::string(const std::string&)> real;                         ///< of an integer
  std::function<std::string(const std::string&, const std::string&)> declare;  ///< a name for a value
  std::function<std::string(const std::string&, const std::string&, const std::string&)> choose;
  bool lazy = true;  ///< a case is computed only where it is chosen
};

class Bodies {
 public:
  Bodies(const BodyDialect& dialect, Names& names) : dialect_(dialect), names_(names) {}

  struct Written {
    std::vector<std::string> lines;  ///< to go before
    std::string text;
    bool product = false;  ///< then a minus in front is of the whole
  };
  Written write(Expr body);

  std::set<std::string> helpers;  ///< of "square", the ones used

 private:
  struct Piece {
    std::string text;
    int strength = 0;
    bool reciprocal = false;  ///< the value is 1 / text
    int depth = 0;
  };
  Piece scope(Expr root, std::vector<std::string>& lines);
  Piece piece(Expr e, std::vector<std::string>& lines);
  Piece sum(Expr e);
  Piece product(Expr e);
  Piece power(Expr e);
  Piece select(Expr e, std::vector<std::string>& lines);
  std::string condition(Expr e);
  std::string text(Expr e, int around);
  std::vector<Expr> operands(Expr e);
  bool is_integer(Expr e) const;
  bool exists_always(Expr e);
  std::string named(const std::string& text, std::vector<std::string>& lines);
  void remember(Expr e, Piece piece);

  const BodyDialect& dialect_;
  Names& names_;
  std::unordered_map<Expr, Piece> pieces_;  ///< of nodes that are computed where we are
  std::vector<Expr> order_;
  std::unordered_map<Expr, bool> exists_always_;
};

}  // namespace gradus
