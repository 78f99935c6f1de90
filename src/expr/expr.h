// Expressions in index notation: immutable, hash-consed, scalar-valued nodes with free indices.
//
// A tensor is an expression with free index variables (x_i, A_ij). Matrix notation is presentation: `x^T A x` is read
// into Σ_i Σ_j x_i A_ij x_j, and written back as matrices. Nodes live in the current Pool and are compared by pointer;
// an Expr is valid as long as its Pool. Only the builders (builders.h) make nodes.
//
// kind      kids                    other fields
// number    -                       number: exact rational
// index     -                       var: an index variable, as an integer
// ref       index terms             symbol; args: its arguments (lambdas over index variables, for tensor arguments);
//                                   slots: partial derivatives taken of an abstract function
// add, mul  operands (>= 2)
// pow       base, exponent
// func      argument                op: row of the elementary table
// reduce    body                    op: ReduceOp; var: the bound index, with its range
// delta     a, b                    1 where the index terms are equal, else 0
// select    a, b, then, else        op: Relation between a and b
// inverse   row, column             args[0]: the matrix as a lambda of two parameters; the entry of its inverse
// det       -                       args[0]: the matrix
// deriv     body, wrt               op: DerivMode; wrt is a ref. Not yet carried out
// at        body                    bound: symbols; args: what each stands for. The body (its derivatives carried out
// first)
//                                   with these symbols replaced, all at once: "∂f/∂x at x = a", f'(g(x))
#pragma once

#include <gmpxx.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace gradus {

struct Node;
struct Symbol;
using Expr = const Node*;
using Rational = mpq_class;

enum class Kind : std::uint8_t {
  number,
  index,
  ref,
  add,
  mul,
  pow,
  func,
  reduce,
  delta,
  select,
  inverse,
  det,
  deriv,
  at
};
enum class ReduceOp : std::uint8_t { sum, product, max, min };
enum class Relation : std::uint8_t { eq, ne, lt, le, gt, ge };
/// total: along all paths through definitions. local: the definition of the body opened once, every other named
/// quantity held fixed.
enum class DerivMode : std::uint8_t { total, local };

/// An integer variable with an inclusive range. Every binder has a variable of its own.
struct IndexVar {
  std::uint32_t id = 0;
  std::string name;  ///< as the author wrote it
  Expr lo = nullptr;
  Expr hi = nullptr;
};
using IndexVars = std::vector<const IndexVar*>;

/// An expression with bound index variables: a tensor handed as one thing.
struct Lambda {
  IndexVars params;
  Expr body = nullptr;
  friend bool operator==(const Lambda&, const Lambda&) = default;
};

/// A partial derivative of an abstract function: in argument `arg`, by the component `at` (none for a scalar argument).
struct Slot {
  std::uint32_t arg = 0;
  std::vector<Expr> at;
  friend bool operator==(const Slot&, const Slot&) = default;
};

struct Node {
  Kind kind = Kind::number;
  std::uint8_t op = 0;
  std::uint32_t id = 0;  ///< order of birth in the pool
  std::size_t hash = 0;
  Rational number;
  const IndexVar* var = nullptr;
  const Symbol* symbol = nullptr;
  std::vector<Expr> kids;
  std::vector<Lambda> args;
  std::vector<Slot> slots;
  std::vector<const Symbol*> bound;
  IndexVars free;  ///< free index variables, sorted by id

  ReduceOp reduce_op() const { return static_cast<ReduceOp>(op); }
  Relation relation() const { return static_cast<Relation>(op); }
  DerivMode mode() const { return static_cast<DerivMode>(op); }
  bool is_number() const { return kind == Kind::number; }
  bool is_zero() const { return kind == Kind::number && number == 0; }
  bool is_one() const { return kind == Kind::number && number == 1; }
};

/// Owns nodes, index variables and symbols. One is current on each thread while a Pool::Scope lives.
class Pool {
 public:
  Pool();
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  static Pool& current();

  class Scope {
   public:
    explicit Scope(Pool& pool);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Pool* before_;
  };

  /// The one node that equals the candidate (interning). For builders.h only.
  Expr intern(Node candidate);
  const IndexVar* fresh_index(std::string name, Expr lo, Expr hi);
  Symbol* new_symbol(std::string name);
  std::size_t node_count() const;

  /// What expr remembers about nodes and definitions (caches.h).
  struct Caches;
  Caches& caches();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gradus
