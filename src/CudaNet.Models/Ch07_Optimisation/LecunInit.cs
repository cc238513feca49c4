using System.Runtime.CompilerServices;
using CudaNet.Models.Systems;
using CudaNet.Nn.Initializers;

namespace CudaNet.Models.Ch07_Optimisation;

/// <summary>Fan-in alone, which the notes call Xavier's normal form.</summary>
internal sealed class LecunInit() : InitSystem("07.lecun-init", "LeCun's initialisation: variance 1/n_in", "Var = 1/n_in.", (s, r) => Init.LecunNormal(s, r), 1.0 / 256);
