using System.Globalization;
using System.Text.Json.Nodes;
using FastSeg.Cli.Text;
using FastSeg.Tests.Cli;
using NUnit.Framework;

namespace FastSeg.Tests.Hostile;

/// <summary>Whatever stands in a JSON file in the place of a value, the answer is a model or a sentence of ours.</summary>
[TestFixture]
internal sealed class DescriptionTests
{
    /// <summary>A value of each JSON type, and those that parsers stumble over.</summary>
    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "-1", "1e999", "-0.5", "2147483648", "\"\"", "\"none\"", "\"NaN\"", "\"\\ud800\"", "[]", "{}",
        "[null]", "[[]]", "{\"a\": null}", "[1, \"a\"]",
    ];

    [Test]
    public void EveryValueOfAModelMayBeOfAnyKind()
    {
        byte[] model = Trained.Grey.ToBytes();
        int refused = Sweep(ModelEdit.Description(model), json =>
        {
            Model loaded = Model.Load(ModelEdit.WithDescription(model, json), "m");
            // What is read must also be printable and writable again.
            File.WriteAllBytes("/dev/null", loaded.ToBytes());
            ModelText.Write(TextWriter.Null, "/dev/null", loaded);
        });
        Assert.That(refused, Is.GreaterThan(200));
    }

    [Test]
    public void EveryValueOfABackbonesDescriptionMayBeOfAnyKind()
    {
        using var folder = new TemporaryFolder();
        string models = TestData.File("models", "fastseg-vit-tiny-8-int8");
        File.CreateSymbolicLink(folder.File("backbone.onnx"), Path.Combine(models, "backbone.onnx"));
        int refused = Sweep(File.ReadAllText(Path.Combine(models, "backbone.json")), json =>
        {
            File.WriteAllText(folder.File("backbone.json"), json);
            BackboneDescription.Load(folder.Path);
        });
        Assert.That(refused, Is.GreaterThan(100));
    }

    [Test]
    public void ThousandsOfSigmasAreOneSentenceAndLittleMemory()
    {
        using var folder = new TemporaryFolder();
        byte[] model = Trained.Grey.ToBytes();
        JsonNode json = JsonNode.Parse(ModelEdit.Description(model))!;
        json["features"]!["sigmas"] = new JsonArray([.. Enumerable.Range(1, 20_000).Select(i => JsonValue.Create(i))]);
        File.WriteAllBytes(folder.File("m.fastseg"), ModelEdit.WithDescription(model, json.ToJsonString()));
        (Outcome outcome, long peak) = ChildProcess.Run("info", folder.File("m.fastseg"));
        Assert.That((outcome.Code, outcome.ErrorLines), Is.EqualTo((1, outcome.ErrorLines)));
        Assert.That(outcome.Error, Does.Contain("20000 sigmas were given; at most 64 are possible."));
        Assert.That(outcome.ErrorLines, Has.Length.EqualTo(1));
        Assert.That(peak, Is.LessThan(100L << 20));
    }

    [Test]
    public void TooManySigmasGiveNoNames() => Assert.That(
        () => new FeatureSpec { Sigmas = [.. Enumerable.Range(1, 20_000).Select(i => (double)i)] }.Names,
        Throws.TypeOf<FastSegException>().With.Message.Contains("20000 sigmas"));

    /// <summary>Replaces each value by each other; returns how often the answer was a sentence.</summary>
    private static int Sweep(string json, Action<string> read)
    {
        int refused = 0;
        foreach (string path in Paths(JsonNode.Parse(json)!, ""))
        {
            foreach (string value in Values)
            {
                string edited = Replaced(json, path, value);
                try
                {
                    read(edited);
                }
                catch (FastSegException e)
                {
                    refused++;
                    Assert.That(e.Message, Does.EndWith(".").And.Not.Contain("System."), $"{path} = {value}");
                }
                catch (Exception e)
                {
                    Assert.Fail($"{path} = {value}: {e}");
                }
            }
        }
        return refused;
    }

    private static IEnumerable<string> Paths(JsonNode node, string path) => node switch
    {
        JsonObject members => members.SelectMany(member => Below(member.Value, $"{path}/{member.Key}")),
        JsonArray items => items.SelectMany((item, i) => Below(item, $"{path}/{i}")),
        _ => [],
    };

    private static IEnumerable<string> Below(JsonNode? node, string path) => node is null ? [path] : [path, .. Paths(node, path)];

    /// <summary>The text with the value at a path replaced by another text, which need not be one that .NET's parser would hold.</summary>
    private static string Replaced(string json, string path, string value)
    {
        const string Mark = "\"@here@\"";
        JsonNode root = JsonNode.Parse(json)!;
        string[] parts = path.Split('/')[1..];
        JsonNode parent = parts[..^1].Aggregate(root, (node, part) => node is JsonArray items ? items[Index(part)]! : node[part]!);
        if (parent is JsonArray list)
        {
            list[Index(parts[^1])] = "@here@";
        }
        else
        {
            parent[parts[^1]] = "@here@";
        }
        return root.ToJsonString().Replace(Mark, value, StringComparison.Ordinal);
    }

    private static int Index(string part) => int.Parse(part, CultureInfo.InvariantCulture);
}
