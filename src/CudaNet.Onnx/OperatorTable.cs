using CudaNet.Onnx.Operators;
using CudaNet.Onnx.Proto;

namespace CudaNet.Onnx;

/// <summary>All operators by name. Each family holds its own.</summary>
internal static class OperatorTable
{
    /// <summary>The highest version of ONNX's operator set whose meanings are known here.</summary>
    public const long Newest = 21;

    private static readonly Dictionary<string, Operator> ByName = new IReadOnlyDictionary<string, Operator>[]
    {
        Elementwise.Table, Relations.Table, Reductions.Table, Shapes.Table, Indexing.Table, Creation.Table, LinearAlgebra.Table, Convolutions.Table,
        Pooling.Table, Normalisation.Table, Losses.Table, Resampling.Table, Recurrent.Table, Quantization.Table, Control.Table, Sequences.Table, Sorting.Table, Signals.Table,
    }.SelectMany(family => family).ToDictionary(StringComparer.Ordinal);

    public static IReadOnlyCollection<string> Names => ByName.Keys;

    public static Operator? Find(NodeProto node) => node.Domain is "" or "ai.onnx" ? ByName.GetValueOrDefault(node.OpType) : null;
}
