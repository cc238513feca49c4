using System.Runtime.CompilerServices;
using CudaNet.Models.Systems;
using CudaNet.Nn.Initializers;

namespace CudaNet.Models.Ch07_Optimisation;

/// <summary>Section 7.1.3.</summary>
internal sealed class Fans() : CourseSystem("07.fans", "Fan-in and fan-out of a layer",
    "The inputs and outputs of a neuron: a layer 256 → 512 has 256 and 512.")
{
    public override void Run(SystemContext context)
    {
        foreach (var shape in new Shape[] { new(512, 256), new(64, 3, 5, 5), new(8, 4, 3, 3, 3) }) context.Out.WriteLine($"weight {shape}: fan-in {Init.Fans(shape).In}, fan-out {Init.Fans(shape).Out}");
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        foreach (var (name, shape, fanIn, fanOut) in new[] { ("linear 256 → 512", new Shape(512, 256), 256, 512), ("convolution 3 → 64, 5 × 5", new Shape(64, 3, 5, 5), 75, 1600), ("transposed convolution, weight [in 64, out 3, 5, 5]", new Shape(64, 3, 5, 5), 75, 1600) })
        {
            var fans = Init.Fans(shape);
            yield return Figure.Equal($"{name}: fan-in", fans.In, fanIn);
            yield return Figure.Equal($"{name}: fan-out", fans.Out, fanOut);
        }
    }
}
