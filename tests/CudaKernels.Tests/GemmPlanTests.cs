namespace CudaNet.Tests;

/// <summary>Which kernel a matrix product gets.</summary>
public sealed class GemmPlanTests
{
    private const int Processors = 108;

    private static readonly GemmProblem Square = new("f32", 4096, 4096, 4096, 1, false, false, true);

    [Test]
    public void F32_is_multiplied_exactly_unless_tf32_is_allowed()
    {
        Assert.That(Plan(Square).Entry, Is.EqualTo("gemm_simt"));
        Assert.That(GemmPlan.Of(Square, allowTf32: true, Processors), Is.EqualTo(new GemmPlan("gemm_mma", GemmKernels.Spec("f32", false, false, true), 1)));
    }

    [Test]
    public void Half_types_run_on_tensor_cores_with_the_large_tile_where_operands_are_aligned([Values("f16", "bf16")] string type, [Values] bool ta, [Values] bool tb)
    {
        var problem = Square with { Type = type, TransposeA = ta, TransposeB = tb };
        Assert.That(Plan(problem), Is.EqualTo(new GemmPlan("gemm_mma", GemmKernels.Spec(type, ta, tb, true), 1)));
        Assert.That(GemmKernels.Tile(Plan(problem).Spec), Is.EqualTo(128));
        Assert.That(GemmKernels.Tile(Plan(problem with { IsAligned = false }).Spec), Is.EqualTo(64));
    }

    [Test]
    public void Doubles_and_integers_have_kernels_of_their_own([Values("f64", "i32", "i64")] string type) =>
        Assert.That(GemmPlan.Of(Square with { Type = type }, allowTf32: true, Processors).Spec.Source, Is.EqualTo("gemm_simt"));

    [Test]
    public void A_small_result_has_small_tiles_and_a_long_sum_parts()
    {
        var small = Square with { M = 128, N = 128 };
        Assert.That(GemmKernels.Tile(Plan(Square).Spec), Is.EqualTo(128));
        Assert.That(GemmKernels.Tile(Plan(small).Spec), Is.EqualTo(64));
        Assert.That(Plan(small).Splits, Is.EqualTo(16), "parts of 256 terms, of which 4 blocks each do not fill the device");
        Assert.That(Plan(small with { K = 300 }).Splits, Is.EqualTo(1));
        Assert.That(Plan(small with { Batch = 30 }).Splits, Is.EqualTo(1), "120 blocks");
        Assert.That(Plan(small with { M = 1, N = 1, K = 1 << 30 }).Splits, Is.EqualTo(32));
    }

    [Test]
    public void One_row_by_rows_is_read_once()
    {
        Assert.That(Plan(Square with { M = 1, TransposeB = true }), Is.EqualTo(new GemmPlan("gemv_simt", GemmKernels.SimtSpec("f32", false), 1)));
        Assert.That(Plan(Square with { Type = "bf16", M = 1, TransposeB = true }), Is.EqualTo(new GemmPlan("gemv", GemmKernels.Spec("bf16", false, true, true), 1)));
        Assert.That(Plan(Square with { M = 1 }).Entry, Is.EqualTo("gemm_simt"), "columns are no rows");
        Assert.That(Plan(Square with { M = 1, TransposeA = true, TransposeB = true }).Entry, Is.EqualTo("gemm_simt"), "a row whose elements are apart");
    }

    [Test]
    public void Every_plan_is_compiled_ahead_and_fits_a_grid()
    {
        foreach (string type in new[] { "f32", "f16", "bf16", "f64", "i32", "i64" })
            foreach (int size in new[] { 1, 63, 64, 2000 })
                foreach (int k in new[] { 0, 1, 5000 })
                    foreach (int batch in new[] { 1, 65535, 1_000_000 })
                        for (int flags = 0; flags < 16; flags++)
                        {
                            var plan = GemmPlan.Of(new(type, size, 2001 - size, k, batch, (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0), (flags & 8) != 0, Processors);
                            Assert.That(KernelCatalogue.Ahead, Does.Contain(plan.Spec));
                            Assert.That(plan.Splits, Is.InRange(1, 32));
                        }
    }

    private static GemmPlan Plan(GemmProblem problem) => GemmPlan.Of(problem, allowTf32: false, Processors);
}
