using CudaNet.Bench.Commands;
using CudaNet.Bench.Measuring;

namespace CudaNet.Bench.Suites;

/// <summary>From the start of a process to its first result, and what must be shipped for it.</summary>
internal static class StartSuite
{
    private const string Ours = "CudaNet.Start", Peer = "TorchSharp.Start", ReadyToRun = "PublishReadyToRun", Native = "PublishAot";

    internal static readonly Suite Suite = new("start", "a process to its first result, and the size of its folder; the peer is published ReadyToRun, as it has no native form",
    [
        () => new()
        {
            Name = "first result, not published",
            Ours = () => FirstResultCommand.RunChild(peer: false),
            Peer = () => FirstResultCommand.RunChild(peer: true),
        },
        () => Time("first result, ReadyToRun", ReadyToRun),
        () => Time("first result, native", Native),
        () => Size("folder, ReadyToRun", ReadyToRun),
        () => Size("folder, native", Native),
    ])
    { IsOfOneThread = true };

    private static Workload Time(string name, string property)
    {
        var (ours, peer) = (PublishedProgram.Of(Ours, property), PublishedProgram.Of(Peer, ReadyToRun));
        return new()
        {
            Name = name,
            Ours = () => ours.Start(),
            Peer = () => peer.Start(),
            // It says itself whether training a network, writing, reading and running it went well.
            Disagreement = () =>
            {
                ours.Start("train");
                return 0;
            },
        };
    }

    private static Workload Size(string name, string property) => new()
    {
        Name = name,
        Sizes = (() => PublishedProgram.Of(Ours, property).Bytes, () => PublishedProgram.Of(Peer, ReadyToRun).Bytes),
    };
}
