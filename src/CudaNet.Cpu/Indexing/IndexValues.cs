using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace CudaNet.Cpu.Indexing;

/// <summary>Values of index tensors, and what to say of one that is out of range.</summary>
internal static class IndexValues
{
    /// <summary>An Int32 or Int64 as a long.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe long At<TIndex>(TIndex* indices, long place) where TIndex : unmanaged =>
        sizeof(TIndex) == 4 ? ((int*)indices)[place] : ((long*)indices)[place];

    /// <summary>An Int32 or Int64 as a long, checked to lie in 0 … size − 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe long At<TIndex>(TIndex* indices, long place, long size, string operation, int axis) where TIndex : unmanaged
    {
        var index = At(indices, place);
        if ((ulong)index >= (ulong)size) Refuse(operation, index, axis, size, fromEnd: false);
        return index;
    }

    [DoesNotReturn]
    public static void Refuse(string operation, long index, int axis, long size, bool fromEnd) =>
        throw IndexValueException.OutOfRange(operation, index, axis, size, fromEnd);
}
