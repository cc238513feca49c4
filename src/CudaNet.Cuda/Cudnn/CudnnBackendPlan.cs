using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Cudnn;

/// <summary>Operations of the graph API, made ready to run by the first engine that takes them.</summary>
public sealed unsafe class CudnnBackendPlan : IDisposable
{
    private readonly CudnnHandle _cudnn;
    private readonly CudnnBackendDescriptor _plan;

    private CudnnBackendPlan(CudnnHandle cudnn, CudnnBackendDescriptor plan)
    {
        (_cudnn, _plan) = (cudnn, plan);
        WorkspaceBytes = plan.GetValues<long>(CudnnBackendAttribute.ExecutionPlanWorkspaceSize, CudnnBackendType.Int64)[0];
    }

    /// <summary>Memory that it needs.</summary>
    public long WorkspaceBytes { get; }

    /// <summary>Looks for an engine, first by estimate and then among those that work always.</summary>
    /// <param name="cudnn">The library.</param>
    /// <param name="operations">Complete operations, joined by their tensors.</param>
    /// <param name="maxWorkspaceBytes">Memory that it may need.</param>
    /// <exception cref="CudnnException">No engine takes them.</exception>
    public static CudnnBackendPlan Build(CudnnHandle cudnn, ReadOnlySpan<CudnnBackendDescriptor> operations, long maxWorkspaceBytes = long.MaxValue)
    {
        var graph = new CudnnBackendDescriptor(CudnnBackendDescriptorType.OperationGraph)
            .Set(CudnnBackendAttribute.OperationGraphHandle, cudnn)
            .Set(CudnnBackendAttribute.OperationGraphOps, operations)
            .Complete();
        CudnnException? refused = null;
        foreach (var mode in new[] { CudnnHeuristicMode.A, CudnnHeuristicMode.Fallback })
            foreach (var configuration in Engines(graph, mode, ref refused))
                try
                {
                    var plan = new CudnnBackendPlan(cudnn, new CudnnBackendDescriptor(CudnnBackendDescriptorType.ExecutionPlan)
                        .Set(CudnnBackendAttribute.ExecutionPlanHandle, cudnn)
                        .Set(CudnnBackendAttribute.ExecutionPlanEngineConfig, configuration)
                        .Complete());
                    if (plan.WorkspaceBytes <= maxWorkspaceBytes) return plan;
                    plan.Dispose();
                }
                catch (CudnnException error)
                {
                    // An engine of the list may not be able to do it after all; the next one may.
                    refused = error;
                }
        throw refused ?? new CudnnException(nameof(Build), CudnnStatus.NotSupported, $"No engine does it in {maxWorkspaceBytes} bytes of workspace.");
    }

    /// <summary>Enqueues it.</summary>
    /// <param name="ids">Of the tensors that need memory.</param>
    /// <param name="pointers">Their memory, in the same order.</param>
    /// <param name="workspace">Memory of <see cref="WorkspaceBytes"/>.</param>
    public void Execute(ReadOnlySpan<long> ids, ReadOnlySpan<CudaDevicePointer> pointers, CudaDevicePointer workspace = default)
    {
        if (ids.Length != pointers.Length) throw new ArgumentException($"{ids.Length} tensors and {pointers.Length} pointers were given.", nameof(pointers));
        using var pack = new CudnnBackendDescriptor(CudnnBackendDescriptorType.VariantPack)
            .Set(CudnnBackendAttribute.VariantPackUniqueIds, ids)
            .SetValues(CudnnBackendAttribute.VariantPackDataPointers, CudnnBackendType.VoidPtr, pointers)
            .SetPointers(CudnnBackendAttribute.VariantPackWorkspace, workspace.Value)
            .Complete();
        using var cudnn = _cudnn.Use();
        using var plan = _plan.Use();
        using var values = pack.Use();
        CudnnApi.cudnnBackendExecute(cudnn, plan, values).Check();
    }

    /// <summary>Forgets it.</summary>
    public void Dispose() => _plan.Dispose();

    private static CudnnBackendDescriptor[] Engines(CudnnBackendDescriptor graph, CudnnHeuristicMode mode, ref CudnnException? refused)
    {
        const int most = 16;
        try
        {
            var heuristics = new CudnnBackendDescriptor(CudnnBackendDescriptorType.EngineHeur)
                .Set(CudnnBackendAttribute.EngineHeurOperationGraph, graph)
                .Set(CudnnBackendAttribute.EngineHeurMode, mode)
                .Complete();
            var configurations = new CudnnBackendDescriptor[most];
            for (var i = 0; i < most; i++) configurations[i] = new(CudnnBackendDescriptorType.EngineCfg);
            return configurations[..heuristics.GetDescriptors(CudnnBackendAttribute.EngineHeurResults, configurations)];
        }
        catch (CudnnException error)
        {
            refused = error;
            return [];
        }
    }
}
