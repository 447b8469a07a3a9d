namespace FastSeg.Deep.Backbones;

/// <summary>
/// Makes a transformer's input of image samples: mapped to 0..1 (<see cref="InputMap"/>), less the network's mean, over its standard
/// deviation, a plane for each colour. Grey is repeated in all three.
/// </summary>
internal sealed unsafe class BackboneInput
{
    /// <summary>Planes of the input.</summary>
    public const int Colours = 3;

    /// <summary>In place of a colour: the values in 0..1 themselves, with mean 0 and standard deviation 1.</summary>
    private const int Plain = Colours;

    private readonly SampleType _type;
    private readonly InputMap _map;
    private readonly float[] _mean;
    private readonly float[] _std;
    private readonly float[][] _table;

    /// <summary>Prepares for samples of one type; those of whole numbers are looked up by their bits in a table.</summary>
    public BackboneInput(BackboneDescription description, InputMap map, SampleType type)
    {
        _type = type;
        _map = map;
        _mean = [.. description.Mean, 0];
        _std = [.. description.Std, 1];
        int values = type switch
        {
            SampleType.UInt8 or SampleType.Int8 => byte.MaxValue + 1,
            SampleType.UInt16 or SampleType.Int16 => ushort.MaxValue + 1,
            SampleType.Float32 => 0,
            _ => throw type.NotNarrow(),
        };
        _table = new float[Colours + 1][];
        for (int colour = 0; colour <= Plain; colour++)
        {
            _table[colour] = new float[values];
            for (int bits = 0; bits < values; bits++)
            {
                int value = type switch { SampleType.Int16 => (short)bits, SampleType.Int8 => (sbyte)bits, _ => bits };
                _table[colour][bits] = Normalised(_map.Unit(value, type.Divisor()), colour);
            }
        }
    }

    /// <summary>
    /// Fills the planes of a window. Rows and columns past the image's bottom and right edge repeat the edge.
    /// </summary>
    /// <param name="samples">Rows of the image, channels interleaved.</param>
    /// <param name="area">Which pixels of the image the samples are.</param>
    /// <param name="image">The image.</param>
    /// <param name="window">The window, in pixels of the image; its right and lower part may lie outside.</param>
    /// <param name="planes">Three planes of the window's height x width floats.</param>
    public void Fill(byte* samples, Region area, ImageInfo image, Region window, float* planes)
    {
        (long x, long y, int width, int height) = (window.X, window.Y, (int)window.Width, (int)window.Height);
        nint plane = (nint)width * height;
        int inside = (int)Math.Min(width, image.Width - x);
        for (int row = 0; row < height; row++)
        {
            float* to = planes + ((nint)row * width);
            if (y + row >= image.Height)
            {
                // Below the image every row is a copy of the one above it.
                for (int colour = 0; colour < Colours; colour++)
                {
                    new ReadOnlySpan<float>(to + (colour * plane) - width, width).CopyTo(new Span<float>(to + (colour * plane), width));
                }
                continue;
            }
            byte* from = samples + ((((y + row - area.Y) * area.Width) + (x - area.X)) * image.PixelBytes);
            for (int colour = 0; colour < Colours; colour++)
            {
                float* line = to + (colour * plane);
                Row(from, image.Channels, image.Channels == 1 ? 0 : colour, colour, inside, line);
                new Span<float>(line + inside, width - inside).Fill(line[inside - 1]);
            }
        }
    }

    /// <summary>A part of the image in 0..1, before mean and standard deviation: a plane for each of its channels.</summary>
    /// <param name="samples">Rows of the image, channels interleaved.</param>
    /// <param name="area">Which pixels of the image the samples are.</param>
    /// <param name="image">The image.</param>
    /// <param name="part">The part of the area.</param>
    /// <param name="planes">Planes of the part's height x width floats.</param>
    public void Unit(byte* samples, Region area, ImageInfo image, Region part, float* planes)
    {
        for (int channel = 0; channel < image.Channels; channel++)
        {
            for (long y = part.Y; y < part.Bottom; y++, planes += part.Width)
            {
                byte* from = samples + ((((y - area.Y) * area.Width) + (part.X - area.X)) * image.PixelBytes);
                Row(from, image.Channels, channel, Plain, (int)part.Width, planes);
            }
        }
    }

    /// <summary>Takes planes in 0..1 to the network's input, in place; one plane is repeated in all colours.</summary>
    /// <param name="planes">Planes back to back, with room for all colours.</param>
    /// <param name="count">Floats of a plane.</param>
    /// <param name="channels">Planes that are filled, 1 or 3.</param>
    public void Normalise(float* planes, nint count, int channels)
    {
        // From the last colour to the first, because the first plane is what the others are made of where there is one alone.
        for (int colour = Colours - 1; colour >= 0; colour--)
        {
            float* from = planes + (channels == 1 ? 0 : colour * count), to = planes + (colour * count);
            for (nint i = 0; i < count; i++)
            {
                to[i] = Normalised(from[i], colour);
            }
        }
    }

    private void Row(byte* samples, int channels, int channel, int colour, int count, float* line)
    {
        fixed (float* table = _table[colour])
        {
            switch (_type)
            {
                case SampleType.UInt8 or SampleType.Int8:
                    for (int i = 0; i < count; i++)
                    {
                        line[i] = table[samples[(i * channels) + channel]];
                    }
                    break;
                case SampleType.UInt16 or SampleType.Int16:
                    for (int i = 0; i < count; i++)
                    {
                        line[i] = table[((ushort*)samples)[(i * channels) + channel]];
                    }
                    break;
                default:
                    for (int i = 0; i < count; i++)
                    {
                        line[i] = Normalised(_map.Unit(((float*)samples)[(i * channels) + channel], 1), colour);
                    }
                    break;
            }
        }
    }

    private float Normalised(float unit, int colour) => (unit - _mean[colour]) / _std[colour];
}
