namespace CudaNet.Cuda.Cudnn;

/// <summary>The type of a property (cudnnBackendAttributeType_t).</summary>
#pragma warning disable CS1591 // each is CUDNN_TYPE_ and its name in NVIDIA's documentation
public enum CudnnBackendType
{
    Handle = 0,
    DataType = 1,
    Boolean = 2,
    Int64 = 3,
    Float = 4,
    Double = 5,
    VoidPtr = 6,
    ConvolutionMode = 7,
    HeurMode = 8,
    KnobType = 9,
    NanPropagation = 10,
    NumericalNote = 11,
    LayoutType = 12,
    AttribName = 13,
    PointwiseMode = 14,
    BackendDescriptor = 15,
    GenstatsMode = 16,
    BnFinalizeStatsMode = 17,
    ReductionOperatorType = 18,
    BehaviorNote = 19,
    TensorReorderingMode = 20,
    ResampleMode = 21,
    PaddingMode = 22,
    Int32 = 23,
    Char = 24,
    SignalMode = 25,
    Fraction = 26,
    NormMode = 27,
    NormFwdPhase = 28,
    RngDistribution = 29,
}
