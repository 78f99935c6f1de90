// Quantities as native code, called on arrays where they lie.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <type_traits>
#include <utility>

#include <gradus/quantity.h>

namespace gradus::inline v1 {

enum class Type : std::uint8_t { f64, f32, i64 };

struct Options {
  bool single = false;            ///< f32 instead of f64 throughout
  bool precise = false;           ///< vector functions to 1 ulp instead of 4
  std::string features = {};      ///< "sse2", "avx2" or "avx512" instead of all that the machine has
  std::string cache_folder = {};  ///< where compiled code is kept between runs; empty: nowhere
  /// That a call may use: threads of OpenMP's pool; 0 for as many as that has. Results are the same bits for any
  /// number.
  int threads = 1;

  struct Size {
    std::string name;
    std::ptrdiff_t value;
  };
  std::vector<Size> sizes = {};  ///< of a sheet: {{"L", 1000}}

  /// Strides in elements, one an axis, of an input or output that is not row by row: {{"W", {1, 3}}} for a 3 × 4 matrix
  /// column by column. They must be positive, and no two entries may share a place.
  struct Strides {
    std::string name;
    std::vector<std::ptrdiff_t> strides;
  };
  std::vector<Strides> strides = {};
};

/// An input or output of a kernel.
struct Argument {
  std::string name;
  Type type = Type::f64;
  std::vector<std::ptrdiff_t> shape;       ///< empty: a scalar
  std::vector<std::ptrdiff_t> strides;     ///< in elements, one an axis
  std::size_t span = 0;                    ///< elements from the first to the last, both included
  std::ptrdiff_t lowest = 0, highest = 0;  ///< of an integer input: the values that its entries may have
};

}  // namespace gradus::inline v1

namespace gradus::detail {
template <class T>
struct TypeOf;
template <>
struct TypeOf<double> {
  static constexpr Type type = Type::f64;
};
template <>
struct TypeOf<float> {
  static constexpr Type type = Type::f32;
};
template <>
struct TypeOf<std::int64_t> {
  static constexpr Type type = Type::i64;
};
template <class T>
concept Element = requires { TypeOf<std::remove_const_t<T>>::type; };
template <class C>
concept Contiguous = requires(C& c) {
  *c.data();
  c.size();
} && Element<std::remove_pointer_t<decltype(std::declval<C&>().data())>>;
}  // namespace gradus::detail

namespace gradus::inline v1 {

/// Numbers that a kernel reads, where they lie: a vector, a span, an Eigen::Map or matrix, one number, or pointer and
/// count. Nothing is copied.
class Input {
 public:
  template <detail::Element T>
  Input(const T* data, std::size_t size) : data_(data), size_(size), type_(detail::TypeOf<T>::type) {}
  template <detail::Contiguous C>
  Input(const C& numbers) : Input(numbers.data(), static_cast<std::size_t>(numbers.size())) {}
  template <detail::Element T>
  Input(const T& number) : Input(&number, 1) {}
  const void* data() const { return data_; }
  std::size_t size() const { return size_; }
  Type type() const { return type_; }

 private:
  const void* data_;
  std::size_t size_;
  Type type_;
};

/// Numbers that a kernel writes, where they lie.
class Output {
 public:
  template <detail::Element T>
    requires(!std::is_const_v<T>)
  Output(T* data, std::size_t size) : data_(data), size_(size), type_(detail::TypeOf<T>::type) {}
  template <class C>
    requires detail::Contiguous<std::remove_reference_t<C>>
  Output(C&& numbers) : Output(numbers.data(), static_cast<std::size_t>(numbers.size())) {}
  template <detail::Element T>
    requires(!std::is_const_v<T>)
  Output(T& number) : Output(&number, 1) {}
  void* data() const { return data_; }
  std::size_t size() const { return size_; }
  Type type() const { return type_; }

 private:
  void* data_;
  std::size_t size_;
  Type type_;
};

/// Memory that one call at a time works in.
class GRADUS_API Workspace {
 public:
  ~Workspace();
  Workspace(Workspace&& other) noexcept;
  Workspace& operator=(Workspace&& other) noexcept;

 private:
  friend class Kernel;
  explicit Workspace(std::size_t bytes);
  void* memory_;
  std::size_t bytes_;
};

/// Compiled code. A handle that is cheap to copy. Calls from several threads at once are fine if their outputs are
/// apart; there are no locks. On one thread a call allocates nothing if it is handed a Workspace; without one it uses
/// its thread's own, which grows at the first call of a kernel that needs more. (With more than 64 arguments a checked
/// call allocates.)
///
/// While a kernel runs, subnormal values count as zero. NaN in an input stays NaN in all that depends on it.
class GRADUS_API Kernel {
 public:
  /// In the order in which the quantities name them as they are written; seeds and directions last.
  const std::vector<Argument>& inputs() const;
  /// In the order of the quantities.
  const std::vector<Argument>& outputs() const;
  /// The place of an argument by its name. Throws Error if there is none.
  std::size_t input(const std::string& name) const;
  std::size_t output(const std::string& name) const;

  /// Checked: throws Error for a wrong number of arguments, a wrong type, a wrong size (it says both), an integer input
  /// with an entry that is out of range, and for an output that overlaps another argument. Nothing is computed then.
  void operator()(std::span<const Input> inputs, std::span<const Output> outputs) const;
  void operator()(std::span<const Input> inputs, std::span<const Output> outputs, Workspace& workspace) const;
  void operator()(std::initializer_list<Input> inputs, std::initializer_list<Output> outputs) const {
    (*this)(std::span(inputs.begin(), inputs.size()), std::span(outputs.begin(), outputs.size()));
  }
  void operator()(std::initializer_list<Input> inputs, std::initializer_list<Output> outputs,
                  Workspace& workspace) const {
    (*this)(std::span(inputs.begin(), inputs.size()), std::span(outputs.begin(), outputs.size()), workspace);
  }
  /// Unchecked: one pointer an argument, aligned as its elements are.
  void call(const void* const* inputs, void* const* outputs) const;
  void call(const void* const* inputs, void* const* outputs, Workspace& workspace) const;

  Workspace workspace() const;

 private:
  friend GRADUS_API Kernel compile(std::vector<Quantity> quantities, const Options& options);
  struct State;
  explicit Kernel(std::shared_ptr<const State> state);
  std::shared_ptr<const State> state_;
};

/// Compiles the quantities, in one kernel. Time: that of the code generator, in proportion to the size of the
/// expressions and not of the arrays. May be called from several threads at once. Throws Error for what a sheet does
/// not say, for what has no compiled form, and for options that name nothing.
GRADUS_API Kernel compile(std::vector<Quantity> quantities, const Options& options = {});

}  // namespace gradus::inline v1
