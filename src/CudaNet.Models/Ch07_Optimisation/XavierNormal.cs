using System.Runtime.CompilerServices;
using CudaNet.Models.Systems;
using CudaNet.Nn.Initializers;

namespace CudaNet.Models.Ch07_Optimisation;

/// <summary>Both fans.</summary>
internal sealed class XavierNormal() : InitSystem("07.xavier-normal", "Xavier's normal initialisation: variance 2/(n_in + n_out)", "Var = 2/(n_in + n_out).", (s, r) => Init.XavierNormal(s, r), 0.0026042);
