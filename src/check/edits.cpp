#include "check/edits.h"

#include <algorithm>
#include <functional>
#include <set>

namespace gradus {

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Whether the text ends in a control word, so that a letter behind it would be swallowed.
bool ends_in_command(std::string_view text) {
  std::size_t k = text.size();
  while (k > 0 && is_letter(text[k - 1])) --k;
  return k < text.size() && k > 0 && text[k - 1] == '\\';
}

std::string join(std::string_view a, std::string_view b) {
  std::string joined(a);
  const std::size_t last = a.find_last_not_of(' '), first = b.find_first_not_of(' ');
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (last != std::string_view::npos && first != std::string_view::npos && is_digit(a[last]) && is_digit(b[first]))
    joined += " \\cdot ";
  else if (!b.empty() && is_letter(b.front()) && ends_in_command(a))
    joined += ' ';
  joined += b;
  return joined;
}

bool is_transposition(std::string_view text) {
  while (!text.empty() && (text.front() == '{' || text.front() == ' ')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == '}' || text.back() == ' ')) text.remove_suffix(1);
  return text == "T" || text == "\\top" || text == "\\intercal" || text == "⊤" || text == "\\mathsf{T" ||
         text == "\\mathrm{T";
}

class Catalogue {
 public:
  explicit Catalogue(const SlipContext& context) : context_(context) {
    const std::string_view whole = context.source.text();
    transposition_ = whole.find("^\\top") != std::string_view::npos        ? "^\\top"
                     : whole.find("^\\intercal") != std::string_view::npos ? "^\\intercal"
                                                                           : "^T";
  }

  std::vector<Edit> run() {
    const Syn& right = *context_.right;
    collect_letters(right);
    for (const SynPtr& other : context_.others) collect_letters(*other);
    whole(right);
    for (const SynPtr& other : context_.others) collect_factors(*other, 0);
    if (right.kind != SynKind::sum) lost_factors(right.span, right);
    walk(right, 0);
    std::stable_sort(ranked_.begin(), ranked_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<Edit> edits;
    std::set<std::string> seen{std::string(text(context_.span))};
    for (auto& [rank, edit] : ranked_)
      if (seen.insert(edit.latex).second) edits.push_back(std::move(edit));
    return edits;
  }

 private:
  std::string_view text(Span span) const { return context_.source.text(span); }
  std::string_view text(const Syn& node) const { return text(node.span); }

  void propose(Slip slip, int rank, Span replaced, std::string_view by, std::string diagnosis, Span where) {
    if (replaced.begin < context_.span.begin || replaced.end > context_.span.end) return;
    const std::string before(text({context_.span.begin, replaced.begin})),
        after(text({replaced.end, context_.span.end}));
    std::string latex = join(join(before, by), after);
    const std::size_t from = latex.find_first_not_of(" \n\t");
    if (from == std::string::npos) return;
    ranked_.emplace_back(rank, Edit{slip, latex.substr(from), std::move(diagnosis), where});
  }
  void propose(Slip slip, int rank, const Syn& node, std::string_view by, std::string diagnosis) {
    propose(slip, rank, node.span, by, std::move(diagnosis), node.span);
  }

  /// Factors and signs of the whole side.
  void whole(const Syn& right) {
    const std::string inner(text(context_.span));
    const std::string held = right.kind == SynKind::sum ? "\\left(" + inner + "\\right)" : inner;
    const auto times = [&](Slip slip, int rank, const std::string& factor, const std::string& diagnosis) {
      propose(slip, rank, context_.span, join(factor, held), diagnosis, context_.span);
    };
    if (right.kind == SynKind::sum && right.kids.size() == 1)  // −a: without its minus
      propose(Slip::sign, 0, context_.span, text(*right.kids[0]), "the sign is wrong", context_.span);
    times(Slip::sign, 0, "-", "the sign is wrong");
    times(Slip::factor, 1, "2 ", "a factor 2 is missing");
    for (const char* half : {"\\frac{1}{2}", "\\frac12", "\\tfrac{1}{2}", "\\tfrac12"})
      if (inner.starts_with(half) && right.kind == SynKind::product)
        propose(Slip::factor, 0, context_.span, inner.substr(std::string(half).size()), "a factor 2 is missing",
                context_.span);
    if (inner.starts_with("2") && right.kind == SynKind::product && right.kids[0]->text == "2")
      propose(Slip::factor, 0, context_.span, inner.substr(1), "a factor 2 too many", context_.span);
    times(Slip::factor, 1, "\\frac{1}{2} ", "a factor 2 too many");
    times(Slip::factor, 6, "-2 ", "a factor −2 is missing");
    for (const std::string& size : context_.size_latex) {
      times(Slip::factor, 3, "\\frac{1}{" + size + "} ", "the factor 1/" + size + " is missing");
      times(Slip::factor, 3, size + " ", "a factor " + size + " is missing, or one of 1/" + size + " too much");
    }
    propose(Slip::zero, 30, context_.span, "0", "everything cancels", context_.span);
  }

  /// Where the sign of term k stands; empty if there is none.
  Span sign_span(const Syn& sum, std::size_t k) const {
    const std::uint32_t from = k == 0 ? sum.span.begin : sum.kids[k - 1]->span.end, to = sum.kids[k]->span.begin;
    const std::string_view gap = text(Span{from, to});
    const std::size_t at = gap.find_first_of("+-");
    if (at == std::string_view::npos) return {to, to};
    return {from + static_cast<std::uint32_t>(at), from + static_cast<std::uint32_t>(at) + 1};
  }

  void terms(const Syn& sum, int depth) {
    for (std::size_t k = 0; k < sum.kids.size(); ++k) {
      const Syn& term = *sum.kids[k];
      const int sign = k < sum.signs.size() ? sum.signs[k] : 1;
      const Span mark = sign_span(sum, k);
      const Span signed_term{mark.begin, term.span.end};
      const std::string body(text(term));
      if (sum.kids.size() > 1 || depth > 0)
        propose(Slip::sign, 2, Span{mark.begin, mark.end}, sign < 0 ? (k == 0 ? "" : "+") : "-",
                "the sign of a term is wrong", signed_term);
      if (sum.kids.size() > 1) {
        std::uint32_t end = term.span.end;
        if (k == 0 && sum.signs.size() > 1 && sum.signs[1] > 0) end = sign_span(sum, 1).end;
        propose(Slip::term, 8, Span{mark.begin, end}, "", "a term is too much", signed_term);
        propose(Slip::factor, 4, term.span, join("2 ", body), "a factor 2 is missing in a term", signed_term);
        propose(Slip::factor, 4, term.span, join("\\frac{1}{2} ", body), "a factor 2 too many in a term", signed_term);
        for (const char* half : {"\\frac{1}{2}", "\\frac12", "\\tfrac{1}{2}", "\\tfrac12"})
          if (body.starts_with(half) && body.size() > std::string(half).size())
            propose(Slip::factor, 3, term.span, body.substr(std::string(half).size()),
                    "a factor 2 is missing in a term", signed_term);
        for (const std::string& size : context_.size_latex) {
          propose(Slip::factor, 9, term.span, join("\\frac{1}{" + size + "} ", body),
                  "the factor 1/" + size + " is missing in a term", signed_term);
          propose(Slip::factor, 9, term.span, join(size + " ", body), "a factor " + size + " is missing in a term",
                  signed_term);
        }
        lost_factors(signed_term, term);
      }
    }
  }

  /// A factor that stands in the left side or the start, put into a term.
  void lost_factors(Span where, const Syn& term) {
    for (const auto& [factor, rank] : factors_) {
      if (factor == text(term)) continue;
      // Behind the coefficient and before the rest reads best: 2 f(x) ∂f/∂w.
      if (term.kind == SynKind::product && !term.kids.empty() && term.kids[0]->kind == SynKind::number) {
        const std::uint32_t at = term.kids[0]->span.end;
        propose(Slip::lost_factor, 10 + rank, Span{at, at}, " " + factor + " ", "the factor " + factor + " is lost",
                where);
      } else {
        propose(Slip::lost_factor, 10 + rank, Span{term.span.begin, term.span.begin}, factor + " ",
                "the factor " + factor + " is lost", where);
      }
      propose(Slip::lost_factor, 14 + rank, Span{term.span.end, term.span.end}, " " + factor,
              "the factor " + factor + " is lost", where);
    }
  }

  /// Text of a base with scripts; either may be missing.
  static std::string scripted(std::string_view base, std::string_view sub, std::string_view sup) {
    const auto braced = [](std::string_view s) {
      return s.starts_with("{") ? std::string(s) : "{" + std::string(s) + "}";
    };
    std::string result(base);
    if (!sub.empty()) result += "_" + braced(sub);
    if (!sup.empty()) result += "^" + braced(sup);
    return result;
  }

  bool is_array_like(const Syn& node) const {
    return node.kind == SynKind::name || node.kind == SynKind::scripts || node.kind == SynKind::group ||
           node.kind == SynKind::deriv || node.kind == SynKind::frac;
  }

  /// The factor with its transposition taken away or put on; empty where that makes no sense.
  std::string transposed(const Syn& factor) const {
    const std::string whole(text(factor));
    if (factor.kind == SynKind::scripts && factor.sup) {
      const std::string_view base = text(*factor.kids[0]), sub = factor.sub ? text(*factor.sub) : std::string_view{},
                             sup = text(*factor.sup);
      const std::string flat(sup);
      if (is_transposition(sup)) return scripted(base, sub, "");
      if (flat.find("-1") != std::string::npos) return scripted(base, sub, "-T");
      if (flat.find("-T") != std::string::npos || flat.find("-\\top") != std::string::npos)
        return scripted(base, sub, "-1");
      return "{" + whole + "}" + transposition_;
    }
    if (factor.kind == SynKind::name || factor.kind == SynKind::scripts || factor.kind == SynKind::group)
      return whole + transposition_;
    return "";
  }

  void product(const Syn& node) {
    const std::size_t n = node.kids.size();
    for (std::size_t k = 0; k < n; ++k) {
      const Syn& factor = *node.kids[k];
      if (factor.kind == SynKind::op) continue;
      if (const std::string other = transposed(factor); !other.empty() && n <= 10)
        propose(Slip::arrangement, 5, factor, other,
                "a transposition is " + std::string(other.size() > text(factor).size() ? "missing" : "too much"));
      if (n >= 2 && factor.kind != SynKind::bigop && factor.kind != SynKind::name)
        propose(Slip::extra_factor, 12, node.span, without(node, k), "a factor is too much", node.span);
      else if (n >= 2 && factor.kind == SynKind::name)
        propose(Slip::extra_factor, 13, node.span, without(node, k), "a factor is too much", node.span);
      if (k + 1 >= n) continue;
      const Syn& next = *node.kids[k + 1];
      if (next.kind == SynKind::op || !is_array_like(factor) || !is_array_like(next)) continue;
      const Span both{factor.span.begin, next.span.end};
      const std::string a(text(factor)), b(text(next)), ta = transposed(factor), tb = transposed(next);
      propose(Slip::arrangement, 6, both, join(join(b, " "), a), "two factors stand in the wrong order", both);
      if (ta.empty() || tb.empty()) continue;
      propose(Slip::arrangement, 6, both, join(join(ta, " "), tb), "the transpositions of two factors are exchanged",
              both);
      propose(Slip::arrangement, 7, both, join(join(tb, " "), ta),
              "two factors stand in the wrong order, and their transpositions too", both);
    }
  }

  std::string without(const Syn& product, std::size_t k) const {
    std::string result;
    for (std::size_t j = 0; j < product.kids.size(); ++j) {
      if (j == k) continue;
      const Syn& kid = *product.kids[j];
      // An operator beside the removed factor goes with it.
      if (kid.kind == SynKind::op && (j + 1 == k || (k == 0 && j == 1))) continue;
      if (!result.empty()) result += " ";
      result += text(kid);
    }
    return result;
  }

  void big_operator(const Syn& node) {
    const std::string whole(text(node));
    const std::string from = node.text == "sum" ? "\\sum" : "\\prod", to = node.text == "sum" ? "\\prod" : "\\sum";
    if (const std::size_t at = whole.find(from); at == 0 && (node.text == "sum" || node.text == "prod"))
      propose(Slip::reduction, 11, node, to + whole.substr(from.size()),
              node.text == "sum" ? "a sum stands for a product" : "a product stands for a sum");
    for (const SynPtr& limit : {node.sub, node.sup}) {
      if (!limit) continue;
      const Syn& last = limit->kind == SynKind::chain && !limit->kids.empty() ? *limit->kids.back() : *limit;
      const bool braced = text(last).starts_with("{") || context_.source.text()[last.span.begin - 1] == '{' ||
                          limit->kind == SynKind::chain;
      for (const char* shift : {"+1", "-1"}) {
        const std::string shifted = std::string(text(last)) + shift;
        propose(Slip::limits, 11, last.span, braced ? shifted : "{" + shifted + "}", "a limit of the sum is off by one",
                node.span);
      }
    }
  }

  void scripts(const Syn& node) {
    const Syn& base = *node.kids[0];
    for (const SynPtr& script : {node.sub, node.sup}) {
      if (!script || is_transposition(text(*script))) continue;
      std::vector<const Syn*> letters;
      const std::function<void(const Syn&)> gather = [&](const Syn& s) {
        if (s.kind == SynKind::name) letters.push_back(&s);
        for (const SynPtr& kid : s.kids) gather(*kid);
      };
      gather(*script);
      if (letters.size() == 2) {
        const Span both{letters[0]->span.begin, letters[1]->span.end};
        const std::string between(text(Span{letters[0]->span.end, letters[1]->span.begin}));
        propose(Slip::indices, 5, both, std::string(text(*letters[1])) + between + std::string(text(*letters[0])),
                "two indices are exchanged", node.span);
      }
      for (const Syn* letter : letters)
        for (const std::string& other : index_letters_)
          if (other != text(*letter))
            propose(Slip::indices, 15, letter->span, other,
                    "the index " + std::string(text(*letter)) + " should be " + other, node.span);
      if (script == node.sub || letters.empty()) continue;
      for (const char* shift : {"+1", "-1"})
        if (letters.size() == 1 && script->kind == SynKind::name)
          propose(Slip::indices, 16, script->span, "{" + std::string(text(*script)) + shift + "}",
                  "a layer is off by one", node.span);
    }
    if (node.sup && node.sup->kind == SynKind::number) {
      const std::string_view sub = node.sub ? text(*node.sub) : std::string_view{};
      propose(Slip::power, 8, node, scripted(text(base), sub, ""), "a power is too much");
      for (const char* power : {"2", "3", "4"})
        if (text(*node.sup) != power)
          propose(Slip::power, 12, node, scripted(text(base), sub, power), "a power is wrong");
    }
  }

  void primes(const Syn& name) {
    const std::uint32_t end = name.span.end;
    if (end < context_.span.end && context_.source.text()[end] == '(')
      propose(Slip::prime, 9, Span{end, end}, "'",
              "a derivative is missing: " + std::string(text(name)) + "' for " + std::string(text(name)), name.span);
    if (end < context_.span.end && context_.source.text()[end] == '\'')
      propose(Slip::prime, 12, Span{end, end + 1}, "", "a derivative is too much", name.span);
  }

  void fraction(const Syn& node) {
    if (node.kids.size() != 2 || node.text == "binom") return;
    propose(Slip::extra_factor, 12, node, text(*node.kids[0]), "a denominator is too much");
    const std::string above(text(*node.kids[0])), below(text(*node.kids[1]));
    const auto bare = [](std::string s) {
      return s.size() >= 2 && s.front() == '{' && s.back() == '}' ? s.substr(1, s.size() - 2) : s;
    };
    propose(Slip::power, 13, node, "\\frac{" + bare(above) + "}{(" + bare(below) + ")^2}",
            "a denominator should be squared");
    if (bare(above) == "1") propose(Slip::power, 12, node, bare(below), "a fraction stands upside down");
  }

  void names(const Syn& node) {
    for (const std::string& other : names_)
      if (other != text(node)) propose(Slip::name, 18, node, other, std::string(text(node)) + " should be " + other);
  }

  void walk(const Syn& node, int depth) {
    if (depth > 12 || ranked_.size() > 1500) return;
    switch (node.kind) {
      case SynKind::sum: terms(node, depth); break;
      case SynKind::product: product(node); break;
      case SynKind::bigop: big_operator(node); break;
      case SynKind::scripts: scripts(node); break;
      case SynKind::frac: fraction(node); break;
      case SynKind::name:
        primes(node);
        names(node);
        break;
      case SynKind::number: {
        if (node.text == "1") break;
        if (node.text == "2") propose(Slip::factor, 4, node, "", "a factor 2 too many");
        if (node.text != "2") propose(Slip::number, 9, node, "2", "a number is wrong");
        propose(Slip::number, 9, node, "4", "a number is wrong");
        break;
      }
      default: break;
    }
    if (node.kind == SynKind::deriv) {
      // Which quantity is differentiated is exchanged as a name; its mark is not a factor.
      for (const SynPtr& kid : node.kids)
        if (kid) walk(*kid, depth + 1);
      return;
    }
    for (const SynPtr& kid : node.kids)
      if (kid) walk(*kid, depth + 1);
  }

  /// Names and index letters that occur.
  void collect_letters(const Syn& node) {
    if (node.kind == SynKind::name && !node.text.empty() && text(node).size() <= 24 && names_.size() < 12)
      names_.insert(std::string(text(node)));
    for (const SynPtr& script : {node.sub, node.sup}) {
      if (!script || is_transposition(text(*script))) continue;
      const std::function<void(const Syn&)> gather = [&](const Syn& s) {
        if (s.kind == SynKind::name && s.text.size() <= 2 && index_letters_.size() < 8)
          index_letters_.insert(std::string(text(s)));
        for (const SynPtr& kid : s.kids)
          if (kid) gather(*kid);
      };
      if (node.kind != SynKind::bigop || script == node.sub) gather(*script);
    }
    for (const SynPtr& kid : node.kids)
      if (kid) collect_letters(*kid);
  }

  /// Factors of products on the other sides; a function stays with its argument.
  void collect_factors(const Syn& node, int depth) {
    if (depth > 8) return;
    const auto take = [&](std::string factor, int rank) {
      if (factor.size() > 120 || factors_.size() >= 10) return;
      for (const auto& [known, known_rank] : factors_)
        if (known == factor) return;
      factors_.emplace_back(std::move(factor), rank);
    };
    if (node.kind == SynKind::product) {
      for (std::size_t k = 0; k < node.kids.size(); ++k) {
        const Syn& factor = *node.kids[k];
        if (factor.kind == SynKind::op || factor.kind == SynKind::number || factor.kind == SynKind::bigop ||
            factor.kind == SynKind::deriv)
          continue;
        const Syn* next = k + 1 < node.kids.size() ? node.kids[k + 1].get() : nullptr;
        if (next && next->kind == SynKind::scripts)
          next = next->kids[0].get();  // f(x)^2: the argument without the power
        Span span = factor.span;
        if (next && next->kind == SynKind::group && next->open == "(" &&
            (factor.kind == SynKind::name || factor.kind == SynKind::scripts)) {
          span.end = next->span.end;
          take(std::string(text(span)), 0);
          ++k;
          continue;
        }
        std::string factor_text(text(span));
        // The base of a power is a factor too, and likelier the lost one.
        if (factor.kind == SynKind::scripts && factor.sup && factor.sup->kind == SynKind::number)
          factor_text = scripted(text(*factor.kids[0]), factor.sub ? text(*factor.sub) : std::string_view{}, "");
        take(std::move(factor_text), 1);
      }
    } else if (node.kind == SynKind::group && depth <= 1) {
      take(std::string(text(node)), 1);
    }
    for (const SynPtr& kid : node.kids)
      if (kid) collect_factors(*kid, depth + 1);
  }

  const SlipContext& context_;
  std::string transposition_;
  std::vector<std::pair<int, Edit>> ranked_;
  std::set<std::string> names_, index_letters_;
  std::vector<std::pair<std::string, int>> factors_;
};

}  // namespace

std::vector<Edit> edits_of(const SlipContext& context) { return Catalogue(context).run(); }

std::vector<Span> top_level_terms(const Syn& side) {
  std::vector<Span> spans;
  if (side.kind == SynKind::sum)
    for (const SynPtr& term : side.kids) spans.push_back(term->span);
  else
    spans.push_back(side.span);
  return spans;
}

}  // namespace gradus
