using CudaNet.Ops;

namespace CudaNet.Cpu.Reference;

/// <summary>Random draws, word by word.</summary>
internal static class ReferenceRandom
{
    public static void Register()
    {
        ReferenceInterpreter.Add<RandomBits>((op, inputs, _) => Fill(op.Shape, inputs[0], (words, i) =>
            op.Type == DType.Int32 ? unchecked((int)words(i)) : unchecked((long)Word64(words, i))));
        ReferenceInterpreter.Add<RandomUniform>((op, inputs, _) => Fill(op.Shape, inputs[0], (words, i) => Unit(words, i, op.Type)));
        ReferenceInterpreter.Add<RandomNormal>((op, inputs, _) => Fill(op.Shape, inputs[0], (words, i) =>
        {
            var type = op.Type == DType.Float64 ? DType.Float64 : DType.Float32;
            var pair = i / 2 * 2;
            var radius = Math.Sqrt(-2 * Math.Log(1 - Unit(words, pair, type)));
            var angle = 2 * Math.PI * Unit(words, pair + 1, type);
            return radius * (i % 2 == 0 ? Math.Cos(angle) : Math.Sin(angle));
        }));
        ReferenceInterpreter.Add<RandomInteger>((op, inputs, _) => Fill(op.Shape, inputs[0], (words, i) =>
            (double)(op.Low + (Int128)(((UInt128)Word64(words, i) * (UInt128)((Int128)op.High - op.Low)) >> 64))));
    }

    private static double Unit(Func<long, uint> words, long i, DType type) => type switch
    {
        DType.Float64 => (Word64(words, i) >> 11) / 9007199254740992.0,
        DType.Float32 => (words(i) >> 8) / 16777216.0,
        DType.Float16 => (words(i) >> 21) / 2048.0,
        _ => (words(i) >> 24) / 256.0,
    };

    private static ulong Word64(Func<long, uint> words, long i) => words(2 * i) + words(2 * i + 1) * 4294967296UL;

    private static ReferenceArray Fill(Shape shape, ReferenceArray state, Func<Func<long, uint>, long, double> element)
    {
        var (seed, draw) = ((ulong)(long)state.Values[0], (ulong)(long)state.Values[1]);
        uint Word(long i) => Philox((ulong)i / 4, draw, seed)[i % 4];
        var result = new ReferenceArray(shape);
        for (long i = 0; i < result.Values.LongLength; i++) result.Values[i] = element(Word, i);
        return result;
    }

    /// <summary>The ten rounds as the paper writes them.</summary>
    private static uint[] Philox(ulong low, ulong high, ulong key)
    {
        uint[] c = [(uint)low, (uint)(low >> 32), (uint)high, (uint)(high >> 32)];
        uint[] k = [(uint)key, (uint)(key >> 32)];
        for (var round = 0; round < 10; round++)
        {
            var (a, b) = (0xD2511F53UL * c[0], 0xCD9E8D57UL * c[2]);
            c = [(uint)(b >> 32) ^ c[1] ^ k[0], (uint)b, (uint)(a >> 32) ^ c[3] ^ k[1], (uint)a];
            k = [unchecked(k[0] + 0x9E3779B9), unchecked(k[1] + 0xBB67AE85)];
        }
        return c;
    }
}
