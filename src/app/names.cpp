#include "app/names.h"

#include <algorithm>
#include <set>

#include "notation/write.h"

namespace gradus {
namespace {

std::string without(std::string_view left_out, std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (left_out.find(c) == std::string_view::npos) out += c;
  }
  return out;
}

/// Names that are one, whichever way they are written: "λ_1", "\\lambda_{1}", "lambda_1".
bool same_name(const std::string& typed, const Symbol* symbol) {
  const std::string name = without(" {}", symbol->name), latex = without(" {}", symbol->latex);
  return typed == name || typed == latex || (typed.size() > 1 && "\\" + typed == latex) ||
         without(" {}", latex_to_text(typed)) == name;
}

bool is_number(const std::string& item) {
  const std::size_t from = item.starts_with('-') ? 1 : 0;
  return item.size() > from && item.find_first_not_of("0123456789", from) == std::string::npos;
}

std::vector<std::string> items_of(std::string_view script) {
  std::vector<std::string> out;
  if (script.size() > 2 && (script.front() == '(' || script.front() == '[')) {
    script.remove_prefix(1);
    script.remove_suffix(1);
  }
  while (!script.empty()) {
    const std::size_t comma = std::min(script.find(','), script.size());
    std::string item(script.substr(0, comma));
    out.push_back(is_number(item) ? std::move(item) : "*");
    script.remove_prefix(std::min(comma + 1, script.size()));
  }
  return out;
}

/// The script's content, in braces or one character, and where it ends.
std::string_view script_at(std::string_view text, std::size_t at, std::size_t& end) {
  if (at < text.size() && text[at] == '{') {
    end = std::min(text.find('}', at), text.size());
    const std::string_view inside = text.substr(at + 1, end - at - 1);
    end = std::min(end + 1, text.size());
    return inside;
  }
  end = std::min(at + 1, text.size());
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
  return text.substr(at, end - at);
}

bool below(const Symbol* symbol, std::size_t axis) {
  const Place place = axis < symbol->places.size() ? symbol->places[axis] : Place::sub;
  return place == Place::sub || place == Place::axis;
}

bool is_member(Expr use, const Variable& variable) {
  if (use->kind != Kind::ref || use->symbol->name != variable.symbol->name ||
      use->kids.size() != variable.member.size())
    return false;
  for (std::size_t d = 0; d < use->kids.size(); ++d) {
    const Expr numeral = variable.member[d];
    if (numeral ? use->kids[d] != numeral : use->kids[d]->kind != Kind::index) return false;
  }
  return true;
}

/// The letters of the first use in the quantities and in what defines them; i, j, … where there is none.
std::vector<std::string> letters_of(const Variable& variable, const std::vector<Quantity>& quantities) {
  std::vector<std::string> letters;
  for (std::size_t d = 0; d < variable.member.size(); ++d) letters.emplace_back(1, static_cast<char>('i' + d % 8));
  std::vector<Expr> open;
  for (const Quantity& quantity : quantities) open.push_back(quantity.body);
  std::set<const Symbol*> opened;
  for (std::size_t next = 0; next < open.size(); ++next) {
    Expr found = nullptr;
    visit(open[next], [&](Expr node) {
      if (!found && is_member(node, variable)) found = node;
      if (node->kind != Kind::ref || !opened.insert(node->symbol).second) return;
      for (const Clause& clause : node->symbol->clauses) open.push_back(clause.body);
    });
    if (!found) continue;
    for (std::size_t d = 0; d < letters.size(); ++d) {
      if (found->kids[d]->kind == Kind::index) letters[d] = found->kids[d]->var->name;
    }
    break;
  }
  return letters;
}

}  // namespace

TypedName typed_name(std::string_view text) {
  const std::string clean = without(" $", text);
  std::size_t at = std::min(clean.find_first_of("_^"), clean.size());
  TypedName out{without("{}", clean), clean.substr(0, at), {}, {}};
  while (at < clean.size() && (clean[at] == '_' || clean[at] == '^')) {
    std::size_t end = at;
    const std::string_view script = script_at(clean, at + 1, end);
    auto& into = clean[at] == '_' ? out.sub : out.sup;
    for (std::string& item : items_of(script)) into.push_back(std::move(item));
    at = end;
  }
  return out;
}

bool means(const TypedName& typed, const Symbol* symbol) { return same_name(typed.whole, symbol); }

bool means(const TypedName& typed, const Variable& variable) {
  if (means(typed, variable.symbol)) return true;
  if (!same_name(typed.base, variable.symbol)) return false;
  std::vector<std::string> sub, sup;
  for (std::size_t d = 0; d < variable.member.size(); ++d) {
    const Expr term = variable.member[d];
    (below(variable.symbol, d) ? sub : sup).push_back(term ? term->number.get_str() : "*");
  }
  // Axes need no letter.
  const auto begins = [](const std::vector<std::string>& some, const std::vector<std::string>& all) {
    return some.size() <= all.size() && std::equal(some.begin(), some.end(), all.begin()) &&
           std::all_of(all.begin() + static_cast<long>(some.size()), all.end(),
                       [](const std::string& item) { return item == "*"; });
  };
  return begins(typed.sub, sub) && begins(typed.sup, sup);
}

std::string written(const Variable& variable, const std::vector<Quantity>& quantities) {
  if (std::all_of(variable.member.begin(), variable.member.end(), [](Expr term) { return term == nullptr; }))
    return variable.symbol->name;
  std::vector<std::string> letters = letters_of(variable, quantities);
  const auto place = [&](std::size_t d) {
    return d < variable.symbol->places.size() ? variable.symbol->places[d] : Place::sub;
  };
  // h_0 and W^{(1)} are whole arrays: their axes need no letters.
  std::size_t shown = variable.member.size();
  while (shown > 0 && !variable.member[shown - 1] && place(shown - 1) == Place::axis) --shown;
  std::string sub, sup;
  std::string_view around;
  for (std::size_t d = 0; d < shown; ++d) {
    std::string& script = below(variable.symbol, d) ? sub : sup;
    if (!script.empty()) script += ',';
    script += variable.member[d] ? variable.member[d]->number.get_str() : letters[d];
    if (place(d) == Place::sup_paren) around = "()";
    if (place(d) == Place::sup_bracket) around = "[]";
  }
  if (!around.empty() && !sup.empty()) sup = around[0] + sup + around[1];
  const auto scripted = [](const char* mark, const std::string& script) {
    return script.empty() ? "" : mark + (script.size() == 1 ? script : "{" + script + "}");
  };
  return variable.symbol->name + scripted("_", sub) + scripted("^", sup);
}

std::optional<std::vector<Expr>> member_of(const TypedName& typed, const Symbol* symbol) {
  std::vector<Expr> member(symbol->indices.size(), nullptr);
  if (means(typed, symbol)) return member;
  if (!same_name(typed.base, symbol)) return std::nullopt;
  std::size_t sub = 0, sup = 0;
  for (std::size_t d = 0; d < member.size(); ++d) {
    const std::vector<std::string>& items = below(symbol, d) ? typed.sub : typed.sup;
    std::size_t& next = below(symbol, d) ? sub : sup;
    if (next < items.size() && items[next] != "*") member[d] = make::number(std::stol(items[next]));
    ++next;
  }
  if (sub < typed.sub.size() || sup < typed.sup.size()) return std::nullopt;
  return member;
}

Expr size_named(const TypedName& typed, const std::vector<const Symbol*>& sizes) {
  for (const Symbol* size : sizes) {
    const auto member = member_of(typed, size);
    if (!member) continue;
    const bool whole = std::count(member->begin(), member->end(), nullptr) > 0;
    return make::ref(size, whole ? std::vector<Expr>{} : *member);
  }
  return nullptr;
}

}  // namespace gradus
