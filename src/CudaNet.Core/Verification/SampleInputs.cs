using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Verification;

/// <summary>The inputs of a sample as tensors on a device. A view is a real view of a leaf.</summary>
internal sealed class SampleInputs
{
    private SampleInputs(List<Tensor> leaves, List<Tensor> views) => (Leaves, Views) = (leaves, views);

    /// <summary>What lies in memory.</summary>
    public IReadOnlyList<Tensor> Leaves { get; }

    /// <summary>What the op is given.</summary>
    public IReadOnlyList<Tensor> Views { get; }

    /// <summary>The leaves that have a gradient.</summary>
    public Tensor[] Differentiable => [.. Leaves.Where(leaf => leaf.DType.IsFloating())];

    /// <summary>Draws the inputs; the same numbers at each call.</summary>
    public static SampleInputs Draw(OpDefinition definition, Sample sample, DType type, Device device)
    {
        var random = new Random(Seed($"{definition.Name}/{sample.Name}"));
        var (leaves, views) = (new List<Tensor>(), new List<Tensor>());
        foreach (var input in sample.Inputs)
        {
            var shape = StoredShape(input);
            var values = input.Domain.Draw(random, shape.ElementCount);
            var leaf = Leaf(values, shape, input.Type ?? type, input.Domain, device);
            leaves.Add(leaf);
            views.Add(View(leaf, input));
        }
        return new(leaves, views);
    }

    /// <summary>False where a sample holds values that a type has not (NaN among integers).</summary>
    public static bool Suits(Sample sample, DType type) =>
        type.IsFloating() || sample.Inputs.All(input => input.Type is not null || input.Domain.Special.All(double.IsFinite));

    /// <summary>A leaf of numbers in an element type.</summary>
    public static Tensor Leaf(double[] values, Shape shape, DType type, Domain? domain, Device device) => type switch
    {
        DType.Float32 => Tensor.From(Array.ConvertAll(values, v => (float)v), shape, device),
        DType.Float64 => Tensor.From(values, shape, device),
        DType.Float16 => Tensor.From(Array.ConvertAll(values, v => (Half)v), shape, device),
        DType.BFloat16 => Tensor.From(Array.ConvertAll(values, v => (BFloat16)v), shape, device),
        DType.Bool => Tensor.From(Array.ConvertAll(values, v => domain is { Whole: true } ? ((long)v & 1) != 0 : v > 0), shape, device),
        DType.UInt8 => Tensor.From(Array.ConvertAll(values, v => (byte)Math.Abs(Whole(v, domain))), shape, device),
        DType.Int32 => Tensor.From(Array.ConvertAll(values, v => (int)Whole(v, domain)), shape, device),
        _ => Tensor.From(Array.ConvertAll(values, v => Whole(v, domain)), shape, device),
    };

    /// <summary>A domain that keeps away from 0 keeps away from it in integers too.</summary>
    private static long Whole(double value, Domain? domain) =>
        (long)Math.Clamp(domain is not null && domain.Kinks.Contains(0) ? Math.Round(value + Math.Sign(value) * 0.5) : Math.Floor(value), -127, 127);

    private static Shape StoredShape(SampleInput input)
    {
        var shape = input.Shape;
        return input.View switch
        {
            SampleView.Transposed when shape.Rank >= 2 => shape.With(shape.Rank - 2, shape[^1]).With(shape.Rank - 1, shape[^2]),
            SampleView.Strided when shape.Rank > 0 => shape.With(shape.Rank - 1, 2 * shape[^1] + 1),
            SampleView.Stretched when shape.Rank > 0 && shape[0] > 0 => shape.With(0, 1),
            _ => shape,
        };
    }

    private static Tensor View(Tensor leaf, SampleInput input) => input.View switch
    {
        SampleView.Transposed => leaf.Rank >= 2 ? leaf.Transpose(-2, -1) : leaf.Rank == 1 ? leaf.Flip(0) : leaf,
        SampleView.Strided when leaf.Rank > 0 => leaf.Slice(-1, 1, null, 2),
        SampleView.Flipped when leaf.Rank > 0 => leaf.Flip(-1),
        SampleView.Stretched => leaf.ExpandTo(input.Shape),
        _ => leaf,
    };

    /// <summary>A seed from a text, the same in every process.</summary>
    internal static int Seed(string text)
    {
        var hash = 2166136261u;
        foreach (var c in text) hash = (hash ^ c) * 16777619u;
        return (int)(hash & int.MaxValue);
    }
}
