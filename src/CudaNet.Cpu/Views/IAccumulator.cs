using System.Numerics;

namespace CudaNet.Cpu.Views;

/// <summary>An element type and the type in which its sums are kept.</summary>
internal interface IAccumulator<TElement, TSum>
    where TElement : unmanaged
    where TSum : unmanaged, IAdditionOperators<TSum, TSum, TSum>
{
    static abstract TSum Widen(TElement value);

    static abstract TElement Round(TSum sum);
}

/// <summary>Float32, Float64 and integers are summed in their own type.</summary>
internal readonly struct Own<T> : IAccumulator<T, T> where T : unmanaged, IAdditionOperators<T, T, T>
{
    public static T Widen(T value) => value;

    public static T Round(T sum) => sum;
}

/// <summary>Float16 is summed in Float32.</summary>
internal readonly struct OfHalf : IAccumulator<Half, float>
{
    public static float Widen(Half value) => (float)value;

    public static Half Round(float sum) => (Half)sum;
}

/// <summary>BFloat16 is summed in Float32.</summary>
internal readonly struct OfBFloat16 : IAccumulator<BFloat16, float>
{
    public static float Widen(BFloat16 value) => value;

    public static BFloat16 Round(float sum) => (BFloat16)sum;
}

/// <summary>Float32 is summed in Float64: for running sums, whose error otherwise grows along the row.</summary>
internal readonly struct InDouble : IAccumulator<float, double>
{
    public static double Widen(float value) => value;

    public static float Round(double sum) => (float)sum;
}
