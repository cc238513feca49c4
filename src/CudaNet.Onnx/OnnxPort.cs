namespace CudaNet.Onnx;

/// <summary>An input or output of a model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Element type as ONNX calls it, such as <c>float</c>; <c>seq(…)</c> and <c>optional(…)</c> around it.</param>
/// <param name="Axes">One entry an axis: a size, a name for one that may vary, or <c>?</c>; null where the model does not say.</param>
public sealed record OnnxPort(string Name, string Type, IReadOnlyList<string>? Axes)
{
    /// <summary>As in <c>input float [batch, 3, 224, 224]</c>.</summary>
    public override string ToString() => $"{Name} {Type}{(Axes is null ? "" : $" [{string.Join(", ", Axes)}]")}";
}
