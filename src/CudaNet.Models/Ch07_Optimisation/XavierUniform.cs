using System.Runtime.CompilerServices;
using CudaNet.Models.Systems;
using CudaNet.Nn.Initializers;

namespace CudaNet.Models.Ch07_Optimisation;

/// <summary>Both fans, uniform.</summary>
internal sealed class XavierUniform() : InitSystem("07.xavier-uniform", "Xavier's uniform initialisation: within ±√6/√(n_in + n_out)", "±√6/√(n_in + n_out).", (s, r) => Init.XavierUniform(s, r), 0.0026042)
{
    protected override IEnumerable<Figure> Extra(SystemContext context, Tensor[] draws)
    {
        yield return Figure.Equal("greatest of a million draws: the bound", draws.Max(w => w.Abs().Max().Item()), 0.0883883, 1e-6);
    }
}
