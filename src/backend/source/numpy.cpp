// Programs as NumPy functions. A statement is one expression over all its loops: sums of products as einsum, everything
// else by broadcasting, elements at computed places by index arrays. Loops remain where one iteration needs another:
// sequences, and loops that bounds of others depend on.
#include <algorithm>
#include <map>

#include "backend/source/bodies.h"
#include "backend/source/emit.h"
#include "program/lowering.h"

namespace gradus {
namespace {

std::set<std::string> reserved_words() {
  return {"False", "None",  "True",   "and",      "as",     "assert",   "async", "await", "break",  "class", "continue",
          "def",   "del",   "elif",   "else",     "except", "finally",  "for",   "from",  "global", "if",    "import",
          "in",    "is",    "lambda", "nonlocal", "not",    "or",       "pass",  "raise", "return", "try",   "while",
          "with",  "yield", "np",     "math",     "range",  "reversed", "max",   "int",   "float"};
}

struct Span {
  Linear lo, end;  ///< end: one more than the last
};

bool contains(const IndexVars& vars, const IndexVar* var) {
  return std::find(vars.begin(), vars.end(), var) != vars.end();
}

class NumpyWriter {
 public:
  NumpyWriter(const Program& program, const SourceOptions& options)
      : program_(program), options_(options), names_(reserved_words()), bodies_(dialect_, names_) {
    function_ = names_.fresh(identifier(options.function));
    for (const auto* arrays : {&program.inputs, &program.outputs}) {
      for (const Symbol* array : *arrays) names_.of(array);
    }
    index_leaves_.variable = [this](const IndexVar* var) { return variable(var); };
    index_leaves_.element = [this](Expr ref) { return element(ref); };
    index_leaves_.divide = " // ";
    dialect_.element = [this](Expr ref) { return element(ref); };
    dialect_.index = [this](Expr term) { return index(term); };
    dialect_.is_integer = [](const Symbol* array) { return array->traits.integer; };
    dialect_.fail = [this](const std::string& message) { fail(message); };
    dialect_.function = [this](std::string_view name) { return function(name); };
    dialect_.real = [](const std::string& integer) { return integer; };
    dialect_.declare = [](const std::string& name, const std::string& value) { return name + " = " + value; };
    dialect_.choose = [](const std::string& condition, const std::string& then, const std::string& otherwise) {
      return "np.where(" + condition + ", " + then + ", " + otherwise + ")";
    };
    dialect_.lazy = false;
  }

  Result<std::string> write() {
    items(program_.items);
    if (!failure_.empty()) return Diagnostic{Severity::error, "compile", {}, failure_, ""};
    std::string out = "import numpy as np\n";
    if (!special_.empty()) {
      out = "import math\n\n" + out;
      for (const std::string& name : special_)
        out += "\n" + name + " = np.vectorize(math." + name.substr(1) + ", otypes=[float])\n";
    }
    out += "\n\n@np.errstate(all=\"ignore\")\ndef " + function_ + "(" + joined(program_.inputs) + "):\n";
    out += documentation();
    for (const Symbol* input : program_.inputs)
      out += "    " + names_.of(input) + " = np.asarray(" + names_.of(input) +
             ", dtype=" + (input->traits.integer ? "int" : "float") + ").reshape(" + shape(input) + ")\n";
    for (const Symbol* array : written_) out += "    " + names_.of(array) + " = np.zeros(" + shape(array) + ")\n";
    for (const std::string& line : lines_) out += line + "\n";
    return out + "    return " + joined(program_.outputs) + "\n";
  }

 private:
  void fail(const std::string& message) {
    if (failure_.empty()) failure_ = message;
  }

  void line(const std::string& text) {
    lines_.push_back(std::string(static_cast<std::size_t>(4 * depth_), ' ') + text);
  }

  std::string joined(const std::vector<const Symbol*>& arrays) {
    std::string out;
    for (const Symbol* array : arrays) out += (out.empty() ? "" : ", ") + names_.of(array);
    return out;
  }

  std::string shape(const Symbol* array) {
    std::string out;
    for (std::size_t d = 0; d < array->indices.size(); ++d) out += (d ? ", " : "") + std::to_string(extent(array, d));
    return "(" + out + (array->indices.size() == 1 ? ",)" : ")");
  }

  long lo(const Symbol* array, std::size_t axis) {
    const auto known = constant_index(array->indices[axis].lo);
    if (!known) fail("the shape of " + array->name + " is not known");
    return known.value_or(0);
  }
  long extent(const Symbol* array, std::size_t axis) {
    const auto last = constant_index(array->indices[axis].hi);
    if (!last) fail("the shape of " + array->name + " is not known");
    return std::max(0L, last.value_or(-1) - lo(array, axis) + 1);
  }

  std::string documentation() {
    std::string out = "    r\"\"\"";
    for (const std::string& comment : options_.comments) out += comment + "\n    ";
    if (!options_.comments.empty()) out.insert(out.size() - 4, "\n");
    out += "Arguments, and what is returned, with their shapes:\n";
    for (const auto* arrays : {&program_.inputs, &program_.outputs}) {
      if (arrays == &program_.outputs) out += "    and\n";
      for (const Symbol* array : *arrays) {
        const auto given = options_.meanings.find(array);
        const std::string meaning = given != options_.meanings.end() ? given->second
                                    : array->latex.empty()           ? array->name
                                                                     : array->latex;
        out += "      " + names_.of(array) + "  " + shape(array) + "  " + meaning + "\n";
      }
    }
    return out + "    \"\"\"\n";
  }

  std::string function(std::string_view name) {
    static const std::map<std::string_view, std::string> others = {
        {"asin", "np.arcsin"},   {"acos", "np.arccos"},   {"atan", "np.arctan"}, {"asinh", "np.arcsinh"},
        {"acosh", "np.arccosh"}, {"atanh", "np.arctanh"}, {"pow", "np.power"},   {"fabs", "np.abs"}};
    if (name == "erf" || name == "lgamma" || name == "tgamma") {
      const std::string own = "_" + std::string(name == "tgamma" ? "gamma" : name);
      special_.insert(own);
      return own;
    }
    const auto found = others.find(name);
    return found != others.end() ? found->second : "np." + std::string(name);
  }

  // Statements.

  void items(const ProgramItems& items) {
    for (const ProgramItem& item : items) {
      if (!item.sequence) {
        statement(item.statement);
        continue;
      }
      open_loop(item.sequence->var, item.sequence->descending);
      const std::size_t before = lines_.size();
      this->items(item.sequence->items);
      if (lines_.size() == before) line("pass");
      close_loop();
    }
  }

  void open_loop(const IndexVar* var, bool descending = false) {
    const Linear first = index(var->lo);
    Linear end = index(var->hi);
    end.constant += 1;
    names_.enter(var);
    const std::string range = "range(" + text_of(first) + ", " + text_of(end) + ")";
    line("for " + names_.of(var) + " in " + (descending ? "reversed(" + range + ")" : range) + ":");
    ++depth_;
  }
  void close_loop() {
    names_.leave();
    --depth_;
  }

  void statement(const Assignment& statement) {
    if (statement.algebra != MatrixStep::none) return fail("an inverse or a determinant has no source form yet");
    const Symbol* target = statement.target->symbol;
    if (std::find(written_.begin(), written_.end(), target) == written_.end()) written_.push_back(target);
    names_.of(target);
    IndexVars arrays;
    std::size_t loops = 0;
    for (const IndexVar* var : statement.loops) {
      const bool needed = std::any_of(statement.loops.begin(), statement.loops.end(), [&](const IndexVar* other) {
        return contains(other->lo->free, var) || contains(other->hi->free, var);
      });
      if (needed)
        open_loop(var), ++loops;
      else
        arrays.push_back(var);
    }
    for (const IndexVar* var : arrays) names_.enter(var);
    vectorised_ = arrays;
    indices_used_.clear();
    const std::size_t before = lines_.size();
    assign(statement);
    std::vector<std::string> ranges;
    const std::string indent(static_cast<std::size_t>(4 * depth_), ' ');
    for (const IndexVar* var : indices_used_) {
      const Span span = span_of(var);
      ranges.push_back(indent + names_.of(var) + " = np.arange(" + text_of(span.lo) + ", " + text_of(span.end) + ")");
    }
    lines_.insert(lines_.begin() + static_cast<long>(before), ranges.begin(), ranges.end());
    vectorised_.clear();
    for (std::size_t i = 0; i < arrays.size(); ++i) names_.leave();
    for (; loops > 0; --loops) close_loop();
  }

  void assign(const Assignment& statement) {
    const Expr target = statement.target;
    IndexVars kept;  // in the order of the target's axes
    for (Expr term : target->kids) {
      for (const IndexVar* var : term->free) {
        if (contains(vectorised_, var) && !contains(kept, var)) kept.push_back(var);
      }
    }
    for (Expr term : target->kids) {
      visit(term, [&](Expr node) {
        for (const IndexVar* var : node->free) {
          if (contains(vectorised_, var) && !contains(kept, var)) kept.push_back(var);
        }
      });
    }
    IndexVars reduced;
    for (const IndexVar* var : vectorised_) {
      if (!contains(kept, var)) reduced.push_back(var);
    }
    const std::string value = reduced_value(statement, kept, reduced);
    axes_ = kept;
    guarded_ = false;
    if (const auto slices = basic(target, kept)) {
      const std::string place = names_.of(target->symbol) + "[" + *slices + "]";
      switch (statement.update) {
        case Update::set: line(place + " = " + value); break;
        case Update::add: line(place + " += " + value); break;
        case Update::max: line(place + " = np.maximum(" + place + ", " + value + ")"); break;
        case Update::min: line(place + " = np.minimum(" + place + ", " + value + ")"); break;
      }
      return;
    }
    static constexpr const char* updates[] = {"", "np.add.at", "np.maximum.at", "np.minimum.at"};
    const std::string places = at(target);
    if (statement.update == Update::set)
      line(names_.of(target->symbol) + "[" + places + "] = " + value);
    else
      line(std::string(updates[static_cast<int>(statement.update)]) + "(" + names_.of(target->symbol) + ", (" + places +
           ",), " + value + ")");
  }

  /// The body over the kept variables, in order; the others are summed (or their largest is taken).
  std::string reduced_value(const Assignment& statement, const IndexVars& kept, const IndexVars& reduced) {
    if (reduced.empty()) return value(statement.body, kept).text;
    if (statement.update == Update::max || statement.update == Update::min) {
      IndexVars all = kept;
      all.insert(all.end(), reduced.begin(), reduced.end());
      std::string shape, axes;
      for (const IndexVar* var : all) shape += (shape.empty() ? "" : " ") + count(var) + ",";
      for (std::size_t i = kept.size(); i < all.size(); ++i)
        axes += (axes.empty() ? "" : " ") + std::to_string(i) + ",";
      const bool most = statement.update == Update::max;
      return std::string(most ? "np.max" : "np.min") + "(np.broadcast_to(" + value(statement.body, all).text + ", (" +
             shape + ")), axis=(" + axes + "), initial=" + (most ? "-np.inf" : "np.inf") + ")";
    }
    return einsum(statement.body, kept, reduced);
  }

  std::string einsum(Expr body, const IndexVars& kept, const IndexVars& reduced) {
    const std::vector<Expr> factors = body->kind == Kind::mul ? body->kids : std::vector<Expr>{body};
    std::string scale, operands, subscripts, out;
    int count_of_operands = 0;
    IndexVars met;
    std::map<const IndexVar*, char> letters;
    for (std::size_t i = 0; i < vectorised_.size(); ++i)
      letters[vectorised_[i]] = static_cast<char>((i < 26 ? 'a' : 'A' - 26) + i);
    for (Expr factor : factors) {
      IndexVars own;
      const std::set<const IndexVar*> free = variables(factor);
      for (const IndexVar* var : vectorised_) {
        if (free.count(var)) own.push_back(var);
      }
      if (own.empty()) {
        scale += value(factor, {}, true).text + " * ";
        continue;
      }
      // One factor with axes that are as long as their loops: what does not depend on a loop is not spread along it.
      operands += ", " + value(factor, own).text;
      ++count_of_operands;
      subscripts += subscripts.empty() ? "" : ",";
      for (const IndexVar* var : own) {
        subscripts += letters[var];
        if (!contains(met, var)) met.push_back(var);
      }
    }
    for (const IndexVar* var : reduced) {
      if (!contains(met, var)) scale += count(var) + " * ";
    }
    if (operands.empty()) return scale + "1.0";
    std::string expand;
    bool missing = false;
    for (const IndexVar* var : kept) {
      if (contains(met, var)) out += letters[var];
      missing |= !contains(met, var);
      expand += (expand.empty() ? "" : ", ") + std::string(contains(met, var) ? ":" : "None");
    }
    const std::string sum =
        "np.einsum(\"" + subscripts + "->" + out + "\"" + operands + (count_of_operands > 2 ? ", optimize=True)" : ")");
    if (scale == "-1.0 * ") scale = "-";
    return scale + sum + (missing && !out.empty() ? "[" + expand + "]" : "");
  }

  /// The vectorised variables of the body, also those in index terms.
  std::set<const IndexVar*> variables(Expr e) {
    std::set<const IndexVar*> out;
    visit(e, [&](Expr node) {
      for (const IndexVar* var : node->free) {
        if (contains(vectorised_, var)) out.insert(var);
      }
    });
    return out;
  }

  /// The expression over these axes; what it reads along fewer is broadcast.
  Bodies::Written value(Expr e, const IndexVars& axes, bool factor = false) {
    axes_ = axes;
    guarded_ = false;
    const Expr lowered = in_libm(e);
    visit(lowered, [&](Expr node) { guarded_ |= node->kind == Kind::select; });
    Bodies::Written written = bodies_.write(lowered);
    for (const std::string& before : written.lines) line(before);
    if (factor && !written.product) written.text = "(" + written.text + ")";
    return written;
  }

  std::string count(const IndexVar* var) {
    const Span span = span_of(var);
    const Linear size = plus(span.end, span.lo, -1);
    return size.known() ? std::to_string(std::max(0L, size.constant)) : "max(0, " + text_of(size) + ")";
  }

  Span span_of(const IndexVar* var) {
    const IndexVars axes = axes_;
    axes_.clear();
    Span out{index(var->lo), index(var->hi)};
    axes_ = axes;
    out.end.constant += 1;
    return out;
  }

  // Elements.

  Linear index(Expr term) {
    return linear(term, index_leaves_, [this](const std::string& message) { fail(message); });
  }

  /// A vectorised variable as an index array along its axis; that of a loop as it is.
  std::string variable(const IndexVar* var) {
    if (!names_.knows(var)) {
      fail("index " + var->name + " has no loop around it");
      return var->name;
    }
    const auto axis = std::find(axes_.begin(), axes_.end(), var);
    if (!contains(vectorised_, var)) return names_.of(var);
    if (!contains(indices_used_, var)) indices_used_.push_back(var);
    std::string out = names_.of(var);
    if (axis == axes_.end() || axis + 1 == axes_.end()) return out;
    out += "[:";
    for (auto later = axis + 1; later != axes_.end(); ++later) out += ", None";
    return out + "]";
  }

  std::string element(Expr ref) {
    const std::string& name = names_.of(ref->symbol);
    if (ref->kids.empty()) return name;
    if (const auto slices = basic(ref, axes_)) return *slices == all_of(ref) ? name : name + "[" + *slices + "]";
    return name + "[" + at(ref) + "]";
  }

  static std::string all_of(Expr ref) {
    std::string out;
    for (std::size_t d = 0; d < ref->kids.size(); ++d) out += d ? ", :" : ":";
    return out;
  }

  /// The index terms as slices, spread over the axes, where the element's variables come in the order of the axes and
  /// each alone: "0, 2:5, None".
  std::optional<std::string> basic(Expr ref, const IndexVars& axes) {
    std::vector<std::string> parts;
    std::size_t next = 0;
    const auto skip_to = [&](std::size_t axis) {
      for (; next < axis; ++next) parts.push_back("None");
    };
    bool met = false;
    for (std::size_t d = 0; d < ref->kids.size(); ++d) {
      const Expr term = ref->kids[d];
      std::set<const IndexVar*> free = variables(term);
      bool gathers = false;
      visit(term, [&](Expr node) { gathers |= node->kind == Kind::ref; });
      if (free.empty() && !gathers && (!guarded_ || constant_index(term))) {
        Linear place = index(term);
        place.constant -= lo(ref->symbol, d);
        parts.push_back(text_of(place));
        continue;
      }
      const auto offset = affine(term);
      if (free.size() != 1 || gathers || !offset || offset->terms.size() != 1 || offset->terms.begin()->second != 1 ||
          offset->constant.get_den() != 1)
        return std::nullopt;
      const IndexVar* var = *free.begin();
      const auto axis = std::find(axes.begin(), axes.end(), var);
      if (axis == axes.end() || axis - axes.begin() < static_cast<long>(next)) return std::nullopt;
      // Leading axes need nothing: shorter shapes are spread in front.
      if (!met) next = static_cast<std::size_t>(axis - axes.begin());
      met = true;
      skip_to(static_cast<std::size_t>(axis - axes.begin()));
      ++next;
      Span span = span_of(var);
      span.lo.constant += offset->constant.get_num().get_si() - lo(ref->symbol, d);
      span.end.constant += offset->constant.get_num().get_si() - lo(ref->symbol, d);
      const bool known = span.lo.known() && span.end.known();
      const long most = extent(ref->symbol, d);
      if (guarded_ && (!known || span.lo.constant < 0 || span.end.constant > most)) return std::nullopt;
      if (known && span.lo.constant == 0 && span.end.constant == most)
        parts.push_back(":");
      else
        parts.push_back(text_of(span.lo) + ":" + text_of(span.end));
    }
    if (met) skip_to(axes.size());
    std::string out;
    for (const std::string& part : parts) out += (out.empty() ? "" : ", ") + part;
    return out.empty() ? "()" : out;
  }

  /// The index terms as index arrays. Where the element may not exist, because a case is not chosen, the nearest.
  std::string at(Expr ref) {
    std::string out;
    for (std::size_t d = 0; d < ref->kids.size(); ++d) {
      Linear place = index(ref->kids[d]);
      place.constant -= lo(ref->symbol, d);
      const std::string text = text_of(place);
      const bool clip = guarded_ && !place.known();
      out += (d ? ", " : "") +
             (clip ? "np.clip(" + text + ", 0, " + std::to_string(extent(ref->symbol, d) - 1) + ")" : text);
    }
    return out;
  }

  const Program& program_;
  const SourceOptions& options_;
  Names names_;
  BodyDialect dialect_;
  IndexLeaves index_leaves_;
  Bodies bodies_;
  std::string function_, failure_;
  std::set<std::string> special_;  ///< functions of Python's math
  std::vector<const Symbol*> written_;
  std::vector<std::string> lines_;
  int depth_ = 1;
  IndexVars vectorised_;    ///< the statement's loops that are axes
  IndexVars axes_;          ///< those of the expression that is written
  IndexVars indices_used_;  ///< those that are needed as index arrays
  bool guarded_ = false;    ///< in an expression with cases
};

}  // namespace

Result<std::string> emit_numpy(const Program& program, const SourceOptions& options) {
  return NumpyWriter(program, options).write();
}

}  // namespace gradus
