using CudaNet.VirtualGpu;
using static CudaNet.Tests.IndexingTests;

namespace CudaNet.Tests;

/// <summary>Windows added up and numbers counted up, against plain loops.</summary>
public sealed class FoldTests
{
    private static readonly string[] Types = ["f32", "f16", "bf16", "f64", "i32", "i64"];

    /// <summary>Size, stride, dilation, places and target of each axis; the batch comes first.</summary>
    private static readonly (long Batch, (int Size, int Stride, int Dilation, int Windows, int Target)[] Axes)[] Folds =
    [
        (1, [(3, 1, 1, 5, 7)]),
        (2, [(3, 2, 1, 3, 8)]),
        (2, [(3, 1, 2, 5, 9)]),
        (3, [(2, 3, 1, 3, 10)]),
        (2, [(2, 1, 1, 4, 5), (3, 2, 1, 300, 601)]),
        (2, [(2, 1, 1, 2, 3), (2, 2, 2, 2, 6), (3, 1, 1, 4, 6)]),
        (1, [(1, 1, 1, 1, 1)]),
    ];

    [Test]
    public void Windows_are_added_up_in_the_order_of_their_elements([ValueSource(nameof(Types))] string type)
    {
        foreach (var (batch, axes) in Folds)
        {
            using var bench = new KernelBench();
            // x [batch, windows…, elements…], y [batch, targets…].
            long[] source = [batch, .. axes.Select(axis => (long)axis.Windows), .. axes.Select(axis => (long)axis.Size)], target = [batch, .. axes.Select(axis => (long)axis.Target)];
            long[] from = Dense(source), to = Dense(target);
            double[] x = SegmentTests.Values(type, Count(source)), expected = new double[Count(target)];
            bool inSingle = SegmentKernels.SumType(type) == "f32";
            // The kernel's order of additions: elements of windows first, then the windows.
            foreach (long[] element in Places(source[(axes.Length + 1)..]))
                foreach (long[] window in Places(source[..(axes.Length + 1)]))
                {
                    ref double sum = ref expected[At([window[0], .. axes.Select((axis, k) => (window[k + 1] * axis.Stride) + (element[k] * axis.Dilation))], to)];
                    double term = x[At([.. window, .. element], from)];
                    sum = inSingle ? (float)sum + (float)term : sum + term;
                }
            var y = bench.Output(type, expected.Length);
            WindowAxis[] windows = [.. axes.Select((axis, k) => new WindowAxis
            {
                Target = new(axis.Target),
                Size = (uint)axis.Size,
                Stride = (uint)axis.Stride,
                Dilation = (uint)axis.Dilation,
                Windows = (uint)axis.Windows,
                Y = to[k + 1],
                XWindow = from[k + 1],
                XElement = from[k + 1 + axes.Length],
            })];
            bench.Run(FoldKernels.Fold(type, AxisWalk.Of([batch], [from[0]], [to[0]]), windows, expected.Length), SegmentTests.Upload(bench, type, x), y);
            double[] rounded = type is "f16" or "bf16" ? KernelBench.Rounded(type, expected) : expected;
            Assert.That(SegmentTests.Download(bench, type, y, expected.Length), Is.EqualTo(rounded), $"{type} [{string.Join(", ", source)}]");
        }
    }

    [Test]
    public void Numbers_are_counted_up_and_rounded([Values("f32", "f16", "bf16", "f64", "i32", "i64", "u8")] string type, [Values(1, 255, 5000)] int count)
    {
        using var bench = new KernelBench();
        var y = bench.Output(type, count);
        bench.Run(FoldKernels.Iota(type, count), y);
        double[] numbers = [.. Enumerable.Range(0, count).Select(i => (double)(type == "u8" ? i % 256 : i))];
        Assert.That(SegmentTests.Download(bench, type, y, count), Is.EqualTo(type is "f16" or "bf16" ? KernelBench.Rounded(type, numbers) : numbers));
    }
}
