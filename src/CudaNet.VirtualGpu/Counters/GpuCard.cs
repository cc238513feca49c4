namespace CudaNet.VirtualGpu;

/// <summary>The published figures of a card, for occupancy and roofline estimates. Dense rates, without sparsity.</summary>
public sealed record GpuCard
{
    /// <summary>Name of the card.</summary>
    public required string Name { get; init; }

    /// <summary>Compute capability: 8.0 is an A100.</summary>
    public required Version ComputeCapability { get; init; }

    /// <summary>Streaming multiprocessors.</summary>
    public required int Multiprocessors { get; init; }

    /// <summary>Warps resident on a multiprocessor at most.</summary>
    public required int WarpsPerMultiprocessor { get; init; }

    /// <summary>Blocks resident on a multiprocessor at most.</summary>
    public required int BlocksPerMultiprocessor { get; init; }

    /// <summary>32-bit registers of a multiprocessor.</summary>
    public int RegistersPerMultiprocessor { get; init; } = 65536;

    /// <summary>Shared memory of a multiprocessor in bytes.</summary>
    public required int SharedPerMultiprocessor { get; init; }

    /// <summary>Shared memory that one block may have, with opt-in, in bytes.</summary>
    public required int SharedPerBlock { get; init; }

    /// <summary>Bytes of shared memory that the system keeps for each block.</summary>
    public int ReservedSharedPerBlock { get; init; } = 1024;

    /// <summary>Memory bandwidth in bytes a second.</summary>
    public required double Bandwidth { get; init; }

    /// <summary>Width of the memory's bus.</summary>
    public required int MemoryBusBits { get; init; }

    /// <summary>Bytes of the second-level cache.</summary>
    public required long L2Bytes { get; init; }

    /// <summary>f32 operations a second outside of tensor cores.</summary>
    public required double Float32Flops { get; init; }

    /// <summary>f64 operations a second outside of tensor cores.</summary>
    public required double Float64Flops { get; init; }

    /// <summary>f16 and bf16 operations a second outside of tensor cores.</summary>
    public required double HalfFlops { get; init; }

    /// <summary>f16 and bf16 operations a second of the tensor cores with f32 sums.</summary>
    public required double TensorHalfFlops { get; init; }

    /// <summary>tf32 operations a second of the tensor cores.</summary>
    public required double TensorTf32Flops { get; init; }

    /// <summary>f64 operations a second of the tensor cores; where there are none, those of the ordinary units.</summary>
    public required double TensorFloat64Flops { get; init; }

    /// <summary>8-bit integer operations a second of the tensor cores.</summary>
    public required double TensorInt8Ops { get; init; }

    /// <summary>NVIDIA A100 SXM4 with 40 GB, from its data sheet.</summary>
    public static GpuCard A100 { get; } = new()
    {
        Name = "A100",
        ComputeCapability = new(8, 0),
        Multiprocessors = 108,
        WarpsPerMultiprocessor = 64,
        BlocksPerMultiprocessor = 32,
        SharedPerMultiprocessor = 164 << 10,
        SharedPerBlock = 163 << 10,
        Bandwidth = 1.555e12,
        MemoryBusBits = 5120,
        L2Bytes = 40L << 20,
        Float32Flops = 19.5e12,
        Float64Flops = 9.7e12,
        HalfFlops = 78e12,
        TensorHalfFlops = 312e12,
        TensorTf32Flops = 156e12,
        TensorFloat64Flops = 19.5e12,
        TensorInt8Ops = 624e12,
    };

    /// <summary>NVIDIA H100 SXM5 with 80 GB, from its data sheet.</summary>
    public static GpuCard H100 { get; } = new()
    {
        Name = "H100",
        ComputeCapability = new(9, 0),
        Multiprocessors = 132,
        WarpsPerMultiprocessor = 64,
        BlocksPerMultiprocessor = 32,
        SharedPerMultiprocessor = 228 << 10,
        SharedPerBlock = 227 << 10,
        Bandwidth = 3.35e12,
        MemoryBusBits = 5120,
        L2Bytes = 50L << 20,
        Float32Flops = 66.9e12,
        Float64Flops = 33.5e12,
        HalfFlops = 133.8e12,
        TensorHalfFlops = 989.4e12,
        TensorTf32Flops = 494.7e12,
        TensorFloat64Flops = 66.9e12,
        TensorInt8Ops = 1978.9e12,
    };

    /// <summary>NVIDIA GeForce RTX 4090, from the white paper of its architecture.</summary>
    public static GpuCard Rtx4090 { get; } = new()
    {
        Name = "RTX 4090",
        ComputeCapability = new(8, 9),
        Multiprocessors = 128,
        WarpsPerMultiprocessor = 48,
        BlocksPerMultiprocessor = 24,
        SharedPerMultiprocessor = 100 << 10,
        SharedPerBlock = 99 << 10,
        Bandwidth = 1.008e12,
        MemoryBusBits = 384,
        L2Bytes = 72L << 20,
        Float32Flops = 82.6e12,
        Float64Flops = 1.29e12,
        HalfFlops = 82.6e12,
        TensorHalfFlops = 165.2e12,
        TensorTf32Flops = 82.6e12,
        TensorFloat64Flops = 1.29e12,
        TensorInt8Ops = 660.6e12,
    };

    /// <summary>The cards with figures here.</summary>
    public static IReadOnlyList<GpuCard> All { get; } = [A100, H100, Rtx4090];
}
