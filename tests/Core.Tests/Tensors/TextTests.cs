namespace CudaNet.Tests.Tensors;

public class TextTests
{
    private static void Prints(Tensor tensor, string expected) => Assert.That(tensor.ToString(), Is.EqualTo(expected.ReplaceLineEndings("\n")));

    [Test]
    public void Scalars()
    {
        Prints(Tensor.Scalar(3.14159f), "tensor(3.1416, f32)");
        Prints(Tensor.Scalar(7), "tensor(7, i32)");
        Prints(Tensor.Scalar(true), "tensor(True, bool)");
        Prints(Tensor.Scalar((Half)0.5), "tensor(0.5000, f16)");
    }

    [Test]
    public void Vectors()
    {
        Prints(Tensor.From(1f, -2f, 3f), "tensor([ 1., -2.,  3.], f32)");
        Prints(Tensor.From(0.5, 10.25), "tensor([ 0.5000, 10.2500], f64)");
        Prints(Tensor.From(1L, -200L), "tensor([   1, -200], i64)");
        Prints(Tensor.From(true, false), "tensor([ True, False], bool)");
        Prints(Tensor.From(long.MaxValue, long.MinValue), "tensor([ 9223372036854775807, -9223372036854775808], i64)");
    }

    [Test]
    public void Matrices_stand_in_columns() => Prints(Tensor.From(new[,] { { 1.5f, -20f }, { 3f, 4.25f } }), """
        tensor([[  1.5000, -20.0000],
                [  3.0000,   4.2500]], f32[2, 2])
        """);

    [Test]
    public void Higher_ranks_are_parted_by_empty_lines() => Prints(Tensor.Arange(8).Reshape(2, 2, 2), """
        tensor([[[0, 1],
                 [2, 3]],

                [[4, 5],
                 [6, 7]]], i64[2, 2, 2])
        """);

    [Test]
    public void Many_elements_are_cut_in_the_middle()
    {
        Prints(Tensor.Arange(1001), "tensor([   0,    1,    2, ...,  998,  999, 1000], i64[1001])");
        Prints(Tensor.Arange(2000).Reshape(20, 100), """
            tensor([[   0,    1,    2, ...,   97,   98,   99],
                    [ 100,  101,  102, ...,  197,  198,  199],
                    [ 200,  201,  202, ...,  297,  298,  299],
                    ...,
                    [1700, 1701, 1702, ..., 1797, 1798, 1799],
                    [1800, 1801, 1802, ..., 1897, 1898, 1899],
                    [1900, 1901, 1902, ..., 1997, 1998, 1999]], i64[20, 100])
            """);
    }

    [Test]
    public void Long_rows_are_wrapped_at_eighty_characters()
    {
        var lines = Tensor.Arange(100).ToString().Split('\n');
        Assert.That(lines, Has.Length.GreaterThan(4));
        Assert.That(lines.Select(line => line.Length), Is.All.LessThanOrEqualTo(88));
        Assert.That(lines[1], Does.StartWith("        "));
    }

    [Test]
    public void Empty_tensors_show_their_shape()
    {
        Prints(Tensor.Zeros([0]), "tensor([], f32[0])");
        Prints(Tensor.Zeros([2, 0]), "tensor([[],\n        []], f32[2, 0])");
    }

    [Test]
    public void Numbers_that_are_none_are_named() => Prints(Tensor.From(float.NaN, 1.5f, float.PositiveInfinity, float.NegativeInfinity, -0f), "tensor([    nan,  1.5000,     inf,    -inf, -0.0000], f32)");

    [Test]
    public void Very_different_magnitudes_are_written_with_powers_of_ten()
    {
        Prints(Tensor.From(1e-5f, 1f), "tensor([1.0000e-05, 1.0000e+00], f32)");
        Prints(Tensor.From(1e10), "tensor([1.0000e+10], f64)");
        Prints(Tensor.From((BFloat16)1f, (BFloat16)0f), "tensor([1., 0.], bf16)");
    }
}
