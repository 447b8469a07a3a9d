namespace FastSeg.Runs;

/// <summary>
/// Collects what makes a result doubtful, a sentence each. With <see cref="ComputeOptions.Strict"/> the first one is an error.
/// </summary>
/// <param name="options">Says whether doubts are errors, and who is told of them at once.</param>
internal sealed class Doubts(ComputeOptions options)
{
    private readonly List<string> _sentences = [];

    /// <summary>What was found, in order, each sentence once.</summary>
    public IReadOnlyList<string> Sentences => _sentences;

    /// <summary>Takes a sentence.</summary>
    /// <exception cref="FastSegException">The run is strict.</exception>
    public void Add(string sentence)
    {
        if (options.Strict)
        {
            throw new FastSegException(sentence);
        }
        if (!_sentences.Contains(sentence))
        {
            _sentences.Add(sentence);
            options.Warned?.Invoke(sentence);
        }
    }

    /// <summary>Takes several sentences.</summary>
    /// <exception cref="FastSegException">The run is strict, and there is one.</exception>
    public void AddAll(IEnumerable<string> sentences)
    {
        foreach (string sentence in sentences)
        {
            Add(sentence);
        }
    }
}
