// Programs and nests built by hand, and the means to run what is emitted for them.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "backend/reference/interpret.h"
#include "backend/source/emit.h"
#include "expr/builders.h"
#include "program/schedule.h"

namespace gradus::source_test {

inline Symbol* array(const std::string& name, const std::vector<std::pair<long, long>>& axes = {}) {
  Symbol* symbol = Pool::current().new_symbol(name);
  for (const auto& [lo, hi] : axes) symbol->indices.push_back({make::number(lo), make::number(hi)});
  symbol->places.assign(axes.size(), Place::axis);
  return symbol;
}
inline const IndexVar* over(const std::string& name, Expr lo, Expr hi) { return make::fresh(name, lo, hi); }
inline const IndexVar* over(const std::string& name, long lo, long hi) {
  return make::fresh(name, make::number(lo), make::number(hi));
}
inline Expr at(const Symbol* symbol, std::vector<Expr> terms = {}) { return make::ref(symbol, std::move(terms)); }
inline Expr ix(const IndexVar* var) { return make::index(var); }
inline Expr num(long value) { return make::number(value); }

inline Assignment assign(IndexVars loops, Expr target, Update update, Expr body) {
  Assignment out;
  out.loops = std::move(loops);
  out.target = target;
  out.update = update;
  out.body = body;
  return out;
}
inline ProgramItem item(IndexVars loops, Expr target, Update update, Expr body) {
  return {assign(std::move(loops), target, update, body), nullptr};
}
inline ProgramItem sequence(const IndexVar* var, bool descending, ProgramItems items) {
  return {Assignment{}, std::make_shared<Sequence>(Sequence{var, descending, std::move(items)})};
}

inline NestStep step(Expr target, Update update, Expr body) { return {assign({}, target, update, body), nullptr}; }
inline NestStep loop(Loop::Kind kind, const IndexVar* var, std::vector<NestStep> body, long block = 0) {
  auto made = std::make_shared<Loop>();
  made->kind = kind;
  made->var = var;
  made->block = block;
  made->body = std::move(body);
  return {Assignment{}, made};
}

/// Row by row.
inline Buffer buffer(const Symbol* symbol, Storage storage) {
  Buffer out;
  out.array = symbol;
  out.storage = storage;
  out.element = symbol->traits.integer ? Element::i64 : Element::real;
  for (const Range& axis : symbol->indices) {
    out.lo.push_back(*constant_index(axis.lo));
    out.extent.push_back(*constant_index(axis.hi) - *constant_index(axis.lo) + 1);
  }
  out.stride.assign(out.extent.size(), 1);
  out.in_block.assign(out.extent.size(), false);
  out.size = 1;
  for (std::size_t d = out.extent.size(); d-- > 0;) {
    out.stride[d] = out.size;
    out.size *= out.extent[d];
  }
  return out;
}
/// The axis is not kept.
inline Buffer& contract(Buffer& out, std::size_t axis) {
  out.size /= out.extent[axis];
  out.extent[axis] = 1;
  out.stride[axis] = 0;
  return out;
}

inline ScheduleOptions four_lanes() {
  ScheduleOptions options;
  options.lanes = 4;
  return options;
}

inline std::vector<double> numbers(std::size_t count, double from = 0.3) {
  std::vector<double> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(std::sin(from + 1.7 * static_cast<double>(i)));
  return out;
}

/// A folder that goes with the test.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "gradus-source-XXXXXX").string();
    if (mkdtemp(name.data())) path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

inline bool runs(const std::string& command) { return std::system((command + " > /dev/null 2>&1").c_str()) == 0; }

struct Compiler {
  std::string command;
  SourceLanguage language;
};
/// Compilers that are installed, with every warning an error.
inline const std::vector<Compiler>& compilers() {
  static const std::vector<Compiler> found = [] {
    const std::string strict = " -O1 -Wall -Wextra -Wpedantic -Werror ";
    std::vector<Compiler> out;
    for (const auto& [program, flags, language] : {std::tuple{"g++", "-std=c++17", SourceLanguage::cpp17},
                                                   {"clang++-19", "-std=c++17", SourceLanguage::cpp17},
                                                   {"gcc", "-std=c99", SourceLanguage::c99},
                                                   {"clang-19", "-std=c99", SourceLanguage::c99}}) {
      if (runs(std::string(program) + " --version"))
        out.push_back({std::string(program) + " " + flags + strict, language});
    }
    return out;
  }();
  return found;
}

/// Compiles the text as the language, with main in it, and gives the exit code of what it does; −1: it does not
/// compile.
inline int exit_code(const std::string& text, const Compiler& compiler, const std::string& output = "") {
  const Folder folder;
  const std::string source = folder.file(compiler.language == SourceLanguage::c99 ? "kernel.c" : "kernel.cpp");
  std::ofstream(source) << text;
  const std::string compile =
      compiler.command + source + " -o " + folder.file("kernel") + " -lm > " + folder.file("log") + " 2>&1";
  if (std::system(compile.c_str()) != 0) {
    std::ifstream log(folder.file("log"));
    ADD_FAILURE() << compiler.command << "\n" << std::string(std::istreambuf_iterator<char>(log), {}) << "\n" << text;
    return -1;
  }
  const int status = std::system((folder.file("kernel") + " > " + (output.empty() ? "/dev/null" : output)).c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -2;
}

/// A Python with NumPy; empty if there is none.
inline const std::string& python() {
  static const std::string found = [] {
    for (const char* program : {"python3", "/usr/bin/python3"}) {
      if (runs(std::string(program) + " -c 'import numpy'")) return std::string(program);
    }
    return std::string();
  }();
  return found;
}

}  // namespace gradus::source_test
