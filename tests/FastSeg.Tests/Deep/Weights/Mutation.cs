namespace FastSeg.Tests.Deep.Weights;

/// <summary>Damages a file as a fuzzer does.</summary>
internal static class Mutation
{
    private static readonly byte[] Interesting = [0, 1, 0x7f, 0x80, 0xff, (byte)'(', (byte)'.', (byte)'"', (byte)'{', (byte)'9'];

    /// <summary>The bytes with one to four changes: a byte set, a bit flipped, a part cut, doubled or zeroed.</summary>
    public static byte[] Of(byte[] bytes, Random random)
    {
        var changed = new List<byte>(bytes);
        for (int changes = random.Next(1, 5); changes > 0 && changed.Count > 0; changes--)
        {
            int at = random.Next(changed.Count), length = Math.Min(random.Next(1, 20), changed.Count - at);
            switch (random.Next(6))
            {
                case 0:
                    changed[at] = (byte)random.Next(256);
                    break;
                case 1:
                    changed[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    changed[at] = Interesting[random.Next(Interesting.Length)];
                    break;
                case 3:
                    changed.RemoveRange(at, length);
                    break;
                case 4:
                    changed.InsertRange(at, changed.GetRange(at, length));
                    break;
                default:
                    changed.RemoveRange(at, random.Next(4) == 0 ? changed.Count - at : 0);
                    break;
            }
        }
        return [.. changed];
    }
}
