namespace CudaNet.Nn.Optimizers;

/// <summary>A second set of weights that follows the trained ones slowly: a ← d·a + (1 − d)·w. It often generalises better
/// than the last weights.</summary>
/// <remarks>Polyak, Juditsky 1992. As in PyTorch's averaged model the first update copies the weights.</remarks>
public sealed class ExponentialMovingAverage
{
    private readonly List<(Parameter Parameter, State Average)> _pairs = [];
    private readonly State _count;
    private bool _isInUse;

    /// <summary>Averages that begin at the present weights.</summary>
    /// <param name="parameters">What is averaged.</param>
    /// <param name="decay">d, from 0 to 1; the average looks back over about 1/(1 − d) updates.</param>
    public ExponentialMovingAverage(IEnumerable<Parameter> parameters, double decay = 0.999)
    {
        if (decay is not (>= 0 and <= 1)) throw new ArgumentException($"ExponentialMovingAverage: decay is {decay}. Give a number from 0 to 1.", nameof(decay));
        Decay = decay;
        foreach (var parameter in parameters.Distinct()) _pairs.Add((parameter, new(parameter.Value, $"{parameter.Name}.average")));
        if (_pairs.Count == 0) throw new ArgumentException("ExponentialMovingAverage: there is no parameter. Pass model.Parameters().", nameof(parameters));
        _count = new(Tensor.Scalar(0.0).To(ParameterGroup.ScalarType(_pairs.Select(pair => pair.Parameter))), "n_averaged");
    }

    /// <summary>d.</summary>
    public double Decay { get; }

    /// <summary>The averages, in the order of the parameters.</summary>
    public IReadOnlyList<Tensor> Averages => [.. _pairs.Select(pair => pair.Average.Value)];

    /// <summary>Takes the present weights into the average: call it after each step of the optimiser, or inside of the
    /// compiled step.</summary>
    public void Update()
    {
        if (_isInUse) throw new GraphException("ExponentialMovingAverage.Update: the parameters hold the averages now. Dispose what Use gave first.");
        // As data, since a compiled step is the same for the first update.
        var keep = _count.Value.Minimum(1) * Decay;
        List<(State, Tensor)> updates = [(_count, _count.Value + 1)];
        foreach (var (parameter, average) in _pairs)
            updates.Add((average, (average.Value * keep + parameter.Value * (1 - keep)).To(average.DType)));
        State.AssignAll(updates);
    }

    /// <summary>Puts the averages into the parameters until what is returned is disposed; then the weights come back.</summary>
    public IDisposable Use()
    {
        if (_isInUse) throw new GraphException("ExponentialMovingAverage.Use: the parameters hold the averages already.");
        var weights = _pairs.Select(pair => pair.Parameter.Value).ToArray();
        CopyToParameters();
        _isInUse = true;
        return new Restoration(() =>
        {
            for (var k = 0; k < weights.Length; k++) _pairs[k].Parameter.Assign(weights[k]);
            _isInUse = false;
        });
    }

    /// <summary>Makes the averages the weights for good.</summary>
    public void CopyToParameters()
    {
        foreach (var (parameter, average) in _pairs) parameter.Assign(average.Value);
    }

    /// <summary>Averages and their number of updates, by name.</summary>
    public IReadOnlyDictionary<string, Tensor> StateDict() => Slots().ToDictionary(entry => entry.Name, entry => entry.Slot.Value);

    /// <summary>Takes the values of <see cref="StateDict"/>.</summary>
    /// <exception cref="StateDictException">Names are missing or unexpected, or shapes differ.</exception>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        StateDicts.Load(nameof(ExponentialMovingAverage), [.. Slots()], values, strict: true);
    }

    private IEnumerable<(string Name, State Slot)> Slots()
    {
        var named = _pairs.Select(pair => pair.Parameter.Name).Distinct().Count() == _pairs.Count && _pairs.All(pair => pair.Parameter.Name.Length > 0);
        yield return ("n_averaged", _count);
        for (var k = 0; k < _pairs.Count; k++) yield return (named ? _pairs[k].Parameter.Name : $"{k}", _pairs[k].Average);
    }

    private sealed class Restoration(Action restore) : IDisposable
    {
        private Action? _restore = restore;

        public void Dispose() => Interlocked.Exchange(ref _restore, null)?.Invoke();
    }
}
