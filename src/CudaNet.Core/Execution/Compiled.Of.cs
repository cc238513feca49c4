using CudaNet.Execution;

namespace CudaNet;

/// <summary>
/// Functions of tensors that are traced once for each signature of their arguments (types, shapes, devices) and then run
/// by their plan, without building a graph. Slots that the function assigns (parameters, moments, random streams) are
/// inputs and outputs of the plan: their memory is written over in place.
/// </summary>
/// <remarks>C# code in the function runs only while tracing: what it reads from outside that is not a tensor or a slot
/// (a flag, a loop count) is fixed then. Reading a value inside raises an error.</remarks>
/// <example><code>
/// var step = Compiled.Of((x, y) =>
/// {
///     var loss = Loss.CrossEntropy(model.Forward(x), y);
///     optimizer.ZeroGrad();
///     loss.Backward();
///     optimizer.Step();
///     return loss;
/// });
/// </code></example>
public static class Compiled
{
    /// <summary>A compiled function without arguments.</summary>
    public static Func<Tensor> Of(Func<Tensor> f)
    {
        var compiled = new CompiledFunction(_ => [f()]);
        return () => compiled.Call([])[0];
    }

    /// <summary>A compiled function of one tensor.</summary>
    public static Func<Tensor, Tensor> Of(Func<Tensor, Tensor> f)
    {
        var compiled = new CompiledFunction(a => [f(a[0])]);
        return x => compiled.Call([x])[0];
    }

    /// <summary>A compiled function of two tensors.</summary>
    public static Func<Tensor, Tensor, Tensor> Of(Func<Tensor, Tensor, Tensor> f)
    {
        var compiled = new CompiledFunction(a => [f(a[0], a[1])]);
        return (x, y) => compiled.Call([x, y])[0];
    }

    /// <summary>A compiled function of three tensors.</summary>
    public static Func<Tensor, Tensor, Tensor, Tensor> Of(Func<Tensor, Tensor, Tensor, Tensor> f)
    {
        var compiled = new CompiledFunction(a => [f(a[0], a[1], a[2])]);
        return (x, y, z) => compiled.Call([x, y, z])[0];
    }

    /// <summary>A compiled function of any number of tensors with any number of results.</summary>
    public static Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> Of(Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> f) =>
        new CompiledFunction(f).Call;

    /// <summary>The plan that a function has for such arguments, for <see cref="Plan.Explain"/>.</summary>
    public static Plan PlanOf(Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> f, params IReadOnlyList<Tensor> arguments) =>
        new CompiledFunction(f).PlanFor(arguments);
}
