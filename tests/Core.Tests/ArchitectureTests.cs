using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace CudaNet.Tests;

/// <summary>Holds the project files against the layering of docs/architecture.md: arrows point one way only.</summary>
public sealed class ArchitectureTests
{
    /// <summary>What each library may reference directly. A new library is entered here, deliberately.</summary>
    private static readonly Dictionary<string, string[]> MayReference = new()
    {
        ["CudaNet.Core"] = [],
        ["CudaNet.Cpu"] = ["CudaNet.Core"],
        ["CudaNet.VirtualGpu"] = [],
        ["CudaNet.Cuda"] = ["CudaNet.Core", "CudaNet.VirtualGpu"],
        ["CudaNet.Nn"] = ["CudaNet.Core"],
        ["CudaNet"] = ["CudaNet.Core", "CudaNet.Cpu", "CudaNet.Cuda", "CudaNet.Nn"],
        ["CudaNet.Onnx"] = ["CudaNet.Core", "CudaNet.Nn"],
        ["CudaNet.Plotting"] = ["CudaNet.Core"],
        ["CudaNet.Models"] = ["CudaNet.Core", "CudaNet.Nn", "CudaNet.Plotting"],
    };

    private static readonly string[] MayUseTorch = ["CudaNet.Bench", "TorchSharp.Start", "Parity.Tests"];

    private static readonly string Root = FindRoot();

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(TestContext.CurrentContext.TestDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "CudaNet.sln")))
                return folder.FullName;
        throw new DirectoryNotFoundException("No folder above the tests holds CudaNet.sln.");
    }

    private static string[] ProjectsUnder(params string[] folders) =>
        [.. folders
            .SelectMany(folder => Directory.EnumerateDirectories(Path.Combine(Root, folder)))
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.csproj"))
            .Order(StringComparer.Ordinal)];

    private static string[] AllProjects() => ProjectsUnder("src", "tests", "bench", "tools", "tools/gpu");

    private static IEnumerable<XElement> Items(string project, string name) => XDocument.Load(project).Descendants(name);

    private static string[] References(string project) =>
        [.. Items(project, "ProjectReference").Select(item => NameOf(item.Attribute("Include")!.Value.Replace('\\', '/')))];

    private static string NameOf(string project) => Path.GetFileNameWithoutExtension(project);

    [Test]
    public void A_library_references_only_what_lies_below_it()
    {
        Assert.Multiple(() =>
        {
            foreach (var project in ProjectsUnder("src"))
            {
                var name = NameOf(project);
                Assert.That(MayReference, Does.ContainKey(name), $"{name} is new: enter what it may reference");
                Assert.That(References(project), Is.SubsetOf(MayReference.GetValueOrDefault(name, [])), name);
            }
        });
    }

    [Test]
    public void The_allowed_references_have_no_cycle()
    {
        var below = new HashSet<string>();
        while (below.Count < MayReference.Count)
        {
            var next = MayReference.Where(rule => !below.Contains(rule.Key) && rule.Value.All(below.Contains)).Select(rule => rule.Key).ToArray();
            Assert.That(next, Is.Not.Empty, "these reference one another: " + string.Join(", ", MayReference.Keys.Except(below)));
            below.UnionWith(next);
        }
    }

    [Test]
    public void No_library_references_a_test_a_benchmark_or_a_tool()
    {
        var libraries = ProjectsUnder("src").Select(NameOf).ToHashSet();
        foreach (var project in ProjectsUnder("src"))
            Assert.That(References(project), Is.SubsetOf(libraries), NameOf(project));
    }

    [Test]
    public void Only_the_parity_tests_and_the_benchmarks_use_torch()
    {
        var users = AllProjects().Where(project => Items(project, "PackageReference")
            .Any(item => item.Attribute("Include")!.Value.Contains("Torch", StringComparison.OrdinalIgnoreCase))).Select(NameOf);
        Assert.That(users, Is.SubsetOf(MayUseTorch));
    }

    [Test]
    public void Nothing_references_a_project_that_uses_torch()
    {
        foreach (var project in AllProjects())
            Assert.That(References(project).Intersect(MayUseTorch), Is.Empty, NameOf(project));
    }

    [Test]
    public void Every_project_is_in_the_solution_and_nothing_else_is()
    {
        var listed = Regex.Matches(File.ReadAllText(Path.Combine(Root, "CudaNet.sln")), "\"([^\"]+\\.csproj)\"")
            .Select(match => match.Groups[1].Value.Replace('\\', '/'));
        var present = AllProjects().Select(project => Path.GetRelativePath(Root, project).Replace('\\', '/'));
        Assert.That(listed, Is.EquivalentTo(present));
    }

    [Test]
    public void Versions_of_packages_stand_in_one_place_only()
    {
        Assert.Multiple(() =>
        {
            foreach (var project in AllProjects())
                foreach (var item in Items(project, "PackageReference"))
                {
                    var package = $"{NameOf(project)}: {item.Attribute("Include")?.Value}";
                    Assert.That(item.Attribute("Version"), Is.Null, package);
                    Assert.That(item.Attribute("VersionOverride"), Is.Null, package);
                    Assert.That(item.Element("Version"), Is.Null, package);
                }
        });
    }

    [Test]
    public void Every_project_has_its_lock_file()
    {
        foreach (var project in AllProjects())
            Assert.That(Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json"), Does.Exist);
    }
}
