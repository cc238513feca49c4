using System.Runtime.CompilerServices;

namespace CudaNet.Cpu.Simd;

/// <summary>y = eˣ. See <see cref="MathF32.Exp"/> and <see cref="MathF64.Exp"/>.</summary>
internal readonly struct ExpOperator : IUnaryOperator<float>, IUnaryOperator<double>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IUnaryOperator<float>.Invoke<V>(V x) => MathF32.Exp(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IUnaryOperator<double>.Invoke<V>(V x) => MathF64.Exp(x);
}

/// <summary>y = 2ˣ. See <see cref="MathF32.Exp2"/> and <see cref="MathF64.Exp2"/>.</summary>
internal readonly struct Exp2Operator : IUnaryOperator<float>, IUnaryOperator<double>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IUnaryOperator<float>.Invoke<V>(V x) => MathF32.Exp2(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IUnaryOperator<double>.Invoke<V>(V x) => MathF64.Exp2(x);
}

/// <summary>y = eˣ − 1, accurate near 0. See <see cref="MathF32.Expm1"/> and <see cref="MathF64.Expm1"/>.</summary>
internal readonly struct Expm1Operator : IUnaryOperator<float>, IUnaryOperator<double>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IUnaryOperator<float>.Invoke<V>(V x) => MathF32.Expm1(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IUnaryOperator<double>.Invoke<V>(V x) => MathF64.Expm1(x);
}

/// <summary>y = ln x. See <see cref="MathF32.Log"/> and <see cref="MathF64.Log"/>.</summary>
internal readonly struct LogOperator : IUnaryOperator<float>, IUnaryOperator<double>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IUnaryOperator<float>.Invoke<V>(V x) => MathF32.Log(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IUnaryOperator<double>.Invoke<V>(V x) => MathF64.Log(x);
}

/// <summary>y = log₂ x. See <see cref="MathF32.Log2"/> and <see cref="MathF64.Log2"/>.</summary>
internal readonly struct Log2Operator : IUnaryOperator<float>, IUnaryOperator<double>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IUnaryOperator<float>.Invoke<V>(V x) => MathF32.Log2(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IUnaryOperator<double>.Invoke<V>(V x) => MathF64.Log2(x);
}

/// <summary>y = log₁₀ x. See <see cref="MathF32.Log10"/> and <see cref="MathF64.Log10"/>.</summary>
internal readonly struct Log10Operator : IUnaryOperator<float>, IUnaryOperator<double>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IUnaryOperator<float>.Invoke<V>(V x) => MathF32.Log10(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IUnaryOperator<double>.Invoke<V>(V x) => MathF64.Log10(x);
}

/// <summary>y = ln(1 + x), accurate near 0. See <see cref="MathF32.Log1p"/> and <see cref="MathF64.Log1p"/>.</summary>
internal readonly struct Log1pOperator : IUnaryOperator<float>, IUnaryOperator<double>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IUnaryOperator<float>.Invoke<V>(V x) => MathF32.Log1p(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IUnaryOperator<double>.Invoke<V>(V x) => MathF64.Log1p(x);
}

/// <summary>y = tanh x. See <see cref="MathF32.Tanh"/> and <see cref="MathF64.Tanh"/>.</summary>
internal readonly struct TanhOperator : IUnaryOperator<float>, IUnaryOperator<double>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IUnaryOperator<float>.Invoke<V>(V x) => MathF32.Tanh(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IUnaryOperator<double>.Invoke<V>(V x) => MathF64.Tanh(x);
}

/// <summary>y = 1/(1 + e⁻ˣ). See <see cref="MathF32.Sigmoid"/> and <see cref="MathF64.Sigmoid"/>.</summary>
internal readonly struct SigmoidOperator : IUnaryOperator<float>, IUnaryOperator<double>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IUnaryOperator<float>.Invoke<V>(V x) => MathF32.Sigmoid(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IUnaryOperator<double>.Invoke<V>(V x) => MathF64.Sigmoid(x);
}

/// <summary>y = erf x = 2/√π ∫₀ˣ e^(−t²) dt. See <see cref="MathF32.Erf"/> and <see cref="MathF64.Erf"/>.</summary>
internal readonly struct ErfOperator : IUnaryOperator<float>, IUnaryOperator<double>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IUnaryOperator<float>.Invoke<V>(V x) => MathF32.Erf(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IUnaryOperator<double>.Invoke<V>(V x) => MathF64.Erf(x);
}

/// <summary>y = sin x. See <see cref="MathF32.Sin"/> and <see cref="MathF64.Sin"/>.</summary>
internal readonly struct SinOperator : IUnaryOperator<float>, IUnaryOperator<double>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IUnaryOperator<float>.Invoke<V>(V x) => MathF32.Sin(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IUnaryOperator<double>.Invoke<V>(V x) => MathF64.Sin(x);
}

/// <summary>y = cos x. See <see cref="MathF32.Cos"/> and <see cref="MathF64.Cos"/>.</summary>
internal readonly struct CosOperator : IUnaryOperator<float>, IUnaryOperator<double>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IUnaryOperator<float>.Invoke<V>(V x) => MathF32.Cos(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IUnaryOperator<double>.Invoke<V>(V x) => MathF64.Cos(x);
}

/// <summary>y = tan x. See <see cref="MathF32.Tan"/> and <see cref="MathF64.Tan"/>.</summary>
internal readonly struct TanOperator : IUnaryOperator<float>, IUnaryOperator<double>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IUnaryOperator<float>.Invoke<V>(V x) => MathF32.Tan(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IUnaryOperator<double>.Invoke<V>(V x) => MathF64.Tan(x);
}

/// <summary>z = xʸ. See <see cref="MathF32.Pow"/> and <see cref="MathF64.Pow"/>.</summary>
internal readonly struct PowOperator : IBinaryOperator<float>, IBinaryOperator<double>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IBinaryOperator<float>.Invoke<V>(V x, V y) => MathF32.Pow(x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IBinaryOperator<double>.Invoke<V>(V x, V y) => MathF64.Pow(x, y);
}

/// <summary>y = 1 + erf x. See <see cref="MathF32.ErfPlusOne"/>.</summary>
internal readonly struct ErfPlusOneOperator : IUnaryOperator<float>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IUnaryOperator<float>.Invoke<V>(V x) => MathF32.ErfPlusOne(x);
}

/// <summary>y = x/2·(1 + erf(x/√2)).</summary>
internal readonly struct GeluOperator : IUnaryOperator<float>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IUnaryOperator<float>.Invoke<V>(V x) => MathF32.Gelu(x);
}
