using System.Globalization;
using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch07_Optimisation;

/// <summary>Section 7.9.1, figure 29: optimisers from the same start, on a net and on one valley.</summary>
internal sealed class Race() : CourseSystem("07.race", "Optimisers racing: SGD, momentum, RMSprop, Adam, Lion",
    "They converge differently; Adam is fast at first.")
{
    private static readonly (string Name, Func<IReadOnlyList<Parameter>, Optimizer> Make)[] All =
    [
        ("SGD", p => new Sgd(p, 0.1)), ("momentum", p => new Sgd(p, 0.05, momentum: 0.9)), ("RMSprop", p => new RmsProp(p, 1e-3)), ("Adam", p => new Adam(p, 2e-3)), ("Lion", p => new Lion(p, 3e-4)),
    ];

    public override void Run(SystemContext context)
    {
        var curves = Curves(context);
        context.Draw("race.png", Pictures.Curves("One net, one start, five optimisers", "loss on digits", true, [.. curves]));
        context.Write("race.csv", "step," + string.Join(',', curves.Select(c => c.Name)) + "\n" + string.Concat(Enumerable.Range(0, curves[0].Values.Count)
            .Select(k => $"{k},{string.Join(',', curves.Select(c => c.Values[k].ToString("R", CultureInfo.InvariantCulture)))}\n")));
        var valley = Pictures.Field("Five optimisers in a bent valley (Rosenbrock)", new(-2, 2, -1, 3), (x, y) => Math.Log(0.05 + Math.Pow(1 - x, 2) + 100 * Math.Pow(y - x * x, 2)));
        (string, Func<Parameter[], Optimizer>)[] racers =
        [
            ("SGD", p => new Sgd(p, 1e-3)), ("momentum", p => new Sgd(p, 5e-4, momentum: 0.9)), ("RMSprop", p => new RmsProp(p, 0.01)), ("Adam", p => new Adam(p, 0.05)), ("Lion", p => new Lion(p, 0.01)),
        ];
        foreach (var (name, make) in racers)
        {
            var w = new Parameter(Tensor.From(0.3, 2.6), "w");
            var path = new List<double[]>();
            Learn.Steps(make([w]), 300, () => ((1 - w.Value.Select(0, 0)).Square() + (w.Value.Select(0, 1) - w.Value.Select(0, 0).Square()).Square() * 100), before: _ => path.Add(w.Value.ToDoubles()));
            valley.Add(new CurveSeries(name, [.. path.Select(v => v[0])], [.. path.Select(v => v[1])]));
        }
        context.Draw("valley.png", valley);
        foreach (var (name, losses) in curves) context.Out.WriteLine($"{name,-9} loss {losses[0]:F3} → {losses.TakeLast(20).Average():F3}");
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var curves = Curves(context);
        foreach (var (name, losses) in curves) yield return Figure.AtMost($"{name}: loss of the last 20 steps / the first", losses.TakeLast(20).Average() / losses[0], 0.5);
        yield return Figure.Equal("first losses that differ: all begin at one point", curves.Count(c => c.Values[0] != curves[0].Values[0]), 0);
        yield return Figure.Holds("the same seed gives the same curves", Curves(context).Zip(curves, (a, b) => a.Values.SequenceEqual(b.Values)).All(same => same));
    }

    private static List<(string Name, IReadOnlyList<double> Values)> Curves(SystemContext context)
    {
        var digits = Digits.Load(context, 2000, 1).Flat();
        return [.. All.Select(optimizer =>
        {
            var net = Learn.Mlp(context.Random(), () => new ReLU(), 784, 64, 10);
            var loader = new Nn.Data.DataLoader(new Nn.Data.TensorDataset(digits.TrainX, digits.TrainY), 64, shuffle: true, seed: context.Seed, dropLast: true);
            var batches = loader.Endless().GetEnumerator();
            return (optimizer.Name, (IReadOnlyList<double>)Learn.Steps(optimizer.Make(net.Parameters()), context.Pick(200, 120), _ =>
            {
                batches.MoveNext();
                return [.. batches.Current.Tensors];
            }, data => Loss.CrossEntropy(net.Forward(data[0]), data[1])));
        })];
    }
}
