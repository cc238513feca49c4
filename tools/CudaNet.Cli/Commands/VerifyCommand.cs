using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using CudaNet.Cli.Output;
using CudaNet.Cpu.Reference;
using CudaNet.Cuda.Execution;
using CudaNet.Execution;
using CudaNet.Models.Systems;
using CudaNet.Ops;
using CudaNet.Verification;
using Spectre.Console;

namespace CudaNet.Cli.Commands;

/// <summary>cudanet verify.</summary>
internal static class VerifyCommand
{
    private static readonly Option<string[]> Op = Named();
    private static readonly Option<string> Device = Devices.Option();

    public static Command Create() => new Command("verify", "Hold every op of the catalogue against a naive float64 computation: values, gradients, second derivatives, refused calls.") { Op, Device }
        .Does(Run)
        .WithExamples(("cudanet verify", "all ops on the CPU"), ("cudanet verify --op MatMul --op Softmax", "two ops"));

    private static Option<string[]> Named()
    {
        var option = new Option<string[]>("--op") { Description = "Only this op; may be given several times", HelpName = "NAME", DefaultValueFactory = _ => [] };
        option.CompletionSources.Add(_ => OpCatalogue.All.Select(op => op.Name));
        return option;
    }

    private static void Run(ParseResult parsed, Report report, CancellationToken stop)
    {
        var device = Devices.Use(parsed.GetValue(Device)!);
        var names = parsed.GetValue(Op)!;
        var ops = names.Length == 0 ? OpCatalogue.All
            : [.. names.Select(name => OpCatalogue.TryGet(name) ?? throw new UnknownNameException("op", name, [.. OpCatalogue.All.Select(op => op.Name)]))];
        var verifier = new OpVerifier(new FloatReference(), device);
        var clock = Stopwatch.StartNew();
        var width = ops.Max(op => op.Name.Length);
        int checks = 0, failures = 0;
        Console.WriteLine($"{"op".PadRight(width)}  checks  failed  largest absolute error of value, gradient, second derivative");
        foreach (var op in ops)
        {
            stop.ThrowIfCancellationRequested();
            var results = verifier.Verify(op).ToList();
            var failed = results.Where(result => !result.Passed).ToList();
            Console.WriteLine($"{op.Name.PadRight(width)}  {results.Count,6}  {failed.Count,6}  {Worst(results, VerificationKind.Value),8}  {Worst(results, VerificationKind.Gradient),8}  {Worst(results, VerificationKind.SecondOrder),8}");
            foreach (var failure in failed.Take(5)) Console.WriteLine($"    {failure}");
            if (failed.Count > 5) Console.WriteLine($"    and {failed.Count - 5} more");
            report.Row(("op", op.Name), ("device", device.ToString()), ("checks", results.Count), ("failed", failed.Count),
                ("value_error", Error(results, VerificationKind.Value)), ("gradient_error", Error(results, VerificationKind.Gradient)), ("second_order_error", Error(results, VerificationKind.SecondOrder)));
            // Here one op's fault shall not be every later one's; on a card it is.
            if (device.Backend is CudaBackend { IsLost: true } && device.Kind == CudaNet.Device.Virtual.Kind) Backends.Reset(device);
            (checks, failures) = (checks + results.Count, failures + failed.Count);
        }
        if (device.Backend is CudaBackend backend)
        {
            report.Figure("host_ops", backend.HostOps.Count);
            if (backend.HostOps.Count > 0) Console.WriteLine($"Without a kernel on the device, computed on the host: {string.Join(", ", backend.HostOps
                .GroupBy(op => op[..op.IndexOf(' ', StringComparison.Ordinal)], op => op[(op.IndexOf(' ', StringComparison.Ordinal) + 1)..])
                .Select(group => $"{group.Key} ({string.Join(' ', group)})"))}");
        }
        report.Figure("ops", ops.Count);
        report.Figure("checks", checks);
        report.Figure("failed", failures);
        report.Figure("seconds", clock.Elapsed.TotalSeconds);
        if (failures > 0) report.Fail($"{failures} of {checks} checks failed");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{ops.Count} ops on {device}: {checks:N0} checks, {failures:N0} failed, in {Screen.Duration(clock.Elapsed)}"));
    }

    private static string Worst(List<VerificationResult> results, VerificationKind kind)
    {
        var error = Error(results, kind);
        return double.IsNaN(error) ? "–" : error == 0 ? "0" : error.ToString("0.0e-0", CultureInfo.InvariantCulture);
    }

    /// <summary>The largest error; half types have tolerances of their own, so only the wider ones count. NaN if there is no check.</summary>
    private static double Error(List<VerificationResult> results, VerificationKind kind) => results
        .Where(result => result.Kind == kind && result.DType is { } type && !type.IsHalf())
        .Select(result => result.MaxAbsolute).DefaultIfEmpty(double.NaN).Max();
}
