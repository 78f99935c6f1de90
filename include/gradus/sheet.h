// Quantities of a sheet: a document in Markdown with LaTeX formulas, as the program `gradus` reads it.
#pragma once

#include <gradus/quantity.h>

namespace gradus::inline v1 {

class GRADUS_API Sheet {
 public:
  /// Throws Error if the file cannot be read.
  static Sheet from_file(const std::string& path);
  static Sheet from_text(std::string text, std::string name = "sheet");

  /// An expression in the sheet's notation, with the sheet's names: sheet["E(w)"], sheet["x^T A x"]. What is not
  /// understood is told by compile. Sizes are set by Options::sizes.
  Quantity operator[](const std::string& expression) const;
  /// The sheet with names read as at the end of the section of this heading, not at the end of the sheet.
  Sheet scope(std::string heading) const;

 private:
  explicit Sheet(std::shared_ptr<const detail::SheetText> text);
  std::shared_ptr<const detail::SheetText> text_;
};

}  // namespace gradus::inline v1
