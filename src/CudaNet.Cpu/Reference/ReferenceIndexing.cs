using CudaNet.Ops;
using static CudaNet.Cpu.Reference.ReferenceViews;

namespace CudaNet.Cpu.Reference;

/// <summary>Reading and writing at places given by tensors.</summary>
internal static class ReferenceIndexing
{
    public static void Register()
    {
        ReferenceInterpreter.Add<Take>((op, inputs, node) =>
        {
            var result = new ReferenceArray(node.Shape);
            var places = inputs[1].Shape.Rank;
            ForEach(node.Shape, (index, i) =>
            {
                var place = inputs[1].Values[Number(inputs[1].Shape, index[op.Axis..(op.Axis + places)])];
                long[] from = [.. index[..op.Axis], Checked(op.Name, place, inputs[0].Shape[op.Axis]), .. index[(op.Axis + places)..]];
                result.Values[i] = inputs[0].Values[Number(inputs[0].Shape, from)];
            });
            return result;
        });
        ReferenceInterpreter.Add<IndexAdd>((op, inputs, node) =>
        {
            var result = new ReferenceArray(node.Shape);
            var places = inputs[0].Shape.Rank;
            ForEach(inputs[1].Shape, (index, i) =>
            {
                var place = inputs[0].Values[Number(inputs[0].Shape, index[op.Axis..(op.Axis + places)])];
                long[] to = [.. index[..op.Axis], Checked(op.Name, place, op.Size), .. index[(op.Axis + places)..]];
                result.Values[Number(node.Shape, to)] += inputs[1].Values[i];
            });
            return result;
        });
        ReferenceInterpreter.Add<Gather>((op, inputs, node) =>
        {
            var result = new ReferenceArray(node.Shape);
            ForEach(node.Shape, (index, i) =>
            {
                long[] from = [.. index];
                from[op.Axis] = Checked(op.Name, inputs[1].Values[i], inputs[0].Shape[op.Axis]);
                result.Values[i] = inputs[0].Values[Number(inputs[0].Shape, from)];
            });
            return result;
        });
        ReferenceInterpreter.Add<ScatterAdd>((op, inputs, node) =>
        {
            var result = new ReferenceArray(node.Shape);
            ForEach(inputs[1].Shape, (index, i) =>
            {
                long[] to = [.. index];
                to[op.Axis] = Checked(op.Name, inputs[0].Values[i], op.Size);
                result.Values[Number(node.Shape, to)] += inputs[1].Values[i];
            });
            return result;
        });
        ReferenceInterpreter.Add<Scatter>((op, inputs, node) =>
        {
            var result = new ReferenceArray(node.Shape, [.. inputs[0].Values]);
            ForEach(inputs[1].Shape, (index, i) =>
            {
                long[] to = [.. index];
                to[op.Axis] = Checked(op.Name, inputs[1].Values[i], node.Shape[op.Axis]);
                result.Values[Number(node.Shape, to)] = inputs[2].Values[i];
            });
            return result;
        });
        ReferenceInterpreter.Add<FlatIndex>((op, inputs, node) =>
        {
            var result = new ReferenceArray(node.Shape);
            for (long i = 0; i < result.Values.LongLength; i++)
            {
                var index = new long[op.Sizes.Count];
                for (var axis = 0; axis < index.Length; axis++)
                {
                    var value = inputs[axis].Values[i];
                    index[axis] = Checked(op.Name, value < 0 && op.FromEnd ? value + op.Sizes[axis] : value, op.Sizes[axis]);
                }
                result.Values[i] = Number(op.Sizes.Span.ToArray(), index);
            }
            return result;
        });
    }

    private static long Checked(string name, double index, long size) => index >= 0 && index < size
        ? (long)index
        : throw new IndexValueException($"{name}: index {index} is out of range for an axis of {size} elements.");
}
