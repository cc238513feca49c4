namespace CudaNet.Nn.Optimizers;

/// <summary>Changes parameters along their gradients.</summary>
/// <remarks>All new values of a step are made in one plan, together with the loss and the gradients, and what a rule does with parameters of
/// up to a million elements is one step of it for all of them: one launch, or one pass of all threads. Step counter,
/// moments and learning rate are slots, so a compiled training step replays with their new values, and a checkpoint
/// holds them.</remarks>
public abstract class Optimizer
{
    private readonly Dictionary<Parameter, State[]> _slots = [];
    private readonly Dictionary<Parameter, string> _names = [];
    private readonly State _step;

    /// <summary>Makes the slots of all parameters.</summary>
    /// <param name="groups">What is trained.</param>
    /// <param name="learningRate">For groups that have none of their own.</param>
    /// <param name="slotNames">Names of the tensors kept a parameter, as in PyTorch: exp_avg, momentum_buffer.</param>
    /// <exception cref="ArgumentException">There is no parameter, or one is in two groups, or the rate is not a number ≥ 0.</exception>
    protected Optimizer(IEnumerable<ParameterGroup> groups, double learningRate, params string[] slotNames) : this(groups, learningRate, _ => slotNames) { }

    /// <summary>Makes the slots of all parameters, where groups keep different ones.</summary>
    private protected Optimizer(IEnumerable<ParameterGroup> groups, double learningRate, Func<ParameterGroup, string[]> slotNames)
    {
        if (!(learningRate >= 0)) throw new ArgumentException($"{GetType().Name}: the learning rate is {learningRate}. Give a number of 0 or more.", nameof(learningRate));
        Groups = [.. groups];
        var all = Groups.SelectMany(group => group.Parameters).ToList();
        if (all.Count == 0) throw new ArgumentException($"{GetType().Name}: there is no parameter to train. Pass model.Parameters().", nameof(groups));
        var named = all.Select(p => p.Name).Distinct().Count() == all.Count && all.All(p => p.Name.Length > 0);
        _step = new(Tensor.Scalar(0.0).To(ParameterGroup.ScalarType(all)), "step");
        for (var k = 0; k < Groups.Count; k++) Groups[k].Start(learningRate, k);
        foreach (var (group, parameter) in Groups.SelectMany(group => group.Parameters, (group, parameter) => (group, parameter)))
        {
            if (!_names.TryAdd(parameter, named ? parameter.Name : $"{_names.Count}"))
                throw new ArgumentException($"{GetType().Name}: parameter '{parameter.Name}' is in two groups. Put it into one.", nameof(groups));
            _slots[parameter] = [.. slotNames(group).Select(name => new State(parameter.Value.ZerosLike(), $"{_names[parameter]}.{name}"))];
        }
    }

    /// <summary>What is trained.</summary>
    public IReadOnlyList<ParameterGroup> Groups { get; }

    /// <summary>Learning rate of the first group; setting it sets that of all groups.</summary>
    public double LearningRate
    {
        get => Groups[0].LearningRate;
        set
        {
            foreach (var group in Groups) group.LearningRate = value;
        }
    }

    /// <summary>Steps made so far.</summary>
    public long StepCount => (long)_step.Value.Item();

    /// <summary>Forgets all gradients.</summary>
    public void ZeroGrad()
    {
        foreach (var group in Groups)
            foreach (var parameter in group.Parameters) parameter.Grad = null;
    }

    /// <summary>Changes all parameters that have a gradient; frozen ones and those without are left alone.</summary>
    /// <exception cref="GraphException">No parameter has a gradient.</exception>
    public void Step() => State.AssignAll(Updates());

    /// <summary>A step that changes something only if a Bool scalar is true, together with other slots.</summary>
    internal void StepIf(Tensor condition, IReadOnlyList<(State Slot, Tensor Value)> others) =>
        State.AssignAll([.. Updates().Select(update => (update.Slot, condition.Where(update.Value, update.Slot.Value))), .. others]);

    private List<(State Slot, Tensor Value)> Updates()
    {
        var step = _step.Value + 1;
        var updates = new List<(State Slot, Tensor Value)> { (_step, step) };
        foreach (var group in Groups)
        {
            var rate = group.Rate.Value;
            var context = Begin(group, step, rate);
            foreach (var parameter in group.Parameters)
                if (parameter is { RequiresGrad: true, Grad: { } gradient })
                    context(parameter, gradient, _slots[parameter], updates);
        }
        if (updates.Count == 1)
            throw new GraphException($"{GetType().Name}.Step: no parameter has a gradient. Call loss.Backward() first.");
        return updates;
    }

    /// <summary>Step counter, learning rates and moments by name.</summary>
    public IReadOnlyDictionary<string, Tensor> StateDict() => Slots().ToDictionary(entry => entry.Name, entry => entry.Slot.Value);

    /// <summary>Takes the values of <see cref="StateDict"/>.</summary>
    /// <exception cref="StateDictException">Names are missing or unexpected, or shapes differ.</exception>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        StateDicts.Load(GetType().Name, [.. Slots()], values, strict: true);
    }

    /// <summary>Changes one parameter: appends new values for it and its slots.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="gradient">Its gradient.</param>
    /// <param name="slots">Its slots, in the order of their names.</param>
    /// <param name="updates">Where new values go.</param>
    protected delegate void Rule(Parameter parameter, Tensor gradient, State[] slots, List<(State Slot, Tensor Value)> updates);

    /// <summary>The rule for the parameters of a group, with what they share computed once.</summary>
    /// <param name="group">The group.</param>
    /// <param name="step">Number of this step from 1 on; a scalar tensor.</param>
    /// <param name="rate">Learning rate; a scalar tensor.</param>
    protected abstract Rule Begin(ParameterGroup group, Tensor step, Tensor rate);

    /// <summary>The slots of a parameter, in the order of their names.</summary>
    private protected State[] SlotsOf(Parameter parameter) => _slots[parameter];

    /// <summary>Gives a slot of every parameter another first value than 0.</summary>
    private protected void FillSlot(string name, double value)
    {
        foreach (var (parameter, slots) in _slots)
        {
            var slot = slots.Single(slot => slot.Name == $"{_names[parameter]}.{name}");
            slot.Assign(Tensor.Full(slot.Shape, value, slot.DType, slot.Device));
        }
    }

    private IEnumerable<(string Name, State Slot)> Slots()
    {
        yield return ("step", _step);
        foreach (var group in Groups) yield return (group.Rate.Name, group.Rate);
        foreach (var slot in _slots.Values.SelectMany(slots => slots)) yield return (slot.Name, slot);
    }
}
