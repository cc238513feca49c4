using System.Diagnostics;
using CudaNet.Cuda.Compilation;

namespace CudaNet.Tests;

[NonParallelizable]
public sealed class KernelCacheTests
{
    private static readonly Dictionary<string, string> Headers = new() { ["common.cuh"] = "one" };
    private string _folder = null!;

    private KernelDiskCache Disk => new(_folder);

    [SetUp]
    public void Make() => _folder = Path.Combine(Path.GetTempPath(), $"cudanet-cache-{Guid.NewGuid():N}");

    [TearDown]
    public void Clean()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void What_was_compiled_once_is_read_by_the_next_process()
    {
        Counting first = new(), second = new();
        var made = new CachedKernelCompiler(first, Disk, Headers).Compile("k.cu", "text", ["A=1"], "sm_80");
        var read = new CachedKernelCompiler(second, Disk, Headers).Compile("k.cu", "text", ["A=1"], "sm_80");
        Assert.That(read, Is.EqualTo(made));
        Assert.That((first.Calls, second.Calls), Is.EqualTo((1, 0)));
    }

    [Test]
    public void Whatever_the_code_depends_on_is_part_of_the_key()
    {
        var compiler = new Counting();
        (string Name, string Source, string[] Defines, string Architecture, string Header)[] programs =
        [
            ("k.cu", "text", ["A=1", "B=2"], "sm_80", "one"),
            ("l.cu", "text", ["A=1", "B=2"], "sm_80", "one"),
            ("k.cu", "text2", ["A=1", "B=2"], "sm_80", "one"),
            ("k.cu", "text", ["A=1", "B=3"], "sm_80", "one"),
            ("k.cu", "text", ["B=2", "A=1"], "sm_80", "one"),
            ("k.cu", "text", ["A=1B=2"], "sm_80", "one"),
            ("k.cu", "text", ["A=1", "B=2"], "sm_90", "one"),
            ("k.cu", "text", ["A=1", "B=2"], "sm_80", "two"),
        ];
        foreach (var (name, source, defines, architecture, header) in programs)
            new CachedKernelCompiler(compiler, Disk, new Dictionary<string, string> { ["common.cuh"] = header }).Compile(name, source, defines, architecture);
        Assert.That(compiler.Calls, Is.EqualTo(programs.Length));
        new CachedKernelCompiler(new Counting { Version = "another" }, Disk, Headers).Compile("k.cu", "text", ["A=1", "B=2"], "sm_80");
        Assert.That(Files(), Has.Length.EqualTo(programs.Length + 1));
    }

    [Test]
    public void A_damaged_file_is_never_used()
    {
        var compiler = new Counting();
        var made = Compile(compiler);
        var file = Files().Single();
        var whole = File.ReadAllBytes(file);
        for (var i = 0; i < whole.Length; i++)
        {
            var damaged = whole.ToArray();
            damaged[i] ^= 0x10;
            File.WriteAllBytes(file, damaged);
            Assert.That(Disk.Read(Path.GetFileName(file)), Is.Null, $"byte {i}");
        }
        foreach (var length in Enumerable.Range(0, whole.Length))
        {
            File.WriteAllBytes(file, whole[..length]);
            Assert.That(Disk.Read(Path.GetFileName(file)), Is.Null, $"{length} bytes");
        }
        File.WriteAllBytes(file, [.. whole, 0]);
        Assert.That(Compile(compiler), Is.EqualTo(made));
        Assert.That(compiler.Calls, Is.EqualTo(2), "compiled again");
        Assert.That(File.ReadAllBytes(file), Is.EqualTo(whole), "and written again");
    }

    [Test]
    public void A_file_under_another_name_is_never_used()
    {
        Compile(new Counting());
        var file = Files().Single();
        var other = KernelDiskCache.KeyOf(["other"]);
        Directory.CreateDirectory(Path.GetDirectoryName(Disk.PathOf(other))!);
        File.Move(file, Disk.PathOf(other));
        Assert.That(Disk.Read(other), Is.Null);
    }

    [Test]
    public void A_folder_that_cannot_be_written_is_no_error()
    {
        File.WriteAllText(_folder, "a file in place of the folder");
        try
        {
            var compiler = new Counting();
            Compile(compiler);
            Compile(compiler);
            Assert.That(compiler.Calls, Is.EqualTo(2));
        }
        finally
        {
            File.Delete(_folder);
        }
    }

    [Test]
    public void Many_threads_compile_a_program_once()
    {
        var compiler = new Counting { Pause = TimeSpan.FromMilliseconds(50) };
        var cached = new CachedKernelCompiler(compiler, null, Headers);
        Parallel.For(0, 16, new() { MaxDegreeOfParallelism = 8 }, i => cached.Compile("k.cu", $"{i % 2}", [], "sm_80"));
        Assert.That(compiler.Calls, Is.EqualTo(2));
    }

    [Test]
    public void What_failed_is_tried_again()
    {
        var compiler = new Counting { Fails = true };
        var cached = new CachedKernelCompiler(compiler, Disk, Headers);
        Assert.Throws<KernelCompilationException>(() => cached.Compile("k.cu", "text", [], "sm_80"));
        compiler.Fails = false;
        Assert.That(cached.Compile("k.cu", "text", [], "sm_80"), Is.Not.Empty);
        Assert.That(compiler.Calls, Is.EqualTo(2));
    }

    [Test]
    public void Readers_and_writers_of_many_processes_see_whole_files_or_none()
    {
        var key = KernelDiskCache.KeyOf(["shared"]);
        var content = Enumerable.Range(0, 1 << 16).Select(i => (byte)i).ToArray();
        var processes = Enumerable.Range(0, 4).Select(_ => Start(_folder, key)).ToList();
        var whole = 0;
        while (processes.Any(process => !process.HasExited))
        {
            if (Disk.Read(key) is not { } read) continue;
            Assert.That(read.AsSpan().SequenceEqual(content), Is.True);
            whole++;
        }
        foreach (var process in processes)
        {
            Assert.That(process.ExitCode, Is.Zero, process.StandardError.ReadToEnd());
            process.Dispose();
        }
        Assert.That(whole, Is.GreaterThan(0));
        Assert.That(Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).Count(), Is.EqualTo(1), "no temporary file is left");
    }

    [Test]
    public void The_environment_says_where_the_cache_lies()
    {
        Assert.That(At(("CUDANET_CACHE", "/c"), ("XDG_CACHE_HOME", "/x"), ("HOME", "/h")), Is.EqualTo("/c/kernels"));
        Assert.That(At(("CUDANET_CACHE", ""), ("XDG_CACHE_HOME", "/x"), ("HOME", "/h")), Is.Null);
        Assert.That(At(("CUDANET_CACHE", null), ("XDG_CACHE_HOME", "/x"), ("HOME", "/h")), Is.EqualTo("/x/cudanet/kernels"));
        Assert.That(At(("CUDANET_CACHE", null), ("XDG_CACHE_HOME", "relative"), ("HOME", "/h")), Is.EqualTo("/h/.cache/cudanet/kernels"));
        Assert.That(At(("CUDANET_CACHE", null), ("XDG_CACHE_HOME", null), ("HOME", "/h")), Is.EqualTo("/h/.cache/cudanet/kernels"));
        Assert.That(At(("CUDANET_CACHE", null), ("XDG_CACHE_HOME", null), ("HOME", null)), Is.Null);

        static string? At(params (string Name, string? Value)[] variables)
        {
            if (!OperatingSystem.IsLinux()) Assert.Ignore("The folders are those of Linux.");
            var before = variables.Select(variable => (variable.Name, Environment.GetEnvironmentVariable(variable.Name))).ToList();
            try
            {
                foreach (var (name, value) in variables) Environment.SetEnvironmentVariable(name, value);
                return KernelDiskCache.FromEnvironment()?.Folder;
            }
            finally
            {
                foreach (var (name, value) in before) Environment.SetEnvironmentVariable(name, value);
            }
        }
    }

    /// <summary>What each of the many processes does.</summary>
    internal static void WriteAgainAndAgain(string folder, string key)
    {
        var content = Enumerable.Range(0, 1 << 16).Select(i => (byte)i).ToArray();
        for (var i = 0; i < 50; i++)
        {
            new KernelDiskCache(folder).Write(key, content);
            if (new KernelDiskCache(folder).Read(key) is { } read && !read.AsSpan().SequenceEqual(content)) throw new InvalidOperationException("A file was read that is not whole.");
        }
    }

    private static Process Start(string folder, string key) =>
        Process.Start(new ProcessStartInfo("dotnet", [typeof(KernelCacheTests).Assembly.Location, nameof(WriteAgainAndAgain), folder, key]) { RedirectStandardError = true })!;

    private byte[] Compile(Counting compiler) => new CachedKernelCompiler(compiler, Disk, Headers).Compile("k.cu", "text", [], "sm_80");

    private string[] Files() => Directory.GetFiles(_folder, "*", SearchOption.AllDirectories);

    private sealed class Counting : IKernelCompiler
    {
        private int _calls;

        public string Version { get; init; } = "counting";

        public int Calls => _calls;

        public bool Fails { get; set; }

        public TimeSpan Pause { get; init; }

        public byte[] Compile(string name, string source, IReadOnlyList<string> defines, string architecture)
        {
            Interlocked.Increment(ref _calls);
            Thread.Sleep(Pause);
            return Fails ? throw new KernelCompilationException(Version, architecture, name, 1, "no", "") : System.Text.Encoding.UTF8.GetBytes($"{name} {source} {architecture}");
        }
    }
}
