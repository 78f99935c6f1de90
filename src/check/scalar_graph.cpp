#include "check/scalar_graph.h"

#include <algorithm>

namespace gradus {

namespace {

std::size_t mix(std::size_t seed, std::size_t value) {
  return (seed ^ (value + 0x9e3779b97f4a7c15ull + (seed << 6) + (seed >> 2))) * 0xff51afd7ed558ccdull;
}

template <class Items>
std::size_t mix_all(std::size_t seed, const Items& items) {
  for (auto item : items) seed = mix(seed, static_cast<std::size_t>(item));
  return mix(seed, items.size());
}

/// The number of an equal item in the table, or of a new one.
template <class Item>
std::int32_t number_of(std::vector<Item>& table, std::unordered_multimap<std::size_t, std::int32_t>& index,
                       std::size_t hash, const Item& item) {
  auto [from, to] = index.equal_range(hash);
  for (auto it = from; it != to; ++it)
    if (table[it->second] == item) return it->second;
  table.push_back(item);
  index.emplace(hash, static_cast<std::int32_t>(table.size() - 1));
  return static_cast<std::int32_t>(table.size() - 1);
}

std::size_t bits(const Rational& q) {
  return mpz_sizeinbase(q.get_num().get_mpz_t(), 2) + mpz_sizeinbase(q.get_den().get_mpz_t(), 2);
}

// Above this many bits constants are left unfolded and evaluated as balls.
constexpr std::size_t max_constant_bits = 4096;

}  // namespace

ScalarGraph::ScalarGraph(Budget& budget, std::uint64_t max_nodes) : budget_(budget), max_nodes_(max_nodes) {
  intern(Scalar{});  // node 0 is `undefined`
}

NodeId ScalarGraph::intern(Scalar node) {
  budget_.spend();
  std::size_t hash = mix(mix(static_cast<std::size_t>(node.op), node.sub), static_cast<std::size_t>(node.data));
  hash = mix_all(hash, node.kids);
  auto [from, to] = interned_.equal_range(hash);
  for (auto it = from; it != to; ++it)
    if (nodes_[it->second] == node) return it->second;
  if (nodes_.size() >= max_nodes_) throw OverBudget{"nodes of the scalar graph (" + std::to_string(max_nodes_) + ")"};
  nodes_.push_back(std::move(node));
  const NodeId id = static_cast<NodeId>(nodes_.size() - 1);
  interned_.emplace(hash, id);
  return id;
}

NodeId ScalarGraph::constant(const Rational& value) {
  std::size_t hash = mix(mpz_get_ui(value.get_num().get_mpz_t()), mpz_get_ui(value.get_den().get_mpz_t()));
  hash = mix(hash, static_cast<std::size_t>(sgn(value) + 1));
  return intern(Scalar{ScalarOp::constant, 0, number_of(rationals_, rational_numbers_, hash, value), {}});
}

NodeId ScalarGraph::leaf(Component component) {
  const std::size_t hash = mix_all(mix(reinterpret_cast<std::size_t>(component.symbol), component.tag), component.at);
  return intern(Scalar{ScalarOp::leaf, 0, number_of(components_, component_numbers_, hash, component), {}});
}

NodeId ScalarGraph::named(Component component, NodeId definition) {
  if (definition == undefined()) return undefined();
  const std::size_t hash = mix_all(mix(reinterpret_cast<std::size_t>(component.symbol), component.tag), component.at);
  const std::int32_t number = number_of(components_, component_numbers_, hash, component);
  return intern(Scalar{ScalarOp::named, 0, number, {definition}});
}

NodeId ScalarGraph::add(std::vector<NodeId> terms) {
  Rational constant_part = 0;
  std::vector<NodeId> kept;
  for (NodeId term : terms) {
    if (term == undefined()) return undefined();
    if (is_constant(term) && bits(constant_part) < max_constant_bits)
      constant_part += rational(term);
    else
      kept.push_back(term);
  }
  if (constant_part != 0) kept.push_back(constant(constant_part));
  if (kept.empty()) return constant(0);
  if (kept.size() == 1) return kept[0];
  std::sort(kept.begin(), kept.end());
  return intern(Scalar{ScalarOp::add, 0, 0, std::move(kept)});
}

NodeId ScalarGraph::mul(std::vector<NodeId> factors) {
  Rational constant_part = 1;
  std::vector<NodeId> kept;
  bool is_undefined = false;
  for (NodeId factor : factors) {
    // A zero factor wins over what is undefined: [j ≥ 1] x_{j−1} is 0 at j = 0.
    if (is_zero(factor)) return factor;
    if (factor == undefined())
      is_undefined = true;
    else if (is_constant(factor) && bits(constant_part) < max_constant_bits)
      constant_part *= rational(factor);
    else
      kept.push_back(factor);
  }
  if (is_undefined) return undefined();
  if (constant_part != 1) kept.push_back(constant(constant_part));
  if (kept.empty()) return constant(1);
  if (kept.size() == 1) return kept[0];
  std::sort(kept.begin(), kept.end());
  return intern(Scalar{ScalarOp::mul, 0, 0, std::move(kept)});
}

NodeId ScalarGraph::pow(NodeId base, NodeId exponent) {
  if (is_constant(exponent)) {
    const Rational& power = rational(exponent);
    if (power == 0 && base != undefined()) return constant(1);
    if (power == 1) return base;
    if (is_constant(base) && power.get_den() == 1 && mpz_fits_slong_p(power.get_num().get_mpz_t())) {
      const long n = power.get_num().get_si();
      const Rational value = rational(base);
      if (value == 0) return n < 0 ? undefined() : constant(0);
      const unsigned long m = n < 0 ? 0ul - static_cast<unsigned long>(n) : static_cast<unsigned long>(n);
      if (m <= max_constant_bits && bits(value) * m <= max_constant_bits) {
        Rational result;
        mpz_pow_ui(result.get_num().get_mpz_t(), value.get_num().get_mpz_t(), m);
        mpz_pow_ui(result.get_den().get_mpz_t(), value.get_den().get_mpz_t(), m);
        result.canonicalize();
        return constant(n < 0 ? Rational(1 / result) : result);
      }
    }
  }
  if (base == undefined() || exponent == undefined()) return undefined();
  return intern(Scalar{ScalarOp::pow, 0, 0, {base, exponent}});
}

NodeId ScalarGraph::func(Elementary function, NodeId argument) {
  if (argument == undefined()) return undefined();
  return intern(Scalar{ScalarOp::func, static_cast<std::uint8_t>(function), 0, {argument}});
}

NodeId ScalarGraph::apply(Application application, std::vector<NodeId> args) {
  for (NodeId arg : args)
    if (arg == undefined()) return undefined();
  std::sort(application.slots.begin(), application.slots.end());
  std::size_t hash = mix_all(reinterpret_cast<std::size_t>(application.symbol), application.at);
  hash = mix_all(mix_all(hash, application.widths), application.slots);
  const std::int32_t number = number_of(applications_, application_numbers_, hash, application);
  return intern(Scalar{ScalarOp::apply, 0, number, std::move(args)});
}

NodeId ScalarGraph::select(Relation relation, NodeId a, NodeId b, NodeId then, NodeId otherwise) {
  if (a == undefined() || b == undefined()) return undefined();
  if (is_constant(a) && is_constant(b)) {
    const int order = cmp(rational(a), rational(b));
    bool holds = false;
    switch (relation) {
      case Relation::eq: holds = order == 0; break;
      case Relation::ne: holds = order != 0; break;
      case Relation::lt: holds = order < 0; break;
      case Relation::le: holds = order <= 0; break;
      case Relation::gt: holds = order > 0; break;
      case Relation::ge: holds = order >= 0; break;
    }
    return holds ? then : otherwise;
  }
  if (then == otherwise) return then;
  return intern(Scalar{ScalarOp::select, static_cast<std::uint8_t>(relation), 0, {a, b, then, otherwise}});
}

NodeId ScalarGraph::extreme(bool largest, const std::vector<NodeId>& keys, const std::vector<NodeId>& values) {
  if (keys.empty()) return undefined();
  for (NodeId key : keys)
    if (key == undefined()) return undefined();
  if (std::all_of(values.begin(), values.end(), [&](NodeId v) { return v == values[0]; })) return values[0];
  std::vector<NodeId> kids = keys;
  kids.insert(kids.end(), values.begin(), values.end());
  return intern(Scalar{largest ? ScalarOp::largest : ScalarOp::smallest, 0, 0, std::move(kids)});
}

std::vector<NodeId> ScalarGraph::reachable(const std::vector<NodeId>& roots) const {
  std::vector<char> seen(nodes_.size(), 0);
  std::vector<NodeId> stack, found;
  for (NodeId root : roots)
    if (!seen[root]) seen[root] = 1, stack.push_back(root);
  while (!stack.empty()) {
    const NodeId id = stack.back();
    stack.pop_back();
    found.push_back(id);
    for (NodeId kid : nodes_[id].kids)
      if (!seen[kid]) seen[kid] = 1, stack.push_back(kid);
  }
  std::sort(found.begin(), found.end());
  return found;
}

NodeId ScalarGraph::derivative(NodeId body, NodeId wrt, bool hold_named) {
  if (body == undefined() || wrt == undefined()) return undefined();
  auto& known = derivatives_[(static_cast<std::uint64_t>(wrt) << 1) | (hold_named ? 1u : 0u)];
  if (auto it = known.find(body); it != known.end()) return it->second;
  // The nodes not yet differentiated, found from the top without passing wrt or a fixed quantity.
  std::vector<NodeId> stack{body}, order;
  std::unordered_map<NodeId, bool> seen{{body, true}};
  while (!stack.empty()) {
    const NodeId id = stack.back();
    stack.pop_back();
    order.push_back(id);
    if (id == wrt || (hold_named && nodes_[id].op == ScalarOp::named && component(id).symbol->role != Role::function))
      continue;
    for (NodeId kid : nodes_[id].kids)
      if (!known.count(kid) && seen.emplace(kid, true).second) stack.push_back(kid);
  }
  std::sort(order.begin(), order.end());
  for (NodeId id : order) {
    budget_.spend();
    NodeId result;
    if (id == wrt)
      result = constant(1);
    else if (hold_named && nodes_[id].op == ScalarOp::named && component(id).symbol->role != Role::function)
      result = constant(0);
    else
      result = derivative_of_node(id, known);
    known.emplace(id, result);
  }
  return known.at(body);
}

NodeId ScalarGraph::derivative_of_node(NodeId id, const std::unordered_map<NodeId, NodeId>& known) {
  const Scalar node = nodes_[id];  // a copy: building nodes moves the table
  const auto d = [&](std::size_t k) { return known.at(node.kids[k]); };
  if (node.op == ScalarOp::undefined) return undefined();
  if (std::all_of(node.kids.begin(), node.kids.end(), [&](NodeId kid) { return is_zero(known.at(kid)); }))
    return constant(0);
  std::vector<NodeId> terms;
  switch (node.op) {
    case ScalarOp::constant:
    case ScalarOp::leaf: return constant(0);
    case ScalarOp::undefined: return undefined();
    case ScalarOp::named: return d(0);
    case ScalarOp::add:
      for (std::size_t k = 0; k < node.kids.size(); ++k) terms.push_back(d(k));
      return add(std::move(terms));
    case ScalarOp::mul:
      for (std::size_t k = 0; k < node.kids.size(); ++k) {
        if (is_zero(d(k))) continue;
        std::vector<NodeId> factors = node.kids;
        factors[k] = d(k);
        terms.push_back(mul(std::move(factors)));
      }
      return add(std::move(terms));
    case ScalarOp::pow: {
      const NodeId base = node.kids[0], exponent = node.kids[1];
      if (!is_zero(d(0))) terms.push_back(mul({exponent, pow(base, add({exponent, constant(-1)})), d(0)}));
      if (!is_zero(d(1))) terms.push_back(mul({id, func(Elementary::log, base), d(1)}));
      return add(std::move(terms));
    }
    case ScalarOp::func: return mul({elementary_derivative(static_cast<Elementary>(node.sub), node.kids[0]), d(0)});
    case ScalarOp::apply: {
      const Application application = applications_[node.data];
      for (std::size_t k = 0; k < node.kids.size(); ++k) {
        if (is_zero(d(k))) continue;
        Application partial = application;
        partial.slots.push_back(static_cast<std::uint32_t>(k));
        terms.push_back(mul({apply(std::move(partial), node.kids), d(k)}));
      }
      return add(std::move(terms));
    }
    case ScalarOp::select: return select(static_cast<Relation>(node.sub), node.kids[0], node.kids[1], d(2), d(3));
    case ScalarOp::largest:
    case ScalarOp::smallest: {
      const std::size_t n = node.kids.size() / 2;
      std::vector<NodeId> keys(node.kids.begin(), node.kids.begin() + static_cast<long>(n)), values;
      for (std::size_t k = n; k < 2 * n; ++k) values.push_back(d(k));
      return extreme(node.op == ScalarOp::largest, keys, values);
    }
  }
  return undefined();
}

NodeId ScalarGraph::substitute(NodeId root, const std::unordered_map<NodeId, NodeId>& map) {
  if (map.empty()) return root;
  std::unordered_map<NodeId, NodeId> done = map;
  for (NodeId id : reachable({root})) {
    if (done.count(id)) continue;
    budget_.spend();
    const Scalar node = nodes_[id];
    std::vector<NodeId> kids;
    bool changed = false;
    for (NodeId kid : node.kids) {
      kids.push_back(done.at(kid));
      changed = changed || kids.back() != kid;
    }
    NodeId result = id;
    if (changed) switch (node.op) {
        case ScalarOp::named: result = named(components_[node.data], kids[0]); break;
        case ScalarOp::add: result = add(std::move(kids)); break;
        case ScalarOp::mul: result = mul(std::move(kids)); break;
        case ScalarOp::pow: result = pow(kids[0], kids[1]); break;
        case ScalarOp::func: result = func(static_cast<Elementary>(node.sub), kids[0]); break;
        case ScalarOp::apply: result = apply(applications_[node.data], std::move(kids)); break;
        case ScalarOp::select:
          result = select(static_cast<Relation>(node.sub), kids[0], kids[1], kids[2], kids[3]);
          break;
        case ScalarOp::largest:
        case ScalarOp::smallest: {
          const auto middle = kids.begin() + static_cast<long>(kids.size() / 2);
          result = extreme(node.op == ScalarOp::largest, {kids.begin(), middle}, {middle, kids.end()});
          break;
        }
        default: break;
      }
    done.emplace(id, result);
  }
  return done.at(root);
}

}  // namespace gradus
