using CudaNet.Ops;

namespace CudaNet.Cpu.Simd;

/// <summary>A byte that holds a signed number above 128, as the weights of <see cref="QuantizedMatMul"/>.</summary>
internal readonly struct BiasedByte(byte bits)
{
    /// <summary>What stands for 0.</summary>
    public const int Zero = QuantizedMatMul.Zero;

    private readonly byte _bits = bits;

    /// <summary>−128 … 127.</summary>
    public float Value => _bits - Zero;
}
