using CudaNet.Cuda.Compilation;
using CudaNet.Cuda.Execution;
using CudaNet.Cuda.Virtual;
using CudaNet.Execution;
using CudaNet.Graphs;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Tests.Optimizers;

/// <summary>Optimisers change all parameters in one step of the plan.</summary>
[TestFixture, NonParallelizable]
internal sealed class MultiTensorTests
{
    private static int _devices;

    private static readonly Shape[] Shapes = [new(128, 784), new(128), new(10, 128), new(10), new(3, 4, 5, 6)];

    private static IEnumerable<TestCaseData> Optimizers =>
    [
        Case("Sgd", p => new Sgd(p, 0.1)),
        Case("momentum", p => new Sgd(p, 0.1, momentum: 0.9, dampening: 0.1, weightDecay: 0.01)),
        Case("Nesterov", p => new Sgd(p, 0.1, momentum: 0.9, nesterov: true)),
        Case("Adam", p => new Adam(p, 0.1)),
        Case("Adam with decay", p => new Adam(p, 0.1, weightDecay: 0.01)),
        Case("AdamW", p => new AdamW(p, 0.1)),
        Case("Lion", p => new Lion(p, 0.1, weightDecay: 0.1), steps: 2), // the new mean and the new weight do not need each other
        Case("RmsProp", p => new RmsProp(p, 0.1, momentum: 0.9, centered: true)),
        Case("Adagrad", p => new Adagrad(p, 0.1)),
        Case("Adadelta", p => new Adadelta(p)),
    ];

    [TestCaseSource(nameof(Optimizers))]
    public void All_parameters_are_one_step_that_gives_the_bits_of_a_step_each(Func<IEnumerable<Parameter>, Optimizer> make, int expected)
    {
        Parameter[] together = Parameters(), alone = Parameters();
        var optimizer = make(together);
        Optimizer[] optimizers = [.. alone.Select(parameter => make([parameter]))];
        var step = Compiled.Of(() => Once(optimizer, together));
        var steps = Array.ConvertAll(optimizers, own => Compiled.Of(() => Once(own, [.. own.Groups[0].Parameters])));
        var plan = Compiled.PlanOf(_ => [Once(optimizer, together)]);
        var lists = plan.Steps.Where(s => s.Op is FusedElementwiseList list && list.Shapes.Length == Shapes.Length).ToList();
        Assert.That(lists, Has.Count.EqualTo(expected), plan.Explain());

        for (var k = 0; k < 4; k++)
        {
            step();
            foreach (var own in steps) own();
            // A schedule changes the rate: it is data of the plans.
            optimizer.LearningRate = 0.1 / (k + 2);
            foreach (var own in optimizers) own.LearningRate = 0.1 / (k + 2);
        }
        for (var k = 0; k < together.Length; k++) Assert.That(together[k].Value.ToArray<float>(), Is.EqualTo(alone[k].Value.ToArray<float>()), $"parameter {k}");
    }

    [Test]
    public void Steps_and_rates_do_not_trace_a_compiled_function_again()
    {
        var parameters = Parameters();
        var optimizer = new AdamW(parameters, 0.1);
        var traces = 0;
        var step = Compiled.Of(() =>
        {
            traces++;
            return Once(optimizer, parameters);
        });
        for (var k = 0; k < 5; k++)
        {
            step();
            optimizer.LearningRate *= 0.9;
        }
        Assert.That(traces, Is.EqualTo(1));
        Assert.That(optimizer.StepCount, Is.EqualTo(5));
    }

    [Test]
    public void Parameters_of_several_threads_get_what_one_thread_gives()
    {
        var threads = CudaNet.Cpu.Threading.WorkerPool.Threads;
        float[][] Trained(int count)
        {
            CudaNet.Cpu.Threading.WorkerPool.Threads = count;
            var parameters = Parameters();
            var optimizer = new Adam(parameters, 0.1);
            var step = Compiled.Of(() => Once(optimizer, parameters));
            for (var k = 0; k < 3; k++) step();
            return Array.ConvertAll(parameters, parameter => parameter.Value.ToArray<float>());
        }

        try
        {
            Assert.That(Trained(3), Is.EqualTo(Trained(1)));
        }
        finally
        {
            CudaNet.Cpu.Threading.WorkerPool.Threads = threads;
        }
    }

    [TestCaseSource(nameof(Optimizers))]
    public void On_CUDA_all_parameters_are_one_launch_and_get_what_the_host_gives(Func<IEnumerable<Parameter>, Optimizer> make, int expected)
    {
        using var driver = new VirtualCudaDriver();
        var launches = 0;
        driver.Launched += _ => launches++;
        var device = new Device("virtualoptimizers", _devices++);
        using var backend = new CudaBackend(device, driver, KernelCompilers.ForVirtualDevice());
        Backends.Register(device.Kind, _ => backend);

        (float[][] Weights, int Launches) Trained(Device device, int count)
        {
            // Step and rate live on it, too.
            Device.Default = device;
            Parameter[] all = [.. Enumerable.Range(0, count).Select(k => new Parameter(Numbers([3 + k, 50 * k + 1], k), $"p{k}"))];
            Tensor[] gradients = [.. all.Select((parameter, k) => Numbers(parameter.Shape, 100 + k))];
            var optimizer = make(all);
            var before = 0;
            for (var step = 0; step < 4; step++)
            {
                // Given from outside: what is left is the optimiser alone.
                for (var k = 0; k < count; k++) all[k].Grad = gradients[k];
                before = launches;
                optimizer.Step();
            }
            return ([.. all.Select(parameter => parameter.Value.ToArray<float>())], launches - before);
        }

        var usual = Device.Default;
        try
        {
            var (weights, made) = Trained(device, 9);
            Assert.That(made, Is.EqualTo(Trained(device, 3).Launches));
            // The step's number, and what the rule makes of it and of the rate, are launches of one element beside.
            Assert.That(made, Is.InRange(expected, expected + 3));
            var onHost = Trained(Device.Cpu, 9).Weights;
            // Four steps of 0.1, each with some roundings of numbers up to 2.
            for (var k = 0; k < weights.Length; k++) Assert.That(weights[k], Is.EqualTo(onHost[k]).Within(2e-6), $"parameter {k}");
        }
        finally
        {
            Device.Default = usual;
        }
    }

    private static TestCaseData Case(string name, Func<IEnumerable<Parameter>, Optimizer> make, int steps = 1) => new TestCaseData(make, steps).SetArgDisplayNames(name);

    /// <summary>The same on all devices.</summary>
    private static Tensor Numbers(Shape shape, int seed)
    {
        var random = new Random(seed);
        return Tensor.From([.. Enumerable.Range(0, (int)shape.ElementCount).Select(_ => random.NextSingle() * 2 - 1)], shape);
    }

    private static Parameter[] Parameters() => [.. Shapes.Select((shape, k) => new Parameter(Tensor.Randn(shape, seed: k + 1).Realize(), $"p{k}"))];

    private static Tensor Once(Optimizer optimizer, IReadOnlyList<Parameter> parameters)
    {
        optimizer.ZeroGrad();
        Tensor? loss = null;
        // A gradient that is no elementwise function of the parameter, as that of a product is none.
        foreach (var parameter in parameters)
        {
            var part = (parameter.Value.Flatten().CumSum(0) * 0.01).Sin().Mean();
            loss = loss is null ? part : loss + part;
        }
        loss!.Backward();
        optimizer.Step();
        return loss;
    }
}
