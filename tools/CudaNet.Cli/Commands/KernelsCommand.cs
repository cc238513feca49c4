using System.CommandLine;
using System.Globalization;
using CudaNet.Cli.Output;
using CudaNet.Cuda.Compilation;
using CudaNet.Cuda.Kernels;
using CudaNet.Cuda.Nvrtc;
using CudaNet.Cuda.Virtual;
using CudaNet.Models.Systems;
using CudaNet.VirtualGpu;
using Spectre.Console;

namespace CudaNet.Cli.Commands;

/// <summary>cudanet kernels.</summary>
internal static class KernelsCommand
{
    private static readonly Dictionary<string, GpuCard> Cards = new(StringComparer.OrdinalIgnoreCase) { ["a100"] = GpuCard.A100, ["h100"] = GpuCard.H100, ["rtx4090"] = GpuCard.Rtx4090 };
    private static readonly Option<string> Card = new Option<string>("--card") { Description = "Whose occupancy and roofline: a100, h100 or rtx4090", HelpName = "CARD", DefaultValueFactory = _ => "a100" }.Completing([.. Cards.Keys]);

    public static Command Create()
    {
        var family = new Argument<string?>("FILE") { Description = "Only this file of kernels, as in softmax", Arity = ArgumentArity.ZeroOrOne };
        family.CompletionSources.Add(_ => KernelCatalogue.All.Select(one => one.Source));
        return new Command("kernels", "List the handwritten CUDA kernels with what a sample of each does on the virtual GPU: registers, shared memory, occupancy, counters.") { family, Card }
            .Does((parsed, report, stop) => Run(parsed, report, parsed.GetValue(family), stop))
            .WithExamples(("cudanet kernels", "all of them"), ("cudanet kernels softmax --card h100", "one file, for another card"));
    }

    private static void Run(ParseResult parsed, Report report, string? name, CancellationToken stop)
    {
        var families = name is null ? KernelCatalogue.All
            : [KernelCatalogue.All.FirstOrDefault(family => family.Source == name) ?? throw new UnknownNameException("file of kernels", name, [.. KernelCatalogue.All.Select(family => family.Source)])];
        var card = Cards.TryGetValue(parsed.GetValue(Card)!, out var known) ? known : throw new UnknownNameException("card", parsed.GetValue(Card)!, [.. Cards.Keys]);
        var findings = 0;
        // As the assembler gives them; without NVRTC they are estimated.
        var assembler = NvrtcCompiler.IsAvailable ? KernelCompilers.ForCard() : null;
        foreach (var family in families)
        {
            Console.WriteLine($"kernels/{family.Source}.cu: {family.Description} {family.Ahead.Count} specialisations are compiled ahead.");
            var table = Screen.Table(("kernel", false), ("specialisation", false), ("grid", false), ("block", true), ("registers", true), ("shared B", true), ("occupancy", true),
                ("warp instr.", true), ("MB moved", true), ("of least", true), ("coalesced", true), ("bank conflicts", true), ("MFLOP", true), ("of least", true), ($"{card.Name}, least", true));
            using var device = new VirtualDevice(new VirtualDeviceOptions { Card = card, ThrowOnFinding = false });
            var runner = new SampleRunner(device);
            foreach (var sample in family.Samples)
            {
                stop.ThrowIfCancellationRequested();
                var result = runner.Run(sample);
                findings += result.Findings.Count;
                Add(table, report, family, sample, result, card, Assembled(assembler, sample, card));
                foreach (var finding in result.Findings) Console.WriteLine($"  {finding}");
            }
            Screen.Create().Write(table);
        }
        report.Figure("families", families.Count);
        report.Figure("specialisations", families.Sum(family => family.Ahead.Count));
        report.Figure("kernels", families.Sum(family => family.Samples.Select(sample => sample.Launch.Entry).Distinct().Count()));
        report.Figure("findings", findings);
        if (findings > 0) report.Fail($"{findings} findings");
        Console.WriteLine($"{families.Count} files, {families.Sum(family => family.Ahead.Count)} specialisations, {families.Sum(family => family.Samples.Count)} samples, {findings} findings of the checkers. " +
            $"Registers are {(assembler is null ? "estimated from the PTX" : $"those that {assembler.Version} gives them")}; times are bounds by bandwidth and arithmetic, not measurements.");
    }

    private static CubinKernel? Assembled(IKernelCompiler? assembler, KernelSample sample, GpuCard card)
    {
        if (assembler is null) return null;
        var (spec, architecture) = (sample.Launch.Spec, $"sm_{card.ComputeCapability.Major}{card.ComputeCapability.Minor}");
        var cubin = assembler.Compile(spec.Source + ".cu", KernelSources.Text(spec.Source + ".cu"), spec.DefineList, architecture);
        return CubinKernel.ReadAll(cubin).First(kernel => kernel.Name == sample.Launch.Entry);
    }

    private static void Add(Table table, Report report, KernelFamily family, KernelSample sample, LaunchResult result, GpuCard card, CubinKernel? assembled)
    {
        var (spec, entry, grid, block, _) = sample.Launch;
        var (counters, registers) = (result.Counters, assembled?.Registers ?? result.Registers);
        var occupancy = Occupancy.Of(card, (int)result.Block.Count, registers, result.SharedBytes);
        // In sectors: what many threads read at once moves once.
        var bytes = 32 * counters.GlobalSectors;
        var roofline = counters.Roofline(card);
        table.AddRow(entry, spec.Defines, $"{grid.X}×{grid.Y}×{grid.Z}", Text($"{block.Count}"), Text($"{registers}"), Text($"{result.SharedBytes:N0}"), Screen.Percent(occupancy.Fraction),
            Text($"{counters.WarpInstructions:N0}"), Text($"{bytes / 1e6:F3}"), Ratio(bytes, sample.MinimalBytes), Screen.Percent(counters.CoalescingPercent / 100), Text($"{counters.SharedBankConflicts:N0}"),
            Text($"{counters.Flops / 1e6:F2}"), Ratio(counters.Flops, sample.MinimalFlops), Text($"{roofline.Seconds * 1e6:F2} µs"));
        report.Row(("file", family.Source), ("kernel", entry), ("specialisation", spec.Defines), ("registers", registers), ("registers_estimated", result.Registers), ("spilled_bytes", assembled?.StackBytes ?? 0), ("shared_bytes", result.SharedBytes), ("occupancy", occupancy.Fraction),
            ("limit", occupancy.Limit), ("warp_instructions", counters.WarpInstructions), ("bytes", bytes), ("least_bytes", sample.MinimalBytes), ("coalesced_percent", counters.CoalescingPercent),
            ("bank_conflicts", counters.SharedBankConflicts), ("flops", counters.Flops), ("least_flops", sample.MinimalFlops), ("least_seconds", roofline.Seconds), ("findings", result.Findings.Count));
    }

    private static string Ratio(long actual, long least) => least == 0 ? "" : Text($"{(double)actual / least:F2}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
