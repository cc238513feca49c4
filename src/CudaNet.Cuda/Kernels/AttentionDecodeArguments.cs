using System.Runtime.InteropServices;
using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

/// <summary>The one argument of the kernels in <c>attention_decode.cu</c>, laid out as there.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct AttentionDecodeArguments
{
    /// <summary>New queries [batch, heads, queries, depth].</summary>
    public CudaDevicePointer Q;

    /// <summary>The cache: pages of rows of key heads.</summary>
    public CudaDevicePointer K, V;

    /// <summary>The result, like Q.</summary>
    public CudaDevicePointer O;

    /// <summary>ln Σ e^score, [batch, heads, queries] of f32; null if not wanted.</summary>
    public CudaDevicePointer LogSumExp;

    /// <summary>[batch, queries, heads, splits, head size of the kernel] and [batch, queries, heads, splits] of f32, for more than one split.</summary>
    public CudaDevicePointer Parts, PartLogSumExp;

    /// <summary>[batch, pages] of i32; null if row i of sequence b is row i of "page" b.</summary>
    public CudaDevicePointer Table;

    /// <summary>[batch] of i32: keys of each sequence, with those of its new queries.</summary>
    public CudaDevicePointer Lengths;

    /// <summary>A number for each row of a cache of bytes.</summary>
    public CudaDevicePointer KeyScales, ValueScales;

    /// <summary>Angles of the queries, for kernels that rotate; keys are cached as they were rotated.</summary>
    public AttentionRotation Rotation;

    /// <summary>Strides of the queries and of the cache, whose "batch" is a page.</summary>
    public AttentionStrides StrideQ, StrideK, StrideV, StrideO, StrideKeyScales, StrideValueScales;

    /// <summary>Strides of <see cref="LogSumExp"/>.</summary>
    public long LogSumExpBatch, LogSumExpHead;

    /// <summary>Sequences, query heads, query heads that share a key head, new queries of a sequence, numbers of a row.</summary>
    public int Batch, Heads, Group, Queries, Depth;

    /// <summary>Rows of a page, and pages of a row of the table.</summary>
    public int PageSize, Pages;

    /// <summary>Blocks that share a sequence.</summary>
    public int Splits;

    /// <summary>Keys that a query sees before its own position; −1 for all.</summary>
    public int Left;

    /// <summary>Factor of the scores.</summary>
    public float Scale;
}
