// Relations between two numbers, as an algebra of their own: <, ≤, =, …
#pragma once

#include "expr/expr.h"

namespace gradus {

/// Holds where the other does not.
constexpr Relation opposite(Relation relation) {
  switch (relation) {
    case Relation::eq: return Relation::ne;
    case Relation::ne: return Relation::eq;
    case Relation::lt: return Relation::ge;
    case Relation::le: return Relation::gt;
    case Relation::gt: return Relation::le;
    case Relation::ge: return Relation::lt;
  }
  return relation;
}

/// −a rel −b says b rel a.
constexpr Relation mirrored(Relation relation) {
  switch (relation) {
    case Relation::lt: return Relation::gt;
    case Relation::le: return Relation::ge;
    case Relation::gt: return Relation::lt;
    case Relation::ge: return Relation::le;
    default: return relation;
  }
}

template <class Number>
bool holds(Relation relation, const Number& a, const Number& b) {
  switch (relation) {
    case Relation::eq: return a == b;
    case Relation::ne: return a != b;
    case Relation::lt: return a < b;
    case Relation::le: return a <= b;
    case Relation::gt: return a > b;
    case Relation::ge: return a >= b;
  }
  return false;
}

}  // namespace gradus
