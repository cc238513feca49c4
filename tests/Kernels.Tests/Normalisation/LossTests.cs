using CudaNet.Execution;

namespace CudaNet.Tests.Normalisation;

/// <summary>Softmax and the losses: edge cases, and that a training step stays a few kernels.</summary>
public class LossTests
{
    [Test]
    public void Softmax_of_a_row_of_minus_infinity_is_zero_with_zero_gradient()
    {
        var x = Tensor.From([float.NegativeInfinity, float.NegativeInfinity, 1, 1], [2, 2]);
        Assert.That(x.Softmax().ToArray<float>(), Is.EqualTo([0f, 0, 0.5f, 0.5f]));
        Assert.That(Grad.Of((x.Softmax() * Tensor.From([3f, 4])).Sum(), x).ToArray<float>()[..2], Is.EqualTo([0f, 0]));
    }

    [Test]
    public void Cross_entropy_is_the_likelihood_of_the_logarithm_of_softmax()
    {
        var x = Tensor.Randn([9, 5], seed: 1, type: DType.Float64).Realize();
        var t = Tensor.Randint([9], 0, 5, seed: 2).Realize();
        var w = Tensor.From(0.5, 1, 2, 3, 4);
        Close.Assert(x.CrossEntropy(t, weight: w, ignoreIndex: 3), x.LogSoftmax(1).NllLoss(t, weight: w, ignoreIndex: 3), 1e-12);
        Close.Assert(Grad.Of(x.CrossEntropy(t, weight: w, ignoreIndex: 3), x), Grad.Of(x.LogSoftmax(1).NllLoss(t, weight: w, ignoreIndex: 3), x), 1e-12);
    }

    [Test]
    public void Class_numbers_are_probabilities_of_one()
    {
        var x = Tensor.Randn([2, 4, 3], seed: 1, type: DType.Float64).Realize();
        var t = Tensor.Randint([2, 3], 0, 4, seed: 2).Realize();
        var onehot = t.Reshape(2, 1, 3).Eq(Tensor.Arange(4).Reshape(1, 4, 1)).To(DType.Float64);
        Close.Assert(x.CrossEntropy(t, labelSmoothing: 0.1), x.CrossEntropy(onehot, labelSmoothing: 0.1), 1e-12);
        Close.Assert(x.CrossEntropy(t, LossReduction.None), x.CrossEntropy(onehot, LossReduction.None), 1e-12);
    }

    [Test]
    public void A_class_out_of_range_is_refused_when_it_is_read()
    {
        var x = Tensor.Randn([70, 5], seed: 1).Realize();
        var loss = x.CrossEntropy(Tensor.Full([70], 5, DType.Int64));
        Assert.That(() => loss.Item(), Throws.TypeOf<IndexValueException>().With.Message.Contains("class 5").And.Message.Contains("5 classes"));
    }

    [Test]
    public void Losses_of_examples_are_mapped()
    {
        var x = Tensor.Randn([3, 4, 5], seed: 1, type: DType.Float64).Realize();
        var t = Tensor.Randint([3, 4], 0, 5, seed: 2).Realize();
        var losses = Vmap.Of((a, b) => a.CrossEntropy(b))(x, t);
        var gradients = Vmap.Of((a, b) => Grad.Of(a.CrossEntropy(b, labelSmoothing: 0.1), a))(x, t);
        for (var i = 0; i < 3; i++)
        {
            Close.Assert(losses.Select(0, i), x.Select(0, i).CrossEntropy(t.Select(0, i)), 1e-12);
            var a = x.Select(0, i);
            Close.Assert(gradients.Select(0, i), Grad.Of(a.CrossEntropy(t.Select(0, i), labelSmoothing: 0.1), a), 1e-12);
        }
    }

    [Test]
    public void A_training_step_of_two_layers_is_at_most_twenty_kernels()
    {
        State[] parameters =
        [
            new Parameter(Tensor.Zeros([128, 784]).Realize(), "w1"), new Parameter(Tensor.Zeros([128]).Realize(), "b1"),
            new Parameter(Tensor.Zeros([10, 128]).Realize(), "w2"), new Parameter(Tensor.Zeros([10]).Realize(), "b2"),
        ];
        State[] momenta = [.. parameters.Select(p => new State(p.Value.ZerosLike().Realize(), p.Name + ".momentum"))];
        var plan = Compiled.PlanOf(
            arguments =>
            {
                var hidden = (arguments[0].MatMul(parameters[0].Value.T) + parameters[1].Value).Relu();
                var loss = (hidden.MatMul(parameters[2].Value.T) + parameters[3].Value).CrossEntropy(arguments[1]);
                var gradients = Grad.Of(loss, [.. parameters.Select(p => p.Value)]);
                for (var k = 0; k < gradients.Length; k++)
                {
                    momenta[k].Assign(momenta[k].Value * 0.9 + gradients[k]);
                    parameters[k].Assign(parameters[k].Value - momenta[k].Value * 0.1);
                }
                return [loss];
            },
            Tensor.Zeros([64, 784]).Realize(), Tensor.Zeros([64], DType.Int64).Realize());
        Assert.That(plan.Steps, Has.Count.LessThanOrEqualTo(20), plan.Explain());
        Assert.That(plan.Steps.Count(step => step.Name.Contains("CrossEntropy")), Is.EqualTo(2), "losses and their gradient are one kernel each");
    }

    [Test]
    public void Batch_statistics_are_those_of_each_channel()
    {
        var x = Tensor.Randn([6, 3, 4, 5], seed: 1, type: DType.Float64).Realize();
        var (y, mean, variance) = x.BatchNormTraining();
        Close.Assert(mean, x.Mean([0, 2, 3]), 1e-12);
        Close.Assert(variance, x.Var([0, 2, 3], correction: 0), 1e-12);
        Close.Assert(y, x.BatchNorm(mean, variance), 1e-12);
    }
}
