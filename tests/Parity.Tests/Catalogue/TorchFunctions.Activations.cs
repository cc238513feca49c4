using CudaNet.Ops;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace CudaNet.Tests.Catalogue;

internal static partial class TorchFunctions
{
    private static IEnumerable<FunctionCase> Activations()
    {
        yield return Unary("Celu", "", x => x.Celu(), x => functional.celu(x, 1));
        yield return Unary("Celu", "alpha 2", x => x.Celu(2), x => functional.celu(x, 2));
        yield return Unary("Hardshrink", "", x => x.Hardshrink(), x => functional.hardshrink(x, 0.5), Domain.Any with { Kinks = [-0.5, 0.5] });
        yield return Unary("Hardshrink", "lambda 1", x => x.Hardshrink(1), x => functional.hardshrink(x, 1), Domain.Any with { Kinks = [-1, 1] });
        // TorchSharp 0.107 gives x back from hardtanh; torch defines it as this clamp.
        yield return Unary("Hardtanh", "", x => x.Hardtanh(), x => x.clamp(-1, 1), Domain.Any with { Kinks = [-1, 1] });
        yield return Unary("Hardtanh", "own bounds", x => x.Hardtanh(-2, 0.5), x => x.clamp(-2, 0.5), Domain.Any with { Kinks = [-2, 0.5] });
        yield return Unary("Heaviside", "", x => x.Heaviside(0.5), x => x.heaviside(torch.full([], 0.5, dtype: x.dtype)), Domain.Integers(-1, 1));
        yield return Unary("Mish", "", x => x.Mish(), x => functional.mish(x));
        yield return Of("Prelu", "one slope", [new SampleInput([5, 7], Domain.NonZero), new([1], Domain.Any)], x => x[0].Prelu(x[1]), x => functional.prelu(x[0], x[1]));
        yield return Of("Prelu", "channels", [new SampleInput([4, 3, 5], Domain.NonZero), new([3], Domain.Any)], x => x[0].Prelu(x[1]), x => functional.prelu(x[0], x[1]));
        yield return Unary("Selu", "", x => x.Selu(), x => functional.selu(x), Domain.NonZero);
        yield return Unary("Softmin", "rows", x => x.Softmin(1), x => functional.softmin(x, 1));
        yield return Unary("Softplus", "beta 2", x => x.Softplus(beta: 2), x => functional.softplus(x, 2, 20));
        yield return Unary("Softplus", "beyond the threshold", x => x.Softplus(0.5, 1), x => functional.softplus(x, 0.5, 1), Domain.Any with { Kinks = [2] });
        yield return Unary("Softshrink", "", x => x.Softshrink(), x => functional.softshrink(x, 0.5), Domain.Any with { Kinks = [-0.5, 0.5] });
        yield return Unary("Softshrink", "lambda 1", x => x.Softshrink(1), x => functional.softshrink(x, 1), Domain.Any with { Kinks = [-1, 1] });
        yield return Unary("Tanhshrink", "", x => x.Tanhshrink(), x => functional.tanhshrink(x));
        yield return Unary("Threshold", "", x => x.Threshold(0.5, -2), x => functional.threshold(x, 0.5, -2), Domain.Any with { Kinks = [0.5] });
    }
}
