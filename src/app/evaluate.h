// The verb behind `gradus eval`: numbers put through a sheet.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/accuracy.h"
#include "app/compute.h"

namespace gradus {

struct EvaluateRequest {
  ComputeRequest what;
  std::optional<std::uint64_t> random;  ///< seed: inputs without data are normal random numbers
  bool explain = false;                 ///< tell the loops
  bool single = false;                  ///< f32 throughout: inputs are rounded to it, results are of it
  bool precise = false;                 ///< vector functions to 1 ulp
  bool stack = false;                   ///< derivatives by the members of a family, of one shape, are one array
  bool check = false;                   ///< compare with ball arithmetic
  std::string cache_folder;             ///< of compiled kernels; empty: none
  int threads = 0;                      ///< at most; 0: as many as OpenMP has
};

struct Evaluation {
  bool ok = false;
  Source source;
  std::vector<Diagnostic> diagnostics;
  std::vector<std::string> told;  ///< sizes, and what was filled with random numbers
  struct Result {
    std::string name, shape;
    Array value;
    std::optional<Accuracy> accuracy;  ///< if asked for
  };
  std::vector<Result> results;
  std::string plan;  ///< if asked for
};

Evaluation evaluate(const EvaluateRequest& request);

std::string evaluation_text(const Evaluation& evaluation, int width);
std::string evaluation_json(const Evaluation& evaluation);
std::string evaluation_csv(const Evaluation& evaluation);
std::string evaluation_npz(const Evaluation& evaluation);

/// Fills the inputs that no data was given for, and tells which; an error where there is no seed to do so.
std::optional<Diagnostic> fill_inputs(Computation& computation, const std::optional<std::uint64_t>& seed,
                                      std::vector<std::string>& told);

}  // namespace gradus
