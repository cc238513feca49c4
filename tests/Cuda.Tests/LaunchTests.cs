using CudaNet.Cuda.Driver;

namespace CudaNet.Tests;

public sealed class LaunchTests
{
    private const string Ptx = """
        //
        .version 7.5
        .target sm_80
        .address_size 64

        .visible .entry saxpy( // (a comment, with a parenthesis
            .param .u32 saxpy_param_0,
            .param .f32 saxpy_param_1,
            .param .u64 .ptr .global .align 16 saxpy_param_2,
            .param .u64 saxpy_param_3
        )
        .maxntid 256, 1, 1
        {
            ret;
        }
        .visible .entry nothing()
        { ret; }
        .entry bare { ret; }
        .visible .entry _Z6structP4Pair(
            .param .align 8 .b8 _Z6structP4Pair_param_0[24],
            .param .b64 _Z6structP4Pair_param_1,
            .param .f64 d,
            .param .s16 s,
            .param .u8 b
        ) { ret; }
        .visible .func (.param .b32 result) helper(.param .b32 x) { ret; }
        """;

    private static readonly CudaDeviceProperties Card = new()
    {
        Name = "A100",
        ComputeCapability = new(8, 0),
        TotalMemory = 40L << 30,
        MultiprocessorCount = 108,
        SharedBytesPerBlockOptIn = 163 << 10,
        SharedBytesPerMultiprocessor = 164 << 10,
    };

    [Test]
    public void Signatures_are_read_from_PTX()
    {
        var kernels = PtxSignature.Parse(Ptx);
        Assert.That(kernels.Keys, Is.EquivalentTo(new[] { "saxpy", "nothing", "bare", "_Z6structP4Pair" }));
        Assert.That(kernels["saxpy"].Select(p => (p.Type, p.Size, p.Kind)), Is.EqualTo(new[]
        {
            ("u32", 4, KernelArgumentKind.Integer), ("f32", 4, KernelArgumentKind.Float), ("u64", 8, KernelArgumentKind.Integer), ("u64", 8, KernelArgumentKind.Integer),
        }));
        Assert.That(kernels["nothing"], Is.Empty);
        Assert.That(kernels["bare"], Is.Empty);
        Assert.That(kernels["_Z6structP4Pair"].Select(p => (p.Type, p.Size, p.Kind)), Is.EqualTo(new[]
        {
            ("b8[24]", 24, KernelArgumentKind.Structure), ("b64", 8, KernelArgumentKind.Any), ("f64", 8, KernelArgumentKind.Float),
            ("s16", 2, KernelArgumentKind.Integer), ("u8", 1, KernelArgumentKind.Integer),
        }));
    }

    [Test]
    public void Fitting_arguments_pass() => Assert.DoesNotThrow(() => Check("saxpy", 100, 2f, new CudaDevicePointer(4096), (nint)8192));

    [Test]
    public void A_wrong_count_is_refused_with_the_signature() =>
        Assert.That(Assert.Throws<CudaLaunchException>(() => Check("saxpy", 100, 2f))!.Message, Is.EqualTo("Kernel 'saxpy': it has 4 parameters (u32, f32, u64, u64), 2 arguments were given."));

    [Test]
    public void Each_wrong_argument_is_listed()
    {
        var error = Assert.Throws<CudaLaunchException>(() => Check("saxpy", 100L, 2, new CudaDevicePointer(4096), 1.5))!;
        Assert.That(error.Reasons, Has.Count.EqualTo(3));
        Assert.That(error.Message, Does.Contain("1. parameter 0 is u32 of 4 bytes, the argument is Integer of 8 bytes").And.Contain("2. parameter 1 is f32").And.Contain("3. parameter 3"));
    }

    [Test]
    public void A_structure_passes_by_its_size()
    {
        Assert.DoesNotThrow(() => Check("_Z6structP4Pair", KernelArgument.Of((1L, 2L, 3L)), 5L, 1.0, (short)3, true));
        Assert.Throws<CudaLaunchException>(() => Check("_Z6structP4Pair", KernelArgument.Of((1L, 2L)), 5L, 1.0, (short)3, true));
    }

    [Test]
    public void Arguments_keep_their_bits()
    {
        KernelArgument[] arguments = [-5, 2.5f, 1e300, (byte)200, (short)-3, true, ulong.MaxValue, (Half)0.5f, new CudaDevicePointer(0x1234)];
        Assert.That(arguments.Select(a => a.Size), Is.EqualTo(new[] { 4, 4, 8, 1, 2, 1, 8, 2, 8 }));
        Assert.That(BitConverter.ToInt32(arguments[0].Bytes), Is.EqualTo(-5));
        Assert.That(BitConverter.ToSingle(arguments[1].Bytes), Is.EqualTo(2.5f));
        Assert.That(BitConverter.ToDouble(arguments[2].Bytes), Is.EqualTo(1e300));
        Assert.That(BitConverter.ToInt16(arguments[4].Bytes), Is.EqualTo(-3));
        Assert.That(BitConverter.ToHalf(arguments[7].Bytes), Is.EqualTo((Half)0.5f));
        Assert.That(BitConverter.ToInt64(arguments[8].Bytes), Is.EqualTo(0x1234));
        Assert.That(KernelArgument.Of((Half)0.5f).Size, Is.EqualTo(2));
    }

    [Test]
    public void A_launch_within_limits_passes()
    {
        Assert.DoesNotThrow(() => new CudaLaunch(new(1 << 20, 65535, 65535), 1024).Check("k", Card, 0, 1024));
        Assert.DoesNotThrow(() => new CudaLaunch(1, 32) { SharedBytes = 160 << 10 }.Check("k", Card, 2 << 10, 1024));
    }

    [TestCase(0, 32, 0, "the grid (0, 1, 1) is empty")]
    [TestCase(1, 0, 0, "the block (0, 1, 1) is empty")]
    [TestCase(1, 1025, 0, "more than its 1024")]
    [TestCase(1, 32, 164 << 10, "bytes of shared memory are more than the 166912 of a block on A100")]
    public void A_launch_beyond_a_limit_is_refused(int grid, int block, int shared, string reason) =>
        Assert.That(Assert.Throws<CudaLaunchException>(() => new CudaLaunch(grid, block) { SharedBytes = shared }.Check("k", Card, 0, 1024))!.Message, Does.Contain(reason));

    [Test]
    public void A_kernel_with_many_registers_takes_smaller_blocks() =>
        Assert.That(Assert.Throws<CudaLaunchException>(() => new CudaLaunch(1, 1024).Check("k", Card, 0, 512))!.Message, Does.Contain("a block of 1024 threads is more than its 512"));

    [Test]
    public void All_reasons_are_listed_and_clusters_need_Hopper()
    {
        var error = Assert.Throws<CudaLaunchException>(() => new CudaLaunch(new(3, 1 << 20), new(1, 1, 128)) { Cluster = 2 }.Check("k", Card, 0, 1024))!;
        Assert.That(error.Reasons, Has.Count.EqualTo(4));
        Assert.That(error.Message, Does.Contain("A100 has no clusters").And.Contain("no multiple of the cluster"));
    }

    [Test]
    public void Properties_name_the_architecture() => Assert.That(Card.Architecture, Is.EqualTo("sm_80"));

    private static void Check(string kernel, params ReadOnlySpan<KernelArgument> arguments) => PtxSignature.Check(kernel, PtxSignature.Parse(Ptx)[kernel], arguments);
}
