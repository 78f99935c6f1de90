// Forms as Unicode text for a terminal.
#include "notation/form.h"
#include "notation/letters.h"

namespace gradus {
namespace {

using Kind = Form::Kind;

std::string write(const Form& form);

std::string bracket(const std::string& inside) { return "(" + inside + ")"; }

std::string at(const FormPtr& form, Level least) {
  const std::string inside = write(*form);
  return level(*form, true) < least ? bracket(inside) : inside;
}

bool single(const std::string& text) { return code_points(text).size() == 1; }

std::string subscript(const Form& form) {
  const std::string inside = write(form);
  if (const auto low = lowered(inside)) return *low;
  return single(inside) ? "_" + inside : "_{" + inside + "}";
}

std::string superscript(const Form& form) {
  const std::string inside = write(form);
  if (const auto high = raised(inside)) return *high;
  return single(inside) ? "^" + inside : "^{" + inside + "}";
}

std::string write_scripts(const Form& form) {
  const FormPtr& base = form.kids[0];
  std::string out = at(base, Level::atom);
  const bool labelled = base->kind == Kind::name && form.kids[1] && out.find('_') != std::string::npos;
  if (brackets_base(form) || labelled) out = bracket(out);
  for (int i = 0; i < form.primes; ++i) out += "′";
  if (form.kids[1]) out += subscript(*form.kids[1]);
  if (form.kids[2]) out += superscript(*form.kids[2]);
  return out;
}

std::string write_power(const Form& form) {
  const FormPtr& base = form.kids[0];
  const std::string exponent = write(*form.kids[1]);
  const auto high = raised(exponent);
  if (base->kind == Kind::name && base->text == "e" && !high) return "exp(" + exponent + ")";
  std::string out = at(base, Level::atom);
  if (base->kind == Kind::scripts && base->kids[2]) out = bracket(out);
  if (high) return out + *high;
  if (form.kids[1]->kind == Kind::list) return out + "^{" + exponent + "}";
  return out + "^" + (level(*form.kids[1], true) < Level::atom ? bracket(exponent) : exponent);
}

/// A single letter, perhaps transposed or inverted: written side by side without a space, as in AᵀAx.
bool letter_like(const FormPtr& form) {
  const Form& base = form->kind == Kind::scripts && !form->kids[1] && form->primes == 0 ? *form->kids[0] : *form;
  return base.kind == Kind::name && single(base.text);
}

std::string write_product(const Form& form) {
  std::string out, previous;
  for (std::size_t i = 0; i < form.kids.size(); ++i) {
    const FormPtr& factor = form.kids[i];
    const bool last = i + 1 == form.kids.size();
    const bool quotient = factor->kind == Kind::derivative && !factor->kids[1];
    const bool loose = (last && reaches_right(*factor)) || quotient;
    const std::string next = at(factor, loose ? Level::product : Level::factor);
    if (i > 0) {
      const FormPtr& before = form.kids[i - 1];
      const bool digit = next[0] >= '0' && next[0] <= '9';
      if (before->kind == Kind::derivative || quotient || digit) {
        out += " · ";
      } else if ((before->kind == Kind::number && factor->kind != Kind::big) ||
                 (next[0] == '(' && before->kind != Kind::fraction) || (previous[0] == '(' && letter_like(factor)) ||
                 (letter_like(before) && letter_like(factor))) {
        // side by side
      } else {
        out += " ";
      }
    }
    out += next;
    previous = next;
  }
  return out;
}

std::string write_derivative(const Form& form) {
  int order = 0;
  std::string by;
  for (std::size_t i = 0; i < form.signs.size(); ++i) {
    order += form.signs[i];
    by += "∂" + at(form.kids[i + 2], Level::atom);
    if (form.signs[i] > 1) by += *raised(std::to_string(form.signs[i]));
  }
  std::string out = "∂";
  if (order > 1) out += *raised(std::to_string(order));
  if (form.kids[0]) out += at(form.kids[0], Level::atom);
  out += "/" + by;
  if (form.kids[1]) out += " " + (is_applied(*form.kids[1]) ? write(*form.kids[1]) : bracket(write(*form.kids[1])));
  return out;
}

/// A relation without spaces, as under a Σ.
std::string tight(const Form& form) {
  return form.kind == Kind::relation ? write(*form.kids[0]) + form.text + write(*form.kids[1]) : write(form);
}

std::string joined(const Form& form, std::size_t from, const char* separator) {
  std::string out;
  for (std::size_t i = from; i < form.kids.size(); ++i) out += (i > from ? separator : "") + write(*form.kids[i]);
  return out;
}

std::string write(const Form& form) {
  switch (form.kind) {
    case Kind::number:
    case Kind::name: return form.text;
    case Kind::list: return joined(form, 0, form.text.c_str());
    case Kind::group: return form.text == "[" ? "[" + write(*form.kids[0]) + "]" : bracket(write(*form.kids[0]));
    case Kind::scripts: return write_scripts(form);
    case Kind::power: return write_power(form);
    case Kind::product: return write_product(form);
    case Kind::circled: {
      std::string out;
      for (const FormPtr& operand : form.kids) {
        if (!out.empty()) out += " " + form.text + " ";
        out += at(operand, Level::factor);
      }
      return out;
    }
    case Kind::sum: {
      std::string out;
      for (std::size_t i = 0; i < form.kids.size(); ++i) {
        if (form.signs[i] < 0) {
          out += i == 0 ? "−" : " − ";
        } else if (i > 0) {
          out += " + ";
        }
        out += at(form.kids[i], Level::product);
      }
      return out;
    }
    case Kind::fraction: return at(form.kids[0], Level::product) + "/" + at(form.kids[1], Level::factor);
    case Kind::root: return "√" + at(form.kids[0], Level::atom);
    case Kind::call: return at(form.kids[0], Level::atom) + bracket(joined(form, 1, ", "));
    case Kind::big: {
      std::string out = form.text + (form.kids[0] ? "_{" + tight(*form.kids[0]) + "}" : "");
      if (form.kids[1]) {
        const std::string upper = write(*form.kids[1]);
        out += single(upper) ? "^" + upper : "^{" + upper + "}";
      }
      return out + " " + at(form.kids[2], Level::product);
    }
    case Kind::bars: return form.text + write(*form.kids[0]) + form.text;
    case Kind::relation: return write(*form.kids[0]) + " " + form.text + " " + write(*form.kids[1]);
    case Kind::cases: {
      std::string out = "{";
      for (std::size_t i = 0; i + 1 < form.kids.size(); i += 2) {
        if (i > 0) out += "; ";
        out += write(*form.kids[i]) + (form.kids[i + 1] ? " if " + write(*form.kids[i + 1]) : " otherwise");
      }
      return out + "}";
    }
    case Kind::derivative: return write_derivative(form);
    case Kind::restricted: {
      std::string out = at(form.kids[0], Level::factor) + "|_{";
      for (std::size_t i = 1; i < form.kids.size(); ++i) out += (i > 1 ? ", " : "") + tight(*form.kids[i]);
      return out + "}";
    }
  }
  return {};
}

}  // namespace

std::string render_text(const Form& form) { return write(form); }

}  // namespace gradus
