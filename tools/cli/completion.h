// Shell completion for bash, zsh and fish.
#pragma once

#include <string>

namespace gradus {

/// The script to be sourced, or "" for a shell that is not known.
std::string completion_script(const std::string& shell);

}  // namespace gradus
