using System.CommandLine;
using CudaNet.Bench.Measuring;
using CudaNet.Bench.Reports;

namespace CudaNet.Bench.Commands;

/// <summary><c>peak</c>: what the machine can do at best.</summary>
internal static class PeakCommand
{
    internal static Command Create()
    {
        var threads = CommonOptions.Threads("Threads at the same time.");
        var json = CommonOptions.Json();
        var command = new Command("peak", "Measure the machine's arithmetic and memory peak.") { threads, json };
        command.SetAction(result =>
        {
            var peak = MachinePeak.Measure(result.GetValue(threads));
            ComparisonTable.WritePeak(peak);
            if (result.GetValue(json) is { } file)
                JsonReport.Write(file, "bench peak", ok: true, JsonReport.Figures(peak), []);
            return 0;
        });
        return command;
    }
}
