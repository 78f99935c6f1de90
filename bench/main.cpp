// The benchmark: every problem's derivatives are compared first, then timed, as ratios to the plain objective or to
// peers in the same process.
//
//   gradus_bench [--only PATTERN] [--json FILE] [--data FOLDER]
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "problem.h"

namespace gradus::bench {
namespace {

/// Keeps the best time of each benchmark, in milliseconds, and prints nothing.
class Best : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.error_occurred || run.run_type != Run::RT_Iteration) continue;
      const double each = 1e3 * run.real_accumulated_time / static_cast<double>(run.iterations);
      const auto [at, fresh] = milliseconds.try_emplace(run.run_name.function_name, each);
      if (!fresh) at->second = std::min(at->second, each);
    }
  }
  std::map<std::string, double> milliseconds;
};

void enter(const std::string& name, const std::function<void()>& run) {
  if (!run) return;
  benchmark::RegisterBenchmark(name.c_str(),
                               [run](benchmark::State& state) {
                                 for (auto _ : state) run();
                               })
      ->UseRealTime()
      ->MinTime(0.05)
      ->Repetitions(7);
}

std::string machine() {
  std::ifstream cpu("/proc/cpuinfo");
  for (std::string line; std::getline(cpu, line);) {
    if (line.rfind("model name", 0) == 0)
      return line.substr(line.find(':') + 2) + ", " + std::to_string(std::thread::hardware_concurrency()) + " cores";
  }
  return "unknown";
}

int run(int argc, char** argv) {
  std::string only, json, data = GRADUS_BENCH_DATA;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--only") == 0)
      only = argv[i + 1];
    else if (std::strcmp(argv[i], "--json") == 0)
      json = argv[i + 1];
    else if (std::strcmp(argv[i], "--data") == 0)
      data = argv[i + 1];
    else {
      std::fprintf(stderr, "usage: gradus_bench [--only PATTERN] [--json FILE] [--data FOLDER]\n");
      return 2;
    }
  }
  const std::vector<Problem> list = problems(only, data);
  bool wrong = false;
  for (const Problem& problem : list) {
    if (!problem.gradus) {
      std::fprintf(stderr, "bench: no data for %s in %s\n", problem.name.c_str(), data.c_str());
    } else if (problem.max_error > 1e-8) {
      std::fprintf(stderr, "bench: the derivatives of %s differ by %.2g\n", problem.name.c_str(), problem.max_error);
      wrong = true;
    }
  }
  if (wrong) return 1;
  for (const Problem& problem : list) {
    // Side by side, so that a busy machine is busy for both.
    enter(problem.name + ":unit", problem.unit);
    enter(problem.name + ":gradus", problem.gradus);
    enter(problem.name + ":objective", problem.objective);
    for (const auto& [peer, work] : problem.peers) enter(problem.name + ":" + peer, work);
  }
  Best best;
  benchmark::RunSpecifiedBenchmarks(&best);

  nlohmann::ordered_json out;
  out["machine"] = machine();
  out["results"] = nlohmann::ordered_json::array();
  std::printf("%-28s %9s %7s %7s   %11s %11s %9s  %s\n", "problem", "figure", "must", "aim", "gradus ms", "against ms",
              "grad/obj", "error");
  for (const Problem& problem : list) {
    if (!problem.gradus) continue;
    const double gradus = best.milliseconds[problem.name + ":gradus"];
    const double objective = best.milliseconds[problem.name + ":objective"];
    nlohmann::ordered_json peers = nlohmann::ordered_json::object();
    double against = problem.speedup ? 0 : best.milliseconds[problem.name + ":unit"];
    for (const auto& [peer, work] : problem.peers) {
      const double time = best.milliseconds[problem.name + ":" + peer];
      peers[peer] = time;
      if (problem.speedup && peer.rfind("libtorch", 0) == 0 && (against == 0 || time < against)) against = time;
    }
    const double value = problem.speedup ? against / gradus : gradus / against;
    std::printf("%-28s %9.3f %7.2f %7.2f   %11.4f %11.4f %9.2f  %.1e\n", problem.name.c_str(), value, problem.must,
                problem.aim, gradus, against, objective > 0 ? gradus / objective : 0.0, problem.max_error);
    for (const auto& [peer, time] : peers.items())
      std::printf("    %-24s %11.4f ms, %.1f times gradus's\n", peer.c_str(), time.get<double>(),
                  time.get<double>() / gradus);
    nlohmann::ordered_json row;
    row["problem"] = problem.name;
    row["figure"] = problem.speedup ? "speedup" : "ratio";
    if (against > 0)
      row["value"] = value;
    else
      row["value"] = nullptr;
    row["must"] = problem.must;
    row["aim"] = problem.aim;
    row["gradus_ms"] = gradus;
    if (problem.unit)
      row["unit_ms"] = best.milliseconds[problem.name + ":unit"];
    else
      row["unit_ms"] = nullptr;
    row["objective_ms"] = objective;
    row["compile_ms"] = 1e3 * problem.compile_seconds;
    row["peers"] = peers;
    row["max_error"] = problem.max_error;
    out["results"].push_back(std::move(row));
  }
  if (!json.empty()) {
    std::ofstream file(json);
    file << out.dump(2) << "\n";
    if (!file) {
      std::fprintf(stderr, "bench: cannot write %s\n", json.c_str());
      return 2;
    }
  }
  return 0;
}

}  // namespace
}  // namespace gradus::bench

int main(int argc, char** argv) {
  int one = 1;
  benchmark::Initialize(&one, argv);
  return gradus::bench::run(argc, argv);
}
