using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CudaNet.Cpu.Simd;

namespace CudaNet.Cpu.Gemm;

/// <summary>Copies a part of an operand into the order in which the micro-kernel reads it, converting 16-bit formats to float.</summary>
/// <remarks>
/// A panel is [depth, panelWidth]: for each step of the summed dimension the values of panelWidth rows of A (or columns of B)
/// side by side. What lies past the edge of the matrix is zero.
/// </remarks>
internal static unsafe class GemmPacking
{
    private const int BlockDepth = 64;

    /// <summary>Packs one panel.</summary>
    /// <param name="source">First element of the panel in the operand.</param>
    /// <param name="across">Stride across the panel: rows of A, columns of B.</param>
    /// <param name="along">Stride along the summed dimension.</param>
    /// <param name="width">Rows or columns that exist, at most panelWidth.</param>
    /// <param name="panelWidth">Width of the panel, a multiple of 2.</param>
    /// <param name="depth">Length of the panel.</param>
    /// <param name="panel">[depth, panelWidth].</param>
    public static void PackPanel<TSource, T>(TSource* source, nint across, nint along, int width, int panelWidth, nint depth, T* panel)
        where TSource : unmanaged
        where T : unmanaged
    {
        if (across == 1)
        {
            if (typeof(TSource) == typeof(T) && width == panelWidth) CopyRows((T*)source, along, panelWidth, depth, panel);
            else ConvertRows(source, along, width, panelWidth, depth, panel);
        }
        else if (along == 1)
        {
            if (width < panelWidth) new Span<T>(panel, checked((int)(depth * panelWidth))).Clear();
            if (typeof(TSource) == typeof(T)) GemmTransposition.Run((T*)source, across, width, panelWidth, depth, panel);
            else ConvertAndTranspose(source, across, width, panelWidth, depth, panel);
        }
        else
        {
            Gather(source, across, along, width, panelWidth, depth, panel);
        }
    }

    [MethodImpl(Jit.Hot)]
    private static void CopyRows<T>(T* source, nint along, int panelWidth, nint depth, T* panel)
        where T : unmanaged
    {
        nint bytes = panelWidth * sizeof(T);
        byte* from = (byte*)source, to = (byte*)panel;
        along *= sizeof(T);
        if (bytes == 128)
        {
            for (; depth > 0; depth--, from += along, to += 128)
            {
                Vector512.Store(Vector512.Load(from), to);
                Vector512.Store(Vector512.Load(from + 64), to + 64);
            }

            return;
        }

        for (; depth > 0; depth--, from += along, to += bytes)
        {
            nint i = 0;
            for (; i <= bytes - 16; i += 16) Vector128.Store(Vector128.Load(from + i), to + i);

            // Six floats: to the byte, since another thread may be packing the next panel.
            if (i < bytes) *(ulong*)(to + i) = *(ulong*)(from + i);
        }
    }

    [MethodImpl(Jit.Hot)]
    private static void ConvertRows<TSource, T>(TSource* source, nint along, int width, int panelWidth, nint depth, T* panel)
        where TSource : unmanaged
        where T : unmanaged
    {
        int perVector = Vector256<T>.Count;
        for (; depth > 0; depth--, source += along, panel += panelWidth)
        {
            int i = 0;
            for (; i <= width - perVector; i += perVector)
                Simd256<T>.Store(HalfFormats.Load<Simd256<T>, T, TSource>(source + i), panel + i);
            for (; i < width; i++) panel[i] = HalfFormats.Load<T, TSource>(source + i);
            for (; i < panelWidth; i++) panel[i] = default;
        }
    }

    [MethodImpl(Jit.Hot)]
    private static void ConvertAndTranspose<TSource, T>(TSource* source, nint across, int width, int panelWidth, nint depth, T* panel)
        where TSource : unmanaged
        where T : unmanaged
    {
        T* block = stackalloc T[16 * BlockDepth];
        int perVector = Vector256<T>.Count;
        for (int first = 0; first < width; first += 16)
        {
            int rows = Math.Min(16, width - first);
            for (nint start = 0; start < depth; start += BlockDepth)
            {
                nint count = Math.Min(BlockDepth, depth - start);
                for (int row = 0; row < rows; row++)
                {
                    TSource* from = source + ((first + row) * across) + start;
                    T* to = block + (row * BlockDepth);
                    nint i = 0;
                    for (; i <= count - perVector; i += perVector)
                        Simd256<T>.Store(HalfFormats.Load<Simd256<T>, T, TSource>(from + i), to + i);
                    for (; i < count; i++) to[i] = HalfFormats.Load<T, TSource>(from + i);
                }

                GemmTransposition.Run(block, BlockDepth, rows, panelWidth, count, panel + (start * panelWidth) + first);
            }
        }
    }

    [MethodImpl(Jit.Hot)]
    private static void Gather<TSource, T>(TSource* source, nint across, nint along, int width, int panelWidth, nint depth, T* panel)
        where TSource : unmanaged
        where T : unmanaged
    {
        for (; depth > 0; depth--, source += along, panel += panelWidth)
        {
            int i = 0;
            for (; i < width; i++) panel[i] = HalfFormats.Load<T, TSource>(source + (i * across));
            for (; i < panelWidth; i++) panel[i] = default;
        }
    }
}
