namespace CudaNet;

/// <summary>What a <see cref="TensorIndex"/> does.</summary>
internal enum IndexKind
{
    Range, // first, so that default(TensorIndex) is a valid (empty) range and not an element
    Element,
    Slice,
    NewAxis,
    Ellipsis,
    Tensor,
}
