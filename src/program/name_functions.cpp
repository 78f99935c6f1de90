// Elementary functions as arrays of their own, the same one for the same function of the same.
#include <map>

#include "program/passes.h"
#include "program/place.h"

namespace gradus {
namespace {

class Namer : public Rewriter {
 private:
  void rewrite(Assignment s) override {
    // A body that is one function of what it is set to is that function's array.
    if (s.update == Update::set && s.body->kind == Kind::func) {
      const Expr u = inside(s.body->kids[0]);
      s.body = make::func(static_cast<Elementary>(s.body->op), u);
      if (s.body->kind == Kind::func && covers(s)) remember(s);
    } else {
      s.body = inside(s.body);
    }
    emit(std::move(s));
  }

  /// The canonical form of e, its free variables numbered as they are met, and these variables.
  std::pair<Expr, IndexVars> key(Expr e) {
    IndexVars vars;
    visit(e, [&](Expr node) {
      if (node->kind == Kind::index && std::find(vars.begin(), vars.end(), node->var) == vars.end() &&
          std::find(e->free.begin(), e->free.end(), node->var) != e->free.end())
        vars.push_back(node->var);
    });
    IndexMap map;
    for (std::size_t i = 0; i < vars.size(); ++i) {
      const Interval range = *interval_of(vars[i]);
      const IndexVar*& place = places_[{i, range.lo, range.hi}];
      if (!place) place = new_loop("k" + std::to_string(i), range);
      map.emplace(vars[i], make::index(place));
    }
    return {substitute(e, map), vars};
  }

  bool covers(const Assignment& s) const {
    // Sequence variables are covered step by step.
    Assignment open = s;
    for (Expr term : s.target->kids) {
      if (term->kind == Kind::index && is_sequence_variable(term->var)) open.loops.push_back(term->var);
    }
    return covers_once(open);
  }

  void remember(const Assignment& s) {
    const auto [form, vars] = key(s.body);
    if (vars.size() != s.target->kids.size()) return;
    std::vector<std::size_t> axes;
    for (Expr term : s.target->kids) {
      const auto at = std::find(vars.begin(), vars.end(), term->var);
      if (at == vars.end()) return;
      axes.push_back(static_cast<std::size_t>(at - vars.begin()));
    }
    named_.try_emplace(form, Named{s.target->symbol, axes});
  }

  Expr inside(Expr e) {
    if (e->kind == Kind::ref || e->kids.empty() || e->kind == Kind::delta) return e;
    if (e->kind == Kind::select) return e;  // what is not selected is not computed by itself either
    const Expr whole = rebuild(e, [&](Expr kid) { return inside(kid); });
    if (whole->kind != Kind::func) return whole;
    const auto [form, vars] = key(whole);
    if (const auto found = named_.find(form); found != named_.end()) {
      std::vector<Expr> at;
      for (const std::size_t axis : found->second.axes) at.push_back(make::index(vars[axis]));
      return make::ref(found->second.array, at);
    }
    const auto made = name(whole, std::string(row_of(static_cast<Elementary>(whole->op)).name));
    if (!made) return whole;
    std::vector<std::size_t> axes;
    for (Expr term : (*made)->kids)
      axes.push_back(static_cast<std::size_t>(std::find(vars.begin(), vars.end(), term->var) - vars.begin()));
    named_.emplace(form, Named{(*made)->symbol, axes});
    return *made;
  }

  struct Named {
    const Symbol* array;
    std::vector<std::size_t> axes;  ///< which of the key's variables each axis is
  };
  std::map<std::tuple<std::size_t, long, long>, const IndexVar*> places_;
  std::unordered_map<Expr, Named> named_;
};

}  // namespace

void name_functions(Program& program) { program.items = Namer().run(program.items); }

}  // namespace gradus
