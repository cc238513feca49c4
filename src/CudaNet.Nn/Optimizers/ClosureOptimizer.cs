namespace CudaNet.Nn.Optimizers;

/// <summary>An optimiser that takes the loss itself, at as many points as it needs: line searches and second-order methods.</summary>
/// <remarks>For losses that are the same function at each call: a whole set of data, or a fixed batch, without dropout. All
/// weights are one vector in double precision, kept on the host, whatever their own type and device; so these are for
/// models of moderate size. What a step learned about the curvature is no part of a checkpoint.</remarks>
public abstract class ClosureOptimizer
{
    /// <summary>For all parameters of a module.</summary>
    /// <param name="parameters">What is trained; frozen ones are left alone.</param>
    /// <exception cref="ArgumentException">There is no parameter.</exception>
    protected ClosureOptimizer(IEnumerable<Parameter> parameters)
    {
        Parameters = [.. parameters.Distinct()];
        if (Parameters.Count == 0) throw new ArgumentException($"{GetType().Name}: there is no parameter to train. Pass model.Parameters().", nameof(parameters));
    }

    /// <summary>What is trained.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>How often the loss and its gradient were computed so far.</summary>
    public int Evaluations { get; private set; }

    /// <summary>Changes the parameters so that the loss falls.</summary>
    /// <param name="closure">Computes the loss of the present parameters, a scalar; it needs no Backward.</param>
    /// <returns>The loss before the step.</returns>
    /// <exception cref="GraphException">All parameters are frozen, or this is inside of a compiled function: it reads values.</exception>
    public double Step(Func<Tensor> closure)
    {
        ArgumentNullException.ThrowIfNull(closure);
        var trained = Parameters.Where(p => p.RequiresGrad).ToArray();
        if (trained.Length == 0) throw new GraphException($"{GetType().Name}.Step: every parameter is frozen. Set RequiresGrad of some.");
        var problem = new FlatProblem(trained, closure);
        try
        {
            return Move(problem);
        }
        finally
        {
            Evaluations += problem.Evaluations;
        }
    }

    /// <summary>One step from the present point.</summary>
    private protected abstract double Move(FlatProblem problem);
}
