using System.Numerics.Tensors;

namespace CudaNet.Nn.Optimizers;

/// <summary>A loss as a function of all its parameters in one vector.</summary>
internal sealed class FlatProblem
{
    private readonly Parameter[] _parameters;
    private readonly Func<Tensor> _closure;
    private Tensor[] _values = [], _gradients = [];

    public FlatProblem(Parameter[] parameters, Func<Tensor> closure)
    {
        (_parameters, _closure) = (parameters, closure);
        Size = (int)parameters.Sum(p => p.Shape.ElementCount);
    }

    /// <summary>Number of all values.</summary>
    public int Size { get; }

    public int Evaluations { get; private set; }

    /// <summary>The present point.</summary>
    public double[] Point() => Flat(_parameters.Select(p => p.Value));

    /// <summary>Goes to a point.</summary>
    public void Assign(double[] point)
    {
        var values = Parts(point);
        for (var k = 0; k < values.Length; k++) _parameters[k].Assign(values[k]);
    }

    /// <summary>Goes to a point, and gives the loss and its gradient there.</summary>
    public (double Loss, double[] Gradient) Evaluate(double[] point)
    {
        Assign(point);
        return Evaluate();
    }

    /// <summary>The loss and its gradient at the present point.</summary>
    public (double Loss, double[] Gradient) Evaluate()
    {
        Evaluations++;
        _values = Array.ConvertAll(_parameters, p => p.Value);
        var loss = _closure();
        _gradients = Grad.Of(loss, _values);
        Tensor.RealizeAll([loss, .. _gradients]);
        return (loss.Item(), Flat(_gradients));
    }

    /// <summary>The Hessian at the last evaluated point, times a direction: the gradient of ∇L·v, without the matrix.</summary>
    public double[] HessianProduct(double[] direction)
    {
        var parts = Parts(direction);
        Tensor? slope = null;
        for (var k = 0; k < parts.Length; k++)
        {
            var part = (_gradients[k] * parts[k]).Sum();
            slope = slope is null ? part : slope + part;
        }
        var products = Grad.Of(slope!, _values);
        Tensor.RealizeAll(products);
        return Flat(products);
    }

    /// <summary>Dot product.</summary>
    public static double Dot(double[] a, double[] b) => TensorPrimitives.Dot<double>(a, b);

    /// <summary>a + s·b.</summary>
    public static double[] Along(double[] a, double s, double[] b)
    {
        var sum = new double[a.Length];
        TensorPrimitives.MultiplyAdd(b, s, a, sum);
        return sum;
    }

    /// <summary>−a.</summary>
    public static double[] Negated(double[] a) => Array.ConvertAll(a, x => -x);

    /// <summary>Greatest absolute value.</summary>
    public static double Largest(double[] a) => a.Length == 0 ? 0 : Math.Abs(TensorPrimitives.MaxMagnitude<double>(a));

    private static double[] Flat(IEnumerable<Tensor> tensors) => [.. tensors.SelectMany(tensor => tensor.ToDoubles())];

    private Tensor[] Parts(double[] point)
    {
        var parts = new Tensor[_parameters.Length];
        var from = 0;
        for (var k = 0; k < parts.Length; k++)
        {
            var (shape, count) = (_parameters[k].Shape, (int)_parameters[k].Shape.ElementCount);
            parts[k] = Tensor.From(point.AsSpan(from, count), shape, _parameters[k].Device).To(_parameters[k].DType);
            from += count;
        }
        return parts;
    }
}
