namespace CudaNet.Nn.Optimizers;

/// <summary>L-BFGS: quasi-Newton directions from the last few changes of weights and gradients, without a matrix.</summary>
/// <remarks>Liu, Nocedal 1989, with PyTorch's defaults and stopping rules; one step makes up to maxIterations iterations. Ask for
/// the line search unless the loss is nearly quadratic: a fixed step may diverge.</remarks>
public sealed class Lbfgs : ClosureOptimizer
{
    private readonly List<(double[] S, double[] Y, double Rho)> _history = [];
    private double[]? _direction, _lastGradient;
    private double _step, _scale = 1, _lastLoss;
    private long _iteration;

    /// <summary>For all parameters of a module.</summary>
    /// <param name="parameters">What is trained.</param>
    /// <param name="learningRate">Length of a step along the direction, and where a line search begins.</param>
    /// <param name="maxIterations">Iterations of a step.</param>
    /// <param name="maxEvaluations">Evaluations of a step; 5/4 of maxIterations if null.</param>
    /// <param name="gradientTolerance">Stops where no component of the gradient is above it.</param>
    /// <param name="changeTolerance">Stops where weights or loss change by less.</param>
    /// <param name="historySize">Changes that are remembered.</param>
    /// <param name="strongWolfe">True for a line search with the strong Wolfe conditions.</param>
    public Lbfgs(IEnumerable<Parameter> parameters, double learningRate = 1, int maxIterations = 20, int? maxEvaluations = null, double gradientTolerance = 1e-7, double changeTolerance = 1e-9, int historySize = 100, bool strongWolfe = false)
        : base(parameters)
    {
        if (!(learningRate > 0)) throw new ArgumentException($"Lbfgs: the learning rate is {learningRate}. Give a number above 0.", nameof(learningRate));
        if (maxIterations < 1 || historySize < 1) throw new ArgumentException($"Lbfgs: maxIterations is {maxIterations} and historySize {historySize}. Give 1 or more.", nameof(maxIterations));
        (LearningRate, MaxIterations, MaxEvaluations) = (learningRate, maxIterations, maxEvaluations ?? maxIterations * 5 / 4);
        (GradientTolerance, ChangeTolerance, HistorySize, StrongWolfe) = (gradientTolerance, changeTolerance, historySize, strongWolfe);
    }

    /// <summary>Length of a step along the direction, and where a line search begins.</summary>
    public double LearningRate { get; set; }

    /// <summary>Iterations of a step.</summary>
    public int MaxIterations { get; }

    /// <summary>Evaluations of a step.</summary>
    public int MaxEvaluations { get; }

    /// <summary>Stops where no component of the gradient is above it.</summary>
    public double GradientTolerance { get; }

    /// <summary>Stops where weights or loss change by less.</summary>
    public double ChangeTolerance { get; }

    /// <summary>Changes that are remembered.</summary>
    public int HistorySize { get; }

    /// <summary>True where a line search is made.</summary>
    public bool StrongWolfe { get; }

    /// <summary>Iterations made so far, over all steps.</summary>
    public long Iterations => _iteration;

    private protected override double Move(FlatProblem problem)
    {
        var point = problem.Point();
        var (loss, gradient) = problem.Evaluate();
        var first = loss;
        if (_direction is not null && _direction.Length != problem.Size) Forget();
        if (FlatProblem.Largest(gradient) <= GradientTolerance) return first;
        for (var k = 1; ; k++)
        {
            _iteration++;
            Turn(gradient);
            (_lastGradient, _lastLoss) = (gradient, loss);
            var slope = FlatProblem.Dot(gradient, _direction!);
            // Without any curvature yet, a first step of length η, not of the gradient's.
            _step = _iteration == 1 ? Math.Min(1, 1 / gradient.Sum(Math.Abs)) * LearningRate : LearningRate;
            if (!(slope <= -ChangeTolerance)) break;

            if (StrongWolfe)
            {
                LinePoint At(double step)
                {
                    var (l, g) = problem.Evaluate(FlatProblem.Along(point, step, _direction!));
                    return new(step, l, g, FlatProblem.Dot(g, _direction!));
                }
                var found = LineSearch.StrongWolfe(At, new(0, loss, gradient, slope), _step, FlatProblem.Largest(_direction!), leastChange: ChangeTolerance);
                (_step, loss, gradient) = (found.Step, found.Loss, found.Gradient);
                point = FlatProblem.Along(point, _step, _direction!);
                problem.Assign(point);
            }
            else
            {
                point = FlatProblem.Along(point, _step, _direction!);
                problem.Assign(point);
                // The last point is evaluated at the beginning of the next step.
                if (k < MaxIterations) (loss, gradient) = problem.Evaluate();
            }
            if (k >= MaxIterations || problem.Evaluations >= MaxEvaluations || FlatProblem.Largest(gradient) <= GradientTolerance) break;
            if (_step * FlatProblem.Largest(_direction!) <= ChangeTolerance || Math.Abs(loss - _lastLoss) < ChangeTolerance) break;
        }
        return first;
    }

    /// <summary>The direction at a new gradient, after taking the last change into the history.</summary>
    private void Turn(double[] gradient)
    {
        if (_lastGradient is null || _direction is null)
        {
            _direction = FlatProblem.Negated(gradient);
            return;
        }
        var y = FlatProblem.Along(gradient, -1, _lastGradient);
        var s = Array.ConvertAll(_direction, d => d * _step);
        var curvature = FlatProblem.Dot(y, s);
        // Without positive curvature the approximation would lose its definiteness, and directions would lead up.
        if (curvature > 1e-10)
        {
            if (_history.Count == HistorySize) _history.RemoveAt(0);
            _history.Add((s, y, 1 / curvature));
            _scale = curvature / FlatProblem.Dot(y, y);
        }
        _direction = TwoLoops(FlatProblem.Negated(gradient));
    }

    private double[] TwoLoops(double[] q)
    {
        var alpha = new double[_history.Count];
        for (var k = _history.Count - 1; k >= 0; k--)
        {
            alpha[k] = _history[k].Rho * FlatProblem.Dot(_history[k].S, q);
            q = FlatProblem.Along(q, -alpha[k], _history[k].Y);
        }
        var r = Array.ConvertAll(q, x => x * _scale);
        for (var k = 0; k < _history.Count; k++)
            r = FlatProblem.Along(r, alpha[k] - _history[k].Rho * FlatProblem.Dot(_history[k].Y, r), _history[k].S);
        return r;
    }

    private void Forget()
    {
        _history.Clear();
        (_direction, _lastGradient, _iteration, _scale) = (null, null, 0, 1);
    }
}
