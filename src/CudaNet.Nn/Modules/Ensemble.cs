namespace CudaNet.Nn;

/// <summary>Classifiers whose answers are put together: by the mean of their probabilities, or by a vote.</summary>
public sealed class Ensemble : Module
{
    /// <summary>Of models that give scores [batch, classes] before the softmax.</summary>
    /// <exception cref="ArgumentException">There is no model.</exception>
    public Ensemble(IEnumerable<Module> members)
    {
        Models = [.. members];
        if (Models.Count == 0) throw new ArgumentException("Ensemble: there is no member. Give one model or more.", nameof(members));
    }

    /// <summary>The models.</summary>
    public List<Module> Models { get; }

    /// <summary>Logarithms of the mean of all members' probabilities, [batch, classes]. They are scores as well: their softmax are
    /// these probabilities, so cross entropy of them is the log-loss.</summary>
    public override Tensor Forward(Tensor x) =>
        Tensor.Stack([.. Models.Select(member => member.Forward(x).LogSoftmax(-1))], 0).LogSumExp(0) - Math.Log(Models.Count);

    /// <summary>The class that most members give the greatest score, [batch]; of equally many the lowest.</summary>
    public Tensor Vote(Tensor x)
    {
        Tensor[] scores = [.. Models.Select(member => member.Forward(x))];
        return MajorityVote(Tensor.Stack([.. scores.Select(s => s.ArgMax(-1))], 0), scores[0].Shape[^1]);
    }

    /// <summary>The most frequent class of each column; of equally frequent ones the lowest.</summary>
    /// <param name="votes">[members, batch], classes.</param>
    /// <param name="classes">Number of classes.</param>
    /// <exception cref="ShapeException">Votes are no matrix, or there is no member.</exception>
    /// <exception cref="IndexValueException">When it runs: a vote is not in 0 … classes − 1.</exception>
    public static Tensor MajorityVote(Tensor votes, long classes) => votes.Rank == 2 && votes.Shape[0] > 0
        ? votes.OneHot(classes).Sum(0).ArgMax(-1)
        : throw new ShapeException($"Ensemble.MajorityVote: the votes are {votes.Shape}, but must be [members, batch] of one member or more.");
}
