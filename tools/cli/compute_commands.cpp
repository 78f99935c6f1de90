#include "compute_commands.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include "app/emit.h"
#include "app/evaluate.h"
#include "app/graph.h"
#include "app/session.h"

namespace gradus {
namespace {

constexpr int kDone = 0, kFails = 1, kTrouble = 2;

int trouble(const Diagnostic& d) {
  fmt::print(stderr, "error[{}]: {}\n", d.slug, d.message);
  if (!d.help.empty()) fmt::print(stderr, "  └ help: {}\n", d.help);
  return kTrouble;
}

/// Where compiled kernels are kept: XDG's cache folder, or nowhere.
std::string cache_folder() {
  if (const char* off = std::getenv("GRADUS_CACHE")) return off;
  if (const char* xdg = std::getenv("XDG_CACHE_HOME"); xdg && *xdg) return std::string(xdg) + "/gradus";
  if (const char* home = std::getenv("HOME"); home && *home) return std::string(home) + "/.cache/gradus";
  return {};
}

int width_of_terminal() {
  winsize window{};
  if (isatty(STDOUT_FILENO) != 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 30)
    return window.ws_col;
  return 100;
}

const std::vector<std::string> kForms{"text", "json", "csv", "npy", "npz"};

/// Behind the last point: "npy".
std::string ending_of(const std::string& path) {
  const std::size_t point = path.rfind('.');
  return point == std::string::npos ? "" : path.substr(point + 1);
}

/// By the name's ending, if it says one.
std::string form_of_file(const std::string& path, const std::string& otherwise) {
  const std::string ending = ending_of(path);
  return std::find(kForms.begin(), kForms.end(), ending) == kForms.end() ? otherwise : ending;
}

/// To the file, or to standard output where none is named.
int written(const std::string& path, const std::string& text) {
  if (path.empty()) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    return kDone;
  }
  const Result<bool> done = write_file(path, text);
  return done ? kDone : trouble(done.error());
}

}  // namespace

struct ComputeOptions {
  std::string sheet, scope, format = "text", output;
  std::vector<std::string> names, gradients, jacobians, hessians, vjps, jvps, sets, data;
  std::uint64_t seed = 0;
  int threads = 0;
  bool explain = false, check = false, precise = false, single = false, stack = false;
  std::string language = "c++", function;
  bool with_main = false;

  void want_derivatives(ComputeRequest& request) const {
    const auto want = [&](WantedDerivative::Kind kind, const std::vector<std::string>& by) {
      for (const std::string& variable : by) request.derivatives.push_back({kind, variable});
    };
    want(WantedDerivative::Kind::gradient, gradients);
    want(WantedDerivative::Kind::jacobian, jacobians);
    want(WantedDerivative::Kind::hessian, hessians);
    want(WantedDerivative::Kind::vjp, vjps);
    want(WantedDerivative::Kind::jvp, jvps);
  }

  /// The request's sheet and names; none if the sheet cannot be read (and that is said).
  std::optional<ComputeRequest> request() const {
    ComputeRequest out;
    Result<std::string> text = read_text(sheet);
    if (!text.ok()) {
      trouble(text.error());
      return std::nullopt;
    }
    out.name = sheet == "-" ? "standard input" : sheet;
    out.text = std::move(*text);
    out.scope = scope;
    out.quantities = names;
    out.sets = sets;
    out.data = data;
    want_derivatives(out);
    return out;
  }
};

namespace {

/// The exit code where nothing else failed.
int tell(const std::vector<Diagnostic>& diagnostics, const Source& source) {
  int code = kFails;
  for (const Diagnostic& d : diagnostics) {
    if (d.slug == "usage") code = kTrouble;
    if (d.span.begin == d.span.end)
      trouble(d);
    else
      fmt::print(stderr, "{}", render(d, source));
  }
  return code;
}

}  // namespace

ComputeCommands::ComputeCommands(CLI::App& app) : options_(std::make_unique<ComputeOptions>()) {
  ComputeOptions& o = *options_;
  const auto several = [](CLI::App& command, const char* flag, std::vector<std::string>& into, const char* help) {
    command.add_option(flag, into, help)->allow_extra_args(false);
  };
  const auto basic = [&](CLI::App& command) {
    command.add_option("SHEET", o.sheet, "where the quantities are defined; - for standard input")->required();
    command.add_option("NAME", o.names, "what to compute: 'E', 'f(x; w)'")->required();
    several(command, "--grad", o.gradients, "the gradient of the first NAME by this variable");
    several(command, "--set", o.sets, "a size or a number: L=1000");
    command.add_option("--scope", o.scope, "read the names as in the section under this heading");
  };
  const auto with_data = [&](CLI::App& command) {
    several(command, "--data", o.data, "a variable and its numbers: x=x.npy, 'w_{0,j}^{1,i}=w0.csv'");
    command.add_option("--random", o.seed, "fill what has no data with random numbers of this seed");
  };
  const auto common = [&](CLI::App& command) {
    basic(command);
    several(command, "--jacobian", o.jacobians, "its Jacobian by this variable");
    several(command, "--hessian", o.hessians, "its Hessian by this variable");
    several(command, "--vjp", o.vjps, "its gradient weighted by the input `seed`");
    several(command, "--jvp", o.jvps, "its derivative along the input `direction`");
  };

  eval_ = app.add_subcommand("eval", "Put numbers through a sheet: values and derivatives");
  common(*eval_);
  with_data(*eval_);
  eval_->add_option("--format", o.format, "text, json, csv, npz, or npy (the last result alone)")
      ->check(CLI::IsMember(kForms));
  eval_->add_option("-o,--output", o.output, "write to this file, in the form of its ending, and show nothing");
  eval_->add_flag("--check", o.check, "compare with ball arithmetic and tell the error in ulps");
  eval_->add_flag("--f32", o.single, "compute in f32; inputs are rounded to it");
  eval_->add_flag("--stack", o.stack, "derivatives by members of a family, where of one shape, as one array");
  eval_->add_flag("--precise", o.precise, "vector functions to 1 ulp");
  eval_->add_option("--threads", o.threads, "at most so many; otherwise all cores, or OMP_NUM_THREADS")
      ->check(CLI::PositiveNumber);
  eval_->add_flag("--explain", o.explain, "tell the loops that are run");
  eval_->footer(
      "Examples:\n"
      "  gradus eval exercise.md 'E(w)' --grad w --random 1\n"
      "  gradus eval exercise.md 'E(w)' --data x=x.npy --data d=d.csv --random 1\n"
      "  gradus eval exercise.md 'E(w)' --grad w --random 1 --check\n"
      "  gradus eval regression.md E --hessian w --set n=100 --set d=5 --random 7 -o results.npz");

  emit_ = app.add_subcommand("emit", "Write a computation as source code without dependencies");
  common(*emit_);
  emit_->add_option("--lang", o.language, "c++ (17), c (99), numpy or latex")
      ->check(CLI::IsMember({"c++", "c", "numpy", "latex"}));
  emit_->add_option("--function", o.function, "the function's name");
  emit_->add_flag("--main", o.with_main, "a program that checks the gradient against differences");
  emit_->add_option("-o,--output", o.output, "the file to write");
  emit_->footer(
      "Sizes that are not set are small; the text says which.\n\n"
      "Examples:\n"
      "  gradus emit exercise.md 'E(w)' --grad w --set L=1000 -o loss.cpp\n"
      "  gradus emit exercise.md 'E(w)' --grad w --lang c --main -o check.c && cc check.c -lm && ./a.out");

  graph_ = app.add_subcommand("graph", "Draw the computational graph, with adjoints and what is added to them");
  basic(*graph_);
  with_data(*graph_);
  graph_->add_option("-o,--output", o.output,
                     "graph.svg, .png or .pdf, drawn by Graphviz, or graph.dot; otherwise shown as dot");
  graph_->footer(
      "Examples:\n"
      "  gradus graph exercise.md 'E(w)' --grad w -o graph.svg\n"
      "  gradus graph exercise.md 'E(w)' --grad w --set L=1 --random 1 -o graph.svg");
}

ComputeCommands::~ComputeCommands() = default;

bool ComputeCommands::parsed() const { return eval_->parsed() || emit_->parsed() || graph_->parsed(); }

int ComputeCommands::run() const {
  return eval_->parsed() ? evaluate_sheet() : emit_->parsed() ? emit_sheet() : draw_graph();
}

int ComputeCommands::evaluate_sheet() const {
  const ComputeOptions& o = *options_;
  EvaluateRequest request;
  auto what = o.request();
  if (!what) return kTrouble;
  request.what = std::move(*what);
  if (eval_->count("--random") > 0) request.random = o.seed;
  request.explain = o.explain;
  request.check = o.check;
  request.precise = o.precise;
  request.threads = o.threads;
  request.single = o.single;
  request.stack = o.stack;
  request.cache_folder = cache_folder();
  const Evaluation evaluation = evaluate(request);
  const int failed = tell(evaluation.diagnostics, evaluation.source);
  if (!evaluation.ok) return failed;
  const std::string form = o.output.empty() ? o.format : form_of_file(o.output, o.format);
  if (o.explain) fmt::print(form == "text" ? stdout : stderr, "{}\n", evaluation.plan);
  const std::string out = form == "json"  ? evaluation_json(evaluation)
                          : form == "csv" ? evaluation_csv(evaluation)
                          : form == "npz" ? evaluation_npz(evaluation)
                          : form == "npy" ? npy_of(evaluation.results.back().value)
                                          : evaluation_text(evaluation, width_of_terminal());
  return written(o.output, out);
}

int ComputeCommands::emit_sheet() const {
  const ComputeOptions& o = *options_;
  EmitRequest request;
  auto what = o.request();
  if (!what) return kTrouble;
  request.what = std::move(*what);
  request.what.any_size = true;
  request.language = o.language;
  request.function = o.function;
  request.with_main = o.with_main;
  const Emission emission = emit_source(request);
  const int failed = tell(emission.diagnostics, emission.source);
  if (!emission.ok) return failed;
  return written(o.output, emission.text);
}

int ComputeCommands::draw_graph() const {
  const ComputeOptions& o = *options_;
  GraphRequest request;
  auto what = o.request();
  if (!what) return kTrouble;
  request.what = std::move(*what);
  if (graph_->count("--random") > 0) request.random = o.seed;
  const Graph drawn = graph(request);
  const int failed = tell(drawn.diagnostics, drawn.source);
  if (!drawn.ok) return failed;
  const std::string form = ending_of(o.output);
  if (form != "svg" && form != "png" && form != "pdf") return written(o.output, drawn.dot);
  const Result<bool> done = draw(drawn.dot, form, o.output);
  return done ? kDone : trouble(done.error());
}

}  // namespace gradus
