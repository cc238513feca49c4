namespace CudaNet.Onnx;

/// <summary>Where published models lie that were fetched once: <c>CUDANET_MODELS</c>, or the folder <c>cudanet/models</c> of the user's local data.</summary>
public static class ModelFolder
{
    /// <summary>The folder; it need not exist.</summary>
    public static string Root => Environment.GetEnvironmentVariable("CUDANET_MODELS") is { Length: > 0 } named ? named
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "cudanet", "models");

    /// <summary>A file of a fetched model.</summary>
    /// <param name="parts">Folder and file, such as <c>minilm</c> and <c>model.onnx</c>.</param>
    /// <exception cref="FileNotFoundException">It was not fetched; the message has the command that does.</exception>
    public static string Find(params ReadOnlySpan<string> parts)
    {
        string path = Path.Combine([Root, .. parts]);
        return File.Exists(path) ? path
            : throw new FileNotFoundException($"{path}: there is no such file. Fetch the models once with \"dotnet run tools/data/fetch-models.cs\", or name the folder of a model.", path);
    }
}
