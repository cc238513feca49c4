using CudaNet.Nn;
using CudaNet.Nn.Formats;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Training;

namespace CudaNet.Tests.Training;

[TestFixture]
internal sealed class TrainingCheckpointTests
{
    [Test]
    public void Damaged_checkpoints_are_refused_by_name_and_leave_the_model_alone()
    {
        using var folder = new TemporaryFolder();
        var model = new Linear(3, 2, random: new(1));
        var optimizer = new Adam(model.Parameters());
        TrainingCheckpoint.Save(folder["good"], model, optimizer, new TrainingState());
        var good = File.ReadAllBytes(folder["good"]);
        var before = model.Weight.Value.ToBytes();
        int refused = 0, accepted = 0;
        for (var seed = 0; seed < 3000; seed++)
        {
            var path = folder["bad"];
            File.WriteAllBytes(path, Mutations.Damage(good, new Random(seed)));
            try
            {
                TrainingCheckpoint.Load(path, model, optimizer, new TrainingState());
                accepted++;
                model.Weight.Assign(Tensor.FromBytes(before, [2, 3], DType.Float32));
            }
            catch (Exception error) when (error is DataFormatException or TrainingException or DTypeException)
            {
                refused++;
                Assert.That(error.Message, Does.Contain(path), $"seed {seed}");
                Assert.That(model.Weight.Value.ToBytes(), Is.EqualTo(before), $"seed {seed}: {error.Message}");
            }
        }
        TestContext.Out.WriteLine($"{accepted} accepted, {refused} refused");
        Assert.That(refused, Is.GreaterThan(1000));
    }

    [Test]
    public void A_checkpoint_of_another_optimiser_is_refused()
    {
        using var folder = new TemporaryFolder();
        var model = new Linear(3, 2, random: new(1));
        TrainingCheckpoint.Save(folder["c"], model, new Adam(model.Parameters()), new TrainingState());
        Assert.That(() => TrainingCheckpoint.Load(folder["c"], model, new Sgd(model.Parameters(), 0.1, momentum: 0.9), new TrainingState()),
            Throws.TypeOf<TrainingException>().With.Message.Contain("momentum_buffer").And.Message.Contain("exp_avg"));
    }
}
