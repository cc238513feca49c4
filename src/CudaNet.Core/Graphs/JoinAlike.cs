using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Graphs;

/// <summary>
/// Fifth stage of planning: elementwise steps of one program over tensors of different sizes, none of which waits for another, become one.
/// So an optimiser changes all parameters in one launch, or one pass of all threads, whatever its rule.
/// </summary>
internal static class JoinAlike
{
    /// <summary>A step of more elements hides its launch behind its work, and what it reads would only be kept for longer.</summary>
    private const long MostElements = 1 << 20;

    /// <summary>Steps in their order, with those joined that can be; a joined one runs where its last member did.</summary>
    /// <param name="steps">All steps in the order in which they run, each with the group that it was made of.</param>
    /// <param name="backend">Where they run: joins only what it claims.</param>
    public static List<StepDraft> Run(IReadOnlyList<(FusionGroup Group, StepDraft Draft)> steps, IBackend backend)
    {
        var positions = new Dictionary<FusionGroup, int>();
        for (var k = 0; k < steps.Count; k++) positions[steps[k].Group] = k;
        var drafts = steps.Select(step => (StepDraft?)step.Draft).ToArray();
        var alike = Enumerable.Range(0, steps.Count).Where(k => IsSimple(steps[k].Draft)).GroupBy(k => steps[k].Draft, Alike.Instance);
        foreach (var candidates in alike)
        {
            var rest = candidates.ToList();
            while (rest.Count > 1)
            {
                var last = rest[^1];
                // What somebody needs before the last one can run must not wait for it.
                var members = rest.FindAll(k => k == last || steps[k].Group.Users.All(user => positions[user] > last));
                rest.RemoveAll(members.Contains);
                if (members.Count == 1) continue;
                var joined = Join([.. members.Select(k => steps[k].Draft)]);
                if (!backend.Claims(joined.Op, TypesOf(joined))) continue;
                foreach (var member in members) drafts[member] = null;
                drafts[last] = joined;
            }
        }
        return [.. drafts.OfType<StepDraft>()];
    }

    /// <summary>True if operands lie as the elements do, or are one element for all.</summary>
    private static bool IsSimple(StepDraft draft) =>
        draft.Op is FusedElementwise op && op.Shape.ElementCount is > 0 and <= MostElements && draft.Inputs.All(input => IsOne(input.Layout) || input.Layout.IsContiguous);

    private static bool IsOne(Layout layout) => !layout.IsContiguous && !layout.Strides.ContainsAnyExcept(0);

    private static StepDraft Join(StepDraft[] members) => new(
        new FusedElementwiseList(((FusedElementwise)members[0].Op).Program, [.. members.Select(member => ((FusedElementwise)member.Op).Shape)]),
        $"{members.Length} times {members[0].Name}", [.. members.SelectMany(member => member.Inputs)], [.. members.SelectMany(member => member.Outputs)]);

    private static TensorType[] TypesOf(StepDraft draft) => [.. draft.Inputs.Select(input => new TensorType(input.Layout.Shape, input.Base.DType))];

    /// <summary>Compares steps by their program and by which operands are one element.</summary>
    private sealed class Alike : IEqualityComparer<StepDraft>
    {
        public static Alike Instance { get; } = new();

        public bool Equals(StepDraft? x, StepDraft? y)
        {
            if (x is null || y is null) return x == y;
            var (a, b) = (((FusedElementwise)x.Op).Program, ((FusedElementwise)y.Op).Program);
            return a.Inputs.SequenceEqual(b.Inputs) && a.Instructions.SequenceEqual(b.Instructions) && a.Outputs.SequenceEqual(b.Outputs)
                && x.Inputs.Select(input => IsOne(input.Layout)).SequenceEqual(y.Inputs.Select(input => IsOne(input.Layout)));
        }

        public int GetHashCode(StepDraft step)
        {
            var hash = new HashCode();
            foreach (var instruction in ((FusedElementwise)step.Op).Program.Instructions) hash.Add(instruction.Op.GetType());
            return hash.ToHashCode();
        }
    }
}
