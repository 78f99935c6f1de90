// Hash-consing: every node is made once, with its hash and its free index variables worked out at birth.
#include <algorithm>
#include <cassert>
#include <unordered_set>

#include "expr/caches.h"
#include "expr/symbol.h"

namespace gradus {
namespace {

thread_local Pool* current_pool = nullptr;

struct ByHash {
  std::size_t operator()(Expr e) const { return e->hash; }
};

struct SameNode {
  bool operator()(Expr a, Expr b) const {
    return a->hash == b->hash && a->kind == b->kind && a->op == b->op && a->var == b->var && a->symbol == b->symbol &&
           a->kids == b->kids && a->args == b->args && a->slots == b->slots && a->bound == b->bound &&
           (a->kind != Kind::number || a->number == b->number);
  }
};

class Hasher {
 public:
  void add(std::size_t value) {
    hash_ = (hash_ ^ (value + 0x9e3779b97f4a7c15ull + (hash_ << 6) + (hash_ >> 2))) * 0xff51afd7ed558ccdull;
  }
  void add(Expr e) { add(e->hash); }
  void add(const IndexVar* var) { add(static_cast<std::size_t>(var->id) + 1); }
  void add(const Symbol* symbol) { add(static_cast<std::size_t>(symbol->id) + 1); }
  void add(const mpz_class& number) {
    add(static_cast<std::size_t>(mpz_sgn(number.get_mpz_t()) + 1));
    for (std::size_t i = 0; i < mpz_size(number.get_mpz_t()); ++i)
      add(static_cast<std::size_t>(mpz_getlimbn(number.get_mpz_t(), static_cast<mp_size_t>(i))));
  }
  std::size_t value() const { return hash_; }

 private:
  std::size_t hash_ = 0x51ed270b;
};

std::size_t hash_of(const Node& node) {
  Hasher h;
  h.add(static_cast<std::size_t>(node.kind) * 256 + node.op);
  if (node.kind == Kind::number) {
    h.add(node.number.get_num());
    h.add(node.number.get_den());
  }
  if (node.var) h.add(node.var);
  if (node.symbol) h.add(node.symbol);
  for (Expr kid : node.kids) h.add(kid);
  for (const Lambda& lambda : node.args) {
    h.add(lambda.params.size());
    for (const IndexVar* param : lambda.params) h.add(param);
    h.add(lambda.body);
  }
  for (const Slot& slot : node.slots) {
    h.add(static_cast<std::size_t>(slot.arg) + 77);
    for (Expr term : slot.at) h.add(term);
  }
  for (const Symbol* symbol : node.bound) h.add(symbol);
  return h.value();
}

bool by_id(const IndexVar* a, const IndexVar* b) { return a->id < b->id; }

void unite(IndexVars& into, const IndexVars& more) {
  if (more.empty()) return;
  if (into.empty()) {
    into = more;
    return;
  }
  if (std::includes(into.begin(), into.end(), more.begin(), more.end(), by_id)) return;
  IndexVars both;
  both.reserve(into.size() + more.size());
  std::set_union(into.begin(), into.end(), more.begin(), more.end(), std::back_inserter(both), by_id);
  into = std::move(both);
}

/// Takes a bound variable away and adds what its range depends on.
void bind(IndexVars& free, const IndexVar* var) {
  free.erase(std::remove(free.begin(), free.end(), var), free.end());
  if (var->lo) unite(free, var->lo->free);
  if (var->hi) unite(free, var->hi->free);
}

IndexVars free_variables(const Node& node) {
  IndexVars free;
  if (node.kind == Kind::index) free.push_back(node.var);
  for (Expr kid : node.kids) unite(free, kid->free);
  if (node.kind == Kind::reduce) bind(free, node.var);
  for (const Lambda& lambda : node.args) {
    IndexVars inner = lambda.body->free;
    for (auto param = lambda.params.rbegin(); param != lambda.params.rend(); ++param) bind(inner, *param);
    unite(free, inner);
  }
  for (const Slot& slot : node.slots) {
    for (Expr term : slot.at) unite(free, term->free);
  }
  return free;
}

}  // namespace

struct Pool::State {
  std::deque<Node> nodes;
  std::deque<IndexVar> variables;
  std::deque<Symbol> symbols;
  std::unordered_set<Expr, ByHash, SameNode> interned;
  Caches caches;
};

Pool::Pool() : state_(std::make_unique<State>()) {
  state_->caches.all_symbols = &state_->symbols;
  Symbol* pi = new_symbol("π");
  pi->latex = "\\pi";
  pi->role = Role::constant;
  pi->traits.positive = pi->traits.nonzero = true;
  state_->caches.pi = pi;
}

Pool::~Pool() = default;

Pool& Pool::current() {
  assert(current_pool && "a Pool::Scope must be alive");
  return *current_pool;
}

Pool::Scope::Scope(Pool& pool) : before_(current_pool) { current_pool = &pool; }
Pool::Scope::~Scope() { current_pool = before_; }

Expr Pool::intern(Node candidate) {
  candidate.hash = hash_of(candidate);
  const auto known = state_->interned.find(&candidate);
  if (known != state_->interned.end()) return *known;
  candidate.free = free_variables(candidate);
  candidate.id = static_cast<std::uint32_t>(state_->nodes.size());
  state_->nodes.push_back(std::move(candidate));
  const Expr node = &state_->nodes.back();
  state_->interned.insert(node);
  return node;
}

const IndexVar* Pool::fresh_index(std::string name, Expr lo, Expr hi) {
  const auto id = static_cast<std::uint32_t>(state_->variables.size());
  state_->variables.push_back({id, std::move(name), lo, hi});
  return &state_->variables.back();
}

Symbol* Pool::new_symbol(std::string name) {
  Symbol symbol;
  symbol.id = static_cast<std::uint32_t>(state_->symbols.size());
  symbol.latex = name;
  symbol.name = std::move(name);
  state_->symbols.push_back(std::move(symbol));
  return &state_->symbols.back();
}

std::size_t Pool::node_count() const { return state_->nodes.size(); }

Pool::Caches& Pool::caches() { return state_->caches; }

void Pool::Caches::notice_definitions() {
  std::size_t now = 0;
  for (const Symbol& symbol : *all_symbols) now += symbol.clauses.size();
  if (now == clauses) return;
  reach.clear();
  unfolded.clear();
  clauses = now;
}

}  // namespace gradus
