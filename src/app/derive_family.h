// The whole gradient by a family whose members are told apart by numerals: the weights w_{1,i}^{2,0} and w_{0,j}^{1,i}
// of a network. Each pattern of indices in the definitions is a vector or a matrix of its own.
#pragma once

#include <vector>

#include "expr/walk.h"

namespace gradus {

struct FamilyPart {
  Expr member = nullptr;          ///< w_{0,j}^{1,i}
  IndexVars axes;                 ///< its letters, the outer sum's first: (i, j)
  const Symbol* array = nullptr;  ///< W with W_{ij} for the member
};

/// The parts of the family (by name: a definition's parameter counts) in what e says and in its definitions. `taken`:
/// names that an array may not have.
std::vector<FamilyPart> parts_of_family(Expr e, const Symbol* family, const std::vector<std::string>& taken);
/// e with the arrays in the place of the family's members.
Expr in_arrays(Expr e, const Symbol* family, const std::vector<FamilyPart>& parts);

}  // namespace gradus
