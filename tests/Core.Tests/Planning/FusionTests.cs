using CudaNet.Execution;
using CudaNet.Graphs;

namespace CudaNet.Tests.Planning;

public class FusionTests
{
    private static Tensor Data(params long[] shape) => Tensor.From(new float[new Shape(shape).ElementCount], shape, NullBackend.On);

    private static string[] Names(params Tensor[] roots) => [.. Plan.Of(roots).Steps.Select(step => step.Name)];

    [Test]
    public void A_chain_with_broadcasts_is_one_step()
    {
        var x = Data(64, 128);
        var y = (x * Data(128) + Data(64, 1)).Exp() * x + 2;
        Assert.That(Names(y), Has.Length.EqualTo(1));
    }

    [Test]
    public void Values_that_are_asked_for_inside_a_chain_are_written_by_the_same_step()
    {
        var x = Data(8, 8);
        var a = x * 3;
        var b = a.Exp();
        var plan = Plan.Of(a, b);
        Assert.That(plan.Steps, Has.Count.EqualTo(1));
        Assert.That(plan.Steps[0].Outputs, Has.Count.EqualTo(2));
    }

    [Test]
    public void A_reduction_takes_the_chain_before_and_behind_it()
    {
        var x = Data(32, 64);
        var y = (x * x).Sum(1) * (1 / 64.0) + 1;
        Assert.That(Names(y), Is.EqualTo(new[] { "Mul+Sum+Mul+Add" }));
    }

    [Test]
    public void A_value_that_is_needed_beside_its_sum_is_not_swallowed_by_it()
    {
        var x = Data(32, 64);
        var e = x.Exp();
        var y = e / e.Sum(1, keepDims: true);
        var plan = Plan.Of(y);
        Assert.That(plan.Steps.Select(s => s.Name), Is.EqualTo(new[] { "Exp", "Sum", "Div" }));
    }

    [Test]
    public void A_matrix_product_carries_bias_and_activation()
    {
        var y = (Data(64, 784).MatMul(Data(784, 128)) + Data(128)).Relu();
        Assert.That(Names(y), Is.EqualTo(new[] { "MatMul+Add+Relu" }));
    }

    [Test]
    public void A_transposed_operand_is_a_layout_and_not_a_copy()
    {
        var plan = Plan.Of(Data(64, 784).MatMul(Data(128, 784).T));
        Assert.That(plan.Steps, Has.Count.EqualTo(1));
        Assert.That(plan.Steps[0].Inputs[1].Layout.Strides.ToArray(), Is.EqualTo(new long[] { 1, 784 }));
    }

    [Test]
    public void A_kernel_that_refuses_a_layout_gets_a_copy()
    {
        NullBackend.Instance.OnlyContiguous = true;
        try
        {
            PlanCache.Clear();
            Assert.That(Names(Data(64, 784).MatMul(Data(128, 784).T)), Is.EqualTo(new[] { "Contiguous", "MatMul" }));
        }
        finally
        {
            NullBackend.Instance.OnlyContiguous = false;
            PlanCache.Clear();
        }
    }

    [Test]
    public void A_chain_is_cut_where_a_value_would_leave_and_come_back()
    {
        // a → sum → back to a's consumers: a and b cannot be one pass.
        var a = Data(16, 16).Exp();
        var b = a * a.Sum(null, keepDims: true);
        Assert.That(Plan.Of(b).Steps, Has.Count.EqualTo(3));
    }

    [Test]
    public void A_value_read_transposed_by_its_consumer_is_written_first()
    {
        var a = Data(16, 16).Exp();
        Assert.That(Names(a + a.T), Has.Length.EqualTo(2));
    }

    [Test]
    public void Equal_subexpressions_are_computed_once()
    {
        var (x, w) = (Data(8, 8), Data(8, 8));
        var y = x.MatMul(w) * x.MatMul(w);
        Assert.That(Names(y).Count(name => name.StartsWith("MatMul", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [Test]
    public void Known_scalars_are_computed_while_planning()
    {
        var x = Data(8);
        var y = x * (Tensor.Full([8], 2, device: NullBackend.On) * Tensor.Full([8], 3, device: NullBackend.On)) + 0;
        Assert.That(Names(y), Is.EqualTo(new[] { "Mul" }));
    }

    [Test]
    public void The_gradient_of_a_weight_used_transposed_is_written_as_the_weight_lies()
    {
        var (x, w) = (Data(64, 784), Data(128, 784));
        var dw = Grad.Of(x.MatMul(w.T).Sum(), w);
        var step = Plan.Of(dw * 2).Steps[^1];
        Assert.That(step.Name, Is.EqualTo("MatMul+Mul"));
        Assert.That(step.Outputs[0].Shape, Is.EqualTo(new Shape(128, 784)));
    }

    [Test]
    public void The_slope_of_an_activation_is_computed_where_the_gradient_needs_it()
    {
        var (x, w, b, v) = (Data(64, 784), Data(784, 128), Data(128), Data(128, 10));
        var h = (x.MatMul(w) + b).Relu();
        var gradients = Grad.Of(h.MatMul(v).Square().Sum(), [w, v]);
        Assert.That(Names(gradients), Has.Member("MatMul+Add+Relu").And.Some.StartsWith("MatMul+Greater+Where"));
    }

    [Test]
    public void Without_fusion_every_op_is_a_step()
    {
        PlanOptions.Current = new(Fuse: false);
        try
        {
            Assert.That(Names((Data(64, 784).MatMul(Data(784, 128)) + Data(128)).Relu()), Is.EqualTo(new[] { "MatMul", "Add", "Relu" }));
        }
        finally
        {
            PlanOptions.Current = PlanOptions.Default;
        }
    }

    [Test]
    public void A_literal_that_is_read_fills_its_memory() => Assert.That(Names(Tensor.Zeros([3, 4], device: NullBackend.On)), Is.EqualTo(new[] { "Fill" }));

    [Test]
    public void A_reshape_that_is_read_costs_no_step_of_its_own() =>
        Assert.That(Names(Data(3, 4).Exp().Reshape([12])), Is.EqualTo(new[] { "Exp" }));

    [Test]
    public void A_group_that_has_grown_behind_those_that_read_it_makes_no_loop()
    {
        var (x, u) = (Data(6, 6), Data(6, 6));
        var early = x.Exp();
        var product = early.MatMul(x);      // reads the group of early
        var a = u.Tanh();
        var late = early * a.T;             // joins early, so that group waits for a
        var b = a + product;                // joined with a, it would wait for the product, the product for early's group, and that for a
        Assert.That(Plan.Of(late, b).Steps.Sum(step => step.Outputs.Count), Is.GreaterThanOrEqualTo(3));
    }

    [Test]
    public void Loops_of_groups_are_never_made([Range(0, 200)] int seed)
    {
        // Random graphs of elementwise ops, sums and products over squares: the schedule must always exist.
        var random = new Random(seed);
        var nodes = new List<Tensor> { Data(6, 6), Data(6, 6) };
        for (var k = 0; k < 30; k++)
        {
            var (a, b) = (nodes[random.Next(nodes.Count)], nodes[random.Next(nodes.Count)]);
            nodes.Add(random.Next(8) switch
            {
                0 => a.MatMul(b),
                1 => a.Sum(random.Next(2), keepDims: true).ExpandTo([6, 6]),
                2 => a.T,
                3 => a.Exp(),
                4 => a.Reshape([36]).Exp().Reshape([6, 6]),
                5 => a * 2 + b,
                _ => a * b,
            });
        }
        var roots = nodes.Skip(20).ToArray();
        var plan = Plan.Of(roots);
        var written = Enumerable.Range(0, Graph.Collect([.. roots.Select(r => r.Node)]).Count(n => n.IsRealized)).ToHashSet();
        foreach (var step in plan.Steps)
        {
            foreach (var input in step.Inputs) Assert.That(written, Does.Contain(input.Slot), "a step reads what is not written yet");
            foreach (var output in step.Outputs) written.Add(output.Slot);
        }
    }
}
