using CsCheck;

namespace CudaNet.Tests.Tensors;

public class SliceTests
{
    /// <summary>Python's rule, element by element: walk from start by step until stop is reached or passed.</summary>
    private static List<long> Walk(long size, long? start, long? stop, long step)
    {
        var taken = new List<long>();
        var first = start is { } s ? (s < 0 ? s + size : s) : step > 0 ? 0 : size - 1;
        var end = stop is { } e ? (e < 0 ? Math.Max(e + size, -1) : e) : step > 0 ? size : -1;
        for (var i = Math.Clamp(first, -1, size); step > 0 ? i < Math.Min(end, size) : i > end; i += step)
        {
            if (i < 0) i = 0; // a start before the beginning is cut off there
            if (i >= size) i = size - 1;
            if (step > 0 ? i >= Math.Min(end, size) : i <= end) break;
            if (size > 0) taken.Add(i);
            else break;
        }
        return taken;
    }

    [Test]
    public void Slices_take_what_Python_takes() =>
        Gen.Select(Gen.Long[0, 7], Gen.Long[-9, 9].Nullable(), Gen.Long[-9, 9].Nullable(), Gen.Long[-4, 4].Where(step => step != 0)).Sample((size, start, stop, step) =>
        {
            // The start before the beginning of a backward slice takes nothing, so it needs no rule in the walk.
            if (step < 0 && start < -size) return;
            var y = Tensor.Arange(size).Slice(0, start, stop, step);
            Assert.That(y.ToArray<long>(), Is.EqualTo(Walk(size, start, stop, step)), $"{size}[{start}:{stop}:{step}]");
        }, iter: 4000, threads: 1);

    [Test]
    public void A_backward_slice_from_before_the_beginning_is_empty() => Assert.That(Tensor.Arange(3).Slice(0, -7, null, -1).ElementCount, Is.Zero);

    [Test]
    public void The_greatest_steps_take_one_element()
    {
        Assert.That(Tensor.Arange(3).Slice(0, null, null, long.MinValue).ToArray<long>(), Is.EqualTo(new long[] { 2 }));
        Assert.That(Tensor.Arange(3).Slice(0, null, null, long.MaxValue).ToArray<long>(), Is.EqualTo(new long[] { 0 }));
    }

    [Test]
    public void Slices_of_slices_become_one_when_planned()
    {
        var x = Tensor.Arange(100).Realize();
        var y = x.Slice(0, 10, 90, 3).Slice(0, 5, null, 2).Slice(0, 1, 4);
        Assert.That(y.ToArray<long>(), Is.EqualTo(new long[] { 31, 37, 43 }));
    }

    [Test]
    public void Windows_and_their_sum_count_how_many_windows_cover_an_element()
    {
        var ones = Tensor.Ones([6, 5], DType.Int32);
        var covered = ones.Windows([0, 1], [3, 2], [1, 2]).FoldWindows([0, 1], [1, 2], [1, 1], [6, 5]);
        Assert.That(covered.Select(1, 0).ToArray<int>(), Is.EqualTo(new[] { 1, 2, 3, 3, 2, 1 }));
        Assert.That(covered.Select(1, 4).ToArray<int>(), Is.All.Zero);
    }

    [TestCase(PadMode.Reflect, new[] { 2L, 1, 0, 1, 2, 3, 2 })]
    [TestCase(PadMode.Replicate, new[] { 0L, 0, 0, 1, 2, 3, 3 })]
    [TestCase(PadMode.Circular, new[] { 2L, 3, 0, 1, 2, 3, 0 })]
    [TestCase(PadMode.Constant, new[] { 0L, 0, 0, 1, 2, 3, 0 })]
    public void Pad_modes_mirror_repeat_or_go_around(PadMode mode, long[] expected) =>
        Assert.That(Tensor.Arange(4).Pad(2, 1, mode).ToArray<long>(), Is.EqualTo(expected));

    [Test]
    public void Tiles_and_repeats_follow_each_other_as_named()
    {
        var x = Tensor.From(new long[,] { { 1, 2 }, { 3, 4 } });
        Assert.That(x.Tile(2, 2).ToArray<long>(), Is.EqualTo(new long[] { 1, 2, 1, 2, 3, 4, 3, 4, 1, 2, 1, 2, 3, 4, 3, 4 }));
        Assert.That(x.RepeatInterleave(2, 1).ToArray<long>(), Is.EqualTo(new long[] { 1, 1, 2, 2, 3, 3, 4, 4 }));
    }

    [Test]
    public void Diagonals_are_taken_and_put()
    {
        var x = Tensor.Arange(12).Reshape(3, 4);
        Assert.That(x.Diagonal(1).ToArray<long>(), Is.EqualTo(new long[] { 1, 6, 11 }));
        Assert.That(x.Diagonal(-1).ToArray<long>(), Is.EqualTo(new long[] { 4, 9 }));
        Assert.That(Tensor.From(5L, 7L).DiagonalMatrix(-1).ToArray<long>(), Is.EqualTo(new long[] { 0, 0, 0, 5, 0, 0, 0, 7, 0 }));
        Assert.That(Tensor.Eye(2, 3, DType.Int64).ToArray<long>(), Is.EqualTo(new long[] { 1, 0, 0, 0, 1, 0 }));
        Assert.That(x.Tril(-1).ToArray<long>(), Is.EqualTo(new long[] { 0, 0, 0, 0, 4, 0, 0, 0, 8, 9, 0, 0 }));
        Assert.That(x.Triu(2).ToArray<long>(), Is.EqualTo(new long[] { 0, 0, 2, 3, 0, 0, 0, 7, 0, 0, 0, 0 }));
    }

    [Test]
    public void Counted_numbers_meet_both_ends_exactly()
    {
        Assert.That(Tensor.Linspace(-1, 1, 50, DType.Float64).ToArray<double>(), Has.ItemAt(49).EqualTo(1.0).And.ItemAt(0).EqualTo(-1.0));
        Assert.That(Tensor.Arange(0.0, 1.0, 0.1).ToArray<float>(), Is.EqualTo(Enumerable.Range(0, 10).Select(k => (float)(k * 0.1))));
        Assert.That(Tensor.Arange(7, 0, -3).ToArray<long>(), Is.EqualTo(new long[] { 7, 4, 1 }));
    }
}
