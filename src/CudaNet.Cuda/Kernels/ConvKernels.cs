using System.Globalization;
using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

/// <summary>How a kernel of <c>conv.cu</c> copies.</summary>
public enum ConvMode
{
    /// <summary>Element by element.</summary>
    Any = 0,

    /// <summary>Upstream gradients in 16 bytes.</summary>
    AlignedPlanes = 1,

    /// <summary>The source, too: a window of one element.</summary>
    Pointwise = 2,
}

/// <summary>Launches of <c>conv.cu</c> and <c>conv_simt.cu</c>.</summary>
public static partial class ConvKernels
{
    private const int TileColumns = 128;

    /// <summary>The family.</summary>
    public static KernelFamily Family { get; } = new("conv", "Convolutions and both gradients as implicit matrix products on tensor cores.",
        [
            .. from type in KernelTypes.Floats from mode in Enum.GetValues<ConvMode>() select MmaSpec(type, mode, 128),
            .. from type in KernelTypes.Floats select MmaSpec(type, ConvMode.AlignedPlanes, 64),
        ],
        Samples());

    /// <summary>Those that are exact in f32.</summary>
    public static KernelFamily SimtFamily { get; } = new("conv_simt", "Convolutions and both gradients as implicit matrix products, exact in f32.",
        [SimtSpec(32), SimtSpec(64), SimtSpec(128)],
        SimtSamples());

    /// <summary>The specialisation without tensor cores, for f32, for so many result channels of a group.</summary>
    public static KernelSpec SimtSpec(int rows) => KernelSpec.Of("conv_simt", $"BM={(rows <= 32 ? 32 : rows <= 64 ? 64 : 128)}");

    /// <summary>A specialisation on tensor cores with a tile of 128 rows, or of 64.</summary>
    public static KernelSpec MmaSpec(string type, ConvMode mode, int tileRows) =>
        KernelSpec.Of("conv", $"T={type}", $"MODE={(int)mode}", $"BM={tileRows}");

    /// <summary>The mode for a problem.</summary>
    public static ConvMode Mode(ConvProblem problem, string type)
    {
        int chunk = 16 / KernelTypes.SizeOf(type);
        return problem.OutputPlane % chunk != 0 ? ConvMode.Any : problem.IsPointwise ? ConvMode.Pointwise : ConvMode.AlignedPlanes;
    }

    /// <summary>Elements of a packed row of weights for a sum of so many terms: whole 16 bytes.</summary>
    public static int Leading(int taps, string type)
    {
        int chunk = 16 / KernelTypes.SizeOf(type);
        return Math.Max(1, (taps + chunk - 1) / chunk) * chunk;
    }

    /// <summary><c>conv_simt</c> or <c>conv_mma</c>.</summary>
    public static KernelLaunch Product(KernelSpec spec, in ConvArguments arguments, int groups) =>
        Launch(spec, "conv", arguments.Columns, arguments.Rows, groups);

    /// <summary><c>conv_weight_simt</c> or <c>conv_weight_mma</c>.</summary>
    public static KernelLaunch WeightProduct(KernelSpec spec, in ConvArguments arguments, int groups) =>
        Launch(spec, "conv_weight", arguments.Taps, arguments.Rows, groups * arguments.Splits);

    /// <summary><c>conv_pack</c>.</summary>
    public static KernelLaunch Pack(string type, in ConvPackArguments arguments) =>
        new(CopySpec(type), "conv_pack", checked((int)(((long)arguments.Groups * arguments.Rows * arguments.Leading + 255) / 256)), 256);

    /// <summary><c>conv_join</c> of so many elements.</summary>
    public static KernelLaunch Join(string type, long size) => new(CopySpec(type), "conv_join", checked((int)((size + 255) / 256)), 256);

    /// <summary>The convolution itself; weights have rows of <paramref name="leading"/> elements.</summary>
    public static ConvArguments Forward(ConvProblem p, int leading)
    {
        static ConvAxis Axis(ConvAxisShape a) => new() { Step = 1, Origin = -a.Low, Stride = a.Stride, Dilation = a.Dilation, Size = a.Input };
        return new()
        {
            SourceImage = (long)p.Groups * p.Channels * p.InputPlane,
            ResultImage = (long)p.Groups * p.Rows * p.OutputPlane,
            SourcePlane = p.InputPlane,
            ResultPlane = p.OutputPlane,
            ResultRow = p.W.Output,
            ResultSlice = p.H.Output * p.W.Output,
            Rows = p.Rows,
            Channels = p.Channels,
            Taps = p.Channels * p.Taps,
            Leading = leading,
            Columns = p.Images * p.OutputPlane,
            Splits = 1,
            D = Axis(p.D),
            H = Axis(p.H),
            W = Axis(p.W),
            Places = new(p.OutputPlane),
            PlacesHW = new(p.H.Output * p.W.Output),
            PlacesW = new(p.W.Output),
            AllTaps = new(p.Taps),
            TapsHW = new(p.H.Kernel * p.W.Kernel),
            TapsW = new(p.W.Kernel),
        };
    }

    /// <summary>The gradient by the weights, its sum cut into so many parts.</summary>
    public static ConvArguments WeightGradient(ConvProblem p, int splits) => Forward(p, 0) with { Splits = splits };

    /// <summary>Parts of the sum of a gradient by the weights: as many as keep the multiprocessors busy with eight steps each or more.</summary>
    public static int Splits(in ConvArguments arguments, KernelLaunch whole, int multiprocessors, int step) =>
        Math.Clamp((int)Math.Min(2L * multiprocessors / Math.Max(1, whole.Grid.Count), Parts(arguments.Columns, 8 * step)), 1, 128);

    /// <summary>The weights of a convolution with rows that are aligned.</summary>
    public static ConvPackArguments PackForward(ConvProblem p, string type) => new()
    {
        Groups = p.Groups,
        Rows = p.Rows,
        Channels = p.Channels,
        Leading = Leading(p.Channels * p.Taps, type),
        StepD = 1,
        StepH = 1,
        StepW = 1,
        KernelD = p.D.Kernel,
        KernelH = p.H.Kernel,
        KernelW = p.W.Kernel,
        Taps = new(p.Taps),
        TapsHW = new(p.H.Kernel * p.W.Kernel),
        TapsW = new(p.W.Kernel),
    };

    /// <summary>The gradient by the source: a product, and its weights, for each class of positions that see the same taps.</summary>
    public static IReadOnlyList<(ConvArguments Product, ConvPackArguments Pack)> InputGradient(ConvProblem p, string type)
    {
        List<(ConvArguments, ConvPackArguments)> classes = [];
        foreach (var d in Classes(p.D))
            foreach (var h in Classes(p.H))
                foreach (var w in Classes(p.W))
                {
                    int taps = d.Taps * h.Taps * w.Taps, leading = Leading(p.Rows * taps, type);
                    classes.Add((new()
                    {
                        SourceImage = (long)p.Groups * p.Rows * p.OutputPlane,
                        ResultImage = (long)p.Groups * p.Channels * p.InputPlane,
                        SourcePlane = p.OutputPlane,
                        ResultPlane = p.InputPlane,
                        ResultRow = p.W.Input,
                        ResultSlice = p.H.Input * p.W.Input,
                        Rows = p.Channels,
                        Channels = p.Rows,
                        Taps = p.Rows * taps,
                        Leading = leading,
                        Columns = p.Images * d.Places * h.Places * w.Places,
                        Splits = 1,
                        D = d.Axis,
                        H = h.Axis,
                        W = w.Axis,
                        Places = new(d.Places * h.Places * w.Places),
                        PlacesHW = new(h.Places * w.Places),
                        PlacesW = new(w.Places),
                        AllTaps = new(taps),
                        TapsHW = new(h.Taps * w.Taps),
                        TapsW = new(w.Taps),
                    }, new()
                    {
                        Groups = p.Groups,
                        Rows = p.Channels,
                        Channels = taps == 0 ? 0 : p.Rows,
                        Leading = leading,
                        Transposed = 1,
                        FirstD = d.FirstTap,
                        FirstH = h.FirstTap,
                        FirstW = w.FirstTap,
                        StepD = d.TapStep,
                        StepH = h.TapStep,
                        StepW = w.TapStep,
                        KernelD = p.D.Kernel,
                        KernelH = p.H.Kernel,
                        KernelW = p.W.Kernel,
                        Taps = new(taps),
                        TapsHW = new(h.Taps * w.Taps),
                        TapsW = new(w.Taps),
                    }));
                }

        return classes;
    }

    /// <summary>Input positions i with the same i + low modulo the stride: those see the taps k with k·dilation ≡ i + low, at
    /// output (i + low − k·dilation)/stride.</summary>
    private static IEnumerable<(ConvAxis Axis, int Places, int Taps, int FirstTap, int TapStep)> Classes(ConvAxisShape a)
    {
        int common = (int)System.Numerics.BigInteger.GreatestCommonDivisor(a.Stride, a.Dilation), tapStep = a.Stride / common;
        for (int first = 0; first < Math.Min(a.Stride, a.Input); first++)
        {
            int tap = 0;
            while (tap < tapStep && (first + a.Low - (tap * a.Dilation)) % a.Stride != 0) tap++;
            int taps = tap < tapStep && tap < a.Kernel ? (a.Kernel - tap + tapStep - 1) / tapStep : 0;
            var axis = new ConvAxis { First = first, Step = a.Stride, Origin = (first + a.Low - (tap * a.Dilation)) / a.Stride, Stride = 1, Dilation = -a.Dilation / common, Size = a.Output };
            yield return (axis, Parts(a.Input - first, a.Stride), taps, tap, tapStep);
        }
    }

    /// <summary>Where <c>conv_pack</c> and <c>conv_join</c> of a type are; they are in each of its specialisations.</summary>
    private static KernelSpec CopySpec(string type) => MmaSpec(type, ConvMode.AlignedPlanes, 64);

    private static KernelLaunch Launch(KernelSpec spec, string entry, int columns, int rows, int depth)
    {
        bool simt = spec.Source == "conv_simt";
        int tileRows = int.Parse(spec.DefineList.Single(define => define.StartsWith("BM=", StringComparison.Ordinal))["BM=".Length..], CultureInfo.InvariantCulture);
        return new(spec, entry + (simt ? "_simt" : "_mma"), new Dim3(Parts(columns, TileColumns), Parts(rows, tileRows), depth), simt ? 256 : 128);
    }

    private static int Parts(int size, int part) => (size + part - 1) / part;
}
