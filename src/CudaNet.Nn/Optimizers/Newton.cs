namespace CudaNet.Nn.Optimizers;

/// <summary>Newton's method: w ← w − ε·(H + λ)⁻¹·∇L with the whole Hessian, n Hessian-vector products and n³ operations a step.</summary>
/// <remarks>Where H is not positive definite, λ grows until it is, so that a step never leads to a saddle or a maximum. There is no
/// line search: far from the minimum a step may be too long; lower ε or raise λ.</remarks>
public sealed class Newton : ClosureOptimizer
{
    /// <summary>For all parameters of a module.</summary>
    /// <param name="parameters">What is trained.</param>
    /// <param name="learningRate">ε; 1 goes to the minimum of the local parabola.</param>
    /// <param name="damping">λ, 0 or more (Levenberg 1944).</param>
    /// <param name="leastCurvature">Where H is not positive definite, the least curvature is raised to this share of the greatest.</param>
    public Newton(IEnumerable<Parameter> parameters, double learningRate = 1, double damping = 0, double leastCurvature = 1e-3) : base(parameters)
    {
        if (!(learningRate > 0 && damping >= 0 && leastCurvature > 0))
            throw new ArgumentException($"Newton: the learning rate is {learningRate}, damping {damping} and leastCurvature {leastCurvature}. Give numbers above 0; damping may be 0.", nameof(learningRate));
        (LearningRate, Damping, LeastCurvature) = (learningRate, damping, leastCurvature);
    }

    /// <summary>ε.</summary>
    public double LearningRate { get; set; }

    /// <summary>λ.</summary>
    public double Damping { get; set; }

    /// <summary>Share of the greatest curvature that the least is raised to where H is not positive definite.</summary>
    public double LeastCurvature { get; }

    /// <summary>λ of the last step, raised where it had to be.</summary>
    public double LastDamping { get; private set; }

    private protected override double Move(FlatProblem problem)
    {
        var n = problem.Size;
        var point = problem.Point();
        var (loss, gradient) = problem.Evaluate();
        var hessian = new double[n * n];
        var unit = new double[n];
        for (var i = 0; i < n; i++)
        {
            unit[i] = 1;
            problem.HessianProduct(unit).CopyTo(hessian, i * n);
            unit[i] = 0;
        }
        // One decomposition tells how much damping is needed, and solves for it too.
        var matrix = Tensor.From(hessian, [n, n]);
        var (values, vectors) = Linalg.Eigh((matrix + matrix.T) * 0.5);
        var curvature = values.ToArray<double>();
        var greatest = FlatProblem.Largest(curvature);
        LastDamping = Damping;
        if (!(curvature[0] + Damping > 1e-10 * greatest))
            LastDamping = greatest == 0 ? 1 : LeastCurvature * greatest - curvature[0];
        var along = vectors.T.MatMul(Tensor.From(gradient, [n, 1])) / (values + LastDamping).Reshape([n, 1]);
        problem.Assign(FlatProblem.Along(point, -LearningRate, vectors.MatMul(along).ToArray<double>()));
        return loss;
    }
}
