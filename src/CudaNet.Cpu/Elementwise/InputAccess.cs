using System.Runtime.CompilerServices;
using CudaNet.Cpu.Simd;

namespace CudaNet.Cpu.Elementwise;

/// <summary>How a block of an operand gets to where operations read it.</summary>
internal enum InputKind : byte
{
    /// <summary>Read in place: consecutive elements of the compute type.</summary>
    InPlace,

    /// <summary>One value for the whole block, read in place.</summary>
    Repeated,

    /// <summary>One value for the whole block, converted first.</summary>
    RepeatedConverted,

    /// <summary>Loaded to scratch with one stride a row: conversions, flips, columns.</summary>
    Loaded,

    /// <summary>Loaded to scratch across rows.</summary>
    Gathered,

    /// <summary>Gathered, and the same again after a period: loaded once.</summary>
    Periodic,

    /// <summary>Consecutive down the rows instead of along them: loaded in tiles of several rows.</summary>
    Transposed,
}

/// <summary>An operand over an iteration space.</summary>
/// <param name="kind">How it is read.</param>
/// <param name="type">Element type in memory.</param>
/// <param name="strides">Strides over the collapsed axes, in bytes.</param>
/// <param name="inner">Stride of the innermost axis, in elements.</param>
internal sealed unsafe class InputAccess(InputKind kind, DType type, long[] strides, nint inner)
{
    private readonly delegate*<void*, nint, void*, nint, void> _load = Conversions.Load(type);

    public InputKind Kind => kind;

    public DType Type => type;

    /// <summary>Strides of the outer axes in bytes.</summary>
    public long[] Strides => strides;

    public int Size { get; } = type.Size();

    public bool IsRepeated => kind is InputKind.Repeated or InputKind.RepeatedConverted;

    public bool IsInPlace => kind is InputKind.InPlace;

    /// <summary>After how many positions a periodic operand repeats.</summary>
    public long Period { get; init; } = 1;

    /// <summary>Bytes from an element to the next along the innermost axis.</summary>
    public long InnerBytes => strides.Length > 0 ? strides[^1] : 0;

    /// <summary>Loads n elements from an address with the inner stride.</summary>
    public void Load(byte* source, byte* destination, nint n) => _load(source, inner, destination, n);

    /// <summary>Loads one element.</summary>
    public void LoadOne(byte* source, byte* destination) => _load(source, 1, destination, 1);

    /// <summary>Loads the elements at linear positions start … start + n − 1 of a space, row after row.</summary>
    public void Gather(byte* source, long[] sizes, long start, byte* destination, nint n, int laneSize)
    {
        var last = sizes.Length - 1;
        var index = stackalloc long[sizes.Length];
        for (var axis = last; axis >= 0; axis--)
        {
            (start, index[axis]) = Math.DivRem(start, sizes[axis]);
            source += index[axis] * strides[axis];
        }
        while (true)
        {
            var run = (nint)Math.Min(sizes[last] - index[last], n);
            _load(source, inner, destination, run);
            n -= run;
            if (n == 0) return;
            destination += run * laneSize;
            source -= index[last] * strides[last];
            index[last] = 0;
            for (var axis = last - 1; axis >= 0; axis--)
            {
                source += strides[axis];
                if (++index[axis] < sizes[axis]) break;
                source -= sizes[axis] * strides[axis];
                index[axis] = 0;
            }
        }
    }

    /// <summary>Loads a tile of a transposed operand: reads down the rows, where elements are consecutive, and writes rows of
    /// n elements.</summary>
    public void LoadTile(byte* source, byte* destination, nint rows, nint n)
    {
        switch (Size)
        {
            case 1: LoadTile(source, inner, destination, rows, n); break;
            case 4: LoadTile((int*)source, inner, (int*)destination, rows, n); break;
            default: LoadTile((long*)source, inner, (long*)destination, rows, n); break;
        }
    }

    [MethodImpl(Jit.Hot)]
    private static void LoadTile<T>(T* source, nint stride, T* destination, nint rows, nint n) where T : unmanaged
    {
        for (nint row = 0; row < rows; row += 4)
        {
            T* from = source + row, to = destination + row * n;
            if (rows - row >= 4)
                for (nint i = 0; i < n; i++, from += stride)
                    (to[i], to[n + i], to[2 * n + i], to[3 * n + i]) = (from[0], from[1], from[2], from[3]);
            else
                for (nint i = 0; i < n; i++, from += stride)
                    for (nint r = 0; r < rows - row; r++) to[r * n + i] = from[r];
        }
    }
}
