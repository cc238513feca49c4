using System.Numerics;

namespace CudaNet.Tests;

/// <summary>Integer instructions of hand-written PTX against C#.</summary>
public sealed class IntegerInstructionTests
{
    private static readonly uint[] Words = Pairs().A, Others = Pairs().B;

    private static (uint[] A, uint[] B) Pairs()
    {
        uint[] edge = [0, 1, 2, 5, 31, 32, 33, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0xFFFFFF, 0x7FFFFFFF, 0x80000000, 0x80000001, 0xFFFFFFFE, 0xFFFFFFFF, 0x12345678, 0xDEADBEEF];
        return ([.. from a in edge from b in edge select a], [.. from a in edge from b in edge select b]);
    }

    private static ulong Wide(uint low, uint high) => low | ((ulong)high << 32);

    private static IEnumerable<TestCaseData> Binary32()
    {
        static TestCaseData Case(string name, Func<uint, uint, uint> oracle) => new TestCaseData(name, oracle).SetArgDisplayNames(name);
        yield return Case("add.u32", (a, b) => a + b);
        yield return Case("sub.s32", (a, b) => a - b);
        yield return Case("add.sat.s32", (a, b) => (uint)Math.Clamp((long)(int)a + (int)b, int.MinValue, int.MaxValue));
        yield return Case("sub.sat.s32", (a, b) => (uint)Math.Clamp((long)(int)a - (int)b, int.MinValue, int.MaxValue));
        yield return Case("mul.lo.u32", (a, b) => a * b);
        yield return Case("mul.lo.s32", (a, b) => (uint)((int)a * (int)b));
        yield return Case("mul.hi.u32", (a, b) => (uint)((ulong)a * b >> 32));
        yield return Case("mul.hi.s32", (a, b) => (uint)((long)(int)a * (int)b >> 32));
        yield return Case("mul24.lo.u32", (a, b) => (uint)((ulong)(a & 0xFFFFFF) * (b & 0xFFFFFF)));
        yield return Case("mul24.hi.u32", (a, b) => (uint)((ulong)(a & 0xFFFFFF) * (b & 0xFFFFFF) >> 16));
        yield return Case("mul24.hi.s32", (a, b) => (uint)((long)((int)(a << 8) >> 8) * ((int)(b << 8) >> 8) >> 16));
        yield return Case("div.u32", (a, b) => b == 0 ? uint.MaxValue : a / b);
        yield return Case("div.s32", (a, b) => b == 0 ? uint.MaxValue : b == uint.MaxValue ? 0 - a : (uint)((int)a / (int)b));
        yield return Case("rem.u32", (a, b) => b == 0 ? a : a % b);
        yield return Case("rem.s32", (a, b) => b == 0 ? a : b == uint.MaxValue ? 0 : (uint)((int)a % (int)b));
        yield return Case("min.u32", Math.Min);
        yield return Case("min.s32", (a, b) => (uint)Math.Min((int)a, (int)b));
        yield return Case("max.u32", Math.Max);
        yield return Case("max.s32", (a, b) => (uint)Math.Max((int)a, (int)b));
        yield return Case("and.b32", (a, b) => a & b);
        yield return Case("or.b32", (a, b) => a | b);
        yield return Case("xor.b32", (a, b) => a ^ b);
        yield return Case("shl.b32", (a, b) => b > 31 ? 0 : a << (int)b);
        yield return Case("shr.u32", (a, b) => b > 31 ? 0 : a >> (int)b);
        yield return Case("shr.b32", (a, b) => b > 31 ? 0 : a >> (int)b);
        yield return Case("shr.s32", (a, b) => (uint)((int)a >> (int)Math.Min(b, 31)));
    }

    [TestCaseSource(nameof(Binary32))]
    public void Operations_of_32_bits_on_two_operands(string name, Func<uint, uint, uint> oracle) =>
        Assert.That(PtxRunner.Run<uint, uint>($"{name} %d, %a, %b;", Words, Others), Is.EqualTo(Words.Zip(Others, oracle)));

    private static IEnumerable<TestCaseData> Binary64()
    {
        static TestCaseData Case(string name, Func<ulong, ulong, ulong> oracle) => new TestCaseData(name, oracle).SetArgDisplayNames(name);
        yield return Case("add.u64", (a, b) => a + b);
        yield return Case("sub.s64", (a, b) => a - b);
        yield return Case("mul.lo.u64", (a, b) => a * b);
        yield return Case("mul.hi.u64", (a, b) => Math.BigMul(a, b, out _));
        yield return Case("mul.hi.s64", (a, b) => (ulong)Math.BigMul((long)a, (long)b, out _));
        yield return Case("div.u64", (a, b) => b == 0 ? ulong.MaxValue : a / b);
        yield return Case("rem.s64", (a, b) => b == 0 ? a : b == ulong.MaxValue ? 0 : (ulong)((long)a % (long)b));
        yield return Case("min.s64", (a, b) => (ulong)Math.Min((long)a, (long)b));
        yield return Case("max.u64", Math.Max);
        yield return Case("xor.b64", (a, b) => a ^ b);
    }

    [TestCaseSource(nameof(Binary64))]
    public void Operations_of_64_bits_on_two_operands(string name, Func<ulong, ulong, ulong> oracle)
    {
        ulong[] a = [.. Words.Zip(Others, Wide)], b = [.. Others.Zip(Words, (x, y) => Wide(x * 3, y >> 3))];
        Assert.That(PtxRunner.Run<ulong, ulong>($"{name} %d, %a, %b;", a, b), Is.EqualTo(a.Zip(b, oracle)));
    }

    private static IEnumerable<TestCaseData> Binary16()
    {
        static TestCaseData Case(string name, Func<ushort, ushort, int> oracle) => new TestCaseData(name, oracle).SetArgDisplayNames(name);
        yield return Case("add.u16", (a, b) => a + b);
        yield return Case("sub.s16", (a, b) => a - b);
        yield return Case("mul.lo.s16", (a, b) => (short)a * (short)b);
        yield return Case("mul.hi.u16", (a, b) => (int)((uint)a * b >> 16));
        yield return Case("mul.hi.s16", (a, b) => (short)a * (short)b >> 16);
        yield return Case("min.s16", (a, b) => Math.Min((short)a, (short)b));
        yield return Case("max.u16", (a, b) => Math.Max(a, b));
        yield return Case("rem.u16", (a, b) => b == 0 ? a : a % b);
        yield return Case("and.b16", (a, b) => a & b);
    }

    [TestCaseSource(nameof(Binary16))]
    public void Operations_of_16_bits_on_two_operands(string name, Func<ushort, ushort, int> oracle)
    {
        ushort[] a = [.. Words.Select(x => (ushort)(x ^ (x >> 16)))], b = [.. Others.Select(x => (ushort)(x ^ (x >> 16)))];
        Assert.That(PtxRunner.Run<ushort, ushort>($"{name} %d, %a, %b;", a, b), Is.EqualTo(a.Zip(b, (x, y) => (ushort)oracle(x, y))));
    }

    private static IEnumerable<TestCaseData> Unary32()
    {
        static TestCaseData Case(string name, Func<uint, uint> oracle) => new TestCaseData(name, oracle).SetArgDisplayNames(name);
        yield return Case("neg.s32", a => 0 - a);
        yield return Case("abs.s32", a => (int)a < 0 ? 0 - a : a);
        yield return Case("not.b32", a => ~a);
        yield return Case("cnot.b32", a => a == 0 ? 1u : 0);
        yield return Case("clz.b32", a => (uint)BitOperations.LeadingZeroCount(a));
        yield return Case("popc.b32", a => (uint)BitOperations.PopCount(a));
        yield return Case("brev.b32", a => Enumerable.Range(0, 32).Aggregate(0u, (r, k) => r | ((a >> k & 1) << (31 - k))));
        yield return Case("bfind.u32", a => a == 0 ? uint.MaxValue : (uint)(31 - BitOperations.LeadingZeroCount(a)));
        yield return Case("bfind.s32", a => a is 0 or uint.MaxValue ? uint.MaxValue : (uint)(31 - BitOperations.LeadingZeroCount((int)a < 0 ? ~a : a)));
        yield return Case("bfind.shiftamt.u32", a => a == 0 ? uint.MaxValue : (uint)BitOperations.LeadingZeroCount(a));
    }

    [TestCaseSource(nameof(Unary32))]
    public void Operations_of_32_bits_on_one_operand(string name, Func<uint, uint> oracle) =>
        Assert.That(PtxRunner.Run<uint, uint>($"{name} %d, %a;", Words), Is.EqualTo(Words.Select(oracle)));

    [Test]
    public void Wide_products_and_sums_of_products()
    {
        Assert.That(PtxRunner.Run<uint, ulong>("mul.wide.s32 %d, %a, %b;", Words, Others), Is.EqualTo(Words.Zip(Others, (a, b) => (ulong)((long)(int)a * (int)b))));
        Assert.That(PtxRunner.Run<uint, ulong>("cvt.u64.u32 %u1, %a; mad.wide.u32 %d, %a, %b, %u1;", Words, Others), Is.EqualTo(Words.Zip(Others, (a, b) => ((ulong)a * b) + a)));
        Assert.That(PtxRunner.Run<ushort, uint>("mul.wide.s16 %d, %a, %b;", [0xFFFF, 7, 0x8000], [2, 0xFFFE, 0x8000]), Is.EqualTo(new[] { unchecked((uint)-2), unchecked((uint)-14), 0x40000000u }));
        Assert.That(PtxRunner.Run<uint, uint>("mad.hi.s32 %d, %a, %b, %a;", Words, Others), Is.EqualTo(Words.Zip(Others, (a, b) => (uint)((long)(int)a * (int)b >> 32) + a)));
        Assert.That(PtxRunner.Run<uint, uint>("mad.lo.s32 %d, %a, %b, %b;", Words, Others), Is.EqualTo(Words.Zip(Others, (a, b) => (a * b) + b)));
        Assert.That(PtxRunner.Run<uint, uint>("sad.s32 %d, %a, %b, 5;", Words, Others), Is.EqualTo(Words.Zip(Others, (a, b) => ((int)a < (int)b ? b - a : a - b) + 5)));
    }

    [Test]
    public void Chains_with_carry_add_and_subtract_128_bits()
    {
        ulong[] a = [.. Words.Zip(Others, Wide)], b = [.. Others.Zip(Words, Wide)];
        const string Split = "mov.b64 {%t1, %t2}, %a; mov.b64 {%t3, %t4}, %b; ";
        Assert.That(PtxRunner.Run<ulong, ulong>(Split + "add.cc.u32 %t5, %t1, %t3; addc.u32 %t6, %t2, %t4; mov.b64 %d, {%t5, %t6};", a, b), Is.EqualTo(a.Zip(b, (x, y) => x + y)));
        Assert.That(PtxRunner.Run<ulong, ulong>(Split + "sub.cc.u32 %t5, %t1, %t3; subc.u32 %t6, %t2, %t4; mov.b64 %d, {%t5, %t6};", a, b), Is.EqualTo(a.Zip(b, (x, y) => x - y)));
        Assert.That(PtxRunner.Run<ulong, ulong>("add.cc.u64 %u1, %a, %b; addc.u64 %d, 0, 0;", a, b), Is.EqualTo(a.Zip(b, (x, y) => x + y < x ? 1UL : 0)));
        Assert.That(
            PtxRunner.Run<ulong, ulong>(Split + "mul.lo.u32 %t5, %t1, %t3; mul.hi.u32 %t6, %t1, %t3; mad.lo.cc.u32 %t6, %t1, %t4, %t6; mad.lo.u32 %t6, %t2, %t3, %t6; mov.b64 %d, {%t5, %t6};", a, b),
            Is.EqualTo(a.Zip(b, (x, y) => x * y)));
        Assert.That(PtxRunner.Run<uint, uint>("mad.hi.cc.u32 %t1, %a, %b, %a; madc.lo.u32 %d, 0, 0, 0;", Words, Others), Is.EqualTo(Words.Zip(Others, (x, y) => (uint)(((ulong)x * y >> 32) + x >> 32))));
    }

    [Test]
    public void Bit_fields_are_extracted_and_inserted()
    {
        for (int position = 0; position < 40; position += 7)
        {
            for (int length = 0; length < 40; length += 6)
            {
                int p = position, l = length;
                Assert.That(PtxRunner.Run<uint, uint>($"bfe.u32 %d, %a, {p}, {l};", Words), Is.EqualTo(Words.Select(x => (uint)((x >> Math.Min(p, 31) >> (p > 31 ? 1 : 0)) & ((1UL << l) - 1)))), $"{p} {l}");
                Assert.That(PtxRunner.Run<uint, uint>($"bfe.s32 %d, %a, {p}, {l};", Words), Is.EqualTo(Words.Select(x => Signed(x, p, l))), $"{p} {l}");
                Assert.That(PtxRunner.Run<uint, uint>($"bfi.b32 %d, %a, %b, {p}, {l};", Words, Others), Is.EqualTo(Words.Zip(Others, (x, y) => Insert(x, y, p, l))), $"{p} {l}");
            }
        }

        // The definition in the PTX manual, bit by bit.
        static uint Signed(uint x, int position, int length)
        {
            uint sign = length == 0 ? 0 : x >> Math.Min(position + length - 1, 31) & 1, result = 0;
            for (int k = 0; k < 32; k++) result |= (k < length && position + k < 32 ? x >> (position + k) & 1 : sign) << k;
            return result;
        }

        static uint Insert(uint x, uint y, int position, int length)
        {
            for (int k = 0; k < length && position + k < 32; k++) y = (y & ~(1u << (position + k))) | ((x >> k & 1) << (position + k));
            return y;
        }
    }

    [TestCase(0x80, "a & b & c")]
    [TestCase(0x96, "a ^ b ^ c")]
    [TestCase(0xCA, "a ? b : c")]
    [TestCase(0xE8, "majority")]
    public void Lop3_is_any_function_of_three_bits(int table, string meaning)
    {
        uint[] c = [.. Words.Select(x => (x * 2654435761) ^ 0x55AA33CC)];
        uint Oracle(uint x, uint y, uint z) => meaning switch { "a & b & c" => x & y & z, "a ^ b ^ c" => x ^ y ^ z, "a ? b : c" => (x & y) | (~x & z), _ => (x & y) | (x & z) | (y & z) };
        Assert.That(PtxRunner.Run<uint, uint>($"lop3.b32 %d, %a, %b, %c, {table};", Words, Others, c), Is.EqualTo(Words.Select((x, i) => Oracle(x, Others[i], c[i]))));
    }

    [Test]
    public void Funnel_shifts_wrap_and_clamp()
    {
        uint[] n = [.. Words.Select((_, i) => (uint)(i % 70))];
        Assert.That(PtxRunner.Run<uint, uint>("shf.l.wrap.b32 %d, %a, %b, %c;", Words, Others, n), Is.EqualTo(Words.Select((x, i) => (uint)(Wide(x, Others[i]) << (int)(n[i] & 31) >> 32))));
        Assert.That(PtxRunner.Run<uint, uint>("shf.r.clamp.b32 %d, %a, %b, %c;", Words, Others, n), Is.EqualTo(Words.Select((x, i) => (uint)(Wide(x, Others[i]) >> (int)Math.Min(n[i], 32)))));
        Assert.That(PtxRunner.Run<uint, uint>("shf.l.clamp.b32 %d, %a, %b, 32;", Words, Others), Is.EqualTo(Words));
    }

    [TestCase("prmt.b32 %d, %a, %b, 0x7531;", 0x22446688u, 0xAACCEE00u, 0xAAEE2266u)]
    [TestCase("prmt.b32 %d, %a, %b, 0x9810;", 0x11223384u, 0u, 0x00FF3384u)]
    [TestCase("prmt.b32.f4e %d, %a, %b, 1;", 0x44332211u, 0x88776655u, 0x55443322u)]
    [TestCase("prmt.b32.b4e %d, %a, %b, 1;", 0x44332211u, 0x88776655u, 0x77881122u)]
    [TestCase("prmt.b32.rc8 %d, %a, %b, 2;", 0x44332211u, 0x88776655u, 0x33333333u)]
    [TestCase("prmt.b32.ecl %d, %a, %b, 2;", 0x44332211u, 0x88776655u, 0x44333333u)]
    [TestCase("prmt.b32.ecr %d, %a, %b, 1;", 0x44332211u, 0x88776655u, 0x22222211u)]
    [TestCase("prmt.b32.rc16 %d, %a, %b, 1;", 0x44332211u, 0x88776655u, 0x44334433u)]
    public void Bytes_are_permuted(string instruction, uint a, uint b, uint expected) =>
        Assert.That(PtxRunner.Run<uint, uint>(instruction, [a], [b])[0], Is.EqualTo(expected));

    [Test]
    public void Dot_products_of_bytes()
    {
        Assert.That(PtxRunner.Run<uint, uint>("dp4a.s32.s32 %d, %a, %b, 7;", Words, Others), Is.EqualTo(Words.Zip(Others, (a, b) => (uint)(7 + Enumerable.Range(0, 4).Sum(k => (sbyte)(a >> (8 * k)) * (sbyte)(b >> (8 * k)))))));
        Assert.That(PtxRunner.Run<uint, uint>("dp4a.u32.s32 %d, %a, %b, 7;", Words, Others), Is.EqualTo(Words.Zip(Others, (a, b) => (uint)(7 + Enumerable.Range(0, 4).Sum(k => (byte)(a >> (8 * k)) * (sbyte)(b >> (8 * k)))))));
        Assert.That(PtxRunner.Run<uint, uint>("dp2a.hi.s32.u32 %d, %a, %b, 1;", Words, Others), Is.EqualTo(Words.Zip(Others, (a, b) => (uint)(1 + ((short)a * (byte)(b >> 16)) + ((short)(a >> 16) * (byte)(b >> 24))))));
    }

    [TestCase("eq", "s32")]
    [TestCase("ne", "s32")]
    [TestCase("lt", "s32")]
    [TestCase("le", "u32")]
    [TestCase("gt", "u32")]
    [TestCase("ge", "s32")]
    [TestCase("lo", "u32")]
    [TestCase("hs", "u32")]
    public void Comparisons_of_integers_make_predicates(string op, string type)
    {
        bool Oracle(uint a, uint b)
        {
            long x = type == "s32" ? (int)a : a, y = type == "s32" ? (int)b : b;
            return op switch { "eq" => x == y, "ne" => x != y, "lt" or "lo" => x < y, "le" => x <= y, "gt" => x > y, _ => x >= y };
        }

        Assert.That(PtxRunner.Run<uint, uint>($"setp.{op}.{type} %p1, %a, %b; selp.b32 %d, 1, 0, %p1;", Words, Others), Is.EqualTo(Words.Zip(Others, (a, b) => Oracle(a, b) ? 1u : 0)));
        Assert.That(PtxRunner.Run<uint, uint>($"set.{op}.u32.{type} %d, %a, %b;", Words, Others), Is.EqualTo(Words.Zip(Others, (a, b) => Oracle(a, b) ? uint.MaxValue : 0)));
        Assert.That(
            PtxRunner.Run<uint, uint>($"setp.gt.u32 %p3, %a, 100; setp.{op}.and.{type} %p1|%p2, %a, %b, !%p3; selp.b32 %t1, 1, 0, %p1; selp.b32 %t2, 2, 0, %p2; or.b32 %d, %t1, %t2;", Words, Others),
            Is.EqualTo(Words.Zip(Others, (a, b) => a > 100 ? 0u : Oracle(a, b) ? 1u : 2u)));
    }

    [Test]
    public void Comparisons_of_16_and_64_bits_respect_signs()
    {
        ushort[] a = [.. Words.Select(x => (ushort)x)], b = [.. Others.Select(x => (ushort)x)];
        Assert.That(PtxRunner.Run<ushort, uint>("setp.lt.s16 %p1, %a, %b; selp.b32 %d, 1, 0, %p1;", a, b), Is.EqualTo(a.Zip(b, (x, y) => (short)x < (short)y ? 1u : 0)));
        Assert.That(PtxRunner.Run<ushort, uint>("setp.lt.u16 %p1, %a, %b; selp.b32 %d, 1, 0, %p1;", a, b), Is.EqualTo(a.Zip(b, (x, y) => x < y ? 1u : 0)));
        ulong[] c = [.. Words.Zip(Others, Wide)], d = [.. Others.Zip(Words, Wide)];
        Assert.That(PtxRunner.Run<ulong, uint>("setp.ge.s64 %p1, %a, %b; selp.b32 %d, 1, 0, %p1;", c, d), Is.EqualTo(c.Zip(d, (x, y) => (long)x >= (long)y ? 1u : 0)));
        Assert.That(PtxRunner.Run<ulong, ulong>("setp.hi.u64 %p1, %a, %b; selp.b64 %d, %a, %b, %p1;", c, d), Is.EqualTo(c.Zip(d, Math.Max)));
        Assert.That(PtxRunner.Run<uint, uint>("slct.b32.s32 %d, %a, %b, %b;", Words, Others), Is.EqualTo(Words.Zip(Others, (x, y) => (int)y >= 0 ? x : y)));
    }

    [Test]
    public void Predicates_have_logic_of_their_own() =>
        Assert.That(
            PtxRunner.Run<uint, uint>("setp.gt.u32 %p1, %a, 9; setp.gt.u32 %p2, %b, 99; and.pred %p3, %p1, %p2; or.pred %p4, %p1, %p2; xor.pred %p5, %p3, %p4; not.pred %p6, %p5; mov.pred %p7, %p6; mov.u32 %d, 0; @%p7 mov.u32 %d, 1; @!%p3 or.b32 %d, %d, 2;", Words, Others),
            Is.EqualTo(Words.Zip(Others, (a, b) => (a > 9 == b > 99 ? 1u : 0) | (a > 9 && b > 99 ? 0 : 2u))));

    [TestCase("s8.s32", unchecked((uint)-129), 127u)]
    [TestCase("u32.u8", 0x1FFu, 0xFFu)]
    [TestCase("s32.s8", 0x80u, 0xFFFFFF80u)]
    [TestCase("sat.s8.s32", unchecked((uint)-129), unchecked((uint)-128))]
    [TestCase("sat.u8.s32", unchecked((uint)-5), 0u)]
    [TestCase("sat.u8.u32", 300u, 255u)]
    [TestCase("sat.s32.u32", 0xFFFFFFFFu, 0x7FFFFFFFu)]
    [TestCase("sat.u32.s32", 0x80000000u, 0u)]
    public void Integers_are_converted_and_saturated(string types, uint from, uint to) =>
        Assert.That(PtxRunner.Run<uint, uint>($"cvt.{types} %d, %a;", [from])[0], Is.EqualTo(to));

    [Test]
    public void Integers_are_widened_and_cut()
    {
        Assert.That(PtxRunner.Run<uint, ulong>("cvt.s64.s32 %d, %a;", Words), Is.EqualTo(Words.Select(x => (ulong)(long)(int)x)));
        Assert.That(PtxRunner.Run<ulong, uint>("cvt.u32.u64 %d, %a;", [.. Words.Zip(Others, Wide)]), Is.EqualTo(Words));
        Assert.That(PtxRunner.Run<uint, ushort>("cvt.u16.u32 %d, %a;", Words), Is.EqualTo(Words.Select(x => (ushort)x)));
        Assert.That(PtxRunner.Run<uint, uint>("cvt.pack.sat.u16.s32 %d, %a, %b;", Words, Others), Is.EqualTo(Words.Zip(Others, (a, b) => ((uint)Math.Clamp((int)a, 0, 65535) << 16) | (uint)Math.Clamp((int)b, 0, 65535))));
        Assert.That(PtxRunner.Run<uint, uint>("cvt.pack.sat.s8.s32.b32 %d, %a, %b, 0x1234;", [200u], [unchecked((uint)-300)])[0], Is.EqualTo(0x12347F80u));
        Assert.That(PtxRunner.Run<uint, uint>("mov.b32 {%h1, %h2}, %a; mov.b32 %d, {%h2, %h1};", Words), Is.EqualTo(Words.Select(x => BitOperations.RotateLeft(x, 16))));
    }

    [Test]
    public void The_nth_set_bit_is_found()
    {
        Assert.That(PtxRunner.Run<uint, uint>("fns.b32 %d, %a, 0, 2;", [0b1011u, 0b1u])[0], Is.EqualTo(1));
        Assert.That(PtxRunner.Run<uint, uint>("fns.b32 %d, %a, 31, -1;", [0b1011u, 0b1u])[0], Is.EqualTo(3));
        Assert.That(PtxRunner.Run<uint, uint>("fns.b32 %d, %a, 0, 5;", [0b1011u])[0], Is.EqualTo(uint.MaxValue));
    }
}
