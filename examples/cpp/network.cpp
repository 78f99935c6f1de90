// A small network's error and its gradients, from an expression with indices; data in Eigen, where it lies.
#include <gradus/gradus.h>

#include <cstdio>
#include <vector>

#ifdef GRADUS_EXAMPLE_EIGEN
#include <Eigen/Core>
#endif

int main() {
  constexpr int samples = 1000;
  gradus::Index i{"i", 3}, j{"j", 3}, l{"l", samples};
  gradus::Tensor w0{"w0", 3, 3}, w1{"w1", 3}, x{"x", samples, 3}, d{"d", samples};
  auto E = sum(l, sq(d(l) - sum(i, w1(i) * sum(j, w0(i, j) * x(l, j))))) / samples;
  auto kernel = gradus::compile({named("E", E), gradient(E, w0), gradient(E, w1)});

  std::vector<double> d_data(samples, 1.0), x_data(samples * 3, 0.5), w0_data(9, 0.1), w1_data{1.0, 2.0, 3.0};
  double error = 0;
  std::vector<double> by_w0(9), by_w1(3);
  kernel({d_data, w1_data, w0_data, x_data}, {error, by_w0, by_w1});
  std::printf("E = %.6f, dE/dw1[0] = %.6f, dE/dw0[0][0] = %.6f\n", error, by_w1[0], by_w0[0]);

#ifdef GRADUS_EXAMPLE_EIGEN
  // Eigen keeps matrices column by column: say so, and nothing is copied.
  auto columns = gradus::compile({named("E", E), gradient(E, w0)},
                                 {.strides = {{"x", {1, samples}}, {"w0", {1, 3}}, {"∂E/∂w0", {1, 3}}}});
  Eigen::Map<Eigen::MatrixXd> mapped(x_data.data(), samples, 3);
  const Eigen::Matrix3d w = Eigen::Matrix3d::Constant(0.1);
  Eigen::Matrix3d by_w;
  columns({d_data, w1_data, w, mapped}, {error, by_w});
  std::printf("with Eigen: E = %.6f, |dE/dw0| = %.6f\n", error, by_w.norm());
#endif
}
