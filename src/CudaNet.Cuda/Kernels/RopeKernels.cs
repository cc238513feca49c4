using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

/// <summary>Launches of <c>rope.cu</c>.</summary>
public static class RopeKernels
{
    // Angles that a block keeps, as in the kernel.
    private const int Angles = 512;

    /// <summary>The family.</summary>
    public static KernelFamily Family { get; } = new("rope", "Rotary position embedding in both layouts, forward and back, with tables or without.",
        [.. from type in KernelTypes.Floats from interleaved in Both from aligned in Both select Spec(type, interleaved, aligned)],
        [Rotate(), Table()]);

    private static IEnumerable<bool> Both => [false, true];

    /// <summary>The specialisation for a type, a layout of pairs, and rows in whole 16 bytes.</summary>
    public static KernelSpec Spec(string type, bool interleaved, bool aligned) =>
        KernelSpec.Of("rope", $"T={type}", $"INTERLEAVED={(interleaved ? 1 : 0)}", $"ALIGNED={(aligned ? 1 : 0)}");

    /// <summary>Whether rows of so many numbers, of which `size` are turned, and their strides are in whole 16 bytes.</summary>
    public static bool IsAligned(string type, bool interleaved, int depth, int size, params ReadOnlySpan<AttentionStrides> strides)
    {
        int chunk = 16 / KernelTypes.SizeOf(type);
        bool aligned = depth % chunk == 0 && size % (interleaved ? chunk : 2 * chunk) == 0;
        foreach (var (batch, head, row) in strides) aligned &= batch % chunk == 0 && head % chunk == 0 && row % chunk == 0;
        return aligned;
    }

    /// <summary><c>rope</c>: a block for some rows of all heads.</summary>
    public static KernelLaunch Rotate(KernelSpec spec, int length, int batch, int size)
    {
        int tokens = Math.Max(1, Angles / Math.Max(1, size / 2));
        return new(spec, "rope", new Dim3((length + tokens - 1) / tokens, batch), 256);
    }

    /// <summary><c>rope_table</c>: a thread for each angle.</summary>
    public static KernelLaunch Table(long positions, int size) =>
        new(Spec("f32", false, false), "rope_table", checked((int)(((positions * (size / 2)) + 255) / 256)), 256);

    /// <summary>Frequencies base^(−2i/size) in turns for each position, each as the sum of two f32: [size/2, 2].</summary>
    /// <param name="size">Turned numbers of a row.</param>
    /// <param name="theta">The base.</param>
    public static float[] Frequencies(int size, double theta = 10000)
    {
        float[] frequencies = new float[size / 2 * 2];
        for (int i = 0; i < size / 2; i++)
        {
            double turns = Math.Pow(theta, -2.0 * i / size) / (2 * Math.PI);
            frequencies[2 * i] = (float)turns;
            frequencies[(2 * i) + 1] = (float)(turns - frequencies[2 * i]);
        }

        return frequencies;
    }

    private static KernelSample Rotate()
    {
        const string Type = "bf16";
        const int Heads = 8, Length = 64, Size = 64;
        SampleBuffer x = new(Type, Heads * Length * Size), table = new("f32", Length * Size / 2);
        return new(Rotate(Spec(Type, false, true), Length, 1, Size), [x, table, table, x with { Fill = SampleFill.Unwritten }], p =>
        [
            KernelArgument.Of(new RopeArguments
            {
                X = p[0],
                Y = p[3],
                Cosine = p[1],
                Sine = p[2],
                StrideX = AttentionStrides.RowsFirst(Heads, Length, Size),
                StrideY = AttentionStrides.RowsFirst(Heads, Length, Size),
                Heads = Heads,
                Length = Length,
                Depth = Size,
                Size = Size,
                Direction = 1,
            }),
        ])
        { MinimalBytes = (2 * x.Bytes) + (2 * table.Bytes) };
    }

    private static KernelSample Table()
    {
        const int Positions = 128, Size = 64;
        SampleBuffer table = new("f32", Positions * Size / 2, SampleFill.Unwritten);
        return new(Table(Positions, Size), [new("f32", Size), table, table], p => [p[0], p[1], p[2], 0L, (long)Positions, Size / 2]) { MinimalBytes = 2 * table.Bytes };
    }
}
