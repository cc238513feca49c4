using CudaNet.Nn.Optimizers;

namespace CudaNet.Nn.Schedules;

/// <summary>Lowers the rates when a measure has not become better for a while. It depends on what was measured, so it is no
/// <see cref="Schedule"/>, and has a state of its own.</summary>
/// <remarks>PyTorch's ReduceLROnPlateau, with its defaults.</remarks>
public sealed class ReduceOnPlateau
{
    private const double LeastChange = 1e-8;

    private readonly Optimizer _optimizer;
    private readonly State _state;

    /// <summary>For all groups of an optimiser.</summary>
    /// <param name="optimizer">Whose rates.</param>
    /// <param name="factor">What rates are multiplied by, below 1.</param>
    /// <param name="patience">Measurements without improvement that are let pass.</param>
    /// <param name="threshold">Smallest change that counts as better.</param>
    /// <param name="maximize">False where less is better (a loss), true where more is (an accuracy).</param>
    /// <param name="relative">True for a threshold that is a share of the best, false for a difference.</param>
    /// <param name="cooldown">Measurements after a drop that do not count.</param>
    /// <param name="minRate">Least rate.</param>
    public ReduceOnPlateau(Optimizer optimizer, double factor = 0.1, int patience = 10, double threshold = 1e-4, bool maximize = false, bool relative = true, int cooldown = 0, double minRate = 0)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        if (factor is not (> 0 and < 1) || patience < 0 || cooldown < 0)
            throw new ArgumentOutOfRangeException(nameof(factor), factor, $"ReduceOnPlateau: factor {factor}, patience {patience}, cooldown {cooldown}. Give a factor between 0 and 1, and counts of 0 or more.");
        (_optimizer, Reduction, Patience, Threshold) = (optimizer, factor, patience, threshold);
        (Maximize, Relative, Cooldown, MinRate) = (maximize, relative, cooldown, minRate);
        _state = new(Tensor.From(maximize ? double.NegativeInfinity : double.PositiveInfinity, 0, 0), "plateau");
    }

    /// <summary>What rates are multiplied by.</summary>
    public double Reduction { get; }

    /// <summary>Measurements without improvement that are let pass.</summary>
    public int Patience { get; }

    /// <summary>Smallest change that counts as better.</summary>
    public double Threshold { get; }

    /// <summary>True where more is better.</summary>
    public bool Maximize { get; }

    /// <summary>True where the threshold is a share of the best.</summary>
    public bool Relative { get; }

    /// <summary>Measurements after a drop that do not count.</summary>
    public int Cooldown { get; }

    /// <summary>Least rate.</summary>
    public double MinRate { get; }

    /// <summary>The best measure so far.</summary>
    public double Best => _state.Value.ToArray<double>()[0];

    /// <summary>Takes a measurement, and lowers the rates if it is time. NaN is no improvement.</summary>
    /// <returns>True if the rates were lowered.</returns>
    public bool Step(double measure)
    {
        var values = _state.Value.ToArray<double>();
        var (best, bad, cooling) = (values[0], values[1], values[2]);
        (best, bad) = IsBetter(measure, best) ? (measure, 0) : (best, bad + 1);
        if (cooling > 0) (cooling, bad) = (cooling - 1, 0);
        var isLate = bad > Patience;
        if (isLate)
        {
            foreach (var group in _optimizer.Groups)
            {
                var rate = group.LearningRate;
                var lower = Math.Max(rate * Reduction, MinRate);
                if (rate - lower > LeastChange) group.LearningRate = lower;
            }
            (cooling, bad) = (Cooldown, 0);
        }
        _state.Assign(Tensor.From(best, bad, cooling));
        return isLate;
    }

    /// <summary>The best measure, the count of bad ones and the rest of the cooldown, by name.</summary>
    public IReadOnlyDictionary<string, Tensor> StateDict() => new Dictionary<string, Tensor> { ["plateau"] = _state.Value };

    /// <summary>Takes the values of <see cref="StateDict"/>.</summary>
    /// <exception cref="StateDictException">Names are missing or unexpected, or shapes differ.</exception>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        StateDicts.Load(nameof(ReduceOnPlateau), [("plateau", _state)], values, strict: true);
    }

    private bool IsBetter(double measure, double best) => (Maximize, Relative) switch
    {
        (false, true) => measure < best * (1 - Threshold),
        (false, false) => measure < best - Threshold,
        (true, true) => measure > best * (1 + Threshold),
        (true, false) => measure > best + Threshold,
    };
}
