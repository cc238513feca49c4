using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Schedules;
using CudaNet.Nn.Training;

namespace CudaNet.Models.Ch13_AdversarialNetworks;

/// <summary>The game on a line: real samples are N(3, 2²), the generator begins with N(0, 1).</summary>
internal sealed class Game
{
    public const double Mean = 3, Deviation = 2;
    private const int Batch = 256;

    private readonly RandomStream _noise, _data;
    private readonly SystemContext _context;

    public Game(SystemContext context)
    {
        _context = context;
        Generator = Learn.Mlp(context.Random(), () => new ELU(), 1, 32, 1);
        Discriminator = Learn.Mlp(context.Random(1), () => new Tanh(), 1, 32, 32, 1);
        (_noise, _data) = (context.Random(2), context.Random(3));
    }

    public Module Generator { get; }

    public Module Discriminator { get; }

    /// <summary>Alternating steps to the end of the schedule; afterwards G has the average of its weights. The penalty makes the game come
    /// to rest; the decay of D's weights lets D fall to ½ where there are no samples, or G would gain by going there.</summary>
    public IReadOnlyList<AdversarialLosses> Train()
    {
        var steps = _context.Pick(3000, 2000);
        var average = new ExponentialMovingAverage(Generator.Parameters(), 0.99);
        var losses = Trainer(2e-3, Loss.GanNonSaturating, penalty: 10, decay: 0.5, new CosineSchedule(steps, 0, 0.01), average).Fit(Real(), steps, cancellation: _context.Cancellation);
        average.CopyToParameters();
        return losses;
    }

    /// <summary>One player goes on alone against the other, who stays; nothing is penalised.</summary>
    public void Answer(bool discriminator, int steps)
    {
        var trainer = Trainer(1e-3, Loss.GanSaturating);
        foreach (var real in Real().Take(steps))
        {
            if (discriminator) trainer.StepDiscriminator(real);
            else trainer.StepGenerator();
        }
    }

    /// <summary>100,000 real samples and as many made ones.</summary>
    public (Tensor Real, Tensor Made) Samples() =>
        (_context.Random(8).Normal([100_000, 1], Mean, Deviation).Realize(), Generator.Forward(_context.Random(9).Normal([100_000, 1])).Realize());

    /// <summary>−E log D(x) − E log(1 − D(G(z))), which D minimises and G maximises.</summary>
    public double Value()
    {
        var (real, made) = Samples();
        return Loss.GanDiscriminator(Discriminator.Forward(real), Discriminator.Forward(made)).Item();
    }

    private IEnumerable<Tensor> Real()
    {
        while (true) yield return _data.Normal([Batch, 1], Mean, Deviation);
    }

    private AdversarialTrainer Trainer(double rate, Func<Tensor, Tensor> loss, double penalty = 0, double decay = 0, Schedule? schedule = null, ExponentialMovingAverage? average = null) =>
        new(Generator, Discriminator, new Adam(Generator.Parameters(), rate, beta1: 0), new AdamW(Discriminator.Parameters(), rate, beta1: 0, weightDecay: decay), () => _noise.Normal([Batch, 1]))
        { GeneratorLoss = loss, GradientPenalty = penalty, Schedule = schedule, Average = average };
}
