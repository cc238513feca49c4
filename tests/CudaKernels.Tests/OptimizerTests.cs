using CudaNet.Cuda.Driver;
using CudaNet.Nn.Optimizers;
using CudaNet.VirtualGpu;
using KernelArgument = CudaNet.VirtualGpu.KernelArgument;

namespace CudaNet.Tests;

/// <summary>Steps over many tensors against the optimisers of the library, which compute in f64 on the CPU here.</summary>
public sealed class OptimizerTests
{
    private const double Rate = 0.03125;
    private static readonly double F32 = Math.Pow(2, -24);

    // One element, a tail only, whole vectors, one chunk, more than one with a tail.
    private static readonly int[] Sizes = [1, 7, 64, OptimizerKernels.ChunkSize, OptimizerKernels.ChunkSize + 13];

    private static readonly (string Name, string Rule, OptimizerArguments Numbers, Func<Parameter[], Optimizer> Make)[] Optimizers =
    [
        ("plain", "Sgd", new(), p => new Sgd(p, Rate)),
        ("decay", "Sgd", new() { Decay = 0.1f }, p => new Sgd(p, Rate, weightDecay: 0.1f)),
        ("momentum and dampening", "Sgd", new() { Momentum = 0.75f, Dampening = 0.25f, Decay = 0.1f }, p => new Sgd(p, Rate, 0.75, 0.25, 0.1f)),
        ("Nesterov", "Sgd", new() { Momentum = 0.75f, Nesterov = 1 }, p => new Sgd(p, Rate, 0.75, nesterov: true)),
        ("rate in the velocity", "Sgd", new() { Momentum = 0.75f, RateInside = 1 }, p => new Sgd(p, Rate, 0.75, rateInVelocity: true)),
        ("L2", "Adam", Adam(0.1f), p => new Adam(p, Rate, 0.9f, 0.999f, 1e-8f, 0.1f)),
        ("AdamW", "Adam", Adam(0.1f) with { Decoupled = 1 }, p => new AdamW(p, Rate, 0.9f, 0.999f, 1e-8f, 0.1f)),
        ("decay", "Lion", new() { Beta1 = 0.9f, Beta2 = 0.99f, Decay = 0.1f }, p => new Lion(p, Rate, 0.9f, 0.99f, 0.1f)),
        ("plain", "RmsProp", new() { Beta1 = 0.99f, Epsilon = 1e-8f }, p => new RmsProp(p, Rate, 0.99f, 1e-8f)),
        ("all", "RmsProp", new() { Beta1 = 0.5f, Epsilon = 1e-3f, Decay = 0.1f, Momentum = 0.75f, Centered = 1, EpsilonInside = 1 }, p => new RmsProp(p, Rate, 0.5, 1e-3f, 0.1f, 0.75, centered: true, epsilonInsideRoot: true)),
        ("plain", "Adagrad", new() { Epsilon = 1e-10f }, p => new Adagrad(p, Rate, epsilon: 1e-10f)),
        ("falling rate", "Adagrad", new() { RateDecay = 0.5f, Decay = 0.1f, Epsilon = 1e-3f, EpsilonInside = 1 }, p => new Adagrad(p, Rate, 0.5, 0.1f, epsilon: 1e-3f, epsilonInsideRoot: true)),
        ("decay", "Adadelta", new() { Beta1 = 0.9f, Epsilon = 1e-6f, Decay = 0.1f }, p => new Adadelta(p, Rate, 0.9f, 1e-6f, 0.1f)),
    ];

    private static IEnumerable<TestCaseData> Cases =>
        from type in KernelTypes.Floats
        from optimizer in Enumerable.Range(0, Optimizers.Length)
        select new TestCaseData(type, optimizer).SetArgDisplayNames(type, $"{Optimizers[optimizer].Rule}, {Optimizers[optimizer].Name}");

    [TestCaseSource(nameof(Cases))]
    public void Steps_over_many_tensors_are_those_of_the_optimiser(string type, int index)
    {
        var (_, rule, numbers, make) = Optimizers[index];
        using var bench = new KernelBench();
        var set = new Set(bench, type, Sizes, numbers);
        var parameters = set.Weights.Select((values, k) => new Parameter(Tensor.From(values), $"w{k}")).ToArray();
        var optimizer = make(parameters);
        double[] most = new double[Sizes.Length];
        for (int step = 1; step <= 3; step++)
        {
            set.SetGradients(step);
            set.Step(rule, step);
            for (int k = 0; k < Sizes.Length; k++) parameters[k].Grad = Tensor.From(set.Gradients[k]);
            double[][] before = [.. parameters.Select(parameter => parameter.Value.ToArray<double>())];
            optimizer.Step();
            for (int k = 0; k < Sizes.Length; k++)
            {
                double[] expected = parameters[k].Value.ToArray<double>();
                // What a step adds is made in some 32 roundings, of which centring at α = ½ doubles none; the weight is rounded once or twice.
                most[k] += (expected.Zip(before[k], (w, old) => Math.Abs(w - old)).Max() * 32 * F32) + (4 * F32);
                double tolerance = most[k];
                double[] actual = bench.Download("f32", set.Tensors[k].Weights, Sizes[k]);
                KernelBench.Close(actual, expected, _ => tolerance, $"tensor {k} after step {step}");
                Assert.That(bench.Download(type, set.Tensors[k].Copy, Sizes[k]), Is.EqualTo(KernelBench.Rounded(type, actual)), "the copy is the weights, rounded");
            }
        }
    }

    [Test]
    public void Norm_and_bound_of_all_gradients_match_f64_and_scale_the_step([ValueSource(typeof(KernelTypes), nameof(KernelTypes.Floats))] string type, [Values(0, 0.5f, 1000)] float bound)
    {
        const float Scale = 0.125f;
        using var bench = new KernelBench();
        var set = new Set(bench, type, Sizes, new());
        set.SetGradients(1);
        double[] control = set.Norm(Scale, bound), before = bench.Download("f32", set.Tensors[3].Weights, Sizes[3]);
        double norm = Scale * Math.Sqrt(set.Gradients.Sum(values => values.Sum(v => v * v))), factor = Scale * (bound > 0 ? Math.Min(1, bound / (norm + 1e-6)) : 1);
        // A sum of squares of which each thread adds 32 and the rest is a tree: 32 + 20 roundings, halved by the root.
        Assert.That(control[0], Is.EqualTo(norm).Within(norm * 30 * F32));
        Assert.That(control[1], Is.EqualTo(factor).Within(factor * 32 * F32));
        Assert.That(control[2], Is.Zero);
        Assert.That(set.Norm(Scale, bound), Is.EqualTo(control), "the order of sums is fixed");
        set.Step("Sgd", 1, controlled: true);
        KernelBench.Close(bench.Download("f32", set.Tensors[3].Weights, Sizes[3]), [.. before.Select((w, i) => w - (Rate * factor * set.Gradients[3][i]))], _ => 2 * F32, "weights after a bounded step");
    }

    [TestCase(double.PositiveInfinity)]
    [TestCase(double.NegativeInfinity)]
    [TestCase(double.NaN)]
    public void A_gradient_that_is_not_finite_is_found_wherever_it_is_and_the_step_left_out(double bad)
    {
        foreach (string type in KernelTypes.Floats)
            foreach (var (tensor, element) in new[] { (0, 0), (3, OptimizerKernels.ChunkSize - 1), (4, OptimizerKernels.ChunkSize + 12), (4, 5) })
            {
                using var bench = new KernelBench();
                var set = new Set(bench, type, Sizes, Adam(0));
                set.SetGradients(1);
                set.Gradients[tensor][element] = bad;
                set.SendGradients();
                double[] before = bench.Download("f32", set.Tensors[4].Weights, Sizes[4]);
                Assert.That(set.Norm(1, 0)[2], Is.EqualTo(1));
                Assert.That(set.MadeSteps, Is.Zero);
                set.Step("Adam", 1, controlled: true);
                Assert.That(bench.Download("f32", set.Tensors[4].Weights, Sizes[4]), Is.EqualTo(before));
                set.SetGradients(2);
                Assert.That(set.Norm(1, 0)[2], Is.Zero);
                Assert.That(set.MadeSteps, Is.EqualTo(1));
            }
    }

    [Test]
    public void Averages_follow_the_weights_as_those_of_the_library()
    {
        using var bench = new KernelBench();
        var set = new Set(bench, "f32", Sizes, new());
        var parameters = set.Weights.Select((values, k) => new Parameter(Tensor.From(values), $"w{k}")).ToArray();
        var average = new ExponentialMovingAverage(parameters, 0.75);
        for (int update = 0; update < 3; update++)
        {
            average.Update();
            set.Run("average_step", "Sgd", bench.Upload("f32", [(double)update]), 0.75f);
            for (int k = 0; k < Sizes.Length; k++)
            {
                KernelBench.Close(bench.Download("f32", set.Tensors[k].Slot0, Sizes[k]), average.Averages[k].ToArray<double>(), _ => 4 * F32, $"average {k} after {update}");
                double[] next = KernelBench.Random("f32", Sizes[k], 100 + update);
                parameters[k].Assign(Tensor.From(next));
                bench.Device.CopyToDevice<float>(set.Tensors[k].Weights, Array.ConvertAll(next, v => (float)v));
            }
        }
    }

    [Test]
    public void A_step_takes_single_elements_if_any_of_its_pointers_is_not_aligned([Range(0, 5)] int which)
    {
        using var bench = new KernelBench();
        var (_, rule, numbers, make) = Optimizers.Single(one => one is ("all", "RmsProp", _, _));
        var set = new Set(bench, "f32", [64], numbers, shift: (_, pointer) => pointer == which ? 1 : 0);
        var parameter = new Parameter(Tensor.From(set.Weights[0]), "w");
        var optimizer = make([parameter]);
        set.SetGradients(1);
        set.Step(rule, 1);
        parameter.Grad = Tensor.From(set.Gradients[0]);
        optimizer.Step();
        KernelBench.Close(bench.Download("f32", set.Tensors[0].Weights, 64), parameter.Value.ToArray<double>(), _ => 64 * F32, $"pointer {which} one element behind a boundary of 16 bytes");
    }

    [Test]
    public void Slots_that_a_form_of_a_rule_does_not_need_may_be_missing([Values(1, 64, 67)] int size)
    {
        using var bench = new KernelBench();
        var (_, rule, numbers, make) = Optimizers.Single(one => one is ("plain", "RmsProp", _, _));
        var set = new Set(bench, "f32", [size], numbers, bare: true);
        var parameter = new Parameter(Tensor.From(set.Weights[0]), "w");
        var optimizer = make([parameter]);
        set.SetGradients(1);
        set.Step(rule, 1);
        parameter.Grad = Tensor.From(set.Gradients[0]);
        optimizer.Step();
        KernelBench.Close(bench.Download("f32", set.Tensors[0].Weights, size), parameter.Value.ToArray<double>(), _ => 64 * F32, "a step with one slot of three and no copy");
    }

    [Test]
    public void A_step_touches_each_byte_once_in_whole_sectors_and_vectors([ValueSource(typeof(KernelTypes), nameof(KernelTypes.Floats))] string type)
    {
        using var bench = new KernelBench();
        int n = 4 * OptimizerKernels.ChunkSize, size = KernelBench.SizeOf(type);
        var set = new Set(bench, type, [n], Adam(0.1f), shift: static (_, _) => 0);
        set.SetGradients(1);
        var counters = set.Step("Adam", 1).Counters;
        Assert.That(counters.CoalescingPercent, Is.GreaterThanOrEqualTo(95));
        Assert.That(counters.GlobalBytesWritten, Is.EqualTo(n * (12L + size)));
        // Each thread besides reads the chunk, the tensor's entry, rate and step.
        Assert.That(counters.GlobalBytesRead, Is.InRange(n * (12L + size), n * (12L + size) + (4 * 256 * 96)));
        var wide = counters.Profile().Where(line => line.Sectors > 0 && line.Threads >= n / 8).Select(line => line.Instruction).ToArray();
        Assert.That(wide.Count(instruction => instruction.Contains(".v4.", StringComparison.Ordinal)), Is.EqualTo(size == 4 ? 8 : 6));
        Assert.That(wide, Has.Length.EqualTo(8), "and four elements of 16 bits in 8 bytes");
    }

    private static OptimizerArguments Adam(float decay) =>
        new() { Beta1 = 0.9f, Beta2 = 0.999f, LogBeta1 = (float)Math.Log(0.9f), LogBeta2 = (float)Math.Log(0.999f), Epsilon = 1e-8f, Decay = decay };

    private static CudaDevicePointer Pointer(DevicePointer pointer) => new((nint)pointer.Address);

    private sealed record Entry(DevicePointer Weights, DevicePointer Gradient, DevicePointer Slot0, DevicePointer Slot1, DevicePointer Slot2, DevicePointer Copy, long Size)
    {
        public OptimizerTensor Native => new()
        {
            Weights = Pointer(Weights),
            Gradient = Pointer(Gradient),
            Slot0 = Pointer(Slot0),
            Slot1 = Pointer(Slot1),
            Slot2 = Pointer(Slot2),
            Copy = Pointer(Copy),
            Size = Size,
        };
    }

    /// <summary>Tensors of given sizes with lists of them on the device; the third is not aligned unless <c>shift</c> says by how many elements which tensor's pointer is moved. <c>bare</c> has the first slot only.</summary>
    private sealed class Set
    {
        private readonly KernelBench _bench;
        private readonly string _type;
        private readonly OptimizerArguments _arguments;
        private readonly int _chunks;
        private readonly DevicePointer _control, _steps;

        public Set(KernelBench bench, string type, int[] sizes, OptimizerArguments numbers, Func<int, int, int>? shift = null, bool bare = false)
        {
            (_bench, _type) = (bench, type);
            Weights = [.. sizes.Select((size, k) => KernelBench.Random("f32", size, 10 + k))];
            Gradients = [.. sizes.Select(size => new double[size])];
            Tensors = [.. sizes.Select((size, k) => new Entry(Make(k, 0, Weights[k]), Make(k, 1, new double[size], type), Make(k, 2, new double[size]), Make(k, 3, new double[size]), Make(k, 4, new double[size]), Make(k, 5, new double[size], type), size))];
            int[] chunks = OptimizerKernels.Chunks(sizes.Select(size => (long)size));
            _chunks = chunks.Length / 2;
            _control = bench.Output("f32", 3);
            _steps = bench.Upload("f32", [0.0]);
            _arguments = numbers with { Tensors = Pointer(bench.Upload(Tensors.Select(tensor => bare ? tensor.Native with { Slot1 = default, Slot2 = default, Copy = default } : tensor.Native).ToArray())), Chunks = Pointer(bench.Upload(chunks)), Rate = Pointer(bench.Upload("f32", [Rate])) };

            DevicePointer Make(int k, int which, double[] values, string kind = "f32")
            {
                int before = shift is null ? (k == 2 ? 1 : 0) : shift(k, which);
                var pointer = bench.Output(kind, values.Length + before) + (before * KernelBench.SizeOf(kind));
                Send(kind, pointer, values);
                return pointer;
            }
        }

        public double[][] Weights { get; }

        public double[][] Gradients { get; }

        public Entry[] Tensors { get; }

        public double MadeSteps => _bench.Download("f32", _steps, 1)[0];

        public void SetGradients(int seed)
        {
            for (int k = 0; k < Gradients.Length; k++) Gradients[k] = KernelBench.Random(_type, Gradients[k].Length, (100 * seed) + k);
            SendGradients();
        }

        public void SendGradients()
        {
            for (int k = 0; k < Gradients.Length; k++) Send(_type, Tensors[k].Gradient, Gradients[k]);
        }

        public double[] Norm(float scale, float bound)
        {
            var partial = _bench.Output("f32", 2 * _chunks);
            Run("gradient_norm", "Sgd", partial, scale);
            _bench.Run(OptimizerKernels.Spec(_type), "gradient_join", 1, 256, partial, _control, _steps, _chunks, scale, bound);
            return _bench.Download("f32", _control, 3);
        }

        public LaunchResult Step(string rule, int step, bool controlled = false) => Launch("optimizer_step", rule, _arguments with
        {
            Step = Pointer(_bench.Upload("f32", [(double)step])),
            Control = controlled ? Pointer(_control) : default,
        });

        public void Run(string entry, string rule, params KernelArgument[] more) => Launch(entry, rule, _arguments, more);

        private LaunchResult Launch(string entry, string rule, OptimizerArguments arguments, params KernelArgument[] more) =>
            _bench.Run(OptimizerKernels.Spec(_type, rule), entry, _chunks, 256, [KernelArgument.Structure(arguments), .. more]);

        private void Send(string type, DevicePointer target, double[] values)
        {
            var source = _bench.Upload(type, values);
            _bench.Device.CopyOnDevice(target, source, (long)values.Length * KernelBench.SizeOf(type));
        }
    }
}
