// Points: rational values for every free component, which satisfy the traits exactly.
#pragma once

#include "check/polynomials.h"
#include "check/random.h"

namespace gradus {

class Sampler {
 public:
  Sampler(const Problem& problem, ScalarGraph& graph, Grounder& grounder, const IndexValues& pinned, const Draw& draw);
  /// Values of these leaves, or none if a trait cannot be honoured (why() says which).
  std::optional<std::unordered_map<NodeId, Rational>> draw(const std::vector<NodeId>& leaves);
  const std::string& why() const { return why_; }

 private:
  /// An array with its first index and its length along each axis; empty extents for a scalar.
  struct Array {
    std::vector<long> lo, extent;
    std::vector<Rational> values;
  };
  using Matrix = std::vector<std::vector<Rational>>;
  const Array* member(const Symbol* symbol, const std::vector<long>& family, std::size_t axes_from);
  bool fill(const Symbol* symbol, const Traits& traits, const std::vector<long>& family, Array& array, Random& random);
  bool fill_vector(const Symbol* symbol, const Traits& traits, const std::vector<long>& family, Array& array,
                   Random& random);
  bool fill_matrix(const Symbol* symbol, const Traits& traits, const std::vector<long>& family, Array& array,
                   Random& random);
  Rational number(const Traits& traits, Random& random);

  const Problem& problem_;
  ScalarGraph& graph_;
  Grounder& grounder_;
  const IndexValues& pinned_;
  Draw draw_;
  std::map<std::pair<const Symbol*, std::vector<long>>, Array> members_;
  std::string why_;
};

}  // namespace gradus
