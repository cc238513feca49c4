using CudaNet.Nn.Training;

namespace CudaNet.Models.Language;

/// <summary>What a training of a GPT came to.</summary>
/// <param name="Result">The run.</param>
/// <param name="BitsPerByte">Of the model on the held-out text.</param>
/// <param name="ByteGramBits">Of an order-5 Kneser–Ney model of bytes, bits per byte.</param>
/// <param name="TokenGramBits">Of an order-5 Kneser–Ney model of the same tokens, bits per byte.</param>
/// <param name="Files">What was written.</param>
public sealed record GptReport(TrainingResult Result, double BitsPerByte, double ByteGramBits, double TokenGramBits, IReadOnlyList<string> Files);
