namespace CudaNet.Nn;

/// <summary>Joins axes into one: by default all but the first, so that images become rows.</summary>
/// <param name="startAxis">First axis to join.</param>
/// <param name="endAxis">Last axis to join, −1 for the last of all.</param>
public sealed class Flatten(int startAxis = 1, int endAxis = -1) : Layer
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x)
    {
        int start = x.Shape.Axis(startAxis, "Flatten"), end = x.Shape.Axis(endAxis, "Flatten");
        if (end < start) throw new AxisException($"Flatten: axis {endAxis} of {x.Shape} stands before axis {startAxis}. Give the earlier one first.");
        long joined = 1;
        for (var axis = start; axis <= end && axis < x.Rank; axis++) joined *= x.Shape[axis];
        return x.Reshape(new Shape([.. x.Shape.Span[..start], joined, .. x.Shape.Span[Math.Min(end + 1, x.Rank)..]]));
    }
}
