namespace CudaNet.Nn.Preprocessing;

/// <summary>Checks that scalers and projections share.</summary>
internal static class Samples
{
    /// <summary>A matrix of samples in double precision, in which sums of squares keep their digits.</summary>
    public static Tensor Checked(Tensor x, string operation, long least) => x.Rank == 2 && x.Shape[0] >= least && x.Shape[1] > 0
        ? x.To(DType.Float64)
        : throw new ShapeException($"{operation}: the samples are {x.Shape}. Give [samples, features] with {least} or more samples.");

    public static void CheckFeatures(Tensor x, long features, string operation)
    {
        if (x.Rank == 0 || x.Shape[^1] != features)
            throw new ShapeException($"{operation}: the input is {x.Shape}, but {features} features were fitted. Give […, {features}].");
    }

    public static DType FloatingType(Tensor x) => x.DType.IsFloating() ? x.DType : DType.Float32;
}
