namespace CudaNet.Nn.Optimizers;

/// <summary>BFGS: Newton's method with an inverse Hessian that is learned from the changes of the gradient. A matrix of n²
/// numbers for n weights; <see cref="Lbfgs"/> does without.</summary>
/// <remarks>Broyden, Fletcher, Goldfarb, Shanno 1970, with a strong Wolfe line search, which keeps the matrix positive definite.</remarks>
public sealed class Bfgs : ClosureOptimizer
{
    private double[]? _inverse;

    /// <summary>For all parameters of a module.</summary>
    /// <param name="parameters">What is trained.</param>
    /// <param name="gradientTolerance">A step does nothing where no component of the gradient is above it.</param>
    public Bfgs(IEnumerable<Parameter> parameters, double gradientTolerance = 1e-9) : base(parameters) => GradientTolerance = gradientTolerance;

    /// <summary>A step does nothing where no component of the gradient is above it.</summary>
    public double GradientTolerance { get; }

    /// <summary>The approximation of the inverse Hessian, [n, n]; null before the first step.</summary>
    public Tensor? InverseHessian
    {
        get
        {
            if (_inverse is null) return null;
            var n = (long)Math.Sqrt(_inverse.Length);
            return Tensor.From(_inverse, [n, n]);
        }
    }

    private protected override double Move(FlatProblem problem)
    {
        var n = problem.Size;
        var isFresh = _inverse?.Length != n * n;
        if (isFresh) _inverse = Identity(n, 1);
        var point = problem.Point();
        var (loss, gradient) = problem.Evaluate();
        if (FlatProblem.Largest(gradient) <= GradientTolerance) return loss;

        var direction = FlatProblem.Negated(Times(gradient));
        var slope = FlatProblem.Dot(gradient, direction);
        if (!(slope < 0))
        {
            // Rounding has made it indefinite: begin anew.
            (_inverse, direction, isFresh) = (Identity(n, 1), FlatProblem.Negated(gradient), true);
            slope = FlatProblem.Dot(gradient, direction);
        }
        LinePoint At(double step)
        {
            var (l, g) = problem.Evaluate(FlatProblem.Along(point, step, direction));
            return new(step, l, g, FlatProblem.Dot(g, direction));
        }
        var start = isFresh ? Math.Min(1, 1 / gradient.Sum(Math.Abs)) : 1;
        var found = LineSearch.StrongWolfe(At, new(0, loss, gradient, slope), start, FlatProblem.Largest(direction), leastChange: 1e-16);
        problem.Assign(FlatProblem.Along(point, found.Step, direction));

        var s = Array.ConvertAll(direction, d => d * found.Step);
        var y = FlatProblem.Along(found.Gradient, -1, gradient);
        var curvature = FlatProblem.Dot(s, y);
        // The share of cancelled digits: below it the sign is chance.
        if (!(curvature > 1e-14 * Math.Sqrt(FlatProblem.Dot(s, s) * FlatProblem.Dot(y, y)))) return loss;
        if (isFresh) _inverse = Identity(n, curvature / FlatProblem.Dot(y, y));
        Update(s, y, curvature);
        return loss;
    }

    /// <summary>H ← (1 − ρ·s·yᵀ)·H·(1 − ρ·y·sᵀ) + ρ·s·sᵀ with ρ = 1/sᵀy: afterwards H·y = s, the secant equation.</summary>
    private void Update(double[] s, double[] y, double curvature)
    {
        var n = s.Length;
        var hy = Times(y);
        var factor = (1 + FlatProblem.Dot(y, hy) / curvature) / curvature;
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++)
                _inverse![i * n + j] += factor * s[i] * s[j] - (hy[i] * s[j] + s[i] * hy[j]) / curvature;
    }

    private double[] Times(double[] vector)
    {
        var product = new double[vector.Length];
        for (var i = 0; i < product.Length; i++)
            product[i] = System.Numerics.Tensors.TensorPrimitives.Dot<double>(_inverse.AsSpan(i * product.Length, product.Length), vector);
        return product;
    }

    private static double[] Identity(int n, double scale)
    {
        var matrix = new double[n * n];
        for (var i = 0; i < n; i++) matrix[i * n + i] = scale;
        return matrix;
    }
}
