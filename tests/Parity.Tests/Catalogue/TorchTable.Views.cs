using CudaNet.Ops;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace CudaNet.Tests.Catalogue;

internal static partial class TorchTable
{
    private static void AddViews()
    {
        Unary<Detach>(x => x.detach());
        Add<Diagonal>((op, x) => x[0].diagonal(op.Offset, -2, -1));
        Add<Expand>((op, x) => x[0].expand(op.Target.ToArray()));
        Add<Flip>((op, x) => x[0].flip(Long(op.Axes)));
        Add<Permute>((op, x) => x[0].permute(Long(op.Order)));
        Add<Reshape>((op, x) => x[0].reshape(op.Target.ToArray()));
        Add<Slice>((op, x) => SliceOf(x[0], op));
        Add<Windows>((op, x) => WindowsOf(x[0], op.Axes, op.Size, op.Stride, op.Dilation));

        Add<Concat>((op, x) => torch.cat(x, op.Axis));
        Add<Iota>((op, _) => torch.arange(op.Length, dtype: op.Type.ToTorch()));
        Add<Pad>((op, x) => PadOf(x[0], op));
        Add<FoldWindows>((op, x) => FoldOf(x[0], op));
    }

    private static torch.Tensor SliceOf(torch.Tensor x, Slice op)
    {
        for (var axis = 0; axis < op.Starts.Count; axis++)
        {
            var stop = op.Lengths[axis] == 0 ? op.Starts[axis] : op.Starts[axis] + (op.Lengths[axis] - 1) * op.Steps[axis] + 1;
            x = x.slice(axis, op.Starts[axis], stop, op.Steps[axis]);
        }
        return x;
    }

    /// <summary>Torch's windows have no dilation: they are taken as wide as they span, and then every so many of their elements.</summary>
    private static torch.Tensor WindowsOf(torch.Tensor x, Axes axes, Integers size, Integers stride, Integers dilation)
    {
        for (var k = 0; k < axes.Count; k++)
            x = x.unfold(axes[k], dilation[k] * (size[k] - 1) + 1, stride[k]).slice(-1, 0, long.MaxValue, dilation[k]);
        return x;
    }

    /// <summary>Folding is the transpose of taking windows, which is what torch's autograd makes of that.</summary>
    private static torch.Tensor FoldOf(torch.Tensor x, FoldWindows op)
    {
        var values = torch.is_floating_point(x) ? x : x.to(torch.ScalarType.Float64);
        var shape = x.shape[..^op.Axes.Count];
        for (var k = 0; k < op.Axes.Count; k++)
            shape[op.Axes[k]] = op.Target[k];
        return Transposed(values, shape, target => WindowsOf(target, op.Axes, op.Size, op.Stride, op.Dilation)).to(x.dtype);
    }

    /// <summary>The transpose of a linear function, applied to a tensor; can be differentiated in turn.</summary>
    private static torch.Tensor Transposed(torch.Tensor upstream, long[] shape, Func<torch.Tensor, torch.Tensor> linear)
    {
        var target = torch.zeros(shape, dtype: upstream.dtype, requires_grad: true);
        return torch.autograd.grad([linear(target)], [target], [upstream], retain_graph: true, create_graph: true)[0];
    }

    private static torch.Tensor PadOf(torch.Tensor x, Pad op)
    {
        var value = op.Value.Value;
        var sides = new List<long>();
        for (var axis = 0; axis < op.Low.Count; axis++)
        {
            // Values between the elements: behind each of them, on an axis of its own that is then joined; the last ones go.
            if (op.Interior[axis] > 0 && x.shape[axis] > 0)
            {
                var between = functional.pad(x.unsqueeze(axis + 1), Sides(x.ndim - axis, 0, op.Interior[axis]), PaddingModes.Constant, value);
                x = between.flatten(axis, axis + 1).narrow(axis, 0, x.shape[axis] * (op.Interior[axis] + 1) - op.Interior[axis]);
            }
            // Torch lists the sides from the last axis backwards.
            sides.InsertRange(0, [op.Low[axis], op.High[axis]]);
        }
        return sides.Count == 0 ? x : functional.pad(x, [.. sides], PaddingModes.Constant, value);
    }

    /// <summary>Padding of one axis only, that many axes from the end.</summary>
    private static long[] Sides(long fromEnd, long low, long high)
    {
        var sides = new long[2 * fromEnd];
        (sides[^2], sides[^1]) = (low, high);
        return sides;
    }
}
