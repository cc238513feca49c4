using CudaNet.Execution;

namespace CudaNet.Tests.Planning;

public class MemoryPlanTests
{
    private static Tensor Data(params long[] shape) => Tensor.From(new float[new Shape(shape).ElementCount], shape, NullBackend.On);

    [Test]
    public void Intermediates_of_a_chain_share_two_blocks()
    {
        var x = Data(64, 64);
        for (var k = 0; k < 20; k++) x = x.MatMul(Data(64, 64));
        var plan = Plan.Of(x);
        Assert.That(plan.ArenaBytes, Is.EqualTo(2 * 64 * 64 * 4));
        Assert.That(plan.UnplannedBytes, Is.EqualTo(19 * 64 * 64 * 4));
    }

    [Test]
    public void A_value_that_is_needed_to_the_end_keeps_its_place()
    {
        var first = Data(64, 64).MatMul(Data(64, 64));
        var x = first;
        for (var k = 0; k < 5; k++) x = x.MatMul(Data(64, 64));
        Assert.That(Plan.Of(x.MatMul(first)).ArenaBytes, Is.EqualTo(3 * 64 * 64 * 4));
    }

    [Test]
    public void A_slot_is_written_over_in_place_by_a_compiled_update()
    {
        var slot = new State(Data(32));
        var step = Compiled.Of(x =>
        {
            slot.Assign(slot.Value * 0.9 + x);
            return x * 1.5;
        });
        var argument = Data(32);
        step(argument);
        var buffer = slot.Leaf().Buffer;
        step(argument);
        Assert.That(slot.Leaf().Buffer, Is.SameAs(buffer));
    }

    [Test]
    public void A_slot_whose_value_the_user_holds_is_not_written_over()
    {
        var slot = new State(Data(32));
        var step = Compiled.Of(x =>
        {
            slot.Assign(slot.Value * 0.9 + x);
            return x * 1.5;
        });
        step(Data(32));
        var held = slot.Value;
        step(Data(32));
        Assert.That(slot.Leaf().Buffer, Is.Not.SameAs(held.Node.Buffer));
    }

    [Test]
    public void A_slot_that_is_read_after_its_update_is_computed_keeps_the_old_value_for_that_read()
    {
        var slot = new State(Data(8, 8));
        var f = Compiled.Of(x =>
        {
            var old = slot.Value;
            slot.Assign(old * 2);
            return old.MatMul(slot.Value); // reads both
        });
        f(Data(8, 8));
        f(Data(8, 8));
        Assert.That(slot.Shape, Is.EqualTo(new Shape(8, 8)));
    }

    [Test]
    public void Buffers_come_back_when_nobody_holds_them()
    {
        var pool = NullBackend.Instance.Memory;
        var before = pool.LiveBytes;
        for (var k = 0; k < 100; k++) Data(1024).Dispose();
        Assert.That(pool.LiveBytes, Is.EqualTo(before));
    }

    [Test]
    public void Lost_tensors_are_collected_when_memory_grows()
    {
        var pool = NullBackend.Instance.Memory;
        for (var k = 0; k < 3000; k++) Data(256 * 1024).Realize(); // 3 GiB if nothing came back
        Assert.That(pool.HeldBytes, Is.LessThan(1L << 30));
    }

    [Test]
    public void Reading_a_disposed_tensor_is_refused()
    {
        var x = Data(4);
        x.Dispose();
        x.Dispose();
        Assert.That(() => x.ToArray<float>(), Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public void The_plan_of_an_equal_graph_is_found_again()
    {
        static Tensor Build() => (Data(5, 5) * 2 + Data(5)).Exp();
        var first = Plan.Of(Build());
        Assert.That(Plan.Of(Build()), Is.SameAs(first));
        Assert.That(Plan.Of((Data(5, 5) * 3 + Data(5)).Exp()), Is.Not.SameAs(first));
    }

    [Test]
    public void Checkpointing_lowers_the_peak_of_a_deep_chain()
    {
        Tensor Loss(bool checkpoint)
        {
            var x = Data(256, 64);
            var w = new Parameter(Data(64, 64));
            for (var block = 0; block < 6; block++)
            {
                Tensor Block(Tensor y)
                {
                    for (var k = 0; k < 6; k++) y = y.MatMul(w.Value).Tanh();
                    return y;
                }
                x = checkpoint ? Checkpoint.Of(Block, x) : Block(x);
            }
            return Grad.Of(x.Sum(), w);
        }
        var (plain, saved) = (Plan.Of(Loss(false)), Plan.Of(Loss(true)));
        Assert.That(saved.ArenaBytes, Is.LessThan(0.6 * plain.ArenaBytes));
        Assert.That(saved.Steps, Has.Count.GreaterThan(plain.Steps.Count));
    }
}
