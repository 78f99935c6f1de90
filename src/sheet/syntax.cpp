// The debug view of syntax: every field that is set, in brackets.
#include "sheet/syntax.h"

namespace gradus {
namespace {

const char* name_of(SynKind kind) {
  switch (kind) {
    case SynKind::number: return "number";
    case SynKind::name: return "name";
    case SynKind::text: return "text";
    case SynKind::op: return "op";
    case SynKind::scripts: return "scripts";
    case SynKind::group: return "group";
    case SynKind::product: return "product";
    case SynKind::sum: return "sum";
    case SynKind::frac: return "frac";
    case SynKind::root: return "root";
    case SynKind::bigop: return "bigop";
    case SynKind::deriv: return "deriv";
    case SynKind::restrict_: return "restrict";
    case SynKind::matrix: return "matrix";
    case SynKind::cases: return "cases";
    case SynKind::chain: return "chain";
    case SynKind::under: return "under";
    case SynKind::bad: return "bad";
  }
  return "?";
}

void write(const Syn* syn, std::string& out);

/// Kids with what stands between them: signs of a sum, relations of a chain, separators of a group, orders.
void write_kids(const Syn& syn, std::string& out) {
  for (std::size_t i = 0; i < syn.kids.size(); ++i) {
    out += ' ';
    if (syn.kind == SynKind::sum && i < syn.signs.size()) out += syn.signs[i] > 0 ? "+" : syn.signs[i] < 0 ? "-" : "±";
    if (syn.kind == SynKind::chain && i > 0 && i <= syn.rels.size()) out += syn.rels[i - 1] + " ";
    if (syn.kind == SynKind::group && i > 0 && i <= syn.seps.size()) out += syn.seps[i - 1] + " ";
    write(syn.kids[i].get(), out);
    if (syn.kind == SynKind::deriv && i > 0 && i <= syn.orders.size() && syn.orders[i - 1] != 1) {
      out += '^';
      out += std::to_string(syn.orders[i - 1]);
    }
  }
}

void write(const Syn* syn, std::string& out) {
  if (!syn) {
    out += '_';
    return;
  }
  // A plain letter or numeral stands for itself: dumps are read by people.
  if (syn->kind == SynKind::number || (syn->kind == SynKind::name && syn->accent.empty() && syn->style.empty())) {
    out += syn->text;
    return;
  }
  out += '(';
  out += name_of(syn->kind);
  if (syn->kind == SynKind::group) out += " " + (syn->open.empty() ? "list" : syn->open);
  if (!syn->text.empty()) out += " " + syn->text;
  if (!syn->accent.empty()) out += " accent:" + syn->accent;
  if (!syn->style.empty()) out += " style:" + syn->style;
  if (syn->kind == SynKind::deriv && syn->order != 1) out += " order:" + std::to_string(syn->order);
  if (syn->columns > 0) out += " columns:" + std::to_string(syn->columns);
  write_kids(*syn, out);
  if (syn->sub) {
    out += " sub:";
    write(syn->sub.get(), out);
  }
  if (syn->sup) {
    out += " sup:";
    write(syn->sup.get(), out);
  }
  if (syn->primes > 0) out += " primes:" + std::to_string(syn->primes);
  out += ')';
}

}  // namespace

std::string dump(const Syn& syn) {
  std::string out;
  write(&syn, out);
  return out;
}

}  // namespace gradus
