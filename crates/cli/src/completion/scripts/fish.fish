# Completion of entra-auth-cli for fish. In ~/.config/fish/config.fish:
#   entra-auth-cli completions fish | source
# or as the file ~/.config/fish/completions/entra-auth-cli.fish.

function __entra_auth_cli_complete
    set -l words (commandline --current-process --tokenize --cut-at-cursor)
    set -l current (commandline --current-token --cut-at-cursor)
    set -l answer (command entra-auth-cli complete fish --current="$current" -- $words[2..-1] 2>/dev/null)
    if test "$answer" = :files
        set -l flag (string match --regex -- '^--[^=]+=' $current)
        for path in (__fish_complete_path (string replace --regex -- '^--[^=]+=' '' $current))
            printf '%s\n' "$flag$path"
        end
    else
        printf '%s\n' $answer
    end
end

complete --command entra-auth-cli --no-files --keep-order --arguments '(__entra_auth_cli_complete)'
