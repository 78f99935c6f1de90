#include "face/engine.h"

#include <algorithm>
#include <limits>

#include "app/names.h"
#include "app/quantities.h"
#include "app/session.h"
#include "backend/llvm/jit.h"
#include "face/translate.h"
#include "program/derivatives.h"
#include "program/lowering.h"
#include "program/plan.h"
#include "program/schedule.h"

namespace gradus::detail {
namespace {

[[noreturn]] void fail(std::string message) { throw CannotBuild{std::move(message)}; }

bool is_derivative(const Wanted& wanted) { return wanted.of != nullptr; }

/// Handles are made anew from the same expression: what counts is what they say.
bool same(const Wanted& a, const Wanted& b) {
  return &a == &b ||
         (a.kind == b.kind && a.entries == b.entries && a.axes == b.axes && a.by == b.by && a.by_name == b.by_name &&
          a.direction == b.direction && a.sheet == b.sheet && (a.kind != Wanted::Kind::sheet || a.name == b.name) &&
          !a.of == !b.of && (!a.of || same(*a.of, *b.of)));
}

/// A value or a derivative on its way to being an output: several arrays where it is by a family.
struct Item {
  const Wanted* wanted = nullptr;
  std::size_t of = 0;
  bool done = false;
  std::vector<const Symbol*> arrays;
  std::string base;                           ///< name of the value
  std::vector<std::vector<std::string>> bys;  ///< one an array: the variables of the derivatives so far
};

class Builder {
 public:
  explicit Builder(const EngineOptions& options) : options_(options) {}

  EngineKernel run(const std::vector<WantedPtr>& wanted) {
    std::vector<std::size_t> asked;
    for (const WantedPtr& one : wanted) {
      const std::size_t item = item_of(*one);
      if (std::find(asked.begin(), asked.end(), item) != asked.end())
        fail(name_of(items_[item]) + " is asked for twice");
      asked.push_back(item);
    }
    lower_values();
    builder_.emplace(lowered_);
    for (const std::size_t item : asked) realize(item);
    Program& program = lowered_.program;
    program.outputs.clear();
    for (const std::size_t item : asked)
      program.outputs.insert(program.outputs.end(), items_[item].arrays.begin(), items_[item].arrays.end());
    order_inputs();
    plan(program);
    write_in_libm(program);
    return compiled(asked);
  }

 private:
  std::size_t item_of(const Wanted& wanted) {
    for (std::size_t i = 0; i < items_.size(); ++i) {
      if (same(*items_[i].wanted, wanted)) return i;
    }
    Item item;
    item.wanted = &wanted;
    if (is_derivative(wanted))
      item.of = item_of(*wanted.of);
    else
      item.base = wanted.name.empty() ? "value" : wanted.name;
    items_.push_back(item);
    return items_.size() - 1;
  }

  std::string name_of(const Item& item, std::size_t array = 0) const {
    if (!is_derivative(*item.wanted)) return item.base;
    const Item* value = &item;
    while (is_derivative(*value->wanted)) value = &items_[value->of];
    std::vector<std::string> by{item.wanted->by_name};
    if (array < item.bys.size()) by = item.bys[array];
    static const char* const powers[] = {"", "", "²", "³"};
    const std::string order = by.size() < 4 ? powers[by.size()] : "^" + std::to_string(by.size());
    std::string out = "∂" + order + value->base + "/";
    for (const std::string& one : by) out += "∂" + one;
    return item.wanted->kind == Wanted::Kind::jvp ? out + "·" + item.wanted->direction : out;
  }

  // Values.

  void lower_values() {
    std::vector<std::size_t> holders;
    read_sheet(holders);
    for (std::size_t i = 0; i < items_.size(); ++i) {
      if (items_[i].wanted->kind != Wanted::Kind::expression) continue;
      quantities_.push_back(translator_.quantity(*items_[i].wanted));
      quantities_.back().name = quantities_.back().latex = items_[i].base;
      holders.push_back(i);
    }
    Result<Lowered> lowered = lower(quantities_, sizes_);
    if (!lowered) fail(lowered.error().message);
    lowered_ = std::move(*lowered);
    for (std::size_t i = 0; i < holders.size(); ++i) finish(items_[holders[i]], {lowered_.program.outputs[i]}, {{}});
    for (Item& item : items_) {
      if (item.wanted->kind == Wanted::Kind::trace)
        finish(item, {translator_.append_trace(*item.wanted, lowered_)}, {{}});
    }
    // Every tensor is an input, those too that fell out: the order of the inputs is that of the text.
    for (std::size_t i = 0; i < translator_.tensors().size(); ++i) {
      const TensorPtr tensor = translator_.tensors()[i];
      const Symbol* symbol = translator_.symbol_of(tensor);
      const Symbol*& array = lowered_.arrays[symbol];
      if (array) continue;
      array = symbol;
      lowered_.program.inputs.push_back(array);
      lowered_.variables.push_back({symbol, std::vector<Expr>(symbol->indices.size(), nullptr), array});
    }
  }

  static void finish(Item& item, std::vector<const Symbol*> arrays, std::vector<std::vector<std::string>> bys) {
    item.arrays = std::move(arrays);
    item.bys = std::move(bys);
    item.done = true;
  }

  void read_sheet(std::vector<std::size_t>& holders) {
    std::vector<std::string> texts;
    const SheetText* sheet = nullptr;
    for (std::size_t i = 0; i < items_.size(); ++i) {
      const Wanted& wanted = *items_[i].wanted;
      if (wanted.kind != Wanted::Kind::sheet) continue;
      if (sheet && sheet != wanted.sheet.get()) fail("the quantities of one kernel come from one sheet");
      sheet = wanted.sheet.get();
      texts.push_back(wanted.name);
      holders.push_back(i);
    }
    if (!sheet) {
      if (!options_.sizes.empty())
        fail("the size " + options_.sizes[0].first + " is set, and there is no sheet: indices have their sizes");
      return;
    }
    const ReadQuantities read = read_quantities(sheet->name, sheet->text, sheet->scope, texts);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (i >= read.values.size() || !read.values[i]) {
        std::string why;
        for (const Diagnostic& diagnostic : read.diagnostics) why += render(diagnostic, read.source);
        fail(why.empty() ? texts[i] + " is not understood" : why);
      }
      quantities_.push_back({texts[i], texts[i], read.values[i]->body, read.values[i]->axes});
    }
    const std::vector<const Symbol*> known = sizes_of(quantities_);
    for (const auto& [name, value] : options_.sizes) {
      const Expr size = size_named(typed_name(name), known);
      if (!size) fail("no size is called " + name + " in what is compiled of the sheet");
      if (value < 0) fail("the size " + name + " is negative");
      sizes_[size] = value;
    }
    std::vector<Expr> needed;
    for (const Symbol* size : known) {
      if (size->indices.empty()) needed.push_back(make::ref(size));
    }
    for (const Expr size : size_members_of(quantities_, sizes_)) {
      if (!sizes_.count(make::ref(size->symbol))) needed.push_back(size);
    }
    for (const Expr size : needed) {
      const std::string name = written({size->symbol, size->kids, nullptr}, {});
      if (!sizes_.count(size))
        fail("the size " + name + " is not known: set it in Options::sizes, {{\"" + name + "\", 1000}}");
    }
  }

  // Derivatives.

  void realize(std::size_t which) {
    if (items_[which].done) return;
    const Wanted& wanted = *items_[which].wanted;
    realize(items_[which].of);
    const Item of = items_[items_[which].of];
    switch (wanted.kind) {
      case Wanted::Kind::gradient: return gradients(items_[which].of);
      case Wanted::Kind::vjp: {
        const auto [arrays, names] = variables_of(wanted, of);
        std::vector<std::vector<std::string>> bys;
        if (of.arrays.size() != 1)
          fail("a vjp is of one array; " + name_of(of) + " is " + std::to_string(of.arrays.size()));
        for (const std::string& name : names) bys.push_back(with(of.bys[0], name));
        return finish(items_[which], done(builder_->vjp(of.arrays[0], arrays, wanted.direction)), bys);
      }
      case Wanted::Kind::jacobian:
      case Wanted::Kind::jvp: {
        const auto [arrays, names] = variables_of(wanted, of);
        const bool along = wanted.kind == Wanted::Kind::jvp;
        if (along && arrays.size() != 1)
          fail("a direction is of one array: name one member of the family " + wanted.by_name);
        std::vector<const Symbol*> made;
        std::vector<std::vector<std::string>> bys;
        if (along) made = done(builder_->jvp(of.arrays, arrays[0], wanted.direction));
        for (std::size_t i = 0; i < of.arrays.size(); ++i) {
          for (std::size_t j = 0; j < arrays.size(); ++j) {
            if (!along) made.push_back(done(builder_->jacobian(of.arrays[i], arrays[j])));
            bys.push_back(with(of.bys[i], names[j]));
          }
        }
        return finish(items_[which], made, bys);
      }
      default: return;
    }
  }

  /// All gradients of one value, by one sweep.
  void gradients(std::size_t of_item) {
    const Item of = items_[of_item];
    if (of.arrays.size() != 1 || !of.arrays[0]->indices.empty())
      fail("a gradient is of a scalar, and " + name_of(of) + " is an array: ask for its jacobian or vjp");
    std::vector<const Symbol*> all;
    struct Part {
      std::size_t item, begin;
      std::vector<std::string> names;
    };
    std::vector<Part> parts;
    for (std::size_t i = 0; i < items_.size(); ++i) {
      if (items_[i].wanted->kind != Wanted::Kind::gradient || items_[i].of != of_item || items_[i].done) continue;
      auto [arrays, names] = variables_of(*items_[i].wanted, of);
      parts.push_back({i, all.size(), std::move(names)});
      all.insert(all.end(), arrays.begin(), arrays.end());
    }
    const std::vector<const Symbol*> made = done(builder_->gradient(of.arrays[0], all));
    for (const Part& part : parts) {
      const auto from = made.begin() + static_cast<long>(part.begin);
      std::vector<std::vector<std::string>> bys;
      for (const std::string& name : part.names) bys.push_back(with(of.bys[0], name));
      finish(items_[part.item], {from, from + static_cast<long>(part.names.size())}, bys);
    }
  }

  template <class Made>
  static Made done(const Result<Made>& result) {
    if (!result) fail(result.error().message);
    return *result;
  }

  static std::vector<std::string> with(std::vector<std::string> names, const std::string& name) {
    names.push_back(name);
    return names;
  }

  /// The arrays that a derivative is by, and how they are written.
  std::pair<std::vector<const Symbol*>, std::vector<std::string>> variables_of(const Wanted& wanted, const Item& of) {
    std::pair<std::vector<const Symbol*>, std::vector<std::string>> out;
    const Item* value = &of;
    while (is_derivative(*value->wanted)) value = &items_[value->of];
    std::string known;
    if (value->wanted->kind == Wanted::Kind::sheet) {
      const TypedName name = typed_name(wanted.by_name);
      for (const Variable& variable : lowered_.variables) {
        known += (known.empty() ? "" : ", ") + written(variable, quantities_);
        if (wanted.by || !means(name, variable)) continue;
        out.first.push_back(variable.array);
        out.second.push_back(written(variable, quantities_));
      }
      // By a defined quantity, which then counts as independent.
      for (const auto& [symbol, array] : lowered_.arrays) {
        if (wanted.by || !symbol->defined() || !means(name, symbol)) continue;
        out.first.push_back(array);
        out.second.push_back(symbol->name);
      }
    } else {
      for (const TensorPtr& tensor : Translator::tensors_in(value->wanted->entries)) {
        if (tensor->integer) continue;
        known += (known.empty() ? "" : ", ") + tensor->name;
        if (wanted.by ? tensor != wanted.by : tensor->name != wanted.by_name) continue;
        out.first.push_back(lowered_.arrays.at(translator_.symbol_of(tensor)));
        out.second.push_back(tensor->name);
      }
    }
    if (out.first.empty())
      fail(value->base + " does not depend on " + wanted.by_name + "; it depends on " +
           (known.empty() ? "nothing" : known));
    return out;
  }

  // The kernel.

  /// What a sheet has as it is lowered, tensors as they are written, then what was added since.
  void order_inputs() {
    std::unordered_map<const Symbol*, std::size_t> rank;
    for (const TensorPtr& tensor : translator_.tensors())
      rank.emplace(lowered_.arrays.at(translator_.symbol_of(tensor)), rank.size() + 1);
    for (const Symbol* seed : builder_->added_inputs()) rank.emplace(seed, rank.size() + 1);
    std::stable_sort(lowered_.program.inputs.begin(), lowered_.program.inputs.end(),
                     [&](const Symbol* a, const Symbol* b) {
                       const auto of = [&](const Symbol* input) { return rank.count(input) ? rank.at(input) : 0; };
                       return of(a) < of(b);
                     });
  }

  EngineKernel compiled(const std::vector<std::size_t>& asked) {
    const Program& program = lowered_.program;
    EngineKernel out;
    for (const Symbol* input : program.inputs) {
      const auto variable = std::find_if(lowered_.variables.begin(), lowered_.variables.end(),
                                         [&](const Variable& v) { return v.array == input; });
      out.inputs.push_back({});
      out.inputs.back().name = written(*variable, quantities_);
    }
    for (const std::size_t item : asked) {
      for (std::size_t i = 0; i < items_[item].arrays.size(); ++i) {
        out.outputs.push_back({});
        out.outputs.back().name = name_of(items_[item], i);
      }
    }
    ScheduleOptions schedule_options;
    if (options_.single) schedule_options.lanes = 16;
    for (const auto& [name, strides] : options_.strides) stride(name, strides, out, schedule_options);
    const Nest nest = schedule(program, schedule_options);
    for (std::size_t i = 0; i < nest.buffers.size() && i < out.inputs.size() + out.outputs.size(); ++i) {
      const bool input = i < out.inputs.size();
      EngineArgument& argument = input ? out.inputs[i] : out.outputs[i - out.inputs.size()];
      const Buffer& buffer = nest.buffers[i];
      argument.integer = buffer.element != Element::real;
      argument.shape.assign(buffer.extent.begin(), buffer.extent.end());
      argument.strides.assign(buffer.stride.begin(), buffer.stride.end());
      argument.lowest = std::numeric_limits<std::ptrdiff_t>::min();
      argument.highest = std::numeric_limits<std::ptrdiff_t>::max();
      if (const auto range = input && argument.integer ? index_range(program, buffer.array) : std::nullopt) {
        argument.lowest = range->first;
        argument.highest = range->second;
      }
    }
    CompileOptions compile_options;
    compile_options.single = options_.single;
    compile_options.precise = options_.precise;
    compile_options.features = options_.features;
    compile_options.cache_folder = options_.cache_folder;
    compile_options.threads = options_.threads;
    const Result<Kernel> kernel = compile(nest, compile_options);
    if (!kernel) fail(kernel.error().message);
    out.workspace_bytes = kernel->workspace_bytes();
    out.code = std::make_shared<const Kernel>(*kernel);
    out.run = [](const void* code, const void* const* inputs, void* const* outputs, void* workspace) {
      (*static_cast<const Kernel*>(code))(inputs, outputs, workspace);
    };
    return out;
  }

  void stride(const std::string& name, const std::vector<std::ptrdiff_t>& strides, const EngineKernel& kernel,
              ScheduleOptions& to) const {
    const Symbol* array = nullptr;
    for (std::size_t i = 0; i < kernel.inputs.size(); ++i) {
      if (kernel.inputs[i].name == name) array = lowered_.program.inputs[i];
    }
    for (std::size_t i = 0; i < kernel.outputs.size(); ++i) {
      if (kernel.outputs[i].name == name) array = lowered_.program.outputs[i];
    }
    if (!array) fail("strides are given of " + name + ", which is no input and no output");
    if (strides.size() != array->indices.size())
      fail(name + " has " + std::to_string(array->indices.size()) + " axes, and is given " +
           std::to_string(strides.size()) + " strides");
    for (const std::ptrdiff_t one : strides) {
      if (one < 1) fail("the strides of " + name + " must be positive");
    }
    to.strides[array].assign(strides.begin(), strides.end());
  }

  const EngineOptions& options_;
  Translator translator_;
  std::vector<Item> items_;
  std::vector<Quantity> quantities_;
  SizeMap sizes_;
  Lowered lowered_;
  std::optional<DerivativeBuilder> builder_;
};

}  // namespace

Result<EngineKernel> build(const std::vector<WantedPtr>& wanted, const EngineOptions& options) {
  Pool pool;
  const Pool::Scope scope(pool);
  try {
    return Builder(options).run(wanted);
  } catch (const CannotBuild& failure) {
    return Diagnostic{Severity::error, "compile", {}, failure.message, ""};
  }
}

Result<std::string> sheet_text(const std::string& path) { return read_text(path); }

}  // namespace gradus::detail
