namespace CudaNet.Nn.Optimizers;

/// <summary>Newton's method without the Hessian: (H + λ)·d = −∇L is solved by conjugate gradients, which only need products
/// H·v; memory is a few vectors.</summary>
/// <remarks>Martens 2010. The solution is truncated while far from a minimum, and at the first direction of negative curvature;
/// λ follows how well the local parabola foretold the change (Levenberg, Marquardt), and the step is halved until the loss falls.</remarks>
public sealed class HessianFree : ClosureOptimizer
{
    /// <summary>For all parameters of a module.</summary>
    /// <param name="parameters">What is trained.</param>
    /// <param name="damping">First λ, 0 or more.</param>
    /// <param name="maxIterations">Products H·v of a step; as many as there are weights if null.</param>
    /// <param name="tolerance">Residual, as a share of the gradient, at which the solution is good enough; if null
    /// min(½, √‖∇L‖), which becomes exact towards the minimum.</param>
    public HessianFree(IEnumerable<Parameter> parameters, double damping = 1e-3, int? maxIterations = null, double? tolerance = null) : base(parameters)
    {
        if (!(damping >= 0) || maxIterations < 1) throw new ArgumentException($"HessianFree: damping is {damping} and maxIterations {maxIterations}. Give 0 or more, and 1 or more.", nameof(damping));
        (Damping, MaxIterations, Tolerance) = (damping, maxIterations, tolerance);
    }

    /// <summary>λ now.</summary>
    public double Damping { get; private set; }

    /// <summary>Products H·v of a step; null for as many as there are weights.</summary>
    public int? MaxIterations { get; }

    /// <summary>Residual, as a share of the gradient, at which the solution is good enough; null for one that falls.</summary>
    public double? Tolerance { get; }

    /// <summary>Products H·v of the last step.</summary>
    public int LastIterations { get; private set; }

    private protected override double Move(FlatProblem problem)
    {
        var point = problem.Point();
        var (loss, gradient) = problem.Evaluate();
        LastIterations = 0;
        var norm = Math.Sqrt(FlatProblem.Dot(gradient, gradient));
        if (norm == 0) return loss;
        var (direction, foretold) = Solve(problem, gradient, norm);
        var slope = FlatProblem.Dot(gradient, direction);

        var step = 1.0;
        for (var halvings = 0; ; halvings++, step /= 2)
        {
            if (halvings == 40)
            {
                problem.Assign(point);
                Damping = Math.Max(Damping * 10, 1e-3);
                return loss;
            }
            var reached = problem.Evaluate(FlatProblem.Along(point, step, direction)).Loss;
            if (!(reached <= loss + LineSearch.Decrease * step * slope)) continue;
            var trust = step == 1 && foretold < 0 ? (reached - loss) / foretold : 0;
            if (trust > 0.75) Damping *= 2.0 / 3;
            else if (trust < 0.25) Damping = Math.Max(Damping * 1.5, 1e-6);
            return loss;
        }
    }

    /// <summary>The direction, and the change of the loss that the parabola foretells for it.</summary>
    private (double[] Direction, double Foretold) Solve(FlatProblem problem, double[] gradient, double norm)
    {
        var d = new double[problem.Size];
        var residual = FlatProblem.Negated(gradient);
        var p = residual;
        var square = FlatProblem.Dot(residual, residual);
        var enough = (Tolerance ?? Math.Min(0.5, Math.Sqrt(norm))) * norm;
        var foretold = 0.0;
        for (; LastIterations < (MaxIterations ?? problem.Size) && Math.Sqrt(square) > enough; LastIterations++)
        {
            var product = FlatProblem.Along(problem.HessianProduct(p), Damping, p);
            var curvature = FlatProblem.Dot(p, product);
            if (!(curvature > 0)) return LastIterations == 0 ? (p, 0) : (d, foretold);
            var alpha = square / curvature;
            d = FlatProblem.Along(d, alpha, p);
            foretold -= 0.5 * alpha * square;
            residual = FlatProblem.Along(residual, -alpha, product);
            var next = FlatProblem.Dot(residual, residual);
            p = FlatProblem.Along(residual, next / square, p);
            square = next;
        }
        return (d, foretold);
    }
}
