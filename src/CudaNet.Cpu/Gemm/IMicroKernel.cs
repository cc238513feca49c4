using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using CudaNet.Cpu.Simd;

namespace CudaNet.Cpu.Gemm;

/// <summary>The innermost product: a tile of C that stays in registers while the summed dimension runs.</summary>
internal unsafe interface IMicroKernel<T>
    where T : unmanaged
{
    /// <summary>Rows of the tile, and of a packed panel of A.</summary>
    static abstract int Rows { get; }

    /// <summary>Columns of the tile, and of a packed panel of B; at most 32.</summary>
    static abstract int Columns { get; }

    /// <summary>C = α·A·B + β·C for a tile of at most <see cref="Rows"/> by <see cref="Columns"/>.</summary>
    /// <param name="depth">Length of the summed dimension.</param>
    /// <param name="a">Packed panel [depth, Rows], padded to Rows.</param>
    /// <param name="b">[depth, Columns] with whole vectors readable.</param>
    /// <param name="bStep">Elements from a row of b to the next.</param>
    /// <param name="c">First element of the tile; not read if β is 0.</param>
    /// <param name="cStride">Elements from a row of C to the next.</param>
    /// <param name="rows">Rows to write.</param>
    /// <param name="columns">Columns to write.</param>
    /// <param name="alpha">α.</param>
    /// <param name="beta">β.</param>
    static abstract void Multiply(nint depth, T* a, T* b, nint bStep, T* c, nint cStride, int rows, int columns, T alpha, T beta);
}

/// <summary>How a finished tile reaches C. One formula for whole and for partial tiles: α·sum, or fma(β, C, α·sum).</summary>
internal static unsafe class Tile
{
    /// <summary>1 as float or double.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T One<T>()
        where T : unmanaged => typeof(T) == typeof(float) ? Unsafe.BitCast<float, T>(1f) : Unsafe.BitCast<double, T>(1d);

    /// <summary>Whether a float or double is 0. No call: one in a kernel would make the JIT spill every accumulator inside the loop.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsZero<T>(T value)
        where T : unmanaged => typeof(T) == typeof(float) ? Unsafe.BitCast<T, float>(value) == 0 : Unsafe.BitCast<T, double>(value) == 0;

    /// <summary>Starts loading a tile of two vectors a row of C, which is needed only after the sum is done.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch<V, T>(T* c, nint cStride, int rows)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        if (!Sse.IsSupported) return;
        for (int i = 0; i < rows; i++, c += cStride)
        {
            Sse.Prefetch0(c);
            Sse.Prefetch0(c + (2 * V.Count) - 1);
        }
    }

    /// <summary>Writes two vectors of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write<V, T>(T* c, V left, V right, V alpha, V beta, bool read)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        Write(c, left, alpha, beta, read);
        Write(c + V.Count, right, alpha, beta, read);
    }

    /// <summary>Writes one vector of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write<V, T>(T* c, V sum, V alpha, V beta, bool read)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        sum *= alpha;
        V.Store(read ? V.Fma(beta, V.Load(c), sum) : sum, c);
    }

    /// <summary>Writes the valid part of a tile of plain sums.</summary>
    [MethodImpl(Jit.Hot)]
    public static void Merge<V, T>(T* tile, nint tileStride, T* c, nint cStride, int rows, int columns, T alpha, T beta)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V scale = V.Create(alpha), keep = V.Create(beta);
        bool read = !Tile.IsZero(beta);
        for (int i = 0; i < rows; i++, tile += tileStride, c += cStride)
        {
            int j = 0;
            for (; j <= columns - V.Count; j += V.Count) Write(c + j, V.Load(tile + j), scale, keep, read);
            if (j == columns) continue;
            uint rest = (uint)((columns - j) * sizeof(T));
            V old = V.Zero, value = V.Load(tile + j);
            if (read) Unsafe.CopyBlockUnaligned(&old, c + j, rest);
            Write((T*)&old, value, scale, keep, read);
            Unsafe.CopyBlockUnaligned(c + j, &old, rest);
        }
    }
}
