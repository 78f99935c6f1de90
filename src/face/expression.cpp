// Building expressions: what has no meaning is refused here, in the user's names.
#include <algorithm>
#include <cmath>
#include <optional>

#include <gradus/expression.h>

#include "face/access.h"

namespace gradus::detail {
namespace {

[[noreturn]] void refuse(const std::string& message) { throw std::invalid_argument("gradus: " + message); }

using NodeKind = Node::Kind;

std::shared_ptr<Node> node(NodeKind kind, std::vector<NodePtr> kids) {
  auto made = std::make_shared<Node>();
  made->kind = kind;
  for (const NodePtr& kid : kids) {
    made->depth = std::max(made->depth, kid->depth + 1);
    for (const IndexPtr& index : kid->free) {
      if (std::find(made->free.begin(), made->free.end(), index) == made->free.end()) made->free.push_back(index);
    }
  }
  made->kids = std::move(kids);
  return made;
}

NodePtr number(double value) {
  if (!std::isfinite(value)) refuse("a constant must be finite");
  auto made = node(NodeKind::number, {});
  made->number = value;
  return made;
}

NodePtr with_op(NodeKind kind, std::uint8_t op, std::vector<NodePtr> kids) {
  auto made = node(kind, std::move(kids));
  made->op = op;
  return made;
}

bool is_constant(const Expression& e) { return Access::of(e)->kind == NodeKind::number; }
double value_of(const Expression& e) { return Access::of(e)->number; }

Expression binary(NodeKind kind, const Expression& a, const Expression& b) {
  return Access::expression(node(kind, {Access::of(a), Access::of(b)}));
}

Expression function(Elementary op, const Expression& u) {
  return Access::expression(with_op(NodeKind::func, static_cast<std::uint8_t>(op), {Access::of(u)}));
}

Expression reduce(ReduceOp op, const Index& over, const Expression& body) {
  auto made = node(NodeKind::reduce, {Access::of(body)});
  made->op = static_cast<std::uint8_t>(op);
  made->index = Access::of(over);
  std::erase(made->free, made->index);
  return Access::expression(made);
}

struct Bounds {
  std::ptrdiff_t lo = 0, hi = 0;
};

/// The values that a subscript can have; none if it reads integers.
std::optional<Bounds> bounds_of(const Node& term) {
  switch (term.kind) {
    case NodeKind::number:
      return Bounds{static_cast<std::ptrdiff_t>(term.number), static_cast<std::ptrdiff_t>(term.number)};
    case NodeKind::index: return Bounds{0, term.index->size - 1};
    case NodeKind::mul: {  // −1 · term
      const auto b = bounds_of(*term.kids[1]);
      if (!b) return std::nullopt;
      return Bounds{-b->hi, -b->lo};
    }
    case NodeKind::add: {
      const auto a = bounds_of(*term.kids[0]), b = bounds_of(*term.kids[1]);
      if (!a || !b) return std::nullopt;
      return Bounds{a->lo + b->lo, a->hi + b->hi};
    }
    default: return std::nullopt;
  }
}

std::string count(std::size_t n, const std::string& what) {
  return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

}  // namespace

Node::~Node() {
  std::vector<NodePtr> open = std::move(kids);
  while (!open.empty()) {
    const NodePtr last = std::move(open.back());
    open.pop_back();
    if (last.use_count() != 1) continue;
    auto& inner = const_cast<Node&>(*last).kids;  // nobody else holds it, and it goes now
    std::move(inner.begin(), inner.end(), std::back_inserter(open));
    inner.clear();
  }
}

std::string told(const IndexNode& index) {
  return index.name.empty() ? "an index of " + count(static_cast<std::size_t>(index.size), "value")
                            : "the index " + index.name;
}

}  // namespace gradus::detail

namespace gradus::inline v1 {

using namespace detail;

Error::~Error() = default;

Index::Index(std::ptrdiff_t size) : Index("", size) {}
Index::Index(std::string name, std::ptrdiff_t size) {
  if (size < 1) refuse("an index runs over at least one value, not " + std::to_string(size));
  node_ = std::make_shared<IndexNode>(IndexNode{std::move(name), size});
}
std::ptrdiff_t Index::size() const { return node_->size; }
const std::string& Index::name() const { return node_->name; }

Subscript::Subscript(NodePtr made) : node_(std::move(made)) {}
Subscript::Subscript(const Index& index) {
  auto made = node(NodeKind::index, {});
  made->index = Access::of(index);
  made->free.push_back(made->index);
  node_ = made;
}
Subscript::Subscript(const Expression& entry) : node_(Access::of(entry)) {
  if (node_->kind == NodeKind::number && node_->number == std::floor(node_->number)) return;
  if (node_->kind != NodeKind::entry || !node_->tensor->integer)
    refuse("a subscript is an index, a whole number or an entry of an integer tensor (Tensor::integers)");
}
Subscript Subscript::from_integer(std::ptrdiff_t constant) { return Subscript(number(static_cast<double>(constant))); }

Subscript operator+(const Subscript& a, const Subscript& b) {
  return Access::subscript(node(NodeKind::add, {Access::of(a), Access::of(b)}));
}
Subscript operator-(const Subscript& a, const Subscript& b) {
  return a + Access::subscript(node(NodeKind::mul, {number(-1), Access::of(b)}));
}

Tensor::Tensor(std::shared_ptr<const TensorNode> made) : node_(std::move(made)) {}
Tensor::Tensor(std::string name, std::vector<std::ptrdiff_t> shape) {
  if (name.empty()) refuse("a tensor needs a name");
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (shape[d] < 1)
      refuse("axis " + std::to_string(d + 1) + " of " + name + " has " + std::to_string(shape[d]) + " entries");
  }
  node_ = std::make_shared<TensorNode>(TensorNode{std::move(name), std::move(shape)});
}
Tensor Tensor::integers(std::string name, std::vector<std::ptrdiff_t> shape) {
  const Tensor real(std::move(name), std::move(shape));
  return Tensor(std::make_shared<TensorNode>(TensorNode{real.name(), real.shape(), true}));
}
const std::string& Tensor::name() const { return node_->name; }
const std::vector<std::ptrdiff_t>& Tensor::shape() const { return node_->shape; }

Expression Tensor::entry(std::vector<Subscript> at) const {
  const std::string& name = node_->name;
  if (at.size() != node_->shape.size())
    refuse(name + " has " + (node_->shape.size() == 1 ? "1 axis" : std::to_string(node_->shape.size()) + " axes") +
           ", and is read at " + count(at.size(), "subscript"));
  std::vector<NodePtr> terms;
  for (std::size_t d = 0; d < at.size(); ++d) {
    const NodePtr& term = Access::of(at[d]);
    const std::ptrdiff_t extent = node_->shape[d];
    const std::string axis = "axis " + std::to_string(d + 1) + " of " + name;
    if (term->kind == NodeKind::index && term->index->size != extent)
      refuse(told(*term->index) +
             (term->index->name.empty() ? "" : " of " + std::to_string(term->index->size) + " values") + " stands at " +
             axis + ", which has " + std::to_string(extent));
    const auto bounds = bounds_of(*term);
    if (bounds && (bounds->lo < 0 || bounds->hi >= extent))
      refuse("the subscripts " + std::to_string(bounds->lo) + "…" + std::to_string(bounds->hi) + " leave " + axis +
             ", which has " + std::to_string(extent) + " entries, from 0");
    terms.push_back(term);
  }
  auto made = node(NodeKind::entry, std::move(terms));
  made->tensor = node_;
  return Access::expression(made);
}

Expression::Expression(NodePtr made) : node_(std::move(made)) {}
Expression::Expression(double constant) : node_(number(constant)) {}
std::vector<std::string> Expression::free_indices() const {
  std::vector<std::string> names;
  for (const IndexPtr& index : node_->free) names.push_back(index->name);
  return names;
}
Expression& Expression::operator+=(const Expression& b) { return *this = *this + b; }
Expression& Expression::operator-=(const Expression& b) { return *this = *this - b; }
Expression& Expression::operator*=(const Expression& b) { return *this = *this * b; }
Expression& Expression::operator/=(const Expression& b) { return *this = *this / b; }

// Constants are folded as the machine would: the code that is traced computes with them too.
Expression operator+(const Expression& a, const Expression& b) {
  if (is_constant(a) && is_constant(b)) return value_of(a) + value_of(b);
  if (is_constant(a) && value_of(a) == 0) return b;
  if (is_constant(b) && value_of(b) == 0) return a;
  return binary(NodeKind::add, a, b);
}
Expression operator-(const Expression& a, const Expression& b) { return a + -b; }
Expression operator*(const Expression& a, const Expression& b) {
  if (is_constant(a) && is_constant(b)) return value_of(a) * value_of(b);
  if (is_constant(a) && value_of(a) == 1) return b;
  if (is_constant(b) && value_of(b) == 1) return a;
  return binary(NodeKind::mul, a, b);
}
Expression operator/(const Expression& a, const Expression& b) {
  if (is_constant(b) && value_of(b) == 0) refuse("division by zero");
  if (is_constant(a) && is_constant(b)) return value_of(a) / value_of(b);
  return a * pow(b, -1.0);
}
Expression operator-(const Expression& a) { return Expression(-1.0) * a; }

Expression sum(const Index& over, const Expression& body) { return reduce(ReduceOp::sum, over, body); }
Expression product(const Index& over, const Expression& body) { return reduce(ReduceOp::product, over, body); }
Expression max(const Index& over, const Expression& body) { return reduce(ReduceOp::max, over, body); }
Expression min(const Index& over, const Expression& body) { return reduce(ReduceOp::min, over, body); }
Expression sum(std::initializer_list<Index> over, const Expression& body) {
  Expression out = body;
  for (auto index = std::rbegin(over); index != std::rend(over); ++index) out = sum(*index, out);
  return out;
}

namespace {
Condition compared(Relation relation, const Expression& a, const Expression& b) {
  return Access::condition(static_cast<int>(relation), a, b);
}
}  // namespace

Condition operator<(const Expression& a, const Expression& b) { return compared(Relation::lt, a, b); }
Condition operator<=(const Expression& a, const Expression& b) { return compared(Relation::le, a, b); }
Condition operator>(const Expression& a, const Expression& b) { return compared(Relation::gt, a, b); }
Condition operator>=(const Expression& a, const Expression& b) { return compared(Relation::ge, a, b); }
Condition operator==(const Expression& a, const Expression& b) { return compared(Relation::eq, a, b); }
Condition operator!=(const Expression& a, const Expression& b) { return compared(Relation::ne, a, b); }

Expression select(const Condition& condition, const Expression& then, const Expression& otherwise) {
  return Access::expression(with_op(NodeKind::select, static_cast<std::uint8_t>(Access::relation_of(condition)),
                                    {Access::of(Access::left(condition)), Access::of(Access::right(condition)),
                                     Access::of(then), Access::of(otherwise)}));
}
// What is neither larger nor smaller is a NaN, and stays one.
Expression max(const Expression& a, const Expression& b) { return select(a >= b, a, select(a < b, b, a + b)); }
Expression min(const Expression& a, const Expression& b) { return select(a <= b, a, select(a > b, b, a + b)); }
Expression delta(const Subscript& a, const Subscript& b) {
  return Access::expression(node(NodeKind::delta, {Access::of(a), Access::of(b)}));
}

Expression pow(const Expression& base, const Expression& exponent) {
  if (is_constant(base) && is_constant(exponent)) return std::pow(value_of(base), value_of(exponent));
  if (is_constant(exponent) && value_of(exponent) == 1) return base;
  return binary(NodeKind::pow, base, exponent);
}
Expression sq(const Expression& u) { return pow(u, 2.0); }
Expression sqrt(const Expression& u) { return pow(u, 0.5); }

#define GRADUS_FUNCTION(name) \
  Expression name(const Expression& u) { return function(Elementary::name, u); }
GRADUS_FUNCTIONS(GRADUS_FUNCTION)
#undef GRADUS_FUNCTION

}  // namespace gradus::inline v1
