// The small controlled vocabulary of prose: assumptions, traits, what is a function of what. Everything else is ignored.
#include <algorithm>

#include "sheet/describe.h"
#include "sheet/reader.h"

namespace gradus {

namespace {

const Syn& base_of(const Syn& s) { return s.kind == SynKind::scripts ? *s.kids[0] : s; }

std::string lower(std::string_view text) {
  std::string out;
  for (char ch : text) out += ch >= 'A' && ch <= 'Z' ? static_cast<char>(ch - 'A' + 'a') : ch == '\n' ? ' ' : ch;
  return out;
}

bool has(const std::string& text, const char* phrase) { return text.find(phrase) != std::string::npos; }

/// The word stands alone in the text and is not negated.
bool word(const std::string& text, const std::string& wanted) {
  for (std::size_t at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + 1)) {
    auto letter = [](char ch) { return (ch >= 'a' && ch <= 'z'); };
    bool left = at == 0 || (!letter(text[at - 1]) && text[at - 1] != '-');
    bool right = at + wanted.size() >= text.size() || !letter(text[at + wanted.size()]);
    bool negated = at >= 4 && text.compare(at - 4, 4, "not ") == 0;
    negated |= at >= 4 && text.compare(at - 4, 4, "non ") == 0;
    if (left && right && !negated) return true;
  }
  return false;
}

std::string last_words(const std::string& text, std::size_t count) {
  std::size_t end = text.find_last_not_of(" \t,:");
  if (end == std::string::npos) return "";
  std::size_t at = end + 1;
  for (std::size_t n = 0; n < count && at != std::string::npos && at > 0; ++n) {
    at = text.find_last_of(" (", at - 1);
    if (at == std::string::npos) return text.substr(0, end + 1);
  }
  return text.substr(at + 1, end - at);
}

Traits traits_in(const std::string& text) {
  Traits t;
  t.symmetric = word(text, "symmetric") && !has(text, "skew-symmetric") && !has(text, "antisymmetric") && !has(text, "symmetric in");
  t.positive_definite = word(text, "positive definite") || word(text, "positive-definite") || word(text, "spd");
  if (t.positive_definite) t.symmetric = true;
  t.orthogonal = word(text, "orthogonal") && !has(text, "orthogonal to");
  t.diagonal = word(text, "diagonal");
  t.invertible = word(text, "invertible") || word(text, "nonsingular") || word(text, "non-singular") || word(text, "regular");
  t.nonzero = word(text, "nonzero") || word(text, "non-zero");
  t.one_hot = word(text, "one-hot") || word(text, "one hot");
  t.positive = (word(text, "positive") && !t.positive_definite && !has(text, "positive semi")) || word(text, "strictly positive");
  t.unit_norm = word(text, "unit vector") || word(text, "unit norm") || word(text, "unit length") || word(text, "unit vectors");
  t.sums_to_one = word(text, "probability vector") || has(text, "sums to one") || has(text, "sum to one") || has(text, "sum to 1") ||
                  has(text, "sums to 1") || word(text, "probabilities");
  t.symmetric_arguments = has(text, "symmetric in its");
  t.affine = word(text, "affine");
  return t;
}

bool any(const Traits& t) {
  return t.positive || t.nonzero || t.symmetric || t.positive_definite || t.orthogonal || t.diagonal || t.invertible || t.positive_det ||
         t.sums_to_one || t.one_hot || t.unit_norm || t.symmetric_arguments || t.affine;
}

void merge(Traits& into, const Traits& t) {
  into.positive |= t.positive;
  into.nonzero |= t.nonzero;
  into.below_one |= t.below_one;
  into.symmetric |= t.symmetric;
  into.positive_definite |= t.positive_definite;
  into.orthogonal |= t.orthogonal;
  into.diagonal |= t.diagonal;
  into.invertible |= t.invertible;
  into.positive_det |= t.positive_det;
  into.sums_to_one |= t.sums_to_one;
  into.one_hot |= t.one_hot;
  into.unit_norm |= t.unit_norm;
  into.symmetric_arguments |= t.symmetric_arguments;
  into.affine |= t.affine;
  into.sign |= t.sign;
  into.binary |= t.binary;
  if (t.hot) into.hot = t.hot;
}

std::string traits_text(const Traits& t) {
  std::string out;
  auto add = [&](bool on, const char* text) {
    if (on) out += (out.empty() ? "" : ", ") + std::string(text);
  };
  add(t.symmetric, "symmetric");
  add(t.positive_definite, "positive definite");
  add(t.orthogonal, "orthogonal");
  add(t.diagonal, "diagonal");
  add(t.invertible, "invertible");
  add(t.positive_det, "of positive determinant");
  add(t.positive, "positive");
  add(t.nonzero, "nonzero");
  add(t.one_hot, "one-hot");
  add(t.sums_to_one, "entries sum to one");
  add(t.unit_norm, "of length one");
  add(t.symmetric_arguments, "symmetric in its arguments");
  add(t.affine, "affine");
  return out;
}

}  // namespace

bool SheetReader::says_assumption(const std::string& lead) const {
  static const char* const kWords[] = {"for", "with", "where", "since", "if", "because", "when", "assume", "assuming", "suppose", "given",
                                       "provided", "as", "let", "using", "while", "whenever", "satisfies", "satisfying", "such that", "that", "and",
                                       "from", "by", "use", "at", "under", "has", "on", "fix"};
  std::string tail = last_words(lead, 1);
  for (const char* w : kWords)
    if (tail == w) return true;
  std::string two = last_words(lead, 2), three = last_words(lead, 3);
  return two == "such that" || two == "so that" || two == "assume that" || two == "suppose that" || two == "for all" || two == "the case" ||
         two == "for each" || two == "for every" || two == "the fact" || three == "in the case" || has(lead, "assum") || two == "for any";
}

bool SheetReader::lead_scope_is_soft() const {
  // "let z = Wx", "where a = x²", "with p = σ(z)" introduce a name; "for K = 1", "since f_1 = f_2" assume something.
  std::string tail = last_words(lead_, 1);
  return tail == "let" || tail == "where" || tail == "with" || tail == "and" || tail == "using" || tail == "by" || tail == "use" || tail == "that" || tail == "as" || tail == "given" || tail == "has" || tail == "from";
}

/// The tensor rank of a declared name; −1 if it is none.
int SheetReader::rank_of(const Syn& name) const {
  const Syn& base = base_of(name.kind == SynKind::product ? *name.kids[0] : name);
  if (base.kind != SynKind::name) return -1;
  Entry* entry = name.kind == SynKind::scripts ? scope_->find(literal_key(name, name.sub != nullptr, name.sup != nullptr)) : nullptr;
  if (!entry) entry = scope_->find(name_key(base));
  if (!entry || entry->alias) return -1;
  const Symbol* symbol = entry->symbol ? entry->symbol : entry->callable;
  return symbol ? static_cast<int>(symbol->rank()) : -1;
}

void SheetReader::apply_traits(const Syn& name, const Traits& traits) {
  const Syn& base = base_of(name);
  const Syn* target = &base;
  if (name.kind == SynKind::product) {
    // f(x) speaks of f; X^T X is no name.
    if (name.kids.size() != 2 || base_of(*name.kids[1]).kind != SynKind::group) return;
    target = &base_of(*name.kids[0]);
  }
  if (target->kind != SynKind::name) return;
  Entry* entry = name.kind == SynKind::scripts ? scope_->find(literal_key(name, name.sub != nullptr, name.sup != nullptr)) : nullptr;
  if (!entry) entry = scope_->find(name_key(*target));
  if (!entry) return;
  std::string text = traits_text(traits);
  if (scoped_traits_) {
    Symbol* symbol = entry->symbol ? entry->symbol : entry->callable;
    if (!symbol) return;
    pending_assumed_.push_back({symbol, traits});
    pending_texts_.push_back(symbol->name + " " + text);
  } else {
    for (Symbol* symbol : {entry->symbol, entry->callable})
      if (symbol) merge(symbol->traits, traits), lasting_texts_.push_back(symbol->name + " " + text);
  }
  note(Statement::Kind::assumption, name.span, std::string(source_.text(name.span)) + " " + text);
}

void SheetReader::before_formula(const Piece& piece) {
  // "symmetric $A$", "an orthogonal matrix $Q$": what the words right before say of the first name.
  if (piece.chains.empty() || !piece.chains[0].sides.size() || !piece.chains[0].sides[0]) return;
  std::size_t end = lead_.find_last_not_of(" \t");
  if (end == std::string::npos || lead_[end] == ',' || lead_[end] == ':' || lead_[end] == ';' || lead_[end] == '.') return;
  std::string tail = last_words(lead_, 4);
  for (const char* noun : {" matrix", " matrices", " vector", " vectors", " function", " functions", " scalar"}) {
    std::size_t length = std::char_traits<char>::length(noun);
    if (tail.size() >= length && tail.compare(tail.size() - length, length, noun) == 0) tail = tail.substr(0, tail.size() - length);
  }
  Traits t = traits_in(tail);
  std::string last = last_words(tail, 1);
  bool ends_with = any(t) && (any(traits_in(last)) || last == "definite");
  if (ends_with) trait_before_ = t;
}

bool SheetReader::shape_formula(const Piece& piece) {
  shape_said_ = nullptr;
  if (piece.chains.size() != 1 || piece.chains[0].sides.size() != 1 || !piece.chains[0].sides[0]) return false;
  const SynPtr& syn = piece.chains[0].sides[0];
  auto size = [&](const SynPtr& s) {
    return s->kind == SynKind::number || (s->kind == SynKind::name && !is_quantity(name_key(*s))) || (s->kind == SynKind::scripts && !is_quantity(name_key(base_of(*s))));
  };
  bool matrix = syn->kind == SynKind::product && syn->kids.size() == 3 && syn->kids[1]->kind == SynKind::op && syn->kids[1]->text == "×" &&
                size(syn->kids[0]) && size(syn->kids[2]);
  std::string two = last_words(lead_, 2), three = last_words(lead_, 3);
  bool vector = syn->kind == SynKind::name && size(syn) && has(lead_, "vector") &&
                (two == "of length" || two == "of dimension" || two == "of size" || two == "vector with" || two == "vectors with" || three == "a vector of" || two == "vectors of");
  const Piece* next = &piece + 1 < document_.pieces.data() + document_.pieces.size() ? &piece + 1 : nullptr;
  bool dimension = syn->kind == SynKind::name && size(syn) && next && next->kind == Piece::Kind::words &&
                   (next->text.rfind("-vector", 0) == 0 || next->text.rfind("-dimensional", 0) == 0);
  if (!matrix && !vector && !dimension) return false;
  shape_said_ = syn;
  return true;
}

void SheetReader::declare_shaped(const SynPtr& name, const SynPtr& shape, bool row) {
  if (base_of(*name).kind != SynKind::name && name->kind != SynKind::product) return;
  Context c = context();
  SetShape set;
  try {
    auto axis = [&](const SynPtr& length) { set.axes.push_back({make::number(1), e_.size_value(*length, c)}); };
    if (shape->kind == SynKind::product) axis(shape->kids[0]), axis(shape->kids[2]);
    else
      axis(shape);
    set.row = row;
    declare(*name, set, c);
    note(Statement::Kind::declaration, name->span, std::string(source_.text(name->span)) + " ∈ ℝ^" + (shape->kind == SynKind::product ? "{" + std::string(source_.text(shape->span)) + "}" : std::string(source_.text(shape->span))));
  } catch (const Fit& why) {
    sheet_.diagnostics.push_back(why.why);
  }
}

void SheetReader::shape_words(const std::string& text) {
  // What stands behind the shape tells whose it is: "A be an n×n matrix", "an n×n matrix $A$".
  if (shape_said_) {
    std::size_t begin = text.find_first_not_of(" -");
    std::string rest = begin == std::string::npos ? "" : text.substr(begin);
    bool matrix = shape_said_->kind == SynKind::product;
    bool noun = !matrix || rest.rfind("matri", 0) == 0 || rest.rfind("real matri", 0) == 0 || rest.rfind("symmetric", 0) == 0 || rest.rfind("invertible", 0) == 0;
    std::string end = last_words(text, 1);
    std::size_t last = text.find_last_not_of(' ');
    bool closed = last != std::string::npos && (text[last] == ',' || text[last] == '.' || text[last] == ';');
    bool named_behind = matrix && !closed && (end == "matrix" || end == "matrices") && rest.size() < 40 && !has(sentence_, " be ") && !has(sentence_, " is ") && !has(sentence_, " are ");
    if (noun && named_behind) shape_for_next_ = shape_said_;
    else if (noun && !subjects_.empty()) {
      bool several = has(sentence_, "vectors") || has(sentence_, " are ") || has(text, "matrices") || has(text, "vectors");
      for (std::size_t k = several ? 0 : subjects_.size() - 1; k < subjects_.size(); ++k)
        declare_shaped(subjects_[k], shape_said_, has(sentence_, "row vector"));
    }
    shape_said_ = nullptr;
  }
  // A noun without a shape still tells the rank of what is not declared.
  auto rank_hint = [&](const SynPtr& s, int rank) {
    const Syn& base = s->kind == SynKind::product && !s->kids.empty() ? base_of(*s->kids[0]) : base_of(*s);
    if (base.kind != SynKind::name || is_quantity(name_key(base))) return;
    Context c = context();
    e_.knowledge().raise(e_.hint_key(base, c), rank);
  };
  std::size_t stop = text.find_first_of(".;,");
  std::string clause = text.substr(0, stop);
  bool of = has(clause, " be ") || has(clause, " is ") || has(clause, " are ");
  if (of && (word(clause, "matrix") || word(clause, "matrices")))
    for (const SynPtr& s : subjects_) rank_hint(s, 2);
  else if (of && (word(clause, "vector") || word(clause, "vectors")))
    for (const SynPtr& s : subjects_) rank_hint(s, 1);
}

void SheetReader::words(const Piece& piece, const Piece* next) {
  std::string text = lower(piece.text);
  shape_words(text);
  if (has(text, "held fixed") || has(text, "held constant")) {
    // ∂c/∂a with the other arguments fixed, but "along all paths" for what was named before.
    e_.local_derivatives = true;
  }
  if (has(text, "along all paths") || has(text, "is total") || has(text, "total derivative"))
    for (const SynPtr& s : paragraph_numerators_)
      if (base_of(*s).kind == SynKind::name) e_.total_of.insert(name_key(base_of(*s)));
  if (has(text, "last layer") || has(text, "output layer") || has(text, "final layer")) {
    if (has(text, "function of") || has(text, "depends on")) last_layer_ = true;
  }
  // The part up to the end of the sentence or clause speaks of the formulas just read.
  std::size_t stop = text.size();
  for (std::size_t i = 0; i < text.size(); ++i)
    if ((text[i] == '.' && (i + 1 == text.size() || text[i + 1] == ' ')) || text[i] == ';') {
      stop = i;
      break;
    }
  std::string clause = text.substr(0, stop);
  Traits t = traits_in(clause);
  // "$A$ symmetric and $B$ …", but "and symmetric $B$" belongs to what follows.
  bool belongs_to_next = false;
  std::size_t final = clause.find_last_not_of(" \t");
  bool closed = final != std::string::npos && (clause[final] == ',' || clause[final] == ':' || clause[final] == ')');
  if (any(t) && !closed && stop == text.size() && next && next->kind == Piece::Kind::inline_math) {
    std::string tail = clause;
    for (const char* noun : {"matrix", "matrices", "vector", "vectors", "function"}) {
      std::size_t at = tail.find_last_not_of(' ');
      std::string trimmed = at == std::string::npos ? "" : tail.substr(0, at + 1);
      std::size_t length = std::char_traits<char>::length(noun);
      if (trimmed.size() >= length && trimmed.compare(trimmed.size() - length, length, noun) == 0) tail = trimmed.substr(0, trimmed.size() - length);
    }
    std::string last = last_words(tail, 1);
    Traits tail_traits = traits_in(last_words(tail, 2));
    belongs_to_next = any(tail_traits) && (any(traits_in(last)) || last == "definite") && !has(clause, " is ") && !has(clause, " are ");
  }
  if (any(t) && !belongs_to_next && !subjects_.empty()) {
    std::string before = sentence_;
    scoped_traits_ = has(before, "if ") || has(before, "for ") || has(before, "when ") || has(before, "since ");
    if (has(before, "let ") || has(before, "where ") || has(before, "assume") || has(before, "suppose") || !scoped_traits_) scoped_traits_ = false;
    bool plural = has(clause, " are ") || has(clause, "both") || fresh_subjects_ > 1;
    std::size_t count = plural ? subjects_.size() : 1;
    bool matrix = t.symmetric || t.orthogonal || t.diagonal || t.invertible || t.positive_definite;
    bool vector = t.one_hot || t.sums_to_one || t.unit_norm;
    for (std::size_t i = subjects_.size(); i-- > 0 && count > 0;) {
      // A symmetric thing is a matrix, a one-hot one a vector: the nearest name that fits is meant.
      if (matrix && rank_of(*subjects_[i]) != 2) continue;
      if (vector && rank_of(*subjects_[i]) == 0) continue;
      apply_traits(*subjects_[i], t);
      --count;
    }
    scoped_traits_ = false;
  }
  // What the next formula is to the subject.
  follows_ = Follows::nothing;
  std::string end = last_words(text, 1);
  if (end == "columns" || end == "column") follows_ = Follows::columns;
  else if (end == "rows" || end == "row") follows_ = Follows::rows;
  else if (end == "entries" || end == "elements" || end == "entry") follows_ = Follows::entries;
  else if (end == "components" || end == "component") follows_ = Follows::components;
  else if (end == "jacobian" && !function_subject_.empty()) follows_ = Follows::jacobian;
  else if (end == "gradient" && !function_subject_.empty() && has(text, "with")) follows_ = Follows::gradient;
  else if (end == "hessian" && !function_subject_.empty()) follows_ = Follows::hessian;
  else if (has(text, "layers have") || has(text, "layer has") || has(text, "every layer has")) follows_ = Follows::units;
  // "… is a (differentiable) function of y"
  bool of = has(clause, "function of") && (end == "of" || end == "all" || end == "the" || end == "every" || end == "vector" || end == "matrix" || end == "outputs" || end == "entries" || end == "only" || end == "components" || end == "logits" || end == "variables");
  bool depends = (has(clause, "depends") && has(clause, " on")) || has(clause, "depends on");
  if ((of || (depends && end == "on")) && !subjects_.empty()) {
    dependent_ = subjects_.back();
    awaiting_dependence_ = true;
  } else if (awaiting_dependence_ && (stop < text.size() || !(end == "and" || end == "," || text == ", " || text == " and " || text == ","))) {
    awaiting_dependence_ = false;
  }
  if ((has(clause, "function of") || has(clause, "depends on")) && last_layer_ && !subjects_.empty() && !awaiting_dependence_) {
    dependent_ = subjects_.back();
    dependence(*dependent_, {});
    dependences_.back().last_layer = true;
  }
  // A bar, or a d, that stands for the gradient.
  if ((word(text, "bar") || word(text, "bars")) && (has(text, "gradient") || has(text, "derivative") || has(text, "denote") || has(text, "adjoint"))) e_.adjoint_accent = "bar";
  if (word(text, "dot") && has(text, "gradient")) e_.adjoint_accent = "dot";
  gradient_words_ = has(text, "denote") || has(text, "stands for") || has(text, "stand for") || has(text, "means") || has(text, "write") ||
                    has(text, "short for") || has(text, "abbreviat") || has(text, " for ") || has(text, " is ");
  if (stop < text.size()) {
    sentence_ = text.substr(text.find_last_of(".;") + 1);
    subjects_.clear();
    fresh_subjects_ = 0;
    trait_before_.reset();
  } else
    sentence_ += text;
  lead_ = text;
}

void SheetReader::after_formula(const Piece& piece) {
  if (shape_for_next_) {
    for (const SynPtr& s : std::vector<SynPtr>(subjects_)) declare_shaped(s, shape_for_next_, false);
    shape_for_next_ = nullptr;
  }
  for (const SynPtr& s : subjects_) remember_subject(s);
  if (trait_before_) {
    std::string before = sentence_;
    scoped_traits_ = (has(before, "if ") || has(before, "for ") || has(before, "when ") || has(before, "since ")) && !has(before, "let ");
    for (const SynPtr& s : subjects_) apply_traits(*s, *trait_before_);
    scoped_traits_ = false;
    trait_before_.reset();
  }
  for (const Chain& c : piece.chains)
    if (c.sides.size() == 1 && c.sides[0]) {
      const Syn& s = *c.sides[0];
      if (s.kind == SynKind::deriv && s.kids[0]) {
        paragraph_numerators_.push_back(s.kids[0]);
        // "dX for ∂L/∂X": the gradient of L.
        bool bar = !e_.adjoint_accent.empty();
        if (gradient_words_ && (bar || saw_differential_)) {
          e_.adjoint_syntax = s.kids[0];
          if (saw_differential_ && !bar) e_.differential_is_gradient = true;
        }
      }
      if (s.kind == SynKind::product && s.kids.size() == 2 && s.kids[0]->kind == SynKind::name && s.kids[0]->text == "d") saw_differential_ = true;
      if (s.kind == SynKind::name && s.accent == "bar") saw_bar_ = true;
    }
}

void SheetReader::mention(const Piece& piece) {
  // A formula that only names things, in the place that the words before it give.
  if (piece.kind != Piece::Kind::inline_math) return;
  std::vector<SynPtr> names;
  for (const Chain& c : piece.chains)
    if (c.rels.empty() && !c.sides.empty() && c.sides[0]) names.push_back(c.sides[0]);
  bool listed = std::any_of(names.begin(), names.end(), [](const SynPtr& s) { return s->kind == SynKind::name && s->text == "…"; });
  if (listed) {
    // y_1, …, y_m names the whole of y; i = 0, …, n names nothing.
    auto base = std::find_if(names.begin(), names.end(), [](const SynPtr& s) { return s->kind == SynKind::scripts; });
    SynPtr whole = base != names.end() && base == names.begin() ? (*base)->kids[0] : nullptr;
    names.clear();
    if (whole && follows_ == Follows::nothing) names.push_back(whole);
    else if (follows_ != Follows::nothing)
      for (const Chain& c : piece.chains)
        if (c.rels.empty() && !c.sides.empty() && c.sides[0] && c.sides[0]->kind == SynKind::scripts) names.push_back(c.sides[0]);
  }
  std::erase_if(names, [](const SynPtr& s) { return s->kind != SynKind::name && s->kind != SynKind::scripts && s->kind != SynKind::product; });
  if (names.empty()) return;
  const Syn& first = *names[0];
  Context c = context();
  try {
    switch (follows_) {
      case Follows::columns:
      case Follows::rows: {
        const Syn& base = base_of(first);
        if (!matrix_subject_ || base.kind != SynKind::name || first.kind != SynKind::scripts) break;
        Entry* whole = scope_->find(name_key(base_of(*matrix_subject_)));
        if (!whole || !whole->symbol || whole->symbol->rank() != 2) break;
        Entry& entry = scope_->entries[name_key(base)];
        entry = Entry{};
        entry.key = name_key(base);
        entry.declared = true;
        entry.alias = Alias{whole->symbol, {whole->symbol->family + (follows_ == Follows::columns ? 1u : 0u)}};
        note(Statement::Kind::declaration, piece.span, shown_name(base) + (follows_ == Follows::columns ? " are the columns of " : " are the rows of ") + whole->symbol->name);
        break;
      }
      case Follows::entries: {
        const Syn& base = base_of(first);
        if (!matrix_subject_ || first.kind != SynKind::scripts || base.kind != SynKind::name) break;
        Entry* whole = scope_->find(name_key(base_of(*matrix_subject_)));
        if (!whole || !whole->symbol || name_key(base) == whole->key) break;
        Entry& entry = scope_->entries[name_key(base)];
        entry = Entry{};
        entry.key = name_key(base);
        entry.declared = true;
        Alias alias{whole->symbol, {}};
        for (std::size_t k = whole->symbol->family; k < whole->symbol->indices.size(); ++k) alias.axis_of_script.push_back(k);
        entry.alias = alias;
        break;
      }
      case Follows::jacobian:
      case Follows::gradient:
      case Follows::hessian: {
        if (first.kind != SynKind::product && first.kind != SynKind::name && first.kind != SynKind::scripts) break;
        const Syn& name = first.kind == SynKind::product ? base_of(*first.kids[0]) : base_of(first);
        Entry* f = scope_->find(function_subject_);
        if (name.kind != SynKind::name || !f || !f->callable || f->callable->formals.size() != 1) break;
        Symbol* jacobian = e_.new_symbol(name);
        jacobian->role = Role::function;
        Symbol* formal = copy_layout(*f->callable->formals[0], name, Role::parameter);
        formal->name = f->callable->formals[0]->name;
        formal->latex = f->callable->formals[0]->latex;
        jacobian->formals = {formal};
        FunctionVal value;
        value.chain = {f->callable};
        Val body = e_.apply(value, {e_.load(formal, {}, first.span)}, first.span, c, std::vector<int>(follows_ == Follows::hessian ? 2 : 1, 0));
        Clause clause;
        for (const IndexVar* axis : body.axes) {
          jacobian->indices.push_back({axis->lo, axis->hi});
          jacobian->places.push_back(Place::axis);
          clause.vars.push_back(axis);
          clause.pattern.push_back(make::index(axis));
        }
        clause.body = body.body;
        jacobian->clauses.push_back(clause);
        Entry& entry = scope_->entries[name_key(name)];
        entry = Entry{};
        entry.key = name_key(name);
        entry.callable = jacobian;
        entry.declared = true;
        note(Statement::Kind::definition, piece.span, shown_name(name) + " is the derivative of " + f->callable->name);
        break;
      }
      case Follows::units:
        e_.layer_units = Range{make::number(1), e_.size_value(first, c)};
        break;
      default:
        break;
    }
  } catch (const Fit& why) {
    sheet_.diagnostics.push_back(why.why);
  }
  if (awaiting_dependence_ && dependent_ && follows_ == Follows::nothing) {
    std::vector<SynPtr> on(names.begin(), names.end());
    if (!dependences_.empty() && open_dependent_ == dependent_) {
      for (SynPtr& s : on) dependences_.back().on.push_back(s);
    } else {
      dependence(*dependent_, on);
      open_dependent_ = dependent_;
    }
  }
  for (const SynPtr& s : names) remember_subject(s);
  // "the adjoint \bar v is the gradient of f"
  if (first.kind == SynKind::name && first.accent.empty() && !barred_.empty() && last_words(lead_, 1) == "of" &&
      (has(lead_, "gradient") || has(lead_, "derivative"))) {
    e_.adjoint_accent = barred_;
    e_.adjoint_syntax = names[0];
  }
  barred_ = first.kind == SynKind::name || first.kind == SynKind::scripts ? base_of(first).accent : "";
}

void SheetReader::remember_subject(const SynPtr& s) {
  const Syn& base = base_of(*s);
  if (base.kind != SynKind::name) return;
  Entry* entry = scope_->find(name_key(base));
  if (entry && entry->symbol && entry->symbol->rank() == 2) matrix_subject_ = s;
  if (entry && entry->callable) function_subject_ = name_key(base);
}

void SheetReader::dependence(const Syn& name, const std::vector<SynPtr>& on) {
  const Syn& base = name.kind == SynKind::product ? base_of(*name.kids[0]) : base_of(name);
  if (base.kind != SynKind::name) return;
  std::string key = name_key(base);
  Entry* known = scope_->find(key);
  if (known && ((known->callable && known->declared) || (known->symbol && known->symbol->defined()))) return;
  if (name.kind == SynKind::product) return;  // f(x) is called with what it depends on
  const Usage& use = e_.usage(key);
  if (use.called && !use.call_names.empty()) return;
  Symbol* symbol = e_.new_symbol(base);
  Entry& entry = scope_->entries[key];
  entry = Entry{};
  entry.key = key;
  entry.symbol = symbol;
  entry.declared = true;
  entry.span = name.span;
  dependences_.push_back({symbol, on, false});
  note(Statement::Kind::declaration, name.span, symbol->name + " is a function of what is named here");
}

/// a^L: that member; z_{i,j}: all of them.
std::vector<Expr> SheetReader::fixed_indices(const Symbol& symbol, const Syn& name) {
  std::vector<Expr> given(symbol.indices.size(), nullptr);
  if (name.kind != SynKind::scripts || name.kids[0]->kind != SynKind::name) return given;
  Context c = context();
  for (bool above : {false, true}) {
    auto items = script_items(above ? name.sup : name.sub);
    std::size_t k = 0;
    for (const SynPtr& item : items) {
      while (k < symbol.places.size() && (symbol.places[k] != Place::axis && symbol.places[k] != Place::sub) != above) ++k;
      if (k == symbol.places.size()) break;
      std::string key = flat(*item);
      bool fixed = item->kind == SynKind::number || e_.dims().has(key) || (e_.scan().size_letters.contains(key) && !e_.scan().index_letters.contains(key));
      if (fixed) given[k] = e_.index_value(*item, c);
      ++k;
    }
  }
  return given;
}

void SheetReader::resolve_dependences(bool final) {
  for (Dependence& d : dependences_) {
    if (d.symbol->defined()) continue;
    std::vector<Lambda> args;
    std::vector<const Symbol*> formals;
    std::string shown;
    bool ready = true;
    auto argument = [&](const Symbol* of, const std::vector<Expr>& given) {
      Val v = e_.load(of, given, {});
      Symbol* formal = Pool::current().new_symbol("·" + std::to_string(args.size() + 1));
      formal->role = Role::parameter;
      for (const IndexVar* axis : v.axes) formal->indices.push_back({axis->lo, axis->hi}), formal->places.push_back(Place::axis);
      formals.push_back(formal);
      args.push_back(Lambda{v.axes, v.body});
    };
    if (d.last_layer) {
      const Symbol* last = nullptr;
      if (!final) continue;  // the layers may still be coming
      for (const Symbol* s : e_.symbols) {
        bool layer = s->defined() && s->family == 1 && s->places[0] != Place::axis && s->places[0] != Place::sub;
        if (layer && std::none_of(s->clauses.begin(), s->clauses.end(), [&](const Clause& k) { return depends_on(k.body, d.symbol); })) last = s;
      }
      if (!last) continue;
      argument(last, {make::ref(e_.dims().named("Λ", "\\Lambda"))});
    } else {
      for (const SynPtr& on : d.on) {
        const Syn& base = base_of(*on);
        if (base.kind != SynKind::name) continue;
        Entry* entry = on->kind == SynKind::scripts ? scope_->find(literal_key(*on, true, false)) : nullptr;
        if (!entry) entry = scope_->find(name_key(base));
        if (!entry || !(entry->symbol || entry->alias) || (entry->symbol && !entry->symbol->defined() && e_.inferred.contains(entry->symbol) && !final)) {
          ready = false;
          continue;
        }
        if (entry->alias) argument(entry->alias->target, {});
        else
          argument(entry->symbol, fixed_indices(*entry->symbol, *on));
        if (!args.empty() && std::any_of(args.back().params.begin(), args.back().params.end(), [](const IndexVar* v) { return !v->lo || !v->hi; })) ready = false;
      }
      if (!ready && !final) continue;
    }
    if (args.empty() || !ready) continue;
    Symbol* abstract = Pool::current().new_symbol(d.symbol->name);
    abstract->latex = d.symbol->latex;
    abstract->role = Role::function;
    abstract->formals = formals;
    Clause clause;
    clause.body = make::apply(abstract, {}, args);
    d.symbol->clauses.push_back(clause);
  }
}

bool SheetReader::assumption(const Chain& chain, bool scoped) {
  if (chain.sides.size() < 2 || !chain.sides[0] || !chain.sides[1]) return false;
  Context c = context();
  c.statement = {&chain};
  std::string text(source_.text(chain.span));
  auto remember = [&](bool lasting) {
    (lasting ? lasting_texts_ : pending_texts_).push_back(text);
    note(Statement::Kind::assumption, chain.span, text);
  };
  // 0 < p < 1 and the like: take the relations one by one.
  bool all_order = std::all_of(chain.rels.begin(), chain.rels.end(), [](const std::string& r) { return r == "<" || r == "≤" || r == ">" || r == "≥" || r == "≻" || r == "≽"; });
  const std::string& rel = chain.rels[0];
  const Syn& left = *chain.sides[0];
  const Syn& right = *chain.sides[1];
  auto trait_of = [&](const Syn& name, const Traits& t) {
    const Syn& base = base_of(name);
    if (base.kind != SynKind::name) return false;
    Entry* entry = name.kind == SynKind::scripts ? scope_->find(literal_key(name, true, false)) : nullptr;
    if (!entry) entry = scope_->find(name_key(base));
    if (!entry && e_.dims().has(name_key(base))) return true;
    if (!entry) {
      SynPtr none_sub, none_sup;
      e_.value(name, c);
      entry = scope_->find(name_key(base));
      if (!entry && name.kind == SynKind::scripts) entry = scope_->find(literal_key(name, true, false));
    }
    if (!entry || !entry->symbol) return entry != nullptr;
    merge(entry->symbol->traits, t);
    entry->declared = true;
    return true;
  };
  if (all_order) {
    bool index_only = true;
    auto is_letter = [&](const Syn& s) {
      if (s.kind == SynKind::number) return true;
      if (s.kind == SynKind::sum) return std::all_of(s.kids.begin(), s.kids.end(), [&](auto& k) { return k->kind == SynKind::number || (k->kind == SynKind::name && !is_quantity(name_key(*k))); });
      return s.kind == SynKind::name && !is_quantity(name_key(s)) &&
             (e_.scan().index_letters.contains(s.text) || e_.dims().has(name_key(s)) || ranges_.contains(name_key(s)) || e_.scan().size_letters.contains(name_key(s)));
    };
    for (const SynPtr& side : chain.sides) index_only &= side && is_letter(*side);
    if (index_only) {
      bool some_letter = std::any_of(chain.sides.begin(), chain.sides.end(), [&](const SynPtr& side) {
        return side->kind == SynKind::name && !e_.dims().has(name_key(*side)) && !e_.scan().size_letters.contains(name_key(*side));
      });
      if (some_letter) {
        pending_index_conditions_.push_back(chain);
        remember(false);
        return true;
      }
      for (std::size_t k = 0; k < chain.rels.size(); ++k) {
        Relation r = chain.rels[k] == "<" ? Relation::lt : chain.rels[k] == "≤" ? Relation::le : chain.rels[k] == ">" ? Relation::gt : Relation::ge;
        Condition condition{r, e_.index_value(*chain.sides[k], c), e_.index_value(*chain.sides[k + 1], c)};
        bool sizes = condition.a->free.empty() && condition.b->free.empty();
        (sizes ? lasting_conditions_ : pending_conditions_).push_back(condition);
      }
      remember(false);
      return true;
    }
    for (std::size_t k = 0; k < chain.rels.size(); ++k) {
      if (!chain.sides[k] || !chain.sides[k + 1]) continue;
      const Syn& a = *chain.sides[k];
      const Syn& b = *chain.sides[k + 1];
      bool greater = chain.rels[k] == ">" || chain.rels[k] == "≻" || chain.rels[k] == "≥" || chain.rels[k] == "≽";
      const Syn& big = greater ? a : b;
      const Syn& small = greater ? b : a;
      bool above_zero = small.kind == SynKind::number && small.text.find_first_not_of("0.") == std::string::npos;
      if (!above_zero && small.kind == SynKind::number && base_of(big).kind == SynKind::name) above_zero = true;
      if (!above_zero) continue;
      Traits t;
      if (chain.rels[k] == "≻" || chain.rels[k] == "≽") t.symmetric = t.positive_definite = true;
      else
        t.positive = true;
      const Syn* target = &big;
      // det X > 0, |X| > 0
      if (big.kind == SynKind::product && big.kids.size() == 2 && big.kids[0]->kind == SynKind::name && big.kids[0]->text == "det") {
        t = Traits{};
        t.positive_det = t.invertible = true;
        target = base_of(*big.kids[1]).kind == SynKind::group && base_of(*big.kids[1]).kids.size() == 1 ? base_of(*big.kids[1]).kids[0].get() : big.kids[1].get();
      }
      if (base_of(*target).kind == SynKind::name) trait_of(*target, t);
    }
    remember(true);
    return true;
  }
  if (rel == "≠" && chain.sides.size() == 2) {
    bool letters = (left.kind == SynKind::name && !is_quantity(name_key(left))) && (right.kind == SynKind::number || (right.kind == SynKind::name && !is_quantity(name_key(right))));
    bool known_letter = left.kind == SynKind::name && (e_.scan().index_letters.contains(left.text) || e_.dims().has(name_key(left)) || e_.scan().size_letters.contains(name_key(left)) || ranges_.contains(name_key(left)) || e_.scan().index_like(left));
    if (letters && known_letter) {
      bool sizes = (e_.dims().has(name_key(left)) || e_.scan().size_letters.contains(name_key(left))) && !e_.scan().index_letters.contains(left.text);
      if (sizes) {
        lasting_conditions_.push_back({Relation::ne, e_.size_value(left, c), e_.size_value(right, c)});
        remember(true);
      } else {
        // The letters get their ranges from the claims that use them.
        pending_index_conditions_.push_back(chain);
        remember(false);
      }
      return true;
    }
    Traits t;
    t.nonzero = true;
    if (right.kind == SynKind::number && right.text == "0") {
      if (base_of(left).kind == SynKind::name) trait_of(left, t);
      remember(true);
      return true;
    }
    remember(true);
    return true;  // two quantities that differ: generic points do
  }
  if (rel != "=" || chain.sides.size() != 2) return false;
  // K = 1
  if (left.kind == SynKind::name && right.kind == SynKind::number && !is_quantity(name_key(left)) &&
      (e_.dims().has(name_key(left)) || e_.scan().size_letters.contains(name_key(left)))) {
    Condition condition{Relation::eq, e_.size_value(left, c), e_.size_value(right, c)};
    (scoped ? pending_conditions_ : lasting_conditions_).push_back(condition);
    remember(!scoped);
    return true;
  }
  if (left.kind == SynKind::name && !is_quantity(name_key(left)) && e_.scan().index_like(left) &&
      (right.kind == SynKind::number || right.kind == SynKind::name) && !e_.usage(name_key(left)).differentiated_by &&
      (e_.scan().index_letters.contains(left.text) || ranges_.contains(name_key(left)))) {
    pending_index_conditions_.push_back(chain);
    remember(false);
    return true;
  }
  // f_1 = f_2: two uses of one function.
  if (left.kind == SynKind::scripts && right.kind == SynKind::scripts && e_.is_function(left, c) && e_.is_function(right, c)) {
    remember(false);
    return true;
  }
  Val a = e_.value(left, c), b = e_.value(right, c);
  if (a.function || b.function) return false;
  // y_o = 1 for a one-hot y.
  if (a.scalar() && a.body->kind == Kind::ref && a.body->symbol->traits.one_hot && b.body->is_one() && a.body->kids.size() == 1) {
    const_cast<Symbol*>(a.body->symbol)->traits.hot = a.body->kids[0];
    remember(true);
    return true;
  }
  Expr difference = nullptr;
  IndexVars axes;
  if (b.numeral && b.scalar()) difference = make::sub(a.body, b.body), axes = a.axes;
  else if (e_.algebra().same_shape(a, b)) difference = make::sub(a.body, e_.algebra().on_axes(b, a.axes)), axes = a.axes;
  if (!difference) return false;
  // Σ_i y_i = 1 over a whole vector, ‖u‖ = 1, A = Aᵀ, UᵀU = I.
  if (a.scalar() && b.body->is_one()) {
    const Symbol* found = nullptr;
    Traits t;
    if (a.body->kind == Kind::reduce && a.body->reduce_op() == ReduceOp::sum && a.body->kids[0]->kind == Kind::ref && a.body->kids[0]->kids.size() == 1 &&
        a.body->kids[0]->kids[0] == make::index(a.body->var)) {
      found = a.body->kids[0]->symbol;
      t.sums_to_one = true;
    } else {
      Expr square = a.body->kind == Kind::pow && a.body->kids[1]->is_number() && a.body->kids[1]->number == Rational(1, 2) ? a.body->kids[0] : a.body;
      if (square->kind == Kind::reduce && square->reduce_op() == ReduceOp::sum && square->kids[0]->kind == Kind::pow && square->kids[0]->kids[0]->kind == Kind::ref)
        found = square->kids[0]->kids[0]->symbol, t.unit_norm = true;
      else if (square->kind == Kind::reduce && square->kids[0]->kind == Kind::mul && square->kids[0]->kids.size() == 2 && square->kids[0]->kids[0] == square->kids[0]->kids[1] && square->kids[0]->kids[0]->kind == Kind::ref)
        found = square->kids[0]->kids[0]->symbol, t.unit_norm = true;
    }
    if (found && !found->defined()) {
      if (scoped && in_display_) pending_assumed_.push_back({found, t});
      else
        merge(const_cast<Symbol*>(found)->traits, t);
      remember(!in_display_);
      return true;
    }
  }
  if (a.rank() == 2 && a.body->kind == Kind::ref && b.body->kind == Kind::ref && a.body->symbol == b.body->symbol && !a.body->symbol->defined()) {
    Traits t;
    t.symmetric = true;
    merge(const_cast<Symbol*>(a.body->symbol)->traits, t);
    remember(true);
    return true;
  }
  if (a.rank() == 2 && b.body->kind == Kind::delta && a.body->kind == Kind::reduce && a.body->kids[0]->kind == Kind::mul) {
    const auto& factors = a.body->kids[0]->kids;
    if (factors.size() == 2 && factors[0]->kind == Kind::ref && factors[1]->kind == Kind::ref && factors[0]->symbol == factors[1]->symbol && !factors[0]->symbol->defined() && e_.dims().unify(factors[0]->symbol->indices[0], factors[0]->symbol->indices[1])) {
      Traits t;
      t.orthogonal = true;
      merge(const_cast<Symbol*>(factors[0]->symbol)->traits, t);
      remember(true);
      return true;
    }
  }
  if (axes.empty()) {
    (scoped ? pending_vanishing_ : lasting_vanishing_).push_back(difference);
    remember(!scoped);
    return true;
  }
  return false;
}

void SheetReader::extra_assumption(const std::string& text) {
  // `--assume 'A symmetric'`: a name and a trait, as a sheet would say it.
  std::string low = lower(text);
  Traits t = traits_in(low);
  std::size_t space = text.find(' ');
  if (!any(t) || space == std::string::npos) {
    sheet_.diagnostics.push_back({Severity::error, "assumption", {}, "the assumption `" + text + "` is not understood", "write it as 'A symmetric'"});
    return;
  }
  std::string name = text.substr(0, space);
  bool found = false;
  for (auto& scope : scopes_)
    for (auto& [key, entry] : scope->entries)
      for (Symbol* symbol : {entry.symbol, entry.callable})
        if (symbol && (symbol->name == name || symbol->latex == name || key == name)) merge(symbol->traits, t), found = true;
  if (!found) sheet_.diagnostics.push_back({Severity::error, "assumption", {}, "`" + name + "` is not known in this sheet", ""});
  else
    for (Claim& claim : sheet_.claims) claim.assumptions.push_back(text);
}

}  // namespace gradus
