namespace CudaNet.Nn;

/// <summary>What is done to a whole module; each returns it, with its own type.</summary>
public static class ModuleExtensions
{
    /// <summary>Switches the module and all below it to training.</summary>
    public static T Train<T>(this T module, bool training = true) where T : Module
    {
        foreach (var (_, each) in module.NamedModules()) each.SetTraining(training);
        return module;
    }

    /// <summary>Switches the module and all below it to evaluation: dropout lets everything through, batch
    /// normalisation uses its running statistics.</summary>
    public static T Eval<T>(this T module) where T : Module => module.Train(false);

    /// <summary>Moves all parameters and buffers to a device.</summary>
    /// <exception cref="DeviceException">No backend of that kind is installed.</exception>
    public static T To<T>(this T module, Device device) where T : Module
    {
        foreach (var (_, state) in ModuleTree.Distinct<State>(module)) state.Move(device);
        return module;
    }

    /// <summary>Freezes or thaws all parameters: <see cref="Parameter.RequiresGrad"/>.</summary>
    public static T RequiresGrad<T>(this T module, bool requires = true) where T : Module
    {
        foreach (var parameter in module.Parameters()) parameter.RequiresGrad = requires;
        return module;
    }

    /// <summary>Forgets all gradients.</summary>
    public static T ZeroGrad<T>(this T module) where T : Module
    {
        foreach (var parameter in module.Parameters()) parameter.Grad = null;
        return module;
    }
}
