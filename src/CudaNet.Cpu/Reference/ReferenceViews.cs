using CudaNet.Ops;
using static CudaNet.Cpu.Reference.ReferenceNumbers;

namespace CudaNet.Cpu.Reference;

/// <summary>Views, joins and paddings by index arithmetic of their own, so that a mistake in a layout shows.</summary>
internal static class ReferenceViews
{
    public static void Register()
    {
        ReferenceInterpreter.Add<Slice>((op, inputs, node) => Read(inputs[0], node.Shape, (index, from) =>
        {
            for (var k = 0; k < from.Length; k++) from[k] = op.Starts[k] + index[k] * op.Steps[k];
        }));
        ReferenceInterpreter.Add<Flip>((op, inputs, node) => Read(inputs[0], node.Shape, (index, from) =>
        {
            for (var k = 0; k < from.Length; k++) from[k] = op.Axes.Contains(k) ? node.Shape[k] - 1 - index[k] : index[k];
        }));
        ReferenceInterpreter.Add<Permute>((op, inputs, node) => Read(inputs[0], node.Shape, (index, from) =>
        {
            for (var k = 0; k < from.Length; k++) from[op.Order[k]] = index[k];
        }));
        ReferenceInterpreter.Add<Expand>((op, inputs, node) => Read(inputs[0], node.Shape, (index, from) =>
        {
            for (var k = 0; k < from.Length; k++) from[^(k + 1)] = inputs[0].Shape[^(k + 1)] == 1 ? 0 : index[^(k + 1)];
        }));
        ReferenceInterpreter.Add<Reshape>((_, inputs, node) => new(node.Shape, [.. inputs[0].Values]));
        ReferenceInterpreter.Add<Diagonal>((op, inputs, node) => Read(inputs[0], node.Shape, (index, from) =>
        {
            index[..^1].CopyTo(from, 0);
            from[^2] = index[^1] + Math.Max(0, -op.Offset);
            from[^1] = index[^1] + Math.Max(0, op.Offset);
        }));
        ReferenceInterpreter.Add<Windows>((op, inputs, node) => Read(inputs[0], node.Shape, (index, from) =>
        {
            index[..from.Length].CopyTo(from, 0);
            for (var k = 0; k < op.Axes.Count; k++)
                from[op.Axes[k]] = index[op.Axes[k]] * op.Stride[k] + index[from.Length + k] * op.Dilation[k];
        }));
        ReferenceInterpreter.Add<FoldWindows>((op, inputs, node) =>
        {
            var result = new ReferenceArray(node.Shape);
            var to = new long[node.Shape.Rank];
            ForEach(inputs[0].Shape, (index, i) =>
            {
                index[..to.Length].CopyTo(to, 0);
                for (var k = 0; k < op.Axes.Count; k++)
                    to[op.Axes[k]] = index[op.Axes[k]] * op.Stride[k] + index[to.Length + k] * op.Dilation[k];
                result.Values[Number(node.Shape, to)] += inputs[0].Values[i];
            });
            return result;
        });
        ReferenceInterpreter.Add<Pad>((op, inputs, node) =>
        {
            var result = new ReferenceArray(node.Shape);
            Array.Fill(result.Values, Cast(op.Value.Value, op.Value.Type, node.DType));
            var to = new long[node.Shape.Rank];
            ForEach(inputs[0].Shape, (index, i) =>
            {
                for (var k = 0; k < to.Length; k++) to[k] = op.Low[k] + index[k] * (op.Interior[k] + 1);
                result.Values[Number(node.Shape, to)] = inputs[0].Values[i];
            });
            return result;
        });
        ReferenceInterpreter.Add<Concat>((op, inputs, node) =>
        {
            var result = new ReferenceArray(node.Shape);
            long start = 0;
            foreach (var input in inputs)
            {
                ForEach(input.Shape, (index, i) =>
                {
                    long[] to = [.. index];
                    to[op.Axis] += start;
                    result.Values[Number(node.Shape, to)] = input.Values[i];
                });
                start += input.Shape[op.Axis];
            }
            return result;
        });
        ReferenceInterpreter.Add<Iota>((_, _, node) =>
        {
            var result = new ReferenceArray(node.Shape);
            for (long i = 0; i < result.Values.LongLength; i++) result.Values[i] = Wrap(Round(i, node.DType), node.DType);
            return result;
        });
    }

    /// <summary>Row-major number of a position.</summary>
    internal static long Number(Shape shape, long[] index)
    {
        long number = 0;
        for (var k = 0; k < index.Length; k++) number = number * shape[k] + index[k];
        return number;
    }

    /// <summary>Calls back with each position and its row-major number.</summary>
    internal static void ForEach(Shape shape, Action<long[], long> visit)
    {
        var index = new long[shape.Rank];
        var count = shape.ElementCount;
        for (long i = 0; i < count; i++)
        {
            visit(index, i);
            for (var axis = index.Length - 1; axis >= 0 && ++index[axis] == shape[axis]; axis--) index[axis] = 0;
        }
    }

    /// <summary>Reads each element of the result from a place in the source, which the callback fills in.</summary>
    private static ReferenceArray Read(ReferenceArray source, Shape shape, Action<long[], long[]> place)
    {
        var result = new ReferenceArray(shape);
        var from = new long[source.Shape.Rank];
        ForEach(shape, (index, i) =>
        {
            place(index, from);
            result.Values[i] = source.Values[Number(source.Shape, from)];
        });
        return result;
    }
}
