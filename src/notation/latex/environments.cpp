// Environments: aligned rows are spliced into the display, matrices and cases become one node.
#include <algorithm>

#include "notation/grammar/nodes.h"
#include "notation/latex/convert.h"

namespace gradus::notation::latex {
namespace {

bool is_space_or_rule(const Tree& tree) {
  if (is_space(tree)) return true;
  const Command* row = tree.kind == Tree::Kind::leaf ? meaning(tree.token) : nullptr;
  return row && row->meaning == Meaning::quad;
}

bool holds_relation(TreeView cell) {
  return std::any_of(cell.begin(), cell.end(), [](const Tree& tree) {
    const Command* row = tree.kind == Tree::Kind::leaf ? meaning(tree.token) : nullptr;
    return row && row->meaning == Meaning::rel;
  });
}

bool is_otherwise(const std::string& text) {
  return text == "otherwise" || text == "else" || text == "elsewhere" || text == "sonst";
}

bool introduces_condition(const std::string& text) {
  return text == "if" || text == "for" || text == "when" || text == "where" || text == "falls" || text == "as" ||
         text == "for all" || text == "whenever" || text == "in case" || text == "if also";
}

/// What a cell says in words, if it is one item that is nothing else.
std::string said(const Item& item) {
  if (item.kind == ItemKind::words) return item.text;
  return item.kind == ItemKind::atom && item.syn->kind == SynKind::name && item.syn->style == "op" ? item.syn->text
                                                                                                   : "";
}

}  // namespace

std::vector<std::vector<TreeView>> Converter::cells(const Tree& tree) const {
  std::vector<std::vector<TreeView>> rows(1);
  const TreeView kids = tree.kids;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= kids.size(); ++i) {
    const bool row_ends =
        i == kids.size() || (kids[i].kind == Tree::Kind::leaf && kids[i].token.kind == TokenKind::row);
    if (!row_ends && !is_symbol(kids[i], "&")) continue;
    rows.back().push_back(kids.subspan(begin, i - begin));
    if (row_ends && i < kids.size()) rows.emplace_back();
    begin = i + 1;
  }
  const auto blank = [](const std::vector<TreeView>& row) {
    return std::all_of(row.begin(), row.end(),
                       [](TreeView cell) { return std::all_of(cell.begin(), cell.end(), is_space_or_rule); });
  };
  std::erase_if(rows, blank);
  return rows;
}

void Converter::environment(const Tree& tree, bool alone, Items& out) {
  std::string name = tree.open;
  if (name.ends_with('*')) name.pop_back();
  const bool is_cases = name.find("cases") != std::string::npos;
  const bool is_matrix = name.find("matrix") != std::string::npos || name == "array" || name == "tabular";
  constexpr std::string_view rows_of[] = {"equation",     "displaymath",  "math",     "align",   "aligned",
                                          "alignedat",    "alignat",      "gather",   "split",   "gathered",
                                          "multline",     "multlined",    "eqnarray", "flalign", "xalignat",
                                          "IEEEeqnarray", "subequations", "dmath"};
  bool is_rows = std::find(std::begin(rows_of), std::end(rows_of), name) != std::end(rows_of);
  if (alone && !is_rows && (is_cases || name == "array")) {
    // A system: every row states something of its own.
    const auto rows = cells(tree);
    is_rows = !rows.empty() && std::all_of(rows.begin(), rows.end(), [&](const std::vector<TreeView>& row) {
      if (is_cases) return holds_relation(row[0]);
      return std::any_of(row.begin(), row.end(), holds_relation);
    });
    if (is_rows && !is_cases) name = "eqnarray";
  }
  if (is_rows) {
    Items items = list(tree.kids, rows_);
    for (Item& item : items) {
      if ((item.kind == ItemKind::row || item.kind == ItemKind::align) && item.text.empty()) item.text = name;
      out.push_back(std::move(item));
    }
    if (rows_) {
      out.push_back(item_of(ItemKind::row, {tree.span.end, tree.span.end}));
    }
    return;
  }
  if (is_cases) return cases(tree, out);
  if (is_matrix) return table(tree, out);
  if (name == "substack" || name == "subarray") {
    for (const auto& row : cells(tree)) {
      if (!out.empty()) out.push_back(item_of(ItemKind::comma, tree.span, ","));
      for (const TreeView cell : row) {
        for (Item& item : list(cell)) out.push_back(std::move(item));
      }
    }
    return;
  }
  atom(context_.bad("unknown-macro", tree.token.span, "the environment " + tree.open + " is not known",
                    "use aligned, cases, bmatrix or another one of amsmath"),
       out);
}

void Converter::table(const Tree& tree, Items& out) {
  const auto rows = cells(tree);
  std::size_t columns = 0;
  for (const auto& row : rows) columns = std::max(columns, row.size());
  auto matrix = node::make(SynKind::matrix, tree.span);
  matrix->columns = static_cast<int>(columns);
  for (const auto& row : rows) {
    for (std::size_t k = 0; k < columns; ++k) {
      const bool blank = k >= row.size() || std::all_of(row[k].begin(), row[k].end(), is_space_or_rule);
      if (blank) {
        matrix->kids.push_back(node::make(SynKind::text, tree.span));
      } else {
        Items items = list(row[k]);
        if (!items.empty() && items.back().kind == ItemKind::comma) items.pop_back();
        matrix->kids.push_back(grammar_.list(items, tree.span));
      }
    }
  }
  if (rows.empty()) return atom(context_.bad("syntax", tree.span, "a matrix without entries"), out);
  const char kind = tree.open.empty() ? ' ' : tree.open[0];
  if (tree.open.starts_with("vmatrix") || tree.open.starts_with("Vmatrix")) {  // a determinant, a norm
    return atom(node::group(tree.span, kind == 'v' ? "|" : "‖", {std::move(matrix)}), out);
  }
  atom(std::move(matrix), out);
}

void Converter::cases(const Tree& tree, Items& out) {
  auto syn = node::make(SynKind::cases, tree.span);
  for (auto& row : cells(tree)) {
    std::erase_if(row, [](TreeView cell) { return std::all_of(cell.begin(), cell.end(), is_space_or_rule); });
    Items value = list(row[0]);
    Items condition;
    if (row.size() > 1) {
      for (std::size_t k = 1; k < row.size(); ++k) {
        for (Item& item : list(row[k])) condition.push_back(std::move(item));
      }
    } else {  // x \text{ if } x > 0 without an alignment
      const auto split = std::find_if(value.begin(), value.end(), [](const Item& item) {
        return item.kind == ItemKind::words || item.kind == ItemKind::comma || item.kind == ItemKind::quad;
      });
      condition.assign(std::make_move_iterator(split), std::make_move_iterator(value.end()));
      value.erase(split, value.end());
    }
    const auto is_layout = [](const Item& item) {
      return item.kind == ItemKind::quad || item.kind == ItemKind::comma || item.kind == ItemKind::semi;
    };
    while (!value.empty() && is_layout(value.back())) value.pop_back();
    while (!condition.empty() && is_layout(condition.back())) condition.pop_back();
    condition.erase(condition.begin(), std::find_if_not(condition.begin(), condition.end(), [&](const Item& item) {
                      return is_layout(item) || introduces_condition(said(item));
                    }));
    const Span span = span_of(row[0].empty() ? ItemView{} : ItemView(value));
    syn->kids.push_back(grammar_.list(value, span.empty() ? tree.span : span));
    if (condition.empty() || (condition.size() == 1 && is_otherwise(said(condition.front())))) {
      syn->kids.push_back(nullptr);
      continue;
    }
    for (Item& item : condition) {
      if (said(item) == "and" || (item.kind == ItemKind::op && item.text == "∧")) {
        item.kind = ItemKind::comma;
        item.text = ",";
      }
    }
    syn->kids.push_back(grammar_.list(condition, tree.span));
  }
  if (syn->kids.empty()) return atom(context_.bad("syntax", tree.span, "cases without a case"), out);
  atom(std::move(syn), out);
}

}  // namespace gradus::notation::latex
