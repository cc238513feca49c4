using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch01_Introduction;

/// <summary>Section 1.3.7: clients train where their data is, and only tensors travel (McMahan and others 2017).</summary>
internal sealed class Federated() : CourseSystem("01.federated", "Federated learning: FedSGD and FedAvg",
    "Clients train locally and send only parameters or gradients; a server aggregates them, and raw data never leaves.")
{
    private const int Clients = 10, LocalEpochs = 3;

    public override void Run(SystemContext context)
    {
        var digits = Digits.Load(context, context.Pick(9000, 2000)).Flat();
        var rounds = context.Pick(12, 6);
        var plot = new CurvePlot("Federated averaging over ten clients", "round", "test accuracy in %") { WholeX = true };
        foreach (var (name, mixed) in new[] { ("each client has all digits", true), ("each client has two digits", false) })
        {
            var curve = new List<double>();
            FedAvg(context, digits, Parts(digits, mixed), rounds, model => curve.Add(100 * Learn.Accuracy(model, digits.TestX, digits.TestY)));
            plot.Add(name, [.. Enumerable.Range(1, rounds).Select(r => (double)r)], curve);
            context.Out.WriteLine($"{name}: {curve[^1]:F1} % after {rounds} rounds");
        }
        context.Draw("federated.png", plot);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var digits = Digits.Load(context, context.Pick(9000, 2000)).Flat();
        yield return Figure.AtMost("one step of FedSGD minus one on all data together", FedSgdError(context, digits), 1e-6);
        var central = Model(context);
        Learn.Epochs(central, new Sgd(central.Parameters(), 0.1), digits.TrainX, digits.TrainY, context.Pick(12, 6), 32, context.Seed);
        var averaged = FedAvg(context, digits, Parts(digits, mixed: true), context.Pick(12, 6));
        var lost = Learn.Accuracy(central, digits.TestX, digits.TestY) - Learn.Accuracy(averaged, digits.TestX, digits.TestY);
        yield return Figure.AtMost("points that FedAvg is behind training on all data", 100 * lost, 2);
    }

    /// <summary>All that the server ever sees: tensors and how many samples stand behind them. w = Σ nₖ/n · wₖ.</summary>
    private static Tensor[] Aggregate(IReadOnlyList<(Tensor[] Tensors, long N)> sent)
    {
        double n = sent.Sum(s => s.N);
        return [.. Enumerable.Range(0, sent[0].Tensors.Length).Select(i => sent.Select(s => s.Tensors[i] * (s.N / n)).Aggregate((a, b) => a + b).Realize())];
    }

    private static double FedSgdError(SystemContext context, Digits digits)
    {
        var model = Model(context);
        Tensor[] Gradient(Tensor x, Tensor y) => Grad.Of(Loss.CrossEntropy(model.Forward(x), y), [.. model.Parameters().Select(p => p.Value)]);
        var parts = Parts(digits, mixed: false);
        var federated = Aggregate([.. parts.Select(part => (Gradient(part.X, part.Y), part.X.Shape[0]))]);
        var central = Gradient(Tensor.Concat([.. parts.Select(part => part.X)]), Tensor.Concat([.. parts.Select(part => part.Y)]));
        return federated.Zip(central, (a, b) => 0.1 * Differences.Largest(a, b)).Max();
    }

    private static Sequential FedAvg(SystemContext context, Digits digits, (Tensor X, Tensor Y)[] parts, int rounds, Action<Module>? after = null)
    {
        Sequential server = Model(context), client = Model(context);
        var trainer = new Nn.Training.Trainer(client, new Sgd(client.Parameters(), 0.1));
        var loaders = parts.Select(part => new Nn.Data.DataLoader(new Nn.Data.TensorDataset(part.X, part.Y), 10, shuffle: true, seed: context.Seed)).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            var sent = new List<(Tensor[], long)>();
            foreach (var loader in loaders)
            {
                client.LoadStateDict(server.StateDict());
                trainer.Fit(loader, epochs: trainer.State.Epoch + LocalEpochs);
                sent.Add(([.. client.Parameters().Select(p => p.Value)], loader.SampleCount));
            }
            foreach (var (parameter, value) in server.Parameters().Zip(Aggregate(sent))) parameter.Assign(value);
            after?.Invoke(server);
        }
        return server;
    }

    /// <summary>The samples dealt out in turn, or sorted by digit so that each client sees two or three digits only.</summary>
    private static (Tensor X, Tensor Y)[] Parts(Digits digits, bool mixed)
    {
        var labels = digits.TrainY.ToArray<long>();
        var order = Enumerable.Range(0, labels.Length).OrderBy(i => mixed ? i % Clients : labels[i]).Select(i => (long)i).ToArray();
        return [.. order.Chunk((labels.Length + Clients - 1) / Clients).Select(part => Tensor.From(part))
            .Select(indices => (digits.TrainX.Take(indices).Realize(), digits.TrainY.Take(indices).Realize()))];
    }

    private static Sequential Model(SystemContext context) => Learn.Mlp(context.Random(), () => new ReLU(), 784, 64, 10);
}
