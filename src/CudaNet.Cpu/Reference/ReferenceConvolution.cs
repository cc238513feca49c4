using CudaNet.Ops;

namespace CudaNet.Cpu.Reference;

/// <summary>The matrix product and the convolutions: every sum written out.</summary>
internal static class ReferenceConvolution
{
    public static void Register()
    {
        ReferenceInterpreter.Add<MatMul>((_, inputs, node) =>
        {
            var (a, b, result) = (inputs[0], inputs[1], new ReferenceArray(node.Shape));
            var (m, n, k) = (node.Shape[^2], node.Shape[^1], a.Shape[^1]);
            for (long i = 0; i < result.Values.LongLength; i++)
            {
                var (batch, row, column) = (i / (m * n), i / n % m, i % n);
                double sum = 0;
                for (long j = 0; j < k; j++) sum += a.Values[(batch * m + row) * k + j] * b.Values[(batch * k + j) * n + column];
                result.Values[i] = ReferenceNumbers.Wrap(sum, node.DType);
            }
            return result;
        });
        ReferenceInterpreter.Add<Conv>((op, inputs, node) =>
        {
            var result = new ReferenceArray(node.Shape);
            ForEach(op.Geometry, inputs[0].Shape, inputs[1].Shape, node.Shape, (x, w, y) => result.Values[y] += inputs[0].Values[x] * inputs[1].Values[w]);
            return result;
        });
        ReferenceInterpreter.Add<ConvInputGrad>((op, inputs, node) =>
        {
            var result = new ReferenceArray(node.Shape);
            ForEach(op.Geometry, node.Shape, inputs[1].Shape, inputs[0].Shape, (x, w, y) => result.Values[x] += inputs[0].Values[y] * inputs[1].Values[w]);
            return result;
        });
        ReferenceInterpreter.Add<ConvWeightGrad>((op, inputs, node) =>
        {
            var result = new ReferenceArray(node.Shape);
            ForEach(op.Geometry, inputs[0].Shape, node.Shape, inputs[1].Shape, (x, w, y) => result.Values[w] += inputs[0].Values[x] * inputs[1].Values[y]);
            return result;
        });
    }

    /// <summary>Calls back with the indices of each product of a convolution: of the input, the weight and the output.</summary>
    private static void ForEach(ConvGeometry geometry, Shape x, Shape w, Shape y, Action<long, long, long> visit)
    {
        var (outputs, windows) = (new Shape(y.Span[2..]), new Shape(w.Span[2..]));
        var (groupC, groupO) = (w[1], w[0] / geometry.Groups);
        for (long i = 0; i < y.ElementCount; i++)
        {
            var place = i % outputs.ElementCount;
            var (n, o) = (i / outputs.ElementCount / y[1], i / outputs.ElementCount % y[1]);
            for (long c = 0; c < groupC; c++)
                for (long k = 0; k < windows.ElementCount; k++)
                {
                    long position = 0, inside = 1;
                    var (restPlace, restWindow) = (place, k);
                    long step = 1;
                    for (var axis = outputs.Rank - 1; axis >= 0; axis--)
                    {
                        var p = restPlace % outputs[axis] * geometry.Stride[axis] + restWindow % windows[axis] * geometry.Dilation[axis] - geometry.Low[axis];
                        (restPlace, restWindow) = (restPlace / outputs[axis], restWindow / windows[axis]);
                        if (p < 0 || p >= x[axis + 2]) inside = 0;
                        position += p * step;
                        step *= x[axis + 2];
                    }
                    if (inside == 0) continue;
                    visit((n * x[1] + o / groupO * groupC + c) * step + position, (o * groupC + c) * windows.ElementCount + k, i);
                }
        }
    }
}
