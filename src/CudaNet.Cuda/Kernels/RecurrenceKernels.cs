using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

/// <summary>Launches of <c>recurrence.cu</c>.</summary>
public static class RecurrenceKernels
{
    /// <summary>The family.</summary>
    public static KernelFamily Family { get; } = new("recurrence", "Cells of LSTM, GRU and RNN behind the matrix product of a step, forward and backward.",
        [.. from type in KernelTypes.Floats select Spec(type)], Samples());

    /// <summary>The specialisation for a type.</summary>
    public static KernelSpec Spec(string type) => KernelSpec.Of("recurrence", $"T={type}");

    /// <summary>Any of them: a thread for each unit of each sequence of the batch.</summary>
    public static KernelLaunch Units(string entry, string type, int batch, int units) => new(Spec(type), entry, (int)(((long)batch * units + 255) / 256), 256);

    private static KernelSample[] Samples()
    {
        const int Batch = 16, Hidden = 128, N = Batch * Hidden;
        SampleBuffer one = new("f32", N), three = new("f32", 3 * N), four = new("f32", 4 * N), bias = new("f32", Hidden);
        static SampleBuffer Out(SampleBuffer buffer, int times = 1) => buffer with { Count = buffer.Count * times, Fill = SampleFill.Unwritten };
        static KernelLaunch Over(string entry) => Units(entry, "f32", Batch, Hidden);
        var none = CudaDevicePointer.Null;
        return
        [
            new(Over("lstm_forward"), [four, four, one, one, Out(one), Out(one, 6)], p => [p[0], p[1], p[2], p[3], p[4], p[5], (long)N, none, 0, Batch, Hidden]) { MinimalBytes = (4 + 4 + 1 + 1 + 6) * one.Bytes },
            new(Over("gru_forward"), [three, three, bias, one, Out(one), Out(one, 5)], p => [p[0], p[1], p[2], p[3], p[4], p[5], (long)N, none, 0, Batch, Hidden]) { MinimalBytes = (3 + 3 + 1 + 1 + 5) * one.Bytes },
            new(Over("rnn_forward"), [one, one, one, Out(one)], p => [p[0], p[1], p[2], p[3], none, 5, 0, Batch, Hidden]) { MinimalBytes = 3 * one.Bytes },
            // What is carried is written over in place, so that it is no output of its own.
            new(Over("lstm_backward"), [one, one with { Count = 6 * N }, one, one, one, one, Out(four)], p => [p[0], p[1], p[2], p[3], p[4], p[5], none, p[6], (long)N, none, 0, Batch, Hidden]),
            new(Over("gru_backward"), [one, one with { Count = 5 * N }, one, one, one, Out(four), Out(three)], p => [p[0], p[1], p[2], p[3], p[4], p[5], p[6], (long)N, none, 0, Batch, Hidden]),
            new(Over("rnn_backward"), [one, one, one, Out(one)], p => [p[0], p[1], p[2], none, p[3], none, 5, 0, Batch, Hidden]) { MinimalBytes = 4 * one.Bytes },
            new(Over("recurrent_finish"), [one, one, one, Out(one, 2)], p => [p[0], p[1], p[2], p[3], N]) { MinimalBytes = 5 * one.Bytes },
        ];
    }
}
