using System.CommandLine;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Files;
using FastSeg.Cli.Options;
using FastSeg.Cli.Reports;
using FastSeg.Cli.Sessions;
using FastSeg.Cli.Text;
using FastSeg.Files;
using FastSeg.Forest.Training;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Native;

namespace FastSeg.Cli.Commands;

/// <summary>Says what a file or a backbone's folder is.</summary>
internal sealed class InfoCommand : FastSegCommand
{
    private readonly Argument<string?> _file = new("FILE")
    {
        Description =
            "A model (.fastseg), an image (TIFF, PNG, JPEG, WebP, BMP, npy or OME-Zarr), a backbone's folder, or an " +
            "upsampler's weights or a projection (.safetensors).",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly OpeningOptions _opening = new();

    private readonly Option<bool> _device = new("--device")
    {
        Description = "List this machine's accelerators, why one is passed over, and what XGBoost and ONNX Runtime would run on.",
    };

    public InfoCommand() : base(
        "info", "Says what a model, an image or a backbone is.",
        "Of a model: classes, features, trees and how it was trained. Of an image: format, size, sample type, pages and pixel size. " +
            "Of a backbone: patch, dimension, windows, licence, source and SHA-256.",
        "fastseg info m.fastseg",
        "fastseg info image.tif#2",
        "fastseg info models/fastseg-vit-tiny-8-int8",
        "fastseg info --device")
    {
        Arguments.Add(_file);
        Options.Add(_device);
        _opening.AddTo(this);
    }

    /// <inheritdoc/>
    public override CommonUse Uses => CommonUse.Report;

    public override FileUse Files(ParseResult parsed) => new([parsed.GetValue(_file)], []);

    public override int Run(Session session)
    {
        bool device = session.Parsed.GetValue(_device);
        if (device)
        {
            WriteDevices(session);
        }
        if (session.Parsed.GetValue(_file) is not { } path)
        {
            return device ? ExitCode.Success : throw new UsageException("info says what a file is; give one, or --device.");
        }
        if (Directory.Exists(path) && !ImageFile.IsZarr(path))
        {
            using Backbone backbone = Backbone.Open(path, 1);
            backbone.CheckUpsampler();
            BackboneText.Write(session.Output, backbone);
        }
        else if (BackboneFolders.IsProjection(path))
        {
            ProjectionText.Write(session.Output, path, ProjectionFile.Load(path));
        }
        else if (path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
        {
            UpsamplerText.Write(session.Output, path, UpsamplerFile.Load(path));
        }
        else if (!Directory.Exists(path) && LooksLikeModel(path))
        {
            Model model = Model.Load(path);
            ModelText.Write(session.Output, path, model);
            session.Report.XgboostVersion = model.XgboostVersion;
            session.Report.Add(new ReportImage(path));
        }
        else
        {
            WriteImage(session, path);
        }
        return ExitCode.Success;
    }

    private static void WriteDevices(Session session)
    {
        var table = new TextTable(false, false, true, false);
        foreach (GpuFound found in GpuProbe.Run())
        {
            string memory = found.MemoryBytes > 0 ? Units.Bytes(found.MemoryBytes) : "";
            string usable = found.PassedOver.Length == 0
                ? $"--backend {found.Backend.ToString().ToLowerInvariant()}"
                : $"passed over: {found.PassedOver}";
            table.Row(found.Name, found.Details, memory, found.Exists ? usable : found.PassedOver);
        }
        table.Write(session.Output, "");
        session.Output.WriteLine(Trees());
        session.Output.WriteLine(BackboneProvider.Describe(GpuProbe.CudaOrdinal));
    }

    /// <summary>Which libxgboost there is, and whether it would train on a GPU.</summary>
    private static string Trees()
    {
        try
        {
            return $"{TrainingPlace.Choose(BackendKind.Cuda, XgBoostBuild.Current).Reason} It is {XgBoostLibrary.Path}.";
        }
        catch (FastSegException e)
        {
            return SettingFlags.Sentence(e);
        }
    }

    /// <summary>Whether the file is a ZIP, or is at least called a model; anything else is taken for an image.</summary>
    private static bool LooksLikeModel(string path)
    {
        if (path.EndsWith(".fastseg", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }
        FileKinds.RefuseStreams(path, path);
        try
        {
            using FileStream file = File.OpenRead(path);
            Span<byte> magic = stackalloc byte[4];
            return file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) == magic.Length
                && magic.SequenceEqual("PK\u0003\u0004"u8);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Missing, unreadable, or with a page number: opening it as an image says so.
            return false;
        }
    }

    /// <summary>The type that is stored, and the one that is read where it is another one: "12-bit, read as uint16".</summary>
    private static string SampleText(ImageInfo info)
    {
        string stored = info.Bits == 8 * info.Stored.Bytes() ? info.Stored.Name() : $"{info.Bits}-bit";
        return stored == info.Type.Name() ? stored : $"{stored}, read as {info.Type.Name()}";
    }

    /// <summary>The sizes at which a file holds the picture.</summary>
    private static string Sizes(ImageInfo info) => string.Join(", ", info.Levels.Select(level => $"{level.Width} x {level.Height}"));

    private void WriteImage(Session session, string path)
    {
        using ImageReader reader = ImageFile.Open(path, _opening.Wanted(session.Parsed));
        ImageInfo info = reader.Info;
        session.Output.WriteLine($"{path}: {info.Format}");
        var table = new TextTable(false, false);
        if (info.Orientation != 1)
        {
            table.Row("orientation", $"{info.Orientation}: should be {OrientedImage.Words(info.Orientation)}, which --orient does");
        }
        table
            .Row("size", $"{info.Width} x {info.Height} px")
            .Row("samples", $"{SampleText(info)}, {ChannelSet.Of(info).Text()}");
        if (info.Levels.Count > 1)
        {
            table.Row("levels", Sizes(info));
        }
        if (info.Levels.Count < 2 || info.Pages > 1)
        {
            table.Row("pages", $"{info.Pages}");
        }
        table.Row(
            "pixel size",
            info.PixelSize is { } size ? $"{Units.Significant(size.X)} x {Units.Significant(size.Y)} {size.Unit}" : "unknown");
        if (info.Classes.Count > 0)
        {
            table.Row("classes", string.Join(", ", info.Classes.Select(one =>
                $"{one.Label} {one.Name}{(one.Value == one.Label ? "" : $" (drawn as {one.Value})")}")));
        }
        table.Write(session.Output);
        session.Report.Add(new ReportImage(path) { Pixels = info.Bounds.Pixels });
    }
}
