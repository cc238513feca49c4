using System.Text;
using static CudaNet.Tests.ConformanceSuite;

namespace CudaNet.Tests;

/// <summary>Runs ONNX's own test data and prints what passed, failed and is not supported, by operator.</summary>
public sealed class ConformanceTests
{
    /// <summary>What does not pass, and why. Names are matched from the beginning.</summary>
    private static readonly (string Case, string Reason)[] Known =
    [
        ("test_adagrad", "steps of optimisers are CudaNet's own"), ("test_adam", "steps of optimisers are CudaNet's own"), ("test_momentum", "steps of optimisers are CudaNet's own"),
        ("test_nesterov_momentum", "steps of optimisers are CudaNet's own"), ("test_gradient_of", "gradients are CudaNet's own"),
        ("test_bernoulli", "random numbers are those of another generator"), ("test_training_dropout", "random numbers are those of another generator"),
        ("test_cast_FLOAT_to_STRING", "strings"), ("test_cast_STRING", "strings"), ("test_castlike_FLOAT_to_STRING", "strings"), ("test_castlike_STRING", "strings"),
        ("test_strnorm", "strings"), ("test_tfidfvectorizer", "counts of n-grams are the business of a tokenizer"),
        ("test_resize_downsample_scales_cubic_align_corners", "the data stem from a reference that was put right later: it divides by a size before rounding"),
        ("test_resize_downsample_scales_linear_align_corners", "the data stem from a reference that was put right later: it divides by a size before rounding"),
        ("test_cast_FLOAT_to_BFLOAT16", "the data cut digits off, where the standard now rounds"), ("test_castlike_FLOAT_to_BFLOAT16", "its input has another shape than its model says"),
        ("test_castlike_BFLOAT16_to_FLOAT", "its input has another shape than its model says"),
        ("test_melweightmatrix", "not done"), ("test_roialign", "not done"),
        ("test_optional_get_element", "optionals as inputs of a model"), ("test_optional_has_element", "optionals as inputs of a model"),
    ];

    [TestCase("node", 0.85)]
    [TestCase("pytorch-converted", 0.95)]
    [TestCase("pytorch-operator", 0.9)]
    [TestCase("simple", 0.6)]
    public void Most_of_the_conformance_data_pass_and_none_crashes(string kind, double share)
    {
        Result[] results = [.. Cases(kind).Select(Run)];
        TestContext.Out.WriteLine(Report(kind, results));
        Assert.Multiple(() =>
        {
            Assert.That(results.Where(result => result.Outcome == Outcome.Crashed).Select(result => $"{result.Case}: {result.Reason}"), Is.Empty);
            Assert.That(results.Where(result => result.Outcome != Outcome.Passed && ReasonOf(result) is null).Select(result => $"{result.Case}: {result.Reason}"), Is.Empty);
            Assert.That(results.Count(result => result.Outcome == Outcome.Passed), Is.GreaterThanOrEqualTo(share * results.Length));
        });
    }

    private static string? ReasonOf(Result result) => Known.FirstOrDefault(known => result.Case.StartsWith(known.Case, StringComparison.Ordinal)).Reason;

    private static string Report(string kind, Result[] results)
    {
        var text = new StringBuilder();
        int Count(Outcome outcome) => results.Count(result => result.Outcome == outcome);
        text.AppendLine($"{kind}: {results.Length} cases, {Count(Outcome.Passed)} passed ({100.0 * Count(Outcome.Passed) / results.Length:F1} %), {Count(Outcome.Failed)} failed, {Count(Outcome.Unsupported)} unsupported, {Count(Outcome.Crashed)} crashed");
        foreach (var group in results.GroupBy(result => result.Operator).OrderBy(group => group.Key, StringComparer.Ordinal))
            text.AppendLine($"  {group.Key,-28} {group.Count(result => result.Outcome == Outcome.Passed),4} of {group.Count()}");
        foreach (var result in results.Where(result => result.Outcome != Outcome.Passed))
            text.AppendLine($"  {result.Outcome} {result.Case} ({ReasonOf(result)}): {result.Reason.Split('\n')[0]}");
        return text.ToString();
    }
}
