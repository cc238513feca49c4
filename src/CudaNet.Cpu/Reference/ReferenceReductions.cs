using CudaNet.Graphs;
using CudaNet.Ops;
using static CudaNet.Cpu.Reference.ReferenceNumbers;

namespace CudaNet.Cpu.Reference;

/// <summary>The reductions.</summary>
internal static class ReferenceReductions
{
    public static void Register()
    {
        Fold<Sum>(_ => 0, (sum, x) => sum + x);
        Fold<Prod>(_ => 1, (product, x) => product * x);
        Fold<Max>(type => type == DType.Bool ? 0 : double.NegativeInfinity, Max);
        Fold<Min>(type => type == DType.Bool ? 1 : double.PositiveInfinity, Min);
        Position<ArgMax>((x, best) => x > best);
        Position<ArgMin>((x, best) => x < best);
    }

    private static void Fold<TOp>(Func<DType, double> start, Func<double, double, double> f) where TOp : Op, IReduction =>
        ReferenceInterpreter.Add<TOp>((op, inputs, node) =>
        {
            var result = new ReferenceArray(node.Shape);
            Array.Fill(result.Values, start(node.DType));
            ForEach(inputs[0].Shape, op.Axes, (i, group, _) => result.Values[group] = Wrap(f(result.Values[group], inputs[0].Values[i]), node.DType));
            return result;
        });

    private static void Position<TOp>(Func<double, double, bool> better) where TOp : ArgReduction<TOp>, IOpDefinition =>
        ReferenceInterpreter.Add<TOp>((op, inputs, node) =>
        {
            var result = new ReferenceArray(node.Shape);
            var best = new double[result.Values.LongLength];
            ForEach(inputs[0].Shape, op.Axes, (i, group, position) =>
            {
                var x = inputs[0].Values[i];
                if (position > 0 && !better(x, best[group]) && !(double.IsNaN(x) && !double.IsNaN(best[group]))) return;
                (best[group], result.Values[group]) = (x, position);
            });
            return result;
        });

    /// <summary>Calls back with each element's index, the index of its group in the result, and its place within the group.</summary>
    private static void ForEach(Shape shape, Axes axes, Action<long, long, long> visit)
    {
        var count = shape.ElementCount;
        var index = new long[shape.Rank];
        for (long i = 0; i < count; i++)
        {
            long group = 0, position = 0;
            for (var axis = 0; axis < index.Length; axis++)
                if (axes.Contains(axis)) position = position * shape[axis] + index[axis];
                else group = group * shape[axis] + index[axis];
            visit(i, group, position);
            for (var axis = index.Length - 1; axis >= 0 && ++index[axis] == shape[axis]; axis--) index[axis] = 0;
        }
    }
}
