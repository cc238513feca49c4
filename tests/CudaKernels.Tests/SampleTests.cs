using System.Text.RegularExpressions;

namespace CudaNet.Tests;

/// <summary>What the catalogue says of its kernels is held on the virtual GPU.</summary>
public sealed partial class SampleTests
{
    private static IEnumerable<TestCaseData> Samples =>
        from family in KernelCatalogue.All
        from sample in family.Samples
        select new TestCaseData(sample).SetArgDisplayNames($"{sample.Launch.Spec}, {sample.Launch.Entry}, {sample.Launch.Grid}");

    [TestCaseSource(nameof(Samples))]
    public void A_sample_runs_without_a_finding_and_moves_no_more_than_it_must(KernelSample sample)
    {
        using var bench = new KernelBench();
        var result = bench.Run(sample);
        if (sample.MinimalBytes > 0)
            Assert.That(result.Counters.GlobalBytesWritten, Is.LessThanOrEqualTo(1.05 * sample.Buffers.Where(buffer => buffer.Fill == SampleFill.Unwritten).Sum(buffer => buffer.Bytes)), "bytes written");
    }

    [Test]
    public void Every_kernel_has_a_sample()
    {
        foreach (var family in KernelCatalogue.All)
        {
            var entries = family.Ahead.SelectMany(spec => Entries().Matches(KernelSources.Ptx(spec)!)).Select(match => match.Groups[1].Value).Distinct();
            Assert.That(family.Samples.Select(sample => sample.Launch.Entry).Distinct(), Is.EquivalentTo(entries), family.Source);
        }
    }

    [GeneratedRegex(@"\.entry\s+(\w+)")]
    private static partial Regex Entries();
}
