// Pages that stand on their own: one style, nothing fetched from elsewhere.
#pragma once

#include <string>
#include <string_view>

namespace gradus {

std::string escape_html(std::string_view text);
/// A whole page: its title, a note under the heading, its body as HTML. Articles are "good", "bad" or "open".
std::string html_page(std::string_view title, std::string_view note, std::string_view body);

}  // namespace gradus
