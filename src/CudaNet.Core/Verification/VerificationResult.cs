namespace CudaNet.Verification;

/// <summary>One check of an op.</summary>
/// <param name="Op">Its name.</param>
/// <param name="Sample">The sample's (or refusal's) name.</param>
/// <param name="Device">Where it ran.</param>
/// <param name="DType">Type under test; null for refusals.</param>
/// <param name="Kind">What was checked.</param>
/// <param name="MaxAbsolute">Greatest absolute difference.</param>
/// <param name="MaxRelative">Greatest relative difference beyond the absolute tolerance.</param>
/// <param name="Tolerance">What was allowed.</param>
/// <param name="Passed">Whether it is within the tolerance.</param>
/// <param name="Message">What is wrong; empty if nothing is.</param>
public sealed record VerificationResult(string Op, string Sample, Device Device, DType? DType, VerificationKind Kind,
    double MaxAbsolute, double MaxRelative, Tolerance Tolerance, bool Passed, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Op} \"{Sample}\"{(DType is { } type ? " " + type.ShortName() : "")} {Kind}: {(Passed ? "ok" : Message)}";
}
