#compdef entra-auth-cli
# Completion of entra-auth-cli for zsh. In ~/.zshrc, after compinit:
#   source <(entra-auth-cli completions zsh)
# or as a file _entra-auth-cli in a directory of $fpath.

_entra-auth-cli() {
    local line
    local -a candidates
    for line in "${(@f)$(command entra-auth-cli complete zsh --current="${(Q)PREFIX}" -- \
        "${(@Q)words[2,CURRENT-1]}" 2>/dev/null)}"; do
        case $line in
            '') ;;
            :files)
                compset -P '--*='
                _files
                return
                ;;
            *) candidates+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}") ;;
        esac
    done
    _describe 'entra-auth-cli' candidates
}

if [[ $funcstack[1] == _entra-auth-cli ]]; then
    _entra-auth-cli "$@"
else
    compdef _entra-auth-cli entra-auth-cli
fi
