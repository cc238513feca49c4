using CudaNet.Nn;
using CudaNet.Nn.Data;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Schedules;
using CudaNet.Nn.Training;

namespace CudaNet.Models.Systems;

/// <summary>The loops of training that all systems share.</summary>
internal static class Learn
{
    /// <summary>Steps of an optimiser along the gradient of a loss; the step is compiled, so the loss is traced once.</summary>
    /// <param name="optimizer">Who changes the parameters.</param>
    /// <param name="steps">How many.</param>
    /// <param name="loss">The loss of the present parameters, a scalar; what it reads besides stays the same.</param>
    /// <param name="schedule">The rate over the steps; constant if null.</param>
    /// <param name="before">Called with the number of each step before it.</param>
    /// <param name="clipNorm">Bound of the gradients' common norm; null for none.</param>
    /// <returns>The loss before each step.</returns>
    public static double[] Steps(Optimizer optimizer, int steps, Func<Tensor> loss, Schedule? schedule = null, Action<int>? before = null, double? clipNorm = null) =>
        Steps(optimizer, steps, _ => [], _ => loss(), schedule, before, clipNorm);

    /// <summary>The same for a loss of data that changes from step to step, with shapes that do not.</summary>
    /// <inheritdoc cref="Steps(Optimizer, int, Func{Tensor}, Schedule?, Action{int}?, double?)"/>
    public static double[] Steps(Optimizer optimizer, int steps, Func<int, Tensor[]> batch, Func<IReadOnlyList<Tensor>, Tensor> loss, Schedule? schedule = null, Action<int>? before = null, double? clipNorm = null)
    {
        var step = Compiled.Of(data =>
        {
            var value = loss(data);
            optimizer.ZeroGrad();
            value.Backward();
            if (clipNorm is { } norm) GradientClipping.ClipByNorm(optimizer.Groups.SelectMany(group => group.Parameters), norm);
            optimizer.Step();
            return [value];
        });
        var losses = new double[steps];
        for (var k = 0; k < steps; k++)
        {
            before?.Invoke(k);
            schedule?.Apply(optimizer, k);
            losses[k] = step(batch(k))[0].Item();
        }
        return losses;
    }

    /// <summary>Epochs over samples in batches of random order.</summary>
    /// <param name="model">What is trained.</param>
    /// <param name="optimizer">Who trains it.</param>
    /// <param name="x">Inputs, samples along axis 0.</param>
    /// <param name="y">Targets: classes for cross entropy, or what the loss takes.</param>
    /// <param name="epochs">How many.</param>
    /// <param name="batch">Samples of a batch.</param>
    /// <param name="seed">Decides the order.</param>
    /// <param name="loss">Scalar loss of outputs and targets; cross entropy if null.</param>
    /// <param name="test">Samples to test on after each epoch.</param>
    /// <returns>Losses and accuracies of the epochs.</returns>
    public static IReadOnlyList<EpochResult> Epochs(Module model, Optimizer optimizer, Tensor x, Tensor y, int epochs, int batch = 64, long seed = 1,
        Func<Tensor, Tensor, Tensor>? loss = null, (Tensor X, Tensor Y)? test = null)
    {
        var loader = new DataLoader(new TensorDataset(x, y), batch, shuffle: true, seed: seed);
        var tests = test is { } held ? new DataLoader(new TensorDataset(held.X, held.Y), 500) : null;
        return new Trainer(model, optimizer, loss).Fit(loader, tests, epochs).Epochs;
    }

    /// <summary>Share of samples whose greatest output is that of their class; model in evaluation.</summary>
    public static double Accuracy(Module model, Tensor x, Tensor classes)
    {
        var training = model.IsTraining;
        var right = model.Eval().Forward(x).ArgMax(-1).Eq(classes).To(DType.Float32).Mean().Item();
        model.Train(training);
        return right;
    }

    /// <summary>Layers of the given widths with an activation between them.</summary>
    public static Sequential Mlp(RandomStream random, Func<Module> activation, params ReadOnlySpan<int> widths)
    {
        var layers = new Sequential();
        for (var k = 0; k + 1 < widths.Length; k++)
        {
            if (k > 0) layers.Add(activation());
            layers.Add(new Linear(widths[k], widths[k + 1], random: random));
        }
        return layers;
    }
}
