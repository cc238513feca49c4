using System.Diagnostics;

namespace CudaNet.Bench.Commands;

/// <summary>This program once more, in a process whose allocator is set up by its environment.</summary>
internal static class ChildProcess
{
    /// <summary>glibc keeps the memory that is freed, in huge pages: otherwise every large result of torch is given back to the system
    /// and faulted in again, page by page.</summary>
    private const string KeptHeap = "glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=8589934592:glibc.malloc.top_pad=268435456:glibc.malloc.hugetlb=1";

    /// <summary>Runs it to its end and returns its exit code.</summary>
    internal static int Run(IEnumerable<string> arguments, bool keptHeap)
    {
        using var process = Process.Start(Start(arguments, keptHeap))!;
        process.WaitForExit();
        return process.ExitCode;
    }

    /// <summary>Runs it to its end, with glibc as it comes, and returns the last line that it writes.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    internal static string Output(IReadOnlyList<string> arguments)
    {
        var start = Start(arguments, keptHeap: false);
        start.RedirectStandardOutput = true;
        using var process = Process.Start(start)!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? text.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1] : throw new InvalidOperationException($"{arguments[0]} ended with {process.ExitCode}.");
    }

    private static ProcessStartInfo Start(IEnumerable<string> arguments, bool keptHeap)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { UseShellExecute = false };
        // Started by the dotnet command, the program is its first argument.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "CudaNet.Bench.dll"));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        if (keptHeap)
            start.Environment["GLIBC_TUNABLES"] = KeptHeap;
        else
            start.Environment.Remove("GLIBC_TUNABLES");
        return start;
    }
}
