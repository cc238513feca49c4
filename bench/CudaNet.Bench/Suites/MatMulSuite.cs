using CudaNet.Bench.Measuring;
using CudaNet.Cpu.Gemm;
using TorchSharp;

namespace CudaNet.Bench.Suites;

/// <summary>C = A·B in f32: squares, transposed operands, and the skinny shapes of decoding and of a batch through a layer.</summary>
internal static class MatMulSuite
{
    internal static readonly Suite Suite = new("matmul", "matrix products in f32",
    [
        () => Create(128, 128, 128),
        () => Create(256, 256, 256),
        () => Create(512, 512, 512),
        () => Create(1024, 1024, 1024),
        () => Create(2048, 2048, 2048),
        () => Create(4096, 4096, 4096),
        () => Create(512, 512, 512, transposeRight: true),
        () => Create(1024, 1024, 1024, transposeRight: true),
        () => Create(1024, 1024, 1024, transposeLeft: true),
        () => Create(64, 128, 784, transposeRight: true),
        () => Create(64, 10, 128, transposeRight: true),
        () => Create(128, 784, 64, transposeLeft: true),
        () => Create(1, 4096, 1024),
        () => Create(1, 1024, 4096, transposeRight: true),
        () => Create(8, 4096, 1024),
        () => Create(4096, 8, 1024),
        () => Batched(64, 128, 128, 64),
    ]);

    private static Workload Batched(int batch, int m, int n, int k) =>
        Sides.Create($"{batch} times {m}x{n}x{k}", 2.0 * batch * m * n * k, 4.0 * batch * ((double)m * k + (double)k * n + (double)m * n),
            [(Inputs.Normal((long)batch * m * k, seed: 1), [batch, m, k]), (Inputs.Normal((long)batch * k * n, seed: 2), [batch, k, n])],
            x => x[0].MatMul(x[1]), x => x[0].bmm(x[1]), tolerance: 1e-4);

    /// <param name="m">Rows of C.</param>
    /// <param name="n">Columns of C.</param>
    /// <param name="k">Inner size.</param>
    /// <param name="transposeLeft">A is stored [k, m].</param>
    /// <param name="transposeRight">B is stored [n, k].</param>
    private static unsafe Workload Create(int m, int n, int k, bool transposeLeft = false, bool transposeRight = false)
    {
        var a = Inputs.Normal((long)m * k, seed: 1);
        var b = Inputs.Normal((long)k * n, seed: 2);
        var storedA = transposeLeft ? Inputs.ToTorch(a, k, m) : Inputs.ToTorch(a, m, k);
        var storedB = transposeRight ? Inputs.ToTorch(b, n, k) : Inputs.ToTorch(b, k, n);
        var peerA = transposeLeft ? storedA.t() : storedA;
        var peerB = transposeRight ? storedB.t() : storedB;
        var peerC = torch.zeros(m, n);
        // Into an output that is already there: beta = 0 overwrites, so neither allocation nor addition is timed.
        void Peer() => peerC.addmm_(peerA, peerB, beta: 0, alpha: 1);

        var shape = GemmShape.RowMajor(m, n, k, transposeLeft, transposeRight);
        NativeFloats ourA = new(a), ourB = new(b), ourC = new((long)m * n), blasC = new((long)m * n);
        void Ours() => MatrixProduct.Run(shape, ourA.Pointer, ourB.Pointer, ourC.Pointer);

        // ONNX Runtime multiplies plain matrices; its transposition is another node.
        var runtime = transposeLeft || transposeRight ? null : new OnnxPeer("MatMul", [], [(a, [m, k]), (b, [k, n])], constants: 0, [m, n]);
        List<(string, Action)> others = [];
        if (runtime is not null)
            others.Add((OnnxPeer.Name, runtime.Run));
        if (OpenBlas.Product(m, n, k, transposeLeft, transposeRight, ourA.Pointer, ourB.Pointer, blasC.Pointer) is { } blas)
            others.Add(("OpenBLAS", blas));

        return new Workload
        {
            Name = $"{m}x{n}x{k}{(transposeLeft ? " At" : "")}{(transposeRight ? " Bt" : "")}",
            Flops = 2.0 * m * n * k,
            Bytes = 4.0 * ((double)m * k + (double)k * n + (double)m * n),
            Ours = Ours,
            Peer = Peer,
            Others = others,
            Disagreement = () =>
            {
                Ours();
                Peer();
                foreach (var (_, run) in others)
                    run();
                var worst = Statistics.Disagreement(ourC.Span, Inputs.FromTorch(peerC));
                if (runtime is not null)
                    worst = Math.Max(worst, Statistics.Disagreement(ourC.Span, runtime.Result));
                return OpenBlas.Version is null ? worst : Math.Max(worst, Statistics.Disagreement(ourC.Span, blasC.Span));
            },
            Release = () =>
            {
                ourA.Dispose();
                ourB.Dispose();
                ourC.Dispose();
                blasC.Dispose();
                runtime?.Dispose();
                foreach (var tensor in new[] { peerA, peerB, storedA, storedB, peerC })
                    tensor.Dispose();
            },
        };
    }
}
