namespace CudaNet.Cpu.Elementwise;

/// <summary>How an elementwise program is used.</summary>
/// <param name="ByRows">Ranges are parts of rows of the last axis, as tiles of a product are: that axis is never joined with others.</param>
/// <param name="WideInput">The first input is in memory in the compute type (float for half types), not in its element type.</param>
/// <param name="WideOutput">Outputs are written in the compute type.</param>
internal readonly record struct RunnerOptions(bool ByRows = false, bool WideInput = false, bool WideOutput = false);
