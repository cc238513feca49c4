using CudaNet.Cuda.Kernels;

namespace CudaNet.Cuda.Execution;

/// <summary>Sorting.</summary>
internal static class SortingSteps
{
    /// <summary>Sorts rows of keys and places by the low bits of the keys; equal keys keep their order.</summary>
    /// <param name="step">The step.</param>
    /// <param name="keyBytes">4 or 8.</param>
    /// <param name="keys">[rows, n], overwritten.</param>
    /// <param name="places">[rows, n] of 32 bits, overwritten.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="n">Keys of a row.</param>
    /// <param name="bits">Low bits that may differ.</param>
    /// <returns>Where keys and places are now.</returns>
    public static (StepArgument Keys, StepArgument Places) Sort(StepBuilder step, int keyBytes, StepArgument keys, StepArgument places, long rows, long n, int bits)
    {
        var (otherKeys, otherPlaces) = (step.Scratch(rows * n * keyBytes), step.Scratch(rows * n * sizeof(int)));
        var counts = step.Scratch(RadixKernels.Counts(rows, n) * sizeof(uint));
        for (var shift = 0; shift < bits; shift += 8)
        {
            step.Launch(RadixKernels.Count(keyBytes, rows, n), keys, counts, (int)n, shift);
            step.Launch(RadixKernels.Scan(keyBytes, rows), counts, (int)RadixKernels.Counts(1, n));
            step.Launch(RadixKernels.Move(keyBytes, rows, n), keys, places, otherKeys, otherPlaces, counts, (int)n, shift);
            (keys, otherKeys, places, otherPlaces) = (otherKeys, keys, otherPlaces, places);
        }
        return (keys, places);
    }
}
