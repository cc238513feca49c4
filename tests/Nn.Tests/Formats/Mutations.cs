using System.Diagnostics;
using CudaNet.Nn.Formats;

namespace CudaNet.Tests;

/// <summary>Damages files in memory, by a seed, and holds a parser to its promise: it accepts, or refuses with
/// <see cref="DataFormatException"/>, in bounded memory and time.</summary>
internal static class Mutations
{
    private static readonly byte[] Telling = [0x00, 0x01, 0x7F, 0x80, 0xFF, 0x1F, 0x8B, (byte)'"', (byte)'{', (byte)'}', (byte)'[', (byte)',', (byte)'-', (byte)'9'];

    /// <summary>A damaged copy: one to four bit flips, overwritten, inserted, removed or doubled bytes, or a cut; now and
    /// then another length, filled with anything.</summary>
    public static byte[] Damage(byte[] content, Random random)
    {
        if (random.Next(16) == 0)
        {
            var other = new byte[random.Next(2 * content.Length)];
            random.NextBytes(other);
            content.AsSpan(0, Math.Min(random.Next(24), Math.Min(content.Length, other.Length))).CopyTo(other);
            return other;
        }
        var bytes = new List<byte>(content);
        for (int edits = random.Next(1, 5); edits > 0; edits--)
        {
            int at = random.Next(bytes.Count + 1);
            switch (random.Next(7))
            {
                case 0 when at < bytes.Count:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1 when at < bytes.Count:
                    bytes[at] = Telling[random.Next(Telling.Length)];
                    break;
                case 2:
                    bytes.Insert(at, Telling[random.Next(Telling.Length)]);
                    break;
                case 3:
                    bytes.RemoveRange(at, random.Next(Math.Min(bytes.Count - at, 16) + 1));
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(at, random.Next(Math.Min(bytes.Count - at, 64) + 1)));
                    break;
                case 5 when random.Next(4) == 0:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 6:
                    // Headers are short and decide most.
                    int early = random.Next(Math.Min(bytes.Count, 16) + 1);
                    if (early < bytes.Count)
                        bytes[early] = (byte)random.Next(256);
                    break;
            }
        }
        return [.. bytes];
    }

    /// <summary>How many damaged files a test makes: usually so many, or what CUDANET_FUZZ_FILES says.</summary>
    public static int Files(int usual) => int.TryParse(Environment.GetEnvironmentVariable("CUDANET_FUZZ_FILES"), out int files) ? files : usual;

    /// <summary>Feeds damaged files to a parser and checks every outcome.</summary>
    /// <param name="count">How many.</param>
    /// <param name="make">Makes the damaged file.</param>
    /// <param name="parse">The parser.</param>
    /// <param name="extraBytes">What it may allocate beyond twice the file.</param>
    public static void Run(int count, Func<Random, byte[]> make, Action<byte[]> parse, long extraBytes)
    {
        int accepted = 0, refused = 0;
        long most = 0;
        var slowest = TimeSpan.Zero;
        for (int i = 0; i < count; i++)
        {
            byte[] file = make(new Random(i));
            long before = GC.GetAllocatedBytesForCurrentThread(), start = Stopwatch.GetTimestamp();
            try
            {
                parse(file);
                accepted++;
            }
            catch (DataFormatException)
            {
                refused++;
            }
            catch (Exception e)
            {
                Assert.Fail($"File {i} ({file.Length} bytes: {Convert.ToHexString(file.AsSpan(0, Math.Min(64, file.Length)))}…): {e}");
            }
            var took = Stopwatch.GetElapsedTime(start);
            slowest = took > slowest ? took : slowest;
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            most = Math.Max(most, allocated - 2L * file.Length);
            if (allocated > 2L * file.Length + extraBytes)
                Assert.Fail($"File {i} of {file.Length} bytes made the parser allocate {allocated} bytes.");
        }
        TestContext.Out.WriteLine($"{accepted} accepted, {refused} refused, at most {most} bytes beyond twice the file, slowest {slowest.TotalMilliseconds:F1} ms");
        Assert.Multiple(() =>
        {
            Assert.That(refused, Is.GreaterThan(count / 4), "the damage should be found often");
            Assert.That(accepted, Is.GreaterThan(count / 1000), "the damage should not always be found at once");
            Assert.That(slowest, Is.LessThan(TimeSpan.FromSeconds(5)), "no file may cost much time");
        });
    }
}
