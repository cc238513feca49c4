namespace CudaNet.Nn.Generation;

/// <summary>Keeps the likeliest beginnings, and continues each by every token.</summary>
internal static class BeamSearch
{
    public static IReadOnlyList<Beam> Run(Generator generator, ReadOnlySpan<long> prompt, GenerationOptions options, CancellationToken cancellation)
    {
        var (vocabulary, beams) = (generator.Model.Vocabulary, options.Beams);
        var (cache, steps) = generator.Start(beams);
        var start = prompt.ToArray();
        var logits = generator.Prefill(cache, steps, [.. Enumerable.Repeat(start, beams)]);
        List<(long[] Tokens, double Sum)> alive = [([], 0)];
        var ended = new List<Beam>();
        Beam Scored(long[] tokens, double sum) => new(tokens, sum, tokens.Length == 0 ? sum : sum / Math.Pow(tokens.Length, options.LengthPenalty));
        for (var k = 0; k < options.MaxTokens && alive.Count > 0 && start.Length + k < (generator.Model.MaxLength ?? long.MaxValue) && !cancellation.IsCancellationRequested; k++)
        {
            var candidates = new List<(int Parent, long Token, double Sum)>();
            for (var row = 0; row < alive.Count; row++)
            {
                var scores = TokenSampler.LogProbabilities(logits.AsSpan(row * vocabulary, vocabulary));
                for (var token = 0; token < vocabulary; token++) candidates.Add((row, token, alive[row].Sum + scores[token]));
            }
            var next = new List<(long[] Tokens, double Sum)>();
            var parents = new long[beams];
            foreach (var (parent, token, sum) in candidates.OrderByDescending(c => c.Sum).ThenBy(c => c.Parent).ThenBy(c => c.Token))
            {
                if (next.Count == beams) break;
                long[] tokens = [.. alive[parent].Tokens, token];
                if (options.EndTokens.Contains(token))
                {
                    // Only what would have been kept may end.
                    if (next.Count + ended.Count < 2 * beams) ended.Add(Scored(tokens, sum));
                    continue;
                }
                parents[next.Count] = parent;
                next.Add((tokens, sum));
            }
            alive = next;
            if (k + 1 == options.MaxTokens || alive.Count == 0) break;
            cache.Reorder(parents);
            logits = steps.Run([.. Enumerable.Range(0, beams).Select(row => row < alive.Count ? alive[row].Tokens[^1] : 0)], new long[beams]);
            cache.Advance(1);
            // Sums only fall: where no length is made up for, nothing can pass what has ended any more.
            if (options.LengthPenalty == 0 && ended.Count >= beams && ended.OrderByDescending(b => b.Score).ElementAt(beams - 1).Score >= alive[0].Sum) break;
        }
        return [.. ended.Concat(alive.Select(beam => Scored(beam.Tokens, beam.Sum))).OrderByDescending(beam => beam.Score).Take(beams)];
    }
}
