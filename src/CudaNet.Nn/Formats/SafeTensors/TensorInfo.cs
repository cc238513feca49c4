namespace CudaNet.Nn.Formats.SafeTensors;

/// <summary>What a safetensors file says of one of its tensors.</summary>
/// <param name="Name">The name, as in a state dict: "layers.0.weight".</param>
/// <param name="TypeName">The element type in the file's words: F32, BF16, I64, …</param>
/// <param name="Shape">Size of each dimension; empty for a scalar.</param>
/// <param name="Begin">First byte, counted from the end of the header.</param>
/// <param name="End">The byte after the last.</param>
public sealed record TensorInfo(string Name, string TypeName, IReadOnlyList<long> Shape, long Begin, long End)
{
    /// <summary>The element type as the engine has it; null for types that it has not (I8, I16, U16, U32, U64, F8, …),
    /// whose bytes can still be read.</summary>
    public DType? DType => SafeTensorsType.Find(TypeName)?.DType;

    /// <summary>Bytes of the elements.</summary>
    public long ByteLength => End - Begin;

    /// <summary>Number of elements.</summary>
    public long Count
    {
        get
        {
            long count = 1;
            foreach (long n in Shape)
                count *= n;
            return count;
        }
    }
}
