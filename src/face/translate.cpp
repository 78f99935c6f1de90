#include "face/translate.h"

#include <algorithm>

namespace gradus::detail {
namespace {

constexpr std::uint32_t kDeepest = 3000;  ///< what recursion over an expression can take
constexpr std::size_t kLongest = 12;      ///< operations in a row that a traced number is made of

Range counted(std::ptrdiff_t extent) { return {make::number(0), make::number(static_cast<long>(extent) - 1)}; }

Symbol* array_symbol(const std::string& name, const std::vector<std::ptrdiff_t>& shape) {
  Symbol* symbol = Pool::current().new_symbol(name);
  symbol->latex = name;
  for (const std::ptrdiff_t extent : shape) symbol->indices.push_back(counted(extent));
  symbol->places.assign(shape.size(), Place::axis);
  return symbol;
}

/// Every node below the roots, children first, each once. Not recursive.
std::vector<const Node*> in_order(const std::vector<NodePtr>& roots) {
  std::vector<const Node*> out;
  std::set<const Node*> seen;
  std::vector<std::pair<const Node*, std::size_t>> open;
  for (const NodePtr& root : roots) {
    if (seen.insert(root.get()).second) open.emplace_back(root.get(), 0);
    while (!open.empty()) {
      const Node* node = open.back().first;
      if (open.back().second == node->kids.size()) {
        out.push_back(node);
        open.pop_back();
        continue;
      }
      const Node* kid = node->kids[open.back().second++].get();
      if (seen.insert(kid).second) open.emplace_back(kid, 0);
    }
  }
  return out;
}

}  // namespace

std::vector<TensorPtr> Translator::tensors_in(const std::vector<NodePtr>& entries) {
  std::vector<TensorPtr> out;
  for (const Node* node : in_order(entries)) {
    if (node->tensor && std::find(out.begin(), out.end(), node->tensor) == out.end()) out.push_back(node->tensor);
  }
  return out;
}

const Symbol* Translator::symbol_of(const TensorPtr& tensor) {
  const Symbol*& symbol = symbols_[tensor.get()];
  if (!symbol) {
    Symbol* fresh = array_symbol(tensor->name, tensor->shape);
    fresh->traits.integer = tensor->integer;
    symbol = fresh;
    tensors_.push_back(tensor);
  }
  return symbol;
}

const IndexVar* Translator::variable_of(const IndexPtr& index) {
  const IndexVar*& variable = variables_[index.get()];
  if (!variable) {
    const Range range = counted(index->size);
    variable = make::fresh(index->name.empty() ? "i" : index->name, range.lo, range.hi);
  }
  return variable;
}

Quantity Translator::quantity(const Wanted& wanted) {
  Quantity out;
  out.name = out.latex = wanted.name;
  if (wanted.entries[0]->depth > kDeepest)
    throw CannotBuild{"the expression is " + std::to_string(wanted.entries[0]->depth) +
                      " operations deep; trace such code (trace.h)"};
  out.body = expression(*wanted.entries[0]);
  for (const IndexPtr& axis : wanted.axes) out.axes.push_back(variable_of(axis));
  return out;
}

Expr Translator::expression(const Node& node) {
  if (const auto found = known_.find(&node); found != known_.end()) return found->second;
  std::vector<Expr> kids;
  for (const NodePtr& kid : node.kids) kids.push_back(expression(*kid));
  return known_[&node] = made(node, kids);
}

Expr Translator::made(const Node& node, const std::vector<Expr>& kids) {
  switch (node.kind) {
    case Node::Kind::number: return make::number(Rational(node.number));
    case Node::Kind::index: return make::index(variable_of(node.index));
    case Node::Kind::entry: return make::ref(symbol_of(node.tensor), kids);
    case Node::Kind::add: return make::add(kids);
    case Node::Kind::mul: return make::mul(kids);
    case Node::Kind::pow: return make::pow(kids[0], kids[1]);
    case Node::Kind::func: return make::func(static_cast<Elementary>(node.op), kids[0]);
    case Node::Kind::reduce: {
      const IndexVar* bound = variable_of(node.index);
      const IndexVar* own = make::fresh(bound);
      return make::reduce(static_cast<ReduceOp>(node.op), own, substitute(kids[0], {{bound, make::index(own)}}));
    }
    case Node::Kind::select: return make::select(static_cast<Relation>(node.op), kids[0], kids[1], kids[2], kids[3]);
    case Node::Kind::delta: return make::delta(kids[0], kids[1]);
  }
  return nullptr;
}

const Symbol* Translator::append_trace(const Wanted& wanted, Lowered& lowered) {
  const std::vector<const Node*> nodes = in_order(wanted.entries);
  std::unordered_map<const Node*, std::size_t> uses, length;
  for (const Node* node : nodes) {
    for (const NodePtr& kid : node->kids) ++uses[kid.get()];
  }
  const auto set = [&](Expr target, Expr body) {
    Assignment statement;
    statement.target = target;
    statement.body = body;
    lowered.program.items.push_back({std::move(statement), nullptr});
  };
  for (const Node* node : nodes) {
    if (known_.count(node)) continue;
    std::vector<Expr> kids;
    std::size_t& own = length[node];
    for (const NodePtr& kid : node->kids) {
      kids.push_back(known_[kid.get()]);
      own += length[kid.get()];
    }
    Expr value = made(*node, kids);
    const bool leaf = node->kids.empty() || node->kind == Node::Kind::entry;
    own += leaf ? 0 : 1;
    const bool is_value = value->kind != Kind::number && value->kind != Kind::ref;
    if (!leaf && is_value && (uses[node] > 1 || own >= kLongest)) {
      const Expr number = make::ref(array_symbol("t", {}), {});
      set(number, value);
      value = number;
      own = 0;
    }
    known_[node] = value;
  }
  std::vector<std::ptrdiff_t> shape;
  if (!wanted.scalar) shape.push_back(static_cast<std::ptrdiff_t>(wanted.entries.size()));
  const Symbol* output = array_symbol(wanted.name, shape);
  for (std::size_t i = 0; i < wanted.entries.size(); ++i) {
    std::vector<Expr> at;
    if (!wanted.scalar) at.push_back(make::number(static_cast<long>(i)));
    set(make::ref(output, at), known_[wanted.entries[i].get()]);
  }
  lowered.program.outputs.push_back(output);
  return output;
}

}  // namespace gradus::detail
