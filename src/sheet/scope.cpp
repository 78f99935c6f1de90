#include "sheet/scope.h"

#include <algorithm>

namespace gradus {

Entry* Scope::here(const std::string& key) {
  auto it = entries.find(key);
  return it == entries.end() ? nullptr : &it->second;
}

Entry* Scope::find(const std::string& key) {
  for (Scope* scope = this; scope; scope = scope->parent)
    if (Entry* entry = scope->here(key)) return entry;
  return nullptr;
}

std::string name_key(const Syn& name) {
  std::string key = name.accent.empty() ? "" : name.accent + ":";
  if (name.style == "cal" || name.style == "frak" || name.style == "bb") key += name.style + ":";
  return key + name.text;
}

std::string flat(const Syn& syn) {
  switch (syn.kind) {
    case SynKind::number:
    case SynKind::text: return syn.text;
    case SynKind::name: return name_key(syn);
    case SynKind::op: return syn.text;
    case SynKind::product:
    case SynKind::group: {
      std::string text = syn.kind == SynKind::group ? syn.open : "";
      for (std::size_t i = 0; i < syn.kids.size(); ++i) {
        std::string part = flat(*syn.kids[i]);
        if (part.empty()) return "";
        if (i && syn.kind == SynKind::group) text += ",";
        text += part;
      }
      return text;
    }
    case SynKind::sum: {
      std::string text;
      for (std::size_t i = 0; i < syn.kids.size(); ++i) {
        std::string part = flat(*syn.kids[i]);
        if (part.empty()) return "";
        text += (i < syn.signs.size() && syn.signs[i] < 0 ? "-" : i ? "+" : "") + part;
      }
      return text;
    }
    default: return "";
  }
}

std::string literal_key(const Syn& scripts, bool with_sub, bool with_sup) {
  if (scripts.kids.empty() || scripts.kids[0]->kind != SynKind::name) return "";
  std::string key = name_key(*scripts.kids[0]);
  if (with_sub) {
    std::string sub = scripts.sub ? flat(*scripts.sub) : "";
    if (sub.empty()) return "";
    key += "_" + sub;
  }
  if (with_sup) {
    std::string sup = scripts.sup ? flat(*scripts.sup) : "";
    if (sup.empty()) return "";
    key += "^" + sup;
  }
  return key;
}

std::string shown_name(const Syn& name) {
  std::string text = name.text;
  static const std::map<std::string, std::string> combining = {
      {"hat", "\u0302"}, {"bar", "\u0304"},  {"tilde", "\u0303"}, {"vec", "\u20d7"},
      {"dot", "\u0307"}, {"ddot", "\u0308"}, {"check", "\u030c"}, {"underline", "\u0332"}};
  const std::size_t script = std::min(text.find_first_of("_^"), text.size());  // ŷ_1
  std::string rest = text.substr(script), accents = name.accent;
  text.resize(script);
  while (!accents.empty()) {
    std::size_t plus = accents.find('+');
    auto it = combining.find(accents.substr(0, plus));
    if (it != combining.end()) text += it->second;
    accents = plus == std::string::npos ? "" : accents.substr(plus + 1);
  }
  text += rest;
  if (name.style == "cal") {
    static const std::map<std::string, std::string> script = {{"L", "ℒ"}, {"E", "ℰ"}, {"C", "𝒞"}, {"J", "𝒥"},
                                                              {"D", "𝒟"}, {"H", "ℋ"}, {"F", "ℱ"}, {"N", "𝒩"},
                                                              {"R", "ℛ"}, {"S", "𝒮"}};
    if (auto it = script.find(name.text); it != script.end()) text = it->second;
  }
  return text;
}

}  // namespace gradus
