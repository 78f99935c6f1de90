// Programs and nests as lines of text: one line a statement, loops indented, bodies in infix.
#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "program/arrays.h"
#include "program/nest.h"

namespace gradus {

const Buffer& Nest::buffer_of(const Symbol* array) const {
  return *std::find_if(buffers.begin(), buffers.end(), [&](const Buffer& buffer) { return buffer.array == array; });
}

namespace {

enum Strength { sum = 1, product = 2, power = 3, atom = 4 };

constexpr std::size_t longest_body = 2000;  // nodes; a body is a shared graph, its text a tree

class Printer {
 public:
  std::string text;

  void declare(const char* how, const Symbol* array, const Buffer* buffer) {
    text += how + array_name(array);
    for (std::size_t d = 0; d < array->indices.size(); ++d) {
      const Interval axis = axis_of(array, d);
      text += (d ? ", " : "[") + std::to_string(axis.lo) + ".." + std::to_string(axis.hi);
      if (buffer && buffer->in_block[d])
        text += " (a block)";
      else if (buffer && buffer->stride[d] == 0 && axis.extent() > 1)
        text += " (not kept)";
    }
    text += array->indices.empty() ? "\n" : "]\n";
  }

  void items(const ProgramItems& items, int depth) {
    for (const ProgramItem& item : items) {
      const std::size_t scope = names_.size();
      indent(depth);
      if (item.sequence) {
        enter(item.sequence->var);
        text += "for " + range(item.sequence->var) + (item.sequence->descending ? " descending" : " in order") + "\n";
        this->items(item.sequence->items, depth + 1);
      } else {
        for (std::size_t i = 0; i < item.statement.loops.size(); ++i) {
          enter(item.statement.loops[i]);
          text += (i ? ", " : "for ") + range(item.statement.loops[i]);
        }
        if (!item.statement.loops.empty()) text += ": ";
        statement(item.statement);
      }
      names_.resize(scope);
    }
  }

  void steps(const std::vector<NestStep>& steps, int depth) {
    for (const NestStep& step : steps) {
      indent(depth);
      if (!step.loop) {
        statement(step.statement);
        continue;
      }
      const Loop& loop = *step.loop;
      const std::size_t scope = names_.size();
      const bool again = in_scope(loop.var);
      if (!again) enter(loop.var);
      text += "for " + (again ? var_name(loop.var) + " in the " + pieces_[loop.var] : range(loop.var));
      if (loop.descending) text += " descending";
      switch (loop.kind) {
        case Loop::Kind::serial: break;
        case Loop::Kind::parts:
          enter(loop.cut);
          text += " (parts of " + range(loop.cut) + ")";
          pieces_[loop.cut] = "part";
          break;
        case Loop::Kind::blocks: text += " (blocks of " + std::to_string(loop.block) + ")"; break;
        case Loop::Kind::lanes: text += " (lanes)"; break;
        case Loop::Kind::unrolled: text += " (unrolled)"; break;
      }
      text += "\n";
      const std::string before = pieces_[loop.var];
      if (loop.kind == Loop::Kind::blocks) pieces_[loop.var] = "block";
      this->steps(loop.body, depth + 1);
      pieces_[loop.var] = before;
      names_.resize(scope);
    }
  }

  void ordering(const Ordering& told) {
    std::ostringstream steps;
    steps.precision(3);
    steps << "contraction of " << told.steps_before << " steps, in " << told.steps_after << ":\n";
    text += steps.str();
    items({{told.whole, nullptr}}, 1);
    text += "  as\n";
    for (const Assignment& part : told.parts) items({{part, nullptr}}, 2);
  }

 private:
  void indent(int depth) { text.append(static_cast<std::size_t>(2 * depth), ' '); }

  void statement(const Assignment& statement) {
    static constexpr const char* updates[] = {" = ", " += ", " max= ", " min= "};
    static constexpr const char* algebras[] = {"", "factors", "inverse", "det", "log det", "log |det|"};
    if (statement.algebra != MatrixStep::none) {
      const std::size_t scope = names_.size();
      for (Expr ref : {statement.target, statement.body}) {
        for (const IndexVar* var : ref->free) {
          if (!in_scope(var)) names_.emplace_back(var, "·");
        }
      }
      text += infix(statement.target, sum) + " = " + algebras[static_cast<int>(statement.algebra)] + "(" +
              infix(statement.body, sum) + ")\n";
      names_.resize(scope);
      return;
    }
    text += infix(statement.target, sum) + updates[static_cast<int>(statement.update)];
    spent_ = 0;
    text += infix(statement.body, sum) + "\n";
  }

  bool in_scope(const IndexVar* var) const {
    return std::any_of(names_.begin(), names_.end(), [&](const auto& named) { return named.first == var; });
  }

  void enter(const IndexVar* var) {
    const auto taken = [&](const std::string& name) {
      return std::any_of(names_.begin(), names_.end(), [&](const auto& named) { return named.second == name; });
    };
    std::string name = var->name;
    for (int i = 2; taken(name); ++i) name = var->name + "_" + std::to_string(i);
    names_.emplace_back(var, name);
  }

  std::string var_name(const IndexVar* var) const {
    for (const auto& [known, name] : names_) {
      if (known == var) return name;
    }
    return var->name + "?";
  }

  const std::string& array_name(const Symbol* array) {
    std::string& name = arrays_[array];
    if (!name.empty()) return name;
    name = array->name;
    for (int i = 2; !taken_.insert(name).second; ++i) name = array->name + "#" + std::to_string(i);
    return name;
  }

  std::string range(const IndexVar* var) {
    return var_name(var) + " in " + infix(var->lo, product) + ".." + infix(var->hi, product);
  }

  std::string joined(const std::vector<Expr>& kids, const char* between, Strength strength) {
    std::string out;
    for (Expr kid : kids) out += (out.empty() ? "" : between) + infix(kid, strength);
    return out;
  }

  std::string infix(Expr e, Strength around) {
    if (spent_ > longest_body) return "…";
    const auto [out, strength] = node(e);
    return strength < around ? "(" + out + ")" : out;
  }

  std::pair<std::string, Strength> node(Expr e) {
    ++spent_;
    static constexpr const char* relations[] = {" = ", " ≠ ", " < ", " ≤ ", " > ", " ≥ "};
    switch (e->kind) {
      case Kind::number: {
        if (mpz_sizeinbase(e->number.get_num_mpz_t(), 2) > 60) return {std::to_string(e->number.get_d()), atom};
        return {e->number.get_str(), e->number.get_den() != 1 ? product : e->number < 0 ? sum : atom};
      }
      case Kind::index: return {var_name(e->var), atom};
      case Kind::ref: {
        if (e->symbol->role == Role::constant) return {e->symbol->name, atom};
        const std::string at = joined(e->kids, ", ", sum);
        return {array_name(e->symbol) + (e->kids.empty() ? "" : "[" + at + "]"), atom};
      }
      case Kind::add: {
        std::string out;
        for (Expr kid : e->kids) {
          const std::string term = infix(kid, sum);
          if (out.empty())
            out = term;
          else if (term[0] == '-')
            out += " - " + term.substr(1);
          else
            out += " + " + term;
        }
        return {out, sum};
      }
      case Kind::mul: return {quotient(e->kids), product};
      case Kind::pow:
        if (e->kids[1]->is_number() && e->kids[1]->number < 0) return {quotient({e}), product};
        if (e->kids[1]->is_number() && e->kids[1]->number == Rational(1, 2))
          return {"sqrt(" + infix(e->kids[0], sum) + ")", atom};
        return {infix(e->kids[0], atom) + "^" + infix(e->kids[1], atom), power};
      case Kind::func:
        return {std::string(row_of(static_cast<Elementary>(e->op)).name) + "(" + infix(e->kids[0], sum) + ")", atom};
      case Kind::delta: return {"[" + joined(e->kids, " = ", sum) + "]", atom};
      case Kind::select:
        return {"(" + infix(e->kids[0], sum) + relations[e->op] + infix(e->kids[1], sum) + " ? " +
                    infix(e->kids[2], sum) + " : " + infix(e->kids[3], sum) + ")",
                atom};
      default: return {dump(e), sum};
    }
  }

  std::string quotient(const std::vector<Expr>& factors) {
    std::string above, below;
    std::string sign;
    for (Expr kid : factors) {
      if (kid->is_number() && kid->number == -1) {
        sign = "-";
      } else if (kid->is_number() && kid->number < 0) {
        sign = "-";
        above += (above.empty() ? "" : " * ") + infix(make::neg(kid), product);
      } else if (kid->kind == Kind::pow && kid->kids[1]->is_number() && kid->kids[1]->number < 0) {
        below += " / " + infix(make::inv(kid), power);
      } else {
        above += (above.empty() ? "" : " * ") + infix(kid, product);
      }
    }
    return sign + (above.empty() ? "1" : above) + below;
  }

  std::vector<std::pair<const IndexVar*, std::string>> names_;  ///< of the loops around
  std::map<const IndexVar*, std::string> pieces_;               ///< what loops over these run over: "part" or "block"
  std::map<const Symbol*, std::string> arrays_;
  std::set<std::string> taken_;
  std::size_t spent_ = 0;
};

}  // namespace

std::string print(const Program& program) {
  Printer printer;
  for (const Symbol* array : program.inputs) printer.declare("in ", array, nullptr);
  for (const Symbol* array : program.outputs) printer.declare("out ", array, nullptr);
  printer.items(program.items, 0);
  return printer.text;
}

std::string print(const Nest& nest, const std::vector<Ordering>& orderings) {
  static constexpr const char* storages[] = {"in ", "out ", "local "};
  Printer printer;
  for (const Buffer& buffer : nest.buffers)
    printer.declare(storages[static_cast<int>(buffer.storage)], buffer.array, &buffer);
  for (const Ordering& ordering : orderings) printer.ordering(ordering);
  printer.steps(nest.steps, 0);
  return printer.text;
}

}  // namespace gradus
