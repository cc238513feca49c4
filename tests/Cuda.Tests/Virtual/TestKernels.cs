namespace CudaNet.Tests;

/// <summary>Kernels for tests of drivers, written by hand, so that a card takes them as well as the virtual GPU.</summary>
internal static class TestKernels
{
    private const string Head = ".version 7.5\n.target sm_80\n.address_size 64\n";

    /// <summary>saxpy(n, a, x, y): y += a x. store(x, offset): writes 1 there. shared(x): 32 KiB of static and some dynamic shared memory.
    /// fixed(x): blocks of 64. traps(): fails.</summary>
    public const string Ptx = Head + """
        .file 1 "kernels.cu"
        .visible .global .align 4 .u32 counter[2] = {5, 7};
        .extern .shared .align 16 .b8 dynamic[];

        .visible .entry saxpy(.param .u32 n, .param .f32 a, .param .u64 x, .param .u64 y)
        {
            .reg .pred %p; .reg .b32 %r<4>; .reg .f32 %f<4>; .reg .b64 %d<6>;
            .loc 1 3 5
            ld.param.u32 %r0, [n]; ld.param.f32 %f0, [a]; ld.param.u64 %d0, [x]; ld.param.u64 %d1, [y];
            mov.u32 %r1, %ctaid.x; mov.u32 %r2, %ntid.x; mov.u32 %r3, %tid.x; mad.lo.s32 %r1, %r1, %r2, %r3;
            setp.ge.u32 %p, %r1, %r0;
            @%p ret;
            cvta.to.global.u64 %d0, %d0; cvta.to.global.u64 %d1, %d1;
            mul.wide.u32 %d2, %r1, 4; add.s64 %d3, %d0, %d2; add.s64 %d4, %d1, %d2;
            .loc 1 4 9
            ld.global.f32 %f1, [%d3];
            ld.global.f32 %f2, [%d4];
            fma.rn.f32 %f3, %f0, %f1, %f2;
            st.global.f32 [%d4], %f3;
            ret;
        }

        .visible .entry store(.param .u64 x, .param .s64 offset)
        {
            .reg .b32 %r<2>; .reg .b64 %d<3>;
            .loc 1 9 5
            ld.param.u64 %d0, [x]; ld.param.s64 %d1, [offset];
            cvta.to.global.u64 %d0, %d0; add.s64 %d2, %d0, %d1; mov.u32 %r0, 1;
            .loc 1 10 5
            st.global.u32 [%d2], %r0;
            ret;
        }

        .visible .entry shared(.param .u64 x)
        {
            .reg .b32 %r<4>; .reg .b64 %d<2>;
            .shared .align 4 .b8 static[32768];
            ld.param.u64 %d0, [x];
            cvta.to.global.u64 %d0, %d0;
            mov.u32 %r0, 17; mov.u32 %r1, static; mov.u32 %r2, dynamic;
            st.shared.u32 [%r1], %r0; st.shared.u32 [%r2], %r0;
            ld.shared.u32 %r3, [%r1];
            st.global.u32 [%d0], %r3;
            ret;
        }

        .visible .entry fixed(.param .u64 x) .maxntid 64, 1, 1
        {
            .reg .b32 %r<2>; .reg .b64 %d<2>;
            ld.param.u64 %d0, [x];
            cvta.to.global.u64 %d0, %d0; mov.u32 %r0, 3;
            st.global.u32 [%d0], %r0;
            ret;
        }

        .visible .entry traps() { trap; ret; }
        """;
}
