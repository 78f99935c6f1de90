// The command line: words in, a request out, the response shown. Exit codes: 0 every step holds; 1 a sheet was
// processed and some step does not; 2 wrong usage, a file that cannot be read, or a failure of ours.
#include <fmt/format.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <functional>
#include <thread>

#include "app/derive.h"
#include "app/explain.h"
#include "app/report.h"
#include "app/session.h"
#include "completion.h"
#include "compute_commands.h"

namespace gradus {
namespace {

constexpr std::string_view kCommands[] = {"check", "derive", "show", "eval", "emit", "graph", "explain", "completion"};
constexpr int kHolds = 0, kFails = 1, kTrouble = 2;

struct Options {
  std::vector<std::string> sheets;
  std::string format = "text";
  std::string color = "auto";
  std::vector<std::string> assume;
  int only = 0;
  bool watch = false;
  std::string sheet, expression, formula;
  std::vector<std::string> let;
  std::string wrt;
  int order = 1;
  std::string steps = "short";
  std::string slug;
  bool list = false;
  std::string shell;
};

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

int complain(const std::string& message) {
  fmt::print(stderr, "gradus: {}\n", message);
  return kTrouble;
}

/// A diagnostic of no place in a text: the file itself is the trouble.
void print_error(const Diagnostic& d) {
  fmt::print(stderr, "error[{}]: {}\n  └ help: {}\n", d.slug, d.message, d.help);
}

TextStyle style_of(const Options& options) {
  TextStyle style;
  const bool terminal = isatty(STDOUT_FILENO) != 0;
  style.color =
      options.color == "always" || (options.color == "auto" && terminal && std::getenv("NO_COLOR") == nullptr);
  winsize window{};
  if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 60) {
    style.width = window.ws_col - 8;
  }
  return style;
}

/// Reads each sheet and hands its response on; the worst exit code of all.
int for_each_sheet(const Options& options, bool judge, const std::function<int(const Response&)>& use) {
  int worst = kHolds;
  for (const std::string& path : options.sheets) {
    Result<std::string> text = read_text(path);
    if (!text.ok()) {
      print_error(text.error());
      worst = kTrouble;
      continue;
    }
    Request request{.name = path == "-" ? "standard input" : path,
                    .text = std::move(*text),
                    .assume = options.assume,
                    .only = options.only,
                    .judge = judge};
    if (options.format == "markdown") request.text = without_verdicts(request.text);
    worst = std::max(worst, use(respond(std::move(request))));
  }
  return worst;
}

int check_once(const Options& options) {
  return for_each_sheet(options, true, [&](const Response& response) {
    if (options.only > static_cast<int>(response.sheet.claims.size())) {
      return complain(fmt::format("there is no step {} in {}: it has {}", options.only, response.source.name(),
                                  response.sheet.claims.size()));
    }
    if (options.format == "json") {
      print(json_report(response, options.sheets.size() > 1));
    } else if (options.format == "markdown") {
      print(markdown_report(response));
    } else if (options.format == "html") {
      print(html_report(response));
    } else {
      print(text_report(response, style_of(options)));
    }
    std::fflush(stdout);
    return response.holds() ? kHolds : kFails;
  });
}

/// The newest time at which one of the sheets was written; a sheet that is being replaced counts as not changed.
std::filesystem::file_time_type newest(const std::vector<std::string>& sheets) {
  auto time = std::filesystem::file_time_type::min();
  for (const std::string& path : sheets) {
    std::error_code error;
    const auto written = std::filesystem::last_write_time(path, error);
    if (!error) time = std::max(time, written);
  }
  return time;
}

int check_command(const Options& options) {
  if (!options.watch) return check_once(options);
  for (;;) {
    const auto before = newest(options.sheets);
    if (isatty(STDOUT_FILENO) != 0) print("\033[2J\033[H");
    check_once(options);
    fmt::print(stderr, "watching; stop with Ctrl-C\n");
    while (newest(options.sheets) == before) std::this_thread::sleep_for(std::chrono::milliseconds(150));
  }
}

int show_command(const Options& options) {
  return for_each_sheet(options, false, [&](const Response& response) {
    print(show_report(response, style_of(options)));
    return kHolds;
  });
}

std::string derive_report(const Derivative& d, const Options& options) {
  if (options.format == "json") return derive_json(d);
  if (options.format == "latex") return derive_latex(d);
  if (options.format == "markdown") return derive_markdown(d);
  if (options.format == "html") return derive_html(d);
  return derive_text(d, style_of(options));
}

int derive_command(const Options& options) {
  if (options.formula.empty() == options.expression.empty()) {
    return complain("give a sheet and an expression, or an expression alone with -e\nSee: gradus derive --help");
  }
  DeriveRequest request;
  request.expression = options.formula.empty() ? options.expression : options.formula;
  request.let = options.let;
  request.assume = options.assume;
  request.wrt = options.wrt;
  request.order = options.order;
  request.steps = options.steps == "none"   ? StepGrain::none
                  : options.steps == "full" ? StepGrain::full
                                            : StepGrain::brief;
  if (!options.sheet.empty()) {
    Result<std::string> text = read_text(options.sheet);
    if (!text.ok()) {
      print_error(text.error());
      return kTrouble;
    }
    request.name = options.sheet;
    request.text = std::move(*text);
  }
  const Derivative d = derive(request);
  if (!d.ok && options.format != "json") {
    for (const Diagnostic& diagnostic : d.diagnostics) fmt::print(stderr, "{}", render(diagnostic, d.source));
  } else {
    print(derive_report(d, options));
  }
  return d.ok ? kHolds : kFails;
}

int explain_command(const Options& options) {
  std::vector<std::string_view> slugs;
  for (const Explanation& e : explanations()) slugs.push_back(e.slug);
  if (options.list) {
    for (const std::string_view slug : slugs) fmt::print("{}\n", slug);
    return kHolds;
  }
  if (options.slug.empty()) {
    for (const Explanation& e : explanations()) fmt::print("{:<20} {}\n", e.slug, e.title);
    return kHolds;
  }
  if (const Explanation* found = explanation_of(options.slug)) {
    print(explain_text(*found));
    return kHolds;
  }
  const std::string_view near = nearest(options.slug, slugs);
  return complain(
      fmt::format("no diagnostic is called \"{}\"{}", options.slug,
                  near.empty() ? "; `gradus explain` lists them" : fmt::format("; did you mean {}?", near)));
}

void add_sheets(CLI::App& command, Options& options) {
  command.add_option("SHEET", options.sheets, "Markdown, LaTeX or plain-text documents; - for standard input")
      ->required();
}

void add_common(CLI::App& command, Options& options) {
  command.add_option("--assume", options.assume, "assume more, in a sheet's words: 'A symmetric'")
      ->allow_extra_args(false);
  command.add_option("--color", options.color, "auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}));
}

/// A first word that is no command: says so, with the nearest one or the command that was meant.
int unknown_command(const std::string& word) {
  std::error_code ignored;
  if (std::filesystem::exists(word, ignored)) {
    return complain(fmt::format("\"{0}\" is no command; did you mean: gradus check {0}", word));
  }
  const std::string_view near = nearest(word, kCommands);
  return complain(fmt::format("unknown command \"{}\"{}", word,
                              near.empty() ? "; `gradus --help` lists them" : fmt::format("; did you mean {}?", near)));
}

int run(int argc, char** argv) {
  CLI::App app{"Reads derivations as people write them, derives, and gives every step a verdict.", "gradus"};
  app.set_version_flag("--version", "gradus " GRADUS_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Examples:\n"
      "  gradus check notes.md\n"
      "  gradus derive -e \"norm2(A*x - y)^2\" --wrt x\n"
      "  gradus show notes.md\n"
      "  gradus eval notes.md E --grad w --random 1\n"
      "  gradus explain shape\n\n"
      "Exit codes: 0 every step holds; 1 some step does not; 2 wrong usage or a file that cannot be read.");
  Options options;

  CLI::App& check = *app.add_subcommand("check", "Give every = step of a sheet a verdict");
  add_sheets(check, options);
  check.add_option("--format", options.format, "text, json, markdown (the sheet with its verdicts) or html")
      ->check(CLI::IsMember({"text", "json", "markdown", "html"}));
  check.add_option("--only", options.only, "judge this step alone, by its number")->check(CLI::PositiveNumber);
  check.add_flag("--watch", options.watch, "check again when a sheet changes");
  add_common(check, options);
  check.footer(
      "Examples:\n"
      "  gradus check exercise.md\n"
      "  gradus check exercise.md --only 9\n"
      "  gradus check exercise.md --assume 'A symmetric'\n"
      "  gradus check exercise.md --format markdown > checked.md\n"
      "  gradus check *.md --format json | jq .summary\n"
      "  gradus check exercise.md --watch");

  CLI::App& derive = *app.add_subcommand("derive", "Derive an expression, step by step");
  derive.add_option("SHEET", options.sheet, "where the names are declared; - for standard input");
  derive.add_option("EXPRESSION", options.expression,
                    "LaTeX or plain text; may be a derivative: '∂E/∂w', '\\nabla_W E'");
  derive.add_option("-e,--expression", options.formula, "an expression without a sheet");
  derive.add_option("--let", options.let, "declare a name: 'A ∈ R^{m×n}', 'x \\in \\mathbb{R}^n'")
      ->allow_extra_args(false);
  derive.add_option("--wrt", options.wrt, "by what to derive");
  derive.add_option("--order", options.order, "1 for gradients and Jacobians, 2 for Hessians")->check(CLI::Range(1, 4));
  derive.add_option("--steps", options.steps, "grain of the derivation: none, short or full")
      ->check(CLI::IsMember({"none", "short", "full"}));
  derive.add_option("--format", options.format, "text, latex, markdown, json or html")
      ->check(CLI::IsMember({"text", "latex", "markdown", "json", "html"}));
  add_common(derive, options);
  derive.footer(
      "Without a declaration a name follows its convention: a–g scalar, h–z vector, A–Z matrix.\n\n"
      "Examples:\n"
      "  gradus derive -e 'norm2(A*x - y)^2' --wrt x\n"
      "  gradus derive -e \"x'*A*x\" --wrt x --order 2\n"
      "  gradus derive -e 'log(det(X))' --let 'X ∈ R^{n×n}' --wrt X --format latex\n"
      "  gradus derive network.md '\\frac{\\partial E}{\\partial w}'\n"
      "  gradus derive network.md '∇_W E' --steps full");

  CLI::App& show = *app.add_subcommand("show", "Echo what was understood: kinds, types, index ranges, readings");
  add_sheets(show, options);
  add_common(show, options);
  show.footer("Example:\n  gradus show exercise.md");

  const ComputeCommands compute(app);

  CLI::App& explain = *app.add_subcommand("explain", "Tell what a diagnostic means, with an example");
  explain.add_option("SLUG", options.slug, "the word in brackets: error[shape] is explained by: gradus explain shape");
  explain.add_flag("--list", options.list, "the slugs alone, one a line");
  explain.footer("Examples:\n  gradus explain shape\n  gradus explain          (lists all)");

  CLI::App& completion = *app.add_subcommand("completion", "Print the completion script of a shell");
  completion.add_option("SHELL", options.shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  completion.footer("Example:\n  source <(gradus completion bash)");

  if (argc > 1 && argv[1][0] != '-' &&
      std::find(std::begin(kCommands), std::end(kCommands), argv[1]) == std::end(kCommands)) {
    return unknown_command(argv[1]);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    return complain(fmt::format("{}\nSee: gradus {}--help", error.what(), argc > 1 ? std::string(argv[1]) + " " : ""));
  }
  if (check.parsed()) return check_command(options);
  if (derive.parsed()) return derive_command(options);
  if (show.parsed()) return show_command(options);
  if (compute.parsed()) return compute.run();
  if (explain.parsed()) return explain_command(options);
  print(completion_script(options.shell));
  return kHolds;
}

struct Main {
  int argc;
  char** argv;
  int result = kTrouble;
};

/// Long chains of definitions make the walks over expressions deep, so the work is done on a thread with a large stack.
void* on_large_stack(void* data) {
  Main& main = *static_cast<Main*>(data);
  try {
    main.result = run(main.argc, main.argv);
  } catch (const std::exception& error) {
    main.result = complain(fmt::format("internal failure: {}", error.what()));
  }
  return nullptr;
}

}  // namespace
}  // namespace gradus

int main(int argc, char** argv) {
  gradus::Main main{argc, argv};
  pthread_attr_t attributes;
  pthread_t thread;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, std::size_t{512} << 20);
  if (pthread_create(&thread, &attributes, gradus::on_large_stack, &main) != 0)
    gradus::on_large_stack(&main);
  else
    pthread_join(thread, nullptr);
  std::fflush(stdout);
  return main.result;
}
