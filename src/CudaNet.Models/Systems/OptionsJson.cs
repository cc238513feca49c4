using System.Text.Json.Serialization;
using CudaNet.Models.Language;
using CudaNet.Models.Mnist;

namespace CudaNet.Models.Systems;

/// <summary>The code for options in checkpoints as JSON, made while compiling.</summary>
[JsonSerializable(typeof(MnistOptions))]
[JsonSerializable(typeof(GptOptions))]
internal sealed partial class OptionsJson : JsonSerializerContext;
