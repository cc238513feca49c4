using System.CommandLine;

namespace CudaNet.Cli.Commands;

/// <summary>cudanet completion SHELL: the script that makes a shell complete the command.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        _cudanet() {
            local IFS=$'\n'
            COMPREPLY=($(cudanet "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null))
        }
        complete -o default -F _cudanet cudanet
        """;

    private const string Zsh = """
        #compdef cudanet
        _cudanet() {
            local -a candidates
            candidates=("${(@f)$(cudanet "[suggest:${#BUFFER}]" "${BUFFER}" 2>/dev/null)}")
            if (( ${#candidates} )) && [[ -n ${candidates[1]} ]]; then compadd -- "${candidates[@]}"; else _files; fi
        }
        compdef _cudanet cudanet
        """;

    private const string Pwsh = """
        Register-ArgumentCompleter -Native -CommandName cudanet -ScriptBlock {
            param($word, $ast, $cursor)
            cudanet "[suggest:$cursor]" "$ast" | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
        }
        """;

    private static readonly Dictionary<string, string> Scripts = new() { ["bash"] = Bash, ["zsh"] = Zsh, ["pwsh"] = Pwsh };

    public static Command Create()
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or pwsh" };
        shell.CompletionSources.Add([.. Scripts.Keys]);
        return new Command("completion", "Print the script that makes a shell complete this command.") { shell }
            .Does((parsed, _, _) =>
            {
                var name = parsed.GetValue(shell)!;
                Console.WriteLine(Scripts.TryGetValue(name, out var script) ? script : throw new Models.Systems.UnknownNameException("shell", name, [.. Scripts.Keys]));
            })
            .WithExamples(("source <(cudanet completion bash)", "in ~/.bashrc"), ("source <(cudanet completion zsh)", "in ~/.zshrc, after compinit"), ("cudanet completion pwsh | Out-String | Invoke-Expression", "in $PROFILE"));
    }
}
