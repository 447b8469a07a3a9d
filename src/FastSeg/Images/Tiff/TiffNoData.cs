using System.Globalization;

namespace FastSeg.Images.Tiff;

/// <summary>
/// What stands for the pixels of a strip or tile that a file leaves out (offset 0, size 0), as GDAL does where all of its pixels are alike:
/// the value of GDAL's tag, if samples can have it, and otherwise 0.
/// </summary>
internal static unsafe class TiffNoData
{
    private const int MostLetters = 64;

    /// <summary>The value that GDAL's tag names; 0 where it names none that such samples can have.</summary>
    public static double Read(TiffTags tags, SampleType type, int bits)
    {
        string text = tags.Text(TiffTags.NoData, MostLetters).Trim();
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
        {
            return 0;
        }
        if (type.IsFloat())
        {
            return value;
        }
        bool signed = type is SampleType.Int8 or SampleType.Int16 or SampleType.Int32 or SampleType.Int64;
        double least = signed ? -Math.Pow(2, bits - 1) : 0, end = Math.Pow(2, signed ? bits - 1 : bits);
        return value >= least && value < end && Math.Floor(value) == value ? value : 0;
    }

    /// <summary>Writes a value as so many samples.</summary>
    public static void Fill(byte* to, long samples, SampleType type, double value)
    {
        switch (type)
        {
            case SampleType.UInt8 or SampleType.Int8:
                Fill(to, samples, (byte)(int)value);
                break;
            case SampleType.UInt16 or SampleType.Int16:
                Fill((ushort*)to, samples, (ushort)(int)value);
                break;
            case SampleType.Float16:
                Fill((Half*)to, samples, (Half)value);
                break;
            case SampleType.Float32:
                Fill((float*)to, samples, (float)value);
                break;
            case SampleType.UInt32 or SampleType.Int32:
                Fill((uint*)to, samples, (uint)(long)value);
                break;
            case SampleType.Int64:
                Fill((long*)to, samples, (long)value);
                break;
            case SampleType.UInt64:
                Fill((ulong*)to, samples, (ulong)value);
                break;
            default:
                Fill((double*)to, samples, value);
                break;
        }
    }

    private static void Fill<T>(T* to, long samples, T value) where T : unmanaged
    {
        for (long i = 0; i < samples; i++)
        {
            to[i] = value;
        }
    }
}
