using CudaNet.VirtualGpu;

namespace CudaNet.Tests;

/// <summary>Loads, stores, address spaces, atomics, asynchronous copies and matrix instructions of hand-written PTX.</summary>
public sealed class MemoryInstructionTests
{
    private static uint[] Lanes(Func<int, long> of, int count = 32) => [.. Enumerable.Range(0, count).Select(lane => (uint)of(lane))];

    [Test]
    public void Loads_extend_to_the_width_of_the_register()
    {
        uint[] data = [0xFEDC8A7Fu, 0x81828384u];
        Assert.That(PtxRunner.Each("", "ld.global.s8 %r0, [%in0+1];", 32, data), Is.All.EqualTo(0xFFFFFF8Au));
        Assert.That(PtxRunner.Each("", "ld.global.u8 %r0, [%in0+1];", 32, data), Is.All.EqualTo(0x8Au));
        Assert.That(PtxRunner.Each("", "ld.global.s16 %u1, [%in0+2]; mov.b64 {%r1, %r0}, %u1;", 32, data), Is.All.EqualTo(uint.MaxValue));
        Assert.That(PtxRunner.Each("", "ld.global.s8 %h1, [%in0+3]; mov.b32 %r0, {%h1, %h1};", 32, data), Is.All.EqualTo(0xFFFEFFFEu));
        Assert.That(PtxRunner.Each("", "ld.global.v2.u16 {%r1, %r2}, [%in0]; ld.global.nc.L1::no_allocate.v2.u32 {_, %r3}, [%in0]; xor.b32 %r0, %r2, %r3;", 32, data), Is.All.EqualTo(0x81828384u ^ 0xFEDCu));
        Assert.That(PtxRunner.Each("", "ld.volatile.global.u32 %r1, [%in0]; ld.relaxed.gpu.global.u32 %r2, [%in0]; ld.acquire.sys.u32 %r3, [%in0]; lop3.b32 %r0, %r1, %r2, %r3, 0x80;", 32, data), Is.All.EqualTo(data[0]));
    }

    [Test]
    public void Stores_write_only_their_bytes()
    {
        var (output, result) = PtxRunner.RunWarp("", "setp.ne.u32 %p1, %tid, 0; @%p1 exit; mov.u64 %u1, 0x1122334455667788; st.global.u8 [%out+1], %u1; mov.u32 %r1, 0xAABBCCDD; st.global.u16 [%out+6], %r1; st.release.gpu.global.v2.b32 [%out+8], {%r1, 7};", 4);
        Assert.That(result.Findings, Is.Empty);
        Assert.That(output, Is.EqualTo(new[] { 0x8800u, 0xCCDD0000u, 0xAABBCCDDu, 7u }));
    }

    [Test]
    public void Generic_addresses_reach_every_space()
    {
        const string Declarations = ".shared .align 4 .b8 s[128]; .global .u32 g = 5; .const .u32 c[2] = {6, 7};";
        const string Body = """
            .local .align 4 .b8 l[8];
            cvta.shared.u64 %u1, s; mul.wide.u32 %u2, %tid, 4; add.u64 %u1, %u1, %u2; st.u32 [%u1], %tid; ld.u32 %r1, [%u1];
            mov.u64 %u3, l; cvta.local.u64 %u3, %u3; st.u32 [%u3+4], 100; ld.u32 %r2, [%u3+4]; cvta.to.local.u64 %u4, %u3; ld.local.u32 %r3, [%u4+4];
            ld.u32 %r4, [g]; mov.u64 %u5, c; cvta.const.u64 %u5, %u5; ld.u32 %r5, [%u5+4]; ld.const.u32 %r6, [c];
            cvta.to.shared.u64 %u6, %u1; ld.shared.u32 %r7, [%u6];
            isspacep.shared %p1, %u1; isspacep.local %p2, %u3; isspacep.global %p3, %out; isspacep.const %p4, %u5; isspacep.global %p5, %u1;
            add.u32 %r0, %r1, %r2; add.u32 %r0, %r0, %r3; add.u32 %r0, %r0, %r4; add.u32 %r0, %r0, %r5; add.u32 %r0, %r0, %r6; add.u32 %r0, %r0, %r7;
            @%p1 add.u32 %r0, %r0, 1000; @%p2 add.u32 %r0, %r0, 2000; @%p3 add.u32 %r0, %r0, 4000; @%p4 add.u32 %r0, %r0, 8000; @%p5 add.u32 %r0, %r0, 16000;
            """;
        Assert.That(PtxRunner.Each(Declarations, Body), Is.EqualTo(Lanes(t => (2 * t) + 200 + 18 + 15000)));
    }

    [Test]
    public void Global_variables_have_initial_values_and_addresses() =>
        Assert.That(
            PtxRunner.Each(".global .align 8 .b8 a[8] = {1, 2, 3, 4, 5}; .global .f32 f[2] = {1.5, 0f40000000}; .global .u64 p = a; .global .u64 q[2] = {f+4, generic(a)}; .global .s16 m[2][2] = {{-1, 2}, {3}};",
                "ld.global.u64 %u1, [p]; ld.global.u8 %r1, [%u1+4]; ld.global.u64 %u2, [q]; ld.global.f32 %f1, [%u2]; cvt.rni.u32.f32 %r2, %f1; ld.global.u64 %u3, [q+8]; ld.global.u8 %r3, [%u3+5]; ld.global.s16 %r4, [m]; ld.global.u16 %r5, [m+4]; ld.global.f32 %f2, [f]; cvt.rpi.u32.f32 %r6, %f2;"
                + "mad.lo.u32 %r0, %r1, 10, %r2; add.u32 %r0, %r0, %r3; add.u32 %r0, %r0, %r4; mad.lo.u32 %r0, %r5, 100, %r0; mad.lo.u32 %r0, %r6, 1000, %r0;"),
            Is.All.EqualTo(2351));

    [TestCase("add.u32", 5u, 1u, 37u)]
    [TestCase("min.s32", 5u, 0xFFFFFFFFu, 0xFFFFFFFFu)]
    [TestCase("max.u32", 5u, 9u, 9u)]
    [TestCase("and.b32", 0xFFu, 0x3Cu, 0x3Cu)]
    [TestCase("or.b32", 1u, 6u, 7u)]
    [TestCase("xor.b32", 1u, 3u, 1u)]
    [TestCase("exch.b32", 1u, 3u, 3u)]
    [TestCase("inc.u32", 0u, 9u, 2u)]
    [TestCase("dec.u32", 5u, 6u, 1u)]
    [TestCase("add.f32", 0x3F800000u, 0x3F800000u, 0x42040000u)]
    [TestCase("add.noftz.f16x2", 0x3C003C00u, 0x00003C00u, 0x3C005020u)]
    [TestCase("add.noftz.bf16x2", 0x3F800000u, 0u, 0x3F800000u)]
    public void Atomics_of_a_warp_come_one_after_the_other(string op, uint start, uint value, uint expected)
    {
        foreach (string space in new[] { "global", "shared", "" })
        {
            string address = space == "global" ? "%in0" : space == "shared" ? "s" : "%u7";
            string type = op.Split('.')[^1];
            string register = type == "f32" ? "%f1" : "%r1";
            string body = $"mov.b32 {register}, {value}; setp.eq.u32 %p1, %tid, 0; @%p1 st.shared.u32 [s], {start}; cvta.shared.u64 %u7, s; bar.sync 0; atom.{(space == "" ? "" : space + ".")}{op} {register}, [{address}], {register}; bar.sync 0; ld{(space == "" ? "" : "." + space)}.u32 %r0, [{address}];";
            Assert.That(PtxRunner.Each(".shared .u32 s;", body, 32, [start]), Is.All.EqualTo(expected), space);
        }
    }

    [Test]
    public void Atomics_return_the_old_value_and_cas_compares()
    {
        Assert.That(PtxRunner.Each("", "atom.global.add.u32 %r0, [%in0], 2;", 32, [10]), Is.EqualTo(Lanes(t => 10 + (2 * t))));
        Assert.That(PtxRunner.Each("", "atom.global.cas.b32 %r1, [%in0], %tid, 7; ld.global.u32 %r0, [%in0];", 32, [3]), Is.All.EqualTo(7));
        Assert.That(PtxRunner.Each("", "red.global.add.f64 [%in0], 0d3FF0000000000000; ld.global.f64 %g1, [%in0]; cvt.rni.u32.f64 %r0, %g1;", 32, [0, 0]), Is.All.EqualTo(32));
        Assert.That(PtxRunner.Each("", "cvt.u64.u32 %u1, %tid; red.relaxed.gpu.global.max.u64 [%in0], %u1; ld.global.u32 %r0, [%in0];", 32, [0, 0]), Is.All.EqualTo(31));
        Assert.That(PtxRunner.Each("", "mov.b16 %h1, 0x3C00; atom.global.add.noftz.f16 %h2, [%in0], %h1; ld.global.u32 %r0, [%in0];", 32, [0]), Is.All.EqualTo(0x5000));
    }

    [TestCase(4)]
    [TestCase(8)]
    [TestCase(16)]
    public void Asynchronous_copies_arrive_with_the_wait_for_their_group(int size)
    {
        uint[] data = Lanes(t => 1000 + t, 32 * 4);
        string body = $"""
            mov.u64 %u5, s; mul.wide.u32 %u1, %tid, {size}; add.u64 %u2, %u1, %u5; add.u64 %u3, %u1, %in0; mov.u32 %r1, {size};
            cp.async.ca.shared.global [%u2], [%u3], {size}; cp.async.commit_group;
            cp.async.ca.shared.global [%u2+{32 * size}], [%u3], {size}, 0; cp.async.commit_group;
            cp.async.wait_group 1; ld.shared.u32 %r0, [%u2]; cp.async.wait_all; ld.shared.u32 %r2, [%u2+{32 * size}]; add.u32 %r0, %r0, %r2;
            """;
        Assert.That(PtxRunner.Each(".shared .align 16 .b8 s[1024];", body, 32, data), Is.EqualTo(Lanes(t => 1000 + (t * size / 4))));
    }

    [Test]
    public void A_wait_for_all_but_one_group_leaves_the_last_on_its_way()
    {
        const string Body = "mov.u64 %u5, s; mul.wide.u32 %u1, %tid, 4; add.u64 %u2, %u1, %u5; add.u64 %u3, %u1, %in0; cp.async.ca.shared.global [%u2], [%u3], 4; cp.async.commit_group; cp.async.ca.shared.global [%u2+128], [%u3], 4; cp.async.commit_group; cp.async.wait_group 1; ld.shared.u32 %r1, [%u2]; ld.shared.u32 %r2, [%u2+128]; cp.async.wait_group 0; ld.shared.u32 %r3, [%u2+128]; sub.u32 %r4, %r3, %r1; add.u64 %u6, %u1, %out; st.global.u32 [%u6], %r4; st.global.u32 [%u6+128], %r2;";
        var (output, result) = PtxRunner.RunWarp(".shared .align 16 .b8 s[256];", Body, 64, 32, Lanes(t => 1000 + t));
        Assert.That(result.Findings.Single(finding => finding.Kind == FindingKind.PendingCopy).Instruction, Does.Contain("%r2"));
        Assert.That(output[..32], Is.All.Zero);
        Assert.That(output[32..], Is.All.EqualTo(uint.MaxValue), "what lay there before");
    }

    [Test]
    public void A_short_source_is_filled_with_zeros() =>
        Assert.That(
            PtxRunner.Each(".shared .align 16 .b8 s[512];", "mov.u64 %u5, s; mul.wide.u32 %u1, %tid, 16; add.u64 %u2, %u1, %u5; cp.async.cg.shared.global [%u2], [%in0], 16, 6; cp.async.wait_all; ld.shared.v4.u32 {%r1, %r2, %r3, %r4}, [%u2]; add.u32 %r0, %r1, %r2; add.u32 %r0, %r0, %r3; add.u32 %r0, %r0, %r4;", 32, [5, 0x10001, 9, 9]),
            Is.All.EqualTo(6));

    [TestCase(false)]
    [TestCase(true)]
    public void Matrices_are_loaded_as_fragments_and_stored_back(bool transposed)
    {
        ushort[] tile = [.. Enumerable.Range(0, 256).Select(i => (ushort)i)];
        uint[] data = [.. Enumerable.Range(0, 128).Select(i => tile[2 * i] | ((uint)tile[(2 * i) + 1] << 16))];
        string trans = transposed ? ".trans" : "";
        string body = $"""
            mov.u64 %u5, s; mul.wide.u32 %u1, %tid, 16; add.u64 %u2, %u1, %u5; add.u64 %u3, %u1, %in0; ld.global.v4.u32 [%u9], [%u3];
            """.Replace("[%u9]", "{%r1, %r2, %r3, %r4}") + $$"""
            st.shared.v4.u32 [%u2], {%r1, %r2, %r3, %r4}; bar.sync 0;
            ldmatrix.sync.aligned.m8n8.x4{{trans}}.shared.b16 {%r5, %r6, %r7, %r8}, [%u2];
            mul.wide.u32 %u6, %tid, 16; add.u64 %u6, %u6, %out; st.global.v4.u32 [%u6], {%r5, %r6, %r7, %r8};
            bar.sync 0; stmatrix.sync.aligned.m8n8.x4{{trans}}.shared.b16 [%u2], {%r5, %r6, %r7, %r8}; bar.sync 0;
            ld.shared.v4.u32 {%r9, %r10, %r11, %r12}, [%u2]; st.global.v4.u32 [%u6+512], {%r9, %r10, %r11, %r12};
            """;
        var (output, result) = PtxRunner.RunWarp(".shared .align 16 .b8 s[512];", body, 256, 32, data);
        Assert.That(result.Findings, Is.Empty, string.Join("\n", result.Findings));
        for (int lane = 0; lane < 32; lane++)
        {
            for (int k = 0; k < 4; k++)
            {
                int row = lane / 4, column = lane % 4 * 2;
                uint low = transposed ? tile[(k * 64) + (column * 8) + row] : tile[(k * 64) + (row * 8) + column];
                uint high = transposed ? tile[(k * 64) + ((column + 1) * 8) + row] : tile[(k * 64) + (row * 8) + column + 1];
                Assert.That(output[(lane * 4) + k], Is.EqualTo(low | (high << 16)), $"lane {lane}, matrix {k}");
            }
        }

        Assert.That(output[128..], Is.EqualTo(data));
    }

    // The fragments below are written from the tables of the PTX manual, register by register.
    private static readonly (int Row, int Column)[][] HalfK16 = [[(0, 0), (0, 1)], [(8, 0), (8, 1)], [(0, 8), (0, 9)], [(8, 8), (8, 9)]];

    [TestCase("m16n8k16", "f16", 2, 2)]
    [TestCase("m16n8k16", "bf16", 2, 2)]
    [TestCase("m16n8k8", "f16", 2, 2)]
    [TestCase("m16n8k8", "bf16", 2, 2)]
    [TestCase("m16n8k8", "tf32", 1, 1)]
    [TestCase("m16n8k4", "tf32", 1, 1)]
    [TestCase("m16n8k32", "s8", 4, 4)]
    [TestCase("m16n8k16", "u8", 4, 4)]
    [TestCase("m8n8k16", "s8", 4, 4)]
    public void Matrix_products_follow_the_fragment_tables(string shape, string type, int perA, int perB)
    {
        int m = shape.StartsWith("m16") ? 16 : 8, k = int.Parse(shape[(shape.IndexOf('k') + 1)..]);
        bool integer = perA == 4;
        var random = new Random(k);
        int[] a = [.. Enumerable.Range(0, m * k).Select(_ => random.Next(integer && type == "u8" ? 0 : -8, 8))], b = [.. Enumerable.Range(0, k * 8).Select(_ => random.Next(integer && type == "u8" ? 0 : -8, 8))];
        int registersA = m * k / 32 / perA, registersB = 8 * k / 32 / perB, registersC = m / 4;
        uint[] fragmentA = new uint[32 * registersA], fragmentB = new uint[32 * registersB];
        for (int lane = 0; lane < 32; lane++)
        {
            int g = lane >> 2, t = lane & 3;
            for (int r = 0; r < registersA; r++)
                for (int e = 0; e < perA; e++)
                {
                    int row = m == 16 && r % 2 == 1 ? g + 8 : g;
                    int column = (t * perA) + e + (m == 16 ? (r >= 2 ? 4 * perA : 0) : 0);
                    if (type == "f16" && k == 16) Assert.That((row - g, column - (2 * t)), Is.EqualTo(HalfK16[r][e]));
                    fragmentA[(lane * registersA) + r] |= Encode(a[(row * k) + column], type) << (32 / perA * e);
                }

            for (int r = 0; r < registersB; r++)
                for (int e = 0; e < perB; e++)
                    fragmentB[(lane * registersB) + r] |= Encode(b[(((t * perB) + e + (r * 4 * perB)) * 8) + g], type) << (32 / perB * e);
        }

        string sum = integer ? "s32" : "f32", registerC = integer ? "r" : "f";
        string C = string.Join(", ", Enumerable.Range(0, registersC).Select(i => $"%{registerC}{20 + i}"));
        string loads = string.Concat(Enumerable.Range(0, registersA).Select(r => $"ld.global.u32 %r{1 + r}, [%u1+{4 * r}]; ")) + string.Concat(Enumerable.Range(0, registersB).Select(r => $"ld.global.u32 %r{10 + r}, [%u2+{4 * r}]; "));
        string init = string.Concat(Enumerable.Range(0, registersC).Select(i => integer ? $"mov.u32 %r{20 + i}, {i}; " : $"mov.f32 %f{20 + i}, 0f{BitConverter.SingleToUInt32Bits(i):X8}; "));
        string A = string.Join(", ", Enumerable.Range(1, registersA).Select(r => $"%r{r}")), B = string.Join(", ", Enumerable.Range(10, registersB).Select(r => $"%r{r}"));
        if (registersA == 1) A = "%r1";
        string body = $"mul.wide.u32 %u1, %tid, {4 * registersA}; add.u64 %u1, %u1, %in0; mul.wide.u32 %u2, %tid, {4 * registersB}; add.u64 %u2, %u2, %in1; " + loads + init
            + $"mma.sync.aligned.{shape}.row.col.{sum}.{type}.{type}.{sum} {{{C}}}, {{{A}}}, {{{B}}}, {{{C}}}; mul.wide.u32 %u3, %tid, {4 * registersC}; add.u64 %u3, %u3, %out; "
            + string.Concat(Enumerable.Range(0, registersC).Select(i => $"st.global.b32 [%u3+{4 * i}], %{registerC}{20 + i}; "));
        var (output, result) = PtxRunner.RunWarp("", body, 32 * registersC, 32, fragmentA, fragmentB);
        Assert.That(result.Findings, Is.Empty, string.Join("\n", result.Findings));
        for (int lane = 0; lane < 32; lane++)
        {
            for (int i = 0; i < registersC; i++)
            {
                int row = (lane >> 2) + (i >= 2 ? 8 : 0), column = (2 * (lane & 3)) + (i & 1);
                int expected = i + Enumerable.Range(0, k).Sum(n => a[(row * k) + n] * b[(n * 8) + column]);
                uint bits = output[(lane * registersC) + i];
                Assert.That(integer ? (int)bits : BitConverter.UInt32BitsToSingle(bits), Is.EqualTo(expected), $"lane {lane}, element {i}");
            }
        }

        Assert.That(integer ? result.Counters.TensorInt8Ops : result.Counters.Flops, Is.EqualTo(2 * m * 8 * k));
    }

    private static uint Encode(int value, string type) => type switch
    {
        "f16" => BitConverter.HalfToUInt16Bits((Half)value),
        "bf16" => BitConverter.SingleToUInt32Bits(value) >> 16,
        "tf32" => BitConverter.SingleToUInt32Bits(value),
        _ => (byte)value,
    };

    [TestCase(8, 4)]
    [TestCase(16, 4)]
    [TestCase(16, 8)]
    [TestCase(16, 16)]
    public void Matrix_products_of_doubles(int m, int k)
    {
        int countA = m * k / 32, countB = k / 4, countC = m / 4;
        string Names(int start, int count) => string.Join(", ", Enumerable.Range(start, count).Select(r => $"%g{r}"));

        // A[row, column] = row + 2·column and B[row, column] = 3·row − column.
        var body = new System.Text.StringBuilder("shr.u32 %r1, %tid, 2; and.b32 %r2, %tid, 3; ");
        for (int r = 0; r < countA; r++)
        {
            int rowOffset = m == 16 && r % 2 == 1 ? 8 : 0, columnOffset = 4 * (m == 16 ? r / 2 : r);
            body.Append($"add.u32 %r3, %r1, {rowOffset}; add.u32 %r4, %r2, {columnOffset}; mad.lo.u32 %r5, %r4, 2, %r3; cvt.rn.f64.u32 %g{1 + r}, %r5; ");
        }

        for (int r = 0; r < countB; r++) body.Append($"add.u32 %r4, %r2, {4 * r}; mul.lo.u32 %r5, %r4, 3; sub.s32 %r5, %r5, %r1; cvt.rn.f64.s32 %g{10 + r}, %r5; ");
        for (int i = 0; i < countC; i++) body.Append($"mov.f64 %g{20 + i}, 0d3FF0000000000000; ");
        body.Append($"mma.sync.aligned.m{m}n8k{k}.row.col.f64.f64.f64.f64 {{{Names(20, countC)}}}, {{{Names(1, countA)}}}, {{{Names(10, countB)}}}, {{{Names(20, countC)}}}; mul.wide.u32 %u3, %tid, {4 * countC}; add.u64 %u3, %u3, %out; ");
        for (int i = 0; i < countC; i++) body.Append($"cvt.rni.s32.f64 %r6, %g{20 + i}; st.global.b32 [%u3+{4 * i}], %r6; ");
        var (output, _) = PtxRunner.RunWarp("", body.ToString(), 32 * countC);
        for (int lane = 0; lane < 32; lane++)
        {
            for (int i = 0; i < countC; i++)
            {
                int row = (lane >> 2) + (i >= 2 ? 8 : 0), column = (2 * (lane & 3)) + (i & 1);
                int expected = 1 + Enumerable.Range(0, k).Sum(n => (row + (2 * n)) * ((3 * n) - column));
                Assert.That((int)output[(lane * countC) + i], Is.EqualTo(expected), $"lane {lane}, element {i}");
            }
        }
    }

    [Test]
    public void Sums_of_f16_are_packed_in_pairs()
    {
        string body = "mov.b32 %r1, 0x3C003C00; mov.b32 %r2, 0x40004000; mov.b32 %r3, 0x3C000000; mma.sync.aligned.m16n8k8.row.col.f16.f16.f16.f16 {%r4, %r5}, {%r1, %r1}, {%r2}, {%r3, %r3}; xor.b32 %r6, %r4, %r5; or.b32 %r0, %r4, %r6;";
        Assert.That(PtxRunner.Each("", body), Is.All.EqualTo(0x4C404C00u));
    }

    [Test]
    public void A_matrix_product_needs_all_lanes()
    {
        string body = "setp.lt.u32 %p1, %tid, 16; @%p1 mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%f1, %f2, %f3, %f4}, {%r1, %r1}, {%r2}, {%f1, %f2, %f3, %f4};";
        Assert.That(PtxRunner.RunWarp("", body, 1).Result.Findings.Single().Kind, Is.EqualTo(FindingKind.DivergentBarrier));
    }

    [Test]
    public void Structures_are_passed_by_value_and_read_through_their_address()
    {
        const string Text = PtxRunner.Header + ".visible .entry k(.param .align 8 .b8 s[24], .param .u64 out) { .reg .b64 %u<5>; .reg .b32 %r<5>; mov.b64 %u1, s; ld.param.u64 %u2, [out]; ld.param.u32 %r1, [%u1+20]; ld.param.v2.u32 {%r2, %r3}, [s+8]; add.u32 %r1, %r1, %r2; add.u32 %r1, %r1, %r3; cvta.param.u64 %u3, %u1; ld.u32 %r4, [%u3+4]; add.u32 %r1, %r1, %r4; st.global.u32 [%u2], %r1; }";
        using var device = new TestDevice();
        var kernel = device.Device.LoadModule(Text).GetFunction("k");
        var output = device.Allocate(4);
        device.Clean(kernel, 1, 1, 0, KernelArgument.Structure((1UL << 32, 2UL | (3UL << 32), 4UL << 32)), output);
        Assert.That(device.Device.Download<uint>(output, 1)[0], Is.EqualTo(10));
    }
}
