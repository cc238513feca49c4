using CudaNet.Execution;
using CudaNet.Graphs;

namespace CudaNet.Tests.Planning;

/// <summary>Elementwise steps of one program over different tensors become one.</summary>
public class JoinAlikeTests
{
    private static Tensor Data(params long[] shape) => Tensor.From(new float[new Shape(shape).ElementCount], shape, NullBackend.On);

    [Test]
    public void Chains_of_one_program_over_tensors_of_any_shape_are_one_step()
    {
        var rate = Data();
        var plan = Plan.Of(Changed(Data(3, 5), Data(3, 5), rate), Changed(Data(7), Data(7), rate), Changed(Data(2, 2, 2), Data(2, 2, 2), rate));
        Assert.That(plan.Steps, Has.Count.EqualTo(1), plan.Explain());
        Assert.That(plan.Steps[0].Op, Is.TypeOf<FusedElementwiseList>());
        Assert.That(plan.Steps[0].Outputs.Select(output => output.Shape), Is.EqualTo(new Shape[] { new(3, 5), new(7), new(2, 2, 2) }));
        Assert.That(plan.Steps[0].Flops, Is.EqualTo(2 * (15 + 7 + 8)));
    }

    [Test]
    public void The_order_in_which_the_nodes_of_a_chain_were_made_does_not_matter()
    {
        Tensor a = Data(5), b = Data(9), product = b * 3;
        var first = a * 3 + Data(5).Exp();
        var second = product + Data(9).Exp();
        var later = Data(11).Exp();
        var third = Data(11) * 3 + later;
        Assert.That(Plan.Of(first, second, third).Steps, Has.Count.EqualTo(1));
    }

    [Test]
    public void Other_programs_other_numbers_and_other_broadcasts_stay_apart()
    {
        var rate = Data();
        Tensor[] different = [Changed(Data(7), Data(7), rate), Changed(Data(8), Data(8), rate) * 2, Data(9) - Data(9) * 2, Changed(Data(4, 3), Data(4, 3), Data(3))];
        Assert.That(Plan.Of(different).Steps, Has.Count.EqualTo(4));
    }

    [Test]
    public void What_waits_for_another_is_not_joined_with_it()
    {
        // The scan needs the first before the last can be: only the other goes with the last.
        var first = Data(8).Exp();
        var plan = Plan.Of(first, Data(9).Exp(), first.CumSum(0).Exp());
        Assert.That(plan.Steps.Select(step => step.Name), Is.EqualTo(new[] { "Exp", "CumSum", "2 times Exp" }));
    }

    [Test]
    public void Large_tensors_have_steps_of_their_own()
    {
        Assert.That(Plan.Of(Data(1 << 20).Exp(), Data(5).Exp()).Steps, Has.Count.EqualTo(1));
        Assert.That(Plan.Of(Data((1 << 20) + 1).Exp(), Data(5).Exp()).Steps, Has.Count.EqualTo(2));
    }

    [Test]
    public void Slots_are_written_over_in_place_unless_another_tensor_of_the_list_reads_them()
    {
        State[] own = [new(Data(3, 5), "a"), new(Data(7), "b")], crossed = [new(Data(4), "c"), new(Data(2, 2), "d")];
        var plan = Compiled.PlanOf(_ =>
        {
            foreach (var slot in own) slot.Assign(slot.Value * 2 + 1);
            return [];
        });
        Assert.That(plan.Steps, Has.Count.EqualTo(1));
        Assert.That(plan.Explain(), Does.Contain("2 of 2 outputs are written over an input"));

        var exchange = Compiled.PlanOf(_ =>
        {
            var (c, d) = (crossed[0].Value, crossed[1].Value);
            State.AssignAll([(crossed[0], c * 2 + d.Reshape([4])), (crossed[1], d * 2 + c.Reshape([2, 2]))]);
            return [];
        });
        Assert.That(exchange.Steps, Has.Count.EqualTo(1));
        Assert.That(exchange.Explain(), Does.Contain("0 of 2 outputs are written over an input"), exchange.Explain());
    }

    [Test]
    public void The_new_value_of_a_slot_is_not_taken_behind_a_product()
    {
        State w = new(Data(8, 4), "w"), b = new(Data(4), "b");
        Tensor x = Data(16, 8), y = Data(16, 4);
        var plan = Compiled.PlanOf(_ =>
        {
            State.AssignAll([(w, w.Value - x.T.MatMul(y) * 0.5), (b, b.Value - y.Sum(0) * 0.5)]);
            return [];
        });
        Assert.That(plan.Steps.Select(step => step.Name), Is.EquivalentTo(new[] { "MatMul", "Sum", "2 times Mul+Sub" }));
    }

    private static Tensor Changed(Tensor w, Tensor gradient, Tensor rate) => w - gradient * rate;
}
