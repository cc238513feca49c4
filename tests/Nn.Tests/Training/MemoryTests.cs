using System.Diagnostics;
using CudaNet.Execution;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Tests.Training;

/// <summary>Training without any Dispose must not grow: neither the pool nor the process.</summary>
[TestFixture, NonParallelizable]
internal sealed class MemoryTests
{
    [TestCase(true), TestCase(false)]
    public void Ten_thousand_steps_keep_memory_flat_after_the_hundredth(bool compiled)
    {
        var random = new RandomStream(1);
        var model = new Sequential(new Linear(32, 16, random: random), new ReLU(), new Linear(16, 4, random: random));
        var optimizer = new Adam(model.Parameters(), 1e-3);
        Tensor Step(Tensor x, Tensor y)
        {
            var loss = Loss.CrossEntropy(model.Forward(x), y);
            optimizer.ZeroGrad();
            loss.Backward();
            optimizer.Step();
            return loss;
        }
        Func<Tensor, Tensor, Tensor> step = compiled ? Compiled.Of(Step) : Step;
        var values = new float[8 * 32];
        var pool = Device.Cpu.Backend.Memory;
        long held = 0, process = 0;
        double loss = 0;
        for (var i = 1; i <= 10_000; i++)
        {
            for (var k = 0; k < values.Length; k++) values[k] = (i * 31 + k * 17) % 64 / 32f - 1;
            var result = step(Tensor.From(values, [8, 32]), Tensor.From(0L, 1, 2, 3, 0, 1, 2, 3));
            if (i % 50 == 0) loss = result.Item();
            // Code is compiled and pools are filled in the first hundred steps.
            if (i == 100) (held, process) = (pool.HeldBytes, Process());
        }
        Assert.That(loss, Is.LessThan(5), "it trained");
        Assert.That((pool.HeldBytes - held) / 1024.0, Is.LessThan(16 * 1024), "KiB that the pool grew by");
        Assert.That((Process() - process) / (1024.0 * 1024), Is.LessThan(40), "MiB that the process grew by");
    }

    private static long Process()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        using var self = System.Diagnostics.Process.GetCurrentProcess();
        return self.WorkingSet64;
    }
}
