using System.Numerics;
using System.Runtime.CompilerServices;

namespace FastSeg.Images.Labels;

/// <summary>
/// One channel of any type read as labels: values below 0 and the void value are 0, values above 65535 and fractions are refused. Where
/// alpha is 0, nothing was drawn. Of an image in colour the first channel counts, where the three are equal.
/// </summary>
internal sealed unsafe class WholeLabels : LabelImage
{
    private readonly long? _void;
    private readonly string _what;

    /// <summary>Wraps an image.</summary>
    /// <param name="source">One channel, or three; alpha may follow.</param>
    /// <param name="options">The void value.</param>
    /// <param name="what">What the sentences call the labels: "label values".</param>
    /// <param name="owned">Whether the source is disposed with this.</param>
    public WholeLabels(ImageReader source, LabelOptions options, string what, bool owned)
        : base(source, source.Info.Type.Bytes() == 1 ? SampleType.UInt8 : SampleType.UInt16, owned)
    {
        (_void, _what) = (options.Void, what);
    }

    protected override int Convert(byte* stored, int count, byte* labels) => Source.Info.Type switch
    {
        SampleType.UInt8 => Whole<byte>(stored, count, labels),
        SampleType.Int8 => Whole<sbyte>(stored, count, labels),
        SampleType.UInt16 => Whole<ushort>(stored, count, labels),
        SampleType.Int16 => Whole<short>(stored, count, labels),
        SampleType.UInt32 => Whole<uint>(stored, count, labels),
        SampleType.Int32 => Whole<int>(stored, count, labels),
        SampleType.UInt64 => Whole<ulong>(stored, count, labels),
        SampleType.Int64 => Whole<long>(stored, count, labels),
        SampleType.Float16 => Floating<Half>(stored, count, labels),
        SampleType.Float32 => Floating<float>(stored, count, labels),
        _ => Floating<double>(stored, count, labels),
    };

    protected override string Fault(byte* stored)
    {
        string value = Source.Info.Type switch
        {
            SampleType.UInt32 => $"{Unsafe.ReadUnaligned<uint>(stored)}",
            SampleType.Int32 => $"{Unsafe.ReadUnaligned<int>(stored)}",
            SampleType.UInt64 => $"{Unsafe.ReadUnaligned<ulong>(stored)}",
            SampleType.Int64 => $"{Unsafe.ReadUnaligned<long>(stored)}",
            SampleType.Float16 => FormattableString.Invariant($"{Unsafe.ReadUnaligned<Half>(stored)}"),
            SampleType.Float32 => FormattableString.Invariant($"{Unsafe.ReadUnaligned<float>(stored):R}"),
            _ => FormattableString.Invariant($"{Unsafe.ReadUnaligned<double>(stored):R}"),
        };
        return !value.AsSpan().TrimStart('-').ContainsAnyExceptInRange('0', '9') || value.Contains("E+", StringComparison.Ordinal)
            ? $"{value}; {_what} are at most 65535. Where that value marks nothing, give it as {LabelWords.Void} {value}."
            : $"{value}, which is no whole number; {_what} are whole numbers, 0 where nothing is drawn.";
    }

    private int Whole<T>(byte* stored, int count, byte* labels) where T : unmanaged, IBinaryInteger<T>
    {
        T none = _void is { } value && Fits(value, out T fitting) ? fitting : T.Zero;
        int channels = Source.Info.Channels;
        for (int i = 0; i < count; i++)
        {
            T* pixel = (T*)stored + ((long)i * channels);
            T label = pixel[0];
            if (label <= T.Zero || label == none || IsTransparent(pixel, channels))
            {
                Store(labels, i, 0);
                continue;
            }
            if (label > T.CreateSaturating(ushort.MaxValue))
            {
                return i;
            }
            Store(labels, i, ushort.CreateTruncating(label));
        }
        return -1;
    }

    private int Floating<T>(byte* stored, int count, byte* labels) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int channels = Source.Info.Channels;
        for (int i = 0; i < count; i++)
        {
            T* pixel = (T*)stored + ((long)i * channels);
            double label = double.CreateTruncating(pixel[0]);
            bool none = Source.Info.HasAlpha && pixel[channels - 1] == T.Zero;
            if (!none && !(Math.Floor(label) == label && double.IsFinite(label)))
            {
                return i;
            }
            if (none || label <= 0 || label == _void)
            {
                Store(labels, i, 0);
                continue;
            }
            if (label > ushort.MaxValue)
            {
                return i;
            }
            Store(labels, i, (ushort)label);
        }
        return -1;
    }

    private bool IsTransparent<T>(T* pixel, int channels) where T : unmanaged, IBinaryInteger<T> =>
        Source.Info.HasAlpha && pixel[channels - 1] == T.Zero;

    private static bool Fits<T>(long value, out T fitting) where T : unmanaged, IBinaryInteger<T>
    {
        fitting = T.CreateTruncating(value);
        return long.CreateSaturating(fitting) == value;
    }

    private void Store(byte* labels, int i, ushort value)
    {
        if (Info.Type == SampleType.UInt8)
        {
            labels[i] = (byte)value;
            return;
        }
        ((ushort*)labels)[i] = value;
    }
}
