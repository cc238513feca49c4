using CudaNet.Cpu.Simd;

namespace CudaNet.Tests.Simd;

/// <summary>Conversions between all element types, value by value and at every length.</summary>
public unsafe class ConvertTests
{
    private static readonly double[] Values =
    [
        0, -0.0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 3.99, 254.7, 255, 100.25, -7.9, 65503, 65504, 65519, 65520, 1e5, -1e5, 6.1e-5, 6.0e-5, 5.96e-8,
        2.98e-8, 2.99e-8, 1e-8, 1e-40, 3.4e38, -3.4e38, 1e300, -1e300, 1e-300, 2147483000, -2147483648, 1e10, double.NaN, double.PositiveInfinity, double.NegativeInfinity,
    ];

    [Test]
    public void Every_float_bit_pattern_sampled_goes_to_Half_and_bfloat16_as_by_the_scalar_rule()
    {
        var inputs = new List<float>();
        for (long bits = 0; bits <= uint.MaxValue; bits += 9973) inputs.Add(BitConverter.UInt32BitsToSingle((uint)bits));
        for (int h = 0; h < 65536; h++)
        {
            // Each Half, its neighbours in float and the midpoints: where rounding decides.
            uint bits = BitConverter.SingleToUInt32Bits((float)BitConverter.UInt16BitsToHalf((ushort)h));
            inputs.AddRange([BitConverter.UInt32BitsToSingle(bits), BitConverter.UInt32BitsToSingle(bits ^ 0x1000), BitConverter.UInt32BitsToSingle((bits ^ 0x1000) + 1), BitConverter.UInt32BitsToSingle((bits ^ 0x1000) - 1), BitConverter.UInt32BitsToSingle(((uint)h << 16) | 0x8000)]);
        }

        float[] x = [.. inputs];
        var halves = new Half[x.Length];
        ushort[] brain = new ushort[x.Length];
        fixed (float* px = x)
        fixed (Half* ph = halves)
        fixed (ushort* pb = brain)
        {
            SimdConvert.Run(px, ph, x.Length);
            SimdConvert.Run(px, pb, x.Length);
        }

        for (int i = 0; i < x.Length; i++)
        {
            if (float.IsNaN(x[i]))
            {
                if (!Half.IsNaN(halves[i]) || !float.IsNaN(Brain(brain[i]))) Assert.Fail($"NaN lost: {BitConverter.SingleToUInt32Bits(x[i]):x}");
                continue;
            }

            if (BitConverter.HalfToUInt16Bits(halves[i]) != BitConverter.HalfToUInt16Bits((Half)x[i])) Assert.Fail($"{x[i]:R} to Half: {halves[i]}, expected {(Half)x[i]}");
            uint bits = BitConverter.SingleToUInt32Bits(x[i]);
            ushort expected = (ushort)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
            if (brain[i] != expected) Assert.Fail($"{x[i]:R} to bfloat16: {brain[i]:x}, expected {expected:x}");
        }
    }

    [Test]
    public void Every_Half_and_bfloat16_goes_to_float_exactly()
    {
        var halves = new Half[65536];
        ushort[] brain = new ushort[65536];
        float[] fromHalf = new float[65536], fromBrain = new float[65536];
        for (int i = 0; i < 65536; i++) (halves[i], brain[i]) = (BitConverter.UInt16BitsToHalf((ushort)i), (ushort)i);
        fixed (Half* ph = halves)
        fixed (ushort* pb = brain)
        fixed (float* p1 = fromHalf, p2 = fromBrain)
        {
            SimdConvert.Run(ph, p1, 65536);
            SimdConvert.Run(pb, p2, 65536);
        }

        for (int i = 0; i < 65536; i++)
        {
            if (!fromHalf[i].Equals((float)halves[i]) || float.IsNegative(fromHalf[i]) != Half.IsNegative(halves[i])) Assert.Fail($"Half {i:x}: {fromHalf[i]}");
            if (BitConverter.SingleToUInt32Bits(fromBrain[i]) != (uint)i << 16) Assert.Fail($"bfloat16 {i:x}: {fromBrain[i]}");
        }
    }

    [Test]
    public void Every_pair_of_types_converts_every_value_at_every_length()
    {
        From<float>();
        From<double>();
        From<Half>();
        From<ushort>();
        From<int>();
        From<long>();
        From<byte>();
        From<bool>();
    }

    private static void From<TFrom>()
        where TFrom : unmanaged
    {
        Pair<TFrom, float>();
        Pair<TFrom, double>();
        Pair<TFrom, Half>();
        Pair<TFrom, ushort>();
        Pair<TFrom, int>();
        Pair<TFrom, long>();
        Pair<TFrom, byte>();
        Pair<TFrom, bool>();
    }

    private static void Pair<TFrom, TTo>()
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        for (int n = 0; n <= 70; n++)
        {
            var source = new TFrom[n];
            var result = new TTo[n + 1];
            for (int i = 0; i < n; i++) source[i] = (TFrom)Exact(Values[i % Values.Length], typeof(TFrom));
            object untouched = result[n];
            fixed (TFrom* from = source)
            fixed (TTo* to = result) SimdConvert.Run(from, to, n);
            for (int i = 0; i < n; i++)
            {
                object expected = Exact(source[i], typeof(TTo));
                if (!Same(result[i], expected)) Assert.Fail($"{typeof(TFrom).Name} {source[i]} to {typeof(TTo).Name} at {i} of {n}: {result[i]}, expected {expected}");
            }

            Assert.That(result[n], Is.EqualTo(untouched));
        }
    }

    private static bool Same(object a, object b) => a.Equals(b) || (a is ushort x && b is ushort y && float.IsNaN(Brain(x)) && float.IsNaN(Brain(y)));

    private static float Brain(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    // The rule in the plainest form: exact integers by way of long, everything else by way of double.
    private static object Exact(object value, Type to)
    {
        if (value is ushort bits) value = (double)Brain(bits);
        if (value is Half half) value = (double)half;
        if (value is float single) value = (double)single;
        if (value is bool flag) value = flag ? 1L : 0L;
        if (value is int i32) value = (long)i32;
        if (value is byte u8) value = (long)u8;
        if (value is long whole)
        {
            if (to == typeof(int)) return unchecked((int)whole);
            if (to == typeof(long)) return whole;
            if (to == typeof(byte)) return unchecked((byte)whole);
            if (to == typeof(bool)) return whole != 0;
            if (to == typeof(double)) return (double)whole;
            if (to == typeof(float)) return (float)whole;
            value = (double)(float)whole;
        }

        double x = (double)value;
        if (to == typeof(double)) return x;
        if (to == typeof(float)) return (float)x;
        if (to == typeof(Half)) return (Half)(float)x;
        if (to == typeof(ushort))
        {
            uint b = BitConverter.SingleToUInt32Bits((float)x);
            return float.IsNaN((float)x) ? (ushort)0x7fc0 : (ushort)((b + 0x7fff + ((b >> 16) & 1)) >> 16);
        }

        if (to == typeof(int)) return double.IsNaN(x) ? 0 : x >= int.MaxValue ? int.MaxValue : x <= int.MinValue ? int.MinValue : (int)x;
        if (to == typeof(long)) return double.IsNaN(x) ? 0L : x >= long.MaxValue ? long.MaxValue : x <= long.MinValue ? long.MinValue : (long)x;
        if (to == typeof(byte)) return unchecked((byte)(long)Exact(x, typeof(long)));
        return x != 0;
    }
}
