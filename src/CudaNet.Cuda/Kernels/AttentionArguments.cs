using System.Runtime.InteropServices;
using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

/// <summary>The one argument of the kernels in <c>attention.cu</c> and <c>attention_backward.cu</c>, laid out as in <c>attention.cuh</c>.</summary>
/// <remarks>Rows begin at multiples of 16 bytes, and <see cref="Depth"/> is a multiple of 16 bytes.</remarks>
[StructLayout(LayoutKind.Sequential)]
public struct AttentionArguments
{
    /// <summary>Queries [batch, heads, S, depth], keys and values [batch, heads/group, L, depth].</summary>
    public CudaDevicePointer Q, K, V;

    /// <summary>Added to the scores, [batch, heads, S, L] with strides of 0 where it is broadcast; null for none.</summary>
    public CudaDevicePointer Bias;

    /// <summary>The result, like Q.</summary>
    public CudaDevicePointer O;

    /// <summary>Instead of O the result in f32, [batch, heads, S, depth] without gaps; or null.</summary>
    public CudaDevicePointer Wide;

    /// <summary>ln Σ e^score of each row, [batch, heads, S] of f32; null if the forward pass need not write it.</summary>
    public CudaDevicePointer LogSumExp;

    /// <summary>[sequences + 1] first rows of packed sequences, i32; null where all have the full lengths.</summary>
    public CudaDevicePointer StartsQ, StartsK;

    /// <summary>[batch, heads, blocks of queries, blocks of keys] of bytes, 0 for blocks that are hidden; null for none.</summary>
    public CudaDevicePointer Blocks;

    /// <summary>Seed and draw of the dropout, i64.</summary>
    public CudaDevicePointer Random;

    /// <summary>Record and token for starts that are out of order.</summary>
    public CudaDevicePointer Error;

    /// <inheritdoc cref="Error"/>
    public ulong Token;

    /// <summary>Angles, for kernels that rotate.</summary>
    public AttentionRotation Rotation;

    /// <summary>Gradient of the result, like O.</summary>
    public CudaDevicePointer OutputGradient;

    /// <summary>Gradient of <see cref="LogSumExp"/>, like it; null for none.</summary>
    public CudaDevicePointer LogSumExpGradient;

    /// <summary>Σ gradient·result of each row less the gradient of its logarithm, like <see cref="LogSumExp"/>.</summary>
    public CudaDevicePointer Delta;

    /// <summary>Gradients, like their values.</summary>
    public CudaDevicePointer QGradient, KGradient, VGradient;

    /// <summary>Gradient of the scores, [batch, heads, S, L], zeroed beforehand; null for none.</summary>
    public CudaDevicePointer BiasGradient;

    /// <summary>Strides of the tensors of the same name.</summary>
    public AttentionStrides StrideQ, StrideK, StrideV, StrideBias, StrideO, StrideOutputGradient, StrideQGradient, StrideKGradient, StrideVGradient, StrideBiasGradient, StrideBlocks;

    /// <summary>Strides of <see cref="LogSumExp"/> and <see cref="Delta"/>.</summary>
    public long LogSumExpBatch, LogSumExpHead;

    /// <summary>Random numbers of a row: the keys in whole blocks of four.</summary>
    public long DrawnKeys;

    /// <summary>Query heads.</summary>
    public int Heads;

    /// <summary>Query heads that share a key head.</summary>
    public int Group;

    /// <summary>Queries and keys of a sequence; of packed ones all rows.</summary>
    public int LengthQ, LengthK;

    /// <summary>Packed sequences, 0 for none.</summary>
    public int Sequences;

    /// <summary>Queries and keys of a block of <see cref="Blocks"/>.</summary>
    public int BlockSize;

    /// <summary>Numbers of a row.</summary>
    public int Depth;

    /// <summary>Keys that a query sees before and behind its own position, −1 for all; the ends of queries and keys are aligned. Causal is (−1, 0).</summary>
    public int Left, Right;

    /// <summary>Factor of the scores.</summary>
    public float Scale;

    /// <summary>Share of weights that are dropped, 0 for none, and factor of the others.</summary>
    public float Dropout, DropoutFactor;
}
