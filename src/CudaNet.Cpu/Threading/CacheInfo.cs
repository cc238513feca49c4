using System.Globalization;

namespace CudaNet.Cpu.Threading;

/// <summary>Sizes of the data caches in bytes, as one core sees them.</summary>
/// <remarks>Read from <c>/sys/devices/system/cpu/cpu0/cache</c>; where that is missing or strange, 32 KiB, 512 KiB and 8 MiB.</remarks>
public static class CacheInfo
{
    static CacheInfo()
    {
        (L1, L2, L3) = Read("/sys/devices/system/cpu/cpu0/cache");
    }

    /// <summary>First-level data cache of one core.</summary>
    public static long L1 { get; }

    /// <summary>Second-level cache of one core.</summary>
    public static long L2 { get; }

    /// <summary>Last-level cache, shared by the cores of its group.</summary>
    public static long L3 { get; }

    /// <summary>Reads cache sizes from a directory in the layout of Linux sysfs.</summary>
    internal static (long L1, long L2, long L3) Read(string directory)
    {
        long l1 = 32 << 10, l2 = 512 << 10, l3 = 8 << 20;
        try
        {
            foreach (string index in Directory.Exists(directory) ? Directory.GetDirectories(directory, "index*") : [])
            {
                if (Text(index, "type") == "Instruction") continue;
                long size = ParseSize(Text(index, "size"));
                if (size <= 0) continue;
                switch (Text(index, "level"))
                {
                    case "1": l1 = size; break;
                    case "2": l2 = size; break;
                    case "3": l3 = size; break;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Containers may hide /sys: the defaults are sane everywhere.
        }

        l1 = Math.Clamp(l1, 8 << 10, 1 << 20);
        l2 = Math.Clamp(l2, l1, 64 << 20);
        return (l1, l2, Math.Max(l3, l2));
    }

    private static string Text(string directory, string file)
    {
        string path = Path.Combine(directory, file);
        return File.Exists(path) ? File.ReadAllText(path).Trim() : "";
    }

    private static long ParseSize(string text)
    {
        long unit = text.EndsWith('K') ? 1 << 10 : text.EndsWith('M') ? 1 << 20 : 1;
        return long.TryParse(text.TrimEnd('K', 'M'), NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value * unit : 0;
    }
}
