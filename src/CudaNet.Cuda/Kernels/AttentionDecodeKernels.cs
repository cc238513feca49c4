using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

/// <summary>Launches of <c>attention_decode.cu</c>.</summary>
public static class AttentionDecodeKernels
{
    // A split of less is not worth its share of the joining.
    private const int LeastKeys = 256;

    /// <summary>Head sizes that tiles are made for; others take the next larger one, at no cost in bytes read.</summary>
    public static IReadOnlyList<int> HeadSizes { get; } = [64, 128, 256];

    /// <summary>Types that the cache of f32 queries may have instead; u8 with a scale a row.</summary>
    public static IReadOnlyList<string> NarrowTypes { get; } = ["f16", "bf16", "u8"];

    /// <summary>The family.</summary>
    public static KernelFamily Family { get; } = new("attention_decode", "Attention of new queries to a paged cache, split over blocks and joined in order.",
        [
            .. from type in KernelTypes.Floats from size in HeadSizes select Spec(type, size),
            .. from type in new[] { "f16", "bf16" } from size in new[] { 64, 128 } select Spec(type, size, rope: true),
            .. from cache in NarrowTypes from size in HeadSizes select Spec("f32", size, cache),
        ],
        [Decode(), Combine()]);

    /// <summary>The specialisation for a type and a head size of <see cref="HeadSizes"/>.</summary>
    /// <param name="type">Type of queries and result.</param>
    /// <param name="headSize">One of <see cref="HeadSizes"/>.</param>
    /// <param name="cache">Type of keys and values; that of the queries if null. Others than that are for f32 queries.</param>
    /// <param name="rope">Rotate the queries.</param>
    public static KernelSpec Spec(string type, int headSize, string? cache = null, bool rope = false) =>
        KernelSpec.Of("attention_decode", $"T={type}", $"D={headSize}", $"WARPS={Warps(type, headSize)}", rope ? "ROPE=1" : "", cache is null || cache == type ? "" : $"C={cache}", cache is null || cache == type ? "" : "NARROW=1");

    /// <summary>The least of <see cref="HeadSizes"/> that holds so many numbers.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than 256.</exception>
    public static int HeadSize(int depth) => AttentionKernels.Smallest(HeadSizes, depth);

    /// <summary>In how many parts to split the caches, so that every multiprocessor has two blocks where the keys suffice.</summary>
    /// <param name="longest">Keys of the longest sequence.</param>
    /// <param name="blocks">Blocks of one split: batch · key heads · sixteens of rows.</param>
    /// <param name="multiprocessors">Of the device.</param>
    public static int Splits(int longest, int blocks, int multiprocessors) =>
        Math.Clamp(((2 * multiprocessors) + blocks - 1) / blocks, 1, Math.Max(1, longest / LeastKeys));

    /// <summary><c>attention_decode</c>: a block for a split of one key head and 16 rows of its queries.</summary>
    public static KernelLaunch Decode(KernelSpec spec, string type, int headSize, int queries, int heads, int keyHeads, int batch, int splits, string? cache = null)
    {
        int warps = Warps(type, headSize), pitch = AttentionKernels.Pitch(type, headSize);
        // Two tiles of keys and values, or one and twice what it is widened from.
        int warpBytes = cache is null || cache == type ? 64 * pitch : (32 * pitch) + (64 * headSize * KernelTypes.SizeOf(cache));
        return new(spec, "attention_decode", checked(splits * AttentionKernels.Blocks(queries * (heads / keyHeads), 16, keyHeads, batch)), 32 * warps, (16 * pitch) + (warps * warpBytes));
    }

    /// <summary><c>attention_combine</c>: a warp for each row.</summary>
    public static KernelLaunch Combine(KernelSpec spec, int queries, int heads, int batch) =>
        new(spec, "attention_combine", AttentionKernels.Blocks(queries * heads * batch, 4, 1, 1), 128);

    // Each warp has two tiles of 16 keys and values: 64 KiB or less a block.
    private static int Warps(string type, int headSize) => Math.Clamp(1024 / AttentionKernels.Pitch(type, headSize), 1, 4);

    private static KernelSample Decode()
    {
        const string Type = "bf16";
        const int Heads = 8, KeyHeads = 2, Size = 64, Length = 512, Page = 16, Splits = 2;
        SampleBuffer q = new(Type, Heads * Size), cache = new(Type, KeyHeads * Length * Size);
        SampleBuffer table = new("i32", Length / Page, SampleFill.Indices, Length / Page), numbers = new("i32", Length + 1, SampleFill.Indices, Length + 1);
        SampleBuffer parts = new("f32", Heads * Splits * Size, SampleFill.Unwritten), lse = new("f32", Heads * Splits, SampleFill.Unwritten);
        return new(Decode(Spec(Type, Size), Type, Size, 1, Heads, KeyHeads, 1, Splits), [q, cache, cache, table, numbers, parts, lse], p =>
        [
            KernelArgument.Of(Dense(Heads, Heads / KeyHeads, Size, Page, Length / Page, Splits) with { Q = p[0], K = p[1], V = p[2], Table = p[3], Lengths = new(p[4].Value + (Length * sizeof(int))), Parts = p[5], PartLogSumExp = p[6] }),
        ])
        { MinimalBytes = q.Bytes + (2 * cache.Bytes) + table.Bytes + parts.Bytes + lse.Bytes, MinimalFlops = 4L * 16 * KeyHeads * Length * Size };
    }

    private static KernelSample Combine()
    {
        const string Type = "bf16";
        const int Heads = 8, Size = 64, Splits = 8;
        SampleBuffer parts = new("f32", Heads * Splits * Size), lse = new("f32", Heads * Splits), o = new(Type, Heads * Size, SampleFill.Unwritten);
        return new(Combine(Spec(Type, Size), 1, Heads, 1), [parts, lse, o], p =>
        [
            KernelArgument.Of(Dense(Heads, 1, Size, 16, 1, Splits) with { Parts = p[0], PartLogSumExp = p[1], O = p[2] }),
        ])
        { MinimalBytes = parts.Bytes + lse.Bytes + o.Bytes };
    }

    private static AttentionDecodeArguments Dense(int heads, int group, int size, int page, int pages, int splits) => new()
    {
        StrideQ = AttentionStrides.RowsFirst(heads, 1, size),
        StrideO = AttentionStrides.RowsFirst(heads, 1, size),
        StrideK = AttentionStrides.RowsFirst(heads / group, page, size),
        StrideV = AttentionStrides.RowsFirst(heads / group, page, size),
        Batch = 1,
        Heads = heads,
        Group = group,
        Queries = 1,
        Depth = size,
        PageSize = page,
        Pages = pages,
        Splits = splits,
        Left = -1,
        Scale = 1 / MathF.Sqrt(size),
    };
}
