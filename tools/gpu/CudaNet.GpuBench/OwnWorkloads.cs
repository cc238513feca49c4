using System.Text;
using CudaNet.Cuda.Driver;
using CudaNet.Cuda.Execution;
using CudaNet.Cuda.Kernels;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;

namespace CudaNet.GpuBench;

/// <summary>What we measure of our own, through the whole engine, except attention, which is launched by itself.</summary>
internal static class OwnWorkloads
{
    public static IEnumerable<Workload> All(CudaBackend backend, bool tiny)
    {
        foreach (var n in tiny ? [64] : new[] { 1024, 2048, 4096, 8192 }) yield return Product(DType.BFloat16, n);
        foreach (var n in tiny ? [64] : new[] { 1024, 2048, 4096 }) yield return Product(DType.Float32, n);
        var (rows, columns) = tiny ? (8, 128) : (16384, 4096);
        foreach (var type in new[] { DType.Float32, DType.BFloat16 })
        {
            double bytes = 2.0 * rows * columns * type.Size();
            yield return Of($"softmax {type.ShortName()} {rows}x{columns}", [rows, columns], type, x => x.Softmax(-1), 0, bytes);
            yield return Of($"layernorm {type.ShortName()} {rows}x{columns}", [rows, columns], type, x => x.LayerNorm(), 0, bytes);
        }
        var count = tiny ? 1024 : 1 << 26;
        yield return Of($"gelu(x*a+b)+x f32 {count}", [count], DType.Float32, x => (x * 1.5 + 0.5).Gelu() + x, 0, 8.0 * count);
        yield return Of($"sum f32 {count}", [count], DType.Float32, x => x.Sum(), 0, 4.0 * count);
        foreach (var type in new[] { DType.Float32, DType.BFloat16 }) yield return Convolution(type, tiny);
        foreach (var workload in Attention(backend, tiny)) yield return workload;
        yield return MlpStep(tiny);
    }

    private static Workload Of(string name, Shape shape, DType type, Func<Tensor, Tensor> f, double flops, double bytes)
    {
        var x = Tensor.Randn(shape, seed: 1).To(type).Realize();
        var compiled = Compiled.Of(f);
        return new(name, "ours", flops, bytes, () => compiled(x).Dispose());
    }

    private static Workload Product(DType type, int n)
    {
        Tensor a = Tensor.Randn([n, n], seed: 1).To(type).Realize(), b = Tensor.Randn([n, n], seed: 2).To(type).Realize();
        var compiled = Compiled.Of((Tensor x, Tensor y) => x.MatMul(y));
        return new($"matmul {type.ShortName()} {n}", "ours", 2.0 * n * n * n, 3.0 * n * n * type.Size(), () => compiled(a, b).Dispose());
    }

    private static Workload Convolution(DType type, bool tiny)
    {
        var (batch, channels, size) = tiny ? (1, 8, 8) : (32, 64, 56);
        Tensor x = Tensor.Randn([batch, channels, size, size], seed: 1).To(type).Realize(), w = Tensor.Randn([channels, channels, 3, 3], seed: 2).To(type).Realize();
        var compiled = Compiled.Of((Tensor input, Tensor weight) => input.Conv2d(weight, padding: 1));
        return new($"conv3x3 {type.ShortName()} {batch}x{channels}x{size}x{size}", "ours", 18.0 * batch * channels * channels * size * size, 2.0 * batch * channels * size * size * type.Size(), () => compiled(x, w).Dispose());
    }

    private static IEnumerable<Workload> Attention(CudaBackend backend, bool tiny)
    {
        foreach (var size in new[] { 64, 128 })
            foreach (var length in tiny ? [64] : new[] { 1024, 4096, 16384 })
                foreach (var causal in new[] { false, true })
                    yield return Attention(backend, tiny ? 1 : 2048 / size, tiny ? 1 : 16384 / length, length, size, causal);
    }

    private static Workload Attention(CudaBackend backend, int heads, int batch, int length, int size, bool causal)
    {
        var spec = AttentionKernels.Spec("bf16", size);
        var launch = AttentionKernels.Forward(spec, "bf16", size, length, heads, batch);
        var driver = backend.Driver;
        var function = driver.GetFunction(driver.LoadModule(Encoding.UTF8.GetBytes(KernelSources.Ptx(spec)!)), launch.Entry);
        long count = (long)batch * heads * length * size;
        var values = Tensor.Randn([count], seed: 1).To(DType.BFloat16).ToBytes();
        var q = driver.TryAllocate(4 * count * 2);
        for (var k = 0; k < 3; k++) driver.CopyToDevice(q + k * count * 2, values);
        var lse = driver.TryAllocate((long)batch * heads * length * 4);
        var strides = AttentionStrides.HeadsFirst(heads, length, size);
        KernelArgument arguments = KernelArgument.Of(new AttentionArguments
        {
            Q = q,
            K = q + count * 2,
            V = q + 2 * count * 2,
            O = q + 3 * count * 2,
            LogSumExp = lse,
            StrideQ = strides,
            StrideK = strides,
            StrideV = strides,
            StrideO = strides,
            LogSumExpBatch = (long)heads * length,
            LogSumExpHead = length,
            Heads = heads,
            Group = 1,
            LengthQ = length,
            LengthK = length,
            Depth = size,
            Left = -1,
            Right = causal ? 0 : -1,
            Scale = 1 / MathF.Sqrt(size),
        });
        var flops = 4.0 * batch * heads * length * length * size * (causal ? 0.5 : 1);
        return new($"attention bf16 d{size} {(causal ? "causal" : "full")} {length}", "ours", flops, 8.0 * count,
            () => driver.Launch(function, new(launch.Grid, launch.Block) { SharedBytes = launch.SharedBytes }, backend.Stream, [arguments]))
        {
            Release = () =>
            {
                driver.Synchronize();
                driver.Free(q);
                driver.Free(lse);
            },
        };
    }

    private static Workload MlpStep(bool tiny)
    {
        var (batch, hidden) = (64, tiny ? 16 : 128);
        var random = new RandomStream(1);
        var model = new Sequential(new Linear(784, hidden, random: random), new ReLU(), new Linear(hidden, 10, random: random));
        var optimizer = new Adam(model.Parameters(), 1e-3);
        Tensor x = Tensor.Randn([batch, 784], seed: 1).Realize(), y = (Tensor.Arange(0, batch, 1, DType.Int64) % 10).Realize();
        var step = Compiled.Of((Tensor input, Tensor target) =>
        {
            var loss = Loss.CrossEntropy(model.Forward(input), target);
            optimizer.ZeroGrad();
            loss.Backward();
            optimizer.Step();
            return loss;
        });
        return new($"training step mlp 784-{hidden}-10 batch {batch} adam", "ours", 6.0 * batch * (784 * hidden + hidden * 10), 0, () => step(x, y).Dispose());
    }
}
