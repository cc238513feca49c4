namespace CudaNet.Tests.Autodiff;

public class GradTests
{
    private static readonly double[] Point = [0.5, -1.25, 2.0];

    private static Tensor X => Tensor.From(Point, [3]);

    [Test]
    public void A_gradient_of_a_gradient_is_the_second_derivative()
    {
        var x = X;
        var first = Grad.Of(x.Pow(4).Sum(), x);
        var second = Grad.Of(first.Sum(), x);
        Assert.That(second.ToArray<double>(), Is.EqualTo(Point.Select(p => 12 * p * p)).Within(1e-12));
    }

    [Test]
    public void What_y_does_not_depend_on_has_gradient_zero()
    {
        var (x, other) = (X, X);
        Assert.That(Grad.Of(x.Sum(), other).ToArray<double>(), Is.All.Zero);
    }

    [Test]
    public void A_value_used_many_times_gets_the_sum_of_its_gradients()
    {
        var x = X;
        var y = x.Sum() + (x * x).Sum() + x.Exp().Sum();
        Assert.That(Grad.Of(y, x).ToArray<double>(), Is.EqualTo(Point.Select(p => 1 + 2 * p + Math.Exp(p))).Within(1e-12));
    }

    [Test]
    public void The_gradient_of_a_vector_is_refused() =>
        Assert.That(() => Grad.Of(X * 2, X), Throws.InstanceOf<GraphException>().With.Message.Contains("not a scalar"));

    [Test]
    public void The_gradient_of_an_integer_is_refused() =>
        Assert.That(() => Grad.Of(Tensor.From(1, 2).Sum(), X), Throws.InstanceOf<GraphException>().With.Message.Contains("only floating"));

    [Test]
    public void A_value_that_was_read_keeps_the_way_to_its_parameters()
    {
        var w = new Parameter(X);
        var hidden = w * 3;
        _ = hidden.ToArray<double>();
        var loss = (hidden * hidden).Sum();
        _ = loss.Item();
        loss.Backward();
        Assert.That(w.Grad!.ToArray<double>(), Is.EqualTo(Point.Select(p => 18 * p)).Within(1e-12));
    }

    [Test]
    public void A_gradient_through_a_value_whose_graph_is_gone_is_refused_and_not_zero()
    {
        var x = X;
        var hidden = x * 3;
        _ = hidden.ToArray<double>();
        Assert.That(() => Grad.Of((hidden * hidden).Sum(), x), Throws.InstanceOf<GraphException>().With.Message.Contains("whose graph is gone"));
        var unrelated = Tensor.Randn([3], 1, DType.Float64).Realize();
        Assert.That(Grad.Of(unrelated.Sum(), x).ToArray<double>(), Is.All.Zero);
        var compiled = Compiled.Of(v => v * 2)(x);
        Assert.That(() => Grad.Of(compiled.Sum(), x), Throws.InstanceOf<GraphException>().With.Message.Contains("compiled function"));
    }

    [Test]
    public void Random_values_and_indices_that_were_read_stand_in_the_way_of_no_gradient()
    {
        var x = X;
        var noise = Tensor.Randn([3], 1, DType.Float64).Realize();
        var place = x.ArgMax().Realize();
        Assert.That(Grad.Of((noise * place).Sum(), x).ToArray<double>(), Is.All.Zero);
    }

    [Test]
    public void A_step_lets_go_of_the_graph_of_its_loss()
    {
        var w = new Parameter(X);
        var loss = (w * w).Sum();
        _ = loss.Item();
        loss.Backward();
        State.AssignAll([(w, w - w.Grad! * 0.1)]);
        Assert.That(loss.Node.History, Is.Empty);
        Assert.That(w.Value.Node.History, Is.Empty);
    }

    [Test]
    public void Nothing_flows_through_detach()
    {
        var x = X;
        Assert.That(Grad.Of((x * x.Detach()).Sum(), x).ToArray<double>(), Is.EqualTo(Point).Within(1e-12));
    }

    [Test]
    public void Jvp_is_the_directional_derivative()
    {
        var x = X;
        var v = Tensor.From([1.0, 2.0, -1.0], [3]);
        var y = x.Sin() * x;
        var expected = Point.Zip([1.0, 2.0, -1.0], (p, t) => (Math.Cos(p) * p + Math.Sin(p)) * t);
        Assert.That(Jvp.Of(y, x, v).ToArray<double>(), Is.EqualTo(expected).Within(1e-12));
    }

    [Test]
    public void Vjp_weighs_the_rows_of_the_jacobian()
    {
        var x = X;
        var y = x * x;
        var u = Tensor.From([1.0, 10.0, 100.0], [3]);
        Assert.That(Vjp.Of(y, u, x)[0].ToArray<double>(), Is.EqualTo(Point.Zip([1.0, 10, 100], (p, w) => 2 * p * w)).Within(1e-12));
    }

    [Test]
    public void Hessian_vector_products_are_those_of_the_whole_hessian()
    {
        var x = Tensor.Randn([5], 3, DType.Float64);
        var w = Tensor.Randn([5, 5], 4, DType.Float64);
        var y = (w.MatMul(x).Tanh() * x).Sum();
        var v = Tensor.Randn([5], 5, DType.Float64);
        var product = Hessian.VectorProduct(y, x, v).ToArray<double>();
        var whole = Hessian.Of(y, x).MatMul(v).ToArray<double>();
        Assert.That(product, Is.EqualTo(whole).Within(1e-10));
    }

    [Test]
    public void A_jacobian_has_a_row_for_each_output()
    {
        var x = X;
        var y = Tensor.Concat([x * 2, (x * x).Sum().Reshape([1])], 0);
        double[] expected = [2, 0, 0, 0, 2, 0, 0, 0, 2, 1, -2.5, 4];
        Assert.That(Jacobian.Of(y, x).ToArray<double>(), Is.EqualTo(expected).Within(1e-12));
    }

    [Test]
    public void Per_example_gradients_average_to_the_gradient_of_the_batch()
    {
        var w = Tensor.Randn([4], 1, DType.Float64);
        var x = Tensor.Randn([7, 4], 2, DType.Float64);
        Tensor Loss(Tensor example) => (example * w).Sum().Tanh().Square();
        var each = Vmap.Of(example => Grad.Of(Loss(example), w))(x);
        var batch = Grad.Of((x * w).Sum(1).Tanh().Square().Mean(), w);
        Assert.That(each.Shape, Is.EqualTo(new Shape(7, 4)));
        Assert.That(each.Mean(0).ToArray<double>(), Is.EqualTo(batch.ToArray<double>()).Within(1e-12));
    }

    [Test]
    public void Backward_fills_and_adds_up_the_gradients_of_parameters()
    {
        var w = new Parameter(X, "w");
        var frozen = new Parameter(X, "frozen") { RequiresGrad = false };
        (w * frozen).Sum().Backward();
        (w * 2).Sum().Backward();
        Assert.That(w.Grad!.ToArray<double>(), Is.EqualTo(Point.Select(p => p + 2)).Within(1e-12));
        Assert.That(frozen.Grad, Is.Null);
    }

    [Test]
    public void Backward_on_what_has_no_parameter_says_why() =>
        Assert.That(() => X.Sum().Backward(), Throws.InstanceOf<GraphException>().With.Message.Contains("no Parameter"));

    [Test]
    public void A_checkpointed_segment_has_the_same_gradients()
    {
        var x = Tensor.Randn([6, 4], 1, DType.Float64);
        var w = new Parameter(Tensor.Randn([4, 4], 2, DType.Float64));
        Tensor Block(Tensor y) => y.MatMul(w).Tanh().MatMul(w).Sigmoid();
        var (dx, dw) = (Grad.Of(Block(x).Square().Sum(), x), Grad.Of(Block(x).Square().Sum(), w.Value));
        var loss = Checkpoint.Of(Block, x).Square().Sum();
        Assert.That(Grad.Of(loss, x).ToArray<double>(), Is.EqualTo(dx.ToArray<double>()).Within(1e-12));
        Assert.That(Grad.Of(loss, w.Value).ToArray<double>(), Is.EqualTo(dw.ToArray<double>()).Within(1e-12));
        var twice = Grad.Of(Grad.Of(loss, x).Square().Sum(), x);
        var plain = Grad.Of(Grad.Of(Block(x).Square().Sum(), x).Square().Sum(), x);
        Assert.That(twice.ToArray<double>(), Is.EqualTo(plain.ToArray<double>()).Within(1e-10));
    }
}
