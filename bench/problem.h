// One row of the table: what gradus runs, what it is compared with, and how the results are known to be right.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace gradus::bench {

struct Problem {
  std::string name;
  bool speedup = false;  ///< the figure: gradus's speed over libtorch's best; else gradus's time over the unit's
  double must = 0, aim = 0;
  std::function<void()> gradus = {};     ///< derivatives (and the value)
  std::function<void()> objective = {};  ///< gradus's value alone; may be empty
  std::function<void()> unit = {};       ///< the plain scalar objective; may be empty
  std::map<std::string, std::function<void()>> peers = {};
  double max_error = 0;  ///< of gradus against the expected derivatives and every peer, measured before any timing
  double compile_seconds = 0;
};

/// Every problem whose name contains the pattern. `data` is the folder of the published data.
std::vector<Problem> problems(const std::string& pattern, const std::string& data);

/// The largest difference, relative to the largest expected entry.
double difference(const std::vector<double>& got, const std::vector<double>& expected);

}  // namespace gradus::bench
