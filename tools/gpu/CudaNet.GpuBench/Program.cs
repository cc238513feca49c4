using System.CommandLine;
using CudaNet;
using CudaNet.Cuda.Execution;
using CudaNet.GpuBench;

// What runs on a machine with a GPU: see ../README.md.
var device = new Option<string>("--device") { Description = "cuda, cuda:1, or virtual to try the program without a card", DefaultValueFactory = _ => "cuda" };
var output = new Option<string>("--out") { Description = "Folder for results", DefaultValueFactory = _ => "." };
var tiny = new Option<bool>("--tiny") { Description = "Small sizes, to try the program on the virtual device" };
var root = new RootCommand("Correctness and throughput of CudaNet on a GPU.");

CudaBackend Backend(ParseResult parsed) => Device.Parse(parsed.GetValue(device)!).Backend as CudaBackend
    ?? throw new DeviceException($"{parsed.GetValue(device)} is no CUDA device.");

var check = new Command("check", "Run every kernel's sample on the card and on the virtual GPU and compare, then the op catalogue against float64.") { device, output };
check.SetAction(parsed => Correctness.Run(Backend(parsed), parsed.GetValue(output)!) ? 0 : 1);

var bench = new Command("bench", "Measure our kernels, cuBLAS and cuDNN; writes ours.json.") { device, output, tiny };
bench.SetAction(parsed => Throughput.Run(Backend(parsed), parsed.GetValue(output)!, parsed.GetValue(tiny)));

var report = new Command("report", "Join ours.json and torch.json to performance-gpu.md and performance-gpu.json.") { output };
report.SetAction(parsed => PerformancePage.Write(parsed.GetValue(output)!));

root.Add(check);
root.Add(bench);
root.Add(report);
try
{
    return root.Parse(args).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception error) when (error is CudaNetException or IOException)
{
    Console.Error.WriteLine($"GpuBench: {error.Message.ReplaceLineEndings(" ")}");
    return 1;
}
