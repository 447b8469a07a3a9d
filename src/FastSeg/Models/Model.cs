using FastSeg.Deep;
using FastSeg.Features;
using FastSeg.Forest;

namespace FastSeg.Models;

/// <summary>
/// A trained model: which features, which classes, and the trees. Immutable and safe to share between threads and segmenters.
/// </summary>
public sealed class Model
{
    internal Model(
        FeatureSpec features, int channels, DeepModel? deep, IReadOnlyList<ModelClass> classes, TrainingOptions training, string xgboostVersion, byte[] forestBytes, SelfTest selfTest)
    {
        Features = features;
        Channels = channels;
        Deep = deep;
        Planes = (features.Names.Count * channels) + DeepChannels;
        Classes = classes;
        Training = training;
        XgboostVersion = xgboostVersion;
        ForestBytes = forestBytes;
        Forest = DecisionForest.Parse(forestBytes);
        SelfTest = selfTest;
        CheckFit();
        SelfTest.Check(Forest);
    }

    /// <summary>The features its trees look at.</summary>
    public FeatureSpec Features { get; }

    /// <summary>1: trained on grey images; 3: on RGB.</summary>
    public int Channels { get; }

    /// <summary>Its classes, by ascending label value. Class number c (from 0) is written as label c + 1 unless values are kept.</summary>
    public IReadOnlyList<ModelClass> Classes { get; }

    /// <summary>How it was trained.</summary>
    public TrainingOptions Training { get; }

    /// <summary>Version of the XGBoost that trained it.</summary>
    public string XgboostVersion { get; }

    /// <summary>XGBoost's own UBJSON, loadable by XGBoost anywhere.</summary>
    public ReadOnlyMemory<byte> ForestBytes { get; }

    /// <summary>Its deep features; null where it has none.</summary>
    public DeepDescription? DeepFeatures => Deep?.Description;

    /// <summary>Feature planes of an image: features times channels, then the deep channels.</summary>
    public int Planes { get; }

    internal DeepModel? Deep { get; }

    internal int DeepChannels => Deep?.Description.Channels ?? 0;

    /// <summary>Trees of the forest.</summary>
    public int Trees => Forest.Trees.Length;

    /// <summary>Mean number of splits of a tree.</summary>
    public double SplitsPerTree => (double)Forest.Splits / Forest.Trees.Length;

    internal DecisionForest Forest { get; }

    internal SelfTest SelfTest { get; }

    /// <summary>Reads a model file and runs its self-test.</summary>
    /// <param name="path">A .fastseg file.</param>
    /// <exception cref="FastSegException">It is missing, corrupt, newer than this program, or its self-test fails.</exception>
    public static Model Load(string path) => ModelFile.Read(path);

    /// <summary>Writes the model beside <paramref name="path"/> and renames it. Equal models give equal bytes.</summary>
    /// <exception cref="FastSegException">The folder is missing or cannot be written, or the disk is full.</exception>
    public void Save(string path) => ModelFile.Write(this, path);

    private void CheckFit()
    {
        Features.Check(DeepChannels);
        Training.Check();
        if (Channels is not (1 or 3))
        {
            throw new InvalidDataException($"it states {Channels} channels, which must be 1 or 3");
        }
        if (Classes.Count is < 2 or > 255)
        {
            throw new InvalidDataException($"it has {Classes.Count} classes, which must be 2 to 255");
        }
        for (int i = 0; i < Classes.Count; i++)
        {
            if (Classes[i].Value > ushort.MaxValue || Classes[i].Value <= (i == 0 ? 0 : Classes[i - 1].Value))
            {
                throw new InvalidDataException($"its class {i + 1} has the label value {Classes[i].Value}; values must ascend from 1 to 65535");
            }
        }
        if (Forest.Classes != Classes.Count)
        {
            throw new InvalidDataException($"its trees tell {Forest.Classes} classes apart, but it names {Classes.Count}");
        }
        if (Forest.Features != Planes)
        {
            throw new InvalidDataException($"its trees look at {Forest.Features} features, but its specification gives {Planes}");
        }
    }
}
