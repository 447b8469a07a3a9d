using FastSeg.Interop.Calls;
using FastSeg.Interop.Structs;

namespace FastSeg.Interop.Functions;

/// <summary>The images and labels of a training, in the caller's memory.</summary>
internal sealed unsafe class TrainingSet : IDisposable
{
    private readonly List<ImageOfArray> _arrays = [];
    private readonly List<TrainingImage> _images = [];

    /// <summary>Takes the caller's images.</summary>
    public TrainingSet(NativeTrainingImage* images, int count)
    {
        try
        {
            for (int i = 0; i < count; i++)
            {
                NativeTrainingImage one = Sized.Element(images, i, NativeTrainingImage.StructName);
                string name = Text.ReadOrNull(one.Name, $"The name of image {i + 1}") ?? $"image {i + 1}";
                MemoryImage image = Take(one.Image, $"Image {i + 1}", name);
                _images.Add(new TrainingImage(image, Take(one.Labels, $"The label image {i + 1}", $"labels of {name}")));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The images with their labels.</summary>
    public IReadOnlyList<TrainingImage> Images => _images;

    /// <summary>The names of the classes that are labelled, by ascending label value; null where none are given.</summary>
    /// <exception cref="CallException">A labelled value has no class, or two classes have one value.</exception>
    public IReadOnlyList<string>? Names(ModelClass[] classes)
    {
        if (classes.Length == 0)
        {
            return null;
        }
        var names = new SortedDictionary<int, string>();
        foreach (ModelClass one in classes)
        {
            if (!names.TryAdd(one.Value, one.Name))
            {
                throw CallException.Argument($"Two classes have the value {one.Value}; give each value once.");
            }
        }
        SortedSet<int> drawn = Values();
        if (drawn.FirstOrDefault(value => !names.ContainsKey(value)) is var missing and > 0)
        {
            throw CallException.Argument($"Pixels are labelled {missing}, but no class has that value; add it to the classes.");
        }
        return [.. names.Where(pair => drawn.Contains(pair.Key)).Select(pair => pair.Value)];
    }

    /// <inheritdoc/>
    public void Dispose() => _arrays.ForEach(array => array.Dispose());

    private MemoryImage Take(in NativeArray array, string what, string name)
    {
        var taken = new ImageOfArray(array, what, name);
        _arrays.Add(taken);
        return taken.Reader;
    }

    /// <summary>The values that are drawn, but for 0.</summary>
    private SortedSet<int> Values()
    {
        bool[] drawn = new bool[ushort.MaxValue + 1];
        foreach (ImageReader labels in _images.Select(image => new LabelOptions().Read(image.Labels)))
        {
            byte[] row = new byte[labels.Info.Width * labels.Info.PixelBytes];
            for (long y = 0; y < labels.Info.Height; y++)
            {
                labels.Read(new Region(0, y, labels.Info.Width, 1), row);
                Mark(row, labels.Info.Type, drawn);
            }
        }
        return [.. Enumerable.Range(1, ushort.MaxValue).Where(value => drawn[value])];
    }

    private static void Mark(ReadOnlySpan<byte> row, SampleType type, bool[] drawn)
    {
        for (int x = 0; x < row.Length; x += type.Bytes())
        {
            drawn[type == SampleType.UInt8 ? row[x] : BitConverter.ToUInt16(row[x..])] = true;
        }
    }
}
