namespace CudaNet.Cpu.Recurrence;

/// <summary>Sizes of a run over a sequence.</summary>
/// <param name="Steps">How many.</param>
/// <param name="Batch">Sequences side by side.</param>
/// <param name="Units">Units of the state.</param>
/// <param name="Products">Products a unit and step: one for each gate, or one for a gradient.</param>
/// <param name="Segments">What is multiplied has so many values a unit.</param>
/// <param name="FromEnd">True when steps run from the last time to the first.</param>
internal readonly record struct SequenceShape(int Steps, int Batch, int Units, int Products, int Segments, bool FromEnd)
{
    /// <summary>Length of the sums.</summary>
    public int Depth => Segments * Units;

    /// <summary>Time of a step.</summary>
    public int Time(int step) => FromEnd ? Steps - 1 - step : step;
}
