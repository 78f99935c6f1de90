// Forms as LaTeX.
#include <cctype>

#include "notation/form.h"

namespace gradus {
namespace {

using Kind = Form::Kind;

std::string write(const Form& form, bool in_script);

bool tall(const std::string& latex) {
  for (const char* sign : {"\\frac", "\\sum", "\\prod", "\\begin", "\\left", "\\big|"}) {
    if (latex.find(sign) != std::string::npos) return true;
  }
  return false;
}

std::string bracket(const std::string& inside, const char* open = "(", const char* close = ")") {
  if (!tall(inside)) return open + inside + close;
  return "\\left" + std::string(open) + " " + inside + " \\right" + close;
}

/// The form, in brackets if it holds together less tightly than asked.
std::string at(const FormPtr& form, Level least, bool in_script) {
  const std::string inside = write(*form, in_script);
  return level(*form, in_script) < least ? bracket(inside) : inside;
}

/// Whether the LaTeX of a base has a script of that sign at its own level.
bool has_script(const std::string& latex, char sign) {
  int depth = 0;
  for (const char c : latex) {
    if (c == '{') ++depth;
    if (c == '}') --depth;
    if (c == sign && depth == 0) return true;
  }
  return false;
}

std::string script(char sign, const std::string& inside) {
  const bool macro =
      inside.size() > 1 && inside[0] == '\\' &&
      inside.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", 1) == std::string::npos;
  return inside.size() == 1 || macro ? sign + inside : sign + ("{" + inside + "}");
}

std::string write_scripts(const Form& form, bool in_script) {
  const FormPtr& base = form.kids[0];
  std::string out = at(base, Level::atom, in_script);
  const bool name = base->kind == Kind::name;
  if (brackets_base(form) || (name && form.kids[1] && has_script(out, '_')) ||
      (name && (form.kids[2] || form.primes > 0) && (has_script(out, '^') || has_script(out, '\'')))) {
    out = bracket(out);
  }
  out += std::string(form.primes, '\'');
  if (form.kids[1]) out += script('_', write(*form.kids[1], true));
  if (form.kids[2]) out += script('^', write(*form.kids[2], true));
  return out;
}

std::string write_power(const Form& form, bool in_script) {
  const FormPtr& base = form.kids[0];
  std::string out = at(base, Level::atom, in_script);
  const bool raised = base->kind == Kind::scripts || base->kind == Kind::name;
  if (raised && (has_script(out, '^') || has_script(out, '\''))) out = bracket(out);
  return out + script('^', write(*form.kids[1], true));
}

/// A single letter, perhaps transposed or inverted: written side by side without a space, as in A^TAx.
bool letter_like(const FormPtr& form) {
  const Form& base = form->kind == Kind::scripts && !form->kids[1] && form->primes == 0 ? *form->kids[0] : *form;
  return base.kind == Kind::name && base.latex.size() == 1;
}

bool ends_in_macro(const std::string& latex) {
  std::size_t k = latex.size();
  while (k > 0 && std::isalpha(static_cast<unsigned char>(latex[k - 1]))) --k;
  return k > 0 && k < latex.size() && latex[k - 1] == '\\';
}

bool is_group(const std::string& latex) { return latex[0] == '(' || latex.compare(0, 6, "\\left(") == 0; }

std::string write_product(const Form& form, bool in_script) {
  std::string out, previous;
  for (std::size_t i = 0; i < form.kids.size(); ++i) {
    const FormPtr& factor = form.kids[i];
    const bool last = i + 1 == form.kids.size();
    std::string next = at(factor, last && reaches_right(*factor) ? Level::product : Level::factor, in_script);
    if (i > 0) {
      const FormPtr& before = form.kids[i - 1];
      const char first = next[0];
      const bool group = is_group(next), after_group = is_group(previous) && letter_like(factor);
      if (std::isdigit(static_cast<unsigned char>(first))) {
        out += " \\cdot ";
      } else if (before->kind == Kind::number || before->kind == Kind::fraction) {
        // nothing between a coefficient and what it belongs to
      } else if (group || after_group || (letter_like(before) && letter_like(factor))) {
        if (ends_in_macro(out) && !group) out += " ";
      } else {
        out += " ";
      }
    }
    out += next;
    previous = std::move(next);
  }
  return out;
}

std::string write_sum(const Form& form, bool in_script) {
  std::string out;
  for (std::size_t i = 0; i < form.kids.size(); ++i) {
    const std::string term = at(form.kids[i], Level::product, in_script);
    if (form.signs[i] < 0) {
      out += i == 0 ? "-" : in_script ? "-" : " - ";
    } else if (i > 0) {
      out += in_script ? "+" : " + ";
    }
    out += term;
  }
  return out;
}

std::string write_fraction(const Form& form, bool in_script) {
  if (!in_script) return "\\frac{" + write(*form.kids[0], false) + "}{" + write(*form.kids[1], false) + "}";
  return at(form.kids[0], Level::product, true) + "/" + at(form.kids[1], Level::factor, true);
}

std::string write_derivative(const Form& form) {
  int order = 0;
  std::string by;
  for (std::size_t i = 0; i < form.signs.size(); ++i) {
    order += form.signs[i];
    std::string variable = at(form.kids[i + 2], Level::atom, false);
    if (form.signs[i] > 1) {
      if (has_script(variable, '^')) variable = "{" + variable + "}";
      variable += script('^', std::to_string(form.signs[i]));
    }
    by += (i > 0 ? " \\partial " : "\\partial ") + variable;
  }
  std::string top = "\\partial";
  if (order > 1) top += script('^', std::to_string(order));
  if (form.kids[0]) top += " " + at(form.kids[0], Level::atom, false);
  std::string out = "\\frac{" + top + "}{" + by + "}";
  if (form.kids[1]) {
    const std::string body = write(*form.kids[1], false);
    out += is_applied(*form.kids[1]) ? " " + body : bracket(body);
  }
  return out;
}

std::string write(const Form& form, bool in_script) {
  switch (form.kind) {
    case Kind::number:
    case Kind::name: return form.latex;
    case Kind::list: {
      std::string out;
      for (const FormPtr& item : form.kids) {
        const std::string next = write(*item, in_script);
        if (!out.empty()) out += form.latex.empty() && ends_in_macro(out) ? " " : form.latex;
        out += next;
      }
      return out;
    }
    case Kind::group:
      return bracket(write(*form.kids[0], in_script), form.text == "[" ? "[" : "(", form.text == "[" ? "]" : ")");
    case Kind::scripts: return write_scripts(form, in_script);
    case Kind::power: return write_power(form, in_script);
    case Kind::product: return write_product(form, in_script);
    case Kind::circled: {
      std::string out;
      for (const FormPtr& operand : form.kids) {
        if (!out.empty()) out += form.text == "⊙" ? " \\odot " : " \\oslash ";
        out += at(operand, Level::factor, in_script);
      }
      return out;
    }
    case Kind::sum: return write_sum(form, in_script);
    case Kind::fraction: return write_fraction(form, in_script);
    case Kind::root: return "\\sqrt{" + write(*form.kids[0], false) + "}";
    case Kind::call: {
      std::string arguments;
      for (std::size_t i = 1; i < form.kids.size(); ++i) {
        arguments += (i > 1 ? ", " : "") + write(*form.kids[i], in_script);
      }
      return at(form.kids[0], Level::atom, in_script) + bracket(arguments);
    }
    case Kind::big: {
      std::string out = form.latex + script('_', write(*form.kids[0], true));
      if (form.kids[1]) out += "^{" + write(*form.kids[1], true) + "}";
      const std::string body = at(form.kids[2], Level::product, in_script);
      const bool sum_follows = body.compare(0, 5, "\\sum_") == 0 || body.compare(0, 6, "\\prod_") == 0;
      return out + (sum_follows ? "" : " ") + body;
    }
    case Kind::bars: {
      const std::string bar = form.text == "‖" ? "\\|" : "|";
      return bracket(write(*form.kids[0], in_script), bar.c_str(), bar.c_str());
    }
    case Kind::relation:
      return write(*form.kids[0], in_script) + (in_script && form.latex == "=" ? "=" : " " + form.latex + " ") +
             write(*form.kids[1], in_script);
    case Kind::cases: {
      std::string out = "\\begin{cases} ";
      for (std::size_t i = 0; i + 1 < form.kids.size(); i += 2) {
        if (i > 0) out += " \\\\ ";
        out += write(*form.kids[i], false) + " & ";
        out += form.kids[i + 1] ? "\\text{if } " + write(*form.kids[i + 1], false) : "\\text{otherwise}";
      }
      return out + " \\end{cases}";
    }
    case Kind::derivative: return write_derivative(form);
    case Kind::restricted: {
      std::string equations;
      for (std::size_t i = 1; i < form.kids.size(); ++i) {
        equations += (i > 1 ? ", " : "") + write(*form.kids[i], true);
      }
      return at(form.kids[0], Level::factor, in_script) + "\\big|_{" + equations + "}";
    }
  }
  return {};
}

}  // namespace

std::string render_latex(const Form& form) { return write(form, false); }

}  // namespace gradus
