namespace CudaNet.Tests.Execution;

/// <summary>Sampled images as launches; their values are the catalogue's to check.</summary>
[NonParallelizable]
public sealed class ResamplingStepsTests
{
    [Test]
    public void A_batch_of_bytes_is_moved_and_normalised_in_one_launch()
    {
        using var run = new VirtualRun();
        byte[] pixels = [.. Enumerable.Range(0, 4 * 3 * 10 * 11).Select(i => (byte)(i * 37))];
        Tensor On(Device device)
        {
            Tensor x = Tensor.From(pixels, [4, 3, 10, 11], device).Realize(), maps = Tensor.From([.. Enumerable.Range(0, 24).Select(i => (float)Math.Sin(i) + (i % 6 == 2 ? 4 : 0))], [4, 6], device).Realize();
            Tensor scale = Tensor.From([0.01f, 0.02f, 0.03f], [3], device).Realize(), shift = Tensor.From([1f, 2, 3], [3], device).Realize();
            var before = run.Launches;
            var y = x.AffineSample(maps, 12, 9, scale, shift).Realize();
            if (device == run.Device) Assert.That(run.Launches - before, Is.EqualTo(1));
            return y;
        }

        // Places up to 20 are rounded to 2⁻²⁴ of that, between pixels that differ by up to 8.
        Assert.That(On(run.Device).ToArray<float>(), Is.EqualTo(On(Device.Cpu).ToArray<float>()).Within(4e-5));
    }
}
