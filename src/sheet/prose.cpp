// The small controlled vocabulary of prose: assumptions, traits, what is a function of what. Everything else is
// ignored.
#include <algorithm>

#include "sheet/describe.h"
#include "sheet/reader.h"
#include "sheet/words.h"

namespace gradus {

bool SheetReader::says_assumption(const std::string& lead) const {
  static const char* const kWords[] = {
      "for",        "with",      "where",    "since",   "if",      "because", "when",    "assume",   "assuming",
      "suppose",    "given",     "provided", "as",      "let",     "using",   "while",   "whenever", "satisfies",
      "satisfying", "such that", "from",     "by",      "use",     "at",      "under",   "has",      "on",
      "fix",        "solves",    "solve",    "solving", "satisfy", "obeys",   "fulfils", "point"};
  std::string tail = last_words(lead, 1);
  for (const char* w : kWords)
    if (tail == w) return true;
  std::string two = last_words(lead, 2), three = last_words(lead, 3);
  return two == "such that" || two == "so that" || two == "assume that" || two == "suppose that" || two == "for all" ||
         two == "the case" || two == "for each" || two == "for every" || two == "the fact" || three == "in the case" ||
         has(lead, "assum") || two == "for any";
}

/// "for s² < m", "if", "when": what is assumed for the display that follows, and not from there on.
bool SheetReader::lead_scope_is_narrow() const {
  static const char* const kWords[] = {"for", "if",    "when",     "since", "because", "as",
                                       "at",  "while", "whenever", "case",  "point"};
  const std::string tail = last_words(lead_, 1);
  if (tail == "and" || tail.empty()) return word(sentence_, "for") || word(sentence_, "if") || word(sentence_, "when");
  return std::any_of(std::begin(kWords), std::end(kWords), [&](const char* w) { return tail == w; });
}

bool SheetReader::lead_scope_is_soft() const {
  // "let z = Wx", "where a = x²", "with p = σ(z)" introduce a name; "for K = 1", "since f_1 = f_2" assume something.
  std::string tail = last_words(lead_, 1);
  return tail.empty() || tail == "let" || tail == "where" || tail == "with" || tail == "and" || tail == "using" ||
         tail == "by" || tail == "use" || tail == "that" || tail == "as" || tail == "given" || tail == "has" ||
         tail == "from";
}

/// The tensor rank of a declared name; −1 if it is none.
int SheetReader::rank_of(const Syn& name) const {
  const Syn& base = base_of(name.kind == SynKind::product ? *name.kids[0] : name);
  if (base.kind != SynKind::name) return -1;
  Entry* entry = name.kind == SynKind::scripts
                     ? scope_->find(literal_key(name, name.sub != nullptr, name.sup != nullptr))
                     : nullptr;
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
  Entry* entry = name.kind == SynKind::scripts
                     ? scope_->find(literal_key(name, name.sub != nullptr, name.sup != nullptr))
                     : nullptr;
  if (!entry) entry = scope_->find(name_key(*target));
  const bool vector = traits.one_hot || traits.sums_to_one || traits.unit_norm;
  if (!entry && vector && name.kind == SynKind::name && !e_.dims().has(name_key(name))) {
    // "Let $y$ be a one-hot vector": all that is ever said of it.
    Context c = context();
    if (e_.usage(name_key(name)).subs == 0) e_.knowledge().raise(e_.hint_key(name, c), 1);
    entry = &e_.infer(name, c, nullptr, nullptr);
  }
  if (!entry) return;
  std::string text = traits_text(traits);
  if (scoped_traits_) {
    Symbol* symbol = entry->symbol ? entry->symbol : entry->callable;
    if (!symbol) return;
    assume_behind(*symbol, traits);
    pending_.assumed.push_back({symbol, traits});
    pending_.texts.push_back(symbol->name + " " + text);
  } else {
    for (Symbol* symbol : {entry->symbol, entry->callable})
      if (symbol) hold(*symbol, traits), lasting_texts_.push_back(symbol->name + " " + text);
  }
  note(Statement::Kind::assumption, name.span, std::string(source_.text(name.span)) + " " + text);
}

void SheetReader::before_formula(const Piece& piece) {
  gradient_signs(piece);
  // "symmetric $A$", "an orthogonal matrix $Q$": what the words right before say of the first name.
  if (piece.chains.empty() || !piece.chains[0].sides.size() || !piece.chains[0].sides[0]) return;
  std::size_t end = lead_.find_last_not_of(" \t");
  if (end == std::string::npos || lead_[end] == ',' || lead_[end] == ':' || lead_[end] == ';' || lead_[end] == '.')
    return;
  if (shape_for_next_) return;  // "a symmetric $n × n$ matrix $A$": what was said before its shape
  if (!joins_subjects(lead_)) trait_before_.reset();
  std::string tail = last_words(lead_, 4);
  for (const char* noun : {" matrix", " matrices", " vector", " vectors", " function", " functions", " scalar"}) {
    std::size_t length = std::char_traits<char>::length(noun);
    if (tail.size() >= length && tail.compare(tail.size() - length, length, noun) == 0)
      tail = tail.substr(0, tail.size() - length);
  }
  Traits t = traits_in(tail);
  std::string last = last_words(tail, 1);
  bool ends_with = any(t) && (any(traits_in(last)) || last == "definite");
  if (!ends_with && tail != last_words(lead_, 4)) {
    // "a symmetric weight matrix $W$": other words between the article and the noun.
    const std::size_t article = std::max({tail.rfind(" a ") + 1, tail.rfind(" an ") + 1, tail.rfind(" the ") + 1});
    const std::string phrase = tail.substr(article);
    const bool plain = phrase.find_first_of(",.;:") == std::string::npos && !word(phrase, "of") &&
                       !word(phrase, "is") && !word(phrase, "are") && !word(phrase, "and") && !word(phrase, "with");
    t = traits_in(phrase);
    ends_with = plain && any(t);
  }
  if (!ends_with) return;
  trait_before_ = t;
  const std::string noun = last_words(lead_, 1);
  several_before_ = noun == "matrices" || noun == "vectors" || noun == "functions" || noun == "scalars";
}

namespace {

/// "if $A$ is symmetric": said of the display that follows, not from here on.
bool says_condition(const std::string& before) {
  return (word(before, "if") || word(before, "for") || word(before, "when") || word(before, "since")) &&
         !word(before, "let");
}

}  // namespace

void SheetReader::words(const Piece& piece, const Piece* next) {
  std::string text = lower(piece.text);
  if (sentence_.empty() && !text.empty()) {
    const std::size_t begin = piece.text.find_first_not_of(" \t\n");
    continues_display_ = below_display_ && begin != std::string::npos &&
                         ((piece.text[begin] >= 'a' && piece.text[begin] <= 'z') || word(text, "here"));
    below_display_ = false;
  }
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
      if (trimmed.size() >= length && trimmed.compare(trimmed.size() - length, length, noun) == 0)
        tail = trimmed.substr(0, trimmed.size() - length);
    }
    std::string last = last_words(tail, 1);
    Traits tail_traits = traits_in(last_words(tail, 2));
    belongs_to_next = any(tail_traits) && (any(traits_in(last)) || last == "definite") && !has(clause, " is ") &&
                      !has(clause, " are ");
  }
  // "The diagonal entries of $A$ are positive" is said of a part of A, not of A.
  const std::string before_subject = sentence_.size() > 40 ? sentence_.substr(sentence_.size() - 40) : sentence_;
  const bool of_a_part =
      last_words(before_subject, 1) == "of" &&
      (has(before_subject, "diagonal") || has(before_subject, "eigenvalue") || has(before_subject, "determinant") ||
       has(before_subject, "trace of") || has(before_subject, "spectrum") || has(before_subject, "norm of"));
  if (any(t) && !belongs_to_next && !of_a_part && !subjects_.empty()) {
    const std::string& before = sentence_;
    scoped_traits_ =
        says_condition(before) && !word(before, "where") && !has(before, "assume") && !has(before, "suppose");
    // An attribute belongs to the names of its own formula; "both", "are" and the like reach further.
    const bool plural = word(clause, "are") || word(clause, "be") || word(clause, "both") || word(clause, "all");
    const std::size_t reach = plural ? subjects_.size() : std::min(std::max<std::size_t>(named_, 1), subjects_.size());
    bool matrix = t.symmetric || t.orthogonal || t.diagonal || t.invertible || t.positive_definite;
    bool vector = t.one_hot || t.sums_to_one || t.unit_norm;
    std::size_t met = 0, most = word(clause, "both") ? 2 : subjects_.size();
    for (std::size_t i = subjects_.size(); i-- > 0 && met < most && (subjects_.size() - i <= reach || met == 0);) {
      // A symmetric thing is a matrix, a one-hot one a vector: the nearest name that fits is meant.
      if (matrix && rank_of(*subjects_[i]) != 2) continue;
      if (vector && rank_of(*subjects_[i]) == 0) continue;
      apply_traits(*subjects_[i], t);
      ++met;
    }
    scoped_traits_ = false;
  }
  // What the next formula is to the subject.
  follows_ = Follows::nothing;
  std::string end = last_words(text, 1);
  if (end == "columns" || end == "column")
    follows_ = Follows::columns;
  else if (end == "rows" || end == "row")
    follows_ = Follows::rows;
  else if (end == "entries" || end == "elements" || end == "entry")
    follows_ = Follows::entries;
  else if (end == "components" || end == "component")
    follows_ = Follows::components;
  else if (end == "jacobian" && !function_subject_.empty())
    follows_ = Follows::jacobian;
  else if (end == "gradient" && !function_subject_.empty() && has(text, "with"))
    follows_ = Follows::gradient;
  else if (end == "hessian" && !function_subject_.empty())
    follows_ = Follows::hessian;
  else if (has(text, "layers have") || has(text, "layer has") || has(text, "every layer has"))
    follows_ = Follows::units;
  // "… is a (differentiable) function of y"
  const bool of =
      stop == text.size() && (ends_with_noun(clause, "function of") || ends_with_noun(clause, "depends on") ||
                              ends_with_noun(clause, "depends only on"));
  const bool depends = has(clause, "depends") && end == "on";
  if ((of || depends) && !subjects_.empty()) {
    dependent_ = subjects_.back();
    awaiting_dependence_ = true;
  } else if (awaiting_dependence_ &&
             (stop < text.size() || !(end == "and" || end == "," || text == ", " || text == " and " || text == ","))) {
    awaiting_dependence_ = false;
  }
  if ((has(clause, "function of") || has(clause, "depends on")) && last_layer_ && !subjects_.empty() &&
      !awaiting_dependence_) {
    dependent_ = subjects_.back();
    dependence(*dependent_, {});
    dependences_.back().last_layer = true;
  }
  // A bar, or a d, that stands for the gradient.
  if ((word(text, "bar") || word(text, "bars")) &&
      (has(text, "gradient") || has(text, "derivative") || has(text, "denote") || has(text, "adjoint")))
    e_.adjoint_accent = "bar";
  if (word(text, "dot") && has(text, "gradient")) e_.adjoint_accent = "dot";
  const std::string open = text.substr(stop < text.size() ? text.find_last_of(".;") + 1 : 0);
  gradient_words_ = has(open, "denote") || has(open, "stands for") || has(open, "stand for") || has(open, "means") ||
                    has(open, "write") || has(open, "abbreviat") || word(open, "for") || word(open, "is") ||
                    word(open, "are");
  if (stop < text.size()) {
    continues_display_ = false;
    differential_ = nullptr;
    sentence_ = text.substr(text.find_last_of(".;") + 1);
    subjects_.clear();
    named_ = 0;
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
    scoped_traits_ = says_condition(sentence_);
    for (const SynPtr& s : subjects_) apply_traits(*s, *trait_before_);
    scoped_traits_ = false;
    if (!several_before_) trait_before_.reset();
  }
  for (const Chain& c : piece.chains)
    if (c.sides.size() == 1 && c.sides[0]) {
      const Syn& s = *c.sides[0];
      if (s.kind == SynKind::deriv && s.kids[0]) {
        paragraph_numerators_.push_back(s.kids[0]);
        if (gradient_words_ && !e_.adjoint_accent.empty()) e_.adjoint_syntax = s.kids[0];
      }
    }
}

/// "$M ∈ ℝ^{m×n}$ with entries in $\{0, 1\}$": the set that the entries of the names before lie in.
bool SheetReader::entries_in(const Piece& piece) {
  const std::string two = last_words(lead_, 2);
  static const char* const kNouns[] = {"entries in", "elements in", "components in", "values in", "coordinates in"};
  const bool said = std::any_of(std::begin(kNouns), std::end(kNouns), [&](const char* noun) { return two == noun; });
  if (!said || piece.kind != Piece::Kind::inline_math || piece.chains.size() != 1 || !piece.chains[0].rels.empty() ||
      piece.chains[0].sides.size() != 1 || !piece.chains[0].sides[0] || subjects_.empty())
    return false;
  Context c = context();
  try {
    const SetShape set = set_shape(*piece.chains[0].sides[0], c);
    if (!set.axes.empty()) return false;
    const std::size_t reach = std::min(std::max<std::size_t>(named_, 1), subjects_.size());
    for (std::size_t i = subjects_.size() - reach; i < subjects_.size(); ++i)
      if (Entry* entry = scope_->find(name_key(base_of(*subjects_[i]))); entry && entry->symbol)
        hold(*entry->symbol, set.traits);
    lasting_texts_.push_back("entries in " + std::string(source_.text(piece.span)));
    note(Statement::Kind::assumption, piece.span, lasting_texts_.back());
  } catch (const Fit&) {
    return false;
  }
  return true;
}

void SheetReader::mention(const Piece& piece) {
  // A formula that only names things, in the place that the words before it give.
  if (piece.kind != Piece::Kind::inline_math) return;
  std::vector<SynPtr> names;
  for (const Chain& c : piece.chains)
    if (c.rels.empty() && !c.sides.empty() && c.sides[0]) names.push_back(c.sides[0]);
  bool listed = std::any_of(names.begin(), names.end(),
                            [](const SynPtr& s) { return s->kind == SynKind::name && s->text == "…"; });
  if (listed) {
    // y_1, …, y_m names the whole of y; i = 0, …, n names nothing.
    auto base = std::find_if(names.begin(), names.end(), [](const SynPtr& s) { return s->kind == SynKind::scripts; });
    SynPtr whole = base != names.end() && base == names.begin() ? (*base)->kids[0] : nullptr;
    names.clear();
    if (whole && follows_ == Follows::nothing)
      names.push_back(whole);
    else if (follows_ != Follows::nothing)
      for (const Chain& c : piece.chains)
        if (c.rels.empty() && !c.sides.empty() && c.sides[0] && c.sides[0]->kind == SynKind::scripts)
          names.push_back(c.sides[0]);
  }
  std::erase_if(names, [](const SynPtr& s) {
    return s->kind != SynKind::name && s->kind != SynKind::scripts && s->kind != SynKind::product;
  });
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
        const bool rows = follows_ == Follows::rows;
        note(Statement::Kind::declaration, piece.span,
             shown_name(base) + (rows ? " are the rows of " : " are the columns of ") + whole->symbol->name);
        name_parts(base, *whole->symbol, rows ? Parts::rows : Parts::columns);
        break;
      }
      case Follows::entries: {
        const Syn& base = base_of(first);
        if (!matrix_subject_ || first.kind != SynKind::scripts || base.kind != SynKind::name) break;
        Entry* whole = scope_->find(name_key(base_of(*matrix_subject_)));
        if (!whole || !whole->symbol || name_key(base) == whole->key) break;
        name_parts(base, *whole->symbol, Parts::entries);
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
        Val body = e_.apply(value, {e_.load(formal, {}, first.span)}, first.span, c,
                            std::vector<int>(follows_ == Follows::hessian ? 2 : 1, 0));
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
      case Follows::units: e_.layer_units = Range{make::number(1), e_.size_value(first, c)}; break;
      default: break;
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

}  // namespace gradus
