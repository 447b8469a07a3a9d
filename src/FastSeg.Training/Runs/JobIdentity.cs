using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FastSeg.Deep.Backbones;
using FastSeg.Deep.Upsamplers;
using FastSeg.Learning.Pieces;

namespace FastSeg.Learning.Runs;

/// <summary>
/// What tells a training from others, beside its projection: going on with another's state would give a network that no command makes.
/// </summary>
internal static class JobIdentity
{
    /// <summary>
    /// The job, the network's bytes and what describes it, and the sizes and times of images, given targets and the network that it begins
    /// with.
    /// </summary>
    /// <exception cref="FastSegException">The backbone's folder lacks a file, or one cannot be read.</exception>
    public static string Of(UpsamplerJob job, BackboneFiles files)
    {
        // Says what is missing in a folder that is none of a backbone.
        _ = BackboneDescription.Load(job.Backbone, files);
        IEnumerable<string> targets = job.Targets is { } folder ? job.Images.Select(image => GivenData.PathOf(folder, image)) : [];
        string text = string.Join('\n',
        [
            (job with { Images = [] }).ToLine(),
            files.Graph,
            files.Sha256(BackboneDescription.JsonFile),
            .. files.Weights().Select(file => $"{file.Key} {file.Value}"),
            .. job.Images.Append(job.From).Concat(targets).OfType<string>().Select(Stamp),
        ]);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    private static string Stamp(string path)
    {
        var file = new FileInfo(ImageFile.FileOf(path));
        return file.Exists
            ? $"{file.FullName} {file.Length} {file.LastWriteTimeUtc.Ticks.ToString(CultureInfo.InvariantCulture)}"
            : file.FullName;
    }
}
