namespace CudaNet.Cuda.Compilation;

/// <summary>A kernel does not compile. The message has the first error with its line, and what the compiler said.</summary>
public sealed class KernelCompilationException : CudaNetException
{
    private const int ShownLog = 4000;

    /// <summary>Reports it.</summary>
    /// <param name="compiler">What compiled: "clang 14.0.6".</param>
    /// <param name="settings">Architecture and definitions.</param>
    /// <param name="file">The file of the first error.</param>
    /// <param name="line">Its line, from 1; 0 where the compiler names none.</param>
    /// <param name="reason">What is wrong there.</param>
    /// <param name="log">All that the compiler said.</param>
    /// <param name="inner">The compiler's own exception.</param>
    public KernelCompilationException(string compiler, string settings, string file, int line, string reason, string log, Exception? inner = null)
        : base(Describe(compiler, settings, file, line, reason, log), inner) => (Compiler, File, Line, Reason, Log) = (compiler, file, line, reason, log);

    /// <summary>What compiled.</summary>
    public string Compiler { get; }

    /// <summary>The file of the first error; "ptxas" where the assembler behind the compiler found it.</summary>
    public string File { get; }

    /// <summary>The line of the first error, from 1; 0 where the compiler names none.</summary>
    public int Line { get; }

    /// <summary>What is wrong there, in the compiler's words.</summary>
    public string Reason { get; }

    /// <summary>All that the compiler said.</summary>
    public string Log { get; }

    private static string Describe(string compiler, string settings, string file, int line, string reason, string log)
    {
        var place = line > 0 ? $"{file}({line})" : file;
        var head = $"{place}: {reason.TrimEnd('.')}. Compiled by {compiler} for {settings}.";
        return log.Length == 0 ? head : $"{head}{Environment.NewLine}{(log.Length <= ShownLog ? log : log[..ShownLog] + "…")}";
    }
}
