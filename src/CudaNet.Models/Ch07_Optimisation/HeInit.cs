using System.Runtime.CompilerServices;
using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Initializers;

namespace CudaNet.Models.Ch07_Optimisation;

/// <summary>Observation 7. The notes call Glorot's 2/(n_in + n_out) He's: He's is 2/n_in, for ReLU.</summary>
internal sealed class HeInit() : InitSystem("07.he-init", "He's initialisation: variance 2/n_in, for ReLU", "He's initialisation is named.", (s, r) => Init.KaimingNormal(s, r), 2.0 / 256)
{
    protected override IEnumerable<Figure> Extra(SystemContext context, Tensor[] draws)
    {
        var he = Variances(context, (s, r) => Init.KaimingNormal(s, r));
        yield return Figure.AtLeast("He, 30 ReLU layers: least variance before a ReLU / the first", he.Min() / he[0], 0.5);
        yield return Figure.AtMost("the greatest", he.Max() / he[0], 2);
        var glorot = Variances(context, (s, r) => Init.XavierNormal(s, r));
        yield return Figure.Equal("Glorot: log₂ of the last / that of the input", Math.Log2(glorot[^1]), -30, 2);
    }

    private static double[] Variances(SystemContext context, Func<Shape, RandomStream, Tensor> init)
    {
        const int width = 768;
        var random = context.Random(2);
        var x = random.Normal([64, width]);
        return [.. Enumerable.Range(0, 30).Select(_ =>
        {
            var z = x.MatMul(init([width, width], random)).Realize();
            x = z.Relu();
            return z.Var().Item();
        })];
    }
}
