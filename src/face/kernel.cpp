// The compiled kernel as users hold it: what is checked before a call, and the memory that a call works in.
#include <gradus/kernel.h>

#include <algorithm>
#include <cstdlib>
#include <new>

#include "face/access.h"
#include "face/engine.h"

namespace gradus::inline v1 {

struct Kernel::State {
  std::vector<Argument> inputs, outputs;
  detail::EngineKernel code;
};

namespace {

std::string type_name(Type type) { return type == Type::f64 ? "double" : type == Type::f32 ? "float" : "std::int64_t"; }

std::size_t bytes_of(Type type) { return type == Type::f32 ? 4 : 8; }

std::string shape_text(const Argument& argument) {
  std::string out;
  for (const std::ptrdiff_t extent : argument.shape) out += (out.empty() ? "" : "×") + std::to_string(extent);
  return out.empty() ? "a scalar" : out;
}

bool row_by_row(const Argument& argument) {
  std::ptrdiff_t size = 1;
  for (std::size_t d = argument.shape.size(); d-- > 0; size *= argument.shape[d]) {
    if (argument.strides[d] != size) return false;
  }
  return true;
}

Argument described(const detail::EngineArgument& from, bool single) {
  Argument out;
  out.name = from.name;
  out.type = from.integer ? Type::i64 : single ? Type::f32 : Type::f64;
  out.shape = from.shape;
  out.strides = from.strides;
  out.lowest = from.lowest;
  out.highest = from.highest;
  out.span = 1;
  for (std::size_t d = 0; d < out.shape.size(); ++d)
    out.span += static_cast<std::size_t>((out.shape[d] - 1) * out.strides[d]);
  return out;
}

template <class View>
void check(const Argument& argument, const View& view) {
  if (view.type() != argument.type)
    throw Error(argument.name + " holds " + type_name(argument.type) + ", not " + type_name(view.type()));
  if (view.size() != argument.span)
    throw Error(argument.name + " (" + shape_text(argument) + ") has " + std::to_string(argument.span) + " numbers" +
                (row_by_row(argument) ? "" : " from its first to its last") + ", and is given " +
                std::to_string(view.size()));
}

void check_integers(const Argument& argument, const Input& input) {
  const auto* entries = static_cast<const std::int64_t*>(input.data());
  for (std::size_t i = 0; i < input.size(); ++i) {
    if (entries[i] < argument.lowest || entries[i] > argument.highest)
      throw Error(argument.name + " has the entry " + std::to_string(entries[i]) + ", outside " +
                  std::to_string(argument.lowest) + "…" + std::to_string(argument.highest));
  }
}

template <class A, class B>
bool overlap(const A& a, const B& b) {
  const auto* first = static_cast<const char*>(a.data());
  const auto* other = static_cast<const char*>(b.data());
  return std::less<>()(first, other + b.size() * bytes_of(b.type())) &&
         std::less<>()(other, first + a.size() * bytes_of(a.type()));
}

/// Each thread's own, for calls without a workspace.
class Arena {
 public:
  ~Arena() { std::free(memory_); }
  void* at_least(std::size_t bytes) {
    if (bytes > bytes_) {
      std::free(memory_);
      memory_ = std::aligned_alloc(64, bytes);
      bytes_ = memory_ ? bytes : 0;
      if (!memory_) throw std::bad_alloc();
    }
    return memory_;
  }

 private:
  void* memory_ = nullptr;
  std::size_t bytes_ = 0;
};

thread_local Arena arena;

std::size_t whole_lines(std::size_t bytes) { return (bytes + 127) / 64 * 64; }

void check_all(const std::vector<Argument>& wanted_inputs, const std::vector<Argument>& wanted_outputs,
               std::span<const Input> inputs, std::span<const Output> outputs) {
  if (inputs.size() != wanted_inputs.size() || outputs.size() != wanted_outputs.size())
    throw Error("the kernel takes " + std::to_string(wanted_inputs.size()) + " inputs and " +
                std::to_string(wanted_outputs.size()) + " outputs, and is given " + std::to_string(inputs.size()) +
                " and " + std::to_string(outputs.size()));
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    check(wanted_inputs[i], inputs[i]);
    if (wanted_inputs[i].type == Type::i64) check_integers(wanted_inputs[i], inputs[i]);
  }
  for (std::size_t o = 0; o < outputs.size(); ++o) {
    check(wanted_outputs[o], outputs[o]);
    // Strided arrays may lie between one another.
    if (!row_by_row(wanted_outputs[o])) continue;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (row_by_row(wanted_inputs[i]) && overlap(outputs[o], inputs[i]))
        throw Error("the output " + wanted_outputs[o].name + " overlaps the input " + wanted_inputs[i].name);
    }
    for (std::size_t other = 0; other < o; ++other) {
      if (row_by_row(wanted_outputs[other]) && overlap(outputs[o], outputs[other]))
        throw Error("the outputs " + wanted_outputs[other].name + " and " + wanted_outputs[o].name + " overlap");
    }
  }
}

std::size_t place_of(const std::vector<Argument>& arguments, const std::string& name, const std::string& kind) {
  std::string known;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i].name == name) return i;
    known += (i ? ", " : "") + arguments[i].name;
  }
  throw Error("no " + kind + " is called " + name + ": there are " + known);
}

constexpr std::size_t kMost = 64;  ///< arguments of a checked call whose pointers stay on the stack

}  // namespace

Workspace::Workspace(std::size_t bytes) : memory_(std::aligned_alloc(64, bytes)), bytes_(bytes) {
  if (!memory_) throw std::bad_alloc();
}
Workspace::~Workspace() { std::free(memory_); }
Workspace::Workspace(Workspace&& other) noexcept
    : memory_(std::exchange(other.memory_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
Workspace& Workspace::operator=(Workspace&& other) noexcept {
  std::swap(memory_, other.memory_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

Kernel::Kernel(std::shared_ptr<const State> state) : state_(std::move(state)) {}
const std::vector<Argument>& Kernel::inputs() const { return state_->inputs; }
const std::vector<Argument>& Kernel::outputs() const { return state_->outputs; }
std::size_t Kernel::input(const std::string& name) const { return place_of(state_->inputs, name, "input"); }
std::size_t Kernel::output(const std::string& name) const { return place_of(state_->outputs, name, "output"); }

Workspace Kernel::workspace() const { return Workspace(whole_lines(state_->code.workspace_bytes)); }

void Kernel::call(const void* const* inputs, void* const* outputs) const {
  const detail::EngineKernel& code = state_->code;
  code.run(code.code.get(), inputs, outputs, arena.at_least(whole_lines(code.workspace_bytes)));
}

void Kernel::call(const void* const* inputs, void* const* outputs, Workspace& workspace) const {
  const detail::EngineKernel& code = state_->code;
  code.run(code.code.get(), inputs, outputs, workspace.memory_);
}

namespace {

/// The pointers of checked arguments, handed on.
template <class Call>
void with_pointers(std::span<const Input> inputs, std::span<const Output> outputs, const Call& call) {
  const void* few_inputs[kMost];
  void* few_outputs[kMost];
  std::vector<const void*> many_inputs(inputs.size() > kMost ? inputs.size() : 0);
  std::vector<void*> many_outputs(outputs.size() > kMost ? outputs.size() : 0);
  const void** in = many_inputs.empty() ? few_inputs : many_inputs.data();
  void** out = many_outputs.empty() ? few_outputs : many_outputs.data();
  std::transform(inputs.begin(), inputs.end(), in, [](const Input& view) { return view.data(); });
  std::transform(outputs.begin(), outputs.end(), out, [](const Output& view) { return view.data(); });
  call(in, out);
}

}  // namespace

void Kernel::operator()(std::span<const Input> inputs, std::span<const Output> outputs) const {
  check_all(state_->inputs, state_->outputs, inputs, outputs);
  with_pointers(inputs, outputs, [&](const void* const* in, void* const* out) { call(in, out); });
}

void Kernel::operator()(std::span<const Input> inputs, std::span<const Output> outputs, Workspace& workspace) const {
  if (workspace.bytes_ < state_->code.workspace_bytes)
    throw Error("the workspace has " + std::to_string(workspace.bytes_) + " bytes, and the kernel needs " +
                std::to_string(state_->code.workspace_bytes) + ": it is another kernel's");
  check_all(state_->inputs, state_->outputs, inputs, outputs);
  with_pointers(inputs, outputs, [&](const void* const* in, void* const* out) { call(in, out, workspace); });
}

Kernel compile(std::vector<Quantity> quantities, const Options& options) {
  if (quantities.empty()) throw Error("nothing is to be compiled");
  std::vector<detail::WantedPtr> wanted;
  for (const Quantity& quantity : quantities) wanted.push_back(detail::Access::of(quantity));
  detail::EngineOptions engine;
  engine.single = options.single;
  engine.precise = options.precise;
  engine.features = options.features;
  engine.cache_folder = options.cache_folder;
  engine.threads = options.threads;
  for (const Options::Size& size : options.sizes) engine.sizes.emplace_back(size.name, size.value);
  for (const Options::Strides& strided : options.strides) engine.strides.emplace_back(strided.name, strided.strides);
  auto built = detail::build(wanted, engine);
  if (!built) throw Error(built.error().message);
  auto state = std::make_shared<Kernel::State>();
  state->code = std::move(*built);
  for (const auto& input : state->code.inputs) state->inputs.push_back(described(input, options.single));
  for (const auto& output : state->code.outputs) state->outputs.push_back(described(output, options.single));
  return Kernel(std::move(state));
}

}  // namespace gradus::inline v1
