// Functions as they are written for any scalar type: Rosenbrock's with its Hessian, a robot arm's with its Jacobian.
#include <gradus/gradus.h>

#include <cstdio>
#include <vector>

struct Rosenbrock {
  template <class T>
  T operator()(const T* x) const {
    T total = 0;
    for (int i = 0; i + 1 < 4; ++i) {
      const T a = x[i + 1] - x[i] * x[i], b = 1.0 - x[i];
      total += 100.0 * a * a + b * b;
    }
    return total;
  }
};

/// Where the hand of an arm of three joints is.
struct Arm {
  template <class T>
  void operator()(const T* angle, T* hand) const {
    using std::cos;
    using std::sin;
    T sum = 0;
    hand[0] = hand[1] = 0;
    for (int joint = 0; joint < 3; ++joint) {
      sum += angle[joint];
      hand[0] += 0.5 * cos(sum);
      hand[1] += 0.5 * sin(sum);
    }
  }
};

int main() {
  auto f = gradus::trace(4, Rosenbrock{});
  auto kernel = gradus::compile({f, gradient(f, "x"), hessian(f, "x")});
  const std::vector<double> x{-1.2, 1.0, 0.5, 2.0};
  double value = 0;
  std::vector<double> g(4), h(16);
  kernel({x}, {value, g, h});
  std::printf("f = %.6f (as plain code %.6f), df/dx0 = %.6f, d2f/dx0dx1 = %.6f\n", value, Rosenbrock{}(x.data()), g[0],
              h[1]);

  auto arm = gradus::trace(3, 2, Arm{});
  auto reach = gradus::compile({arm, jacobian(arm, "x")});
  const double angles[] = {0.1, 0.2, 0.3};
  double hand[2], by_angles[6];
  reach({{angles, 3}}, {{hand, 2}, {by_angles, 6}});
  std::printf("hand at (%.6f, %.6f), dx/dangle0 = %.6f\n", hand[0], hand[1], by_angles[0]);
}
