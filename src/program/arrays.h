// Arrays, loops and index terms in numbers: the small change of every pass. Internal to program.
#pragma once

#include <functional>

#include "program/program.h"

namespace gradus {

struct Interval {
  long lo = 0, hi = -1;
  long extent() const { return hi < lo ? 0 : hi - lo + 1; }
  friend bool operator==(const Interval&, const Interval&) = default;
};

/// The values that an index term can take; none where a bound is not a number in the end.
std::optional<Interval> interval_of(Expr term);
/// The values of a loop's variable, over all values of the loops around it.
std::optional<Interval> interval_of(const IndexVar* var);
/// Of an array's axis.
Interval axis_of(const Symbol* array, std::size_t axis);

/// How many an array has.
long elements(const Symbol* array);

Symbol* new_array(std::string name, std::string latex, const std::vector<Interval>& axes);
/// A loop variable over an interval.
const IndexVar* new_loop(std::string name, Interval range);
/// Loops over the whole array, outermost first.
IndexVars loops_over(const Symbol* array);
std::vector<Expr> terms_of(const IndexVars& loops);

/// Whether e mentions the variable, in its bounds too.
bool mentions(Expr e, const IndexVar* var);
/// The loops that the terms need, with those that the bounds of these need, in their order.
IndexVars loops_needed(const std::vector<Expr>& terms, const IndexVars& loops);
/// Whether the statement is another one for another value of the variable, which is none of its loops.
bool varies_with(const Assignment& statement, const IndexVar* var);
/// Its loops with fresh variables.
Assignment renamed(const Assignment& statement);
/// Every array element that the body reads, index terms not searched, each once.
std::vector<Expr> reads_of(Expr body);
/// Every array that the statement reads, index terms and bounds too.
std::vector<const Symbol*> arrays_read(const Assignment& statement);
/// Whether the target's index terms are exactly the loops, each once, over whole axes: each element is met once.
bool covers_once(const Assignment& statement);
/// What changes nothing when it is added, or compared.
Expr neutral(Update update);
/// A statement that sets the whole array to a value.
Assignment filled(const Symbol* array, Expr value);

/// About how many operations the items take: each node of a body counts at each place of the loops.
double operations(const ProgramItems& items);

/// The items with each statement, those in sequences too, mapped.
ProgramItems mapped(const ProgramItems& items, const std::function<Assignment(const Assignment&)>& map);

/// Calls see(statement) for each statement, those in sequences too, in order.
template <class See>
void for_each_statement(const ProgramItems& items, See&& see) {
  for (const ProgramItem& item : items) {
    if (item.sequence)
      for_each_statement(item.sequence->items, see);
    else
      see(item.statement);
  }
}

}  // namespace gradus
