using System.Runtime.CompilerServices;
using CudaNet.Models.Systems;
using CudaNet.Nn.Initializers;

namespace CudaNet.Models.Ch07_Optimisation;

/// <summary>Observation 7: the notes call it a variant by the arithmetic mean, which it is not.</summary>
internal sealed class FanSumInit() : InitSystem("07.fan-sum-init", "The variant with 1 in the numerator: variance 1/(n_in + n_out)", "Var = 1/(n_in + n_out).", (s, r) => Init.FanSumNormal(s, r), 1.0 / 768);
