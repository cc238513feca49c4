using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

/// <summary>Launches of <c>attention_backward.cu</c>: <see cref="Delta"/> first, then <see cref="Queries"/> and <see cref="Keys"/> in any order.</summary>
public static class AttentionBackwardKernels
{
    /// <summary>The family.</summary>
    public static KernelFamily Family { get; } = new("attention_backward", "Gradients of attention by recomputation, without atomics: queries, keys, values and bias.",
        [
            .. from type in KernelTypes.Floats from size in HeadSizes(type) select Spec(type, size),
            Spec("bf16", 64, rope: true),
            .. from type in KernelTypes.Floats from size in HeadSizes(type) select Spec(type, size, gated: true),
        ],
        [
            Sample("attention_delta", 1),
            Sample("attention_backward_queries", 6),
            Sample("attention_backward_keys", 8),
        ]);

    /// <summary>Head sizes that tiles are made for; others take the next larger one.</summary>
    public static IReadOnlyList<int> HeadSizes(string type) => type == "f32" ? [64, 128, 256] : [32, 64, 128, 256];

    /// <summary>The least of <see cref="HeadSizes"/> that holds so many numbers.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than 256.</exception>
    public static int HeadSize(string type, int depth) => AttentionKernels.Smallest(HeadSizes(type), depth);

    /// <summary>The specialisation for a type and a head size of <see cref="HeadSizes"/>; one that rotates is for at most 128.</summary>
    public static KernelSpec Spec(string type, int headSize, bool rope = false, bool gated = false)
    {
        var (rows, columns, perWarp, stages) = Tiles(type, headSize, gated);
        return KernelSpec.Of("attention_backward", $"T={type}", $"D={headSize}", $"BM={rows}", $"BN={columns}", $"ROW_TILES={perWarp}", $"STAGES={stages}", rope ? "ROPE=1" : "", gated ? "GATED=1" : "");
    }

    /// <summary>Rows of a block, columns of a tile, rows of a warp in sixteens, and tiles of columns in shared memory.</summary>
    /// <remarks>Sums of dk and dv and two tiles of scores fill the registers; 96 KiB of shared memory fit every card.</remarks>
    public static (int Rows, int Columns, int PerWarp, int Stages) Tiles(string type, int headSize, bool gated = false) => (KernelTypes.SizeOf(type) * headSize) switch
    {
        <= 128 when gated => (64, 32, 1, 2),
        <= 256 when gated => (64, 16, 1, 2),
        <= 128 => (128, 32, 2, 2),
        <= 256 => (64, 32, 1, 2),
        <= 512 => (64, 16, 1, 2),
        _ => (32, 16, 1, 1),
    };

    /// <summary><c>attention_delta</c>: some lanes for each row; packed sequences are a batch of 1.</summary>
    public static KernelLaunch Delta(KernelSpec spec, string type, int headSize, int lengthQ, int heads, int batch) =>
        new(spec, "attention_delta", AttentionKernels.Blocks(lengthQ, 256 / Math.Min(32, AttentionKernels.Pitch(type, headSize) / 16), heads, batch), 256);

    /// <summary><c>attention_backward_queries</c>: a block for some queries of one head.</summary>
    public static KernelLaunch Queries(KernelSpec spec, string type, int headSize, int lengthQ, int heads, int batch, bool isPacked = false, bool gated = false) =>
        Launch("attention_backward_queries", spec, type, headSize, AttentionKernels.Blocks(lengthQ, Tiles(type, headSize, gated).Rows, heads, batch, isPacked), gated);

    /// <summary><c>attention_backward_keys</c>: a block for some keys of one head, and for half of their numbers where a head has more than 128.</summary>
    public static KernelLaunch Keys(KernelSpec spec, string type, int headSize, int lengthK, int keyHeads, int batch, bool isPacked = false, bool gated = false) =>
        Launch("attention_backward_keys", spec, type, headSize, new Dim3(AttentionKernels.Blocks(lengthK, Tiles(type, headSize, gated).Rows, keyHeads, batch, isPacked), headSize > 128 ? 2 : 1), gated);

    private static KernelLaunch Launch(string entry, KernelSpec spec, string type, int headSize, Dim3 grid, bool gated)
    {
        var (rows, columns, perWarp, stages) = Tiles(type, headSize, gated);
        return new(spec, entry, grid, rows / perWarp * 2, 2 * (rows + (stages * columns)) * AttentionKernels.Pitch(type, headSize));
    }

    private static KernelSample Sample(string entry, int products)
    {
        const string Type = "bf16";
        const int Heads = 2, Length = 256, Size = 64;
        var spec = Spec(Type, Size);
        SampleBuffer x = new(Type, Heads * Length * Size), row = new("f32", Heads * Length);
        SampleBuffer xOut = x with { Fill = SampleFill.Unwritten }, rowOut = row with { Fill = SampleFill.Unwritten };
        var dense = AttentionKernels.Dense(Heads, Length, Size);
        long flops = (long)products * Heads * Length * Length * Size;
        return entry switch
        {
            "attention_delta" => new(Delta(spec, Type, Size, Length, Heads, 1), [x, x, rowOut], p =>
            [
                KernelArgument.Of(dense with { O = p[0], OutputGradient = p[1], Delta = p[2] }),
            ])
            { MinimalBytes = (2 * x.Bytes) + row.Bytes },
            "attention_backward_queries" => new(Queries(spec, Type, Size, Length, Heads, 1), [x, x, x, x, row, row, xOut], p =>
            [
                KernelArgument.Of(dense with { Q = p[0], K = p[1], V = p[2], OutputGradient = p[3], LogSumExp = p[4], Delta = p[5], QGradient = p[6] }),
            ])
            { MinimalBytes = (5 * x.Bytes) + (2 * row.Bytes), MinimalFlops = flops },
            _ => new(Keys(spec, Type, Size, Length, Heads, 1), [x, x, x, x, row, row, xOut, xOut], p =>
            [
                KernelArgument.Of(dense with { Q = p[0], K = p[1], V = p[2], OutputGradient = p[3], LogSumExp = p[4], Delta = p[5], KGradient = p[6], VGradient = p[7] }),
            ])
            { MinimalBytes = (6 * x.Bytes) + (2 * row.Bytes), MinimalFlops = flops },
        };
    }
}
