#include "notation/latex/commands.h"

#include <unordered_map>

namespace gradus::notation::latex {
namespace {

using enum Meaning;

constexpr Command commands[] = {
    // letters
    {"alpha", name, "α"}, {"beta", name, "β"}, {"gamma", name, "γ"}, {"delta", name, "δ"}, {"epsilon", name, "ϵ"},
    {"varepsilon", name, "ε"}, {"zeta", name, "ζ"}, {"eta", name, "η"}, {"theta", name, "θ"}, {"vartheta", name, "ϑ"},
    {"iota", name, "ι"}, {"kappa", name, "κ"}, {"varkappa", name, "ϰ"}, {"lambda", name, "λ"}, {"mu", name, "μ"},
    {"nu", name, "ν"}, {"xi", name, "ξ"}, {"omicron", name, "ο"}, {"pi", name, "π"}, {"varpi", name, "ϖ"},
    {"rho", name, "ρ"}, {"varrho", name, "ϱ"}, {"sigma", name, "σ"}, {"varsigma", name, "ς"}, {"tau", name, "τ"},
    {"upsilon", name, "υ"}, {"phi", name, "ϕ"}, {"varphi", name, "φ"}, {"chi", name, "χ"}, {"psi", name, "ψ"},
    {"omega", name, "ω"}, {"Gamma", name, "Γ"}, {"Delta", name, "Δ"}, {"Theta", name, "Θ"}, {"Lambda", name, "Λ"},
    {"Xi", name, "Ξ"}, {"Pi", name, "Π"}, {"Sigma", name, "Σ"}, {"Upsilon", name, "Υ"}, {"Phi", name, "Φ"},
    {"Psi", name, "Ψ"}, {"Omega", name, "Ω"}, {"ell", name, "ℓ"}, {"hbar", name, "ħ"}, {"imath", name, "ı"},
    {"jmath", name, "ȷ"}, {"aleph", name, "ℵ"}, {"wp", name, "℘"}, {"Re", name, "ℜ"}, {"Im", name, "ℑ"},
    {"partial", name, "∂"}, {"nabla", name, "∇"}, {"infty", name, "∞"}, {"emptyset", name, "∅"},
    {"varnothing", name, "∅"}, {"dots", name, "…"}, {"ldots", name, "…"}, {"cdots", name, "…"}, {"vdots", name, "…"},
    {"ddots", name, "…"}, {"dotsc", name, "…"}, {"dotsb", name, "…"}, {"dotsm", name, "…"}, {"hdots", name, "…"},
    {"top", name, "⊤"}, {"intercal", name, "⊤"}, {"bot", name, "⊥"}, {"dagger", name, "†"}, {"ddagger", name, "‡"},
    {"degree", name, "°"}, {"natural", name, "♮"}, {"sharp", name, "♯"}, {"flat", name, "♭"}, {"#", name, "#"},
    {"triangle", name, "△"}, {"Box", name, "□"}, {"square", name, "□"},
    // functions
    {"log", function, "log"}, {"ln", function, "ln"}, {"lg", function, "lg"}, {"exp", function, "exp"},
    {"sin", function, "sin"}, {"cos", function, "cos"}, {"tan", function, "tan"}, {"cot", function, "cot"},
    {"sec", function, "sec"}, {"csc", function, "csc"}, {"arcsin", function, "arcsin"}, {"arccos", function, "arccos"},
    {"arctan", function, "arctan"}, {"sinh", function, "sinh"}, {"cosh", function, "cosh"}, {"tanh", function, "tanh"},
    {"coth", function, "coth"}, {"det", function, "det"}, {"dim", function, "dim"}, {"ker", function, "ker"},
    {"deg", function, "deg"}, {"gcd", function, "gcd"}, {"hom", function, "hom"}, {"Pr", function, "Pr"},
    {"tr", function, "tr"}, {"Tr", function, "Tr"}, {"trace", function, "trace"}, {"diag", function, "diag"},
    {"rank", function, "rank"}, {"sgn", function, "sgn"}, {"sign", function, "sign"}, {"erf", function, "erf"},
    {"softmax", function, "softmax"}, {"sigmoid", function, "sigmoid"}, {"relu", function, "relu"},
    {"ReLU", function, "ReLU"}, {"Var", function, "Var"}, {"Cov", function, "Cov"},
    // operators
    {"cdot", op, "·"}, {"bullet", op, "·"}, {"times", op, "×"}, {"ast", op, "*"}, {"star", op, "⋆"}, {"div", op, "/"},
    {"odot", op, "⊙"}, {"oslash", op, "⊘"}, {"otimes", op, "⊗"}, {"oplus", op, "⊕"}, {"ominus", op, "⊖"},
    {"circ", op, "∘"}, {"circledast", op, "⊛"}, {"diamond", op, "⋄"}, {"colon", op, ":"}, {"vcentcolon", op, ":"},
    {"wedge", op, "∧"}, {"land", op, "∧"}, {"vee", op, "∨"}, {"lor", op, "∨"}, {"cup", op, "∪"}, {"cap", op, "∩"},
    {"setminus", op, "∖"}, {"bmod", op, "mod"}, {"mod", op, "mod"}, {"backslash", op, "∖"}, {"pm", sign, "±"},
    {"mp", sign, "±"},
    // relations
    {"neq", rel, "≠"}, {"ne", rel, "≠"}, {"le", rel, "≤"}, {"leq", rel, "≤"}, {"leqslant", rel, "≤"}, {"ge", rel, "≥"},
    {"geq", rel, "≥"}, {"geqslant", rel, "≥"}, {"lt", rel, "<"}, {"gt", rel, ">"}, {"ll", rel, "≪"}, {"gg", rel, "≫"},
    {"approx", rel, "≈"}, {"approxeq", rel, "≈"}, {"simeq", rel, "≃"}, {"cong", rel, "≅"}, {"sim", rel, "∼"},
    {"propto", rel, "∝"}, {"equiv", rel, "≡"}, {"triangleq", rel, "≜"}, {"doteq", rel, ":="}, {"coloneqq", rel, ":="},
    {"coloneq", rel, ":="}, {"defeq", rel, ":="}, {"eqdef", rel, ":="}, {"eqqcolon", rel, "=:"}, {"eqcolon", rel, "=:"},
    {"succ", rel, "≻"}, {"succeq", rel, "≽"}, {"succcurlyeq", rel, "≽"}, {"prec", rel, "≺"}, {"preceq", rel, "≼"},
    {"in", rel, "∈"}, {"notin", rel, "∉"}, {"ni", rel, "∋"}, {"subset", rel, "⊂"}, {"subseteq", rel, "⊂"},
    {"supset", rel, "⊃"}, {"supseteq", rel, "⊃"}, {"to", rel, "→"}, {"rightarrow", rel, "→"},
    {"longrightarrow", rel, "→"}, {"leftarrow", rel, "←"}, {"gets", rel, "←"}, {"mapsto", rel, "↦"},
    {"longmapsto", rel, "↦"}, {"perp", rel, "⊥"}, {"parallel", rel, "∥"}, {"asymp", rel, "≍"},
    // between statements
    {"Rightarrow", words, "⇒"}, {"implies", words, "⇒"}, {"Longrightarrow", words, "⇒"}, {"Leftrightarrow", words, "⇔"},
    {"Longleftrightarrow", words, "⇔"}, {"iff", words, "⇔"}, {"Leftarrow", words, "⇐"}, {"impliedby", words, "⇐"},
    {"leadsto", words, "⇒"}, {"rightsquigarrow", words, "⇒"}, {"therefore", words, "∴"}, {"because", words, "because"},
    {"forall", words, "for all"}, {"exists", words, "exists"},
    // operators with limits
    {"sum", bigop, "sum"}, {"prod", bigop, "prod"}, {"int", bigop, "int"}, {"iint", bigop, "int"},
    {"oint", bigop, "int"}, {"lim", bigop, "lim"}, {"max", limit, "max"}, {"min", limit, "min"}, {"sup", limit, "sup"},
    {"inf", limit, "inf"}, {"argmax", limit, "argmax"}, {"argmin", limit, "argmin"}, {"arg", arg, "arg"},
    {"limsup", bigop, "lim"}, {"liminf", bigop, "lim"},
    // accents and styles
    {"hat", accent, "hat"}, {"widehat", accent, "hat"}, {"bar", accent, "bar"}, {"overline", accent, "bar"},
    {"tilde", accent, "tilde"}, {"widetilde", accent, "tilde"}, {"vec", accent, "vec"},
    {"overrightarrow", accent, "vec"}, {"dot", accent, "dot"}, {"ddot", accent, "ddot"}, {"dddot", accent, "dddot"},
    {"check", accent, "check"}, {"breve", accent, "breve"}, {"acute", accent, "acute"}, {"grave", accent, "grave"},
    {"mathring", accent, "ring"}, {"underline", accent, "underline"}, {"mathbf", style, "bold"},
    {"boldsymbol", style, "bold"}, {"bm", style, "bold"}, {"pmb", style, "bold"}, {"mathbfit", style, "bold"},
    {"symbf", style, "bold"}, {"bold", style, "bold"}, {"mathcal", style, "cal"}, {"mathscr", style, "cal"},
    {"mathbb", style, "bb"}, {"Bbb", style, "bb"}, {"mathds", style, "bb"}, {"mathbbm", style, "bb"},
    {"mathfrak", style, "frak"}, {"mathrm", style, "roman"}, {"mathsf", style, "sans"}, {"mathtt", style, "mono"},
    {"mathit", style, ""}, {"mathnormal", style, ""}, {"mathup", style, "roman"}, {"operatorname", operator_name, ""},
    {"R", name, "R"}, {"N", name, "N"}, {"Z", name, "Z"}, {"Q", name, "Q"}, {"C", name, "C"}, {"reals", name, "R"},
    {"Reals", name, "R"}, {"text", text, ""}, {"textrm", text, ""}, {"textit", text, ""}, {"textbf", text, ""},
    {"textsf", text, ""}, {"texttt", text, ""}, {"textnormal", text, ""}, {"mbox", text, ""}, {"hbox", text, ""},
    {"intertext", between_rows, ""}, {"shortintertext", between_rows, ""},
    // structures
    {"frac", frac, ""}, {"dfrac", frac, ""}, {"tfrac", frac, ""}, {"cfrac", frac, ""}, {"nicefrac", frac, ""},
    {"sfrac", frac, ""}, {"binom", binom, ""}, {"dbinom", binom, ""}, {"tbinom", binom, ""}, {"sqrt", root, ""},
    {"underbrace", under, ""}, {"overbrace", under, ""}, {"underbracket", under, ""}, {"overbracket", under, ""},
    {"overset", overset, ""}, {"stackrel", overset, ""}, {"underset", underset, ""}, {"xrightarrow", overset, "→"},
    {"substack", substack, ""}, {"not", negate, ""}, {"prime", prime, ""}, {"pmod", modulo, ""},
    {"pdv", derivative, "∂"}, {"dv", derivative, "d"}, {"boxed", group, ""}, {"fbox", text, ""}, {"mathop", group, ""},
    {"mathord", group, ""}, {"mathinner", group, ""}, {"mathstrut", space, ""}, {"mathrel", splice, ""},
    {"mathbin", splice, ""}, {"mathopen", splice, ""}, {"mathclose", splice, ""}, {"mathpunct", splice, ""},
    {"ensuremath", splice, ""}, {"cancel", group, ""}, {"smash", group, ""}, {"mathclap", group, ""},
    {"mathllap", group, ""}, {"mathrlap", group, ""},
    // brackets
    {"{", opening, "{"}, {"lbrace", opening, "{"}, {"}", closing, "{"}, {"rbrace", closing, "{"}, {"lbrack", opening, "["},
    {"rbrack", closing, "["}, {"langle", opening, "⟨"}, {"rangle", closing, "⟨"}, {"lfloor", opening, "⌊"},
    {"rfloor", closing, "⌊"}, {"lceil", opening, "⌈"}, {"rceil", closing, "⌈"}, {"lvert", opening, "|"},
    {"rvert", closing, "|"}, {"lVert", opening, "‖"}, {"rVert", closing, "‖"}, {"vert", bar, "|"}, {"|", bar, "‖"},
    {"Vert", bar, "‖"}, {"mid", mid, "|"}, {"middle", size, "m"}, {"left", left, ""}, {"right", right, ""},
    {"lparen", opening, "("}, {"rparen", closing, "("},
    {"big", size, ""}, {"Big", size, ""}, {"bigg", size, ""}, {"Bigg", size, ""}, {"bigl", size, "l"},
    {"Bigl", size, "l"}, {"biggl", size, "l"}, {"Biggl", size, "l"}, {"bigr", size, "r"}, {"Bigr", size, "r"},
    {"biggr", size, "r"}, {"Biggr", size, "r"}, {"bigm", size, "m"}, {"Bigm", size, "m"}, {"biggm", size, "m"},
    {"Biggm", size, "m"},
    // layout
    {",", space, ""}, {";", space, ""}, {":", space, ""}, {"!", space, ""}, {">", space, ""}, {"/", space, ""},
    {"thinspace", space, ""}, {"medspace", space, ""}, {"thickspace", space, ""}, {"negthinspace", space, ""},
    {"negmedspace", space, ""}, {"negthickspace", space, ""}, {"enspace", space, ""}, {"nobreakspace", space, ""},
    {"quad", quad, ""}, {"qquad", quad, ""}, {"enskip", space, ""}, {"hfill", quad, ""}, {"hspace", skip, "quad"},
    {"mspace", skip, ""}, {"vspace", skip, ""}, {"displaystyle", space, ""}, {"textstyle", space, ""},
    {"scriptstyle", space, ""}, {"scriptscriptstyle", space, ""}, {"limits", space, ""}, {"nolimits", space, ""},
    {"displaylimits", space, ""}, {"nonumber", space, ""}, {"notag", space, ""}, {"hline", space, ""},
    {"cline", skip, ""}, {"allowbreak", space, ""}, {"nobreak", space, ""}, {"noindent", space, ""},
    {"centering", space, ""}, {"rm", style_switch, "roman"}, {"it", space, ""}, {"bf", style_switch, "bold"}, {"cal", style_switch, "cal"},
    {"small", space, ""}, {"normalsize", space, ""}, {"footnotesize", space, ""}, {"large", space, ""},
    {"tag", skip, ""}, {"label", skip, ""}, {"color", skip, ""}, {"textcolor", skip, ""}, {"phantom", skip, ""},
    {"hphantom", skip, ""}, {"vphantom", skip, ""}, {"footnote", skip, ""}, {"qedhere", space, ""},
    {"relax", space, ""}, {"strut", space, ""}, {"protect", space, ""}, {"bgroup", space, ""}, {"egroup", space, ""},
    {"displaybreak", space, ""}, {"pagebreak", space, ""}, {"ref", skip, ""}, {"eqref", skip, ""},
};

constexpr Command characters[] = {
    {"+", sign, "+"}, {"-", sign, "-"}, {"−", sign, "-"}, {"–", sign, "-"}, {"±", sign, "±"}, {"∓", sign, "±"},
    {"*", op, "*"}, {"/", op, "/"}, {":", op, ":"}, {"·", op, "·"}, {"⋅", op, "·"}, {"∙", op, "·"}, {"×", op, "×"},
    {"÷", op, "/"}, {"⊙", op, "⊙"}, {"∘", op, "∘"}, {"⊘", op, "⊘"}, {"⊗", op, "⊗"}, {"⊕", op, "⊕"}, {"∧", op, "∧"},
    {"∨", op, "∨"}, {"∪", op, "∪"}, {"∩", op, "∩"}, {"∗", op, "*"}, {"⋆", op, "⋆"},
    {"=", rel, "="}, {"<", rel, "<"}, {">", rel, ">"}, {"≤", rel, "≤"}, {"≥", rel, "≥"}, {"≠", rel, "≠"},
    {"≈", rel, "≈"}, {"≡", rel, "≡"}, {"≜", rel, "≜"}, {"≔", rel, ":="}, {"∈", rel, "∈"}, {"∉", rel, "∉"},
    {"→", rel, "→"}, {"⟶", rel, "→"}, {"↦", rel, "↦"}, {"←", rel, "←"}, {"∼", rel, "∼"}, {"∝", rel, "∝"},
    {"≪", rel, "≪"}, {"≫", rel, "≫"}, {"≻", rel, "≻"}, {"≽", rel, "≽"}, {"⪰", rel, "≽"}, {"≺", rel, "≺"},
    {"⊂", rel, "⊂"}, {"⊆", rel, "⊂"}, {"≃", rel, "≃"}, {"≅", rel, "≅"},
    {"⇒", words, "⇒"}, {"⟹", words, "⇒"}, {"⇔", words, "⇔"}, {"⟺", words, "⇔"}, {"∴", words, "∴"},
    {"∵", words, "because"}, {"∀", words, "for all"}, {"∃", words, "exists"},
    {"∑", bigop, "sum"}, {"∏", bigop, "prod"}, {"∫", bigop, "int"},
    {"|", bar, "|"}, {"∣", bar, "|"}, {"‖", bar, "‖"}, {"∥", bar, "‖"}, {"(", opening, "("}, {")", closing, "("},
    {"[", opening, "["}, {"]", closing, "["}, {"⟨", opening, "⟨"}, {"⟩", closing, "⟨"}, {"⌊", opening, "⌊"},
    {"⌋", closing, "⌊"}, {"⌈", opening, "⌈"}, {"⌉", closing, "⌈"}, {"'", prime, ""}, {"’", prime, ""},
    {"′", prime, ""}, {"∂", name, "∂"}, {"∇", name, "∇"}, {"∞", name, "∞"}, {"…", name, "…"}, {"⋯", name, "…"},
    {"⊤", name, "⊤"}, {"†", name, "†"}, {"∅", name, "∅"}, {"\u00A0", space, ""}, {"\u2009", space, ""},
    {"\u200B", space, ""}, {"\uFEFF", space, ""}, {"\u2003", quad, ""},
};

using Table = std::unordered_map<std::string_view, const Command*>;

template <std::size_t N>
Table table_of(const Command (&rows)[N]) {
  Table table;
  for (const Command& row : rows) table.emplace(row.name, &row);
  return table;
}

const Command* find(const Table& table, std::string_view name) {
  const auto found = table.find(name);
  return found == table.end() ? nullptr : found->second;
}

}  // namespace

const Command* find_command(std::string_view name) {
  static const Table table = table_of(commands);
  return find(table, name);
}

const Command* find_character(std::string_view character) {
  static const Table table = table_of(characters);
  return find(table, character);
}

std::string latex_of_letter(std::string_view letter) {
  static const Table letters = [] {
    Table table;
    for (const Command& row : commands) {
      if (row.meaning == name && row.text.size() > 1) table.emplace(row.text, &row);
    }
    return table;
  }();
  const Command* row = find(letters, letter);
  return row ? "\\" + std::string(row->name) : std::string(letter);
}

}  // namespace gradus::notation::latex
