using System.Runtime.InteropServices;
using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

/// <summary>The argument of <c>rope</c> in <c>rope.cu</c>, laid out as there.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct RopeArguments
{
    /// <summary>Rows [batch, heads, length, depth] and their turned copy, which may be the same.</summary>
    public CudaDevicePointer X, Y;

    /// <summary>Tables [positions, size/2] of f32, or null.</summary>
    public CudaDevicePointer Cosine, Sine;

    /// <summary>[size/2, 2] of f32, where there are no tables: <see cref="RopeKernels.Frequencies"/>.</summary>
    public CudaDevicePointer Frequencies;

    /// <summary>[batch, length] of i32 or i64; null for offset + row.</summary>
    public CudaDevicePointer Positions;

    /// <summary>Strides of the rows.</summary>
    public AttentionStrides StrideX, StrideY;

    /// <summary>Position of row 0.</summary>
    public long Offset;

    /// <summary>Elements of <see cref="Positions"/> between sequences; 0 shares them.</summary>
    public long PositionsBatch;

    /// <summary>Heads, rows, numbers of a row, and those of them that are turned.</summary>
    public int Heads, Length, Depth, Size;

    /// <summary>1 if positions have 64 bits.</summary>
    public int Wide;

    /// <summary>1 turns, −1 turns back.</summary>
    public float Direction;
}
