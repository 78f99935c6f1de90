// Random numbers for a variable that has no data: normal ones, bent to what the sheet assumes of it.
#pragma once

#include <optional>
#include <random>

#include "app/data.h"
#include "expr/symbol.h"

namespace gradus {

/// `indices`: the values that an array of indices may have.
Array random_array(const Traits& traits, const std::vector<long>& shape,
                   const std::optional<std::pair<long, long>>& indices, std::mt19937_64& generator);

}  // namespace gradus
