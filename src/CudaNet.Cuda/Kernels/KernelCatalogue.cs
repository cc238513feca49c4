namespace CudaNet.Cuda.Kernels;

/// <summary>Every file of kernels.</summary>
public static class KernelCatalogue
{
    /// <summary>The families, by the name of their file.</summary>
    public static IReadOnlyList<KernelFamily> All { get; } =
    [
        AffineSampleKernels.Family,
        AttentionBackwardKernels.Family,
        AttentionDecodeKernels.Family,
        AttentionKernels.Family,
        BatchNormKernels.Family,
        ConvKernels.Family,
        ConvKernels.SimtFamily,
        DepthwiseKernels.Family,
        WinogradKernels.Family,
        FoldKernels.Family,
        CrossEntropyKernels.Family,
        GemmKernels.Family,
        GemmKernels.SimtFamily,
        IndexingKernels.Family,
        NormKernels.Family,
        OperationKernels.Family,
        RadixKernels.Family,
        PoolKernels.Family,
        RandomKernels.DropoutFamily,
        RandomKernels.Family,
        SamplingKernels.Family,
        ScanKernels.Family,
        RecurrenceKernels.Family,
        RopeKernels.Family,
        SegmentKernels.Family,
        SoftmaxKernels.Family,
        SortKernels.Family,
        ViewKernels.Family,
    ];

    /// <summary>All specialisations that are compiled ahead.</summary>
    public static IEnumerable<KernelSpec> Ahead => All.SelectMany(family => family.Ahead);
}
