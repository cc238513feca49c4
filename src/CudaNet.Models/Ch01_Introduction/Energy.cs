using System.Diagnostics;
using System.Globalization;
using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Models.Ch01_Introduction;

/// <summary>Section 1.3.8: what a training costs in energy and carbon dioxide.</summary>
internal sealed class Energy() : CourseSystem("01.energy", "Energy and carbon dioxide of a training",
    "Training large models emits notable carbon dioxide, so efficient hardware and lighter training are needed.")
{
    private const double GramsPerKilowattHour = 400; // a usual mixed grid; an assumption, printed with the result

    public override void Run(SystemContext context)
    {
        var (before, after, seconds) = Measure(context);
        context.Out.WriteLine($"processor time {seconds:F2} s");
        context.Out.WriteLine(after is { } end && before is { } start
            ? string.Create(CultureInfo.InvariantCulture, $"{end - start:F1} J, {(end - start) / 3.6e6:E2} kWh, {(end - start) / 3.6e6 * GramsPerKilowattHour:E2} g CO₂e at {GramsPerKilowattHour} g/kWh")
            : "energy: absent, as this machine lets nobody read its counter (/sys/class/powercap)");
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (before, after, seconds) = Measure(context);
        yield return Figure.AtLeast("processor seconds of a short training", seconds, 1e-3);
        yield return Figure.Holds("a counter that is absent stays absent, one that is there does not fall", before is null == after is null && !(after < before));
        yield return Figure.Equal("grams of CO₂e of 3.6 MJ at 400 g/kWh", 3.6e6 / 3.6e6 * GramsPerKilowattHour, 400);
    }

    private static (double? Before, double? After, double Seconds) Measure(SystemContext context)
    {
        using var process = Process.GetCurrentProcess();
        var (before, time) = (Joules(), process.TotalProcessorTime);
        var x = context.Random().Normal([256, 64]).Realize();
        var model = Learn.Mlp(context.Random(1), () => new ReLU(), 64, 128, 64);
        Learn.Steps(new Adam(model.Parameters()), 100, () => Loss.Mse(model.Forward(x), x));
        process.Refresh();
        return (before, Joules(), (process.TotalProcessorTime - time).TotalSeconds);
    }

    /// <summary>The processor's energy counter; null where there is none or it may not be read.</summary>
    private static double? Joules()
    {
        try
        {
            return double.Parse(System.IO.File.ReadAllText("/sys/class/powercap/intel-rapl:0/energy_uj"), CultureInfo.InvariantCulture) / 1e6;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }
    }
}
