using CudaNet.Execution;

namespace CudaNet.Tests.Execution;

public class CompiledTests
{
    [Test]
    public void The_function_is_traced_once_for_each_signature()
    {
        var traced = 0;
        var f = Compiled.Of(x =>
        {
            traced++;
            return x * 2 + 1;
        });
        Assert.That(f(Tensor.From(1f, 2f)).ToArray<float>(), Is.EqualTo(new[] { 3f, 5f }));
        Assert.That(f(Tensor.From(3f, 4f)).ToArray<float>(), Is.EqualTo(new[] { 7f, 9f }));
        Assert.That(f(Tensor.From(3f)).ToArray<float>(), Is.EqualTo(new[] { 7f }));
        Assert.That(traced, Is.EqualTo(2));
    }

    [Test]
    public void Slots_are_read_and_written_at_each_call()
    {
        var total = new State(Tensor.From(0f, 0f).Realize());
        var add = Compiled.Of(x =>
        {
            total.Assign(total.Value + x);
            return total.Value * 10;
        });
        Assert.That(add(Tensor.From(1f, 2f)).ToArray<float>(), Is.EqualTo(new[] { 10f, 20f }));
        Assert.That(add(Tensor.From(1f, 2f)).ToArray<float>(), Is.EqualTo(new[] { 20f, 40f }));
        total.Assign(Tensor.From(100f, 100f));
        Assert.That(add(Tensor.From(1f, 2f)).ToArray<float>(), Is.EqualTo(new[] { 1010f, 1020f }));
    }

    [Test]
    public void A_tensor_that_is_held_does_not_change_when_its_slot_does()
    {
        var slot = new State(Tensor.From(1f).Realize());
        var twice = Compiled.Of(() =>
        {
            slot.Assign(slot.Value * 2);
            return slot.Value;
        });
        twice();
        var held = slot.Value;
        twice();
        twice();
        Assert.That(held.Item<float>(), Is.EqualTo(2f));
        Assert.That(slot.Value.Item<float>(), Is.EqualTo(8f));
    }

    [Test]
    public void A_result_that_is_held_does_not_change_when_the_slot_that_equals_it_does()
    {
        var slot = new State(Tensor.From(1f).Realize());
        var step = Compiled.Of(() =>
        {
            slot.Assign(slot.Value + 1);
            return slot.Value; // the same value as the slot's: one buffer
        });
        var first = step();
        step();
        Assert.That(first.Item<float>(), Is.EqualTo(2f));
    }

    [Test]
    public void Reading_a_value_while_tracing_is_refused()
    {
        var f = Compiled.Of(x => x.Item() > 0 ? x : -x);
        Assert.That(() => f(Tensor.From(1f)), Throws.InstanceOf<GraphException>().With.Message.Contains("cannot be read while"));
        // and leaves no trace behind
        Assert.That((Tensor.From(1f) + 1).Item<float>(), Is.EqualTo(2f));
    }

    [Test]
    public void A_compiled_training_step_does_what_the_plain_one_does()
    {
        static double[] Train(bool compiled)
        {
            var w = new Parameter(Tensor.Randn([3, 2], 1, DType.Float64).Realize());
            var velocity = new State(Tensor.Zeros([3, 2], DType.Float64).Realize());
            Tensor Step(Tensor x, Tensor y)
            {
                var loss = (x.MatMul(w) - y).Square().Mean();
                w.Grad = null;
                loss.Backward();
                var v = velocity * 0.9 + w.Grad!;
                State.AssignAll([(velocity, v), (w, w - v * 0.05)]);
                return loss;
            }
            var f = compiled ? Compiled.Of(Step) : Step;
            var losses = new double[20];
            for (var k = 0; k < losses.Length; k++)
                losses[k] = f(Tensor.Randn([5, 3], 10 + k, DType.Float64), Tensor.Randn([5, 2], 50 + k, DType.Float64)).Item();
            return [.. losses, .. w.Value.ToArray<double>()];
        }
        Assert.That(Train(true), Is.EqualTo(Train(false)).Within(1e-12));
    }

    [Test]
    public void Compiled_functions_nest()
    {
        var inner = Compiled.Of(x => x * 2);
        var outer = Compiled.Of(x => inner(x) + 1);
        Assert.That(outer(Tensor.From(5f)).Item<float>(), Is.EqualTo(11f));
    }

    [Test]
    public void Gradients_left_inside_of_a_compiled_function_do_not_leak_out()
    {
        var w = new Parameter(Tensor.From(1f));
        var f = Compiled.Of(x =>
        {
            (w * x).Sum().Backward();
            return w.Grad!;
        });
        Assert.That(f(Tensor.From(3f)).Item<float>(), Is.EqualTo(3f));
        Assert.That(w.Grad, Is.Null);
    }

    [Test]
    public void A_profile_names_every_step()
    {
        using var profiler = new Profiler();
        (Tensor.From(1f, 2f).Exp() * 2).Sum().Realize();
        Assert.That(profiler.Events.Select(e => e.Name), Has.Some.Contains("Exp"));
        var path = Path.Combine(Path.GetTempPath(), $"cudanet-trace-{Guid.NewGuid():N}.json");
        try
        {
            profiler.Save(path);
            using var json = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(path));
            Assert.That(json.RootElement.GetProperty("traceEvents").GetArrayLength(), Is.EqualTo(profiler.Events.Count));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
