# Completion of entra-auth-cli for Elvish. In rc.elv:
#   eval (entra-auth-cli completions elvish | slurp)

use str

set edit:completion:arg-completer[entra-auth-cli] = {|@words|
    e:entra-auth-cli complete elvish --current=$words[-1] -- (all $words[1..-1]) | from-lines | each {|line|
        if (eq $line ':files') {
            edit:complete-filename $words[-1]
        } else {
            var value description = (str:split &max=2 "\t" $line)
            edit:complex-candidate $value &code-suffix=' ' &display=(str:trim-right $value'  '$description ' ')
        }
    }
}
