using System.Runtime.InteropServices;
using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

/// <summary>The second argument of the kernels in <c>conv_depthwise.cu</c>, laid out as there.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct DepthwiseTile
{
    /// <summary>Positions along each axis, and the elements of the source that their taps span.</summary>
    public int D, H, W, SpanD, SpanH, SpanW;

    /// <summary>Tiles of an image, a slice, a row; positions of a slice and a row of a tile; elements of a slice and a row of a span; result channels.</summary>
    public KernelDivisor Tiles, TilesHW, TilesW, PlacesHW, PlacesW, ElementsHW, ElementsW, Channels;

    /// <summary>How many tiles an image has.</summary>
    public readonly int TileCount => Tiles.Value;

    /// <summary>Positions of a tile.</summary>
    public readonly int Positions => D * H * W;

    /// <summary>Elements of a span.</summary>
    public readonly int Span => SpanD * SpanH * SpanW;
}

/// <summary>Launches of <c>conv_depthwise.cu</c>.</summary>
public static class DepthwiseKernels
{
    /// <summary>Shared memory that lets several blocks load while others compute.</summary>
    private const int SharedBytes = 20 << 10;
    private const int TapsAtATime = 9;

    /// <summary>The family.</summary>
    public static KernelFamily Family { get; } = new("conv_depthwise", "Convolutions of each channel by itself and their gradients.",
        [.. KernelTypes.Floats.Select(Spec)],
        Samples());

    /// <summary>The specialisation for a type.</summary>
    public static KernelSpec Spec(string type) => KernelSpec.Of("conv_depthwise", $"T={type}");

    /// <summary>The tile that reads the fewest elements of the source more than once; null where not even one position fits.</summary>
    /// <param name="arguments">A convolution with one source channel a group, or a class of positions of its gradient.</param>
    /// <param name="groups">Groups.</param>
    /// <param name="type">Element type.</param>
    public static DepthwiseTile? Tile(in ConvArguments arguments, int groups, string type)
    {
        var (places, taps) = ((D: arguments.Places.Value / Math.Max(1, arguments.PlacesHW.Value), H: arguments.PlacesHW.Value / Math.Max(1, arguments.PlacesW.Value), W: arguments.PlacesW.Value), Taps(arguments));
        DepthwiseTile? best = null;
        long least = long.MaxValue;
        foreach (int w in Sizes(places.W))
            foreach (int h in Sizes(places.H))
                foreach (int d in Sizes(places.D))
                {
                    var tile = new DepthwiseTile { D = d, H = h, W = w, SpanD = Span(arguments.D, d, taps.D), SpanH = Span(arguments.H, h, taps.H), SpanW = Span(arguments.W, w, taps.W) };
                    long span = (long)tile.SpanD * tile.SpanH * tile.SpanW;
                    if (Shared(arguments, span, type) > SharedBytes) continue;
                    if ((long)Parts(places.D, d) * Parts(places.H, h) * Parts(places.W, w) > 65535) continue;
                    (int td, int th, int tw) = (Parts(places.D, d), Parts(places.H, h), Parts(places.W, w));
                    long read = span * td * th * tw;
                    if (read >= least) continue;
                    least = read;
                    best = tile with
                    {
                        Tiles = new(td * th * tw),
                        TilesHW = new(th * tw),
                        TilesW = new(tw),
                        PlacesHW = new(h * w),
                        PlacesW = new(w),
                        ElementsHW = new(tile.SpanH * tile.SpanW),
                        ElementsW = new(tile.SpanW),
                        Channels = new(groups * arguments.Rows),
                    };
                }

        return best;
    }

    /// <summary><c>depthwise</c>.</summary>
    public static KernelLaunch Product(string type, in ConvArguments arguments, in DepthwiseTile tile) =>
        new(Spec(type), "depthwise", new Dim3(arguments.Columns / arguments.Places.Value * tile.Channels.Value, tile.TileCount), Threads(tile), (int)Shared(arguments, tile.Span, type));

    /// <summary><c>depthwise_weight</c>.</summary>
    public static KernelLaunch WeightProduct(string type, in ConvArguments arguments, in DepthwiseTile tile) =>
        new(Spec(type), "depthwise_weight", new Dim3(tile.Channels.Value, arguments.Splits, Parts(arguments.AllTaps.Value, TapsAtATime)), Threads(tile), (int)Shared(arguments, tile.Span, type));

    /// <summary>Parts of the sum of a gradient by the weights: enough blocks to keep the multiprocessors busy.</summary>
    public static int Splits(in ConvArguments arguments, in DepthwiseTile tile, int multiprocessors) =>
        (int)Math.Clamp(8L * multiprocessors / tile.Channels.Value, 1, Math.Clamp((long)arguments.Columns / arguments.Places.Value * tile.TileCount, 1, 128));

    private static int Threads(in DepthwiseTile tile) => Math.Clamp((tile.Positions + 31) / 32 * 32, 32, 256);

    private static long Shared(in ConvArguments arguments, long span, string type) => ((arguments.AllTaps.Value * 4L + 15) & ~15L) + (span * KernelTypes.SizeOf(type));

    private static (int D, int H, int W) Taps(in ConvArguments a) => a.AllTaps.Value == 0 ? (0, 0, 0) : (a.AllTaps.Value / a.TapsHW.Value, a.TapsHW.Value / a.TapsW.Value, a.TapsW.Value);

    private static int Span(ConvAxis axis, int places, int taps) => taps == 0 ? 0 : ((places - 1) * axis.Stride) + ((taps - 1) * Math.Abs(axis.Dilation)) + 1;

    /// <summary>The whole axis, in equal parts, and powers of two.</summary>
    private static IEnumerable<int> Sizes(int places)
    {
        for (int parts = 1; parts <= 8; parts++) yield return Math.Max(1, Parts(places, parts));
        for (int size = 128; size >= 1; size /= 2) if (size < places) yield return size;
    }

    private static int Parts(int size, int part) => (size + part - 1) / part;

    private static KernelSample[] Samples()
    {
        ConvAxisShape axis = new(64, 64, 3, 1, 1, 1);
        var problem = new ConvProblem(2, 8, 1, 1, ConvAxisShape.None, axis, axis);
        var (input, output, weight) = problem.Elements;
        SampleBuffer x = new("f32", input), w = new("f32", weight), y = new("f32", output);
        var arguments = ConvKernels.Forward(problem, problem.Taps);
        var tile = Tile(arguments, problem.Groups, "f32")!.Value;
        return
        [
            new(Product("f32", arguments, tile), [x, w, y with { Fill = SampleFill.Unwritten }],
                p => [KernelArgument.Of(arguments with { Source = p[0], Weight = p[1], Result = p[2] }), KernelArgument.Of(tile)]) { MinimalBytes = x.Bytes + w.Bytes + y.Bytes },
            new(WeightProduct("f32", arguments, tile), [x, y, w with { Fill = SampleFill.Unwritten }],
                p => [KernelArgument.Of(arguments with { Source = p[0], Weight = p[1], Result = p[2] }), KernelArgument.Of(tile)]) { MinimalBytes = x.Bytes + w.Bytes + y.Bytes },
        ];
    }
}
