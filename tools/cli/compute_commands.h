// The commands that compute: `gradus eval`, `gradus emit` and `gradus graph`.
#pragma once

#include <CLI/App.hpp>
#include <memory>

namespace gradus {

struct ComputeOptions;

/// Adds the commands to the program; run() answers for the one that was given.
class ComputeCommands {
 public:
  explicit ComputeCommands(CLI::App& app);
  ~ComputeCommands();
  /// Whether one of them was given.
  bool parsed() const;
  /// Its exit code.
  int run() const;

 private:
  int evaluate_sheet() const;
  int emit_sheet() const;
  int draw_graph() const;

  std::unique_ptr<ComputeOptions> options_;
  CLI::App* eval_ = nullptr;
  CLI::App* emit_ = nullptr;
  CLI::App* graph_ = nullptr;
};

}  // namespace gradus
