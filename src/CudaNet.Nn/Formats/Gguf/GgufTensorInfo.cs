namespace CudaNet.Nn.Formats.Gguf;

/// <summary>What a GGUF file says of one of its tensors.</summary>
/// <param name="Name">The name, such as <c>blk.0.attn_q.weight</c>.</param>
/// <param name="Type">How its elements are stored.</param>
/// <param name="Shape">Sizes in the engine's order: the last axis lies together. The file has them the other way round.</param>
/// <param name="Offset">First byte, counted from the beginning of the data.</param>
/// <param name="ByteLength">Bytes of its elements.</param>
public sealed record GgufTensorInfo(string Name, GgufType Type, IReadOnlyList<long> Shape, long Offset, long ByteLength);
