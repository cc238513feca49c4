using System.Runtime.InteropServices;

namespace CudaNet.Cuda.Kernels;

/// <summary>The kernels' <c>Divisor</c>: a number that they divide by, and what they multiply by instead.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct KernelDivisor
{
    private readonly uint _value, _multiplier, _shift;

    /// <summary>The number.</summary>
    public int Value => (int)_value;

    /// <summary>A divisor; kernels do not divide where it is 0.</summary>
    public KernelDivisor(int value)
    {
        _value = (uint)value;
        (_multiplier, _shift) = KernelAxes.Divisor(_value);
    }
}
