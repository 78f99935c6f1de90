// Numbers in files: NPY arrays and CSV tables, in and out.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace gradus {

/// Row by row: the last axis varies fastest.
struct Array {
  std::vector<long> shape;
  std::vector<double> values;
  bool single = false;           ///< its values are f32 numbers, and are written as such
  std::vector<long> table = {};  ///< of a text file: its rows and columns; what it is depends on what it is for

  /// Its shape as an array of this rank: a table of one row may be a vector as well as a matrix.
  std::vector<long> shape_as(std::size_t rank) const {
    if (table.empty()) return shape;
    if (rank == 2) return table;
    return rank == 1 && (table[0] == 1 || table[1] == 1) ? std::vector<long>{table[0] * table[1]} : shape;
  }
};

/// A .npy file (f8, f4, i8, i4, little endian, C or Fortran order), a .csv or .txt file (commas, semicolons or blanks
/// between numbers; a first line of words is skipped; one row or one column is a vector), or a number written out.
/// The error says what is wrong with the file, and in which line.
Result<Array> read_array(const std::string& path);

/// One row a line; a scalar is one line, more than two axes are flattened to rows.
std::string csv_of(const Array& array);
std::string npy_of(const Array& array);
/// Arrays by name in an uncompressed NPZ archive.
std::string npz_of(const std::vector<std::pair<std::string, const Array*>>& arrays);

Result<bool> write_file(const std::string& path, const std::string& bytes);

}  // namespace gradus
