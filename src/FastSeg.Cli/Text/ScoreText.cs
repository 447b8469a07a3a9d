using System.Text.Json;

namespace FastSeg.Cli.Text;

/// <summary>Scores as text and as JSON.</summary>
internal static class ScoreText
{
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

    /// <summary>Prints one line an image, the mean, and the confusion matrix of all images together.</summary>
    public static void Write(TextWriter output, IReadOnlyList<ImageScore> scores)
    {
        foreach (ImageScore score in scores)
        {
            string classes = string.Join("  ", score.Matrix.Classes.Select(value => $"class {value} {score.Matrix.Iou(value):0.0000}"));
            output.WriteLine($"{score.Prediction}  mean IoU {score.Matrix.MeanIou():0.0000}  ({classes})");
        }
        output.WriteLine($"mean over {scores.Count} image{(scores.Count == 1 ? "" : "s")}: {MeanOfMeans(scores):0.0000}");
        ConfusionMatrix pool = Pool(scores);
        output.WriteLine($"pixels of each class of the truth (rows) by label (columns), {Units.Percent(pool.Accuracy())} right:");
        IReadOnlyList<int> labels = pool.Predictions;
        var table = new TextTable([.. Enumerable.Repeat(true, labels.Count + 1)]);
        table.Row(["", .. labels.Select(label => $"{label}")]);
        foreach (int value in pool.Classes)
        {
            table.Row([$"{value}", .. labels.Select(label => Units.Count(pool[value, label]))]);
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
            json.WriteStartArray("images");
            foreach (ImageScore score in scores)
            {
                json.WriteStartObject();
                json.WriteString("prediction", score.Prediction);
                json.WriteString("truth", score.Truth);
                json.WriteNumber("meanIou", score.Matrix.MeanIou());
                json.WriteNumber("pixels", score.Matrix.Pixels);
                json.WriteStartArray("classes");
                foreach (int value in score.Matrix.Classes)
                {
                    json.WriteStartObject();
                    json.WriteNumber("value", value);
                    json.WriteNumber("iou", score.Matrix.Iou(value));
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteNumber("meanIou", MeanOfMeans(scores));
            WriteConfusion(json, Pool(scores));
            json.WriteEndObject();
        }
        output.WriteLine(System.Text.Encoding.UTF8.GetString(stream.ToArray()));
    }

    private static void WriteConfusion(Utf8JsonWriter json, ConfusionMatrix pool)
    {
        json.WriteStartObject("confusion");
        json.WriteNumber("accuracy", pool.Accuracy());
        WriteNumbers(json, "truth", pool.Classes.Select(value => (long)value));
        WriteNumbers(json, "labels", pool.Predictions.Select(value => (long)value));
        json.WriteStartArray("pixels");
        foreach (int value in pool.Classes)
        {
            json.WriteStartArray();
            foreach (int label in pool.Predictions)
            {
                json.WriteNumberValue(pool[value, label]);
            }
            json.WriteEndArray();
        }
        json.WriteEndArray();
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
}
