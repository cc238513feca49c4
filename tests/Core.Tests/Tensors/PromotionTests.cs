namespace CudaNet.Tests.Tensors;

public class PromotionTests
{
    // PyTorch 2's torch.promote_types for the types that both have; order as in DType.
    private static readonly string[] Table =
    [
        //       bool  u8   i32  i64  f16  bf16 f32  f64
        /*bool*/ "bool u8   i32  i64  f16  bf16 f32  f64",
        /*u8*/   "u8   u8   i32  i64  f16  bf16 f32  f64",
        /*i32*/  "i32  i32  i32  i64  f16  bf16 f32  f64",
        /*i64*/  "i64  i64  i64  i64  f16  bf16 f32  f64",
        /*f16*/  "f16  f16  f16  f16  f16  f32  f32  f64",
        /*bf16*/ "bf16 bf16 bf16 bf16 f32  bf16 f32  f64",
        /*f32*/  "f32  f32  f32  f32  f32  f32  f32  f64",
        /*f64*/  "f64  f64  f64  f64  f64  f64  f64  f64",
    ];

    [Test]
    public void Two_tensors_promote_as_in_PyTorch()
    {
        foreach (var a in DTypes.All)
        {
            var row = Table[(int)a].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            foreach (var b in DTypes.All)
                Assert.That((Tensor.Ones([2], a) + Tensor.Ones([2], b)).DType.ShortName(), Is.EqualTo(row[(int)b]), $"{a} + {b}");
        }
    }

    [Test]
    public void A_tensor_without_axes_decides_only_if_its_category_is_higher()
    {
        var row = Tensor.Ones([2], DType.Int32);
        Assert.That((row + Tensor.Scalar(1L)).DType, Is.EqualTo(DType.Int32));
        Assert.That((row + Tensor.Scalar((Half)1)).DType, Is.EqualTo(DType.Float16));
        Assert.That((Tensor.Ones([2], DType.Float16) + Tensor.Scalar(1.0)).DType, Is.EqualTo(DType.Float16));
        Assert.That((Tensor.Ones([2], DType.Bool) + Tensor.Scalar((byte)1)).DType, Is.EqualTo(DType.UInt8));
    }

    [Test]
    public void A_number_takes_the_tensors_type_unless_its_category_is_higher()
    {
        Assert.That((Tensor.Ones([2], DType.UInt8) + 30).DType, Is.EqualTo(DType.UInt8));
        Assert.That((Tensor.Ones([2], DType.Int64) + 0.5).DType, Is.EqualTo(DType.Float32));
        Assert.That((Tensor.Ones([2], DType.BFloat16) * 2.0).DType, Is.EqualTo(DType.BFloat16));
        Assert.That((Tensor.Ones([2], DType.Bool) + 1).DType, Is.EqualTo(DType.Int64));
    }

    [TestCase(new long[] { 3, 1 }, new long[] { 4 }, new long[] { 3, 4 })]
    [TestCase(new long[] { }, new long[] { 2, 3 }, new long[] { 2, 3 })]
    [TestCase(new long[] { 0, 3 }, new long[] { 1, 3 }, new long[] { 0, 3 })]
    [TestCase(new long[] { 1 }, new long[] { 0 }, new long[] { 0 })]
    [TestCase(new long[] { 5, 1, 2 }, new long[] { 7, 1 }, new long[] { 5, 7, 2 })]
    public void Shapes_broadcast_from_the_end(long[] a, long[] b, long[] expected)
    {
        Assert.That((Tensor.Ones(a) + Tensor.Ones(b)).Shape, Is.EqualTo(new Shape(expected)));
        Assert.That((Tensor.Ones(b) + Tensor.Ones(a)).ToArray<float>(), Is.All.EqualTo(2f));
    }

    [TestCase(new long[] { 3 }, new long[] { 4 })]
    [TestCase(new long[] { 0 }, new long[] { 2 })]
    [TestCase(new long[] { 2, 3 }, new long[] { 3, 2 })]
    public void Shapes_that_do_not_broadcast_are_both_named(long[] a, long[] b) =>
        Assert.That(() => Tensor.Ones(a) + Tensor.Ones(b), Throws.TypeOf<ShapeException>().With.Message.Contains(new Shape(a).ToString()).And.Message.Contains(new Shape(b).ToString()));
}
