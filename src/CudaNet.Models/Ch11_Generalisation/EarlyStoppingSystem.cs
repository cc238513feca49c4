using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Data;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Training;

namespace CudaNet.Models.Ch11_Generalisation;

/// <summary>Section 11.2.1: small weights come first (so units are nearly linear), and large ones, which fit noise, later.</summary>
internal sealed class EarlyStoppingSystem() : CourseSystem("11.early-stopping", "Early stopping on the validation loss", "Training stops when the validation error rises; small weights are a linear regime.")
{
    private const int Patience = 5, MostEpochs = 60;

    public override void Run(SystemContext context)
    {
        var (stopped, trainer, _, _) = Train(context, new EarlyStopping(Patience));
        var (whole, _, _, norms) = Train(context, null);
        context.Out.WriteLine($"stopped after epoch {stopped.Epochs.Count}, best loss {stopped.Epochs.Min(e => e.TestLoss):F4}; without, after {whole.Epochs.Count} epochs {whole.Epochs[^1].TestLoss:F4}");
        context.Draw("early-stopping.png", Pictures.Epochs("500 digits, a fifth of the labels wrong, trained to the end", "cross entropy", false, ("training", [.. whole.Epochs.Select(e => e.TrainLoss)]), ("validation", [.. whole.Epochs.Select(e => e.TestLoss)])));
        context.Draw("early-stopping-norm.png", Pictures.Epochs("Length of all weights over the epochs", "‖w‖", false, ("‖w‖", norms[1..])));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (result, trainer, validation, norms) = Train(context, new EarlyStopping(Patience));
        double[] losses = [.. result.Epochs.Select(e => e.TestLoss)];
        var best = Array.IndexOf(losses, losses.Min());
        yield return Figure.AtMost("loss of the restored weights minus the best that was recorded", Math.Abs(trainer.Evaluate(validation).Loss - losses[best]), 0);
        // Of epochs without progress Patience are allowed; the one after these ends it.
        yield return Figure.Equal("epochs after the best one", losses.Length - 1 - best, Patience + 1);
        yield return Figure.Holds("it stopped before the last epoch", result.End == TrainingEnd.StoppedEarly && losses.Length < MostEpochs);
        yield return Figure.Equal("share of epochs in which the weights grow", norms.Skip(1).Zip(norms, (now, before) => now > before ? 1.0 : 0).Average(), 1);
        var (eager, _, _, _) = Train(context, new EarlyStopping(Patience, LeastProgress: 100));
        yield return Figure.Equal("epochs when no progress is enough", eager.Epochs.Count, Patience + 2);
        var (whole, _, _, _) = Train(context, null);
        yield return Figure.AtMost("best validation loss / the one after all epochs", losses[best] / whole.Epochs[^1].TestLoss, 0.9);
    }

    private static (TrainingResult Result, Trainer Trainer, DataLoader Validation, double[] Norms) Train(SystemContext context, EarlyStopping? stopping)
    {
        var digits = Digits.Load(context, 1000, 1).Flat();
        Tensor x = digits.TrainX.Narrow(0, 0, 500), y = digits.TrainY.Narrow(0, 0, 500);
        var wrong = context.Random(1).Bernoulli([500], 0.2);
        y = wrong.Where(context.Random(2).Integers([500], 0, 10), y);
        var model = Learn.Mlp(context.Random(), () => new ReLU(), 784, 64, 10);
        double Norm() => Math.Sqrt(model.Parameters().Sum(p => p.Value.Square().Sum().Item()));
        var norms = new List<double> { Norm() };
        var trainer = new Trainer(model, new Adam(model.Parameters(), 1e-3)) { EarlyStopping = stopping, OnEpoch = _ => norms.Add(Norm()) };
        var validation = new DataLoader(new TensorDataset(digits.TrainX.Narrow(0, 500, 500), digits.TrainY.Narrow(0, 500, 500)), 500);
        return (trainer.Fit(new DataLoader(new TensorDataset(x.Realize(), y.Realize()), 50, shuffle: true, seed: context.Seed), validation, MostEpochs), trainer, validation, [.. norms]);
    }
}
