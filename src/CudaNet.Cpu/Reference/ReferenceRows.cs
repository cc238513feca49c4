using CudaNet.Ops;
using static CudaNet.Cpu.Reference.ReferenceNumbers;

namespace CudaNet.Cpu.Reference;

/// <summary>What sorts or runs along an axis: row by row.</summary>
internal static class ReferenceRows
{
    public static void Register()
    {
        ReferenceInterpreter.Add<ArgSort>((op, inputs, node) => Each(inputs[0], node.Shape, op.Axis, row => Order(row, op.Descending)));
        ReferenceInterpreter.Add<TopK>((op, inputs, node) => Each(inputs[0], node.Shape, op.Axis, row => [.. Order(row, op.Largest).Take((int)op.K)]));
        ReferenceInterpreter.Add<SearchSorted>((op, inputs, node) =>
        {
            var result = new ReferenceArray(node.Shape);
            var (count, width) = (inputs[0].Shape[^1], inputs[1].Shape[^1]);
            for (long i = 0; i < result.Values.LongLength; i++)
                for (long k = 0; k < count; k++)
                    if (Compare(inputs[0].Values[i / width * count + k], inputs[1].Values[i]) is var sign && (sign < 0 || (sign == 0 && op.Right)))
                        result.Values[i]++;
            return result;
        });
        ReferenceInterpreter.Add<CumSum>((op, inputs, node) => Each(inputs[0], node.Shape, op.Axis, row => Directed(row, op.Reverse, values =>
        {
            for (var i = 1; i < values.Length; i++) values[i] = Wrap(values[i] + values[i - 1], node.DType);
            return values;
        })));
        ReferenceInterpreter.Add<CumArgMax>((op, inputs, node) => Each(inputs[0], node.Shape, op.Axis, row =>
        {
            var best = 0;
            return [.. row.Select((x, i) =>
            {
                if (double.IsNaN(x) ? !double.IsNaN(row[best]) : op.Smallest ? x < row[best] : x > row[best]) best = i;
                return (double)best;
            })];
        }));
        ReferenceInterpreter.Add<LinearRecurrence>((op, inputs, node) =>
        {
            // Both inputs at once: as rows of pairs, the decays first.
            var joined = new ReferenceArray(inputs[0].Shape.Insert(0, 2), [.. inputs[0].Values, .. inputs[1].Values]);
            var result = new ReferenceArray(node.Shape);
            var (count, inner) = (node.Shape[op.Axis], new Shape(node.Shape.Span[(op.Axis + 1)..]).ElementCount);
            for (long i = 0; i < result.Values.LongLength; i++)
            {
                // Each element by its own sum over all before it.
                var place = i / inner % count;
                for (var k = place; op.Reverse ? k < count : k >= 0; k += op.Reverse ? 1 : -1)
                {
                    var term = joined.Values[result.Values.LongLength + i + (k - place) * inner];
                    for (var j = place; j != k; j += op.Reverse ? 1 : -1) term *= joined.Values[i + (j - place) * inner];
                    result.Values[i] += term;
                }
            }
            return result;
        });
    }

    /// <summary>Order of sorting: NaN is the greatest.</summary>
    private static int Compare(double a, double b) => double.IsNaN(a) ? (double.IsNaN(b) ? 0 : 1) : double.IsNaN(b) ? -1 : a < b ? -1 : a > b ? 1 : 0;

    private static double[] Order(double[] row, bool descending)
    {
        var comparer = Comparer<double>.Create(Compare);
        var places = Enumerable.Range(0, row.Length);
        var sorted = descending ? places.OrderByDescending(i => row[i], comparer) : places.OrderBy(i => row[i], comparer); // both are stable
        return [.. sorted.Select(i => (double)i)];
    }

    private static double[] Directed(double[] row, bool reverse, Func<double[], double[]> run)
    {
        if (reverse) Array.Reverse(row);
        var result = run(row);
        if (reverse) Array.Reverse(result);
        return result;
    }

    private static ReferenceArray Each(ReferenceArray x, Shape shape, int axis, Func<double[], double[]> run)
    {
        var result = new ReferenceArray(shape);
        var (count, kept, inner) = (x.Shape[axis], shape[axis], new Shape(x.Shape.Span[(axis + 1)..]).ElementCount);
        var outer = new Shape(x.Shape.Span[..axis]).ElementCount;
        for (long o = 0; o < outer; o++)
            for (long j = 0; j < inner; j++)
            {
                var row = new double[count];
                for (long i = 0; i < count; i++) row[i] = x.Values[(o * count + i) * inner + j];
                if (count == 0) continue;
                var values = run(row);
                for (long i = 0; i < kept; i++) result.Values[(o * kept + i) * inner + j] = values[i];
            }
        return result;
    }
}
