namespace CudaNet.Nn;

/// <summary>x above 0 and a·x below: in training a is drawn anew for each element, in evaluation it is the mean of its range.
/// It is never learned.</summary>
/// <remarks>Xu, Wang, Chen, Li 2015.</remarks>
public sealed class RReLU : Layer
{
    private readonly RandomStream _random;

    /// <summary>With a range of slopes.</summary>
    /// <param name="lower">Least slope.</param>
    /// <param name="upper">Greatest slope.</param>
    /// <param name="random">The stream that draws them; <see cref="RandomStream.Default"/> if null.</param>
    public RReLU(double lower = 1.0 / 8, double upper = 1.0 / 3, RandomStream? random = null)
    {
        if (!(lower <= upper)) throw new ArgumentException($"RReLU: lower is {lower} and upper {upper}. Give lower first.", nameof(lower));
        (Lower, Upper, _random) = (lower, upper, random ?? RandomStream.Default);
    }

    /// <summary>Least slope.</summary>
    public double Lower { get; }

    /// <summary>Greatest slope.</summary>
    public double Upper { get; }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.Rrelu(Lower, Upper, IsTraining, _random);

    /// <inheritdoc/>
    public override string ToString() => $"RReLU({Lower:0.####}, {Upper:0.####})";
}
