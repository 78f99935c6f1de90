#include "expr/traits.h"

namespace gradus {

void merge(Traits& into, const Traits& more) {
  into.positive |= more.positive;
  into.nonzero |= more.nonzero;
  into.symmetric |= more.symmetric;
  into.positive_definite |= more.positive_definite;
  into.orthogonal |= more.orthogonal;
  into.diagonal |= more.diagonal;
  into.invertible |= more.invertible;
  into.positive_det |= more.positive_det;
  into.sums_to_one |= more.sums_to_one;
  into.below_one |= more.below_one;
  into.one_hot |= more.one_hot;
  into.integer |= more.integer;
  into.unit_norm |= more.unit_norm;
  into.symmetric_arguments |= more.symmetric_arguments;
  into.affine |= more.affine;
  into.even |= more.even;
  into.odd |= more.odd;
  into.sign |= more.sign;
  into.binary |= more.binary;
  if (more.hot) into.hot = more.hot;
}

}  // namespace gradus
