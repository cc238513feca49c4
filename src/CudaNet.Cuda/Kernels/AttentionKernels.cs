using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

/// <summary>Launches of <c>attention.cu</c>.</summary>
public static class AttentionKernels
{
    /// <summary>Head sizes that tiles are made for; others take the next larger one.</summary>
    public static IReadOnlyList<int> HeadSizes { get; } = [32, 64, 96, 128, 256];

    /// <summary>The family.</summary>
    public static KernelFamily Family { get; } = new("attention", "Attention without the matrix of scores: masks, windows, bias, packed sequences, shared keys, rotation.",
        [
            .. from type in KernelTypes.Floats from size in HeadSizes select Spec(type, size),
            .. from type in KernelTypes.Floats from size in new[] { 64, 128 } where type != "f32" || size == 64 select Spec(type, size, rope: true),
            Spec("f32", 64, tf32: true),
            .. from type in KernelTypes.Floats from size in HeadSizes select Spec(type, size, gated: true),
        ],
        [Sample("bf16", 64), Sample("bf16", 128), Sample("f32", 64)]);

    /// <summary>The specialisation for a type and a head size of <see cref="HeadSizes"/>.</summary>
    /// <param name="type">f32, f16 or bf16.</param>
    /// <param name="headSize">One of <see cref="HeadSizes"/>.</param>
    /// <param name="rope">Rotate queries and keys as they are loaded.</param>
    /// <param name="tf32">f32 in one tf32 product, with 10 bits, instead of three.</param>
    /// <param name="gated">Look after hidden blocks and dropped weights.</param>
    public static KernelSpec Spec(string type, int headSize, bool rope = false, bool tf32 = false, bool gated = false)
    {
        var (rows, columns, perWarp) = Tiles(type, headSize, gated);
        return KernelSpec.Of("attention", $"T={type}", $"D={headSize}", $"BM={rows}", $"BN={columns}", $"ROW_TILES={perWarp}", rope ? "ROPE=1" : "", tf32 ? "TF32=1" : "", gated ? "GATED=1" : "");
    }

    /// <summary>The least of <see cref="HeadSizes"/> that holds so many numbers.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than 256.</exception>
    public static int HeadSize(int depth) => Smallest(HeadSizes, depth);

    /// <summary>Queries of a block, keys of a tile, and rows of a warp in sixteens.</summary>
    /// <remarks>Two sixteens a warp halve the reads of shared memory for each product; sums and scores then fill the registers
    /// (2·(D + columns) numbers a lane of the 255), so the widest heads and f32 have one.</remarks>
    public static (int Rows, int Columns, int PerWarp) Tiles(string type, int headSize, bool gated = false) => (KernelTypes.SizeOf(type), headSize) switch
    {
        (2, <= 128) when gated => (64, 32, 1),
        (2, <= 64) => (128, 64, 2),
        (2, <= 128) => (128, 32, 2),
        (4, 256) => (64, 16, 1),
        _ => (64, 32, 1),
    };

    /// <summary>Bytes between rows of a tile.</summary>
    public static int Pitch(string type, int headSize) => (headSize == 96 ? 128 : headSize) * KernelTypes.SizeOf(type);

    /// <summary><c>attention_forward</c>: a block for some queries of one head.</summary>
    /// <param name="spec">From <see cref="Spec"/>.</param>
    /// <param name="type">Its type.</param>
    /// <param name="headSize">Its head size.</param>
    /// <param name="lengthQ">Queries; of packed sequences all of them.</param>
    /// <param name="heads">Query heads.</param>
    /// <param name="batch">Batch, or packed sequences.</param>
    /// <param name="isPacked">Whether sequences are packed.</param>
    /// <param name="gated">Whether it looks after hidden blocks and dropped weights.</param>
    public static KernelLaunch Forward(KernelSpec spec, string type, int headSize, int lengthQ, int heads, int batch, bool isPacked = false, bool gated = false)
    {
        var (rows, columns, perWarp) = Tiles(type, headSize, gated);
        return new(spec, "attention_forward", Blocks(lengthQ, rows, heads, batch, isPacked), rows / perWarp * 2, (rows + (2 * columns)) * Pitch(type, headSize));
    }

    internal static int Smallest(IReadOnlyList<int> sizes, int depth)
    {
        foreach (int size in sizes) if (depth <= size) return size;
        throw new ArgumentOutOfRangeException(nameof(depth), depth, $"Attention kernels take heads of at most {sizes[^1]} numbers.");
    }

    /// <summary>Blocks of so many rows; of packed sequences as many as they can have together at most.</summary>
    internal static int Blocks(int length, int rows, int heads, int batch, bool isPacked = false) =>
        checked(isPacked ? (length / rows + batch) * heads : (length + rows - 1) / rows * heads * batch);

    /// <summary>Arguments of dense tensors [1, heads, length, size] side by side in buffers.</summary>
    internal static AttentionArguments Dense(int heads, int length, int size) => new()
    {
        StrideQ = AttentionStrides.HeadsFirst(heads, length, size),
        StrideK = AttentionStrides.HeadsFirst(heads, length, size),
        StrideV = AttentionStrides.HeadsFirst(heads, length, size),
        StrideO = AttentionStrides.HeadsFirst(heads, length, size),
        StrideOutputGradient = AttentionStrides.HeadsFirst(heads, length, size),
        StrideQGradient = AttentionStrides.HeadsFirst(heads, length, size),
        StrideKGradient = AttentionStrides.HeadsFirst(heads, length, size),
        StrideVGradient = AttentionStrides.HeadsFirst(heads, length, size),
        LogSumExpBatch = heads * length,
        LogSumExpHead = length,
        Heads = heads,
        Group = 1,
        LengthQ = length,
        LengthK = length,
        Depth = size,
        Left = -1,
        Right = -1,
        Scale = 1 / MathF.Sqrt(size),
    };

    private static KernelSample Sample(string type, int size)
    {
        const int Heads = 2, Length = 256;
        SampleBuffer x = new(type, Heads * Length * size), lse = new("f32", Heads * Length, SampleFill.Unwritten);
        return new(Forward(Spec(type, size), type, size, Length, Heads, 1), [x, x, x, x with { Fill = SampleFill.Unwritten }, lse], p =>
        [
            KernelArgument.Of(Dense(Heads, Length, size) with { Q = p[0], K = p[1], V = p[2], O = p[3], LogSumExp = p[4] }),
        ])
        { MinimalBytes = (4 * x.Bytes) + lse.Bytes, MinimalFlops = 4L * Heads * Length * Length * size };
    }
}
