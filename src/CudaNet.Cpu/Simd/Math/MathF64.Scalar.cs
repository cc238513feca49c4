using System.Runtime.CompilerServices;

namespace CudaNet.Cpu.Simd;

/// <content>Functions that go lane by lane through <see cref="Math"/>, and the error function.</content>
internal static partial class MathF64
{
    /// <summary>xʸ.</summary>
    [MethodImpl(Inline)]
    public static V Pow<V>(V x, V y)
        where V : unmanaged, ISimd<V, double> => Lanes.Map2<V, double, ScalarPow>(x, y);

    /// <summary>erf x, error below 1 ULP.</summary>
    [MethodImpl(Inline)]
    public static V Erf<V>(V x)
        where V : unmanaged, ISimd<V, double> => Lanes.Map<V, double, ScalarErf>(x);

    /// <summary>erf x of one number: fdlibm s_erf.c (Sun Microsystems 1993), rational approximations on five intervals.</summary>
    internal static double Erf(double x)
    {
        double a = Math.Abs(x);
        if (double.IsNaN(x)) return x;
        if (a < 0.84375)
        {
            if (a < 3.7252902984e-09) return Math.FusedMultiplyAdd(0.12837916709551258561, x, x);
            double z = x * x;
            double r = Horner(z, [1.28379167095512558561e-01, -3.25042107247001499370e-01, -2.84817495755985104766e-02, -5.77027029648944159157e-03, -2.37630166566501626084e-05]);
            double s = Horner(z, [1.0, 3.97917223959155352819e-01, 6.50222499887672944485e-02, 5.08130628187576562776e-03, 1.32494738004321644526e-04, -3.96022827877536812320e-06]);
            return x + (x * (r / s));
        }

        double result;
        if (a < 1.25)
        {
            double t = a - 1;
            double p = Horner(t, [-2.36211856075265944077e-03, 4.14856118683748331666e-01, -3.72207876035701323847e-01, 3.18346619901161753674e-01, -1.10894694282396677476e-01, 3.54783043256182359371e-02, -2.16637559486879084300e-03]);
            double q = Horner(t, [1.0, 1.06420880400844228286e-01, 5.40397917702171048937e-01, 7.18286544141962662868e-02, 1.26171219808761642112e-01, 1.36370839120290507362e-02, 1.19844998467991074170e-02]);
            result = 8.45062911510467529297e-01 + (p / q);
        }
        else if (a >= 6)
        {
            result = 1;
        }
        else
        {
            double t = 1 / (a * a), r, s;
            if (a < 1 / 0.35)
            {
                r = Horner(t, [-9.86494403484714822705e-03, -6.93858572707181764372e-01, -1.05586262253232909814e+01, -6.23753324503260060396e+01, -1.62396669462573470355e+02, -1.84605092906711035994e+02, -8.12874355063065934246e+01, -9.81432934416914548592e+00]);
                s = Horner(t, [1.0, 1.96512716674392571292e+01, 1.37657754143519042600e+02, 4.34565877475229228821e+02, 6.45387271733267880336e+02, 4.29008140027567833386e+02, 1.08635005541779435134e+02, 6.57024977031928170135e+00, -6.04244152148580987438e-02]);
            }
            else
            {
                r = Horner(t, [-9.86494292470009928597e-03, -7.99283237680523006574e-01, -1.77579549177547519889e+01, -1.60636384855821916062e+02, -6.37566443368389627722e+02, -1.02509513161107724954e+03, -4.83519191608651397019e+02]);
                s = Horner(t, [1.0, 3.03380607434824582924e+01, 3.25792512996573918826e+02, 1.53672958608443695994e+03, 3.19985821950859553908e+03, 2.55305040643316442583e+03, 4.74528541206955367215e+02, -2.24409524465858183362e+01]);
            }

            // e^(−a²) with a split so that z² is exact.
            double z = BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(a) & unchecked((long)0xffffffff00000000));
            result = 1 - (Math.Exp((-z * z) - 0.5625) * Math.Exp(((z - a) * (z + a)) + (r / s)) / a);
        }

        return Math.CopySign(result, x);
    }

    private static double Horner(double x, ReadOnlySpan<double> coefficients)
    {
        double sum = 0;
        for (int i = coefficients.Length - 1; i >= 0; i--) sum = (sum * x) + coefficients[i];
        return sum;
    }

    private readonly struct ScalarErf : IScalarFunction<double>
    {
        public static double Invoke(double x) => Erf(x);
    }

    private readonly struct ScalarPow : IScalarFunction2<double>
    {
        public static double Invoke(double x, double y) => Math.Pow(x, y);
    }
}
