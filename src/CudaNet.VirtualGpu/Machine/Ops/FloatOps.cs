using System.Runtime.Intrinsics;

namespace CudaNet.VirtualGpu.Machine.Ops;

/// <summary>f32 and f64 operations as the lane loops take them.</summary>
internal static class FloatOps
{
    private static Vector512<float> Canonical(Vector512<float> x) =>
        Vector512.ConditionalSelect(Vector512.Equals(x, x), x, Vector512.Create(SmallFloat.CanonicalNaN32).AsSingle());

    public readonly struct VAdd : IVectorBinary<float>
    {
        public static Vector512<float> Run(Vector512<float> a, Vector512<float> b) => Canonical(a + b);
    }

    public readonly struct VSub : IVectorBinary<float>
    {
        public static Vector512<float> Run(Vector512<float> a, Vector512<float> b) => Canonical(a - b);
    }

    public readonly struct VMul : IVectorBinary<float>
    {
        public static Vector512<float> Run(Vector512<float> a, Vector512<float> b) => Canonical(a * b);
    }

    public readonly struct VFma : IVectorTernary<float>
    {
        public static Vector512<float> Run(Vector512<float> a, Vector512<float> b, Vector512<float> c) => Canonical(Vector512.FusedMultiplyAdd(a, b, c));
    }

    public readonly struct VAdd64 : IVectorBinary<double>
    {
        public static Vector512<double> Run(Vector512<double> a, Vector512<double> b) => a + b;
    }

    public readonly struct VSub64 : IVectorBinary<double>
    {
        public static Vector512<double> Run(Vector512<double> a, Vector512<double> b) => a - b;
    }

    public readonly struct VMul64 : IVectorBinary<double>
    {
        public static Vector512<double> Run(Vector512<double> a, Vector512<double> b) => a * b;
    }

    public readonly struct VFma64 : IVectorTernary<double>
    {
        public static Vector512<double> Run(Vector512<double> a, Vector512<double> b, Vector512<double> c) => Vector512.FusedMultiplyAdd(a, b, c);
    }

    public readonly struct Add : IModalBinary<float>, IModalBinary<double>
    {
        public static float Run(float a, float b, int mode) => Single32.Add(a, b, mode);

        public static double Run(double a, double b, int mode) => Double64.Add(a, b, mode);
    }

    public readonly struct Sub : IModalBinary<float>, IModalBinary<double>
    {
        public static float Run(float a, float b, int mode) => Single32.Add(a, -b, mode);

        public static double Run(double a, double b, int mode) => Double64.Add(a, -b, mode);
    }

    public readonly struct Mul : IModalBinary<float>, IModalBinary<double>
    {
        public static float Run(float a, float b, int mode) => Single32.Mul(a, b, mode);

        public static double Run(double a, double b, int mode) => Double64.Mul(a, b, mode);
    }

    public readonly struct Fma : IModalTernary<float>, IModalTernary<double>
    {
        public static float Run(float a, float b, float c, int mode) => Single32.Fma(a, b, c, mode);

        public static double Run(double a, double b, double c, int mode) => Double64.Fma(a, b, c, mode);
    }

    public readonly struct Div : IModalBinary<float>, IModalBinary<double>
    {
        public static float Run(float a, float b, int mode) => Single32.Div(a, b, mode);

        public static double Run(double a, double b, int mode) => Double64.Div(a, b, mode);
    }

    public readonly struct Min : IModalBinary<float>, IModalBinary<double>
    {
        public static float Run(float a, float b, int mode) => Single32.Min(a, b, mode);

        public static double Run(double a, double b, int mode) => Double64.Extreme(a, b, least: true);
    }

    public readonly struct Max : IModalBinary<float>, IModalBinary<double>
    {
        public static float Run(float a, float b, int mode) => Single32.Max(a, b, mode);

        public static double Run(double a, double b, int mode) => Double64.Extreme(a, b, least: false);
    }

    public readonly struct CopySign : IModalBinary<float>, IModalBinary<double>
    {
        public static float Run(float a, float b, int mode) => MathF.CopySign(b, a);

        public static double Run(double a, double b, int mode) => Math.CopySign(b, a);
    }

    public readonly struct Rcp : IModalUnary<float>, IModalUnary<double>
    {
        public static float Run(float a, int mode) => Single32.Div(1, a, mode);

        public static double Run(double a, int mode) => Double64.Div(1, a, mode);
    }

    /// <summary>rcp.approx.ftz.f64 works on the upper word: the lower one of its result is zero.</summary>
    public readonly struct RcpUpper : IModalUnary<double>
    {
        public static double Run(double a, int mode) => Upper(1 / Upper(a));
    }

    public readonly struct RsqrtUpper : IModalUnary<double>
    {
        public static double Run(double a, int mode) => Upper(1 / Math.Sqrt(Upper(a)));
    }

    private static double Upper(double x)
    {
        if (Math.Abs(x) < 2.2250738585072014E-308) return Math.CopySign(0, x);
        return BitConverter.UInt64BitsToDouble(BitConverter.DoubleToUInt64Bits(x) & 0xFFFFFFFF_00000000);
    }

    public readonly struct Sqrt : IModalUnary<float>, IModalUnary<double>
    {
        public static float Run(float a, int mode) => Single32.Sqrt(a, mode);

        public static double Run(double a, int mode) => Double64.Sqrt(a, mode);
    }

    public readonly struct Rsqrt : IModalUnary<float>, IModalUnary<double>
    {
        public static float Run(float a, int mode) => Single32.Out((float)(1 / Math.Sqrt(Single32.In(a, mode))), mode);

        public static double Run(double a, int mode) => 1 / Math.Sqrt(a);
    }

    public readonly struct Neg : IModalUnary<float>, IModalUnary<double>
    {
        public static float Run(float a, int mode) => -Single32.In(a, mode);

        public static double Run(double a, int mode) => -a;
    }

    public readonly struct Abs : IModalUnary<float>, IModalUnary<double>
    {
        public static float Run(float a, int mode) => MathF.Abs(Single32.In(a, mode));

        public static double Run(double a, int mode) => Math.Abs(a);
    }

    public readonly struct Ex2 : IModalUnary<float>
    {
        public static float Run(float a, int mode) => Single32.Out((float)Math.Pow(2, Single32.In(a, mode)), mode);
    }

    public readonly struct Lg2 : IModalUnary<float>
    {
        public static float Run(float a, int mode) => Single32.Out((float)Math.Log2(Single32.In(a, mode)), mode);
    }

    public readonly struct Sin : IModalUnary<float>
    {
        public static float Run(float a, int mode) => Single32.Out((float)Math.Sin(Single32.In(a, mode)), mode);
    }

    public readonly struct Cos : IModalUnary<float>
    {
        public static float Run(float a, int mode) => Single32.Out((float)Math.Cos(Single32.In(a, mode)), mode);
    }

    public readonly struct Tanh : IModalUnary<float>
    {
        public static float Run(float a, int mode) => Single32.Out(MathF.Tanh(a), mode);
    }
}
