#include "completion.h"

namespace gradus {
namespace {

constexpr const char* kBash = R"sh(# gradus: source <(gradus completion bash)
_gradus() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
  local formats='text json markdown html'
  case $before in
    --format) [[ ${COMP_WORDS[1]} == derive ]] && formats+=' latex'
              [[ ${COMP_WORDS[1]} == eval ]] && formats='text json csv npy npz'
              COMPREPLY=($(compgen -W "$formats" -- "$word")); return ;;
    --color) COMPREPLY=($(compgen -W 'auto always never' -- "$word")); return ;;
    --steps) COMPREPLY=($(compgen -W 'none short full' -- "$word")); return ;;
    --lang) COMPREPLY=($(compgen -W 'c++ c numpy' -- "$word")); return ;;
    explain) COMPREPLY=($(compgen -W "$(gradus explain --list)" -- "$word")); return ;;
    completion) COMPREPLY=($(compgen -W 'bash zsh fish' -- "$word")); return ;;
  esac
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W 'check derive show eval emit graph explain completion --help --version' -- "$word"))
  elif [[ $word == -* ]]; then
    case ${COMP_WORDS[1]} in
      check) COMPREPLY=($(compgen -W '--format --only --assume --watch --color --help' -- "$word")) ;;
      derive) COMPREPLY=($(compgen -W '-e --let --wrt --order --steps --format --help' -- "$word")) ;;
      show) COMPREPLY=($(compgen -W '--assume --color --help' -- "$word")) ;;
      eval) COMPREPLY=($(compgen -W '--grad --jacobian --hessian --vjp --jvp --set --data --random --scope --format
                         --output --check --precise --threads --explain --help' -- "$word")) ;;
      emit) COMPREPLY=($(compgen -W '--grad --jacobian --hessian --vjp --jvp --set --scope --lang --function --main
                         --output --help' -- "$word")) ;;
      graph) COMPREPLY=($(compgen -W '--grad --set --data --random --scope --output --help' -- "$word")) ;;
    esac
  else
    COMPREPLY=($(compgen -f -- "$word"))
  fi
}
complete -o filenames -F _gradus gradus
)sh";

constexpr const char* kZsh = R"sh(#compdef gradus
# gradus: source <(gradus completion zsh)
_gradus() {
  local -a commands=(
    'check:give every step of a sheet a verdict' 'derive:derive an expression step by step'
    'show:echo what was understood' 'eval:put numbers through a sheet' 'emit:write a computation as source code'
    'graph:draw the computational graph' 'explain:tell what a diagnostic means' 'completion:print shell completion')
  local -a quantity=('*--grad[gradient by]:variable:' '*--set[size or number]:L=1000:' '--scope[section]:heading:')
  local -a derivatives=('*--jacobian[Jacobian by]:variable:' '*--hessian[Hessian by]:variable:'
    '*--vjp[weighted gradient by]:variable:' '*--jvp[derivative along]:variable:')
  local -a data=('*--data[numbers of a variable]:x=x.npy:_files' '--random[fill with random numbers]:seed:')
  if ((CURRENT == 2)); then _describe command commands; return; fi
  case $words[2] in
    check) _arguments '--format[form of the report]:format:(text json markdown html)' '--only[this step alone]:number:' \
             '*--assume[assume]:assumption:' '--watch[check again on change]' '--color[colours]:when:(auto always never)' \
             '*:sheet:_files' ;;
    derive) _arguments '-e[expression]:expression:' '*--let[declaration]:declaration:' '--wrt[variable]:name:' \
              '--order[order]:order:(1 2)' '--steps[grain]:grain:(none short full)' \
              '--format[form]:format:(text latex markdown json html)' '*:sheet:_files' ;;
    show) _arguments '*--assume[assume]:assumption:' '--color[colours]:when:(auto always never)' '*:sheet:_files' ;;
    eval) _arguments $quantity $derivatives $data '--format[form]:format:(text json csv npy npz)' '--check[tell the error]' \
            '--precise[vector functions to 1 ulp]' '--threads[at most]:number:' '--explain[tell the loops]' '(-o --output)'{-o,--output}'[file]:file:_files' \
            '*:sheet:_files' ;;
    emit) _arguments $quantity $derivatives '--lang[language]:language:(c++ c numpy)' '--function[name]:name:' \
            '--main[a program that checks itself]' '(-o --output)'{-o,--output}'[file]:file:_files' '*:sheet:_files' ;;
    graph) _arguments $quantity $data '(-o --output)'{-o,--output}'[file]:file:_files' '*:sheet:_files' ;;
    explain) compadd $(gradus explain --list) ;;
    completion) compadd bash zsh fish ;;
  esac
}
if [[ $funcstack[1] == _gradus ]]; then _gradus "$@"; else compdef _gradus gradus; fi
)sh";

constexpr const char* kFish = R"sh(# gradus: gradus completion fish | source
complete -c gradus -n __fish_use_subcommand -f -a check -d 'give every step of a sheet a verdict'
complete -c gradus -n __fish_use_subcommand -f -a derive -d 'derive an expression step by step'
complete -c gradus -n __fish_use_subcommand -f -a show -d 'echo what was understood'
complete -c gradus -n __fish_use_subcommand -f -a eval -d 'put numbers through a sheet'
complete -c gradus -n __fish_use_subcommand -f -a emit -d 'write a computation as source code'
complete -c gradus -n __fish_use_subcommand -f -a graph -d 'draw the computational graph'
complete -c gradus -n __fish_use_subcommand -f -a explain -d 'tell what a diagnostic means'
complete -c gradus -n __fish_use_subcommand -f -a completion -d 'print shell completion'
complete -c gradus -n '__fish_seen_subcommand_from check' -l format -x -a 'text json markdown html'
complete -c gradus -n '__fish_seen_subcommand_from check' -l only -x
complete -c gradus -n '__fish_seen_subcommand_from check show' -l assume -x
complete -c gradus -n '__fish_seen_subcommand_from check' -l watch
complete -c gradus -n '__fish_seen_subcommand_from check show' -l color -x -a 'auto always never'
complete -c gradus -n '__fish_seen_subcommand_from derive' -s e -x
complete -c gradus -n '__fish_seen_subcommand_from derive' -l let -x
complete -c gradus -n '__fish_seen_subcommand_from derive' -l wrt -x
complete -c gradus -n '__fish_seen_subcommand_from derive' -l order -x -a '1 2'
complete -c gradus -n '__fish_seen_subcommand_from derive' -l steps -x -a 'none short full'
complete -c gradus -n '__fish_seen_subcommand_from derive' -l format -x -a 'text latex markdown json html'
complete -c gradus -n '__fish_seen_subcommand_from eval emit graph' -l grad -x
complete -c gradus -n '__fish_seen_subcommand_from eval emit graph' -l set -x
complete -c gradus -n '__fish_seen_subcommand_from eval emit graph' -l scope -x
complete -c gradus -n '__fish_seen_subcommand_from eval emit graph' -s o -l output -r
complete -c gradus -n '__fish_seen_subcommand_from eval emit' -l jacobian -x
complete -c gradus -n '__fish_seen_subcommand_from eval emit' -l hessian -x
complete -c gradus -n '__fish_seen_subcommand_from eval emit' -l vjp -x
complete -c gradus -n '__fish_seen_subcommand_from eval emit' -l jvp -x
complete -c gradus -n '__fish_seen_subcommand_from eval graph' -l data -r
complete -c gradus -n '__fish_seen_subcommand_from eval graph' -l random -x
complete -c gradus -n '__fish_seen_subcommand_from eval' -l format -x -a 'text json csv npy npz'
complete -c gradus -n '__fish_seen_subcommand_from eval' -l check
complete -c gradus -n '__fish_seen_subcommand_from eval' -l precise
complete -c gradus -n '__fish_seen_subcommand_from eval' -l threads -x
complete -c gradus -n '__fish_seen_subcommand_from eval' -l explain
complete -c gradus -n '__fish_seen_subcommand_from emit' -l lang -x -a 'c++ c numpy'
complete -c gradus -n '__fish_seen_subcommand_from emit' -l function -x
complete -c gradus -n '__fish_seen_subcommand_from emit' -l main
complete -c gradus -n '__fish_seen_subcommand_from explain' -f -a '(gradus explain --list)'
complete -c gradus -n '__fish_seen_subcommand_from completion' -f -a 'bash zsh fish'
)sh";

}  // namespace

std::string completion_script(const std::string& shell) {
  if (shell == "bash") return kBash;
  if (shell == "zsh") return kZsh;
  if (shell == "fish") return kFish;
  return "";
}

}  // namespace gradus
