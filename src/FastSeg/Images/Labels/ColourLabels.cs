namespace FastSeg.Images.Labels;

/// <summary>Coloured strokes read as labels: each exact colour has a value, and every other pixel is 0.</summary>
/// <param name="source">Three channels of uint8 or uint16; alpha may follow, and where it is 0, nothing was drawn.</param>
/// <param name="values">The value of each colour.</param>
/// <param name="owned">Whether the source is disposed with this.</param>
internal sealed unsafe class ColourLabels(ImageReader source, IReadOnlyDictionary<LabelColour, int> values, bool owned)
    : LabelImage(source, values.Values.Append(0).Max() > byte.MaxValue ? SampleType.UInt16 : SampleType.UInt8, owned)
{
    /// <summary>The value of each colour.</summary>
    public IReadOnlyDictionary<LabelColour, int> Values => values;

    protected override int Convert(byte* stored, int count, byte* labels)
    {
        ImageInfo info = Source.Info;
        bool wide = info.Type == SampleType.UInt16, wideLabels = Info.Type == SampleType.UInt16;
        int bytes = info.PixelBytes, alpha = bytes - info.Type.Bytes();
        ReadOnlySpan<byte> before = default;
        int label = 0;
        for (int i = 0; i < count; i++, stored += bytes)
        {
            var pixel = new ReadOnlySpan<byte>(stored, bytes);
            if (i == 0 || !pixel.SequenceEqual(before))
            {
                bool none = info.HasAlpha && !pixel[alpha..].ContainsAnyExcept((byte)0);
                label = none ? 0 : values.GetValueOrDefault(ColourScan.Colour(pixel, wide));
                before = pixel;
            }
            if (wideLabels)
            {
                ((ushort*)labels)[i] = (ushort)label;
            }
            else
            {
                labels[i] = (byte)label;
            }
        }
        return -1;
    }

    protected override string Fault(byte* stored) => throw new InvalidOperationException("Every colour is a label, or none.");
}
