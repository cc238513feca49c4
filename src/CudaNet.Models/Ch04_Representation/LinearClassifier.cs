using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Data;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Models.Ch04_Representation;

/// <summary>Section 4.1: a hyperplane, found by the perceptron's rule and by logistic regression.</summary>
internal sealed class LinearClassifier() : CourseSystem("04.linear-classifier", "Linear classifier: perceptron and logistic regression",
    "A hyperplane splits space in two and fails on data that is not separable.")
{
    public override void Run(SystemContext context)
    {
        var (points, classes) = Separable(context);
        var (line, rounds) = Perceptron(points, classes);
        context.Out.WriteLine($"the perceptron is right everywhere after {rounds} rounds");
        context.Draw("linear-classifier.png", Pictures.Boundary("A line by the perceptron's rule", line.Forward, points, classes));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (points, classes) = Separable(context);
        yield return Figure.Equal("accuracy of the perceptron on separable data", Right(Perceptron(points, classes).Line, points, classes), 1);
        yield return Figure.Equal("accuracy of logistic regression on separable data", Right(Logistic(context, points, classes), points, classes), 1);
        Tensor xor = Tensor.From(new[,] { { 0f, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 } }), answers = Tensor.From(0L, 1, 1, 0);
        yield return Figure.AtMost("accuracy of the perceptron on XOR", Right(Perceptron(xor, answers).Line, xor, answers), 0.75);
        yield return Figure.AtMost("accuracy of logistic regression on XOR", Right(Logistic(context, xor, answers), xor, answers), 0.75);
    }

    private static (Tensor Points, Tensor Classes) Separable(SystemContext context) => Synthetic.GaussianMixture(200, [[-2, -1], [2, 1]], 0.6, context.Seed);

    private static double Right(Module line, Tensor x, Tensor classes) => (line.Forward(x).Flatten() > 0).To(DType.Int64).Eq(classes).To(DType.Float32).Mean().Item();

    /// <summary>For each point on the wrong side, w ← w + y·x and b ← b + y, with y = ±1 (Rosenblatt 1958).</summary>
    internal static (Linear Line, int Rounds) Perceptron(Tensor points, Tensor classes, int most = 1000)
    {
        float[] x = points.ToArray<float>(), y = [.. classes.ToDoubles().Select(c => (float)(2 * c - 1))];
        var n = (int)points.Shape[1];
        var w = new float[n];
        float b = 0;
        var rounds = 0;
        for (var wrong = 1; wrong > 0 && rounds < most; rounds++)
        {
            wrong = 0;
            for (var i = 0; i < y.Length; i++)
            {
                var row = x.AsSpan(i * n, n);
                if (y[i] * (System.Numerics.Tensors.TensorPrimitives.Dot<float>(w, row) + b) > 0) continue;
                for (var j = 0; j < n; j++) w[j] += y[i] * row[j];
                b += y[i];
                wrong++;
            }
        }
        var line = new Linear(n, 1);
        line.Weight.Assign(Tensor.From(w, [1, n]));
        line.Bias!.Assign(Tensor.From(b));
        return (line, rounds);
    }

    private static Linear Logistic(SystemContext context, Tensor x, Tensor classes)
    {
        var line = new Linear(x.Shape[1], 1, random: context.Random());
        var y = classes.To(DType.Float32);
        Learn.Steps(new Adam(line.Parameters(), 0.1), 300, () => Loss.BinaryCrossEntropyWithLogits(line.Forward(x).Flatten(), y));
        return line;
    }
}
