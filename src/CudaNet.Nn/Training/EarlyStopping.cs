namespace CudaNet.Nn.Training;

/// <summary>Ends training when the test loss has not got better for some epochs.</summary>
/// <param name="Patience">Epochs without progress that are allowed.</param>
/// <param name="LeastProgress">How much smaller a loss must be to count as better.</param>
/// <param name="RestoreBest">True gives the model the weights of its best epoch at the end.</param>
public sealed record EarlyStopping(int Patience, double LeastProgress = 0, bool RestoreBest = true);
