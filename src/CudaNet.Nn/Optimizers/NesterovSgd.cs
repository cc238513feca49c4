namespace CudaNet.Nn.Optimizers;

/// <summary>Nesterov's momentum as he wrote it: the gradient is taken where the velocity leads, at w + β·v; then
/// v ← β·v − η·g and w ← w + v.</summary>
/// <remarks>Nesterov 1983. <see cref="Sgd"/> with nesterov makes the same steps (for a constant rate) but keeps the
/// looked-ahead point in the parameters; here they hold w between steps.</remarks>
public sealed class NesterovSgd : Optimizer
{
    private bool _isAhead;

    /// <summary>For all parameters of a module.</summary>
    /// <param name="parameters">What is trained.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="momentum">β, from 0 up to but not including 1.</param>
    /// <param name="weightDecay">λ, added to the gradient as λ·w.</param>
    public NesterovSgd(IEnumerable<Parameter> parameters, double learningRate, double momentum = 0.9, double weightDecay = 0)
        : this([new ParameterGroup(parameters)], learningRate, momentum, weightDecay) { }

    /// <summary>For groups of parameters.</summary>
    /// <inheritdoc cref="NesterovSgd(IEnumerable{Parameter}, double, double, double)"/>
    public NesterovSgd(IEnumerable<ParameterGroup> groups, double learningRate, double momentum = 0.9, double weightDecay = 0)
        : base(groups, learningRate, "velocity")
    {
        if (!(momentum >= 0 && momentum < 1)) throw new ArgumentException($"NesterovSgd: momentum is {momentum}. Give a number from 0 up to but not including 1.", nameof(momentum));
        (Momentum, WeightDecay) = (momentum, weightDecay);
    }

    /// <summary>β.</summary>
    public double Momentum { get; }

    /// <summary>λ.</summary>
    public double WeightDecay { get; }

    /// <summary>Moves the parameters ahead, takes the gradient there, and makes the step.</summary>
    /// <param name="closure">Computes the loss.</param>
    /// <returns>The loss at the looked-ahead point.</returns>
    public Tensor Step(Func<Tensor> closure)
    {
        ArgumentNullException.ThrowIfNull(closure);
        ZeroGrad();
        MoveAhead();
        var loss = closure();
        loss.Backward();
        Step();
        return loss;
    }

    /// <summary>Moves the parameters to w + β·v, where the loss of the next <see cref="Optimizer.Step"/> is to be taken.</summary>
    public void MoveAhead()
    {
        if (_isAhead) throw new GraphException("NesterovSgd.MoveAhead: the parameters are ahead already. Make the step first.");
        State.AssignAll([.. from @group in Groups
                            from parameter in @group.Parameters
                            where parameter.RequiresGrad
                            select ((State)parameter, (parameter.Value + SlotsOf(parameter)[0].Value * Momentum).To(parameter.DType))]);
        _isAhead = true;
    }

    /// <inheritdoc/>
    protected override Rule Begin(ParameterGroup group, Tensor step, Tensor rate)
    {
        if (group == Groups[0] && !_isAhead) throw new GraphException("NesterovSgd.Step: the gradient was not taken ahead. Give the step a closure, or call MoveAhead before the loss.");
        _isAhead = false;
        var decay = group.WeightDecay ?? WeightDecay;
        return (parameter, gradient, slots, updates) =>
        {
            var move = (decay == 0 ? gradient : gradient + parameter.Value * decay) * rate;
            updates.Add((slots[0], (slots[0].Value * Momentum - move).To(parameter.DType)));
            // w + v = (w + β·v) − η·g: from the point ahead it is only the gradient's part.
            updates.Add((parameter, (parameter.Value - move).To(parameter.DType)));
        };
    }
}
