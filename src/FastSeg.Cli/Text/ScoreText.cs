using System.Text.Json;

namespace FastSeg.Cli.Text;

/// <summary>Scores as text and as JSON.</summary>
internal static class ScoreText
{
    private const string TrainedOn = "trained on", NotTrainedOn = "not trained on";

    /// <summary>Mean over images of the per-image mean IoU.</summary>
    public static double MeanOfMeans(IReadOnlyList<ImageScore> scores) => scores.Average(score => score.Matrix.MeanIou());

    /// <summary>The counts of all images together.</summary>
    public static ConfusionMatrix Pool(IReadOnlyList<ImageScore> scores)
    {
        var pool = new ConfusionMatrix();
        foreach (ImageScore score in scores)
        {
            pool.Add(score.Matrix);
        }
        return pool;
    }

    /// <summary>
    /// Prints one line an image, the mean, and the confusion matrix of all images together. Where the model is known, the mean over images
    /// that it was not trained on comes first, the others after it, and the matrix is that of the former.
    /// </summary>
    public static void Write(TextWriter output, IReadOnlyList<ImageScore> scores)
    {
        foreach (ImageScore score in scores)
        {
            string classes = string.Join(
                "  ", score.Matrix.Classes.Select(value => $"{score.NameOf(value)} {score.Matrix.Iou(value):0.0000}"));
            string trained = score.TrainedOn == true ? "  trained on" : "", values = score.ByValues ? "  by the values drawn" : "";
            output.WriteLine($"{score.Prediction}  mean IoU {score.Matrix.MeanIou():0.0000}  ({classes}){values}{trained}");
        }
        (string Suffix, ImageScore[] Scores)[] groups = [.. Groups(scores).Select(group => ($" {group.Words}", group.Scores))];
        foreach ((string suffix, ImageScore[] group) in groups)
        {
            string images = $"{group.Length} image{(group.Length == 1 ? "" : "s")}";
            output.WriteLine($"mean over {images}{suffix.TrimEnd()}: {MeanOfMeans(group):0.0000}");
        }
        WriteConfusion(
            output, Pool(groups[0].Scores), $"pixels of each class of the truth (rows) by label (columns){Of(groups)}",
            Names(groups[0].Scores));
    }

    /// <summary>Prints a confusion matrix under a sentence that its accuracy is added to.</summary>
    /// <param name="output">Where results go.</param>
    /// <param name="matrix">The counts.</param>
    /// <param name="title">What they are counts of.</param>
    /// <param name="name">What a value is called; null for its number.</param>
    public static void WriteConfusion(TextWriter output, ConfusionMatrix matrix, string title, Func<int, string>? name = null)
    {
        name ??= value => $"{value}";
        output.WriteLine($"{title}, {Units.Percent(matrix.Accuracy())} right:");
        IReadOnlyList<int> labels = matrix.Predictions;
        var table = new TextTable([.. Enumerable.Repeat(true, labels.Count + 1)]);
        table.Row(["", .. labels.Select(name)]);
        foreach (int value in matrix.Classes)
        {
            table.Row([name(value), .. labels.Select(label => Units.Count(matrix[value, label]))]);
        }
        table.Write(output);
    }

    /// <summary>Prints the same as one JSON object.</summary>
    public static void WriteJson(TextWriter output, IReadOnlyList<ImageScore> scores)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            foreach ((string words, ImageScore[] group) in Groups(scores).Where(group => group.Words.Length > 0))
            {
                json.WriteStartObject(words == TrainedOn ? "trainedOn" : "notTrainedOn");
                json.WriteNumber("images", group.Length);
                json.WriteNumber("meanIou", MeanOfMeans(group));
                WriteConfusion(json, Pool(group), Names(group));
                json.WriteEndObject();
            }
            json.WriteStartArray("images");
            foreach (ImageScore score in scores)
            {
                WriteImage(json, score);
            }
            json.WriteEndArray();
            json.WriteNumber("meanIou", MeanOfMeans(scores));
            WriteConfusion(json, Pool(scores), Names(scores));
            json.WriteEndObject();
        }
        output.Write(System.Text.Encoding.UTF8.GetString(stream.ToArray()) + "\n");
    }

    /// <summary>Writes the IoU of each class.</summary>
    /// <param name="json">Where it goes.</param>
    /// <param name="matrix">The counts.</param>
    /// <param name="name">What a value is called; null where nobody knows.</param>
    public static void WriteClasses(Utf8JsonWriter json, ConfusionMatrix matrix, Func<int, string>? name = null)
    {
        json.WriteStartArray("classes");
        foreach (int value in matrix.Classes)
        {
            json.WriteStartObject();
            json.WriteNumber("value", value);
            if (name is not null)
            {
                json.WriteString("name", name(value));
            }
            json.WriteNumber("iou", matrix.Iou(value));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>Writes the counts and the share of those that are right; parameters as above.</summary>
    public static void WriteConfusion(Utf8JsonWriter json, ConfusionMatrix matrix, Func<int, string>? name = null)
    {
        json.WriteStartObject("confusion");
        json.WriteNumber("accuracy", matrix.Accuracy());
        WriteNumbers(json, "truth", matrix.Classes.Select(value => (long)value));
        WriteNumbers(json, "labels", matrix.Predictions.Select(value => (long)value));
        if (name is not null)
        {
            WriteNames(json, "truthNames", matrix.Classes.Select(name));
            WriteNames(json, "labelNames", matrix.Predictions.Select(name));
        }
        json.WriteStartArray("pixels");
        foreach (int value in matrix.Classes)
        {
            json.WriteStartArray();
            foreach (int label in matrix.Predictions)
            {
                json.WriteNumberValue(matrix[value, label]);
            }
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>
    /// The images whose means are printed apart, those that the model was not trained on first; all of them without a model.
    /// </summary>
    private static IEnumerable<(string Words, ImageScore[] Scores)> Groups(IReadOnlyList<ImageScore> scores) => scores
        .GroupBy(score => score.TrainedOn)
        .OrderBy(group => group.Key)
        .Select(group => (group.Key switch { null => "", true => TrainedOn, _ => NotTrainedOn }, group.ToArray()));

    /// <summary>What values of several images are called together; null where nobody knows, or two images differ.</summary>
    private static Func<int, string>? Names(IReadOnlyList<ImageScore> scores)
    {
        (int Value, string Name)[] known = [.. scores.SelectMany(score => score.Names).Select(one => (one.Key, one.Value)).Distinct()];
        return known.Length == 0 || known.DistinctBy(one => one.Value).Count() < known.Length
            ? null
            : value => known.FirstOrDefault(one => one.Value == value).Name ?? $"{value}";
    }

    /// <summary>Which images a matrix counts, where it does not count all.</summary>
    private static string Of((string Suffix, ImageScore[] Scores)[] groups) =>
        groups.Length == 1 ? "" : $", images{groups[0].Suffix}";

    private static void WriteImage(Utf8JsonWriter json, ImageScore score)
    {
        json.WriteStartObject();
        json.WriteString("prediction", score.Prediction);
        json.WriteString("truth", score.Truth);
        if (score.TrainedOn is { } trained)
        {
            json.WriteBoolean("trainedOn", trained);
        }
        if (score.ByValues)
        {
            json.WriteBoolean("byValues", true);
        }
        json.WriteNumber("meanIou", score.Matrix.MeanIou());
        json.WriteNumber("pixels", score.Matrix.Pixels);
        WriteClasses(json, score.Matrix, score.Names.Count == 0 ? null : score.NameOf);
        json.WriteEndObject();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IEnumerable<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (long number in numbers)
        {
            json.WriteNumberValue(number);
        }
        json.WriteEndArray();
    }

    private static void WriteNames(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
        {
            json.WriteStringValue(text);
        }
        json.WriteEndArray();
    }
}
