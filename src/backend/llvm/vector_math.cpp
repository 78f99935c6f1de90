#include "backend/llvm/vector_math.h"

#include <dlfcn.h>

#include <array>

#include "backend/llvm/algebra.h"

namespace gradus {
namespace {

void* library(const char* name) { return dlopen(name, RTLD_LAZY | RTLD_LOCAL); }

}  // namespace

void* function_address(const std::string& symbol) {
  if (void* const algebra = algebra_address(symbol)) return algebra;
  if (symbol.starts_with("Sleef_")) {
    static void* const sleef = library("libsleef.so.3");
    return sleef ? dlsym(sleef, symbol.c_str()) : nullptr;
  }
  if (symbol.starts_with("_ZGV")) {
    static void* const mvec = library("libmvec.so.1");
    return mvec ? dlsym(mvec, symbol.c_str()) : nullptr;
  }
  static void* const libm = library("libm.so.6");
  if (void* found = libm ? dlsym(libm, symbol.c_str()) : nullptr) return found;
  return dlsym(RTLD_DEFAULT, symbol.c_str());
}

std::string scalar_function(std::string_view name, bool single) { return std::string(name) + (single ? "f" : ""); }

std::string vector_function(std::string_view name, int lanes, bool single, bool precise, VectorSet set) {
  const int bits = lanes * (single ? 32 : 64);
  const int widest = set == VectorSet::avx512 ? 512 : set == VectorSet::avx2 ? 256 : 128;
  if (bits > widest || (bits != 128 && bits != 256 && bits != 512)) return "";
  const bool binary = name == "pow" || name == "atan2" || name == "hypot";
  const std::string width = std::to_string(lanes);
  const std::string letter = bits == 512 ? "e" : bits == 256 ? "d" : "b";
  const std::string mvec = "_ZGV" + letter + "N" + width + (binary ? "vv_" : "v_") + scalar_function(name, single);
  const char* variant = bits == 512 ? "avx512f" : bits == 256 ? "avx2" : set == VectorSet::sse2 ? "sse2" : "avx2128";
  const std::string sleef = "Sleef_" + std::string(name) + (single ? "f" : "d") + width + "_u10" + variant;
  for (const std::string& candidate : precise ? std::array{sleef, mvec} : std::array{mvec, sleef})
    if (function_address(candidate)) return candidate;
  return "";
}

}  // namespace gradus
