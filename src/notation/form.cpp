// Makers of forms, and what both dialects need to know of them.
#include "notation/form.h"

#include <utility>

namespace gradus {

using Kind = Form::Kind;

Level level(const Form& form, bool inline_fractions) {
  switch (form.kind) {
    case Kind::relation: return Level::relation;
    case Kind::sum: return Level::sum;
    case Kind::product:
    case Kind::circled:
    case Kind::big:
    case Kind::restricted: return Level::product;
    case Kind::fraction: return inline_fractions ? Level::product : Level::factor;
    case Kind::derivative: return form.kids[1] || inline_fractions ? Level::product : Level::factor;
    case Kind::power: return Level::factor;
    case Kind::root: return inline_fractions ? Level::factor : Level::atom;
    default: return Level::atom;
  }
}

bool reaches_right(const Form& form) {
  return form.kind == Kind::big || (form.kind == Kind::derivative && form.kids[1]);
}

bool brackets_base(const Form& scripts) {
  const Form& base = *scripts.kids[0];
  const bool only_raised = !scripts.kids[1] && scripts.primes == 0;
  if (base.kind == Kind::scripts) return !only_raised || base.kids[2] || base.primes > 0;
  return base.kind == Kind::call && (!only_raised || base.bare);
}

bool is_applied(const Form& form) { return form.kind == Kind::call || form.kind == Kind::group; }

int weight(const Form& form) {
  int sum = form.kids.empty() ? 1 : 0;
  for (const FormPtr& kid : form.kids) {
    if (kid) sum += weight(*kid);
  }
  return sum;
}

bool same(const Form& a, const Form& b) {
  if (&a == &b) return true;
  if (a.kind != b.kind || a.latex != b.latex || a.text != b.text || a.signs != b.signs || a.primes != b.primes ||
      a.kids.size() != b.kids.size()) {
    return false;
  }
  for (std::size_t i = 0; i < a.kids.size(); ++i) {
    if (!a.kids[i] != !b.kids[i]) return false;
    if (a.kids[i] && !same(*a.kids[i], *b.kids[i])) return false;
  }
  return true;
}

namespace form {
namespace {

FormPtr node(Kind kind, Forms kids, std::string latex = {}, std::string text = {}) {
  Form form;
  form.kind = kind;
  form.kids = std::move(kids);
  form.latex = std::move(latex);
  form.text = std::move(text);
  return std::make_shared<const Form>(std::move(form));
}

}  // namespace

FormPtr number(const std::string& digits) { return node(Kind::number, {}, digits, digits); }
FormPtr name(std::string latex, std::string text) { return node(Kind::name, {}, std::move(latex), std::move(text)); }
FormPtr name(const std::string& both) { return name(both, both); }
FormPtr word(const std::string& word) { return name("\\operatorname{" + word + "}", word); }

FormPtr list(Forms items, const std::string& separator) {
  if (items.size() == 1) return items[0];
  return node(Kind::list, std::move(items), separator, separator);
}

FormPtr prefixed(Forms items) { return node(Kind::list, std::move(items), " ", ""); }

FormPtr group(FormPtr content, std::string open) {
  return node(Kind::group, {std::move(content)}, {}, std::move(open));
}

FormPtr scripts(FormPtr base, FormPtr sub, FormPtr sup, int primes) {
  if (!sub && !sup && primes == 0) return base;
  Form form;
  form.kind = Kind::scripts;
  form.kids = {std::move(base), std::move(sub), std::move(sup)};
  form.primes = primes;
  return std::make_shared<const Form>(std::move(form));
}

FormPtr power(FormPtr base, FormPtr exponent) { return node(Kind::power, {std::move(base), std::move(exponent)}); }

FormPtr product(Forms factors) {
  Forms flat;
  for (FormPtr& factor : factors) {
    if (factor->kind == Kind::product) {
      flat.insert(flat.end(), factor->kids.begin(), factor->kids.end());
    } else if (factor->kind != Kind::number || factor->text != "1") {
      flat.push_back(std::move(factor));
    }
  }
  if (flat.empty()) return number("1");
  if (flat.size() == 1) return flat[0];
  return node(Kind::product, std::move(flat));
}

FormPtr circled(const std::string& sign, Forms operands) { return node(Kind::circled, std::move(operands), {}, sign); }

FormPtr sum(const Forms& terms, const std::vector<int>& signs) {
  Form form;
  form.kind = Kind::sum;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    if (terms[i]->kind == Kind::sum) {
      for (std::size_t k = 0; k < terms[i]->kids.size(); ++k) {
        form.kids.push_back(terms[i]->kids[k]);
        form.signs.push_back(signs[i] * terms[i]->signs[k]);
      }
    } else {
      form.kids.push_back(terms[i]);
      form.signs.push_back(signs[i]);
    }
  }
  if (form.kids.empty()) return number("0");
  if (form.kids.size() == 1 && form.signs[0] > 0) return form.kids[0];
  return std::make_shared<const Form>(std::move(form));
}

FormPtr negated(const FormPtr& term) { return sum({term}, {-1}); }

namespace {

/// The form times −1, by turning a difference in it around; null if there is none.
FormPtr turned(const FormPtr& form) {
  const auto with_kid = [&](std::size_t i) -> FormPtr {
    FormPtr kid = form->kids[i] ? turned(form->kids[i]) : nullptr;
    if (!kid) return nullptr;
    Form copy = *form;
    copy.kids[i] = std::move(kid);
    return std::make_shared<const Form>(std::move(copy));
  };
  switch (form->kind) {
    case Kind::sum: {
      const bool difference = form->signs == std::vector<int>{1, -1};
      if (!difference || form->kids[0]->kind == Kind::number || form->kids[1]->kind == Kind::number) return nullptr;
      return sum({form->kids[1], form->kids[0]}, {1, -1});
    }
    case Kind::product:
    case Kind::circled:
      for (std::size_t i = 0; i < form->kids.size(); ++i) {
        if (FormPtr out = with_kid(i)) return out;
      }
      return nullptr;
    case Kind::group:
    case Kind::fraction: return with_kid(0);
    case Kind::scripts: return form->kids[2] && form->kids[2]->text == "T" ? with_kid(0) : nullptr;
    case Kind::big: return form->text == "Σ" ? with_kid(2) : nullptr;
    default: return nullptr;
  }
}

}  // namespace

FormPtr without_minus(FormPtr form) {
  if (form->kind != Kind::sum || form->kids.size() != 1) return form;
  FormPtr other = turned(form->kids[0]);
  return other ? other : form;
}

bool take_minus(FormPtr& form) {
  if (form->kind != Kind::sum) return false;
  for (const int sign : form->signs) {
    if (sign > 0) return false;
  }
  form = sum(form->kids, std::vector<int>(form->kids.size(), 1));
  return true;
}

FormPtr fraction(FormPtr numerator, FormPtr denominator) {
  return node(Kind::fraction, {std::move(numerator), std::move(denominator)});
}

FormPtr root(FormPtr radicand) { return node(Kind::root, {std::move(radicand)}); }

FormPtr call(FormPtr head, Forms arguments) {
  Forms kids{std::move(head)};
  kids.insert(kids.end(), arguments.begin(), arguments.end());
  return node(Kind::call, std::move(kids));
}

FormPtr function(FormPtr head, FormPtr argument) {
  Form form;
  form.kind = Kind::call;
  form.kids = {std::move(head), std::move(argument)};
  form.bare = true;
  return std::make_shared<const Form>(std::move(form));
}

FormPtr big(std::string latex, std::string text, FormPtr lower, FormPtr upper, FormPtr body) {
  return node(Kind::big, {std::move(lower), std::move(upper), std::move(body)}, std::move(latex), std::move(text));
}

FormPtr bars(const std::string& bar, FormPtr content) { return node(Kind::bars, {std::move(content)}, {}, bar); }

FormPtr relation(std::string latex, std::string text, FormPtr left, FormPtr right) {
  return node(Kind::relation, {std::move(left), std::move(right)}, std::move(latex), std::move(text));
}

FormPtr cases(Forms values_and_conditions) { return node(Kind::cases, std::move(values_and_conditions)); }

FormPtr derivative(FormPtr numerator, FormPtr body, const Forms& by) {
  Form form;
  form.kind = Kind::derivative;
  form.kids = {std::move(numerator), std::move(body)};
  for (const FormPtr& variable : by) {
    if (form.kids.size() > 2 && same(*form.kids.back(), *variable)) {
      ++form.signs.back();
    } else {
      form.kids.push_back(variable);
      form.signs.push_back(1);
    }
  }
  return std::make_shared<const Form>(std::move(form));
}

FormPtr restricted(FormPtr body, Forms equations) {
  Forms kids{std::move(body)};
  kids.insert(kids.end(), equations.begin(), equations.end());
  return node(Kind::restricted, std::move(kids));
}

}  // namespace form
}  // namespace gradus
