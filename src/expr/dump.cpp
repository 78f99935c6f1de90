// The debug form. Written from a stack, and cut at a length, since a shared graph may be huge as a text.
#include "expr/walk.h"

namespace gradus {
namespace {

constexpr std::size_t kMaxLength = 20'000;

struct Piece {
  Expr node = nullptr;
  std::string text;
};

std::string name_of(Relation relation) {
  switch (relation) {
    case Relation::eq: return "=";
    case Relation::ne: return "!=";
    case Relation::lt: return "<";
    case Relation::le: return "<=";
    case Relation::gt: return ">";
    case Relation::ge: return ">=";
  }
  return "?";
}

std::string name_of(ReduceOp op) {
  switch (op) {
    case ReduceOp::sum: return "sum";
    case ReduceOp::product: return "prod";
    case ReduceOp::max: return "max";
    case ReduceOp::min: return "min";
  }
  return "?";
}

class Pieces {
 public:
  Pieces& text(std::string s) {
    out.push_back({nullptr, std::move(s)});
    return *this;
  }
  Pieces& node(Expr e) {
    if (!e) return text("?");
    out.push_back({e, {}});
    return *this;
  }
  Pieces& list(const std::vector<Expr>& nodes, const std::string& between) {
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (i) text(between);
      node(nodes[i]);
    }
    return *this;
  }
  Pieces& range(const IndexVar* var) { return text(var->name + "=").node(var->lo).text("..").node(var->hi); }
  Pieces& lambda(const Lambda& value) {
    if (value.params.empty()) return node(value.body);
    text("[");
    for (std::size_t i = 0; i < value.params.size(); ++i) {
      if (i) text(",");
      text(value.params[i]->name);
    }
    return text(": ").node(value.body).text("]");
  }
  std::vector<Piece> out;
};

std::vector<Piece> pieces_of(Expr e) {
  Pieces p;
  switch (e->kind) {
    case Kind::number: {
      const bool huge = mpz_sizeinbase(e->number.get_num_mpz_t(), 10) > 200;
      p.text(huge ? "#big" : e->number.get_str());
      break;
    }
    case Kind::index: p.text(e->var->name); break;
    case Kind::ref:
      p.text(e->symbol->name);
      for (const Slot& slot : e->slots) {
        p.text("'" + std::to_string(slot.arg + 1));
        if (!slot.at.empty()) p.text("[").list(slot.at, ",").text("]");
      }
      if (!e->kids.empty()) p.text("[").list(e->kids, ",").text("]");
      if (!e->args.empty()) {
        p.text("(");
        for (std::size_t i = 0; i < e->args.size(); ++i) {
          if (i) p.text(", ");
          p.lambda(e->args[i]);
        }
        p.text(")");
      }
      break;
    case Kind::add: p.text("(").list(e->kids, " + ").text(")"); break;
    case Kind::mul: p.text("(").list(e->kids, "*").text(")"); break;
    case Kind::pow: p.text("(").list(e->kids, "^").text(")"); break;
    case Kind::func:
      p.text(std::string(row_of(static_cast<Elementary>(e->op)).name) + "(").node(e->kids[0]).text(")");
      break;
    case Kind::reduce: p.text(name_of(e->reduce_op()) + "{").range(e->var).text("}(").node(e->kids[0]).text(")"); break;
    case Kind::delta: p.text("delta(").list(e->kids, ",").text(")"); break;
    case Kind::select:
      p.text("(").node(e->kids[0]).text(" " + name_of(e->relation()) + " ").node(e->kids[1]);
      p.text(" ? ").node(e->kids[2]).text(" : ").node(e->kids[3]).text(")");
      break;
    case Kind::inverse: p.text("inverse(").lambda(e->args[0]).text(")[").list(e->kids, ",").text("]"); break;
    case Kind::det: p.text("det(").lambda(e->args[0]).text(")"); break;
    case Kind::deriv:
      p.text(e->mode() == DerivMode::local ? "local_deriv(" : "deriv(").list(e->kids, ", ").text(")");
      break;
    case Kind::at:
      p.text("at(").node(e->kids[0]);
      for (std::size_t i = 0; i < e->bound.size() && i < e->args.size(); ++i) {
        p.text("; " + e->bound[i]->name + " := ").lambda(e->args[i]);
      }
      p.text(")");
      break;
  }
  return std::move(p.out);
}

}  // namespace

std::string dump(Expr e) {
  std::string out;
  std::vector<Piece> stack{{e, {}}};
  while (!stack.empty()) {
    if (out.size() > kMaxLength) return out + "…";
    Piece piece = std::move(stack.back());
    stack.pop_back();
    if (!piece.node) {
      out += piece.text;
      continue;
    }
    std::vector<Piece> inner = pieces_of(piece.node);
    for (std::size_t i = inner.size(); i-- > 0;) stack.push_back(std::move(inner[i]));
  }
  return out;
}

}  // namespace gradus
