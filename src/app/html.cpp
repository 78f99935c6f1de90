#include "app/html.h"

#include <fmt/format.h>

namespace gradus {
namespace {

constexpr std::string_view kStyle = R"(
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
  article { border-left: 4px solid #999; padding: .4rem 1rem; margin: .8rem 0; }
  .good { border-color: #2a8a3e; } .bad { border-color: #c0392b; } .open { border-color: #c58b00; }
  .formula { font: 1.15rem/1.5 "STIX Two Math", "Latin Modern Math", Cambria Math, serif; overflow-x: auto; }
  .verdict { font-weight: 600; } .good .verdict { color: #2a8a3e; } .bad .verdict { color: #c0392b; }
  .open .verdict { color: #946800; } .note { color: #666; }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; margin: .3rem 0; } dt { color: #666; }
  dd { margin: 0; overflow-x: auto; } pre { background: #f4f4f4; padding: .6rem; overflow-x: auto; }
  @media (prefers-color-scheme: dark) { body { background: #181818; color: #ddd; } pre { background: #262626; } })";

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string html_page(std::string_view title, std::string_view note, std::string_view body) {
  const std::string name = escape_html(title);
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>{0} · gradus</title>\n"
      "<meta name=\"viewport\" content=\"width=device-width\"><style>{1}</style></head>\n"
      "<body><h1>{0}</h1>\n<p class=\"note\">{2}</p>\n{3}</body></html>\n",
      name, kStyle, escape_html(note), body);
}

}  // namespace gradus
