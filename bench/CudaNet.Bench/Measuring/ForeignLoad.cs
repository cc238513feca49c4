using System.Diagnostics;
using System.Globalization;

namespace CudaNet.Bench.Measuring;

/// <summary>How busy other programs kept the machine meanwhile: with any of it, times are too long and rates too low.</summary>
internal sealed class ForeignLoad
{
    // /proc/stat counts in this unit on every Linux.
    private const double TicksPerSecond = 100;

    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly double? _machineSeconds = MachineSeconds();
    private readonly double _ownSeconds = OwnSeconds();

    /// <summary>Cores that others used on average since this was made; null where the system does not tell.</summary>
    internal double? Cores
    {
        get
        {
            if (_machineSeconds is not { } before || MachineSeconds() is not { } after)
                return null;
            var foreign = after - before - (OwnSeconds() - _ownSeconds);
            return Math.Max(0, foreign / Stopwatch.GetElapsedTime(_began).TotalSeconds);
        }
    }

    /// <summary>Of this process and of the children that it waited for, in which the suites are measured.</summary>
    private static double OwnSeconds()
    {
        const string file = "/proc/self/stat";
        if (File.Exists(file))
        {
            // Behind the name, which may hold blanks, come the state and the numbers from the parent on: utime, stime, cutime, cstime are 14 to 17.
            var text = File.ReadAllText(file);
            return text[(text.LastIndexOf(')') + 2)..].Split(' ')[11..15].Sum(field => double.Parse(field, CultureInfo.InvariantCulture)) / TicksPerSecond;
        }
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime.TotalSeconds;
    }

    private static double? MachineSeconds()
    {
        const string file = "/proc/stat";
        if (!File.Exists(file))
            return null;
        // cpu user nice system idle iowait irq softirq steal ...: all but idle and iowait is work, here or beneath a guest.
        var fields = File.ReadLines(file).First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9]
            .Select(field => double.Parse(field, CultureInfo.InvariantCulture)).ToArray();
        return (fields.Sum() - fields[3] - fields[4]) / TicksPerSecond;
    }
}
