using CudaNet.VirtualGpu;

namespace CudaNet.Tests;

/// <summary>Control flow, exchanges between lanes, barriers and special registers of hand-written PTX.</summary>
public sealed class WarpInstructionTests
{
    private static uint[] Lanes(Func<int, long> of, int count = 32) => [.. Enumerable.Range(0, count).Select(lane => (uint)of(lane))];

    [TestCase("up", 0, 5)]
    [TestCase("down", 31, 5)]
    [TestCase("bfly", 31, 3)]
    [TestCase("idx", 31, 7)]
    [TestCase("up", 0x1800, 2)]
    [TestCase("down", 0x181F, 2)]
    [TestCase("bfly", 0x181F, 9)]
    [TestCase("idx", 0x101F, 13)]
    public void Shuffles_follow_the_formula_of_the_manual(string mode, int c, int b)
    {
        uint[] expected = Lanes(lane =>
        {
            int segment = c >> 8 & 31, clamp = c & 31, low = lane & segment, limit = low | (clamp & ~segment);
            int source = mode switch { "up" => lane - b, "down" => lane + b, "bfly" => lane ^ b, _ => low | (b & ~segment) };
            bool inside = mode == "up" ? source >= limit : source <= limit;
            return ((inside ? source : lane) * 10) + (inside ? 1 : 0);
        });
        Assert.That(PtxRunner.Each("", $"mul.lo.u32 %r1, %tid, 10; shfl.sync.{mode}.b32 %r2|%p1, %r1, {b}, {c}, -1; selp.u32 %r3, 1, 0, %p1; add.u32 %r0, %r2, %r3;"), Is.EqualTo(expected));
    }

    [Test]
    public void Votes_count_the_lanes_of_the_mask()
    {
        const string P = "and.b32 %r1, %tid, 3; setp.eq.u32 %p1, %r1, 0; ";
        Assert.That(PtxRunner.Each("", P + "vote.sync.ballot.b32 %r0, %p1, -1;"), Is.All.EqualTo(0x11111111u));
        Assert.That(PtxRunner.Each("", P + "vote.sync.ballot.b32 %r0, !%p1, -1;"), Is.All.EqualTo(0xEEEEEEEEu));
        Assert.That(PtxRunner.Each("", P + "vote.sync.any.pred %p2, %p1, -1; vote.sync.all.pred %p3, %p1, -1; vote.sync.uni.pred %p4, %p1, -1; selp.u32 %r0, 1, 0, %p2; @%p3 add.u32 %r0, %r0, 2; @%p4 add.u32 %r0, %r0, 4;"), Is.All.EqualTo(1));
        Assert.That(PtxRunner.Each("", "mov.u32 %r0, 0; setp.lt.u32 %p1, %tid, 9; @!%p1 bra L; activemask.b32 %r0; vote.sync.ballot.b32 %r2, %p1, 511; and.b32 %r0, %r0, %r2;\nL:"), Is.EqualTo(Lanes(lane => lane < 9 ? 511 : 0)));
    }

    [Test]
    public void Matching_lanes_find_each_other()
    {
        Assert.That(PtxRunner.Each("", "and.b32 %r1, %tid, 3; match.any.sync.b32 %r0, %r1, -1;"), Is.EqualTo(Lanes(lane => 0x11111111L << (lane & 3))));
        Assert.That(PtxRunner.Each("", "mov.u32 %r1, 5; match.all.sync.b32 %r2|%p1, %r1, -1; selp.u32 %r0, %r2, 0, %p1;"), Is.All.EqualTo(uint.MaxValue));
        Assert.That(PtxRunner.Each("", "cvt.u64.u32 %u3, %tid; match.all.sync.b64 %r2|%p1, %u3, -1; selp.u32 %r0, 7, %r2, %p1;"), Is.All.EqualTo(0));
    }

    [TestCase("add.u32", 496u)]
    [TestCase("min.s32", 0u)]
    [TestCase("max.u32", 31u)]
    [TestCase("and.b32", 0u)]
    [TestCase("or.b32", 31u)]
    [TestCase("xor.b32", 0u)]
    public void Reductions_of_a_warp(string op, uint expected) =>
        Assert.That(PtxRunner.Each("", $"redux.sync.{op} %r0, %tid, -1;"), Is.All.EqualTo(expected));

    [Test]
    public void Signed_minimum_of_a_warp() =>
        Assert.That(PtxRunner.Each("", "sub.s32 %r1, 3, %tid; redux.sync.min.s32 %r0, %r1, -1;"), Is.All.EqualTo(unchecked((uint)-28)));

    [Test]
    public void Special_registers_tell_where_a_thread_is()
    {
        Assert.That(PtxRunner.Each("", "mov.u32 %r0, %laneid;", 64), Is.EqualTo(Lanes(t => t % 32, 64)));
        Assert.That(PtxRunner.Each("", "mov.u32 %r0, %warpid;", 64), Is.EqualTo(Lanes(t => t / 32, 64)));
        Assert.That(PtxRunner.Each("", "mov.u32 %r0, %lanemask_lt;"), Is.EqualTo(Lanes(t => (1L << t) - 1)));
        Assert.That(PtxRunner.Each("", "mov.u32 %r0, %lanemask_ge;"), Is.EqualTo(Lanes(t => (uint)-(1L << t))));
        Assert.That(PtxRunner.Each("", "mov.u32 %r1, %lanemask_eq; mov.u32 %r2, %lanemask_le; mov.u32 %r3, %lanemask_gt; xor.b32 %r0, %r2, %r3; xor.b32 %r0, %r0, %r1;"), Is.EqualTo(Lanes(t => ~(1L << t))));
        Assert.That(PtxRunner.Each("", "mov.u32 %r1, %ntid.x; mov.u32 %r2, %nctaid.y; mov.u32 %r3, WARP_SZ; add.u32 %r0, %r1, %r2; add.u32 %r0, %r0, %r3;"), Is.All.EqualTo(65));
        Assert.That(PtxRunner.Each("", "mov.u64 %u1, %clock64; mov.u64 %u2, %clock64; setp.ge.u64 %p1, %u2, %u1; selp.u32 %r0, 1, 0, %p1;"), Is.All.EqualTo(1));
    }

    [Test]
    public void An_indexed_branch_sends_each_lane_to_its_target() =>
        Assert.That(
            PtxRunner.Each("", "and.b32 %r1, %tid, 3;\nts: .branchtargets A, B, C, B;\nbrx.idx %r1, ts;\nA: mov.u32 %r0, 10; bra E;\nB: mov.u32 %r0, 20; bra E;\nC: mov.u32 %r0, 30;\nE: vote.sync.ballot.b32 %r2, %p7, -1;"),
            Is.EqualTo(Lanes(lane => (lane & 3) switch { 0 => 10, 2 => 30, _ => 20 })));

    [Test]
    public void Blocks_of_the_text_have_registers_and_labels_of_their_own() =>
        Assert.That(
            PtxRunner.Each("", "mov.u32 %r0, 0;\n{ .reg .b32 %x; mov.u32 %x, 3;\nL: add.u32 %r0, %r0, 1; sub.u32 %x, %x, 1; setp.ne.u32 %p1, %x, 0; @%p1 bra L; }\n{ .reg .b32 %x; mov.u32 %x, 2;\nL: add.u32 %r0, %r0, 10; sub.u32 %x, %x, 1; setp.ne.u32 %p1, %x, 0; @%p1 bra L; }"),
            Is.All.EqualTo(23));

    [Test]
    public void Lanes_that_exit_in_a_branch_are_not_waited_for()
    {
        var (output, result) = PtxRunner.RunWarp("", "mul.wide.u32 %u0, %tid, 4; add.u64 %u0, %u0, %out; setp.lt.u32 %p1, %tid, 5; @%p1 exit; setp.lt.u32 %p2, %tid, 9; @%p2 bra L; mov.u32 %r0, 1; bra M;\nL: mov.u32 %r0, 2;\nM: activemask.b32 %r1; and.b32 %r1, %r1, 0xFFF00; or.b32 %r0, %r0, %r1; st.global.b32 [%u0], %r0;", 32);
        Assert.That(result.Findings, Is.Empty);
        Assert.That(output, Is.EqualTo(Lanes(lane => lane < 5 ? 0 : lane < 9 ? 0xFFF02 : 0xFFF01)));
    }

    [Test]
    public void Lanes_that_exit_in_a_call_do_not_return()
    {
        const string F = ".func f(.param .b32 x)\n{ .reg .b32 %r<3>; .reg .pred %p; ld.param.b32 %r1, [x]; setp.lt.u32 %p, %r1, 5; @%p exit; ret; }";
        var (output, result) = PtxRunner.RunWarp(F, "{ .param .b32 a; st.param.b32 [a], %tid; call.uni f, (a); } activemask.b32 %r0; mul.wide.u32 %u0, %tid, 4; add.u64 %u0, %u0, %out; st.global.b32 [%u0], %r0;", 32);
        Assert.That(result.Findings, Is.Empty);
        Assert.That(output, Is.EqualTo(Lanes(lane => lane < 5 ? 0 : 0xFFFFFFE0)));
    }

    [Test]
    public void Barriers_reduce_over_the_block()
    {
        const string P = "setp.lt.u32 %p1, %tid, 40; ";
        Assert.That(PtxRunner.Each("", P + "bar.red.popc.u32 %r0, 0, %p1;", 96), Is.All.EqualTo(40));
        Assert.That(PtxRunner.Each("", P + "bar.red.and.pred %p2, 0, %p1; bar.red.or.pred %p3, 1, !%p1; selp.u32 %r0, 1, 0, %p2; @%p3 add.u32 %r0, %r0, 2;", 96), Is.All.EqualTo(2));
    }

    [Test]
    public void A_named_barrier_orders_a_producer_and_a_consumer()
    {
        // Warp 0 writes and arrives, warp 1 waits and reads: no race, although warp 0 does not wait.
        const string Body = "mov.u64 %u5, buffer; setp.ge.u32 %p1, %tid, 32; @%p1 bra C; mul.wide.u32 %u1, %tid, 4; add.u64 %u1, %u1, %u5; st.shared.u32 [%u1], %tid; bar.arrive 3, 64; bra E;\nC: bar.sync 3, 64; sub.u32 %r1, 63, %tid; mul.wide.u32 %u1, %r1, 4; add.u64 %u1, %u1, %u5; ld.shared.u32 %r2, [%u1]; mul.wide.u32 %u0, %tid, 4; add.u64 %u0, %u0, %out; st.global.u32 [%u0], %r2;\nE:";
        var (output, result) = PtxRunner.RunWarp(".shared .align 4 .b8 buffer[128];", Body, 64, 64);
        Assert.That(result.Findings, Is.Empty, string.Join("\n", result.Findings));
        Assert.That(output[32..], Is.EqualTo(Lanes(lane => 31 - lane)));
    }

    [Test]
    public void An_mbarrier_orders_all_that_arrive()
    {
        const string Body = """
            mov.u64 %u5, buffer; setp.eq.u32 %p1, %tid, 0;
            @%p1 mbarrier.init.shared.b64 [bar], 64;
            bar.sync 0;
            mul.wide.u32 %u1, %tid, 4; add.u64 %u2, %u1, %u5; st.shared.u32 [%u2], %tid;
            mbarrier.arrive.shared.b64 %u3, [bar];
            W: mbarrier.test_wait.shared.b64 %p2, [bar], %u3; @!%p2 bra W;
            V: mbarrier.try_wait.parity.shared.b64 %p3, [bar], 0; @!%p3 bra V;
            sub.u32 %r1, 63, %tid; mul.wide.u32 %u2, %r1, 4; add.u64 %u2, %u2, %u5; ld.shared.u32 %r0, [%u2];
            mbarrier.pending_count.b64 %r3, %u3; setp.eq.u32 %p4, %r3, 0; @%p4 mov.u32 %r0, 999;
            """;
        Assert.That(PtxRunner.Each(".shared .align 8 .b64 bar;\n.shared .align 4 .b8 buffer[256];", Body, 64), Is.EqualTo(Lanes(t => 63 - t, 64)));
    }

    [Test]
    public void A_barrier_beyond_the_last_one_is_refused_at_run_time() =>
        Assert.That(PtxRunner.RunWarp("", "add.u32 %r1, %tid, 16; bar.sync %r1;", 1).Result.Findings.Single().Kind, Is.EqualTo(FindingKind.InvalidCall));

    [Test]
    public void A_runaway_recursion_ends_in_a_finding()
    {
        const string F = ".func f(.param .b32 x)\n{ .reg .b32 %r<3>; .param .b32 y; ld.param.b32 %r1, [x]; st.param.b32 [y], %r1; call.uni f, (y); ret; }";
        var (_, result) = PtxRunner.RunWarp(F, "{ .param .b32 a; st.param.b32 [a], %tid; call.uni f, (a); }", 1);
        Assert.That(result.Findings.Single().Kind, Is.EqualTo(FindingKind.InvalidCall));
        Assert.That(result.Findings.Single().Message, Does.Contain("deeper than the stack"));
    }

    [Test]
    public void An_exchange_in_a_loop_of_ragged_length_converges_behind_it() =>
        Assert.That(
            PtxRunner.Each("", "mov.u32 %r1, %tid; mov.u32 %r0, 0;\nL: setp.eq.u32 %p1, %r1, 0; @%p1 bra E; sub.u32 %r1, %r1, 1; add.u32 %r0, %r0, 2; bra L;\nE: shfl.sync.idx.b32 %r0, %r0, 31, 31, -1;"),
            Is.All.EqualTo(62));
}
