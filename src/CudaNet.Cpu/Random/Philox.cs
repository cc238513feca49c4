using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace CudaNet.Cpu.Random;

/// <summary>Philox 4×32-10: ten rounds of multiplications and xors turn key and counter into four words, so that any block
/// of a stream can be had without those before it.</summary>
/// <remarks>Salmon, Moraes, Dror, Shaw: Parallel random numbers, as easy as 1, 2, 3; SC 2011. Constants from the paper.</remarks>
internal readonly unsafe struct Philox
{
    private const uint M0 = 0xD2511F53, M1 = 0xCD9E8D57;
    private const uint W0 = 0x9E3779B9, W1 = 0xBB67AE85; // golden ratio, √3 − 1

    /// <summary>Words that <see cref="Words16"/> gives at once.</summary>
    public const int Lanes = 16;

    private readonly uint _key0, _key1, _high0, _high1;

    /// <summary>The words of one draw of a stream.</summary>
    public Philox(long seed, long draw) =>
        (_key0, _key1, _high0, _high1) = ((uint)seed, (uint)((ulong)seed >> 32), (uint)draw, (uint)((ulong)draw >> 32));

    /// <summary>One block of the algorithm as published.</summary>
    public static (uint, uint, uint, uint) Block(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1)
    {
        for (var round = 0; round < 10; round++)
        {
            var p0 = (ulong)M0 * c0;
            var p1 = (ulong)M1 * c2;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
            k0 += W0;
            k1 += W1;
        }
        return (c0, c1, c2, c3);
    }

    /// <summary>A block of the draw.</summary>
    public (uint, uint, uint, uint) Block(long block) => Block((uint)block, (uint)((ulong)block >> 32), _high0, _high1, _key0, _key1);

    /// <summary>Sixteen blocks of the draw: word k of block <paramref name="first"/> + (4·(l mod 4) + l div 4) stands in lane l of
    /// the k-th vector. In this order <see cref="Interleave"/> is two steps of unpacking.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (Vector512<uint>, Vector512<uint>, Vector512<uint>, Vector512<uint>) Words16(long first)
    {
        var lanes = Vector512.Create(0u, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
        var c0 = Vector512.Create((uint)first) + lanes;
        // The carry into the upper half, for a first block near a multiple of 2³².
        var carry = Vector512.LessThan(c0, lanes) & Vector512<uint>.One;
        var c1 = Vector512.Create((uint)((ulong)first >> 32)) + carry;
        var (c2, c3) = (Vector512.Create(_high0), Vector512.Create(_high1));
        var (m0, m1) = (Vector512.Create(M0), Vector512.Create(M1));
        var (k0, k1) = (_key0, _key1);
        for (var round = 0; round < 10; round++)
        {
            Multiply(c0, m0, out var high0, out var low0);
            Multiply(c2, m1, out var high1, out var low1);
            c0 = high1 ^ c1 ^ Vector512.Create(k0);
            c1 = low1;
            c2 = high0 ^ c3 ^ Vector512.Create(k1);
            c3 = low0;
            k0 += W0;
            k1 += W1;
        }
        return (c0, c1, c2, c3);
    }

    /// <summary>The words of sixteen blocks in the draw's order, from the order of <see cref="Words16"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Interleave(Vector512<uint> a, Vector512<uint> b, Vector512<uint> c, Vector512<uint> d, uint* target)
    {
        if (Avx512F.IsSupported)
        {
            var (ab, cd) = (Avx512F.UnpackLow(a, b).AsUInt64(), Avx512F.UnpackLow(c, d).AsUInt64());
            Avx512F.UnpackLow(ab, cd).AsUInt32().Store(target); // lanes 0, 4, 8, 12: blocks 0 … 3
            Avx512F.UnpackHigh(ab, cd).AsUInt32().Store(target + 16);
            (ab, cd) = (Avx512F.UnpackHigh(a, b).AsUInt64(), Avx512F.UnpackHigh(c, d).AsUInt64());
            Avx512F.UnpackLow(ab, cd).AsUInt32().Store(target + 32);
            Avx512F.UnpackHigh(ab, cd).AsUInt32().Store(target + 48);
            return;
        }
        var words = stackalloc uint[64];
        a.Store(words);
        b.Store(words + 16);
        c.Store(words + 32);
        d.Store(words + 48);
        for (var lane = 0; lane < 16; lane++)
        {
            var block = 4 * (lane % 4) + lane / 4;
            for (var word = 0; word < 4; word++) target[4 * block + word] = words[16 * word + lane];
        }
    }

    /// <summary>Words first … first + count − 1 of the draw; first is a multiple of 64.</summary>
    public void Fill(uint* target, long first, long count)
    {
        var block = first / 4;
        for (; count >= 64; count -= 64, block += 16, target += 64)
        {
            var (a, b, c, d) = Words16(block);
            Interleave(a, b, c, d, target);
        }
        for (; count > 0; count -= 4, block++)
        {
            var (a, b, c, d) = Block(block);
            *target++ = a;
            if (count > 1) *target++ = b;
            if (count > 2) *target++ = c;
            if (count > 3) *target++ = d;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Multiply(Vector512<uint> x, Vector512<uint> m, out Vector512<uint> high, out Vector512<uint> low)
    {
        var odd = Vector512.Create(0xFFFFFFFF00000000).AsUInt32();
        var evenProduct = Wide(x, m);
        var oddProduct = Wide((x.AsUInt64() >>> 32).AsUInt32(), m);
        high = Vector512.ConditionalSelect(odd, oddProduct.AsUInt32(), (evenProduct >>> 32).AsUInt32());
        low = Vector512.ConditionalSelect(odd, (oddProduct << 32).AsUInt32(), evenProduct.AsUInt32());
    }

    /// <summary>64-bit products of the lanes of even number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Wide(Vector512<uint> x, Vector512<uint> m)
    {
        if (Avx512F.IsSupported) return Avx512F.Multiply(x, m);
        if (Avx2.IsSupported) return Vector512.Create(Avx2.Multiply(x.GetLower(), m.GetLower()), Avx2.Multiply(x.GetUpper(), m.GetUpper()));
        var even = Vector512.Create(0xFFFFFFFFUL);
        return (x.AsUInt64() & even) * (m.AsUInt64() & even);
    }
}
