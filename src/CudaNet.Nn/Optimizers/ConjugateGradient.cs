namespace CudaNet.Nn.Optimizers;

/// <summary>Nonlinear conjugate gradients: d ← −g + β·d, and along d to the minimum of the line. Solves a quadratic of n weights in
/// n steps.</summary>
/// <remarks>Fletcher, Reeves 1964; Polak, Ribière 1969. The line search begins at −g·d/(dᵀ·H·d), the exact minimum where the
/// loss is quadratic, from one Hessian-vector product. The direction begins anew after n steps, or where it would not lead down.</remarks>
public sealed class ConjugateGradient : ClosureOptimizer
{
    private double[]? _direction, _lastGradient;
    private int _since;

    /// <summary>For all parameters of a module.</summary>
    /// <param name="parameters">What is trained.</param>
    /// <param name="rule">How much of the last direction is kept.</param>
    /// <param name="restartEvery">Steps after which the direction begins anew; as many as there are weights if null.</param>
    public ConjugateGradient(IEnumerable<Parameter> parameters, ConjugateGradientRule rule = ConjugateGradientRule.FletcherReeves, int? restartEvery = null) : base(parameters)
    {
        if (restartEvery < 1) throw new ArgumentException($"ConjugateGradient: restartEvery is {restartEvery}. Give 1 or more.", nameof(restartEvery));
        (Rule, RestartEvery) = (rule, restartEvery);
    }

    /// <summary>How much of the last direction is kept.</summary>
    public ConjugateGradientRule Rule { get; }

    /// <summary>Steps after which the direction begins anew; null for as many as there are weights.</summary>
    public int? RestartEvery { get; }

    /// <summary>How far along the direction the last step went.</summary>
    public double LastStep { get; private set; }

    /// <summary>β of the last step; 0 where the direction began anew.</summary>
    public double LastBeta { get; private set; }

    private protected override double Move(FlatProblem problem)
    {
        var point = problem.Point();
        var (loss, gradient) = problem.Evaluate();
        (LastBeta, LastStep) = (0, 0);
        if (FlatProblem.Dot(gradient, gradient) == 0) return loss;
        var direction = FlatProblem.Negated(gradient);
        if (_direction is not null && _lastGradient!.Length == gradient.Length && _since < (RestartEvery ?? problem.Size))
        {
            var conjugate = FlatProblem.Along(direction, LastBeta = Beta(gradient, _lastGradient), _direction);
            if (FlatProblem.Dot(gradient, conjugate) < 0) direction = conjugate;
            else (LastBeta, _since) = (0, 0);
        }
        else
        {
            _since = 0;
        }
        _since++;

        var slope = FlatProblem.Dot(gradient, direction);
        var curvature = FlatProblem.Dot(direction, problem.HessianProduct(direction));
        var start = curvature > 0 ? -slope / curvature : Math.Min(1, 1 / FlatProblem.Largest(direction));
        LinePoint At(double step)
        {
            var (l, g) = problem.Evaluate(FlatProblem.Along(point, step, direction));
            return new(step, l, g, FlatProblem.Dot(g, direction));
        }
        // 0.1: conjugate directions need a better minimum of the line than quasi-Newton ones.
        var found = LineSearch.StrongWolfe(At, new(0, loss, gradient, slope), start, FlatProblem.Largest(direction), curvature: 0.1, leastChange: 1e-16);
        problem.Assign(FlatProblem.Along(point, found.Step, direction));
        (_direction, _lastGradient, LastStep) = (direction, gradient, found.Step);
        return loss;
    }

    private double Beta(double[] now, double[] before)
    {
        var square = FlatProblem.Dot(before, before);
        return Rule == ConjugateGradientRule.FletcherReeves
            ? FlatProblem.Dot(now, now) / square
            : Math.Max(0, FlatProblem.Dot(now, FlatProblem.Along(now, -1, before)) / square);
    }
}
