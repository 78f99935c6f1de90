#include "backend/source/kernel.h"

#include <algorithm>

namespace gradus {
namespace {

constexpr long largest_on_stack = 1024;  // elements of one array
constexpr long stack = 16384;            // elements of all

std::set<std::string> reserved_words() {
  // Keywords of C and C++, what the library's headers define for good, and the names that the file itself uses.
  return {"alignas",       "alignof",     "and",       "and_eq",   "asm",       "auto",
          "bitand",        "bitor",       "bool",      "break",    "case",      "catch",
          "char",          "class",       "compl",     "const",    "constexpr", "const_cast",
          "continue",      "decltype",    "default",   "delete",   "do",        "double",
          "dynamic_cast",  "else",        "enum",      "explicit", "export",    "extern",
          "false",         "float",       "for",       "friend",   "goto",      "if",
          "inline",        "int",         "long",      "mutable",  "namespace", "new",
          "noexcept",      "not",         "not_eq",    "nullptr",  "operator",  "or",
          "or_eq",         "private",     "protected", "public",   "register",  "reinterpret_cast",
          "restrict",      "return",      "short",     "signed",   "sizeof",    "static",
          "static_assert", "static_cast", "struct",    "switch",   "template",  "this",
          "thread_local",  "throw",       "true",      "try",      "typedef",   "typeid",
          "typename",      "union",       "unsigned",  "using",    "virtual",   "void",
          "volatile",      "wchar_t",     "while",     "xor",      "xor_eq",    "exp",
          "log",           "sin",         "cos",       "tan",      "asin",      "acos",
          "atan",          "sinh",        "cosh",      "tanh",     "asinh",     "acosh",
          "atanh",         "erf",         "lgamma",    "tgamma",   "fabs",      "pow",
          "sqrt",          "malloc",      "free",      "printf",   "main",      "std",
          "int32_t",       "int64_t",     "uint64_t",  "size_t",   "NULL",      "EOF",
          "NAN",           "INFINITY",    "HUGE_VAL",  "RAND_MAX", "errno",     "signgam",
          "stdin",         "stdout",      "stderr",    "unix",     "linux",     "square",
          "larger",        "smaller",     "memory"};
}

std::string dimensions(const Buffer& buffer) {
  std::string out;
  for (const long extent : buffer.extent) out += "[" + std::to_string(extent) + "]";
  return out;
}

/// Nothing that would end the comment, or go on in the next line.
std::string in_comment(std::string row) {
  for (const char* mark : {"*/", "/*"}) {
    for (std::size_t at; (at = row.find(mark)) != std::string::npos;) row.insert(at + 1, " ");
  }
  while (!row.empty() && (row.back() == '\\' || row.back() == ' ')) row.pop_back();
  return row;
}

bool is_scalar(const Buffer& buffer) {
  return std::all_of(buffer.stride.begin(), buffer.stride.end(), [](long stride) { return stride == 0; });
}

}  // namespace

KernelWriter::KernelWriter(const Nest& nest, const SourceOptions& options)
    : nest_(nest),
      options_(options),
      names_(reserved_words()),
      bodies_(dialect_, names_),
      declarations_(declarations_of(nest)) {
  function_ = names_.fresh(identifier(options.function));
  for (const Buffer& buffer : nest.buffers) {
    buffers_[buffer.array] = &buffer;
    names_.of(buffer.array);
  }
  dialect_.element = [this](Expr ref) { return element(ref); };
  dialect_.index = [this](Expr term) { return index(term); };
  dialect_.is_integer = [this](const Symbol* array) {
    const auto found = buffers_.find(array);
    return found != buffers_.end() && found->second->element != Element::real;
  };
  dialect_.fail = [this](const std::string& message) { fail(message); };
  dialect_.function = [this](std::string_view name) {
    return (is_c() || name == "square" ? "" : "std::") + std::string(name);
  };
  dialect_.real = [](const std::string& integer) { return "(double)" + integer; };
  dialect_.declare = [](const std::string& name, const std::string& value) {
    return "const double " + name + " = " + value + ";";
  };
  dialect_.choose = [](const std::string& condition, const std::string& then, const std::string& otherwise) {
    return "(" + condition + " ? " + then + " : " + otherwise + ")";
  };
  index_leaves_.variable = [this](const IndexVar* var) -> std::string {
    if (names_.knows(var)) return names_.of(var);
    fail("index " + var->name + " has no loop around it");
    return var->name;
  };
  index_leaves_.element = [this](Expr ref) {
    const Buffer* buffer = buffer_of(ref->symbol);
    return (buffer && buffer->element == Element::real ? "(long)" : "") + element(ref);
  };
  index_leaves_.divide = " / ";
}

void KernelWriter::fail(const std::string& message) {
  if (failure_.empty()) failure_ = message;
}

const Buffer* KernelWriter::buffer_of(const Symbol* array) {
  const auto found = buffers_.find(array);
  if (found != buffers_.end()) return found->second;
  fail("array " + array->name + " has no buffer");
  return nullptr;
}

void KernelWriter::line(const std::string& text) {
  lines_.push_back(std::string(static_cast<std::size_t>(2 * depth_), ' ') + text);
}

Linear KernelWriter::index(Expr term) {
  return linear(term, index_leaves_, [this](const std::string& message) { fail(message); });
}

std::string KernelWriter::element(Expr ref) {
  const Buffer* buffer = buffer_of(ref->symbol);
  if (!buffer) return {};
  const std::string& name = names_.of(ref->symbol);
  if (by_value(*buffer) || (buffer->storage == Storage::local && is_scalar(*buffer))) return name;
  std::vector<std::pair<Linear, long>> strided;
  for (std::size_t d = 0; d < ref->kids.size(); ++d) {
    if (buffer->stride[d] == 0) continue;
    Linear at = index(ref->kids[d]);
    if (buffer->in_block[d]) {
      const IndexVars& free = ref->kids[d]->free;
      const auto var = std::find_if(free.begin(), free.end(), [&](const IndexVar* v) { return blocks_.count(v) > 0; });
      if (var == free.end())
        fail("array " + ref->symbol->name + " is kept for a block, and used outside");
      else
        at.add(blocks_.at(*var).first, -1);
    } else {
      at.constant -= buffer->lo[d];
    }
    strided.emplace_back(std::move(at), buffer->stride[d]);
  }
  return strided.empty() ? "*" + name : name + "[" + text_of(strided) + "]";
}

void KernelWriter::steps(const std::vector<NestStep>& steps) {
  for (const NestStep& step : steps) {
    bool declares = false;
    if (const auto found = declarations_.before.find(&step); found != declarations_.before.end()) {
      for (const Buffer* buffer : found->second) declares |= declare(*buffer, step);
    }
    if (step.loop)
      loop(*step.loop);
    else
      statement(step.statement, declares);
  }
}

bool KernelWriter::declare(const Buffer& buffer, const NestStep& step) {
  const std::string& name = names_.of(buffer.array);
  const bool unread = declarations_.reads[buffer.array] == 0;
  if (is_scalar(buffer)) {
    const Assignment& first = step.statement;
    if (!unread && !step.loop && first.target->symbol == buffer.array && first.update == Update::set) return true;
    line("double " + name + " = 0.0;");
  } else if (buffer.size <= largest_on_stack && on_stack_ + buffer.size <= stack) {
    on_stack_ += buffer.size;
    line("double " + name + "[" + std::to_string(std::max(1L, buffer.size)) + "] = {0.0};");
  } else {
    on_heap_.push_back(&buffer);
    return false;
  }
  if (unread) line("(void)" + name + ";");
  return false;
}

void KernelWriter::statement(const Assignment& statement, bool declares) {
  if (statement.algebra != MatrixStep::none) return fail("an inverse or a determinant has no source form yet");
  Bodies::Written body = bodies_.write(statement.body);
  for (const std::string& before : body.lines) line(before);
  const std::string target = element(statement.target);
  switch (statement.update) {
    case Update::set: {
      const bool once = declarations_.writes[statement.target->symbol] == 1;
      line((declares ? once ? "const double " : "double " : "") + target + " = " + body.text + ";");
      break;
    }
    case Update::add: {
      const bool minus = body.product && body.text[0] == '-';
      line(target + (minus ? " -= " + body.text.substr(1) : " += " + body.text) + ";");
      break;
    }
    case Update::max:
    case Update::min: {
      const std::string helper = statement.update == Update::max ? "larger" : "smaller";
      helpers_.insert(helper);
      line(target + " = " + helper + "(" + target + ", " + body.text + ");");
      break;
    }
  }
}

/// First and last value.
std::pair<std::string, std::string> KernelWriter::range_of(const IndexVar* var) {
  if (const auto found = blocks_.find(var); found != blocks_.end()) return found->second;
  return {text_of(index(var->lo)), text_of(index(var->hi))};
}

/// One after the other, as if on one thread: the sums are the kernel's.
void KernelWriter::parts(const Loop& loop) {
  const Parts parts = parts_of(loop);
  const auto first_of = [&](const std::string& part) {
    const bool even = parts.blocks % parts.count == 0;
    const long factor = even ? parts.block * (parts.blocks / parts.count) : parts.blocks;
    std::string text = part + " * " + std::to_string(factor);
    if (!even) text += " / " + std::to_string(parts.count) + " * " + std::to_string(parts.block);
    return (parts.lo == 0 ? "" : std::to_string(parts.lo) + " + ") + text;
  };
  names_.enter(loop.var);
  const std::string part = names_.of(loop.var), last_part = std::to_string(parts.count - 1);
  const std::string cut = identifier(loop.cut->name);
  const std::string first = names_.fresh(cut + "_first"), last = names_.fresh(cut + "_last");
  line("for (long " + part + " = 0; " + part + " <= " + last_part + "; ++" + part + ") {");
  ++depth_;
  line("const long " + first + " = " + first_of(part) + ";");
  line("const long " + last + " = " + part + " < " + last_part + " ? " + first_of("(" + part + " + 1)") +
       " - 1 : " + std::to_string(parts.hi) + ";");
  blocks_[loop.cut] = {first, last};
  steps(loop.body);
  blocks_.erase(loop.cut);
  names_.leave();
  --depth_;
  line("}");
}

void KernelWriter::loop(const Loop& loop) {
  if (loop.kind == Loop::Kind::parts) return parts(loop);
  const auto [lo, hi] = range_of(loop.var);
  names_.enter(loop.var);
  const std::string var = names_.of(loop.var);
  if (loop.kind == Loop::Kind::blocks) {
    const std::string first = names_.fresh(var + "_first"), last = names_.fresh(var + "_last");
    const std::string block = std::to_string(loop.block);
    line("for (long " + first + " = " + lo + "; " + first + " <= " + hi + "; " + first + " += " + block + ") {");
    ++depth_;
    const std::string end = first + " + " + std::to_string(loop.block - 1);
    line("const long " + last + " = " + end + " < " + hi + " ? " + end + " : " + hi + ";");
    const std::size_t declared = lines_.size();
    names_.leave();
    std::optional<std::pair<std::string, std::string>> around;
    if (const auto found = blocks_.find(loop.var); found != blocks_.end()) around = found->second;
    blocks_[loop.var] = {first, last};
    steps(loop.body);
    blocks_.erase(loop.var);
    if (around) blocks_[loop.var] = *around;
    const bool used =
        std::any_of(lines_.begin() + static_cast<long>(declared), lines_.end(),
                    [&, last = last](const std::string& body) { return body.find(last) != std::string::npos; });
    if (!used) lines_.erase(lines_.begin() + static_cast<long>(declared) - 1);
  } else {
    if (loop.descending)
      line("for (long " + var + " = " + hi + "; " + var + " >= " + lo + "; --" + var + ") {");
    else
      line("for (long " + var + " = " + lo + "; " + var + " <= " + hi + "; ++" + var + ") {");
    ++depth_;
    steps(loop.body);
    names_.leave();
  }
  --depth_;
  line("}");
}

bool KernelWriter::by_value(const Buffer& buffer) const {
  return buffer.storage == Storage::input && buffer.extent.empty();
}

std::string KernelWriter::scalar_type(const Buffer& buffer) const {
  const std::string prefix = is_c() ? "" : "std::";
  if (buffer.element == Element::i32) return prefix + "int32_t";
  return buffer.element == Element::i64 ? prefix + "int64_t" : "double";
}

std::string KernelWriter::signature() {
  const std::string start = (is_c() ? "int " : "void ") + function_ + "(";
  std::string out = start;
  std::size_t width = start.size();
  bool first = true;
  for (const Buffer& buffer : nest_.buffers) {
    if (buffer.storage == Storage::local) continue;
    std::string argument = scalar_type(buffer) + " ";
    if (!by_value(buffer))
      argument = (buffer.storage == Storage::input ? "const " : "") + argument + (is_c() ? "*restrict " : "*");
    argument += names_.of(buffer.array);
    if (!first && width + argument.size() > 110) {
      out += ",\n" + std::string(start.size(), ' ');
      width = start.size();
    } else if (!first) {
      out += ", ";
    }
    out += argument;
    width += argument.size() + 2;
    first = false;
  }
  return out + (first && is_c() ? "void)" : ")");
}

/// What the function computes, and its arguments with their shapes and meanings.
std::string KernelWriter::documentation() {
  std::string out;
  for (const std::string& comment : options_.comments) out += comment + "\n";
  if (!out.empty()) out += "\n";
  out += "Arrays lie row by row; outputs and inputs must not overlap.";
  if (is_c()) out += " Returns 0, or 1 where memory ran out.";
  out += "\n";
  std::size_t width = 0;
  std::vector<std::pair<std::string, std::string>> rows;
  for (const Buffer& buffer : nest_.buffers) {
    if (buffer.storage == Storage::local) continue;
    const auto given = options_.meanings.find(buffer.array);
    const std::string notation = buffer.array->latex.empty() ? buffer.array->name : buffer.array->latex;
    std::string meaning = given != options_.meanings.end() ? given->second : notation;
    for (std::size_t d = 0; d < buffer.extent.size(); ++d) {
      meaning += (d ? ", " : "; indices from ") + std::to_string(buffer.lo[d]);
    }
    rows.emplace_back(
        (buffer.storage == Storage::input ? "in  " : "out ") + names_.of(buffer.array) + dimensions(buffer), meaning);
    width = std::max(width, rows.back().first.size());
  }
  for (auto& [argument, meaning] : rows) {
    argument.resize(width, ' ');
    out += "  " + argument + "  " + meaning + "\n";
  }
  return out;
}

std::string KernelWriter::function() {
  steps(nest_.steps);
  const std::string indent = "  ";
  std::string before;
  for (const Buffer& buffer : nest_.buffers) {
    if (buffer.storage == Storage::input && declarations_.reads[buffer.array] == 0)
      before += indent + "(void)" + names_.of(buffer.array) + ";\n";
  }
  long heap = 0;
  std::string arrays;
  for (const Buffer* buffer : on_heap_) {
    const std::string& name = names_.of(buffer->array);
    if (is_c())
      arrays += indent + "double *const " + name + " = memory" + (heap ? " + " + std::to_string(heap) : "") + ";\n";
    else
      arrays += indent + "std::vector<double> " + name + "(" + std::to_string(buffer->size) + ");\n";
    if (declarations_.reads[buffer->array] == 0) arrays += indent + "(void)" + name + ";\n";
    heap += buffer->size;
  }
  if (is_c() && heap > 0)
    before += indent + "double *const memory = calloc(" + std::to_string(heap) + ", sizeof(double));\n" + indent +
              "if (!memory) return 1;\n";

  std::string out;
  const std::string text = documentation();
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t to = text.find('\n', from);
    const std::string row = in_comment(text.substr(from, to - from));
    out += is_c() ? (out.empty() ? "/*" : " *") : "//";
    out += (row.empty() ? "" : " " + row) + "\n";
    from = to + 1;
  }
  if (is_c()) out += " */\n";
  out += signature() + " {\n" + before + arrays;
  for (const std::string& body_line : lines_) out += body_line + "\n";
  if (is_c() && heap > 0) out += indent + "free(memory);\n";
  if (is_c()) out += indent + "return 0;\n";
  out += "}\n";

  std::string helpers;
  if (bodies_.helpers.count("square")) helpers += "static inline double square(double x) { return x * x; }\n";
  if (helpers_.count("larger"))
    helpers += "static inline double larger(double a, double b) { return b > a || b != b ? b : a; }\n";
  if (helpers_.count("smaller"))
    helpers += "static inline double smaller(double a, double b) { return b < a || b != b ? b : a; }\n";
  return helpers + (helpers.empty() ? "" : "\n") + out;
}

Result<std::string> emit(const Nest& nest, const SourceOptions& options) {
  KernelWriter writer(nest, options);
  std::string text = writer.function();
  if (options.with_main) text += "\n" + writer.check();
  if (!writer.failure().empty()) return Diagnostic{Severity::error, "compile", {}, writer.failure(), ""};
  const bool c = options.language == SourceLanguage::c99;
  std::string includes;
  const auto include = [&](const char* of_c, const char* of_cpp) {
    includes += std::string("#include <") + (c ? of_c : of_cpp) + ">\n";
  };
  const auto uses = [&](const char* word) { return text.find(word) != std::string::npos; };
  include("math.h", "cmath");
  if (uses("int32_t") || uses("int64_t")) include("stdint.h", "cstdint");  // uint64_t too
  if (options.with_main) include("stdio.h", "cstdio");
  if (uses("calloc(")) includes += "#include <stdlib.h>\n";
  if (uses("std::vector")) includes += "#include <vector>\n";
  return includes + "\n" + text;
}

}  // namespace gradus
