# Completion of entra-auth-cli for bash. In ~/.bashrc:
#   source <(entra-auth-cli completions bash)

_entra_auth_cli() {
    local line current=$2 words=("${COMP_WORDS[@]:1:COMP_CWORD-1}")
    # Behind `--profile=` bash takes the `=` itself for the word under the cursor.
    case ${COMP_WORDS[COMP_CWORD]} in
        = | :) words+=("${COMP_WORDS[COMP_CWORD]}") current= ;;
    esac
    COMPREPLY=()
    while IFS= read -r line; do
        if [[ $line != :files ]]; then
            COMPREPLY+=("$line")
        # bash 3.2, which macOS has, knows no compopt.
        elif ! compopt -o default 2>/dev/null; then
            while IFS= read -r line; do
                COMPREPLY+=("$line")
            done < <(compgen -f -- "$current")
            return
        fi
    done < <(command entra-auth-cli complete bash --current="$current" -- \
        ${words[@]+"${words[@]}"} 2>/dev/null)
}

complete -F _entra_auth_cli entra-auth-cli
