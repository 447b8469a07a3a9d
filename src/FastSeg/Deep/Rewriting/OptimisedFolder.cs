using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using FastSeg.Files;
using FastSeg.Onnx;
using OnnxSchema;

namespace FastSeg.Deep.Rewriting;

/// <summary>Writes the folder of a rewritten network: graph, description, and what the old folder says of licence and origin.</summary>
internal static class OptimisedFolder
{
    /// <summary>
    /// How far projected tokens may be from the old network's for the old projection, and an upsampler that was trained on what it gives,
    /// to fit the new one. Eight bits change the box's by 0.005.
    /// </summary>
    private const double MostProjectedError = 0.03;

    private const string ReadMe = "README.md";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, IndentSize = 1 };

    /// <summary>Beginnings of names, in capitals, of files that travel with the weights.</summary>
    private static readonly string[] Legal = ["LICENSE", "LICENCE", "NOTICE", "COPYING"];

    /// <summary>Writes the folder and gives it its name; returns the result with what there is to say.</summary>
    public static OptimisedBackbone Write(
        PartialFolder folder, Backbone backbone, OnnxModel model, OptimisedBackbone result, SampleTokens samples, ComputeOptions options)
    {
        OnnxFile.Save(model, Path.Combine(folder.TemporaryPath, BackboneDescription.GraphFile));
        (string[] carried, string[] notes) = Carried(backbone, model, samples, options);
        string[] legal = [.. Directory.GetFiles(backbone.Folder).Select(path => Path.GetFileName(path)).Where(IsLegal)];
        folder.Guard(() =>
        {
            foreach (string file in carried.Concat(legal))
            {
                File.Copy(Path.Combine(backbone.Folder, file), Path.Combine(folder.TemporaryPath, file));
            }
            File.WriteAllText(Path.Combine(folder.TemporaryPath, ReadMe), Words(folder.Name, backbone, result));
            File.WriteAllText(
                Path.Combine(folder.TemporaryPath, BackboneDescription.JsonFile), Description(folder, backbone, result, carried));
        });
        folder.Commit();
        return result with { Notes = notes };
    }

    /// <summary>
    /// Which of the old folder's files go along: the projection where the rewritten tokens, projected, are what they were, and then the
    /// upsampler. What does not go along is said.
    /// </summary>
    private static (string[] Files, string[] Notes) Carried(
        Backbone backbone, OnnxModel model, SampleTokens samples, ComputeOptions options)
    {
        string[] files = [.. ((string[])[backbone.ProjectionPath, backbone.UpsamplerPath])
            .Where(File.Exists)
            .Select(path => Path.GetFileName(path))];
        string named = string.Join(" and ", files);
        if (backbone.Projection is not { } projection)
        {
            return ([], files.Length == 0
                ? []
                : [$"{named} left behind: without a stored projection nothing says what it was trained on."]);
        }
        double error = samples.Compare(model, projection.Tensors, options);
        string differ = string.Create(CultureInfo.InvariantCulture, $"projected tokens differ by {100 * error:G2} %");
        return error <= MostProjectedError
            ? (files, [$"{named} taken along: {differ}."])
            : ([], [$"{named} left behind: {differ}, which is more than {100 * MostProjectedError} %."]);
    }

    private static bool IsLegal(string name) => Legal.Any(name.ToUpperInvariant().StartsWith);

    /// <summary>The old description with a new name, window, overlap, hash and a word on where it comes from.</summary>
    private static string Description(PartialFolder folder, Backbone backbone, OptimisedBackbone result, IEnumerable<string> carried)
    {
        byte[] bytes = File.ReadAllBytes(Path.Combine(backbone.Folder, BackboneDescription.JsonFile));
        JsonObject json = JsonNode.Parse(bytes)!.AsObject();
        string source = backbone.Description.Source;
        json["name"] = folder.Name;
        json["windowTokens"] = result.WindowTokens;
        json["overlapTokens"] = result.OverlapTokens;
        json["source"] = $"{(source.Length == 0 ? "" : $"{source}; ")}{backbone.Description.Name} rewritten by fastseg backbone optimise";
        json["sha256"] = new JsonObject(carried.Prepend(BackboneDescription.GraphFile).Select(file =>
            KeyValuePair.Create(file, (JsonNode?)Hash(Path.Combine(folder.TemporaryPath, file)))));
        return json.ToJsonString(Indented) + "\n";
    }

    private static string Hash(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>What the new folder is, and behind it what the old one says of itself.</summary>
    private static string Words(string name, Backbone backbone, OptimisedBackbone result)
    {
        int bytes = result.Layers.Count(layer => layer.IsBytes);
        string here = string.Create(
            CultureInfo.InvariantCulture,
            $"""
            # {name}

            The network of {backbone.Description.Name}, rewritten by `fastseg backbone optimise`: {result.Attentions} attentions and
            {result.Gelus} GELUs as single operators of ONNX Runtime, {bytes} of {result.Layers.Count} linear layers in 8 bits with fixed
            ranges. Over {result.Windows} sample windows its tokens differ by {result.Tokens.Relative:G2} from those of the network it was
            made of (root mean square, relative; cosine {result.Tokens.Cosine:F5}).

            """);
        string before = Path.Combine(backbone.Folder, ReadMe);
        return File.Exists(before) ? $"{here}\nThe folder that it was made of says:\n\n{File.ReadAllText(before)}" : here;
    }
}
