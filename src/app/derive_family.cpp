#include "app/derive_family.h"

#include <algorithm>
#include <set>

namespace gradus {
namespace {

/// Finds the members as they are used, with the sums around each use.
class Finder {
 public:
  explicit Finder(const Symbol* family) : family_(family) {}

  void walk(Expr e) {
    if (!seen_.insert(e).second) return;
    const bool binds = e->kind == Kind::reduce;
    if (binds) around_.push_back(e->var);
    if (e->kind == Kind::ref) {
      if (e->symbol->name == family_->name) note(e);
      if (opened_.insert(e->symbol).second) {
        for (const Clause& clause : e->symbol->clauses) walk(clause.body);
      }
    }
    for (const Expr kid : e->kids) walk(kid);
    for (const Lambda& lambda : e->args) walk(lambda.body);
    if (binds) around_.pop_back();
  }

  std::vector<FamilyPart> parts;

 private:
  static bool same_pattern(Expr a, Expr b) {
    return std::equal(a->kids.begin(), a->kids.end(), b->kids.begin(), b->kids.end(), [](Expr x, Expr y) {
      return x->is_number() ? x == y : !y->is_number() && x->var->lo == y->var->lo && x->var->hi == y->var->hi;
    });
  }

  void note(Expr ref) {
    const bool plain = std::all_of(ref->kids.begin(), ref->kids.end(), [](Expr kid) {
      return kid->is_number() || (kid->kind == Kind::index && kid->var->lo && kid->var->hi);
    });
    if (!plain || ref->kids.size() != family_->indices.size()) return;
    FamilyPart part;
    for (const IndexVar* var : around_) {
      const auto is_var = [&](Expr kid) { return kid->kind == Kind::index && kid->var == var; };
      if (std::any_of(ref->kids.begin(), ref->kids.end(), is_var)) part.axes.push_back(var);
    }
    const auto letters = std::count_if(ref->kids.begin(), ref->kids.end(), [](Expr kid) { return !kid->is_number(); });
    if (static_cast<std::size_t>(letters) != part.axes.size()) return;
    part.member = make::ref(family_, ref->kids);
    const bool known = std::any_of(parts.begin(), parts.end(),
                                   [&](const FamilyPart& other) { return same_pattern(other.member, part.member); });
    if (!known) parts.push_back(std::move(part));
  }

  const Symbol* family_;
  IndexVars around_;
  std::set<Expr> seen_;
  std::set<const Symbol*> opened_;
};

const Symbol* array_for(const FamilyPart& part, std::set<std::string>& taken) {
  static constexpr const char* vectors[] = {"v", "u", "p", "q", "r"};
  static constexpr const char* matrices[] = {"W", "V", "U", "P", "Q"};
  std::string name = part.axes.size() == 1 ? "v′" : "W′";
  for (const char* candidate : part.axes.size() == 1 ? vectors : matrices) {
    if (taken.insert(candidate).second) {
      name = candidate;
      break;
    }
  }
  Symbol* array = Pool::current().new_symbol(name);
  array->latex = name;
  for (const IndexVar* axis : part.axes) array->indices.push_back({axis->lo, axis->hi});
  array->places.assign(part.axes.size(), Place::axis);
  return array;
}

}  // namespace

std::vector<FamilyPart> parts_of_family(Expr e, const Symbol* family, const std::vector<std::string>& taken) {
  Finder finder(family);
  finder.walk(e);
  std::set<std::string> names(taken.begin(), taken.end());
  for (FamilyPart& part : finder.parts) {
    if (part.axes.size() == 1 || part.axes.size() == 2) part.array = array_for(part, names);
  }
  return finder.parts;
}

namespace {

/// The array's entry that a member of the family is, or the member itself.
Expr entry_for(Expr e, const std::vector<FamilyPart>& parts) {
  for (const FamilyPart& part : parts) {
    if (!part.array) continue;
    std::vector<Expr> at(part.axes.size(), nullptr);
    bool fits = true;
    for (std::size_t i = 0; i < e->kids.size() && fits; ++i) {
      const Expr pattern = part.member->kids[i];
      if (pattern->is_number()) {
        fits = pattern == e->kids[i];
      } else {
        const auto axis = std::find(part.axes.begin(), part.axes.end(), pattern->var) - part.axes.begin();
        at[static_cast<std::size_t>(axis)] = e->kids[i];
      }
    }
    if (fits) return make::ref(part.array, at);
  }
  return e;
}

}  // namespace

Expr in_arrays(Expr e, const Symbol* family, const std::vector<FamilyPart>& parts) {
  std::unordered_map<Expr, Expr> done;
  const std::function<Expr(Expr)> map = [&](Expr node) -> Expr {
    const auto known = done.find(node);
    if (known != done.end()) return known->second;
    const bool member = node->kind == Kind::ref && node->symbol == family;
    return done[node] = member ? entry_for(node, parts) : rebuild(node, map);
  };
  return map(e);
}

}  // namespace gradus
