namespace CudaNet.VirtualGpu.Memory;

/// <summary>Where the state spaces lie among generic addresses.</summary>
internal static class AddressMap
{
    public const ulong SharedWindow = 0x1_0000_0000;
    public const ulong LocalWindow = 0x2_0000_0000;
    public const ulong ParamWindow = 0x3_0000_0000;
    public const ulong FunctionWindow = 0x4_0000_0000;
    public const ulong WindowBytes = 0x1_0000_0000;
    public const ulong GlobalStart = 0x10_0000_0000;

    // cudaMalloc promises 256; the gap is wide enough that a stray index of a row or two still falls into it.
    public const ulong AllocationAlignment = 512;
    public const ulong Gap = 1 << 20;
}
