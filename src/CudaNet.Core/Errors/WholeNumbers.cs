namespace CudaNet;

/// <summary>Errors of integer arithmetic, worded once for all devices.</summary>
public static class WholeNumbers
{
    /// <summary>An integer was divided by 0.</summary>
    /// <param name="step">The step in which.</param>
    public static DivideByZeroException DividedByZero(string step) =>
        new($"{step}: an integer is divided by 0, which has no value. Mask such elements by Where, or convert to a floating type.");
}
