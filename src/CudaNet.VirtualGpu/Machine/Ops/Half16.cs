namespace CudaNet.VirtualGpu.Machine.Ops;

/// <summary>f16 and bf16 arithmetic on the bits; <see cref="Mode.Brain"/> tells which.</summary>
internal static class Half16
{
    public static float In(ushort x, int mode)
    {
        float value = (mode & Mode.Brain) != 0 ? SmallFloat.FromBrain(x) : SmallFloat.FromHalf(x);
        if ((mode & Mode.Ftz) != 0 && IsSubnormal(x, mode)) return MathF.CopySign(0, value);
        return value;
    }

    private static bool IsSubnormal(ushort x, int mode) => (mode & Mode.Brain) != 0 ? (x & 0x7F80) == 0 : (x & 0x7C00) == 0;

    public static ushort Out(double x, int mode)
    {
        if (double.IsNaN(x)) return (mode & (Mode.Saturate | Mode.Relu)) == Mode.Saturate ? (ushort)0 : SmallFloat.CanonicalNaN16;
        if ((mode & Mode.Saturate) != 0) x = x >= 1 ? 1 : x > 0 ? x : 0;
        if ((mode & Mode.Relu) != 0 && !(x > 0)) x = 0;
        ushort bits = (mode & Mode.Brain) != 0 ? SmallFloat.ToBrain(x, mode) : SmallFloat.ToHalf(x, mode);
        return (mode & Mode.Ftz) != 0 && IsSubnormal(bits, mode) ? (ushort)(bits & 0x8000) : bits;
    }

    public readonly struct Add : IModalBinary<ushort>
    {
        public static ushort Run(ushort a, ushort b, int mode) => Out(SmallFloat.SumToOdd(In(a, mode), In(b, mode)), mode);
    }

    public readonly struct Sub : IModalBinary<ushort>
    {
        public static ushort Run(ushort a, ushort b, int mode) => Out(SmallFloat.SumToOdd(In(a, mode), -In(b, mode)), mode);
    }

    public readonly struct Mul : IModalBinary<ushort>
    {
        public static ushort Run(ushort a, ushort b, int mode) => Out((double)In(a, mode) * In(b, mode), mode);
    }

    public readonly struct Fma : IModalTernary<ushort>
    {
        public static ushort Run(ushort a, ushort b, ushort c, int mode) =>
            Out(SmallFloat.SumToOdd((double)In(a, mode) * In(b, mode), In(c, mode)), mode);
    }

    public readonly struct Neg : IModalUnary<ushort>
    {
        public static ushort Run(ushort a, int mode) => (ushort)(((mode & Mode.Ftz) != 0 && IsSubnormal(a, mode) ? a & 0x8000 : a) ^ 0x8000);
    }

    public readonly struct Abs : IModalUnary<ushort>
    {
        public static ushort Run(ushort a, int mode) => (ushort)((mode & Mode.Ftz) != 0 && IsSubnormal(a, mode) ? 0 : a & 0x7FFF);
    }

    public readonly struct Min : IModalBinary<ushort>
    {
        public static ushort Run(ushort a, ushort b, int mode) => Extreme(a, b, mode, least: true);
    }

    public readonly struct Max : IModalBinary<ushort>
    {
        public static ushort Run(ushort a, ushort b, int mode) => Extreme(a, b, mode, least: false);
    }

    private static ushort Extreme(ushort a, ushort b, int mode, bool least)
    {
        float r = least ? Single32.Min(In(a, mode), In(b, mode), mode & ~Mode.Ftz) : Single32.Max(In(a, mode), In(b, mode), mode & ~Mode.Ftz);
        return Out(r, mode & ~Mode.Relu);
    }

    public readonly struct Ex2 : IModalUnary<ushort>
    {
        public static ushort Run(ushort a, int mode) => Out(Math.Pow(2, In(a, mode)), mode);
    }

    public readonly struct Tanh : IModalUnary<ushort>
    {
        public static ushort Run(ushort a, int mode) => Out(Math.Tanh(In(a, mode)), mode);
    }
}
