namespace CudaNet.Nn.Preprocessing;

/// <summary>Independent components: turns whitened features so that each is as far from normal as can be, which undoes the mixing of
/// independent sources.</summary>
/// <remarks>Hyvärinen, Oja 2000: the symmetric fixed point iteration with the contrast ln cosh. Order, sign and scale of the sources cannot be known:
/// each comes out with variance 1.</remarks>
public sealed class FastIca
{
    private readonly int _mostIterations;
    private readonly double _tolerance;
    private readonly Whitening _whitening;
    private readonly RandomStream? _random;
    private Tensor? _rotation;

    /// <summary>An unmixing.</summary>
    /// <param name="components">How many sources; as many as features if null.</param>
    /// <param name="mostIterations">When to end at the latest.</param>
    /// <param name="tolerance">Change of the directions (1 − |cosine|) at which it ends.</param>
    /// <param name="random">Where the first directions come from; <see cref="RandomStream.Default"/> if null.</param>
    public FastIca(long? components = null, int mostIterations = 200, double tolerance = 1e-8, RandomStream? random = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(mostIterations, 1);
        (_mostIterations, _tolerance, _whitening, _random) = (mostIterations, tolerance, new(epsilon: 0, components: components), random);
    }

    /// <summary>Iterations of the last fit.</summary>
    public int Iterations { get; private set; }

    /// <summary>Learns from mixtures, [samples, features] with 2 or more samples.</summary>
    /// <returns>This.</returns>
    /// <exception cref="ShapeException">It is not such a matrix, or there are fewer directions than asked for.</exception>
    public FastIca Fit(Tensor x)
    {
        var z = _whitening.FitTransform(x.To(DType.Float64)).Realize();
        var (samples, count) = (z.Shape[0], z.Shape[1]);
        var w = Orthogonal((_random ?? RandomStream.Default).Normal([count, count], type: DType.Float64));
        // w ← E[z·g(wᵀz)] − E[g′(wᵀz)]·w for each row w, with g = tanh, and then all rows made orthogonal together.
        var step = Compiled.Of(rows =>
        {
            var g = z.MatMul(rows.T).Tanh();
            return g.T.MatMul(z) / samples - rows * (1 - g.Square()).Mean(0).Unsqueeze(1);
        });
        for (Iterations = 1; Iterations <= _mostIterations; Iterations++)
        {
            var next = Orthogonal(step(w));
            var change = (1 - (next * w).Sum(1).Abs()).Abs().Max().Item();
            w = next;
            if (change < _tolerance) break;
        }
        _rotation = w;
        return this;
    }

    /// <summary>The sources of mixtures, [samples, components], of the input's type.</summary>
    /// <exception cref="ShapeException">There is another number of features.</exception>
    public Tensor Transform(Tensor x)
    {
        var rotation = _rotation ?? throw new GraphException("FastIca: nothing was fitted. Call Fit with the mixtures first.");
        return _whitening.Transform(x.To(DType.Float64)).MatMul(rotation.T).To(Samples.FloatingType(x));
    }

    /// <summary>Fits and transforms the same set.</summary>
    public Tensor FitTransform(Tensor x) => Fit(x).Transform(x);

    /// <summary>(W·Wᵀ)^−½ · W, which is U·Vᵀ of W = U·S·Vᵀ: the nearest orthogonal matrix.</summary>
    private static Tensor Orthogonal(Tensor w)
    {
        var (u, _, vt) = Linalg.Svd(w);
        return u.MatMul(vt).Realize();
    }
}
