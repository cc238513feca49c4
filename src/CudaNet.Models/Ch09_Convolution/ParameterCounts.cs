using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Data;

namespace CudaNet.Models.Ch09_Convolution;

/// <summary>Section 9 and table 3.</summary>
internal sealed class ParameterCounts() : CourseSystem("09.parameters", "Weights of dense and of convolutional layers", "3,072 weights a neuron at 32 × 32 × 3, and 120,000 at 200 × 200 × 3.")
{
    public override void Run(SystemContext context)
    {
        context.Out.WriteLine(Nn.Training.ModelSummary.Of(new Sequential(new Flatten(), new Linear(3072, 64)), [1, 3, 32, 32]));
        context.Out.WriteLine(Nn.Training.ModelSummary.Of(new Sequential(new Conv2d(3, 64, 5)), [1, 3, 32, 32]));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        yield return Figure.Equal("weights of a neuron on 32 × 32 × 3", new Linear(32 * 32 * 3, 1, bias: false).ParameterCount, 3_072);
        yield return Figure.Equal("weights of a neuron on 200 × 200 × 3", new Linear(200 * 200 * 3, 1, bias: false).ParameterCount, 120_000);
        yield return Figure.Equal("weights of a 5 × 5 filter on either", new Conv2d(3, 1, 5, bias: false).ParameterCount, 75);
    }
}
