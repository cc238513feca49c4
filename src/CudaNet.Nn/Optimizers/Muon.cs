namespace CudaNet.Nn.Optimizers;

/// <summary>Muon for matrices: the momentum m ← μ·m + (1 − μ)·g is brought near to an orthogonal matrix, whose singular values are all
/// about 1, before w moves along it; AdamW for all other parameters.</summary>
/// <remarks>
/// Jordan et al. 2024. With u the momentum (Nesterov's (1 − μ)·g + μ·m), X = u/‖u‖ goes five times through X ← a·X + (b·A + c·A²)·X, A = X·Xᵀ,
/// a Newton–Schulz iteration whose coefficients are chosen to reach singular values between 0.7 and 1.2 quickly. The step of a matrix
/// [m, n] is η · 0.2·√max(m, n) · X, which has the root mean square of AdamW's steps (Liu et al. 2025), so that one rate and one decay
/// serve both. Tables of tokens and heads are left to AdamW: their rows are looked up, they do not map one space onto another.
/// </remarks>
public sealed class Muon : AdamW
{
    // Coefficients a, b, c of Jordan's post: the slope at 0 is as great as a bounded result allows.
    private const double A = 3.4445, B = -4.7750, C = 2.0315;
    private const double Tiny = 1e-7;

    private readonly HashSet<ParameterGroup> _matrices;

    /// <summary>For the weights of a network.</summary>
    /// <param name="matrices">Parameters of rank 2 that map rows onto rows: weights of linear layers.</param>
    /// <param name="others">All other parameters; may be empty.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="momentum">μ.</param>
    /// <param name="weightDecay">λ, decoupled.</param>
    /// <param name="iterations">Iterations of Newton–Schulz.</param>
    /// <param name="beta1">β₁ of AdamW.</param>
    /// <param name="beta2">β₂ of AdamW.</param>
    /// <exception cref="ArgumentException">A parameter of <paramref name="matrices"/> has not rank 2, or a number is out of range.</exception>
    public Muon(IEnumerable<ParameterGroup> matrices, IEnumerable<ParameterGroup> others, double learningRate = 1e-3, double momentum = 0.95, double weightDecay = 0.1, int iterations = 5, double beta1 = 0.9, double beta2 = 0.95)
        : this([.. matrices], [.. others], learningRate, momentum, weightDecay, iterations, beta1, beta2) { }

    private Muon(ParameterGroup[] matrices, ParameterGroup[] others, double learningRate, double momentum, double weightDecay, int iterations, double beta1, double beta2)
        : base([.. matrices, .. others], learningRate, beta1, beta2, 1e-8, weightDecay, group => matrices.Contains(group) ? ["momentum_buffer"] : Moments)
    {
        if (!(momentum is >= 0 and < 1)) throw new ArgumentException($"Muon: momentum is {momentum}. Give a number from 0 up to but not including 1.", nameof(momentum));
        if (iterations < 1) throw new ArgumentException($"Muon: there are {iterations} iterations. Give 1 or more.", nameof(iterations));
        if (matrices.SelectMany(group => group.Parameters).FirstOrDefault(p => p.Shape.Rank != 2) is { } other)
            throw new ArgumentException($"Muon: parameter '{other.Name}' has shape {other.Shape}, which is no matrix. Put it with the others.", nameof(matrices));
        (_matrices, Momentum, Iterations) = ([.. matrices], momentum, iterations);
    }

    /// <summary>μ.</summary>
    public double Momentum { get; }

    /// <summary>Iterations of Newton–Schulz.</summary>
    public int Iterations { get; }

    /// <inheritdoc/>
    protected override Rule Begin(ParameterGroup group, Tensor step, Tensor rate)
    {
        if (!_matrices.Contains(group)) return base.Begin(group, step, rate);
        var decay = group.WeightDecay ?? WeightDecay;
        return (parameter, gradient, slots, updates) =>
        {
            var w = parameter.Value;
            var fresh = gradient * (1 - Momentum);
            var m = slots[0].Value * Momentum + fresh;
            var direction = Orthogonal(fresh + m * Momentum, Iterations);
            var size = rate * (0.2 * Math.Sqrt(Math.Max(w.Shape[0], w.Shape[1])));
            updates.Add((slots[0], m));
            updates.Add((parameter, (w * (1 - rate * decay) - direction * size).To(parameter.DType)));
        };
    }

    /// <summary>U·Vᵀ of a matrix U·S·Vᵀ, roughly: singular values above about 1 % of the norm come out between 0.7 and 1.2.</summary>
    private static Tensor Orthogonal(Tensor x, int iterations)
    {
        // The product of the short sides is the smaller one.
        var tall = x.Shape[0] > x.Shape[1];
        if (tall) x = x.Transpose(0, 1);
        x /= x.Norm() + Tiny;
        for (var k = 0; k < iterations; k++)
        {
            var a = x.MatMul(x.Transpose(0, 1));
            x = x * A + (a * B + a.MatMul(a) * C).MatMul(x);
        }
        return tall ? x.Transpose(0, 1) : x;
    }
}
