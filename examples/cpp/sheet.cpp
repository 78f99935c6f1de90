// Logistic regression, as a sheet says it; every thread calls the same kernel with a workspace of its own.
#include <gradus/gradus.h>

#include <cstdio>
#include <thread>
#include <vector>

const char* const text = R"(
$X \in \mathbb{R}^{N \times P}$, $y \in \mathbb{R}^N$, $w \in \mathbb{R}^P$.

$$E(w) = \sum_{n=1}^N \log\left(1 + e^{-y_n \sum_{j=1}^P X_{n,j} w_j}\right)$$
)";

int main() {
  constexpr int N = 200, P = 4;
  gradus::Sheet sheet = gradus::Sheet::from_text(text);
  auto E = sheet["E(w)"];
  auto kernel = gradus::compile({E, gradient(E, "w"), hessian(E, "w")}, {.sizes = {{"N", N}, {"P", P}}});
  for (const gradus::Argument& input : kernel.inputs())
    std::printf("%s has %zu numbers\n", input.name.c_str(), input.span);

  std::vector<double> X(N * P), y(N);
  for (int n = 0; n < N; ++n) {
    for (int p = 0; p < P; ++p) X[n * P + p] = 0.01 * ((7 * n + 3 * p) % 19) - 0.09;
    y[n] = n % 3 == 0 ? 1 : -1;
  }
  const auto at = [&](double scale, double* result) {
    std::vector<double> w(P, scale), gradient(P), hessian(P * P);
    std::vector<gradus::Input> inputs(3, w);
    inputs[kernel.input("X")] = X;
    inputs[kernel.input("y")] = y;
    std::vector<gradus::Output> outputs{*result, gradient, hessian};
    gradus::Workspace workspace = kernel.workspace();
    kernel(inputs, outputs, workspace);
  };
  double one = 0, two = 0;
  std::thread other([&] { at(2.0, &two); });
  at(1.0, &one);
  other.join();
  std::printf("E(1) = %.6f, E(2) = %.6f\n", one, two);
}
