using CudaNet.Models.Mnist;
using CudaNet.Nn.Data;

namespace CudaNet.Tests.Mnist;

/// <summary>The same training on the CPU and on the virtual CUDA device.</summary>
[NonParallelizable]
public sealed class VirtualDeviceTests
{
    [TestCase("mlp", 2), TestCase("cnn", 1)]
    public void A_CUDA_device_learns_as_the_CPU_does(string model, int epochs)
    {
        var options = new MnistOptions { Model = model, Epochs = epochs, BatchSize = 16, Limit = 48, Shift = 0 };
        double[] cpu = Losses(Device.Cpu, options), cuda = Losses(Device.Virtual, options);
        Assert.That(cpu, Has.Length.EqualTo(3 * epochs));
        // Sums are taken in another order: 1e-4 of the loss is what that may make after a few steps.
        Assert.That(cuda, Is.EqualTo(cpu).Within(0.01).Percent);
    }

    private static double[] Losses(Device device, MnistOptions options)
    {
        var before = Device.Default;
        Device.Default = device;
        try
        {
            var losses = new List<double>();
            var seen = 0.0;
            var training = new MnistTraining(options, onBatch: progress =>
            {
                // The mean so far, turned back into the loss of the batch.
                var sum = progress.Loss * progress.Batch;
                losses.Add(progress.Batch == 1 ? sum : sum - seen);
                seen = sum;
            });
            training.Trainer.Fit(new DataLoader(new ImageDataset(training.Data.Train).Take(options.Limit!.Value), options.BatchSize!.Value), epochs: options.Epochs!.Value);
            return [.. losses];
        }
        finally
        {
            Device.Default = before;
        }
    }
}
