using CsCheck;

namespace CudaNet.Tests.Tensors;

public class LayoutTests
{
    private static readonly Gen<Layout> Layouts =
        from rank in Gen.Int[0, 4]
        from sizes in Gen.Long[0, 3].Array[rank]
        from strides in Gen.OneOf(0L, 1, -1, 2, 3, -2, 4, 6, 12, -6).Array[rank]
        from offset in Gen.Long[0, 40]
        select new Layout(sizes, strides, offset);

    private static List<long> Positions(Layout layout)
    {
        var positions = new List<long>();
        var index = new long[layout.Shape.Rank];
        for (long i = 0; i < layout.ElementCount; i++)
        {
            positions.Add(layout.PositionOf(index));
            for (var axis = index.Length - 1; axis >= 0 && ++index[axis] == layout.Shape[axis]; axis--) index[axis] = 0;
        }
        return positions;
    }

    /// <summary>All shapes of so many elements with at most four axes.</summary>
    private static IEnumerable<Shape> ShapesOf(long count)
    {
        IEnumerable<long[]> Of(long rest, int axes)
        {
            if (axes == 0) return rest == 1 ? [[]] : [];
            return from size in Enumerable.Range(1, (int)rest) where rest % size == 0 from tail in Of(rest / size, axes - 1) select (long[])[size, .. tail];
        }
        return Enumerable.Range(0, 5).SelectMany(axes => Of(count, axes)).Select(sizes => new Shape(sizes));
    }

    /// <summary>Whether any strides can say these positions under a shape: each axis must advance by one amount everywhere.</summary>
    private static bool IsStrided(List<long> positions, Shape shape)
    {
        var strides = shape.ContiguousStrides();
        for (var axis = 0; axis < shape.Rank; axis++)
        {
            long? step = null;
            for (var i = 0; i < positions.Count; i++)
            {
                if (i / strides[axis] % shape[axis] + 1 == shape[axis]) continue;
                var here = positions[i + (int)strides[axis]] - positions[i];
                if (step is { } known && known != here) return false;
                step = here;
            }
        }
        return true;
    }

    [Test]
    public void A_reshaped_layout_names_the_same_positions_in_the_same_order() =>
        Layouts.Sample(layout =>
        {
            var positions = Positions(layout);
            if (positions.Count == 0) return;
            foreach (var target in ShapesOf(positions.Count))
            {
                var reshaped = layout.TryReshape(target);
                Assert.That(reshaped is not null, Is.EqualTo(IsStrided(positions, target)), $"{layout} as {target}");
                if (reshaped is not null) Assert.That(Positions(reshaped), Is.EqualTo(positions), $"{layout} as {target}");
            }
        }, iter: 3000, threads: 1);

    [Test]
    public void Contiguous_means_that_positions_count_up() =>
        Layouts.Sample(layout =>
        {
            var positions = Positions(layout);
            Assert.That(layout.IsContiguous, Is.EqualTo(positions.Select((p, i) => p == layout.Offset + i).All(same => same)), layout.ToString());
        }, iter: 3000, threads: 1);

    [Test]
    public void A_copy_of_any_view_equals_the_elements_at_its_positions() =>
        Gen.Select(Gen.Long[1, 5].Array[1, 4], Gen.Int[0, 5].Array[1, 6], Gen.OneOf(DType.UInt8, DType.Float16, DType.Float32, DType.Float64)).Sample((sizes, changes, type) =>
        {
            var shape = new Shape(sizes);
            var x = Tensor.From([.. Enumerable.Range(0, (int)shape.ElementCount).Select(k => k % 251L)], shape);
            var y = x.To(type).Realize();
            foreach (var change in changes)
                (x, y) = change switch
                {
                    0 => (x.Transpose(0, -1), y.Transpose(0, -1)),
                    1 => (x.Flip(-1), y.Flip(-1)),
                    2 => (x.Slice(0, 1, null, 2), y.Slice(0, 1, null, 2)),
                    3 => (x.Unsqueeze(-1), y.Unsqueeze(-1)),
                    4 => (x.ExpandTo(x.Shape.Insert(0, 2)), y.ExpandTo(x.Shape.Insert(0, 2))),
                    _ => (x.Flip(0), y.Flip(0)),
                };
            Assert.That((y * 1).ToDoubles(), Is.EqualTo(y.ToDoubles()));
            Assert.That(y.ToDoubles(), Is.EqualTo(CudaNet.Cpu.Reference.ReferenceInterpreter.Evaluate(x).Values));
        }, iter: 500, threads: 1);
}
