using CudaNet.Autodiff;

namespace CudaNet.Tests.Execution;

/// <summary>Recurrent networks as launches; their values are the catalogue's to check.</summary>
[NonParallelizable]
public sealed class RecurrenceStepsTests
{
    private const long Steps = 5, Batch = 3, Units = 8;

    private static IEnumerable<TestCaseData> Cases =>
    [
        Case("LSTM", 4, (x, h, w, lengths, reverse) => Tensor.LstmSequence(x, h, h * 0.5, w, lengths, reverse).Select(0, 0)),
        Case("GRU", 3, (x, h, w, lengths, reverse) => Tensor.GruSequence(x, h, w, h.Mean(0), lengths, reverse).Select(0, 0)),
        Case("RNN", 1, (x, h, w, lengths, reverse) => Tensor.RnnSequence(x, h, w, lengths, reverse)),
    ];

    [TestCaseSource(nameof(Cases))]
    public void A_network_agrees_with_the_host_forward_and_backward(int gates, Func<Tensor, Tensor, Tensor, Tensor?, bool, Tensor> network)
    {
        using var run = new VirtualRun();
        // The last units are no multiple of 16 bytes: rows of the states lie anyhow. One step has no state of another.
        foreach (var (steps, units) in ((long, long)[])[(Steps, Units), (Steps, 7), (1, 7)])
            foreach (var (ends, reverse) in ((bool, bool)[])[(false, false), (true, false), (true, true)])
            {
                float[][] On(Device device)
                {
                    Tensor x = Numbers([steps, Batch, gates * units], 1, device), h = Numbers([Batch, units], 2, device), w = Numbers([gates * units, units], 3, device);
                    var y = network(x, h, w, ends ? Tensor.From([0L, 1, steps], [Batch], device) : null, reverse);
                    Tensor[] results = [.. Grad.Of((y * Numbers(y.Shape, 4, device)).Sum(), [x, h, w]), y];
                    return [.. results.Select(result => result.ToArray<float>())];
                }

                // Sums of up to 32 products, through 5 steps each way.
                var (actual, expected) = (On(run.Device), On(Device.Cpu));
                for (var k = 0; k < actual.Length; k++) Assert.That(actual[k], Is.EqualTo(expected[k]).Within(2e-5), $"{k} of {steps} steps, {units} units, ends {ends}, reverse {reverse}");
            }
    }

    [TestCaseSource(nameof(Cases))]
    public void A_step_is_a_product_and_one_launch(int gates, Func<Tensor, Tensor, Tensor, Tensor?, bool, Tensor> network)
    {
        using var run = new VirtualRun();
        Tensor x = Numbers([Steps, Batch, gates * Units], 1, run.Device).Realize(), h = Numbers([Batch, Units], 2, run.Device).Realize(), w = Numbers([gates * Units, Units], 3, run.Device).Realize();
        int Launches(long steps)
        {
            var y = network(x.Narrow(0, 0, steps), h, w, null, false);
            y.Realize();
            var before = run.Launches;
            network(x.Narrow(0, 0, steps), h, w, null, false).Realize();
            return run.Launches - before;
        }

        Assert.That(Launches(Steps) - Launches(Steps - 1), Is.EqualTo(2));
        Assert.That(run.Backend.HostOps, Is.Empty);
    }

    private static TestCaseData Case(string name, int gates, Func<Tensor, Tensor, Tensor, Tensor?, bool, Tensor> network) =>
        new TestCaseData(gates, network).SetArgDisplayNames(name);

    private static Tensor Numbers(Shape shape, int seed, Device device)
    {
        var random = new Random(seed);
        return Tensor.From([.. Enumerable.Range(0, (int)shape.ElementCount).Select(_ => random.NextSingle() * 2 - 1)], shape, device);
    }
}
