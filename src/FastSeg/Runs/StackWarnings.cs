namespace FastSeg.Runs;

/// <summary>
/// What makes the results of a stack doubtful: a sentence that thousands of images share, but for their names and numbers, is said once,
/// for the first of them, with how many there are.
/// </summary>
/// <param name="stack">What sentences call the stack.</param>
internal sealed class StackWarnings(string stack)
{
    private readonly List<(string Sentence, string Kind)> _first = [];
    private readonly Dictionary<string, int> _images = [];

    /// <summary>The sentences.</summary>
    public IReadOnlyList<string> Sentences =>
    [
        .. _first.Select(one => _images[one.Kind] == 1 ? one.Sentence
            : $"{one.Sentence} So it is with {_images[one.Kind]} images of {stack}."),
    ];

    /// <summary>Takes what was said of an image.</summary>
    public void Add(string image, IReadOnlyList<string> sentences)
    {
        foreach (string sentence in sentences)
        {
            string kind = string.Concat(sentence.Replace(image, "", StringComparison.Ordinal).Where(letter => !char.IsAsciiDigit(letter)));
            if (!_images.TryAdd(kind, 1))
            {
                _images[kind]++;
                continue;
            }
            _first.Add((sentence, kind));
        }
    }
}
