# Completion of entra-auth-cli for PowerShell. In the file that $PROFILE names:
#   entra-auth-cli completions powershell | Out-String | Invoke-Expression

Register-ArgumentCompleter -Native -CommandName 'entra-auth-cli' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $words = @(
        $commandAst.CommandElements |
            Select-Object -Skip 1 |
            Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
            ForEach-Object {
                if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) {
                    $_.Value
                }
                else {
                    $_.Extent.Text
                }
            }
    )
    & 'entra-auth-cli' 'complete' 'powershell' "--current=$wordToComplete" '--' @words 2>$null |
        Where-Object { $_ -ne ':files' } |
        ForEach-Object {
            $value, $description = $_ -split "`t", 2
            if (-not $description) {
                $description = $value
            }
            [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $description)
        }
}
