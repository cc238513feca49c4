namespace CudaNet.Nn.Optimizers;

/// <summary>Rprop: each weight has a step size of its own, which grows while the sign of its gradient stays, shrinks when it flips, and is made against that sign. The size of the gradient does not count.</summary>
/// <remarks>Riedmiller, Braun 1993. For whole sets of data: the sign of a small batch says little. By default the step after a flip is left out (PyTorch, and the authors' iRprop−).</remarks>
public sealed class Rprop : Optimizer
{
    /// <summary>For all parameters of a module.</summary>
    /// <param name="parameters">What is trained.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="etaMinus">Factor after a flip, in (0, 1).</param>
    /// <param name="etaPlus">Factor while the sign stays, above 1.</param>
    /// <param name="minStep">Least step size.</param>
    /// <param name="maxStep">Greatest step size.</param>
    /// <param name="skipAfterFlip">False to step after a flip too, with the smaller size.</param>
    public Rprop(IEnumerable<Parameter> parameters, double learningRate = 1e-2, double etaMinus = 0.5, double etaPlus = 1.2, double minStep = 1e-6, double maxStep = 50, bool skipAfterFlip = true)
        : this([new ParameterGroup(parameters)], learningRate, etaMinus, etaPlus, minStep, maxStep, skipAfterFlip) { }

    /// <summary>For groups of parameters.</summary>
    /// <inheritdoc cref="Rprop(IEnumerable{Parameter}, double, double, double, double, double, bool)"/>
    public Rprop(IEnumerable<ParameterGroup> groups, double learningRate = 1e-2, double etaMinus = 0.5, double etaPlus = 1.2, double minStep = 1e-6, double maxStep = 50, bool skipAfterFlip = true)
        : base(groups, learningRate, "prev", "step_size")
    {
        if (!(etaMinus > 0 && etaMinus < 1 && etaPlus > 1)) throw new ArgumentException($"Rprop: etaMinus is {etaMinus} and etaPlus {etaPlus}. Give a number between 0 and 1, and one above 1.", nameof(etaMinus));
        if (!(minStep > 0 && minStep <= maxStep)) throw new ArgumentException($"Rprop: minStep is {minStep} and maxStep {maxStep}. Give numbers above 0, the least first.", nameof(minStep));
        (EtaMinus, EtaPlus, MinStep, MaxStep, SkipAfterFlip) = (etaMinus, etaPlus, minStep, maxStep, skipAfterFlip);
    }

    /// <summary>Factor after a flip, in (0, 1).</summary>
    public double EtaMinus { get; }

    /// <summary>Factor while the sign stays, above 1.</summary>
    public double EtaPlus { get; }

    /// <summary>Least step size.</summary>
    public double MinStep { get; }

    /// <summary>Greatest step size.</summary>
    public double MaxStep { get; }

    /// <summary>False to step after a flip too, with the smaller size.</summary>
    public bool SkipAfterFlip { get; }

    /// <inheritdoc/>
    protected override Rule Begin(ParameterGroup group, Tensor step, Tensor rate)
    {
        return (parameter, gradient, slots, updates) =>
        {
            // A size of 0 says that there was no step yet: the first size is the learning rate.
            var size = slots[1].Value;
            size = size.Eq(0).Where(rate.To(size.DType), size);
            var agreement = (gradient * slots[0].Value).Sign();
            size = (size * (agreement > 0).Where(EtaPlus, (agreement < 0).Where(EtaMinus, size.OnesLike()))).Clamp(MinStep, MaxStep);
            var g = SkipAfterFlip ? (agreement < 0).Where(0, gradient) : gradient;
            updates.Add((slots[0], g));
            updates.Add((slots[1], size));
            updates.Add((parameter, (parameter.Value - g.Sign() * size).To(parameter.DType)));
        };
    }
}
