// gradus: derivatives as native code.
//
//   #include <gradus/gradus.h>
//
//   gradus::Index i{"i", 3}, j{"j", 3}, l{"l", 1000};
//   gradus::Tensor w0{"w0", {3, 3}}, w1{"w1", {3}}, x{"x", {1000, 3}}, d{"d", {1000}};
//   auto E = sum(l, sq(d(l) - sum(i, w1(i) * sum(j, w0(i, j) * x(l, j))))) / 1000;
//   auto kernel = gradus::compile({E, gradient(E, w0), gradient(E, w1)});
//   kernel({d_values, w1_values, w0_values, x_values}, {loss, g0, g1});
//
// Three ways in: a sheet (sheet.h), expressions with indices (expression.h), tracing (trace.h). One way out (kernel.h).
#pragma once

#include <gradus/expression.h>
#include <gradus/kernel.h>
#include <gradus/quantity.h>
#include <gradus/sheet.h>
#include <gradus/trace.h>
