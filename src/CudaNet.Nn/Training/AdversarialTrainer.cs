using CudaNet.Nn.Data;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Schedules;

namespace CudaNet.Nn.Training;

/// <summary>Trains a generator and a discriminator against one another: k steps of the discriminator on real samples and made ones, then
/// one step of the generator, each by its own optimiser.</summary>
/// <remarks>Goodfellow and others 2014. Both steps are compiled. The discriminator's step sees the generator's samples detached, and the
/// generator's optimiser holds none of the discriminator's parameters: neither step changes the other's weights.</remarks>
public sealed class AdversarialTrainer
{
    private readonly Func<Tensor> _noise;
    private readonly Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> _discriminate, _generate;
    private readonly Optimizer _generatorOptimizer, _discriminatorOptimizer;

    /// <summary>A trainer.</summary>
    /// <param name="generator">G: noise to samples.</param>
    /// <param name="discriminator">D: samples to logits, above 0 for real.</param>
    /// <param name="generatorOptimizer">Who changes G's parameters.</param>
    /// <param name="discriminatorOptimizer">Who changes D's parameters.</param>
    /// <param name="noise">Draws a batch of z, of one shape each time.</param>
    /// <exception cref="ArgumentException">The optimisers share a parameter.</exception>
    public AdversarialTrainer(Module generator, Module discriminator, Optimizer generatorOptimizer, Optimizer discriminatorOptimizer, Func<Tensor> noise)
    {
        ArgumentNullException.ThrowIfNull(generatorOptimizer);
        ArgumentNullException.ThrowIfNull(discriminatorOptimizer);
        var shared = Trained(generatorOptimizer).Intersect(Trained(discriminatorOptimizer)).ToList();
        if (shared.Count > 0)
            throw new ArgumentException($"AdversarialTrainer: both optimisers train {string.Join(", ", shared.Select(p => $"'{p.Name}'"))}. Give one the generator's parameters and the other the discriminator's.", nameof(discriminatorOptimizer));
        (Generator, Discriminator, _generatorOptimizer, _discriminatorOptimizer, _noise) = (generator, discriminator, generatorOptimizer, discriminatorOptimizer, noise);
        (_discriminate, _generate) = (Compiled.Of(Discriminate), Compiled.Of(_ => [Generate()]));
    }

    /// <summary>G.</summary>
    public Module Generator { get; }

    /// <summary>D.</summary>
    public Module Discriminator { get; }

    /// <summary>What D minimises, from the logits of real samples and of made ones.</summary>
    public Func<Tensor, Tensor, Tensor> DiscriminatorLoss { get; init; } = Loss.GanDiscriminator;

    /// <summary>What G minimises, from the logits of its samples.</summary>
    public Func<Tensor, Tensor> GeneratorLoss { get; init; } = Loss.GanNonSaturating;

    /// <summary>k: steps of D before each step of G.</summary>
    public int DiscriminatorSteps { get; init; } = 1;

    /// <summary>γ of the penalty ½γ·E‖∂D/∂x‖² on the logits of real samples; 0 for none. With it, alternating steps come to rest where the
    /// distributions are equal instead of circling around (R₁: Mescheder, Geiger, Nowozin 2018).</summary>
    public double GradientPenalty { get; init; }

    /// <summary>Learning rates of both over the steps of G; constant if null.</summary>
    public Schedule? Schedule { get; init; }

    /// <summary>Averages of G's weights, updated after each of its steps; null for none.</summary>
    public ExponentialMovingAverage? Average { get; init; }

    /// <summary>Steps of G that are done.</summary>
    public long Step { get; private set; }

    /// <summary>One step of D.</summary>
    /// <param name="real">Real samples.</param>
    /// <returns>Its loss before the step, without the penalty.</returns>
    /// <exception cref="TrainingException">The loss is no finite number.</exception>
    public double StepDiscriminator(Tensor real)
    {
        ArgumentNullException.ThrowIfNull(real);
        return Finite("discriminator", _discriminate([real])[0].Item(), _discriminatorOptimizer);
    }

    /// <summary>One step of G.</summary>
    /// <returns>Its loss before the step.</returns>
    /// <exception cref="TrainingException">The loss is no finite number.</exception>
    public double StepGenerator()
    {
        var loss = Finite("generator", _generate([])[0].Item(), _generatorOptimizer);
        Step++;
        return loss;
    }

    /// <summary>Steps of both in turn.</summary>
    /// <param name="real">Batches of real samples, k for each step of G; training ends with them if they end.</param>
    /// <param name="steps">Steps of G.</param>
    /// <param name="onStep">Called after each step of G.</param>
    /// <param name="cancellation">Ends training after the present step.</param>
    /// <returns>The losses of each step.</returns>
    /// <exception cref="TrainingException">A loss is no finite number.</exception>
    public IReadOnlyList<AdversarialLosses> Fit(IEnumerable<Tensor> real, int steps, Action<AdversarialLosses>? onStep = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(real);
        ArgumentOutOfRangeException.ThrowIfLessThan(DiscriminatorSteps, 1, nameof(DiscriminatorSteps));
        Generator.Train();
        Discriminator.Train();
        var losses = new List<AdversarialLosses>(steps);
        using var batches = real.GetEnumerator();
        while (losses.Count < steps && !cancellation.IsCancellationRequested)
        {
            Schedule?.Apply(_generatorOptimizer, Step);
            Schedule?.Apply(_discriminatorOptimizer, Step);
            double discriminator = 0;
            for (var k = 0; k < DiscriminatorSteps; k++)
            {
                if (!batches.MoveNext()) return losses;
                discriminator = StepDiscriminator(batches.Current);
            }
            losses.Add(new(discriminator, StepGenerator()));
            onStep?.Invoke(losses[^1]);
        }
        return losses;
    }

    /// <summary>The same with the inputs of a loader's batches, epoch after epoch.</summary>
    /// <inheritdoc cref="Fit(IEnumerable{Tensor}, int, Action{AdversarialLosses}?, CancellationToken)"/>
    public IReadOnlyList<AdversarialLosses> Fit(DataLoader real, int steps, Action<AdversarialLosses>? onStep = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(real);
        return Fit(real.Endless().Select(batch => batch.Inputs), steps, onStep, cancellation);
    }

    private IReadOnlyList<Tensor> Discriminate(IReadOnlyList<Tensor> data)
    {
        var real = data[0];
        var logits = Discriminator.Forward(real);
        var loss = DiscriminatorLoss(logits, Discriminator.Forward(Generator.Forward(_noise()).Detach()));
        _discriminatorOptimizer.ZeroGrad();
        // A sample's logit depends on that sample, so the gradient of the sum holds those of all samples.
        (GradientPenalty > 0 ? loss + Grad.Of(logits.Sum(), real).Square().Sum() * (0.5 * GradientPenalty / real.Shape[0]) : loss).Backward();
        _discriminatorOptimizer.Step();
        return [loss];
    }

    private Tensor Generate()
    {
        var loss = GeneratorLoss(Discriminator.Forward(Generator.Forward(_noise())));
        _generatorOptimizer.ZeroGrad();
        loss.Backward();
        _generatorOptimizer.Step();
        Average?.Update();
        return loss;
    }

    private double Finite(string player, double loss, Optimizer optimizer) => double.IsFinite(loss) ? loss : throw new TrainingException(
        $"AdversarialTrainer: the loss of the {player} is {loss} in step {Step + 1}. The data may hold NaN, or the learning rate ({optimizer.LearningRate:G3}) is too high: lower it.");

    private static IEnumerable<Parameter> Trained(Optimizer optimizer) => optimizer.Groups.SelectMany(group => group.Parameters);
}
