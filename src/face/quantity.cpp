// Values and derivatives that are wanted, sheets, traced functions: descriptions only, nothing is computed yet.
#include <algorithm>

#include <gradus/sheet.h>
#include <gradus/trace.h>

#include "face/access.h"
#include "face/engine.h"

namespace gradus::inline v1 {
namespace {

using detail::Access;
using detail::Wanted;

Quantity of_expression(std::string name, const Expression& entry, const std::vector<Index>& axes) {
  const auto& node = Access::of(entry);
  const std::string what = name.empty() ? "the expression" : name;
  Wanted wanted;
  for (const Index& axis : axes) {
    const detail::IndexPtr& index = Access::of(axis);
    if (std::find(wanted.axes.begin(), wanted.axes.end(), index) != wanted.axes.end())
      throw std::invalid_argument("gradus: two axes of " + what + " are " + detail::told(*index));
    if (std::find(node->free.begin(), node->free.end(), index) == node->free.end())
      throw std::invalid_argument("gradus: " + what + " does not depend on " + detail::told(*index));
    wanted.axes.push_back(index);
  }
  for (const auto& index : node->free) {
    if (std::find(wanted.axes.begin(), wanted.axes.end(), index) == wanted.axes.end())
      throw std::invalid_argument("gradus: in " + what + " " + detail::told(*index) +
                                  " is free: sum over it, or name it as an axis with array(name, entry, axes)");
  }
  wanted.name = std::move(name);
  wanted.entries = {node};
  return Access::quantity(std::move(wanted));
}

Quantity derivative(Wanted::Kind kind, const Quantity& of, const Variable& by, std::string direction) {
  Wanted wanted;
  wanted.kind = kind;
  wanted.of = Access::of(of);
  wanted.by = Access::of(by);
  wanted.by_name = Access::name_of(by);
  wanted.direction = std::move(direction);
  return Access::quantity(std::move(wanted));
}

}  // namespace

Quantity::Quantity(std::shared_ptr<const Wanted> wanted) : wanted_(std::move(wanted)) {}
Quantity::Quantity(const Expression& scalar) : Quantity(of_expression("", scalar, {})) {}
Quantity array(std::string name, const Expression& entry, std::vector<Index> axes) {
  return of_expression(std::move(name), entry, axes);
}
Quantity named(std::string name, const Expression& scalar) { return of_expression(std::move(name), scalar, {}); }

Variable::Variable(const Tensor& tensor) : tensor_(Access::of(tensor)), name_(tensor.name()) {
  if (tensor_->integer)
    throw std::invalid_argument("gradus: " + name_ + " holds integers: there is no derivative by it");
}
Variable::Variable(std::string name) : name_(std::move(name)) {}
Variable::Variable(const char* name) : name_(name) {}

Quantity gradient(const Quantity& scalar, const Variable& by) {
  return derivative(Wanted::Kind::gradient, scalar, by, "");
}
Quantity jacobian(const Quantity& of, const Variable& by) { return derivative(Wanted::Kind::jacobian, of, by, ""); }
Quantity hessian(const Quantity& scalar, const Variable& by) { return jacobian(gradient(scalar, by), by); }
Quantity vjp(const Quantity& of, const Variable& by, std::string seed) {
  return derivative(Wanted::Kind::vjp, of, by, std::move(seed));
}
Quantity jvp(const Quantity& of, const Variable& by, std::string direction) {
  return derivative(Wanted::Kind::jvp, of, by, std::move(direction));
}

Sheet::Sheet(std::shared_ptr<const detail::SheetText> text) : text_(std::move(text)) {}
Sheet Sheet::from_text(std::string text, std::string name) {
  return Sheet(std::make_shared<detail::SheetText>(detail::SheetText{std::move(name), std::move(text), ""}));
}
Sheet Sheet::from_file(const std::string& path) {
  const auto text = detail::sheet_text(path);
  if (!text) throw Error(path + ": " + text.error().message);
  return from_text(*text, path);
}
Sheet Sheet::scope(std::string heading) const {
  return Sheet(std::make_shared<detail::SheetText>(detail::SheetText{text_->name, text_->text, std::move(heading)}));
}
Quantity Sheet::operator[](const std::string& expression) const {
  Wanted wanted;
  wanted.kind = Wanted::Kind::sheet;
  wanted.name = expression;
  wanted.sheet = text_;
  return Access::quantity(std::move(wanted));
}

double Traced::decide(const Traced& value) {
  const auto& node = Access::of(value.value_);
  if (node->kind != detail::Node::Kind::number)
    throw Error("a branch on a value cannot be traced: write select(less(a, b), then, otherwise), max, min or abs");
  return node->number;
}

}  // namespace gradus::inline v1

namespace gradus::detail {

std::vector<Traced> traced_inputs(std::ptrdiff_t n) {
  const Tensor x("x", {n});
  std::vector<Traced> out;
  for (std::ptrdiff_t i = 0; i < n; ++i) out.emplace_back(x(i));
  return out;
}

Quantity traced_function(const std::vector<Traced>& outputs, bool scalar) {
  Wanted wanted;
  wanted.kind = Wanted::Kind::trace;
  wanted.name = "f";
  wanted.scalar = scalar;
  for (const Traced& output : outputs) wanted.entries.push_back(Access::of(output.expression()));
  return Access::quantity(std::move(wanted));
}

}  // namespace gradus::detail
